"""The shape of every cluster: its means around a circle."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes
from numpy.typing import NDArray

from songatlas.results import Profile

from ._features import limited, mean_table, shown
from ._style import QUIET, SMALL_SIZE, cluster_color, headline, panels, styled, text_color, tidy
from ._text import percent, shorten, wrapped

MAX_CLUSTERS = 12


@styled
def radar(
    profiles: Sequence[Profile],
    values: pd.DataFrame,
    catalogue: Mapping[str, float],
    *,
    n_features: int | None = None,
    title: str = "The shape of every cluster",
) -> Figure:
    """Draw one radar chart per cluster, at most 12, with the catalogue mean as a dashed line.

    Parameters
    ----------
    profiles : sequence of Profile
        By label; the largest 12 are drawn.
    values : DataFrame of shape (n_tracks, n_features)
        Feature values of all tracks; its columns are the axes.
    catalogue : mapping of feature to float
        Mean of all clustered tracks (stored units).
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.

    Returns
    -------
    Figure
        Every axis runs from the 5 % quantile of all tracks (center) to the 95 % quantile (rim).
    """
    features = list(values.columns)
    drawn = profiles[:MAX_CLUSTERS]
    low, high = _axis_ends(values)
    means = _on_axes(mean_table(drawn, features), low, high)
    middle = _on_axes(np.array([[catalogue.get(f, np.nan) for f in features]]), low, high)[0]
    figure, axes = panels(len(drawn), columns=2, height=3.1, subplot_kw={"projection": "polar"})
    for label, ax in enumerate(axes):
        _shape(cast(PolarAxes, ax), means[label], middle, features, label)
        text = f"{shorten(drawn[label].name, 28)} ({percent(drawn[label].share)})"
        ax.set_title(text, loc="center", pad=14, color=text_color(cluster_color(label)))
    text = limited(title, len(features), n_features or len(features))
    if len(profiles) > MAX_CLUSTERS:
        text += f" (the {MAX_CLUSTERS} largest of {len(profiles)} clusters)"
    note = (
        "Cluster means. Each axis runs from the 5\u00a0% quantile of all tracks (center) "
        "to the 95\u00a0% quantile (rim); dashed: mean of all tracks."
    )
    headline(figure, text, note=note)
    return figure


def _axis_ends(values: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of every axis: 5 and 95 % quantiles, or the extremes where those are equal."""
    ends = []
    for feature in values.columns:
        finite = values[feature].to_numpy(dtype=np.float64)
        finite = finite[np.isfinite(finite)]
        low, high = np.quantile(finite, [0.05, 0.95]) if len(finite) else (0.0, 0.0)
        if high <= low and len(finite):
            low, high = finite.min(), finite.max()
        ends.append((float(low), float(high)))
    pairs = np.array(ends, dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _on_axes(means: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return means as a position on their axis, 0–1; .5 for a constant feature or a missing mean."""
    width = np.where(high > low, high - low, 1.0)
    place = np.where(high > low, (means - low) / width, 0.5)
    return np.asarray(np.clip(np.nan_to_num(place, nan=0.5), 0.0, 1.0), dtype=np.float64)


def _shape(
    ax: PolarAxes,
    means: NDArray[np.float64],
    middle: NDArray[np.float64],
    features: Sequence[str],
    label: int,
) -> None:
    angles = 2 * np.pi * np.arange(len(features)) / max(len(features), 1)
    around = np.append(angles, angles[:1])
    color = cluster_color(label)
    ax.fill(around, np.append(means, means[:1]), color=color, alpha=0.35)
    ax.plot(around, np.append(means, means[:1]), color=color, linewidth=2)
    ax.plot(around, np.append(middle, middle[:1]), color=QUIET, linewidth=1.3, linestyle="--")
    ax.set_ylim(0, 1)
    ax.set_theta_offset(np.pi / 2)
    ax.set_theta_direction(-1)
    ax.set_yticks([0.5, 1.0], ["", ""])
    ax.set_xticks(angles, [wrapped(shown(feature).label, 16) for feature in features])
    tidy(ax)
    ax.tick_params(axis="x", labelsize=SMALL_SIZE, pad=-1)
    for angle, tick in zip(angles, ax.get_xticklabels(), strict=True):
        side = np.sin(angle)
        tick.set_horizontalalignment("center" if abs(side) < 0.2 else "left" if side > 0 else "right")
    ax.spines["polar"].set_color("#CCCCCC")
    ax.grid(True, color="#DDDDDD")

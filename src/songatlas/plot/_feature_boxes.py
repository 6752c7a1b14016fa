"""Box plots of each feature by cluster, drawn from quantiles."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._features import limited, quantile_table, shown
from ._style import QUIET, cluster_color, headline, panels, styled, text_color, tidy
from ._text import shorten


@styled
def feature_boxes(
    values: pd.DataFrame,
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    n_features: int | None = None,
    title: str = "The middle of every cluster, feature by feature",
) -> Figure:
    """Draw one panel per feature with one box per cluster.

    Parameters
    ----------
    values : DataFrame of shape (n_tracks, n_features)
        Feature values in their stored units.
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is left out.
    names : sequence of str
        Cluster names by label.
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.

    Returns
    -------
    Figure
        Boxes hold the middle half of a cluster's tracks, whiskers the middle 90 %; the dashed line is the
        median of all tracks.
    """
    features = list(values.columns)
    figure, axes = panels(len(features), columns=3, height=max(1.3, 0.8 + 0.22 * len(names)))
    for place, (ax, feature) in enumerate(zip(axes, features, strict=True)):
        how = shown(feature)
        stored = values[feature].to_numpy(dtype=np.float64)
        draw_boxes(ax, quantile_table(values[feature], labels, len(names)) * how.factor)
        finite = stored[np.isfinite(stored)]
        if len(finite):
            ax.axvline(
                float(np.median(finite)) * how.factor, color=QUIET, linewidth=1, linestyle="--", zorder=0.5
            )
        written = [shorten(name, 22) for name in names] if place % 3 == 0 else [""] * len(names)
        ax.set_yticks(range(len(names)), written)
        ax.set_xlabel(how.axis)
        ax.locator_params(axis="x", nbins=4)
    note = "Box: middle half of a cluster's tracks; whiskers: middle 90\u00a0%; dashed: median of all tracks."
    headline(figure, limited(title, len(features), n_features or len(features)), note=note)
    return figure


def draw_boxes(ax: Axes, quantiles: NDArray[np.float64]) -> None:
    """Draw horizontal boxes, first cluster on top, from rows of 5, 25, 50, 75 and 95 % quantiles."""
    for label, (low, first, middle, third, high) in enumerate(quantiles):
        if not np.isfinite(middle):
            continue
        color = cluster_color(label)
        ax.hlines(label, low, high, color=text_color(color), linewidth=1.2)
        ax.barh(label, third - first, left=first, height=0.62, color=color, alpha=0.9, zorder=2)
        ax.vlines(middle, label - 0.31, label + 0.31, color="white", linewidth=3.4, zorder=3)
        ax.vlines(middle, label - 0.31, label + 0.31, color="#222222", linewidth=1.8, zorder=4)
    ax.set_ylim(len(quantiles) - 0.4, -0.6)
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)

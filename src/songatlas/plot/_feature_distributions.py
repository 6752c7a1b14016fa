"""The distribution of each feature over all tracks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ._features import limited, n_bins, shown, shown_range
from ._style import ACCENT, FILL, halo, headline, panels, styled, tidy
from ._text import plural

MAX_BINS = 50


def feature_distributions_finding(values: pd.DataFrame) -> str:
    """Return in one sentence which feature leans most to one side, and which least."""
    skews = {f: _skewness(values[f].to_numpy(dtype=np.float64)) for f in values.columns}
    known = {f: s for f, s in skews.items() if np.isfinite(s)}
    if not known:
        return "No feature varies between the tracks"
    most = max(known, key=lambda f: abs(known[f]))
    if len(known) == 1:
        return f"{shown(most).start} is the only feature that varies"
    least = min(known, key=lambda f: abs(known[f]))
    return f"{shown(most).start} is the most lopsided feature, {shown(least).label} the most symmetric"


@styled
def feature_distributions(values: pd.DataFrame, *, n_features: int | None = None, title: str | None = None) -> Figure:
    """Draw a histogram of every feature.

    Parameters
    ----------
    values : DataFrame of shape (n_tracks, n_features)
        Feature values in their stored units; missing values are left out.
    n_features : int, optional
        How many features there are in all, said in the title when more than drawn.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
        One panel per feature; the vertical line is the median. Axes other than 0–1 hold the middle 99 %.
    """
    features = list(values.columns)
    figure, axes = panels(len(features), columns=2, height=1.75)
    for ax, feature in zip(axes, features, strict=True):
        _histogram(ax, feature, values[feature].to_numpy(dtype=np.float64))
    for ax in axes[::2]:
        ax.set_ylabel("tracks")
    text = limited(title or feature_distributions_finding(values), len(features), n_features or len(features))
    note = f"{plural(len(values), 'track')}; line: median; axes other than 0–1: the middle 99\u00a0%."
    headline(figure, text, note=note)
    return figure


def _histogram(ax: Axes, feature: str, stored: NDArray[np.float64]) -> None:
    how = shown(feature)
    finite = stored[np.isfinite(stored)] * how.factor
    low, high = shown_range(feature, stored)
    counts, edges = np.histogram(finite, bins=n_bins(len(finite), MAX_BINS), range=(low, high))
    ax.stairs(counts, edges, fill=True, color=FILL)
    ax.set_ylim(0, 1.08 * max(float(counts.max(initial=0)), 1.0))
    ax.set_xlim(low, high)
    ax.set_xlabel(how.axis)
    tidy(ax, grid="y")
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if not len(finite):
        return
    median = float(np.median(finite))
    ax.axvline(median, color=ACCENT, linewidth=1.6)
    right = (median - low) / (high - low) < 0.5 if high > low else True
    ax.annotate(
        how.number(median / how.factor),
        (median, 0.97),
        xycoords=("data", "axes fraction"),
        xytext=(4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        color="#A84A00",
        path_effects=halo(),
    )


def _skewness(values: NDArray[np.float64]) -> float:
    """Return the third standardized moment; NaN for a constant column."""
    finite = values[np.isfinite(values)]
    if len(finite) < 3 or finite.min() == finite.max():
        return float("nan")
    centered = finite - finite.mean()
    spread = float(np.sqrt((centered**2).mean()))
    return float(((centered / spread) ** 3).mean())

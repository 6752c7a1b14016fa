"""When the tracks of each cluster were released."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._heatmap import draw_heatmap
from ._style import SMALL_SIZE, axes_for, entitle, styled
from ._text import clipped, plural, shorten

MAX_COLUMNS = 14


def decades_finding(decades: NDArray[np.float64], labels: NDArray[np.int32], names: Sequence[str]) -> str:
    """Return in one sentence the oldest and the newest cluster by their median decade."""
    medians = {}
    for label, name in enumerate(names):
        own = decades[(labels == label) & np.isfinite(decades)]
        if len(own):
            medians[name] = (int(np.median(own)) // 10 * 10, float(own.mean()))
    if len(medians) < 2:
        return (
            "Most tracks by decade" if not medians else f"Half the tracks are from the {_median(medians)}s or earlier"
        )
    oldest = min(medians, key=lambda n: medians[n])
    newest = max(medians, key=lambda n: medians[n])
    old, new = medians[oldest][0], medians[newest][0]
    if old == new:
        return f"All clusters are of the same age: their middle tracks are from the {old}s"
    first, last = clipped(oldest, 30), clipped(newest, 30)
    return f"{first} is the oldest cluster (median: {old}s), {last} the newest ({new}s)"


def _median(medians: dict[str, tuple[int, float]]) -> int:
    return next(iter(medians.values()))[0]


@styled
def decades_by_cluster(
    decades: NDArray[np.float64],
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the share of each decade within each cluster, with the catalogue in the first row.

    Parameters
    ----------
    decades : ndarray of shape (n_tracks,), float
        First year of the track's decade; NaN where unknown (left out).
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) counts for the catalogue only.
    names : sequence of str
        Cluster names by label.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
    """
    figure, ax, own = axes_for(ax, height=2.1 + 0.36 * (len(names) + 1))
    known = np.isfinite(decades)
    columns = _columns(decades[known])
    table = np.full((len(names) + 1, len(columns)), np.nan)
    for row in range(len(names) + 1):
        chosen = known if row == 0 else known & (labels == row - 1)
        if chosen.any():
            counted = np.searchsorted(columns, decades[chosen].astype(np.int64))
            table[row] = np.bincount(counted, minlength=len(columns)) / chosen.sum()
    draw_heatmap(
        ax,
        table,
        ["All tracks", *(shorten(name, 28) for name in names)],
        [f"{year}s" for year in columns],
        colormap="Blues",
        limits=(0.0, max(0.3, float(np.nanmax(table, initial=0.0)))),
        written=_cell,
        fontsize=SMALL_SIZE,
    )
    ax.axhline(0.5, color="#222222", linewidth=1.2)
    unknown = int((~known).sum())
    note = "Percent of the row's tracks." + (f" {plural(unknown, 'track')} without a year left out." if unknown else "")
    entitle(figure, ax, own, title or decades_finding(decades, labels, names), note=note)
    return figure


def _columns(known: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return every decade from the first to the last; only those that occur where that would be too many."""
    present = np.unique(known).astype(np.int64)
    all_between = np.arange(present[0], present[-1] + 10, 10)
    return all_between if len(all_between) <= MAX_COLUMNS else present


def _cell(share: float) -> str:
    if share == 0:
        return "·"
    return "<1" if share < 0.005 else f"{100 * share:.0f}"

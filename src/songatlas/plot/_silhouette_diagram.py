"""The silhouette of every track, sorted within its cluster."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._style import INK, QUIET, axes_for, cluster_color, entitle, halo, root_figure, spread, styled, text_color, tidy
from ._text import capitalized, clipped, percent, plural, shorten

MAX_POINTS = 1500  # of one cluster's curve: more than its height in pixels


def silhouette_finding(silhouette: NDArray[np.float64], labels: NDArray[np.int32], names: Sequence[str]) -> str:
    """Return in one sentence the mean silhouette and how many tracks are nearer another cluster."""
    known = np.isfinite(silhouette) & (labels >= 0)
    if not known.any():
        return "No silhouette is defined for these clusters"
    means = {n: silhouette[known & (labels == i)].mean() for i, n in enumerate(names) if (known & (labels == i)).any()}
    below = percent(float((silhouette[known] < 0).mean()))
    start = f"{below} of the tracks lie nearer another cluster than their own"
    if not (silhouette[known] < 0).any():
        start = "no track lies nearer another cluster than its own"
    if len(means) < 2:
        return capitalized(start)
    best = max(means, key=lambda name: means[name])
    return f"{clipped(best, 40)} is the most clear-cut cluster; {start}"


@styled
def silhouette_diagram(
    silhouette: NDArray[np.float64],
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the silhouettes of all tracks as one filled sorted curve per cluster, with the mean.

    Parameters
    ----------
    silhouette : ndarray of shape (n_tracks,), float
        −1 to 1; NaN where it is not known (left out).
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is left out.
    names : sequence of str
        Cluster names by label.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The height of a cluster is its number of tracks.
    """
    figure, ax, own = axes_for(ax, height=4.2 + 0.26 * len(names))
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    known = np.isfinite(silhouette) & (labels >= 0)
    total = int(known.sum())
    middles, top, gap = [], 0.0, 0.012 * total
    for label in range(len(names)):
        values = np.sort(silhouette[known & (labels == label)])[::-1]
        _curve(ax, values, top, cluster_color(label))
        middles.append(top + len(values) / 2)
        top += len(values) + gap
    _names(ax, middles, top, names)
    if total:
        _mean_line(ax, float(silhouette[known].mean()))
    ax.axvline(0, color=INK, linewidth=0.8)
    low = float(silhouette[known].min(initial=0.0)) if total else 0.0
    high = float(silhouette[known].max(initial=0.1)) if total else 1.0
    ax.set_xlim(max(-1.0, low - 0.03), min(1.0, high + 0.05))
    ax.set_ylim(top or 1.0, -0.06 * top)
    ax.set_xlabel("silhouette (−1 to 1; below 0: nearer another cluster)")
    ax.spines["left"].set_visible(False)
    note = f"{plural(total, 'track')}, sorted within their cluster; a cluster's height is its number of tracks."
    entitle(figure, ax, own, title or silhouette_finding(silhouette, labels, names), note=note)
    return figure


def _curve(ax: Axes, values: NDArray[np.float64], top: float, color: str) -> None:
    """Fill between 0 and the sorted values, one unit of height per track, thinned to what a screen shows."""
    if not len(values):
        return
    keep = np.unique(np.linspace(0, len(values) - 1, min(len(values), MAX_POINTS)).round().astype(np.int64))
    heights = np.concatenate([[top], top + keep + 0.5, [top + len(values)]])
    widths = np.concatenate([values[:1], values[keep], values[-1:]])
    ax.fill_betweenx(heights, 0.0, widths, color=color, linewidth=0)


def _names(ax: Axes, middles: list[float], top: float, names: Sequence[str]) -> None:
    """Write the names at the left, moved apart where clusters are thin."""
    inches = float(root_figure(ax).get_size_inches()[1]) - 1.7  # without title, axis and note
    gap = 1.06 * top * min(0.21 / max(inches, 1.0), 1.0 / max(len(names), 1))  # 0.21 inches: a line of text
    moved = spread(middles, gap) if middles else np.empty(0)
    lowest = top - gap * np.arange(len(moved))[::-1]
    moved = np.minimum(moved, lowest)
    ax.set_yticks(moved, [shorten(name, 28) for name in names])
    for label, tick in enumerate(ax.get_yticklabels()):
        tick.set_color(text_color(cluster_color(label)))


def _mean_line(ax: Axes, mean: float) -> None:
    ax.axvline(mean, color=INK, linewidth=1.4, linestyle="--")
    ax.annotate(
        f"mean {mean:.3f}".replace("-", "−"),
        (mean, 0.995),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        va="top",
        color=QUIET,
        path_effects=halo(),
    )

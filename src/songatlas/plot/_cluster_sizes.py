"""How many tracks each cluster holds."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._style import axes_for, cluster_color, entitle, styled, tidy
from ._text import clipped, count, percent, plural, shorten


def cluster_sizes_finding(labels: NDArray[np.int32], names: Sequence[str]) -> str:
    """Return in one sentence the share of the largest cluster."""
    sizes = _sizes(labels, len(names))
    total = len(labels) or 1
    if not len(names):
        return "No cluster was found: all tracks are noise"
    if len(names) == 1 and sizes[0] == len(labels):
        return f"All {plural(len(labels), 'track')} form one cluster, {clipped(names[0], 40)}"
    largest = int(sizes[: len(names)].argmax())
    share = percent(sizes[largest] / total)
    text = f"The {clipped(names[largest], 40)} cluster holds {share} of the tracks"
    noise = sizes[-1] / total
    return f"{text}; {percent(noise)} are noise" if noise else text


@styled
def cluster_sizes(
    labels: NDArray[np.int32], names: Sequence[str], *, title: str | None = None, ax: Axes | None = None
) -> Figure:
    """Draw a bar per cluster with its number and share of tracks; noise last, grey.

    Parameters
    ----------
    labels : ndarray of shape (n_tracks,), int
        −1 is noise.
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
    sizes = _sizes(labels, len(names))
    rows = [*range(len(names)), -1] if sizes[-1] else list(range(len(names)))
    figure, ax, own = axes_for(ax, height=1.7 + 0.34 * len(rows))
    widths = [int(sizes[label]) for label in rows]
    ax.barh(range(len(rows)), widths, color=[cluster_color(label) for label in rows], height=0.72)
    for place, width in enumerate(widths):
        text = f"{count(width)} ({percent(width / max(len(labels), 1))})"
        ax.annotate(text, (width, place), xytext=(5, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(rows)), [shorten(names[i], 28) if i >= 0 else "Noise" for i in rows])
    ax.set_xlim(0, 1.28 * max(widths, default=1))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("tracks")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.locator_params(axis="x", nbins=6)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    entitle(figure, ax, own, title or cluster_sizes_finding(labels, names))
    return figure


def _sizes(labels: NDArray[np.int32], n_clusters: int) -> NDArray[np.int64]:
    """Return the sizes by label, noise at the end, shape (n_clusters + 1,)."""
    shifted = np.where(labels < 0, n_clusters, labels)
    return np.bincount(shifted, minlength=n_clusters + 1)

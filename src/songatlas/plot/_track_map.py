"""The map of the tracks, colored by cluster."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._place import cluster_anchors, place_names
from ._style import (
    SMALL_SIZE,
    axes_for,
    cluster_color,
    drawing_order,
    entitle,
    label_colors,
    point_alpha,
    point_size,
    styled,
    tidy,
)
from ._text import percent, plural, wrapped

SIDE = 8.0


def track_map_finding(labels: NDArray[np.int32], names: Sequence[str]) -> str:
    """Return in one sentence how many tracks and clusters the map shows."""
    where = f" in {plural(len(names), 'cluster')}" if len(names) else ""
    text = f"{plural(len(labels), 'track')}{where}: neighbors on the map sound alike"
    noise = float((labels < 0).mean()) if len(labels) else 0.0
    return f"{text}; {percent(noise)} belong to none" if noise else text


@styled
def track_map(
    coordinates: NDArray[np.float64],
    labels: NDArray[np.int32],
    names: Sequence[str] = (),
    *,
    method: str = "t-SNE",
    note: str = "",
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the 2-D map of the tracks, one color per cluster, with the names of the clusters on it.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2), float
        Map coordinates (no unit).
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is grey and drawn first.
    names : sequence of str
        Cluster names by label; without them no names are written.
    method : str
        How the map was made, for the axes.
    note, title : str
        A line under the figure; a title instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Points are drawn in one fixed shuffled order, so that no cluster lies over the others.
    """
    figure, ax, own = axes_for(ax, width=SIDE, height=SIDE + 0.6)
    map_axes(ax, coordinates, method)
    entitle(figure, ax, own, title or track_map_finding(labels, names), note=note)
    write_names(ax, coordinates, labels, names)
    scatter_tracks(ax, coordinates, labels)
    return figure


def map_axes(ax: Axes, coordinates: NDArray[np.float64], method: str) -> None:
    """Set limits around the points, equal scales and no ticks (a map's axes have no unit)."""
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    low, high = (finite.min(axis=0), finite.max(axis=0)) if len(finite) else (np.zeros(2), np.ones(2))
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9) * 1.04
    ax.set_xlim(middle[0] - half, middle[0] + half)
    ax.set_ylim(middle[1] - half, middle[1] + half)
    ax.set_aspect("equal")
    tidy(ax)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set(visible=True, color="#CCCCCC")
    if method:
        ax.set_xlabel(f"{method} 1 (no unit)", fontsize=SMALL_SIZE)
        ax.set_ylabel(f"{method} 2 (no unit)", fontsize=SMALL_SIZE)


def scatter_tracks(
    ax: Axes, coordinates: NDArray[np.float64], labels: NDArray[np.int32], *, scale: float = 1.0
) -> None:
    """Draw the tracks as dots whose size and opacity follow their number; ``scale`` shrinks the size."""
    order = drawing_order(labels)
    n_tracks = len(labels)
    ax.scatter(
        coordinates[order, 0],
        coordinates[order, 1],
        c=label_colors(np.asarray(labels)[order]),
        s=point_size(n_tracks) * scale,
        alpha=point_alpha(n_tracks),
        linewidths=0,
        rasterized=True,
        zorder=2,
    )


def write_names(ax: Axes, coordinates: NDArray[np.float64], labels: NDArray[np.int32], names: Sequence[str]) -> None:
    """Write the cluster names on the map, the largest cluster nearest to its place."""
    if not names:
        return
    anchors = cluster_anchors(coordinates, labels, len(names))
    size = 13.0 if len(names) <= 8 else 11.0
    texts = [wrapped(name, 18, lines=2) for name in names]
    place_names(ax, anchors, texts, [cluster_color(i) for i in range(len(names))], fontsize=size)

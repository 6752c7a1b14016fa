"""One small map per clustering method."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._style import headline, panels, styled
from ._text import method_name, percent, plural
from ._track_map import map_axes, scatter_tracks


def method_maps_finding(labels: Mapping[str, NDArray[np.int32]]) -> str:
    """Return in one sentence how many clusters each method finds."""
    found = [f"{method_name(m)} {plural(_n_clusters(own), 'cluster')}" for m, own in labels.items()]
    text = ", ".join(found)
    return f"On the same map: {text}"


@styled
def method_maps(
    coordinates: NDArray[np.float64],
    labels: Mapping[str, NDArray[np.int32]],
    *,
    note: str = "",
    title: str | None = None,
) -> Figure:
    """Draw the map once per method, colored by that method's clusters.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2), float
        Map coordinates (no unit).
    labels : mapping of method to ndarray of shape (n_tracks,), int
        −1 is noise, grey. Colors go by size within each method: the same color in two panels does not mean
        the same cluster.
    note, title : str
        A line under the figure; a title instead of the finding.

    Returns
    -------
    Figure
    """
    figure, axes = panels(len(labels), columns=2, height=4.2)
    for ax, (method, own) in zip(axes, labels.items(), strict=True):
        map_axes(ax, coordinates, "")
        scatter_tracks(ax, coordinates, own, scale=0.4)
        noise = float((own < 0).mean()) if len(own) else 0.0
        noted = f", {percent(noise)} noise" if noise else ""
        ax.set_title(f"{method_name(method)}: {plural(_n_clusters(own), 'cluster')}{noted}")
    about = "Colors go by size within each method; noise is grey."
    headline(figure, title or method_maps_finding(labels), note=f"{about} {note}".strip())
    return figure


def _n_clusters(labels: NDArray[np.int32]) -> int:
    return len(np.unique(labels[labels >= 0]))

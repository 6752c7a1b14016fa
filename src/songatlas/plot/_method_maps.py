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
    reference: str | None = None,
    note: str = "",
    title: str | None = None,
) -> Figure:
    """Draw the map once per method, colored by that method's clusters.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2), float
        Map coordinates (no unit).
    labels : mapping of method to ndarray of shape (n_tracks,), int
        −1 is noise, grey.
    reference : str, optional
        The method whose colors the others take over, cluster by cluster (see `matched_labels`); default the first.
    note, title : str
        A line under the figure; a title instead of the finding.

    Returns
    -------
    Figure
    """
    named = reference if reference is not None and reference in labels else next(iter(labels))
    figure, axes = panels(len(labels), columns=2, height=4.2)
    for ax, (method, own) in zip(axes, labels.items(), strict=True):
        map_axes(ax, coordinates, "")
        scatter_tracks(ax, coordinates, matched_labels(own, labels[named]), scale=0.4)
        noise = float((own < 0).mean()) if len(own) else 0.0
        noted = f", {percent(noise)} noise" if noise else ""
        ax.set_title(f"{method_name(method)}: {plural(_n_clusters(own), 'cluster')}{noted}")
    about = f"A cluster has the color of the {method_name(named)} cluster it shares most tracks with, each color once"
    rest = "clusters left over have colors of their own; noise is grey."
    headline(figure, title or method_maps_finding(labels), note=f"{about}; {rest} {note}".strip())
    return figure


def matched_labels(labels: NDArray[np.int32], reference: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return ``labels`` renumbered after the clusters of ``reference`` they share most tracks with.

    The pair with most tracks in common is matched first, and each cluster once; clusters without a partner are
    numbered on from the reference's. Noise (−1) stays noise.

    Examples
    --------
    >>> matched_labels(np.array([0, 0, 1, 2]), np.array([1, 1, 0, 0])).tolist()
    [1, 1, 0, 2]
    """
    n_own, n_reference = int(labels.max(initial=-1)) + 1, int(reference.max(initial=-1)) + 1
    shared = np.zeros((n_own, n_reference), dtype=np.int64)
    both = (labels >= 0) & (reference >= 0)
    np.add.at(shared, (labels[both], reference[both]), 1)
    new = np.full(n_own + 1, -1, dtype=np.int32)  # the last place serves −1
    taken: set[int] = set()
    for place in np.argsort(-shared, axis=None, kind="stable"):
        own, theirs = divmod(int(place), n_reference)
        if shared[own, theirs] and new[own] < 0 and theirs not in taken:
            new[own] = theirs
            taken.add(theirs)
    left = np.flatnonzero(new[:n_own] < 0)
    new[left] = n_reference + np.arange(len(left))
    return np.asarray(new[labels], dtype=np.int32)


def _n_clusters(labels: NDArray[np.int32]) -> int:
    return len(np.unique(labels[labels >= 0]))

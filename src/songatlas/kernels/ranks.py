"""The rank of chosen tracks among all, by distance: what the judgement of a map counts. Nothing is sorted."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .compiled import compiled
from .rows import checked_rows
from .threads import run_in_chunks

_CHUNK = 16  # rows of tracks per piece of work
_BLOCK = 512  # tracks whose distances are held at once


def distance_ranks(
    X: ArrayLike,
    tracks: ArrayLike,
    others: ArrayLike,
    advance: Callable[[float], object] | None = None,
) -> NDArray[np.int64]:
    """Return the ranks of others among all tracks, counted by their distance to a track.

    Parameters
    ----------
    X : array_like of shape (n_tracks, n_features)
    tracks : array_like of shape (n_chosen,), int
        Rows of X from which distances are measured.
    others : array_like of shape (n_chosen, n_others), int
        Rows of X whose rank is wanted.
    advance : callable, optional
        Called with the number of chosen tracks done since its last call.

    Returns
    -------
    ndarray of shape (n_chosen, n_others), int
        1 for the nearest other track; equal distances share the lowest rank. 0 for the track itself.

    Examples
    --------
    >>> distance_ranks([[0.0], [5.0], [1.0], [7.0]], [0], [[3, 2]])
    array([[3, 1]])
    """
    features = _plain(checked_rows(X).T)
    chosen = _plain(_checked_places(tracks, "tracks", 1, features.shape[1]))
    wanted = _plain(_checked_places(others, "others", 2, features.shape[1]))
    if len(wanted) != len(chosen):
        raise ValueError(f"others must have one row for each of the {len(chosen)} tracks, got {len(wanted)}.")
    ranks = np.zeros(wanted.shape, dtype=np.int64)
    run_in_chunks(
        lambda start, stop: count_nearer(features, chosen, wanted, ranks, start, stop),
        len(chosen),
        _CHUNK,
        advance,
    )
    return ranks


def _checked_places(places: ArrayLike, name: str, n_axes: int, n_tracks: int) -> NDArray[np.int64]:
    """Return row numbers, or refuse them: the compiled loop would read beyond the matrix."""
    array = np.asarray(places)
    if array.ndim != n_axes or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be integers along {n_axes} axes, got {array.dtype} of shape {array.shape}.")
    if array.size and (array.min() < 0 or array.max() >= n_tracks):
        raise ValueError(f"{name} must lie between 0 and {n_tracks - 1}, got {array.min()} to {array.max()}.")
    return array.astype(np.int64)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array in C order; a read-only one is copied, as numba would compile the loop once more for it."""
    return np.require(values, requirements=["C", "A", "W"])


@compiled
def count_nearer(
    features: NDArray[np.float64],
    tracks: NDArray[np.int64],
    others: NDArray[np.int64],
    ranks: NDArray[np.int64],
    start: int,
    stop: int,
) -> None:
    """Set each rank to the number of tracks, the track itself among them, that are nearer."""
    n_features, n_tracks = features.shape
    distances, limits = np.empty(_BLOCK), np.empty(others.shape[1])
    for row in range(start, stop):
        track = tracks[row]
        for k in range(limits.size):
            limits[k] = 0.0
            for f in range(n_features):
                gap = features[f, others[row, k]] - features[f, track]
                limits[k] += gap * gap
        for first in range(0, n_tracks, _BLOCK):
            size = min(_BLOCK, n_tracks - first)
            distances[:] = 0.0
            for f in range(n_features):
                line, value = features[f, first : first + size], features[f, track]
                for i in range(size):
                    gap = line[i] - value
                    distances[i] += gap * gap
            if first <= track < first + size:
                distances[track - first] = -1.0
            for k in range(limits.size):
                limit, nearer = limits[k], 0
                for i in range(size):
                    nearer += distances[i] < limit
                ranks[row, k] += nearer
        for k in range(limits.size):
            if others[row, k] == track:
                ranks[row, k] = 0

"""Counts how many tracks each pair of labels shares: what every comparison of two labelings starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError

IntArray = NDArray[np.int64]

# A table of counts is kept in an array up to so many cells, and so many per track; beyond it pairs are sorted.
_DENSE, _CELLS_PER_TRACK = 50_000_000, 20


@dataclass(frozen=True)
class Contingency:
    """How many tracks each pair of labels shares: parallel arrays over the pairs that occur.

    ``first`` and ``second`` are positions among the sorted labels of each side, ``counts`` tracks; ``sizes`` are the
    clusters' sizes on each side.
    """

    first: IntArray
    second: IntArray
    counts: IntArray
    sizes: tuple[IntArray, IntArray]

    def table(self) -> IntArray:
        """Return the counts as an array of shape (n_first, n_second)."""
        table = np.zeros((len(self.sizes[0]), len(self.sizes[1])), dtype=np.int64)
        table[self.first, self.second] = self.counts
        return table


def contingency(first: ArrayLike, second: ArrayLike) -> Contingency:
    """Return how many tracks each pair of labels shares.

    Parameters
    ----------
    first, second : array-like of shape (n_tracks,), int
        Any integers.

    Raises
    ------
    ParameterError
        When the two are not one-dimensional integers of the same length.

    Examples
    --------
    >>> contingency([0, 0, 1, 1], [5, 5, 5, 7]).table()
    array([[2, 0],
           [1, 1]])
    """
    a, n_first = positions(first, "first")
    b, n_second = positions(second, "second")
    if len(a) != len(b):
        raise ParameterError(f"two labelings must be of the same length, got {len(a):,} and {len(b):,}.")
    sizes = np.bincount(a, minlength=n_first), np.bincount(b, minlength=n_second)
    pairs = a * n_second + b
    if fits_in_a_table(n_first * n_second, len(a)):
        counts = np.bincount(pairs, minlength=n_first * n_second)
        cells = np.flatnonzero(counts)
        counts = counts[cells]
    else:
        cells, counts = np.unique(pairs, return_counts=True)
    return Contingency(cells // max(n_second, 1), cells % max(n_second, 1), counts, sizes)


def fits_in_a_table(n_cells: int, n_tracks: int) -> bool:
    """Return whether counting into a table of so many cells is quicker than sorting the tracks' pairs.

    Examples
    --------
    >>> fits_in_a_table(150, 1000), fits_in_a_table(10**6, 1000)
    (True, False)
    """
    return n_cells <= min(_DENSE, _CELLS_PER_TRACK * n_tracks + 1000)


def positions(labels: ArrayLike, name: str) -> tuple[IntArray, int]:
    """Return each label's position among the sorted different ones, shape (n_tracks,), and how many these are.

    Raises
    ------
    ParameterError
        When they are not one-dimensional integers; ``name`` is what the message calls them.

    Examples
    --------
    >>> positions([7, -1, 7], "labels")
    (array([1, 0, 1]), 2)
    """
    array = np.asarray(labels)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ParameterError(f"{name} must be one-dimensional integers, got {array.dtype} of shape {array.shape}.")
    if array.size == 0:
        return np.zeros(0, dtype=np.int64), 0
    low, high = int(array.min()), int(array.max())
    if high - low < 4 * len(array) + 1000:  # few enough numbers to count them
        known = np.flatnonzero(np.bincount(array.astype(np.int64) - low))
        place = np.zeros(high - low + 1, dtype=np.int64)
        place[known] = np.arange(len(known))
        return place[array.astype(np.int64) - low], len(known)
    values, found = np.unique(array, return_inverse=True)
    return found.astype(np.int64), len(values)

"""Compares two labelings of the same tracks: adjusted Rand, mutual information, V-measure, Jaccard by cluster.

Every function is exact over all tracks and blind to how labels are numbered. Noise (−1) counts as a cluster of its
own here; leave it out before, where that is wanted. Sources: Hubert, L., and Arabie, P. (1985), "Comparing partitions",
J. Classification 2; Vinh, N. X., Epps, J., and Bailey, J. (2010), "Information theoretic measures for clusterings
comparison", JMLR 11; Rosenberg, A., and Hirschberg, J. (2007), "V-measure", EMNLP.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError

FloatArray = NDArray[np.float64]
_DENSE = 50_000_000  # cells of a table of counts that are kept in an array


@dataclass(frozen=True)
class Contingency:
    """How many tracks each pair of labels shares: parallel arrays over the pairs that occur.

    ``first`` and ``second`` are positions among the sorted labels of each side, ``counts`` tracks; ``sizes`` are the
    clusters' sizes on each side.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    counts: NDArray[np.int64]
    sizes: tuple[NDArray[np.int64], NDArray[np.int64]]

    def table(self) -> NDArray[np.int64]:
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
    a, n_first = _positions(first, "first")
    b, n_second = _positions(second, "second")
    if len(a) != len(b):
        raise ParameterError(f"two labelings must be of the same length, got {len(a):,} and {len(b):,}.")
    sizes = np.bincount(a, minlength=n_first), np.bincount(b, minlength=n_second)
    pairs = a * n_second + b
    if n_first * n_second <= min(_DENSE, 20 * len(a) + 1000):
        counts = np.bincount(pairs, minlength=n_first * n_second)
        cells = np.flatnonzero(counts)
        counts = counts[cells]
    else:
        cells, counts = np.unique(pairs, return_counts=True)
    return Contingency(cells // max(n_second, 1), cells % max(n_second, 1), counts, sizes)


def _positions(labels: ArrayLike, name: str) -> tuple[NDArray[np.int64], int]:
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
    values, positions = np.unique(array, return_inverse=True)
    return positions.astype(np.int64), len(values)


def adjusted_rand_score(first: ArrayLike, second: ArrayLike) -> float:
    """Return the adjusted Rand index: 1 for equal groupings, about 0 for chance, down to −.5.

    Parameters
    ----------
    first, second : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> adjusted_rand_score([0, 0, 1, 1], [3, 3, 9, 9])
    1.0
    """
    shared = contingency(first, second)
    n = int(shared.sizes[0].sum())
    same = _pairs(shared.counts)
    a, b = (_pairs(sizes) for sizes in shared.sizes)
    expected = a * b / max(_pairs(np.array([n])), 1.0)
    highest = (a + b) / 2
    return 1.0 if highest == expected else float((same - expected) / (highest - expected))


def _pairs(counts: NDArray[np.int64]) -> float:
    whole = counts.astype(np.float64)
    return float((whole * (whole - 1) / 2).sum())


def jaccard_by_cluster(reference: ArrayLike, other: ArrayLike) -> FloatArray:
    """Return, for each cluster of the reference, its Jaccard index with the cluster of the other most like it.

    Parameters
    ----------
    reference, other : array-like of shape (n_tracks,), int

    Returns
    -------
    ndarray of shape (n_clusters,), float
        0–1, in the order of the reference's sorted labels. Source: Hennig, C. (2007), "Cluster-wise assessment of
        cluster stability", Comput. Stat. Data Anal. 52.

    Examples
    --------
    >>> jaccard_by_cluster([0, 0, 1, 1], [0, 0, 0, 1]).tolist()
    [0.6666666666666666, 0.5]
    """
    shared = contingency(reference, other)
    union = shared.sizes[0][shared.first] + shared.sizes[1][shared.second] - shared.counts
    best = np.zeros(len(shared.sizes[0]))
    np.maximum.at(best, shared.first, shared.counts / union)
    return best


def matched_labels(reference: ArrayLike, other: ArrayLike) -> NDArray[np.int64]:
    """Return the other's labels renamed to those of the reference: one to one, most tracks in common; −2 unmatched.

    Parameters
    ----------
    reference, other : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> matched_labels([0, 0, 1, 1, 1], [7, 7, 3, 3, 9]).tolist()
    [0, 0, 1, 1, -2]
    """
    from scipy.optimize import linear_sum_assignment

    shared = contingency(reference, other)
    names = np.unique(np.asarray(reference))
    rows, columns = linear_sum_assignment(-shared.table())
    renamed = np.full(len(shared.sizes[1]), -2, dtype=np.int64)
    renamed[columns] = names[rows]
    return renamed[_positions(other, "other")[0]]

"""Puts labels into the project's order: 0..n_clusters-1 by falling size, ties by centroid, −1 for noise.

With this order the labels of a solution depend on the tracks alone, not on the order of the rows or on the
numbers an algorithm happened to use. Matching labels to those of an earlier run is not done here.
"""

from itertools import pairwise
from math import fsum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError

NOISE = -1


def relabel_by_size(labels: ArrayLike, X: ArrayLike) -> NDArray[np.int32]:
    """Return the labels renumbered by falling cluster size.

    Parameters
    ----------
    labels : array-like of shape (n_tracks,), int
        Any integers from −1 up, gaps allowed; −1 marks noise and stays −1.
    X : array-like of shape (n_tracks, n_features)
        The features that were clustered (unitless). Clusters of equal size are ordered by their centroid,
        feature by feature, rising; clusters that share size and centroid keep the order of their old labels.

    Returns
    -------
    ndarray of shape (n_tracks,), int32
        0 is the largest cluster; all −1 where no track belongs to a cluster.

    Examples
    --------
    >>> relabel_by_size([7, 7, 3, -1, 3, 3], [[0.0], [0.1], [5.0], [9.0], [5.1], [5.2]])
    array([ 1,  1,  0, -1,  0,  0], dtype=int32)
    """
    old = _checked_labels(labels)
    features = np.asarray(X)
    if features.ndim != 2 or len(features) != len(old):
        raise ParameterError(f"X must have one row for each of the {len(old)} labels, got shape {features.shape}.")
    names, positions, sizes = np.unique(old, return_inverse=True, return_counts=True)
    real = names != NOISE
    order = np.flatnonzero(real)
    keys = _centroids_of_tied_clusters(features, positions, sizes, real)[order].T[::-1]
    order = order[np.lexsort((*keys, -sizes[order]))]
    new = np.full(len(names), NOISE, dtype=np.int32)
    new[order] = np.arange(len(order), dtype=np.int32)
    return new[positions]


def _checked_labels(labels: ArrayLike) -> NDArray[np.integer]:
    array = np.asarray(labels)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ParameterError(f"labels must be one-dimensional integers, got {array.dtype} of shape {array.shape}.")
    if array.size and array.min() < NOISE:
        raise ParameterError(f"labels must be -1 (noise) or above, got {int(array.min())}.")
    return array


def _centroids_of_tied_clusters(
    X: NDArray[np.number],
    positions: NDArray[np.integer],
    sizes: NDArray[np.integer],
    real: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the centroids of the clusters that share their size with another; zeros for all others.

    Sums are rounded once (`math.fsum`), so that the order of the rows cannot decide a tie.
    """
    centroids = np.zeros((len(sizes), X.shape[1]))
    tied_sizes, counts = np.unique(sizes[real], return_counts=True)
    tied = np.flatnonzero(real & np.isin(sizes, tied_sizes[counts > 1]))
    if len(tied) == 0:
        return centroids
    rows = np.argsort(positions, kind="stable")
    bounds = list(pairwise(np.concatenate([[0], np.cumsum(sizes)])))
    for cluster in tied:
        start, stop = bounds[cluster]
        shares = X[rows[start:stop]].astype(np.float64) / (stop - start)
        centroids[cluster] = [fsum(column) for column in shares.T]
    return centroids

"""Ward's hierarchical clustering of all tracks: the estimator, and cutting, judging and shortening its tree.

The tree itself is built in `songatlas.kernels.ward`. Trees are in SciPy's linkage layout throughout, so that
SciPy's and matplotlib's users can go on with them. Which cut is best by silhouette is not decided here.
"""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin

from songatlas.errors import ParameterError
from songatlas.kernels.kdtree import LARGEST
from songatlas.kernels.ward import ward_tree

from .labels import relabel_by_size
from .validation import checked_features

FloatArray = NDArray[np.float64]
LabelArray = NDArray[np.int32]


class Ward(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Ward's hierarchical clustering, exact on all tracks in linear memory.

    Adds to scikit-learn's: the whole tree at sizes where n² distances do not fit into memory, weights, labels
    by falling size, and the same tree whatever the number of threads.

    Parameters
    ----------
    n_clusters : int or None, default 2
        Number of clusters to cut the tree into; None when ``height`` is given.
    height : float, optional
        Height to cut the tree at instead: merges up to and at it are made. In the unit of X.

    Attributes
    ----------
    labels_ : ndarray of shape (n_tracks,), int32
        0..n_clusters_−1 by falling size.
    linkage_ : ndarray of shape (n_tracks − 1, 4), float64
        The tree in SciPy's linkage layout.
    n_clusters_ : int
    n_features_in_ : int

    Examples
    --------
    >>> Ward(2).fit([[0.0], [0.1], [0.2], [9.0]]).labels_
    array([0, 0, 0, 1], dtype=int32)
    """

    def __init__(self, n_clusters: int | None = 2, *, height: float | None = None) -> None:
        """Store the parameters; `fit` checks them."""
        self.n_clusters = n_clusters
        self.height = height

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Build the tree of the rows of X and cut it.

        Parameters
        ----------
        X : array-like of shape (n_tracks, n_features)
            Scaled features (unitless), finite.
        y : ignored
        sample_weight : array-like of shape (n_tracks,), optional
            A track of weight w counts as w equal tracks; one of weight 0 takes the label of the nearest track
            that counts.
        """
        features = checked_features(self, X, limit=LARGEST)
        self._check_parameters(len(features))
        try:
            self.linkage_ = ward_tree(features, sample_weight)
        except ValueError as err:
            raise ParameterError(str(err)) from err
        if self.height is not None:
            labels = cut_height(self.linkage_, self.height)
        else:
            labels = cut_tree(self.linkage_, self.n_clusters)
        self.labels_ = relabel_by_size(labels, features)
        self.n_clusters_ = int(self.labels_.max()) + 1
        return self

    def _check_parameters(self, n_tracks: int) -> None:
        if (self.n_clusters is None) == (self.height is None):
            raise ParameterError(
                f"give either n_clusters or height and leave the other None, got "
                f"n_clusters={self.n_clusters!r} and height={self.height!r}."
            )
        if self.height is not None:
            _check_height(self.height)
        elif isinstance(self.n_clusters, Integral) and self.n_clusters > n_tracks:
            raise ParameterError(
                f"n_clusters={self.n_clusters} needs at least as many tracks, got n_samples={n_tracks}."
            )
        else:
            _check_n_clusters(self.n_clusters, n_tracks)


def cut_tree(linkage: ArrayLike, n_clusters: int | None) -> LabelArray:
    """Return the labels of the cut into ``n_clusters`` clusters.

    Parameters
    ----------
    linkage : array-like of shape (n_tracks − 1, 4)
        A tree in SciPy's layout, heights rising.
    n_clusters : int
        From 1 to n_tracks.

    Returns
    -------
    ndarray of shape (n_tracks,), int32
        Labels 0..n_clusters−1 in the order of their first track (not by size).

    Examples
    --------
    >>> cut_tree([[1, 2, 0.5, 2], [0, 3, 4.0, 3]], 2)
    array([0, 1, 1], dtype=int32)
    """
    tree = _checked_linkage(linkage)
    n_tracks = len(tree) + 1
    n_merges = n_tracks - _check_n_clusters(n_clusters, n_tracks)
    top = np.arange(n_tracks + n_merges)
    for side in (0, 1):
        top[tree[:n_merges, side].astype(np.int64)] = n_tracks + np.arange(n_merges)
    while True:  # every pass doubles the steps climbed
        above = top[top]
        if np.array_equal(above, top):
            break
        top = above
    _, first, position = np.unique(top[:n_tracks], return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return number[position]


def cut_height(linkage: ArrayLike, height: float) -> LabelArray:
    """Return the labels after all merges up to and at ``height``; numbered like those of `cut_tree`.

    Examples
    --------
    >>> cut_height([[1, 2, 0.5, 2], [0, 3, 4.0, 3]], 0.5)
    array([0, 1, 1], dtype=int32)
    """
    tree = _checked_linkage(linkage)
    return cut_tree(tree, 1 + int(np.count_nonzero(tree[:, 2] > _check_height(height))))


def suggest_n_clusters(linkage: ArrayLike, low: int, high: int) -> tuple[int, FloatArray]:
    """Return the number of clusters before the largest relative jump of the merge heights.

    The jump at k is the height of the next merge (k to k − 1 clusters) over the height of the last one made
    (k + 1 to k): a large jump says that the next merge would join clusters much farther apart than any
    before.

    Parameters
    ----------
    linkage : array-like of shape (n_tracks − 1, 4)
    low, high : int
        The candidates, 2 ≤ low ≤ high; a tree of n tracks is asked up to n − 1.

    Returns
    -------
    n_clusters : int
        The candidate with the largest jump; of equal ones the smallest.
    jumps : ndarray of shape (n_candidates,)
        Ratios, 1 or above, for low, low + 1, …; infinite from height 0 to above it, 1 from 0 to 0.

    Examples
    --------
    >>> suggest_n_clusters([[0, 1, 1.0, 2], [2, 3, 1.5, 2], [4, 5, 9.0, 4]], 2, 3)
    (2, array([6. , 1.5]))
    """
    heights = _checked_linkage(linkage)[:, 2]
    n_tracks = len(heights) + 1
    last = min(high, n_tracks - 1)
    if not 2 <= low <= last:
        raise ParameterError(
            f"candidates must satisfy 2 <= low <= high, with low below the {n_tracks} tracks; "
            f"got low={low!r}, high={high!r}."
        )
    candidates = np.arange(low, last + 1)
    made, following = heights[n_tracks - candidates - 1], heights[n_tracks - candidates]
    jumps = np.where(following > 0, np.inf, 1.0)
    np.divide(following, made, out=jumps, where=made > 0)
    return int(candidates[np.argmax(jumps)]), jumps


@dataclass(frozen=True)
class TruncatedTree:
    """The top of a tree, for drawing: its leaves are the clusters of a cut.

    Attributes
    ----------
    linkage : ndarray of shape (n_leaves − 1, 4)
        SciPy's layout over the leaves; the last column counts leaves.
    sizes : ndarray of shape (n_leaves,), int64
        Tracks in each leaf.
    labels : ndarray of shape (n_tracks,), int32
        Leaf of each track.
    """

    linkage: FloatArray
    sizes: NDArray[np.int64]
    labels: LabelArray


def truncated_tree(linkage: ArrayLike, n_leaves: int) -> TruncatedTree:
    """Return the last ``n_leaves − 1`` merges as a tree over the clusters of that cut (all tracks if fewer).

    Examples
    --------
    >>> tree = truncated_tree([[1, 2, 0.5, 2], [0, 3, 4.0, 3]], 2)
    >>> tree.linkage.tolist(), tree.sizes.tolist()
    ([[0.0, 1.0, 4.0, 2.0]], [1, 2])
    """
    tree = _checked_linkage(linkage)
    n_tracks = len(tree) + 1
    n_leaves = min(n_leaves, n_tracks)
    labels = cut_tree(tree, n_leaves)
    n_merges = n_tracks - n_leaves
    number = np.full(2 * n_tracks - 1, -1, dtype=np.int64)
    number[:n_tracks] = labels
    children = tree[:, :2].astype(np.int64)
    for m in range(n_merges):
        number[n_tracks + m] = number[children[m, 0]]
    number[n_tracks + n_merges :] = np.arange(n_leaves, 2 * n_leaves - 1)
    top = np.column_stack([np.sort(number[children[n_merges:]], axis=1), tree[n_merges:, 2:]]).astype(np.float64)
    leaves_below = np.ones(2 * n_leaves - 1)
    for m, (left, right) in enumerate(top[:, :2].astype(np.int64)):
        leaves_below[n_leaves + m] = top[m, 3] = leaves_below[left] + leaves_below[right]
    return TruncatedTree(top, np.bincount(labels, minlength=n_leaves), labels)


def _check_n_clusters(n_clusters: int | None, n_tracks: int) -> int:
    if not isinstance(n_clusters, Integral) or not 1 <= n_clusters <= n_tracks:
        raise ParameterError(f"n_clusters must be an integer from 1 to {n_tracks}, got {n_clusters!r}.")
    return int(n_clusters)


def _check_height(height: float) -> float:
    if not isinstance(height, Real) or not height >= 0:
        raise ParameterError(f"height must be a number, 0 or above, got {height!r}.")
    return float(height)


def _checked_linkage(linkage: ArrayLike) -> FloatArray:
    tree = np.asarray(linkage, dtype=np.float64)
    if tree.ndim != 2 or tree.shape[1] != 4:
        raise ParameterError(f"linkage must have shape (n_tracks - 1, 4), as in SciPy's layout, got {tree.shape}.")
    return tree

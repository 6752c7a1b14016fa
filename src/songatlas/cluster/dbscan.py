"""DBSCAN of all tracks: the estimator, and the choice of eps and min_samples from the data.

The labels come from `songatlas.kernels.dbscan`, whose grid serves many parameters on one tree. Which of
them is best is not decided here.
"""

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin

from songatlas.errors import ParameterError
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import LARGEST

from .labels import relabel_by_size
from .validation import checked_features

FloatArray = NDArray[np.float64]

EPS_FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15)


class DBSCAN(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Density-based clustering with the clusters of scikit-learn's DBSCAN, of all tracks in linear memory.

    Adds to scikit-learn's: no lists of neighbors, which need n² memory where eps is large, and labels by
    falling size.

    Parameters
    ----------
    eps : float, default 0.5
        Radius, above 0, in the unit of X; a track at exactly eps is within reach.
    min_samples : int, default 5
        Tracks within eps, the track itself included, that make a core track.

    Attributes
    ----------
    labels_ : ndarray of shape (n_tracks,), int32
        0..n_clusters−1 by falling size, −1 noise. A border track in reach of several clusters belongs to the
        one whose first core track comes first, as in scikit-learn.
    core_sample_indices_ : ndarray of shape (n_core,), int64
    components_ : ndarray of shape (n_core, n_features)
        The core tracks.
    n_features_in_ : int

    Examples
    --------
    >>> DBSCAN(0.5, min_samples=2).fit([[0.0], [9.0], [9.1], [9.2], [0.1], [5.0]]).labels_
    array([ 1,  0,  0,  0,  1, -1], dtype=int32)
    """

    def __init__(self, eps: float = 0.5, *, min_samples: int = 5) -> None:
        """Store the parameters; `fit` checks them."""
        self.eps = eps
        self.min_samples = min_samples

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Cluster the rows of X, of shape (n_tracks, n_features), finite; ``y`` is ignored."""
        features = checked_features(self, X, limit=LARGEST)
        if not isinstance(self.eps, Real) or not self.eps > 0:
            raise ParameterError(f"eps must be a positive number, got {self.eps!r}.")
        if not isinstance(self.min_samples, Integral) or self.min_samples < 1:
            raise ParameterError(f"min_samples must be an integer, 1 or above, got {self.min_samples!r}.")
        found = next(dbscan_grid(features, [float(self.eps)], [int(self.min_samples)]))
        self.labels_ = relabel_by_size(found.labels, features)
        self.core_sample_indices_ = np.flatnonzero(found.is_core)
        self.components_ = features[self.core_sample_indices_]
        return self


def knee(values: ArrayLike) -> int:
    """Return the position of the knee of a monotone curve over equally spaced points.

    Both axes are scaled to 0–1; the knee is the point farthest from the chord between the two ends, which for
    curves of one bend is the point of Kneedle (Satopää et al. 2011, ICDCSW, 166) without its smoothing.
    Rising or falling, convex or concave.

    Parameters
    ----------
    values : array-like of shape (n_points,)
        Finite, at least one.

    Returns
    -------
    int
        Of equally far points the first; 0 for a straight line, a constant, or fewer than three points.

    Examples
    --------
    >>> knee([10.0, 4.0, 1.0, 0.5, 0.2, 0.0])
    2
    """
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1 or not y.size or not np.isfinite(y).all():
        raise ParameterError(f"values must be one or more finite numbers in a row, got shape {y.shape}.")
    span = y.max() - y.min()
    if len(y) < 3 or span == 0:
        return 0
    scaled = (y - y.min()) / span
    chord = np.linspace(scaled[0], scaled[-1], len(y))
    gap = np.abs(scaled - chord)
    rounding = 4 * np.finfo(np.float64).eps
    return int(np.argmax(gap)) if gap.max() > rounding else 0


def eps_grid(k_distance_sorted: ArrayLike, factors: tuple[float, ...] = EPS_FACTORS) -> tuple[float, FloatArray]:
    """Return eps at the knee of the sorted k-distance curve, and candidates around it.

    Parameters
    ----------
    k_distance_sorted : array-like of shape (n_tracks,)
        Distance of every track to its k-th neighbor, sorted either way (Ester et al. 1996).
    factors : tuple of float
        Candidates as multiples of eps at the knee.

    Returns
    -------
    eps : float
        Above 0: where the distance at the knee is 0, the smallest above 0; where all are 0, 1, as then every
        eps finds the same clusters.
    candidates : ndarray of shape (n_factors,)
        Rising.

    Examples
    --------
    >>> eps_grid([8.0, 2.0, 1.9, 1.8, 1.7], factors=(0.5, 1.0))
    (2.0, array([1., 2.]))
    """
    distances = np.asarray(k_distance_sorted, dtype=np.float64)
    eps = float(distances[knee(distances)])
    if eps <= 0:
        eps = float(distances[distances > 0].min(initial=np.inf))
    if not np.isfinite(eps):
        eps = 1.0
    return eps, eps * np.sort(np.asarray(factors, dtype=np.float64))


def min_samples_candidates(n_features: int) -> tuple[int, ...]:
    """Return candidates for min_samples: from n_features + 1 (at least 5) to twice the features.

    The upper end is the advice of Sander, Ester, Kriegel, Xu (1998, Data Min. Knowl. Discov. 2, 169).

    Examples
    --------
    >>> min_samples_candidates(10)
    (11, 15, 20)
    >>> min_samples_candidates(2)
    (5,)
    """
    low = max(5, n_features + 1)
    high = max(low, 2 * n_features)
    return tuple(sorted({low, (low + high) // 2, high}))

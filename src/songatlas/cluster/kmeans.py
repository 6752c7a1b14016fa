"""K-Means in scikit-learn's contract, restarted until its best solution has been met twice.

What it adds to `sklearn.cluster.KMeans`: the best starts are refined by swaps of centers, restarts go on until two
of them led to the best objective, labels go by cluster size, and the result is the same to the last bit whatever
the number of threads.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from songatlas.errors import ParameterError
from songatlas.kernels.kmeans import kmeans_sweep, nearest_centers

from .labels import relabel_by_size
from .validation import checked_features

_MAX_INIT_FACTOR = 3


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-Means clustering whose labels go by size and whose best solution is confirmed by a second start.

    Parameters
    ----------
    n_clusters : int, default 8
        From 1 to the number of tracks.
    n_init : int, default 10
        Starts by greedy k-means++; up to three times as many where the best solution is not met twice.
    max_iter : int, default 300
        Lloyd iterations per start, and per swap tried in refining it.
    random_state : int, numpy.random.RandomState or None, default None
        An int makes the result reproducible, on any number of threads.

    Attributes
    ----------
    labels_ : ndarray of shape (n_tracks,), int32
        0 to n_clusters − 1 by falling cluster size, ties by centroid.
    cluster_centers_ : ndarray of shape (n_found, n_features), float64
        In the order of the labels; fewer than ``n_clusters`` where there are fewer distinct rows (a
        `ConvergenceWarning` says so).
    inertia_ : float
        Weighted sum of squared distances to the centers.
    n_iter_ : int
        Iterations of the start that won, those of refining it included.
    n_starts_ : int
        Starts spent.
    confirmed_ : bool
        Whether two starts led to the best inertia, within a relative 1e-6.

    Examples
    --------
    >>> model = KMeans(n_clusters=2, random_state=0).fit([[0.0], [1.0], [10.0], [12.0], [0.5]])
    >>> model.labels_, model.confirmed_
    (array([0, 0, 1, 1, 0], dtype=int32), True)
    >>> model.predict([[11.0]])
    array([1], dtype=int32)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        n_init: int = 10,
        max_iter: int = 300,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        """Store the parameters; `fit` checks them."""
        self.n_clusters = n_clusters
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the clusters of the tracks.

        Parameters
        ----------
        X : array-like of shape (n_tracks, n_features)
            Scaled features (unitless), finite.
        y : ignored
        sample_weight : array-like of shape (n_tracks,), optional
            0 or above [default: 1 each].
        """
        self._check_parameters()
        rows = checked_features(self, X)
        if len(rows) < self.n_clusters:
            raise ParameterError(
                f"n_clusters must not be above the number of tracks (n_samples={len(rows)}), got {self.n_clusters}."
            )
        try:
            (best,) = kmeans_sweep(
                rows,
                [self.n_clusters],
                n_init=self.n_init,
                max_init=_MAX_INIT_FACTOR * self.n_init,
                seed=self._seed(),
                max_iter=self.max_iter,
                sample_weight=sample_weight,
            )
        except ValueError as err:
            raise ParameterError(str(err)) from err
        if len(best.centers) < self.n_clusters:
            self._warn_of_few_rows(best.n_distinct)
        self.labels_ = relabel_by_size(best.labels, rows)
        self.cluster_centers_ = _in_order(best.centers, best.labels, self.labels_)
        self.inertia_, self.n_iter_ = best.inertia, best.n_iter
        self.n_starts_, self.confirmed_ = best.n_starts, best.confirmed
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the label of the nearest center for each track, shape (n_tracks,)."""
        check_is_fitted(self)
        rows = checked_features(self, X, reset=False)
        return nearest_centers(rows, self.cluster_centers_)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the distances to the centers, shape (n_tracks, n_found)."""
        check_is_fitted(self)
        rows = checked_features(self, X, reset=False)
        distances = [np.sqrt(((rows - center) ** 2).sum(axis=1)) for center in self.cluster_centers_]
        return np.stack(distances, axis=1)

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)

    def _check_parameters(self) -> None:
        for name in ("n_clusters", "n_init", "max_iter"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
                raise ParameterError(f"{name} must be an integer of 1 or above, got {value!r}.")

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            if self.random_state < 0:
                raise ParameterError(f"random_state must be 0 or above, got {self.random_state!r}.")
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _warn_of_few_rows(self, n_distinct: int) -> None:
        warnings.warn(
            f"n_clusters is {self.n_clusters}, but only {n_distinct} rows differ: one cluster for each.",
            ConvergenceWarning,
            stacklevel=3,
        )


def _in_order(centers: NDArray[np.float64], old: NDArray[np.int32], new: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the centers in the order of the new labels; centers without any track come last."""
    ordered = np.full(len(centers), -1)
    ordered[new] = old
    unused = np.setdiff1d(np.arange(len(centers)), ordered)
    ordered[ordered < 0] = unused
    return np.ascontiguousarray(centers[ordered])

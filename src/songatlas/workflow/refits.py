"""Makes a grouping again in another way: without a feature, without some tracks, on another scale.

What is asked each time is how far the new grouping agrees with the run's. Scores of the two are never compared: they
lie in different spaces.
"""

from collections.abc import Callable, Sequence

import numpy as np

from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.metrics.external import adjusted_rand_score
from songatlas.options import FeatureOptions
from songatlas.results import FloatArray, LabelArray
from songatlas.tracks.scale import fit_scaling, scale

Refit = Callable[[FloatArray], LabelArray]

# Starts are refined by swaps: on real songs one led where ten did, for every feature left out.
_STARTS = 2
_MOST_STARTS, _STARTS_TIMES_TRACKS = 20, 4000


def kmeans_refit(n_clusters: int, seed: int, n_init: int = _STARTS) -> Refit:
    """Return a function that groups tracks by K-Means at this number of clusters.

    Parameters
    ----------
    n_clusters : int
        1 or above; no more than the tracks it will be given. Of fewer different ones each is a cluster.
    seed : int
        0 or above.
    n_init : int
        Starts, more on fewer than 2,000 tracks, which have many local optima; up to 20. The best are refined, but not
        restarted until one is met twice: a look aside, not a result.

    Returns
    -------
    callable
        From X of shape (n_tracks, n_features) to labels of shape (n_tracks,), int32, in no particular order.

    Examples
    --------
    >>> sorted(np.bincount(kmeans_refit(2, seed=0)(np.array([[0.0], [1.0], [9.0]]))).tolist())
    [1, 2]
    """

    def refit(X: FloatArray) -> LabelArray:
        starts = max(n_init, min(_MOST_STARTS, _STARTS_TIMES_TRACKS // max(len(X), 1)))
        (found,) = kmeans_sweep(X, [n_clusters], n_init=starts, seed=seed, effort="refined")
        return found.labels

    return refit


def agreement_with(labels: LabelArray, again: LabelArray) -> float:
    """Return the adjusted Rand index of two groupings over the tracks that both have in a cluster; 0 where none is.

    Parameters
    ----------
    labels, again : ndarray of shape (n_tracks,), int
        −1: in no cluster.

    Examples
    --------
    >>> agreement_with(np.array([0, 0, 1, 1, -1]), np.array([1, 1, 0, 0, 0]))
    1.0
    """
    both = (labels >= 0) & (again >= 0)
    return adjusted_rand_score(labels[both], again[both]) if both.any() else 0.0


def rescaled(names: Sequence[str], values: FloatArray, options: FeatureOptions) -> FloatArray | None:
    """Return features on a scale learned from these tracks alone; a feature with one value becomes 0.

    Parameters
    ----------
    names : sequence of str
    values : ndarray of shape (n_tracks, n_features)
        Finite values in the features' own units.
    options : FeatureOptions
        Scaler, transforms and weights.

    Returns
    -------
    ndarray of shape (n_tracks, n_features), or None
        None where the scale takes a value out of the numbers there are.

    Examples
    --------
    >>> rescaled(["energy", "valence"], np.array([[0.25, 0.5], [0.75, 0.5]]), FeatureOptions()).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    X = np.zeros(values.shape)
    varied = np.flatnonzero(values.min(axis=0) < values.max(axis=0))
    if len(varied):
        kept = np.ascontiguousarray(values[:, varied])
        with np.errstate(all="ignore"):
            scaling = fit_scaling([names[j] for j in varied.tolist()], kept, options, {})
            X[:, varied] = scale(kept, scaling)
    return X if np.isfinite(X).all() else None

"""Judges a clustering by the tracks alone: how tight its clusters are and how far apart.

Every function is exact over all tracks. Labels are any integers, gaps allowed; −1 is noise and left out. X must be
finite and below 1e140 in magnitude. Silhouettes live in `songatlas.kernels.silhouette`; comparisons with a known
truth do not live here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import DataError, ParameterError
from songatlas.kernels.centroids import Spreads, spreads_of
from songatlas.kernels.rows import as_floats, check_finite

_NOISE = -1
# Centroids this near, as a share of the largest value, differ by the rounding of their sums alone.
_ROUNDING = 1e-13
# Beyond, squares overflow.
_LARGEST = 1e140


@dataclass(frozen=True)
class CentroidScores:
    """What a labeling is worth, seen from its centroids; tracks labeled −1 are left out.

    Attributes
    ----------
    sizes : ndarray of shape (n_clusters,), int64
        In order of the labels.
    inertia, davies_bouldin, calinski_harabasz : float
        As the functions of these names give them.
    centroid_silhouette : float
        Mean of ``(b − a) / max(a, b)`` over the tracks, with a the distance to the own centroid and b that to the
        nearest other one: a cheap stand-in for the silhouette, −1 to 1; NaN with fewer than two clusters.
    centroid_silhouettes : ndarray of shape (n_clusters,)
        The same for each cluster.

    References
    ----------
    Hruschka, E. R., de Castro, L. N., Campello, R. (2004), "Evolutionary algorithms for clustering gene-expression
    data", ICDM 2004 (the simplified silhouette).
    """

    sizes: NDArray[np.int64]
    inertia: float
    davies_bouldin: float
    calinski_harabasz: float
    centroid_silhouette: float
    centroid_silhouettes: NDArray[np.float64]


def centroid_scores(
    X: ArrayLike,
    labelings: ArrayLike,
    *,
    silhouettes: bool = True,
    advance: Callable[[float], object] | None = None,
) -> list[CentroidScores]:
    """Return the scores that need centroids only, for many labelings in one go.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless).
    labelings : array-like of shape (n_labelings, n_tracks), int
        −1 is noise and left out.
    silhouettes : bool, default True
        Whether to compute centroid silhouettes (else NaN); they compare each track with every centroid.
    advance : callable, optional
        Called with the share of the work just done; the shares sum to 1.

    Examples
    --------
    >>> (scores,) = centroid_scores([[0.0], [1.0], [10.0], [12.0]], [[0, 0, 1, 1]])
    >>> scores.sizes.tolist(), scores.inertia, scores.calinski_harabasz, round(scores.centroid_silhouette, 3)
    ([2, 2], 2.5, 88.2, 0.928)
    """
    features, labels = _checked_features(X), np.asarray(labelings)
    if not np.issubdtype(labels.dtype, np.integer) or labels.ndim != 2 or labels.shape[1:] != features.shape[:1]:
        raise ParameterError(
            "labels must be one integer for each row of X, "
            f"got {labels.dtype} of shape {labels.shape[1:]} for X of shape {features.shape}."
        )
    codes = np.stack([_codes(one) for one in labels]) if len(labels) else np.empty(labels.shape, dtype=np.int32)
    centered = np.ascontiguousarray(features - features.mean(axis=0)) if len(features) else features
    n_clusters = [int(one.max(initial=-1)) + 1 for one in codes]
    largest = float(np.abs(centered).max(initial=0.0))
    found = spreads_of(centered, codes, n_clusters, silhouettes=silhouettes, advance=advance)
    return [_scores(spreads, largest, silhouettes) for spreads in found]


def davies_bouldin_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean, over clusters, of the largest ratio of spread to separation with another cluster.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless).
    labels : array-like of shape (n_tracks,), int
        −1 is noise and left out.

    Returns
    -------
    float
        0 or above; less is better. NaN with fewer than two clusters. A pair of clusters with one and the same
        centroid is passed over, as in scikit-learn.

    References
    ----------
    Davies, D. L., Bouldin, D. W. (1979), "A cluster separation measure", IEEE TPAMI 1, 224–227.

    Examples
    --------
    >>> round(davies_bouldin_score([[0.0], [1.0], [10.0], [12.0]], [0, 0, 1, 1]), 3)
    0.143
    """
    return _of_one(X, labels).davies_bouldin


def calinski_harabasz_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Return the ratio of dispersion between clusters to dispersion within, each per degree of freedom.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless).
    labels : array-like of shape (n_tracks,), int
        −1 is noise and left out.

    Returns
    -------
    float
        0 or above; more is better. NaN with fewer than two clusters or as many clusters as tracks; 1.0 where
        every track lies on its centroid, as in scikit-learn.

    References
    ----------
    Caliński, T., Harabasz, J. (1974), "A dendrite method for cluster analysis", Comm. in Statistics 3, 1–27.

    Examples
    --------
    >>> calinski_harabasz_score([[0.0], [1.0], [10.0], [12.0]], [0, 0, 1, 1])
    88.2
    """
    return _of_one(X, labels).calinski_harabasz


def inertia(X: ArrayLike, labels: ArrayLike) -> float:
    """Return the sum of squared distances of the tracks to the mean of their cluster.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless).
    labels : array-like of shape (n_tracks,), int
        −1 is noise and left out.

    Returns
    -------
    float
        0 or above; NaN when every track is noise.

    Examples
    --------
    >>> inertia([[0.0], [1.0], [10.0], [12.0]], [0, 0, 1, 1])
    2.5
    """
    return _of_one(X, labels).inertia


def effective_n_clusters(sizes: ArrayLike) -> float:
    """Return how many clusters of equal size would be as diverse as these: exp of the entropy of the shares.

    Parameters
    ----------
    sizes : array-like of shape (n_clusters,)
        Tracks per cluster, without noise; 0 allowed.

    Returns
    -------
    float
        From 1 (all tracks in one cluster) to n_clusters (all of one size); NaN without any track.

    References
    ----------
    Jost, L. (2006), "Entropy and diversity", Oikos 113, 363–375.

    Examples
    --------
    >>> round(effective_n_clusters([50, 50, 50, 0]), 6), round(effective_n_clusters([98, 1, 1]), 3)
    (3.0, 1.118)
    """
    try:
        counts = as_floats(sizes, "sizes")
    except ValueError as err:
        raise ParameterError(str(err)) from err
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any():
        raise ParameterError(f"sizes must be a list of counts of 0 or above, got {sizes!r}.")
    shares = counts[counts > 0] / max(counts.sum(), 1.0)
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else float("nan")


def _of_one(X: ArrayLike, labels: ArrayLike) -> CentroidScores:
    return centroid_scores(X, np.asarray(labels)[None], silhouettes=False)[0]


def _scores(spreads: Spreads, largest: float, silhouettes: bool) -> CentroidScores:
    """Return the scores of one labeling; ``largest`` is the largest centred value."""
    sizes, n_tracks, n_clusters = spreads.sizes, int(spreads.sizes.sum()), len(spreads.sizes)
    several = n_clusters > 1
    compared = several and silhouettes
    within = float(spreads.squares.sum())
    return CentroidScores(
        sizes=sizes,
        inertia=within if n_clusters else float("nan"),
        davies_bouldin=_davies_bouldin(spreads, largest) if several else float("nan"),
        calinski_harabasz=_calinski_harabasz(spreads, within) if 1 < n_clusters < n_tracks else float("nan"),
        centroid_silhouette=float(spreads.silhouettes.sum()) / n_tracks if compared else float("nan"),
        centroid_silhouettes=spreads.silhouettes / sizes if compared else np.full(n_clusters, np.nan),
    )


def _davies_bouldin(spreads: Spreads, largest: float) -> float:
    mean_distances = spreads.distances / spreads.sizes
    gaps = _center_distances(spreads.centers)
    gaps[gaps <= _ROUNDING * largest] = 0.0
    if np.allclose(mean_distances, 0) or np.allclose(gaps, 0):
        return 0.0
    gaps[gaps == 0] = np.inf
    return float(((mean_distances[:, None] + mean_distances[None, :]) / gaps).max(axis=1).mean())


def _calinski_harabasz(spreads: Spreads, within: float) -> float:
    n_tracks, n_clusters = int(spreads.sizes.sum()), len(spreads.sizes)
    gaps = spreads.centers - spreads.sizes @ spreads.centers / n_tracks
    between = float(spreads.sizes @ (gaps**2).sum(axis=1))
    return 1.0 if within == 0 else between * (n_tracks - n_clusters) / (within * (n_clusters - 1.0))


def _codes(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return labels as 0 to n_clusters − 1, in their order, and −1."""
    codes = np.full(len(labels), _NOISE, dtype=np.int32)
    kept = labels != _NOISE
    if kept.any():
        codes[kept] = _without_gaps(labels[kept])
    return codes


def _checked_features(X: ArrayLike) -> NDArray[np.float64]:
    try:
        features = as_floats(X, "X")
        if features.ndim != 2 or features.shape[1] == 0:
            raise ValueError(f"X must have shape (n_tracks, n_features) with a feature or more, got {features.shape}.")
        check_finite(features, _LARGEST)
    except ValueError as err:
        raise DataError(str(err)) from err
    return features


def _without_gaps(codes: NDArray[np.integer]) -> NDArray[np.int64]:
    if codes.min() < 0 or codes.max() > 2 * len(codes) + 1000:
        return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)
    codes = codes.astype(np.int64)  # bincount takes no uint64
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)


def _center_distances(centers: NDArray[np.float64]) -> NDArray[np.float64]:
    squared = np.zeros((len(centers), len(centers)))
    for column in centers.T:
        squared += (column[:, None] - column[None, :]) ** 2
    return np.sqrt(squared)

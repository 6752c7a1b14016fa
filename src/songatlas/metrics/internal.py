"""Judges a clustering by the tracks alone: how tight its clusters are and how far apart.

Every function is exact over all tracks with a label of 0 or above; −1 is noise and left out. Labels may have
gaps, X must be finite. Silhouettes live in `songatlas.kernels.silhouette`; comparisons with a known truth do
not live here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError

# Rows handled at once: their residuals stay in the second-level cache.
_CHUNK = 4096


class _Geometry(NamedTuple):
    """Clusters of the tracks that are not noise; X is centred on their common mean."""

    X: NDArray[np.float64]
    labels: NDArray[np.int64]
    sizes: NDArray[np.float64]
    centers: NDArray[np.float64]


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
    geometry = _geometry(X, labels)
    if len(geometry.sizes) < 2:
        return float("nan")
    spreads = np.bincount(geometry.labels, np.sqrt(_squared_distances(geometry))) / geometry.sizes
    gaps = _center_distances(geometry.centers)
    if np.allclose(spreads, 0) or np.allclose(gaps, 0):
        return 0.0
    gaps[gaps == 0] = np.inf
    return float(((spreads[:, None] + spreads[None, :]) / gaps).max(axis=1).mean())


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
    geometry = _geometry(X, labels)
    n_tracks, n_clusters = len(geometry.labels), len(geometry.sizes)
    if n_clusters < 2 or n_clusters == n_tracks:
        return float("nan")
    between = float(geometry.sizes @ (geometry.centers**2).sum(axis=1))
    within = float(_squared_distances(geometry).sum())
    return 1.0 if within == 0 else between * (n_tracks - n_clusters) / (within * (n_clusters - 1.0))


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
    geometry = _geometry(X, labels)
    return float(_squared_distances(geometry).sum()) if len(geometry.sizes) else float("nan")


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
    counts = np.asarray(sizes, dtype=np.float64)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any():
        raise ParameterError(f"sizes must be a list of counts of 0 or above, got {sizes!r}.")
    shares = counts[counts > 0] / max(counts.sum(), 1.0)
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else float("nan")


def _geometry(X: ArrayLike, labels: ArrayLike) -> _Geometry:
    features, codes = np.asarray(X, dtype=np.float64), np.asarray(labels)
    if not np.issubdtype(codes.dtype, np.integer) or features.ndim != 2 or codes.shape != features.shape[:1]:
        raise ParameterError(
            "labels must be one integer for each row of X, "
            f"got {codes.dtype} of shape {codes.shape} for X of shape {features.shape}."
        )
    kept = codes >= 0
    if not kept.all():
        features, codes = features[kept], codes[kept]
    if len(codes) == 0:
        return _Geometry(features, codes, np.empty(0), np.empty((0, features.shape[1])))
    codes = _without_gaps(codes)
    centered = features - features.mean(axis=0)
    sizes = np.bincount(codes).astype(np.float64)
    sums = np.stack([np.bincount(codes, column, len(sizes)) for column in centered.T], axis=1)
    return _Geometry(centered, codes, sizes, sums / sizes[:, None])


def _without_gaps(codes: NDArray[np.integer]) -> NDArray[np.int64]:
    if codes.max() > 2 * len(codes) + 1000:
        return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)


def _squared_distances(geometry: _Geometry) -> NDArray[np.float64]:
    """Return each track's squared distance to its centroid, shape (n_tracks,)."""
    squared = np.empty(len(geometry.labels))
    for start in range(0, len(squared), _CHUNK):
        part = slice(start, start + _CHUNK)
        residuals = geometry.X[part] - geometry.centers[geometry.labels[part]]
        np.einsum("ij,ij->i", residuals, residuals, out=squared[part])
    return squared


def _center_distances(centers: NDArray[np.float64]) -> NDArray[np.float64]:
    squared = np.zeros((len(centers), len(centers)))
    for column in centers.T:
        squared += (column[:, None] - column[None, :]) ** 2
    return np.sqrt(squared)

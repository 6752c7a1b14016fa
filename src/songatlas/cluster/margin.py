"""Centres of a labeling, and how clearly each track belongs to its cluster."""

import numpy as np

from songatlas.results import FloatArray, LabelArray

_CHUNK_VALUES = 4_000_000


def cluster_centers(X: FloatArray, labels: LabelArray) -> FloatArray:
    """Return the mean of each cluster, shape (n_clusters, n_features); noise (−1) is left out."""
    inside = labels >= 0
    k = int(labels.max(initial=-1)) + 1
    sums = np.stack([np.bincount(labels[inside], weights=column[inside], minlength=k) for column in X.T], axis=1)
    return sums / np.bincount(labels[inside], minlength=k)[:, None]


def center_distance(X: FloatArray, labels: LabelArray, centers: FloatArray) -> FloatArray:
    """Return the distance of each track to the centre of its cluster, shape (n_tracks,); NaN for noise."""
    distance = np.full(len(X), np.nan)
    inside = labels >= 0
    distance[inside] = np.sqrt(((X[inside] - centers[labels[inside]]) ** 2).sum(axis=1))
    return distance


def membership_margin(X: FloatArray, labels: LabelArray, centers: FloatArray) -> FloatArray:
    """Return (b − a) / max(a, b) per track: a is the distance to the own centre, b to the nearest other one.

    Returns
    -------
    ndarray of shape (n_tracks,), float64
        From −1 to 1: near 0 the track lies between two clusters, below 0 it lies nearer to another centre.
        NaN for noise and where there are fewer than two clusters; 0 where both distances are 0.
    """
    margin = np.full(len(X), np.nan)
    if len(centers) < 2:
        return margin
    inside = np.flatnonzero(labels >= 0)
    step = max(1, _CHUNK_VALUES // (len(centers) * X.shape[1]))
    for start in range(0, len(inside), step):
        rows = inside[start : start + step]
        distance = np.sqrt(((X[rows, None, :] - centers[None]) ** 2).sum(-1))
        own = distance[np.arange(len(rows)), labels[rows]]
        distance[np.arange(len(rows)), labels[rows]] = np.inf
        other = distance.min(axis=1)
        larger = np.maximum(own, other)
        margin[rows] = np.divide(other - own, larger, out=np.zeros(len(rows)), where=larger > 0)
    return margin

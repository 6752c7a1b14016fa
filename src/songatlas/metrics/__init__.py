"""Judges clusterings: internal criteria (tightness and separation), exact on every track."""

from songatlas.kernels.silhouette import silhouette_samples

from .internal import (
    CentroidScores,
    calinski_harabasz_score,
    centroid_scores,
    davies_bouldin_score,
    effective_n_clusters,
    inertia,
)

__all__ = [
    "CentroidScores",
    "calinski_harabasz_score",
    "centroid_scores",
    "davies_bouldin_score",
    "effective_n_clusters",
    "inertia",
    "silhouette_samples",
]

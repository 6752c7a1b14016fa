"""Judges clusterings: internal criteria (tightness and separation) and comparisons of labelings, exact."""

from songatlas.kernels.silhouette import silhouette_samples

from .by_chance import ChanceComparison, compare_with_chance
from .contingency import Contingency, contingency
from .external import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    completeness_score,
    homogeneity_score,
    jaccard_by_cluster,
    matched_labels,
    v_measure_score,
)
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
    "ChanceComparison",
    "Contingency",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "calinski_harabasz_score",
    "centroid_scores",
    "compare_with_chance",
    "completeness_score",
    "contingency",
    "davies_bouldin_score",
    "effective_n_clusters",
    "homogeneity_score",
    "inertia",
    "jaccard_by_cluster",
    "matched_labels",
    "silhouette_samples",
    "v_measure_score",
]

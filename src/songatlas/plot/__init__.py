"""Figures of a run, drawn from values already computed; off pyplot, never shown, saved only on request.

`all_figures` binds every figure to a run; each figure function also works alone, on plain arrays.
"""

from ._all import all_figures, captions
from ._ballot import ballot
from ._cluster_means_bars import cluster_means_bars
from ._cluster_means_heatmap import cluster_means_heatmap
from ._cluster_sizes import cluster_sizes
from ._correlation_heatmap import correlation_heatmap
from ._decades_by_cluster import decades_by_cluster
from ._dendrogram import dendrogram
from ._elbow import elbow
from ._feature_boxes import feature_boxes
from ._feature_distributions import feature_distributions
from ._feature_distributions_by_cluster import feature_distributions_by_cluster
from ._feature_evidence import feature_evidence
from ._feature_maps import feature_maps
from ._genres_by_cluster import genres_by_cluster
from ._k_distance import k_distance
from ._method_comparison import method_comparison
from ._method_maps import method_maps
from ._pca_map import pca_map
from ._popularity_by_cluster import popularity_by_cluster
from ._radar import radar
from ._save import figure_png, save_figure
from ._scores_by_k import scores_by_k
from ._silhouette_diagram import silhouette_diagram
from ._stability import stability
from ._style import PALETTE, cluster_color, style
from ._text import drawable, missing_scripts
from ._track_map import track_map

__all__ = [
    "PALETTE",
    "all_figures",
    "ballot",
    "captions",
    "cluster_color",
    "cluster_means_bars",
    "cluster_means_heatmap",
    "cluster_sizes",
    "correlation_heatmap",
    "decades_by_cluster",
    "dendrogram",
    "drawable",
    "elbow",
    "feature_boxes",
    "feature_distributions",
    "feature_distributions_by_cluster",
    "feature_evidence",
    "feature_maps",
    "figure_png",
    "genres_by_cluster",
    "k_distance",
    "method_comparison",
    "method_maps",
    "missing_scripts",
    "pca_map",
    "popularity_by_cluster",
    "radar",
    "save_figure",
    "scores_by_k",
    "silhouette_diagram",
    "stability",
    "style",
    "track_map",
]

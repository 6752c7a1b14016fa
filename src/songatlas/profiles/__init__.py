"""What each cluster is: statistics, what sets it apart, its tracks, and a name in plain words.

Core room: arrays and tables in, frozen values out. It draws and writes nothing.
"""

from .build import build_profiles
from .naming import ClusterName, name_clusters
from .rules import contradictions
from .summary import ClusterStatistics, cluster_statistics
from .vocabulary import Vocabulary, load_vocabulary
from .words import describe_traits, format_value, trait_words

__all__ = [
    "ClusterName",
    "ClusterStatistics",
    "Vocabulary",
    "build_profiles",
    "cluster_statistics",
    "contradictions",
    "describe_traits",
    "format_value",
    "load_vocabulary",
    "name_clusters",
    "trait_words",
]

"""Clustering methods as scikit-learn estimators, and the rules that choose their numbers."""

from .dbscan import DBSCAN
from .kmeans import KMeans
from .ward import Ward

__all__ = ["DBSCAN", "KMeans", "Ward"]

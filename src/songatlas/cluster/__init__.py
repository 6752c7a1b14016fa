"""Clustering methods as scikit-learn estimators, and the rules that choose their numbers."""

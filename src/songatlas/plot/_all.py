"""Every figure of a run by name, and one sentence on each; figures whose data is absent are left out."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from songatlas.results import RunData

from ._cluster_means_bars import cluster_means_bars
from ._cluster_means_heatmap import cluster_means_heatmap
from ._cluster_sizes import cluster_sizes, cluster_sizes_finding
from ._correlation_heatmap import correlation_finding, correlation_heatmap
from ._decades_by_cluster import decades_by_cluster, decades_finding
from ._dendrogram import dendrogram, dendrogram_finding
from ._elbow import elbow, elbow_finding
from ._entry import Entry
from ._feature_boxes import feature_boxes
from ._feature_distributions import feature_distributions, feature_distributions_finding
from ._feature_distributions_by_cluster import feature_distributions_by_cluster, trait_finding
from ._feature_maps import feature_maps, feature_maps_finding
from ._features import limited
from ._genres_by_cluster import genres_by_cluster, genres_finding
from ._inputs import FigureInputs
from ._judged import BALLOT, FEATURE_EVIDENCE, STABILITY
from ._k_distance import k_distance, k_distance_finding
from ._method_comparison import method_comparison, method_comparison_finding
from ._method_maps import method_maps, method_maps_finding
from ._pca_map import pca_finding, pca_map
from ._popularity_by_cluster import popularity_by_cluster, popularity_finding
from ._radar import radar
from ._scores_by_k import column, scores_by_k, scores_finding
from ._silhouette_diagram import silhouette_diagram, silhouette_finding
from ._track_map import track_map, track_map_finding
from ._traits import boxes_finding, heatmap_finding, means_finding, radar_finding


def all_figures(run: RunData) -> dict[str, Callable[[], Figure]]:
    """Return every figure that the run has data for: name → function without arguments that draws it.

    The order is the order in which they tell the story. Nothing is drawn until a function is called.
    """
    inputs = FigureInputs(run)
    return {name: partial(_draw, entry, inputs) for name, entry in _ENTRIES.items() if entry.available(inputs)}


def captions(run: RunData) -> dict[str, str]:
    """Return for every figure of `all_figures` one sentence: what it is and what it shows (its alt text)."""
    inputs = FigureInputs(run)
    return {n: f"{e.kind}. {e.finding(inputs)}." for n, e in _ENTRIES.items() if e.available(inputs)}


def _draw(entry: Entry, inputs: FigureInputs) -> Figure:
    return entry.draw(inputs, entry.finding(inputs))


def _has_clusters(i: FigureInputs) -> bool:
    return i.has_clusters and len(i.features) > 0


def _has_contrast(i: FigureInputs) -> bool:
    """Whether clusters can be set against one another, or one cluster against noise."""
    return _has_clusters(i) and (len(i.profiles) > 1 or bool((i.labels < 0).any()))


def _has_decades(i: FigureInputs) -> bool:
    return _has_contrast(i) and bool(np.isfinite(i.decades).any())


def _has_popularity(i: FigureInputs) -> bool:
    return _has_contrast(i) and bool(np.isfinite(i.popularity.to_numpy()).any())


def _has_silhouette(i: FigureInputs) -> bool:
    known = np.isfinite(i.run.clustering.silhouette) & (i.labels >= 0)
    return len(i.names) > 1 and bool(known.any())


def _elbow_curve(i: FigureInputs) -> Mapping[str, list[float]]:
    return i.run.choice.curves.get("kmeans", {})


def _has_elbow(i: FigureInputs) -> bool:
    return int(np.isfinite(column(_elbow_curve(i), "inertia")).sum()) > 1


def _has_scores(i: FigureInputs) -> bool:
    scores = ("silhouette", "davies_bouldin", "calinski_harabasz")
    return any(np.isfinite(column(c, s)).any() for c in i.run.choice.curves.values() for s in scores)


def _has_tree(i: FigureInputs) -> bool:
    return i.run.tree is not None and len(i.run.tree) > 0


def _has_pca(i: FigureInputs) -> bool:
    scores = i.run.map.pca
    return scores.ndim == 2 and scores.shape[1] == 2 and len(scores) > 0 and bool(np.ptp(scores[:, 0]) > 0)


def _map_labels(i: FigureInputs) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int32]]]:
    return {method: clustering.labels for method, clustering in i.run.clusterings.items()}


def _draw_elbow(i: FigureInputs, title: str) -> Figure:
    curve = _elbow_curve(i)
    return elbow(
        column(curve, "n_clusters").tolist(),
        column(curve, "inertia").tolist(),
        knee=i.knee,
        chosen=i.chosen_n_clusters,
        title=title,
    )


def _draw_dendrogram(i: FigureInputs, title: str) -> Figure:
    assert i.run.tree is not None  # _has_tree
    return dendrogram(
        i.run.tree,
        n_clusters=i.n_ward_clusters,
        labels=i.tree_labels,
        names=i.names,
        note=i.tree_note,
        title=title,
    )


def _draw_k_distance(i: FigureInputs, title: str) -> Figure:
    assert i.run.k_distance is not None  # available
    return k_distance(i.run.k_distance, title=title)


def _draw_pca(i: FigureInputs, title: str) -> Figure:
    m = i.run.map
    return pca_map(
        m.pca, i.labels, i.names, m.explained_variance_ratio, m.loadings, i.run.scaling.features, title=title
    )


_ENTRIES: dict[str, Entry] = {
    "feature_distributions": Entry(
        "Histograms of every feature",
        lambda i: len(i.features) > 0,
        lambda i: feature_distributions_finding(i.values),
        lambda i, title: feature_distributions(i.values, n_features=i.n_features, title=title),
    ),
    "correlation_heatmap": Entry(
        "Heat map of the correlations between features",
        lambda i: len(i.correlated[0]) > 1,
        lambda i: limited(correlation_finding(*i.correlated), len(i.correlated[0]), i.n_correlated),
        lambda i, title: correlation_heatmap(*i.correlated, title=title),
    ),
    "ballot": BALLOT,
    "elbow": Entry(
        "Inertia of K-Means against the number of clusters",
        _has_elbow,
        lambda i: elbow_finding(i.knee, i.chosen_n_clusters),
        _draw_elbow,
    ),
    "scores_by_k": Entry(
        "Silhouette, Davies–Bouldin and Calinski–Harabasz against the number of clusters",
        _has_scores,
        lambda i: scores_finding(i.run.choice.curves, i.chosen_n_clusters),
        lambda i, title: scores_by_k(i.run.choice.curves, chosen=i.chosen_n_clusters, title=title),
    ),
    "silhouette_diagram": Entry(
        "Silhouettes of all tracks, sorted within each cluster",
        _has_silhouette,
        lambda i: silhouette_finding(i.run.clustering.silhouette, i.labels, i.names),
        lambda i, title: silhouette_diagram(i.run.clustering.silhouette, i.labels, i.names, title=title),
    ),
    "k_distance": Entry(
        "Distances to the k-th neighbor, sorted, with DBSCAN's eps",
        lambda i: i.run.k_distance is not None and len(i.run.k_distance.distance) > 0,
        lambda i: "" if i.run.k_distance is None else k_distance_finding(i.run.k_distance),
        _draw_k_distance,
    ),
    "dendrogram": Entry(
        "Dendrogram of the last merges of Ward's tree",
        _has_tree,
        lambda i: "" if i.run.tree is None else dendrogram_finding(i.run.tree, i.n_ward_clusters),
        _draw_dendrogram,
    ),
    "method_comparison": Entry(
        "Comparison of the methods",
        lambda i: len(i.compared) > 0,
        lambda i: method_comparison_finding(i.compared),
        lambda i, title: method_comparison(i.compared, title=title),
    ),
    "stability": STABILITY,
    "feature_evidence": FEATURE_EVIDENCE,
    "cluster_sizes": Entry(
        "Number of tracks in each cluster",
        lambda i: len(i.labels) > 0,
        lambda i: cluster_sizes_finding(i.labels, i.names),
        lambda i, title: cluster_sizes(i.labels, i.names, title=title),
    ),
    "track_map": Entry(
        "Map of the tracks, colored by cluster",
        lambda i: i.has_map,
        lambda i: track_map_finding(i.labels, i.names),
        lambda i, title: track_map(i.coordinates, i.labels, i.names, method=i.map_method, note=i.map_note, title=title),
    ),
    "method_maps": Entry(
        "The map once per method, colored by its clusters",
        lambda i: i.has_map and len(i.run.clusterings) > 1,
        lambda i: method_maps_finding(_map_labels(i)),
        lambda i, title: method_maps(i.coordinates, _map_labels(i), reference=i.run.method, title=title),
    ),
    "feature_maps": Entry(
        "The map once per feature, colored by its value",
        lambda i: i.has_map and len(i.features) > 0,
        lambda i: feature_maps_finding(i.values),
        lambda i, title: feature_maps(i.coordinates, i.values, n_features=i.n_features, title=title),
    ),
    "pca_map": Entry(
        "The tracks on the first two principal components",
        _has_pca,
        lambda i: pca_finding(i.run.map.explained_variance_ratio, i.run.map.loadings, i.run.scaling.features),
        _draw_pca,
    ),
    "cluster_means_heatmap": Entry(
        "Heat map of the cluster means against the catalogue, in standard deviations",
        _has_contrast,
        lambda i: heatmap_finding(i.profiles, i.features),
        lambda i, title: cluster_means_heatmap(i.profiles, i.features, n_features=i.n_features, title=title),
    ),
    "cluster_means_bars": Entry(
        "Mean of every feature in each cluster",
        _has_contrast,
        lambda i: means_finding(i.profiles, i.features),
        lambda i, title: cluster_means_bars(i.profiles, i.features, i.catalogue, n_features=i.n_features, title=title),
    ),
    "radar": Entry(
        "Radar chart of each cluster's means",
        lambda i: _has_contrast(i) and len(i.features) >= 3,
        lambda i: radar_finding(i.profiles, i.features),
        lambda i, title: radar(i.profiles, i.values, i.catalogue, n_features=i.n_features, title=title),
    ),
    "feature_distributions_by_cluster": Entry(
        "Histograms of every feature within each cluster",
        _has_contrast,
        lambda i: trait_finding(i.profiles, i.features),
        lambda i, title: feature_distributions_by_cluster(
            i.values, i.labels, i.names, n_features=i.n_features, title=title
        ),
    ),
    "feature_boxes": Entry(
        "Box plots of every feature by cluster",
        _has_contrast,
        lambda i: boxes_finding(i.profiles, i.features),
        lambda i, title: feature_boxes(i.values, i.labels, i.names, n_features=i.n_features, title=title),
    ),
    "genres_by_cluster": Entry(
        "Genres that are more common in a cluster than in the catalogue",
        lambda i: any(profile.genres for profile in i.profiles),
        lambda i: genres_finding(i.profiles),
        lambda i, title: genres_by_cluster(i.profiles, title=title),
    ),
    "decades_by_cluster": Entry(
        "Share of each decade within each cluster",
        _has_decades,
        lambda i: decades_finding(i.decades, i.labels, i.names),
        lambda i, title: decades_by_cluster(i.decades, i.labels, i.names, title=title),
    ),
    "popularity_by_cluster": Entry(
        "Box plots of the tracks' popularity by cluster",
        _has_popularity,
        lambda i: popularity_finding(i.popularity, i.labels, i.names),
        lambda i, title: popularity_by_cluster(i.popularity, i.labels, i.names, title=title),
    ),
}

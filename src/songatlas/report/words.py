"""The plain words of the report: methods, cleaning rules, figures, and what a score means."""

from songatlas.options import CleanOptions
from songatlas.schema import FEATURES

METHOD_TITLES: dict[str, str] = {
    "kmeans": "K-Means",
    "dbscan": "DBSCAN",
    "ward": "Ward",
    "hdbscan": "HDBSCAN",
    "gaussian_mixture": "Gaussian mixture",
}
METHOD_WORDS: dict[str, str] = {
    "kmeans": "places a number of centers so that every track is as near as possible to one; "
    "every track gets a cluster",
    "dbscan": "looks for crowded regions; tracks in thinly settled ones belong to no cluster: they are noise",
    "ward": "starts with every track on its own and joins the two most alike groups again and again; "
    "the tree that grows is cut into clusters",
    "hdbscan": "looks for crowded regions that may differ in how crowded they are; the rest is noise",
    "gaussian_mixture": "describes the catalogue as overlapping clouds of tracks; each track goes to its likeliest one",
}

RULE_TITLES: dict[str, str] = {
    "missing_feature": "A feature missing or unreadable",
    "failed_analysis": "Failed audio analysis",
    "out_of_range": "Value outside its range",
    "duplicate_row": "Exact duplicate row",
    "same_id": "Same track id again",
    "re_release": "Re-release",
    "loud": "Louder than full scale",
    "short": "Very short",
    "long": "Very long",
    "spoken": "Spoken word",
}
MODE_WORDS: dict[str, str] = {
    "keep": "left alone",
    "mark": "kept and marked",
    "set-aside": "set aside",
    "merge": "merged into one track",
}

SCORE_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "Silhouette",
        "higher is better, −1 to 1",
        "how much nearer a track is to its own cluster than the next",
    ),
    ("Davies–Bouldin", "lower is better, from 0", "how wide the clusters are for the distance between them"),
    ("Calinski–Harabasz", "higher is better", "spread between the clusters over spread within them"),
    ("Inertia", "lower is better, but always falls with k", "sum of squared distances to the centers"),
    ("Effective clusters", "up to the number of clusters", "how many equally large ones the sizes amount to"),
)

SCORE_TITLES: dict[str, str] = {
    "silhouette": "Silhouette",
    "davies_bouldin": "Davies–Bouldin",
    "calinski_harabasz": "Calinski–Harabasz",
    "inertia": "Inertia",
    "adjusted_rand": "Adjusted Rand",
    "adjusted_mutual_information": "Adjusted mutual information",
    "v_measure": "V-measure",
    "kept_together": "Pairs kept together",
}
VERDICT_TITLES: dict[str, str] = {
    "groups": "groups",
    "continuum": "a continuum, usefully divided",
    "none": "no structure",
}
DIVISION_WORDS: dict[str, str] = {
    "groups": "They fall into",
    "continuum": "They were divided into",
    "none": "They were divided into",
}
GRADE_WORDS: dict[str, str] = {
    "solid": "it comes back, nearly whole, whenever the grouping is made again",
    "fair": "its core comes back; its borders move",
    "doubtful": "much of it goes elsewhere when the grouping is made again: do not rely on it",
}
STANDING_WORDS: dict[str, str] = {
    "core": "in its cluster nearly every time",
    "borderline": "in its cluster most of the time",
    "homeless": "elsewhere in most refits: no cluster is really its own",
}

FIGURE_TITLES: dict[str, str] = {
    "track_map": "The map of the tracks",
    "feature_distributions": "How the features are distributed",
    "feature_boxes": "Spread of the features",
    "correlation_heatmap": "Which features go together",
    "elbow": "Inertia against the number of clusters",
    "scores_by_k": "Scores against the number of clusters",
    "ballot": "What each criterion says of the number of clusters",
    "stability": "How well each cluster comes back",
    "feature_evidence": "What each feature does for the grouping",
    "silhouette_diagram": "Silhouette of every track",
    "k_distance": "Distances behind DBSCAN's eps",
    "dendrogram": "The tree of Ward's method",
    "method_comparison": "The methods side by side",
    "method_maps": "The map by method",
    "cluster_sizes": "Sizes of the clusters",
    "cluster_means_heatmap": "The clusters against the catalogue",
    "cluster_means_bars": "Mean features by cluster",
    "radar": "The shapes of the clusters",
    "feature_distributions_by_cluster": "Features by cluster",
    "genres_by_cluster": "Genres by cluster",
    "decades_by_cluster": "Decades by cluster",
    "popularity_by_cluster": "Popularity by cluster",
    "feature_maps": "The map by feature",
    "pca_map": "The two main directions (PCA)",
}


def method_title(method: str) -> str:
    """Return a method's name as people write it."""
    return METHOD_TITLES.get(method, title(method))


def title(name: str) -> str:
    """Return a name of ours as words.

    Examples
    --------
    >>> title("track_map")
    'Track map'
    """
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def capitalized(text: str) -> str:
    """Return text with its first letter large and the rest as it is.

    Examples
    --------
    >>> capitalized("silhouette of K-Means")
    'Silhouette of K-Means'
    """
    return text[:1].upper() + text[1:]


def feature_title(name: str) -> str:
    """Return a feature's name as people write it.

    Examples
    --------
    >>> feature_title("duration_ms"), feature_title("emb_7")
    ('duration', 'emb_7')
    """
    return FEATURES[name].label if name in FEATURES else name


def rule_words(rule: str, options: CleanOptions) -> str:
    """Return in plain words when a cleaning rule applies, with its threshold."""
    words = {
        "missing_feature": "a feature used for grouping is missing, unreadable or infinite",
        "failed_analysis": "tempo is 0, or danceability, speechiness and valence are all 0",
        "out_of_range": "a feature lies outside the range it can have",
        "duplicate_row": "every column equals an earlier row",
        "same_id": "the id occurred before (the genres of both are united)",
        "re_release": "same artist and exactly the same audio features: the same recording sold again",
        "loud": f"loudness above {options.loud_above_db:g} dB",
        "short": f"shorter than {options.short_below_seconds:g} seconds",
        "long": f"longer than {options.long_above_minutes:g} minutes",
        "spoken": f"speechiness above {options.spoken_above:g}",
    }
    return words.get(rule, "")


def cohesion_words(silhouette: float | None) -> str:
    """Return in one plain sentence how well the tracks of one cluster hold together; '' where unknown."""
    if silhouette is None:
        return ""
    if silhouette > 0.25:
        return "Clear-cut: most of its tracks are much nearer to it than to any other cluster."
    if silhouette > 0.1:
        return "Gradual borders: its core is clear, the tracks at its edge are not."
    return "Blurred: many of its tracks would fit a neighboring cluster about as well."


def separation_words(silhouette: float | None) -> str:
    """Return in one plain sentence how sharp the borders between the clusters are.

    The steps are those of Kaufman and Rousseeuw (1990), Finding Groups in Data, table 4 of chapter 2,
    with the lowest one divided, because audio features rarely leave it.
    """
    if silhouette is None:
        return ""
    steps = [
        (0.5, "The clusters stand clearly apart."),
        (0.25, "The clusters are recognizable, and overlap at their edges."),
        (
            0.1,
            "The clusters have gradual borders: their centers differ clearly, but a track near an edge could "
            "as well belong to the neighboring cluster. That is usual for music.",
        ),
    ]
    for least, words in steps:
        if silhouette > least:
            return words
    return "The clusters hardly stand apart: read them as regions of one field, not as separate kinds of music."


def score_title(name: str) -> str:
    """Return a score's name as people write it.

    Examples
    --------
    >>> score_title("v_measure"), score_title("prediction_strength")
    ('V-measure', 'Prediction strength')
    """
    return SCORE_TITLES.get(name, title(name))


def return_words(adjusted_rand: float | None) -> str:
    """Return in one plain sentence whether the grouping would come back; '' where unknown.

    The steps are those of Steinley, D. (2004), "Properties of the Hubert-Arabie adjusted Rand index",
    Psychological Methods 9: from .90 excellent, from .80 good, from .65 moderate.
    """
    if adjusted_rand is None:
        return ""
    steps = [
        (0.90, "The grouping would come back nearly as it is."),
        (0.80, "The grouping would come back with small changes."),
        (0.65, "The main lines of the grouping would come back; its borders would move."),
    ]
    for least, words in steps:
        if adjusted_rand >= least:
            return words
    return "Much of the grouping would look different if it were made again."

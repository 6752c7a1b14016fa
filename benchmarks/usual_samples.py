"""The steps of ``songatlas run`` as published notebooks do them.

``python -m benchmarks.usual_samples CSV --output DIR``: scikit-learn, SciPy and matplotlib, each used as its
documentation shows, on the samples that are usual because the whole does not fit: silhouettes on 5,000 tracks,
DBSCAN on 15,000, Ward on 8,000, t-SNE on 10,000. K-Means and principal components see all tracks. It is here to be
timed against, and wants to be quick: tools run on all cores where they can, nothing is computed twice, figures are
drawn at matplotlib's usual size.
"""

import argparse
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

FEATURES = [
    "danceability",
    "energy",
    "loudness",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
    "duration_ms",
]
KS = range(2, 16)
SILHOUETTE_SAMPLE, DBSCAN_SAMPLE, WARD_SAMPLE, TSNE_SAMPLE = 5_000, 15_000, 8_000, 10_000
EPS_FACTORS = (0.6, 0.8, 1.0, 1.2)
MIN_SAMPLES = (10, 20)

Array = NDArray[np.float64]
Score = dict[str, Any]


class Notebook:
    """One pass over a table; figures and tables land in a folder."""

    def __init__(self, files: Sequence[str], folder: Path) -> None:
        self.folder = folder
        self.figures: list[str] = []
        self.rng = np.random.default_rng(0)
        (folder / "figures").mkdir(parents=True)
        self.tracks = read_clean(files)
        self.X: Array = StandardScaler().fit_transform(self.tracks[FEATURES])

    def run(self) -> None:
        """Take all steps in the usual order."""
        self.explore()
        labels, scores = self.kmeans()
        scores += self.dbscan()
        scores += self.ward()
        self.maps(labels)
        self.profiles(labels, scores)

    def sample(self, size: int) -> NDArray[np.int64]:
        """Return rows drawn without replacement, all where there are fewer."""
        return self.rng.choice(len(self.X), min(size, len(self.X)), replace=False)

    def keep(self, name: str) -> None:
        """Save the current figure and close it."""
        plt.tight_layout()
        plt.savefig(self.folder / "figures" / f"{name}.png")
        plt.close()
        self.figures.append(name)

    def explore(self) -> None:
        """Draw histograms and correlations of the features."""
        self.tracks[FEATURES].hist(bins=50, figsize=(12, 9))
        self.keep("feature_distributions")
        heat_map(self.tracks[FEATURES].corr(), vmin=-1, vmax=1)
        self.keep("correlation_heatmap")

    def kmeans(self) -> tuple[NDArray[np.int32], list[Score]]:
        """Return the labels of the best k by silhouette, and the scores of all k."""
        models = [KMeans(n_clusters=k, n_init=10, random_state=0).fit(self.X) for k in KS]
        scores = [self.score("kmeans", f"k={k}", self.X, m.labels_) for k, m in zip(KS, models, strict=True)]
        plt.plot(KS, [m.inertia_ for m in models], "o-")
        plt.xlabel("number of clusters")
        plt.ylabel("inertia")
        self.keep("elbow")
        _, axes = plt.subplots(1, 3, figsize=(14, 4))
        for ax, name in zip(axes, ("silhouette", "davies_bouldin", "calinski_harabasz"), strict=True):
            ax.plot(KS, [score[name] for score in scores], "o-")
            ax.set(xlabel="number of clusters", ylabel=name)
        self.keep("scores_by_k")
        best = int(np.argmax([score["silhouette"] for score in scores]))
        return models[best].labels_, scores

    def dbscan(self) -> list[Score]:
        """Return the scores of a small grid around the knee of the k-distance curve, on a sample."""
        X = self.X[self.sample(DBSCAN_SAMPLE)]
        distances = NearestNeighbors(n_neighbors=MIN_SAMPLES[-1], n_jobs=-1).fit(X).kneighbors(X)[0]
        curve = np.sort(distances[:, -1])[::-1]
        eps = curve[knee(curve)]
        plt.plot(curve)
        plt.axhline(eps, linestyle="--")
        plt.xlabel("tracks")
        plt.ylabel(f"distance to neighbor {MIN_SAMPLES[-1]}")
        self.keep("k_distance")
        scores = []
        for radius in eps * np.array(EPS_FACTORS):
            for count in MIN_SAMPLES:
                labels = DBSCAN(eps=radius, min_samples=count, n_jobs=-1).fit_predict(X)
                scores.append(self.score("dbscan", f"eps={radius:.2f}, min_samples={count}", X, labels))
        return scores

    def ward(self) -> list[Score]:
        """Return the scores of Ward's tree of a sample, cut at every k."""
        X = self.X[self.sample(WARD_SAMPLE)]
        tree = linkage(X, method="ward")
        plt.figure(figsize=(12, 6))
        dendrogram(tree, truncate_mode="lastp", p=30)
        plt.ylabel("distance")
        self.keep("dendrogram")
        return [self.score("ward", f"k={k}", X, fcluster(tree, k, "maxclust") - 1) for k in KS]

    def maps(self, labels: NDArray[np.int32]) -> None:
        """Draw the principal components of all tracks and the t-SNE of a sample."""
        components = PCA(n_components=2, random_state=0).fit_transform(self.X)
        scatter(components, labels)
        self.keep("pca_map")
        rows = self.sample(TSNE_SAMPLE)
        coordinates = TSNE(n_components=2, random_state=0, n_jobs=-1).fit_transform(self.X[rows])
        scatter(coordinates, labels[rows])
        self.keep("tsne_map")
        _, axes = plt.subplots(2, 5, figsize=(20, 8))
        for ax, name in zip(axes.ravel(), FEATURES, strict=True):
            ax.scatter(coordinates[:, 0], coordinates[:, 1], c=self.tracks[name].to_numpy()[rows], s=2)
            ax.set_title(name)
        self.keep("feature_maps")

    def profiles(self, labels: NDArray[np.int32], scores: list[Score]) -> None:
        """Write labels, profiles, scores and a report; draw bars, a heat map and boxes by cluster."""
        labeled = self.tracks.assign(cluster=labels)
        labeled.to_csv(self.folder / "tracks.csv", index=False)
        means = labeled.groupby("cluster")[FEATURES].mean()
        means.assign(n_tracks=labeled["cluster"].value_counts()).to_csv(self.folder / "profiles.csv")
        pd.DataFrame(scores).to_csv(self.folder / "scores.csv", index=False)
        labeled["cluster"].value_counts().sort_index().plot.bar()
        self.keep("cluster_sizes")
        z = pd.DataFrame(self.X, columns=FEATURES).groupby(labels).mean()
        z.T.plot.bar(figsize=(12, 5))
        self.keep("cluster_means_bars")
        heat_map(z, vmin=-2, vmax=2)
        self.keep("cluster_means_heatmap")
        labeled.boxplot(column=FEATURES, by="cluster", layout=(2, 5), figsize=(20, 8), sharey=False)
        self.keep("feature_boxes")
        self.report(means, pd.DataFrame(scores))

    def report(self, means: pd.DataFrame, scores: pd.DataFrame) -> None:
        """Write an HTML page of the tables and figures."""
        images = "".join(f'<h2>{html.escape(name)}</h2><img src="figures/{name}.png">' for name in self.figures)
        text = f"<!doctype html><title>Clusters</title>{means.to_html()}{scores.to_html()}{images}"
        (self.folder / "report.html").write_text(text, encoding="utf-8")

    def score(self, method: str, parameters: str, X: Array, labels: NDArray[np.int32]) -> Score:
        """Return the scores of a labeling, noise left out; the silhouette on a sample."""
        X, labels = X[labels >= 0], labels[labels >= 0]
        found: Score = {"method": method, "parameters": parameters, "n_clusters": len(np.unique(labels))}
        if len(np.unique(labels)) < 2:
            return found
        size = min(SILHOUETTE_SAMPLE, len(X))
        return {
            **found,
            "silhouette": silhouette_score(X, labels, sample_size=size, random_state=0),
            "davies_bouldin": davies_bouldin_score(X, labels),
            "calinski_harabasz": calinski_harabasz_score(X, labels),
        }


def read_clean(files: Sequence[str]) -> pd.DataFrame:
    """Return the tables as one, without rows that lack a feature, failed analyses and tracks that come again."""
    tracks = pd.concat([pd.read_csv(name) for name in files], ignore_index=True)
    tracks = tracks.dropna(subset=FEATURES)
    tracks = tracks[tracks["tempo"] > 0]
    return tracks.drop_duplicates(subset=FEATURES).reset_index(drop=True)


def knee(falling: Array) -> int:
    """Return where a falling curve is farthest from its chord, both axes scaled to 0–1."""
    scaled = (falling - falling[-1]) / (falling[0] - falling[-1])
    return int(np.argmax(np.abs(scaled - np.linspace(1, 0, len(scaled)))))


def heat_map(values: pd.DataFrame, vmin: float, vmax: float) -> None:
    """Draw a table as colors with its numbers."""
    _, ax = plt.subplots(figsize=(10, 8))
    plt.colorbar(ax.imshow(values, cmap="coolwarm", vmin=vmin, vmax=vmax, aspect="auto"))
    ax.set_xticks(range(len(values.columns)), values.columns, rotation=45, ha="right")
    ax.set_yticks(range(len(values.index)), values.index)
    for i, j in np.ndindex(values.shape):
        ax.text(j, i, f"{values.iloc[i, j]:.2f}", ha="center", va="center")


def scatter(coordinates: Array, labels: NDArray[np.int32]) -> None:
    """Draw points colored by label."""
    plt.figure(figsize=(9, 7))
    plt.scatter(coordinates[:, 0], coordinates[:, 1], c=labels, s=2, cmap="tab20")
    plt.colorbar()


def main() -> None:
    """Run the notebook on the command line's files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="CSV")
    parser.add_argument("--output", type=Path, required=True, help="folder to write, which must not exist")
    asked = parser.parse_args()
    Notebook(asked.files, asked.output).run()


if __name__ == "__main__":
    main()

"""A factory of synthetic runs: invented tracks from a few Gaussian scenes, clustered with scikit-learn."""

import hashlib
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

from songatlas.options import Options
from songatlas.results import (
    Candidate,
    Choice,
    Clustering,
    Exploration,
    KDistance,
    Lift,
    Profile,
    Provenance,
    RunData,
    Scaling,
    TrackMap,
    Trait,
)
from songatlas.schema import FEATURE_NAMES

NAMES = (
    "Party Tracks", "Chill Acoustic", "Spoken Stories", "Instrumental Focus", "Dark Driving Metal",
    "Live Stage", "Sad Piano", "Happy Latin Dance", "Fast Club", "Slow Ballads", "Long Ambient Pieces",
    "Quiet Folk", "Loud Punk", "Warm Jazz", "Bright Pop", "Deep House", "Old Chanson", "Children's Songs",
    "Choirs", "Radio Drama",
)  # fmt: skip


def _table(rng: np.random.Generator, n: int, truth: np.ndarray, features: tuple[str, ...]) -> pd.DataFrame:
    centers = rng.uniform(0.1, 0.9, (truth.max() + 1, len(features)))
    unit = np.clip(centers[truth] + rng.normal(0, 0.12, (n, len(features))), 0, 1)
    table = pd.DataFrame(unit, columns=list(features))
    if "loudness" in table:
        table["loudness"] = -40 * (1 - table["loudness"])
    if "tempo" in table:
        table["tempo"] = 60 + 120 * table["tempo"]
    if "duration_ms" in table:
        table["duration_ms"] = 60_000 * np.exp(2.5 * table["duration_ms"])
    return table


def _clustering(method: str, X: np.ndarray, labels: np.ndarray) -> Clustering:
    k = int(labels.max(initial=-1)) + 1
    centers = np.array([X[labels == c].mean(axis=0) for c in range(k)]).reshape(k, X.shape[1])
    clustered = labels >= 0
    scores = np.zeros(len(X)) if k > 1 else np.full(len(X), np.nan)
    if k > 1 and len(X) <= 3000:
        scores[clustered] = silhouette_samples(X[clustered], labels[clustered])
    elif k > 1:
        a = np.linalg.norm(X - centers[np.maximum(labels, 0)], axis=1)
        b = np.sort(np.linalg.norm(X[:, None] - centers[None], axis=2), axis=1)[:, 1]
        scores = np.where(clustered, (b - a) / np.maximum(a, b), 0.0)
    return Clustering(method, {"n_clusters": k}, labels.astype(np.int32), centers, scores, scores, Provenance(len(X)))


def _candidate(c: Clustering, winner: bool) -> Candidate:
    sizes = tuple(int((c.labels == i).sum()) for i in range(c.n_clusters))
    noise = int((c.labels < 0).sum())
    shares = np.array(sizes) / max(sum(sizes), 1)
    effective = float(np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum())) if sizes else 0.0
    score = float(np.nanmean(c.silhouette)) if c.n_clusters > 1 else None
    return Candidate(
        c.method, c.params, c.n_clusters, sizes, noise, score, score, score and 1.5, score and 900.0, 100.0,
        effective, c.provenance, None, True, winner,
    )  # fmt: skip


def _profile(
    label: int, name: str, table: pd.DataFrame, labels: np.ndarray, features: tuple[str, ...], genres: bool
) -> Profile:
    own = table.loc[labels == label, list(features)]
    everything = table[list(features)]
    std = everything.std(ddof=0).replace(0.0, np.inf)
    z = (own.mean() - everything.mean()) / std
    means = own.mean().to_dict()
    traits = tuple(Trait(f, float(z[f]), means[f], float(everything[f].mean()), f) for f in features)
    lifts = tuple(Lift(f"genre {label} {g}", 10 - g, 0.3 / (g + 1), 4.0 - 0.4 * g) for g in range(4)) if genres else ()
    return Profile(
        label, name, "One sentence.", traits[:2], len(own), len(own), len(own) / len(table), means,
        own.median().to_dict(), own.std(ddof=0).to_dict(), z.to_dict(), traits, 0.2, (), (), (), lifts,
        (), (),
    )  # fmt: skip


def _labels(X: np.ndarray, n_clusters: int, noise: float, rng: np.random.Generator) -> np.ndarray:
    if n_clusters == 0:
        return np.full(len(X), -1, dtype=np.int32)
    found = KMeans(n_clusters, n_init=1, random_state=0).fit_predict(X)
    order = np.argsort(-np.bincount(found, minlength=n_clusters), kind="stable")
    labels = np.argsort(order)[found].astype(np.int32)
    if noise:
        labels[rng.random(len(X)) < noise] = -1
    return labels


def build_run(
    n_tracks: int = 300,
    n_clusters: int = 4,
    *,
    seed: int = 0,
    features: tuple[str, ...] = FEATURE_NAMES,
    names: tuple[str, ...] = NAMES,
    constant: str | None = None,
    genres: bool = True,
    extras: bool = True,
    has_map: bool = True,
    methods: tuple[str, ...] = ("kmeans", "dbscan", "ward"),
    method: str = "kmeans",
    full_tree: bool = True,
) -> RunData:
    """Return a run over invented tracks; ``n_clusters`` 0 means all tracks are noise."""
    rng = np.random.default_rng(seed)
    truth = np.sort(rng.integers(0, max(n_clusters, 1), n_tracks))
    table = _table(rng, n_tracks, truth, features)
    if constant:
        table[constant] = 0.5
    values = table[list(features)]
    X = ((values - values.mean()) / values.std(ddof=0).replace(0.0, 1.0)).to_numpy()
    labels = {m: _labels(X, n_clusters, 0.15 if m == "dbscan" else 0.0, rng) for m in methods}
    clusterings = {m: _clustering(m, X, own) for m, own in labels.items()}
    table["track_name"] = [f"Invented Song {i}" for i in range(n_tracks)]
    if extras:
        table["popularity"] = np.clip(rng.normal(30 + 5 * truth, 12), 0, 100)
        table["year"] = pd.array(1950 + 10 * truth % 70 + rng.integers(0, 20, n_tracks), dtype="Int64")
        table.loc[0, "year"] = pd.NA
    own = labels[method]
    profiles = tuple(
        _profile(c, names[c % len(names)], table, own, features, genres) for c in range(clusterings[method].n_clusters)
    )
    pca = PCA(min(5, X.shape[1], len(X))).fit(X)
    scores = pca.transform(X)[:, :2]
    scores = np.column_stack([scores, np.zeros((n_tracks, 2 - scores.shape[1]))])
    corners = rng.uniform(-40, 40, (truth.max() + 1, 2))
    coordinates = corners[truth] + rng.normal(0, 5, (n_tracks, 2)) if has_map else None
    ks = [float(k) for k in range(2, 11)]
    bend = {
        "n_clusters": ks,
        "inertia": [1000.0 / k + 50 for k in ks],
        "silhouette": [0.3 - 0.02 * abs(k - 4) for k in ks],
        "davies_bouldin": [1.2 + 0.05 * abs(k - 5) for k in ks],
        "calinski_harabasz": [500.0 - 30 * abs(k - 4) for k in ks],
    }
    curves = {m: bend for m in methods if m in ("kmeans", "ward")}
    with np.errstate(invalid="ignore"):
        spread = values.std(ddof=0).to_numpy() > 0
        r = np.full((len(features), len(features)), np.nan)
        r[np.ix_(spread, spread)] = np.corrcoef(values.to_numpy()[:, spread].T).reshape(spread.sum(), spread.sum())
    exploration = Exploration(n_tracks, (), (), {}, features, r, (), (), (), ())
    tree = None
    if "ward" in methods and n_tracks > 1:
        tree = linkage(X[: n_tracks if full_tree else n_tracks // 2][:4000], "ward")
    distance = np.sort(rng.gamma(4, 0.3, min(n_tracks, 500)))[::-1]
    k_distance = KDistance(10, np.linspace(1, n_tracks, len(distance)), distance, 1.4, 1.6)
    return RunData(
        tracks=table,
        source_columns=tuple(table.columns),
        kept=np.arange(n_tracks, dtype=np.int64),
        exploration=exploration,
        cleaning_counts={},
        ledger=pd.DataFrame(),
        scaling=Scaling(features, {}, "standard", {}, {}),
        candidates=tuple(_candidate(c, m == method) for m, c in clusterings.items()),
        clusterings=clusterings,
        method=method,
        choice=Choice(n_clusters, "silhouette", "why", curves, {"elbow (knee of inertia)": 4}),
        k_distance=k_distance if "dbscan" in methods else None,
        tree=tree,
        profiles=profiles,
        map=TrackMap("tsne", "a map", coordinates, scores, pca.explained_variance_ratio_, pca.components_),
        options=Options(),
        manifest={},
    )


@pytest.fixture(scope="session")
def make_run() -> Callable[..., RunData]:
    """Return the factory."""
    return build_run


@pytest.fixture(scope="session")
def run() -> RunData:
    """Return a plain run: 300 tracks, 4 clusters, three methods."""
    return build_run()


@pytest.fixture
def digest() -> Callable[[bytes], str]:
    """Return a function from bytes to a short fingerprint."""
    return lambda data: hashlib.sha256(data).hexdigest()[:16]

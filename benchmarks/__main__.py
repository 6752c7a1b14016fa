"""``python -m benchmarks``: ours and the trusted tool in turn, medians, ratios, and whether they agree.

Work is on the built-in catalogue, so that anyone can repeat it. Compiled loops are warmed up first; what
compiling costs is a line of its own. Ratios are what counts: seconds belong to the machine that printed them.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from songatlas.catalogue import make_catalogue
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import build, k_nearest
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.silhouette import silhouette_samples
from songatlas.kernels.ward import ward_tree
from songatlas.maps.project import map_tracks
from songatlas.schema import FEATURE_NAMES

KS = tuple(range(2, 16))


@dataclass(frozen=True)
class Work:
    """One line of the table: the same work by two tools, and how to see that they agree."""

    name: str
    oracle_name: str
    ours: Callable[[np.ndarray], Any]
    oracle: Callable[[np.ndarray], Any]
    agree: Callable[[Any, Any, np.ndarray], str]
    oracle_share: int = 1  # the oracle does 1/n of the work, and its time is multiplied
    largest: int = 100_000


def works() -> list[Work]:
    """Return the lines of the table."""
    import fastcluster
    from sklearn.cluster import DBSCAN, KMeans
    from sklearn.metrics import silhouette_samples as oracle_silhouettes
    from sklearn.neighbors import NearestNeighbors

    def sklearn_sweep(X: np.ndarray) -> list[float]:
        return [KMeans(k, n_init=10, random_state=0).fit(X).inertia_ for k in KS]

    def labelings(X: np.ndarray) -> np.ndarray:
        return np.stack([KMeans(k, n_init=1, random_state=0, max_iter=5).fit(X).labels_ for k in KS])

    cache: dict[int, np.ndarray] = {}

    def groups(X: np.ndarray) -> np.ndarray:
        return cache.setdefault(len(X), labelings(X))

    def knee_eps(X: np.ndarray) -> float:
        return float(np.quantile(k_nearest(build(X[:4000]), X[:4000], 19)[0][:, -1], 0.95))

    return [
        Work(
            "K-Means, k = 2…15, 10 starts each",
            "scikit-learn KMeans",
            lambda X: [s.inertia for s in kmeans_sweep(X, KS, n_init=10, confirm=False)],
            sklearn_sweep,
            lambda a, b, X: f"inertia at most {max(x / y - 1 for x, y in zip(a, b, strict=True)):+.2%} at any k",
        ),
        Work(
            "exact silhouettes of all tracks, 14 labelings",
            "scikit-learn silhouette_samples (one of 14, times 14)",
            lambda X: silhouette_samples(X, groups(X)),
            lambda X: oracle_silhouettes(X, groups(X)[1]),
            lambda a, b, X: f"largest difference {np.abs(a[1] - b).max():.0e}",
            oracle_share=14,
            largest=50_000,
        ),
        Work(
            "Ward tree of all tracks",
            "fastcluster.linkage_vector",
            ward_tree,
            lambda X: fastcluster.linkage_vector(X, "ward"),
            lambda a, b, X: f"largest difference of heights {np.abs(a[:, 2] - b[:, 2]).max():.0e}",
        ),
        Work(
            "DBSCAN, min_samples 20",
            "scikit-learn DBSCAN, n_jobs=2",
            lambda X: next(dbscan_grid(X, [knee_eps(X)], [20])).labels,
            lambda X: DBSCAN(eps=knee_eps(X), min_samples=20, n_jobs=2).fit(X).labels_,
            lambda a, b, X: "labels equal" if np.array_equal(a, b) else "LABELS DIFFER",
            largest=50_000,
        ),
        Work(
            "15 nearest neighbors of every track",
            "scikit-learn NearestNeighbors, n_jobs=2",
            lambda X: k_nearest(build(X), X, 15)[0],
            lambda X: NearestNeighbors(n_neighbors=15, n_jobs=2).fit(X).kneighbors()[0],
            lambda a, b, X: f"largest difference {np.abs(a - b).max():.0e}",
        ),
        Work(
            "t-SNE map, 500 iterations",
            "openTSNE, the same neighbors, start and iterations",
            lambda X: map_tracks(X).quality,
            _open_tsne,
            lambda a, b, X: f"neighbors kept {a['neighbors_kept']:.3f} and {b['neighbors_kept']:.3f}",
            largest=50_000,
        ),
    ]


def _open_tsne(X: np.ndarray) -> dict[str, float]:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    from songatlas.maps.project import map_quality, principal_components

    neighbors = k_nearest(build(X), X, 15)[1]
    start = principal_components(X)[0]
    affinities = Uniform(
        knn_index=PrecomputedNeighbors(neighbors, np.ones(neighbors.shape)), symmetrize="max", n_jobs=2
    )
    map_ = TSNEEmbedding(
        start / start[:, 0].std() * 1e-4, affinities, negative_gradient_method="fft", n_jobs=2, random_state=0
    )
    map_ = map_.optimize(100, exaggeration=12, momentum=0.5, learning_rate="auto", n_jobs=2)
    map_ = map_.optimize(400, momentum=0.8, learning_rate="auto", n_jobs=2)
    return map_quality(X, np.asarray(map_), seed=0)[0]


def features(n_tracks: int) -> np.ndarray:
    """Return ten standardized features of a catalogue of that size."""
    values = make_catalogue(n_tracks, seed=0)[list(FEATURE_NAMES)].to_numpy(float)
    return np.ascontiguousarray((values - values.mean(0)) / values.std(0))


def timed(function: Callable[[np.ndarray], Any], X: np.ndarray) -> tuple[float, Any]:
    """Return seconds and result."""
    start = time.perf_counter()
    result = function(X)
    return time.perf_counter() - start, result


def measure(work: Work, X: np.ndarray, repeats: int) -> str:
    """Return the work's row of the table: both tools in turn, medians, their ratio, and whether they agree."""
    ours, theirs = [], []
    for _ in range(repeats):
        seconds, result = timed(work.ours, X)
        ours.append(seconds)
        seconds, expected = timed(work.oracle, X)
        theirs.append(seconds * work.oracle_share)
    a, b = statistics.median(ours), statistics.median(theirs)
    agree = work.agree(result, expected, X)
    return f"| {work.name} | {len(X):,} | {work.oracle_name} | {b:.2f} | {a:.2f} | {b / a:.1f} × | {agree} |"


def main() -> None:
    """Measure, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,40000", help="numbers of tracks, separated by commas")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, help="also write the table to this file")
    given = parser.parse_args()
    lines = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {version('numpy')}, scikit-learn "
        f"{version('scikit-learn')}; medians of {given.repeats}, ours and the other in turn, seconds.",
        "",
        "| work | tracks | compared with | theirs | ours | ratio | agreement |",
        "|---|---:|---|---:|---:|---:|---|",
    ]
    small = features(3_000)
    for work in works():
        timed(work.ours, small)
    for size in map(int, given.sizes.split(",")):
        X = features(size)
        for work in works():
            if size <= work.largest:
                lines.append(measure(work, X, given.repeats))
                print(lines[-1], file=sys.stderr, flush=True)
    print("\n".join(lines))
    if given.output:
        given.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

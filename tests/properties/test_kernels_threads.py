"""The number of threads changes no bit of any kernel's result, and the order of the rows no grouping.

Every kernel runs in fresh processes that are told how many threads to use, as a user would (``NUMBA_NUM_THREADS``),
with fewer and with more than there are cores. The table is large enough that each kernel cuts its work into pieces.
A new kernel joins by one entry of ``results``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from songatlas.cluster.ward import cut_tree
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import build, k_nearest
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.ranks import distance_ranks
from songatlas.kernels.silhouette import silhouette_samples
from songatlas.kernels.tsne import tsne
from songatlas.kernels.ward import ward_tree

THREADS = (1, 2, 5)
N_TRACKS, N_GROUPS = 20_000, 6


def table(n_tracks: int = N_TRACKS) -> tuple[np.ndarray, np.ndarray]:
    """Return rows, some of them copies, and two labelings of them."""
    rng = np.random.default_rng(0)
    groups = rng.choice(N_GROUPS, n_tracks, p=[0.05, 0.1, 0.15, 0.2, 0.2, 0.3])
    X = rng.normal(size=(N_GROUPS, 5))[groups] * 3 + rng.normal(size=(n_tracks, 5))
    X[: n_tracks // 20] = X[-(n_tracks // 20) :]
    return X, np.stack([groups, groups // 2 - 1])


def results() -> dict[str, Iterable[np.ndarray]]:
    """Return what each kernel answers, by name."""
    X, labelings = table()
    neighbors = k_nearest(build(X), X, 6)
    weights = np.arange(len(X)) % 3 + 0.5
    fits = kmeans_sweep(X, [2, 7], n_init=3, max_init=3)
    return {
        "kmeans": [part for fit in fits for part in (fit.labels, fit.centers, np.array([fit.inertia, fit.n_iter]))],
        "kmeans of many digits": [kmeans_sweep(X + 1e9, [3], n_init=2, max_init=2, sample_weight=weights)[0].centers],
        "silhouette": [silhouette_samples(X, labelings)],
        "dbscan": [part for found in dbscan_grid(X, [0.4, 0.9], [4, 12]) for part in (found.labels, found.is_core)],
        "ward": [ward_tree(X), ward_tree(X[:5000], weights[:5000])],
        "neighbors": neighbors,
        "neighbors of new rows": k_nearest(build(X), X[:5000] + 0.1, 3, include_self=True),
        "map": [tsne(neighbors[1], X[:, :2], n_iterations=12, seed=3)],
        "ranks": [distance_ranks(X, np.arange(200), neighbors[1][:200])],
    }


def digests() -> dict[str, str]:
    return {
        name: sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()
        for name, parts in results().items()
    }


@pytest.fixture(scope="module")
def digests_by_threads() -> dict[int, dict[str, str]]:
    found = {}
    for n_threads in THREADS:
        environment = {**os.environ, "NUMBA_NUM_THREADS": str(n_threads)}
        answer = subprocess.run(
            [sys.executable, __file__], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert answer.returncode == 0, answer.stderr
        used, found[n_threads] = json.loads(answer.stdout)
        assert used == n_threads
    return found


@pytest.mark.parametrize("n_threads", THREADS[1:])
def test_the_number_of_threads_changes_no_bit(n_threads: int, digests_by_threads: dict[int, dict[str, str]]) -> None:
    assert digests_by_threads[n_threads] == digests_by_threads[1]


class TestTheOrderOfTheRows:
    """What one row is told must not depend on where it lies in the table."""

    X, labelings = table(6000)
    rows = np.random.default_rng(1).permutation(6000)

    def test_changes_no_kmeans_solution(self) -> None:
        for one, other in zip(
            kmeans_sweep(self.X, [2, 6], n_init=3), kmeans_sweep(self.X[self.rows], [2, 6], n_init=3), strict=True
        ):
            np.testing.assert_array_equal(other.labels, one.labels[self.rows])
            np.testing.assert_array_equal(other.centers, one.centers)

    def test_changes_no_silhouette(self) -> None:
        shuffled = silhouette_samples(self.X[self.rows], self.labelings[:, self.rows])
        expected = silhouette_samples(self.X, self.labelings)[:, self.rows]
        np.testing.assert_allclose(shuffled, expected, atol=5e-6)

    def test_changes_no_cluster_of_dbscan_but_for_rows_at_the_border_of_two(self) -> None:
        for one, other in zip(
            dbscan_grid(self.X, [0.8, 1.2], [4, 9]), dbscan_grid(self.X[self.rows], [0.8, 1.2], [4, 9]), strict=True
        ):
            np.testing.assert_array_equal(other.is_core, one.is_core[self.rows])
            np.testing.assert_array_equal(other.labels < 0, one.labels[self.rows] < 0)
            core = other.is_core
            assert core.any()
            assert adjusted_rand_score(other.labels[core], one.labels[self.rows][core]) == 1

    def test_changes_no_cut_of_the_ward_tree(self) -> None:
        tree, shuffled = ward_tree(self.X), ward_tree(self.X[self.rows])
        np.testing.assert_allclose(shuffled[:, 2], tree[:, 2], rtol=1e-12)
        for k in (2, 6, 300):
            assert adjusted_rand_score(cut_tree(shuffled, k), cut_tree(tree, k)[self.rows]) == 1

    def test_changes_no_neighbor_but_among_copies(self) -> None:
        distances, indices = k_nearest(build(self.X), self.X, 6)
        other_distances, other = k_nearest(build(self.X[self.rows]), self.X[self.rows], 6)
        np.testing.assert_array_equal(other_distances, distances[self.rows])
        np.testing.assert_array_equal(self.X[self.rows][other], self.X[indices][self.rows])


if __name__ == "__main__":
    from numba import get_num_threads

    print(json.dumps([get_num_threads(), digests()]))

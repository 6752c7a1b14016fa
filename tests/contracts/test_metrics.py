"""What every metric of a labeling promises, checked on all of them.

A new metric joins by one line in ``METRICS``.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas import metrics

Metric = Callable[[np.ndarray, np.ndarray], float]


def mean_silhouette(X: np.ndarray, labels: np.ndarray) -> float:
    return float(metrics.silhouette_samples(X, labels[None])[0][labels >= 0].mean())


def effective_n_clusters(X: np.ndarray, labels: np.ndarray) -> float:
    return metrics.effective_n_clusters(np.bincount(labels[labels >= 0]))


METRICS: dict[str, Metric] = {
    "silhouette": mean_silhouette,
    "davies_bouldin": metrics.davies_bouldin_score,
    "calinski_harabasz": metrics.calinski_harabasz_score,
    "inertia": metrics.inertia,
    "effective_n_clusters": effective_n_clusters,
}
UNIT_FREE = ("silhouette", "davies_bouldin", "calinski_harabasz", "effective_n_clusters")
# (metric, whether groups far apart and tight score higher than a random labeling)
BETTER = {"silhouette": True, "davies_bouldin": False, "calinski_harabasz": True, "inertia": False}


def table(seed: int, n_tracks: int = 60) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    """Return a generator, features, and labels of four clusters of two tracks or more, and noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 4, n_tracks)
    labels[:8] = [0, 0, 1, 1, 2, 2, 3, 3]
    return rng, rng.normal(size=(n_tracks, 3)), labels


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
class TestEveryMetric:
    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_renaming_labels_changes_nothing(self, metric: Metric, seed: int) -> None:
        rng, X, labels = table(seed)
        names = np.append(rng.permutation(50)[:4], -1)
        assert metric(X, names[labels]) == pytest.approx(metric(X, labels), rel=1e-6)

    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_shuffling_tracks_changes_nothing(self, metric: Metric, seed: int) -> None:
        rng, X, labels = table(seed)
        rows = rng.permutation(len(X))
        assert metric(X[rows], labels[rows]) == pytest.approx(metric(X, labels), rel=1e-6)

    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_noise_is_left_out(self, metric: Metric, seed: int) -> None:
        rng, X, labels = table(seed)
        kept = labels >= 0
        moved = np.where(kept[:, None], X, rng.normal(size=X.shape) * 1e3)
        assert metric(moved, labels) == pytest.approx(metric(X[kept], labels[kept]), rel=1e-6)

    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_turning_and_shifting_all_tracks_changes_nothing(self, metric: Metric, seed: int) -> None:
        rng, X, labels = table(seed)
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        assert metric(X @ turn + 7.0, labels) == pytest.approx(metric(X, labels), rel=1e-6)

    def test_arguments_are_not_altered_and_may_be_read_only(self, metric: Metric) -> None:
        _, X, labels = table(0)
        before = X.copy(), labels.copy()
        X.flags.writeable = labels.flags.writeable = False
        metric(X, labels)
        assert np.array_equal(X, before[0])
        assert np.array_equal(labels, before[1])


@pytest.mark.parametrize("name", UNIT_FREE)
def test_another_unit_changes_nothing(name: str) -> None:
    _, X, labels = table(1)
    assert METRICS[name](X * 1000.0, labels) == pytest.approx(METRICS[name](X, labels), rel=1e-6)


@pytest.mark.parametrize(("name", "higher"), BETTER.items())
def test_clear_groups_score_better_than_a_random_labeling(name: str, higher: bool) -> None:
    rng, X, labels = table(2)
    clear = X + 20.0 * np.where(labels < 0, 4, labels)[:, None]
    found, chance = METRICS[name](clear, labels), METRICS[name](clear, rng.permutation(labels))
    assert (found > chance) == higher

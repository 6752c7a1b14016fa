"""What every metric of a labeling promises, checked on all of them.

A new metric joins by one line in ``METRICS``.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas import metrics
from songatlas.errors import ParameterError

Metric = Callable[[np.ndarray, np.ndarray], float]


def mean_silhouette(X: np.ndarray, labels: np.ndarray) -> float:
    return float(metrics.silhouette_samples(X, labels)[np.asarray(labels) != -1].mean())


def effective_n_clusters(X: np.ndarray, labels: np.ndarray) -> float:
    return metrics.effective_n_clusters(np.unique(labels[labels != -1], return_counts=True)[1])


METRICS: dict[str, Metric] = {
    "silhouette": mean_silhouette,
    "davies_bouldin": metrics.davies_bouldin_score,
    "calinski_harabasz": metrics.calinski_harabasz_score,
    "inertia": metrics.inertia,
    "effective_n_clusters": effective_n_clusters,
}
OF_FEATURES = {name: metric for name, metric in METRICS.items() if name != "effective_n_clusters"}
NAMES = (-9, 0, 1, 7, 40, 10**12, np.iinfo(np.int64).max, np.iinfo(np.int64).min)
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
        names = np.append(rng.choice(NAMES, 4, replace=False), -1)
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


@pytest.mark.parametrize("metric", OF_FEATURES.values(), ids=OF_FEATURES.keys())
class TestEveryMetricOfFeatures:
    @pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64, np.int32])
    def test_any_type_of_integer_will_do_for_labels(self, metric: Metric, dtype: type) -> None:
        _, X, labels = table(3)
        kept = labels >= 0
        assert metric(X[kept], labels[kept].astype(dtype)) == metric(X[kept], labels[kept])

    @pytest.mark.parametrize(
        "change",
        [
            lambda labels: labels[1:],
            lambda labels: labels.astype(float),
            lambda labels: labels > 0,
            lambda labels: labels.astype(str),
            lambda labels: np.append(labels, 0),
        ],
    )
    def test_labels_that_are_not_one_integer_for_each_track_are_refused(
        self, metric: Metric, change: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        _, X, labels = table(4)
        with pytest.raises(ValueError, match=r"(labels|labelings) must be .*integer.*, got \S+ of shape \(\d+,\)"):
            metric(X, change(labels))

    @pytest.mark.parametrize(("value", "words"), [(np.nan, "NaN"), (np.inf, "inf"), (-np.inf, "-inf")])
    def test_values_that_are_no_numbers_are_refused_by_row_and_column(
        self, metric: Metric, value: float, words: str
    ) -> None:
        _, X, labels = table(5)
        X[11, 2] = value
        with pytest.raises(ValueError, match=f"X must be finite.*1 of 60 .*row 11, where column 2 holds {words}"):
            metric(X, labels)

    @pytest.mark.parametrize("X", [np.zeros((60, 0)), np.zeros(60), np.zeros((60, 1, 1))])
    def test_what_is_no_table_is_refused(self, metric: Metric, X: np.ndarray) -> None:
        with pytest.raises(ValueError, match=r"X must have shape \(n_tracks, n_features\) with a"):
            metric(X, table(6)[2])

    def test_equal_tracks_have_a_value_and_no_warning(self, metric: Metric) -> None:
        """0 for silhouettes, Davies-Bouldin and inertia; 1 for Calinski-Harabasz, as in scikit-learn."""
        value = metric(np.full((60, 3), 0.25), table(7)[2])
        assert value == (1.0 if metric is metrics.calinski_harabasz_score else 0.0)

    def test_one_cluster_has_no_value_but_its_inertia(self, metric: Metric) -> None:
        _, X, _ = table(8)
        value = metric(X, np.full(60, 4))
        assert np.isnan(value) if metric is not metrics.inertia else value > 0


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


@pytest.mark.parametrize(
    ("sizes", "message"),
    [(["many"], "sizes must hold numbers, got <U4"), ([3, -1], "counts of 0 or above"), ([np.nan], "counts of 0")],
)
def test_sizes_that_are_no_counts_are_refused(sizes: list[object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        metrics.effective_n_clusters(sizes)

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from songatlas.cluster.kmeans import KMeans
from songatlas.errors import ParameterError


@parametrize_with_checks([KMeans(n_clusters=3, n_init=2)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_keeps_the_estimator_contract(estimator: Any, check: Any) -> None:
    check(estimator)


def blobs(n_tracks: int = 400) -> np.ndarray:
    rng = np.random.default_rng(0)
    shares = rng.choice(4, n_tracks, p=[0.1, 0.2, 0.3, 0.4])
    return rng.normal(size=(4, 5))[shares] * 6 + rng.normal(size=(n_tracks, 5))


def test_labels_go_by_falling_size_and_match_their_centers() -> None:
    X = blobs()
    model = KMeans(4, random_state=0).fit(X)
    assert np.all(np.diff(np.bincount(model.labels_)) <= 0)
    for label, center in enumerate(model.cluster_centers_):
        np.testing.assert_allclose(X[model.labels_ == label].mean(axis=0), center)


def test_training_tracks_get_their_own_label_back() -> None:
    X = blobs()
    model = KMeans(6, random_state=0).fit(X)
    assert np.array_equal(model.predict(X), model.labels_)
    assert np.array_equal(model.transform(X).argmin(axis=1), model.labels_)


def test_row_order_changes_no_grouping() -> None:
    X = blobs()
    rows = np.random.default_rng(1).permutation(len(X))
    expected = KMeans(6, random_state=0).fit(X).labels_
    assert np.array_equal(KMeans(6, random_state=0).fit(X[rows]).labels_, expected[rows])


def test_more_starts_are_spent_where_the_best_is_not_confirmed() -> None:
    X = np.random.default_rng(0).uniform(size=(500, 8))
    model = KMeans(9, n_init=2, random_state=0).fit(X)
    assert 2 < model.n_starts_ <= 6
    assert model.confirmed_ or model.n_starts_ == 6


def test_weight_zero_leaves_a_track_out_of_the_centers() -> None:
    X = np.array([[0.0], [1.0], [10.0], [12.0], [500.0]])
    model = KMeans(2, random_state=0).fit(X, sample_weight=[1, 1, 1, 1, 0])
    assert sorted(model.cluster_centers_.ravel().tolist()) == [0.5, 11.0]


def test_equal_rows_make_one_cluster_and_say_so() -> None:
    with pytest.warns(ConvergenceWarning, match="only 1 rows differ"):
        model = KMeans(3, random_state=0).fit(np.full((9, 2), 0.1))
    assert model.labels_.tolist() == [0] * 9
    assert model.inertia_ == 0.0


def test_pipeline_and_clone_work() -> None:
    model = clone(KMeans(3, n_init=3, random_state=5))
    assert model.get_params() == {"n_clusters": 3, "n_init": 3, "max_iter": 300, "random_state": 5}
    assert make_pipeline(StandardScaler(), model).fit_predict(blobs()).max() == 2


@pytest.mark.parametrize("parameter", ["n_clusters", "n_init", "max_iter"])
def test_parameters_that_are_no_counts_are_refused(parameter: str) -> None:
    with pytest.raises(ParameterError, match=rf"{parameter} must be an integer of 1 or above, got 0"):
        KMeans(**{parameter: 0}).fit(blobs())


def test_more_clusters_than_tracks_are_refused() -> None:
    with pytest.raises(ParameterError, match="n_clusters must not be above the number of tracks"):
        KMeans(5).fit(blobs(4))

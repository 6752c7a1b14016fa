import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from songatlas.errors import ParameterError
from songatlas.metrics import (
    calinski_harabasz_score,
    centroid_scores,
    davies_bouldin_score,
    effective_n_clusters,
    inertia,
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 80), st.integers(1, 12))
def test_scores_agree_with_scikit_learn_without_noise(seed: int, n_tracks: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_tracks, n_features)) + rng.normal(size=n_features)
    labels = rng.choice([-1, 0, 2, 7], size=n_tracks)
    labels[:5] = [0, 0, 2, 2, 2]
    kept = labels >= 0
    # scikit-learn's distance of a track to itself is off by 1e-8, which shows where a cluster is one track
    assert davies_bouldin_score(X, labels) == pytest.approx(
        oracle.davies_bouldin_score(X[kept], labels[kept]), rel=1e-6
    )
    assert calinski_harabasz_score(X, labels) == pytest.approx(
        oracle.calinski_harabasz_score(X[kept], labels[kept]), rel=1e-9
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_label_names_and_offset_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(40, 3)), rng.integers(-1, 4, 40)
    rows, names = rng.permutation(40), np.append(rng.permutation(9000)[:4] * 1000, -1)
    for score in (davies_bouldin_score, calinski_harabasz_score, inertia):
        assert score(X[rows] + 100.0, names[labels][rows]) == pytest.approx(score(X, labels), rel=1e-9)


def test_inertia_is_the_sum_over_clusters_of_n_times_variance() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(50, 4)), rng.integers(0, 3, 50)
    expected = sum((labels == c).sum() * X[labels == c].var(axis=0).sum() for c in range(3))
    assert inertia(X, labels) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("labels", [[-1] * 4, [3] * 4])
def test_fewer_than_two_clusters_score_nan(labels: list[int]) -> None:
    X = np.arange(8.0).reshape(4, 2)
    assert np.isnan(davies_bouldin_score(X, labels))
    assert np.isnan(calinski_harabasz_score(X, labels))


def test_inertia_of_noise_only_is_nan() -> None:
    assert np.isnan(inertia(np.zeros((2, 2)), [-1, -1]))


def test_as_many_clusters_as_tracks_have_no_calinski_harabasz_score() -> None:
    assert np.isnan(calinski_harabasz_score([[0.0], [1.0]], [0, 1]))


@pytest.mark.parametrize("X", [np.zeros((4, 2)), np.array([[0.0], [0.0], [3.0], [3.0]])])
def test_clusters_without_spread_agree_with_scikit_learn(X: np.ndarray) -> None:
    labels = [0, 0, 1, 1]
    assert davies_bouldin_score(X, labels) == oracle.davies_bouldin_score(X, labels)
    assert calinski_harabasz_score(X, labels) == oracle.calinski_harabasz_score(X, labels)


def test_two_clusters_on_one_centroid_agree_with_scikit_learn() -> None:
    X, labels = np.array([[-1.0], [1.0], [-2.0], [2.0], [5.0], [6.0]]), [0, 0, 1, 1, 2, 2]
    assert davies_bouldin_score(X, labels) == pytest.approx(oracle.davies_bouldin_score(X, labels))


def test_effective_number_of_clusters_counts_equal_clusters_fully() -> None:
    assert effective_n_clusters([7, 7, 7, 7, 0]) == pytest.approx(4.0)
    assert effective_n_clusters([100]) == pytest.approx(1.0)
    assert 1.0 < effective_n_clusters([97, 2, 1]) < 1.2
    assert np.isnan(effective_n_clusters([]))


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ParameterError, match="one integer for each row of X"):
        inertia(np.zeros((3, 2)), [0, 1])
    with pytest.raises(ParameterError, match="one integer for each row of X"):
        inertia(np.zeros((2, 2)), [0.0, 1.0])
    with pytest.raises(ParameterError, match="counts of 0 or above"):
        effective_n_clusters([3, -1])


@pytest.mark.parametrize("n_features", [1, 3, 12])
def test_centroid_silhouettes_follow_their_definition(n_features: int) -> None:
    rng = np.random.default_rng(n_features)
    X, labels = rng.normal(size=(300, n_features)), rng.integers(-1, 4, 300)
    (scores, nothing) = centroid_scores(X, np.stack([labels, np.zeros_like(labels)]))
    centers = np.stack([X[labels == k].mean(axis=0) for k in range(4)])
    gaps = np.linalg.norm(X[:, None] - centers, axis=2)
    own = gaps[np.arange(300), labels]
    others = np.where(np.arange(4) == labels[:, None], np.inf, gaps).min(axis=1)
    expected = (others - own) / np.maximum(own, others)
    assert scores.centroid_silhouette == pytest.approx(expected[labels >= 0].mean())
    for k in range(4):
        assert scores.centroid_silhouettes[k] == pytest.approx(expected[labels == k].mean())
    assert np.isnan(nothing.centroid_silhouette)
    assert scores.inertia == inertia(X, labels)


def test_without_centroid_silhouettes_the_other_scores_are_the_same() -> None:
    X, labels = np.random.default_rng(0).normal(size=(20_000, 3)), np.arange(20_000) % 5
    with_, without = (centroid_scores(X, labels[None], silhouettes=flag)[0] for flag in (True, False))
    assert (with_.davies_bouldin, with_.inertia) == (without.davies_bouldin, without.inertia)
    assert np.isnan(without.centroid_silhouette)

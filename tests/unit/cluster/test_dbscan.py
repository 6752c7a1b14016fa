"""DBSCAN: scikit-learn's contract, its labels, and the choice of eps."""

import numpy as np
import pytest
from sklearn import cluster
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from songatlas.cluster.dbscan import DBSCAN, eps_grid, knee, min_samples_candidates
from songatlas.errors import ParameterError


@parametrize_with_checks([DBSCAN()])
def test_keeps_the_estimator_contract(estimator, check):
    check(estimator)


def test_same_clusters_as_scikit_learn_in_order_of_size():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(c, 0.3, (n, 2)) for c, n in ((0, 40), (4, 90), (8, 60))])
    ours, theirs = DBSCAN(0.3).fit(X), cluster.DBSCAN(eps=0.3).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
    np.testing.assert_array_equal(ours.labels_ == -1, theirs.labels_ == -1)
    np.testing.assert_array_equal(ours.core_sample_indices_, theirs.core_sample_indices_)
    np.testing.assert_array_equal(ours.components_, theirs.components_)
    assert (np.diff(np.bincount(ours.labels_[ours.labels_ >= 0])) <= 0).all()


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (DBSCAN(0.0), "eps must be a positive number, got 0.0"),
        (DBSCAN(float("nan")), "eps must be a positive number, got nan"),
        (DBSCAN(min_samples=0), "min_samples must be an integer, 1 or above, got 0"),
        (DBSCAN(min_samples=2.5), "got 2.5"),
    ],
)
def test_unusable_parameters_are_named(estimator, message):
    with pytest.raises(ParameterError, match=message):
        estimator.fit(np.zeros((4, 2)))


def corner(n=101, bend=20):
    """A falling curve of two straight pieces that meet at ``bend``."""
    x = np.arange(n)
    return np.where(x < bend, 10.0 - 9.0 * x / bend, 1.0 - (x - bend) / (n - 1 - bend))


def test_knee_is_the_corner_whichever_way_the_curve_runs():
    y = corner()
    assert knee(y) == 20
    assert knee(-y) == 20
    assert knee(y[::-1]) == 80
    assert knee(-y[::-1]) == 80
    assert knee(1e6 * y + 5) == 20


@pytest.mark.parametrize("values", [[3.0], [1.0, 9.0], [2.0] * 7, np.linspace(0, 0.3, 50)])
def test_knee_of_a_line_or_too_few_points_is_the_start(values):
    assert knee(values) == 0


@pytest.mark.parametrize("values", [[], [1.0, np.nan, 3.0], [[1.0, 2.0]]])
def test_knee_refuses_what_is_no_curve(values):
    with pytest.raises(ParameterError, match="finite numbers"):
        knee(values)


def test_eps_is_the_distance_at_the_knee():
    eps, candidates = eps_grid(corner())
    assert eps == pytest.approx(1.0)
    np.testing.assert_allclose(candidates, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15])
    assert eps_grid(corner()[::-1])[0] == eps


def test_eps_is_positive_for_copies():
    assert eps_grid([5.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])[0] > 0
    assert eps_grid(np.zeros(9))[0] == 1.0


def test_min_samples_candidates_rise_from_features_plus_one():
    for n_features in range(1, 60):
        candidates = min_samples_candidates(n_features)
        assert candidates[0] == max(5, n_features + 1)
        assert candidates[-1] == max(candidates[0], 2 * n_features)
        assert list(candidates) == sorted(set(candidates))

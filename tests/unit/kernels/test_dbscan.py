"""DBSCAN labels against scikit-learn's, number for number."""

import time

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import nearest_others


def make_rows(kind, seed, n, d):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if kind == "clustered":
        X = 0.3 * X + rng.normal(size=(4, d))[rng.integers(0, 4, n)] * 3
    elif kind == "duplicated":
        X = X[rng.integers(0, max(1, n // 5), n)]
    elif kind == "lattice":
        X = rng.integers(0, 6, (n, d)).astype(float)
    elif kind == "collinear":
        X = X[:, :1] * np.arange(1.0, d + 1)
    elif kind == "constant":
        X = np.full((n, d), 2.5)
    return X


def assert_equals_scikit_learn(X, eps, min_samples):
    (ours,) = dbscan_grid(X, [eps], [min_samples])
    # The tree algorithm sums feature by feature, as ours does; brute force rounds otherwise at exactly eps.
    theirs = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree").fit(X)
    np.testing.assert_array_equal(ours.labels, theirs.labels_)
    np.testing.assert_array_equal(np.flatnonzero(ours.is_core), theirs.core_sample_indices_)
    assert ours.labels.dtype == np.int32


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(["random", "clustered", "duplicated", "lattice", "collinear", "constant"]),
    seed=st.integers(0, 10**6),
    n=st.integers(1, 400),
    d=st.sampled_from([1, 2, 10, 40]),
    share=st.floats(0.02, 1.5),
    min_samples=st.integers(1, 30),
)
def test_labels_equal_scikit_learn(kind, seed, n, d, share, min_samples):
    X = make_rows(kind, seed, n, d)
    assert_equals_scikit_learn(X, share * np.sqrt(d), min_samples)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(20, 300), d=st.integers(1, 3), eps=st.sampled_from([1.0, 2.0]))
def test_rows_at_exactly_eps_are_in_reach(seed, n, d, eps):
    assert_equals_scikit_learn(make_rows("lattice", seed, n, d), eps, 4)


@pytest.mark.parametrize("eps", [0.15, 0.4, 0.8, 2.0])
def test_thousands_of_rows_equal_scikit_learn(eps):
    rng = np.random.default_rng(1)
    X = np.concatenate([make_rows("clustered", 2, 3000, 3), rng.uniform(-9, 9, (600, 3))])
    for min_samples in (1, 6, 15):
        assert_equals_scikit_learn(rng.permutation(X), eps, min_samples)


def test_a_border_row_takes_the_cluster_whose_first_core_row_comes_first():
    left, right = np.arange(-1.5, -0.5, 0.1), np.arange(0.6, 1.6, 0.1)
    for first, second in ((left, right), (right, left)):
        X = np.concatenate([[0.0], second[:1] * 9, first, second])[:, None]
        (found,) = dbscan_grid(X, [0.65], [6])
        assert not found.is_core[0]
        assert found.labels[0] == found.labels[2] == 0
        assert found.labels[-1] == 1


def test_grid_yields_every_pair_eps_by_eps():
    X = make_rows("clustered", 3, 300, 2)
    steps = []
    found = list(dbscan_grid(X, [0.5, 0.2], [3, 9], steps.append))
    assert [(f.eps, f.min_samples) for f in found] == [(0.5, 3), (0.5, 9), (0.2, 3), (0.2, 9)]
    assert steps == [1, 1, 1, 1]
    for one in found:
        (alone,) = dbscan_grid(X, [one.eps], [one.min_samples])
        np.testing.assert_array_equal(one.labels, alone.labels)


def test_results_do_not_depend_on_the_number_of_threads():
    X = make_rows("clustered", 4, 8000, 4)
    several = [f.labels for f in dbscan_grid(X, [0.1, 0.4], [4])]
    n_threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        single = [f.labels for f in dbscan_grid(X, [0.1, 0.4], [4])]
    finally:
        numba.set_num_threads(n_threads)
    np.testing.assert_array_equal(several, single)


def test_copies_of_one_row_are_not_quadratic():
    X = np.repeat([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0]], [150_000, 50_000, 3], axis=0)
    start = time.perf_counter()
    for eps, n_clusters in ((0.5, 2), (1.0, 1), (0.0, 2), (1e9, 1)):
        (found,) = dbscan_grid(X, [eps], [5])
        assert found.labels.max() + 1 == n_clusters
        assert (found.labels[-3:] == (0 if eps > 9 else -1)).all()
    assert time.perf_counter() - start < 60  # pair by pair it would take hours


def test_parameters_may_be_given_one_after_the_other():
    X = make_rows("clustered", 3, 100, 2)
    found = list(dbscan_grid(X, (eps for eps in (0.5, 0.2)), (m for m in (3, 9))))
    assert [(f.eps, f.min_samples) for f in found] == [(0.5, 3), (0.5, 9), (0.2, 3), (0.2, 9)]


def test_more_min_samples_than_rows_is_all_noise():
    (found,) = dbscan_grid(np.zeros((4, 2)), [1.0], [5])
    np.testing.assert_array_equal(found.labels, [-1, -1, -1, -1])


def test_an_infinite_eps_is_one_cluster():
    (found,) = dbscan_grid(make_rows("random", 5, 50, 2), [np.inf], [50])
    np.testing.assert_array_equal(found.labels, np.zeros(50))


@pytest.mark.parametrize(
    ("eps", "min_samples", "message"),
    [
        ([-1.0], [5], "eps must be 0 or above"),
        ([np.nan], [5], "eps must"),
        (["wide"], [5], "eps_list must hold numbers, got <U4"),
        ([1.0], [0], "min_samples must be an integer of 1 or above, got 0"),
        ([1.0], [2.5], "min_samples must be an integer of 1 or above, got 2.5"),
    ],
)
def test_unusable_parameters_are_refused_at_once(eps, min_samples, message):
    with pytest.raises(ValueError, match=message):
        dbscan_grid(np.zeros((3, 2)), eps, min_samples)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 300), st.integers(1, 12), st.sampled_from(["any", "integers", "copies"]))
def test_lists_of_neighbors_change_no_label(seed, n, d, kind):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if kind == "integers":
        X = np.round(X)
    elif kind == "copies":
        X[rng.integers(0, n, n // 2)] = X[0]
    neighbors = nearest_others(X, 12)
    at_a_distance = float(neighbors.distances[n // 2, 5])  # some row lies at exactly eps
    eps_list, min_samples_list = [0.0, at_a_distance, 0.5, 1.5, np.inf], [1, 2, 5, 13, 14, 18]
    listed = list(dbscan_grid(X, eps_list, min_samples_list, neighbors=neighbors))
    for found, expected in zip(listed, dbscan_grid(X, eps_list, min_samples_list), strict=True):
        assert found[:2] == expected[:2]
        assert np.array_equal(found.is_core, expected.is_core)
        assert np.array_equal(found.labels, expected.labels)


def test_neighbors_of_other_rows_are_refused():
    X = np.random.default_rng(0).normal(size=(50, 3))
    with pytest.raises(ValueError, match="neighbors are those of 50 rows, X has 40"):
        dbscan_grid(X[:40], [1.0], [3], neighbors=nearest_others(X, 5))

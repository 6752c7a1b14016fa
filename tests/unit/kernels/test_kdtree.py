"""The kd-tree against SciPy's and against brute force, ties included."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from songatlas.kernels.kdtree import TILE, build, k_distances, k_nearest


def make_rows(kind, seed, n, d):
    """Rows of one of the kinds that break trees."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if kind == "duplicated":
        X = X[rng.integers(0, max(1, n // 10), n)]
    elif kind == "lattice":
        X = rng.integers(0, 3, (n, d)).astype(float)
    elif kind == "collinear":
        X = X[:, :1] * np.arange(1.0, d + 1)
    elif kind == "constant":
        X = np.full((n, d), 2.5)
    elif kind == "huge":
        X = X * 1e100
    return X


rows = st.builds(
    make_rows,
    st.sampled_from(["random", "duplicated", "lattice", "collinear", "constant", "huge"]),
    st.integers(0, 10**6),
    st.integers(2, 400),
    st.sampled_from([1, 2, 10, 40]),
)


def brute(X, Q, k, skip_self):
    """Neighbors in order of (distance, row), distances summed feature by feature as the kernel does."""
    d2 = np.zeros((len(Q), len(X)))
    for f in range(X.shape[1]):
        d2 += (X[:, f] - Q[:, [f]]) ** 2
    if skip_self:
        np.fill_diagonal(d2, np.inf)
    order = np.argsort(d2, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(d2, order, axis=1)), order


@settings(max_examples=60, deadline=None)
@given(X=rows, data=st.data())
def test_neighbors_equal_brute_force_in_distance_and_order_of_ties(X, data):
    k = data.draw(st.integers(1, min(len(X) - 1, 40)))
    distances, indices = k_nearest(build(X), X, k)
    expected_distances, expected_indices = brute(X, X, k, skip_self=True)
    np.testing.assert_array_equal(indices, expected_indices)
    np.testing.assert_array_equal(distances, expected_distances)


@settings(max_examples=30, deadline=None)
@given(X=rows, seed=st.integers(0, 10**6))
def test_new_rows_find_what_scipy_finds(X, seed):
    Q = make_rows("random", seed, 30, X.shape[1])
    k = min(5, len(X))
    distances, indices = k_nearest(build(X), Q, k, include_self=True)
    expected = cKDTree(X).query(Q, k=np.arange(1, k + 1))[0]
    np.testing.assert_allclose(distances, expected, rtol=1e-12)
    np.testing.assert_array_equal(indices, brute(X, Q, k, skip_self=False)[1])


@settings(max_examples=30, deadline=None)
@given(X=rows, use_sizes=st.booleans())
def test_every_row_lies_once_in_the_tree_and_inside_its_boxes(X, use_sizes):
    tree = build(X, np.random.default_rng(0).pareto(1.0, len(X)) + 1.0 if use_sizes else None)
    assert sorted(tree.ids[tree.ids >= 0]) == list(range(len(X)))
    np.testing.assert_array_equal(tree.ids.ravel()[tree.place], np.arange(len(X)))
    for node in range(len(tree.child)):
        for c in range(8):
            places = tree.ids[tree.first[node, c] : tree.last[node, c]].ravel()
            inside = X[places[places >= 0]]
            if len(inside):
                np.testing.assert_array_equal(tree.low[node, : X.shape[1], c], inside.min(axis=0))
                np.testing.assert_array_equal(tree.high[node, : X.shape[1], c], inside.max(axis=0))
            else:
                assert np.isinf(tree.low[node, 0, c])


def test_results_do_not_depend_on_the_number_of_threads():
    X = make_rows("random", 3, 9000, 4)
    several = k_nearest(build(X), X, 7)
    n_threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        single = k_nearest(build(X), X, 7)
    finally:
        numba.set_num_threads(n_threads)
    for a, b in zip(several, single, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_large_tree_equals_scipy():
    X = make_rows("random", 4, 20_000, 3)
    distances, indices = k_nearest(build(X), X, 6)
    expected_distances, expected_indices = cKDTree(X).query(X, k=7)
    np.testing.assert_allclose(distances, expected_distances[:, 1:], rtol=1e-12)
    np.testing.assert_array_equal(indices, expected_indices[:, 1:])


def test_many_copies_of_one_row_are_answered_at_once():
    X = np.zeros((100_000, 3))
    X[-1] = 1.0
    distances, indices = k_nearest(build(X), X, 4)
    np.testing.assert_array_equal(indices[0], [1, 2, 3, 4])
    np.testing.assert_array_equal(indices[50_000], [0, 1, 2, 3])
    np.testing.assert_array_equal(distances[-1], np.full(4, np.sqrt(3.0)))


def test_k_distances_are_the_last_column():
    X = make_rows("random", 5, 500, 10)
    np.testing.assert_allclose(k_distances(X, 9), np.sort(cdist(X, X), axis=1)[:, 9], rtol=1e-12)


@pytest.mark.parametrize("n", [1, TILE, TILE + 1, 8 * TILE, 8 * TILE + 1, 64 * TILE + 5])
def test_sizes_around_full_tiles_and_nodes(n):
    X = make_rows("random", 6, n, 2)
    np.testing.assert_array_equal(k_nearest(build(X), X, 1, include_self=True)[1][:, 0], np.arange(n))


def test_any_layout_of_the_input_gives_the_same():
    X = make_rows("random", 7, 200, 6)
    expected = k_nearest(build(X), X, 3)[1]
    frozen = X.copy()
    frozen.flags.writeable = False
    for other in (np.asfortranarray(X), frozen, np.repeat(X, 2, axis=1)[:, ::2]):
        np.testing.assert_array_equal(k_nearest(build(other), other, 3)[1], expected)


@pytest.mark.parametrize("X", [np.empty((0, 3)), np.empty((3, 0)), np.zeros(4)])
def test_matrices_without_a_row_or_a_column_are_refused(X):
    with pytest.raises(ValueError, match=r"X must have shape \(n_tracks, n_features\) with a track and a feature"):
        build(X)


@pytest.mark.parametrize(("value", "words"), [(np.nan, "NaN"), (-np.inf, "-inf"), (1e200, r"1e\+200")])
def test_unusable_values_are_refused_by_row_and_column(value, words):
    X = np.zeros((9, 3))
    X[4, 2] = value
    with pytest.raises(ValueError, match=rf"below 1e\+140 in magnitude.*row 4, where column 2 holds {words}\."):
        build(X)


def test_unusable_k_and_queries_are_refused():
    X = make_rows("random", 8, 10, 3)
    for k in (10, 0, 2.5):
        with pytest.raises(ValueError, match=f"k must be an integer from 1 to 9 for a tree of 10 rows, got {k}"):
            k_nearest(build(X), X, k)
    with pytest.raises(ValueError, match="needs the 10 rows"):
        k_nearest(build(X), X[:5], 2)
    for n_features in (2, 4, 9):
        with pytest.raises(ValueError, match=f"the 3 features the tree was built from, got {n_features}"):
            k_nearest(build(X), np.zeros((2, n_features)), 2, include_self=True)

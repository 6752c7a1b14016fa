"""The Ward tree against SciPy's, and what must hold for any tree."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score

from songatlas.kernels.ward import ward_tree


def make_rows(kind, seed, n, d):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if kind == "clustered":
        X += rng.normal(size=(5, d))[rng.integers(0, 5, n)] * 20
    elif kind == "duplicated":
        X = X[rng.integers(0, max(1, n // 4), n)]
    elif kind == "collinear":
        X = X[:, :1] * np.arange(1.0, d + 1)
    elif kind == "skewed":
        X = np.exp(3 * X)
    elif kind == "huge":
        X = X * 1e60
    return X


def sets_of(tree):
    """The rows below every merge."""
    n = len(tree) + 1
    members = [frozenset([i]) for i in range(n)]
    for left, right in tree[:, :2].astype(int):
        members.append(members[left] | members[right])
    return members[n:]


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["random", "clustered", "duplicated", "collinear", "skewed", "huge"]),
    seed=st.integers(0, 10**6),
    n=st.integers(2, 300),
    d=st.sampled_from([1, 2, 10, 40]),
)
def test_tree_equals_scipy(kind, seed, n, d):
    X = make_rows(kind, seed, n, d)
    tree, expected = ward_tree(X), hierarchy.linkage(X, "ward")
    assert hierarchy.is_valid_linkage(tree)
    np.testing.assert_allclose(tree[:, 2], expected[:, 2], rtol=1e-10, atol=1e-12 * expected[-1, 2])
    positive = tree[:, 2] > 1e-9 * expected[-1, 2]
    ours = [s for s, p in zip(sets_of(tree), positive, strict=True) if p]
    theirs = [s for s, p in zip(sets_of(expected), positive, strict=True) if p]
    assert set(ours) == set(theirs)


def test_large_tree_equals_scipy():
    X = make_rows("clustered", 1, 4000, 10)
    tree, expected = ward_tree(X), hierarchy.linkage(X, "ward")
    np.testing.assert_allclose(tree[:, 2], expected[:, 2], rtol=1e-10)
    for k in (2, 5, 40):
        cuts = [hierarchy.fcluster(t, k, "maxclust") for t in (tree, expected)]
        assert adjusted_rand_score(*cuts) == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 200), d=st.sampled_from([1, 2, 3]))
def test_trees_with_ties_are_valid_and_greedy(seed, n, d):
    """On a lattice many trees are right; each height must still be that of the merge, and never fall."""
    X = np.random.default_rng(seed).integers(0, 4, (n, d)).astype(float)
    tree = ward_tree(X)
    assert hierarchy.is_valid_linkage(tree)
    assert (np.diff(tree[:, 2]) >= 0).all()
    assert (tree[:, 2] == 0).sum() == n - len(np.unique(X, axis=0))
    members = [np.array([i]) for i in range(n)]
    for left, right, height, count in tree:
        a, b = members[int(left)], members[int(right)]
        gap = np.linalg.norm(X[a].mean(axis=0) - X[b].mean(axis=0))
        assert height == pytest.approx(np.sqrt(2 * len(a) * len(b) / (len(a) + len(b))) * gap, abs=1e-9)
        assert count == len(a) + len(b)
        members.append(np.concatenate([a, b]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 80))
def test_integer_weights_are_repeated_rows(seed, n):
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(n, 3)), rng.integers(1, 6, n)
    weighted = ward_tree(X, weights.astype(float))
    repeated = ward_tree(np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted[:, 2], repeated[weights.sum() - n :, 2], rtol=1e-10)


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**800])
def test_the_unit_of_the_weights_scales_the_heights_and_nothing_else(unit):
    X = make_rows("random", 6, 60, 3) * 1e100
    weights = np.random.default_rng(7).uniform(0.5, 2.0, 60)
    tree, expected = ward_tree(X, weights * unit), ward_tree(X, weights)
    np.testing.assert_array_equal(tree[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_array_equal(tree[:, 2], expected[:, 2] * np.sqrt(unit))


def test_rows_without_weight_join_the_nearest_and_move_nothing():
    X = np.array([[0.0], [1.0], [0.9], [10.0], [0.0], [11.5]])
    tree = ward_tree(X, np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(tree[:3, 2], 0)
    np.testing.assert_allclose(tree[3:, 2], ward_tree(X[[0, 1, 3]])[:, 2])
    assert {frozenset({1, 2}), frozenset({0, 4}), frozenset({3, 5})} <= set(sets_of(tree))


def test_equal_rows_do_not_cost_pairs():
    X = np.repeat([[0.0, 0.0], [3.0, 4.0]], [60_000, 40_000], axis=0)
    tree = ward_tree(X)
    assert (tree[:-1, 2] == 0).all()
    assert tree[-1, 2] == pytest.approx(np.sqrt(2 * 24_000) * 5)
    assert tree[-1, 3] == 100_000


def test_zero_and_minus_zero_are_equal():
    assert ward_tree(np.array([[0.0, 1.0], [-0.0, 1.0]]))[0, 2] == 0


def test_chains_that_merge_one_pair_a_round():
    X = np.cumsum(np.arange(1.0, 1500.0) ** 1.01).reshape(-1, 1)
    np.testing.assert_allclose(ward_tree(X)[:, 2], hierarchy.linkage(X, "ward")[:, 2], rtol=1e-10)


def test_results_do_not_depend_on_the_number_of_threads():
    X = make_rows("clustered", 2, 6000, 5)
    several = ward_tree(X)
    n_threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        np.testing.assert_array_equal(ward_tree(X), several)
    finally:
        numba.set_num_threads(n_threads)


def test_order_of_rows_does_not_change_the_tree():
    X = make_rows("random", 3, 800, 6)
    order = np.random.default_rng(4).permutation(800)
    tree, shuffled = ward_tree(X), ward_tree(X[order])
    np.testing.assert_array_equal(tree[:, 2], shuffled[:, 2])
    back = [frozenset(int(order[i]) for i in members) for members in sets_of(shuffled)]
    assert set(back) == set(sets_of(tree))


def test_progress_counts_every_merge():
    steps = []
    ward_tree(make_rows("duplicated", 5, 500, 3), advance=steps.append)
    assert sum(steps) == 499
    assert min(steps) >= 0


def test_one_row_has_an_empty_tree():
    assert ward_tree(np.zeros((1, 3))).shape == (0, 4)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"sample_weight must have shape \(3,\), got \(1,\)"),
        ([1.0, -1.0, 1.0], r"sample_weight must be finite and 0 or above, got -1\.0 at row 1"),
        ([1, 1, np.nan], "got nan at row 2"),
        ([0.0, 0.0, 0.0], "sample_weight must not be zero for all 3 tracks"),
        (["1", "1", "1"], "sample_weight must hold numbers, got <U1"),
    ],
)
def test_unusable_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        ward_tree(np.arange(3.0).reshape(-1, 1), np.array(weights))

"""Ward: scikit-learn's contract, and the functions on trees against SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from songatlas.cluster.ward import Ward, cut_height, cut_tree, suggest_n_clusters, truncated_tree
from songatlas.errors import ParameterError


@parametrize_with_checks([Ward()])
def test_keeps_the_estimator_contract(estimator, check):
    check(estimator)


def random_tree(seed, n=60):
    return hierarchy.linkage(np.random.default_rng(seed).normal(size=(n, 3)), "ward")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n_clusters=st.integers(1, 60))
def test_cut_equals_scipy(seed, n_clusters):
    tree = random_tree(seed)
    labels = cut_tree(tree, n_clusters)
    assert labels.dtype == np.int32
    assert len(np.unique(labels)) == n_clusters
    assert adjusted_rand_score(labels, hierarchy.fcluster(tree, n_clusters, "maxclust")) == 1
    first = np.unique(labels, return_index=True)[1]
    assert (np.diff(first) > 0).all()


def test_cut_height_equals_scipy_also_exactly_at_a_merge():
    tree = random_tree(1)
    for height in (0.0, tree[30, 2], 2.0, tree[-1, 2]):
        expected = hierarchy.fcluster(tree, height, "distance")
        assert adjusted_rand_score(cut_height(tree, height), expected) == 1


def test_labels_go_by_size_and_height_gives_the_same_cut():
    X = np.random.default_rng(2).normal(size=(300, 4))
    by_number = Ward(5).fit(X)
    assert (np.diff(np.bincount(by_number.labels_)) <= 0).all()
    by_height = Ward(None, height=by_number.linkage_[-5, 2]).fit(X)
    assert by_height.n_clusters_ == 5
    np.testing.assert_array_equal(by_height.labels_, by_number.labels_)


def test_weights_count_like_repeated_tracks():
    rng = np.random.default_rng(3)
    X, weights = rng.normal(size=(80, 3)), rng.integers(1, 5, 80)
    weighted = Ward(4).fit(X, sample_weight=weights)
    repeated = Ward(4).fit(np.repeat(X, weights, axis=0))
    assert adjusted_rand_score(np.repeat(weighted.labels_, weights), repeated.labels_) == 1
    assert adjusted_rand_score(weighted.labels_, Ward(4).fit(X).labels_) < 1


def test_suggests_the_number_of_separate_groups():
    centers = np.random.default_rng(4).permutation(6)[:, None] * [20.0, 7.0]
    X = (centers[:, None] + np.random.default_rng(5).normal(size=(6, 40, 2))).reshape(-1, 2)
    n_clusters, jumps = suggest_n_clusters(Ward().fit(X).linkage_, 3, 15)
    assert n_clusters == 6
    assert jumps.shape == (13,)
    assert (jumps >= 1).all()


def test_jumps_of_equal_tracks_are_one():
    n_clusters, jumps = suggest_n_clusters(Ward().fit(np.zeros((10, 2))).linkage_, 2, 20)
    assert n_clusters == 2
    np.testing.assert_array_equal(jumps, np.ones(8))


@pytest.mark.parametrize("n_leaves", [1, 2, 7, 60, 99])
def test_truncated_tree_keeps_the_top(n_leaves):
    tree = random_tree(6)
    top = truncated_tree(tree, n_leaves)
    n_leaves = min(n_leaves, 60)
    assert top.sizes.sum() == 60
    np.testing.assert_array_equal(np.bincount(top.labels), top.sizes)
    np.testing.assert_array_equal(top.linkage[:, 2], tree[60 - n_leaves :, 2])
    if n_leaves > 1:
        assert hierarchy.is_valid_linkage(top.linkage)
        halves = cut_tree(top.linkage, 2)
        np.testing.assert_array_equal(halves[top.labels] == halves[top.labels[0]], cut_tree(tree, 2) == 0)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (Ward(None), "either n_clusters or height"),
        (Ward(2, height=1.0), "either n_clusters or height"),
        (Ward(9), "n_samples=4"),
        (Ward(0), "from 1 to 4, got 0"),
        (Ward(2.5), "integer from 1"),
        (Ward(None, height=-1.0), "0 or above, got -1.0"),
    ],
)
def test_unusable_parameters_are_named(estimator, message):
    with pytest.raises(ParameterError, match=message):
        estimator.fit(np.arange(8.0).reshape(4, 2))


def test_functions_on_trees_refuse_other_shapes():
    with pytest.raises(ParameterError, match=r"shape \(n_tracks - 1, 4\)"):
        cut_tree(np.zeros((3, 3)), 2)
    with pytest.raises(ParameterError, match="2 <= low"):
        suggest_n_clusters(random_tree(0), 1, 5)


def test_one_track_is_one_cluster():
    np.testing.assert_array_equal(Ward(1).fit([[1.0, 2.0]]).labels_, [0])

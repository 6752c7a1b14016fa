"""The division of clusters: nested, of usable sizes, along exact trees, and free of numbering and order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from songatlas.cluster.sub_moods import PartSizes, cluster_trees, divide, part_sizes
from songatlas.errors import ParameterError


def divided(X, labels, **dial):
    labels = np.asarray(labels, dtype=np.int32)
    sizes = part_sizes(int((labels >= 0).sum()), **dial)
    return divide(X, labels, cluster_trees(X, labels), sizes), sizes


@st.composite
def catalogues(draw):
    """Return features with repeated rows and far strays, and labels with noise, no cluster empty."""
    n, n_clusters = draw(st.integers(8, 120)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.normal(size=(n, 3)) * draw(st.sampled_from([1.0, 100.0]))
    X[rng.random(n) < 0.1] *= 20
    X[rng.random(n) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = X[0]
    labels = rng.integers(-1, n_clusters, n).astype(np.int32)
    labels[:n_clusters] = np.arange(n_clusters)
    return X, labels


@given(catalogues(), st.integers(1, 40))
@settings(max_examples=120, deadline=None)
def test_parts_nest_in_clusters_and_none_is_too_small(catalogue, n_parts):
    X, labels = catalogue
    division, sizes = divided(X, labels, n_parts=n_parts)
    assert ((division.labels < 0) == (labels < 0)).all()
    inside = labels >= 0
    parents = np.array(division.clusters)
    assert (parents[division.labels[inside]] == labels[inside]).all()
    assert list(division.clusters) == sorted(division.clusters) and set(division.clusters) == set(labels[inside])
    counts = np.bincount(division.labels[inside])
    assert len(counts) == len(division.clusters) == len(division.heights) and counts.sum() == inside.sum()
    assert len(counts) <= max(n_parts, len(set(division.clusters)))
    for cluster in set(division.clusters):
        own = counts[parents == cluster]
        assert len(own) == 1 or own.min() >= sizes.least
        assert (np.diff(own) <= 0).all()


@given(catalogues(), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_equal_tracks_stay_together(catalogue, n_parts):
    X, labels = catalogue
    division, _ = divided(X, labels, n_parts=n_parts)
    for row, label in {(tuple(x), c) for x, c in zip(X.tolist(), labels.tolist(), strict=True)}:
        same = (np.array(row) == X).all(axis=1) & (labels == label)
        assert len(set(division.labels[same].tolist())) == 1


@given(catalogues(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_another_order_of_equal_rows_changes_nothing(catalogue, random):
    X, labels = catalogue
    order = np.lexsort((labels, *X.T))
    shuffled = list(range(len(X)))
    random.shuffle(shuffled)
    again = np.array(shuffled)[np.lexsort((labels[shuffled], *X[shuffled].T))]
    first, second = divided(X[order], labels[order])[0], divided(X[again], labels[again])[0]
    assert first.labels.tolist() == second.labels.tolist() and first.heights == second.heights


@pytest.mark.parametrize("n_parts", [2, 5, 17])
def test_without_limits_of_size_the_cut_is_that_of_the_whole_tree(n_parts):
    X = np.random.default_rng(1).normal(size=(60, 4))
    tree = linkage(X, "ward")
    free = PartSizes(n_parts, 60 / n_parts, least=1, most=60)
    division = divide(X, np.zeros(60, dtype=np.int32), {0: tree}, free)
    assert adjusted_rand_score(division.labels, fcluster(tree, n_parts, "maxclust")) == 1
    assert division.n_strays == 0


def test_parts_far_above_the_size_aimed_at_are_divided_first():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 0.1, (90, 2)), rng.normal(0, 50.0, (30, 2))])  # the small cluster is the wide one
    labels = np.repeat([0, 1], [90, 30])
    wide = divide(X, labels, cluster_trees(X, labels), PartSizes(4, 30.0, least=4, most=1000))
    sized = divide(X, labels, cluster_trees(X, labels), PartSizes(4, 30.0, least=4, most=60))
    assert wide.clusters == (0, 1, 1, 1) and sized.clusters.count(0) > 1


def test_a_few_far_tracks_join_the_nearest_part_instead_of_being_one():
    X = (
        np.concatenate([np.zeros((50, 1)), np.full((50, 1), 10.0), [[1000.0], [1001.0]]])
        + np.linspace(0, 1, 102)[:, None]
    )
    division, sizes = divided(X, np.zeros(102, dtype=int), n_parts=2)
    assert sizes.least > 2 and division.n_strays == 2
    assert sorted(np.bincount(division.labels)) == [50, 52]
    assert len(set(division.labels[50:].tolist())) == 1


def test_clusters_too_small_to_divide_are_left_whole():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1010, 2))
    labels = np.repeat([0, 1], [1000, 10])
    division, _ = divided(X, labels)
    assert division.clusters.count(1) == 1 and division.clusters.count(0) > 1


def test_fewer_parts_than_clusters_leave_each_cluster_whole():
    X = np.arange(12.0)[:, None]
    division, _ = divided(X, np.repeat([0, 1, 2], 4), n_parts=1)
    assert division.clusters == (0, 1, 2)


def test_no_cluster_at_all_has_no_parts():
    division = divide(np.zeros((4, 1)), np.full(4, -1, dtype=np.int32), {}, part_sizes(1))
    assert division.clusters == () and (division.labels == -1).all()


def test_heights_are_those_of_the_trees():
    X = np.array([[0.0], [2.0], [50.0], [53.0], [90.0]])
    division, _ = divided(X, [0, 0, 0, 0, 1], n_parts=3)
    assert division.labels.tolist() == [0, 0, 1, 1, 2]
    np.testing.assert_allclose(division.heights, [2.0, 3.0, 0.0])


@pytest.mark.parametrize(
    ("n_tracks", "low", "high"), [(95_837, 40, 150), (34_198, 15, 40), (500, 3, 7), (50, 1, 2), (1, 1, 1)]
)
def test_the_usual_number_grows_with_the_catalogue(n_tracks, low, high):
    assert low <= part_sizes(n_tracks).wanted <= high


def test_a_tree_of_other_tracks_is_refused():
    X = np.arange(6.0)[:, None]
    labels = np.zeros(6, dtype=np.int32)
    with pytest.raises(ParameterError, match=r"trees\[0\] has 3 leaves, the cluster has 6 tracks"):
        divide(X, labels, cluster_trees(X[:3], labels[:3]), part_sizes(6))

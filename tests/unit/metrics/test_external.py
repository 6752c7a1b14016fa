"""Comparisons of labelings: scikit-learn is the oracle."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from songatlas import metrics
from songatlas.errors import ParameterError
from songatlas.metrics.information import expected_mutual_information

SCORES = {
    "adjusted_rand": (metrics.adjusted_rand_score, oracle.adjusted_rand_score),
    "adjusted_mutual_info": (metrics.adjusted_mutual_info_score, oracle.adjusted_mutual_info_score),
    "homogeneity": (metrics.homogeneity_score, oracle.homogeneity_score),
    "completeness": (metrics.completeness_score, oracle.completeness_score),
    "v_measure": (metrics.v_measure_score, oracle.v_measure_score),
}
SYMMETRIC = ("adjusted_rand", "adjusted_mutual_info", "v_measure")
NAMES = np.array([-9, 0, 1, 7, 40, 10**12, np.iinfo(np.int64).max, np.iinfo(np.int64).min])


@st.composite
def two_labelings(draw):
    n_tracks, n_first, n_second = draw(st.integers(1, 60)), draw(st.integers(1, 8)), draw(st.integers(1, 8))
    labels = st.lists(st.integers(0, max(n_first, n_second)), min_size=n_tracks, max_size=n_tracks)
    first, second = np.array(draw(labels)) % n_first, np.array(draw(labels)) % n_second
    return first, np.where(draw(st.booleans()), first, second)


@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=150, deadline=None)
@given(two_labelings())
def test_scores_agree_with_scikit_learn(name, labelings):
    ours, theirs = SCORES[name]
    assert ours(*labelings) == pytest.approx(theirs(*labelings), abs=1e-9)


@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=30, deadline=None)
@given(two_labelings(), st.permutations(range(8)), st.integers(0, 99))
def test_names_of_labels_and_the_order_of_tracks_change_nothing(name, labelings, names, seed):
    first, second = labelings
    score, _ = SCORES[name]
    rows = np.random.default_rng(seed).permutation(len(first))
    expected = pytest.approx(score(first, second), abs=1e-12)
    assert score(NAMES[names][first][rows], NAMES[::-1][second][rows]) == expected
    if name in SYMMETRIC:
        assert score(second, first) == expected


@pytest.mark.parametrize("name", SCORES)
def test_many_small_values_agree_with_scikit_learn(name):
    """Artists: most values occur once or twice, so that counts are sparse."""
    rng = np.random.default_rng(0)
    artists, labels = rng.zipf(1.3, 6000) % 3000, rng.integers(0, 15, 6000)
    labels[artists < 20] = artists[artists < 20] % 15
    ours, theirs = SCORES[name]
    assert ours(artists, labels) == pytest.approx(theirs(artists, labels), abs=1e-9)
    assert ours(artists, NAMES[labels % 8]) == pytest.approx(theirs(artists, labels % 8), abs=1e-9)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([], []),
        ([3], [3]),
        ([1, 1, 1], [2, 2, 2]),
        ([1, 1, 1], [1, 2, 3]),
        ([1, 2, 3], [3, 1, 2]),
        ([1, 1, 2], [5, 5, 5]),
    ],
)
def test_one_label_and_as_many_labels_as_tracks_agree_with_scikit_learn(name, first, second):
    ours, theirs = SCORES[name]
    first, second = np.array(first, dtype=int), np.array(second, dtype=int)
    assert ours(first, second) == pytest.approx(theirs(first, second), abs=1e-9)


@pytest.mark.parametrize("sizes", [((4, 3), (5, 2)), ((1, 1, 3), (2, 3)), ((2, 2, 2), (1, 5))])
def test_expected_information_is_the_mean_over_all_shuffles(sizes):
    first, second = (np.repeat(np.arange(len(own)), own) for own in sizes)
    shuffles = set(permutations(second.tolist()))  # each arrangement comes from equally many shuffles
    mean = np.mean([oracle.mutual_info_score(first, other) for other in shuffles])
    assert expected_mutual_information(*map(np.array, sizes)) == pytest.approx(mean, abs=1e-9)


def test_large_clusters_are_counted_only_near_their_mean_and_yet_exactly():
    from sklearn.metrics.cluster import expected_mutual_information as slow

    first, second = np.array([30_000, 12_000, 500, 7]), np.array([20_000, 20_000, 2_507])
    table = np.array([[20_000, 10_000, 0], [0, 10_000, 2_000], [0, 0, 500], [0, 0, 7]])  # only its margins count
    assert table.sum(axis=1).tolist() == first.tolist() and table.sum(axis=0).tolist() == second.tolist()
    assert expected_mutual_information(first, second) == pytest.approx(slow(table, 42_507), rel=1e-7)


def test_jaccard_and_matching_by_hand():
    reference, other = [0, 0, 0, 1, 1, 2], [5, 5, 7, 7, 7, 7]
    assert metrics.jaccard_by_cluster(reference, other) == pytest.approx([2 / 3, 2 / 4, 1 / 4])
    assert metrics.matched_labels(reference, other).tolist() == [0, 0, 1, 1, 1, 1]
    assert metrics.matched_labels([], []).tolist() == []


def test_matching_is_one_to_one():
    assert metrics.matched_labels([0, 0, 0, 0], [1, 1, 1, 2]).tolist() == [0, 0, 0, -2]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([0, 1], [0], "same length, got 2 and 1"),
        ([0.5], [1], "one-dimensional integers"),
        ([[0]], [0], "one-dimensional"),
    ],
)
def test_what_is_no_pair_of_labelings_is_refused(first, second, message):
    for score, _ in SCORES.values():
        with pytest.raises(ParameterError, match=message):
            score(first, second)

"""Values beside their shuffles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from songatlas.errors import ParameterError
from songatlas.metrics import compare_with_chance


def related(seed, n_tracks=300, n_values=40, n_labels=4):
    rng = np.random.default_rng(seed)
    values = rng.zipf(1.5, n_tracks) % n_values
    return values, np.where(rng.random(n_tracks) < 0.5, values % n_labels, rng.integers(0, n_labels, n_tracks))


@pytest.mark.parametrize("n_values", [3, 40, 100_000])  # counts in a table, and as pairs
def test_figures_agree_with_scikit_learn(n_values):
    values, labels = related(1, n_values=n_values)
    found = compare_with_chance(values, labels, n_shuffles=5, seed=0).figures
    assert found["adjusted_rand"] == pytest.approx(oracle.adjusted_rand_score(values, labels))
    assert found["adjusted_mutual_information"] == pytest.approx(oracle.adjusted_mutual_info_score(values, labels))
    assert found["v_measure"] == pytest.approx(oracle.v_measure_score(values, labels))
    together = [labels[i] == labels[j] for i in range(len(values)) for j in range(i) if values[i] == values[j]]
    assert found["kept_together"] == pytest.approx(np.mean(together))


def test_chance_has_the_means_that_mathematics_gives():
    values, labels = related(2)
    found = compare_with_chance(values, labels, n_shuffles=2000, seed=0)
    shares = np.bincount(labels) / len(labels)
    n = len(labels)
    pair_in_one_cluster = (shares * (shares * n - 1)).sum() / (n - 1)
    assert found.by_chance["kept_together"] == pytest.approx(pair_in_one_cluster, abs=0.003)
    assert found.by_chance["adjusted_rand"] == pytest.approx(0.0, abs=0.003)
    assert found.by_chance["adjusted_mutual_information"] == pytest.approx(0.0, abs=0.003)
    assert 0.02 < found.by_chance["v_measure"] < found.figures["v_measure"]


def test_pairs_of_tracks_are_counted():
    values, labels = np.arange(400) // 2, np.arange(400) % 2
    found = compare_with_chance(values, labels, n_shuffles=200, seed=0)
    assert found.figures["kept_together"] == 0.0
    assert found.by_chance["kept_together"] == pytest.approx(199 / 399, abs=0.01)


def test_a_shuffle_that_agrees_as_well_counts_against_the_true_values():
    found = compare_with_chance([0, 0, 1, 1], [5, 5, 7, 7], n_shuffles=999, seed=0)
    assert found.figures["adjusted_rand"] == 1.0 and found.p_value == pytest.approx(1 / 3, abs=0.05)


def test_p_values_of_unrelated_values_are_those_of_chance():
    rng = np.random.default_rng(3)
    p_values = [
        compare_with_chance(rng.integers(0, 5, 60), rng.integers(0, 3, 60), n_shuffles=19, seed=s).p_value
        for s in range(200)
    ]
    assert 0.02 <= np.mean(np.array(p_values) <= 0.05) <= 0.09
    assert min(p_values) == pytest.approx(1 / 20) and max(p_values) == 1.0


def test_related_values_are_never_reached_by_chance():
    values, labels = related(4)
    assert compare_with_chance(values, labels, n_shuffles=99, seed=0).p_value == 0.01


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_order_and_names_change_nothing(seed):
    values, labels = related(seed, n_tracks=80)
    rows = np.random.default_rng(seed).permutation(80)
    first = compare_with_chance(values, labels, n_shuffles=9, seed=1)
    other = compare_with_chance(7 - 3 * values[rows], np.array([5, -1, 0, 9])[labels][rows], n_shuffles=9, seed=1)
    assert other.p_value == first.p_value
    assert other.figures == pytest.approx(first.figures) and other.by_chance == pytest.approx(first.by_chance)


def test_each_shuffle_is_told():
    told = []
    compare_with_chance([0, 0, 1, 1], [0, 0, 1, 1], n_shuffles=7, seed=0, advance=told.append)
    assert told == [1] * 7


@pytest.mark.parametrize(
    ("values", "labels", "n_shuffles", "message"),
    [
        ([0, 0], [0, 1], 9, "got 1 values"),
        ([0, 1], [0, 1], 9, "of 1 tracks at most"),
        ([0, 0, 1], [3, 3, 3], 9, "and 1 labels"),
        ([], [], 9, "got 0 values"),
        ([0, 0, 1], [0, 0, 1], 0, "n_shuffles must be 1 or more, got 0"),
    ],
)
def test_what_says_nothing_is_refused(values, labels, n_shuffles, message):
    with pytest.raises(ParameterError, match=message):
        compare_with_chance(np.array(values, dtype=int), np.array(labels, dtype=int), n_shuffles, seed=0)

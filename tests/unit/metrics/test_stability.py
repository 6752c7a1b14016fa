"""Refits compared with the grouping they are refits of; oracles: scikit-learn, and sets of tracks counted by hand."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from songatlas.errors import ParameterError
from songatlas.metrics.stability import (
    CORE_CONSISTENCY,
    FAIR_JACCARD,
    HOME_CONSISTENCY,
    SOLID_JACCARD,
    cluster_grade,
    cluster_stabilities,
    stability,
    track_standings,
)

Refits = list[tuple[np.ndarray, np.ndarray]]


def random_refits(seed: int, n_tracks: int = 40, n_refits: int = 6) -> tuple[np.ndarray, Refits]:
    """Return labels with noise and refits that resemble them, on parts of the tracks."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 4, n_tracks)
    labels[:4] = range(4)
    refits = []
    for _ in range(n_refits):
        part = rng.permutation(n_tracks)[: rng.integers(4, n_tracks + 1)]
        mixed = rng.random(len(part)) < 0.4
        refits.append((part, np.where(mixed, rng.integers(-1, 4, len(part)), rng.permutation(4)[labels[part]])))
    return labels, refits


def same(first, second) -> None:
    for name in ("adjusted_rand", "jaccard", "consistency", "n_held"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_adjusted_rand_is_that_of_scikit_learn_on_the_part(seed: int) -> None:
    labels, refits = random_refits(seed)
    expected = [adjusted_rand_score(labels[part], found) for part, found in refits]
    assert stability(labels, refits).adjusted_rand == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_jaccard_is_that_of_sets_of_tracks(seed: int) -> None:
    labels, refits = random_refits(seed)
    found = stability(labels, refits)
    for number, (part, other) in enumerate(refits):
        theirs = [set(part[other == c]) for c in set(other.tolist()) - {-1}]
        for label in range(4):
            own = set(part[labels[part] == label])
            expected = max((len(own & c) / len(own | c) for c in theirs), default=0.0) if own else np.nan
            assert found.jaccard[number, label] == pytest.approx(expected, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_no_other_matching_keeps_more_tracks_at_home(seed: int) -> None:
    labels, refits = random_refits(seed, n_refits=1)
    part, other = refits[0]
    best = max(sum(((labels[part] == a) & (other == b)).sum() for a, b in enumerate(p)) for p in permutations(range(4)))
    assert np.nansum(stability(labels, refits).consistency) == best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_numbers_of_clusters_mean_nothing(seed: int) -> None:
    labels, refits = random_refits(seed)
    rng = np.random.default_rng(seed)
    names, others = np.append(rng.permutation(4), -1), np.append(rng.permutation(900)[:4], -1)
    found = stability(labels, refits)
    renamed = stability(names[labels], [(part, others[other]) for part, other in refits])
    np.testing.assert_array_equal(renamed.adjusted_rand, found.adjusted_rand)
    np.testing.assert_array_equal(renamed.jaccard[:, names[:4]], found.jaccard)


def test_renaming_moves_no_track_where_the_matching_is_clear() -> None:
    labels = np.repeat([0, 1, 2], 10)
    refit = np.where(np.arange(30) % 10 == 0, 1, labels)
    first = stability(labels, [(np.arange(30), refit)])
    names = np.array([2, 0, 1])
    same(stability(labels, [(np.arange(30), names[refit] + 40)]), first)
    np.testing.assert_array_equal(stability(names[labels], [(np.arange(30), refit)]).consistency, first.consistency)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_refits_and_of_their_tracks_changes_nothing(seed: int) -> None:
    labels, refits = random_refits(seed)
    rng = np.random.default_rng(seed)
    shuffled = [(part[order], other[order]) for part, other in refits for order in [rng.permutation(len(part))]]
    found = stability(labels, refits)
    same(stability(labels, shuffled), found)
    backwards = stability(labels, reversed(refits))
    np.testing.assert_array_equal(backwards.jaccard, found.jaccard[::-1])
    np.testing.assert_array_equal(backwards.consistency, found.consistency)


def test_groups_that_come_back_are_solid_and_all_their_tracks_core() -> None:
    labels = np.repeat([0, 1, 2], 20)
    rng = np.random.default_rng(0)
    parts = [rng.permutation(60)[:30] for _ in range(20)]
    found = stability(labels, ((part, 7 - labels[part]) for part in parts))
    assert (found.adjusted_rand == 1).all()
    assert (found.jaccard == 1).all()
    assert [c.grade for c in cluster_stabilities(found.jaccard)] == ["solid"] * 3
    assert set(track_standings(found.consistency)) == {"core"}
    assert found.n_held.sum() == 20 * 30


def test_labels_drawn_by_lot_are_doubtful() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 400)
    found = stability(labels, [(np.arange(400), rng.integers(0, 4, 400)) for _ in range(20)])
    assert abs(found.adjusted_rand.mean()) < 0.02
    assert [c.grade for c in cluster_stabilities(found.jaccard)] == ["doubtful"] * 4
    assert track_standings(found.consistency).count("core") == 0


def test_noise_has_no_consistency_and_is_no_cluster_to_come_back_as() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, -1, -1])
    found = stability(labels, [(np.arange(8), np.array([-1, -1, -1, 4, 4, 4, 4, -1]))])
    assert found.jaccard.tolist() == [[0.0, 0.75]]
    assert found.consistency.tolist()[:6] == [0, 0, 0, 1, 1, 1]
    assert np.isnan(found.consistency[6:]).all()
    assert track_standings(found.consistency)[5:] == ["core", None, None]


def test_a_cluster_outside_the_part_is_not_counted() -> None:
    found = stability([0, 0, 1, 2], [([0, 1, 3], [0, 0, 1]), ([0, 1, 2], [0, 0, 0])])
    assert found.jaccard[0].tolist() == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert found.n_held.tolist() == [2, 2, 1, 1]
    assert found.consistency.tolist() == [1, 1, 0, 1]
    unseen = cluster_stabilities(found.jaccard[:1])
    assert [c.grade for c in unseen] == ["solid", "doubtful", "solid"]
    assert np.isnan(unseen[1].jaccard_mean)
    assert np.isnan(stability([0, 0, 1, 2], [([0, 1], [0, 0])]).consistency[2:]).all()


def test_without_tracks_or_refits_there_is_nothing() -> None:
    for labels, shape in (([], (0, 0)), ([-1, -1], (0, 0)), ([0, 1], (0, 2))):
        found = stability(labels, [])
        assert found.jaccard.shape == shape
        assert np.isnan(found.consistency).all()
    assert stability([-1, -1], [([0, 1], [-1, -1])]).jaccard.shape == (1, 0)
    assert np.isnan(stability([0, 0], [([], [])]).jaccard).tolist() == [[True]]
    assert track_standings([]) == []


def test_grades_follow_hennig_and_a_cluster_that_dissolves_is_not_solid() -> None:
    assert cluster_grade(SOLID_JACCARD, 0.51) == "solid"
    assert cluster_grade(SOLID_JACCARD, 0.50) == "fair"
    assert cluster_grade(np.nextafter(SOLID_JACCARD, 0), 0.7) == "fair"
    assert cluster_grade(FAIR_JACCARD, 0.1) == "fair"
    assert cluster_grade(np.nextafter(FAIR_JACCARD, 0), 0.5) == "doubtful"
    jaccard = np.ones((20, 1))
    jaccard[:3] = 0.3
    (cluster,) = cluster_stabilities(jaccard)
    assert (cluster.label, cluster.grade) == (0, "fair")
    assert (cluster.jaccard_mean, cluster.jaccard_low) == pytest.approx((0.895, 0.3))


def test_standings_begin_at_their_thresholds() -> None:
    around = np.array([HOME_CONSISTENCY - 0.01, HOME_CONSISTENCY, CORE_CONSISTENCY - 0.01, CORE_CONSISTENCY])
    assert track_standings(around.astype(np.float32)) == ["homeless", "borderline", "borderline", "core"]


@pytest.mark.parametrize(
    ("labels", "refits", "message"),
    [
        ([0.5, 1.0], [], r"labels must be whole numbers from -1 up, got float64 of shape \(2,\)"),
        ([-2, 1], [], "labels must be whole numbers from -1 up"),
        ([0, 1], [([0, 1], [0])], r"one label for each of its tracks, got shapes \(2,\) and \(1,\)"),
        ([0, 1], [([0, 2], [0, 0])], "positions must be from 0 to 1, each once"),
        ([0, 1], [([-1, 0], [0, 0])], "positions must be from 0 to 1, each once"),
        ([0, 1], [([1, 1], [0, 0])], "positions must be from 0 to 1, each once"),
    ],
)
def test_what_does_not_fit_is_refused(labels, refits, message) -> None:
    with pytest.raises(ParameterError, match=message):
        stability(labels, refits)

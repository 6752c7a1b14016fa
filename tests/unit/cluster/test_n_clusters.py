"""Which solutions are degenerate, and one method's number by its silhouettes alone."""

import pytest

from songatlas.cluster.n_clusters import Curve, bar_reason, choose_by_silhouette


def curve(silhouette, davies_bouldin=None, barred=None, first=2):
    n = len(silhouette)
    return Curve(
        list(range(first, first + n)), silhouette, davies_bouldin or [1.0] * n, barred or [None] * n
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "noise", "words"),
    [
        ([95069, 52], 716, "one cluster holds 99.9 %"),
        ([900, 100], 0, "one cluster holds 90.0 %"),
        ([20, 20], 41, "50.6 % of the tracks are noise"),
        ([100], 0, "one cluster only"),
        ([], 10, "100.0 % of the tracks are noise"),
    ],
)
def test_degenerate_solutions_are_barred_with_the_reason(sizes, noise, words):
    assert words in bar_reason(sizes, noise)


@pytest.mark.parametrize(
    ("sizes", "noise", "words"),
    [
        ([30, 19, 1], 0, "a cluster of 1 track: among 50 that is an outlier, not a group"),
        ([250, 248, 2], 0, "a cluster of 2 tracks: among 500"),
        ([20, 17, 2], 11, "a cluster of 2 tracks: among 50"),
    ],
)
def test_in_a_small_library_one_or_two_tracks_are_no_group(sizes, noise, words):
    assert words in bar_reason(sizes, noise)


@pytest.mark.parametrize(
    ("sizes", "noise"),
    [([899, 101], 0), ([50, 50], 100), ([13, 87], 0), ([47, 3, 5], 0), ([8, 2], 0), ([1, 1], 0), ([250, 250, 1], 0)],
)
def test_sound_solutions_are_not_barred(sizes, noise):
    assert bar_reason(sizes, noise) is None


def test_the_highest_silhouette_is_chosen():
    assert choose_by_silhouette(curve([0.2, 0.3, 0.25]))[0] == 1


def test_two_are_chosen_only_when_davies_bouldin_agrees():
    scores = [0.3, 0.2, 0.25]
    assert choose_by_silhouette(curve(scores, [0.9, 1.2, 1.1]))[0] == 0
    position, words = choose_by_silhouette(curve(scores, [1.4, 1.2, 1.1]))
    assert position == 2
    assert "two halves of one cloud" in words


def test_two_are_chosen_when_nothing_else_was_tried():
    assert choose_by_silhouette(curve([0.3]))[0] == 0


def test_a_barred_solution_is_never_chosen():
    assert choose_by_silhouette(curve([0.9, 0.3, 0.2], barred=["one cluster holds 99 %", None, None]))[0] == 1
    assert choose_by_silhouette(curve([0.9], barred=["one cluster only"]))[0] is None


def test_ties_go_to_fewer_clusters():
    assert choose_by_silhouette(curve([0.2, 0.2, 0.2], first=3))[0] == 0

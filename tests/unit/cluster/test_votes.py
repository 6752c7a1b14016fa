"""The number of clusters by vote: what each criterion prefers, and what the rule makes of the votes."""

import pytest

from songatlas.cluster.votes import hold_ballot
from songatlas.provenance import Provenance

NUMBERS = [2, 3, 4, 5, 6]
PEAK_AT_4 = [0.1, 0.2, 0.5, 0.3, 0.2]
PEAK_AT_2 = [0.9, 0.2, 0.3, 0.25, 0.1]


def ballot(curves, barred=None, choose="consensus", numbers=NUMBERS):
    made = dict.fromkeys(curves, Provenance(100))
    return hold_ballot(numbers, curves, barred or [None] * len(numbers), choose=choose, provenance=made)


@pytest.mark.parametrize(
    ("name", "values", "preferred"),
    [
        ("silhouette", PEAK_AT_4, 4),
        ("silhouette_ward", PEAK_AT_4, 4),
        ("calinski_harabasz", PEAK_AT_4, 4),
        ("ward_jump", PEAK_AT_4, 4),
        ("stability", PEAK_AT_4, 4),
        ("davies_bouldin", [2.0, 1.5, 1.0, 1.04, 1.2], 5),  # the largest within 5 % of the lowest
        ("davies_bouldin_ward", [2.0, 1.5, 1.0, 1.06, 1.2], 4),
        ("elbow", [100.0, 60.0, 30.0, 27.0, 25.0], 4),
        ("knee", [100.0, 60.0, 30.0, 27.0, 25.0], 4),
        ("agreement", [0.95, 0.9, 0.85, 0.7, 0.6], 4),
        ("agreement", [0.5, 0.7, 0.6, 0.6, 0.6], 3),
        ("agreement", [0.5, 0.4, 0.3, 0.2, 0.2], None),
        ("silhouette", [None, float("nan"), 0.2, None, 0.1], 4),
        ("silhouette", [None] * 5, None),
    ],
)
def test_each_criterion_prefers_its_own(name, values, preferred):
    curves = {name: values} | ({"ward_jump": PEAK_AT_4} if preferred is None else {})
    (own,) = [v for v in ballot(curves).votes if v.criterion == name]
    assert own.n_clusters == preferred


def test_votes_for_the_numbers_beside_count_half():
    found = ballot({"silhouette": PEAK_AT_4, "ward_jump": PEAK_AT_4, "silhouette_ward": [0.1, 0.2, 0.3, 0.5, 0.2]})
    assert (found.chosen, found.runner_up) == (4, 5)
    assert dict(zip(found.numbers, found.support, strict=True)) == {2: 0, 3: 1.0, 4: 2.5, 5: 2.0, 6: 0.5}


def test_criteria_that_do_not_count_are_shown_only():
    found = ballot({"silhouette": PEAK_AT_4, "calinski_harabasz": PEAK_AT_2, "knee": [9.0, 2.0, 1.0, 0.9, 0.8]})
    assert found.chosen == 4 and len(found.votes) == 3
    assert [v.criterion for v in found.votes if v.counts] == ["silhouette"]


def test_two_clusters_need_most_of_the_votes():
    mixed = {"silhouette": PEAK_AT_2, "silhouette_ward": PEAK_AT_2, "ward_jump": PEAK_AT_4}
    found = ballot(mixed)
    assert found.chosen == 4 and "only 67 % of the votes" in found.reason
    assert [v.n_clusters for v in found.votes] == [4, 4, 4]
    assert ballot(mixed | {"ward_jump": PEAK_AT_2}).chosen == 2


def test_where_the_criteria_scatter_the_silhouette_decides():
    curves = {
        "silhouette": [0.1, 0.2, 0.5, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1],
        "silhouette_ward": [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1],
        "ward_jump": [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9],
        "davies_bouldin": [3.0, 3.0, 3.0, 3.0, 1.0, 3.0, 3.0, 3.0, 3.0],
    }
    found = ballot(curves, numbers=list(range(2, 11)))
    assert found.chosen == 4 and "The criteria scatter" in found.reason
    assert found.runner_up not in (None, 4)


def test_barred_numbers_take_no_part():
    found = ballot({"silhouette": PEAK_AT_4}, barred=[None, None, "one cluster holds 99 %", None, None])
    assert found.chosen == 5 and found.support[2] == 0
    none = ballot({"silhouette": PEAK_AT_4}, barred=["x"] * 5)
    assert none.chosen is None and none.reason == "No solution may be chosen."


def test_one_criterion_decides_alone_when_asked():
    curves = {"silhouette": PEAK_AT_2, "ward_jump": PEAK_AT_4, "calinski_harabasz": [1.0, 2.0, 3.0, 4.0, 9.0]}
    assert ballot(curves, choose="silhouette").chosen == 2
    assert ballot(curves, choose="calinski_harabasz").chosen == 6


def test_of_equal_numbers_the_larger_wins_and_one_number_is_itself():
    assert ballot({"silhouette": PEAK_AT_4, "ward_jump": [0.1, 0.2, 0.3, 0.2, 0.9]}).chosen == 6
    only = ballot({"silhouette": [0.3]}, numbers=[4])
    assert (only.chosen, only.runner_up) == (4, None)

"""The number of clusters by vote: what each criterion prefers, and what the rule makes of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songatlas.cluster.votes import CRITERIA, MORE_CRITERIA, RULE, hold_ballot
from songatlas.errors import ParameterError
from songatlas.provenance import Provenance

NUMBERS = range(2, 9)
MADE = Provenance(100)
VOTING = [name for name, criterion in CRITERIA.items() if criterion.counts]
HIGHEST = ["silhouette", "silhouette_ward", "ward_jump", "calinski_harabasz", "stability"]
PEAKS = ["silhouette", "silhouette_ward", "ward_jump"]  # counted, and for one number only


def ballot(curves, barred=None, numbers=NUMBERS, **options):
    provenance = dict.fromkeys(curves, MADE)
    return hold_ballot(list(numbers), curves, barred or [None] * len(numbers), provenance=provenance, **options)


def vote(criterion, curve, barred=None, numbers=NUMBERS):
    (found,) = ballot({criterion: curve}, barred, numbers).votes
    return found


def peak(best, numbers=NUMBERS):
    return [1.0 if number == best else 0.0 for number in numbers]


def foot(best, numbers=NUMBERS):
    return [1.0 if number == best else 2.0 for number in numbers]


def bend(best, numbers=NUMBERS):
    """Return an inertia that halves up to the best number and hardly falls after it."""
    return [2.0 ** -min(number, best) * 0.99 ** max(0, number - best) for number in numbers]


def seven_votes(silhouette, silhouette_ward, davies_bouldin, davies_bouldin_ward, ward_jump, elbow, agreement):
    return {
        "silhouette": peak(silhouette),
        "silhouette_ward": peak(silhouette_ward),
        "davies_bouldin": foot(davies_bouldin),
        "davies_bouldin_ward": foot(davies_bouldin_ward),
        "ward_jump": peak(ward_jump),
        "elbow": bend(elbow),
        "agreement": peak(agreement),
    }


# --- criteria ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("criterion", HIGHEST)
def test_the_highest_value_is_preferred_and_of_equal_ones_the_first(criterion):
    assert vote(criterion, [0.1, 0.2, 0.5, 0.3, 0.5, 0.0, 0.1]).n_clusters == 4


@pytest.mark.parametrize("criterion", ["davies_bouldin", "davies_bouldin_ward"])
def test_davies_bouldin_prefers_the_largest_number_within_five_percent_of_its_lowest(criterion):
    assert vote(criterion, [1.5, 1.0, 1.2, 1.049, 1.3, 1.06, 1.4]).n_clusters == 5
    found = vote(criterion, [1.5, 1.2, 1.0, 1.2, 1.3, 1.2, 1.4])
    assert found.n_clusters == 4 and found.why == "lowest, within 5 %, up to 4 (1)"


def test_the_elbow_is_where_a_step_gains_most_next_to_the_one_after_it():
    found = vote("elbow", [100.0, 50.0, 20.0, 18.0, 16.0, 15.0, 14.0])
    assert found.n_clusters == 4
    drops = math.log(50 / 20), math.log(20 / 18)
    assert found.why == f"the step to 4 gains {drops[0] / drops[1]:.2f} times the step after it"


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_a_unit_moves_no_elbow(scale):
    curve = [scale * value for value in (100.0, 50.0, 20.0, 18.0, 16.0, 15.0, 14.0)]
    assert vote("elbow", curve).n_clusters == 4


def test_an_inertia_of_zero_or_one_that_rises_breaks_no_elbow():
    assert vote("elbow", [4.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]).n_clusters == 4
    assert vote("elbow", [4.0, 1.0, 1.1, 0.9, 0.8, 0.7, 0.6]).n_clusters == 3


def test_the_knee_is_farthest_from_the_chord():
    assert vote("knee", [10.0, 4.0, 1.0, 0.5, 0.2, 0.1, 0.0]).n_clusters == 4


def test_agreement_prefers_the_largest_number_at_which_the_methods_find_the_same():
    found = vote("agreement", [0.99, 0.9, 0.7, 0.81, 0.79, 0.5, 0.6])
    assert found.n_clusters == 5 and found.why.endswith("the same groups up to 5 (adjusted Rand 0.81)")


def test_agreement_prefers_where_it_is_best_when_nowhere_good_and_abstains_when_poor():
    found = vote("agreement", [0.5, 0.79, 0.6, 0.6, 0.6, 0.6, 0.6])
    assert found.n_clusters == 3 and "agree best at 3" in found.why
    found = vote("agreement", [0.59, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4])
    assert found.n_clusters is None and "nowhere find the same groups (adjusted Rand 0.59 at most)" in found.why


def test_more_criteria_prefer_by_their_own_rules_and_never_count():
    prefer = {name: criterion.prefer for name, criterion in MORE_CRITERIA.items()}
    assert prefer["gap"]([2, 3, 4], [-0.1, 0.0, 0.5])[0] == 1 and prefer["gap"]([2, 3], [-0.1, -0.2])[0] is None
    assert prefer["prediction_strength"]([2, 3, 4], [0.9, 0.8, 0.7])[0] == 1
    assert prefer["prediction_strength"]([2, 3], [0.7, 0.79])[0] is None
    assert prefer["bic"]([2, 3, 4], [5.0, -1.0, 3.0])[0] == 1
    assert prefer["density_modes"]([2, 3], [1.0, 2.0])[0] is None
    assert not any(criterion.counts for criterion in MORE_CRITERIA.values())


@pytest.mark.parametrize("undefined", [None, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("criterion", [*CRITERIA, *MORE_CRITERIA])
def test_a_curve_without_a_value_is_no_vote(criterion, undefined):
    found = vote(criterion, [undefined] * 7)
    assert found.n_clusters is None and not found.counts
    assert found.why == "not defined for any of the solutions" and len(found.curve) == 7


@pytest.mark.parametrize("criterion", HIGHEST)
def test_values_that_are_not_defined_are_passed_over(criterion):
    curve = [None, 0.2, math.inf, 0.3, math.nan, 0.1, None]
    found = vote(criterion, curve)
    assert found.n_clusters == 5 and found.curve is not curve and found.curve[:2] == (None, 0.2)


@pytest.mark.parametrize("criterion", [*CRITERIA, *MORE_CRITERIA])
def test_of_one_number_no_criterion_makes_another(criterion):
    assert vote(criterion, [0.9], numbers=[5]).n_clusters in (5, None)


def test_an_elbow_needs_three_numbers():
    for curve in ([2.0], [2.0, 1.0]):
        found = vote("elbow", curve, numbers=range(2, 2 + len(curve)))
        assert found.n_clusters is None and found.why == "too few numbers to see a bend"
    assert vote("elbow", [2.0, 1.0, 0.9], numbers=range(2, 5)).n_clusters == 3


@pytest.mark.parametrize("criterion", VOTING)
def test_a_barred_solution_gets_no_vote(criterion):
    curves = dict.fromkeys(VOTING, peak(4)) | {n: foot(4) for n in VOTING if n.startswith("davies")}
    curves["elbow"] = bend(4)
    barred = ["one cluster holds 99.0 %" if number == 4 else None for number in NUMBERS]
    assert vote(criterion, curves[criterion]).n_clusters == 4
    assert vote(criterion, curves[criterion], barred).n_clusters != 4


# --- the rule ----------------------------------------------------------------------------------------------


def test_consensus_is_the_number_with_most_votes():
    held = ballot(seven_votes(5, 5, 5, 8, 5, 3, 5))
    assert held.chosen == 5 and held.rule == RULE and held.numbers == tuple(NUMBERS)
    assert held.support == (0.5, 1.0, 3.0, 5.0, 2.5, 0.5, 1.0)
    assert held.runner_up == 4
    assert held.reason.startswith("For 5 clusters: silhouette of K-Means (highest), silhouette of Ward (highest)")
    assert "next to it" not in held.reason


def test_votes_next_to_a_number_count_half_for_it_and_are_named():
    held = ballot(seven_votes(4, 4, 4, 6, 6, 6, 5))
    assert held.support[2:5] == (3.5, 4.0, 3.5) and held.chosen == 5
    assert held.reason.startswith("For 5 clusters: K-Means and Ward agree; next to it: silhouette of K-Means (highest)")
    held = ballot({"silhouette": peak(4), "silhouette_ward": peak(6)})
    assert held.support == (0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0) and held.chosen == 6


def test_of_equally_supported_numbers_the_larger_wins_and_the_next_is_runner_up():
    held = ballot({"silhouette": peak(4), "silhouette_ward": peak(7)})
    assert held.support[2] == held.support[5] == 1.0
    assert (held.chosen, held.runner_up) == (7, 4)
    assert ballot({"silhouette": peak(5), "ward_jump": peak(6)}).chosen == 6


def test_criteria_that_do_not_count_decide_nothing():
    shown = {name: foot(8) if name == "bic" else peak(8) for name in ("calinski_harabasz", "knee", "stability", "bic")}
    held = ballot({"silhouette": peak(4), **shown})
    assert held.chosen == 4 and sum(held.support) == 2.0
    assert {v.criterion for v in held.votes if not v.counts} == set(shown)
    assert {v.n_clusters for v in held.votes if v.criterion in ("calinski_harabasz", "stability")} == {8}


def test_two_clusters_win_with_seventy_percent_of_the_votes():
    held = ballot(seven_votes(2, 2, 2, 2, 2, 4, 4))  # 5 of 7 are 71 %
    assert held.chosen == 2 and held.reason.startswith("For 2 clusters")


def test_two_clusters_win_with_all_votes_but_that_of_the_elbow_which_cannot_be_for_them():
    curves = {"silhouette": peak(2), "davies_bouldin": foot(2), "elbow": bend(5)}  # 2 of 3 are 67 %
    assert ballot(curves).chosen == 2
    assert ballot(curves | {"davies_bouldin": foot(5)}).chosen == 5
    assert ballot({"silhouette": peak(2), "davies_bouldin": foot(2), "ward_jump": peak(5)}).chosen != 2


def test_with_fewer_the_votes_for_two_are_cast_again_without_it():
    curves = seven_votes(2, 2, 2, 2, 6, 6, 6)  # 4 of 7 are 57 %
    curves["silhouette"] = [0.9, 0.1, 0.5, 0.2, 0.4, 0.1, 0.1]
    curves["silhouette_ward"] = [0.9, 0.1, 0.1, 0.2, 0.4, 0.1, 0.1]
    held = ballot(curves)
    assert held.chosen == 6 and held.support[0] == 0.0
    again = {v.criterion: v.n_clusters for v in held.votes}
    assert (again["silhouette"], again["silhouette_ward"], again["ward_jump"]) == (4, 6, 6)
    assert held.reason.startswith("Two clusters would win, with only 57 % of the votes: these are cast again without")
    assert held.runner_up != 2


def test_an_elbow_at_three_is_kept_when_the_votes_for_two_are_cast_again():
    curves = seven_votes(2, 2, 2, 2, 8, 3, 8)
    curves |= {key: [0.9, 0.5, *([0.1] * 5)] for key in ("silhouette", "silhouette_ward")}
    curves |= {key: [1.0, 1.2, *([2.0] * 5)] for key in ("davies_bouldin", "davies_bouldin_ward")}
    held = ballot(curves)
    assert next(v for v in held.votes if v.criterion == "elbow").n_clusters == 3
    assert held.chosen == 3


def test_two_win_without_a_majority_where_nothing_else_may_be_chosen():
    barred = [None, *["one cluster holds 99.0 %"] * 6]
    assert ballot(seven_votes(2, 2, 2, 2, 6, 6, 6), barred).chosen == 2
    assert ballot({"silhouette": [0.3]}, numbers=[2]).chosen == 2


def test_where_the_criteria_scatter_the_silhouette_decides():
    held = ballot(
        {
            "silhouette": peak(4, range(2, 16)),
            "silhouette_ward": peak(6, range(2, 16)),
            "davies_bouldin": foot(15, range(2, 16)),
            "davies_bouldin_ward": foot(13, range(2, 16)),
            "ward_jump": peak(11, range(2, 16)),
            "elbow": bend(9, range(2, 16)),
        },
        numbers=range(2, 16),
    )
    assert max(held.support) == 1.0 and held.chosen == 4 and held.runner_up not in (None, 4)
    assert held.reason == (
        "The criteria scatter (at most 1 of 6 votes for any number), so the silhouette of K-Means decides: highest at "
        "4 (1)."
    )


def test_a_silhouette_that_decides_alone_does_not_decide_for_two():
    numbers = range(2, 16)
    silhouette = [0.9, 0.1, 0.1, 0.1, 0.4, *[0.1] * 9]
    held = ballot(
        {
            "silhouette": silhouette,
            "silhouette_ward": peak(8, numbers),
            "davies_bouldin": foot(15, numbers),
            "davies_bouldin_ward": foot(13, numbers),
            "ward_jump": peak(11, numbers),
            "elbow": bend(4, numbers),
        },
        numbers=numbers,
    )
    assert held.chosen == 6
    assert "Two clusters would win, with only 17 % of the votes" in held.reason and "scatter" in held.reason


def test_forty_percent_of_the_votes_are_no_scatter():
    assert ballot(seven_votes(8, 4, 4, 4, 6, 6, 2)).chosen == 4


def test_a_barred_solution_is_never_chosen_and_nothing_speaks_for_it():
    barred = ["one cluster holds 99.0 %" if number == 5 else None for number in NUMBERS]
    held = ballot(seven_votes(5, 5, 5, 5, 5, 5, 5), barred)
    assert held.chosen not in (5, None) and held.support[3] == 0.0 and held.runner_up != 5


def test_where_all_are_barred_nothing_is_chosen():
    held = ballot(seven_votes(5, 5, 5, 5, 5, 5, 5), ["one cluster only"] * 7)
    assert held.chosen is None and held.runner_up is None and held.reason == "No solution may be chosen."
    assert held.support == (0.0,) * 7 and all(v.n_clusters is None for v in held.votes)


def test_without_any_vote_the_fewest_clusters_are_taken_and_that_is_said():
    held = ballot({"silhouette": [None] * 7, "agreement": [0.1] * 7})
    assert (held.chosen, held.runner_up) == (2, 3) and held.reason == "2 clusters, for want of any criterion."


@pytest.mark.parametrize("choose", ["consensus", "silhouette", "elbow"])
def test_one_number_is_chosen_whoever_decides(choose):
    held = ballot({"silhouette": [0.3], "elbow": [9.0]}, numbers=[6], choose=choose)
    assert held.chosen == 6 and held.runner_up is None


def test_one_criterion_decides_alone_even_for_two_or_when_it_does_not_count():
    curves = seven_votes(2, 5, 5, 5, 5, 5, 5) | {"stability": peak(7)}
    held = ballot(curves, choose="silhouette")
    assert held.chosen == 2 and held.support == (1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert held.rule == "The number by silhouette of K-Means (highest)."
    assert held.reason == "As asked, by silhouette of K-Means (highest) alone: highest at 2 (1)."
    assert ballot(curves, choose="stability").chosen == 7
    assert ballot(curves).chosen == 5


@pytest.mark.parametrize("agreement", [{}, {"agreement": [0.3] * 7}])
def test_a_criterion_that_abstains_or_is_missing_leaves_it_to_all_and_says_so(agreement):
    held = ballot({"silhouette": peak(4), **agreement}, choose="agreement")
    assert held.chosen == 4 and held.rule == RULE
    assert (
        held.reason.startswith("No number from K-Means and Ward agree: ") and "All criteria vote instead" in held.reason
    )


def test_an_unknown_criterion_is_refused_with_the_choices():
    with pytest.raises(ParameterError, match="choose must be 'consensus' or one of 'silhouette', .*, got 'luck'"):
        ballot({"silhouette": peak(4)}, choose="luck")


def test_every_vote_carries_its_title_its_curve_and_how_it_was_made():
    made = {"silhouette": MADE, "stability": Provenance(100, 50)}
    held = hold_ballot([2, 3], {"stability": [0.9, 0.8], "silhouette": [0.1, 0.2]}, [None, None], provenance=made)
    assert [v.criterion for v in held.votes] == ["silhouette", "stability"]
    assert [v.provenance for v in held.votes] == [MADE, Provenance(100, 50)]
    assert held.votes[1].curve == (0.9, 0.8) and held.votes[1].title == CRITERIA["stability"].title


values = st.one_of(st.none(), st.floats(0.0, 10.0), st.sampled_from([math.inf, math.nan]))


@given(
    curves=st.dictionaries(st.sampled_from(list(CRITERIA)), st.lists(values, min_size=7, max_size=7)),
    barred=st.lists(st.sampled_from([None, "degenerate"]), min_size=7, max_size=7),
    choose=st.sampled_from(["consensus", *CRITERIA]),
)
def test_whatever_the_curves_an_open_number_is_chosen_where_there_is_one(curves, barred, choose):
    held = ballot(curves, barred, choose=choose)
    open_ = [number for number, reason in zip(NUMBERS, barred, strict=True) if reason is None]
    assert (held.chosen is None) == (not open_)
    assert held.chosen is None or held.chosen in open_
    assert held.runner_up is None or (held.runner_up in open_ and held.runner_up != held.chosen)
    assert (held.runner_up is None) == (len(open_) < 2)
    assert all(support == 0 for number, support in zip(NUMBERS, held.support, strict=True) if number not in open_)
    assert all(vote.n_clusters in (None, *open_) for vote in held.votes)

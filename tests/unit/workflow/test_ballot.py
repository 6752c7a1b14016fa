"""The curves of the ballot are read off the scored solutions, and stability off parts of the tracks."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from songatlas.cluster.labels import relabel_by_size
from songatlas.cluster.votes import CRITERIA, RULE
from songatlas.cluster.ward import cut_tree
from songatlas.errors import DataWarning
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.ward import ward_tree
from songatlas.provenance import Provenance
from songatlas.workflow import ballot as module
from songatlas.workflow.ballot import N_PARTS, ballot_of, stability_curve
from songatlas.workflow.scoring import score_labelings

RNG = np.random.default_rng(8)
CENTERS = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0]])
NUMBERS = (2, 3, 4, 5, 6)


def groups(n_each, n_groups=4):
    return np.repeat(CENTERS[:n_groups], n_each, axis=0) + RNG.normal(size=(n_groups * n_each, 3))


def solutions(X, numbers=NUMBERS):
    """Return the trials of K-Means and Ward, and the tree."""
    tree = ward_tree(X)
    found = {
        "kmeans": [relabel_by_size(fit.labels, X) for fit in kmeans_sweep(X, numbers, n_init=5)],
        "ward": [relabel_by_size(cut_tree(tree, k), X) for k in numbers],
    }
    params = [{"n_clusters": k} for k in numbers]
    trials = {m: score_labelings(X, [m] * len(numbers), labels, params) for m, labels in found.items()}
    return trials, tree


X = groups(60)
TRIALS, TREE = solutions(X)


def curves(found):
    return {vote.criterion: vote.curve for vote in found.votes}


def test_every_criterion_has_its_curve_and_the_groups_win():
    found = ballot_of(NUMBERS, TRIALS, TREE, choose="consensus")
    assert set(curves(found)) == set(CRITERIA) - {"stability"}
    assert found.chosen == 4 and found.numbers == NUMBERS and found.rule == RULE
    assert all(len(curve) == 5 for curve in curves(found).values())
    assert all(vote.provenance == Provenance(240) and vote.provenance.exact for vote in found.votes)


def test_curves_are_the_scores_of_the_solutions():
    found = curves(ballot_of(NUMBERS, TRIALS, TREE, choose="consensus"))
    for method, ending in (("kmeans", ""), ("ward", "_ward")):
        scored = [trial.candidate for trial in TRIALS[method]]
        assert found[f"silhouette{ending}"] == tuple(c.silhouette for c in scored)
        assert found[f"davies_bouldin{ending}"] == tuple(c.davies_bouldin for c in scored)
    scored = [trial.candidate for trial in TRIALS["kmeans"]]
    assert found["calinski_harabasz"] == tuple(c.calinski_harabasz for c in scored)
    assert found["elbow"] == found["knee"] == tuple(c.inertia for c in scored)
    labels = [(a.labels, b.labels) for a, b in zip(TRIALS["kmeans"], TRIALS["ward"], strict=True)]
    np.testing.assert_allclose(found["agreement"], [adjusted_rand_score(*pair) for pair in labels])
    heights = TREE[::-1, 2]
    np.testing.assert_allclose(found["ward_jump"], [heights[k - 2] / heights[k - 1] for k in NUMBERS])


def test_a_cut_at_a_height_takes_no_part():
    more = {"kmeans": TRIALS["kmeans"], "ward": [*TRIALS["ward"], TRIALS["ward"][0]]}
    assert ballot_of(NUMBERS, more, TREE, choose="consensus") == ballot_of(NUMBERS, TRIALS, TREE, choose="consensus")


def test_ward_alone_votes_with_its_own_curves_and_none_that_is_told_of_k_means():
    found = ballot_of(NUMBERS, {"ward": TRIALS["ward"]}, TREE, choose="consensus")
    assert set(curves(found)) == {"silhouette_ward", "davies_bouldin_ward", "ward_jump", "elbow", "knee"}
    assert found.chosen == 4 and not any("K-Means" in vote.title for vote in found.votes)
    assert curves(found)["elbow"] == tuple(trial.candidate.inertia for trial in TRIALS["ward"])


def test_k_means_alone_votes_without_ward():
    found = ballot_of(NUMBERS, {"kmeans": TRIALS["kmeans"]}, None, choose="consensus")
    assert set(curves(found)) == {"silhouette", "davies_bouldin", "calinski_harabasz", "elbow", "knee"}
    assert found.chosen == 4


def test_other_methods_alone_hold_no_ballot():
    assert ballot_of(NUMBERS, {"dbscan": TRIALS["ward"]}, None, choose="consensus") is None


def test_degenerate_solutions_of_k_means_are_barred():
    far = np.append(X, np.full((1, 3), 500.0), axis=0)
    trials, tree = solutions(far)
    assert trials["kmeans"][0].candidate.barred and trials["ward"][0].candidate.barred
    found = ballot_of(NUMBERS, trials, tree, choose="consensus")
    assert found.support[0] == 0 and found.chosen != 2 and "Two clusters" not in found.reason
    assert curves(found)["silhouette"][0] > 0.9  # shown, but no vote
    assert all(vote.n_clusters != 2 for vote in found.votes)


def test_a_degenerate_solution_of_ward_has_no_say_although_that_of_k_means_is_open():
    degenerate = (np.arange(len(X)) < 4).astype(np.int32)  # one cluster holds nearly all
    (worst,) = score_labelings(X, ["ward"], [degenerate], [{"n_clusters": 2}])
    assert worst.candidate.barred
    found = ballot_of(NUMBERS, {**TRIALS, "ward": [worst, *TRIALS["ward"][1:]]}, TREE, choose="consensus")
    for name in ("silhouette_ward", "davies_bouldin_ward", "ward_jump"):
        assert curves(found)[name][0] is None and curves(found)[name][1] is not None
    assert curves(found)["silhouette"][0] is not None


def test_a_tree_that_jumps_from_height_zero_is_not_defined_there():
    copies = np.repeat(CENTERS, 20, axis=0)
    numbers = (2, 3, 4, 5)
    trials, tree = solutions(copies, numbers)
    found = curves(ballot_of(numbers, trials, tree, choose="consensus"))
    assert found["ward_jump"][2] is None and None not in found["ward_jump"][:2]


def test_numbers_with_a_gap_keep_their_places():
    numbers = (2, 4, 6)
    trials, tree = solutions(X, numbers)
    found = ballot_of(numbers, trials, tree, choose="consensus")
    whole = curves(ballot_of(NUMBERS, TRIALS, TREE, choose="consensus"))["ward_jump"]
    assert curves(found)["ward_jump"] == whole[::2] and found.chosen == 4


def test_as_many_clusters_as_tracks_and_one_number_have_no_jump():
    few = groups(2)
    trials, tree = solutions(few, (7, 8))
    assert "ward_jump" not in curves(ballot_of((7, 8), trials, tree, choose="consensus"))
    found = ballot_of((4,), *solutions(X, (4,)), choose="consensus")
    assert "ward_jump" not in curves(found) and (found.chosen, found.runner_up) == (4, None)


def test_more_curves_come_with_their_own_provenance():
    part = Provenance(240, 120)
    found = ballot_of(NUMBERS, TRIALS, TREE, choose="stability", more={"stability": ([0.1, 0.2, 0.3, 0.9, None], part)})
    (vote,) = [vote for vote in found.votes if vote.criterion == "stability"]
    assert vote.provenance == part and vote.n_clusters == found.chosen == 5


@pytest.mark.parametrize("choose", ["silhouette", "silhouette_ward", "ward_jump", "elbow", "agreement"])
def test_the_criterion_that_was_asked_for_decides(choose):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ballot_of(NUMBERS, TRIALS, TREE, choose=choose)
    (own,) = [vote.n_clusters for vote in found.votes if vote.criterion == choose]
    assert found.chosen == own == (6 if choose == "agreement" else 4) and found.reason.startswith("As asked")


def test_a_criterion_that_the_methods_do_not_have_leaves_it_to_consensus_with_a_warning():
    with pytest.warns(
        DataWarning, match="choose='ward_jump' cannot decide. No number from largest jump in the Ward tree"
    ):
        found = ballot_of(NUMBERS, {"kmeans": TRIALS["kmeans"]}, None, choose="ward_jump")
    assert found.chosen == 4 and found.rule == RULE


# --- stability ---------------------------------------------------------------------------------------------


def stable(X, numbers=NUMBERS, seed=0, advance=lambda _: None):
    labelings = [fit.labels for fit in kmeans_sweep(X, numbers, n_init=5)]
    return stability_curve(X, labelings, numbers, seed, advance)


def test_groups_that_are_there_come_back_and_more_do_not():
    done = []
    curve, made = stable(X, advance=done.append)
    assert curve[2] > 0.95 and curve[2] == max(curve) and curve[4] < 0.9
    assert made == Provenance(240, 120) and done == [1.0] * N_PARTS


def test_stability_depends_on_its_seed_alone():
    assert stable(X)[0] == stable(X)[0] != stable(X, seed=1)[0]


def test_parts_have_a_largest_size(monkeypatch):
    monkeypatch.setattr(module, "PART_SIZE", 50)
    assert stable(X)[1] == Provenance(240, 50)


def test_numbers_that_a_part_is_too_small_for_have_no_value():
    curve, made = stable(groups(4), numbers=(2, 4, 5))
    assert curve[0] is not None and curve[1] is not None and curve[2] is None and made.sample_size == 8
    done = []
    curve, _ = stable(groups(1), numbers=(2, 3), advance=done.append)
    assert curve == [None, None] and done == []

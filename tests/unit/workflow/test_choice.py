"""Which method's clusters become the run's."""

from dataclasses import replace

import numpy as np
import pytest

from songatlas.errors import ParameterError
from songatlas.metrics.external import adjusted_rand_score
from songatlas.options import ClusterOptions, Options
from songatlas.results import Candidate, Provenance
from songatlas.workflow.choice import choose_method
from songatlas.workflow.methods import MethodResult
from songatlas.workflow.scoring import Trial
from songatlas.workflow.verdict import SAME_GROUPS

GOOD = Candidate("kmeans", {}, 3, (40, 30, 30), 0, 0.25, 0.25, 1.5, 900.0, 1.0, 2.9, Provenance(100))


LABELS = np.repeat(np.arange(3, dtype=np.int32), (40, 30, 30))


def results(same=False, **candidates):
    """Return results whose labels have nothing in common, or the same ones for all."""
    empty = np.zeros(0)
    labels = [LABELS if same else np.random.default_rng(i).permutation(LABELS) for i in range(len(candidates))]
    return {
        m: MethodResult([Trial(c, own, empty)], 0, "") for (m, c), own in zip(candidates.items(), labels, strict=True)
    }


def choose(options=None, **candidates):
    return choose_method(results(**candidates), options or ClusterOptions())


def test_the_first_method_leads():
    assert choose(kmeans=GOOD, ward=GOOD)[0] == "kmeans"
    assert choose(ward=GOOD, kmeans=GOOD)[0] == "ward"


def test_a_higher_silhouette_alone_does_not_win():
    giant = replace(GOOD, silhouette=0.4, calinski_harabasz=100.0)
    assert choose(kmeans=GOOD, ward=giant)[0] == "kmeans"


def test_ward_leads_where_both_find_the_same_groups():
    worse = replace(GOOD, silhouette=0.2, davies_bouldin=1.7, calinski_harabasz=800.0)
    method, words = choose_method(results(same=True, kmeans=GOOD, ward=worse), ClusterOptions())
    assert method == "ward" and "find the same groups (adjusted Rand 1.00)" in words
    assert choose(kmeans=GOOD, ward=worse)[0] == "kmeans"
    other = replace(worse, n_clusters=4)
    assert choose_method(results(same=True, kmeans=GOOD, ward=other), ClusterOptions())[0] == "kmeans"


def test_where_ward_leads_another_method_may_be_better_than_it_but_not_k_means():
    best = replace(GOOD, silhouette=0.5, davies_bouldin=1.0, calinski_harabasz=2000.0)
    found = results(same=True, kmeans=best, ward=GOOD, dbscan=GOOD)
    assert choose_method(found, ClusterOptions())[0] == "ward"
    method, words = choose_method(results(same=True, kmeans=GOOD, ward=GOOD, dbscan=best), ClusterOptions())
    assert method == "dbscan" and "follows the gaps" not in words


def test_ward_does_not_lead_when_it_is_degenerate_or_was_not_the_second_choice():
    degenerate = replace(GOOD, barred="one cluster holds 99.0 %")
    assert choose_method(results(same=True, kmeans=GOOD, ward=degenerate), ClusterOptions())[0] == "kmeans"
    assert choose_method(results(same=True, dbscan=GOOD, kmeans=GOOD, ward=GOOD), ClusterOptions())[0] == "dbscan"


@pytest.mark.parametrize(("n_moved", "leads"), [(10, "ward"), (30, "kmeans")])
def test_the_same_groups_are_those_of_an_adjusted_rand_of_seven_tenths(n_moved, leads):
    moved = LABELS.copy()
    moved[:n_moved] = 1
    found = results(same=True, kmeans=GOOD, ward=GOOD)
    found["ward"] = MethodResult([Trial(GOOD, moved, np.zeros(0))], 0, "")
    assert (adjusted_rand_score(LABELS, moved) >= SAME_GROUPS) == (leads == "ward")
    assert choose_method(found, ClusterOptions())[0] == leads


def test_the_number_asked_for_does_not_keep_ward_from_leading():
    asked = Options().with_values(n_clusters=3).cluster
    assert choose_method(results(same=True, kmeans=GOOD, ward=GOOD), asked)[0] == "ward"


def test_better_by_all_three_scores_wins():
    better = replace(GOOD, silhouette=0.3, davies_bouldin=1.2, calinski_harabasz=950.0)
    assert choose(kmeans=GOOD, ward=better)[0] == "ward"


def test_noise_counts_against_every_score():
    noisy = replace(GOOD, silhouette=0.3, davies_bouldin=1.2, calinski_harabasz=950.0, n_noise=40, sizes=(30, 15, 15))
    assert choose(kmeans=GOOD, dbscan=noisy)[0] == "kmeans"


def test_a_barred_solution_cannot_win_and_the_words_say_why():
    degenerate = replace(
        GOOD, silhouette=0.7, davies_bouldin=0.3, calinski_harabasz=2000.0, barred="one cluster holds 99.0 %"
    )
    method, words = choose(kmeans=GOOD, dbscan=degenerate)
    assert method == "kmeans" and "DBSCAN is out: one cluster holds 99.0 %." in words


def test_a_barred_lead_gives_way():
    assert choose(kmeans=replace(GOOD, barred="x"), ward=GOOD)[0] == "ward"


def test_when_all_are_barred_it_says_so():
    method, words = choose(kmeans=replace(GOOD, barred="x"), ward=replace(GOOD, barred="y"))
    assert method == "kmeans" and "not degenerate" in words


def test_the_method_asked_for_is_used():
    options = Options().with_values(use="ward").cluster
    assert choose(options, kmeans=GOOD, ward=replace(GOOD, barred="y"))[0] == "ward"
    with pytest.raises(ParameterError, match="use must be 'auto' or one of the methods kmeans, got 'ward'"):
        Options().with_values(use="ward", methods=["kmeans"])


def test_the_number_asked_for_limits_the_choice():
    five = replace(GOOD, n_clusters=5)
    options = Options().with_values(n_clusters=5).cluster
    assert choose(options, dbscan=GOOD, ward=five)[0] == "ward"

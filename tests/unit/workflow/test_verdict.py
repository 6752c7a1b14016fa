"""The verdict: groups, a continuum, or nothing."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from songatlas.progress import SILENT
from songatlas.workflow import verdict as module
from songatlas.workflow.verdict import RULE, RULE_OF_ONE_FEATURE, judge_structure

RNG = np.random.default_rng(3)
GROUPS = np.repeat(RNG.normal(size=(4, 5)) * 6, 150, axis=0) + RNG.normal(size=(600, 5))
FAR = np.repeat([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]], 40, axis=0) + RNG.normal(size=(80, 3))
# Half a ring: its two features hang together in a way that their ranks do not tell; the others only blur it.
TURN = RNG.random(500) * np.pi
BEND = np.column_stack([np.cos(TURN), np.sin(TURN), RNG.normal(0, 0.2, (500, 6))]) + RNG.normal(0, 0.1, (500, 8))


def verdict(X, k, agreement=None, seed=0):
    return judge_structure(X, k, agreement, seed, SILENT)


@pytest.mark.parametrize("n_clusters", [2, 4])
@pytest.mark.parametrize(
    "X",
    [
        RNG.normal(size=(600, 5)),
        RNG.normal(size=(600, 5)) @ RNG.normal(size=(5, 5)),
        RNG.random((600, 5)),
        np.exp(0.6 * np.random.default_rng(0).normal(size=(600, 5))),  # one in twenty such clouds comes out otherwise
    ],
    ids=["round", "tilted", "box", "skewed"],
)
def test_one_cloud_has_no_structure_however_well_the_methods_agree(X, n_clusters):
    found = verdict(X, n_clusters, agreement=1.0)
    assert found.kind == "none" and "no structure" in found.sentence


def test_well_separated_blobs_are_groups():
    found = verdict(GROUPS, 4)
    assert found.kind == "groups" and found.sentence == "The tracks fall into groups." and found.rule == RULE
    copula = found.comparisons[0]
    assert (copula.null, copula.score, copula.n_catalogues) == ("copula", "silhouette", 39)
    assert copula.p_value == pytest.approx(1 / 40) and copula.excess > 0.2 and copula.effect > 5
    assert found.figures["silhouette_excess"] == copula.excess == copula.value - copula.null_mean
    assert found.figures["agreement_of_kmeans_and_ward"] > 0.95


def test_every_score_is_compared_with_every_null_and_better_is_always_more():
    found = verdict(GROUPS, 4)
    pairs = {(c.null, c.score): c for c in found.comparisons}
    assert set(pairs) == {
        (null, score)
        for null in ("copula", "gaussian", "permuted")
        for score in ("silhouette", "davies_bouldin", "calinski_harabasz")
    }
    assert all(c.effect > 3 and c.p_value <= 0.05 for c in found.comparisons)
    assert pairs["copula", "davies_bouldin"].excess < 0 < pairs["copula", "calinski_harabasz"].excess
    assert all(c.provenance.n_tracks == c.provenance.sample_size == 600 for c in found.comparisons)


def test_a_bend_without_gaps_is_a_continuum():
    found = verdict(BEND, 3)
    assert found.kind == "continuum" and "no gaps part them" in found.sentence
    assert found.figures["agreement_of_kmeans_and_ward"] < 0.7 and found.comparisons[0].excess > 0.02


@pytest.mark.parametrize(("agreement", "kind"), [(0.69, "continuum"), (0.7, "groups")])
def test_groups_are_what_the_methods_agree_on(agreement, kind):
    assert verdict(GROUPS, 4, agreement).kind == kind


def test_two_far_groups_are_groups_even_of_few_tracks():
    assert verdict(FAR, 2).kind == "groups"
    same = np.repeat([[0.0, 0.0, 0.0], [1.0, -2.0, 1.0]], 30, axis=0)
    found = verdict(same, 2)
    assert found.kind == "groups" and found.rule == RULE_OF_ONE_FEATURE  # all features rank the tracks alike


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (RNG.random(400), "none"),
        (RNG.normal(size=400), "none"),
        (np.exp(0.8 * RNG.normal(size=400)), "none"),
        (np.repeat([0.1, 0.5, 0.9], 130) + RNG.normal(0, 0.03, 390), "groups"),
        (np.append(RNG.normal(0, 1, 300), RNG.normal(6, 1, 60)), "groups"),
    ],
    ids=["even", "normal", "skewed", "three peaks", "two peaks"],
)
def test_of_one_feature_its_own_peaks_are_judged(x, kind):
    k = 2 if len(x) == 360 else 3
    found = verdict(x[:, None], k)
    assert found.kind == kind and found.rule == RULE_OF_ONE_FEATURE
    assert {c.null for c in found.comparisons} == {"one_mode", "gaussian"}


def test_a_feature_that_says_the_same_or_the_contrary_changes_no_verdict():
    x = np.repeat([0.1, 0.5, 0.9], 60) + RNG.normal(0, 0.03, 180)
    assert verdict(np.column_stack([x, -3 * x, np.exp(x)]), 3).kind == "groups"
    even = RNG.random(180)
    assert verdict(np.column_stack([even, -3 * even]), 3).kind == "none"


@pytest.mark.parametrize(("n_tracks", "k"), [(15, 2), (19, 3), (30, 8)])
def test_too_few_tracks_get_no_verdict(n_tracks, k):
    assert verdict(GROUPS[:: 600 // n_tracks][:n_tracks], k) is None


def test_outliers_beside_one_cluster_get_no_verdict():
    X = np.append(RNG.normal(0, 1, (100, 3)), np.full((3, 3), 60.0), axis=0)
    assert verdict(X, 2) is None


def test_all_tracks_alike_get_no_verdict():
    assert verdict(np.ones((50, 3)), 2) is None


def test_large_tables_are_judged_on_parts(monkeypatch):
    monkeypatch.setattr(module, "PART_SIZE", 200)
    found = verdict(GROUPS, 4)
    assert found.kind == "groups"
    assert {(c.provenance.n_tracks, c.provenance.sample_size) for c in found.comparisons} == {(600, 200)}
    assert found.hopkins_provenance.sample_size == 200
    assert found.hopkins_provenance.low < found.hopkins < found.hopkins_provenance.high


def test_hopkins_stands_beside_that_of_one_cloud():
    clumped, even = verdict(GROUPS, 4), verdict(RNG.random((600, 2)), 3)
    assert clumped.hopkins > clumped.figures["hopkins_of_one_cloud"] > 0.5
    assert abs(even.hopkins - 0.5) < 0.1 and abs(even.figures["hopkins_of_one_cloud"] - 0.5) < 0.1


def test_the_same_seed_gives_the_same_figures_and_another_others():
    first, other = verdict(FAR, 2), verdict(FAR, 2, seed=1)
    assert verdict(FAR, 2) == first
    assert other.comparisons != first.comparisons and other.kind == first.kind


def test_the_number_of_threads_changes_no_figure():
    before, n_threads = verdict(FAR, 2), numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert verdict(FAR, 2) == before
    finally:
        numba.set_num_threads(n_threads)


def test_the_threads_of_blas_change_no_figure():
    code = (
        "import numpy as np\nfrom songatlas.progress import SILENT\n"
        "from songatlas.workflow.verdict import judge_structure\n"
        "X = np.random.default_rng(0).normal(size=(1500, 10)) @ np.random.default_rng(1).normal(size=(10, 10))\n"
        "print(judge_structure(X, 3, 0.5, 0, SILENT))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n in ("1", "2")
    ]
    assert told[0] == told[1] != ""


def test_the_step_reaches_its_end():
    class Watched:
        done = 0.0
        total = 0.0

        def step(self, name, total):
            Watched.total = total
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def advance(self, amount):
            Watched.done += amount

    judge_structure(FAR, 2, None, 0, Watched())
    assert Watched.done == Watched.total > 80

"""The verdict: groups, a continuum, or nothing; and that evidence changes no grouping."""

import warnings

import numpy as np
import pytest

import songatlas
from songatlas.options import Options
from songatlas.progress import SILENT
from songatlas.workflow.verdict import judge_structure

RNG = np.random.default_rng(3)
GROUPS = np.repeat(RNG.normal(size=(4, 5)) * 6, 150, axis=0) + RNG.normal(size=(600, 5))


def verdict(X, k, agreement=None):
    return judge_structure(X, k, agreement, 0, SILENT)


@pytest.mark.parametrize("X", [RNG.normal(size=(800, 5)), RNG.random((800, 5))], ids=["cloud", "box"])
def test_one_cloud_has_no_structure(X):
    assert verdict(X, 4).kind == "none"


def test_groups_are_groups_and_without_agreement_a_continuum():
    found = verdict(GROUPS, 4)
    assert found.kind == "groups" and found.comparisons[0].p_value == pytest.approx(1 / 40)
    assert found.comparisons[0].excess > 0.2 and found.comparisons[0].effect > 5
    assert verdict(GROUPS, 4, agreement=0.3).kind == "continuum"


def test_the_same_seed_gives_the_same_figures():
    assert verdict(GROUPS, 4) == verdict(GROUPS, 4)


def test_too_few_tracks_get_no_verdict():
    assert verdict(GROUPS[:15], 3) is None


@pytest.fixture(scope="module")
def runs():
    table = songatlas.make_catalogue(400, seed=3)
    options = Options().with_values(map="none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [songatlas.cluster_tracks(table, o) for o in (options, options.with_values(no_evidence=True))]


def test_evidence_changes_no_grouping(runs):
    judged, plain = runs
    assert judged.tracks["cluster"].tolist() == plain.tracks["cluster"].tolist()
    assert plain.data.judgement.verdict is None and plain.data.judgement.ballot.chosen is not None


def test_the_evidence_is_whole(runs):
    found = runs[0].data.judgement
    n_tracks = len(runs[0].data.kept)
    assert found.verdict is not None and found.certificate.n_refits > 0 and found.agreement is not None
    assert len(found.certificate.consistency) == n_tracks == len(found.agreement.same)
    assert {f.feature for f in found.features.features} <= set(runs[0].data.scaling.features)
    assert set(runs[0].tracks["standing"]) <= {"core", "borderline", "homeless", ""}

"""What is printed of the judgement: a grade for each cluster, a sentence on the whole; and as JSON for machines."""

import dataclasses
import json
from types import SimpleNamespace

import pytest

import songatlas
from songatlas.api import Run
from songatlas.cli._show import judgement_lines, print_clusters
from songatlas.cli.clusters import clusters_as_json
from songatlas.evidence import Judgement


@pytest.fixture(scope="module")
def bare():
    table = songatlas.make_catalogue(60, seed=1)
    found = songatlas.cluster_tracks(table, map="none", methods=["kmeans"], n_clusters_range=(2, 3), n_clusters=3)
    return dataclasses.replace(found.data, judgement=Judgement())


@pytest.fixture(scope="module")
def judged(bare, make_judgement):
    return dataclasses.replace(bare, judgement=make_judgement(60, 3))


def test_each_cluster_has_its_grade_and_the_verdict_follows(judged, capsys):
    print_clusters(Run(judged))
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert "comes back" in lines[0]
    grades = [next(word for word in line.split() if word in ("solid", "fair", "doubtful")) for line in lines if line.strip()[:1] in "012" and "%" in line]  # fmt: skip
    assert grades == ["solid", "fair", "doubtful"]
    told = " ".join(printed.split())
    assert f"Verdict: {judged.judgement.verdict.sentence}" in told
    assert "Refitted 50 times on 30 tracks each" in told and "adjusted Rand index of 0.93 on average" in told


def test_a_run_that_was_not_judged_prints_no_grade(bare, capsys):
    print_clusters(Run(bare))
    printed = capsys.readouterr().out
    assert "comes back" not in printed and "Verdict" not in printed


def test_a_grouping_that_could_not_be_refitted_says_why(judged):
    certificate = dataclasses.replace(judged.judgement.certificate, n_refits=0, adjusted_rand=(), note="Too few.")
    assert judgement_lines(Judgement(certificate=certificate)) == ["Too few."]


def test_json_has_the_judgement_and_the_grades(judged, bare, tmp_path):
    told = json.loads(clusters_as_json(SimpleNamespace(data=judged), folder=tmp_path))
    assert [cluster["grade"] for cluster in told["clusters"]] == ["solid", "fair", "doubtful"]
    assert told["judgement"]["verdict"]["kind"] == "continuum"
    assert [vote["n_clusters"] for vote in told["judgement"]["ballot"]["votes"]] == [5, 5, 8, 2, None, 5]
    plain = json.loads(clusters_as_json(SimpleNamespace(data=bare), folder=tmp_path))
    assert plain["judgement"]["verdict"] is None and plain["clusters"][0]["grade"] is None

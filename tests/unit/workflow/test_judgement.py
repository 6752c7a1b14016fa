"""Judgement end to end: what evidence a run brings, on tables good and bad, and that it changes no grouping."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from songatlas.catalogue import make_catalogue
from songatlas.cluster.votes import MORE_CRITERIA, RULE
from songatlas.errors import DataWarning
from songatlas.io.judgement import read_judgement, write_judgement
from songatlas.options import Options
from songatlas.schema import FEATURE_NAMES
from songatlas.workflow import cluster_tracks

QUICK = {"map": "none", "no_sub_moods": True, "n_clusters_range": [2, 6], "n_refits": 4}
STREWN = np.random.default_rng(4).normal(size=(200, 10))


def run_of(table, **values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return cluster_tracks(table, Options().with_values(**{**QUICK, **values}))


def tracks(Z):
    """Return a table whose features are those of Z, shape (n_tracks, 10), around the middle of each one's range."""
    table = pd.DataFrame(0.5 + 0.1 * Z, columns=list(FEATURE_NAMES)).clip(0.01, 0.99)
    table = table.assign(loudness=-12 + 2 * Z[:, 2], tempo=120 + 10 * Z[:, 8], duration_ms=2e5 + 2e4 * Z[:, 9])
    return table.assign(track_id=[f"t{i}" for i in range(len(Z))])


def blobs(*sizes, gap=8.0):
    centers = np.random.default_rng(1).normal(size=(len(sizes), 10))
    centers *= gap / 2 / np.linalg.norm(centers, axis=1, keepdims=True)
    return np.repeat(centers, sizes, axis=0) + np.random.default_rng(2).normal(0, 0.5, (sum(sizes), 10))


@pytest.fixture(scope="module")
def catalogue():
    return make_catalogue(200, seed=3)


@pytest.fixture(scope="module")
def run(catalogue):
    return run_of(catalogue)


def test_all_parts_of_the_evidence_are_there(run):
    found = run.judgement
    n_tracks = len(run.kept)
    assert found.ballot.rule == RULE and {v.criterion for v in found.ballot.votes} >= {
        "silhouette",
        "stability",
        "knee",
    }
    assert found.ballot.chosen in [c.n_clusters for c in run.candidates if c.winner]
    assert found.verdict.kind in ("groups", "continuum", "none")
    assert (found.certificate.method, found.certificate.n_refits) == (run.method, 4)
    assert len(found.certificate.clusters) == run.clustering.n_clusters == found.certificate.n_clusters
    assert len(found.certificate.consistency) == len(found.agreement.same) == n_tracks
    assert [f.feature for f in found.features.features] == list(run.scaling.features)
    assert [e.column for e in found.external] == ["genres", "decade", "artist_name"]
    assert found.spoken.mode == "mark" and found.sensitivity == ()


def test_the_choice_tells_the_votes(run):
    held = run.judgement.ballot
    assert run.choice.n_clusters == held.chosen and run.choice.rule.startswith(RULE)
    assert held.reason in run.choice.explanation
    assert run.choice.suggestions == {v.title: v.n_clusters for v in held.votes if v.n_clusters is not None}


@pytest.mark.parametrize("values", [{}, {"methods": ["ward", "dbscan"]}, {"choose": "stability"}])
def test_evidence_changes_no_grouping(run, catalogue, values):
    judged, plain = run_of(catalogue, **values) if values else run, run_of(catalogue, no_evidence=True, **values)
    for name in judged.clusterings:
        np.testing.assert_array_equal(judged.clusterings[name].labels, plain.clusterings[name].labels)
    assert judged.method == plain.method and judged.choice.n_clusters == plain.choice.n_clusters
    bare = plain.judgement
    assert (bare.verdict, bare.certificate, bare.agreement, bare.features, bare.spoken) == (None,) * 5
    assert bare.external == bare.sensitivity == ()
    assert bare.ballot.chosen == judged.judgement.ballot.chosen


def test_the_same_seed_gives_the_same_evidence_and_the_order_of_the_rows_changes_nothing(run, catalogue):
    order = np.random.default_rng(0).permutation(len(catalogue))
    other = run_of(catalogue.iloc[order].reset_index(drop=True))
    for part in ("ballot", "verdict", "features", "external"):
        assert getattr(other.judgement, part) == getattr(run.judgement, part)
    place = np.empty(len(catalogue), dtype=int)
    place[order] = np.arange(len(catalogue))
    ids = run.tracks["id_songs"].iloc[run.kept].to_numpy()
    for judged, of in ((run, ids), (other, other.tracks["id_songs"].iloc[other.kept].to_numpy())):
        assert sorted(ids) == sorted(of)
        by_id = pd.Series(judged.judgement.certificate.consistency, index=of)
        expected = pd.Series(run.judgement.certificate.consistency, index=ids)
        pd.testing.assert_series_equal(by_id.sort_index(), expected.sort_index())
        same = pd.Series(judged.judgement.agreement.same, index=of)
        pd.testing.assert_series_equal(
            same.sort_index(), pd.Series(run.judgement.agreement.same, index=ids).sort_index()
        )


def test_evidence_on_tracks_is_in_table_order():
    Z = blobs(60, 50, 40)
    Z[0] = Z[[60]] * 0.5 + Z[[1]] * 0.5  # between two groups: the methods or the refits waver here, if anywhere
    order = np.random.default_rng(3).permutation(len(Z))
    found = run_of(tracks(Z[order]), n_clusters=3)
    consistency = found.judgement.certificate.consistency
    assert np.delete(consistency, np.flatnonzero(order == 0)).min() == 1.0
    assert found.judgement.agreement.same.mean() > 0.98


def test_groups_that_are_there_are_found_and_certified():
    found = run_of(tracks(blobs(60, 50, 40, 30)))
    truth = np.repeat(range(4), (60, 50, 40, 30))
    assert found.judgement.verdict.kind == "groups" and found.method == "ward"
    assert adjusted_rand_score(truth, found.clustering.labels) > 0.97
    assert {c.grade for c in found.judgement.certificate.clusters} == {"solid"}
    assert "find the same groups" in found.choice.explanation


@pytest.mark.parametrize("strewn", [STREWN, np.random.default_rng(5).uniform(-3, 3, (200, 10))], ids=["cloud", "box"])
def test_one_cloud_is_no_structure(strewn):
    found = run_of(tracks(strewn))
    assert found.judgement.verdict.kind == "none" and found.choice.n_clusters >= 2


@pytest.mark.parametrize("methods", [["kmeans"], ["ward"], ["dbscan"], ["dbscan", "gaussian_mixture"]])
def test_the_verdict_does_not_depend_on_which_methods_ran(methods):
    found = run_of(tracks(blobs(80, 60, gap=10.0)), methods=methods)
    assert found.choice.n_clusters == 2 and found.judgement.verdict.kind == "groups"
    assert (found.judgement.ballot is None) == (not {"kmeans", "ward"} & set(methods))
    assert (found.judgement.agreement is None) == (len(methods) == 1)
    assert found.judgement.certificate.method == found.method


@pytest.mark.parametrize("methods", [["kmeans", "dbscan", "ward"], ["dbscan"], ["ward"]])
def test_two_tracks_end_with_a_result_and_no_verdict(methods):
    found = run_of(tracks(np.array([[-1.0] * 10, [1.0] * 10])), methods=methods)
    assert found.judgement.verdict is None and found.judgement.certificate.n_refits == 0
    assert found.judgement.certificate.note
    assert len(found.tracks) == 2


def test_two_far_groups_of_few_tracks():
    found = run_of(tracks(blobs(20, 20, gap=12.0)))
    assert found.choice.n_clusters == 2 and found.judgement.verdict.kind == "groups"
    assert sorted(np.bincount(found.clustering.labels)) == [20, 20]


def test_two_far_groups_of_equal_tracks():
    Z = np.repeat([[-1.0] * 10, [1.0] * 10], 30, axis=0)
    found = run_of(tracks(Z))
    assert found.choice.n_clusters == 2 and found.judgement.verdict.kind == "groups"


def test_fifty_tracks_are_judged():
    found = run_of(make_catalogue(50, seed=1))
    assert found.judgement.verdict is not None and found.judgement.certificate.n_refits == 4
    assert found.choice.n_clusters == found.judgement.ballot.chosen


def test_all_tracks_alike_have_one_cluster_and_no_ballot():
    found = run_of(tracks(np.zeros((30, 10))))
    judged = found.judgement
    assert found.choice.n_clusters == 1 and judged.ballot is None and judged.verdict is None
    assert "one cluster" in judged.certificate.note and judged.agreement is None


@pytest.mark.parametrize(
    ("x", "kind"),
    [(1.5 * STREWN[:120, 0], "none"), (np.repeat([-4.0, 0.0, 4.0], 40) + 0.3 * STREWN[:120, 1], "groups")],
    ids=["strewn", "three groups"],
)
def test_nine_constant_features_of_ten(x, kind):
    Z = np.zeros((120, 10))
    Z[:, 1] = x
    found = run_of(tracks(Z))
    assert found.judgement.verdict.kind == kind and list(found.scaling.features) == ["energy"]
    assert kind == "none" or found.choice.n_clusters == 3
    assert [f.without for f in found.judgement.features.features] == [None]


def test_every_track_noise_is_told_and_ends_with_a_result():
    found = run_of(tracks(STREWN[:60]), methods=["dbscan"], eps=1e-6, min_samples=5)
    judged = found.judgement
    assert (found.clustering.labels == -1).all() and found.choice.n_clusters == 0
    assert judged.verdict is None and judged.ballot is None
    assert judged.certificate.note.startswith("Every track is noise") and np.isnan(judged.certificate.consistency).all()
    assert judged.external == ()


def test_every_track_noise_for_one_method_leaves_it_to_the_others():
    found = run_of(tracks(blobs(60, 50, 40)), eps=1e-6)
    assert found.method == "ward" and found.choice.n_clusters == 3 and found.judgement.verdict.kind == "groups"
    assert "DBSCAN is out: 100.0 % of the tracks are noise" in found.choice.explanation


def test_outliers_beside_one_cloud_are_no_groups():
    Z = np.append(0.4 * STREWN[:100], np.full((2, 10), 4.5), axis=0)
    found = run_of(tracks(Z))
    assert found.judgement.verdict is None or found.judgement.verdict.kind == "none"
    assert all(c.barred for c in found.candidates if c.method == "kmeans")
    assert "No method found a grouping that is not degenerate" in found.choice.explanation


@pytest.mark.parametrize("n_clusters", [2, 9])
def test_the_number_asked_for_is_judged_and_the_ballot_shown(catalogue, n_clusters):
    found = run_of(catalogue, n_clusters=n_clusters, methods=["kmeans", "ward"])
    assert found.choice.n_clusters == n_clusters and found.choice.rule == "The number that was asked for."
    assert found.judgement.certificate.n_clusters == n_clusters
    assert set(found.judgement.ballot.numbers) == {2, 3, 4, 5, 6, n_clusters}
    figures = found.judgement.verdict.figures
    by_method = [found.clusterings[m].labels for m in ("kmeans", "ward")]
    assert figures["agreement_of_kmeans_and_ward"] == pytest.approx(adjusted_rand_score(*by_method))


def test_a_criterion_decides_when_asked(catalogue):
    found = run_of(catalogue, choose="calinski_harabasz", no_evidence=True)
    own = next(v for v in found.judgement.ballot.votes if v.criterion == "calinski_harabasz")
    assert found.choice.n_clusters == own.n_clusters and found.choice.rule.startswith(f"The number by {own.title}.")


def test_a_criterion_that_cannot_decide_is_told_in_the_manifest(catalogue):
    with pytest.warns(DataWarning, match="choose='agreement' cannot decide"):
        found = cluster_tracks(
            catalogue, Options().with_values(**QUICK, choose="agreement", methods=["kmeans"], no_evidence=True)
        )
    assert any("choose='agreement' cannot decide" in text for text in found.manifest["warnings"])
    assert found.choice.rule.startswith(RULE)


def test_a_thorough_run_has_more_votes_and_settings_and_the_same_grouping(run, catalogue):
    found = run_of(catalogue, thorough=True, n_clusters_range=[2, 6])
    n = len(run.judgement.ballot.votes)
    assert [v.criterion for v in found.judgement.ballot.votes[n:]] == list(MORE_CRITERIA)
    assert found.judgement.ballot.votes[:n] == run.judgement.ballot.votes
    assert found.judgement.ballot.chosen == run.judgement.ballot.chosen
    assert {"scaler", "features", "method"} <= {setting.what for setting in found.judgement.sensitivity}
    np.testing.assert_array_equal(found.clustering.labels, run.clustering.labels)
    assert found.judgement.verdict == run.judgement.verdict


def test_a_table_without_groups_of_k_means_is_not_divided_by_a_degenerate_ward_solution():
    Z = np.append(0.5 * STREWN[:150], 4 + 0.1 * STREWN[:3], axis=0)
    found = run_of(tracks(Z), no_evidence=True)
    barred = [c.n_clusters for c in found.candidates if c.method == "ward" and c.barred]
    assert barred
    voted = {v.criterion: v for v in found.judgement.ballot.votes}
    curve = dict(zip(found.judgement.ballot.numbers, voted["silhouette_ward"].curve, strict=True))
    assert all(curve[k] is None for k in barred)


@pytest.mark.parametrize("kind", ["usual", "two tracks", "equal"])
def test_what_was_judged_is_written_and_read_back_equal(run, tmp_path, kind):
    if kind != "usual":
        run = run_of(tracks(np.array([[-1.0] * 10, [1.0] * 10]) if kind == "two tracks" else np.zeros((30, 10))))
    write_judgement(run.judgement, tmp_path)
    again = read_judgement(tmp_path)
    for part in ("ballot", "verdict", "features", "external", "spoken"):
        assert getattr(again, part) == getattr(run.judgement, part)
    np.testing.assert_array_equal(again.certificate.consistency, run.judgement.certificate.consistency)

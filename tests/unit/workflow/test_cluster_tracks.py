"""The main job as a whole: invariants of the result, oracles, and data at the edges."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster
from scipy.linalg import hadamard
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from songatlas.catalogue import make_catalogue
from songatlas.errors import DataError, DataWarning, ParameterError
from songatlas.io.read import canonical_table
from songatlas.options import Options
from songatlas.schema import FEATURE_NAMES
from songatlas.workflow import cluster_tracks

QUICK = {"map": "none", "n_clusters_range": [2, 6], "no_evidence": True, "no_sub_moods": True}


def options(**values):
    return Options().with_values(**{**QUICK, **values})


@pytest.fixture(scope="module")
def catalogue():
    return make_catalogue(1500, seed=3)


@pytest.fixture(scope="module")
def run(catalogue):
    return cluster_tracks(catalogue, options())


def test_no_row_is_lost(run, catalogue):
    assert len(run.tracks) == len(catalogue)
    assert run.tracks["id_songs"].tolist() == catalogue["id_songs"].tolist()
    counts = run.manifest["counts"]
    assert counts["kept"] + counts["merged"] + counts["set_aside"] == counts["rows"] == len(catalogue)


def test_set_aside_rows_have_no_label_and_merged_rows_their_representatives(run):
    tracks = run.tracks
    aside = tracks["state"] == "set_aside"
    assert tracks.loc[aside, "cluster"].isna().all() and (tracks.loc[aside, "cluster_name"] == "").all()
    assert tracks.loc[~aside, "cluster"].notna().all()
    merged = tracks[tracks["state"] == "merged"]
    assert len(merged)
    for name in ("cluster", "kmeans", "dbscan", "ward"):
        assert (merged[name].to_numpy() == tracks[name].to_numpy()[merged["representative"]]).all()


def test_labels_go_by_size_and_profiles_agree_with_the_table(run):
    for clustering in run.clusterings.values():
        sizes = np.bincount(clustering.labels[clustering.labels >= 0])
        assert (np.diff(sizes) <= 0).all()
    sizes = run.tracks.loc[run.tracks["state"] == "kept", "cluster_name"].value_counts()
    assert {p.name: p.n_tracks for p in run.profiles} == sizes.drop("Noise", errors="ignore").to_dict()
    assert sum(p.n_rows for p in run.profiles) == run.tracks["cluster"].ge(0).sum()


def test_names_are_unique(run):
    assert len(set(run.names)) == len(run.names) == run.clustering.n_clusters


def test_scores_equal_scikit_learn_on_the_same_matrix(run, catalogue):
    kept = run.tracks.iloc[run.kept]
    X = StandardScaler().fit_transform(kept[list(FEATURE_NAMES)].to_numpy(float))
    for candidate in (c for c in run.candidates if c.chosen and c.barred is None):
        labels = run.clusterings[candidate.method].labels
        inside = labels >= 0
        assert candidate.silhouette_clustered == pytest.approx(silhouette_score(X[inside], labels[inside]), abs=1e-6)
        assert candidate.davies_bouldin == pytest.approx(davies_bouldin_score(X[inside], labels[inside]), abs=1e-6)


def test_the_ward_tree_cuts_into_the_ward_labels(run):
    labels = run.clusterings["ward"].labels
    assert adjusted_rand_score(fcluster(run.tree, labels.max() + 1, "maxclust"), labels) == 1


def test_kmeans_is_as_good_as_the_best_of_twenty_restarts(run):
    X = StandardScaler().fit_transform(run.tracks.iloc[run.kept][list(FEATURE_NAMES)].to_numpy(float))
    for candidate in (c for c in run.candidates if c.method == "kmeans"):
        best = KMeans(candidate.params["n_clusters"], n_init=20, random_state=0, tol=0).fit(X).inertia_
        assert candidate.inertia <= best * 1.001


def test_the_order_of_the_rows_changes_nothing(run, catalogue):
    order = np.random.default_rng(0).permutation(len(catalogue))
    shuffled = cluster_tracks(catalogue.iloc[order].reset_index(drop=True), options())
    back = np.empty(len(order), dtype=int)
    back[order] = np.arange(len(order))
    for name in ("cluster_name", "kmeans", "dbscan", "ward"):
        assert shuffled.tracks[name].iloc[back].fillna(-9).tolist() == run.tracks[name].fillna(-9).tolist()
    assert [c.silhouette for c in shuffled.candidates] == [c.silhouette for c in run.candidates]


def test_the_same_input_gives_the_same_result(run, catalogue):
    again = cluster_tracks(catalogue, options())
    pd.testing.assert_frame_equal(again.tracks, run.tracks)
    assert again.candidates == run.candidates and again.profiles == run.profiles and again.choice == run.choice


def test_the_caller_s_table_is_not_changed(catalogue):
    before = catalogue.copy(deep=True)
    cluster_tracks(catalogue, options(n_clusters_range=[2, 3]))
    pd.testing.assert_frame_equal(catalogue, before)


def test_a_unit_and_a_constant_column_change_no_grouping(run, catalogue):
    changed = catalogue.assign(duration_s=catalogue["duration_ms"] / 1000, same=1.0)
    features = [n for n in FEATURE_NAMES if n != "duration_ms"] + ["duration_s", "same"]
    with pytest.warns(DataWarning, match="same is constant"):
        other = cluster_tracks(changed, options(features=features))
    assert adjusted_rand_score(other.clusterings["kmeans"].labels, run.clusterings["kmeans"].labels) == 1


def test_keep_all_clusters_every_complete_row(catalogue):
    kept = cluster_tracks(catalogue, options(keep_all=True, n_clusters_range=[2, 3]))
    assert kept.manifest["counts"]["kept"] == len(catalogue)


def test_the_number_asked_for_is_the_number_given(catalogue):
    found = cluster_tracks(catalogue, options(n_clusters=5))
    assert len(found.profiles) == 5 and found.choice.n_clusters == 5
    assert sum(c.winner for c in found.candidates) == 1


def test_all_methods_run(catalogue):
    methods = ["kmeans", "dbscan", "ward", "hdbscan", "gaussian_mixture"]
    found = cluster_tracks(catalogue, options(methods=methods, n_clusters_range=[2, 4]))
    assert set(found.clusterings) == set(methods) <= set(found.tracks.columns)


@pytest.mark.parametrize("method", ["kmeans", "dbscan", "ward", "hdbscan", "gaussian_mixture"])
def test_each_method_runs_alone(catalogue, method):
    found = cluster_tracks(catalogue, options(methods=[method], n_clusters_range=[2, 4]))
    assert found.method == method
    assert len(found.profiles) == found.clustering.n_clusters


@pytest.mark.parametrize("own_ids", [True, False])
def test_equal_tracks_are_one_cluster_and_it_says_so(own_ids):
    same = pd.DataFrame({name: [0.5] * 30 for name in FEATURE_NAMES}).assign(
        tempo=120.0, duration_ms=2e5, loudness=-7.5
    )
    if own_ids:
        same = same.assign(track_id=[f"t{i}" for i in range(30)])
    with pytest.warns(DataWarning, match="all tracks have equal features: there is one cluster"):
        found = cluster_tracks(same, options(map="tsne"))
    assert found.choice.n_clusters == 1 and found.profiles[0].n_rows == 30
    assert (found.tracks["cluster"] == 0).all()


def test_a_small_library_gives_a_sensible_result():
    with pytest.warns(DataWarning, match="numbers of clusters up to"):
        found = cluster_tracks(make_catalogue(50, seed=1), Options())
    assert 2 <= len(found.profiles) <= 10
    assert found.map.coordinates is not None and np.isfinite(found.map.coordinates).all()


def test_more_clusters_than_tracks_is_refused(catalogue):
    with pytest.raises(ParameterError, match=r"n_clusters must be at most \d+, the number of different tracks"):
        cluster_tracks(catalogue.head(20), options(n_clusters=40))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nothing_left_after_cleaning_is_refused_with_the_account(catalogue, bad):
    with pytest.raises(DataError, match=r"only 0 of 1,500 tracks can be clustered.*missing_feature: 1,500"):
        cluster_tracks(catalogue.assign(energy=bad), options())


def test_columns_in_percent_group_as_the_same_in_fractions(catalogue):
    percent = catalogue.assign(**{n: catalogue[n] * 100 for n in ("danceability", "energy", "valence", "liveness")})
    with pytest.warns(DataWarning, match="is read as 0–1, although the other columns are percent"):
        found = cluster_tracks(percent, options(n_clusters_range=[2, 3]))
    same = cluster_tracks(catalogue, options(n_clusters_range=[2, 3]))
    assert (found.tracks["cluster"] == same.tracks["cluster"]).all()
    np.testing.assert_allclose(found.tracks["energy"], catalogue["energy"], atol=1e-12)


def test_own_columns_named_like_ours_are_kept(catalogue):
    found = cluster_tracks(catalogue.assign(cluster="mine", x=1.5), options(n_clusters_range=[2, 3]))
    assert (found.tracks["source_cluster"] == "mine").all()
    assert "source_cluster" in found.source_columns and "source_x" in found.source_columns


def test_embeddings_are_clustered_by_pattern():
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 400)
    X = rng.normal(0, 1, (400, 64)) + true[:, None] * 4
    table = pd.DataFrame(X, columns=[f"emb_{i}" for i in range(64)]).assign(track_name=[f"t{i}" for i in range(400)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = cluster_tracks(table, options(features=["emb_*"]))
    assert adjusted_rand_score(true, found.clustering.labels) > 0.99


def test_truth_is_found():
    rng = np.random.default_rng(5)
    true = rng.integers(0, 4, 2000)
    centers = np.hstack([hadamard(8)[1:5], hadamard(4)[:, :2]]) * 1.1  # equally far from one another
    Z = centers[true] + rng.normal(0, 0.6, (2000, 10))
    table = pd.DataFrame(1 / (1 + np.exp(-Z)), columns=list(FEATURE_NAMES))
    table = table.assign(loudness=-10 + 4 * Z[:, 2], tempo=120 + 15 * Z[:, 8], duration_ms=2e5 * np.exp(0.3 * Z[:, 9]))
    found = cluster_tracks(table, options(n_clusters_range=[2, 10]))
    assert found.choice.n_clusters == 4
    assert adjusted_rand_score(true, found.clustering.labels) > 0.95


def test_durations_in_seconds_group_as_the_same_in_milliseconds(catalogue):
    seconds = catalogue.assign(duration_ms=catalogue["duration_ms"] / 1000)
    with pytest.warns(DataWarning, match="durations are read as seconds"):
        found = cluster_tracks(seconds, options(n_clusters_range=[2, 3]))
    same = cluster_tracks(catalogue, options(n_clusters_range=[2, 3]))
    assert (found.tracks["cluster"] == same.tracks["cluster"]).all()
    np.testing.assert_allclose(found.tracks["duration_ms"], same.tracks["duration_ms"])


def test_warnings_are_in_the_manifest(catalogue):
    table = canonical_table(catalogue).drop(columns=["loudness"])
    with pytest.warns(DataWarning, match="no loudness"):
        found = cluster_tracks(table, options(n_clusters_range=[2, 3]))
    assert any("no loudness" in text for text in found.manifest["warnings"])


def test_a_degenerate_density_solution_is_not_judged_unless_it_is_shown():
    table = make_catalogue(400, seed=1)
    run = cluster_tracks(table, Options())
    spared = [c for c in run.candidates if c.method == "dbscan" and c.barred and not c.chosen and c.n_clusters > 1]
    assert spared
    assert sum(c.silhouette is not None for c in spared) <= 1  # the one with the usual parameters
    assert all(c.davies_bouldin is not None for c in spared)
    judged = [c for c in run.candidates if c not in spared and c.n_clusters > 1]
    assert all(c.silhouette is not None for c in judged)

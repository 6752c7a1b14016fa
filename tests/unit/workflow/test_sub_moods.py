"""The second level in a run: in the table, in the folder, and the same whatever the order of the rows."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from songatlas.catalogue import make_catalogue
from songatlas.cluster.sub_moods import divide, part_sizes
from songatlas.cluster.ward import cut_tree
from songatlas.errors import DataWarning
from songatlas.io.runs import read_run, write_manifest, write_run
from songatlas.kernels.ward import ward_tree
from songatlas.options import Options
from songatlas.schema import FEATURE_NAMES
from songatlas.workflow import cluster_tracks

QUICK = {"map": "none", "methods": ["kmeans"], "n_clusters": 3, "no_evidence": True}


def options(**values):
    return Options().with_values(**{**QUICK, **values})


@pytest.fixture(scope="module")
def catalogue():
    return make_catalogue(1500, seed=3)


@pytest.fixture(scope="module")
def run(catalogue):
    return cluster_tracks(catalogue, options(n_sub_moods=12))


def test_sub_moods_nest_in_clusters_and_their_sizes_add_up(run):
    moods = run.sub_moods.moods
    assert len(moods) == 12 and [m.number for m in moods] == list(range(12))
    for profile in run.profiles:
        assert sum(m.n_tracks for m in moods if m.parent == profile.label) == profile.n_tracks
    parents = np.array([m.parent for m in moods])
    assert (parents[run.sub_moods.labels] == run.clustering.labels).all()
    assert np.bincount(run.sub_moods.labels).tolist() == [m.n_tracks for m in moods]


def test_every_row_has_its_sub_mood(run):
    tracks, names = run.tracks, [m.name for m in run.sub_moods.moods]
    assert tracks["sub_mood"].dtype == pd.Int32Dtype()
    aside = tracks["state"] == "set_aside"
    assert tracks.loc[aside, "sub_mood"].isna().all() and (tracks.loc[aside, "sub_mood_name"] == "").all()
    assert tracks.loc[~aside, "sub_mood_name"].tolist() == [names[i] for i in tracks.loc[~aside, "sub_mood"]]
    assert tracks["sub_mood"].iloc[run.kept].tolist() == run.sub_moods.labels.tolist()
    assert tracks.attrs["songatlas"]


def test_the_order_of_the_rows_changes_no_sub_mood(run, catalogue):
    order = np.random.default_rng(0).permutation(len(catalogue))
    shuffled = cluster_tracks(catalogue.iloc[order].reset_index(drop=True), options(n_sub_moods=12))
    back = np.argsort(order)
    assert shuffled.tracks["sub_mood"].iloc[back].fillna(-9).tolist() == run.tracks["sub_mood"].fillna(-9).tolist()
    assert shuffled.tracks["sub_mood_name"].iloc[back].tolist() == run.tracks["sub_mood_name"].tolist()
    assert [m.tagline for m in shuffled.sub_moods.moods] == [m.tagline for m in run.sub_moods.moods]
    assert [[order[row] for row in m.typical] for m in shuffled.sub_moods.moods] == [
        list(m.typical) for m in run.sub_moods.moods
    ]


def test_the_trees_are_those_of_the_clusters_in_table_order(run):
    arrays, names = run.scaling.arrays, run.scaling.features
    X = (run.tracks[list(names)].iloc[run.kept].to_numpy(float) - arrays["center"]) / arrays["scale"]
    assert set(run.sub_moods.trees) == {p.label for p in run.profiles}
    for label, tree in run.sub_moods.trees.items():
        own = X[run.clustering.labels == label]
        assert adjusted_rand_score(cut_tree(tree, 7), cut_tree(ward_tree(own), 7)) == 1
    again = divide(X, run.clustering.labels, run.sub_moods.trees, part_sizes(len(X), n_parts=12))
    assert adjusted_rand_score(again.labels, run.sub_moods.labels) == 1


def test_what_was_written_is_read_back(run, tmp_path):
    write_run(run, tmp_path)
    write_manifest(run, tmp_path)
    again = read_run(tmp_path).sub_moods
    assert (again.rule, again.moods) == (run.sub_moods.rule, run.sub_moods.moods)
    assert again.labels.dtype == run.sub_moods.labels.dtype and (again.labels == run.sub_moods.labels).all()
    assert again.trees.keys() == run.sub_moods.trees.keys()
    assert all((again.trees[label] == tree).all() for label, tree in run.sub_moods.trees.items())
    written = pd.read_csv(tmp_path / "tracks.csv", keep_default_na=False)
    assert written["sub_mood_name"].tolist() == run.tracks["sub_mood_name"].tolist()


def test_without_sub_moods_there_is_no_trace_of_them(catalogue, tmp_path):
    found = cluster_tracks(catalogue, options(no_sub_moods=True))
    write_run(found, tmp_path)
    write_manifest(found, tmp_path)
    assert found.sub_moods is None and "sub_mood" not in found.tracks
    assert not list(tmp_path.glob("sub_moods*")) and read_run(tmp_path).sub_moods is None


def test_noise_lies_in_no_sub_mood(catalogue):
    found = cluster_tracks(catalogue, options(methods=["hdbscan"], n_clusters=None, use="hdbscan"))
    noise = found.tracks["cluster"] == -1
    assert noise.any() and (found.tracks.loc[noise, "sub_mood"] == -1).all()
    assert (found.tracks.loc[noise, "sub_mood_name"] == "").all()


def test_own_columns_named_like_ours_are_kept(catalogue):
    found = cluster_tracks(catalogue.assign(sub_mood="mine"), options())
    assert (found.tracks["source_sub_mood"] == "mine").all() and "source_sub_mood" in found.source_columns


@pytest.mark.parametrize(
    ("asked", "why"), [(2, "each of the 3 clusters is at least one"), (1200, "no side of a further")]
)
def test_a_number_that_cannot_be_had_is_told(catalogue, asked, why):
    table = catalogue.head(300)
    if asked > len(table):
        table = pd.concat([table.head(60)] * 5, ignore_index=True).assign(id_songs=[f"x{i}" for i in range(300)])
    with pytest.warns(DataWarning, match=rf"sub-moods instead of {asked:,}: {why}"):
        cluster_tracks(table, options(n_sub_moods=asked, keep_all=True))


def test_a_size_asked_for_is_the_mean_size(catalogue):
    found = cluster_tracks(catalogue, options(sub_mood_size=50))
    assert len(found.kept) / len(found.sub_moods.moods) == pytest.approx(50, rel=0.1)


def test_equal_tracks_are_one_sub_mood():
    same = pd.DataFrame({name: [0.5] * 30 for name in FEATURE_NAMES}).assign(
        tempo=120.0, duration_ms=2e5, loudness=-7.5
    )
    same = same.assign(track_id=[f"t{i}" for i in range(30)])
    with pytest.warns(DataWarning, match="all tracks have equal features"):
        found = cluster_tracks(same, Options().with_values(map="none", no_evidence=True))
    assert [m.name for m in found.sub_moods.moods] == ["Undivided"]


def test_the_folder_holds_plain_json(run, tmp_path):
    write_run(run, tmp_path)
    plain = json.loads((tmp_path / "sub_moods.json").read_text())
    assert plain["rule"] == run.sub_moods.rule and len(plain["moods"]) == 12

"""Reading with features from other tables, several files of several dialects, and what the account says."""

import hashlib
import json
import sqlite3
import warnings
import zipfile
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from songatlas import cluster_tracks, make_catalogue, read_tracks
from songatlas.errors import DataError, DataWarning, ParameterError, SongAtlasError
from songatlas.workflow.reading import storable

QUICK = {"map": "none", "no_evidence": True, "no_sub_moods": True}


@pytest.fixture(scope="module")
def catalogue():
    return make_catalogue(400, seed=2)


@pytest.fixture
def features(tmp_path, catalogue):
    path = tmp_path / "features.csv"
    catalogue.to_csv(path, index=False)
    return path


def playlist(catalogue, rows, **columns):
    """Return a playlist as TuneMyMusic writes it: titles and artists, no features."""
    part = catalogue.iloc[rows]
    names = {"Track name": part["name_song"], "Artist name": part["name_artists"], "Album": "", "Playlist name": "Mine"}
    return pd.DataFrame({**names, **columns}).reset_index(drop=True)


def test_a_playlist_without_features_is_refused_and_told_how_to_bring_them(tmp_path, catalogue):
    path = tmp_path / "mine.csv"
    playlist(catalogue, slice(0, 5)).to_csv(path, index=False)
    with pytest.raises(DataError, match="no audio features. It lists tracks only.*--features-from TABLE"):
        read_tracks(path)


def test_features_are_joined_and_the_run_says_how_many(tmp_path, catalogue, features):
    path = tmp_path / "mine.csv"
    rows = playlist(catalogue, slice(0, 300, 3))
    unknown = pd.DataFrame({"Track name": ["No Such Song"], "Artist name": ["Nobody At All"]})
    pd.concat([rows, unknown]).fillna("").to_csv(path, index=False)
    table = read_tracks(path, features_from=features)
    assert len(table) == 101
    assert table["energy"].notna().sum() == 100 and np.isnan(table["energy"].iloc[-1])
    assert set(table["features_from"]) == {"features.csv", ""} and table["matched_by"].iloc[-1] == ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        run = cluster_tracks(table, **QUICK, n_clusters=3)
    join = run.data.manifest["join"]
    assert join["n_unmatched"] == 1 and join["match_rate"] == pytest.approx(100 / 101)
    assert join["unmatched"] == [[100, "No Such Song", "Nobody At All"]]
    assert run.tracks["state"].iloc[-1] == "set_aside"
    assert "100 of 101 tracks" in run.summary_markdown() and "No Such Song" in run.report_html()


def test_sources_are_asked_in_order(tmp_path, catalogue, features):
    first = tmp_path / "first.csv"
    catalogue.iloc[:50].assign(energy=0.125).to_csv(first, index=False)
    path = tmp_path / "mine.csv"
    playlist(catalogue, slice(0, 100)).to_csv(path, index=False)
    table = read_tracks(path, features_from=[first, features])
    assert (table["features_from"].iloc[:50] == "first.csv").all() and (table["energy"].iloc[:50] == 0.125).all()
    assert (table["features_from"].iloc[50:] == "features.csv").all()


def table_in(kind, path, catalogue):
    """Write a source of features that holds two tables which could be meant, 'ours' and 'halved'."""
    tables = {"ours": catalogue, "halved": catalogue.assign(energy=catalogue["energy"] / 2)}
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, table in tables.items():
                archive.writestr(f"deep/{name}.csv", table.to_csv(index=False))
            archive.writestr("about.csv", "user,plays\na,1\n")
        return "ours.csv"
    if kind == "sqlite":
        with closing(sqlite3.connect(path)) as base:
            for name, table in tables.items():
                table.to_sql(name, base, index=False)
    else:
        with pd.ExcelWriter(path) as book:
            for name, table in tables.items():
                table.to_excel(book, sheet_name=name, index=False)
    return "ours"


@pytest.mark.parametrize("kind", ["zip", "sqlite", "xlsx"])
def test_the_table_that_features_come_from_is_named(tmp_path, catalogue, kind):
    source = tmp_path / f"features.{kind}"
    name = table_in(kind, source, catalogue.head(60))
    path = tmp_path / "mine.csv"
    playlist(catalogue, slice(0, 50)).to_csv(path, index=False)
    table = read_tracks(path, features_from=source, features_table=name)
    np.testing.assert_allclose(table["energy"], catalogue["energy"].head(50))
    with pytest.raises(ParameterError, match="'nothing'"):
        read_tracks(path, features_from=source, features_table="nothing")
    if kind != "zip":
        with pytest.raises(DataError, match=r"--features-table"):
            read_tracks(path, features_from=source)


def test_the_table_is_that_of_the_sources_that_have_several(tmp_path, catalogue, features):
    name = table_in("sqlite", tmp_path / "features.db", catalogue.head(20))
    path = tmp_path / "mine.csv"
    playlist(catalogue, slice(0, 50)).to_csv(path, index=False)
    table = read_tracks(path, features_from=[tmp_path / "features.db", features], features_table=name)
    assert table["features_from"].tolist() == ["features.db"] * 20 + ["features.csv"] * 30
    with pytest.raises(
        ParameterError, match=r"no workbook, database or ZIP archive is among features.csv, features.csv"
    ):
        read_tracks(path, features_from=[features, features], features_table=name)
    with pytest.raises(ParameterError, match=r"features.csv: a table can be named for workbooks"):
        read_tracks(path, features_from=features, features_table=name)
    with pytest.raises(ParameterError, match="there is none, got 'ours'"):
        read_tracks(features, features_table=name)


def test_names_are_stored_as_given_and_urls_without_their_secrets(tmp_path):
    assert storable("sub/a.csv") == "sub/a.csv" and storable(tmp_path) == str(tmp_path)
    assert storable("sqlite:///music.db") == "sqlite:///music.db"
    assert storable("mysql+pymysql://ana:pw@h/music?ssl_key=k") == "mysql+pymysql://h/music"


def test_files_of_several_dialects_are_read_each_in_its_own_units(tmp_path, catalogue):
    ours, percent = tmp_path / "ours.csv", tmp_path / "percent.csv"
    catalogue.iloc[:200].to_csv(ours, index=False)
    rest = catalogue.iloc[200:]
    scraped = pd.DataFrame(
        {
            "title": rest["name_song"],
            "artist": rest["name_artists"],
            "bpm": rest["tempo"].round(),
            "nrgy": (100 * rest["energy"]).round().astype(int),
            "dnce": (100 * rest["danceability"]).round().astype(int),
            "val": (100 * rest["valence"]).round().astype(int),
            "dB": rest["loudness"].round(),
            "dur": (rest["duration_ms"] / 1000).round().astype(int),
        }
    )
    scraped.to_csv(percent, index=False, sep=";")
    table = read_tracks([ours, percent])
    np.testing.assert_allclose(table["energy"], catalogue["energy"], atol=0.0051)
    np.testing.assert_allclose(table["duration_ms"], catalogue["duration_ms"], atol=501)
    files = table.attrs["songatlas"]["files"]
    assert [f["separator"] for f in files] == ["comma", "semicolon"] and [f["rows"] for f in files] == [200, 200]
    assert table["source_file"].tolist() == ["ours.csv"] * 200 + ["percent.csv"] * 200
    assert table["track_name"].tolist() == catalogue["name_song"].tolist()
    with pytest.warns(DataWarning, match="speechiness is not in percent.csv.*clustered by the other 6 features"):
        run = cluster_tracks(table, **QUICK, n_clusters=2, methods=["kmeans"])
    shared = run.data.scaling.features
    assert (run.tracks["state"].iloc[200:] != "set_aside").all() and len(shared) == 6
    run = cluster_tracks(table, **QUICK, n_clusters=2, methods=["kmeans"], features=[*shared, "liveness"])
    assert (run.tracks["state"].iloc[200:] == "set_aside").all()


def test_decibels_and_lufs_are_not_mixed(tmp_path, catalogue):
    catalogue.to_csv(tmp_path / "a.csv", index=False)
    catalogue.rename(columns={"loudness": "Loudness (LUFS)"}).to_csv(tmp_path / "b.csv", index=False)
    with (
        pytest.warns(DataWarning, match="LUFS"),
        pytest.raises(DataError, match="LUFS in b.csv and in decibels in a.csv"),
    ):
        read_tracks([tmp_path / "a.csv", tmp_path / "b.csv"])


def test_columns_are_read_by_hand_and_left_out(tmp_path, catalogue):
    path = tmp_path / "t.csv"
    catalogue.rename(columns={"valence": "Mood"}).to_csv(path, index=False)
    table = read_tracks(path, column={"valence": "Mood", "loudness": "none"})
    assert table["valence"].tolist() == catalogue["valence"].tolist()
    assert "loudness" not in {canonical for _, canonical, *_ in table.attrs["songatlas"]["columns"]}
    with pytest.raises(ParameterError, match="valance"):
        read_tracks(path, column={"valance": "Mood"})
    with pytest.raises(DataError, match="Moood"):
        read_tracks(path, column={"valence": "Moood"})


def test_every_row_is_accounted_for_file_by_file(tmp_path, catalogue):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    catalogue.iloc[:200].to_csv(good, index=False)
    lines = catalogue.iloc[200:].to_csv(index=False).splitlines()
    lines[5] += ",one,too,many"
    lines[9] = "far,too,few"
    bad.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.warns(DataWarning, match="2 rows were rejected"):
        table = read_tracks([good, bad])
    run = cluster_tracks(table, **QUICK, n_clusters=3)
    counts = run.data.manifest["counts"]
    assert counts["read"] == 400 and counts["rejected"] == 2
    assert counts["read"] == counts["kept"] + counts["merged"] + counts["set_aside"] + counts["rejected"]
    for file in run.data.manifest["inputs"]:
        assert file["read"] == 200 == file["kept"] + file["merged"] + file["set_aside"] + file["rejected"]
    assert run.data.rejects["line"].tolist() == [6, 10] and set(run.data.rejects["file"]) == {"bad.csv"}
    assert "2 rejected" in run.summary_markdown() and "far,too,few" in run.report_html()


def test_rejects_are_saved_and_loaded_with_the_run(tmp_path, catalogue):
    from songatlas import load_run

    path = tmp_path / "t.csv"
    lines = catalogue.to_csv(index=False).splitlines()
    lines[7] += ',"=1+1, and a quote ""x"""'
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.warns(DataWarning, match="1 row was rejected"):
        table = read_tracks(path)
    run = cluster_tracks(table, **QUICK, n_clusters=3, methods=["kmeans"])
    loaded = load_run(run.save(tmp_path / "RUN"))
    pd.testing.assert_frame_equal(loaded.data.rejects, run.data.rejects, check_dtype=False)
    assert loaded.data.rejects["text"].iloc[0] == lines[7]


def test_the_digest_is_that_of_the_file_as_it_was_read(tmp_path, catalogue):
    path = tmp_path / "t.csv"
    catalogue.to_csv(path, index=False)
    table = read_tracks(path)
    run = cluster_tracks(table, **QUICK, n_clusters=2, methods=["kmeans"])
    assert run.data.manifest["inputs"][0]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(tmp_path) not in json.dumps(run.data.manifest["inputs"])
    path.write_text("changed", encoding="utf-8")
    with pytest.warns(DataWarning, match="t.csv has changed since it was read"):
        run = cluster_tracks(table, **QUICK, n_clusters=2, methods=["kmeans"])
    assert run.data.manifest["inputs"][0]["sha256"] is None


def test_what_was_said_while_reading_stands_in_the_manifest(tmp_path, catalogue):
    path = tmp_path / "t.csv"
    catalogue.assign(duration_ms=catalogue["duration_ms"] / 1000).to_csv(path, index=False)
    with pytest.warns(DataWarning, match="durations are read as seconds"):
        table = read_tracks(path)
    run = cluster_tracks(table, **QUICK, n_clusters=2, methods=["kmeans"])
    assert any("durations are read as seconds" in text for text in run.data.manifest["warnings"])


def test_loudness_of_two_scales_is_not_joined(tmp_path, catalogue, features):
    lufs = tmp_path / "lufs.csv"
    catalogue.rename(columns={"loudness": "Loudness (LUFS)"}).to_csv(lufs, index=False)
    path = tmp_path / "mine.csv"
    playlist(catalogue, slice(0, 20)).to_csv(path, index=False)
    with pytest.warns(DataWarning, match="LUFS"), pytest.raises(DataError, match="two scales"):
        read_tracks(path, features_from=[features, lufs])


def test_a_table_given_for_a_path_is_told_where_to_go(catalogue):
    with pytest.raises(DataError, match="got a DataFrame. Give it to cluster_tracks"):
        read_tracks(catalogue)


@pytest.mark.parametrize(
    "given",
    [
        "jdbc:postgresql://ana:SECRETPW@127.0.0.1/db",
        " postgresql://ana:SECRETPW@127.0.0.1/db",
        "'postgresql://ana:SECRETPW@127.0.0.1/db'",
        "postgresql:/ana:SECRETPW@127.0.0.1/db",
        "jdbc:mysql://127.0.0.1/db?user=ana&password=SECRETPW",
        "nosuch://ana:SECRETPW@127.0.0.1/db",
    ],
)
def test_what_is_nearly_a_url_is_never_shown(given):
    with pytest.raises(SongAtlasError) as caught:
        read_tracks(given)
    assert "SECRETPW" not in str(caught.value) and "ana" not in str(caught.value)

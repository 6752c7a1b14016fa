"""Saved runs: what is damaged, edited or from another version is refused with the file's name, never half read."""

import dataclasses
import json
import shutil

import pytest

import songatlas
from songatlas.errors import DataError
from songatlas.io.runs import read_run, write_manifest, write_run

READ_BACK = ["tracks.parquet", "ledger.csv", "clusters.json", "scores.json", "tree.npz", "judgement.json", "judgement.npz",
             "sub_moods.json", "sub_moods.npz", "model/model.json", "model/arrays.npz"]  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory, make_judgement):
    folder = tmp_path_factory.mktemp("runs") / "RUN"
    folder.mkdir()
    run = songatlas.cluster_tracks(
        songatlas.make_catalogue(60, seed=1), map="none", methods=["ward"], n_clusters_range=(2, 3), n_clusters=3
    )
    data = dataclasses.replace(run.data, judgement=make_judgement(60, 3))
    write_run(data, folder)
    write_manifest(data, folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "RUN")


def edit_manifest(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_what_was_written_is_read(saved):
    found = read_run(saved)
    assert len(found.tracks) == 60
    assert found.judgement.ballot.chosen == 5 and len(found.judgement.certificate.consistency) == 60


@pytest.mark.parametrize("name", READ_BACK)
@pytest.mark.parametrize("damage", ["deleted", "emptied", "halved", "junk", "one byte"])
def test_a_damaged_file_is_named(copy, name, damage):
    path = copy / name
    data = path.read_bytes()
    middle = len(data) // 2
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(
            {
                "emptied": b"",
                "halved": data[:middle],
                "junk": bytes(range(256)),
                "one byte": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            }[damage]
        )
    with pytest.raises(DataError, match=f"RUN: {name} is (missing|damaged or was edited)"):
        read_run(copy)


@pytest.mark.parametrize("text", ["", "[]", "5", "null", "{}", "not json", '{"songatlas": "0.1"}'])
def test_a_manifest_that_is_none_is_refused(copy, text):
    (copy / "manifest.json").write_text(text)
    with pytest.raises(DataError, match="RUN: manifest.json (was not written by songatlas|cannot be read)"):
        read_run(copy)


def test_a_newer_form_is_refused_with_the_way_out(copy):
    edit_manifest(copy, schema_version=99, files="elsewhere now")
    with pytest.raises(DataError, match=r"newer form \(schema 99, this version reads 1\). Update songatlas"):
        read_run(copy)


@pytest.mark.parametrize(
    ("name", "value"),
    [("schema_version", "x"), ("schema_version", None), ("files", None), ("source_columns", 5), ("seed", "x"), ("counts", {}),
     ("counts", {"rows": "60", "kept": 1, "merged": 1, "set_aside": 1}), ("cleaning_counts", {"short": None}), ("options", [])],
)  # fmt: skip
def test_a_damaged_manifest_is_refused(copy, name, value):
    edit_manifest(copy, **{name: value})
    with pytest.raises(DataError, match=rf"manifest.json is damaged \({name} missing or wrong\)"):
        read_run(copy)

"""Folders are written whole or not at all, and only ours are replaced."""

import errno
import json
from pathlib import Path

import pytest

from songatlas.errors import OutputError
from songatlas.io.folders import MANIFEST, check_target, is_run_folder, whole_folder, write_file


def make_run(folder, text="first"):
    with whole_folder(folder, overwrite=folder.exists()) as partial:
        (partial / MANIFEST).write_text(json.dumps({"songatlas": "0", "schema_version": 1, "files": {"data.txt": ""}}))
        (partial / "data.txt").write_text(text)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_appears_when_the_block_ends_well(tmp_path):
    make_run(tmp_path / "deep" / "RUN")
    assert names(tmp_path / "deep") == ["RUN"]
    assert is_run_folder(tmp_path / "deep" / "RUN")


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt()])
def test_nothing_is_left_when_the_block_fails(tmp_path, error):
    with pytest.raises(type(error)), whole_folder(tmp_path / "RUN") as partial:
        (partial / "half.txt").write_text("half")
        raise error
    assert names(tmp_path) == []


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path):
    with (
        pytest.raises(OutputError, match=r"writing failed \(No space left on device\)"),
        whole_folder(tmp_path / "RUN"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


def test_an_existing_folder_is_refused_and_stays(tmp_path):
    make_run(tmp_path / "RUN")
    with pytest.raises(OutputError, match="exists already"), whole_folder(tmp_path / "RUN"):
        pass
    assert (tmp_path / "RUN" / "data.txt").read_text() == "first"


def test_overwrite_replaces_ours_and_keeps_what_people_added(tmp_path):
    make_run(tmp_path / "RUN")
    (tmp_path / "RUN" / "user").mkdir()
    (tmp_path / "RUN" / "user" / "edits.toml").write_text("mine")
    make_run(tmp_path / "RUN", "second")
    assert (tmp_path / "RUN" / "data.txt").read_text() == "second"
    assert (tmp_path / "RUN" / "user" / "edits.toml").read_text() == "mine"
    assert names(tmp_path) == ["RUN"]


def test_a_failed_overwrite_keeps_the_old_run(tmp_path):
    make_run(tmp_path / "RUN")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "RUN", overwrite=True):
        raise RuntimeError
    assert (tmp_path / "RUN" / "data.txt").read_text() == "first"
    assert names(tmp_path) == ["RUN"]


def test_overwrite_does_not_touch_other_folders(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("a")
    with (
        pytest.raises(OutputError, match="was not written by songatlas"),
        whole_folder(tmp_path / "photos", overwrite=True),
    ):
        pass
    assert names(tmp_path / "photos") == ["a.jpg"]


def test_overwrite_does_not_delete_files_that_people_put_into_a_run(tmp_path):
    make_run(tmp_path / "RUN")
    (tmp_path / "RUN" / ".DS_Store").write_text("desktop")
    (tmp_path / "RUN" / "thesis.txt").write_text("mine")
    with (
        pytest.raises(OutputError, match=r"did not write \(thesis.txt\)"),
        whole_folder(tmp_path / "RUN", overwrite=True),
    ):
        pass
    (tmp_path / "RUN" / "thesis.txt").unlink()
    make_run(tmp_path / "RUN", "second")
    assert names(tmp_path / "RUN") == ["data.txt", MANIFEST]


def test_a_folder_made_meanwhile_is_not_replaced(tmp_path):
    with pytest.raises(OutputError, match="exists already"), whole_folder(tmp_path / "RUN"):
        make_run(tmp_path / "RUN", "the faster one")
    assert (tmp_path / "RUN" / "data.txt").read_text() == "the faster one"
    assert names(tmp_path) == ["RUN"]


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_a_swap_that_is_interrupted_keeps_the_old_run(tmp_path, monkeypatch, error):
    make_run(tmp_path / "RUN")
    rename = Path.rename

    def failing(self, target):
        if self.name.endswith(".partial"):
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        make_run(tmp_path / "RUN", "second")
    assert (tmp_path / "RUN" / "data.txt").read_text() == "first"
    assert names(tmp_path) == ["RUN"]


def test_folders_made_on_the_way_go_with_a_failed_run(tmp_path):
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "a" / "b" / "RUN"):
        raise RuntimeError
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 300, "..", "half\udcff"])
def test_names_that_no_folder_can_have_are_refused(tmp_path, name):
    with pytest.raises(OutputError, match="Choose another"):
        check_target(tmp_path / name)


def test_an_interrupted_write_file_leaves_the_old_file(tmp_path, monkeypatch):
    write_file(tmp_path / "a.html", "first")

    def interrupted(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.html", "second")
    assert (tmp_path / "a.html").read_text() == "first"
    assert names(tmp_path) == ["a.html"]


def test_a_file_in_the_way_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file, not a folder"), whole_folder(tmp_path / "file" / "RUN"):
        pass


def test_write_file_leaves_nothing_half_written(tmp_path):
    write_file(tmp_path / "a.html", "text")
    assert (tmp_path / "a.html").read_text() == "text"
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(tmp_path / "absent" / "a.html", "text")
    assert names(tmp_path) == ["a.html"]

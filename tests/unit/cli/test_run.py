"""``songatlas run``: what the options of a run keep of its files, so that they repeat it and tell no secret."""

import pytest
from click.testing import CliRunner

import songatlas
from songatlas import api
from songatlas.cli.run import run
from songatlas.options import read_options

SMALL = ["--map", "none", "--methods", "kmeans", "--n-clusters", "2"]


@pytest.fixture
def asked(monkeypatch):
    """Let a catalogue be read whatever is named, and return what was named."""
    names = []

    def read_tracks(tracks, **_):
        names.append(tuple(tracks))
        return songatlas.make_catalogue(60, seed=1)

    monkeypatch.setattr(api, "read_tracks", read_tracks)
    return names


def test_a_password_is_kept_nowhere_and_that_is_said(tmp_path, asked):
    url = "postgresql+psycopg://ana:SECRETPW@db.example.org:5432/music?sslpassword=SECRETPW"
    done = CliRunner().invoke(run, [url, "-o", str(tmp_path / "R"), *SMALL], catch_exceptions=False)
    assert done.exit_code == 0 and asked == [(url,)]
    assert "note: options.toml keeps URLs without user, password" in done.stderr
    assert read_options(tmp_path / "R" / "options.toml").read.tracks == (
        "postgresql+psycopg://db.example.org:5432/music",
    )
    for path in (tmp_path / "R").rglob("*"):
        assert path.is_dir() or b"SECRETPW" not in path.read_bytes(), path
    assert "SECRETPW" not in done.output


def test_files_of_the_options_are_read_and_those_on_the_command_line_win(tmp_path, asked):
    first, second = str(tmp_path / "R"), str(tmp_path / "S")
    for arguments in (["a.csv", "b.csv", "-o", first], ["-o", second, "--options", f"{first}/options.toml"]):
        done = CliRunner().invoke(run, [*arguments, *SMALL], catch_exceptions=False)
        assert done.exit_code == 0 and "note:" not in done.stderr
    CliRunner().invoke(run, ["c.csv", "-o", first, "--overwrite", "--options", f"{second}/options.toml", *SMALL])
    assert asked == [("a.csv", "b.csv"), ("a.csv", "b.csv"), ("c.csv",)]
    assert read_options(tmp_path / "R" / "options.toml").read.tracks == ("c.csv",)


def test_a_name_that_is_no_text_can_be_written(tmp_path, asked):
    done = CliRunner().invoke(run, ["caf\udce9.csv", "-o", str(tmp_path / "R"), *SMALL], catch_exceptions=False)
    assert done.exit_code == 0 and "name these again" in done.stderr
    assert read_options(tmp_path / "R" / "options.toml").read.tracks == ("caf?.csv",)


def test_the_report_does_not_say_where_files_lie(tmp_path, asked):
    CliRunner().invoke(run, ["/home/ana/a.csv", "-o", str(tmp_path / "R"), *SMALL], catch_exceptions=False)
    for name in ("report.html", "summary.md"):
        assert "/home/ana" not in (tmp_path / "R" / name).read_text(encoding="utf-8")

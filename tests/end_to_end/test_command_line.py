"""The commands as a user runs them: in a process of their own, on files, from a clean folder."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import songatlas
from songatlas.cli import main

N_TRACKS = 700
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


def songatlas_command(*arguments, cwd, check=True, **more):
    environment = {**os.environ, "PYTHONWARNINGS": "default", "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "songatlas", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300, **more,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    songatlas.make_catalogue(N_TRACKS, seed=2).to_csv(folder / "tracks.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def finished(folder):
    done = songatlas_command("run", "tracks.csv", "-o", "RUN", "--map-iterations", 60, cwd=folder)
    return folder / "RUN", done


def test_run_prints_findings_on_stdout_and_nothing_else(finished):
    _, done = finished
    assert f"{N_TRACKS} rows:" in done.stdout and "Report: RUN/report.html" in done.stdout
    assert "Warning" not in done.stderr and "Traceback" not in done.stderr


def test_run_writes_the_whole_folder(finished):
    run, _ = finished
    expected = {"manifest.json", "tracks.parquet", "tracks.csv", "top_tracks.csv", "playlists", "clusters.json", "scores.json",
                "sub_moods.json", "sub_moods.npz", "judgement.json", "judgement.npz", "ledger.csv", "tree.npz", "model", "figures", "summary.md", "report.html", "user", "options.toml"}  # fmt: skip
    assert {p.name for p in run.iterdir()} == expected
    assert [p for p in run.parent.iterdir() if p.name.startswith(".")] == []


def test_tracks_csv_has_every_row_in_order_with_its_labels(finished, folder):
    run, _ = finished
    with (folder / "tracks.csv").open(encoding="utf-8", newline="") as stream:
        source = list(csv.DictReader(stream))
    with (run / "tracks.csv").open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert len(written) == len(source)
    assert [r["id_songs"] for r in written] == [r["id_songs"] for r in source]
    assert [r["name_song"] for r in written] == [r["name_song"] for r in source]
    assert {"state", "cluster", "cluster_name", "kmeans", "dbscan", "ward"} <= set(written[0])
    for row in written:
        assert (row["cluster"] == "") == (row["state"] == "set_aside")
        assert (row["cluster_name"] == "") == (row["state"] == "set_aside")


def test_the_manifest_knows_every_file(finished, folder):
    run, _ = finished
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    on_disk = {p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()} - {"manifest.json"}
    assert set(manifest["files"]) == on_disk
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((run / name).read_bytes()).hexdigest() == digest
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256((folder / "tracks.csv").read_bytes()).hexdigest()


def test_the_ledger_accounts_for_every_row_that_is_not_kept(finished):
    run, _ = finished
    tracks = pd.read_parquet(run / "tracks.parquet")
    ledger = pd.read_csv(run / "ledger.csv")
    touched = set(ledger.loc[ledger["action"].str.startswith(("set aside", "merged")), "row"] - 1)
    assert touched == set(np.flatnonzero(tracks["state"] != "kept"))


def test_playlists_are_xspf_of_the_clusters(finished):
    run, _ = finished
    clusters = json.loads((run / "clusters.json").read_text(encoding="utf-8"))["profiles"]
    titles = {
        ET.parse(p).getroot().findtext("{http://xspf.org/ns/0/}title") for p in (run / "playlists").glob("*.xspf")
    }
    assert titles == {c["name"] for c in clusters}


def test_the_report_is_one_offline_file(finished):
    run, _ = finished
    page = (run / "report.html").read_text(encoding="utf-8")
    for cluster in json.loads((run / "clusters.json").read_text(encoding="utf-8"))["profiles"]:
        assert cluster["name"].replace("&", "&amp;") in page
    assert "<script src" not in page and "@import" not in page and "url(http" not in page and 'src="http' not in page


def test_the_same_input_gives_the_same_bytes_and_json_for_machines(finished, folder):
    assert finished[0].exists()
    done = songatlas_command("run", "-o", "AGAIN", "--options", "RUN/options.toml", "--json", cwd=folder)
    assert json.loads(done.stdout)["counts"]["rows"] == N_TRACKS
    first, second = (json.loads((folder / n / "manifest.json").read_text())["files"] for n in ("RUN", "AGAIN"))
    assert first == second


def test_a_saved_run_loads_as_it_was(finished, folder):
    run, _ = finished
    loaded = songatlas.load_run(run)
    table = songatlas.read_tracks(folder / "tracks.csv")
    fresh = songatlas.cluster_tracks(table, map_iterations=60, tracks=["tracks.csv"])
    assert loaded.profiles == fresh.profiles
    assert loaded.data.choice == fresh.data.choice
    assert loaded.data.candidates == fresh.data.candidates
    assert loaded.data.options == fresh.data.options
    pd.testing.assert_frame_equal(loaded.tracks, fresh.tracks, check_dtype=False)
    pd.testing.assert_frame_equal(loaded.scores, fresh.scores)
    np.testing.assert_array_equal(loaded.data.tree, fresh.data.tree)
    assert list(loaded.figures()) == list(fresh.figures())


def test_clusters_and_report_work_on_a_saved_run(finished, folder):
    run, _ = finished
    shown = songatlas_command("clusters", "RUN", cwd=folder).stdout
    loaded = songatlas.load_run(run)
    for profile in loaded.profiles:
        assert profile.name in shown
    as_json = json.loads(songatlas_command("clusters", "RUN", "--json", cwd=folder).stdout)
    assert [c["name"] for c in as_json["clusters"]] == list(loaded.data.names)
    songatlas_command("report", "RUN", "-o", "copy.html", cwd=folder)
    assert (folder / "copy.html").read_bytes() == (run / "report.html").read_bytes()
    assert (
        songatlas_command("report", "RUN", "--markdown", cwd=folder).stdout.strip()
        == (run / "summary.md").read_text().strip()
    )


def test_inspect_shows_the_table(folder):
    shown = songatlas_command("inspect", "tracks.csv", cwd=folder).stdout
    assert "danceability" in shown and "700" in shown
    assert json.loads(songatlas_command("inspect", "tracks.csv", "--json", cwd=folder).stdout)["n_rows"] == N_TRACKS


def test_version_and_help(tmp_path):
    assert songatlas.__version__ in songatlas_command("--version", cwd=tmp_path).stdout
    overview = songatlas_command("--help", cwd=tmp_path).stdout
    for command in ("run", "inspect", "clusters", "report", "demo", "doctor"):
        assert command in overview
        assert "Usage: songatlas" in songatlas_command(command, "--help", cwd=tmp_path).stdout


def test_a_playlist_joins_its_features_and_comes_back_as_playlists(folder, tmp_path):
    tracks = pd.read_csv(folder / "tracks.csv").head(200)
    names = {"id_songs": "Track URI", "name_song": "Track Name", "name_artists": "Artist Name(s)"}
    export = tracks[list(names)].rename(columns=names)
    export["Track URI"] = "spotify:track:" + export["Track URI"]
    export.loc[180:, "Track URI"] = [f"spotify:track:{i:022d}" for i in range(20)]
    export.loc[190:, "Track Name"] = [f"Nobody Knows {i}" for i in range(10)]
    export.to_csv(tmp_path / "liked.csv", index=False, encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "features.zip", "w") as archive:
        archive.write(folder / "tracks.csv", "tracks.csv")
        archive.writestr("about.csv", "user,plays\na,1\n")
    named = ["--features-from", "features.zip", "--features-table", "tracks.csv"]
    done = songatlas_command("run", "liked.csv", *named, "-o", "R", "--map", "none", cwd=tmp_path)
    assert "190 of 200 tracks (95.0 %) found their features: 180 by id, 10 by title and artist." in done.stdout
    with (tmp_path / "R" / "tracks.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [r["matched_by"] for r in rows].count("") == 10 and all(r["cluster"] == "" for r in rows[190:])
    songatlas_command("run", "--options", "R/options.toml", "-o", "AGAIN", cwd=tmp_path)
    first, second = (json.loads((tmp_path / n / "manifest.json").read_text())["files"] for n in ("R", "AGAIN"))
    assert first == second
    playlists = list((tmp_path / "R" / "playlists").glob("*.xspf"))
    assert playlists and all(ET.parse(p).getroot().tag.endswith("playlist") for p in playlists)


def make_bad(folder: Path) -> None:
    header = "track_id,track_name,artist_name,danceability,energy,tempo"
    (folder / "empty.csv").write_text("")
    (folder / "header.csv").write_text(header + "\n")
    (folder / "junk.csv").write_bytes(bytes(range(256)) * 50)
    (folder / "folder").mkdir()
    (folder / "nofeatures.csv").write_text("user,plays\na,1\n")
    (folder / "short.csv").write_text("energy,tempo\n" + "t,.5,120\n" * 9)
    (folder / "averages.csv").write_text(
        "genres,energy,popularity\n" + "".join(f"g{i},0.{i}5,{i}.25\n" for i in range(9))
    )
    (folder / "zscores.csv").write_text(
        "track_id,energy,valence\n" + "".join(f"t{i},{i - 4}.5,{4 - i}.25\n" for i in range(9))
    )
    (folder / "locked.zip").write_bytes(b"PK\x03\x04 not really")
    (folder / "one.csv").write_text("track_id,energy\n" + "\n".join(f"t{i},0.{i}" for i in range(9)))
    (folder / "nan.csv").write_text(header + "\n" + "\n".join(f"t{i},n,a,nan,inf,nan" for i in range(9)))
    rows = "\n".join(f"t{i},n{i},a{i},0.{i},0.{9 - i},1{i}0" for i in range(9))
    (folder / "nine.csv").write_text(header + "\n" + rows)
    (folder / "deep.toml").write_text("a = " + "[" * 5000)
    (folder / "bad.toml").write_text("[cluster]\nn_cluster = 3\n")
    (folder / "read.toml").write_text("[read]\ntable = 'x'\n")
    (folder / "cyrillic.csv").write_bytes((header + "\n" + rows.replace("n1", "Кино")).encode("cp1251"))
    (folder / "taken").mkdir()
    (folder / "taken" / "mine.txt").write_text("mine")
    (folder / "file").write_text("a file")


BAD = [
    (["run", "absent.csv", "-o", "R"], 1, "absent.csv: no such file"),
    (["run", "empty.csv", "-o", "R"], 1, "the file is empty"),
    (["run", "header.csv", "-o", "R"], 1, "there are no rows, only a header"),
    (["run", "junk.csv", "-o", "R"], 1, "this is binary data"),
    (["run", "folder", "-o", "R"], 1, "this is a folder"),
    (["run", "nofeatures.csv", "-o", "R"], 1, "no audio features. Columns found: user, plays"),
    (["run", "one.csv", "-o", "R"], 1, "at least two features"),
    (["run", "nan.csv", "-o", "R"], 1, "only 0 of 9 tracks can be clustered"),
    (["run", "nine.csv", "-o", "R", "--n-clusters", "20"], 1, "n_clusters must be at most 9"),
    (
        ["run", "nine.csv", "-o", "R", "--options", "bad.toml"],
        1,
        "unknown option cluster.n_cluster. Did you mean",
    ),
    (["run", "nine.csv", "-o", "R", "--options", "deep.toml"], 1, "deep.toml: not valid TOML"),
    (["run", "nine.csv", "-o", ".."], 1, "not a folder that can be made"),
    (["run", "nine.csv", "-o", "x" * 300], 1, "cannot be written"),
    (["run", "/dev/zero", "-o", "R"], 1, "not a regular file"),
    (["run", "nine.csv", "-o", "R", "--features", "absent"], 1, "'absent' is not in the table"),
    (["run", "nine.csv", "-o", "taken"], 1, "exists already"),
    (["run", "nine.csv", "-o", "taken", "--overwrite"], 1, "was not written by songatlas"),
    (["run", "nine.csv", "-o", "file/R"], 1, "is a file, not a folder"),
    (["run", "nine.csv", "-o", "/proc/R"], 1, "cannot be written"),
    (["run", "nine.csv"], 2, "Missing option"),
    (["run", "nine.csv", "-o", "R", "--n-cluster", "3"], 2, "No such option"),
    (["run", "nine.csv", "-o", "R", "--scaler", "zscore"], 2, "is not one of"),
    (["run", "nine.csv", "-o", "R", "--n-clusters-range", "15"], 2, "LOW:HIGH"),
    (["clusters", "absent"], 1, "absent: no such folder"),
    (["clusters", "taken"], 1, "not a whole run of songatlas"),
    (["report", "nine.csv"], 1, "this is a file"),
    (["inspect", "junk.csv"], 1, "this is binary data"),
    (["run", "short.csv", "-o", "R"], 1, "the header seems to lack a name".capitalize()),
    (["run", "averages.csv", "-o", "R"], 1, "each row is an average over many tracks"),
    (["run", "zscores.csv", "-o", "R"], 1, "standardized values (z-scores)"),
    (["run", "locked.zip", "-o", "R"], 1, "locked.zip"),
    (["run", "nine.csv", "-o", "R", "--column", "energy=Nrg"], 1, "Nrg"),
    (["run", "nine.csv", "-o", "R", "--column", "enrgy=energy"], 1, "enrgy"),
    (["run", "nine.csv", "-o", "R", "--column", "energy"], 2, "NAME=VALUE"),
    (["run", "nine.csv", "-o", "R", "--table", "x"], 1, "can be named for workbooks, databases and ZIP archives only"),
    (["run", "nine.csv", "-o", "R", "--query", "SELECT 1"], 1, "a query can be named for databases only"),
    (["run", "nine.csv", "-o", "R", "--features-table", "x"], 1, "features_table names a table of --features-from"),
    (["run", "nine.csv", "-o", "R", "--encoding", "cp1215"], 1, "got 'cp1215'. Did you mean 'cp125"),
    (["run", "cyrillic.csv", "-o", "R", "--encoding", "utf-8"], 1, "cyrillic.csv: cannot be read as utf-8 (by hand)"),
    (["run", "-o", "R"], 2, "Missing argument 'FILE...'"),
    (["run", "-o", "R", "--options", "read.toml"], 2, "read.toml names no tracks"),
    (["run", "nine.csv", "-o", "R", "--features-from", "absent.csv"], 1, "absent.csv: no such file"),
    (
        ["run", "nofeatures.csv", "-o", "R", "--features-from", "nine.csv"],
        1,
        "the tracks have no ids, no ISRC and no titles",
    ),
    (["run", "https://example.org/t.csv", "-o", "R"], 1, "addresses of this kind are not read"),
    (["run", "nosuch://u:secret@h/db", "-o", "R"], 1, "nosuch"),
    (["nonsense"], 2, "No such command"),
]


@pytest.fixture
def kept_signals():
    """Put back the signal handlers that the command line installs for a process of its own."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("arguments", "code", "message"), BAD, ids=[" ".join(b[0])[:60] for b in BAD])
def test_bad_input_is_one_clear_message(tmp_path, monkeypatch, capsys, kept_signals, arguments, code, message):
    make_bad(tmp_path)
    before = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)  # in this process: two dozen starts of Python take minutes
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code == code
    assert message in " ".join(printed.err.split())
    assert "Traceback" not in printed.err and printed.out == ""
    assert sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*")) == before


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    make_bad(tmp_path)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from songatlas.cli import main; main(['run', 'nine.csv', '-o', 'R', '--map', 'none'])"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    assert "R: writing failed" in done.stderr and "Traceback" not in done.stderr
    assert not [p for p in tmp_path.iterdir() if p.name == "R" or "partial" in p.name]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path):
    songatlas.make_catalogue(8_000, seed=0).to_csv(tmp_path / "t.csv", index=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "songatlas", "run", "t.csv", "-o", "R", "--map-iterations", "100000"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            if (
                Path(f"/proc/{process.pid}/maps").exists()
                and "llvmlite" in Path(f"/proc/{process.pid}/maps").read_text()
            ):
                break
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, stderr
    assert "interrupted; nothing was written" in stderr and "Traceback" not in stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.csv"]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_ended_while_writing_leaves_nothing(folder, tmp_path, number, code):
    process = subprocess.Popen(
        [sys.executable, "-m", "songatlas", "run", folder / "tracks.csv", "-o", "new/R", "--map", "none"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while (
            time.monotonic() < deadline
            and process.poll() is None
            and not list(tmp_path.glob("new/.R.*.partial/figures"))
        ):
            time.sleep(0.02)
        assert process.poll() is None
        process.send_signal(number)
        process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_an_error_and_a_reader_that_leaves_is_none(finished, folder):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "songatlas", "clusters", "RUN"],
            cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1 and "No space left on device" in done.stderr and "Traceback" not in done.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "songatlas", "clusters", "RUN", "--tracks", "20"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.close()
    with process.stderr:
        stderr = process.stderr.read()
    assert process.wait(timeout=60) == 0, stderr


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="the real tables are not beside this checkout")
def test_the_excerpt_of_the_mission_s_table_runs(tmp_path):
    songatlas_command("run", REAL / "single_genre_artists_excerpt.csv", "-o", "R", cwd=tmp_path)
    tracks = pd.read_parquet(tmp_path / "R" / "tracks.parquet")
    assert len(tracks) == 32 and tracks["cluster_name"].ne("").all()

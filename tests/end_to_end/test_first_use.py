"""The first use on a machine, and what a terminal sees: loops compiled once and said once, bars, a Ctrl-C meanwhile."""

import importlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import songatlas

posix_only = pytest.mark.skipif(os.name != "posix", reason="terminals and signals as on POSIX")
COMPILING = "Compiling loops, once for this user and machine"
STEPS = ("cleaning and scaling", "K-Means", "DBSCAN", "Ward tree", "drawing the map", "drawing the figures")


def started(*arguments, cwd, loops=None, **more):
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    environment |= {"NUMBA_CACHE_DIR": str(loops)} if loops else {}
    return subprocess.Popen([sys.executable, "-m", "songatlas", *map(str, arguments)], cwd=cwd, env=environment, **more)


def processes_with(text: str) -> list[str]:
    """Return the numbers of the processes in whose environment the text stands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:  # another user's, or gone meanwhile
            continue
    return found


@pytest.fixture
def tracks(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    songatlas.make_catalogue(60, seed=1).to_csv(folder / "tracks.csv", index=False)
    return folder


@pytest.mark.slow
def test_loops_are_compiled_by_the_first_run_only_and_that_is_said_once(tracks, tmp_path):
    told = []
    for name in ("FIRST", "SECOND"):
        run = started("run", "tracks.csv", "-o", name, cwd=tracks, loops=tmp_path / "loops", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        _, stderr = run.communicate(timeout=300)
        assert run.returncode == 0, stderr
        told.append(stderr)
    assert told[0].count(COMPILING) == 1 and COMPILING not in told[1]


@posix_only
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_ended_while_it_compiles_leaves_nothing_and_nobody(tracks, tmp_path, number, code):
    loops = tmp_path / "loops"
    run = started("run", "tracks.csv", "-o", "R", cwd=tracks, loops=loops, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(processes_with(str(loops))) < 3:
            time.sleep(0.02)
        assert len(processes_with(str(loops))) == 3, "two processes compile beside the run"
        run.send_signal(number)
        _, stderr = run.communicate(timeout=60)
    finally:
        run.kill()
    assert run.returncode == code, stderr
    assert "Traceback" not in stderr
    assert processes_with(str(loops)) == []
    assert [path.name for path in tracks.iterdir()] == ["tracks.csv"]
    assert not list(loops.glob("*/prepared"))


@posix_only
def test_a_terminal_sees_every_step_and_the_time_left(tracks):
    pty = importlib.import_module("pty")
    ours, theirs = pty.openpty()
    run = started("run", "tracks.csv", "-o", "R", "--map-iterations", 12_000, cwd=tracks, stdout=subprocess.PIPE, stderr=theirs)  # fmt: skip
    os.close(theirs)
    seen = b""
    while part := read(ours):
        seen += part
    os.close(ours)
    stdout, _ = run.communicate(timeout=60)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode("utf-8", "replace"))
    assert run.returncode == 0 and [step for step in STEPS if step not in shown] == []
    assert re.search(r"drawing the map \S+ +0:00:0\d, about 0:00:0\d left", re.sub("[━╸╺ ]*[━╸╺]", " -", shown))
    assert b"\x1b" not in stdout and "Report: R/report.html" in stdout.decode("utf-8")


def read(terminal: int) -> bytes:
    """Return what comes next; nothing when the other side is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_without_a_terminal_there_are_plain_lines_only(tracks):
    run = started("run", "tracks.csv", "-o", "R", cwd=tracks, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stdout, stderr = run.communicate(timeout=300)
    assert run.returncode == 0
    for text in (stdout, stderr):
        assert b"\x1b" not in text and b"\r" not in text
    lines = [line for line in stderr.decode("utf-8").splitlines() if not line.startswith(("note: ", COMPILING))]
    assert lines == ["Grouping 60 tracks by how they sound …"]

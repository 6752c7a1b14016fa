"""Compiling ahead of time: what is compiled, that it is all a run needs, and whether it is known to be done."""

import json
import signal
import subprocess
import sys
import time

import pytest

from songatlas.kernels import loop_cache, prepare

LOADED = """
import importlib, pkgutil, songatlas.kernels as package

def loops():
    for module in pkgutil.iter_modules(package.__path__):
        for name, loop in vars(importlib.import_module(f"songatlas.kernels.{module.name}")).items():
            if hasattr(loop, "stats") and loop.__module__ == f"songatlas.kernels.{module.name}":
                yield f"{module.name}.{name}", loop
"""


def printed_json(code: str, *arguments: str) -> object:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED + code, *arguments], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def not_prepared(monkeypatch, tmp_path):
    """A folder for loops in which nothing lies yet, and no process started but those of the test."""
    folder = tmp_path / "loops-x"
    folder.mkdir()
    monkeypatch.setattr(prepare, "loops_folder", lambda: folder)
    return folder


def test_after_preparing_the_loops_are_known_to_be_prepared():
    assert prepare.prepare()
    assert prepare.is_prepared()


def test_what_is_prepared_is_all_that_runs_of_any_size_need():
    """No loop is compiled by runs of a few, some hundred and some thousand tracks, nor by reading a large column."""
    missed = printed_json("""
import json, numpy as np, pyarrow as pa, songatlas
from songatlas.io.columns.text_marks import marks_of
from songatlas.kernels import prepare
for job in (job for part in prepare.PARTS for job in part):
    job()
known = {name: set(map(str, loop.signatures)) for name, loop in loops()}
for n_tracks in (60, 900, 4_000):
    songatlas.cluster_tracks(songatlas.make_catalogue(n_tracks, seed=1), map_iterations=20)
table = songatlas.make_catalogue(900, seed=2)
for name in ("alpha", "beta"):
    table[name] = np.random.default_rng(1).random(900) * 1e-7
    table.loc[5, name] = 1.0  # far from the others, which float32 does not tell apart
songatlas.cluster_tracks(table, map_iterations=20, features=["alpha", "beta"])
column = pa.array(["song"] * 300_000, pa.large_string())
parts = [None, *(pa.py_buffer(part.to_pybytes()) for part in column.buffers()[1:])]
for texts in (column, pa.Array.from_buffers(column.type, len(column), parts)):
    marks_of(pa.chunked_array([texts]))
print(json.dumps([name for name, loop in loops() if set(map(str, loop.signatures)) - known[name]]))
""")
    assert missed == []


def test_no_loop_is_compiled_by_both_processes():
    prepare.prepare()
    compiled = [
        set(
            printed_json(
                """
import json, sys
from songatlas.kernels import prepare
for job in prepare.PARTS[int(sys.argv[1])]:
    job()
print(json.dumps([name for name, loop in loops() if loop.signatures]))
""",
                str(number),
            )
        )
        for number in range(len(prepare.PARTS))
    ]
    assert all(compiled)
    assert set.intersection(*compiled) == set()


def test_the_shares_told_while_preparing_sum_to_one(not_prepared):
    told = []
    assert prepare.prepare(told.append)
    assert sum(told) == pytest.approx(1.0) and len(told) == sum(map(len, prepare.PARTS))
    assert loop_cache.is_complete(not_prepared)


def test_where_no_process_can_be_started_this_one_compiles(not_prepared, monkeypatch):
    called = []
    monkeypatch.setattr(sys, "executable", str(not_prepared / "absent"))
    monkeypatch.setattr(prepare, "PARTS", ((lambda: called.append(1),), (lambda: called.append(2),)))
    assert prepare.prepare()
    assert called == [1, 2] and loop_cache.is_complete(not_prepared)


def test_processes_that_fail_leave_the_work_to_this_one(not_prepared, monkeypatch):
    called = []
    monkeypatch.setattr(sys, "path", [])  # nothing can be imported there
    monkeypatch.setattr(prepare, "PARTS", ((lambda: called.append(1),), (lambda: called.append(2),)))
    assert prepare.prepare()
    assert called == [1, 2]


@pytest.mark.parametrize("slow_start", [0.0, 0.3])
def test_an_interrupt_ends_the_processes_even_while_they_start(not_prepared, monkeypatch, slow_start):
    started, interrupted = [], []
    pause = time.sleep

    class Helper(subprocess.Popen):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, **more)
            started.append(self)
            pause(slow_start)

    def interrupt(seconds: float) -> None:
        pause(seconds)
        if len(started) == 2 and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(prepare.subprocess, "Popen", Helper)
    monkeypatch.setattr(prepare.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare()
    assert [helper.returncode for helper in started] == [-signal.SIGKILL] * 2
    assert not loop_cache.is_complete(not_prepared)


def test_an_interrupt_before_a_process_starts_keeps_it_from_starting(monkeypatch):
    started = []
    monkeypatch.setattr(prepare.subprocess, "Popen", lambda *arguments, **more: started.append(1))
    helper = prepare._Helper(0, lambda: None)
    helper.end()
    helper.run()
    assert started == [] and not helper.went_well


def test_nothing_is_compiled_ahead_where_nothing_can_be_kept(monkeypatch):
    called = []
    monkeypatch.setattr(prepare, "loops_folder", lambda: None)
    monkeypatch.setattr(prepare, "PARTS", ((lambda: called.append(1),),))
    assert not prepare.prepare()
    assert called == []

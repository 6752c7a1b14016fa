"""Peak memory of one tool at one work, in a process of its own: ``python -m benchmarks.memory WORK TOOL FOLDER``.

The process loads X and what was prepared from a folder, runs the tool once on a few tracks (libraries and compiled
loops are then in memory), notes what it holds, and runs the tool on all tracks.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from .data import FloatArray
from .pages import ROOT
from .work import Given, Memory, Tool

_FEW = 500
_MEGABYTE = 1 << 20


def keep(folder: Path, X: FloatArray, given: Given) -> None:
    """Write X and what was prepared where `of_process` finds them."""
    np.save(folder / "X.npy", X)
    np.savez(folder / "given.npz", **given)


def of_process(work: str, tool: str, folder: Path) -> Memory:
    """Return the memory of a process that lets the tool do the work on what `keep` wrote."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.memory", work, tool, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise RuntimeError(f"the process that measures {work} by {tool} failed:\n{done.stderr}")
    return Memory(**json.loads(done.stdout.splitlines()[-1]))


def held() -> float:
    """Return the megabytes this process holds now; on other systems than Linux its peak so far."""
    return _status("VmRSS") or _largest()


def peak() -> float:
    """Return the most megabytes this process has held.

    ``VmHWM`` where there is one: the ``ru_maxrss`` of a new process starts with the peak of the one it came from.
    """
    return _status("VmHWM") or _largest()


def _status(key: str) -> float | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    found = [line for line in status.read_text(encoding="ascii", errors="replace").splitlines() if line.startswith(key)]
    return int(found[0].split()[1]) / 1024 if found else None


def _largest() -> float:
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (_MEGABYTE if sys.platform == "darwin" else 1024)


def _run_few(tool: Tool, X: FloatArray, given: Given) -> None:
    """Run the tool on a few tracks; what was prepared with a value per track is shortened."""
    rows = np.linspace(0, len(X) - 1, min(_FEW, len(X))).astype(int)
    fewer = {key: value[..., rows] if value.shape[-1:] == (len(X),) else value for key, value in given.items()}
    tool.run(np.ascontiguousarray(X[rows]), fewer)


def main() -> None:
    """Measure and print."""
    from .works import WORKS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("tool")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    work = next(work for work in WORKS if work.key == asked.work)
    tool = next(tool for tool in work.tools if tool.key == asked.tool)
    X = np.load(asked.folder / "X.npy")
    with np.load(asked.folder / "given.npz") as stored:
        given = dict(stored)
    _run_few(tool, X, given)
    before = held()
    tool.run(X, given)
    print(json.dumps({"peak": peak(), "added": max(0.0, peak() - before)}))


if __name__ == "__main__":
    main()

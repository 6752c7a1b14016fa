"""A complete run of the program on a file, against the same steps as notebooks do them, on the usual samples."""

import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..data import Data
from ..processes import Finished, run_command
from ..work import Check, Given, Memory, Tool, Work


@dataclass(frozen=True)
class Outcome:
    """What a run took, and what its folder held."""

    finished: Finished
    rows: int
    figures: int
    pages: int
    account: dict[str, Any]


def run_songatlas(files: Sequence[str], *options: str) -> Outcome:
    """Return the outcome of ``songatlas run`` on files, in a process of its own."""
    return _outcome([sys.executable, "-m", "songatlas", "run", *files, "--quiet", *options, "--output"])


def run_usual_samples(files: Sequence[str]) -> Outcome:
    """Return the outcome of `benchmarks.usual_samples` on files, in a process of its own."""
    return _outcome([sys.executable, "-W", "ignore", "-m", "benchmarks.usual_samples", *files, "--output"])


def _outcome(command: Sequence[str]) -> Outcome:
    """Run the command, its output folder added, look at what it wrote, and throw it away."""
    parent = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    try:
        folder = parent / "run"
        finished = run_command([*command, str(folder)], parent / "log")
        with (folder / "tracks.csv").open(encoding="utf-8", newline="") as stream:
            rows = sum(1 for _ in csv.reader(stream)) - 1
        manifest = folder / "manifest.json"
        account = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
        return Outcome(finished, rows, len(list(folder.rglob("*.png"))), len(list(folder.glob("*.html"))), account)
    finally:
        shutil.rmtree(parent)


def check(ours: Outcome, other: Outcome | None) -> Check:
    """Check that both wrote a label for every row they kept, figures and a report; the steps differ by design."""
    sides = {"ours": ours} if other is None else {"ours": ours, "the other's": other}
    holds = all(side.rows and side.figures and side.pages for side in sides.values())
    text = "; ".join(f"{name}: {side.rows:,} rows labeled, {side.figures} figures" for name, side in sides.items())
    return Check(holds, f"report, labels and figures are there, {text}")


def _given_files(data: Data) -> Given:
    return {"files": [str(path) for path in data.files]}


def _memory(outcome: Outcome) -> Memory:
    return Memory(outcome.finished.megabytes)


WORK = Work(
    key="complete",
    title="complete run: file to labels, scores, map, figures and report",
    ours=(
        Tool(
            "songatlas", "run: all steps on all tracks", lambda X, given: run_songatlas(given["files"]), memory=_memory
        ),
    ),
    others=(
        Tool(
            "usual",
            "and SciPy, matplotlib on the usual samples (benchmarks/usual_samples.py): silhouette 5,000, DBSCAN "
            "15,000, Ward 8,000, t-SNE 10,000",
            lambda X, given: run_usual_samples(given["files"]),
            package="scikit-learn",
            largest=100_000,
            limit="measured up to 100,000",
            memory=_memory,
        ),
    ),
    check=lambda data, given, ours, other: check(ours, other),
    prepare=_given_files,
    needs_files=True,
)

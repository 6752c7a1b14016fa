"""``python -m benchmarks.whole_run --file CSV``: ``songatlas run`` and the usual samples in turn, each a process."""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .results import this_machine
from .works.complete import Outcome, check, run_songatlas, run_usual_samples


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", nargs="+", required=True, metavar="CSV", help="tables of tracks, read together")
    parser.add_argument("--repeats", type=int, default=3, help="[default: %(default)s]")
    parser.add_argument("--alone", action="store_true", help="only songatlas run")
    asked = parser.parse_args(arguments)
    files = [str(Path(name).resolve()) for name in asked.file]
    subprocess.run([sys.executable, "-m", "songatlas.kernels.prepare"], check=True)
    ours, others = [], []
    for _ in range(asked.repeats):
        ours.append(run_songatlas(files))
        _tell("songatlas run", ours[-1])
        if not asked.alone:
            others.append(run_usual_samples(files))
            _tell("usual samples", others[-1])
    return _report(ours, others)


def _tell(name: str, outcome: Outcome) -> None:
    taken = f"{outcome.finished.seconds:.1f} s, {outcome.finished.megabytes:,.0f} MB"
    print(f"{name}: {taken}", file=sys.stderr, flush=True)


def _report(ours: Sequence[Outcome], others: Sequence[Outcome]) -> int:
    print(f"{this_machine()}; medians of {len(ours)}, in turn, a process each")
    middles = []
    for name, outcomes in (("songatlas run, all tracks", ours), ("the same steps on the usual samples", others)):
        if outcomes:
            middles.append(statistics.median(outcome.finished.seconds for outcome in outcomes))
            largest = max(outcome.finished.megabytes for outcome in outcomes)
            print(f"{name:36s} {middles[-1]:6.1f} s {largest:6,.0f} MB")
    _print_stages(ours[-1])
    if others:
        print(f"ours takes {middles[0] / middles[1]:.2f} of the other's time")
    found = check(ours[-1], others[-1] if others else None)
    print(found.found if found.holds else f"FAILS: {found.found}")
    return 0 if found.holds else 1


def _print_stages(outcome: Outcome) -> None:
    timings = outcome.account.get("timings_seconds", {})
    if timings:
        print("  stages: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in timings.items()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as err:  # a run failed, and says why
        sys.exit(str(err))

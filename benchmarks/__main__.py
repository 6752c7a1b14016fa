"""``python -m benchmarks``: ours and the trusted tools in turn, medians, ratios, memory, and whether they agree.

Work is on the built-in catalogue, so that anyone can repeat it, or on tables of one's own with --file. Compiled
loops are warmed up first. Ratios are what counts: seconds belong to the machine that took them. Exit code 1 where
a result is not what it should be.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import results as stored
from .data import Source
from .measure import Effort, left_out, measure, warm_up
from .pages import ROOT, write_block
from .rendering import excerpt, growth_table, memory_table, page, ratio, seconds, verdict
from .results import Results, merged, this_machine
from .work import Line, Work
from .works import WORKS

SIZES = "10000,41000,95837,1000000"
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "performance.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the page, and write it where asked; return the exit code."""
    asked = _parser().parse_args(arguments)
    if asked.render:
        return _render()
    works = [work for work in WORKS if not asked.only or work.key in asked.only]
    effort = Effort(asked.repeats, asked.patience, with_memory=not asked.no_memory)
    warnings.simplefilter("ignore")  # of other tools; what is wrong shows in the checks
    with Source(asked.file or (), keep_all=asked.keep_all) as source:
        sizes = [int(size) for size in (asked.sizes or str(source.n_tracks or SIZES)).split(",")]
        output = asked.output or _usual_output(asked)
        old = stored.load(output.with_suffix(".json")) if output and asked.update else None
        for new in _measured(works, source, sizes, effort):
            found = merged(old, new)
            if output:
                _write(found, output)
    print(page(found))
    return 0 if found.holds else 1


def _render() -> int:
    """Write the pages of the repository from the last results."""
    found = stored.load(stored.DATA_FILE)
    if found is None:
        print(f"{stored.DATA_FILE} is missing: measure first.", file=sys.stderr)
        return 1
    _write(found, stored.PAGE)
    return 0 if found.holds else 1


def _usual_output(asked: argparse.Namespace) -> Path | None:
    """Return the page of the repository where all is measured as usual, or its lines are renewed; else None."""
    if asked.file or not (asked.update or not (asked.only or asked.sizes or asked.no_memory)):
        return None
    return stored.PAGE


def _write(found: Results, output: Path) -> None:
    """Write the page and its numbers, and what quotes them."""
    data_file = output.with_suffix(".json")
    stored.save(found, data_file)
    output.write_text(page(found), encoding="utf-8")
    if output.resolve() == stored.PAGE:
        write_block(README, "benchmarks", excerpt(found))
        write_block(PERFORMANCE, "growth", growth_table(found.lines) or "Measured at one size only.")
        write_block(PERFORMANCE, "memory", memory_table(found.lines) or "Not measured.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    keys = [work.key for work in WORKS]
    parser.add_argument(
        "--sizes", help=f"numbers of tracks, separated by commas [default: {SIZES}, or the tables' own]"
    )
    parser.add_argument("--repeats", type=int, default=Effort.repeats, help="[default: %(default)s]")
    parser.add_argument("--only", nargs="+", choices=keys, metavar="NAME", help=f"only these works: {', '.join(keys)}")
    parser.add_argument("--file", nargs="+", type=Path, metavar="CSV", help="tables of your own, read together")
    parser.add_argument("--keep-all", action="store_true", help="do not clean these tables")
    parser.add_argument(
        "--patience",
        type=float,
        default=Effort.patience,
        help="seconds on one work and size after which no further round starts [default: %(default)s; a minute where "
        "ours is alone]",
    )
    parser.add_argument("--no-memory", action="store_true", help="measure time only")
    parser.add_argument(
        "--update",
        action="store_true",
        help="keep the lines of the last results that are not measured again, if machine and data are the same",
    )
    parser.add_argument("--render", action="store_true", help="only write the pages again from the last results")
    parser.add_argument(
        "--output",
        type=Path,
        help="the page to write, beside it the numbers as JSON [default: benchmarks/results.md where everything is "
        "measured, or with --update, and README.md and docs/performance.md follow it; with --file none]",
    )
    return parser


def _measured(works: Sequence[Work], source: Source, sizes: Sequence[int], effort: Effort) -> Iterator[Results]:
    """Yield the results so far after every work and size, so that a long run may be broken off."""
    found = Results(this_machine(), "", os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0)
    for work in works:
        warm_up(work)
    for size in sizes:
        data = source.of_size(size)
        for work in works:
            if work.needs_files and not data.files:
                notes = [f"{work.title}, {size:,} tracks: only the whole table is a file."]
                lines: list[Line] = []
            else:
                notes = list(left_out(work, size))
                lines = list(_told(measure(work, data, effort)))
            found = found.with_more(data.name, lines, notes)
            yield found


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines, each shown on stderr as soon as it is there."""
    for line in lines:
        times = f"{seconds(line.seconds)} s against {seconds(line.other_seconds)} s"
        about = f"{line.title}, {line.n_tracks:,} tracks: {line.ours} against {line.other or 'nothing'}"
        print(f"{about}: {times}, {ratio(line)}; {verdict(line)}", file=sys.stderr, flush=True)
        yield line


if __name__ == "__main__":
    sys.exit(main())

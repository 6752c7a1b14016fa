"""What several commands print: progress, notes, tables of clusters."""

import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from songatlas.errors import DataWarning

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    from songatlas.api import Run

_STEP_UNITS = 1000.0


class TerminalProgress:
    """Shows each step on stderr with a bar and the time left; only used on a terminal."""

    def __init__(self, bars: "RichProgress") -> None:
        self._bars = bars

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator[Any]:
        """Yield a step whose bar runs to ``total``; without a total it pulses."""
        scale = 1.0 if total is None else _STEP_UNITS / total
        task = self._bars.add_task(title, total=None if total is None else _STEP_UNITS)
        bars = self._bars

        class Step:
            def advance(self, amount: float = 1.0) -> None:
                bars.advance(task, amount * scale)

        try:
            yield Step()
        finally:
            bars.remove_task(task)


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[Any]:
    """Yield a progress object: bars on stderr when that is a terminal, silence when not."""
    from songatlas.progress import SILENT

    if quiet or not sys.stderr.isatty():
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        "left",
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield TerminalProgress(bars)


@contextmanager
def prepared_loops(*, quiet: bool = False) -> Iterator[None]:
    """On the first use, say so, and compile the loops in a second process beside what runs in the block."""
    from songatlas.kernels.prepare import is_prepared

    if is_prepared():
        yield
        return
    if not quiet:
        click.echo("Preparing compiled loops, once per installation: this adds about half a minute …", err=True)
    helper = subprocess.Popen(
        [sys.executable, "-m", "songatlas.kernels.prepare"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        helper.terminate()
        helper.wait()


@contextmanager
def notes_on_stderr(*, quiet: bool = False) -> Iterator[None]:
    """Print doubtful-data warnings as notes on stderr when the block ends."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, DataWarning):
            if not quiet:
                click.echo(f"note: {warning.message}", err=True)
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def console() -> "Console":
    """Return a console on stdout; wide when the output is piped, so that nothing is cut."""
    from rich.console import Console

    class PipedConsole(Console):
        """A console whose reader may leave early, as head does: the command line ends well then."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return PipedConsole(width=None if sys.stdout.isatty() else 110, highlight=False, soft_wrap=False)


def print_account(run: "Run") -> None:
    """Print what became of the rows."""
    manifest = run.data.manifest
    out = console()
    out.print(account_line(manifest["counts"]))
    if len(manifest["inputs"]) > 1:
        for file in manifest["inputs"]:
            out.print(f"  {file['name']}: {account_line({**file, 'rows': file['read']})}", style="dim", markup=False)
    if manifest.get("join"):
        out.print(manifest["join"]["told"], markup=False)
    touched = [f"{rule.replace('_', ' ')} {n:,}" for rule, n in run.data.cleaning_counts.items() if n]
    if touched:
        out.print(f"Rules that acted: {', '.join(touched)} (ledger.csv has a line for each).", style="dim")


def account_line(counts: Mapping[str, int]) -> str:
    """Return what became of the rows, in a line; the parts add up to the whole."""
    rejected = counts.get("rejected", 0)
    line = f"{counts.get('read', counts['rows']):,} rows: {counts['kept']:,} clustered"
    line += f", {counts['merged']:,} merged as duplicates, {counts['set_aside']:,} set aside"
    return line + (f", {rejected:,} rejected (rejects.csv)." if rejected else ".")


def print_clusters(run: "Run") -> None:
    """Print a line per cluster: name, size, share, what it is."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), show_edge=False)
    table.add_column("", justify="right")
    table.add_column("cluster", style="bold", overflow="fold")
    table.add_column("tracks", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    for p in run.profiles:
        table.add_row(str(p.label), p.name, f"{p.n_tracks:,}", f"{p.share:.1%}", p.tagline)
    noise = int((run.data.clustering.labels < 0).sum())
    if noise:
        share = noise / len(run.data.kept)
        table.add_row("-1", "Noise", f"{noise:,}", f"{share:.1%}", "tracks that belong to no cluster")
    console().print(table)

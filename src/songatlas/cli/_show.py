"""What several commands print: progress, notes, tables of clusters."""

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from songatlas.errors import DataWarning

if TYPE_CHECKING:
    from rich.console import Console

    from songatlas.api import Run
    from songatlas.evidence import Judgement
    from songatlas.progress import Progress


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[Any]:
    """Yield a progress object: bars on stderr when that is a terminal, silence when not."""
    from songatlas.progress import SILENT

    if quiet or not sys.stderr.isatty():
        yield SILENT
        return
    from ._bars import bars_on_stderr

    with bars_on_stderr() as progress:
        yield progress


def prepare_loops(progress: "Progress", *, quiet: bool = False) -> None:
    """On the first use, say so, and compile the loops that a run needs."""
    from songatlas.kernels.loop_cache import loops_folder
    from songatlas.kernels.prepare import is_prepared, prepare

    if is_prepared():
        return
    if loops_folder() is None:
        if not quiet:
            click.echo(f"note: {cannot_be_kept()} This run compiles them for itself, which takes seconds.", err=True)
        return
    if not quiet:
        click.echo("Compiling loops, once for this user and machine: about ten seconds …", err=True)
    with progress.step("compiling loops", 1.0) as step:
        prepare(step.advance)


def cannot_be_kept() -> str:
    """Return in words that compiled loops cannot be kept, and what to do about it."""
    from songatlas.kernels.loop_cache import possible_folders

    folders = ", ".join(str(folder.parent) for folder in possible_folders())
    return (
        f"compiled loops cannot be kept: none of these folders can be written: {folders}. Let NUMBA_CACHE_DIR name a "
        "folder that can."
    )


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
    """Print a line per cluster (name, size, share, grade, what it is), and what is to be held of them all."""
    from rich.table import Table

    grades = grades_of(run.data.judgement)
    table = Table(box=None, padding=(0, 1), show_edge=False)
    table.add_column("", justify="right")
    table.add_column("cluster", style="bold", overflow="fold")
    table.add_column("tracks", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    if grades:
        table.add_column("comes back", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    for p in run.profiles:
        grade = [grades.get(p.label, "")] if grades else []
        table.add_row(str(p.label), p.name, f"{p.n_tracks:,}", f"{p.share:.1%}", *grade, p.tagline)
    noise = int((run.data.clustering.labels < 0).sum())
    if noise:
        share = noise / len(run.data.kept)
        no_grade = [""] if grades else []
        table.add_row("-1", "Noise", f"{noise:,}", f"{share:.1%}", *no_grade, "tracks that belong to no cluster")
    out = console()
    out.print(table)
    for place, line in enumerate(judgement_lines(run.data.judgement)):
        out.print(line if place else f"\n{line}", markup=False)


def grades_of(judgement: "Judgement") -> dict[int, str]:
    """Return the grade of each cluster by label; empty where none was given."""
    certificate = judgement.certificate
    return {} if certificate is None else {cluster.label: cluster.grade for cluster in certificate.clusters}


def judgement_lines(judgement: "Judgement") -> list[str]:
    """Return in a sentence each whether there are groups, and whether they would come back."""
    lines = [] if judgement.verdict is None else [f"Verdict: {judgement.verdict.sentence}"]
    certificate = judgement.certificate
    if certificate is not None and certificate.adjusted_rand:
        mean = sum(certificate.adjusted_rand) / len(certificate.adjusted_rand)
        lines.append(
            f"Refitted {certificate.n_refits:,} times on {certificate.part_size:,} tracks each, the grouping came back "
            f"with an adjusted Rand index of {mean:.2f} on average (1: the same, 0: by chance)."
        )
    elif certificate is not None:
        lines.append(certificate.note)
    return [line for line in lines if line]

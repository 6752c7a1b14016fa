"""``songatlas inspect``: what a table of tracks holds, and what to know of it before clustering."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from ._flags import reading_flags
from ._reading import file_line, outcomes, outcomes_table, printable, readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.table import Table

    from songatlas.results import ColumnSummary, Exploration, FeatureSummary, Problem

WIDE = 110
"""From this many columns on, tables show more quantiles and longer histograms."""

N_LISTED = 10
WORTH_KNOWING = 0.3
BARS = " ▁▂▃▅▇"
DIGITS = {"loudness": 1, "tempo": 1, "popularity": 1, "artist_popularity": 1, "followers": 0, "year": 0}
"""Digits after the point; the features from 0 to 1 have three."""


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--each", is_flag=True, help="A line per file, also within a ZIP: what was read, or why not.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for machines.")
@reading_flags
def inspect(files: tuple[str, ...], each: bool, as_json: bool, **reading: Any) -> None:
    """Show what a table of tracks holds: how it was read, ranges, duplicates, correlations, problems.

    Nothing is written and nothing is changed.
    """
    from songatlas.api import read_tracks
    from songatlas.tracks.explore import explore_tracks

    from ._show import notes_on_stderr

    reading["column"] = dict(reading["column"])
    if each:
        _show_each(files, reading, as_json)
        return
    with notes_on_stderr():
        table = read_tracks(files, **reading)
    account = table.attrs["songatlas"]
    exploration = explore_tracks(table, account["source_columns"])
    if as_json:
        click.echo(exploration_to_json(exploration, account))
        return
    _print_page(lambda console: render_exploration(exploration, console, account))


def _show_each(files: Sequence[str], reading: Mapping[str, Any], as_json: bool) -> None:
    """Print what becomes of every file on its own; exit code 1 where of one nothing is read.

    Of a ZIP archive of several tables, something is read where one of them is.
    """
    by_file = [outcomes(path, reading) for path in files]
    found = [one for of_file in by_file for one in of_file]
    if as_json:
        rows = [{"file": one.name, "verdict": one.verdict, "told": one.told} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_page(lambda console: console.print(outcomes_table(found)), width=WIDE)
    if any(all(one.verdict == "refused" for one in of_file) for of_file in by_file):
        raise click.exceptions.Exit(1)


def _print_page(render: "Callable[[Console], None]", *, width: int | None = None) -> None:
    """Print to the terminal, or as plain lines where the output goes elsewhere."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        render(console)
        return
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    with console.capture() as page:
        render(console)
    click.echo("\n".join(line.rstrip() for line in page.get().splitlines()))


def exploration_to_json(exploration: "Exploration", account: Mapping[str, Any] | None = None) -> str:
    """Return an exploration as JSON text, with how its files were read; NaN becomes null."""
    import dataclasses

    from songatlas.io.read import with_digests

    known = account or {}
    values: dict[str, Any] = {"files": with_digests(known.get("files", [])), "join": known.get("join")}
    values.update(dataclasses.asdict(exploration))
    return json.dumps(_plain(values), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


# --- the page --------------------------------------------------------------------------------------------


def render_exploration(
    exploration: "Exploration", console: "Console", account: Mapping[str, Any] | None = None
) -> None:
    """Print an exploration, in sections, to a console of 80 columns or more.

    Parameters
    ----------
    exploration : Exploration
    console : rich.console.Console
        Its width decides how much the tables show.
    account : mapping, optional
        How the table was read, as in its ``attrs["songatlas"]``.
    """
    wide = console.width >= WIDE
    account = account or {"files": [], "columns": []}
    _print_files(exploration, console, account["files"])
    if account.get("join"):
        console.print(printable(account["join"]["told"]))
    _section(console, "How it was read", _readings_table(account))
    _section(console, f"Columns ({len(exploration.columns)})", _columns_table(exploration.columns, console.width))
    _section(console, "Ranges", _features_table(exploration.features, wide))
    _section(console, "Rows that repeat an earlier one", _duplicates_table(exploration))
    correlations = _correlations_table(exploration)
    _section(console, "Correlations worth knowing (Pearson's r)", correlations)
    _section(console, "Most common", _common_tables(exploration, wide))
    _print_problems(exploration.problems, console)


def _print_files(exploration: "Exploration", console: "Console", files: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    rows = f"{exploration.n_rows:,} {'row' if exploration.n_rows == 1 else 'rows'}"
    if len(files) == 1:
        console.print(Text(printable(file_line(files[0])), style="bold"))
        return
    console.print(Text(f"{len(files)} files: {rows}" if files else rows, style="bold"))
    for file in files:
        console.print(Text(f"  {printable(file_line(file))}", style="dim"))


def _readings_table(account: Mapping[str, Any]) -> "Table | None":
    """Return each column whose unit was decided, with the evidence."""
    from rich.table import Table

    lines = readings(account)
    if not lines:
        return None
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("columns", overflow="fold", max_width=32)
    table.add_column("read as", overflow="fold", max_width=32)
    table.add_column("unit, and why", overflow="fold")
    for source, canonical, why in lines:
        table.add_row(printable(source[:400]), canonical, printable(why))
    return table


def _section(console: "Console", title: str, body: "Table | None") -> None:
    from rich.text import Text

    if body is None:
        return
    console.print()
    console.print(Text(title, style="bold"))
    console.print(body)


def _grid(*headings: str, right: Iterable[int] = ()) -> "Table":
    """Return an empty table without lines, whose cells are cut rather than wrapped."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", show_header=any(headings))
    right = set(right)
    for i, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if i in right else "left"
        table.add_column(heading, justify=justify, no_wrap=True, overflow="ellipsis")
    return table


def _columns_table(columns: Sequence["ColumnSummary"], width: int) -> "Table":
    """Return the columns with how they were read; only the examples give way when the page is narrow."""
    gaps = any(column.n_missing for column in columns)
    headings = ("column", "read as", "type", *(("missing",) if gaps else ()), "different")
    rows = []
    for column in columns:
        missing = (f"{column.n_missing:,}" if column.n_missing else "–",) if gaps else ()
        rows.append(
            (
                _cut(column.source, 30 if width >= WIDE else 19),
                _cut(column.canonical or "–", 18),
                _kind(column.dtype),
                *missing,
                f"{column.n_unique:,}",
            )
        )
    used = sum(2 + max(_cell_width(cell) for cell in cells) for cells in zip(headings, *rows, strict=True))
    table = _grid(*headings, "for example", right=range(3, len(headings)))
    for column, row in zip(columns, rows, strict=True):
        examples = ", ".join(_cut(example, 24) for example in column.examples)
        table.add_row(*row, _cut(examples, max(11, width - used - 2)))
    return table


def _features_table(features: Sequence["FeatureSummary"], wide: bool) -> "Table | None":
    if not features:
        return None
    quantiles = ("min", "5%", "25%", "50%", "75%", "95%", "max") if wide else ("min", "5%", "50%", "95%", "max")
    moments = ("mean", "std") if wide else ()
    n_numbers = len(moments) + len(quantiles) + 1
    table = _grid("", *quantiles, *moments, "skew", "distribution", right=range(1, n_numbers + 1))
    for feature in features:
        numbers = [_number(feature.name, feature.quantiles[key]) for key in quantiles]
        if wide:
            numbers += [_number(feature.name, feature.mean), _number(feature.name, feature.std)]
        skew = "–" if math.isnan(feature.skew) else _signed(feature.skew, 1)
        table.add_row(feature.name, *numbers, skew, histogram_bars(feature.counts, 15 if wide else 10))
    return table


def _duplicates_table(exploration: "Exploration") -> "Table":
    words = {
        "rows": "equal in every column",
        "ids": "the same id",
        "title_artist": "the same title and artist",
        "features": "the same audio features",
    }
    table = _grid("", "", "", right=(1,))
    for key, count in exploration.duplicates.items():
        table.add_row(f"  {words.get(key, key)}", f"{count:,}", _share(count, exploration.n_rows) if count else "")
    return table


def _correlations_table(exploration: "Exploration") -> "Table | None":
    names, matrix = exploration.correlation_names, exploration.correlations
    pairs = [(names[i], names[j], float(matrix[i, j])) for i in range(len(names)) for j in range(i + 1, len(names))]
    strong = [pair for pair in pairs if abs(pair[2]) >= WORTH_KNOWING]  # NaN compares false
    if not strong:
        return None
    redundant = {(a, b) for a, b, _ in exploration.redundant}
    table = _grid("", "", "", "", right=(2,))
    for a, b, r in sorted(strong, key=lambda pair: -abs(pair[2]))[:N_LISTED]:
        note = "redundant" if (a, b) in redundant else ""
        table.add_row(f"  {a}", b, _signed(r, 2), note)
    return table


def _common_tables(exploration: "Exploration", wide: bool) -> "Table | None":
    from rich.table import Table

    lists = [("genres", exploration.top_genres), ("artists", exploration.top_artists)]
    shown = [(title, values[:N_LISTED]) for title, values in lists if values]
    if not shown:
        return None
    side_by_side = Table.grid(padding=(0, 3, 0, 0))
    tables = []
    for title, values in shown:
        table = _grid(f"  {title}", "tracks", "", right=(1, 2))
        for value, count in values:
            table.add_row(_cut(f"  {value}", 32 if wide else 20), f"{count:,}", _share(count, exploration.n_rows))
        tables.append(table)
    side_by_side.add_row(*tables)
    return side_by_side


def _print_problems(problems: Sequence["Problem"], console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    console.print()
    if not problems:
        console.print(Text("No problems found", style="bold"))
        return
    console.print(Text(f"What to know before clustering ({len(problems)})", style="bold"))
    page = Table.grid(padding=(0, 1, 0, 0))
    page.add_column(no_wrap=True)
    page.add_column(overflow="fold")
    for problem in problems:
        page.add_row(Text("  •", style="yellow"), Text(printable(problem.message)))
        for example in problem.examples:
            page.add_row("", Text(f"  {printable(example)}", style="dim", no_wrap=True, overflow="ellipsis"))
    console.print(page)


# --- words and numbers -----------------------------------------------------------------------------------


def histogram_bars(counts: Sequence[int], width: int) -> str:
    """Return a histogram as ``width`` characters; an empty bin is a blank, the fullest the highest bar.

    Examples
    --------
    >>> histogram_bars([0, 1, 5, 10], 4)
    ' ▁▃▇'
    >>> histogram_bars([1, 1, 2, 2], 2)
    '▃▇'
    """
    per_bar = max(1, len(counts) // width)
    bars = [sum(counts[i : i + per_bar]) for i in range(0, len(counts), per_bar)]
    most = max(bars, default=0)
    steps = len(BARS) - 1
    return "".join(BARS[math.ceil(count / most * steps)] if most else " " for count in bars)


def _number(name: str, value: float) -> str:
    """Return a value as people write it: minutes and seconds, thousands, as many digits as say something."""
    if math.isnan(value):
        return "–"
    if name == "duration_ms":
        seconds = round(value / 1000)
        hours, minutes = seconds // 3600, seconds // 60 % 60
        return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"
    if name == "year":
        return f"{value:.0f}"  # no comma between the thousands
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:,.1f}M".replace("-", "−")
    return f"{value:,.{DIGITS.get(name, 3)}f}".replace("-", "−")


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _share(count: int, of: int) -> str:
    share = count / of if of else 0.0
    return "<0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def _kind(dtype: str) -> str:
    """Return a pandas dtype in a word."""
    words = {
        "float": "number",
        "int": "whole",
        "uint": "whole",
        "str": "text",
        "object": "text",
        "bool": "yes/no",
    }
    return words.get(dtype.lower().rstrip("0123456789"), dtype.split("[")[0][:10])


def _cut(text: str, most: int) -> str:
    """Return text of at most so many terminal cells (some scripts take two per character)."""
    from rich.text import Text

    shown = Text(printable(text))
    shown.truncate(most, overflow="ellipsis")
    return shown.plain


def _cell_width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)

"""How files were read, for the terminal: what each file is, which column is what in which unit, and why."""

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from songatlas.errors import DataWarning, SongAtlasError

if TYPE_CHECKING:
    from rich.table import Table

FACTS = ("format", "encoding", "separator", "sheet", "table")


def file_line(file: Mapping[str, Any]) -> str:
    """Return in a line what a file is and how many of its rows were read."""
    rows = f"{file['rows']:,} {'row' if file['rows'] == 1 else 'rows'}"
    if file["rejected"]:
        rows = f"{file['read']:,} rows read, {file['rows']:,} taken, {file['rejected']:,} rejected"
    how = ", ".join(str(file[fact]) for fact in FACTS if file.get(fact))
    kind = f"; looks like {file['dialect']}" if file.get("dialect") else ""
    return f"{file['name']}: {rows} ({how}{kind})" if how or kind else f"{file['name']}: {rows}"


def readings(account: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return columns, what they were read as, and the evidence, for every column where there is something to say.

    Columns with the same evidence share a line. With several files that read a column in different ways, each way is
    listed.
    """
    together: dict[str, dict[tuple[str, str], None]] = {}
    columns = [c for file in account["files"] for c in file["columns"]] or account["columns"]
    for source, canonical, _, why in columns:
        if why:
            together.setdefault(why, {})[(source, canonical)] = None
    found = []
    for why, pairs in together.items():
        sources = ", ".join(dict.fromkeys(source for source, _ in pairs))
        read_as = ", ".join(dict.fromkeys(canonical for _, canonical in pairs))
        found.append((sources, "the same" if sources == read_as else read_as, why))
    for source, why in account.get("vetoed", {}).items():
        found.append((source, "–", f"not read: it {why}"))
    if account.get("decimals"):
        found.append(("all numbers", "–", account["decimals"]))
    return found


def outcome(path: str, read: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return file, 'read' or 'refused', and what was read or why not.

    Parameters
    ----------
    path : str
    read : mapping
        Options of `songatlas.read_tracks`.
    """
    from songatlas.api import read_tracks
    from songatlas.io.read import shown_name

    name = shown_name(path) if "://" in path else path
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        try:
            table = read_tracks(path, **read)
        except SongAtlasError as err:
            return name, "refused", str(err).removeprefix(f"{path}: ")
    account = table.attrs["songatlas"]
    told = [_told(account, len(table))]
    told += [str(w.message).removeprefix(f"{path}: ") for w in caught if issubclass(w.category, DataWarning)]
    return name, "read", " ".join(told)


def _told(account: Mapping[str, Any], n_rows: int) -> str:
    """Return in a few words what a file is, its rows and its units."""
    from songatlas.schema import FEATURE_NAMES

    read = {canonical: unit for _, canonical, unit, _ in account["columns"]}
    features = [name for name in FEATURE_NAMES if name in read]
    units = _units(read)
    file = account["files"][0]
    how = ", ".join(str(file[fact]) for fact in FACTS if file.get(fact))
    rows = f"{n_rows:,} {'row' if n_rows == 1 else 'rows'}"
    rejected = sum(f["rejected"] for f in account["files"])
    return (
        f"{account['dialect'] or 'no known family'}; {how}; {rows}{f' and {rejected:,} rejected' if rejected else ''}; "
        f"{len(features)} features ({units})."
    )


def _units(read: Mapping[str, str]) -> str:
    shares = {
        read[name] for name in ("danceability", "energy", "valence", "speechiness", "acousticness") if name in read
    }
    others = [read[name] for name in ("loudness", "tempo", "duration_ms") if name in read]
    return ", ".join([*sorted(filter(None, shares)), *filter(None, others)])


def outcomes_table(outcomes: Sequence[tuple[str, str, str]]) -> "Table":
    """Return what became of each file as a table."""
    from pathlib import Path

    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("file", no_wrap=True, overflow="ellipsis", max_width=42)
    table.add_column("", no_wrap=True)
    table.add_column("what was read, or why not", overflow="fold")
    for path, verdict, told in outcomes:
        style = "green" if verdict == "read" else "yellow"
        table.add_row(
            Text(path if "://" in path else Path(path).name), Text(verdict, style=style), Text(printable(told))
        )
    return table


def printable(text: str) -> str:
    """Return text without control characters, which would otherwise reach the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)

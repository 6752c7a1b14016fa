"""How files were read, for the terminal: what each file is, which column is what in which unit, and why."""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
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


@dataclass(frozen=True)
class Outcome:
    """What became of a file, or of one member of a ZIP archive: 'read' or 'refused', and what was read or why not."""

    file: str
    member: str
    verdict: str
    told: str

    @property
    def name(self) -> str:
        """The file as it was named, and the member."""
        return f"{self.file}: {self.member}" if self.member else self.file

    @property
    def short_name(self) -> str:
        """The same without the file's folders."""
        return replace(self, file=self.file if "://" in self.file else Path(self.file).name).name


def outcomes(path: str, read: Mapping[str, Any]) -> list[Outcome]:
    """Return what becomes of a file on its own; of a ZIP archive of several tables, what becomes of each.

    Parameters
    ----------
    path : str
    read : mapping
        Options of `songatlas.read_tracks`.
    """
    from songatlas.io.sources.open import tables_in_archive

    members: list[str] = []
    if not (read.get("table") or read.get("query")):
        with suppress(SongAtlasError):  # reading it says what is wrong with it
            members = tables_in_archive(path)
    if not members:
        return [_outcome(path, "", read)]
    return [_outcome(path, member, {**read, "table": member}) for member in members]


def _outcome(path: str, member: str, read: Mapping[str, Any]) -> Outcome:
    from songatlas.api import read_tracks
    from songatlas.io.read import shown_name

    name = shown_name(path) if "://" in path else path

    def told(message: object) -> str:
        return str(message).removeprefix(f"{path}: ").removeprefix(f"{member}: ")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        try:
            table = read_tracks(path, **read)
        except SongAtlasError as err:
            return Outcome(name, member, "refused", told(err))
    notes = [told(w.message) for w in caught if issubclass(w.category, DataWarning)]
    return Outcome(name, member, "read", " ".join([_told(table.attrs["songatlas"], len(table)), *notes]))


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


def outcomes_table(outcomes: Sequence[Outcome]) -> "Table":
    """Return what became of each file as a table."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("file", overflow="fold", max_width=42)
    table.add_column("", no_wrap=True)
    table.add_column("what was read, or why not", overflow="fold")
    for one in outcomes:
        style = "green" if one.verdict == "read" else "yellow"
        table.add_row(Text(printable(one.short_name)), Text(one.verdict, style=style), Text(printable(one.told)))
    return table


def printable(text: str) -> str:
    """Return text without control characters, which would otherwise reach the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)

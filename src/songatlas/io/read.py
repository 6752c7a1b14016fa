"""Reads tables of tracks: files of every kind and databases, each recognized and converted on its own, then joined.

The table returned holds every source column as it was, and beside them the canonical columns of
`songatlas.schema`. How each file and column was read stands in ``table.attrs["songatlas"]``.
"""

import hashlib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from songatlas.errors import DataError, DataWarning
from songatlas.results import Rejects, reject_unit
from songatlas.schema import CANONICAL_COLUMNS, TEXT_COLUMNS

from .columns.arrow_text import is_text
from .columns.canonical import canonical_table
from .columns.plain_columns import plain_values, writable_text
from .sources.open import Choice, is_url, names_of, open_source
from .sources.raw import RawTable, Reject

Given = str | Path
_TOTALS = frozenset(
    ("total", "totals", "sum", "average", "averages", "mean", "median", "summe", "gesamt", "durchschnitt", "mittelwert")
) | frozenset(("moyenne", "somme", "suma", "promedio", "media", "totale", "totaal", "gemiddelde", "summa", "medel"))
_ENOUGH_FOR_TOTALS = 3


def read_tracks(
    paths: Given | Iterable[Given],
    *,
    require_features: bool = True,
    column: Mapping[str, str] | None = None,
    table: str | None = None,
    query: str | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Return the tracks of one or several files as one table.

    The parameters are those of `songatlas.read_tracks`, which also joins features from other tables.

    Returns
    -------
    DataFrame
        Source columns and canonical columns, a row per row that could be read, in order. With several files also
        ``source_file``. Missing numbers are NaN, missing texts ''. Rows that did not fit their file are in
        ``attrs["songatlas"]["rejects"]``: (file, line, reason, text).

    Raises
    ------
    DataError
        When a file is missing, empty, unreadable, holds no audio feature, or values on another scale.

    Warns
    -----
    DataWarning
        For rejected rows, cells that cannot be read, and readings that could surprise.
    """
    if hasattr(paths, "columns") or hasattr(paths, "collect"):
        raise DataError(
            f"expected a path or a database's URL, got a {type(paths).__name__}. Give it to cluster_tracks."
        )
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    if not given:
        raise DataError("no file was given. Expected one or several tables of tracks.")
    raws: list[RawTable] = []
    stamps: list[list[Any] | None] = []
    frames = []
    for one in given:
        stamp = None if is_url(one) else _stamp(Path(one))
        found = open_source(one, Choice(table, query, encoding))
        raws += found
        stamps += [stamp] * len(found)
    names = [writable_text(name) for name in names_of(raws)]
    for place, name in enumerate(names):
        frames.append(_canonical(raws[place], name, column, require_features=require_features))
        raws[place] = _emptied(raws[place])  # the frame now lives in its canonical table
    for frame, stamp in zip(frames, stamps, strict=True):
        frame.attrs["songatlas"]["files"][0]["stamp"] = stamp
    if len(frames) == 1:
        return frames[0]
    return _joined(frames, names)


def _canonical(raw: RawTable, name: str, column: Mapping[str, str] | None, *, require_features: bool) -> pd.DataFrame:
    """Return one table with its canonical columns and its account."""
    raw = _without_totals(raw)
    if not len(raw.frame) and raw.rejects:
        raise DataError(f"{raw.where}: none of the {len(raw.rejects):,} rows can be read. {_rejected(raw)}")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        frame = canonical_table(
            raw.frame, where=raw.where, require_features=require_features, column=column, marks=raw.marks
        )
    said = [str(w.message) for w in caught if issubclass(w.category, DataWarning)]
    notes = [*raw.notes, *([_rejected(raw)] if raw.rejects else []), *said]
    for note in notes:
        warnings.warn(note, DataWarning, stacklevel=5)
    account = frame.attrs["songatlas"]
    account["notes"] = notes
    account["files"] = [
        {
            "name": name,
            "read": len(frame) + len(raw.rejects),
            "rows": len(frame),
            "rejected": len(raw.rejects),
            "dialect": account["dialect"],
            **raw.facts,
            "columns": account["columns"],
        }
    ]
    account["rejects"] = Rejects((name, r.line, r.reason, writable_text(r.text)) for r in raw.rejects)
    return frame


def _without_totals(raw: RawTable) -> RawTable:
    """Return the table without a last row of totals or averages: a label, no other text, and numbers."""
    if len(raw.frame) < _ENOUGH_FOR_TOTALS:
        return raw
    texts = [str(raw.frame[name].iloc[-1]).strip() for name in raw.frame.columns if is_text(raw.frame[name])]
    filled = [text for text in texts if text]
    if len(texts) < 2 or len(filled) != 1 or filled[0].casefold().rstrip(":") not in _TOTALS:
        return raw
    reject = Reject(len(raw.frame) + 1, f"a row of totals ({filled[0]!r})", ",".join(map(str, raw.frame.iloc[-1])))
    return replace(raw, frame=raw.frame.iloc[:-1], marks={}, rejects=(*raw.rejects, reject))


def _emptied(raw: RawTable) -> RawTable:
    return RawTable(raw.where, raw.name, pd.DataFrame(), raw.rejects, raw.facts, raw.notes)


def _rejected(raw: RawTable) -> str:
    n = len(raw.rejects)
    unit = reject_unit(raw.facts.get("format", ""))
    first = "; ".join(f"{unit} {r.line:,}: {r.reason}" for r in raw.rejects[:3])
    more = "; …" if n > 3 else ""
    return f"{raw.where}: {n:,} {'row was' if n == 1 else 'rows were'} rejected ({first}{more})."


def _joined(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Return several tables as one, with the file of each row."""
    accounts = [frame.attrs["songatlas"] for frame in frames]
    refuse_two_scales(accounts)
    for frame, name in zip(frames, names, strict=True):
        frame.attrs = {}
        if "source_file" not in frame.columns:
            frame["source_file"] = name
    joined = pd.concat(frames, ignore_index=True)
    sources = list(dict.fromkeys(name for account in accounts for name in account["source_columns"]))
    canonical = [name for name in CANONICAL_COLUMNS if name in joined.columns]
    texts = {name for name in canonical if name in TEXT_COLUMNS}
    columns = {name: _filled(joined[name], text=name in texts) for name in joined.columns}
    order = [*dict.fromkeys([*sources, *canonical]), *(["source_file"] if "source_file" not in sources else [])]
    out = pd.DataFrame({name: columns[name] for name in order}, index=joined.index, copy=False)
    out.attrs["songatlas"] = _account(accounts, sources)
    return out


def _account(accounts: Sequence[Mapping[str, Any]], sources: list[str]) -> dict[str, Any]:
    """Return the account of several files; a column is listed as the first file that has it reads it."""
    columns: dict[tuple[str, str], list[str]] = {}
    unreadable: dict[str, list[Any]] = {}
    for account in accounts:
        for known in account["columns"]:
            columns.setdefault((known[0], known[1]), known)
        for name, (count, examples) in account["unreadable"].items():
            before, shown = unreadable.get(name, (0, []))
            unreadable[name] = [before + count, [*shown, *examples][:3]]
    return {
        "source_columns": sources,
        "columns": list(columns.values()),
        "renamed": {old: new for account in accounts for old, new in account["renamed"].items()},
        "unreadable": unreadable,
        "files": [file for account in accounts for file in account["files"]],
        "rejects": Rejects(reject for account in accounts for reject in account["rejects"]),
        "notes": [note for account in accounts for note in account.get("notes", ())],
        "dialect": ", ".join(dict.fromkeys(filter(None, (account["dialect"] for account in accounts)))),
        "vetoed": {name: why for account in accounts for name, why in account["vetoed"].items()},
        "decimals": next((account["decimals"] for account in accounts if account["decimals"]), ""),
    }


def refuse_two_scales(accounts: Sequence[Mapping[str, Any]]) -> None:
    """Raise DataError where one file has loudness in LUFS and another in decibels.

    Parameters
    ----------
    accounts : sequence of mapping
        The ``attrs["songatlas"]`` of the tables that are put together.
    """
    units: dict[str, str] = {}
    for account in accounts:
        for _, name, unit, _ in account["columns"]:
            if name == "loudness":
                units.setdefault(unit, account["files"][0]["name"])
    if {"LUFS", "dB"} <= set(units):
        raise DataError(
            f"loudness is in LUFS in {units['LUFS']} and in decibels in {units['dB']}: these are two scales. Read the "
            "files in two runs, or leave the column out with --column loudness=none."
        )


def _filled(values: pd.Series, *, text: bool) -> pd.Series:
    """Return a column of the joined table in one type, missing texts as ''."""
    if text or is_text(values):
        return values.astype("str").fillna("") if not is_text(values) else values.fillna("")
    return plain_values(values)


def _stamp(path: Path) -> list[Any] | None:
    """Return what tells whether a file is still the one that was read: its place, size and time of change."""
    try:
        known = path.stat()
    except (OSError, ValueError):  # reading it says why
        return None
    return [str(path.absolute()), known.st_size, known.st_mtime_ns]


def with_digests(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the accounts of files with the SHA-256 of each, and without the place where it lies.

    Computed when it is needed, not while reading; None for a database, and for a file that has changed since it was
    read (which is said).

    Warns
    -----
    DataWarning
        For a file that has changed.
    """
    digests: dict[str, str | None] = {}
    told = []
    for file in files:
        stamp = file.get("stamp")
        if stamp and stamp[0] not in digests:
            digests[stamp[0]] = _sha256(Path(stamp[0])) if _stamp(Path(stamp[0])) == list(stamp) else None
            if digests[stamp[0]] is None:
                warnings.warn(
                    f"{file['name']} has changed since it was read: its SHA-256 is not known.",
                    DataWarning,
                    stacklevel=2,
                )
        told.append({**{k: v for k, v in file.items() if k != "stamp"}, "sha256": digests[stamp[0]] if stamp else None})
    return told


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as err:
        raise DataError(f"{path}: cannot be read ({err.strerror or err}).") from err


def shown_name(given: Given) -> str:
    """Return how people are told of a file or database, without folders and credentials."""
    if is_url(given):
        from .sources.databases import public_name

        return public_name(str(given))
    return writable_text(Path(given).name)

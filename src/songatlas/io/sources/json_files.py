"""Reads a table of tracks from JSON or JSON Lines, as music services, scripts and pandas write it.

The list of tracks is found by what its keys name (`json_lists`); objects inside become columns ``outer.inner``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count as count_from
from typing import Any

from songatlas.errors import DataError
from songatlas.schema import FEATURE_NAMES

from .json_lists import Count, TrackList, entries, find_track_list, places
from .json_text import Parsed, parse_json
from .raw import ByteSource, RawTable, Reject
from .raw_columns import column, flattened, frame_of_columns

_EXPECTED = "Expected a list of objects, one per track, with keys such as energy and tempo"
_KINDS = {dict: "objects", list: "lists", str: "texts", int: "numbers", float: "numbers", bool: "flags"}
_ONE = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a flag"}


def feature_names_in(names: Sequence[str]) -> int:
    """Return how many audio features the names spell as `songatlas.schema` does, case and punctuation aside."""
    plain = {re.sub(r"[\W_]+", "", name).lower() for name in names}
    return sum(name.replace("_", "") in plain for name in FEATURE_NAMES)


def read_json(source: ByteSource, count: Count = feature_names_in) -> RawTable:
    """Return the table of tracks in a JSON or JSON Lines file.

    Parameters
    ----------
    source : ByteSource
        The file, UTF-8 (or UTF-16 with a byte order mark).
    count : callable
        Says how many audio features some column names name.

    Returns
    -------
    RawTable
        A row per entry that is an object; null and other entries, and lines that are no JSON, are rejects.

    Raises
    ------
    DataError
        When it is no JSON (with line and column), or holds no list of objects.
    """
    parsed = parse_json(source)
    found = find_track_list(parsed.value, count)
    if found is None:
        raise DataError(f"{source.where}: {_no_list(parsed.value)}. {_EXPECTED}.")
    if found.shape == "object" and not found.n_features + found.n_fields:
        raise DataError(f"{source.where}: one object without a list of objects in it. {_EXPECTED}.")
    _refuse_uneven(source.where, parsed.value, found)
    rows, rejects = _rows(parsed, found)
    if not rows:
        raise DataError(
            f"{source.where}: all {len(rejects):,} entries are no objects ({rejects[0].reason}). {_EXPECTED}."
        )
    names, values = flattened(source.where, rows)
    frame = frame_of_columns(names, [column(cells) for cells in values], len(rows))
    facts = {"format": "JSON" if parsed.lines is None else "JSON Lines", "encoding": parsed.encoding}
    if found.shape != "list" or found.path != (None,):
        facts["list"] = found.label or {"object": "one object"}.get(found.shape, f"the file ({found.shape})")
    return RawTable(source.where, source.name, frame, rejects, facts, _notes(parsed))


def _rows(parsed: Parsed, found: TrackList) -> tuple[list[Mapping[str, Any]], tuple[Reject, ...]]:
    """Return the entries that are objects, and the others with their reasons."""
    rows: list[tuple[int, Mapping[str, Any]]] = []
    rejects = list(parsed.rejects)
    by_line = parsed.lines is not None and found.path == (None,)
    numbers: Iterable[int] = parsed.lines if by_line and parsed.lines is not None else count_from(1)
    for number, (entry, carried) in zip(numbers, entries(parsed.value, found), strict=False):
        reason = _why_no_row(entry)
        if reason:
            rejects.append(Reject(number, reason, "" if entry is None else str(entry)[:200]))
        else:
            rows.append((number, {**_missing_in(entry, carried), **entry} if carried else entry))
    if any(isinstance(row.get("track"), dict) for _, row in rows):  # a playlist keeps places for tracks withdrawn
        gone = [(number, row) for number, row in rows if row.get("track", 0) is None]
        rejects += [Reject(number, "null track", str(dict(row))[:200]) for number, row in gone]
        rows = [(number, row) for number, row in rows if row.get("track", 0) is not None] if gone else rows
    return [row for _, row in rows], tuple(sorted(rejects, key=lambda reject: reject.line))


def _why_no_row(entry: Any) -> str:
    if entry is None:
        return "null entry"
    if not isinstance(entry, dict):
        return f"{_ONE.get(type(entry), 'a value')}, not an object"
    return "" if entry else "empty object"


def _missing_in(entry: Mapping[str, Any], carried: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in carried.items() if name not in entry and name.split("_")[0] not in entry}


def _refuse_uneven(where: str, value: Any, found: TrackList) -> None:
    """Raise DataError where the lists of an object of columns have different lengths."""
    for node, _ in places(value, found) if found.shape == "columns" else ():
        lengths = {name: len(cells) for name, cells in node.items() if isinstance(cells, list)}
        other = [name for name in lengths if lengths[name] != next(iter(lengths.values()))]
        if other:
            first = next(iter(lengths))
            raise DataError(
                f"{where}: an object of columns whose lists have different lengths ({first!r} {lengths[first]:,}, "
                f"{other[0]!r} {lengths[other[0]]:,}), so it is unknown which values belong together."
            )


def _no_list(value: Any) -> str:
    if isinstance(value, list):
        kinds = sorted({_KINDS.get(type(item), "null entries") for item in value[:1_000]})
        return f"a list of {' and '.join(kinds)}, not of objects" if kinds else "an empty list"
    if isinstance(value, dict):
        keys = ", ".join(repr(key)[:40] for key in list(value)[:8])
        return f"an object with no list of objects in it (keys: {keys})" if value else "an empty object"
    return f"{_ONE.get(type(value), 'null')}, not a list"


def _notes(parsed: Parsed) -> tuple[str, ...]:
    if not parsed.repeated_keys:
        return ()
    objects = "1 object has" if parsed.repeated_keys == 1 else f"{parsed.repeated_keys:,} objects have"
    return (f"{objects} a key twice; its last value counts.",)

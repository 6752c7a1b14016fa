"""Reads a table of tracks from JSON or JSON Lines, as music services, scripts and pandas write it.

The list of tracks is found by what its keys name (`json_lists`); objects inside become columns ``outer.inner``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from songatlas.errors import DataError
from songatlas.schema import FEATURE_NAMES

from .json_lists import Count, Misfit, TrackList, entries, find_track_lists, n_entries, places
from .json_text import Parsed, parse_json
from .raw import ByteSource, RawTable, Reject
from .raw_columns import column, flattened, frame_of_columns

_EXPECTED = "Expected a list of objects, one per track, with keys such as energy and tempo"
_SHOWN = 8  # lists named in the facts
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
    found, left_out = find_track_lists(parsed.value, count)
    if not found:
        raise DataError(f"{source.where}: {_no_list(parsed.value)}. {_EXPECTED}.")
    if found[0].shape == "object" and not found[0].n_features + found[0].n_fields:
        raise DataError(f"{source.where}: one object without a list of objects in it. {_EXPECTED}.")
    for one in found:
        _refuse_uneven(source.where, parsed.value, one)
    rows, rejects = _rows(parsed, found)
    if not rows:
        raise DataError(
            f"{source.where}: all {len(rejects):,} entries are no objects ({rejects[0].reason}). {_EXPECTED}."
        )
    names, values = flattened(source.where, rows)
    frame = frame_of_columns(names, [column(cells) for cells in values], len(rows))
    facts = {"format": "JSON" if parsed.lines is None else "JSON Lines", "encoding": parsed.encoding}
    if found[0].shape != "list" or found[0].path != (None,):
        facts["list"] = ", ".join(_shown_place(one) for one in found[:_SHOWN]) + (", …" if found[_SHOWN:] else "")
    return RawTable(source.where, source.name, frame, rejects, facts, _notes(parsed, left_out))


def _shown_place(found: TrackList) -> str:
    return found.label or {"object": "one object"}.get(found.shape, f"the file ({found.shape})")


def _rows(parsed: Parsed, found: Sequence[TrackList]) -> tuple[list[Mapping[str, Any]], tuple[Reject, ...]]:
    """Return the entries that are objects, and the others with their reasons."""
    rows: list[tuple[int, Mapping[str, Any]]] = []
    rejects = list(parsed.rejects)
    for number, (entry, carried) in _numbered(parsed, found):
        reason = _why_no_row(entry)
        if reason:
            value = entry.value if isinstance(entry, Misfit) else entry
            rejects.append(Reject(number, reason, "" if value is None else str(value)[:200]))
        else:
            rows.append((number, {**_missing_in(entry, carried), **entry} if carried else entry))
    if any(isinstance(row.get("track"), dict) for _, row in rows):  # a playlist keeps places for tracks withdrawn
        gone = [(number, row) for number, row in rows if row.get("track", 0) is None]
        rejects += [Reject(number, "null track", str(dict(row))[:200]) for number, row in gone]
        rows = [(number, row) for number, row in rows if row.get("track", 0) is not None] if gone else rows
    return [row for _, row in rows], tuple(sorted(rejects, key=lambda reject: reject.line))


def _numbered(parsed: Parsed, found: Sequence[TrackList]) -> Iterator[tuple[int, tuple[Any, Mapping[str, str]]]]:
    """Yield the entries of the lists, with the line they stand on in JSON Lines, else with their number.

    Of several lists, each is a playlist of its name.
    """
    number = 0
    for one in found:
        of_list = {"playlist_name": one.label.removesuffix("[]")} if len(found) > 1 else {}
        for line, value in _by_line(parsed):
            for entry, carried in entries(value, one):
                number += 1
                yield line or number, (entry, {**of_list, **carried})


def _by_line(parsed: Parsed) -> Iterator[tuple[int, Any]]:
    """Yield the value of the file with 0 for a line; of JSON Lines a list of each line's value, with the line."""
    if parsed.lines is None:
        yield 0, parsed.value
    else:
        yield from ((line, [value]) for line, value in zip(parsed.lines, parsed.value, strict=True))


def _why_no_row(entry: Any) -> str:
    if isinstance(entry, Misfit):
        return "null entry" if entry.value is None else f"no table of the same shape ({entry.shape}) as the first"
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
        cells_of = node.items() if isinstance(node, dict) else ()
        lengths = {name: len(cells) for name, cells in cells_of if isinstance(cells, list)}
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


def _notes(parsed: Parsed, left_out: Sequence[TrackList]) -> tuple[str, ...]:
    notes = []
    if parsed.repeated_keys:
        objects = "1 object has" if parsed.repeated_keys == 1 else f"{parsed.repeated_keys:,} objects have"
        notes.append(f"{objects} a key twice; its last value counts.")
    for one in left_out:
        n = n_entries(parsed.value, one)
        notes.append(
            f"left out: {n:,} {'entry' if n == 1 else 'entries'} under {_shown_place(one)}, as other entries name more "
            "audio features or track fields."
        )
    return tuple(notes)

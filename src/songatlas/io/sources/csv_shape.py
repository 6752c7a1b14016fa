"""Finds the shape of a CSV file from its beginning: separator, header lines, column names.

The separator is chosen by what the lines agree on, not by counting marks in the header alone: list literals in
cells, decimal commas and titles all hold commas. A header may span several lines, and lines may stand above it.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from songatlas.errors import DataError
from songatlas.io.columns.dialects import field_count
from songatlas.io.columns.numbers import read_number

from .raw_columns import unique_names

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
MAX_NAME = 1_000  # characters of a column name
MAX_COLUMNS = 20_000
_MAX_HEADER = 2_000_000
_LINES_AGREEING = 200
_LINES_BEFORE_HEADER = 12
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """Where the header of a CSV file ends and what it says.

    Attributes
    ----------
    names : list of str
        Unique column names; 'unnamed_N' for an empty one, '.1' behind a repeated one.
    raw_names : list of str
        The header's cells as they stand.
    lines : int
        Physical lines up to the end of the header.
    separator : str
    sample : list of list of str
        The first rows below the header, as far as they were looked at.
    wrapped : bool
        Whether every line is one quoted cell that holds the real one.
    note : str
        What is said of lines above the header, or of several header lines.
    above : tuple of (line, cells)
        Lines above the header that have as many cells: rows that have no place in the table.
    """

    names: list[str]
    raw_names: list[str]
    lines: int
    separator: str
    sample: list[list[str]]
    wrapped: bool = False
    note: str = ""
    above: tuple[tuple[int, list[str]], ...] = ()


@dataclass(frozen=True)
class _Record:
    cells: list[str]
    end: int  # physical lines up to its end


def find_shape(text: str, where: str, *, whole: bool) -> Shape:
    """Return the shape of a CSV file.

    Parameters
    ----------
    text : str
        The beginning of the file.
    where : str
        How messages name it.
    whole : bool
        Whether the text is the whole file.

    Raises
    ------
    DataError
        When there is no header, or one that no table of tracks has.
    """
    skipped, separators = 0, list(SEPARATORS)
    told = _SEPARATOR_LINE.fullmatch(text.split("\n", 1)[0])
    if told and told[1] in SEPARATORS:
        skipped, separators = 1, [told[1]]
        text = text.split("\n", 1)[1] if "\n" in text else ""
    csv.field_size_limit(_MAX_HEADER)
    readings = {mark: _records(text, mark, whole=whole) for mark in separators}
    readings = {mark: records for mark, records in readings.items() if records}
    if not readings:
        raise DataError(f"{where}: the header line cannot be read (no column names).")
    separator = max(readings, key=lambda mark: (_merit(readings[mark]), -separators.index(mark)))
    records, wrapped = readings[separator], False
    if len(records[0].cells) == 1:
        separator, records, wrapped = _unwrapped(records, separator)
    place, levels = _header_place(records)
    return _shape(records, place, levels, separator, wrapped, skipped, where)


def _shape(
    records: list[_Record], place: int, levels: list[int], separator: str, wrapped: bool, skipped: int, where: str
) -> Shape:
    raw = records[place].cells
    _refuse_odd(raw, where)
    cells = _joined([records[i].cells for i in levels], raw)
    below, end = place + 1, records[place].end
    if levels and len(records) > below and not cells[0] and _names_only_the_first(records[below].cells):
        cells[0], end, below = records[below].cells[0], records[below].end, below + 1
    above = place - len(levels)
    note = f"{above} {'line' if above == 1 else 'lines'} above the header passed over" if above else ""
    if levels:
        note = (note + "; " if note else "") + f"a header of {len(levels) + 1} lines"
    sample = [record.cells for record in records[below : below + _LINES_AGREEING]]
    rows = tuple(
        (r.end + skipped, r.cells) for r in records[:above] if len(r.cells) == len(raw) > 1 and _has_numbers(r)
    )
    return Shape(unique_names(cells), raw, end + skipped, separator, sample, wrapped, note, rows)


def _has_numbers(record: _Record) -> bool:
    return any(cell.strip() and read_number(cell) is not None for cell in record.cells)


def _records(text: str, separator: str, *, whole: bool) -> list[_Record]:
    """Return the first records that are not blank; the last one may be cut off, so it is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records = []
    try:
        for cells in reader:
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                records.append(_Record(cells, reader.line_num))
            if len(records) > _LINES_AGREEING + _LINES_BEFORE_HEADER:
                return records
    except csv.Error:
        return records
    return records if whole or len(records) < 2 else records[:-1]


def _merit(records: list[_Record]) -> tuple[int, float, int]:
    """Return how well a separator fits: known names in the best line, agreement of the lines, number of fields."""
    counts = [len(record.cells) for record in records]
    best = max(field_count(record.cells) if len(record.cells) > 1 else 0 for record in records[:_LINES_BEFORE_HEADER])
    usual = max(set(counts), key=lambda n: (counts.count(n), n))
    agreement = counts.count(usual) / len(counts) if usual > 1 else 0.0
    return best, round(agreement, 2), usual


def _unwrapped(records: list[_Record], separator: str) -> tuple[str, list[_Record], bool]:
    """Return the records inside records of one cell, where these hold a table; else the records themselves."""
    for mark in SEPARATORS:
        inner = [_inner_cells(record.cells[0], mark) for record in records]
        if all(inner) and len(inner[0]) > 1 and field_count(inner[0]) >= 2:
            return mark, [_Record(cells, record.end) for cells, record in zip(inner, records, strict=True)], True
    return separator, records, False


def _inner_cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _header_place(records: list[_Record]) -> tuple[int, list[int]]:
    """Return which record is the header, and which above it are further levels of it."""
    known = [field_count(record.cells) for record in records[:_LINES_BEFORE_HEADER]]
    place = 0
    if known[0] < 2:
        best = max(range(len(known)), key=lambda i: (known[i], -i))
        place = best if known[best] >= max(2, known[0] + 1) else 0
    width = len(records[place].cells)
    levels: list[int] = []
    for i in range(place - 1, -1, -1):
        if not _is_level(records[i].cells, width):
            break
        levels.insert(0, i)
    return place, levels


def _is_level(cells: Sequence[str], width: int) -> bool:
    """Return whether a line above the header is a level of it: as wide, of words, and repeating or leaving some out."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(cells) != width or len(filled) < 2 or any(read_number(cell) is not None for cell in filled):
        return False
    return len(set(filled)) < len(filled) or not cells[0].strip()


def _joined(levels: list[list[str]], names: list[str]) -> list[str]:
    """Return the names with the words above them in front, parted by points."""
    if not levels:
        return list(names)
    joined = []
    above = [""] * len(levels)
    for j, name in enumerate(names):
        above = [level[j].strip() or carried for level, carried in zip(levels, above, strict=True)]
        own = name.strip()
        joined.append(".".join(filter(None, [*above, own])) if own and j else own)
    return joined


def _names_only_the_first(cells: Sequence[str]) -> bool:
    return bool(cells) and bool(cells[0].strip()) and not any(cell.strip() for cell in cells[1:])


def _refuse_odd(names: list[str], where: str) -> None:
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"{where}: {len(names):,} columns, at most {MAX_COLUMNS:,} can be read. Is this a table of tracks?"
        )
    too_long = next((n for n in names if len(n) > MAX_NAME), None)
    if too_long is not None:
        start = too_long.split("\n")[0][:40]
        raise DataError(
            f"{where}: a column name of {len(too_long):,} characters ({start!r}…). Is this a table of tracks?"
        )

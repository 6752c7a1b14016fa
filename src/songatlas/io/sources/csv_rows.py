"""Reads a damaged CSV file row by row: what does not fit the header is rejected with its line, the rest is kept.

Slower than the way of `songatlas.io.sources.csv_files`, which hands a file over as soon as one row does not fit. A
quote that is opened and never closed costs the one line on which it stands: reading goes on with the next line.
"""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from songatlas.errors import DataError
from songatlas.io.columns.dialects import feature_count, field_count
from songatlas.io.columns.refusals import second_header

from .csv_quotes import closes_and_stays_closed, quote_is_open, strict_cells, swallows_rows
from .csv_shape import Shape
from .encodings import Encoding, open_as_utf8
from .raw import ByteSource, Reject

_ROWS_AT_ONCE = 20_000
_MOST_LINES, _MOST_CHARACTERS = 2_000, 1_000_000  # of one row; beyond, a quote was never closed
_LINES_LOOKED_AT = 50
_PATIENCE = 500_000  # lines read twice, after which a cell of many lines is no longer hoped for
_WIDE = 4  # columns from which on a line of a text is hardly a row by chance
MAX_CELL = 8 << 20


@dataclass
class Rows:
    """The rows of a file that fit, column by column, and those that do not."""

    table: pa.Table
    rejects: list[Reject]


@dataclass
class _Sorted:
    """Rows on their way into a table."""

    chunks: list[pa.Table] = field(default_factory=list)
    waiting: list[list[str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    widths: Counter[int] = field(default_factory=Counter)

    def keep(self, cells: list[str], names: list[str]) -> None:
        self.waiting.append(cells)
        if len(self.waiting) >= _ROWS_AT_ONCE:
            self.flush(names)

    def flush(self, names: list[str]) -> None:
        columns = zip(*self.waiting, strict=True) if self.waiting else ([] for _ in names)
        arrays = [pa.array(list(column), type=pa.large_string()) for column in columns]
        self.chunks.append(pa.Table.from_arrays(arrays, names=names))
        self.waiting.clear()


def read_rows(source: ByteSource, encoding: Encoding, shape: Shape) -> Rows:
    """Return the rows that fit the header, and the others with their lines.

    Raises
    ------
    DataError
        When most rows do not fit the header, or when a second header stands among the rows.
    """
    found = _Sorted()
    header = [cell.strip() for cell in shape.raw_names]
    for line, text, cells in _records(source, encoding, shape):
        reason = _misfit(cells, text, header)
        if reason is None and cells is not None:
            found.widths[len(cells)] += 1
            found.keep(cells, shape.names)
            continue
        if cells is not None and reason != _AGAIN:
            found.widths[len(cells)] += 1
            if len(cells) > 1 and feature_count(cells) >= 2:
                raise DataError(second_header(source.where, f"line {line:,}"))
        found.rejects.append(Reject(line, reason or "", text.rstrip("\r\n")))
    found.flush(shape.names)
    table = pa.concat_tables(found.chunks)
    _refuse_most(source.where, shape, found, table.num_rows)
    return Rows(table, found.rejects)


_AGAIN = "the header again"
_OPEN = "a quote is opened and never closed"


def _misfit(cells: list[str] | None, text: str, header: list[str]) -> str | None:
    """Return why a row does not fit; None where it does."""
    if cells is None:
        return _OPEN
    if "\0" in text:
        return "a zero byte in the row"
    if len(cells) != len(header):
        return f"{len(cells)} {'field' if len(cells) == 1 else 'fields'}, the header has {len(header)}"
    if len(cells) > 1 and [cell.strip() for cell in cells] == header:
        return _AGAIN
    return None


def _records(source: ByteSource, encoding: Encoding, shape: Shape) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield line number, text and cells of every row below the header; cells are None for an open quote.

    Lines of blanks are no rows.
    """
    csv.field_size_limit(MAX_CELL)
    with io.TextIOWrapper(open_as_utf8(source, encoding), encoding="utf-8-sig", errors="replace", newline="") as stream:
        for _ in range(shape.lines):
            stream.readline()
        lines = _Lines(stream, shape.lines)
        while (line := lines.next()) is not None:
            number = lines.number
            if not line.strip():
                continue
            if '"' not in line:
                yield number, line, line.rstrip("\r\n").split(shape.separator)
                continue
            if number == lines.tail and line.count('"') % 2:
                yield number, line, None
                continue
            row = _whole_row(line, lines, shape)
            yield (number, line, None) if row is None else (number, *row)


class _Lines:
    """The physical lines of a stream, some of which can be put back.

    ``tail`` is the number of a line on which a quote would close that is taken as never closed: a half of a row,
    perhaps, that must not pass for a row.
    """

    def __init__(self, stream: io.TextIOWrapper, number: int) -> None:
        self._stream, self.number, self.tail, self.put_back_so_far = stream, number, 0, 0
        self._waiting: deque[str] = deque()

    def next(self) -> str | None:
        """Return the next line with its end, None behind the last."""
        line = self._waiting.popleft() if self._waiting else self._stream.readline()
        self.number += bool(line)
        return line or None

    def put_back(self, lines: list[str]) -> None:
        """Let lines come again."""
        self.tail = self.number
        self.put_back_so_far += len(lines)
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def _whole_row(first: str, lines: _Lines, shape: Shape) -> tuple[str, list[str]] | None:
    """Return a row and its cells, with the further lines that quoted cells reach over; None for an open quote.

    Over several lines a quote closes a cell only before a separator or the end, and a row that would swallow whole
    rows is none.
    """
    if not quote_is_open(first, shape.separator):
        return first, _cells(first, shape)
    parts, more, length = [first], list[str](), len(first)
    is_open = strict_cells(first.rstrip("\r\n"), shape.separator) is None
    while is_open:
        added = _up_to_a_quote(lines, more)
        length += len(added or "")
        if added is None or length > _MOST_CHARACTERS:
            lines.put_back(more)
            return None
        parts.append(added)
        is_open = not closes_and_stays_closed(added.rstrip("\r\n"), shape.separator)
    text = "".join(parts)
    cells = strict_cells(text.rstrip("\r\n"), shape.separator) or []
    fits = len(cells) == len(shape.names)
    if (
        swallows_rows(cells, shape.separator)
        or _any_is_a_row(more, shape)
        or (not fits and _any_is_as_wide(more, shape))
    ):
        lines.put_back(more)
        return None
    return text, cells


def _any_is_a_row(lines: list[str], shape: Shape) -> bool:
    """Return whether one of some lines is a sound row on its own, so that the quote before them was never closed.

    In narrow tables a line of a text may look like a row by chance.
    """
    width = len(shape.names)
    return width >= _WIDE and any(_is_sound_row(line, width, shape) for line in lines[:_LINES_LOOKED_AT])


def _any_is_as_wide(lines: list[str], shape: Shape) -> bool:
    """Return whether one of some lines has about as many fields as a row, sound or not."""
    width = len(shape.names)
    return width >= _WIDE and any(line.count(shape.separator) >= width - 2 for line in lines[:_LINES_LOOKED_AT])


def _is_sound_row(line: str, width: int, shape: Shape) -> bool:
    bare = line.rstrip("\r\n")
    if '"' not in bare:
        return bare.count(shape.separator) == width - 1
    cells = strict_cells(bare, shape.separator)
    return cells is not None and len(cells) == width and bare.count('"') % 2 == 0 and cells == _cells(bare, shape)


def _up_to_a_quote(lines: _Lines, taken: list[str]) -> str | None:
    """Return the next lines up to one with a quote, noting them as taken; None where none comes in time."""
    added = ""
    most = _MOST_LINES if lines.put_back_so_far < _PATIENCE else _LINES_LOOKED_AT
    while len(taken) < most and (line := lines.next()) is not None:
        taken.append(line)
        added += line
        if '"' in line:
            return added
    return None


def _cells(text: str, shape: Shape) -> list[str]:
    try:
        cells = next(csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=shape.separator), [])
        if shape.wrapped and len(cells) == 1:
            cells = next(csv.reader([cells[0]], delimiter=shape.separator), [])
    except csv.Error:  # a cell beyond the limit
        return []
    return cells


def _refuse_most(where: str, shape: Shape, found: _Sorted, n_kept: int) -> None:
    """Raise DataError where the usual row does not have the header's number of fields."""
    n_rows, width = sum(found.widths.values()), len(shape.names)
    if not n_rows:
        return
    usual, count = max(found.widths.items(), key=lambda item: (item[1], item[0] == width))
    if usual != width and count > found.widths[width]:
        missing = ""
        if field_count(shape.raw_names) == 0:
            missing = " None of the names is known: this may be no table at all."
        elif usual == width + 1:
            missing = " The header seems to lack a name: read on like this, every value would stand one column off."
        raise DataError(
            f"{where}: the header has {width} {'name' if width == 1 else 'names'}, but {count:,} of {n_rows:,} rows "
            f"have {usual} fields.{missing} Nothing was read. Mend the header line and try again."
        )
    if n_kept < len(found.rejects):
        first = "; ".join(f"line {r.line:,}: {r.reason}" for r in found.rejects[:3])
        raise DataError(
            f"{where}: {len(found.rejects):,} of {n_kept + len(found.rejects):,} rows cannot be read ({first}). "
            "Nothing was read. Mend the file and try again."
        )

"""Reads one sheet of an Excel workbook (.xlsx, .xlsm) as a table: finds the sheet and the row of column names.

Needs the extra ``excel``. Dates and times become texts as Excel shows them; which of these are lengths is decided
elsewhere, and so are units.
"""

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import pandas as pd

from songatlas.errors import DataError, ParameterError
from songatlas.io.columns.refusals import second_header
from songatlas.optional import require

from .archives import refuse_bomb
from .collected_rows import CollectedRows
from .memory import refuse_too_large
from .raw import ByteSource, RawTable, Reject
from .raw_columns import clock_text

_HEAD = 50  # rows among which the column names are looked for
_LOOKED_AT = 1_000  # rows in which formulas are looked for
_FACTOR = 4  # bytes of memory for each byte of the unpacked workbook
_SHOWN = 12
_MOST_ROWS = 1_048_576  # what Excel has
_TOTALS = re.compile(r"(?:grand )?(?:totals?|sum|average|mean|summe|gesamt|durchschnitt)\s*:?", re.IGNORECASE)
_MERGED = re.compile(r"artist|album|interpret|k[üu]nstler|performer", re.IGNORECASE)  # columns of cells often merged
_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, NotImplementedError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError),
)  # what openpyxl raises over damaged workbooks

Count = Callable[[Sequence[str]], int]


@dataclass
class _Cells:
    """Turns openpyxl's cells into plain values, and counts the error cells it met."""

    errors: int = 0
    examples: list[str] = field(default_factory=list)

    def row(self, cells: Sequence[Any]) -> list[Any]:
        return [self._value(cell) for cell in cells]

    def _value(self, cell: Any) -> Any:
        value = cell.value
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if cell.data_type == "e":
            self.errors += 1
            if len(self.examples) < 3 and value not in self.examples:
                self.examples.append(str(value))
            return None
        if isinstance(value, str):
            return value if value.strip() else None
        if isinstance(value, (datetime.time, datetime.timedelta)):
            return clock_text(value)
        return value


def read_workbook(source: ByteSource, sheet: str | None, count: Count) -> RawTable:
    """Return the table on one sheet of a workbook.

    Parameters
    ----------
    source : ByteSource
        The workbook.
    sheet : str or None
        Name of the sheet; by default the one whose column names name the most audio features, else the first that
        is not empty.
    count : callable
        Says how many audio features some column names name.

    Raises
    ------
    DataError
        When the workbook is damaged, has no table, two equally good ones or one with a second header, or is a
        decompression bomb.
    ParameterError
        When it has no sheet of that name.
    MissingDependencyError
        When openpyxl is not installed.
    """
    openpyxl = require("openpyxl", extra="excel", needed_for="Reading an Excel workbook")
    with source.open() as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations that it leaves out
        stream = opened if opened.seekable() else io.BytesIO(opened.read())
        _refuse_unpacked(source, stream)
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            chosen, header = _sheet(source.where, book, sheet, count)
            frame, rejects, notes = _table(source, chosen, header, count)
            notes += _unsaved_formulas(openpyxl, stream, frame, chosen.title)
        except (DataError, ParameterError):
            raise
        except _ERRORS as err:
            raise DataError(
                f"{source.where}: starts like an Excel workbook but cannot be read ({_short(err)}). Open it in Excel "
                "or LibreOffice and save it again, or as CSV (UTF-8)."
            ) from err
    shown = chosen.title if len(book.worksheets) == 1 else f"{chosen.title} (of {len(book.worksheets)})"
    facts = {"format": "Excel workbook", "sheet": shown}
    if header > 1:
        facts["column names"] = f"row {header:,}"
    return RawTable(source.where, source.name, frame, rejects, facts, tuple(notes))


def _refuse_unpacked(source: ByteSource, stream: BinaryIO) -> None:
    """Raise DataError where the workbook is no archive, or the sizes it declares are those of a bomb."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as err:
        raise DataError(f"{source.where}: starts like an Excel workbook but is damaged ({_short(err)}).") from err
    unpacked = sum(info.file_size for info in members)
    refuse_bomb(source.where, unpacked, sum(info.compress_size for info in members))
    refuse_too_large(source.where, unpacked, factor=_FACTOR)


def _sheet(where: str, book: Any, name: str | None, count: Count) -> tuple[Any, int]:
    """Return the sheet to read and the number of the row with its column names."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    if name is not None:
        named = [s for s in sheets if s.title == name] or [s for s in sheets if s.title.lower() == name.lower()]
        if not named:
            titles = ", ".join(repr(s.title) for s in sheets[:_SHOWN]) + (", …" if len(sheets) > _SHOWN else "")
            raise ParameterError(f"{where}: no sheet is named {name!r}. Sheets found: {titles}.")
        sheets = named
    headers = {place: _header(where, sheet, count) for place, sheet in enumerate(sheets)}
    filled = [(place, found) for place, found in headers.items() if found is not None]
    if not filled:
        what = f"the sheet {sheets[0].title!r} holds" if name is not None else "its sheets hold"
        raise DataError(f"{where}: {what} no table. Expected a row of column names and a row per track.")
    most = max(named for _, (_, named) in filled)
    best = [(place, row) for place, (row, named) in filled if named == most]
    if most and len(best) > 1:
        titles = ", ".join(repr(sheets[place].title) for place, _ in best[:_SHOWN])
        raise DataError(
            f"{where}: {len(best):,} sheets have the same number of audio features: {titles}. Name one with "
            "--table NAME."
        )
    place, row = best[0]
    return sheets[place], row


def _header(where: str, sheet: Any, count: Count) -> tuple[int, int] | None:
    """Return the number of the row with the column names and how many features it names; None without a table.

    Titles above the table name no features, so the first row that names two is taken; where none does, the first
    that names one, or the first with two texts.
    """
    best: tuple[int, int] | None = None
    for number, texts in _head(where, sheet):
        if len(texts) >= 2:
            named = count(texts)
            if best is None or named > best[1]:
                best = number, named
            if named >= 2:
                break
    return best


def _head(where: str, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield number and texts of the first rows that are not blank."""
    rows = ((number, [c.value for c in row]) for number, row in _numbered(where, sheet))
    filled = ((number, values) for number, values in rows if any(v is not None for v in values))
    for number, values in islice(filled, _HEAD):
        yield number, [value for value in values if isinstance(value, str) and value.strip()]


def _numbered(where: str, sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows of a sheet with their numbers, blank ones between them too."""
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS:
            raise DataError(
                f"{where}: the sheet {sheet.title!r} has a row with a number above {_MOST_ROWS:,}, the most that Excel "
                "knows. Open it in Excel or LibreOffice and save it again, or as CSV (UTF-8)."
            )
        yield number, row


def _tracks(
    where: str, rows: Iterator[tuple[int, list[Any]]], names: list[Any], count: Count, rejects: list[Reject]
) -> Iterator[list[Any]]:
    """Yield the rows below the header that are no rows of totals; raise DataError at a second header."""
    last: tuple[int, list[Any]] | None = None
    for number, row in rows:
        if all(value is None for value in row):
            continue
        if last:
            yield last[1]
        last = None
        texts = [value for value in row if isinstance(value, str)]
        if row == names:
            rejects.append(Reject(number, "the header again", ", ".join(texts)[:200]))
            continue
        if len(texts) >= 2 and not any(_is_number(value) for value in row) and count(texts) >= 2:
            raise DataError(second_header(where, f"row {number:,}"))
        last = number, row
    if last:
        number, row = last
        texts = [value for value in row if isinstance(value, str)]
        if len(texts) == 1 and _TOTALS.fullmatch(texts[0].strip()):
            rejects.append(Reject(number, "a row of totals", ", ".join(str(v) for v in row if v is not None)[:200]))
        else:
            yield row


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and value.lstrip(" -")[:1].isdigit())


def _table(
    source: ByteSource, sheet: Any, header: int, count: Count
) -> tuple[pd.DataFrame, tuple[Reject, ...], list[str]]:
    """Return the rows below the column names, blank ones left out, the rejects, and what is doubtful about them."""
    cells, rejects = _Cells(), list[Reject]()
    rows = ((number, cells.row(row)) for number, row in _numbered(source.where, sheet) if number >= header)
    _, header_row = next(rows)
    collected = CollectedRows(source.where, ["" if name is None else str(name) for name in header_row])
    collected.add_all(_tracks(source.where, rows, header_row, count, rejects))
    if not collected.n_rows:
        names = ", ".join([name for name in collected.names if name][:_SHOWN])
        raise DataError(
            f"{source.where}: the sheet {sheet.title!r} has no rows, only column names: {names}. Expected a row per "
            "track below them."
        )
    frame = collected.frame(keep_empty=False)
    notes = []
    if cells.errors:
        told = (
            "1 cell holds an error of Excel's and counts"
            if cells.errors == 1
            else (f"{cells.errors:,} cells hold an error of Excel's and count")
        )
        notes.append(f"{told} as missing, such as {', '.join(cells.examples)}.")
    return frame, tuple(rejects), notes + _merged(frame)


def _merged(frame: pd.DataFrame) -> list[str]:
    """Return a note for each column that looks as if its cells were merged over the rows of several tracks."""
    notes = []
    for name in frame.columns:
        values = frame[name]
        if _MERGED.search(str(name)) and isinstance(values.dtype, pd.StringDtype):
            blank = int((values == "").sum())
            if len(frame) > blank > len(frame) / 2 and values.iloc[0]:
                notes.append(
                    f"the column {str(name)!r} is blank in {blank:,} of {len(frame):,} rows: a cell merged over "
                    "several rows is read in the first of them only. Unmerge such cells and fill them down."
                )
    return notes


def _unsaved_formulas(openpyxl: ModuleType, stream: BinaryIO, frame: pd.DataFrame, title: str) -> list[str]:
    """Return a note where a column is empty because its formulas were saved without their values."""
    if not any((frame[name] == "").all() for name in frame.columns):
        return []
    with_formulas = openpyxl.load_workbook(stream, read_only=True)[title]
    with_formulas.reset_dimensions()
    formulas = sum(c.data_type == "f" for row in islice(with_formulas.iter_rows(), _LOOKED_AT) for c in row)
    if not formulas:
        return []
    return [
        f"an empty column has formulas without saved values ({formulas:,} formulas in the first {_LOOKED_AT:,} rows). "
        "Open the workbook in Excel or LibreOffice and save it, so that their values are in the file."
    ]


def _short(err: Exception) -> str:
    return " ".join(str(err).split())[:160] or type(err).__name__

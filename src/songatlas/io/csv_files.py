"""Reads one CSV file as text, checks its shape, and finds the type of each column without losing a character.

UTF-8 with or without BOM, plain or gzipped; the separator is the one (comma, semicolon or tab) that cuts the
header into most columns.
"""

import csv
import gzip
import io
import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from songatlas.errors import DataError

_MAX_HEADER = 2_000_000  # bytes read to find the header
_MAX_NAME = 1_000  # characters of a column name
_BLOCK = 8 << 20  # bytes parsed at once; no single row can be longer
_EXACT = 1 << 53  # whole numbers up to here are exact as float64
_KINDS = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook. Save the sheet as CSV (UTF-8)"),
    (b"%PDF", "a PDF. Export the table as CSV (UTF-8)"),
    (b"\xff\xfe", "UTF-16 text. Save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text. Save it as UTF-8"),
    (b"SQLite format 3", "an SQLite database. Export the table as CSV (UTF-8)"),
    (b"<", "HTML or XML, a web page perhaps. Download the table itself, as CSV or Parquet"),
    (b"{", "JSON. Convert it to CSV or Parquet"),
    (b"[{", "JSON. Convert it to CSV or Parquet"),
)


def read_csv_text(path: Path, *, gzipped: bool) -> pd.DataFrame:
    """Return the file's cells as text columns, '' for empty cells.

    Raises
    ------
    DataError
        When the file is no text, not UTF-8, has no rows, or has rows with another number of fields.
    """
    try:
        names, lines, separator = _header(path, gzipped)
        table, ragged = _parse(path, gzipped, names, lines, separator, threads=True)
        if ragged:
            _, ragged = _parse(path, gzipped, names, lines, separator, threads=False)
            raise DataError(_ragged(path, names, ragged))
    except (gzip.BadGzipFile, zlib.error, EOFError) as err:
        raise DataError(f"{path}: starts like a gzip file but is damaged ({err}).") from err
    except pa.ArrowInvalid as err:
        if "Could not skip" in str(err):  # nothing follows the header, not even the end of its line
            raise DataError(_no_rows(path, names)) from err
        raise DataError(_unreadable(path, err)) from err
    if table.num_rows == 0:
        raise DataError(_no_rows(path, names))
    _refuse_swallowed_rows(path, table, separator)
    return pd.DataFrame({n: c.to_pandas() for n, c in zip(names, table.columns, strict=True)})


def typed_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text columns turned into numbers where that loses nothing.

    A column of texts becomes integers or floats when every non-empty cell is a number written without
    leading zeros (a code like 007 stays text). Other columns pass unchanged.
    """
    typed = {name: _typed(table[name]) for name in table.columns}
    return pd.DataFrame(typed, index=table.index)


def _typed(values: pd.Series) -> pd.Series:
    if not (isinstance(values.dtype, pd.StringDtype) or values.dtype == object):
        return values
    try:
        text = pa.array(values, type=pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # lists, or values of several types
        mixed = values.map(type).isin((str, int, float, bool)).all()
        return values.astype(str).where(values.notna(), "") if mixed else values
    filled = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    if filled.null_count == len(filled) or pc.any(pc.match_substring_regex(filled, r"^[+-]?0\d")).as_py():
        return values
    for kind in (pa.int64(), pa.float64()):
        try:
            numbers = filled.cast(kind)
        except pa.ArrowInvalid:
            continue
        if kind == pa.int64() and numbers.null_count and _widest(numbers) > _EXACT:
            return pd.Series(numbers.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get).array, values.index)
        if kind == pa.float64() and pc.any(pc.match_substring_regex(filled, r"^[+-]?\d{16,}$")).as_py():
            return values  # ids longer than any integer type: as floats, different ones would become equal
        plain = numbers.to_pandas()  # int64, or float64 with NaN for empty cells
        return pd.Series(np.asarray(plain), values.index)
    return values


def _widest(numbers: pa.Array) -> int:
    ends = pc.min_max(numbers)
    return max(abs(int(ends["min"].as_py())), abs(int(ends["max"].as_py())))


def _open(path: Path, gzipped: bool) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path, "rb") if gzipped else path.open("rb")


def _header(path: Path, gzipped: bool) -> tuple[list[str], int, str]:
    """Return the column names, the number of lines the header takes, and the separator."""
    with _open(path, gzipped) as stream:
        raw = stream.read(_MAX_HEADER)
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise DataError(f"{path}: the file is empty. Expected a table with a header line and a row per track.")
    _refuse_other_kinds(path, raw)
    try:
        text = raw.decode("utf-8-sig", errors="strict" if len(raw) < _MAX_HEADER else "ignore")
    except UnicodeDecodeError as err:
        raise DataError(
            f"{path}: not UTF-8 text (byte {err.object[err.start]:#04x} at position {err.start:,}). "
            "Save the file as UTF-8 and try again."
        ) from err
    csv.field_size_limit(_MAX_HEADER)
    try:
        separator = max(",;\t", key=lambda mark: (len(_header_row(text, mark)[0]), -",;\t".index(mark)))
        names, lines = _header_row(text, separator)
    except (csv.Error, StopIteration) as err:
        raise DataError(f"{path}: the header line cannot be read ({str(err) or 'no column names'}).") from err
    if len(raw) == _MAX_HEADER and lines >= text.count("\n") + 1:
        raise DataError(f"{path}: the header takes more than {_MAX_HEADER:,} bytes. Is this a table of tracks?")
    too_long = next((n for n in names if len(n) > _MAX_NAME), None)
    if too_long is not None:
        raise DataError(
            f"{path}: a column name of {len(too_long):,} characters ({too_long[:40]!r}…). Is this a table of tracks?"
        )
    return _unique(names), lines, separator


def _header_row(text: str, separator: str) -> tuple[list[str], int]:
    """Return the cells of the first line that is not blank, and the number of lines up to its end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = next(row for row in reader if len(row) > 1 or any(cell.strip() for cell in row))
    return names, reader.line_num


def _refuse_other_kinds(path: Path, raw: bytes) -> None:
    """Raise DataError where the first bytes say what the file is, and it is no CSV."""
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, kind in _KINDS:
        if start.startswith(mark):
            raise DataError(f"{path}: this is {kind}. Expected a CSV (UTF-8) or Parquet file.")
    place = raw[:65536].find(b"\0")
    if place >= 0:
        raise DataError(
            f"{path}: this is binary data, not text (a zero byte at position {place:,}). "
            "Expected a CSV (UTF-8) or Parquet file."
        )


def _refuse_swallowed_rows(path: Path, table: pa.Table, separator: str) -> None:
    """Raise DataError where a quote that was never closed made whole rows part of one cell.

    Such a cell reaches from its column in one row to the same column in a later one, so it holds exactly
    ``n_columns - 1`` separators for each line break; else the row would not have the right number of fields.
    """
    between = table.num_columns - 1
    if between < 2:
        return
    for name, column in zip(table.column_names, table.columns, strict=True):
        suspect = pc.indices_nonzero(pc.or_(pc.match_substring(column, "\n"), pc.match_substring(column, "\r")))
        for row, cell in zip(suspect.to_pylist(), column.take(suspect).to_pylist(), strict=True):
            text = cell.rstrip("\r\n")
            breaks = text.count("\n") or text.count("\r")
            if breaks and text.count(separator) == between * breaks:
                start = text.splitlines()[0][:40]
                raise DataError(
                    f"{path}: {name!r} of row {row + 2:,} starts with {start!r} and holds {breaks:,} more "
                    f"{'line' if breaks == 1 else 'lines'} of the table: a quote is opened and never closed. "
                    "Close it and try again."
                )


def _unique(names: list[str]) -> list[str]:
    """Return the names with '.1', '.2' added to repeated ones, and 'unnamed_N' for empty ones."""
    taken: set[str] = set()
    out = []
    for place, name in enumerate(names):
        base = name.strip() or f"unnamed_{place}"
        unique, number = base, 0
        while unique in taken:
            number += 1
            unique = f"{base}.{number}"
        taken.add(unique)
        out.append(unique)
    return out


def _parse(
    path: Path, gzipped: bool, names: list[str], lines: int, separator: str, *, threads: bool
) -> tuple[pa.Table, list[tuple[int | None, int]]]:
    ragged: list[tuple[int | None, int]] = []

    def note(row: pacsv.InvalidRow) -> str:
        if row.text.strip():  # a line of blanks is no row
            ragged.append((row.number, row.actual_columns))
        return "skip"

    with _open(path, gzipped) as stream:
        table = pacsv.read_csv(
            stream,
            read_options=pacsv.ReadOptions(column_names=names, skip_rows=lines, use_threads=threads, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string())),
        )
    return table, ragged


def _no_rows(path: Path, names: list[str]) -> str:
    shown = ", ".join(name.split("\n")[0][:40] for name in names[:12]) + (", …" if len(names) > 12 else "")
    return f"{path}: there are no rows, only a header: {shown}. Expected a row per track below it."


def _unreadable(path: Path, err: Exception) -> str:
    if "straddling" in str(err):
        return (
            f"{path}: a row is longer than {_BLOCK >> 20} MB. A quote may be opened and never closed; "
            "close it and try again."
        )
    if "UTF8" in str(err):
        where = re.search(r"CSV column #(\d+)", str(err))
        column = f" (in column {int(where.group(1)) + 1})" if where else ""
        return f"{path}: not UTF-8 text{column}. Save the file as UTF-8 and try again."
    return f"{path}: cannot be read as CSV ({str(err).splitlines()[0][:160]})."


def _ragged(path: Path, names: list[str], ragged: list[tuple[int | None, int]]) -> str:
    first = ", ".join(f"row {number} has {found}" for number, found in ragged[:3])
    return (
        f"{path}: {len(ragged):,} {'row does' if len(ragged) == 1 else 'rows do'} not have the header's {len(names)} "
        f"{'field' if len(names) == 1 else 'fields'} ({first}{', …' if len(ragged) > 3 else ''}). Nothing was read, "
        "since fields could be shifted. Mend these rows (often a quote or a separator inside a title) and try again."
    )

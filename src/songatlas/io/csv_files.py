"""Reads one CSV file as text, checks its shape, and finds the type of each column without losing a character.

UTF-8 with or without BOM, plain or gzipped; the separator is the one (comma, semicolon or tab) that cuts the
header into most columns.
"""

import csv
import gzip
import io
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from songatlas.errors import DataError

_MAX_HEADER = 2_000_000  # bytes read to find the header
_MAX_NAME = 1_000  # characters of a column name


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
            raise DataError(_ragged(path, names, ragged, lines))
    except (gzip.BadGzipFile, zlib.error, EOFError) as err:
        raise DataError(f"{path}: starts like a gzip file but is damaged ({err}).") from err
    except pa.ArrowInvalid as err:
        raise DataError(f"{path}: cannot be read as CSV ({_short(err)}).") from err
    if table.num_rows == 0:
        raise DataError(f"{path}: there are no rows, only a header: {', '.join(names[:12])}.")
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
        plain = numbers.to_pandas()  # int64, or float64 with NaN for empty cells
        return pd.Series(np.asarray(plain), values.index)
    return values


def _open(path: Path, gzipped: bool) -> IO[bytes]:
    return gzip.open(path, "rb") if gzipped else path.open("rb")


def _header(path: Path, gzipped: bool) -> tuple[list[str], int, str]:
    """Return the column names, the number of lines the header takes, and the separator."""
    with _open(path, gzipped) as stream:
        raw = stream.read(_MAX_HEADER)
    if not raw.strip():
        raise DataError(f"{path}: the file is empty. Expected a table with a header line and a row per track.")
    if b"\0" in raw[:65536]:
        raise DataError(f"{path}: this is binary data, not text. Expected a CSV (UTF-8) or Parquet file.")
    try:
        text = raw.decode("utf-8-sig", errors="strict" if len(raw) < _MAX_HEADER else "ignore")
    except UnicodeDecodeError as err:
        raise DataError(
            f"{path}: not UTF-8 text (byte {err.object[err.start]:#04x} at position {err.start:,}). "
            "Save the file as UTF-8 and try again."
        ) from err
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t", key=lambda mark: (len(next(csv.reader([first], delimiter=mark), [])), -",;\t".index(mark)))
    csv.field_size_limit(_MAX_HEADER)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = next(row for row in reader if row)
    except (csv.Error, StopIteration) as err:
        raise DataError(f"{path}: the header line cannot be read ({err}).") from err
    too_long = next((n for n in names if len(n) > _MAX_NAME), None)
    if too_long is not None:
        raise DataError(
            f"{path}: a column name of {len(too_long):,} characters ({too_long[:40]!r}…). Is this a table of tracks?"
        )
    return _unique(names), reader.line_num, separator


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
        ragged.append((row.number, row.actual_columns))
        return "skip"

    with _open(path, gzipped) as stream:
        table = pacsv.read_csv(
            stream,
            read_options=pacsv.ReadOptions(
                column_names=names, skip_rows=lines, use_threads=threads, block_size=8 << 20
            ),
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string())),
        )
    return table, ragged


def _ragged(path: Path, names: list[str], ragged: list[tuple[int | None, int]], lines: int) -> str:
    first = ", ".join(f"row {number} has {found}" for number, found in ragged[:3])
    return (
        f"{path}: {len(ragged):,} rows do not have the header's {len(names)} fields ({first}"
        f"{', …' if len(ragged) > 3 else ''}). Nothing was read, since fields could be shifted. "
        "Mend these rows (often a quote or a separator inside a title) and try again."
    )


def _short(err: Exception) -> str:
    return str(err).splitlines()[0][:160]

"""Reads one CSV file: finds its encoding, separator and header, and the type of each column without losing a character.

A sound file is parsed by Arrow in one go, its number columns straight into numbers. As soon as a row does not have
the header's number of fields, the file is read again row by row (`songatlas.io.csv_rows`), which sorts out what
does not fit.
"""

import codecs
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from songatlas.errors import DataError
from songatlas.schema import FEATURE_NAMES, NUMBER_COLUMNS, TEXT_COLUMNS

from .arrow_text import holds_any, pairs_beyond_ascii, rows_holding, to_arrow, to_series
from .csv_rows import may_hold_rows, read_rows
from .csv_shape import SEPARATORS, Shape, find_shape
from .dialects import recognize
from .encodings import MOJIBAKE, MOJIBAKE_PAIRS, Encoding, encoding_by_head, encoding_of_whole, open_as_utf8
from .raw import ByteSource, RawTable, Reject

_HEAD = 1 << 18  # bytes looked at to find the shape
_MAX_HEAD = 8 << 20
_MAX_HEADER = 2_000_000  # bytes of the header
_BLOCK = 4 << 20  # bytes parsed at once; no row can be longer
_LARGE_BLOCK = 8 << 20
_EXACT = 1 << 53  # whole numbers up to here are exact as float64
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


class _RaggedError(Exception):
    """Some row does not have the header's number of fields."""


def read_csv(source: ByteSource) -> RawTable:
    """Return the rows of a CSV file, columns as numbers where that loses nothing.

    Raises
    ------
    DataError
        When the file is no text, has no rows, or has a header that most rows do not fit.
    """
    encoding, shape = _look(source)
    try:
        table, rejects, encoding = _read(source, encoding, shape)
    except OSError as err:
        raise DataError(f"{source.where}: cannot be read ({err.strerror or err}).") from err
    above = [Reject(line, "above the header", shape.separator.join(cells)) for line, cells in shape.above]
    rejects = [*above, *rejects]
    if table.num_rows == 0 and not rejects:
        raise DataError(_no_rows(source.where, shape.names))
    notes = [shape.note, encoding.note, _mojibake(source.where, table)]
    return RawTable(
        where=source.where,
        name=source.name,
        frame=_frame(table, shape.names),
        rejects=tuple(rejects),
        facts={"format": "CSV", "encoding": encoding.label, "separator": SEPARATORS[shape.separator]},
        notes=tuple(f"{source.where}: {note}" for note in notes if note),
    )


def _look(source: ByteSource) -> tuple[Encoding, Shape]:
    """Return encoding and shape as the beginning of the file shows them."""
    size = _HEAD
    while True:
        with source.open() as stream:
            head = stream.read(size)
        whole = len(head) < size
        encoding = encoding_by_head(head, source.where)
        text, encoding = _decoded(source, head, encoding, whole=whole)
        if not text.strip():
            raise DataError(
                f"{source.where}: the file is empty. Expected a table with a header line and a row per track."
            )
        _refuse_web_page(source.where, text)
        if whole or size >= _MAX_HEAD or "\n" in text[:_MAX_HEADER] or "\r" in text[:_MAX_HEADER]:
            break
        size = _MAX_HEAD
    shape = find_shape(text, source.where, whole=whole)
    if not whole and sum(map(len, shape.names)) > _MAX_HEADER:
        raise DataError(f"{source.where}: the header takes more than {_MAX_HEADER:,} bytes. Is this a table of tracks?")
    return encoding, shape


def _decoded(source: ByteSource, head: bytes, encoding: Encoding, *, whole: bool) -> tuple[str, Encoding]:
    """Return the beginning as text; where it is not UTF-8, the encoding that the whole file is in."""
    decoder = _decoder(encoding)
    try:
        return decoder.decode(head, final=whole), encoding
    except UnicodeDecodeError as err:
        if not encoding.codec.startswith("utf-8"):
            raise DataError(
                f"{source.where}: not sound {encoding.label} ({err.reason} at byte {err.start:,}). "
                "Save the file as UTF-8 and try again."
            ) from err
        encoding = encoding_of_whole(source)
        return _decoder(encoding).decode(head, final=whole), encoding


def _decoder(encoding: Encoding) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding.codec)(encoding.errors)


def _refuse_web_page(where: str, text: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")[:200].casefold()
    if start.startswith(("<!doctype", "<html", "<?xml", "<plist", "<rss")):
        raise DataError(
            f"{where}: this is HTML or XML, a web page perhaps. Expected a table: download the table itself, as CSV or "
            "Parquet."
        )


def _read(source: ByteSource, encoding: Encoding, shape: Shape) -> tuple[pa.Table, list[Reject], Encoding]:
    """Return the rows that fit, those that do not, and the encoding that was used in the end."""
    if not shape.wrapped:
        for _ in range(2):
            try:
                return _parse(source, encoding, shape), [], encoding
            except UnicodeError:
                encoding = encoding_of_whole(source)
            except _RaggedError:
                break
    rows = read_rows(source, encoding, shape)
    return _typed_rows(rows.table, shape), rows.rejects, encoding


def _parse(source: ByteSource, encoding: Encoding, shape: Shape) -> pa.Table:
    """Return the table that Arrow makes of the file.

    A first try takes the numbers that the sample shows, and no line breaks in cells where blocks meet; what fails
    is tried again with less assumed.
    """
    types = _types(shape)
    breaks, block = False, _BLOCK
    for _ in range(5):
        try:
            table = _arrow(source, encoding, shape, types, newlines=breaks, block=block)
        except pa.ArrowInvalid as err:
            told = str(err)
            column = re.search(r"CSV column #(\d+)", told)
            if "UTF8" in told:
                raise UnicodeError(told) from err
            if column and "conversion error" in told:
                types = _demoted(types, shape.names[int(column[1])])
            elif not breaks or block < _LARGE_BLOCK:
                breaks, block = True, _LARGE_BLOCK
            else:
                raise _RaggedError from err
        else:
            if _is_damaged(table, shape.separator):
                raise _RaggedError
            return table
    raise _RaggedError


def _arrow(
    source: ByteSource, encoding: Encoding, shape: Shape, types: dict[str, pa.DataType], *, newlines: bool, block: int
) -> pa.Table:
    with _open(source, encoding) as stream:
        try:
            table = pacsv.read_csv(
                stream,
                read_options=pacsv.ReadOptions(column_names=shape.names, skip_rows=shape.lines, block_size=block),
                parse_options=pacsv.ParseOptions(delimiter=shape.separator, newlines_in_values=newlines),
                convert_options=pacsv.ConvertOptions(
                    column_types=types, null_values=[""], strings_can_be_null=False, true_values=[], false_values=[]
                ),
            )
        except pa.ArrowInvalid as err:
            _raise_what_stopped(stream)
            if newlines and re.search(r"Expected \d+ columns, got \d+", str(err)):
                raise _RaggedError from err
            if "Could not skip" in str(err) or "Empty CSV" in str(err):  # nothing follows the header
                return pa.table({name: pa.array([], pa.large_string()) for name in shape.names})
            raise
        _raise_what_stopped(stream)
        return table


def _open(source: ByteSource, encoding: Encoding) -> "pa.NativeFile | _Gate":
    """Return a file that Arrow reads without Python where that can be, else a gate before the stream."""
    if source.path is not None and encoding.is_utf8:
        return pa.OSFile(str(source.path))
    return _Gate(open_as_utf8(source, encoding))


def _raise_what_stopped(stream: "pa.NativeFile | _Gate") -> None:
    """Raise the error that stopped a stream, if one did."""
    if isinstance(stream, _Gate) and stream.stopped_by is not None:
        raise stream.stopped_by


class _Gate:
    """A stream for Arrow that ends, instead of raising, where reading fails; the error waits in ``stopped_by``.

    Arrow reads ahead in a thread of its own. An error raised there may arrive when the program is already leaving,
    which then dies of it; so nothing is raised there, and nothing is read any more once the gate is closed.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._one_at_a_time = threading.Lock()
        self.closed = False
        self.stopped_by: DataError | OSError | None = None

    def __enter__(self) -> "_Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with self._one_at_a_time:
            if self.closed or self.stopped_by is not None:
                return b""
            try:
                return self._stream.read(size)
            except (DataError, OSError) as err:
                self.stopped_by = err
                return b""

    def close(self) -> None:
        with self._one_at_a_time:
            if not self.closed:
                self.closed = True
                self._stream.close()


def _types(shape: Shape) -> dict[str, pa.DataType]:
    """Return the type of each column: numbers for recognized number columns whose sample holds nothing else."""
    types: dict[str, pa.DataType] = dict.fromkeys(shape.names, pa.large_string())
    place = {name: i for i, name in enumerate(shape.names)}
    width = len(shape.names)
    for canonical, known in recognize(shape.names).items():
        if canonical not in FEATURE_NAMES and canonical not in NUMBER_COLUMNS:
            continue
        cells = [row[place[known.source]] for row in shape.sample if len(row) == width]
        cells = [cell for cell in cells if cell]
        if cells and all(_WHOLE.fullmatch(cell) for cell in cells):
            types[known.source] = pa.int64()
        elif cells and all(_NUMBER.fullmatch(cell) for cell in cells):
            types[known.source] = pa.float64()
    return types


def _demoted(types: dict[str, pa.DataType], name: str) -> dict[str, pa.DataType]:
    """Return the types with one column given up: whole numbers become any numbers, these become texts (all do)."""
    if types[name] == pa.int64():
        return {**types, name: pa.float64()}
    return dict.fromkeys(types, pa.large_string())


def _texts(table: pa.Table) -> list[pa.ChunkedArray]:
    return [column for column in table.columns if pa.types.is_large_string(column.type)]


def _is_damaged(table: pa.Table, separator: str) -> bool:
    """Return whether zero bytes stand in a table, or a quote that was never closed made whole rows part of a cell."""
    width = table.num_columns
    for place, column in enumerate(table.columns):
        if not pa.types.is_large_string(column.type):
            continue
        if holds_any(column, b"\0"):
            return True
        if width > 1 and holds_any(column, b"\n", b"\r"):
            suspect = column.take(pa.array(rows_holding(column, b"\n", b"\r"))).to_pylist()
            if any(may_hold_rows(cell, place, width, separator) for cell in suspect):
                return True
    return False


def _typed_rows(table: pa.Table, shape: Shape) -> pa.Table:
    """Return a table of texts with the columns cast that `_types` and every cell allow."""
    for name, kind in _types(shape).items():
        if not pa.types.is_large_string(kind):
            cast = _cast(table[name], kind)
            if cast is None and kind == pa.int64():
                cast = _cast(table[name], pa.float64())
            if cast is not None:
                table = table.set_column(table.column_names.index(name), name, cast)
    return table


def _cast(texts: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.large_string()), texts)
    with suppress(pa.ArrowInvalid):
        return filled.cast(kind)
    return None


def _frame(table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """Return the table in pandas; columns that are recognized as texts stay texts, others are typed where safe."""
    kept = {known.source for canonical, known in recognize(names).items() if canonical in TEXT_COLUMNS}
    index = pd.RangeIndex(table.num_rows)
    numeric = [name for name in names if not pa.types.is_large_string(table[name].type)]
    numbers = table.select(numeric).to_pandas(split_blocks=True)
    columns = {}
    for name in names:
        if name in numbers:
            columns[name] = numbers[name]
        else:
            columns[name] = to_series(table[name], index) if name in kept else _typed(table[name], index)
    return pd.DataFrame(columns, index=index, copy=False)


def typed_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text columns turned into numbers where that loses nothing.

    A column of texts becomes integers or floats when every non-empty cell is a number written without
    leading zeros (a code like 007 stays text). Other columns pass unchanged.
    """
    typed = {
        name: _typed(to_arrow(table[name]), table.index)
        if isinstance(table[name].dtype, pd.StringDtype)
        else table[name]
        for name in table.columns
    }
    return pd.DataFrame(typed, index=table.index, copy=False)


def _typed(texts: pa.ChunkedArray, index: pd.Index) -> pd.Series:
    unchanged = to_series(texts, index)
    if not _numbers_at_first(texts):
        return unchanged
    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.large_string()), texts)
    if filled.null_count == len(filled) or pc.any(pc.match_substring_regex(filled, r"^[+-]?0\d")).as_py():
        return unchanged
    for kind in (pa.int64(), pa.float64()):
        numbers = _cast(texts, kind)
        if numbers is None:
            continue
        if kind == pa.int64() and numbers.null_count and _widest(numbers) > _EXACT:
            return pd.Series(numbers.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get).array, index)
        if kind == pa.float64() and pc.any(pc.match_substring_regex(filled, r"^[+-]?\d{16,}$")).as_py():
            return unchanged  # ids longer than any integer type: as floats, different ones would become equal
        return pd.Series(
            np.asarray(numbers.to_numpy()), index, copy=False
        )  # int64, or float64 with NaN for empty cells
    return unchanged


def _numbers_at_first(texts: pa.ChunkedArray) -> bool:
    """Return whether the first cells that are not empty are numbers."""
    first = [cell for cell in texts.slice(0, 1_000).to_pylist() if cell]
    if not first and len(texts) > 1_000:
        first = [cell for cell in pc.unique(texts).slice(0, 1_000).to_pylist() if cell]
    return bool(first) and _cast(pa.chunked_array([first], type=pa.large_string()), pa.float64()) is not None


def _widest(numbers: pa.ChunkedArray) -> int:
    ends = pc.min_max(numbers)
    return max(abs(int(ends["min"].as_py())), abs(int(ends["max"].as_py())))


def _mojibake(where: str, table: pa.Table) -> str:
    """Return a sentence on texts that were damaged before they came here; '' where there are none."""
    count, example = 0, ""
    for column in _texts(table):
        if not pairs_beyond_ascii(column) & MOJIBAKE_PAIRS:
            continue
        damaged = pc.match_substring_regex(column, MOJIBAKE)
        n = pc.sum(damaged).as_py() or 0
        if n:
            example = example or column.filter(damaged)[0].as_py()[:40]
            count += n
    if not count:
        return ""
    cells = "cell holds" if count == 1 else "cells hold"
    return (
        f"{count:,} {cells} characters damaged before they came here (mojibake), such as {example!r}; left as they are."
    )


def _no_rows(where: str, names: Sequence[str]) -> str:
    shown = ", ".join(name.split("\n")[0][:40] for name in names[:40]) + (", …" if len(names) > 40 else "")
    return f"{where}: there are no rows, only a header: {shown}. Expected a row per track below it."

"""Reads Parquet and Feather (Arrow IPC) files, and turns Arrow tables of any source into plain columns.

Objects (structs) become columns ``outer.inner``; dictionaries are decoded; lists stay. What the columns mean is
not looked at here.
"""

import datetime
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from songatlas.errors import DataError

from .memory import available_bytes, refuse_too_large
from .raw import RawTable
from .raw_columns import MOST_COLUMNS, bytes_text, clock_text, column, frame_of_columns

_FACTOR = 3  # bytes of memory that reading takes for each byte of decoded columns
_EXACT = 1 << 53  # whole numbers up to here are exact as float64
_LEVELS = 16
_ERRORS = (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, KeyError)
_INDEX = "__index_level_"  # how pandas calls an index without a name


def read_parquet_file(path: Path) -> RawTable:
    """Return the table in a Parquet file.

    Raises
    ------
    DataError
        When the file is damaged, encrypted, has no columns, or does not fit into the free memory.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:  # read_table would add columns for folders named key=3
            groups = [file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)]
            cells = 8 * file.metadata.num_rows * file.metadata.num_columns
            refuse_too_large(str(path), max(sum(groups), cells), factor=_FACTOR)
            table = file.read()
        frame = frame_of_arrow(str(path), table)
    except DataError:
        raise
    except (*_ERRORS, NotImplementedError) as err:
        raise DataError(f"{path}: starts like a Parquet file but cannot be read ({_short(err)}).") from err
    if not len(frame.columns):
        raise DataError(f"{path}: this Parquet file has no columns.")
    return RawTable(str(path), path.name, frame, facts={"format": "Parquet"})


def read_feather(path: Path) -> RawTable:
    """Return the table in a Feather or Arrow IPC file, or in an Arrow IPC stream.

    Raises
    ------
    DataError
        When the file is damaged, has no columns, or does not fit into the free memory.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(6)
        if start.startswith(b"FEA1"):
            table, kind = _feather_of_version_1(path), "Feather 1"
        else:
            is_file = start == b"ARROW1"
            table, kind = _ipc_table(path, is_file=is_file), "Feather" if is_file else "Arrow stream"
        frame = frame_of_arrow(str(path), table)
    except DataError:
        raise
    except (*_ERRORS, NotImplementedError) as err:
        raise DataError(f"{path}: starts like an Arrow (Feather) file but cannot be read ({_short(err)}).") from err
    if not len(frame.columns):
        raise DataError(f"{path}: this Feather file has no columns.")
    return RawTable(str(path), path.name, frame, facts={"format": kind})


def frame_of_arrow(where: str, table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as plain columns under unique names.

    Raises
    ------
    DataError
        When a column has a type that cannot be read.
    """
    names, arrays = _flat(where, table)
    columns = []
    for name, array in zip(names, arrays, strict=True):
        try:
            columns.append(plain_column(array))
        except (*_ERRORS, NotImplementedError) as err:
            raise DataError(
                f"{where}: column {name!r} of type {array.type} cannot be read ({_short(err)}). Leave it out, or "
                "convert it to numbers or texts."
            ) from err
    return frame_of_columns(names, columns, table.num_rows)


def plain_column(array: pa.ChunkedArray) -> pd.Series:
    """Return an Arrow column as numbers, flags, texts ('' for missing), dates and times as they are, or lists."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.cast(kind.value_type), kind.value_type
    if pa.types.is_decimal(kind):
        array = _without_decimals(array)
        kind = array.type
    if _is_text(kind):
        texts: pd.Series = _sound_texts(array.cast(pa.large_string()).fill_null("")).to_pandas()
        return texts.astype("str")
    if pa.types.is_null(kind):
        return pd.Series([""] * len(array), dtype="str")
    if pa.types.is_integer(kind) and array.null_count and _widest(array) > _EXACT:
        name = str(kind).replace("uint", "UInt").replace("int", "Int")
        return pd.Series(array.to_pylist(), dtype=name if name.startswith("U") else name.capitalize())
    if pa.types.is_boolean(kind) and array.null_count:
        return pd.Series(array.to_pylist(), dtype="boolean")
    if pa.types.is_float16(kind):
        array = array.cast(pa.float32())
    convert = _converter(kind)
    if convert is not None:
        return column([None if value is None else convert(value) for value in array.to_pylist()])
    values: pd.Series = array.to_pandas()
    return values


def _sound_texts(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts that are UTF-8 throughout: bytes that are not become \ufffd."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        cells = array.cast(pa.large_binary()).to_pylist()
        return pa.chunked_array([[cell.decode("utf-8", "replace") for cell in cells]], type=pa.large_string())
    return array


def _converter(kind: pa.DataType) -> Any:
    """Return what turns a Python value of this type into a text, or None where pandas has the type itself."""
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return bytes_text
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return lambda value: clock_text(value.to_pytimedelta() if isinstance(value, pd.Timedelta) else value)
    if pa.types.is_date(kind):
        return lambda value: value.isoformat()
    return _interval_text if pa.types.is_interval(kind) else None


def _interval_text(value: Any) -> str:
    if value.months:
        return f"{value.months} months, {value.days} days"
    return clock_text(datetime.timedelta(days=value.days, microseconds=value.nanoseconds // 1_000))


def _without_decimals(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return decimals as floats, without digits after the point as whole numbers, as texts where those overflow."""
    if array.type.scale > 0:
        return array.cast(pa.float64())
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        return array.cast(pa.large_string())


def _flat(where: str, table: pa.Table) -> tuple[list[str], list[pa.ChunkedArray]]:
    """Return names and columns without structs, and without a pandas index that only numbers the rows."""
    for _ in range(_LEVELS):
        if not any(pa.types.is_struct(kind) for kind in table.schema.types):
            break
        table = table.flatten()
        if table.num_columns > MOST_COLUMNS:
            raise DataError(f"{where}: more than {MOST_COLUMNS:,} columns. Is this a table of tracks?")
    kept = [
        place
        for place, field in enumerate(table.schema)
        if not (field.name.startswith(_INDEX) and pa.types.is_integer(field.type))
    ]
    return [table.schema.names[place] for place in kept], [table.column(place) for place in kept]


def collected_batches(where: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Return the batches as a table; raises DataError when the free memory ends."""
    available, taken, kept = available_bytes(), 0, []
    for batch in batches:
        taken += batch.nbytes
        refuse_too_large(where, taken, factor=_FACTOR, available=available)
        kept.append(batch)
    return pa.Table.from_batches(kept, schema=schema)


def _ipc_table(path: Path, *, is_file: bool) -> pa.Table:
    with pa.OSFile(str(path), "rb") as stream:
        reader = pa.ipc.open_file(stream) if is_file else pa.ipc.open_stream(stream)
        batches = (reader.get_batch(i) for i in range(reader.num_record_batches)) if is_file else reader
        return collected_batches(str(path), batches, reader.schema)


def _feather_of_version_1(path: Path) -> pa.Table:
    from pyarrow import feather

    refuse_too_large(str(path), path.stat().st_size, factor=_FACTOR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that this version is deprecated: it concerns those who write it
            return feather.read_table(path, memory_map=False)
    except _ERRORS as err:
        raise DataError(
            f"{path}: a Feather file of version 1, which cannot be read here ({_short(err)}). Convert it to Parquet "
            "where it was made: pandas.read_feather(…).to_parquet(…)."
        ) from err


def _widest(array: pa.ChunkedArray) -> int:
    ends = pc.min_max(array)
    return max(abs(int(ends["min"].as_py() or 0)), abs(int(ends["max"].as_py() or 0)))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _short(err: Exception) -> str:
    return " ".join(str(err).split())[:160]

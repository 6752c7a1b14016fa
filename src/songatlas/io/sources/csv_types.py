"""Finds the type of each column of a CSV file, without losing a character.

Recognized number columns become numbers where all of their cells are; other columns only where a number says all that
the text said (a code like 007 stays text).
"""

import re
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from songatlas.io.columns.arrow_text import to_series
from songatlas.io.columns.dialects import recognize
from songatlas.schema import FEATURE_NAMES, NUMBER_COLUMNS, TEXT_COLUMNS

from .csv_shape import Shape

_EXACT = 1 << 53  # whole numbers up to here are exact as float64
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


def column_types(shape: Shape) -> dict[str, pa.DataType]:
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


def demoted(types: dict[str, pa.DataType], name: str) -> dict[str, pa.DataType]:
    """Return the types with one column given up: whole numbers become any numbers, these become texts (all do)."""
    if types[name] == pa.int64():
        return {**types, name: pa.float64()}
    return dict.fromkeys(types, pa.large_string())


def typed_rows(table: pa.Table, shape: Shape) -> pa.Table:
    """Return a table of texts with the columns cast that `column_types` and every cell allow."""
    for name, kind in column_types(shape).items():
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


def typed_frame(table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
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

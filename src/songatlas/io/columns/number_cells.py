"""Reads the cells of number columns: which decimal mark they have, and the units that are written in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from songatlas.results import FloatArray
from songatlas.schema import FEATURE_NAMES

from .durations import has_clock, read_clocks
from .numbers import Marks, Numbers, choose_mark, count_marks, numeric_values, read_numbers, text_cells
from .texts import plain_texts

_MS = {"ms": 1, "msec": 1, "millisecond": 1, "s": 1e3, "sec": 1e3, "second": 1e3, "min": 6e4, "minute": 6e4}
_LOOKED_AT = 10_000  # values that show whether a numeric column has decimals


@dataclass
class NumberColumn:
    """A number column on its way to canonical units.

    Attributes
    ----------
    source : Series
    hint : str
        What name or cells say of the unit: 'percent', 'percent sign', 'ms', 's', 'min', 'LUFS' …
    texts : ChunkedArray or None
        The cells, where they are no numbers already.
    values : ndarray of shape (n_rows,)
    unreadable : ndarray of shape (n_rows,), bool
    as_written : bool
        Whether the values are milliseconds already, because every cell said its unit.
    with_unit : ndarray of shape (n_rows,), bool, or None
        The cells of a duration that said their unit (and are milliseconds), where others did not.
    notes : list of str
    """

    source: pd.Series
    hint: str
    texts: pa.ChunkedArray | None
    values: FloatArray
    unreadable: NDArray[np.bool_]
    as_written: bool = False
    with_unit: NDArray[np.bool_] | None = None
    notes: list[str] = field(default_factory=list)


def number_cells(sources: Mapping[str, tuple[pd.Series, str]]) -> tuple[dict[str, NumberColumn], str]:
    """Return number columns read as numbers, and what is said of the file's decimal mark.

    Parameters
    ----------
    sources : mapping of canonical name to (source column, hint of its name)
    """
    texts = {n: text_cells(s) for n, (s, _) in sources.items() if not pd.api.types.is_numeric_dtype(s.dtype)}
    clocks = {n for n in texts if n == "duration_ms" and has_clock(texts[n])}
    plain = {n: read_numbers(t) for n, t in texts.items() if n not in clocks}
    odd = {n: count_marks(texts[n]) for n, read in plain.items() if read.unreadable.any() or _may_mislead(texts[n])}
    points = any(_has_decimals(s) for s, _ in sources.values()) or any(m.points for m in odd.values())
    comma_file = any(m.commas for m in odd.values()) and not points
    columns, told = {}, ""
    for name, (source, hint) in sources.items():
        if name in clocks:
            columns[name] = _clock_column(source, plain_texts(texts[name]))
        elif name not in texts:
            columns[name] = NumberColumn(source, hint, None, _numeric(source), np.zeros(0, dtype=bool))
        else:
            read, note, example = _marked(name, texts[name], plain[name], odd.get(name), comma_file, points)
            told = told or example
            columns[name] = _with_units(
                name, NumberColumn(source, hint, texts[name], read.values, read.unreadable), read
            )
            columns[name].notes += [note] if note else []
    return columns, told


def _may_mislead(texts: pa.ChunkedArray) -> bool:
    """Return whether commas stand in the cells, which may be decimal marks or part thousands."""
    return any(b"," in (buffer or b"") for buffer in (bytes(part.buffers()[2] or b"") for part in texts.chunks))


def _marked(
    name: str, texts: pa.ChunkedArray, plain: Numbers, own: Marks | None, comma_file: bool, point_file: bool
) -> tuple[Numbers, str, str]:
    """Return a column read with its decimal mark, a note where both marks are used, and what is said of a comma."""
    if own is None:
        return plain, "", ""
    thousands = name not in FEATURE_NAMES
    mark, mixed = choose_mark(own, comma_file=comma_file, point_file=point_file, may_be_thousands=thousands)
    if name == "duration_ms" and not own.commas:
        mixed = False  # milliseconds and long seconds do go into the thousands
    read = plain if mark == "." and not mixed else read_numbers(texts, mark, mixed=mixed)
    note = ""
    if mixed:
        other = "comma" if mark == "." else "point"
        note = (
            f"{name}: decimal points and decimal commas are mixed. Numbers with a {other} are read only where they "
            "cannot be thousands."
        )
    example = own.example or next((t for t in texts.slice(0, 1_000).to_pylist() if "," in t), "")
    return read, note, f"a comma is the decimal mark (as in {example!r})" if mark == "," else ""


def _with_units(name: str, column: NumberColumn, read: Numbers) -> NumberColumn:
    """Return the column with the units that its cells say applied, or noted where all say the same."""
    if read.units is None:
        return column
    known = np.isfinite(read.values)
    said = known & (read.units != "")
    everywhere = bool((said == known).all())
    if name == "duration_ms":
        factors = np.array([_MS.get(str(unit).rstrip("s"), _MS.get(str(unit), 1.0)) for unit in read.units])
        column.values = np.where(said, read.values * factors, read.values)
        column.as_written, column.with_unit = everywhere, None if everywhere else said
    elif (said & (read.units == "%")).any():
        percent = said & (read.units == "%")
        if bool((percent == known).all()):
            column.hint = "percent sign"
        else:
            column.values = np.where(percent, read.values / 100, read.values)
            column.notes.append(
                f"{name}: {int(percent.sum()):,} cells have a percent sign, the others are read without."
            )
    elif (said & (read.units == "lufs")).sum() > known.sum() / 2:
        column.hint = "LUFS"
    return column


def is_plain(source: pd.Series) -> bool:
    """Return whether a column is a NumPy column of numbers, which keeps its type."""
    return isinstance(source.dtype, np.dtype) and source.dtype.kind in "iuf"


def _numeric(source: pd.Series) -> FloatArray:
    return numeric_values(source.astype("float64") if pd.api.types.is_bool_dtype(source.dtype) else source)


def _clock_column(source: pd.Series, texts: pa.ChunkedArray) -> NumberColumn:
    values, bad, note = read_clocks(texts)
    return NumberColumn(source, "clock", texts, values, bad, as_written=True, notes=[note] if note else [])


def _has_decimals(source: pd.Series) -> bool:
    """Return whether a numeric column holds numbers that are not whole."""
    if not pd.api.types.is_float_dtype(source.dtype):
        return False
    values = numeric_values(source)[:_LOOKED_AT]
    return bool((values[np.isfinite(values)] % 1 != 0).any())

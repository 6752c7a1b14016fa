"""Builds the columns of a `RawTable` from plain Python values, as JSON, workbooks and databases hand them out.

Types are kept where a whole column has one; nothing is parsed: a number written as text stays text.
"""

import datetime
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from songatlas.errors import DataError

MOST_COLUMNS = 5_000
_EXACT = 1 << 53  # whole numbers up to here are exact as float64
_LEVELS = 16  # objects nested deeper than this stay as they are
_PLAIN = (str, float, int, bool, list, dict, type(None))
_WHOLE = (list, tuple, dict, set, np.ndarray)  # cells that are no single value


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names stripped, with '.1', '.2' added to repeated ones, and 'unnamed_N' for empty ones.

    Examples
    --------
    >>> unique_names(["id", " id", "", "id"])
    ['id', 'id.1', 'unnamed_2', 'id.2']
    """
    taken: set[str] = set()
    last: dict[str, int] = {}  # the number behind a base that was given last: thousands of equal names stay quick
    out = []
    for place, name in enumerate(names):
        base = unique = storable(name).strip() or f"unnamed_{place}"
        while unique in taken:
            last[base] = last.get(base, 0) + 1
            unique = f"{base}.{last[base]}"
        taken.add(unique)
        out.append(unique)
    return out


def frame_of_columns(names: Sequence[str], columns: Sequence[pd.Series], n_rows: int) -> pd.DataFrame:
    """Return the columns as a table, under unique names."""
    return pd.DataFrame(dict(zip(unique_names(names), columns, strict=True)), index=pd.RangeIndex(n_rows))


def flattened(where: str, entries: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return the names and the values of the columns in a list of objects, a value per object and column.

    Objects inside become columns of their own, named ``outer.inner``; lists stay.

    Raises
    ------
    DataError
        When there are more than `MOST_COLUMNS` names: the keys are values then, and this is no table.
    """
    names: list[str] = []
    columns: list[list[Any]] = []
    _expand(where, "", entries, names, columns, _LEVELS)
    return names, columns


def _expand(
    where: str,
    prefix: str,
    entries: Sequence[Mapping[str, Any] | None],
    names: list[str],
    columns: list[list[Any]],
    levels: int,
) -> None:
    keys: dict[str, None] = {}
    for entry in entries:
        if entry:
            keys.update(dict.fromkeys(entry))
    if len(names) + len(keys) > MOST_COLUMNS:
        first = ", ".join(repr(str(key))[:40] for key in list(keys)[:3])
        raise DataError(
            f"{where}: the objects have more than {MOST_COLUMNS:,} different keys ({first}, …). Expected a list of "
            "objects, one per track, with the same keys in each."
        )
    for key in keys:
        values = [entry.get(key) if entry else None for entry in entries]
        kinds = set(map(type, values)) - {type(None)}
        if kinds == {dict} and levels > 0:
            if not any(values):  # only empty objects
                continue
            _expand(where, f"{prefix}{key}.", values, names, columns, levels - 1)
        else:
            names.append(f"{prefix}{key}")
            columns.append(values)


def column(values: Sequence[Any]) -> pd.Series:
    """Return values as a column: int64, float64, booleans or texts where all are, texts where they are mixed.

    Missing is NaN among numbers, '' among texts, and NA among booleans. Whole numbers stay exact: as Int64 where
    some are missing, as texts where 64 bits do not hold them. Dates become ISO texts, decimals floats, bytes texts.
    """
    kinds = set(map(type, values))
    if not kinds <= set(_PLAIN):
        values = [_plain(value) for value in values]
        kinds = set(map(type, values))
    missing = type(None) in kinds
    kinds.discard(type(None))
    if kinds & set(_WHOLE):
        return pd.Series(_objects(values), dtype=object)
    if kinds == {bool}:
        return pd.Series(list(values), dtype="boolean" if missing else "bool")
    if kinds == {int}:
        return _whole_numbers(values, missing)
    if kinds and kinds <= {int, float} and (int not in kinds or _all_exact(values)):
        return pd.Series([np.nan if v is None else v for v in values], dtype="float64")
    return pd.Series([_text(v) for v in values], dtype="str")


def part(values: Sequence[Any]) -> pd.Series:
    """Return values as a part of a column for `joined`: as `column` does, but whole numbers never as floats."""
    made = column(values)
    if made.dtype == np.float64 and not set(map(type, values)) - {int, type(None)}:
        return pd.Series(list(values), dtype="Int64")
    return made


def joined(parts: Sequence[pd.Series]) -> pd.Series:
    """Return the parts of a column, each made by `part`, as one column, typed as if made at once."""
    parts = [values for values in parts if len(values)] or list(parts[:1])
    typed = [values for values in parts if not _is_blank(values)]
    kinds = {str(values.dtype) for values in typed}
    if (
        len(kinds) == 1
        and kinds <= {"int64", "bool", "float64", "str", "object"}
        and (len(typed) == len(parts) or kinds <= {"float64", "str"})
    ):
        kind = typed[0].dtype
        blank = "" if isinstance(kind, pd.StringDtype) else np.nan
        filled = [pd.Series([blank] * len(p), dtype=kind) if _is_blank(p) else p for p in parts]
        return pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    return column([value for values in parts for value in _values(values)])


def storable(text: str) -> str:
    """Return text that UTF-8 can hold: halves of surrogate pairs become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def clock_text(value: datetime.time | datetime.timedelta) -> str:
    """Return a time of day or a span as 'h:mm:ss', with a fraction where it has one.

    Examples
    --------
    >>> clock_text(datetime.time(3, 45)), clock_text(datetime.timedelta(seconds=225.5))
    ('3:45:00', '0:03:45.5')
    """
    if isinstance(value, datetime.time):
        value = datetime.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
    micros = value // datetime.timedelta(microseconds=1)
    seconds, fraction = divmod(abs(micros), 1_000_000)
    minutes, second = divmod(seconds, 60)
    text = f"{'-' if micros < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{second:02d}"
    return text + (f".{fraction:06d}".rstrip("0") if fraction else "")


def bytes_text(value: bytes) -> str:
    """Return bytes as the text they are in UTF-8, else as hexadecimal digits."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


def _plain(value: Any) -> Any:
    """Return a driver's value as text, number, flag, list or object."""
    if value is None or isinstance(value, (str, bool, list, dict)):
        return value
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, decimal.Decimal):
        return _from_decimal(value)
    if isinstance(value, datetime.datetime):
        return str(value.date()) if value.time() == datetime.time() and not value.tzinfo else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (datetime.time, datetime.timedelta)):
        return clock_text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes_text(bytes(value))
    if isinstance(value, np.generic):
        return _plain(value.item())
    return list(value) if isinstance(value, (tuple, set, frozenset, np.ndarray)) else str(value)


def _from_decimal(value: decimal.Decimal) -> int | float:
    if value.is_snan():
        return float("nan")
    return int(value) if value.is_finite() and value.as_tuple().exponent == 0 else float(value)


def _objects(values: Sequence[Any]) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):  # at once, NumPy would take lists of one length for rows
        cells[place] = value
    return cells


def _whole_numbers(values: Sequence[Any], missing: bool) -> pd.Series:
    if not missing:
        try:
            return pd.Series(np.array(values, dtype="int64"))
        except OverflowError:
            return pd.Series([str(v) for v in values], dtype="str")
    if _all_exact(values):
        return pd.Series([np.nan if v is None else v for v in values], dtype="float64")
    if all(v is None or -(1 << 63) <= v < 1 << 63 for v in values):
        return pd.Series(list(values), dtype="Int64")
    return pd.Series([_text(v) for v in values], dtype="str")


def _all_exact(values: Iterable[Any]) -> bool:
    return all(not isinstance(v, int) or -_EXACT <= v <= _EXACT for v in values)


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return storable(value) if isinstance(value, str) else str(value)


def _is_blank(part: pd.Series) -> bool:
    return isinstance(part.dtype, pd.StringDtype) and bool((part == "").all())


def _values(part: pd.Series) -> list[Any]:
    """Return the values of a part as Python values, None where missing."""
    if isinstance(part.dtype, pd.StringDtype):
        return [value or None for value in part]
    return (
        [None if v is None or v is pd.NA or v != v else v for v in part.tolist()] if part.dtype != object else [*part]
    )

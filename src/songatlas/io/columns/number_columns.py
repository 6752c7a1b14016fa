"""Reads the number columns of one table: feature columns in their units, and flags, keys and counts.

Each column comes back as a `Read` with the unit it was in and the evidence. Decisions that concern the whole file
(decimal mark, percent or 0–1) are made once, over all columns.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songatlas.schema import FEATURE_NAMES

from .arrow_text import to_arrow
from .dialects import Recognized, missing_words, normalize_name
from .fractions import FRACTIONS, fraction_units
from .musical_keys import read_key, read_mode, read_time_signature
from .number_cells import NumberColumn, is_plain, number_cells
from .numbers import Unreadable, count_unreadable, numeric_values, text_cells
from .texts import plain_texts, years
from .units import Unit, duration_unit, loudness_unit, tempo_unit

_TRUE = frozenset(("1", "1.0", "true", "yes", "y", "t", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "vero", "waar"))
_FALSE = frozenset(("0", "0.0", "false", "no", "n", "f", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee"))
_TRUE |= {"explicit"}
_FALSE |= {"clean", "notexplicit"}
_ENOUGH_NOTES = 8  # with so many of the twelve notes named, one that never appears is the blank


@dataclass
class Read:
    """One column as it was read.

    ``notes`` are sentences for a DataWarning, ``unit`` and ``why`` go into the account.
    """

    values: pd.Series
    unit: str = ""
    why: str = ""
    unreadable: Unreadable | None = None
    notes: list[str] = field(default_factory=list)


def read_number_columns(
    table: pd.DataFrame, found: Mapping[str, Recognized], where: str
) -> tuple[dict[str, Read], str]:
    """Return the recognized number columns of one table in canonical units, and how decimals were written.

    Parameters
    ----------
    table : DataFrame
    found : mapping of canonical name to Recognized
        Text columns in it are passed over.
    where : str
        How messages name the table.

    Raises
    ------
    DataError
        When a column is on a scale that cannot be brought to the canonical one.
    """
    special = {"explicit": _flags, "mode": _modes, "time_signature": _time_signatures, "year": _years}
    plain = [name for name in found if name in FEATURE_NAMES or name in _PLAIN_NUMBERS]
    columns, mark = number_cells({name: (table[found[name].source], found[name].hint) for name in plain})
    read = _features({name: c for name, c in columns.items() if name in FEATURE_NAMES}, where)
    read |= {name: _count(c) for name, c in columns.items() if name not in FEATURE_NAMES}
    for name, reader in special.items():
        if name in found:
            read[name] = reader(table[found[name].source])
    if "key" in found:
        read |= _keys(table[found["key"].source], "mode" in read)
    camelot = next((c for c in table.columns if normalize_name(str(c)) == "camelot"), None)
    if "mode" not in read and camelot is not None:
        read |= {name: mode for name, mode in _keys(table[camelot], False).items() if name == "mode"}
    for name in read:
        if name not in FEATURE_NAMES:
            read[name] = _finite(read[name])
    return read, mark


_PLAIN_NUMBERS = ("decade", "popularity", "artist_popularity", "followers")


def _features(columns: Mapping[str, NumberColumn], where: str) -> dict[str, Read]:
    values = {name: column.values for name, column in columns.items()}
    hints = {name: column.hint for name, column in columns.items()}
    fractions = {name: values[name] for name in FRACTIONS if name in columns}
    units = fraction_units(fractions, hints, where) if fractions else {}
    if "loudness" in columns:
        units["loudness"] = loudness_unit(values["loudness"], hints["loudness"], where)
    if "tempo" in columns:
        units["tempo"] = tempo_unit(values["tempo"], where)
    if "duration_ms" in columns:
        units["duration_ms"] = _duration(columns["duration_ms"], where)
    return {name: _read(column, units[name]) for name, column in columns.items()}


def _duration(column: NumberColumn, where: str) -> Unit:
    """Return the unit of durations; where some cells carry their own, these are brought to it."""
    if column.as_written:
        return duration_unit(column.values, "clock", where, clocked=True)
    if column.with_unit is None:
        return duration_unit(column.values, column.hint, where)
    plain = np.where(column.with_unit, np.nan, column.values)
    unit = duration_unit(plain, column.hint, where)
    column.values = np.where(column.with_unit, column.values / unit.factor, column.values)
    return unit


def _read(column: NumberColumn, unit: Unit) -> Read:
    read = _count(column)
    if unit.factor != 1.0:
        read.values = pd.Series(_scaled(column.values, unit.factor), column.source.index)
    values = numeric_values(read.values)
    if unit.clip:
        read.values = pd.Series(np.where((values > 1) & (values <= 1.5), 1.0, values), column.source.index)
    if unit.missing is not None and unit.missing.any():
        read.values = pd.Series(np.where(unit.missing, np.nan, values), column.source.index)
    read.notes += [note for note in (unit.note, *column.notes) if note]
    return replace(read, unit=unit.name, why=unit.why)


def _scaled(values: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return values times the factor; percent by division, which keeps 57 % at .57 exactly."""
    return values / 100 if factor == 0.01 else values * factor


def _count(column: NumberColumn) -> Read:
    """Return a number column as it stands: a numeric column keeps its type."""
    source = column.source
    if column.texts is None and is_plain(source):
        return Read(source)
    bad = count_unreadable(column.texts, column.unreadable) if column.texts is not None else None
    return Read(pd.Series(column.values, source.index), unreadable=bad)


def _finite(read: Read) -> Read:
    """Return a column with its infinities missing, and counted as unreadable."""
    if pd.api.types.is_integer_dtype(read.values.dtype):
        return read
    infinite = np.isinf(numeric_values(read.values))
    if not infinite.any():
        return read
    known = read.unreadable or Unreadable(0, ())
    examples = dict.fromkeys([*known.examples, *(str(v) for v in read.values[infinite].head(50))])
    counted = Unreadable(known.count + int(infinite.sum()), tuple(examples)[:3])
    return replace(read, values=read.values.astype("float64").mask(infinite), unreadable=counted)


def _by_word(source: pd.Series, convert: Callable[[str], float | None]) -> Read:
    """Return a column with each distinct text converted; what cannot be is counted."""
    texts = plain_texts(text_cells(source))
    known = {text: convert(text) for text in pc.unique(texts).to_pylist() if text}
    cells = texts.to_pylist()
    values = np.array([np.nan if known.get(cell) is None else known[cell] for cell in cells], dtype=np.float64)
    bad = np.array([bool(cell) and known[cell] is None for cell in cells], dtype=bool)
    return Read(pd.Series(values, source.index), unreadable=count_unreadable(texts, bad))


def _flags(source: pd.Series) -> Read:
    if is_plain(source):
        return Read(source)
    if pd.api.types.is_bool_dtype(source.dtype):
        return Read(pd.Series(numeric_values(source.astype("Float64")), source.index))

    def flag(text: str) -> float | None:
        word = text.casefold()
        return 1.0 if word in _TRUE else 0.0 if word in _FALSE else None

    return _by_word(source, flag)


def _modes(source: pd.Series) -> Read:
    return _within(source, 0, 1, "mode") if is_plain(source) else _by_word(source, read_mode)


def _time_signatures(source: pd.Series) -> Read:
    """Return the beats of a bar; 0 means that none was found, so it is missing."""
    if not is_plain(source):
        return _by_word(
            source,
            lambda text: read_time_signature(text) or (np.nan if re.fullmatch(r"0(\.0*)?|0/\d+", text) else None),
        )
    return _without(source, source == 0)


def _years(source: pd.Series) -> Read:
    """Return years; 0 and the like mean that none is known, and dates give their year."""
    if is_plain(source):
        beyond = source[source > 9999]
        read = _without(source, (source < 1000) | (source > 9999))
        if len(beyond):
            read.unreadable = Unreadable(len(beyond), tuple(dict.fromkeys(map(str, beyond.head(50))))[:3])
        return read
    read = Read(years(source))
    texts = text_cells(source)
    empty = pc.is_in(
        pc.utf8_lower(texts), value_set=pa.array(sorted({*missing_words(), "0", "0000"}), pa.large_string())
    )
    bad = read.values.isna().to_numpy() & ~np.asarray(empty)
    return replace(read, unreadable=count_unreadable(texts, bad))


def _within(source: pd.Series, low: int, high: int, name: str) -> Read:
    """Return a numeric column whose values beyond a range are missing, and say so."""
    beyond = (source < low) | (source > high)
    read = _without(source, beyond)
    n = int(beyond.sum())
    if n:
        shifted = " If they go from 1 to 12, every key is one too high." if name == "key" and source.max() == 12 else ""
        read.notes.append(f"{name}: {n:,} values beyond {low} to {high} count as missing.{shifted}")
    return read


def _without(source: pd.Series, missing: pd.Series) -> Read:
    """Return a numeric column with some values missing; as it is where none is (missing ones stay missing)."""
    missing = missing & source.notna()
    return Read(source.astype("float64").mask(missing)) if bool(missing.any()) else Read(source)


def _keys(source: pd.Series, has_mode: bool) -> dict[str, Read]:
    """Return the key as pitch classes (−1 is missing), and the mode where only the key says it."""
    if is_plain(source):
        read = _within(source.mask(source == -1) if bool((source == -1).any()) else source, 0, 11, "key")
        return {"key": read}
    texts = plain_texts(text_cells(source))
    known = {text: read_key(text) for text in pc.unique(texts).to_pylist() if text and text not in ("-1", "-1.0")}
    pitches = {text: key[0] for text, key in known.items() if key}
    read = _by_word(
        source, lambda text: float(pitches[text]) if text in pitches else np.nan if text in ("-1", "-1.0") else None
    )
    blank = pc.equal(to_arrow(source) if isinstance(source.dtype, pd.StringDtype) else texts, "").to_numpy()
    named = set(pitches.values())
    if blank.any() and len(named) >= _ENOUGH_NOTES and 0 not in named and not any(t[:1].isdigit() for t in pitches):
        read.values = read.values.mask(blank, 0.0)
        read.notes.append(f"key: {int(blank.sum()):,} empty cells are read as C, which is otherwise absent.")
        read.why = "note names; an empty cell is C, which is otherwise absent"
    modes = {text: key[1] for text, key in known.items() if key and key[1] is not None}
    found = {"key": read}
    if modes and not has_mode:
        found["mode"] = _by_word(source, lambda text: float(modes[text]) if text in modes else np.nan)
        found["mode"].why = "from the key"
    return found

"""Brings recognized columns into canonical form: numbers as numbers, ids bare, lists as text, years from dates.

Nothing is guessed or filled in: a cell that cannot be read becomes missing and is counted, with examples.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from songatlas.schema import FEATURE_NAMES, NUMBER_COLUMNS

from .dialects import missing_words

_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_TRUE, _FALSE = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no"}


@dataclass(frozen=True)
class Unreadable:
    """Cells of one column that could not be read: how many, and the first few."""

    count: int
    examples: tuple[str, ...]


def convert_column(canonical: str, values: pd.Series) -> tuple[pd.Series, Unreadable | None]:
    """Return the column in canonical form, and what could not be read.

    Numbers become float64 (a numeric column keeps its type), text columns become text with '' for missing,
    several artists or genres are joined by '; ' and ';'.
    """
    if canonical in FEATURE_NAMES:
        return to_numbers(values)
    if canonical == "explicit":
        return _finite(*to_flags(values))
    if canonical in NUMBER_COLUMNS:
        return _finite(*to_numbers(values))
    convert: Callable[[Any], str] = {
        "track_id": bare_id,
        "artist_name": lambda cell: "; ".join(list_items(cell)),
        "artist_id": lambda cell: "; ".join(bare_id(i) for i in list_items(cell)),
        "genres": lambda cell: ";".join(list_items(cell)),
    }.get(canonical, plain_text)
    return map_unique(values, convert), None


def to_numbers(values: pd.Series) -> tuple[pd.Series, Unreadable | None]:
    """Return the column as numbers; infinities stay, so that cleaning can name them."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("float64"), None
    if pd.api.types.is_numeric_dtype(values.dtype):
        plain = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf"
        return (values if plain else pd.Series(values.to_numpy("float64", na_value=np.nan), values.index)), None
    text = values.astype(object).where(values.notna(), "").map(str).astype("str").str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    bad = (numbers.isna() & ~text.str.casefold().isin(missing_words())).to_numpy()
    if not bad.any():
        return numbers, None
    examples = tuple(dict.fromkeys(t[:40] for t in text.to_numpy()[bad][:50]))[:3]
    return numbers, Unreadable(int(bad.sum()), examples)


def plain_values(values: pd.Series) -> pd.Series:
    """Return a column in a type that a file can hold: as it is wherever that is possible, else as texts.

    Complex numbers, intervals, dictionary-encoded Arrow values, and cells of several types become texts
    (numbers wider than float64 become float64); lists and objects stay, since names may stand in them.
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iub":
        return values
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":
        return values.astype("float64") if values.dtype.itemsize > 8 else values
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype if values.cat.categories.dtype.kind != "i" else object)
    if isinstance(values.dtype, pd.ArrowDtype) and pa.types.is_dictionary(values.dtype.pyarrow_dtype):
        values = values.astype(object)
    if not isinstance(values.dtype, pd.IntervalDtype) and getattr(values.dtype, "kind", "") != "c":
        try:
            pa.array(values, from_pandas=True)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            pass
        else:
            return values
    texts = ["" if is_missing(cell) else writable_text(str(cell)) for cell in values.astype(object)]
    return pd.Series(texts, values.index, name=values.name, dtype="str")


def writable_text(text: str) -> str:
    """Return text that UTF-8 can hold: halves of surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_missing(cell: Any) -> bool:
    """Return whether a cell is None, NaN, NaT or pandas' NA (a list never is)."""
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, (float, np.floating)) and cell != cell)


def _finite(numbers: pd.Series, bad: Unreadable | None) -> tuple[pd.Series, Unreadable | None]:
    """Return the numbers with infinities missing, and counted as unreadable."""
    infinite = np.isinf(numbers.to_numpy("float64", na_value=np.nan))
    if not infinite.any():
        return numbers, bad
    known = bad or Unreadable(0, ())
    examples = dict.fromkeys([*known.examples, *(str(v) for v in numbers[infinite].head(50))])
    counted = Unreadable(known.count + int(infinite.sum()), tuple(examples)[:3])
    return numbers.astype("float64").mask(infinite), counted


def to_flags(values: pd.Series) -> tuple[pd.Series, Unreadable | None]:
    """Return a yes/no column as 1.0, 0.0 or NaN."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return to_numbers(values)
    text = values.astype(object).where(values.notna(), "").map(str).astype("str").str.strip().str.casefold()
    flags = pd.Series(np.where(text.isin(_TRUE), 1.0, np.where(text.isin(_FALSE), 0.0, np.nan)), values.index)
    bad = (flags.isna() & ~text.isin(missing_words())).to_numpy()
    return flags, Unreadable(int(bad.sum()), tuple(dict.fromkeys(text.to_numpy()[bad][:50]))[:3]) if bad.any() else None


def plain_text(cell: Any) -> str:
    """Return a cell as stripped text, '' where it is missing."""
    if is_missing(cell):
        return ""
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    text = text.strip()
    return "" if text.casefold() in missing_words() else text


def bare_id(cell: Any) -> str:
    """Return an id without its URI or link around it.

    Examples
    --------
    >>> bare_id("spotify:track:abc"), bare_id("https://open.spotify.com/track/abc?si=1"), bare_id("t7")
    ('abc', 'abc', 't7')
    """
    text = plain_text(cell)
    if text.startswith(("spotify:track:", "spotify:artist:")):
        return text.rsplit(":", 1)[1]
    if "open.spotify.com/" in text:
        return text.rsplit("/", 1)[1].split("?", 1)[0]
    return text


def list_items(cell: Any) -> list[str]:
    """Return the items of a cell: one value, the text of a list, or a list (of values or of named objects).

    The text is parsed, never evaluated.

    Examples
    --------
    >>> list_items("['Ana', \\"Joe's Band\\"]"), list_items("[]"), list_items("Ana; Joe"), list_items("Ana")
    (['Ana', "Joe's Band"], [], ['Ana', 'Joe'], ['Ana'])
    """
    if isinstance(cell, (list, tuple, np.ndarray)):
        names = [item.get("name", "") if isinstance(item, dict) else item for item in cell]
        return [text for text in map(plain_text, names) if text]
    text = plain_text(cell)
    if text.startswith("[") and text.endswith("]"):
        inner = [a or b for a, b in _QUOTED.findall(text)]
        return [re.sub(r"\\(.)", r"\1", item).strip() for item in inner if item.strip()]
    return [part for part in (p.strip() for p in text.split(";")) if part]


def years(values: pd.Series) -> pd.Series:
    """Return the years in dates of any order as Int64, missing where there is none."""

    def year(cell: Any) -> str:
        match = _YEAR.search(plain_text(cell))
        return match.group(1) if match else ""

    found = map_unique(values, year)
    return pd.to_numeric(found.where(found != "", None), errors="coerce").astype("Int64")


def map_unique(values: pd.Series, convert: Callable[[Any], str]) -> pd.Series:
    """Return the column with each distinct value converted once."""
    try:
        codes, distinct = pd.factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and arrays cannot be hashed
        return pd.Series([convert(v) for v in values], values.index, dtype="str")
    converted = np.array([*(convert(v) for v in distinct), ""], dtype=object)
    return pd.Series(converted[codes], values.index, dtype="str")

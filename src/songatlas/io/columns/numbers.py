"""Reads numbers as people and programs write them: decimal commas, thousands, units behind them, foreign minus signs.

Which of comma and point is the decimal mark is decided for each column from its cells, and from the file's others
where these leave it open
(`choose_mark`); a cell that then cannot be read is counted as unreadable, never guessed.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songatlas.results import FloatArray

from .arrow_text import to_arrow
from .dialects import missing_words

_LONGEST = 200  # characters; a longer text is no number
_UNIT = r"\s*(?P<unit>%|db|dbfs|lufs|bpm|ms|msec|milliseconds?|s|secs?|seconds?|mins?|minutes?)?"
_PLAIN = re.compile(rf"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?){_UNIT}", re.IGNORECASE)
_GROUPS = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?=\D*$|\.)"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?=\D*$|,)"),
}
_SPACED = re.compile(r"(?<=\d)['’\u00a0\u202f ](?=\d{3}(?:\D|$))")
_TRAILING_UNIT = re.compile(r"\s*(?:%|[a-z]+\.?)$", re.IGNORECASE)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_ENOUGH, _NEARLY_ALL, _A_TENTH = 3, 0.9, 0.1
_DECIMAL_COMMA = re.compile(r"[+-]?(?:0|\d{4,}),\d+|[+-]?\d*,(?:\d{1,2}|\d{4,})(?:e[+-]?\d+)?", re.IGNORECASE)
_GROUPED_BY_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_GROUPED_BY_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+|[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}")


@dataclass(frozen=True)
class Unreadable:
    """Cells of one column that could not be read: how many, and the first few."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        NaN where missing or unreadable; infinities stay, so that cleaning can name them.
    unreadable : ndarray of shape (n_rows,), bool
    units : ndarray of shape (n_rows,), str, or None
        The unit written in each cell, lower case, '' where none is; None where no cell has one.
    """

    values: FloatArray
    unreadable: NDArray[np.bool_]
    units: NDArray[np.object_] | None


@dataclass(frozen=True)
class Marks:
    """What the cells of a column show of its decimal mark: how many different ones speak for comma and for point.

    ``either`` counts cells such as 1,234 that could be thousands as well, among ``cells`` that are not empty.
    """

    commas: int
    points: int
    either: int
    cells: int
    example: str


def count_marks(texts: pa.ChunkedArray) -> Marks:
    """Return what a column shows of its decimal mark."""
    commas = points = either = 0
    example = ""
    distinct = [text for text in pc.unique(texts).to_pylist() if text]
    for text in distinct:
        bare = _TRAILING_UNIT.sub("", _bare(text[:_LONGEST]))
        if _DECIMAL_COMMA.fullmatch(bare) or _GROUPED_BY_POINT.fullmatch(bare):
            commas += 1
            example = example or text
        elif _DECIMAL_POINT.fullmatch(bare) or ("." in bare and _GROUPED_BY_COMMA.fullmatch(bare)):
            points += 1
        elif _GROUPED_BY_COMMA.fullmatch(bare):
            either += 1
    return Marks(commas, points, either, len(distinct), example)


def choose_mark(own: Marks, *, comma_file: bool, point_file: bool, may_be_thousands: bool) -> tuple[str, bool]:
    """Return a column's decimal mark, and whether the other one is used beside it.

    Parameters
    ----------
    own : Marks
    comma_file : bool
        Whether the other columns of the file have decimal commas, and none has points.
    point_file : bool
        Whether other columns have decimal points: then a few commas are slips.
    may_be_thousands : bool
        Whether whole numbers of thousands are usual in such a column.
    """
    throughout = not may_be_thousands and own.cells >= _ENOUGH and own.either > _NEARLY_ALL * own.cells
    slips = point_file and not own.points and own.commas < max(_ENOUGH, _A_TENTH * own.cells)
    if (own.commas or own.points) and not slips:
        doubtful = own.commas + (0 if may_be_thousands else own.either)
        return ("," if own.commas > own.points else "."), bool(doubtful and own.points)
    return ("," if comma_file or throughout else "."), False


def read_numbers(texts: pa.ChunkedArray, mark: str = ".", *, mixed: bool = False) -> Numbers:
    """Return a column of texts as numbers; each distinct text is read once.

    Where both marks are ``mixed`` in a column, numbers with the other mark are read only where they can mean one thing.
    """
    plain = _cast(texts)
    if plain is not None:
        return Numbers(plain, np.zeros(len(plain), dtype=bool), None)
    coded = texts.combine_chunks().dictionary_encode()
    coded = coded if isinstance(coded, pa.DictionaryArray) else pa.chunked_array(coded).combine_chunks()
    distinct = coded.dictionary.to_pylist()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    values, bad = np.full(len(distinct), np.nan), np.zeros(len(distinct), dtype=bool)
    units = np.full(len(distinct), "", dtype=object)
    for i, text in enumerate(distinct):
        found = read_number(text, _own_mark(text, mark) if mixed else mark)
        if found is None:
            bad[i] = True
        else:
            values[i], units[i] = found
    return Numbers(values[codes], bad[codes], units[codes] if units.any() else None)


def _own_mark(text: str, mark: str) -> str:
    """Return the mark of one cell of a column in which both are used; '' where it could be thousands of the other."""
    other = "," if mark == "." else "."
    bare = _TRAILING_UNIT.sub("", _bare(text[:_LONGEST]))
    if other not in bare or mark in bare:
        return mark
    return "" if _EITHER.fullmatch(bare) else other


def read_number(text: str, mark: str = ".") -> tuple[float, str] | None:
    """Return the number in a text and the unit written behind it; None where there is none, NaN where it is missing.

    Examples
    --------
    >>> read_number("-6.85db"), read_number("0,735", ","), read_number("1,412"), read_number("12 %")
    ((-6.85, 'db'), (0.735, ''), (1412.0, ''), (12.0, '%'))
    >>> read_number("loud"), read_number("undefined")
    (None, (nan, ''))
    """
    bare = _bare(text[:_LONGEST])
    if bare.casefold() in missing_words():
        return float("nan"), ""
    if len(text) > _LONGEST or not mark:
        return None
    other = "," if mark == "." else "."
    grouped = _GROUPS[mark].match(bare)
    if grouped and not grouped.group().lstrip("+-").startswith("0"):
        bare = grouped.group().replace(other, "") + bare[grouped.end() :]
    if mark == ",":
        bare = bare.replace(",", ".", 1) if "." not in bare else bare.replace(",", ";")
    bare = _SPACED.sub("", bare)
    match = _PLAIN.fullmatch(bare)
    if match:
        return float(match["number"]), (match["unit"] or "").casefold()
    word = bare.casefold().lstrip("+-")
    if word in ("inf", "infinity"):
        return (float("-inf") if bare.startswith("-") else float("inf")), ""
    return None


def numeric_values(values: pd.Series) -> FloatArray:
    """Return a numeric column of any pandas type as float64, missing as NaN."""
    return values.to_numpy("float64", na_value=np.nan)


def count_unreadable(texts: pa.ChunkedArray, bad: NDArray[np.bool_]) -> Unreadable | None:
    """Return how many cells are marked as bad, with the first different ones; None where none is."""
    rows = np.flatnonzero(bad)
    if not len(rows):
        return None
    first = texts.take(pa.array(rows[:50])).to_pylist()
    return Unreadable(len(rows), tuple(dict.fromkeys(text[:40] for text in first))[:3])


def text_cells(values: pd.Series) -> pa.ChunkedArray:
    """Return any column as texts without blanks around them, missing cells as ''."""
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype(object).where(values.notna(), "").map(str).astype("str")
    return pc.utf8_trim_whitespace(to_arrow(values))


def _cast(texts: pa.ChunkedArray) -> FloatArray | None:
    """Return texts that are all plain numbers or empty as float64, else None."""
    try:
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.large_string()), texts)
        return numeric_values(pd.Series(filled.cast(pa.float64()).to_numpy()))
    except pa.ArrowInvalid:
        return None


def _bare(text: str) -> str:
    return text.strip().strip("\"'").replace("\u2212", "-").replace("\u2013", "-").strip()

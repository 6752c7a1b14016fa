"""Text columns as Arrow arrays and back: where a million cells are looked at, this is done without a Python loop."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

TEXT = pd.StringDtype(na_value=np.nan)

_NONE = np.zeros(0, dtype=np.int64)
_BLANK = np.zeros(256, dtype=bool)
_BLANK[[*range(9, 14), *range(28, 33)]] = True
_OPENS_BLANK = np.zeros((256, 256), dtype=bool)  # first two bytes of the blanks beyond ASCII: U+0085, U+00A0, U+1680, …
_OPENS_BLANK[[0xC2, 0xC2, 0xE1, 0xE2, 0xE2, 0xE3], [0x85, 0xA0, 0x9A, 0x80, 0x81, 0x80]] = True
_ENDS_BLANK = np.zeros((256, 256), dtype=bool)  # their last two bytes
_ENDS_BLANK[[0xC2, 0xC2, 0x9A, 0x81], [0x85, 0xA0, 0x80, 0x9F]] = True
_ENDS_BLANK[0x80, [*range(0x80, 0x8B), 0xA8, 0xA9, 0xAF]] = True


def is_text(values: pd.Series) -> bool:
    """Return whether a column has pandas' text type (and not merely objects)."""
    return isinstance(values.dtype, pd.StringDtype)


def to_arrow(values: pd.Series) -> pa.ChunkedArray:
    """Return a text column as an Arrow array of large strings, missing cells as ''."""
    array = pa.array(values.array, type=pa.large_string(), from_pandas=True)
    chunked = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return pc.fill_null(chunked, "") if chunked.null_count else chunked


def to_series(array: pa.ChunkedArray, index: pd.Index) -> pd.Series:
    """Return an Arrow array of strings as a pandas text column."""
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.large_string())
    return pd.Series(TEXT.__from_arrow__(array), index)  # type: ignore[attr-defined]


def holds_any(texts: pa.ChunkedArray, *needles: bytes) -> bool:
    """Return whether one of some byte strings stands in the texts, looked at as runs of bytes."""
    return any(needle in run for run in map(_run, texts.chunks) for needle in needles)


def rows_holding(texts: pa.ChunkedArray, *marks: bytes) -> NDArray[np.int64]:
    """Return the rows whose text holds one of some single bytes, in order."""
    rows = []
    offset = 0
    for part in texts.chunks:
        starts = _spans(part)[0]
        if len(starts):
            run = _run(part)
            data = np.frombuffer(run, dtype=np.uint8)
            holding = [data == mark[0] for mark in marks if mark in run]
            if holding:
                places = np.flatnonzero(np.logical_or.reduce(holding)) + starts[0]
                found = np.searchsorted(starts, places, side="right") - 1  # in order, so equal ones stand together
                rows.append(offset + found[np.append(True, found[1:] != found[:-1])])
        offset += len(part)
    return np.concatenate(rows) if rows else _NONE


def change_rows(texts: pa.ChunkedArray, rows: NDArray[np.int64], change: Callable[[str], str]) -> pa.ChunkedArray:
    """Return the texts with ``change`` applied to some rows, in order; each distinct text is changed once."""
    if not len(rows):
        return texts
    old = texts.take(pa.array(rows)).to_pylist()
    changed = {text: change(text) for text in set(old)}
    if all(text == new for text, new in changed.items()):
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    new = pa.array([changed[text] for text in old], type=pa.large_string())
    return pc.replace_with_mask(texts, pa.array(mask), new)


def trimmed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts without blanks around them; the same array where no text begins or ends with one."""
    suspect = [_may_be_padded(part) for part in texts.chunks]
    return change_rows(texts, np.flatnonzero(np.concatenate(suspect)) if suspect else _NONE, str.strip)


def _may_be_padded(part: pa.Array) -> NDArray[np.bool_]:
    """Return which texts begin or end with an ASCII blank, or with bytes that a blank beyond ASCII has there."""
    starts, ends, data = _spans(part)
    rows = np.arange(len(starts)) if (ends > starts).all() else np.flatnonzero(ends > starts)
    padded = np.zeros(len(starts), dtype=bool)
    if not len(rows):
        return padded
    if len(rows) < len(starts):
        starts, ends = starts[rows], ends[rows]
    first, last = data[starts], data[ends - 1]
    found = _BLANK[first] | _BLANK[last]
    beyond = np.flatnonzero(first >= 0x80)
    found[beyond] |= _OPENS_BLANK[first[beyond], data[starts[beyond] + 1]]
    beyond = np.flatnonzero(last >= 0x80)
    found[beyond] |= _ENDS_BLANK[data[ends[beyond] - 2], last[beyond]]
    padded[rows] = found
    return padded


def pairs_beyond_ascii(texts: pa.ChunkedArray) -> set[int]:
    """Return every pair of neighboring bytes of which the first is beyond ASCII, as 256 * first + second."""
    pairs: set[int] = set()
    for part in texts.chunks:
        run = _run(part)
        if not run.isascii():
            data = np.frombuffer(run, dtype=np.uint8)
            places = np.flatnonzero(data[:-1] >= 0x80)
            seen = np.zeros(65536, dtype=bool)
            seen[data[places].astype(np.uint16) * 256 + data[places + 1]] = True
            pairs |= set(np.flatnonzero(seen).tolist())
    return pairs


def short_texts(texts: pa.ChunkedArray, most: int, first: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows of texts of 1 to ``most`` bytes whose first byte is among those marked (256 of them)."""
    rows = []
    offset = 0
    for part in texts.chunks:
        starts, ends, data = _spans(part)
        near = np.flatnonzero((ends > starts) & (ends - starts <= most))
        rows.append(offset + near[first[data[starts[near]]]])
        offset += len(part)
    return np.concatenate(rows) if rows else _NONE


def _spans(part: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return where each text of an array of large strings starts and ends, and the bytes of all of them."""
    data = part.buffers()[2]
    if not len(part):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    offsets: NDArray[np.int64] = np.frombuffer(part.buffers()[1], dtype=np.int64)
    offsets = offsets[part.offset : part.offset + len(part) + 1]
    known = np.zeros(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return offsets[:-1], offsets[1:], known


def _run(part: pa.Array) -> bytes:
    """Return the characters of an array of large strings, one text behind the other."""
    starts, ends, data = _spans(part)
    return data[int(starts[0]) : int(ends[-1])].tobytes() if len(starts) else b""


def map_distinct(values: pd.Series, convert: Callable[[Any], str]) -> pd.Series:
    """Return the column as texts, with each distinct value converted once; a missing cell becomes ''."""
    try:
        codes, distinct = pd.factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and arrays cannot be hashed
        return pd.Series([convert(v) for v in values], values.index, dtype="str")
    texts = [convert(v) for v in distinct]
    if is_text(values) and texts == list(distinct) and not (codes < 0).any():
        return values
    converted = pa.array([*texts, ""], type=pa.large_string())
    places = np.where(codes < 0, len(converted) - 1, codes)
    return to_series(pa.chunked_array([converted.take(pa.array(places))]), values.index)

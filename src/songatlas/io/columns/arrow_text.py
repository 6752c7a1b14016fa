"""Text columns as Arrow arrays and back: where a million cells are looked at, this is done without a Python loop."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

TEXT = pd.StringDtype(na_value=np.nan)


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


def picked(texts: pa.ChunkedArray, rows: NDArray[np.int64]) -> pa.ChunkedArray:
    """Return the texts of some rows, given in order; only the chunks that hold them are touched."""
    parts = [part.take(pa.array(own)) for part, own in _by_chunk(texts, rows) if len(own)]
    return pa.chunked_array(parts, type=texts.type)


def with_rows(texts: pa.ChunkedArray, rows: NDArray[np.int64], new: pa.Array) -> pa.ChunkedArray:
    """Return the texts with those of some rows, given in order, replaced."""
    parts, used = [], 0
    for part, own in _by_chunk(texts, rows):
        if len(own):
            mask = np.zeros(len(part), dtype=bool)
            mask[own] = True
            part = pc.replace_with_mask(part, pa.array(mask), new.slice(used, len(own)))
            used += len(own)
        parts.append(part)
    return pa.chunked_array(parts, type=texts.type)


def _by_chunk(texts: pa.ChunkedArray, rows: NDArray[np.int64]) -> list[tuple[pa.Array, NDArray[np.int64]]]:
    """Return each chunk with those of the rows, given in order, that lie in it, counted from its start."""
    ends = np.cumsum([len(part) for part in texts.chunks])
    own = np.split(rows, np.searchsorted(rows, ends[:-1])) if len(ends) else []
    return [(part, mine - (end - len(part))) for part, mine, end in zip(texts.chunks, own, ends, strict=True)]


def change_rows(texts: pa.ChunkedArray, rows: NDArray[np.int64], change: Callable[[str], str]) -> pa.ChunkedArray:
    """Return the texts with ``change`` applied to some rows, in order; each distinct text is changed once."""
    if not len(rows):
        return texts
    old = picked(texts, rows).to_pylist()
    changed = {text: change(text) for text in set(old)}
    differing = np.array([text != changed[text] for text in old])
    if not differing.any():
        return texts
    new = [changed[text] for text, differs in zip(old, differing, strict=True) if differs]
    return with_rows(texts, rows[differing], pa.array(new, type=pa.large_string()))


def spans(part: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where each text of an array of large strings starts and the last one ends, and the bytes of all."""
    data = part.buffers()[2]
    known = np.zeros(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    if not len(part):
        return np.zeros(1, dtype=np.int64), known
    offsets: NDArray[np.int64] = np.frombuffer(part.buffers()[1], dtype=np.int64)
    return offsets[part.offset : part.offset + len(part) + 1], known


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

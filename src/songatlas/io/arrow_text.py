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


def replace_where(texts: pa.ChunkedArray, mask: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """Return the texts with ``change`` applied where the mask is true; each distinct text is changed once."""
    rows = pc.indices_nonzero(mask)
    if not len(rows):
        return texts
    old = texts.take(rows).to_pylist()
    changed = {text: change(text) for text in set(old)}
    new = pa.array([changed[text] for text in old], type=pa.large_string())
    return pc.replace_with_mask(texts, mask.combine_chunks(), new)


def holds_any(texts: pa.ChunkedArray, *needles: bytes) -> bool:
    """Return whether one of some byte strings stands in the texts, looked at as runs of bytes."""
    return any(needle in run for run in map(_run, texts.chunks) for needle in needles)


def is_ascii(texts: pa.ChunkedArray) -> bool:
    """Return whether the texts hold nothing beyond ASCII."""
    return all(run.isascii() for run in map(_run, texts.chunks))


def trimmed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts without blanks around them; the same array where there are none."""
    bare = pc.utf8_trim_whitespace(texts)
    return texts if _n_bytes(bare) == _n_bytes(texts) else bare


def _n_bytes(texts: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.binary_length(texts)).as_py() or 0)


def _run(part: pa.Array) -> bytes:
    """Return the characters of an array of large strings, one text behind the other."""
    data = part.buffers()[2]
    if data is None or not len(part):
        return b""
    offsets: NDArray[np.int64] = np.frombuffer(part.buffers()[1], dtype=np.int64)
    return bytes(memoryview(data)[int(offsets[part.offset]) : int(offsets[part.offset + len(part)])])


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

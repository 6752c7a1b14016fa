"""Brings columns of any pandas type into one that a file can hold, so that a run can always be written."""

import numpy as np
import pandas as pd
import pyarrow as pa

from .texts import is_missing


def plain_values(values: pd.Series) -> pd.Series:
    """Return a column in a type that a file can hold: as it is wherever that is possible, else as texts.

    Complex numbers, intervals, dictionary-encoded Arrow values, and cells of several types become texts
    (numbers wider than float64 become float64); lists and objects stay, since names may stand in them.
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iub":
        return values
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":
        return values.astype("float64") if values.dtype.itemsize > 8 else values
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow":
        return values
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

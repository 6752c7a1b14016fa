"""Reads columns of a table as numbers and texts, whatever pandas made of them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import FloatArray

TextArray = NDArray[np.object_]


def numbers(column: pd.Series) -> FloatArray:
    """Return a column as float64; what is missing or no number becomes NaN."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        column = pd.to_numeric(column, errors="coerce")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts(table: pd.DataFrame, name: str) -> TextArray:
    """Return a column as texts, '' where missing or absent."""
    if name not in table.columns:
        return np.full(len(table), "", dtype=object)
    values = table[name].astype(object)
    return values.where(table[name].notna(), "").map(str).to_numpy(dtype=object)


def value_texts(values: pd.Series) -> TextArray:
    """Return values as short texts: '' where missing, whole numbers without a point."""
    shown = ["" if pd.api.types.is_scalar(v) and pd.isna(v) else str(v).removesuffix(".0") for v in values.tolist()]
    return np.array(shown, dtype=object)


def as_read(table: pd.DataFrame, name: str) -> pd.Series:
    """Return what the file held for a canonical column, where that is still in the table."""
    account = table.attrs.get("songatlas", {})
    for source, canonical, *_ in account.get("columns", ()):
        if canonical == name:
            for kept in kept_names(source, account.get("renamed")):
                if kept in table.columns:
                    return table[kept]
    return table[name]


def kept_names(source: str, renamed: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return where a source column may stand in the table, the likeliest first; ``renamed`` knows, where given."""
    return (f"source_{source}", source) if renamed is None else (renamed.get(source, source),)


def source_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that came from the file (all, where the table does not say), not ``source_file``."""
    names = table.attrs.get("songatlas", {}).get("source_columns", table.columns)
    return [name for name in names if name in table.columns and name != "source_file"]

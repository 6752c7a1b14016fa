"""Turns the values of a run into what JSON can hold: finite numbers or None, clean text, provenance."""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from songatlas.results import Provenance

_DROPPED = {"Cc", "Cs"}  # control characters, and lone surrogates, which UTF-8 cannot hold


def plain_text(value: object) -> str:
    """Return text on one line without control characters; '' for None and NaN.

    Examples
    --------
    >>> plain_text("two\\nlines\\x00")
    'two lines'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    spaced = " ".join(str(value).split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _DROPPED)


def plain_number(value: Any) -> float | None:
    """Return a finite float, or None."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def plain_value(value: Any) -> Any:
    """Return a value of any kind as JSON can hold it; numpy numbers become Python's, tuples become lists."""
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        value = value.item()
    if isinstance(value, Mapping):
        return {plain_text(k): plain_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(v) for v in value]
    if isinstance(value, float):
        return plain_number(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    return plain_text(value)


def plain_provenance(provenance: Provenance) -> dict[str, Any]:
    """Return how a number was made, as plain values."""
    return {
        "exact": provenance.exact,
        "n_tracks": int(provenance.n_tracks),
        "sample_size": None if provenance.sample_size is None else int(provenance.sample_size),
        "low": plain_number(provenance.low),
        "high": plain_number(provenance.high),
    }

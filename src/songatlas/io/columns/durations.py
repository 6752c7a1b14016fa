"""Reads lengths written with colons, such as 3:45 and 1:02:33."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songatlas.results import FloatArray

_CLOCK = re.compile(r"(?:(?:(?P<d>\d+)\s*days?,?\s*)?(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):(?P<s>[0-5]?\d(?:[.,]\d+)?)")
_HOUR_MS = 3_600_000.0


def has_clock(texts: pa.ChunkedArray) -> bool:
    """Return whether most cells that are not empty are written with colons."""
    filled = pc.sum(pc.not_equal(texts, "")).as_py() or 0
    colons = pc.sum(pc.match_substring(texts, ":")).as_py() or 0
    return bool(colons) and colons > filled / 2


def read_clock(text: str) -> tuple[float, bool] | None:
    """Return the milliseconds in h:m:s, m:s or 'd days h:m:s', and whether hours were written; None where none."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return None
    days, hours = int(match["d"] or 0), int(match["h"] or 0)
    seconds = float(match["s"].replace(",", "."))
    return ((days * 24 + hours) * 60 + int(match["m"])) * 60_000.0 + seconds * 1000, match["h"] is not None


def read_clocks(texts: pa.ChunkedArray) -> tuple[FloatArray, NDArray[np.bool_], str]:
    """Return the lengths in milliseconds, which cells are unreadable, and what is to be said of them.

    Spreadsheets take 3:45 for hours and minutes and write 3:45:00. Where all seconds are 00 and half of the tracks
    would last an hour or more, the cells are read as minutes and seconds.
    """
    distinct = pc.unique(texts).to_pylist()
    known = {text: read_clock(text) for text in distinct}
    found = [known[text] for text in texts.to_pylist()]
    values = np.array([np.nan if clock is None else clock[0] for clock in found])
    bad = np.array([clock is None for clock in found]) & pc.not_equal(texts, "").to_numpy()
    with_hours = np.array([clock is not None and clock[1] for clock in found])
    read = np.isfinite(values)
    shifted = with_hours.any() and with_hours[read].all() and (values[read] % 60_000 == 0).all()
    if shifted and len(values[read]) >= 3 and float(np.median(values[read])) >= _HOUR_MS:
        note = "lengths such as 3:45:00 are read as 3 minutes 45 seconds: a spreadsheet took minutes for hours."
        return values / 60, bad, note
    return values, bad, ""

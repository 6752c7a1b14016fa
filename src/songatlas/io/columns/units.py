"""Decides the units of loudness, tempo and duration from their values, with the evidence in words.

Names only hint: a column called ``duration_ms`` that holds 215 is in seconds, whatever it is called. What fits no
known scale is refused. Percent and 0–1 are told apart in `songatlas.io.columns.fractions`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songatlas.errors import DataError
from songatlas.results import FloatArray

FEW, SEVERAL = 0.05, 3  # a larger share than the first, and so many values, are no slip of the pen
_QUIETEST = -100.0  # dB
_MOST_OVER, _LEAST_SPREAD = 0.3, 2.5  # share above 0 dB, and dB: standardized values have half above 0, and 1
_NEAR = 3.0  # dB
_SLOWEST, _FASTEST = 20, 300  # BPM
_SHORTEST_MS, _LONGEST_MS = 2_000.0, 2.16e7
_ENOUGH_DECIMALS = 20


@dataclass(frozen=True)
class Unit:
    """How the values of one column become canonical ones: ``value * factor``, then cut at 1 where ``clip`` says so.

    ``missing`` marks values that are none, over all rows.
    """

    name: str
    factor: float
    why: str
    clip: bool = False
    note: str = ""
    missing: NDArray[np.bool_] | None = None


def loudness_unit(values: FloatArray, hint: str, where: str) -> Unit:
    """Return the unit of loudness: decibels, or LUFS where the name or the cells say so.

    Raises
    ------
    DataError
        When most values are no loudness below full scale.
    """
    known = finite(values)
    name = "LUFS" if hint == "LUFS" else "dB"
    if not len(known):
        return Unit(name, 1.0, "no values")
    low, high = float(known.min()), float(known.max())
    if low >= 0 and high <= 1 and high > low:
        raise DataError(
            f"{where}: loudness runs {span(known)}: it was put on 0–1, but decibels (usually −60 to 0) are "
            f"expected. {way_out('loudness')}"
        )
    if _median(known) < _QUIETEST:
        raise DataError(
            f"{where}: loudness runs {span(known)}, half of it below {shown(_median(known))} dB: the decimal mark was "
            f"lost or taken for a thousands mark. Decibels (usually −60 to 0) are expected. {way_out('loudness')}"
        )
    over = float((known > 0).mean())
    if over > FEW and int((known > 0).sum()) >= SEVERAL and not _runs_through_zero(known):
        what = "the minus sign is missing, or it is another scale" if low >= 0 else "standardized values perhaps"
        raise DataError(
            f"{where}: {percent_of(over)} of the values of loudness are above 0 dB ({span(known)}): {what}. "
            f"Decibels (usually −60 to 0) are expected. {way_out('loudness')}"
        )
    note = "" if name == "dB" else (
        "loudness is in LUFS, which measures otherwise than the usual decibels: fine within this table, "
        "not to be mixed with others."
    )  # fmt: skip
    return Unit(name, 1.0, f"{name}: {span(known)}", note=note)


def _runs_through_zero(known: FloatArray) -> bool:
    """Return whether decibels go on above 0 without a step; where some lost their sign there is one."""
    over, just_over = float((known > 0).mean()), float(((known > 0) & (known <= _NEAR)).mean())
    just_below = float(((known <= 0) & (known > -_NEAR)).mean())
    decibels = over <= _MOST_OVER and float(known.std()) >= _LEAST_SPREAD
    return decibels and just_over >= over / 4 and just_below >= just_over / 2


def tempo_unit(values: FloatArray, where: str) -> Unit:
    """Return the unit of tempo; refuses what cannot be beats per minute."""
    known = finite(values)
    zero = known == 0
    nonzero = known[~zero] if zero.any() else known
    if not len(nonzero):
        return Unit("BPM", 1.0, "BPM")
    middle = _median(nonzero)
    if not 20 <= middle <= 400:
        lost = " (a spreadsheet may have taken the decimal point for a thousands mark)" if middle > 1000 else ""
        raise DataError(
            f"{where}: half of the values of tempo are {'below' if middle < 20 else 'above'} {shown(middle)}{lost}; "
            f"beats per minute (usually 60 to 200) are expected. {way_out('tempo')}"
        )
    if nonzero.min() >= _SLOWEST and nonzero.max() <= _FASTEST:
        return Unit("BPM", 1.0, f"BPM: half are below {shown(middle)}")
    odd = ((values > 0) & (values < _SLOWEST)) | ((values > _FASTEST) & np.isfinite(values))
    n = int(odd.sum())
    note = (
        f"tempo: {n:,} {'value' if n == 1 else 'values'} below {_SLOWEST} or above {_FASTEST} BPM "
        f"{'counts' if n == 1 else 'count'} as missing."
    )
    return Unit("BPM", 1.0, f"BPM: half are below {shown(middle)}", note=note if n else "", missing=odd if n else None)


def duration_unit(values: FloatArray, hint: str, where: str, *, clocked: bool = False) -> Unit:
    """Return the unit of durations from their median and, where that leaves a doubt, from the column's hint.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Milliseconds where ``clocked`` (cells such as 3:45), else as they stand.
    hint : str
        'ms', 's', 'min', 'clock' or ''.
    clocked : bool
        Whether the cells were written with colons.
    """
    known = finite(values)
    known = known if (known > 0).all() else known[known > 0]
    if clocked:
        return Unit("m:ss", 1.0, "minutes and seconds, as written")
    if not len(known):
        return Unit("ms", 1.0, "no values")
    middle = _median(known)
    found = _duration_by_median(middle, hint)
    if found is None:
        raise DataError(
            f"{where}: half of the values of duration_ms are below {shown(middle)}: neither milliseconds, seconds nor "
            f"minutes. {way_out('duration_ms')}"
        )
    factor = {"ms": 1.0, "s": 1_000.0, "min": 60_000.0}[found]
    mixed = _mixed_durations(values, factor, where)
    words = {"ms": "milliseconds", "s": "seconds", "min": "minutes"}
    why = f"{words[found]}: half are below {shown(middle)}"
    note = ""
    if hint in words and hint != found:
        note = (
            f"durations are read as {words[found]} (half are below {shown(middle)}), although the column's name says "
            f"{words[hint]}."
        )
    elif found == "min" and _sixties(known):
        note = (
            "durations are read as minutes with decimals; none has more than .59, so they may be minutes and seconds."
        )
    return Unit(found, factor, why, note=" ".join(filter(None, (note, mixed))))


def _mixed_durations(values: FloatArray, factor: float, where: str) -> str:
    """Return what is said of a few lengths that no track has; refuses several, which are in another unit.

    A track of under two seconds is one in seconds among milliseconds, or in minutes among seconds; one of over six
    hours is the reverse.
    """
    known = finite(values)
    if known.min() * factor >= _SHORTEST_MS and known.max() * factor <= _LONGEST_MS:
        return ""
    length = values * factor
    odd = ((length > 0) & (length < _SHORTEST_MS)) | ((length > _LONGEST_MS) & np.isfinite(length))
    n = int(odd.sum())
    if not n:
        return ""
    first = int(np.flatnonzero(odd)[0])
    if n >= SEVERAL and n > 0.01 * np.isfinite(length).sum():
        raise DataError(
            f"{where}: {n:,} of {int(np.isfinite(length).sum()):,} durations would be under two seconds or over six "
            f"hours (the first is {shown(float(values[first]))} in row {first + 1:,}): two units are mixed in one "
            f"column. {way_out('duration_ms')}"
        )
    tracks = "track lasts" if n == 1 else "tracks last"
    return f"{n:,} {tracks} under two seconds or over six hours: in another unit, perhaps (row {first + 1:,})."


def _sixties(values: FloatArray) -> bool:
    """Return whether numbers with decimals never have more than 59 hundredths: minutes and seconds, perhaps."""
    hundredths = np.round(values % 1 * 100, 6)
    return len(values) >= _ENOUGH_DECIMALS and bool((hundredths < 60).all()) and bool((hundredths % 1 == 0).all())


def _duration_by_median(middle: float, hint: str) -> str | None:
    """Return the unit in which a median track is between seconds and hours long; None where there is none."""
    usual = {"ms": (2_000.0, 3e7), "s": (20.0, 10_000.0), "min": (0.3, 60.0)}
    if hint in usual and usual[hint][0] <= middle <= usual[hint][1]:
        return hint
    if middle > 10_000:
        return "ms" if middle <= 3e7 else None
    if middle >= 20:
        return "s"
    return "min" if middle >= usual["min"][0] else None


def _median(values: FloatArray) -> float:
    """Return the median; NumPy's own copies the values once more."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    parted = np.partition(values, high)
    return float(parted[high] if low == high else (parted[:high].max() + parted[high]) / 2)


def finite(values: FloatArray) -> FloatArray:
    """Return the values that are finite; the array itself where all are."""
    known = np.isfinite(values)
    return values if known.all() else values[known]


def way_out(name: str) -> str:
    """Return what can be done about a column on a scale that cannot be read."""
    return f"Give a table with the original values, or leave the column out with --column {name}=none."


def span(values: FloatArray) -> str:
    """Return the smallest and the largest value in words."""
    return f"from {shown(float(values.min()))} to {shown(float(values.max()))}"


def shown(value: float) -> str:
    """Return a value as people write it: thousands parted, a true minus sign, four digits where it is small."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def percent_of(share: float) -> str:
    """Return a share as whole percent; 'under 1 %' and 'over 99 %' where rounding would say none or all."""
    text = f"{100 * share:.0f}"
    return ("under 1" if text == "0" and share > 0 else "over 99" if text == "100" and share < 1 else text) + " %"

"""Decides the units of a file's feature columns from their values, with the evidence in words.

Names only hint: a column called ``duration_ms`` that holds 215 is in seconds, whatever it is called. What fits no
known scale (standardized values, tags from 1 to 9, averages of something else) is refused, never bent into shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songatlas.errors import DataError
from songatlas.results import FloatArray
from songatlas.schema import FEATURES

STRONG = ("danceability", "energy", "valence")
"""Of all 0–1 features these are hardly ever near 0, so they tell percent from 0–1."""

FRACTIONS = tuple(name for name, feature in FEATURES.items() if feature.kind == "unit")

_OVER_ONE = 1.5  # above it a value is no 0–1 value that slipped
_FEW, _MOST = 0.05, 0.9  # shares of rows: up to the first a slip of the pen, from the second on the rule
_TAGS_UP_TO = 12.0  # a column that ends here is on a scale of 1 to 9 or 0 to 10, not percent
_SEVERAL = 3  # so many values beyond a limit are no slip, however short the table
_ENOUGH = 5  # with fewer values, how far a column reaches says nothing


@dataclass(frozen=True)
class Unit:
    """How the values of one column become canonical ones: ``value * factor``, then cut at 1 where ``clip`` says so."""

    name: str
    factor: float
    why: str
    clip: bool = False
    note: str = ""


def fraction_units(columns: Mapping[str, FloatArray], hints: Mapping[str, str], where: str) -> dict[str, Unit]:
    """Return the unit of each 0–1 feature, by a vote of all of them.

    Parameters
    ----------
    columns : mapping of feature to ndarray of shape (n_rows,)
        As read; NaN where missing.
    hints : mapping of feature to 'percent', where its name or its cells say so
    where : str
        How messages name the table.

    Raises
    ------
    DataError
        When the values are on another scale, or when some rows are percent and others 0–1.
    """
    known = {name: found for name, values in columns.items() if len(found := _finite(values))}
    for name, values in known.items():
        _refuse_negative(name, values, where)
    percent, vote = _vote(columns, known, where)
    units = {}
    for name in columns:
        if name in known:
            units[name] = _fraction_unit(name, known[name], hints.get(name, ""), percent, vote, where)
        else:
            units[name] = Unit("0–1", 1.0, "no values")
    return units


def _finite(values: FloatArray) -> FloatArray:
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]


def _median(values: FloatArray) -> float:
    """Return the median; NumPy's own copies the values once more."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    parted = np.partition(values, high)
    return float(parted[high] if low == high else (parted[:high].max() + parted[high]) / 2)


def _vote(columns: Mapping[str, FloatArray], known: Mapping[str, FloatArray], where: str) -> tuple[bool, str]:
    """Return whether the file is in percent, and the evidence."""
    voters = [name for name in STRONG if name in known] or [
        name for name in known if float(known[name].max()) > _TAGS_UP_TO
    ]
    if not voters:
        return False, ""
    over = np.sum([columns[name] > _OVER_ONE for name in voters], axis=0, dtype=np.int8)
    needed = np.minimum(2, np.sum([np.isfinite(columns[name]) for name in voters], axis=0, dtype=np.int8))
    voting = needed > 0
    like_percent = (over >= needed) & voting
    share = float(like_percent.sum() / voting.sum())
    listed = _listed(voters)
    if share >= _MOST:
        return True, f"{_percent(share)} of the rows have {listed} above 1.5"
    if share > _FEW and like_percent.sum() >= _SEVERAL and not _tags(known, voters):
        raise DataError(_mixed_rows(where, listed, like_percent, voting))
    return False, ""


def _fraction_unit(name: str, values: FloatArray, hint: str, percent: bool, vote: str, where: str) -> Unit:
    top = float(values.max())
    n_over = int((values > _OVER_ONE).sum()) if top > _OVER_ONE else 0
    over = n_over / len(values)
    several = over > _FEW and n_over >= _SEVERAL
    if several and top <= _TAGS_UP_TO and len(values) >= _ENOUGH and name in STRONG and hint != "percent":
        raise DataError(
            f"{where}: {name} runs from {_shown(values.min())} to {_shown(top)}, which is neither 0–1 nor percent: a scale of 1 to "
            f"9 or 0 to 10? {_way_out(name)}"
        )
    if several and float((values > 100.5).mean()) > _FEW:
        raise DataError(
            f"{where}: {name} runs from {_shown(values.min())} to {_shown(top)}, far above 100: neither 0–1 nor percent. "
            f"{_way_out(name)}"
        )
    says_percent = percent or hint == "percent"
    if says_percent and not (top <= 1 and (values % 1 != 0).any()):
        why = vote if percent else "the column says so"
        return Unit("percent", 0.01, f"percent, divided by 100: {why}")
    if says_percent:
        note = f"{name} goes from {_shown(values.min())} to {_shown(top)} and is read as 0–1, although "
        note += "the other columns are percent." if percent else "its name says percent."
        return Unit("0–1", 1.0, f"0–1: no value above {_shown(top)}", note=note)
    if over >= 0.5:
        evidence = f"{_percent(over)} of its values are above 1.5"
        note = f"{name} is read as percent, although other columns are 0–1 ({evidence})."
        return Unit("percent", 0.01, f"percent, divided by 100: {evidence}", note=note)
    if several:
        raise DataError(
            f"{where}: {_percent(over)} of the values of {name} are above 1.5 and the others are not: percent and 0–1 "
            f"are mixed in one column. {_way_out(name)}"
        )
    if 1 < top <= _OVER_ONE:
        n = int((values > 1).sum())
        return Unit("0–1", 1.0, f"0–1: no value above {_shown(top)}", clip=True, note=_clipped(name, n, top))
    return Unit("0–1", 1.0, "0–1" if top <= 1 else f"0–1: {_percent(1 - over)} of the values are at most 1.5")


def loudness_unit(values: FloatArray, hint: str, where: str) -> Unit:
    """Return the unit of loudness: decibels, or LUFS where the name or the cells say so.

    Raises
    ------
    DataError
        When most values are no loudness below full scale.
    """
    known = _finite(values)
    name = "LUFS" if hint == "LUFS" else "dB"
    if not len(known):
        return Unit(name, 1.0, "no values")
    low, high = float(known.min()), float(known.max())
    if low >= 0 and high <= 1 and high > low:
        raise DataError(
            f"{where}: loudness runs from {_shown(low)} to {_shown(high)}: it was put on 0–1, but decibels (usually −60 to 0) are "
            f"expected. {_way_out('loudness')}"
        )
    over = float((known > 0).mean())
    if over > 0.2:
        what = "the minus sign is missing, or it is another scale" if low >= 0 else "standardized values perhaps"
        raise DataError(
            f"{where}: {_percent(over)} of the values of loudness are above 0 dB (from {_shown(low)} to {_shown(high)}): {what}. "
            f"Decibels (usually −60 to 0) are expected. {_way_out('loudness')}"
        )
    note = "" if name == "dB" else (
        "loudness is in LUFS, which measures otherwise than the usual decibels: fine within this table, "
        "not to be mixed with others."
    )  # fmt: skip
    return Unit(name, 1.0, f"{name}: from {_shown(low)} to {_shown(high)}", note=note)


def tempo_unit(values: FloatArray, where: str) -> Unit:
    """Return the unit of tempo; refuses what cannot be beats per minute."""
    known = _finite(values)
    zero = known == 0
    nonzero = known[~zero] if zero.any() else known
    if not len(nonzero):
        return Unit("BPM", 1.0, "BPM")
    middle = _median(nonzero)
    if not 20 <= middle <= 400:
        lost = " (a spreadsheet may have taken the decimal point for a thousands mark)" if middle > 1000 else ""
        raise DataError(
            f"{where}: half of the values of tempo are {'below' if middle < 20 else 'above'} {_shown(middle)}{lost}; beats "
            f"per minute (usually 60 to 200) are expected. {_way_out('tempo')}"
        )
    return Unit("BPM", 1.0, f"BPM: half are below {_shown(middle)}")


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
    known = _finite(values)
    known = known if (known > 0).all() else known[known > 0]
    if clocked:
        return Unit("m:ss", 1.0, "minutes and seconds, as written")
    if not len(known):
        return Unit("ms", 1.0, "no values")
    middle = _median(known)
    found = _duration_by_median(middle, hint)
    if found is None:
        raise DataError(
            f"{where}: half of the values of duration_ms are above {_shown(middle)}: neither milliseconds, seconds nor "
            f"minutes. {_way_out('duration_ms')}"
        )
    factor = {"ms": 1.0, "s": 1_000.0, "min": 60_000.0}[found]
    words = {"ms": "milliseconds", "s": "seconds", "min": "minutes"}
    why = f"{words[found]}: half are below {_shown(middle)}"
    note = ""
    if hint in words and hint != found:
        note = (
            f"durations are read as {words[found]} (half are below {_shown(middle)}), although the column's name says "
            f"{words[hint]}."
        )
    return Unit(found, factor, why, note=note)


def _duration_by_median(middle: float, hint: str) -> str | None:
    """Return the unit in which a median track is between seconds and hours long; None where there is none."""
    usual = {"ms": (2_000.0, 3e7), "s": (20.0, 10_000.0), "min": (0.3, 60.0)}
    if hint in usual and usual[hint][0] <= middle <= usual[hint][1]:
        return hint
    if middle > 10_000:
        return "ms" if middle <= 3e7 else None
    return "s" if middle >= 20 else "min"


def _refuse_negative(name: str, values: FloatArray, where: str) -> None:
    below = float((values < 0).mean()) if values.min() < 0 else 0.0
    if below > _FEW:
        raise DataError(
            f"{where}: {name} runs from {_shown(values.min())} to {_shown(values.max())}, {_percent(below)} of the values "
            f"below 0: standardized values (z-scores) perhaps, where 0–1 or percent is expected. {_way_out(name)}"
        )


def _tags(known: Mapping[str, FloatArray], voters: list[str]) -> bool:
    """Return whether a voting column ends where scales of 1 to 9 do; that is refused by name, not as a mixture."""
    return any(len(known[n]) >= _ENOUGH and _OVER_ONE < float(known[n].max()) <= _TAGS_UP_TO for n in voters)


def _mixed_rows(where: str, listed: str, like_percent: NDArray[np.bool_], voting: NDArray[np.bool_]) -> str:
    n, of = int(like_percent.sum()), int(voting.sum())
    first_percent = int(np.flatnonzero(like_percent)[0]) + 1
    first_fraction = int(np.flatnonzero(voting & ~like_percent)[0]) + 1
    return (
        f"{where}: {n:,} of {of:,} rows hold {listed} in percent (the first is row {first_percent:,}), the others on "
        f"0–1 (the first is row {first_fraction:,}): two tables were put into one. "
        "Split them into two files and name both."
    )


def _clipped(name: str, n: int, top: float) -> str:
    values = "value" if n == 1 else "values"
    return f"{name}: {n:,} {values} between 1 and {_shown(top)} {'counts' if n == 1 else 'count'} as 1."


def _way_out(name: str) -> str:
    return f"Give a table with the original values, or leave the column out with --column {name}=none."


def _listed(names: list[str]) -> str:
    """Return the columns of which two (or the only one) must agree, in words."""
    if len(names) < 3:
        return " and ".join(names)
    return f"two of {', '.join(names[:-1])} and {names[-1]}"


def _shown(value: float) -> str:
    """Return a value as people write it: thousands parted, a true minus sign, four digits where it is small."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def _percent(share: float) -> str:
    text = f"{100 * share:.0f}"
    return ("under 1" if text == "0" and share > 0 else "over 99" if text == "100" and share < 1 else text) + " %"

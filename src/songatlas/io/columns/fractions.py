"""Tells percent from 0–1 by a vote of a file's rows, and refuses what is neither.

Standardized values, tags from 1 to 9 and files of which a part is percent are refused, never bent into shape.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songatlas.errors import DataError
from songatlas.results import FloatArray
from songatlas.schema import FEATURES

from .units import FEW, SEVERAL, Unit, finite, percent_of, shown, span, way_out

STRONG = ("danceability", "energy", "valence")
"""Of all 0–1 features these are hardly ever near 0, so they tell percent from 0–1."""

FRACTIONS = tuple(name for name, feature in FEATURES.items() if feature.kind == "unit")

SIGN = "percent sign"
"""The hint of a column in which every cell has a percent sign."""

_OVER_ONE = 1.5  # above it a value is no 0–1 value that slipped
_MOST = 0.9  # share of rows, from which on it is the rule
_TAGS_UP_TO = 12.0  # a column that ends here is on a scale of 1 to 9 or 0 to 10, not percent
_SLIP = 0.01  # share of rows, up to which they are a slip and only said
_ENOUGH = 5  # with fewer values, how far a column reaches says nothing


def fraction_units(columns: Mapping[str, FloatArray], hints: Mapping[str, str], where: str) -> dict[str, Unit]:
    """Return the unit of each 0–1 feature, by a vote of all of them.

    Parameters
    ----------
    columns : mapping of feature to ndarray of shape (n_rows,)
        As read; NaN where missing.
    hints : mapping of feature to 'percent' where its name says so, to `SIGN` where its cells do
    where : str
        How messages name the table.

    Raises
    ------
    DataError
        When the values are on another scale, or when some rows are percent and others 0–1.
    """
    known = {name: found for name, values in columns.items() if len(found := finite(values))}
    for name, values in known.items():
        _refuse_negative(name, values, where)
    unsigned = {name: values for name, values in columns.items() if hints.get(name) != SIGN}
    percent, vote, note = _vote(unsigned, {n: v for n, v in known.items() if n in unsigned}, where)
    units = {}
    for name in columns:
        if name not in known:
            units[name] = Unit("0–1", 1.0, "no values")
        elif hints.get(name) == SIGN:
            units[name] = Unit("percent", 0.01, "percent, divided by 100: the cells say so")
        else:
            units[name] = _fraction_unit(name, known[name], hints.get(name, ""), percent, vote, where)
    first = next(iter(units))
    return units | ({first: replace(units[first], note=f"{note} {units[first].note}".strip())} if note else {})


def _vote(columns: Mapping[str, FloatArray], known: Mapping[str, FloatArray], where: str) -> tuple[bool, str, str]:
    """Return whether the file is in percent, the evidence, and a note on single rows that are otherwise."""
    voters = [name for name in STRONG if name in known] or [
        name for name in known if float(known[name].max()) > _TAGS_UP_TO
    ]
    if not voters:
        return False, "", ""
    over = np.sum([columns[name] > _OVER_ONE for name in voters], axis=0, dtype=np.int8)
    needed = np.minimum(2, np.sum([np.isfinite(columns[name]) for name in voters], axis=0, dtype=np.int8))
    voting = needed > 0
    like_percent = (over >= needed) & voting
    n_percent, n = int(like_percent.sum()), int(voting.sum())
    if not n_percent:
        return False, "", ""
    like_fraction = voting & _sound_fractions(columns, voters)
    n_fraction = int(like_fraction.sum())
    listed = _listed(voters)
    percent = n_percent >= _MOST * n
    fewer, rows = (n_fraction, like_fraction) if percent else (n_percent, like_percent)
    if fewer >= SEVERAL and fewer > _SLIP * n and not _tags(known, voters):
        raise DataError(_mixed_rows(where, listed, like_percent, voting))
    note = ""
    if fewer and not _tags(known, voters):
        first, what = int(np.flatnonzero(rows)[0]) + 1, "0–1 among percents" if percent else "percent among 0–1"
        note = f"{fewer:,} {'row looks' if fewer == 1 else 'rows look'} like {what} (the first is row {first:,})."
    return percent, f"{percent_of(n_percent / n)} of the rows have {listed} above 1.5" if percent else "", note


def _sound_fractions(columns: Mapping[str, FloatArray], voters: list[str]) -> NDArray[np.bool_]:
    """Return the rows whose voting values are all at most 1, and none of them a whole number."""
    sound = np.ones(len(columns[voters[0]]), dtype=bool)
    for name in voters:
        values = columns[name]
        sound &= ~np.isfinite(values) | ((values > 0) & (values < 1))
    return sound


def _fraction_unit(name: str, values: FloatArray, hint: str, percent: bool, vote: str, where: str) -> Unit:
    top = float(values.max())
    n_over = int((values > _OVER_ONE).sum()) if top > _OVER_ONE else 0
    over = n_over / len(values)
    several = over > FEW and n_over >= SEVERAL
    if (
        several
        and top <= _TAGS_UP_TO
        and len(values) >= _ENOUGH
        and hint != "percent"
        and (name in STRONG or (not percent and not (values % 1 == 0).all()))
    ):
        raise DataError(
            f"{where}: {name} runs {span(values)}, which is neither 0–1 nor percent: a scale of 1 to "
            f"9 or 0 to 10? {way_out(name)}"
        )
    if several and float((values > 100.5).mean()) > FEW:
        raise DataError(f"{where}: {name} runs {span(values)}, far above 100: neither 0–1 nor percent. {way_out(name)}")
    says_percent = percent or hint == "percent"
    if says_percent and not (top <= 1 and (values % 1 != 0).any()):
        why = vote if percent else "the column says so"
        return Unit("percent", 0.01, f"percent, divided by 100: {why}")
    if says_percent:
        note = f"{name} goes {span(values)} and is read as 0–1, although "
        note += "the other columns are percent." if percent else "its name says percent."
        return Unit("0–1", 1.0, f"0–1: no value above {shown(top)}", note=note)
    if over >= _MOST:
        evidence = f"{percent_of(over)} of its values are above 1.5"
        note = f"{name} is read as percent, although other columns are 0–1 ({evidence})."
        return Unit("percent", 0.01, f"percent, divided by 100: {evidence}", note=note)
    if several:
        raise DataError(
            f"{where}: {percent_of(over)} of the values of {name} are above 1.5 and the others are not: percent and "
            f"0–1 are mixed in one column. {way_out(name)}"
        )
    if 1 < top <= _OVER_ONE:
        n = int((values > 1).sum())
        return Unit("0–1", 1.0, f"0–1: no value above {shown(top)}", clip=True, note=_clipped(name, n, top))
    return Unit("0–1", 1.0, "0–1" if top <= 1 else f"0–1: {percent_of(1 - over)} of the values are at most 1.5")


def _refuse_negative(name: str, values: FloatArray, where: str) -> None:
    below = float((values < 0).mean()) if values.min() < 0 else 0.0
    if below > FEW:
        raise DataError(
            f"{where}: {name} runs {span(values)}, {percent_of(below)} of the values "
            f"below 0: standardized values (z-scores) perhaps, where 0–1 or percent is expected. {way_out(name)}"
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
    return f"{name}: {n:,} {values} between 1 and {shown(top)} {'counts' if n == 1 else 'count'} as 1."


def _listed(names: list[str]) -> str:
    """Return the columns of which two (or the only one) must agree, in words."""
    if len(names) < 3:
        return " and ".join(names)
    return f"two of {', '.join(names[:-1])} and {names[-1]}"

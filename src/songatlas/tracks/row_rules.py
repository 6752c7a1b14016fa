"""The cleaning rules that look at one row at a time: what they find, and by which columns and values."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from songatlas.options import CleanOptions
from songatlas.schema import FEATURES

from .duplicates import MaskArray, PositionArray
from .values import TextArray, as_read, numbers, value_texts

ROW_RULES: tuple[str, ...] = (
    "missing_feature",
    "failed_analysis",
    "out_of_range",
    "loud",
    "short",
    "long",
    "spoken",
)


@dataclass
class Findings:
    """The rows a rule found, with the columns and values that gave them away."""

    rows: PositionArray
    column: TextArray
    before: TextArray


def find_rows(rule: str, table: pd.DataFrame, features: Sequence[str], options: CleanOptions) -> Findings:
    """Return the rows a rule finds, one of `ROW_RULES`; a rule about an absent column finds none."""
    finders: dict[str, Callable[[], Findings]] = {
        "missing_feature": lambda: _missing(table, features),
        "failed_analysis": lambda: _failed(table),
        "out_of_range": lambda: _out_of_range(table),
        "loud": lambda: _beyond(table, "loudness", above=options.loud_above_db),
        "short": lambda: _beyond(table, "duration_ms", below=options.short_below_seconds * 1000),
        "long": lambda: _beyond(table, "duration_ms", above=options.long_above_minutes * 60_000),
        "spoken": lambda: _beyond(table, "speechiness", above=options.spoken_above),
    }
    return finders[rule]()


def _missing(table: pd.DataFrame, features: Sequence[str]) -> Findings:
    bad = ((name, ~np.isfinite(numbers(table[name])), as_read(table, name)) for name in features)
    return _gather(bad, len(table))


def _failed(table: pd.DataFrame) -> Findings:
    """Return rows with tempo 0, or with danceability, speechiness and valence all 0."""
    zero = {
        name: numbers(table[name]) == 0
        for name in ("tempo", "danceability", "speechiness", "valence")
        if name in table.columns
    }
    silent = zero.get("tempo", np.zeros(len(table), dtype=bool))
    trio = ("danceability", "speechiness", "valence")
    failed = silent.copy()
    if set(trio) <= set(zero):
        failed |= zero["danceability"] & zero["speechiness"] & zero["valence"]
    evidence = (name for name in zero if name == "tempo" or set(trio) <= set(zero))
    return _gather(((name, failed & zero[name], table[name]) for name in evidence), len(table))


def _out_of_range(table: pd.DataFrame) -> Findings:
    """Return rows with a finite value outside its feature's range (infinite ones count as missing)."""

    def by_feature() -> Iterator[tuple[str, MaskArray, pd.Series]]:
        for name, feature in FEATURES.items():
            if name in table.columns:
                values = numbers(table[name])
                outside = (values < feature.low) | (values > feature.high)
                yield name, outside & np.isfinite(values), table[name]

    return _gather(by_feature(), len(table))


def _beyond(table: pd.DataFrame, name: str, *, above: float = np.inf, below: float = -np.inf) -> Findings:
    if name not in table.columns:
        return _gather([], len(table))
    values = numbers(table[name])
    return _gather([(name, (values > above) | (values < below), table[name])], len(table))


def _gather(bad: Iterable[tuple[str, MaskArray, pd.Series]], n_rows: int) -> Findings:
    """Return the rows found in any column, with the names and values of those columns joined by '; '."""
    column = np.full(n_rows, "", dtype=object)
    before = np.full(n_rows, "", dtype=object)
    hit = np.zeros(n_rows, dtype=bool)
    for name, mask, values in bad:
        rows = np.flatnonzero(mask)
        again = hit[rows]
        shown = value_texts(values.iloc[rows])
        column[rows] = np.where(again, column[rows] + "; " + name, name)
        before[rows] = np.where(again, before[rows] + "; " + shown, shown)
        hit[rows] = True
    rows = np.flatnonzero(hit)
    return Findings(rows, column[rows], before[rows])


def surplus_rows(first: PositionArray) -> Findings:
    """Return the rows equal to an earlier one, with that row as the evidence."""
    rows = np.flatnonzero(first != np.arange(len(first)))
    like = np.array([f"like row {row + 1}" for row in first[rows]], dtype=object)
    return Findings(rows, np.full(len(rows), "", dtype=object), like)

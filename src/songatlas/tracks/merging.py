"""The cleaning rules about duplicates: which rows form a group, and which of them stands for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from songatlas.results import FloatArray

from .duplicates import MaskArray, PositionArray, connected_groups, duplicate_rows, re_releases, same_ids
from .values import TextArray, numbers, source_columns, texts

DUPLICATE_RULES: tuple[str, ...] = ("duplicate_row", "same_id", "re_release")


@dataclass
class Merging:
    """What the duplicate rules decided: reasons of merged rows, representatives, marks and united genres."""

    reason: TextArray
    representative: PositionArray
    marked: dict[str, PositionArray] = field(default_factory=dict)  # rule → first equal row of each row
    genres: dict[int, str] = field(default_factory=dict)


def merge_duplicates(table: pd.DataFrame, eligible: MaskArray, modes: Mapping[str, str]) -> Merging:
    """Return what the duplicate rules decide about the eligible rows.

    Parameters
    ----------
    table : DataFrame
    eligible : ndarray of shape (n_rows,), bool
        Rows that were not set aside.
    modes : mapping of each of `DUPLICATE_RULES` to 'keep', 'mark' or 'merge'
    """
    n_rows = len(table)
    merging = Merging(np.full(n_rows, "", dtype=object), np.arange(n_rows, dtype=np.int64))
    finders: dict[str, Callable[[], PositionArray]] = {
        "duplicate_row": lambda: duplicate_rows(table, source_columns(table), eligible),
        "same_id": lambda: same_ids(table, eligible),
        "re_release": lambda: re_releases(table, eligible),
    }
    relations: list[PositionArray] = []
    for rule, finder in finders.items():
        if modes[rule] == "keep":
            continue
        first = finder()
        if modes[rule] == "mark":
            merging.marked[rule] = first
            continue
        relations.append(first)
        groups = connected_groups(relations, n_rows)
        _choose_representatives(rule, groups, _popularity(table) if rule == "re_release" else None, merging)
        if rule == "same_id":
            merging.genres = _united_genres(table, groups, merging)
    merging.genres = {row: text for row, text in merging.genres.items() if merging.reason[row] == ""}
    return merging


def _choose_representatives(rule: str, groups: PositionArray, preference: FloatArray | None, merging: Merging) -> None:
    """Let each group's rows that still stand go into the preferred one, else the first."""
    standing = np.flatnonzero(merging.reason == "")
    if preference is not None:
        standing = standing[np.argsort(-preference[standing], kind="stable")]
    _, best = np.unique(groups[standing], return_index=True)
    chosen = np.arange(len(groups), dtype=np.int64)
    chosen[groups[standing[best]]] = standing[best]
    merging.representative = chosen[groups]
    lost = standing[merging.representative[standing] != standing]
    merging.reason[lost] = rule


def _popularity(table: pd.DataFrame) -> FloatArray:
    if "popularity" not in table.columns:
        return np.zeros(len(table))
    return np.nan_to_num(numbers(table["popularity"]), nan=-1.0)


def _united_genres(table: pd.DataFrame, groups: PositionArray, merging: Merging) -> dict[int, str]:
    """Return the genres of each group with a repeated id, in order of first appearance, by representative."""
    if "genres" not in table.columns:
        return {}
    repeated = np.zeros(len(table), dtype=bool)
    repeated[merging.representative[merging.reason == "same_id"]] = True
    known = texts(table, "genres")
    united: dict[int, dict[str, None]] = {}
    for row in np.flatnonzero(repeated[merging.representative]).tolist():
        united.setdefault(int(merging.representative[row]), {}).update(_genres(known[row]))
    return {row: ";".join(genres) for row, genres in united.items() if len(genres) > len(_genres(known[row]))}


def _genres(text: str) -> dict[str, None]:
    """Return the genres in a text joined by ';', once each and in order."""
    return dict.fromkeys(genre for part in text.split(";") if (genre := part.strip()))

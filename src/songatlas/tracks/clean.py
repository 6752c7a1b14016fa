"""Decides for every row of a table if it is kept, merged or set aside, and writes each intervention down.

No value is changed and none is filled in: the table itself is left alone, and the decisions come back as a
`Cleaning`. The rules, in order:

1. Rules about one row (a clustering feature missing, the analysis failed, a value out of range; too loud,
   short, long or spoken), each with a mode. A row that a rule sets aside takes no part in what follows; the
   first rule that sets it aside is its reason.
2. Rules about duplicates among the rows that are left: equal rows, equal ids, re-releases. Rows linked by
   any merging rule, directly or in a chain, form one group, so that groups do not depend on row order. In
   each group equal rows and equal ids go into the first; of what is left, re-releases go into the most
   popular. Genres are united over equal ids only.
3. Marks, which are independent of the state of the row.

Always: kept + merged + set aside = rows.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from songatlas.errors import DataError, DataWarning
from songatlas.options import CleanOptions
from songatlas.results import Cleaning

from .duplicates import PositionArray
from .merging import DUPLICATE_RULES, Merging, merge_duplicates
from .row_rules import ROW_RULES, Findings, find_rows, surplus_rows
from .values import TextArray, texts

RULES: tuple[str, ...] = (*ROW_RULES[:3], *DUPLICATE_RULES, *ROW_RULES[3:])
"""Every rule, in the order in which marks and ledger lines about one row are listed."""

_FEW_ROWS = 10  # in fewer, half of them being the same track says nothing

LEDGER_COLUMNS: tuple[str, ...] = ("row", "track_id", "rule", "action", "column", "before", "after")


@dataclass
class _Ledger:
    """Collects lines as arrays; a million lines take no loop."""

    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        rule: str,
        rows: PositionArray,
        action: str | TextArray,
        column: str | TextArray = "",
        before: str | TextArray = "",
        after: str | TextArray = "",
    ) -> None:
        if len(rows):
            values = {
                "row": rows,
                "rule": rule,
                "action": action,
                "column": column,
                "before": before,
                "after": after,
            }
            self.parts.append(pd.DataFrame(values, index=range(len(rows))))

    def table(self, track_ids: TextArray) -> pd.DataFrame:
        """Return the lines ordered by row, then by rule; row numbers start at 1."""
        if not self.parts:
            return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in LEDGER_COLUMNS})
        lines = pd.concat(self.parts, ignore_index=True)
        order = np.lexsort((lines["rule"].map(RULES.index).to_numpy(), lines["row"].to_numpy()))
        lines = lines.iloc[order].reset_index(drop=True)
        lines["track_id"] = track_ids[lines["row"].to_numpy()]
        lines["row"] += 1
        return lines[list(LEDGER_COLUMNS)]


def clean_tracks(table: pd.DataFrame, features: Sequence[str], options: CleanOptions) -> Cleaning:
    """Return what the rules decide for every row, with a ledger line per intervention.

    Parameters
    ----------
    table : DataFrame of n_rows rows
        Canonical columns beside the source's own, as `songatlas.io.read.read_tracks` returns them. Rules
        about columns that it does not have do nothing. The table is not changed.
    features : sequence of str
        The columns that will be clustered. A row where one of them is missing, unreadable or infinite is
        always set aside.
    options : CleanOptions
        Modes and thresholds. ``keep_all`` switches off every rule but ``missing_feature``.

    Returns
    -------
    Cleaning
        ``counts`` has an entry for each rule that was in force, zero included: rows whose state the rule
        decided, or rows it marked.

    Raises
    ------
    DataError
        When a feature is not a column of the table.

    Examples
    --------
    >>> songs = pd.DataFrame({"track_id": ["a", "b", "a"], "energy": [0.5, np.nan, 0.5]})
    >>> clean_tracks(songs, ["energy"], CleanOptions()).state.tolist()
    ['kept', 'set_aside', 'merged']
    """
    _require_columns(table, features)
    n_rows = len(table)
    reason = np.full(n_rows, "", dtype=object)
    marks = np.full(n_rows, "", dtype=object)
    counts = {rule: 0 for rule in RULES if _mode(rule, options) != "keep"}
    ledger = _Ledger()

    found = {rule: find_rows(rule, table, features, options) for rule in ROW_RULES if rule in counts}
    for rule, findings in found.items():
        if _mode(rule, options) == "set-aside":
            counts[rule] = _set_aside(rule, findings, reason, ledger)
    set_aside = reason != ""

    modes = {rule: _mode(rule, options) for rule in DUPLICATE_RULES}
    merging = merge_duplicates(table, ~set_aside, modes)
    reason = np.where(set_aside, reason, merging.reason)
    merged = merging.reason != ""
    for rule in DUPLICATE_RULES:
        if _mode(rule, options) == "merge":
            counts[rule] = _enter_merged(rule, merging, ledger)
    _doubt_ids(counts.get("same_id", 0) if modes["same_id"] == "merge" else 0, n_rows)
    _enter_genres(table, merging, ledger)

    for rule in RULES:
        if _mode(rule, options) == "mark":
            counts[rule] = _mark(rule, found.get(rule) or surplus_rows(merging.marked[rule]), marks, ledger)

    return Cleaning(
        state=np.where(set_aside, "set_aside", np.where(merged, "merged", "kept")).astype(object),
        reason=reason,
        marks=marks,
        representative=np.where(set_aside, -1, merging.representative),
        genres=merging.genres,
        ledger=ledger.table(texts(table, "track_id")),
        counts=counts,
    )


def _doubt_ids(n_merged: int, n_rows: int) -> None:
    """Warn where most rows were merged by their id: the column is probably no id of tracks."""
    if n_rows >= _FEW_ROWS and n_merged > n_rows / 2:
        warnings.warn(
            f"{n_merged:,} of {n_rows:,} rows were merged because another row has the same track_id. If that column "
            "does not tell tracks apart, run again with --same-id keep (in Python same_id='keep').",
            DataWarning,
            stacklevel=3,
        )


def _mode(rule: str, options: CleanOptions) -> str:
    if rule == "missing_feature":
        return "set-aside"
    return "keep" if options.keep_all else str(getattr(options, rule))


def _require_columns(table: pd.DataFrame, features: Sequence[str]) -> None:
    absent = [name for name in features if name not in table.columns]
    if absent:
        raise DataError(
            f"the table has no column {', '.join(map(repr, absent))}. "
            f"Columns found: {', '.join(map(str, table.columns))}. "
            "Name the columns to cluster with --features."
        )


def _set_aside(rule: str, findings: Findings, reason: TextArray, ledger: _Ledger) -> int:
    new = reason[findings.rows] == ""
    rows = findings.rows[new]
    reason[rows] = rule
    ledger.add(rule, rows, "set aside", findings.column[new], findings.before[new])
    return len(rows)


def _mark(rule: str, findings: Findings, marks: TextArray, ledger: _Ledger) -> int:
    rows = findings.rows
    earlier = marks[rows]
    marks[rows] = np.where(earlier == "", rule, earlier + ";" + rule)
    ledger.add(rule, rows, "marked", findings.column, findings.before, findings.before)
    return len(rows)


def _enter_merged(rule: str, merging: Merging, ledger: _Ledger) -> int:
    rows = np.flatnonzero(merging.reason == rule)
    targets = merging.representative[rows] + 1
    ledger.add(rule, rows, np.array([f"merged into row {target}" for target in targets], dtype=object))
    return len(rows)


def _enter_genres(table: pd.DataFrame, merging: Merging, ledger: _Ledger) -> None:
    if merging.genres:
        rows = np.array(list(merging.genres), dtype=np.int64)
        after = np.array(list(merging.genres.values()), dtype=object)
        ledger.add("same_id", rows, "genres united", "genres", texts(table, "genres")[rows], after)

"""Finds rows that are the same track: equal rows, equal ids, equal recordings, equal titles.

Every finder returns, for each row, the position of the first row equal to it (its own position where there is
none earlier), so that ``first != arange(n_rows)`` are the surplus rows. Comparison is exact, never by hash
alone. What is done with duplicates is decided in `songatlas.tracks.clean`.
"""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from songatlas.schema import FEATURE_NAMES

PositionArray = NDArray[np.int64]
MaskArray = NDArray[np.bool_]

MIN_FEATURES = 5
"""With fewer equal features than this, equality says little: durations in seconds alone collide by chance."""


def first_equal_rows(columns: Iterable[pd.Series], eligible: MaskArray) -> PositionArray:
    """Return for each row the position of the first eligible row that is equal to it in all columns.

    Columns are compared one after the other, each only where the earlier ones left a tie, so columns with
    many different values should come first. A missing value equals a missing value.

    Parameters
    ----------
    columns : iterable of Series of length n_rows
    eligible : ndarray of shape (n_rows,), bool
        Rows that take part; the others are equal to nobody.

    Returns
    -------
    ndarray of shape (n_rows,), int64

    Examples
    --------
    >>> first_equal_rows([pd.Series([1, 2, 1]), pd.Series(["a", "b", "a"])], np.ones(3, dtype=bool)).tolist()
    [0, 1, 0]
    """
    first = np.arange(len(eligible), dtype=np.int64)
    rows = np.flatnonzero(eligible)
    groups = np.zeros(len(rows), dtype=np.int64)
    compared = False
    for column in columns:
        compared = True
        values, n_values = _codes(column.iloc[rows])
        groups = pd.factorize(groups * n_values + values)[0].astype(np.int64)
        tied = np.bincount(groups)[groups] > 1
        rows, groups = rows[tied], groups[tied]
        if not len(rows):
            return first
    if compared:
        groups, _ = pd.factorize(groups)
        _, first_in_group = np.unique(groups, return_index=True)
        first[rows] = rows[first_in_group[groups]]
    return first


def connected_groups(relations: Sequence[PositionArray], n_rows: int) -> PositionArray:
    """Return the group of each row, where rows linked directly or in a chain belong together.

    Parameters
    ----------
    relations : sequence of ndarray of shape (n_rows,), int64
        As `first_equal_rows` returns them.

    Returns
    -------
    ndarray of shape (n_rows,), int64
        The position of the first row of the group. Which rows form a group does not depend on row order.
    """
    rows = np.arange(n_rows, dtype=np.int64)
    if not relations or not n_rows:
        return rows
    start = np.tile(rows, len(relations))
    stop = np.concatenate(list(relations))
    linked = start != stop
    graph = coo_array((np.ones(linked.sum(), dtype=np.int8), (start[linked], stop[linked])), shape=(n_rows, n_rows))
    _, groups = connected_components(graph, directed=False)
    _, first_in_group = np.unique(groups, return_index=True)
    first: PositionArray = first_in_group[groups].astype(np.int64)
    return first


def duplicate_rows(table: pd.DataFrame, source_columns: Sequence[str], eligible: MaskArray) -> PositionArray:
    """Return for each row the first one that is equal to it in all source columns."""
    present = [name for name in source_columns if name in table.columns]
    return first_equal_rows((table[name] for name in _telling_first(present)), eligible)


def same_ids(table: pd.DataFrame, eligible: MaskArray) -> PositionArray:
    """Return for each row the first one with the same non-empty ``track_id``."""
    if "track_id" not in table.columns:
        return np.arange(len(table), dtype=np.int64)
    ids = table["track_id"]
    return first_equal_rows([ids], eligible & has_text(ids))


def re_releases(table: pd.DataFrame, eligible: MaskArray) -> PositionArray:
    """Return for each row the first one by the same artist with the same audio features.

    Artists are compared without case and in Unicode's compatible form. All audio features of the table
    count; a row needs at least five of them, or it is equal to nobody.
    """
    if "artist_name" not in table.columns:
        return np.arange(len(table), dtype=np.int64)
    eligible = eligible & has_text(table["artist_name"])
    tied = first_equal_rows(_feature_columns(table), eligible & comparable_features(table))
    by_sound = np.bincount(tied, minlength=len(table))[tied] > 1
    rows = np.flatnonzero(by_sound)
    artists = text_keys(table["artist_name"].iloc[rows])
    within = first_equal_rows([pd.Series(tied[rows]), artists], np.ones(len(rows), dtype=bool))
    first = np.arange(len(table), dtype=np.int64)
    first[rows] = rows[within]
    return first


def equal_features(table: pd.DataFrame) -> PositionArray:
    """Return for each row the first one with the same audio features (five at least), by any artist."""
    return first_equal_rows(_feature_columns(table), comparable_features(table))


def equal_titles(table: pd.DataFrame) -> PositionArray:
    """Return for each row the first one with the same title and artist, without case; both must be known."""
    if not {"track_name", "artist_name"} <= set(table.columns):
        return np.arange(len(table), dtype=np.int64)
    title, artist = table["track_name"], table["artist_name"]
    return first_equal_rows([text_keys(title), text_keys(artist)], has_text(title) & has_text(artist))


def comparable_features(table: pd.DataFrame) -> MaskArray:
    """Return which rows have enough audio features for an equal row to be the same recording."""
    known = np.zeros(len(table), dtype=np.int64)
    for column in _feature_columns(table):
        known += column.notna().to_numpy()
    return known >= MIN_FEATURES


def has_text(column: pd.Series) -> MaskArray:
    """Return where a column holds more than blanks."""
    known = column.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype):
        return known
    filled: MaskArray = known & (column.where(known, "").astype("str").str.strip() != "").to_numpy(dtype=bool)
    return filled


def text_keys(column: pd.Series) -> pd.Series:
    """Return texts made comparable: Unicode NFKC, no case, single blanks; missing becomes ''.

    Examples
    --------
    >>> text_keys(pd.Series(["Nova  Kite", "NOVA KITE", None])).tolist()
    ['nova kite', 'nova kite', '']
    """
    codes, values = pd.factorize(column)
    keys = np.array([_key(value) for value in values] + [""], dtype=object)
    return pd.Series(keys[codes], index=column.index, dtype=object)


def _key(value: object) -> str:
    text = str(value)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).split())


def _feature_columns(table: pd.DataFrame) -> list[pd.Series]:
    return [table[name] for name in _telling_first([n for n in FEATURE_NAMES if n in table.columns])]


def _telling_first(names: Sequence[str]) -> list[str]:
    """Return the names with the columns of many different values in front, so that few rows stay tied."""
    telling = ("track_id", "id_songs", "id", "duration_ms", "tempo", "loudness")
    return sorted(names, key=lambda name: telling.index(name) if name in telling else len(telling))


def _codes(column: pd.Series) -> tuple[PositionArray, int]:
    try:
        codes, values = pd.factorize(column, use_na_sentinel=False)
    except TypeError:  # lists and other values that cannot be hashed, as Parquet files hold them
        codes, values = pd.factorize(column.map(repr), use_na_sentinel=False)
    return codes.astype(np.int64), max(len(values), 1)

"""The tracks that show what a cluster is: the most typical, the most popular, the most doubtful.

Popular is not typical: the best-known tracks of a cluster often lie at its edge, so the lists are kept apart.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import FloatArray, LabelArray, TrackRef

_VERSION = re.compile(r"\s+[-‐–—]\s+|\s*[(\[]")  # where the title ends and "Live", "Remix" or the like begins
TrackLists = tuple[tuple[TrackRef, ...], ...]


def distances_to_center(X: FloatArray, labels: LabelArray) -> FloatArray:
    """Return each track's Euclidean distance to the mean of its own cluster in ``X``; NaN for noise."""
    X = np.asarray(X, dtype=np.float64)
    distances = np.full(len(X), np.nan)
    for label in range(int(labels.max(initial=-1)) + 1):
        own = np.flatnonzero(labels == label)
        distances[own] = np.linalg.norm(X[own] - X[own].mean(axis=0), axis=1)
    return distances


@dataclass(frozen=True)
class Identities:
    """Who each track is: position in the run's table, order of its id, artist, and the table to quote.

    ``artists`` holds a number per artist (by name without case, else by id), and one for each track without.
    """

    rows: NDArray[np.int64]
    ranks: NDArray[np.int64]
    artists: NDArray[np.int64]
    table: pd.DataFrame

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Identities":
        """Return the identities in a table, of which any canonical column may be absent."""
        order = np.arange(len(table), dtype=np.int64)
        rows = table["row"].to_numpy(dtype=np.int64) if "row" in table else order
        ids = _column(table, "track_id")
        ranks = order * 0 if ids is None else _codes(ids, sort=True)
        artists = _column(table, "artist_name", "artist_id")
        if artists is None:
            return cls(rows, ranks, -1 - order, table)
        keys = np.array([text.strip().casefold() for text in artists], dtype=object)
        return cls(rows, ranks, np.where(keys == "", -1 - order, _codes(keys)), table)


def best_tracks(
    order_by: FloatArray,
    labels: LabelArray,
    tracks: Identities,
    *,
    n_clusters: int,
    top: int,
    per_artist: int | None,
    per_title: int | None = None,
    falling: bool = False,
) -> TrackLists:
    """Return, for each cluster, its ``top`` tracks by a value.

    Parameters
    ----------
    order_by : ndarray of shape (n_tracks,)
        The value; lowest first unless ``falling``. A track with NaN is in no list.
    labels : ndarray of shape (n_tracks,), int
    tracks : Identities
        Of the n_tracks tracks, in the same order.
    per_artist : int or None
        At most so many tracks of one artist in a list, those without an artist apart. None: no limit.
    per_title : int or None
        The same for tracks of one title, versions ("Song - Live", "Song (Remix)") and covers counted as one.

    Returns
    -------
    tuple of n_clusters tuples of TrackRef
        Ties go by track id, then by row, so that the order of the file does not matter.
    """
    keys = -order_by if falling else order_by
    order = np.lexsort((tracks.rows, tracks.ranks, keys, labels))
    order = order[(labels[order] >= 0) & ~np.isnan(order_by[order])]
    if per_artist is not None:
        order = order[_earlier(labels[order], tracks.artists[order]) < per_artist]
    if per_title is not None:
        order = order[_earlier(labels[order], _titles(tracks.table, order)) < per_title]
    order = order[_earlier(labels[order]) < top]
    details = _details(tracks.table.iloc[order])
    lists: list[list[TrackRef]] = [[] for _ in range(n_clusters)]
    for position, detail in zip(order, details, strict=True):
        lists[labels[position]].append(TrackRef(int(tracks.rows[position]), *detail, value=float(order_by[position])))
    return tuple(map(tuple, lists))


def _titles(table: pd.DataFrame, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number per song for the tracks in ``order``: titles are equal without case and what tells a version."""
    texts = _column(table.iloc[order], "track_name")
    alone = -1 - np.arange(len(order), dtype=np.int64)
    if texts is None:
        return alone
    songs = np.array([_VERSION.split(text.casefold(), maxsplit=1)[0].strip() for text in texts], dtype=object)
    return np.where(songs == "", alone, _codes(songs))


def _earlier(*keys: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return how many entries with the same keys come before each one."""
    frame = pd.DataFrame(dict(enumerate(keys)))
    return np.asarray(frame.groupby(list(frame.columns), sort=False).cumcount(), dtype=np.int64)


def _details(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return title, artist, and album and year of each track; '' where not known."""
    blank = np.full(len(table), "", dtype=object)
    columns = [_column(table, name) for name in ("track_name", "artist_name", "album_name")]
    titles, artists, albums = (blank if column is None else column for column in columns)
    years = pd.to_numeric(table["year"], errors="coerce") if "year" in table else [np.nan] * len(table)
    texts = ["" if pd.isna(year) else str(int(year)) for year in years]
    joined = [", ".join(part for part in pair if part) for pair in zip(albums, texts, strict=True)]
    return list(zip(titles, artists, joined, strict=True))


def _column(table: pd.DataFrame, *names: str) -> NDArray[np.object_] | None:
    """Return the first of these columns that exists as text, '' where missing."""
    name = next((name for name in names if name in table), None)
    if name is None:
        return None
    cells, missing = table[name].astype(object).to_numpy(), table[name].isna().to_numpy()
    return np.array(["" if gone else str(cell) for cell, gone in zip(cells, missing, strict=True)], dtype=object)


def _codes(texts: NDArray[np.object_], *, sort: bool = False) -> NDArray[np.int64]:
    return np.asarray(pd.factorize(texts, sort=sort)[0], dtype=np.int64)

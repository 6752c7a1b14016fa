"""The tracks that show what a cluster is: the most typical, the most popular, the most doubtful.

Popular is not typical: the best-known tracks of a cluster often lie at its edge, so the lists are kept apart.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import FloatArray, LabelArray, TrackRef

TrackLists = tuple[tuple[TrackRef, ...], ...]


def distances_to_center(X: FloatArray, labels: LabelArray) -> FloatArray:
    """Return each track's Euclidean distance to the mean of its own cluster in ``X``; NaN for noise."""
    X = np.asarray(X, dtype=np.float64)
    distances = np.full(len(X), np.nan)
    for label in range(int(labels.max(initial=-1)) + 1):
        own = np.flatnonzero(labels == label)
        distances[own] = np.linalg.norm(X[own] - X[own].mean(axis=0), axis=1)
    return distances


def best_tracks(
    order_by: FloatArray,
    labels: LabelArray,
    table: pd.DataFrame,
    *,
    n_clusters: int,
    top: int,
    per_artist: int | None,
    falling: bool = False,
) -> TrackLists:
    """Return, for each cluster, its ``top`` tracks by a value.

    Parameters
    ----------
    order_by : ndarray of shape (n_tracks,)
        The value; lowest first unless ``falling``. A track with NaN is in no list.
    labels : ndarray of shape (n_tracks,), int
    table : DataFrame of n_tracks rows in the same order
        Columns track_name, artist_name, album_name, year, track_id, artist_id and row, where present.
    per_artist : int or None
        At most so many tracks of one artist in a list, those without an artist apart. None: no limit.

    Returns
    -------
    tuple of n_clusters tuples of TrackRef
        Ties go by track id, then by row, so that the order of the file does not matter.
    """
    keys = -order_by if falling else order_by
    order = np.lexsort((row_numbers(table), _id_ranks(table), keys, labels))
    order = order[(labels[order] >= 0) & ~np.isnan(order_by[order])]
    if per_artist is not None:
        order = order[_nth(labels[order], _artist_codes(table)[order]) < per_artist]
    rank = pd.Series(labels[order]).groupby(labels[order]).cumcount().to_numpy()
    order = order[rank < top]
    return _references(order, order_by, labels, table, n_clusters)


def _references(
    order: NDArray[np.int64], value: FloatArray, labels: LabelArray, table: pd.DataFrame, n_clusters: int
) -> TrackLists:
    rows = row_numbers(table)[order]
    names, artists = _texts(table, "track_name", order), _texts(table, "artist_name", order)
    albums, years = _texts(table, "album_name", order), _years(table, order)
    lists: list[list[TrackRef]] = [[] for _ in range(n_clusters)]
    for i, position in enumerate(order):
        detail = ", ".join(part for part in (albums[i], years[i]) if part)
        reference = TrackRef(int(rows[i]), names[i], artists[i], detail, float(value[position]))
        lists[labels[position]].append(reference)
    return tuple(map(tuple, lists))


def row_numbers(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return each track's position in the run's table: column ``row``, or the order given."""
    if "row" in table:
        return table["row"].to_numpy(dtype=np.int64)
    return np.arange(len(table), dtype=np.int64)


def _id_ranks(table: pd.DataFrame) -> NDArray[np.int64]:
    if "track_id" not in table:
        return np.zeros(len(table), dtype=np.int64)
    codes, _ = pd.factorize(table["track_id"].astype(str).to_numpy(dtype=object), sort=True)
    return np.asarray(codes, dtype=np.int64)


def _artist_codes(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return a number per artist (by name without case, else by id); every track without one gets its own."""
    column = next((name for name in ("artist_name", "artist_id") if name in table), None)
    if column is None:
        return -1 - np.arange(len(table), dtype=np.int64)
    text = (
        table[column].astype(object).where(table[column].notna(), "").astype(str).str.strip().str.casefold()
    )
    codes = np.asarray(pd.factorize(text)[0], dtype=np.int64)
    unknown = (text == "").to_numpy()
    return np.asarray(np.where(unknown, -1 - np.arange(len(table)), codes), dtype=np.int64)


def _nth(labels: LabelArray, artists: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many tracks of the same cluster and artist come before each one."""
    frame = pd.DataFrame({"label": labels, "artist": artists})
    return frame.groupby(["label", "artist"], sort=False).cumcount().to_numpy(dtype=np.int64)


def _texts(table: pd.DataFrame, column: str, order: NDArray[np.int64]) -> list[str]:
    if column not in table:
        return [""] * len(order)
    return ["" if pd.isna(value) else str(value) for value in table[column].iloc[order]]


def _years(table: pd.DataFrame, order: NDArray[np.int64]) -> list[str]:
    if "year" not in table:
        return [""] * len(order)
    years = pd.to_numeric(table["year"].iloc[order], errors="coerce")
    return ["" if pd.isna(year) else str(int(year)) for year in years]

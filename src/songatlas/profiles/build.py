"""Builds the profile of every cluster of a run: statistics, name, tracks, genres, decades, artists."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from songatlas.errors import DataError
from songatlas.results import FloatArray, LabelArray, Lift, Profile

from .exemplars import Identities, TrackLists, best_tracks, distances_to_center
from .lifts import lifted_values, track_values
from .naming import name_clusters
from .summary import cluster_statistics
from .words import describe_traits

LiftLists = tuple[tuple[Lift, ...], ...]


def build_profiles(
    X: FloatArray,
    values: FloatArray,
    feature_names: Sequence[str],
    labels: LabelArray,
    margin: FloatArray,
    silhouette: FloatArray,
    table: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
    top_tracks: int = 20,
    max_per_artist: int = 1,
) -> tuple[Profile, ...]:
    """Return the profile of every cluster, by label; empty where every track is noise.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features; typical tracks are those nearest their cluster's mean here.
    values : ndarray of shape (n_tracks, n_features)
        The same features in their own units, untransformed; means and z-scores are of these.
    feature_names : sequence of str, length n_features
    labels : ndarray of shape (n_tracks,), int
        Labels 0..n_clusters-1; −1 marks noise, which is part of the catalogue but of no cluster.
    margin, silhouette : ndarray of shape (n_tracks,)
        NaN where not defined; such tracks are in no list of doubtful ones and in no mean silhouette.
    table : DataFrame of n_tracks rows in the same order
        Canonical columns, as far as they exist: track_id, track_name, artist_name, album_name, year, decade,
        genres and marks (several joined by ';'), popularity, n_rows (input rows a track stands for), row
        (position in the run's table; default: the order given).
    weights : mapping of feature to positive weight, optional
        As used for ``X``; heavier features weigh more in the choice of names.
    top_tracks : int
        Length of each list of tracks.
    max_per_artist : int
        Most typical and most popular tracks of one artist.
    """
    _check(X, labels, margin, silhouette, table)
    statistics = cluster_statistics(values, feature_names, labels)
    k = len(statistics)
    genres = _lifts(table, "genres", labels, k)
    names = name_clusters(statistics, weights=weights, genres=genres)
    typical, popular, doubtful = _track_lists(X, labels, margin, table, k, top_tracks, max_per_artist)
    decades = _lifts(table, "decade" if "decade" in table else "year", labels, k)
    artists = _lifts(table, "artist_name", labels, k)
    marks, n_rows = _marks(table, labels, k), _row_counts(table, labels, k)
    scores = _mean_silhouettes(silhouette, labels, k)
    return tuple(
        Profile(
            label=s.label,
            name=name.name,
            tagline=name.tagline,
            evidence=name.evidence,
            n_tracks=s.n_tracks,
            n_rows=n_rows[c],
            share=s.share,
            mean=s.mean,
            median=s.median,
            std=s.std,
            z=s.z,
            traits=describe_traits(s),
            silhouette=scores[c],
            typical=typical[c],
            popular=popular[c],
            doubtful=doubtful[c],
            genres=genres[c],
            decades=decades[c],
            artists=artists[c],
            marks=marks[c],
        )
        for c, (s, name) in enumerate(zip(statistics, names, strict=True))
    )


def _check(X: FloatArray, labels: LabelArray, margin: FloatArray, silhouette: FloatArray, table: pd.DataFrame) -> None:
    lengths = {"X": len(X), "margin": len(margin), "silhouette": len(silhouette), "table": len(table)}
    for name, length in lengths.items():
        if length != len(labels):
            raise DataError(f"{name} must have one row per label ({len(labels)}), got {length}.")


def _track_lists(
    X: FloatArray,
    labels: LabelArray,
    margin: FloatArray,
    table: pd.DataFrame,
    k: int,
    top: int,
    per_artist: int,
) -> tuple[TrackLists, TrackLists, TrackLists]:
    """Return the most typical, most popular and most doubtful tracks of every cluster."""

    tracks = Identities.of(table)

    def best(values: FloatArray, limit: int | None, falling: bool = False) -> TrackLists:
        return best_tracks(values, labels, tracks, n_clusters=k, top=top, per_artist=limit, falling=falling)

    popular: TrackLists = ((),) * k
    if "popularity" in table:
        popularity = pd.to_numeric(table["popularity"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        popular = best(popularity, per_artist, falling=True)
    return best(distances_to_center(X, labels), per_artist), popular, best(np.asarray(margin, float), None)


def _lifts(table: pd.DataFrame, column: str, labels: LabelArray, k: int) -> LiftLists:
    if column not in table:
        return ((),) * k
    cells = table[column]
    if column in ("decade", "year"):
        cells = _decades(cells)
    separator = ";" if column == "genres" else None  # an artist's name may hold a semicolon
    return lifted_values(track_values(cells, separator), labels, n_clusters=k)


def _decades(cells: pd.Series) -> pd.Series:
    """Return '1990s' for 1990 to 1999, number or text; other text ('90s') and missing cells stay."""
    codes, values = pd.factorize(cells.astype(object).to_numpy())
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    names = [
        f"{int(10 * (number // 10))}s" if np.isfinite(number) else str(value)
        for number, value in zip(numbers, values, strict=True)
    ]
    return pd.Series([*names, None], dtype=object).iloc[codes]  # code −1, a missing cell, takes the last


def _marks(table: pd.DataFrame, labels: LabelArray, k: int) -> list[dict[str, int]]:
    """Return how many tracks of each cluster carry each mark; marks that none carries are left out."""
    if "marks" not in table:
        return [{} for _ in range(k)]
    marks = track_values(table["marks"], ";")
    owner = labels[marks.rows]
    counts = [np.bincount(marks.codes[owner == c], minlength=len(marks.names)) for c in range(k)]
    return [{name: int(count) for name, count in zip(marks.names, own, strict=True) if count} for own in counts]


def _row_counts(table: pd.DataFrame, labels: LabelArray, k: int) -> list[int]:
    rows = table["n_rows"].to_numpy(dtype=np.int64) if "n_rows" in table else np.ones(len(labels), dtype=np.int64)
    inside = labels >= 0
    sums = np.bincount(labels[inside], weights=rows[inside], minlength=k)
    return [int(total) for total in sums]


def _mean_silhouettes(silhouette: FloatArray, labels: LabelArray, k: int) -> list[float | None]:
    silhouette = np.asarray(silhouette, dtype=np.float64)
    usable = (labels >= 0) & ~np.isnan(silhouette)
    counts = np.bincount(labels[usable], minlength=k)
    sums = np.bincount(labels[usable], weights=silhouette[usable], minlength=k)
    return [float(total / count) if count else None for total, count in zip(sums, counts, strict=True)]

"""Pairs tracks with the rows of a source that have an equal key, and chooses the best row for each track.

Keys are whole numbers here; what they stand for is decided in `songatlas.tracks.join`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.errors import DataError
from songatlas.results import FloatArray
from songatlas.schema import FEATURE_NAMES

from .duplicates import MaskArray, PositionArray
from .values import numbers

SOUND_FEATURES: tuple[str, ...] = tuple(name for name in FEATURE_NAMES if name != "duration_ms")
SAME_LENGTH_MS = 2_000
_MOST_PAIRS = 1_000_000  # considered at once: an 'Intro' on both sides a thousand times must not fill the memory
_TOLERANCES = {"loudness": 0.02, "tempo": 0.02}  # smaller differences are rounding; 0.002 for 0–1 features

Pairs = tuple[PositionArray, PositionArray]


@dataclass(frozen=True)
class Keyed:
    """Rows and their keys, in parallel; a row with several keys stands there several times."""

    rows: PositionArray
    keys: PositionArray

    def only(self, wanted: MaskArray) -> "Keyed":
        """Return the keys of the rows that are still wanted."""
        kept = wanted[self.rows]
        return Keyed(self.rows[kept], self.keys[kept])


@dataclass(frozen=True)
class Chosen:
    """The rows that found a row of the source: which, which one, and whether the choice was ambiguous."""

    rows: PositionArray
    source_rows: PositionArray
    ambiguous: MaskArray


@dataclass(frozen=True)
class Standing:
    """What makes one row of a source a better match than another.

    ``rank`` is 0 for complete features, 1 where the analysis failed, 2 where features are missing, 3 where all are.
    """

    rank: NDArray[np.int8]
    popularity: FloatArray
    duration_ms: FloatArray
    features: dict[str, FloatArray]


def standing(source: pd.DataFrame) -> Standing:
    """Return the standing of every row of a source, judged by the features that the source has at all."""
    values = {name: numbers(source[name]) for name in SOUND_FEATURES if name in source.columns}
    features = {name: column for name, column in values.items() if np.isfinite(column).any()}
    known = np.zeros(len(source), dtype=np.int8)
    for column in features.values():
        known += np.isfinite(column)
    rank = np.select([known == 0, known < len(features), _failed(features, len(source))], [3, 2, 1], 0)
    nothing = np.full(len(source), np.nan)
    popularity = numbers(source["popularity"]) if "popularity" in source.columns else nothing
    duration = numbers(source["duration_ms"]) if "duration_ms" in source.columns else nothing
    return Standing(rank.astype(np.int8), np.nan_to_num(popularity, nan=-1.0), duration, features)


def checked_standing(name: str, source: pd.DataFrame) -> Standing:
    """Return the standing of the rows of a source, which must have audio features."""
    known = standing(source)
    if known.features:
        return known
    columns = ", ".join(str(column)[:40] for column in source.columns[:12])
    raise DataError(
        f"{name}: no audio features to join. Columns found: {columns}. Looked for: {', '.join(SOUND_FEATURES)}. "
        "Name a table that has them."
    )


def _failed(features: dict[str, FloatArray], n_rows: int) -> MaskArray:
    """Return rows with tempo 0, or with danceability, speechiness and valence all 0."""
    failed = features["tempo"] == 0 if "tempo" in features else np.zeros(n_rows, dtype=bool)
    trio = [features[name] == 0 for name in ("danceability", "speechiness", "valence") if name in features]
    result: MaskArray = failed | np.logical_and.reduce(trio) if len(trio) == 3 else failed
    return result


def equal_texts(
    tracks: pd.DataFrame, wanted: MaskArray, source: pd.DataFrame, name: str, clean: Callable[[pd.Series], pd.Series]
) -> tuple[Keyed, Keyed]:
    """Return the wanted tracks and the source's rows that have one and the same text in a column."""
    if name not in tracks.columns or name not in source.columns:
        nothing = np.zeros(0, dtype=np.int64)
        return Keyed(nothing, nothing), Keyed(nothing, nothing)
    rows = np.flatnonzero(wanted)
    own = clean(tracks[name].iloc[rows])
    filled = (own != "").to_numpy(dtype=bool)
    codes, distinct = pd.factorize(own[filled])
    others = pd.Index(distinct).get_indexer(clean(source[name]))
    hit = np.flatnonzero(others >= 0)
    return Keyed(rows[filled], codes.astype(np.int64)), Keyed(hit, others[hit].astype(np.int64))


def best_rows(
    tracks: Keyed,
    source: Keyed,
    durations: FloatArray,
    source_standing: Standing,
    agree: Callable[[PositionArray, PositionArray], MaskArray] | None = None,
) -> Chosen:
    """Return the best row of the source for every track that shares a key with one.

    Rows with complete features come first, then those of equal duration (within two seconds, where both are
    known; unknown is better than different), of higher popularity, nearer in duration, and the first.

    Parameters
    ----------
    durations : ndarray of shape (n_tracks,)
        Durations of the tracks in milliseconds, NaN where not known.
    agree : callable, optional
        Says which pairs of row positions may match at all.
    """
    usable = source_standing.rank[source.rows] < 3
    source = Keyed(source.rows[usable], source.keys[usable])
    found = []
    for rows, source_rows in _pairs(tracks, source):
        if agree is not None:
            good = agree(rows, source_rows)
            rows, source_rows = rows[good], source_rows[good]
        if len(rows):
            found.append(_best(rows, source_rows, durations, source_standing))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return Chosen(nothing, nothing, nothing.astype(bool))
    return Chosen(*(np.concatenate([getattr(part, name) for part in found]) for name in Chosen.__annotations__))


def _pairs(tracks: Keyed, source: Keyed) -> Iterator[Pairs]:
    """Yield all pairs of rows with an equal key; the pairs of one track stay together."""
    by_track = np.argsort(tracks.rows, kind="stable")
    by_key = np.argsort(source.keys, kind="stable")
    sorted_keys, wanted = source.keys[by_key], tracks.keys[by_track]
    start = np.searchsorted(sorted_keys, wanted, side="left")
    count = np.searchsorted(sorted_keys, wanted, side="right") - start
    hit = count > 0
    rows, start, count = tracks.rows[by_track][hit], start[hit], count[hit]
    for part in _parts(rows, count):
        n = count[part]
        offsets = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
        yield np.repeat(rows[part], n), source.rows[by_key[np.repeat(start[part], n) + offsets]]


def _parts(rows: PositionArray, count: PositionArray) -> Iterator[slice]:
    """Yield slices of about equally many pairs that never cut the entries of one track apart."""
    total = np.cumsum(count)
    first = 0
    while first < len(rows):
        before = total[first - 1] if first else 0
        last = max(int(np.searchsorted(total, before + _MOST_PAIRS, side="right")), first + 1)
        last = int(np.searchsorted(rows, rows[last - 1], side="right"))
        yield slice(first, last)
        first = last


def _best(rows: PositionArray, source_rows: PositionArray, durations: FloatArray, known: Standing) -> Chosen:
    difference = np.abs(durations[rows] - known.duration_ms[source_rows])
    length = np.select([difference <= SAME_LENGTH_MS, np.isnan(difference)], [0, 1], 2)
    level = known.rank[source_rows] * np.int64(3) + length
    order = np.lexsort((source_rows, difference, -known.popularity[source_rows], level, rows))
    rows, source_rows, level = rows[order], source_rows[order], level[order]
    first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    group = np.cumsum(np.r_[False, rows[1:] != rows[:-1]])
    equally_good = level == level[first][group]
    ambiguous = _differ(group[equally_good], source_rows[equally_good], len(first), known)
    return Chosen(rows[first], source_rows[first], ambiguous)


def _differ(group: PositionArray, source_rows: PositionArray, n_groups: int, known: Standing) -> MaskArray:
    """Return which groups hold rows with different features; ``group`` rises."""
    differ = np.zeros(n_groups, dtype=bool)
    several = np.bincount(group, minlength=n_groups)[group] > 1
    group, source_rows = group[several], source_rows[several]
    if not len(group):
        return differ
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    for name, column in known.features.items():
        values = column[source_rows]
        spread = np.fmax.reduceat(values, first) - np.fmin.reduceat(values, first)
        differ[group[first]] |= spread > _TOLERANCES.get(name, 0.002)
    return differ

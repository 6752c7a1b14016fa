"""Brings audio features into a table of tracks that has none, from tables that have them.

By id, by ISRC, by title and artist, and at last loosely (`songatlas.tracks.join_keys`). No row is lost, doubled or
moved, and no value that a track has is changed. Reading the tables is not done here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.errors import DataError, ParameterError
from songatlas.results import FloatArray, JoinReport
from songatlas.schema import CANONICAL_COLUMNS, TEXT_COLUMNS

from .duplicates import MaskArray, PositionArray
from .join_keys import WAYS, WEAK_IDS, keys_of, matches, shared_keys
from .match_pairs import SOUND_FEATURES, Standing, checked_standing
from .values import TextArray, numbers, texts

_OTHER_LENGTH_MS = 10_000
_NOT_TAKEN = "playlist_name"  # the source's playlists are not the track's
_DATES = ("release_date", "year", "decade")
_WAY_WORDS = dict(zip(WAYS, ("by id", "by ISRC", "by title and artist", "loosely"), strict=True))

Sources = Sequence[tuple[str, pd.DataFrame]]


@dataclass(frozen=True)
class _Found:
    """For each track the source that has it (−1: none), the row there, the way, and whether the choice was open."""

    source: NDArray[np.int64]
    row: PositionArray
    way: TextArray
    ambiguous: MaskArray

    @property
    def matched(self) -> MaskArray:
        result: MaskArray = self.source >= 0
        return result


def join_features(tracks: pd.DataFrame, sources: Sources) -> tuple[pd.DataFrame, JoinReport]:
    """Return the tracks with the audio features of the first source that has them, and an account of it.

    A source is asked for the tracks that the sources before it did not have, from the strictest way to the loosest:
    equal id (one that may be a row number counts only where the titles agree); equal ISRC; equal title and a shared
    artist; equal title without notes on remastering, featured artists and the like, and the same first artist
    (lengths within 20 seconds, where both are known). Of several rows of a source, complete ones come first, then
    those of equal duration, the more popular, the first; rows without any feature are none.

    Parameters
    ----------
    tracks : DataFrame
        Canonical columns, as `songatlas.io.read.canonical_table` returns them.
    sources : sequence of (name, DataFrame)
        Likewise canonical; in the order in which they are asked.

    Returns
    -------
    DataFrame
        The tracks in their order, with the audio features and other canonical columns filled where a track has no
        value of its own, and the columns ``matched_by`` (one of `WAYS`, or '') and ``features_from``. A track that
        has all the audio features that the sources have is left as it is.
    JoinReport

    Raises
    ------
    DataError
        When the tracks have nothing to be found by, a source has no audio features, or no track is found at all.
    """
    if not sources:
        raise ParameterError("no source of audio features was given. Expected one or several tables.")
    known = [checked_standing(name, source) for name, source in sources]
    has_own = _has_features(tracks, [feature for of_one in known for feature in of_one.features])
    if not has_own.all() and not shared_keys(keys_of(tracks), keys_of(tracks)):
        raise DataError(_no_keys(tracks))
    found = _find(tracks, ~has_own, sources, known)
    if not found.matched.any() and not has_own.any() and len(tracks):
        raise DataError(_nothing_found(tracks, sources))
    joined = _filled(tracks, sources, found)
    return joined, _report(tracks, joined, sources, found, has_own)


def describe_join(report: JoinReport) -> str:
    """Return the account of a join in plain sentences, as the terminal shows it.

    Examples
    --------
    >>> describe_join(JoinReport(5, 0, {"big.csv": {"track_id": 3, "isrc": 1}}, 1, 0, ((4, "Tin Moon", "Ana"),)))
    "4 of 5 tracks (80.0 %) found their features: 3 by id, 1 by ISRC. Not found: 1, 'Tin Moon' by Ana."
    """
    needed = report.n_matched + report.n_unmatched
    said = [f"{_tracks(report.n_had_features)} had all features already."] if report.n_had_features else []
    if needed:
        of = f"{report.n_matched:,} of {_tracks(needed)} ({100 * report.match_rate:.1f} %) found their features"
        said.append(f"{of}: {_by_way(report)}." if report.n_matched else f"{of}.")
    if report.n_unmatched:
        examples = ", ".join(_called(title, artist) for _, title, artist in report.unmatched[:3])
        more = "such as " if report.n_unmatched > 3 else ""
        said.append(f"Not found: {report.n_unmatched:,}, {more}{examples}.")
    if report.n_ambiguous:
        said.append(
            f"For {_tracks(report.n_ambiguous)}, several rows were equally good but differ: the most popular was taken,"
            " among equally popular ones the nearest in length, else the first in the table."
        )
    if report.n_other_length:
        said.append(
            f"{_tracks(report.n_other_length)} matched by title but not in length (over 10 s apart): "
            "another recording, perhaps."
        )
    if report.n_incomplete:
        said.append(f"{_tracks(report.n_incomplete)} found a row that lacks some features.")
    return " ".join(said)


def _by_way(report: JoinReport) -> str:
    """Return how many tracks each way found; with several sources, for each."""
    parts = []
    for name, ways in report.matched.items():
        counts = ", ".join(f"{ways[way]:,} {_WAY_WORDS[way]}" for way in WAYS if ways.get(way))
        parts.append(counts if len(report.matched) == 1 else f"in {name} {counts or 'none'}")
    return "; ".join(parts)


def _tracks(count: int) -> str:
    return f"{count:,} {'track' if count == 1 else 'tracks'}"


def _called(title: str, artist: str) -> str:
    return (f"{title[:60]!r} by {artist[:60]}" if artist else repr(title[:60])) if title else "a track without a title"


def _has_features(tracks: pd.DataFrame, offered: Sequence[str]) -> MaskArray:
    """Return which tracks have all audio features that the sources offer."""
    has = np.ones(len(tracks), dtype=bool)
    for name in dict.fromkeys(offered):
        has &= ~np.isnan(numbers(tracks[name])) if name in tracks.columns else False
    return has


def _find(tracks: pd.DataFrame, wanted: MaskArray, sources: Sources, known: Sequence[Standing]) -> _Found:
    n_tracks = len(tracks)
    found = _Found(
        np.full(n_tracks, -1, dtype=np.int64),
        np.full(n_tracks, -1, dtype=np.int64),
        np.full(n_tracks, "", dtype=object),
        np.zeros(n_tracks, dtype=bool),
    )
    has_length = "duration_ms" in tracks.columns
    durations = numbers(tracks["duration_ms"]) if has_length else np.full(n_tracks, np.nan)
    for number, (_, source) in enumerate(sources):
        for way, chosen in matches(tracks, wanted & ~found.matched, durations, source, known[number]):
            found.source[chosen.rows] = number
            found.row[chosen.rows] = chosen.source_rows
            found.way[chosen.rows] = way
            found.ambiguous[chosen.rows] = chosen.ambiguous
    return found


def _filled(tracks: pd.DataFrame, sources: Sources, found: _Found) -> pd.DataFrame:
    """Return the tracks with the values of their matches where they have none of their own."""
    dated = np.zeros(len(tracks), dtype=bool)  # a year of one release and a date of another would not fit
    for name in _DATES:
        dated |= texts(tracks, name) != ""
    columns: dict[str, pd.Series] = {}
    for name in CANONICAL_COLUMNS:
        if name != _NOT_TAKEN and any(name in source.columns for _, source in sources):
            may = found.matched & ~dated if name in _DATES else found.matched
            column = (_filled_texts if name in TEXT_COLUMNS else _filled_numbers)(name, tracks, sources, found, may)
            if column is not None:
                columns[name] = column
    names = np.array([name for name, _ in sources] + [""], dtype=object)
    columns["matched_by"] = pd.Series(found.way, tracks.index, dtype="str")
    columns["features_from"] = pd.Series(names[found.source], tracks.index, dtype="str")
    joined = tracks.assign(**{name: column for name, column in columns.items() if name in tracks.columns})
    new = pd.DataFrame({name: column for name, column in columns.items() if name not in tracks.columns})
    joined = pd.concat([joined, new], axis=1)
    joined.attrs = dict(tracks.attrs)
    return joined


def _filled_texts(name: str, tracks: pd.DataFrame, sources: Sources, found: _Found, may: MaskArray) -> pd.Series | None:
    """Return a text column with empty cells filled, or None where there is nothing to fill."""
    values = texts(tracks, name)
    empty = may & (values == "")
    for number, (_, source) in enumerate(sources):
        rows = np.flatnonzero(empty & (found.source == number))
        if name in source.columns:
            values[rows] = texts(source[[name]].iloc[found.row[rows]], name)
    filled = bool((values[empty] != "").any())
    return pd.Series(values, tracks.index, dtype="str") if filled else None


def _filled_numbers(
    name: str, tracks: pd.DataFrame, sources: Sources, found: _Found, may: MaskArray
) -> pd.Series | None:
    """Return a column of numbers with missing ones filled, or None where there is nothing to fill."""
    own = name in tracks.columns
    values: FloatArray = numbers(tracks[name]).copy() if own else np.full(len(tracks), np.nan)
    empty = may & np.isnan(values)
    kinds = [tracks[name].dtype] if own else [source[name].dtype for _, source in sources if name in source.columns]
    for number, (_, source) in enumerate(sources):
        rows = np.flatnonzero(empty & (found.source == number))
        if name in source.columns:
            values[rows] = numbers(source[name].iloc[found.row[rows]])
    if np.isnan(values[empty]).all():
        return None
    column = pd.Series(values, tracks.index)
    whole = isinstance(kinds[0], pd.Int64Dtype) and bool((values[~np.isnan(values)] % 1 == 0).all())
    return column.astype("Int64") if whole else column


def _report(
    tracks: pd.DataFrame, joined: pd.DataFrame, sources: Sources, found: _Found, has_own: MaskArray
) -> JoinReport:
    matched: dict[str, Counter[str]] = {name: Counter() for name, _ in sources}
    for number, (name, _) in enumerate(sources):
        matched[name].update(found.way[found.source == number].tolist())
    missing = np.flatnonzero(~has_own & ~found.matched)
    titles, artists = texts(tracks.iloc[missing], "track_name"), texts(tracks.iloc[missing], "artist_name")
    return JoinReport(
        n_tracks=len(tracks),
        n_had_features=int(has_own.sum()),
        matched={name: {way: ways[way] for way in WAYS if ways[way]} for name, ways in matched.items()},
        n_unmatched=len(missing),
        n_ambiguous=int(found.ambiguous.sum()),
        unmatched=tuple(zip(missing.tolist(), titles, artists, strict=True)),
        n_incomplete=int((found.matched & ~_has_features(joined, _present(joined))).sum()),
        n_other_length=int(_other_length(tracks, sources, found).sum()),
    )


def _present(joined: pd.DataFrame) -> list[str]:
    return [name for name in SOUND_FEATURES if name in joined.columns and joined[name].notna().any()]


def _other_length(tracks: pd.DataFrame, sources: Sources, found: _Found) -> MaskArray:
    """Return which tracks were matched by title to a row of quite another length."""
    other = np.zeros(len(tracks), dtype=bool)
    if "duration_ms" not in tracks.columns:
        return other
    own, by_title = numbers(tracks["duration_ms"]), np.isin(found.way, WAYS[2:])
    for number, (_, source) in enumerate(sources):
        if "duration_ms" in source.columns:
            rows = np.flatnonzero(by_title & (found.source == number))
            theirs = numbers(source["duration_ms"].iloc[found.row[rows]])
            other[rows] = np.abs(own[rows] - theirs) > _OTHER_LENGTH_MS
    return other


def _no_keys(tracks: pd.DataFrame) -> str:
    columns = ", ".join(str(column)[:40] for column in tracks.columns[:12])
    has = "titles but no artists" if keys_of(tracks) else "no ids, no ISRC and no titles"
    if WEAK_IDS in keys_of(tracks):
        has = f"only {WEAK_IDS}, {_such_as(tracks)}, and no titles"
    return (
        f"the tracks have {has}, so they cannot be found in another table. Columns found: {columns}. "
        "Expected track_id, isrc, or track_name with artist_name: export the playlist with them."
    )


def _such_as(tracks: pd.DataFrame) -> str:
    ids = texts(tracks, "track_id")
    return f"such as {ids[ids != ''][0][:40]!r}"


def _nothing_found(tracks: pd.DataFrame, sources: Sources) -> str:
    """Return which keys both sides have, for the message that nothing matched."""
    mine = keys_of(tracks)
    told, shared = [], set()
    for name, source in sources[:3]:
        theirs = keys_of(source)
        shared |= set(shared_keys(mine, theirs))
        told.append(f"{name} has {' and '.join(theirs) or 'none of the three'}")
    advice = (
        "Check that the tables hold the same music, or name a larger one."
        if shared
        else "No key in common: export the playlist with ids of a music service or ISRC, or name a table with titles "
        "and artists."
    )
    compared = f" Compared: {' and '.join(k for k in mine if k in shared)}." if shared else ""
    weak = f" Ids {_such_as(tracks)} count only where the titles of both tables agree." if WEAK_IDS in mine else ""
    nothing = f"none of the {len(tracks):,} tracks was" if len(tracks) > 1 else "the only track was not"
    return (
        f"{nothing} found in {', '.join(name for name, _ in sources)}.{compared} "
        f"The tracks have {' and '.join(mine)}; {'; '.join(told)}.{weak} {advice}"
    )

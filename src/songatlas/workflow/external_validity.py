"""Does the grouping mean anything outside? Compares it with genre, decade, artist and playlist, where there are any.

These columns take no part in the clustering; one that was clustered is left out here. A value of 1 is not what a good
grouping should reach: genres, decades and artists are not kinds of sound. What counts is how far above chance it is.
Shuffles take tracks for independent, though those of an artist share genre and decade, and sound alike: a small p-value
says that the column has to do with the grouping, not that each track adds evidence of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.evidence import ExternalValidity
from songatlas.metrics.by_chance import compare_with_chance
from songatlas.profiles.lifts import track_values
from songatlas.progress import SILENT, Progress
from songatlas.results import LabelArray
from songatlas.seeds import stage_seed

CodeArray = NDArray[np.int64]

# Shuffles for a column, the most that stay within so many shuffled tracks: about 0.3 s, however large the table.
_SHUFFLES = (999, 499, 199, 99, 49, 19)
_TRACKS_SHUFFLED = 10_000_000
# With fewer of the tracks sharing their value with another, a column tells tracks apart rather than groups of them.
_LEAST_SHARED = 0.05
_WELL_SHARED = 0.5


@dataclass(frozen=True)
class _Column:
    """A column by its title, the code of each track's value (−1 where it has none), and what is to be known of it."""

    name: str
    title: str
    codes: CodeArray
    note: str = ""


def external_validity(
    labels: LabelArray,
    tracks: pd.DataFrame,
    seed: int = 0,
    progress: Progress = SILENT,
    *,
    features: Sequence[str] = (),
) -> tuple[ExternalValidity, ...]:
    """Return how far the grouping agrees with each column that took no part in it.

    Parameters
    ----------
    labels : ndarray of shape (n_tracks,), int
        −1 is noise; such tracks are left out, and the note says how many.
    tracks : DataFrame of n_tracks rows in the same order
        Canonical columns, as far as they exist: genres (joined by ';'), decade or year, artist_name, playlist_name.
    seed : int, default 0
        The run's seed.
    progress : Progress, optional
    features : sequence of str
        The columns that were clustered: these are left out.

    Returns
    -------
    tuple of ExternalValidity
        A column has one value for a track: of several genres, the one that most tracks have (of equally common ones
        the first in the alphabet); of a cell with several artists, all of them together. Columns with one value, and
        those in which hardly any two tracks share a value, are left out; empty also where there are fewer than two
        clusters. There are 999 shuffles up to 10,000 tracks, and fewer above: 99 at 100,000, 19 from 210,000 on.

    Examples
    --------
    >>> songs = pd.DataFrame({"genres": ["folk", "folk;pop", "jazz", "jazz;bop"] * 10, "artist_name": ["A"] * 40})
    >>> (genre,) = external_validity(np.array([0, 0, 1, 1] * 10), songs)
    >>> genre.n_values, genre.figures["adjusted_rand"], genre.p_value
    (2, 1.0, 0.001)
    """
    usable = [
        (column, rows)
        for column in _columns(tracks, features)
        for rows in [np.flatnonzero((column.codes >= 0) & (labels >= 0))]
        if _says_something(column.codes[rows], labels[rows])
    ]
    found = []
    n_shuffles = sum(_n_shuffles(len(rows)) for _, rows in usable)
    with progress.step("genres, decades and artists", float(n_shuffles)) as step:
        for column, rows in usable:
            n_noise = int(((column.codes >= 0) & (labels < 0)).sum())
            found.append(_compared(column, labels, rows, n_noise, seed, step.advance))
    return tuple(found)


def _compared(
    column: _Column,
    labels: LabelArray,
    rows: CodeArray,
    n_noise: int,
    seed: int,
    advance: Callable[[float], object],
) -> ExternalValidity:
    codes = column.codes[rows]
    own_seed = stage_seed(seed, f"shuffles of {column.name}")
    found = compare_with_chance(codes, labels[rows], _n_shuffles(len(rows)), own_seed, advance)
    return ExternalValidity(
        column=column.name,
        title=column.title,
        n_tracks=len(rows),
        n_values=len(np.unique(codes)),
        figures=found.figures,
        by_chance=found.by_chance,
        p_value=found.p_value,
        n_shuffles=found.n_shuffles,
        note=_note(column, codes, n_noise),
    )


def _n_shuffles(n_tracks: int) -> int:
    """Return how many shuffles so many tracks are given."""
    return next((n for n in _SHUFFLES if n * n_tracks <= _TRACKS_SHUFFLED), _SHUFFLES[-1])


def _says_something(codes: CodeArray, labels: LabelArray) -> bool:
    """Return whether there are two values and two clusters, and enough tracks that share their value."""
    if len(codes) == 0 or labels.min() == labels.max() or codes.min() == codes.max():
        return False
    return _share_sharing(codes) >= _LEAST_SHARED


def _share_sharing(codes: CodeArray) -> float:
    """Return the share of the tracks whose value another track has too."""
    sizes = np.bincount(codes)
    return float(sizes[sizes > 1].sum() / len(codes))


def _note(column: _Column, codes: CodeArray, n_noise: int) -> str:
    notes = [column.note] if column.note else []
    shared = _share_sharing(codes)
    if shared < _WELL_SHARED:
        notes.append(f"Only {100 * shared:.0f} % of the tracks share their value with another.")
    if n_noise:
        notes.append(f"{n_noise:,} {'track' if n_noise == 1 else 'tracks'} in no cluster left out.")
    return " ".join(notes)


# --- the columns -----------------------------------------------------------------------------------------


def _columns(tracks: pd.DataFrame, features: Sequence[str]) -> list[_Column]:
    """Return the columns that the table has and that were not clustered."""
    found = []
    if "genres" in tracks:
        found.append(_genre(tracks["genres"]))
    time = next((name for name in ("decade", "year") if name in tracks and tracks[name].notna().any()), None)
    if time is not None and not {"year", "decade"} & set(features):
        found.append(_Column(time, "decade", _decades(tracks[time]) if time == "year" else _codes(tracks[time])))
    if "artist_name" in tracks:
        found.append(_Column("artist_name", "artist", _codes(tracks["artist_name"])))
    if "playlist_name" in tracks:
        found.append(_Column("playlist_name", "playlist", _codes(tracks["playlist_name"])))
    return [column for column in found if column.name not in features]


def _codes(cells: pd.Series) -> CodeArray:
    """Return a code for each cell's value, −1 where it is missing or ''."""
    codes, values = pd.factorize(cells)
    empty = np.array([isinstance(value, str) and not value.strip() for value in values] + [True])
    return np.where(empty[codes], -1, codes).astype(np.int64)  # code −1, a missing cell, takes the last


def _decades(years: pd.Series) -> CodeArray:
    numbers = pd.to_numeric(years, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(numbers)
    codes = np.full(len(numbers), -1, dtype=np.int64)
    codes[known] = np.unique(numbers[known] // 10, return_inverse=True)[1]
    return codes


def _genre(cells: pd.Series) -> _Column:
    """Return each track's genre: of several the one that most tracks have."""
    values = track_values(cells, ";")
    commonness = np.empty(len(values.names), dtype=np.int64)
    commonness[np.argsort(-np.bincount(values.codes, minlength=len(values.names)), kind="stable")] = np.arange(
        len(values.names)
    )
    codes = np.full(len(cells), -1, dtype=np.int64)
    several = len(values.rows) > len(np.unique(values.rows))
    if len(values.rows):
        first = np.flatnonzero(np.diff(values.rows, prepend=-1))  # rows rise, and those of one track lie together
        codes[values.rows[first]] = np.minimum.reduceat(commonness[values.codes], first)
    note = "Of several genres of a track the one that most tracks have." if several else ""
    return _Column("genres", "genre", codes, note)

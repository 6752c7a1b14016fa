"""Makes the synthetic catalogue: a table in the mission's columns, with the true scene at the end.

The model is described in ``docs/catalogue.md`` and held as data in ``model.py``, ``scenes.py`` and
``words.py``. It is invented: no figure measured on it is a figure of a real catalogue.
"""

import operator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.errors import ParameterError
from songatlas.seeds import stage_seed

from .artists import LAST_YEAR, Artists, draw_artists
from .features import draw_features
from .model import ODDITIES
from .scenes import SCENES
from .titles import draw_ids, draw_names, draw_titles

IntArray = NDArray[np.intp]

COLUMNS: tuple[str, ...] = (
    "id_songs", "name_song", "popularity_songs", "duration_ms", "explicit", "id_artists", "release_date",
    "danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness", "instrumentalness",
    "liveness", "valence", "tempo", "time_signature", "followers", "genres", "name_artists",
    "popularity_artists", "true_scene",
)  # fmt: skip

# Keys that guitars and keyboards like are more common; C, C♯, … B.
KEY_SHARES = (0.125, 0.085, 0.115, 0.035, 0.085, 0.085, 0.065, 0.115, 0.06, 0.105, 0.055, 0.07)
MAJOR_SHARE = 0.648
METERS, METER_SHARES = (1, 3, 4, 5), (0.02, 0.10, 0.865, 0.015)
CAREER_YEARS = 7.0  # mean of the exponential time between the artist's first year and a release
FAILED_SCENES = ("audio drama", "film score", "sleep and drones")
LOUD_SCENES = ("club", "metal", "hip-hop", "live rock", "shellac chanson")


def make_catalogue(n_tracks: int = 20_000, seed: int = 0) -> pd.DataFrame:
    """Return a synthetic music catalogue with invented titles and artists and known scenes.

    Parameters
    ----------
    n_tracks : int, default 20000
        Number of rows, at least 1; a million take well under a minute.
    seed : int, default 0
        Not negative. The same number of tracks and seed give the same table.

    Returns
    -------
    DataFrame of shape (n_tracks, 24)
        The columns of the mission's table in its order and units, then ``true_scene``, the name of the scene
        each track was made for, which no clustering may see. Rows are ordered by the year their artist
        began, so that the first rows are no sample of the rest.

    Raises
    ------
    ParameterError
        When ``n_tracks`` is not a whole number of at least 1, or ``seed`` not one of at least 0.

    Examples
    --------
    >>> table = make_catalogue(500, seed=1)
    >>> table.shape
    (500, 24)
    >>> round(float((table["true_scene"] == "audio drama").mean()), 2)
    0.13
    """
    n_tracks = _whole_number("n_tracks", n_tracks, at_least=1)
    seed = _whole_number("seed", seed, at_least=0)
    n_copies = round(ODDITIES.re_releases * n_tracks)
    table = _originals(n_tracks - n_copies, seed)
    if n_copies:
        copies = _re_releases(_stage(seed, "re-releases"), table, n_copies)
        table = pd.concat([table, copies], ignore_index=True)
    table["id_songs"] = draw_ids(_stage(seed, "track ids"), n_tracks)
    order = np.lexsort((table["release_date"].str[:4], table["artist"], table["begins"]))
    return table.iloc[order][list(COLUMNS)].reset_index(drop=True)


def _whole_number(name: str, value: object, *, at_least: int) -> int:
    message = f"{name} must be a whole number of at least {at_least}, got {value!r}."
    if isinstance(value, (bool, np.bool_)):
        raise ParameterError(message)
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError as err:
        raise ParameterError(message) from err
    if number < at_least:
        raise ParameterError(message)
    return number


def _stage(seed: int, stage: str) -> np.random.Generator:
    return np.random.default_rng(stage_seed(seed, f"catalogue {stage}"))


def _originals(n: int, seed: int) -> pd.DataFrame:
    """Return n tracks with all columns but ``id_songs``, and ``artist`` and ``begins`` for ordering."""
    scene = _scenes(_stage(seed, "scenes"), n)
    artists = draw_artists(_stage(seed, "artists"), scene)
    table = draw_features(_stage(seed, "features"), _sound(_stage(seed, "borrowed"), scene), artists.of_track)
    _score(_stage(seed, "score"), table)
    _credits(_stage(seed, "names"), table, scene, artists)
    _reception(_stage(seed, "reception"), table, scene, artists)
    _dates(_stage(seed, "dates"), table, artists)
    table["true_scene"] = np.array([one.name for one in SCENES], dtype=object)[scene]
    _fail_analysis(_stage(seed, "failed analysis"), table)
    _overload(_stage(seed, "above 0 dB"), table)
    return table


def _scenes(rng: np.random.Generator, n: int) -> IntArray:
    """Return the scene of each track: exact shares (largest remainders) in random order."""
    exact = np.array([one.share for one in SCENES]) * n
    counts = np.floor(exact).astype(int)
    short = n - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    return rng.permutation(np.repeat(np.arange(len(SCENES)), counts))


def _sound(rng: np.random.Generator, scene: IntArray) -> IntArray:
    """Return the scene each track sounds like: its own but for a few."""
    borrowed = rng.random(len(scene)) < ODDITIES.borrowed_sound
    return np.where(borrowed, rng.permutation(scene), scene)


def _score(rng: np.random.Generator, table: pd.DataFrame) -> None:
    n = len(table)
    table["key"] = rng.choice(12, n, p=KEY_SHARES)
    table["mode"] = (rng.random(n) < MAJOR_SHARE).astype(np.int64)
    table["time_signature"] = rng.choice(METERS, n, p=METER_SHARES)


def _credits(rng: np.random.Generator, table: pd.DataFrame, scene: IntArray, artists: Artists) -> None:
    """Add titles, artists and their identifiers; some tracks get a second artist of the same scene."""
    names, ids = draw_names(rng, artists), draw_ids(rng, len(artists.scene))
    table["name_song"] = draw_titles(rng, scene, artists)
    table["name_artists"], table["id_artists"] = names[artists.of_track], ids[artists.of_track]
    table["genres"] = artists.genres[artists.of_track]
    table["artist"], table["begins"] = artists.of_track, artists.begins[artists.of_track]
    guest = _guests(rng, scene, artists)
    can_have_guest = np.array([one.titles == "plain" for one in SCENES])[scene] & (guest != artists.of_track)
    rows = np.flatnonzero((rng.random(len(table)) < ODDITIES.several_artists) & can_have_guest)
    for column, values in (("name_artists", names), ("id_artists", ids)):
        joined = table[column].to_numpy(dtype=object, copy=True)
        joined[rows] = joined[rows] + ", " + values[guest[rows]]
        table[column] = joined


def _guests(rng: np.random.Generator, scene: IntArray, artists: Artists) -> IntArray:
    """Return for each track an artist drawn from those of its scene (artists are numbered scene by scene)."""
    counts = np.bincount(artists.scene, minlength=len(SCENES))
    first = np.cumsum(counts) - counts
    return (first[scene] + np.floor(rng.random(len(scene)) * counts[scene])).astype(np.intp)


def _reception(rng: np.random.Generator, table: pd.DataFrame, scene: IntArray, artists: Artists) -> None:
    """Add followers, popularity and the explicit mark, which go with the scene and the artist."""
    table["followers"] = artists.followers[artists.of_track]
    artist_popularity = artists.popularity[artists.of_track]
    table["popularity_artists"] = artist_popularity.astype(np.int64)
    above = artist_popularity - np.array([one.artist_popularity for one in SCENES])[scene]
    mean = np.array([one.popularity for one in SCENES])[scene]
    popularity = mean + 0.55 * above + rng.normal(0.0, 10.0, len(table))
    table["popularity_songs"] = np.clip(popularity, 0, 98).round().astype(np.int64)
    chance = np.array([one.explicit for one in SCENES])[scene]
    table["explicit"] = (rng.random(len(table)) < chance).astype(np.int64)


def _dates(rng: np.random.Generator, table: pd.DataFrame, artists: Artists) -> None:
    begins = artists.begins[artists.of_track]
    later = np.floor(rng.exponential(CAREER_YEARS, len(table))) % (LAST_YEAR - begins)
    years = (begins + later).astype(np.int64)
    table["release_date"] = _date_text(rng, years)


def _date_text(rng: np.random.Generator, years: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return dates as YYYY or YYYY-MM-DD: the older the release, the more often only the year is known."""
    n = len(years)
    year = years.astype(str).astype(object)
    last_month = np.where(years == LAST_YEAR, 3, 12)
    month = np.char.zfill(rng.integers(1, last_month + 1).astype(str), 2).astype(object)
    day = np.char.zfill(rng.integers(1, 29, n).astype(str), 2).astype(object)
    only_year = rng.random(n) < np.clip((2020.0 - years) / 75.0, 0.03, 0.8)
    return np.where(only_year, year, year + "-" + month + "-" + day)


def _re_releases(rng: np.random.Generator, table: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return n different tracks once more, released later and with another popularity."""
    copies = table.iloc[rng.choice(len(table), n, replace=False)].reset_index(drop=True)
    years = copies["release_date"].str[:4].astype(np.int64).to_numpy()
    copies["release_date"] = _date_text(rng, np.minimum(years + rng.integers(1, 25, n), LAST_YEAR))
    popularity = copies["popularity_songs"].to_numpy() * rng.uniform(0.3, 1.2, n)
    copies["popularity_songs"] = np.clip(popularity, 0, 98).round().astype(np.int64)
    return copies


def _fail_analysis(rng: np.random.Generator, table: pd.DataFrame) -> None:
    """Set to 0 what the analysis of noise, fanfares and spoken clips leaves at 0."""
    rows = _some_of(rng, table, FAILED_SCENES, ODDITIES.failed_analysis)
    table.loc[rows, ["tempo", "danceability", "speechiness", "valence"]] = 0.0
    table.loc[rows, "time_signature"] = 0


def _overload(rng: np.random.Generator, table: pd.DataFrame) -> None:
    """Lift some tracks above 0 dB, as bad transfers and loud masters do."""
    rows = _some_of(rng, table, LOUD_SCENES, ODDITIES.above_0_db)
    table.loc[rows, "loudness"] = (0.02 + np.minimum(rng.exponential(1.2, len(rows)), 5.35)).round(3)


def _some_of(rng: np.random.Generator, table: pd.DataFrame, scenes: tuple[str, ...], share: float) -> IntArray:
    """Return rows of these scenes, as many as the share of the whole table."""
    candidates = np.flatnonzero(table["true_scene"].isin(scenes))
    return rng.choice(candidates, min(round(share * len(table)), len(candidates)), replace=False)

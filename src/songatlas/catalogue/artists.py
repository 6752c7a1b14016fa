"""Draws the artists of the catalogue: how many per scene, since when, their audience, their genres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import ODDITIES, Scene
from .scenes import SCENES
from .words import FLAVOR_NAMES

IntArray = NDArray[np.intp]

UNEVEN = 1.0  # standard deviation of the log of an artist's share of the scene's tracks
FOLLOWERS_SPREAD = 2.2  # of the log number of followers: half of all artists have under a tenth of the mean
FOLLOWERS_MOST = 28_000_000.0
POPULARITY_PER_LOG_FOLLOWER = 8.0
FIRST_YEAR, LAST_YEAR = 1922, 2021
LOCAL_GENRE = 0.85  # share of artists with their language's own genre, where the scene has one
SECOND_GENRE = 0.12  # share of artists with two genres; a quarter of them have three


@dataclass(frozen=True)
class Artists:
    """The artists, one array element each, and who made which track.

    Attributes
    ----------
    of_track : ndarray of shape (n_tracks,), int
    scene : ndarray of shape (n_artists,), int
        Position in `SCENES`.
    flavor : ndarray of shape (n_artists,), int
        Language, as a position in `FLAVOR_NAMES`.
    begins : ndarray of shape (n_artists,), int
        First year of the career.
    followers : ndarray of shape (n_artists,), float
        Whole numbers.
    popularity : ndarray of shape (n_artists,), float
        0–95, whole numbers.
    genres : ndarray of shape (n_artists,), object
        The text of a Python list; '[]' where nobody said.
    """

    of_track: IntArray
    scene: IntArray
    flavor: IntArray
    begins: IntArray
    followers: NDArray[np.float64]
    popularity: NDArray[np.float64]
    genres: NDArray[np.object_]


def draw_artists(rng: np.random.Generator, scene_of_track: IntArray) -> Artists:
    """Return the artists of tracks whose scenes are given, shape (n_tracks,)."""
    of_track = np.empty(len(scene_of_track), dtype=np.intp)
    scene_of_artist: list[IntArray] = []
    n_artists = 0
    for position, scene in enumerate(SCENES):
        rows = np.flatnonzero(scene_of_track == position)
        makers = _makers(rng, scene, len(rows))
        of_track[rows] = n_artists + makers
        n_here = int(makers.max()) + 1 if len(makers) else 0
        scene_of_artist.append(np.full(n_here, position, dtype=np.intp))
        n_artists += n_here
    scene_of_artists = np.concatenate(scene_of_artist)
    flavor = _flavors(rng, scene_of_artists)
    followers, popularity = _audience(rng, scene_of_artists)
    genres = _genres(rng, scene_of_artists, flavor)
    _forget_genres(rng, genres, np.bincount(of_track, minlength=n_artists))
    begins = _begins(rng, scene_of_artists)
    return Artists(of_track, scene_of_artists, flavor, begins, followers, popularity, genres)


def per_scene(values: list[float]) -> NDArray[np.float64]:
    """Return one number per scene as an array to be indexed by scene positions."""
    return np.array(values, dtype=np.float64)


def _makers(rng: np.random.Generator, scene: Scene, n_tracks: int) -> IntArray:
    """Return the artist of each track of one scene, numbered from 0 without gaps."""
    if n_tracks == 0:
        return np.empty(0, dtype=np.intp)
    n_artists = max(1, round(n_tracks / scene.tracks_per_artist))
    weight = np.exp(rng.normal(0.0, UNEVEN, n_artists))
    chosen = rng.choice(n_artists, n_tracks, p=weight / weight.sum())
    makers: IntArray = np.unique(chosen, return_inverse=True)[1]
    return makers


def _begins(rng: np.random.Generator, scene: IntArray) -> IntArray:
    mean = per_scene([s.years[0] for s in SCENES])[scene]
    spread = per_scene([s.years[1] for s in SCENES])[scene]
    years = np.clip(rng.normal(mean, spread).round(), FIRST_YEAR, LAST_YEAR - 2)
    return years.astype(np.intp)


def _audience(rng: np.random.Generator, scene: IntArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return followers and popularity, which rise together."""
    above = rng.normal(0.0, FOLLOWERS_SPREAD, len(scene))
    followers = np.minimum(per_scene([s.followers for s in SCENES])[scene] * np.exp(above), FOLLOWERS_MOST)
    center = per_scene([s.artist_popularity for s in SCENES])[scene]
    popularity = center + POPULARITY_PER_LOG_FOLLOWER * above + rng.normal(0.0, 6.0, len(scene))
    return followers.round(), np.clip(popularity, 0.0, 95.0).round()


def _flavors(rng: np.random.Generator, scene: IntArray) -> IntArray:
    flavors = np.empty(len(scene), dtype=np.intp)
    for position, one in enumerate(SCENES):
        rows = np.flatnonzero(scene == position)
        options = np.array([FLAVOR_NAMES.index(name) for name in one.flavors])
        weight = np.array(list(one.flavors.values()))
        flavors[rows] = rng.choice(options, len(rows), p=weight / weight.sum())
    return flavors


def _genres(rng: np.random.Generator, scene: IntArray, flavor: IntArray) -> NDArray[np.object_]:
    """Return the text of each artist's list of genres: the scene's or the language's own."""
    genres = np.empty(len(scene), dtype=object)
    for position, one in enumerate(SCENES):
        rows = np.flatnonzero(scene == position)
        weight = 1.0 / np.arange(1, len(one.genres) + 1)
        first = rng.choice(len(one.genres), len(rows), p=weight / weight.sum())
        local = rng.random(len(rows)) < LOCAL_GENRE
        n_more = (rng.random(len(rows)) < SECOND_GENRE) * (1 + (rng.random(len(rows)) < 0.25))
        for row, choice, is_local, more in zip(rows, first, local, n_more, strict=True):
            names = one.genres[choice:] + one.genres[:choice]
            own = one.local_genres.get(FLAVOR_NAMES[flavor[row]])
            if own is not None and is_local:
                names = (own, *names)
            genres[row] = repr(list(names[: 1 + more]))
    return genres


def _forget_genres(rng: np.random.Generator, genres: NDArray[np.object_], n_tracks: IntArray) -> None:
    """Empty the genres of small artists who together made `ODDITIES.no_genre` of the tracks."""
    total = int(n_tracks.sum())
    small = np.flatnonzero(n_tracks <= max(1.0, 0.002 * total))
    order = rng.permutation(small)
    forgotten = order[np.cumsum(n_tracks[order]) <= round(ODDITIES.no_genre * total)]
    genres[forgotten] = "[]"

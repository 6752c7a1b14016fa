"""The form of the catalogue's model: factors that tracks share, levels of features, scenes, and oddities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Loadings = Mapping[str, Mapping[str, float]]

FACTORS: tuple[str, ...] = ("arousal", "groove", "stage")

# How the factors move each feature inside every scene, as correlations (squares per feature sum below 1).
# Arousal is playing loud, fast and plugged in; groove a steady cheerful beat; stage a room with people in it.
SHARED_LOADINGS: Loadings = {
    "danceability": {"arousal": -0.15, "groove": 0.65},
    "energy": {"arousal": 0.85, "groove": 0.15},
    "loudness": {"arousal": 0.75},
    "speechiness": {"arousal": 0.20, "stage": 0.35},
    "acousticness": {"arousal": -0.45},
    "instrumentalness": {"arousal": -0.10},
    "liveness": {"arousal": 0.15, "stage": 0.50},
    "valence": {"arousal": 0.22, "groove": 0.65},
    "tempo": {"arousal": 0.20, "groove": -0.10},
    "duration_ms": {"stage": 0.10},
}


@dataclass(frozen=True)
class Level:
    """Where a feature lies in a scene: the median in natural units, the deviation in latent units.

    The latent scale is the logit for features from 0 to 1, the logarithm for tempo and duration, and
    the decibel itself for loudness. All three rise with the feature, so that the latent mean is the
    image of ``typical``.
    """

    typical: float
    spread: float


@dataclass(frozen=True)
class Scene:
    """One scene of the catalogue.

    Attributes
    ----------
    name : str
        What the column ``true_scene`` holds.
    share : float
        Share of the tracks; the shares of all scenes sum to 1.
    levels : mapping of feature to Level
    years : (float, float)
        Mean and standard deviation of the year in which an artist begins, clipped to 1922–2019.
    genres : tuple of str
        What an artist's ``genres`` are drawn from, the first ones more often.
    local_genres : mapping of str to str
        The genre most artists of a language have instead.
    flavors : mapping of str to float
        Languages of titles and names (keys of `words.FLAVORS`) with their weights.
    popularity : float
        Mean popularity of a track, 0–100.
    artist_popularity : float
        Mean popularity of an artist, 0–100.
    followers : float
        Median number of an artist's followers.
    tracks_per_artist : float
        Mean number of tracks by one artist.
    explicit : float
        Share of explicit tracks.
    full_sides : float
        Share of tracks that hold a whole side, set or night (20 to 80 minutes).
    bands : float
        Share of artists with the name of a band rather than of a person.
    titles : {'plain', 'episodes'}
        Plain titles, or numbered episodes cut into chapters.
    prefixes, suffixes : tuples of str
        What may stand before or after a title; ``{k}`` in a prefix becomes a number from 1 to 24.
    adorned : float
        Share of titles that get a prefix or suffix.
    loadings : mapping
        How the shared factors move each feature; as in `SHARED_LOADINGS`.
    """

    name: str
    share: float
    levels: Mapping[str, Level]
    years: tuple[float, float]
    genres: tuple[str, ...]
    flavors: Mapping[str, float]
    popularity: float
    artist_popularity: float
    followers: float
    local_genres: Mapping[str, str] = field(default_factory=dict)
    tracks_per_artist: float = 4.6
    explicit: float = 0.003
    full_sides: float = 0.0006
    bands: float = 0.3
    titles: Literal["plain", "episodes"] = "plain"
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    adorned: float = 0.0
    loadings: Loadings = field(default_factory=lambda: SHARED_LOADINGS)


@dataclass(frozen=True)
class Oddities:
    """How often the table holds what real tables hold and a model would not."""

    failed_analysis: float = 84 / 95_837  # tempo, danceability, speechiness and valence all 0
    above_0_db: float = 57 / 95_837
    re_releases: float = 0.02  # the same recording under another id, date and popularity
    no_genre: float = 0.02  # genres is '[]'
    several_artists: float = 0.04
    stock_title: float = 0.004  # 'Intro', 'Outro', …
    borrowed_sound: float = 0.03  # a track that sounds like another scene: the ballad on a metal record


ODDITIES = Oddities()

"""Draws the ten audio features of tracks from the levels and loadings of their scenes.

Inside a scene a latent value is ``mean + spread * (loadings · factors + rest * own noise)``, where factors
and noise are standard normal and shared in part by the tracks of one artist. The latent value is then
mapped into the feature's range and rounded as published tables round it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.schema import FEATURE_NAMES

from .model import FACTORS, Scene
from .scenes import SCENES

FloatArray = NDArray[np.float64]

# Share of the latent variance that belongs to the artist: the tracks of one artist resemble each other.
# Scenes with few artists would otherwise drift away from their levels by the luck of one series.
ARTIST_SHARE = 0.25
FEW_ARTISTS_SHARE = 0.03
FEW_ARTISTS = 50.0  # tracks per artist

INSTRUMENTALNESS_FLOOR = 1e-6  # published values below this are 0
HIGHEST = {"danceability": 0.991, "speechiness": 0.968, "acousticness": 0.996, "liveness": 0.997}
LOUDNESS_RANGE = (-50.2, -0.01)  # dB; what lies above 0 dB is put in as an oddity
TEMPO_RANGE = (35.0, 239.9)  # BPM
DURATION_RANGE = (6_000.0, 4_800_000.0)  # ms


def draw_features(rng: np.random.Generator, sound: NDArray[np.intp], artist: NDArray[np.intp]) -> pd.DataFrame:
    """Return the audio features of tracks.

    Parameters
    ----------
    rng : Generator
    sound : ndarray of shape (n_tracks,), int
        Position in `SCENES` of the scene each track sounds like.
    artist : ndarray of shape (n_tracks,), int
        Artist of each track, from 0.

    Returns
    -------
    DataFrame
        One float column per name in `FEATURE_NAMES`, in natural units; duration whole milliseconds (int64).
    """
    n_normals = len(FACTORS) + len(FEATURE_NAMES)
    of_artist = rng.standard_normal((int(artist.max()) + 1, n_normals))
    latent = np.empty((len(sound), len(FEATURE_NAMES)))
    for position, scene in enumerate(SCENES):
        rows = np.flatnonzero(sound == position)
        share = FEW_ARTISTS_SHARE if scene.tracks_per_artist >= FEW_ARTISTS else ARTIST_SHARE
        own = rng.standard_normal((len(rows), n_normals))
        normals = np.sqrt(share) * of_artist[artist[rows]] + np.sqrt(1.0 - share) * own
        latent[rows] = _latent(scene, normals)
        latent[rows, -1] += _full_sides(rng, scene, len(rows))
    return _natural(latent)


def latent_mean(scene: Scene) -> FloatArray:
    """Return the scene's mean on the latent scale, shape (n_features,)."""
    typical = np.array([scene.levels[name].typical for name in FEATURE_NAMES])
    return np.array([_to_latent(name, value) for name, value in zip(FEATURE_NAMES, typical, strict=True)])


def loading_matrix(scene: Scene) -> FloatArray:
    """Return the loadings of features on factors, shape (n_features, n_factors)."""
    return np.array([[scene.loadings[name].get(factor, 0.0) for factor in FACTORS] for name in FEATURE_NAMES])


def _to_latent(name: str, value: float) -> float:
    if name == "loudness":
        return value
    if name in ("tempo", "duration_ms"):
        return float(np.log(value))
    return float(np.log(value / (1.0 - value)))


def _latent(scene: Scene, normals: FloatArray) -> FloatArray:
    """Return latent features, shape (n, n_features), from normals of shape (n, n_factors + n_features)."""
    loadings = loading_matrix(scene)
    rest = np.sqrt(1.0 - (loadings**2).sum(axis=1))
    spread = np.array([scene.levels[name].spread for name in FEATURE_NAMES])
    factors, own = normals[:, : len(FACTORS)], normals[:, len(FACTORS) :]
    latent: FloatArray = latent_mean(scene) + spread * (factors @ loadings.T + rest * own)
    return latent


def _full_sides(rng: np.random.Generator, scene: Scene, n: int) -> FloatArray:
    """Return what is added to the log duration: 0, or for a few the way from a song to a whole side."""
    is_side = rng.random(n) < scene.full_sides
    side = rng.normal(np.log(1_900_000.0), 0.35, n) - np.log(scene.levels["duration_ms"].typical)
    return np.where(is_side, side, 0.0)


def _natural(latent: FloatArray) -> pd.DataFrame:
    columns: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {}
    for position, name in enumerate(FEATURE_NAMES):
        value = latent[:, position]
        if name == "loudness":
            columns[name] = np.clip(value, *LOUDNESS_RANGE).round(3)
        elif name == "tempo":
            columns[name] = np.clip(np.exp(value), *TEMPO_RANGE).round(3)
        elif name == "duration_ms":
            columns[name] = np.clip(np.exp(value), *DURATION_RANGE).round().astype(np.int64)
        else:
            columns[name] = _unit(name, value)
    return pd.DataFrame(columns)


def _unit(name: str, latent: FloatArray) -> FloatArray:
    value = np.minimum(1.0 / (1.0 + np.exp(-latent)), HIGHEST.get(name, 1.0))
    if name == "instrumentalness":
        value[value < INSTRUMENTALNESS_FLOOR] = 0.0
    return three_digits(value)


def three_digits(value: FloatArray) -> FloatArray:
    """Return values rounded to three significant digits, as published tables print them; 0 stays 0.

    Examples
    --------
    >>> three_digits(np.array([0.0, 0.58694, 0.034149, 0.0000041234])).tolist()
    [0.0, 0.587, 0.0341, 4.12e-06]
    """
    magnitude = np.floor(np.log10(np.where(value > 0.0, value, 1.0))).astype(int)
    digits = 2 - magnitude
    rounded: FloatArray = np.round(value * 10.0**digits) / 10.0**digits
    return rounded

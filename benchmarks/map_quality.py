"""How well a map keeps neighborhoods, by SciPy and NumPy alone: the judge of maps must not be a party."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

FloatArray = NDArray[np.float64]

K = 10
SAMPLE = 2_000
_BATCH_BYTES = 100_000_000


class MapQuality(NamedTuple):
    """Share of a track's nearest tracks by features found among those on the map; trustworthiness."""

    kept: float
    trustworthiness: float


def map_quality(X: FloatArray, maps: Sequence[FloatArray], k: int = K) -> list[MapQuality]:
    """Return the quality of maps of the same tracks, judged on the same sample of tracks against all tracks.

    Trustworthiness is that of Venna and Kaski (2001), its sum taken over the sample.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    maps : sequence of ndarray of shape (n_tracks, 2)
    k : int, default 10
        Nearest tracks looked at.
    """
    n = len(X)
    sample = np.sort(np.random.default_rng(0).permutation(n)[:SAMPLE])
    near = [_others_near(coordinates, sample, k) for coordinates in maps]
    ranks = [np.empty_like(found) for found in near]
    batch = max(1, _BATCH_BYTES // (8 * n))
    for start in range(0, len(sample), batch):
        part = slice(start, start + batch)
        distances = cdist(X[sample[part]], X)
        for found, rank in zip(near, ranks, strict=True):
            rank[part] = _ranks(distances, found[part])
    penalty = 2.0 / (k * (2 * n - 3 * k - 1))
    return [
        MapQuality(float((rank <= k).mean()), float(1.0 - penalty * np.maximum(0, rank - k).sum(axis=1).mean()))
        for rank in ranks
    ]


def _others_near(coordinates: FloatArray, sample: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the k nearest other tracks on the map of each track of the sample."""
    found = cKDTree(coordinates).query(coordinates[sample], k=k + 1, workers=-1)[1]
    own = found == sample[:, None]
    own[~own.any(axis=1), -1] = True  # among copies a track may miss itself: drop its last
    return np.asarray(found[~own].reshape(len(sample), k))


def _ranks(distances: FloatArray, others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of others among all other tracks by distance, 1 for the nearest, ties sharing the lowest."""
    limits = np.take_along_axis(distances, others, axis=1)
    nearer = np.stack([(row < limit[:, None]).sum(axis=1) for row, limit in zip(distances, limits, strict=True)])
    itself = limits > 0  # the track itself, at distance 0, is nearer than any other track that is no copy
    return nearer + 1 - itself

"""What Davies-Bouldin, Calinski-Harabasz and the centroid silhouette need, for many labelings in one go.

Two passes over the tracks for each labeling: sums per cluster, then distances to all centroids. Pieces of fixed
length are added up in order, so the number of threads changes no bit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]

_CHUNK = 8192  # tracks per piece


@dataclass(frozen=True)
class Spreads:
    """The clusters of one labeling, seen from their centroids.

    Attributes
    ----------
    sizes : ndarray of shape (n_clusters,), int64
    centers : ndarray of shape (n_clusters, n_features)
        Means, in the place of X.
    distances, squares : ndarray of shape (n_clusters,)
        Sums of the tracks' distances to their centroid, and of the squares of these.
    silhouettes : ndarray of shape (n_clusters,)
        Sums of the tracks' centroid silhouettes: with a the distance to the own centroid and b that to the nearest
        other, (b − a) / max(a, b), and 0 where both are 0; all 0 with one cluster, and where not asked for.
    """

    sizes: NDArray[np.int64]
    centers: FloatArray
    distances: FloatArray
    squares: FloatArray
    silhouettes: FloatArray


def spreads_of(
    X: FloatArray,
    codes: NDArray[np.int32],
    n_clusters: list[int],
    *,
    silhouettes: bool = True,
    advance: Callable[[float], object] | None = None,
) -> list[Spreads]:
    """Return the spreads of several labelings.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features), float64
        In C order, finite, and best centred: sums are as exact as the values are small.
    codes : ndarray of shape (n_labelings, n_tracks), int32
        0 to ``n_clusters − 1``, every one used; −1 is left out.
    n_clusters : list of int
        Of each labeling.
    silhouettes : bool, default True
        Whether to compare each track with all centroids; without, their sums are 0, and a thousand clusters cost
        no more than one.
    advance : callable, optional
        Called with the share of the work just done; the shares sum to 1.
    """
    n_pieces = -(-len(X) // _CHUNK)
    sums = [np.zeros((n_pieces, k, X.shape[1])) for k in n_clusters]
    sizes = [np.zeros((n_pieces, k), dtype=np.int64) for k in n_clusters]
    figures = [np.zeros((n_pieces, 3, k)) for k in n_clusters]
    n_jobs = n_pieces * len(n_clusters)
    share = 0.5 / max(n_jobs, 1)

    def add(first: int, stop: int) -> None:
        for job in range(first, stop):
            j, piece = divmod(job, n_pieces)
            part = slice(piece * _CHUNK, (piece + 1) * _CHUNK)
            _add_up(X[part], codes[j, part], sums[j][piece], sizes[j][piece])

    def measure(first: int, stop: int) -> None:
        for job in range(first, stop):
            j, piece = divmod(job, n_pieces)
            part = slice(piece * _CHUNK, (piece + 1) * _CHUNK)
            _measure(X[part], codes[j, part], centers[j], silhouettes, figures[j][piece])

    tell = None if advance is None else lambda n: advance(n * share)
    run_in_chunks(add, n_jobs, 4, tell)
    counts = [part.sum(axis=0) for part in sizes]
    centers = [part.sum(axis=0) / count[:, None] for part, count in zip(sums, counts, strict=True)]
    run_in_chunks(measure, n_jobs, 4, tell)
    return [
        Spreads(count, center, *figure.sum(axis=0))
        for count, center, figure in zip(counts, centers, figures, strict=True)
    ]


@compiled
def _add_up(X, codes, sums, sizes):  # type: ignore[no-untyped-def]
    """Add the rows to the sums of their clusters."""
    for i in range(len(codes)):
        k = codes[i]
        if k >= 0:
            sizes[k] += 1
            for f in range(X.shape[1]):
                sums[k, f] += X[i, f]


@compiled
def _measure(X, codes, centers, silhouettes, figures):  # type: ignore[no-untyped-def]
    """Add each row's distance to its centroid, the square of it, and its centroid silhouette."""
    for i in range(len(codes)):
        own = codes[i]
        if own < 0:
            continue
        square = _squared_distance(X[i], centers[own])
        a = np.sqrt(square)
        figures[0, own] += a
        figures[1, own] += square
        if silhouettes and len(centers) > 1:
            nearest = np.inf
            for k in range(len(centers)):
                if k != own:
                    nearest = min(nearest, _squared_distance(X[i], centers[k]))
            b = np.sqrt(nearest)
            figures[2, own] += (b - a) / max(a, b) if max(a, b) > 0.0 else 0.0


@compiled
def _squared_distance(row, center):  # type: ignore[no-untyped-def]
    total = 0.0
    for f in range(len(row)):
        gap = row[f] - center[f]
        total += gap * gap
    return total

"""The inner loops of K-Means: seeding, assignment and the means, on tracks kept in tiles.

Sources: Lloyd, S. P. (1982), "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28; Arthur, D., and
Vassilvitskii, S. (2007), "k-means++: the advantages of careful seeding" (greedy variant, 2 + log k
candidates); Hamerly, G. (2010), "Making k-means even faster": bounds on each track's distances spare most of
the work and change no label.

Everything here is single-threaded. What runs once per iteration or per candidate stays in Python and NumPy: it
costs microseconds, and every compiled line costs seconds on first use. How many starts are made, and which one
wins, is decided in `songatlas.kernels.kmeans`.
"""

from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled, compiled_fast

FloatArray = NDArray[np.float64]

# Tracks per tile: ten float32 features of 256 tracks are 10 kB, a third of the first-level cache.
TILE = 256
# Lanes are filled up to this number, so that vector loops have no scalar rest.
_GRAIN = 32
# What picking a track out of its tile costs, in comparisons with a center, next to those of a whole tile.
_PICKING = 25
# Features per unrolled pass; the ten audio features are one pass.
_PASS = 10
# Rows whose residuals are held at once.
_CHUNK = 8192


class Tracks(NamedTuple):
    """Rows of float64, the same rows in tiles, and weights that are 0 for the rows that only fill the last tile."""

    Z: FloatArray
    tiles: NDArray[Any]
    weights: FloatArray


def in_tiles(Z: FloatArray, weights: FloatArray, dtype: type[np.floating[Any]]) -> Tracks:
    """Return the rows ready for the functions below."""
    return Tracks(Z, to_tiles(Z, dtype), np.pad(weights, (0, -len(weights) % TILE)))


def to_tiles(Z: FloatArray, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Return shape (n_tiles, padded features × 256): feature by feature within a tile.

    Features are filled up with zeros, the last tile with copies of the last row.
    """
    n_tracks, n_features = Z.shape
    rows = np.pad(Z.astype(dtype), ((0, -n_tracks % TILE), (0, -n_features % _PASS)), mode="constant")
    rows[n_tracks:] = rows[n_tracks - 1]
    blocks = rows.reshape(-1, TILE, rows.shape[1]).transpose(0, 2, 1)
    return np.ascontiguousarray(blocks).reshape(len(blocks), -1)


def seed_centers(
    Z: FloatArray, tiles: NDArray[Any], weights: FloatArray, k: int, random: np.random.Generator
) -> FloatArray:
    """Return k centers drawn by greedy k-means++, shape (k, n_features).

    Parameters
    ----------
    Z : ndarray of shape (n_tracks, n_features)
    tiles : ndarray
        The same rows, by `to_tiles`.
    weights : ndarray of shape (n_tiles * 256,)
        0 for the rows that only fill the last tile.
    """
    n_trials = 2 + int(log(k))
    chances = random.random(1 + (k - 1) * n_trials)
    closest, potential = np.ones(len(weights), tiles.dtype), weights.reshape(-1, TILE).sum(axis=1)
    tracks = [_draw(closest, weights, potential, chances[0])]
    closest[:] = np.inf
    _add_center(tiles, weights, _column(tiles, tracks[0]), closest, closest, potential)
    best, trial = np.empty_like(closest), np.empty_like(closest)
    best_potential, trial_potential = np.empty_like(potential), np.empty_like(potential)
    for c in range(1, k):
        lowest, winner = np.inf, -1
        for chance in chances[1 + (c - 1) * n_trials : 1 + c * n_trials]:
            track = _draw(closest, weights, potential, chance)
            total = _add_center(tiles, weights, _column(tiles, track), closest, trial, trial_potential)
            if total < lowest or winner < 0:
                lowest, winner = total, track
                best, trial = trial, best
                best_potential, trial_potential = trial_potential, best_potential
        tracks.append(winner)
        closest, best = best, closest
        potential, best_potential = best_potential, potential
    return Z[tracks]


def _draw(closest: NDArray[Any], weights: FloatArray, potential: FloatArray, chance: float) -> int:
    """Return a track drawn with probability proportional to weight times squared distance."""
    below = np.cumsum(potential)
    left = chance * below[-1]
    tile = _first_above(below, potential, left)
    part = slice(tile * TILE, (tile + 1) * TILE)
    shares = weights[part] * closest[part]
    left -= below[tile] - potential[tile]
    return tile * TILE + _first_above(np.cumsum(shares), shares, left)


def _first_above(sums: FloatArray, shares: FloatArray, value: float) -> int:
    """Return the first place whose running sum is above the value; where rounding leaves none, the last share."""
    place = int(np.searchsorted(sums, value, side="right"))
    if place < len(sums) and shares[place] > 0:
        return place
    return int(np.flatnonzero(shares > 0)[-1]) if (shares > 0).any() else 0


def _column(tiles: NDArray[Any], track: int) -> NDArray[Any]:
    """Return the features of one track, shape (padded features,)."""
    return np.ascontiguousarray(tiles[track // TILE, track % TILE :: TILE])


def iterate(
    Z: FloatArray,
    tiles: NDArray[Any],
    weights: FloatArray,
    centers: FloatArray,
    max_iter: int,
    enough: int = 0,
) -> tuple[NDArray[np.int32], FloatArray, int]:
    """Return ``(labels, centers, n_iter)`` of Lloyd's iterations, made until no label changes.

    ``upper`` bounds a track's distance to its own center from above, ``lower`` that to any other from below;
    a track is looked at only when the two meet.

    Parameters
    ----------
    Z : ndarray of shape (n_tracks, n_features)
    tiles : ndarray
        The same rows, by `to_tiles`; distances are computed in their precision, means in float64.
    weights : ndarray of shape (n_tiles * 256,)
    centers : ndarray of shape (k, n_features)
        Where to start.
    max_iter : int
        After the last iteration tracks still get the labels of the last means.
    """
    k, dtype, n_places = len(centers), tiles.dtype, len(weights)
    labels = np.full(n_places, -1, dtype=np.int32)
    upper, lower = np.full(n_places, np.inf, dtype), np.zeros(n_places, dtype)
    doubtful, n_doubtful = np.empty(n_places, np.int32), np.empty(len(tiles), np.int64)
    moved, old = np.empty(n_places, np.int32), np.empty(n_places, np.int32)
    near = np.zeros((k, tiles.shape[1] // TILE), dtype)
    means = _Means(Z, k)
    centers, drift, others = centers.copy(), np.zeros(k, dtype), np.zeros(k, dtype)
    slack = dtype.type(1.00001 if dtype == np.float32 else 1.0000000001)
    for iteration in range(max_iter + 1):
        near[:, : centers.shape[1]] = centers
        _loosen(labels, upper, lower, drift, others, slack, doubtful, n_doubtful)
        n_moved = _look(tiles, near, doubtful, n_doubtful, labels, upper, lower, moved, old)
        # The last round only gives tracks the labels of the last means.
        if n_moved <= enough or iteration == max_iter:
            return labels[: len(Z)], centers, min(iteration + 1, max_iter)
        means.move(weights, moved[:n_moved], old, labels)
        if not means.counts.all():
            means.fill_empty(weights, centers, labels, upper)
        centers, steps = means.of(centers)
        drift[:], others[:] = steps, _largest_of_others(steps)
    raise AssertionError("the loop above always returns")


def nearest_two(
    tiles: NDArray[Any], centers: FloatArray, n_tracks: int
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """Return each track's nearest center and its distances to it and to the second nearest, (n_tracks,) each."""
    n_places, dtype = tiles.shape[0] * TILE, tiles.dtype
    labels, first, second = np.zeros(n_places, np.int32), np.empty(n_places, dtype), np.empty(n_places, dtype)
    near = np.zeros((len(centers), tiles.shape[1] // TILE), dtype)
    near[:, : centers.shape[1]] = centers
    spare = np.empty((3, n_places), np.int32)
    _look(tiles, near, spare[0], np.full(len(tiles), TILE), labels, first, second, spare[1], spare[2])
    return labels[:n_tracks], first[:n_tracks].astype(np.float64), second[:n_tracks].astype(np.float64)


def inertia_of(Z: FloatArray, weights: FloatArray, centers: FloatArray, labels: NDArray[np.int32]) -> float:
    """Return the weighted sum of squared distances of the tracks to the centers of their labels."""
    return float(_weighted_residuals(Z, weights, centers, labels))


def nearest_inertia(Z: FloatArray, tiles: NDArray[Any], weights: FloatArray, centers: FloatArray) -> float:
    """Return the inertia if every track went to its nearest center, to the precision of the tiles."""
    squares = np.square(nearest_two(tiles, centers, len(Z))[1])
    return float((weights[: len(Z)] * squares).sum())


def _residuals(Z: FloatArray, centers: FloatArray, labels: NDArray[np.int32]) -> FloatArray:
    """Return each track's squared distance to the center of its label, shape (n_tracks,)."""
    squares = np.empty(len(Z))
    for start in range(0, len(Z), _CHUNK):
        part = slice(start, start + _CHUNK)
        gaps = Z[part] - centers[labels[: len(Z)][part]]
        np.einsum("ij,ij->i", gaps, gaps, out=squares[part])
    return squares


def _largest_of_others(steps: FloatArray) -> FloatArray:
    """Return, for each center, the longest step of any other."""
    mover = int(steps.argmax())
    others = np.full(len(steps), steps[mover])
    others[mover] = np.delete(steps, mover).max(initial=0.0)
    return others


class _Means:
    """Sums, weight and tracks of each cluster, kept up to date as tracks move."""

    def __init__(self, Z: FloatArray, k: int) -> None:
        self.Z = Z
        self.sums, self.mass, self.counts = np.zeros((k, Z.shape[1])), np.zeros(k), np.zeros(k, np.int64)

    def move(
        self, weights: FloatArray, moved: NDArray[np.int32], old: NDArray[np.int32], labels: NDArray[np.int32]
    ) -> None:
        """Account for tracks that went from their old label (−1: from nowhere) to the one in ``labels``."""
        _move_tracks(self.Z, weights, moved, old, labels, self.sums, self.mass, self.counts)

    def of(self, centers: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the means, or the old centers of clusters without tracks, and how far each center moved."""
        filled = self.counts > 0
        means = np.where(filled[:, None], self.sums / np.where(filled, self.mass, 1.0)[:, None], centers)
        return means, np.sqrt(((means - centers) ** 2).sum(axis=1))

    def fill_empty(
        self, weights: FloatArray, centers: FloatArray, labels: NDArray[np.int32], upper: NDArray[Any]
    ) -> None:
        """Give each empty cluster the track farthest from its center; each track once, ties to the first."""
        squares = np.where(weights[: len(self.Z)] > 0, _residuals(self.Z, centers, labels), 0.0)
        for c in range(len(centers)):
            track = int(squares.argmax())
            if self.counts[c] > 0 or squares[track] == 0:
                continue
            squares[track] = 0.0
            old = labels[track : track + 1].copy()
            labels[track], upper[track] = c, np.inf
            self.move(weights, np.array([track], dtype=np.int32), old, labels)


# --- compiled loops --------------------------------------------------------------------------------------


@compiled_fast
def _squares(tile, lanes, point, out):  # type: ignore[no-untyped-def]
    """Set ``out[lane]`` to the squared distance of each of the first lanes to the point.

    Offsets are constants: a variable one makes numba test every index for being negative, six times slower.
    """
    for i in range(lanes):
        out[i] = 0.0
    for f in range(0, point.size, _PASS):
        part = tile[f * TILE :]
        c0, c1, c2, c3, c4 = point[f], point[f + 1], point[f + 2], point[f + 3], point[f + 4]
        c5, c6, c7, c8, c9 = point[f + 5], point[f + 6], point[f + 7], point[f + 8], point[f + 9]
        for i in range(lanes):
            d0, d1 = part[i] - c0, part[TILE + i] - c1
            d2, d3 = part[2 * TILE + i] - c2, part[3 * TILE + i] - c3
            d4, d5 = part[4 * TILE + i] - c4, part[5 * TILE + i] - c5
            d6, d7 = part[6 * TILE + i] - c6, part[7 * TILE + i] - c7
            d8, d9 = part[8 * TILE + i] - c8, part[9 * TILE + i] - c9
            low = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4
            out[i] += low + (d5 * d5 + d6 * d6 + d7 * d7 + d8 * d8 + d9 * d9)


@compiled_fast
def _add_center(tiles, weights, point, closest, out, potential):  # type: ignore[no-untyped-def]
    """Set ``out`` to the squared distances if the point became a center; return their weighted sum."""
    squares = np.empty(TILE, tiles.dtype)
    total = 0.0
    for tile in range(tiles.shape[0]):
        _squares(tiles[tile], TILE, point, squares)
        at = tile * TILE
        subtotal = 0.0
        known, found, weight = closest[at : at + TILE], out[at : at + TILE], weights[at : at + TILE]
        for i in range(TILE):
            nearest = squares[i] if squares[i] < known[i] else known[i]
            found[i] = nearest
            subtotal += weight[i] * nearest
        potential[tile] = subtotal
        total += subtotal
    return total


@compiled_fast
def _loosen(labels, upper, lower, drift, others, slack, doubtful, n_doubtful):  # type: ignore[no-untyped-def]
    """Loosen the bounds by what the centers moved; list, tile by tile, the lanes where they meet."""
    for tile in range(n_doubtful.size):
        at = tile * TILE
        n_here = 0
        for lane in range(TILE):
            i = at + lane
            label = labels[i] if labels[i] > 0 else 0
            above, below = upper[i] + drift[label], lower[i] - others[label]
            upper[i], lower[i] = above, below
            doubtful[at + n_here] = lane
            n_here += above * slack >= below
        n_doubtful[tile] = n_here


@compiled_fast
def _look(tiles, centers, doubtful, n_doubtful, labels, upper, lower, moved, old):  # type: ignore[no-untyped-def]
    """Give each doubtful track its nearest center and its bounds; list those that moved, return how many."""
    packed, squares = np.empty(tiles.shape[1], tiles.dtype), np.empty(TILE, tiles.dtype)
    first, second, label = np.empty(TILE, tiles.dtype), np.empty(TILE, tiles.dtype), np.empty(TILE, np.int32)
    for i in range(packed.size):
        packed[i] = 0.0
    n_moved = 0
    for tile in range(tiles.shape[0]):
        n_here, at = n_doubtful[tile], tile * TILE
        if n_here == 0:
            continue
        block, k = tiles[tile], centers.shape[0]
        if n_here * (_PICKING + k) > TILE * (k + 1):
            _nearest(block, TILE, centers, squares, first, second, label)
            known, moves = labels[at : at + TILE], np.int32(0)
            for lane in range(TILE):
                upper[at + lane], lower[at + lane] = first[lane], second[lane]
                moves |= known[lane] ^ label[lane]
            if moves != 0:
                for lane in range(TILE):
                    moved[n_moved], old[n_moved] = at + lane, known[lane]
                    n_moved += known[lane] != label[lane]
                    known[lane] = label[lane]
            continue
        for f in range(0, block.size, TILE):
            for place in range(n_here):
                packed[f + place] = block[f + doubtful[at + place]]
        lanes = (n_here + _GRAIN - 1) // _GRAIN * _GRAIN
        _nearest(packed, lanes, centers, squares, first, second, label)
        for place in range(n_here):
            track = at + doubtful[at + place]
            upper[track], lower[track] = first[place], second[place]
            moved[n_moved], old[n_moved] = track, labels[track]
            n_moved += labels[track] != label[place]
            labels[track] = label[place]
    return n_moved


@compiled_fast
def _nearest(tile, lanes, centers, squares, first, second, label):  # type: ignore[no-untyped-def]
    """Set for each lane the nearest center and the distances to it and to the second nearest."""
    for i in range(lanes):
        first[i], second[i], label[i] = np.inf, np.inf, 0
    for c in range(centers.shape[0]):
        _squares(tile, lanes, centers[c], squares)
        number = np.int32(c)
        for i in range(lanes):
            square, best, next_best, known = squares[i], first[i], second[i], label[i]
            closer = square < best
            loser = best if closer else square
            second[i] = loser if loser < next_best else next_best
            first[i] = square if closer else best
            label[i] = number if closer else known
    for i in range(lanes):
        first[i], second[i] = np.sqrt(first[i]), np.sqrt(second[i])


@compiled_fast
def _weighted_residuals(Z, weights, centers, labels):  # type: ignore[no-untyped-def]
    """Return the weighted sum of squared distances to the centers of the labels, added up in runs of a tile."""
    total = 0.0
    for first in range(0, Z.shape[0], TILE):
        subtotal = 0.0
        for i in range(first, min(first + TILE, Z.shape[0])):
            square = 0.0
            for f in range(Z.shape[1]):
                gap = Z[i, f] - centers[labels[i], f]
                square += gap * gap
            subtotal += weights[i] * square
        total += subtotal
    return total


@compiled
def _move_tracks(Z, weights, moved, old, labels, sums, mass, counts):  # type: ignore[no-untyped-def]
    """Move the weight of tracks from the sums of their old cluster to those of their new one."""
    for m in range(moved.size):
        track = moved[m]
        weight, before, after = weights[track], old[m], labels[track]
        if weight <= 0.0:
            continue
        for f in range(Z.shape[1]):
            value = weight * Z[track, f]
            sums[after, f] += value
            if before >= 0:
                sums[before, f] -= value
        mass[after] += weight
        counts[after] += 1
        if before >= 0:
            mass[before] -= weight
            counts[before] -= 1

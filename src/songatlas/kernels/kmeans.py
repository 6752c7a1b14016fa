"""K-Means for one or many numbers of clusters, restarted until the best solution has been met twice.

Sources: Lloyd, S. P. (1982), "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28; Arthur, D., and
Vassilvitskii, S. (2007), "k-means++: the advantages of careful seeding" (greedy variant, 2 + log k
candidates); Hamerly, G. (2010), "Making k-means even faster": bounds on each track's distances spare most of
the work and change no label.

How: every start is one piece of single-threaded work with random numbers of its own, so the number of threads
changes no bit. Rows are put into an order of their own first, so that shuffling them changes no solution.
Starts run in float32 on centred data; the best of each number of clusters is finished in float64 until no
track moves.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from threading import Lock
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from .compiled import run_in_chunks
from .rows import centered_rows, checked_rows, row_hashes

# Tracks per tile: ten float32 features of 256 tracks are 10 kB, a third of the first-level cache.
_TILE = 256
# Lanes are filled up to this number, so that vector loops have no scalar rest.
_GRAIN = 32
# Features per unrolled pass; the ten audio features are one pass.
_PASS = 10
# Two inertias this close (relative) are the same optimum met again.
_SAME = 1e-6
# Float32 is trusted while its rounding stays below this share of the usual distance to the centers.
_ROUNDING = 1e-3
_FAST = {"reassoc", "contract"}
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class KMeansSolution:
    """The best solution found for one number of clusters.

    Attributes
    ----------
    n_clusters : int
        As asked for; ``len(centers)`` is smaller where there are fewer distinct rows.
    labels : ndarray of shape (n_tracks,), int32
        0 to ``len(centers) - 1``, in no particular order.
    centers : ndarray of shape (n_found, n_features), float64
    inertia : float
        Weighted sum of squared distances to the centers.
    n_iter : int
        Lloyd iterations of the start that won, finishing included.
    n_starts : int
        Starts spent.
    confirmed : bool
        Whether the best inertia was met by a second start, within a relative 1e-6 (true where only one
        solution exists).
    n_distinct : int
        Distinct rows of positive weight.
    """

    n_clusters: int
    labels: NDArray[np.int32]
    centers: NDArray[np.float64]
    inertia: float
    n_iter: int
    n_starts: int
    confirmed: bool
    n_distinct: int


def kmeans_sweep(
    X: ArrayLike,
    n_clusters_list: Iterable[int],
    *,
    n_init: int = 10,
    seed: int = 0,
    max_iter: int = 300,
    confirm: bool = True,
    max_init: int = 30,
    sample_weight: ArrayLike | None = None,
    advance: Callable[[float], object] | None = None,
) -> list[KMeansSolution]:
    """Return the best K-Means solution for each number of clusters.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless), finite.
    n_clusters_list : iterable of int
        Each from 1 to n_tracks.
    n_init : int, default 10
        Starts for each number of clusters.
    seed : int, default 0
        0 or above. A solution depends on the seed and its number of clusters, not on the others of the list.
    max_iter : int, default 300
        Lloyd iterations per start, and again for finishing.
    confirm : bool, default True
        Whether to go on, n_init / 2 starts at a time, until the best inertia has been met twice.
    max_init : int, default 30
        The most starts for one number of clusters (n_init, if that is more).
    sample_weight : array-like of shape (n_tracks,), optional
        0 or above, not all 0 [default: 1 each].
    advance : callable, optional
        Called with the share of the work just done; the shares sum to 1.

    Returns
    -------
    list of KMeansSolution
        In the order of ``n_clusters_list``.

    Examples
    --------
    >>> solution = kmeans_sweep([[0.0], [1.0], [10.0], [12.0]], [2])[0]
    >>> solution.inertia, solution.confirmed, sorted(solution.centers.ravel().tolist())
    (2.5, True, [0.5, 11.0])
    """
    rows = checked_rows(X)
    weights = _checked_weights(sample_weight, len(rows))
    wanted = _checked_numbers(n_clusters_list, len(rows))
    data = _prepare(rows, weights)
    search = _Search(data, n_init, max(max_init, n_init), int(seed), max_iter, advance)
    several = sorted({k for k in wanted if 1 < k < data.n_distinct}, reverse=True)
    search.run(several, confirm)
    if any(search.needs_more_digits(k) for k in several):
        search.restart_in_float64()
        search.run(several, confirm)
    solutions = search.finish(several)
    for k in set(wanted) - set(several):
        solutions[k] = _only_solution(data, k)
    return [solutions[k] for k in wanted]


def lloyd(
    X: ArrayLike, centers: ArrayLike, sample_weight: ArrayLike | None = None, max_iter: int = 300
) -> tuple[NDArray[np.int32], NDArray[np.float64], float, int]:
    """Return ``(labels, centers, inertia, n_iter)`` of Lloyd's iterations from the given centers, in float64.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless), finite.
    centers : array-like of shape (n_clusters, n_features)
        Where to start. A track at equal distance from two centers goes to the first.
    sample_weight : array-like of shape (n_tracks,), optional
        0 or above, not all 0 [default: 1 each].
    max_iter : int, default 300
        Ends earlier when no label changes. A cluster that loses all its tracks gets the one farthest from its
        center, as in scikit-learn.

    Examples
    --------
    >>> labels, centers, inertia, n_iter = lloyd([[0.0], [1.0], [10.0], [12.0]], [[0.0], [1.0]])
    >>> labels.tolist(), inertia, n_iter
    ([0, 0, 1, 1], 2.5, 3)
    """
    rows = checked_rows(X)
    starts = np.asarray(centers, dtype=np.float64)
    if starts.ndim != 2 or starts.shape[1] != rows.shape[1] or len(starts) == 0:
        raise ValueError(f"centers must have shape (n_clusters, {rows.shape[1]}), got {starts.shape}.")
    data = _prepare(rows, _checked_weights(sample_weight, len(rows)), sort=False)
    return _finish(data, np.ldexp(starts - data.center, -data.exponent), max_iter)


def nearest_centers(X: ArrayLike, centers: ArrayLike) -> NDArray[np.int32]:
    """Return the number of the nearest center for each track, shape (n_tracks,); ties go to the first.

    Examples
    --------
    >>> nearest_centers([[0.0], [4.0], [9.0]], [[0.0], [8.0]])
    array([0, 0, 1], dtype=int32)
    """
    return lloyd(X, centers, max_iter=0)[0]


@dataclass(frozen=True)
class _Data:
    """Rows centred, in an order of their own; ``order[i]`` is the row of X that lies at place i."""

    Z: NDArray[np.float64]
    weights: NDArray[np.float64]
    order: NDArray[np.intp]
    center: NDArray[np.float64]
    exponent: int
    new: NDArray[np.bool_]  # differs from the row before
    n_distinct: int

    def tiles(self, dtype: type[np.floating[Any]]) -> NDArray[Any]:
        """Return shape (n_tiles, padded features × 256): feature by feature within a tile."""
        n_tracks, n_features = self.Z.shape
        rows = np.pad(self.Z.astype(dtype), ((0, -n_tracks % _TILE), (0, -n_features % _PASS)), mode="constant")
        rows[n_tracks:] = rows[n_tracks - 1]
        blocks = rows.reshape(-1, _TILE, rows.shape[1]).transpose(0, 2, 1)
        return np.ascontiguousarray(blocks).reshape(len(blocks), -1)

    def tile_weights(self) -> NDArray[np.float64]:
        """Return the weights, 0 for the rows that only fill the last tile."""
        return np.pad(self.weights, (0, -len(self.weights) % _TILE))


def _prepare(rows: NDArray[np.float64], weights: NDArray[np.float64], *, sort: bool = True) -> _Data:
    Z, center, exponent = centered_rows(rows)
    order = np.lexsort((weights, row_hashes(Z), Z[:, 0])) if sort else np.arange(len(Z))
    Z, weights = np.ascontiguousarray(Z[order]), weights[order]
    positive = np.flatnonzero(weights > 0)
    new = np.zeros(len(Z), dtype=bool)
    new[positive[0]] = True
    new[positive[1:]] = (Z[positive[1:]] != Z[positive[:-1]]).any(axis=1)
    return _Data(Z, weights, order, center, exponent, new, int(new.sum()))


class _Search:
    """Runs starts for several numbers of clusters and keeps the best of each."""

    def __init__(
        self,
        data: _Data,
        n_init: int,
        max_init: int,
        seed: int,
        max_iter: int,
        advance: Callable[[float], object] | None,
    ) -> None:
        self.data, self.n_init, self.max_init, self.seed, self.max_iter = (
            data,
            n_init,
            max_init,
            seed,
            max_iter,
        )
        self.advance = advance
        self.weights = data.tile_weights()
        self.tiles = data.tiles(np.float32)
        self._forget()

    def _forget(self) -> None:
        self.inertias: dict[int, dict[int, float]] = {}
        self.best: dict[int, tuple[float, int, int, NDArray[np.int32]]] = {}
        self._lock = Lock()

    def restart_in_float64(self) -> None:
        self.tiles = self.data.tiles(np.float64)
        self.advance = None
        self._forget()

    def run(self, numbers: Sequence[int], confirm: bool) -> None:
        """Run rounds of starts until each number of clusters is confirmed or has spent its starts."""
        total = float(sum(numbers)) * self.max_init
        open_numbers, first, stop = list(numbers), 0, self.n_init
        while open_numbers:
            jobs = [(k, start) for k in open_numbers for start in range(first, stop)]
            self._run_round(jobs, total)
            last = not confirm or stop == self.max_init
            done = [k for k in open_numbers if last or self.is_confirmed(k)]
            self._tell(sum(done) * (self.max_init - stop) / total)
            open_numbers = [k for k in open_numbers if k not in done]
            first, stop = stop, min(stop + max(self.n_init // 2, 1), self.max_init)

    def _run_round(self, jobs: Sequence[tuple[int, int]], total: float) -> None:
        def work(first: int, stop: int) -> None:
            for k, start in jobs[first:stop]:
                self._run_start(k, start)

        finished = iter(jobs)
        run_in_chunks(work, len(jobs), 1, lambda n: self._tell(next(finished)[0] / total))

    def _tell(self, share: float) -> None:
        if self.advance is not None and share > 0:
            self.advance(share)

    def _run_start(self, k: int, start: int) -> None:
        state = np.random.SeedSequence([self.seed, k, start]).generate_state(1, np.uint64)
        labels = np.empty(len(self.weights), dtype=np.int32)
        n_tracks = len(self.data.Z)
        centers = _seed_centers(self.tiles, self.weights, k, state)
        n_iter = _iterate(self.tiles, self.weights, n_tracks, centers, self.max_iter, labels)
        inertia = _inertia(self.tiles, self.weights, centers, labels)
        with self._lock:
            self.inertias.setdefault(k, {})[start] = inertia
            if k not in self.best or (inertia, start) < self.best[k][:2]:
                self.best[k] = (inertia, start, n_iter, labels[:n_tracks])

    def is_confirmed(self, k: int) -> bool:
        """Return whether a second start came within a relative 1e-6 of the best."""
        best = self.best[k][0]
        return sum(inertia <= best * (1 + _SAME) for inertia in self.inertias[k].values()) > 1

    def needs_more_digits(self, k: int) -> bool:
        """Return whether float32 was too coarse for this number of clusters."""
        if self.tiles.dtype == np.float64:
            return False
        rounding = np.sqrt((self.data.Z**2).sum(axis=1).max()) * 2.0**-24
        return bool(rounding > _ROUNDING * np.sqrt(self.best[k][0] / self.data.weights.sum()))

    def finish(self, numbers: Sequence[int]) -> dict[int, KMeansSolution]:
        """Finish the best start of each number of clusters in float64."""
        solutions: dict[int, KMeansSolution] = {}
        self.tiles = self.data.tiles(np.float64)

        def work(first: int, stop: int) -> None:
            for k in numbers[first:stop]:
                _, _, n_iter, labels = self.best[k]
                means = _means(self.data, labels, k)
                found = _finish(self.data, means, self.max_iter, self.tiles)
                solutions[k] = KMeansSolution(
                    k,
                    *found[:3],
                    n_iter=n_iter + found[3],
                    n_starts=len(self.inertias[k]),
                    confirmed=self.is_confirmed(k),
                    n_distinct=self.data.n_distinct,
                )

        run_in_chunks(work, len(numbers), 1)
        return solutions


def _finish(
    data: _Data, centers: NDArray[np.float64], max_iter: int, tiles: NDArray[Any] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float64], float, int]:
    """Return labels in X's order, centers and inertia in X's units, and the number of iterations."""
    n_tracks, n_features = data.Z.shape
    tiles = data.tiles(np.float64) if tiles is None else tiles
    weights = data.tile_weights()
    padded = np.pad(centers, ((0, 0), (0, -n_features % _PASS)))
    placed = np.empty(len(weights), dtype=np.int32)
    n_iter = _iterate(tiles, weights, n_tracks, padded, max_iter, placed)
    inertia = _inertia(tiles, weights, padded, placed)
    labels = np.empty(n_tracks, dtype=np.int32)
    labels[data.order] = placed[:n_tracks]
    found = data.center + np.ldexp(padded[:, :n_features], data.exponent)
    return labels, found, float(np.ldexp(inertia, 2 * data.exponent)), int(n_iter)


def _only_solution(data: _Data, k: int) -> KMeansSolution:
    """Return the solution that needs no search: one cluster, or one for each distinct row."""
    mean = np.average(data.Z, axis=0, weights=data.weights)
    centers = mean[None, :] if k == 1 else data.Z[data.new]
    labels, found, inertia, _ = _finish(data, centers, 0)
    return KMeansSolution(k, labels, found, inertia, 1, 1, True, data.n_distinct)


def _means(data: _Data, labels: NDArray[np.int32], k: int) -> NDArray[np.float64]:
    """Return the mean of each cluster; zeros for a cluster without weight."""
    mass = np.bincount(labels, data.weights, k)
    sums = [np.bincount(labels, data.weights * column, k) for column in data.Z.T]
    return np.stack(sums, axis=1) / np.where(mass > 0, mass, 1.0)[:, None]


def _iterate(
    tiles: NDArray[Any],
    weights: NDArray[np.float64],
    n_tracks: int,
    centers: NDArray[np.float64],
    max_iter: int,
    labels: NDArray[np.int32],
) -> int:
    """Move centers (changed in place) and fill in labels until no label changes; return the iterations.

    ``upper`` bounds a track's distance to its own center from above, ``lower`` that to any other from below;
    a track is looked at only when the two meet. The loop itself stays in Python: it costs microseconds per
    iteration, and compiling it would double the time to compile this file.
    """
    k, dtype = len(centers), tiles.dtype
    labels[:] = -1
    upper, lower = np.full(len(weights), np.inf, dtype), np.zeros(len(weights), dtype)
    sums, mass, counts = np.zeros(centers.shape), np.zeros(k), np.zeros(k, np.int64)
    drift, others = np.zeros(k, dtype), np.zeros(k, dtype)
    for iteration in range(max_iter + 1):
        near = centers.astype(dtype)
        n_moved = _assign(tiles, weights, near, labels, upper, lower, drift, others, sums, mass, counts)
        # The last round only gives tracks the labels of the last means.
        if n_moved == 0 or iteration == max_iter:
            return min(iteration + 1, max_iter)
        if not counts.all():
            _fill_empty(tiles, weights, n_tracks, centers, labels, upper, sums, mass, counts)
        _move_centers(centers, sums, mass, counts, drift, others)
    return max_iter


def _checked_weights(sample_weight: ArrayLike | None, n_tracks: int) -> NDArray[np.float64]:
    if sample_weight is None:
        return np.ones(n_tracks)
    weights = np.array(sample_weight, dtype=np.float64)
    if weights.shape != (n_tracks,):
        raise ValueError(f"sample_weight must have shape ({n_tracks},), got {weights.shape}.")
    if not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise ValueError("sample_weight must be finite, 0 or above, and not all zero.")
    return weights


def _checked_numbers(n_clusters_list: Iterable[int], n_tracks: int) -> list[int]:
    wanted = [int(k) for k in n_clusters_list]
    for k in wanted:
        if not 1 <= k <= n_tracks:
            raise ValueError(f"n_clusters must be from 1 to the number of tracks ({n_tracks}), got {k}.")
    return wanted


@njit(cache=True, nogil=True)
def _random(state: Any) -> float:
    """Return the next number of the stream, from 0 up to but not including 1 (SplitMix64)."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True, fastmath=_FAST)
def _seed_centers(tiles: Any, weights: Any, k: int, state: Any) -> Any:
    """Return k centers drawn by greedy k-means++."""
    n_tiles = tiles.shape[0]
    n_trials = 2 + int(log(k))
    centers = np.zeros((k, tiles.shape[1] // _TILE), np.float64)
    closest = np.empty(weights.size, tiles.dtype)
    for i in range(closest.size):
        closest[i] = 1.0
    best, trial = np.empty_like(closest), np.empty_like(closest)
    potential, best_potential, trial_potential = np.empty(n_tiles), np.empty(n_tiles), np.empty(n_tiles)
    candidate = np.empty(centers.shape[1], tiles.dtype)
    for tile in range(n_tiles):
        potential[tile] = 0.0
        for i in range(tile * _TILE, (tile + 1) * _TILE):
            potential[tile] += weights[i]
    for c in range(k):
        lowest = np.inf
        for attempt in range(n_trials if c > 0 else 1):
            track = _draw(closest, weights, potential, state)
            for f in range(candidate.size):
                candidate[f] = tiles[track // _TILE, f * _TILE + track % _TILE]
            total = _try_candidate(tiles, weights, candidate, closest, c == 0, trial, trial_potential)
            if total < lowest or attempt == 0:
                lowest = total
                for f in range(candidate.size):
                    centers[c, f] = candidate[f]
                best, trial = trial, best
                best_potential, trial_potential = trial_potential, best_potential
        closest, best = best, closest
        potential, best_potential = best_potential, potential
    return centers


@njit(cache=True, nogil=True)
def _draw(closest: Any, weights: Any, potential: Any, state: Any) -> int:
    """Return a track drawn with probability proportional to weight times squared distance."""
    left = 0.0
    for share in potential:
        left += share
    left *= _random(state)
    tile, last_tile = 0, 0
    while tile < potential.size:
        if potential[tile] > 0.0:
            last_tile = tile
            if left < potential[tile]:
                break
        left -= potential[tile]
        tile += 1
    track = last_tile * _TILE
    for i in range(last_tile * _TILE, (last_tile + 1) * _TILE):
        chance = weights[i] * closest[i]
        if chance > 0.0:
            track = i
            if left < chance:
                break
        left -= chance
    return track


@njit(cache=True, nogil=True, fastmath=_FAST)
def _try_candidate(
    tiles: Any, weights: Any, candidate: Any, closest: Any, is_first: bool, out: Any, potential: Any
) -> float:
    """Set ``out`` to the squared distances if the candidate became a center; return their weighted sum."""
    squares = np.empty(2 * _TILE, tiles.dtype)
    total = 0.0
    for tile in range(tiles.shape[0]):
        _squared_distances(tiles[tile], _TILE, candidate, squares)
        at = tile * _TILE
        subtotal = 0.0
        known, found, weight = closest[at : at + _TILE], out[at : at + _TILE], weights[at : at + _TILE]
        for i in range(_TILE):
            nearest = squares[i] if is_first or squares[i] < known[i] else known[i]
            found[i] = nearest
            subtotal += weight[i] * nearest
        potential[tile] = subtotal
        total += subtotal
    return total


@njit(cache=True, nogil=True, fastmath=_FAST)
def _squared_distances(tile: Any, lanes: int, point: Any, out: Any) -> None:
    """Set ``out[lane]`` to the squared distance of each of the first lanes to the point (out: 2 × 256)."""
    _square_ten(tile, lanes, point, out)
    for f in range(_PASS, point.size, _PASS):
        more = out[_TILE:]
        _square_ten(tile[f * _TILE :], lanes, point[f:], more)
        for i in range(lanes):
            out[i] += more[i]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _square_ten(tile: Any, lanes: int, point: Any, out: Any) -> None:
    """Set ``out[lane]`` to the squared distance over ten features; unrolled.

    Offsets are constants: a variable one makes numba test every index for being negative, six times slower.
    """
    c0, c1, c2, c3, c4 = point[0], point[1], point[2], point[3], point[4]
    c5, c6, c7, c8, c9 = point[5], point[6], point[7], point[8], point[9]
    for i in range(lanes):
        d0, d1 = tile[i] - c0, tile[_TILE + i] - c1
        d2, d3 = tile[2 * _TILE + i] - c2, tile[3 * _TILE + i] - c3
        d4, d5 = tile[4 * _TILE + i] - c4, tile[5 * _TILE + i] - c5
        d6, d7 = tile[6 * _TILE + i] - c6, tile[7 * _TILE + i] - c7
        d8, d9 = tile[8 * _TILE + i] - c8, tile[9 * _TILE + i] - c9
        low = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4
        high = d5 * d5 + d6 * d6 + d7 * d7 + d8 * d8 + d9 * d9
        out[i] = low + high


@njit(cache=True, nogil=True, fastmath=_FAST)
def _nearest(tile: Any, lanes: int, centers: Any, squares: Any, first: Any, second: Any, label: Any) -> None:
    """Set for each lane the nearest center and the squared distances to it and to the second nearest."""
    for i in range(lanes):
        first[i], second[i], label[i] = np.inf, np.inf, 0
    for c in range(centers.shape[0]):
        _squared_distances(tile, lanes, centers[c], squares)
        _compare(np.int32(c), squares, lanes, first, second, label)


@njit(cache=True, nogil=True, fastmath=_FAST)
def _compare(number: Any, squares: Any, lanes: int, first: Any, second: Any, label: Any) -> None:
    """Update each lane's two smallest squared distances and its label with those of one more center."""
    for i in range(lanes):
        square, best, next_best, known = squares[i], first[i], second[i], label[i]
        closer = square < best
        loser = best if closer else square
        second[i] = loser if loser < next_best else next_best
        first[i] = square if closer else best
        label[i] = number if closer else known


@njit(cache=True, nogil=True, fastmath=_FAST)
def _assign(
    tiles: Any,
    weights: Any,
    centers: Any,
    labels: Any,
    upper: Any,
    lower: Any,
    drift: Any,
    others: Any,
    sums: Any,
    mass: Any,
    counts: Any,
) -> int:
    """Give each track whose bounds meet its nearest center; keep sums per cluster; return how many moved."""
    slack = 1.00001 if tiles.itemsize == 4 else 1.0000000001
    doubtful, moved = np.empty(_TILE, np.int64), np.empty(_TILE, np.int64)
    packed = np.zeros(tiles.shape[1], tiles.dtype)
    squares, first = np.empty(2 * _TILE, tiles.dtype), np.empty(_TILE, tiles.dtype)
    second, label = np.empty(_TILE, tiles.dtype), np.empty(_TILE, np.int32)
    n_moved = 0
    for tile in range(tiles.shape[0]):
        at = tile * _TILE
        stop = at + _TILE
        n_doubtful = _update_bounds(labels[at:stop], upper[at:stop], lower[at:stop], drift, others, slack, doubtful)
        if n_doubtful == 0:
            continue
        block = tiles[tile]
        if 2 * n_doubtful > _TILE:
            n_doubtful = _TILE
            for i in range(_TILE):
                doubtful[i] = i
        else:
            _pack(block, doubtful, n_doubtful, packed)
            block = packed
        lanes = (n_doubtful + _GRAIN - 1) // _GRAIN * _GRAIN
        _nearest(block, lanes, centers, squares, first, second, label)
        n_here = _note(at, doubtful, n_doubtful, lanes, first, second, label, labels, upper, lower, moved)
        n_moved += n_here
        for m in range(n_here):
            place = moved[m]
            track, new = at + doubtful[place], label[place]
            if weights[track] > 0.0:
                _move_track(block, place, weights[track], labels[track], new, sums, mass, counts)
            labels[track] = new
    return n_moved


@njit(cache=True, nogil=True)
def _pack(block: Any, doubtful: Any, n_doubtful: int, packed: Any) -> None:
    """Copy the doubtful lanes of a tile side by side."""
    for at in range(0, block.size, _TILE):
        for place in range(n_doubtful):
            packed[at + place] = block[at + doubtful[place]]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _note(
    at: int,
    doubtful: Any,
    n_doubtful: int,
    lanes: int,
    first: Any,
    second: Any,
    label: Any,
    labels: Any,
    upper: Any,
    lower: Any,
    moved: Any,
) -> int:
    """Write down the new bounds; list the places whose label changed and return how many."""
    for i in range(lanes):
        first[i], second[i] = sqrt(first[i]), sqrt(second[i])
    n_moved = 0
    for place in range(n_doubtful):
        track = at + doubtful[place]
        upper[track], lower[track] = first[place], second[place]
        moved[n_moved] = place
        n_moved += labels[track] != label[place]
    return n_moved


@njit(cache=True, nogil=True, fastmath=_FAST)
def _update_bounds(labels: Any, upper: Any, lower: Any, drift: Any, others: Any, slack: float, doubtful: Any) -> int:
    """Loosen the bounds of one tile by what the centers moved; list the lanes where they meet."""
    n_doubtful = 0
    for i in range(_TILE):
        label = max(labels[i], 0)
        above, below = upper[i] + drift[label], lower[i] - others[label]
        upper[i], lower[i] = above, below
        doubtful[n_doubtful] = i
        n_doubtful += above * slack >= below
    return n_doubtful


@njit(cache=True, nogil=True)
def _move_track(block: Any, lane: int, weight: float, old: Any, new: Any, sums: Any, mass: Any, counts: Any) -> None:
    """Move one track's weight from the sums of its old cluster (−1: none yet) to those of its new one."""
    for f in range(sums.shape[1]):
        value = weight * np.float64(block[f * _TILE + lane])
        sums[new, f] += value
        if old >= 0:
            sums[old, f] -= value
    mass[new] += weight
    counts[new] += 1
    if old >= 0:
        mass[old] -= weight
        counts[old] -= 1


@njit(cache=True, nogil=True)
def _fill_empty(
    tiles: Any,
    weights: Any,
    n_tracks: int,
    centers: Any,
    labels: Any,
    upper: Any,
    sums: Any,
    mass: Any,
    counts: Any,
) -> None:
    """Give each empty cluster the track farthest from its center; each track once, ties to the first."""
    taken = np.zeros(n_tracks, np.bool_)
    for c in range(counts.size):
        if counts[c] > 0:
            continue
        farthest, largest = -1, 0.0
        for track in range(n_tracks):
            if weights[track] > 0.0 and not taken[track]:
                squared = _squared_distance(tiles, track, centers[labels[track]])
                if squared > largest:
                    farthest, largest = track, squared
        if farthest < 0:
            return
        taken[farthest] = True
        block, lane = tiles[farthest // _TILE], farthest % _TILE
        new = np.int32(c)
        _move_track(block, lane, weights[farthest], labels[farthest], new, sums, mass, counts)
        labels[farthest] = new
        upper[farthest] = np.inf


@njit(cache=True, nogil=True)
def _squared_distance(tiles: Any, track: int, center: Any) -> float:
    """Return the squared distance of one track to a center, in float64."""
    tile, lane = track // _TILE, track % _TILE
    squared = 0.0
    for f in range(center.size):
        difference = np.float64(tiles[tile, f * _TILE + lane]) - center[f]
        squared += difference * difference
    return squared


@njit(cache=True, nogil=True)
def _move_centers(centers: Any, sums: Any, mass: Any, counts: Any, drift: Any, others: Any) -> None:
    """Put each center on its mean; note how far it moved and the most that any other moved."""
    most, second, mover = 0.0, 0.0, -1
    for c in range(centers.shape[0]):
        squared = 0.0
        if counts[c] > 0:
            for f in range(centers.shape[1]):
                mean = sums[c, f] / mass[c]
                squared += (mean - centers[c, f]) ** 2
                centers[c, f] = mean
        moved = sqrt(squared)
        drift[c] = moved
        if moved > most:
            most, second, mover = moved, most, c
        elif moved > second:
            second = moved
    for c in range(others.size):
        others[c] = second if c == mover else most


@njit(cache=True, nogil=True)
def _inertia(tiles: Any, weights: Any, centers: Any, labels: Any) -> float:
    """Return the weighted sum of squared distances of the tracks to the centers of their labels."""
    total = 0.0
    for track in range(weights.size):
        if weights[track] > 0.0:
            total += weights[track] * _squared_distance(tiles, track, centers[labels[track]])
    return total

"""K-Means for one or many numbers of clusters, restarted until the best solution has been met twice.

Every start draws its centers by greedy k-means++ and moves them until no track changes its cluster
(`songatlas.kernels.lloyd`). The best starts are then refined by swaps (`songatlas.kernels.swaps`): on real songs
ten or twenty plain restarts can agree on a solution that is 1 % worse than the best.

How: of a large catalogue, every start first settles on every twelfth track; then the starts race on all of them, and
the two ahead run to the end (on real songs they lead to the best of all ten starts, by swaps where not at once).
Every start is one piece of single-threaded work with random numbers of its own, so the number of threads changes no
bit. Rows are put into an order of their own first, so that shuffling them changes no solution. Starts run in float32
on centred data; the best of each number of clusters is finished in float64 until no track moves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .lloyd import Tracks, in_tiles, inertia_of, iterate, nearest_inertia, seed_centers
from .rows import as_floats, centered_rows, check_finite, checked_count, checked_rows, checked_weights, row_hashes
from .swaps import refine
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]
Effort = Literal["confirmed", "refined", "plain"]

# Two inertias this close (relative) are the same optimum met again.
_SAME = 1e-6
# Solutions refined after each round of starts, unless the effort is plain: the two that confirm or refute each other.
_REFINED = 2
# What refining costs, in starts, for the share of the work done.
_REFINING = 5
# Share of the numbers of clusters that are expected to go on after the first round, for the share of the work done.
_GO_ON = 0.1
# Starts settle on a part of the tracks first where there are this many.
_LARGE = 40_000
_PARTS = 12
# On a part they have settled when no more than one track in so many changes its cluster.
_RESTLESS = 1000
# Which of them go on is judged by one track in so many.
_JURY = 4
_DISTINCT_PER_CLUSTER = 50
# The race on all tracks: so many starts of a round, of which so many go on for so many iterations (None: to the end),
# until the two ahead are the same.
_RACERS = 4
_HEATS: tuple[tuple[int, int | None], ...] = ((_RACERS, 4), (2, None), (_RACERS, None))
# What settling on a part costs, and each heat in all, next to a start on all tracks.
_SETTLING, _HEAT_COST = 0.4, 0.2
# The most starts, unless told otherwise.
_MAX_INIT = 30
# Small tables get this many starts over their number of tracks, but no more than so many.
_STARTS_TIMES_TRACKS, _MOST_STARTS = 40_000, 200
# Float32 is trusted while its rounding stays below this share of the usual distance to the centers.
_ROUNDING = 1e-3


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
        Lloyd iterations of the start that won, refining and finishing included.
    n_starts : int
        Starts spent.
    confirmed : bool
        Whether two starts led to the best inertia, within a relative 1e-6 (true where only one solution
        exists). No promising swap of one center improves it; that no better solution exists is not proved.
    n_distinct : int
        Distinct rows of positive weight.
    """

    n_clusters: int
    labels: NDArray[np.int32]
    centers: FloatArray
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
    effort: Effort = "confirmed",
    max_init: int | None = None,
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
        Starts for each number of clusters. From 40,000 tracks on they settle on parts of the catalogue, and two to
        four of them, the best there, go on to the end on all tracks.
    seed : int, default 0
        0 or above. A solution depends on the seed and its number of clusters, not on the others of the list.
    max_iter : int, default 300
        Lloyd iterations per start, per swap tried in refining, and again for finishing.
    effort : {'confirmed', 'refined', 'plain'}, default 'confirmed'
        Plain: the best of ``n_init`` starts. Refined: the best two are refined by swaps. Confirmed: there are more
        starts, n_init / 2 at a time, until two led to the best inertia.
    max_init : int, optional
        The most starts for one number of clusters (n_init, if that is more). By default 30; and below 4,000 tracks
        there are more than n_init to begin with, up to 200 where there are 200 tracks or less, as few tracks have
        many local optima, and a start costs next to nothing.
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
    if effort not in get_args(Effort):
        raise ValueError(f"effort must be one of {', '.join(map(repr, get_args(Effort)))}, got {effort!r}.")
    rows = checked_rows(X)
    wanted = _checked_numbers(n_clusters_list, len(rows))
    n_init = checked_count(n_init, "n_init", 1)
    if max_init is not None:
        max_init = checked_count(max_init, "max_init", 1)
    elif effort == "confirmed":
        n_init = max(n_init, min(_MOST_STARTS, _STARTS_TIMES_TRACKS // len(rows)))
    seed, max_iter = checked_count(seed, "seed", 0), checked_count(max_iter, "max_iter", 0)
    data = _prepare(rows, sample_weight)
    search = _Search(data, n_init, max(max_init or _MAX_INIT, n_init), effort, seed, max_iter, advance)
    several = sorted({k for k in wanted if 1 < k < data.n_distinct}, reverse=True)
    search.run(several)
    if any(search.needs_more_digits(k) for k in several):
        search.restart_in_float64()
        search.run(several)
    solutions = search.finish(several)
    for k in set(wanted) - set(several):
        solutions[k] = _only_solution(data, k)
    return [solutions[k] for k in wanted]


def lloyd(
    X: ArrayLike, centers: ArrayLike, sample_weight: ArrayLike | None = None, max_iter: int = 300
) -> tuple[NDArray[np.int32], FloatArray, float, int]:
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
    starts = as_floats(centers, "centers")
    if starts.ndim != 2 or starts.shape[1] != rows.shape[1] or len(starts) == 0:
        raise ValueError(f"centers must have shape (n_clusters, {rows.shape[1]}), got {starts.shape}.")
    check_finite(starts, name="centers")
    data = _prepare(rows, sample_weight, sort=False)
    return _finish(data, np.ldexp(starts - data.center, -data.exponent), checked_count(max_iter, "max_iter", 0))


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

    Z: FloatArray
    weights: FloatArray
    order: NDArray[np.intp]
    center: FloatArray
    exponent: int
    weight_exponent: int
    new: NDArray[np.bool_]  # differs from the row before
    n_distinct: int

    def in_tiles(self, dtype: type[np.floating[Any]]) -> Tracks:
        """Return all rows ready for Lloyd's iterations."""
        return in_tiles(self.Z, self.weights, dtype)

    def part(self, number: int, dtype: type[np.floating[Any]]) -> Tracks:
        """Return every twelfth row likewise; the first feature rises with the row, so all of its range is there."""
        return self._some(slice(number, None, _PARTS), dtype)

    def jury(self, dtype: type[np.floating[Any]]) -> Tracks:
        """Return a quarter of the rows likewise, a quarter of every part, so that it favours no start."""
        return self._some(np.arange(len(self.Z)) // _PARTS % _JURY == 0, dtype)

    def _some(self, rows: slice | NDArray[np.bool_], dtype: type[np.floating[Any]]) -> Tracks:
        return in_tiles(np.ascontiguousarray(self.Z[rows]), self.weights[rows], dtype)


def _prepare(rows: FloatArray, sample_weight: ArrayLike | None, *, sort: bool = True) -> _Data:
    weights, weight_exponent = checked_weights(sample_weight, len(rows))
    Z, center, exponent = centered_rows(rows)
    order = np.lexsort((weights, row_hashes(Z), Z[:, 0])) if sort else np.arange(len(Z))
    Z, weights = np.ascontiguousarray(Z[order]), weights[order]
    positive = np.flatnonzero(weights > 0)
    new = np.zeros(len(Z), dtype=bool)
    new[positive[0]] = True
    new[positive[1:]] = (Z[positive[1:]] != Z[positive[:-1]]).any(axis=1)
    return _Data(Z, weights, order, center, exponent, weight_exponent, new, int(new.sum()))


@dataclass(frozen=True)
class _Start:
    """Where one start led, in the units of the centred rows; the inertia is that of the jury before the race.

    ``settled`` once no track of all moves; ``refined`` once no swap improves it.
    """

    inertia: float
    centers: FloatArray
    n_iter: int
    settled: bool = True
    refined: bool = False


class _Search:
    """Runs starts for several numbers of clusters and refines the best of each."""

    def __init__(
        self,
        data: _Data,
        n_init: int,
        max_init: int,
        effort: Effort,
        seed: int,
        max_iter: int,
        advance: Callable[[float], object] | None,
    ) -> None:
        self.data, self.confirm = data, effort == "confirmed"
        self.n_refined = 0 if effort == "plain" else _REFINED
        self.seed, self.max_iter, self.advance = seed, max_iter, advance
        step = max(n_init // 2, 1)
        self.stops = [*range(n_init, max_init, step), max_init]
        self.found: dict[int, dict[int, _Start]] = {}
        self._lay_out(np.float32)

    def _lay_out(self, dtype: type[np.floating[Any]]) -> None:
        self.whole = self.data.in_tiles(dtype)
        n_parts = _PARTS if len(self.data.Z) >= _LARGE else 0
        self.parts = [self.data.part(number, dtype) for number in range(n_parts)]
        self.jury = self.data.jury(dtype) if self.parts else self.whole
        self.n_distinct_in_part = min(map(_n_distinct, self.parts), default=0)

    def restart_in_float64(self) -> None:
        self._lay_out(np.float64)
        self.advance = None
        self.found = {}

    def _part_for(self, k: int, start: int) -> Tracks | None:
        """Return the part of the tracks to settle on first, where each holds enough different ones for k clusters.

        Starts take turns, as a part has optima of its own.
        """
        return self.parts[start % _PARTS] if self._is_parted(k) else None

    def _is_parted(self, k: int) -> bool:
        return self.n_distinct_in_part >= _DISTINCT_PER_CLUSTER * k

    def run(self, numbers: Sequence[int]) -> None:
        """Run rounds of starts until each number of clusters is confirmed or has spent its starts."""
        refining = self.n_refined * _REFINING
        later = _GO_ON * (self.stops[-1] - self.stops[0] + refining * (len(self.stops) - 1))
        total = max(float(sum(numbers)), 1.0) * (self.stops[0] + refining + later)
        self.found = {k: {} for k in numbers}
        open_numbers, first = list(numbers), 0
        for done, stop in enumerate(self.stops, 1):
            if not open_numbers:
                return
            weight = (1.0 if first == 0 else _GO_ON) / total
            starts = range(first, stop)
            self._run_starts(open_numbers, starts, weight)
            racers = {k: self._best(k, starts, _RACERS) for k in open_numbers if self._is_parted(k)}
            for n_kept, n_iter in _HEATS:
                self._run_heat(racers, n_kept, n_iter, _HEAT_COST * len(starts) * weight)
            for _ in range(self.n_refined):
                best = [(k, start) for k in open_numbers for start in self._next_to_refine(k)]
                self._run_jobs(self._refine, best, [_REFINING * k * weight for k, _ in best])
                self._tell(_REFINING * (sum(open_numbers) - sum(k for k, _ in best)) * weight)
            closed = [k for k in open_numbers if not self.confirm or self.is_confirmed(k)]
            left = self.stops[-1] - stop + refining * (len(self.stops) - done)
            self._tell(sum(closed) * left * _GO_ON / total)
            open_numbers, first = [k for k in open_numbers if k not in closed], stop

    def _run_starts(self, numbers: Sequence[int], starts: range, weight: float) -> None:
        jobs = [(k, start) for k in numbers for start in starts]
        costs = {k: k * weight * (_SETTLING if self._is_parted(k) else 1.0) for k in numbers}
        self._run_jobs(self._run_start, jobs, [costs[k] for k, _ in jobs])

    def _run_heat(self, racers: Mapping[int, Sequence[int]], n_kept: int, n_iter: int | None, weight: float) -> None:
        """Let the best racers go on that have not settled, for each number whose two best are not the same."""
        jobs, costs = [], []
        for k, starts in racers.items():
            best = [] if self._two_agree(k) else self._best(k, starts, n_kept)
            ahead = [start for start in best if not self.found[k][start].settled]
            if not ahead:
                self._tell(k * weight)
            jobs += [(k, start) for start in ahead]
            costs += [k * weight / max(len(ahead), 1)] * len(ahead)
        self._run_jobs(partial(self._race, n_iter), jobs, costs)

    def _run_jobs(
        self, job: Callable[[int, int], None], jobs: Sequence[tuple[int, int]], costs: Sequence[float]
    ) -> None:
        """Run the job for each number of clusters and start; each tells its share of the work when it is done."""

        def work(first: int, stop: int) -> None:
            for k, start in jobs[first:stop]:
                job(k, start)

        finished = iter(costs)
        run_in_chunks(work, len(jobs), 1, lambda _: self._tell(next(finished)))

    def _tell(self, share: float) -> None:
        if self.advance is not None and share > 0:
            self.advance(share)

    def _run_start(self, k: int, start: int) -> None:
        random = np.random.default_rng([self.seed, k, start])
        part = self._part_for(k, start)
        centers = seed_centers(*(part or self.whole), k, random)
        if part is None:
            self.found[k][start] = self._run(centers, self.max_iter)
            return
        _, centers, n_iter = iterate(*part, centers, self.max_iter, len(part.Z) // _RESTLESS)
        self.found[k][start] = _Start(nearest_inertia(*self.jury, centers), centers, n_iter, settled=False)

    def _best(self, k: int, starts: Sequence[int], n_kept: int) -> list[int]:
        return sorted(starts, key=lambda start: (self.found[k][start].inertia, start))[:n_kept]

    def _two_agree(self, k: int) -> bool:
        """Return whether the two best starts that settled are the same solution."""
        best = [start.inertia for _, start in self._ranked(k)[:2]]
        return len(best) == 2 and best[1] <= best[0] * (1 + _SAME)

    def _race(self, n_iter: int | None, k: int, number: int) -> None:
        start = self.found[k][number]
        n_iter = self.max_iter if n_iter is None else min(n_iter, self.max_iter)
        on_all = self._run(start.centers, n_iter)
        self.found[k][number] = replace(on_all, n_iter=start.n_iter + on_all.n_iter, settled=n_iter == self.max_iter)

    def _run(self, centers: FloatArray, max_iter: int) -> _Start:
        labels, centers, n_iter = iterate(*self.whole, centers, max_iter)
        return _Start(inertia_of(self.data.Z, self.whole.weights, centers, labels), centers, n_iter)

    def _next_to_refine(self, k: int) -> list[int]:
        """Return the best start that no refined one stands for, or none when the best is confirmed."""
        if self.is_confirmed(k):
            return []
        level = -np.inf
        for number, start in self._ranked(k):
            if start.inertia > level * (1 + _SAME):
                if not start.refined:
                    return [number]
                level = start.inertia
        return []

    def _ranked(self, k: int) -> list[tuple[int, _Start]]:
        """Return the settled starts, the best first."""
        settled = [(number, start) for number, start in self.found[k].items() if start.settled]
        return sorted(settled, key=lambda item: (item[1].inertia, not item[1].refined, item[0]))

    def _refine(self, k: int, number: int) -> None:
        start = self.found[k][number]
        centers, inertia, n_iter = refine(
            self.whole, self._part_for(k, number), start.centers, start.inertia, self.max_iter, _SAME
        )
        self.found[k][number] = _Start(inertia, centers, start.n_iter + n_iter, refined=True)

    def is_confirmed(self, k: int) -> bool:
        """Return whether the best is refined, and two starts came within a relative 1e-6 of it."""
        ranked = self._ranked(k)
        best = ranked[0][1].inertia * (1 + _SAME)
        same = [start for _, start in ranked if start.inertia <= best]
        return self._two_agree(k) and any(start.refined for start in same)

    def needs_more_digits(self, k: int) -> bool:
        """Return whether float32 was too coarse for this number of clusters."""
        if self.whole.tiles.dtype == np.float64:
            return False
        rounding = np.sqrt((self.data.Z**2).sum(axis=1).max()) * 2.0**-24
        best = self._ranked(k)[0][1].inertia
        return bool(rounding > _ROUNDING * np.sqrt(best / self.data.weights.sum()))

    def finish(self, numbers: Sequence[int]) -> dict[int, KMeansSolution]:
        """Finish the best start of each number of clusters in float64."""
        solutions: dict[int, KMeansSolution] = {}
        whole = self.data.in_tiles(np.float64)

        def work(first: int, stop: int) -> None:
            for k in numbers[first:stop]:
                best = self._ranked(k)[0][1]
                found = _finish(self.data, best.centers, self.max_iter, whole)
                solutions[k] = KMeansSolution(
                    k,
                    *found[:3],
                    n_iter=best.n_iter + found[3],
                    n_starts=len(self.found[k]),
                    confirmed=self.is_confirmed(k),
                    n_distinct=self.data.n_distinct,
                )

        run_in_chunks(work, len(numbers), 1)
        return solutions


def _finish(
    data: _Data, starts: FloatArray, max_iter: int, whole: Tracks | None = None
) -> tuple[NDArray[np.int32], FloatArray, float, int]:
    """Return labels in X's order, centers and inertia in X's units, and the number of iterations."""
    whole = data.in_tiles(np.float64) if whole is None else whole
    placed, centers, n_iter = iterate(*whole, starts, max_iter)
    inertia = inertia_of(data.Z, whole.weights, centers, placed)
    labels = np.empty(len(placed), dtype=np.int32)
    labels[data.order] = placed
    found = data.center + np.ldexp(centers, data.exponent)
    with np.errstate(over="ignore"):  # infinite where it is beyond the numbers there are
        inertia = float(np.ldexp(inertia, 2 * data.exponent + data.weight_exponent))
    return labels, found, inertia, n_iter


def _n_distinct(part: Tracks) -> int:
    """Return how many different rows of positive weight there are, given equal ones lie together."""
    rows = part.Z[part.weights[: len(part.Z)] > 0]
    return 1 + int((rows[1:] != rows[:-1]).any(axis=1).sum()) if len(rows) else 0


def _only_solution(data: _Data, k: int) -> KMeansSolution:
    """Return the solution that needs no search: one cluster, or one for each distinct row."""
    mean = np.average(data.Z, axis=0, weights=data.weights)
    centers = mean[None, :] if k == 1 else data.Z[data.new]
    labels, found, inertia, _ = _finish(data, centers, 0)
    return KMeansSolution(k, labels, found, inertia, 1, 1, True, data.n_distinct)


def _checked_numbers(n_clusters_list: Iterable[int], n_tracks: int) -> list[int]:
    wanted = [checked_count(k, "n_clusters", 1) for k in n_clusters_list]
    for k in wanted:
        if k > n_tracks:
            raise ValueError(f"n_clusters must be from 1 to the number of tracks ({n_tracks}), got {k}.")
    return wanted

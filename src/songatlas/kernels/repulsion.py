"""The repulsion of t-SNE: every track pushed away by every other, on a grid with fast Fourier transforms.

With the kernel ``q = 1 / (1 + d²)`` the repulsion of a track is ``Σ q² (y_i − y_j)``, which is minus half the
gradient of the potential ``φ(y) = Σ q``; the normalization ``Z`` is the sum of the potentials. One potential is
all that is needed: tracks are spread onto a grid as unit charges, the grid is convolved with the kernel (one
transform forth, one back), and value and gradient are read off at the tracks.

Sources: Linderman et al. (2019), "Fast interpolation-based t-SNE for improved visualization of single-cell
RNA-seq data", Nat. Methods 16, 243–245, for the idea; cubic B-splines, whose gradient is smooth, come from
Essmann et al. (1995), "A smooth particle mesh Ewald method", J. Chem. Phys. 103, 8577–8593. Splines need fewer
nodes than the piecewise polynomials of the former: relative errors are about 1e-3 (see the tests).

Every node receives its charges in an order that depends on the tracks alone: the number of threads changes no bit.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray
from scipy import fft

from .compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHUNK = 4096  # tracks per piece of work
_EXACT_BELOW = 700  # tracks; below, all pairs are faster than the grid
_SPACING = 0.5  # largest distance between nodes; the kernel has width 1
_FEWEST_CELLS = 32
_MOST_CELLS = 2048  # bounds the memory, whatever a stray track does
_STRIP = 16  # grid rows that are filled by one piece of work; at least 4, the width of a spline
_LINES = 48  # transforms per piece of work


class Crew:
    """Threads that stay ready between many short rounds of work, each on pieces of its own.

    The pieces must not share places to write; then results do not depend on the number of threads.
    """

    def __init__(self) -> None:
        self._n_helpers = max(get_num_threads() - 1, 0)
        self._pool = ThreadPoolExecutor(max(self._n_helpers, 1), thread_name_prefix="songatlas")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, work: Callable[[int], object], pieces: Iterable[int]) -> None:
        """Call ``work`` once for each piece; the calling thread helps."""
        todo = deque(pieces)
        helpers = [
            self._pool.submit(_work_off, work, todo) for _ in range(min(self._n_helpers, len(todo) - 1))
        ]
        try:
            _work_off(work, todo)
        finally:
            todo.clear()
            for helper in helpers:
                helper.result()


def _work_off(work: Callable[[int], object], todo: deque[int]) -> None:
    while todo:
        try:
            piece = todo.popleft()
        except IndexError:  # another thread took the last one
            return
        work(piece)


class Repulsion:
    """Computes the repulsion of ``n_tracks`` tracks again and again, keeping its grids.

    Parameters
    ----------
    n_tracks : int
    crew : Crew
    """

    def __init__(self, n_tracks: int, crew: Crew) -> None:
        self.forces = np.zeros((n_tracks, 2))
        self._crew = crew
        self._sums = np.zeros(-(-n_tracks // CHUNK))
        self._order = np.empty(n_tracks, dtype=np.int32)
        self._grid: _Grid | None = None

    def compute(self, points: FloatArray, low: FloatArray, high: FloatArray) -> float:
        """Fill ``forces`` with ``Σ_j q² (y_i − y_j)`` and return ``Z``, the sum of ``q`` over all pairs i ≠ j.

        Parameters
        ----------
        points : ndarray of shape (n_tracks, 2)
        low, high : ndarray of shape (2,)
            The bounding box of the points.
        """
        n_tracks = len(points)
        longest = float((high - low).max())
        if longest < 1e-60:  # all in one place: nothing to push, and no grid to lay
            self.forces[:] = 0.0
            return float(n_tracks) * (n_tracks - 1)
        if n_tracks < _EXACT_BELOW:
            push_all_pairs(points, self.forces, self._sums)
            return max(float(self._sums.sum()), 1e-12)
        grid = self._lay_grid(low, high, longest)
        self._spread(points, grid)
        grid.convolve(self._crew)
        self._crew.run(lambda start: self._read(points, grid, start), range(0, n_tracks, CHUNK))
        return max(float(self._sums.sum()) - n_tracks, 1e-12)

    def _lay_grid(self, low: FloatArray, high: FloatArray, longest: float) -> "_Grid":
        spacing = _choose_spacing(longest)
        rows, columns = (math.ceil(float(size) / spacing) + 6 for size in high - low)
        grid = self._grid
        if grid is None or not grid.serves(spacing, rows, columns):
            grid = self._grid = _Grid(spacing, rows, columns)
        grid.origin = low - 1.5 * spacing
        return grid

    def _spread(self, points: FloatArray, grid: "_Grid") -> None:
        starts = sort_by_strip(points, grid.origin[0], grid.spacing, len(grid.charges), self._order)
        grid.charges[:] = 0.0

        def fill(strip: int) -> None:
            spread_tracks(
                points, self._order[starts[strip] : starts[strip + 1]], grid.origin, grid.spacing, grid.charges
            )

        # A spline reaches three rows into the next strip: neighboring strips take turns.
        self._crew.run(fill, range(0, len(starts) - 1, 2))
        self._crew.run(fill, range(1, len(starts) - 1, 2))

    def _read(self, points: FloatArray, grid: "_Grid", start: int) -> None:
        stop = min(start + CHUNK, len(points))
        self._sums[start // CHUNK] = read_forces(
            points, grid.origin, grid.spacing, grid.potential, self.forces, start, stop
        )


def _choose_spacing(longest: float) -> float:
    """Return the power of two that gives enough cells, few enough, and fine ones where that is possible."""
    fine = 2.0 ** math.floor(math.log2(longest / _FEWEST_CELLS))
    coarse = 2.0 ** math.ceil(math.log2(longest / _MOST_CELLS))
    return max(min(fine, _SPACING), coarse)


class _Grid:
    """Charges and potential on a grid, and the transformed kernel, padded so that nothing wraps around."""

    def __init__(self, spacing: float, rows: int, columns: int) -> None:
        self.spacing = spacing
        self.origin = np.zeros(2)
        self._padded = fft.next_fast_len(2 * rows), fft.next_fast_len(2 * columns, real=True)
        rows, columns = self._padded[0] // 2, self._padded[1] // 2
        self.charges = np.zeros((rows, columns))
        self.potential = np.zeros((rows, columns))
        self._waves = np.zeros((rows, self._padded[1] // 2 + 1), dtype=np.complex128)
        self._kernel = _transform_kernel(spacing, *self._padded)

    def serves(self, spacing: float, rows: int, columns: int) -> bool:
        """Return whether this grid is of that spacing, large enough, and not needlessly large."""
        have = self.charges.shape
        return (
            spacing == self.spacing
            and rows <= have[0] <= 1.2 * rows + 16
            and columns <= have[1] <= 1.2 * columns + 16
        )

    def convolve(self, crew: Crew) -> None:
        """Set the potential from the charges."""
        rows, columns = self.charges.shape
        crew.run(self._to_waves, range(0, rows, _LINES))
        crew.run(self._apply_kernel, range(0, self._waves.shape[1], _LINES))
        crew.run(self._from_waves, range(0, rows, _LINES))

    def _to_waves(self, start: int) -> None:
        lines = slice(start, start + _LINES)
        self._waves[lines] = fft.rfft(self.charges[lines], n=self._padded[1], axis=1)

    def _apply_kernel(self, start: int) -> None:
        lines = slice(start, start + _LINES)
        waves = fft.fft(self._waves[:, lines], n=self._padded[0], axis=0)
        waves *= self._kernel[:, lines]
        self._waves[:, lines] = fft.ifft(waves, axis=0, overwrite_x=True)[: len(self._waves)]

    def _from_waves(self, start: int) -> None:
        lines = slice(start, start + _LINES)
        whole = fft.irfft(self._waves[lines], n=self._padded[1], axis=1)
        self.potential[lines] = whole[:, : self.potential.shape[1]]


def _transform_kernel(spacing: float, rows: int, columns: int) -> FloatArray:
    """Return the transform of ``1 / (1 + d²)``, divided by that of the splines at both of its ends."""
    lags = [spacing * np.minimum(np.arange(n), n - np.arange(n)) for n in (rows, columns)]
    kernel = 1.0 / (1.0 + lags[0][:, None] ** 2 + lags[1] ** 2)
    splines = [(4.0 + 2.0 * np.cos(2.0 * np.pi * np.arange(n) / n)) / 6.0 for n in (rows, columns)]
    transformed = fft.rfft2(kernel).real
    transformed /= (splines[0][:, None] * splines[1][: transformed.shape[1]]) ** 2
    return np.ascontiguousarray(transformed, dtype=np.float64)


@compiled
def push_all_pairs(points: FloatArray, forces: FloatArray, sums: FloatArray) -> None:
    """Compute forces and the sum of kernels from all pairs."""
    sums[:] = 0.0
    forces[:] = 0.0
    for i in range(len(points)):
        total = 0.0
        for j in range(i):
            dx, dy = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1]
            q = 1.0 / (1.0 + dx * dx + dy * dy)
            total += q
            forces[i, 0] += q * q * dx
            forces[i, 1] += q * q * dy
            forces[j, 0] -= q * q * dx
            forces[j, 1] -= q * q * dy
        sums[0] += 2.0 * total


@compiled
def sort_by_strip(points: FloatArray, origin: float, spacing: float, rows: int, order: NDArray[np.int32]) -> IntArray:
    """Fill ``order`` with the tracks strip by strip, in their own order within; return where strips start."""
    n_strips = (rows + _STRIP - 1) // _STRIP
    starts = np.zeros(n_strips + 1, np.int64)
    for i in range(len(points)):
        starts[(int((points[i, 0] - origin) / spacing) - 1) // _STRIP + 1] += 1
    for strip in range(n_strips):
        starts[strip + 1] += starts[strip]
    free = starts.copy()
    for i in range(len(points)):
        strip = (int((points[i, 0] - origin) / spacing) - 1) // _STRIP
        order[free[strip]] = i
        free[strip] += 1
    return starts


@compiled
def spread_tracks(
    points: FloatArray, which: NDArray[np.int32], origin: FloatArray, spacing: float, charges: FloatArray
) -> None:
    """Add a charge of 1 for each track, shared out among 4 × 4 nodes by cubic B-splines."""
    for i in which:
        u, v = (points[i, 0] - origin[0]) / spacing, (points[i, 1] - origin[1]) / spacing
        row, column = int(u), int(v)
        t, s = u - row, v - column
        t2, s2 = t * t, s * s
        t3, s3 = t2 * t, s2 * s
        a = (1.0 - 3.0 * t + 3.0 * t2 - t3, 4.0 - 6.0 * t2 + 3.0 * t3, 1.0 + 3.0 * (t + t2 - t3), t3)
        b0, b1 = (1.0 - 3.0 * s + 3.0 * s2 - s3) / 36.0, (4.0 - 6.0 * s2 + 3.0 * s3) / 36.0
        b2, b3 = (1.0 + 3.0 * (s + s2 - s3)) / 36.0, s3 / 36.0
        for k in range(4):
            line = charges[row + k - 1]
            line[column - 1] += a[k] * b0
            line[column] += a[k] * b1
            line[column + 1] += a[k] * b2
            line[column + 2] += a[k] * b3


@compiled
def read_forces(
    points: FloatArray,
    origin: FloatArray,
    spacing: float,
    potential: FloatArray,
    forces: FloatArray,
    start: int,
    stop: int,
) -> float:
    """Set the forces of tracks start to stop, minus half the gradient; return the sum of their potentials."""
    total = 0.0
    for i in range(start, stop):
        u, v = (points[i, 0] - origin[0]) / spacing, (points[i, 1] - origin[1]) / spacing
        row, column = int(u), int(v)
        t, s = u - row, v - column
        t2, s2 = t * t, s * s
        t3, s3 = t2 * t, s2 * s
        a = (1.0 - 3.0 * t + 3.0 * t2 - t3, 4.0 - 6.0 * t2 + 3.0 * t3, 1.0 + 3.0 * (t + t2 - t3), t3)
        slope = (2.0 * t - 1.0 - t2, 3.0 * t2 - 4.0 * t, 1.0 + 2.0 * t - 3.0 * t2, t2)
        value, along, across = 0.0, 0.0, 0.0
        for k in range(4):
            line = potential[row + k - 1]
            p0, p1, p2, p3 = line[column - 1], line[column], line[column + 1], line[column + 2]
            mean = (
                p0 * (1.0 - 3.0 * s + 3.0 * s2 - s3)
                + p1 * (4.0 - 6.0 * s2 + 3.0 * s3)
                + p2 * (1.0 + 3.0 * (s + s2 - s3))
                + p3 * s3
            )
            rise = p0 * (2.0 * s - 1.0 - s2) + p1 * (3.0 * s2 - 4.0 * s) + p2 * (1.0 + 2.0 * s - 3.0 * s2) + p3 * s2
            value += a[k] * mean
            along += slope[k] * mean
            across += a[k] * rise
        total += value / 36.0
        forces[i, 0] = -along / (24.0 * spacing)
        forces[i, 1] = -across / (24.0 * spacing)
    return total

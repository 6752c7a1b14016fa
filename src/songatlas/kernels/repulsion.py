"""The repulsion of t-SNE: every track pushed away by every other, on a grid with fast Fourier transforms.

With the kernel ``q = 1 / (1 + d²)`` the repulsion of a track is ``Σ q² (y_i − y_j)``, which is minus half
the gradient of the potential ``φ(y) = Σ q``; the normalization ``Z`` is the sum of the potentials. One
potential is all that is needed: tracks are spread onto a grid as unit charges, the grid is convolved with
the kernel (one transform forth, one back), and value and gradient are read off at the tracks.

Sources: Linderman et al. (2019), "Fast interpolation-based t-SNE for improved visualization of single-cell
RNA-seq data", Nat. Methods 16, 243–245, for the idea; quintic B-splines, whose gradient is smooth, come from
Essmann et al. (1995), "A smooth particle mesh Ewald method", J. Chem. Phys. 103, 8577–8593. They need fewer
nodes and transforms than the piecewise polynomials of the former. Forces are within about 1 % (root mean
square; openTSNE's usual grid: 3 to 4 %).

Every node receives its charges in an order that depends on the tracks alone: the number of threads changes
no bit.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from .compiled import compiled
from .threads import Crew

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Six = tuple[float, float, float, float, float, float]

CHUNK = 4096  # tracks per piece of work
_EXACT_BELOW = 700  # tracks; below, all pairs are faster than the grid
_SPACING = 0.4  # largest distance between nodes; the kernel has width 1
_FEWEST_CELLS = 32
_MOST_CELLS = 2048  # bounds the memory, whatever a stray track does
_MARGIN = 8  # nodes beyond the outermost tracks
_STRIP = 16  # grid rows that are filled by one piece of work; at least the width of a spline
_LINES = 48  # transforms per piece of work


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
        """Fill ``forces`` with ``Σ_j q² (y_i − y_j)``; return ``Z``, the sum of ``q`` over all pairs i ≠ j.

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
        rows, columns = (math.ceil(float(size) / spacing) + _MARGIN for size in high - low)
        grid = self._grid
        if grid is None or not grid.serves(spacing, rows, columns):
            grid = self._grid = _Grid(spacing, rows, columns)
        grid.origin = low - 2.5 * spacing
        return grid

    def _spread(self, points: FloatArray, grid: "_Grid") -> None:
        starts = sort_by_strip(points, grid.origin[0], grid.spacing, len(grid.charges), self._order)
        grid.charges[:] = 0.0

        def fill(strip: int) -> None:
            spread_tracks(
                points,
                self._order[starts[strip] : starts[strip + 1]],
                grid.origin,
                grid.spacing,
                grid.charges,
            )

        # A spline reaches five rows into the next strip: neighboring strips take turns.
        self._crew.run(fill, range(0, len(starts) - 1, 2))
        self._crew.run(fill, range(1, len(starts) - 1, 2))

    def _read(self, points: FloatArray, grid: "_Grid", start: int) -> None:
        stop = min(start + CHUNK, len(points))
        self._sums[start // CHUNK] = read_forces(
            points, grid.origin, grid.spacing, grid.potential, self.forces, start, stop
        )


def _choose_spacing(longest: float) -> float:
    """Return the spacing: a power of two of the usual one when that gives too few cells or too many."""
    fine = min(math.floor(math.log2(longest / (_FEWEST_CELLS * _SPACING))), 0)
    coarse = math.ceil(math.log2(longest / (_MOST_CELLS * _SPACING)))
    return _SPACING * 2.0 ** max(fine, coarse)


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
            spacing == self.spacing and rows <= have[0] <= 1.2 * rows + 16 and columns <= have[1] <= 1.2 * columns + 16
        )

    def convolve(self, crew: Crew) -> None:
        """Set the potential from the charges."""
        rows = len(self.charges)
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
    splines = [_transform_spline(n) for n in (rows, columns)]
    transformed = fft.rfft2(kernel).real
    transformed /= (splines[0][:, None] * splines[1][: transformed.shape[1]]) ** 2
    return np.ascontiguousarray(transformed, dtype=np.float64)


def _transform_spline(n_nodes: int) -> FloatArray:
    """Return the transform of the quintic spline's values at the nodes, 1, 26, 66, 26 and 1 of 120."""
    turns = 2.0 * np.pi * np.arange(n_nodes) / n_nodes
    return np.asarray((33.0 + 26.0 * np.cos(turns) + np.cos(2.0 * turns)) / 60.0)


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
        starts[(int((points[i, 0] - origin) / spacing) - 2) // _STRIP + 1] += 1
    for strip in range(n_strips):
        starts[strip + 1] += starts[strip]
    free = starts.copy()
    for i in range(len(points)):
        strip = (int((points[i, 0] - origin) / spacing) - 2) // _STRIP
        order[free[strip]] = i
        free[strip] += 1
    return starts


@compiled
def spline_weights(t: float) -> tuple[Six, Six]:
    """Return the shares of the six nodes around a track along one axis, and their derivatives.

    ``t`` from 0 to 1 is the place between the third node and the fourth. Essmann's recursion from order 4 up.
    """
    r = 1.0 - t
    c0, c1, c2, c3 = r * r * r, 4.0 + t * t * (3.0 * t - 6.0), 4.0 + r * r * (3.0 * r - 6.0), t * t * t
    d0, d4 = r * c0 / 24.0, t * c3 / 24.0
    d1, d3 = ((t + 3.0) * c0 + (2.0 - t) * c1) / 24.0, ((r + 3.0) * c3 + (2.0 - r) * c2) / 24.0
    d2 = ((t + 2.0) * c1 + (3.0 - t) * c2) / 24.0
    shares = (
        0.2 * r * d0,
        0.2 * ((t + 4.0) * d0 + (2.0 - t) * d1),
        0.2 * ((t + 3.0) * d1 + (3.0 - t) * d2),
        0.2 * ((t + 2.0) * d2 + (4.0 - t) * d3),
        0.2 * ((t + 1.0) * d3 + (5.0 - t) * d4),
        0.2 * t * d4,
    )
    return shares, (-d0, d0 - d1, d1 - d2, d2 - d3, d3 - d4, d4)


@compiled
def spread_tracks(
    points: FloatArray, which: NDArray[np.int32], origin: FloatArray, spacing: float, charges: FloatArray
) -> None:
    """Add a charge of 1 for each track, shared out among the nodes around it."""
    for i in which:
        u, v = (points[i, 0] - origin[0]) / spacing, (points[i, 1] - origin[1]) / spacing
        row, column = int(u), int(v)
        a, b = spline_weights(u - row)[0], spline_weights(v - column)[0]
        for k in range(6):
            line = charges[row + k - 2]
            for m in range(6):
                line[column + m - 2] += a[k] * b[m]


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
        a, da = spline_weights(u - row)
        b, db = spline_weights(v - column)
        along, across = 0.0, 0.0
        for k in range(6):
            mean, rise = 0.0, 0.0
            line = potential[row + k - 2]
            for m in range(6):
                node = line[column + m - 2]
                mean += b[m] * node
                rise += db[m] * node
            total += a[k] * mean
            along += da[k] * mean
            across += a[k] * rise
        forces[i, 0] = -0.5 / spacing * along
        forces[i, 1] = -0.5 / spacing * across
    return total

"""The t-SNE map of all tracks: attraction by nearest neighbors, repulsion by all, gradient descent.

Sources: van der Maaten & Hinton (2008), "Visualizing data using t-SNE", J. Mach. Learn. Res. 9; uniform
weights on a few neighbors instead of a perplexity: Böhm, Berens & Kobak (2022), "Attraction-repulsion
spectrum in neighbor embeddings", J. Mach. Learn. Res. 23; start and learning rate: Kobak & Berens (2019),
"The art of using t-SNE for single-cell transcriptomics", Nat. Commun. 10, and Belkina et al. (2019),
"Automated optimized parameters for t-SNE", Nat. Commun. 10. The repulsion: `songatlas.kernels.repulsion`.

The same input gives the same bytes, whatever the number of threads.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from .compiled import compiled
from .repulsion import CHUNK, FloatArray, Repulsion
from .rows import as_floats, check_finite
from .threads import Crew

_START_SPREAD = 1e-4  # standard deviation of the starting points: small, so that the map can unfold
_JITTER = 1e-2  # of that: parts copies, which would stay together for ever
_GAIN_STEP, _GAIN_DECAY = 0.2, 0.8
_LEAST_GAIN = 0.01
_LONGEST_STEP = 5.0
_CELLS = 64  # of a side, when tracks are sorted by their place
_REPORT = 5  # iterations between two reports of progress


def tsne(
    neighbors: ArrayLike,
    start: ArrayLike,
    *,
    n_iterations: int = 500,
    early: int | None = None,
    exaggeration: float = 12.0,
    seed: int = 0,
    advance: Callable[[float], object] | None = None,
) -> FloatArray:
    """Return map coordinates of all tracks.

    Parameters
    ----------
    neighbors : array_like of shape (n_tracks, n_neighbors), int
        The nearest other tracks of each track; two tracks attract each other when one is listed by the other,
        all pairs alike.
    start : array_like of shape (n_tracks, 2)
        Where tracks start, up to scale; equal rows are parted by a tiny jitter.
    n_iterations : int
        Steps of gradient descent in all.
    early : int, optional
        How many of them with exaggerated attraction [default: a fifth].
    exaggeration : float
        How many times the attraction is multiplied meanwhile.
    seed : int
        Seed of the jitter.
    advance : callable, optional
        Called with the number of iterations done since its last call.

    Returns
    -------
    ndarray of shape (n_tracks, 2), float64
        Centered on 0; finite. One track lies at 0.

    Examples
    --------
    >>> tsne([[1], [0], [3], [2]], [[0, 0], [0, 1], [9, 0], [9, 1]], n_iterations=10).shape
    (4, 2)
    """
    links, points = _checked(neighbors, start)
    points = _starting_points(points, seed)
    if len(points) < 2 or n_iterations < 1:
        return points
    early = n_iterations // 5 if early is None else min(early, n_iterations)
    with Crew() as crew:
        descent = _Descent(_attracting_pairs(links), points, crew)
        for iteration in range(n_iterations):
            if iteration in (0, early):
                descent.sort_tracks()
            if iteration < early:
                descent.step(exaggeration, momentum=0.5)
            else:
                descent.step(1.0, momentum=0.8)
            if advance is not None and ((iteration + 1) % _REPORT == 0 or iteration + 1 == n_iterations):
                advance(float(iteration % _REPORT + 1))
    coordinates = np.empty_like(descent.points)
    coordinates[descent.tracks] = descent.points
    coordinates -= coordinates.mean(axis=0)
    return coordinates


def _checked(neighbors: ArrayLike, start: ArrayLike) -> tuple[NDArray[np.int32], FloatArray]:
    points = np.array(as_floats(start, "start"), order="C")
    links = np.asarray(neighbors)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"start must have shape (n_tracks, 2), got {points.shape}.")
    check_finite(points, name="start")
    n_tracks = len(points)
    if links.ndim != 2 or len(links) != n_tracks or not np.issubdtype(links.dtype, np.integer):
        raise ValueError(
            f"neighbors must be integers of shape ({n_tracks}, n_neighbors), got {links.dtype} of shape {links.shape}."
        )
    if n_tracks > 1 and links.shape[1] == 0:
        raise ValueError(f"neighbors must list a neighbor or more for each track, got shape {links.shape}.")
    if links.size and (links.min() < 0 or links.max() >= n_tracks):
        raise ValueError(f"neighbors must lie between 0 and {n_tracks - 1}, got {links.min()} to {links.max()}.")
    return np.ascontiguousarray(links, dtype=np.int32), points


def _starting_points(points: FloatArray, seed: int) -> FloatArray:
    """Return the points centered, with a small standard deviation along the first axis, and jittered."""
    jitter = np.random.default_rng(seed).normal(scale=_START_SPREAD * _JITTER, size=points.shape)
    if len(points) < 2:
        return np.zeros_like(points)
    largest = np.abs(points).max()
    points = points / largest if largest > 0.0 else points
    points = points - points.mean(axis=0)
    spread = points[:, 0].std()
    if spread <= 1e-12:
        spread = max(points.std(), 1e-12)
    return np.asarray(points * (_START_SPREAD / spread) + jitter)


def _attracting_pairs(links: NDArray[np.int32]) -> sparse.csr_array:
    """Return the symmetric graph of the pairs that attract, without loops, rows in order."""
    n_tracks, n_neighbors = links.shape
    ones = np.ones(links.size, dtype=np.int8)
    starts = np.arange(0, links.size + 1, n_neighbors)
    graph = sparse.csr_array((ones, links.ravel(), starts), shape=(n_tracks, n_tracks))
    graph.sum_duplicates()
    graph.data[:] = 1
    graph = (graph + graph.T).tocsr()
    graph.setdiag(0)
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


class _Descent:
    """Gradient descent with momentum and gains (Jacobs 1988), as in other implementations of t-SNE."""

    def __init__(self, graph: sparse.csr_array, points: FloatArray, crew: Crew) -> None:
        self.points = points
        self.tracks = np.arange(len(points))  # which track each point is
        self._next = np.empty_like(points)
        self._moves = np.zeros_like(points)
        self._gains = np.ones_like(points)
        self._starts, self._links = graph.indptr.astype(np.int64), graph.indices.astype(np.int32)
        self._crew = crew
        self._repulsion = Repulsion(len(points), crew)
        n_chunks = -(-len(points) // CHUNK)
        self._boxes = np.empty((n_chunks, 4))  # lowest and highest coordinates of each chunk's tracks

    def sort_tracks(self) -> None:
        """Lay tracks that are near on the map near in memory, which halves the time of a step."""
        order = _order_by_place(self.points)
        self.points, self._moves = self.points[order], self._moves[order]
        self._gains, self.tracks = self._gains[order], self.tracks[order]
        self._starts, self._links = _reorder_pairs(self._starts, self._links, order)
        self._boxes[:] = *self.points.min(axis=0), *self.points.max(axis=0)

    def step(self, exaggeration: float, momentum: float) -> None:
        """Move all tracks once, with the learning rate of Belkina et al."""
        low, high = self._boxes[:, :2].min(axis=0), self._boxes[:, 2:].max(axis=0)
        total = self._repulsion.compute(self.points, low, high)
        pull, push = exaggeration / max(len(self._links), 1), 1.0 / total
        rate = len(self.points) / exaggeration

        def move(start: int) -> None:
            move_tracks(
                self.points,
                self._next,
                self._starts,
                self._links,
                self._repulsion.forces,
                self._moves,
                self._gains,
                (pull, push, rate, momentum),
                self._boxes[start // CHUNK],
                start,
            )

        self._crew.run(move, range(0, len(self.points), CHUNK))
        self.points, self._next = self._next, self.points


def _order_by_place(points: FloatArray) -> NDArray[np.intp]:
    """Return the points' positions, cell by cell of a coarse grid, up one column of it and down the next."""
    low = points.min(axis=0)
    side = max(float((points.max(axis=0) - low).max()), 1e-300) / _CELLS
    column, row = (np.minimum((points - low) / side, _CELLS - 1).astype(np.int64)).T
    return np.argsort(column * _CELLS + np.where(column % 2 == 0, row, _CELLS - 1 - row), kind="stable")


def _reorder_pairs(
    starts: NDArray[np.int64], links: NDArray[np.int32], order: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the graph with its tracks renumbered: track ``order[i]`` becomes ``i``."""
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    lengths = np.diff(starts)[order]
    new_starts = np.concatenate([[0], np.cumsum(lengths)])
    source = np.repeat(starts[:-1][order] - new_starts[:-1], lengths) + np.arange(len(links))
    return new_starts, places[links[source]]


@compiled
def move_tracks(
    points: FloatArray,
    moved: FloatArray,
    starts: NDArray[np.int64],
    links: NDArray[np.int32],
    forces: FloatArray,
    moves: FloatArray,
    gains: FloatArray,
    strengths: tuple[float, float, float, float],
    box: FloatArray,
    start: int,
) -> None:
    """Move the tracks of one chunk: attraction by linked tracks, repulsion as given, momentum and gains."""
    pull, push, rate, momentum = strengths
    box[:2] = np.inf
    box[2:] = -np.inf
    for i in range(start, min(start + CHUNK, len(points))):
        x, y = points[i, 0], points[i, 1]
        along, across = 0.0, 0.0
        for link in range(starts[i], starts[i + 1]):
            j = links[link]
            dx, dy = x - points[j, 0], y - points[j, 1]
            q = 1.0 / (1.0 + (dx * dx + dy * dy))
            along += q * dx
            across += q * dy
        slope = (pull * along - push * forces[i, 0], pull * across - push * forces[i, 1])
        for axis in range(2):
            move = moves[i, axis]
            if (move > 0.0) == (slope[axis] > 0.0) and (move < 0.0) == (slope[axis] < 0.0):
                gains[i, axis] = gains[i, axis] * _GAIN_DECAY + _LEAST_GAIN
            else:
                gains[i, axis] += _GAIN_STEP
            moves[i, axis] = momentum * move - rate * gains[i, axis] * slope[axis]
        length = np.sqrt(moves[i, 0] * moves[i, 0] + moves[i, 1] * moves[i, 1])
        shorter = _LONGEST_STEP / length if length > _LONGEST_STEP else 1.0
        for axis in range(2):
            moves[i, axis] *= shorter
            moved[i, axis] = points[i, axis] + moves[i, axis]
            box[axis] = min(box[axis], moved[i, axis])
            box[2 + axis] = max(box[2 + axis], moved[i, axis])

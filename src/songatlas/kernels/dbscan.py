"""DBSCAN of all rows for a grid of eps and min_samples, on one kd-tree, in linear memory.

The labels are those of Ester, Kriegel, Sander, Xu (1996, KDD-96, 226) with the border rule of scikit-learn:
clusters are numbered by their first core row, and a border row takes the lowest label in its reach. Given the
nearest others of every row, `songatlas.kernels.dbscan_lists` takes most of the answer from them; without, no list
of neighbors is kept: counting stops at min_samples. Components grow in rounds: each core row looks for one
core row of another component within eps and passes over subtrees that lie wholly in its own; a row that finds
none is done, as everything in its reach already belongs to its component. The rows of the largest component
need not look, as the other side finds them. Each round at least halves the number of components that can
still grow.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .components import CHUNK, components, forest_of, number_components
from .dbscan_lists import Listed
from .kdtree import (
    MAX_STACK,
    TILE,
    WIDE,
    KDTree,
    Neighbors,
    below,
    box_distances,
    box_reaches,
    build,
    checked_matrix,
    push_sorted,
    tile_distances,
)
from .rows import as_floats, checked_count
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LARGEST_SQUARE = 1e290  # below the infinite distance of unused places


class GridLabels(NamedTuple):
    """The labels for one pair of parameters; ``is_core`` marks the rows with min_samples rows within eps."""

    eps: float
    min_samples: int
    labels: NDArray[np.int32]
    is_core: NDArray[np.bool_]


def dbscan_grid(
    X: FloatArray,
    eps_list: Iterable[float],
    min_samples_list: Iterable[int],
    advance: Callable[[float], object] | None = None,
    *,
    neighbors: Neighbors | None = None,
) -> Iterator[GridLabels]:
    """Yield the DBSCAN labels of every pair of eps and min_samples, eps by eps.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float64
        Finite, below 1e140 in magnitude.
    eps_list : iterable of float
        Radii, 0 or above, in the unit of X; a row at exactly eps is within reach.
    min_samples_list : iterable of int
        Rows within eps, the row itself included, that make a core row; 1 or above.
    advance : callable, optional
        Called with 1 after every pair.
    neighbors : Neighbors, optional
        The nearest others of every row of X. Pairs with a min_samples of at most one more than these take several
        times less.

    Yields
    ------
    GridLabels
        ``labels`` of shape (n_rows,), int32: 0..n_clusters−1 by first core row, −1 noise; equal to those of
        scikit-learn's DBSCAN.

    Raises
    ------
    ValueError
        When X is not a finite, non-empty matrix, or a parameter is out of range.

    Examples
    --------
    >>> X = np.array([[0.0], [0.4], [0.8], [5.0]])
    >>> [found.labels.tolist() for found in dbscan_grid(X, [0.5, 0.1], [2])]
    [[0, 0, 0, -1], [-1, -1, -1, -1]]
    """
    X = checked_matrix(X)
    radii = as_floats(list(eps_list), "eps_list")
    if not (radii >= 0).all():
        raise ValueError(f"eps must be 0 or above, got {radii.tolist()}.")
    counts = [checked_count(m, "min_samples", 1) for m in min_samples_list]
    if neighbors is not None and neighbors.distances.shape[:1] != X.shape[:1]:
        raise ValueError(f"neighbors are those of {len(neighbors.distances)} rows, X has {len(X)}.")
    return _grid(build(X) if neighbors is None else neighbors.tree, X, radii.tolist(), counts, neighbors, advance)


def _grid(
    tree: KDTree,
    X: FloatArray,
    eps_list: Sequence[float],
    min_samples_list: Sequence[int],
    neighbors: Neighbors | None,
    advance: Callable[[float], object] | None,
) -> Iterator[GridLabels]:
    n_listed = -1 if neighbors is None else neighbors.distances.shape[1]
    most = max([m for m in min_samples_list if m > n_listed + 1], default=0)
    for eps in eps_list:
        eps2 = min(float(eps) * float(eps), LARGEST_SQUARE)
        counts = _counts(tree, X, eps2, most) if most else None
        for min_samples in min_samples_list:
            if neighbors is not None and min_samples <= n_listed + 1:
                listed = Listed(X, neighbors, float(eps), eps2)
                is_core = listed.core_rows(min_samples)
                labels = listed.labels(is_core)
            elif counts is not None:
                is_core_place = counts >= min_samples
                labels = _labels(tree, X, eps2, is_core_place)
                is_core = is_core_place.ravel()[tree.place]
            if advance is not None:
                advance(1)
            yield GridLabels(float(eps), int(min_samples), labels, is_core)


def _counts(tree: KDTree, X: FloatArray, eps2: float, most: int) -> IntArray:
    """Return the number of rows within reach of every place, up to ``most``; 0 for unused places."""
    counts = np.zeros(tree.ids.shape, dtype=np.int64)

    def count(start: int, stop: int) -> None:
        _count(tree, X, start, stop, eps2, most, counts)

    run_in_chunks(count, len(X), CHUNK)
    return counts


def _labels(tree: KDTree, X: FloatArray, eps2: float, is_core: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the labels of all rows, given the core places."""
    component = components(tree, X, eps2, is_core, forest_of(is_core))
    label_at = np.full(component.shape, len(X), dtype=np.int64)
    number_components(tree.place, component.ravel(), np.full(component.size, -1), label_at.ravel())
    lowest = below(tree, label_at.min(axis=1), np.minimum, len(X))
    labels = np.empty(len(X), dtype=np.int32)

    def assign(start: int, stop: int) -> None:
        _assign(tree, X, start, stop, eps2, label_at, lowest, labels)

    run_in_chunks(assign, len(X), CHUNK)
    return labels


# --- compiled loops --------------------------------------------------------------------------------------


@compiled
def _count(tree, X, start, stop, eps2, most, counts):  # type: ignore[no-untyped-def]
    """Write the number of rows within reach of places start..stop−1, counting no further than ``most``."""
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    near = np.empty(WIDE)
    far = np.empty(WIDE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    bounds = np.empty(MAX_STACK)
    n_rows = len(X)
    for p in range(start, stop):
        row = tree.ids[p // TILE, p % TILE]
        for f in range(X.shape[1]):
            q[f] = X[row, f]
        count = 0
        stack[0], bounds[0], top = 0, 0.0, 1
        while top > 0 and count < most:
            top -= 1
            code = stack[top]
            if code < 0:
                tile_distances(tree.tiles, -1 - code, q, d2)
                for j in range(TILE):
                    count += d2[j] <= eps2
                continue
            box_distances(tree.low, tree.high, code, q, near)
            box_reaches(tree.low, tree.high, code, q, far)
            bottom = top
            for c in range(WIDE):
                if far[c] <= eps2:
                    count += min(tree.last[code, c] * TILE, n_rows) - tree.first[code, c] * TILE
                elif near[c] <= eps2:
                    top = push_sorted(stack, bounds, top, bottom, tree.child[code, c], near[c])
        counts[p // TILE, p % TILE] = min(count, most)


@compiled
def _assign(tree, X, start, stop, eps2, label_at, lowest, labels):  # type: ignore[no-untyped-def]
    """Write the labels of places start..stop−1: their own where core, else the lowest in reach, else −1."""
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    near = np.empty(WIDE)
    far = np.empty(WIDE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    bounds = np.empty(MAX_STACK)
    n_rows = len(X)
    for p in range(start, stop):
        row = tree.ids[p // TILE, p % TILE]
        best = label_at[p // TILE, p % TILE]
        if best < n_rows:
            labels[row] = best
            continue
        for f in range(X.shape[1]):
            q[f] = X[row, f]
        stack[0], bounds[0], top = 0, 0.0, 1
        while top > 0 and best > 0:
            top -= 1
            code = stack[top]
            if code < 0:
                tile_distances(tree.tiles, -1 - code, q, d2)
                for j in range(TILE):
                    if d2[j] <= eps2 and label_at[-1 - code, j] < best:
                        best = label_at[-1 - code, j]
                continue
            box_distances(tree.low, tree.high, code, q, near)
            box_reaches(tree.low, tree.high, code, q, far)
            bottom = top
            for c in range(WIDE):
                if near[c] > eps2 or lowest[code, c] >= best:
                    continue
                if far[c] <= eps2:
                    best = lowest[code, c]
                else:
                    top = push_sorted(stack, bounds, top, bottom, tree.child[code, c], near[c])
        labels[row] = best if best < n_rows else -1

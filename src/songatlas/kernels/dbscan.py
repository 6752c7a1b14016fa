"""DBSCAN of all rows for a grid of eps and min_samples, on one kd-tree, in linear memory.

The labels are those of Ester, Kriegel, Sander, Xu (1996, KDD-96, 226) with the border rule of scikit-learn:
clusters are numbered by their first core row, and a border row takes the lowest label in its reach. No list
of neighbors is kept. Counting stops at min_samples. Components grow in rounds: each core row looks for one
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

CHUNK = 1024
NO_CORE = -1
MIXED = -2
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
                listed = _Listed(X, neighbors, float(eps), eps2)
                is_core = listed.core_rows(min_samples)
                labels = listed.labels(is_core)
            elif counts is not None:
                is_core_place = counts >= min_samples
                labels = _labels(tree, X, eps2, is_core_place)
                is_core = is_core_place.ravel()[tree.place]
            if advance is not None:
                advance(1)
            yield GridLabels(float(eps), int(min_samples), labels, is_core)


class _Listed:
    """DBSCAN by the lists of nearest others.

    A row is core when the min_samples − 1st other is within eps. All that a row that is not core reaches stands in
    its list. Core rows are first united with those in their lists; only components smaller than the largest then
    look further.
    """

    def __init__(self, X: FloatArray, neighbors: Neighbors, eps: float, eps2: float) -> None:
        self.X, self.tree, self.eps2 = X, neighbors.tree, eps2
        self._lists = (X, neighbors.distances, neighbors.indices, eps, eps2)

    def core_rows(self, min_samples: int) -> NDArray[np.bool_]:
        is_core = np.ones(len(self.X), dtype=bool)
        if min_samples > 1:
            run_in_chunks(
                lambda start, stop: _core_by_list(*self._lists, min_samples - 2, start, stop, is_core),
                len(self.X),
                CHUNK,
            )
        return is_core

    def labels(self, is_core: NDArray[np.bool_]) -> NDArray[np.int32]:
        tree, n_rows = self.tree, len(self.X)
        at_place = np.zeros(tree.ids.shape, dtype=bool)
        at_place.ravel()[tree.place] = is_core
        parent = np.where(at_place, np.arange(at_place.size).reshape(at_place.shape), NO_CORE)
        _unite_listed(*self._lists, tree.place, parent.ravel())
        component = _components(tree, self.X, self.eps2, at_place, parent)
        label_at = np.full(component.size, n_rows, dtype=np.int64)
        _number_components(tree.place, component.ravel(), np.full(component.size, -1), label_at)
        labels = np.empty(n_rows, dtype=np.int32)
        run_in_chunks(
            lambda start, stop: _assign_by_list(*self._lists, tree.place, label_at, start, stop, labels), n_rows, CHUNK
        )
        return labels


def _counts(tree: KDTree, X: FloatArray, eps2: float, most: int) -> IntArray:
    """Return the number of rows within reach of every place, up to ``most``; 0 for unused places."""
    counts = np.zeros(tree.ids.shape, dtype=np.int64)

    def count(start: int, stop: int) -> None:
        _count(tree, X, start, stop, eps2, most, counts)

    run_in_chunks(count, len(X), CHUNK)
    return counts


def _labels(tree: KDTree, X: FloatArray, eps2: float, is_core: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the labels of all rows, given the core places."""
    parent = np.where(is_core, np.arange(is_core.size).reshape(is_core.shape), NO_CORE)
    component = _components(tree, X, eps2, is_core, parent)
    label_at = np.full(component.shape, len(X), dtype=np.int64)
    _number_components(tree.place, component.ravel(), np.full(component.size, -1), label_at.ravel())
    lowest = below(tree, label_at.min(axis=1), np.minimum, len(X))
    labels = np.empty(len(X), dtype=np.int32)

    def assign(start: int, stop: int) -> None:
        _assign(tree, X, start, stop, eps2, label_at, lowest, labels)

    run_in_chunks(assign, len(X), CHUNK)
    return labels


def _components(tree: KDTree, X: FloatArray, eps2: float, is_core: NDArray[np.bool_], parent: IntArray) -> IntArray:
    """Return, for every place, a place that stands for its component; −1 for places that are not core.

    ``parent`` is a forest of core places, the lowest of each tree its root, and is changed.
    """
    _unite_close(tree, X, eps2, parent.ravel())
    waiting = np.flatnonzero(is_core)
    while len(waiting):
        _flatten(parent.ravel())
        component = parent.ravel()[waiting]
        in_largest = component == np.bincount(component).argmax()
        searching = waiting[~in_largest]
        found = _others_in_reach(tree, X, searching, eps2, parent)
        reached = searching[found >= 0]
        if not len(reached):
            break
        _unite_pairs(parent.ravel(), reached, found[found >= 0])
        waiting = np.sort(np.concatenate([waiting[in_largest], reached]))
    return parent


def _others_in_reach(tree: KDTree, X: FloatArray, places: IntArray, eps2: float, component: IntArray) -> IntArray:
    """Return, for every core place, one of another component within reach; −1 where there is none."""
    only = _only_below(tree, component)
    found = np.empty(len(places), dtype=np.int64)

    def search(start: int, stop: int) -> None:
        _find_other(tree, X, places, start, stop, eps2, component, only, found)

    run_in_chunks(search, len(places), CHUNK)
    return found


def _only_below(tree: KDTree, component: IntArray) -> IntArray:
    """Return the one component below every child of every node, else NO_CORE (none) or MIXED (several)."""
    lowest = np.where(component < 0, component.size, component).min(axis=1)
    low = below(tree, lowest, np.minimum, component.size)
    high = below(tree, component.max(axis=1), np.maximum, NO_CORE)
    return np.where((high == low) | (high == NO_CORE), high, MIXED)


# --- compiled loops --------------------------------------------------------------------------------------


@compiled
def _within(X, row, other, distance, eps, eps2):  # type: ignore[no-untyped-def]
    """Return whether a listed row is within reach; where a rounded root could decide, the square does."""
    if distance < eps * (1.0 - 1e-14):
        return True
    if distance > eps * (1.0 + 1e-14):
        return False
    square = 0.0
    for f in range(X.shape[1]):
        gap = X[other, f] - X[row, f]
        square += gap * gap
    return square <= eps2


@compiled
def _core_by_list(X, distances, indices, eps, eps2, needed, start, stop, is_core):  # type: ignore[no-untyped-def]
    """Write whether the other at place ``needed`` of each list is within reach."""
    for row in range(start, stop):
        is_core[row] = _within(X, row, indices[row, needed], distances[row, needed], eps, eps2)


@compiled
def _unite_listed(X, distances, indices, eps, eps2, place, parent):  # type: ignore[no-untyped-def]
    """Unite each core row with the core rows of its list that are within reach."""
    for row in range(len(X)):
        p = place[row]
        if parent[p] < 0:
            continue
        for j in range(distances.shape[1]):
            if not _within(X, row, indices[row, j], distances[row, j], eps, eps2):
                break
            o = place[indices[row, j]]
            if parent[o] >= 0:
                _unite(parent, p, o)


@compiled
def _assign_by_list(X, distances, indices, eps, eps2, place, label_at, start, stop, labels):  # type: ignore[no-untyped-def]
    """Write the labels of rows: their own where core, else the lowest of the core rows within reach, else −1."""
    n_rows = len(X)
    for row in range(start, stop):
        best = label_at[place[row]]
        if best == n_rows:
            for j in range(distances.shape[1]):
                if not _within(X, row, indices[row, j], distances[row, j], eps, eps2):
                    break
                best = min(best, label_at[place[indices[row, j]]])
        labels[row] = best if best < n_rows else -1


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
def _root(parent, p):  # type: ignore[no-untyped-def]
    """Return the place that stands for the component of p, halving the path to it."""
    while parent[p] != p:
        parent[p] = parent[parent[p]]
        p = parent[p]
    return p


@compiled
def _unite(parent, p, o):  # type: ignore[no-untyped-def]
    """Unite the components of two core places; the lower place stands for both."""
    a, b = _root(parent, p), _root(parent, o)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@compiled
def _unite_close(tree, X, eps2, parent):  # type: ignore[no-untyped-def]
    """Unite the core places of every subtree no wider than eps, and those within reach in a tile."""
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    stack[0], top = 0, 1
    while top > 0:
        top -= 1
        node = stack[top]
        for c in range(WIDE):
            first, last = tree.first[node, c], tree.last[node, c]
            if last == first:
                continue
            width = 0.0
            for f in range(tree.low.shape[1]):
                side = tree.high[node, f, c] - tree.low[node, f, c]
                width += side * side
            if width <= eps2:
                _unite_range(parent, first * TILE, last * TILE)
            elif last - first > 1:
                stack[top] = tree.child[node, c]
                top += 1
            else:
                for p in range(first * TILE, last * TILE):
                    if parent[p] < 0:
                        continue
                    row = tree.ids[first, p - first * TILE]
                    for f in range(X.shape[1]):
                        q[f] = X[row, f]
                    tile_distances(tree.tiles, first, q, d2)
                    for j in range(p - first * TILE):
                        if d2[j] <= eps2 and parent[first * TILE + j] >= 0:
                            _unite(parent, p, first * TILE + j)


@compiled
def _unite_range(parent, start, stop):  # type: ignore[no-untyped-def]
    """Unite all core places from start to stop−1."""
    anchor = -1
    for p in range(start, stop):
        if parent[p] >= 0:
            if anchor < 0:
                anchor = p
            else:
                _unite(parent, anchor, p)


@compiled
def _unite_pairs(parent, places, others):  # type: ignore[no-untyped-def]
    """Unite each place with the one it found."""
    for r in range(len(places)):
        _unite(parent, places[r], others[r])


@compiled
def _flatten(parent):  # type: ignore[no-untyped-def]
    """Let every core place point straight to the one that stands for its component."""
    for p in range(len(parent)):
        if parent[p] >= 0:
            parent[p] = parent[parent[p]]  # roots are the lowest places, so they are flat already


@compiled
def _find_other(tree, X, places, start, stop, eps2, component, only, found):  # type: ignore[no-untyped-def]
    """Write, for places[start:stop], a core place of another component within reach; −1 if there is none."""
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    near = np.empty(WIDE)
    far = np.empty(WIDE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    bounds = np.empty(MAX_STACK)
    for r in range(start, stop):
        p = places[r]
        own = component[p // TILE, p % TILE]
        row = tree.ids[p // TILE, p % TILE]
        for f in range(X.shape[1]):
            q[f] = X[row, f]
        other = -1
        stack[0], bounds[0], top = 0, 0.0, 1
        while top > 0 and other < 0:
            top -= 1
            code = stack[top]
            if code < 0:
                tile_distances(tree.tiles, -1 - code, q, d2)
                for j in range(TILE):
                    k = component[-1 - code, j]
                    if d2[j] <= eps2 and k >= 0 and k != own:
                        other = k
                        break
                continue
            box_distances(tree.low, tree.high, code, q, near)
            box_reaches(tree.low, tree.high, code, q, far)
            bottom = top
            for c in range(WIDE):
                k = only[code, c]
                if k in (NO_CORE, own) or near[c] > eps2:
                    continue
                if k >= 0 and far[c] <= eps2:
                    other = k
                    break
                top = push_sorted(stack, bounds, top, bottom, tree.child[code, c], near[c])
        found[r] = other


@compiled
def _number_components(places, component, number, label_at):  # type: ignore[no-untyped-def]
    """Write the label of every core place, components numbered by their first row."""
    n_clusters = 0
    for row in range(len(places)):
        k = component[places[row]]
        if k < 0:
            continue
        if number[k] < 0:
            number[k] = n_clusters
            n_clusters += 1
        label_at[places[row]] = number[k]


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

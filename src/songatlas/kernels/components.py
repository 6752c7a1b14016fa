"""The components of core rows within reach of one another, united in rounds on the tree, for DBSCAN."""

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .kdtree import (
    MAX_STACK,
    TILE,
    WIDE,
    KDTree,
    below,
    box_distances,
    box_reaches,
    push_sorted,
    tile_distances,
)
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHUNK = 1024
NO_CORE = -1
MIXED = -2


def forest_of(is_core: NDArray[np.bool_]) -> IntArray:
    """Return a forest in which every core place is a tree of its own; −1 for the other places."""
    return np.where(is_core, np.arange(is_core.size).reshape(is_core.shape), NO_CORE)


def components(tree: KDTree, X: FloatArray, eps2: float, is_core: NDArray[np.bool_], parent: IntArray) -> IntArray:
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
def _root(parent, p):  # type: ignore[no-untyped-def]
    """Return the place that stands for the component of p, halving the path to it."""
    while parent[p] != p:
        parent[p] = parent[parent[p]]
        p = parent[p]
    return p


@compiled
def unite(parent, p, o):  # type: ignore[no-untyped-def]
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
                            unite(parent, p, first * TILE + j)


@compiled
def _unite_range(parent, start, stop):  # type: ignore[no-untyped-def]
    """Unite all core places from start to stop−1."""
    anchor = -1
    for p in range(start, stop):
        if parent[p] >= 0:
            if anchor < 0:
                anchor = p
            else:
                unite(parent, anchor, p)


@compiled
def _unite_pairs(parent, places, others):  # type: ignore[no-untyped-def]
    """Unite each place with the one it found."""
    for r in range(len(places)):
        unite(parent, places[r], others[r])


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
def number_components(places, component, number, label_at):  # type: ignore[no-untyped-def]
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

"""A kd-tree made for tall, narrow tables, with exact nearest neighbors.

Tracks lie in tiles of 32, feature by feature, so that one query is compared with a whole tile by vector
instructions; eight tiles or subtrees form a node, whose eight bounding boxes are tested together. All sums
run over the features in order and without fused operations. Rounding is monotonic, so the computed distance
to a box is never above the computed distance to a track inside it, and pruning is exact, ties included.

The tree is also the ground of `songatlas.kernels.dbscan` and `songatlas.kernels.ward`. It helps up to about
twenty features; beyond, every query visits nearly every tile, and answers stay exact.
"""

from collections.abc import Callable
from itertools import pairwise
from numbers import Integral
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .rows import checked_rows
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)

TILE = 32
WIDE = 8
GROUP = 5  # features per pass over a tile; their sums stay in registers
LARGEST = 1e140  # beyond, squares (times sizes, in Ward) overflow
MAX_STACK = 512  # nodes are at most 20 deep, each leaves at most 7 siblings waiting
QUERY_CHUNK = 2048
SAMPLE = 256  # tracks looked at to choose the feature to split


class KDTree(NamedTuple):
    """A tree over the rows of a matrix; plain arrays, so that compiled loops take it as it is.

    Attributes
    ----------
    tiles : ndarray of shape (n_tiles, n_features padded to a multiple of 5, 32)
        Coordinates; infinite in the unused places of the last tile, 0 in padding features.
    ids : ndarray of shape (n_tiles, 32)
        Row of each place; −1 where unused.
    place : ndarray of shape (n_rows,)
        Where each row lies in the flattened ``ids``.
    low, high : ndarray of shape (n_nodes, padded n_features, 8)
        Bounding boxes of the eight children of each node; infinitely far where there is none.
    child : ndarray of shape (n_nodes, 8)
        Node number of a child; −1 − t where the child is tile t.
    first, last : ndarray of shape (n_nodes, 8)
        Tiles first..last−1 lie under a child; equal where there is none. Node 0 is the root; children have
        higher numbers than their parent.
    least_id : ndarray of shape (n_nodes, 8)
        The lowest row under a child; it ends the search among many rows at the same distance.
    n_features : int
        Without the padding.
    """

    tiles: FloatArray
    ids: IntArray
    place: IntArray
    low: FloatArray
    high: FloatArray
    child: IntArray
    first: IntArray
    last: IntArray
    least_id: IntArray
    n_features: int


def build(X: FloatArray, sizes: FloatArray | None = None) -> KDTree:
    """Return a kd-tree over the rows of X.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float64
        Finite, below 1e140 in magnitude.
    sizes : ndarray of shape (n_rows,), optional
        Positive sizes; given, subtrees are split by size until sizes within one differ at most fourfold.

    Raises
    ------
    ValueError
        When X is not a finite, non-empty matrix.

    Examples
    --------
    >>> tree = build(np.arange(6.0).reshape(-1, 1))
    >>> k_nearest(tree, np.array([[2.2]]), 2, include_self=True)[1]
    array([[2, 3]])
    """
    X = checked_matrix(X)
    order = np.arange(len(X))
    keys = np.empty(len(X))
    sizes = np.empty(0) if sizes is None else np.ascontiguousarray(sizes, dtype=np.float64)
    n_tiles = -(-len(X) // TILE)
    pieces = [(0, n_tiles)]
    while n_tiles > 1 and len(pieces) < 16 and n_tiles > 256:
        for start, stop in pieces:
            _arrange(X, sizes, order, keys, start, stop, stop - start - 1)
        pieces = [half for start, stop in pieces for half in _halves(start, stop)]

    def arrange(first: int, last: int) -> None:
        for start, stop in pieces[first:last]:
            _arrange(X, sizes, order, keys, start, stop, 1)

    run_in_chunks(arrange, len(pieces), 1)
    return _filled(X, order)


def checked_matrix(X: FloatArray) -> FloatArray:
    """Return X as float64 in C order, or raise ValueError when it is not a finite, non-empty matrix.

    Read-only and unaligned arrays are copied: numba would compile every loop once more for them.
    """
    return np.require(checked_rows(X, LARGEST), requirements=["C", "A", "W"])


def k_nearest(
    tree: KDTree,
    X: FloatArray,
    k: int,
    include_self: bool = False,
    advance: Callable[[float], object] | None = None,
) -> tuple[FloatArray, IntArray]:
    """Return the k nearest rows of the tree for every row of X, exactly.

    Parameters
    ----------
    tree : KDTree
    X : ndarray of shape (n_queries, n_features), float64
    k : int
        At most the number of rows in the tree (one less without the row itself).
    include_self : bool, default False
        False leaves out, for row i of X, row i of the tree: X must then be the matrix the tree was built
        from. Other rows with equal features count as neighbors at distance 0. True takes X as new rows.
    advance : callable, optional
        Called with the number of rows done since its last call.

    Returns
    -------
    distances : ndarray of shape (n_queries, k), float64
        Euclidean, rising; in the unit of X.
    indices : ndarray of shape (n_queries, k), int64
        Rows of the tree; equal distances in order of their index.

    Raises
    ------
    ValueError
        When k or the shape of X does not fit the tree.
    """
    X = checked_matrix(X)
    n_rows = len(tree.place)
    if not include_self and len(X) != n_rows:
        raise ValueError(f"include_self=False needs the {n_rows} rows of the tree, got {len(X)}.")
    n_others = n_rows - (not include_self)
    if not isinstance(k, Integral) or isinstance(k, bool) or not 1 <= k <= n_others:
        raise ValueError(f"k must be an integer from 1 to {n_others} for a tree of {n_rows} rows, got {k!r}.")
    if X.shape[1] != tree.n_features:
        raise ValueError(f"X must have the {tree.n_features} features the tree was built from, got {X.shape[1]}.")
    in_tree_order = len(X) == n_rows
    order = np.argsort(tree.place) if in_tree_order else np.arange(len(X))
    distances = np.empty((len(X), k))
    indices = np.empty((len(X), k), dtype=np.int64)

    def search(start: int, stop: int) -> None:
        _nearest(tree, X, order, start, stop, include_self, distances, indices)

    run_in_chunks(search, len(X), QUERY_CHUNK, advance)
    return distances, indices


class Neighbors(NamedTuple):
    """The tree of a matrix, and the nearest other rows of each of its rows, as `k_nearest` gives them."""

    tree: KDTree
    distances: FloatArray
    indices: IntArray


def nearest_others(X: FloatArray, k: int, advance: Callable[[float], object] | None = None) -> Neighbors:
    """Return the k nearest other rows of every row of X; parameters and errors as for `build` and `k_nearest`."""
    tree = build(X)
    return Neighbors(tree, *k_nearest(tree, X, k, advance=advance))


def k_distances(X: FloatArray, k: int) -> FloatArray:
    """Return the distance of every row to its k-th nearest other row, shape (n_rows,), float64."""
    return k_nearest(build(X), X, k)[0][:, -1].copy()


def _halves(start: int, stop: int) -> tuple[tuple[int, int], tuple[int, int]]:
    middle = start + (stop - start + 1) // 2
    return (start, middle), (middle, stop)


def _layout(n_tiles: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return child, first and last of the nodes over n_tiles tiles; three halvings make a node."""
    child, first, last = [], [], []
    starts, stops = np.zeros(1, dtype=np.int64), np.full(1, n_tiles, dtype=np.int64)
    n_nodes = 1
    while len(starts):
        edges = np.stack([starts, stops], axis=1)
        for _ in range(3):
            middles = edges[:, :-1] + (np.diff(edges) + 1) // 2
            edges = np.insert(edges, np.arange(1, edges.shape[1]), middles, axis=1)
        a, b = edges[:, :-1], edges[:, 1:]
        inner = b - a > 1
        codes = -1 - a
        codes[inner] = n_nodes + np.arange(np.count_nonzero(inner))
        child.append(codes)
        first.append(a)
        last.append(b)
        starts, stops = a[inner], b[inner]
        n_nodes += len(starts)
    return np.concatenate(child), np.concatenate(first), np.concatenate(last)


def _filled(X: FloatArray, order: IntArray) -> KDTree:
    """Return the tree of the rows arranged in ``order``."""
    n, n_features = X.shape
    n_tiles = -(-n // TILE)
    padded = -(-n_features // GROUP) * GROUP
    ids = np.full(n_tiles * TILE, -1, dtype=np.int64)
    ids[:n] = order
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    rows = np.zeros((n_tiles * TILE, padded))
    rows[:n, :n_features] = X[order]
    rows[n:] = rows[n - 1]
    tiles = np.ascontiguousarray(rows.reshape(n_tiles, TILE, padded).transpose(0, 2, 1))
    child, first, last = _layout(n_tiles)
    empty = np.empty((0, 0, 0))
    tree = KDTree(tiles, ids.reshape(n_tiles, TILE), place, empty, empty, child, first, last, first, n_features)
    low, high = np.empty((2, len(child), padded, WIDE))
    for f in range(padded):
        low[:, f] = below(tree, tiles[:, f].min(axis=1), np.minimum, np.inf)
        high[:, f] = below(tree, tiles[:, f].max(axis=1), np.maximum, -np.inf)
    least_id = below(tree, np.where(tree.ids < 0, n, tree.ids).min(axis=1), np.minimum, n)
    tiles[-1, :, TILE - (len(ids) - n) :] = np.inf
    return tree._replace(low=low, high=high, least_id=least_id)


def below(tree: KDTree, per_tile: NDArray[Number], join: np.ufunc, absent: float) -> NDArray[Number]:
    """Return the joined values of the tiles below every child of every node.

    Parameters
    ----------
    tree : KDTree
    per_tile : ndarray of shape (n_tiles,)
    join : ufunc
        ``np.minimum`` or ``np.maximum``.
    absent : float
        The value where there is no child; it must not change what it is joined with.

    Returns
    -------
    ndarray of shape (n_nodes, 8)
    """
    n_below = tree.last - tree.first
    levels: list[int] = [0, 1]  # nodes are numbered level by level
    while n_inner := int(np.count_nonzero(n_below[levels[-2] : levels[-1]] > 1)):
        levels.append(levels[-1] + n_inner)
    result: NDArray[Number] = np.full(tree.child.shape, absent, dtype=per_tile.dtype)
    leaf = n_below == 1
    result[leaf] = per_tile[tree.first[leaf]]
    for start, stop in reversed(list(pairwise(levels))):
        inner = n_below[start:stop] > 1
        result[start:stop][inner] = join.reduce(result[tree.child[start:stop][inner]], axis=1)
    return result


# --- primitives that other kernels use -------------------------------------------------------------------


@compiled
def tile_distances(tiles, t, q, d2):  # type: ignore[no-untyped-def]
    """Write the squared distances from q to the 32 places of tile t into d2."""
    for j in range(TILE):
        d2[j] = 0.0
    for f in range(0, tiles.shape[1], GROUP):
        q0, q1, q2, q3, q4 = q[f], q[f + 1], q[f + 2], q[f + 3], q[f + 4]
        for j in range(TILE):
            a = tiles[t, f, j] - q0
            b = tiles[t, f + 1, j] - q1
            c = tiles[t, f + 2, j] - q2
            d = tiles[t, f + 3, j] - q3
            e = tiles[t, f + 4, j] - q4
            d2[j] = ((((d2[j] + a * a) + b * b) + c * c) + d * d) + e * e


@compiled
def box_distances(low, high, node, q, near):  # type: ignore[no-untyped-def]
    """Write the squared distances from q to the eight child boxes of a node into near; infinite: no child."""
    for c in range(WIDE):
        near[c] = 0.0
    for f in range(low.shape[1]):
        x = q[f]
        for c in range(WIDE):
            a = low[node, f, c] - x
            b = x - high[node, f, c]
            m = a if a > b else b
            m = m if m > 0.0 else 0.0
            near[c] += m * m


@compiled
def box_reaches(low, high, node, q, far):  # type: ignore[no-untyped-def]
    """Write the squared distances from q to the farthest corners of the eight child boxes into far."""
    for c in range(WIDE):
        far[c] = 0.0
    for f in range(low.shape[1]):
        x = q[f]
        for c in range(WIDE):
            a = high[node, f, c] - x
            b = x - low[node, f, c]
            m = a if a > b else b
            far[c] += m * m


@compiled
def push_sorted(stack, bounds, top, bottom, code, bound):  # type: ignore[no-untyped-def]
    """Insert a child above ``bottom``: the nearest on top, of equals the first in. Return the new top."""
    place = top
    while place > bottom and bounds[place - 1] <= bound:
        stack[place] = stack[place - 1]
        bounds[place] = bounds[place - 1]
        place -= 1
    stack[place] = code
    bounds[place] = bound
    return top + 1


# --- building --------------------------------------------------------------------------------------------


@compiled
def _arrange(X, sizes, order, keys, first, last, small):  # type: ignore[no-untyped-def]
    """Reorder the rows of tiles first..last−1 so that halving a range of tiles always cuts along one feature.

    Ranges of at most ``small`` tiles are left as they are.
    """
    n = len(order)
    starts = np.empty(64, dtype=np.int64)
    stops = np.empty(64, dtype=np.int64)
    starts[0], stops[0], top = first, last, 1
    while top > 0:
        top -= 1
        start, stop = starts[top], stops[top]
        if stop - start <= small:
            continue
        middle = start + (stop - start + 1) // 2
        a, b = start * TILE, min(stop * TILE, n)
        feature = _feature_to_split(X, sizes, order, a, b)
        for p in range(a, b):
            keys[p] = sizes[order[p]] if feature < 0 else X[order[p], feature]
        _select(keys, order, a, b, middle * TILE)
        starts[top], stops[top] = middle, stop
        starts[top + 1], stops[top + 1] = start, middle
        top += 2


@compiled
def _feature_to_split(X, sizes, order, a, b):  # type: ignore[no-untyped-def]
    """Return the feature with the greatest variance among a sample of the rows; −1 to split by size."""
    step = max(1, (b - a) // SAMPLE)
    if len(sizes) > 0:
        least, most = np.inf, 0.0
        for p in range(a, b):
            least = min(least, sizes[order[p]])
            most = max(most, sizes[order[p]])
        if most > 1e9 * least:
            return -1
    best, feature = -1.0, 0
    for f in range(X.shape[1]):
        base = X[order[a], f]
        total = squares = 0.0
        count = 0
        for p in range(a, b, step):
            x = X[order[p], f] - base
            total += x
            squares += x * x
            count += 1
        variance = squares - total * total / count
        if variance > best:
            best, feature = variance, f
    return feature


@compiled
def _select(keys, order, a, b, k):  # type: ignore[no-untyped-def]
    """Reorder places a..b−1 so that those before k hold the smallest (key, row); Hoare's selection."""
    low, high = a, b - 1
    while low < high:
        middle = (low + high) // 2
        for i, j in ((low, middle), (middle, high), (low, middle)):
            if keys[j] < keys[i] or (keys[j] == keys[i] and order[j] < order[i]):
                keys[i], keys[j] = keys[j], keys[i]
                order[i], order[j] = order[j], order[i]
        key, row = keys[middle], order[middle]
        i, j = low, high
        while i <= j:
            while keys[i] < key or (keys[i] == key and order[i] < row):
                i += 1
            while key < keys[j] or (key == keys[j] and row < order[j]):
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            return


# --- nearest neighbors -----------------------------------------------------------------------------------


@compiled
def _nearest(tree, X, order, start, stop, include_self, distances, indices):  # type: ignore[no-untyped-def]
    """Write the nearest neighbors of rows order[start:stop] of X into their rows of distances and indices."""
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    near = np.empty(WIDE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    bounds = np.empty(MAX_STACK)
    k = distances.shape[1]
    for r in range(start, stop):
        i = order[r]
        for f in range(X.shape[1]):
            q[f] = X[i, f]
        skip = -2 if include_self else i
        best_d, best_i = distances[i], indices[i]
        best_d[:] = np.inf
        best_i[:] = len(tree.place)
        stack[0], bounds[0], top = 0, 0.0, 1
        while top > 0:
            top -= 1
            code = stack[top]
            if bounds[top] > best_d[k - 1]:
                continue
            if code < 0:
                t = -1 - code
                tile_distances(tree.tiles, t, q, d2)
                _keep_nearest(d2, tree.ids, t, skip, best_d, best_i)
                continue
            box_distances(tree.low, tree.high, code, q, near)
            bottom, worst = top, best_d[k - 1]
            for c in range(WIDE):
                if near[c] == worst and tree.least_id[code, c] > best_i[k - 1]:
                    continue
                if near[c] <= worst and near[c] < np.inf:
                    top = push_sorted(stack, bounds, top, bottom, tree.child[code, c], near[c])
        for j in range(k):
            best_d[j] = np.sqrt(best_d[j])


@compiled
def _keep_nearest(d2, ids, t, skip, best_d, best_i):  # type: ignore[no-untyped-def]
    """Insert the places of tile t that beat the worst kept neighbor, in order of (distance, row)."""
    k = len(best_d)
    for j in range(TILE):
        d = d2[j]
        if d > best_d[k - 1]:
            continue
        row = ids[t, j]
        if row == skip or row < 0 or (d == best_d[k - 1] and row > best_i[k - 1]):
            continue
        place = k - 1
        while place > 0 and (best_d[place - 1] > d or (best_d[place - 1] == d and best_i[place - 1] > row)):
            best_d[place] = best_d[place - 1]
            best_i[place] = best_i[place - 1]
            place -= 1
        best_d[place] = d
        best_i[place] = row

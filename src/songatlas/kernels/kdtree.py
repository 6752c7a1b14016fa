"""A kd-tree made for tall, narrow tables, with exact nearest neighbors.

Tracks lie in tiles of 32, feature by feature, so that one query is compared with a whole tile by vector
instructions; eight tiles or subtrees form a node, whose eight bounding boxes are tested together. All sums run
over the features in order and without fused operations. Rounding is monotonic, so the computed distance to a
box is never above the computed distance to a track inside it, and pruning is exact, ties included.

The tree is also the ground of `songatlas.kernels.dbscan` and `songatlas.kernels.ward`. It helps up to about
twenty features; beyond, every query visits nearly every tile, and answers stay exact.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled, run_in_chunks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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
        Bounding boxes of the eight children of each node; infinite where there is none.
    child : ndarray of shape (n_nodes, 8)
        Node number of a child; −1 − t where the child is tile t.
    first, last : ndarray of shape (n_nodes, 8)
        Tiles first..last−1 lie under a child; equal where there is none. Node 0 is the root; children have
        higher numbers than their parent.
    """

    tiles: FloatArray
    ids: IntArray
    place: IntArray
    low: FloatArray
    high: FloatArray
    child: IntArray
    first: IntArray
    last: IntArray


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
    while 1 < n_tiles and len(pieces) < 16 and n_tiles > 256:
        for start, stop in pieces:
            _arrange(X, sizes, order, keys, start, stop, stop - start - 1)
        pieces = [half for start, stop in pieces for half in _halves(start, stop)]

    def arrange(first: int, last: int) -> None:
        for start, stop in pieces[first:last]:
            _arrange(X, sizes, order, keys, start, stop, 1)

    run_in_chunks(arrange, len(pieces), 1)
    return KDTree(*_fill(X, order, *_layout(n_tiles)))


def checked_matrix(X: FloatArray) -> FloatArray:
    """Return X as C-contiguous float64, or raise ValueError when it is not a finite, non-empty matrix."""
    X = np.ascontiguousarray(X, dtype=np.float64)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X must have at least one row and one column, got shape {X.shape}.")
    if not max(X.max(), -X.min()) < LARGEST:
        raise ValueError(f"X must hold finite numbers below {LARGEST:g} in magnitude.")
    return X


def k_nearest(
    tree: KDTree, X: FloatArray, k: int, include_self: bool = False
) -> tuple[FloatArray, IntArray]:
    """Return the k nearest rows of the tree for every row of X, exactly.

    Parameters
    ----------
    tree : KDTree
    X : ndarray of shape (n_queries, n_features), float64
    k : int
        At most the number of rows in the tree (one less without the row itself).
    include_self : bool, default False
        False leaves out, for row i of X, row i of the tree: X must then be the matrix the tree was built from.
        Other rows with equal features count as neighbors at distance 0. True takes X as new rows.

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
    if not 1 <= k <= n_rows - (not include_self):
        raise ValueError(
            f"k must be from 1 to {n_rows - (not include_self)} for a tree of {n_rows} rows, got {k}."
        )
    if -(-X.shape[1] // GROUP) * GROUP != tree.tiles.shape[1]:
        raise ValueError(f"X has {X.shape[1]} features, the tree was built from another number.")
    in_tree_order = len(X) == n_rows
    order = np.argsort(tree.place) if in_tree_order else np.arange(len(X))
    distances = np.empty((len(X), k))
    indices = np.empty((len(X), k), dtype=np.int64)

    def search(start: int, stop: int) -> None:
        _nearest(tree, X, order, start, stop, include_self, distances, indices)

    run_in_chunks(search, len(X), QUERY_CHUNK)
    return distances, indices


def k_distances(X: FloatArray, k: int) -> FloatArray:
    """Return the distance of every row to its k-th nearest other row, shape (n_rows,), float64."""
    return k_nearest(build(X), X, k)[0][:, -1].copy()


def _halves(start: int, stop: int) -> tuple[tuple[int, int], tuple[int, int]]:
    middle = start + (stop - start + 1) // 2
    return (start, middle), (middle, stop)


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
    """Write the squared distances from q to the eight child boxes of a node into near (infinite: no child)."""
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
    """Insert a child above ``bottom`` so that the nearest ends on top (equal bounds: the first one in); return the new top."""
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


@compiled
def _layout(n_tiles):  # type: ignore[no-untyped-def]
    """Return child, first and last of the nodes over n_tiles tiles: three halvings make a node."""
    capacity = n_tiles + 1
    child = np.full((capacity, WIDE), -1, dtype=np.int64)
    first = np.zeros((capacity, WIDE), dtype=np.int64)
    last = np.zeros((capacity, WIDE), dtype=np.int64)
    starts = np.empty(capacity, dtype=np.int64)
    stops = np.empty(capacity, dtype=np.int64)
    starts[0], stops[0], n_nodes, node = 0, n_tiles, 1, 0
    while node < n_nodes:
        first[node, 0], last[node, 0] = starts[node], stops[node]
        for step in (4, 2, 1):
            for c in range(0, WIDE, 2 * step):
                a, b = first[node, c], last[node, c]
                middle = a + (b - a + 1) // 2
                last[node, c] = middle
                first[node, c + step], last[node, c + step] = middle, b
        for c in range(WIDE):
            a, b = first[node, c], last[node, c]
            if b - a == 1:
                child[node, c] = -1 - a
            elif b > a:
                child[node, c] = n_nodes
                starts[n_nodes], stops[n_nodes] = a, b
                n_nodes += 1
        node += 1
    return child[:n_nodes].copy(), first[:n_nodes].copy(), last[:n_nodes].copy()


@compiled
def _fill(X, order, child, first, last):  # type: ignore[no-untyped-def]
    """Return the arrays of the tree for rows arranged in ``order``."""
    n, n_features = X.shape
    n_tiles = (n + TILE - 1) // TILE
    padded = (n_features + GROUP - 1) // GROUP * GROUP
    tiles = np.zeros((n_tiles, padded, TILE))
    ids = np.full((n_tiles, TILE), -1, dtype=np.int64)
    place = np.empty(n, dtype=np.int64)
    tiles[n_tiles - 1, :, n - (n_tiles - 1) * TILE :] = np.inf
    tile_low = np.full((n_tiles, padded), np.inf)
    tile_high = np.full((n_tiles, padded), -np.inf)
    for p in range(n):
        t, j, row = p // TILE, p % TILE, order[p]
        ids[t, j] = row
        place[row] = p
        for f in range(padded):
            x = X[row, f] if f < n_features else 0.0
            tiles[t, f, j] = x
            tile_low[t, f] = min(tile_low[t, f], x)
            tile_high[t, f] = max(tile_high[t, f], x)
    low = np.full((len(child), padded, WIDE), np.inf)
    high = np.full((len(child), padded, WIDE), np.inf)
    for node in range(len(child) - 1, -1, -1):
        for c in range(WIDE):
            a, b = first[node, c], last[node, c]
            if b - a == 1:
                low[node, :, c] = tile_low[a]
                high[node, :, c] = tile_high[a]
            elif b > a:
                below = child[node, c]
                for f in range(padded):
                    low[node, f, c] = low[below, f].min()
                    above = -np.inf
                    for e in range(WIDE):
                        if last[below, e] > first[below, e]:
                            above = max(above, high[below, f, e])
                    high[node, f, c] = above
    return tiles, ids, place, low, high, child, first, last


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
        q[: X.shape[1]] = X[i]
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

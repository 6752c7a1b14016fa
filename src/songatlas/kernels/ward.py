"""The exact Ward tree of all rows, in linear memory.

Merging clusters a and b raises the sum of squares by |a||b| / (|a|+|b|) times the squared distance of their
centroids (Ward 1963, J. Am. Stat. Assoc. 58, 236). This cost is reducible: a merged cluster is never nearer
to a third one than the nearer of its two parts was (Bruynooghe 1977; Murtagh 1983, Comput. J. 26, 354). So
every pair of reciprocal nearest neighbors is a merge of the final tree, and all such pairs merge at once, in
rounds. A cluster whose neighbor is gone searches anew only when another cluster points to it, or when it is
among those that can merge at the least cost; most are taken by others before that. Searches run in a kd-tree
over the centroids, built anew when an eighth of the clusters has changed; clusters younger than the tree lie
in a few extra tiles.

Costs are compared in units of half a squared height, d² / (1/|a| + 1/|b|), symmetric in floating point.
Ties go to the pair with the lowest numbers, so the tree is the same every time.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .compiled import compiled
from .kdtree import (
    MAX_STACK,
    TILE,
    WIDE,
    KDTree,
    below,
    box_distances,
    build,
    checked_matrix,
    k_nearest,
    push_sorted,
    tile_distances,
)
from .rows import checked_weights
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SEARCH_CHUNK = 512
WAITING_SHARE = 10  # of 3 to 10 measured, 10 needed the fewest searches at 10^5 clusters
SLACK = 1.0 + 1e-13  # over the rounding of one product, where a product stands in for a quotient


class _Clusters(NamedTuple):
    """The state of the merging: one slot per distinct row; a merged cluster keeps its parts' lower slot."""

    centroids: FloatArray  # (n_slots, n_features)
    sizes: FloatArray  # sums of weights
    alive: NDArray[np.bool_]
    neighbor: IntArray  # slot of the nearest other cluster
    cost: FloatArray  # to that neighbor
    least: FloatArray  # lower bound of the cost to any other cluster
    node: IntArray  # number in the tree: rows first, merges in the order they were made
    absorbed_by: IntArray  # slot that took this one in the latest round, itself if it took part, else −1
    due: NDArray[np.int8]  # 0: neighbor is right; 1: its neighbor is gone; 2: to be searched next


class _Merges(NamedTuple):
    """The merges in the order they were made."""

    left: IntArray
    right: IntArray
    heights: FloatArray


class _Ground(NamedTuple):
    """What searches run in: a kd-tree over earlier centroids, and tiles of the clusters born since."""

    tree: KDTree
    slots: IntArray  # (n_tiles, 32) slot of each place, −1 where unused
    inverse: FloatArray  # (n_tiles, 32) 1 / size
    most_inverse: FloatArray  # (n_nodes, 8) the largest 1 / size below each child
    young: FloatArray  # (n_young_tiles, padded n_features, 32), infinite where unused
    young_slots: IntArray  # (n_young_tiles, 32)
    young_inverse: FloatArray  # (n_young_tiles, 32)
    place: IntArray  # (n_slots,) place in the tree; 32·n_tiles + p for place p of the young


def ward_tree(
    X: FloatArray,
    sample_weight: ArrayLike | None = None,
    advance: Callable[[float], object] | None = None,
) -> FloatArray:
    """Return the Ward tree of all rows in SciPy's linkage layout.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float64
        Finite, below 1e140 in magnitude.
    sample_weight : array-like of shape (n_rows,), optional
        A row of weight w counts as w equal rows. A row of weight 0 joins the nearest row of positive weight
        at height 0 and moves nothing.
    advance : callable, optional
        Called with the number of merges made since its last call; in all n_rows − 1.

    Returns
    -------
    ndarray of shape (n_rows − 1, 4), float64
        Per merge, by rising height: the two nodes merged (rows 0..n_rows−1, then merges in this order), the
        height √(2|a||b| / (|a|+|b|)) · ‖centroid a − centroid b‖ in the unit of X, and the number of rows
        below. Equal rows are chained at height 0.

    Raises
    ------
    ValueError
        When X is not a finite matrix with a row and a column, or the weights do not fit it.

    Examples
    --------
    >>> ward_tree(np.array([[0.0], [1.0], [9.0]]))[:, :3].round(3)
    array([[0.   , 1.   , 1.   ],
           [2.   , 3.   , 9.815]])
    """
    X = checked_matrix(X) + 0.0  # turns −0.0 into 0.0, so that equal rows have equal bits
    X -= _common_offset(X)
    weights, exponent = checked_weights(sample_weight, len(X))
    n_merges = len(X) - 1
    merges = _Merges(np.empty(n_merges, dtype=np.int64), np.empty(n_merges, dtype=np.int64), np.empty(n_merges))
    clusters, n_made = _join_equal_rows(X, weights, merges)
    if advance is not None:
        advance(n_made)
    ground = None
    searches = np.arange(len(clusters.sizes))
    n_young = 0
    while n_made < len(X) - 1:
        if ground is None or n_young * 8 > len(X) - n_made:
            ground, n_young = _new_ground(clusters), 0
            searches = searches[np.argsort(ground.place[searches])]
        while len(searches):
            _find_neighbors(clusters, ground, searches)
            found = np.empty_like(searches)
            searches = found[: _follow(clusters, searches, found)]
        n_now = _merge_round(clusters, merges, ground, n_made, n_young)
        clusters.absorbed_by.fill(-1)
        searches = _next_searches(clusters)
        n_young += n_now - n_made
        if advance is not None:
            advance(n_now - n_made)
        n_made = n_now
    tree = _linkage(merges)
    tree[:, 2] = np.ldexp(tree[:, 2], exponent // 2)  # a height is a distance times the root of a weight
    return tree


def _common_offset(X: FloatArray) -> FloatArray:
    """Return what can be taken off each feature without losing a digit, so that centroids keep theirs.

    Differences of numbers within a factor of two are exact (Sterbenz 1974, Floating-Point Computation, 138).
    """
    low, high = X.min(axis=0), X.max(axis=0)
    exact = ((low > 0) & (high <= 2 * low)) | ((high < 0) & (low >= 2 * high))
    return np.where(exact, low, 0.0)


def _join_equal_rows(X: FloatArray, weights: FloatArray, merges: _Merges) -> tuple[_Clusters, int]:
    """Return one cluster per distinct row, and the number of merges at height 0 that this took."""
    first = _first_equal_row(X)
    weightless = np.flatnonzero(weights == 0)
    if len(weightless):
        weighty = np.flatnonzero(weights > 0)
        first = _first_equal_row(X[weighty])
        whole = np.empty(len(X), dtype=np.int64)
        whole[weighty] = weighty[first]
        nearest = k_nearest(build(X[weighty]), X[weightless], 1, include_self=True)[1][:, 0]
        whole[weightless] = weighty[first[nearest]]
        first = whole
    slots = np.flatnonzero(first == np.arange(len(X)))
    slot_of = np.searchsorted(slots, first)
    node = slots.copy()
    n_made = _chain(slot_of, slots, node, merges.left, merges.right, merges.heights)
    n_slots = len(slots)
    clusters = _Clusters(
        centroids=X[slots],
        sizes=np.asarray(np.bincount(slot_of, weights), dtype=np.float64),
        alive=np.ones(n_slots, dtype=np.bool_),
        neighbor=np.full(n_slots, -1, dtype=np.int64),
        cost=np.full(n_slots, np.inf),
        least=np.zeros(n_slots),
        node=node,
        absorbed_by=np.full(n_slots, -1, dtype=np.int64),
        due=np.full(n_slots, 1, dtype=np.int8),
    )
    return clusters, n_made


def _first_equal_row(X: FloatArray) -> IntArray:
    """Return, for every row, the first row equal to it."""
    hashes = _hashes(X.view(np.uint64))
    first: IntArray = _first_in_runs(X, hashes, np.argsort(hashes, kind="stable"))
    return first


def _new_ground(clusters: _Clusters) -> _Ground:
    """Return a fresh tree over the centroids of the living clusters."""
    living = np.flatnonzero(clusters.alive)
    sizes = clusters.sizes[living]
    tree = build(clusters.centroids[living], sizes)
    slots = np.where(tree.ids < 0, -1, living[tree.ids])
    inverse = np.where(tree.ids < 0, 0.0, 1.0 / sizes[tree.ids])
    place = np.full(len(clusters.sizes), -1, dtype=np.int64)
    place[living] = tree.place
    n_young = len(living) // 8 // TILE + len(living) // 2 // TILE + 2  # up to half the clusters are born in a round
    return _Ground(
        tree=tree,
        slots=slots,
        inverse=inverse,
        most_inverse=below(tree, inverse.max(axis=1), np.maximum, 0.0),
        young=np.full((n_young, tree.tiles.shape[1], TILE), np.inf),
        young_slots=np.full((n_young, TILE), -1, dtype=np.int64),
        young_inverse=np.zeros((n_young, TILE)),
        place=place,
    )


def _find_neighbors(clusters: _Clusters, ground: _Ground, searches: IntArray) -> None:
    """Write the nearest neighbor of every slot in ``searches``."""

    def search(start: int, stop: int) -> None:
        _search(clusters, ground, searches, start, stop)

    run_in_chunks(search, len(searches), SEARCH_CHUNK)


def _next_searches(clusters: _Clusters) -> IntArray:
    """Return the waiting slots that others point to, and the tenth that can merge at the least cost.

    The others wait: later there are fewer clusters to search among, and many will have been taken by then.
    """
    waiting = np.flatnonzero(clusters.alive & (clusters.due > 0))
    if not len(waiting):
        return waiting
    least = clusters.least[waiting]
    rank = len(least) // WAITING_SHARE
    searches: IntArray = waiting[(least <= np.partition(least, rank)[rank]) | (clusters.due[waiting] == 2)]
    clusters.due[searches] = 2
    return searches


def _linkage(merges: _Merges) -> FloatArray:
    """Return the merges sorted by height, with nodes renumbered."""
    n_rows = len(merges.left) + 1
    heights, counts = merges.heights.copy(), np.zeros(n_rows - 1, dtype=np.int64)
    _raise_heights(merges.left, merges.right, heights, counts)
    order = np.argsort(heights, kind="stable")
    number = np.arange(2 * n_rows - 1)
    number[n_rows + order] = np.arange(n_rows, 2 * n_rows - 1)
    pair = np.sort(number[np.stack([merges.left[order], merges.right[order]], axis=1)], axis=1)
    return np.column_stack([pair, heights[order], counts[order]]).astype(np.float64)


# --- compiled loops --------------------------------------------------------------------------------------


@compiled
def _hashes(bits):  # type: ignore[no-untyped-def]
    """Return a 64-bit hash of every row (multiply and xor-shift, constants of MurmurHash3's finalizer)."""
    hashes = np.empty(len(bits), dtype=np.uint64)
    for i in range(len(bits)):
        h = np.uint64(0x9E3779B97F4A7C15)
        for f in range(bits.shape[1]):
            h = (h ^ bits[i, f]) * np.uint64(0xFF51AFD7ED558CCD)
            h ^= h >> np.uint64(33)
            h *= np.uint64(0xC4CEB9FE1A85EC53)
            h ^= h >> np.uint64(29)
        hashes[i] = h
    return hashes


@compiled
def _first_in_runs(X, hashes, order):  # type: ignore[no-untyped-def]
    """Return the first row equal to each row, comparing rows of equal hash only."""
    n = len(X)
    first = np.empty(n, dtype=np.int64)
    firsts = np.empty(n, dtype=np.int64)
    n_firsts = 0
    for p in range(n):
        i = order[p]
        if p == 0 or hashes[i] != hashes[order[p - 1]]:
            n_firsts = 0
        first[i] = i
        for c in range(n_firsts):
            equal = True
            for f in range(X.shape[1]):
                if X[i, f] != X[firsts[c], f]:
                    equal = False
                    break
            if equal:
                first[i] = firsts[c]
                break
        if first[i] == i:
            firsts[n_firsts] = i
            n_firsts += 1
    return first


@compiled
def _chain(slot_of, slots, node, left, right, heights):  # type: ignore[no-untyped-def]
    """Merge every row that is not a slot's own into its slot at height 0; return the number of merges."""
    n = len(slot_of)
    n_made = 0
    for i in range(n):
        slot = slot_of[i]
        if slots[slot] == i:
            continue
        left[n_made], right[n_made], heights[n_made] = node[slot], i, 0.0
        node[slot] = n + n_made
        n_made += 1
    return n_made


@compiled
def _search(clusters, ground, searches, start, stop):  # type: ignore[no-untyped-def]
    """Write the nearest living cluster of the slots searches[start:stop], from the upper bound on record."""
    tree = ground.tree
    q = np.zeros(tree.tiles.shape[1])
    d2 = np.empty(TILE)
    near = np.empty(WIDE)
    stack = np.empty(MAX_STACK, dtype=np.int64)
    bounds = np.empty(MAX_STACK)
    for p in range(start, stop):
        s = searches[p]
        for f in range(clusters.centroids.shape[1]):
            q[f] = clusters.centroids[s, f]
        inverse = 1.0 / clusters.sizes[s]
        best, cost = clusters.neighbor[s], clusters.cost[s]
        for t in range(len(ground.young)):
            if ground.young_slots[t, 0] < 0:
                break
            tile_distances(ground.young, t, q, d2)
            best, cost = _nearest_in_tile(d2, ground.young_slots, ground.young_inverse, t, s, inverse, best, cost)
        stack[0], bounds[0], top = 0, 0.0, 1
        while top > 0:
            top -= 1
            code = stack[top]
            if bounds[top] > cost:
                continue
            if code < 0:
                t = -1 - code
                tile_distances(tree.tiles, t, q, d2)
                best, cost = _nearest_in_tile(d2, ground.slots, ground.inverse, t, s, inverse, best, cost)
                continue
            box_distances(tree.low, tree.high, code, q, near)
            bottom = top
            for c in range(WIDE):
                bound = near[c] / (inverse + ground.most_inverse[code, c])
                if bound <= cost and near[c] < np.inf:
                    top = push_sorted(stack, bounds, top, bottom, tree.child[code, c], bound)
        clusters.neighbor[s], clusters.cost[s] = best, cost


@compiled
def _nearest_in_tile(d2, slots, inverses, t, s, inverse, best, cost):  # type: ignore[no-untyped-def]
    """Return the better of (best, cost) and the nearest cluster of tile t, ties to the lower slot."""
    limit = cost * SLACK
    n_near = 0
    for j in range(TILE):
        n_near += d2[j] <= limit * (inverse + inverses[t, j])
    if n_near == 0:
        return best, cost
    for j in range(TILE):
        c = d2[j] / (inverse + inverses[t, j])
        slot = slots[t, j]
        if (c < cost or (c == cost and slot < best)) and slot != s and c < np.inf:
            best, cost = slot, c
    return best, cost


@compiled
def _follow(clusters, searches, found):  # type: ignore[no-untyped-def]
    """Note the searches as done; write the neighbors they found that are due themselves, return how many."""
    neighbor, cost, due = clusters.neighbor, clusters.cost, clusters.due
    for p in range(len(searches)):
        due[searches[p]] = 0
    n_found = 0
    for p in range(len(searches)):
        s = searches[p]
        j = neighbor[s]
        # A younger cluster may be nearer than the neighbor on record, by rounding or a tie.
        if cost[s] < cost[j] or (cost[s] == cost[j] and s < neighbor[j]):
            neighbor[j], cost[j] = s, cost[s]
        if due[j] == 1:
            due[j] = 2
            found[n_found] = j
            n_found += 1
    return n_found


@compiled
def _merge_round(clusters, merges, ground, n_made, n_young):  # type: ignore[no-untyped-def]
    """Merge all reciprocal nearest neighbors; return the number of merges made so far."""
    neighbor, alive, absorbed_by, due = clusters.neighbor, clusters.alive, clusters.absorbed_by, clusters.due
    n_slots = len(alive)
    for s in range(n_slots):
        j = neighbor[s]
        if alive[s] and due[s] == 0 and j > s and neighbor[j] == s and due[j] == 0:
            _merge_pair(clusters, merges, ground, s, j, n_made, n_young)
            n_made += 1
            n_young += 1
    for s in range(n_slots):
        if alive[s] and absorbed_by[s] < 0 and absorbed_by[neighbor[s]] >= 0:
            _point_to_merged(clusters, s, absorbed_by[neighbor[s]])
    for s in range(n_slots):
        j = neighbor[s]
        if alive[s] and due[s] == 0 and due[j] == 1:
            due[j] = 2
    return n_made


@compiled
def _point_to_merged(clusters, s, merged):  # type: ignore[no-untyped-def]
    """Point slot s, whose neighbor is gone, to the cluster that took it: an upper bound for both."""
    c = _cost(clusters, s, merged)
    clusters.least[s] = max(clusters.least[s], min(clusters.cost[s], c))
    clusters.neighbor[s], clusters.cost[s], clusters.due[s] = merged, c, 1
    if c < clusters.cost[merged] or (c == clusters.cost[merged] and s < clusters.neighbor[merged]):
        clusters.neighbor[merged], clusters.cost[merged] = s, c


@compiled
def _cost(clusters, s, j):  # type: ignore[no-untyped-def]
    """Return the cost of merging two slots, rounded as in a search."""
    d2 = 0.0
    for f in range(clusters.centroids.shape[1]):
        d = clusters.centroids[s, f] - clusters.centroids[j, f]
        d2 += d * d
    return d2 / (1.0 / clusters.sizes[s] + 1.0 / clusters.sizes[j])


@compiled
def _merge_pair(clusters, merges, ground, s, j, n_made, n_young):  # type: ignore[no-untyped-def]
    """Merge slot j into slot s: record it, move it from its place to the young."""
    merges.left[n_made], merges.right[n_made] = clusters.node[s], clusters.node[j]
    merges.heights[n_made] = np.sqrt(2.0 * clusters.cost[s])
    clusters.least[s] = clusters.cost[s]
    a, b = clusters.sizes[s], clusters.sizes[j]
    young_tile, young_place = n_young // TILE, n_young % TILE
    for slot in (s, j):
        place = ground.place[slot]
        t, p = place // TILE, place % TILE
        if t < len(ground.slots):
            ground.tree.tiles[t, 0, p] = np.inf
        else:
            ground.young[t - len(ground.slots), 0, p] = np.inf
    for f in range(clusters.centroids.shape[1]):
        center = (a * clusters.centroids[s, f] + b * clusters.centroids[j, f]) / (a + b)
        clusters.centroids[s, f] = center
        ground.young[young_tile, f, young_place] = center
    for f in range(clusters.centroids.shape[1], ground.young.shape[1]):
        ground.young[young_tile, f, young_place] = 0.0
    ground.young_slots[young_tile, young_place] = s
    ground.young_inverse[young_tile, young_place] = 1.0 / (a + b)
    ground.place[s] = (len(ground.slots) + young_tile) * TILE + young_place
    clusters.sizes[s] = a + b
    clusters.alive[j] = False
    clusters.node[s] = len(merges.left) + 1 + n_made
    clusters.neighbor[s], clusters.cost[s], clusters.due[s] = -1, np.inf, 1
    clusters.absorbed_by[s] = clusters.absorbed_by[j] = s


@compiled
def _raise_heights(left, right, heights, counts):  # type: ignore[no-untyped-def]
    """Let no height fall from child to parent (rounding could do it); add up the rows below each merge."""
    n_rows = len(left) + 1
    for m in range(len(left)):
        for node in (left[m], right[m]):
            if node < n_rows:
                counts[m] += 1
            else:
                counts[m] += counts[node - n_rows]
                heights[m] = max(heights[m], heights[node - n_rows])

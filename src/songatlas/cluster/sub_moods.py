"""The second level: every cluster is divided along the Ward tree of its own tracks, all clusters together.

A division undoes a merge of a tree. Which one is next is decided over all clusters at once: parts far above the size
aimed at first, then the merge of the greatest height (its square is twice the sum of squares within parts that the
division saves). A branch too small for a part of its own never decides a division: it is passed by, and joins the
nearest part of its branch at the end. Names and tracks of the parts are not made here.
"""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from songatlas.errors import ParameterError
from songatlas.kernels.ward import ward_tree

from .labels import relabel_by_size

FloatArray = NDArray[np.float64]
LabelArray = NDArray[np.int32]
IntArray = NDArray[np.int64]

LEAST_SHARE = 0.25  # of the size aimed at: no smaller part is made
MOST_SHARE = 2.0  # of the size aimed at: larger parts are divided before all others
TRACKS_PER_ROOT = 5  # the usual mean size is so many times the square root of the number of tracks


@dataclass(frozen=True)
class PartSizes:
    """How many parts are wanted in all, the mean size aimed at, and the sizes between which parts are to lie."""

    wanted: int
    target: float
    least: int
    most: int


def part_sizes(n_tracks: int, *, n_parts: int | None = None, size: int | None = None) -> PartSizes:
    """Return the number and sizes of parts to aim at.

    Parameters
    ----------
    n_tracks : int
        Tracks that lie in clusters.
    n_parts : int, optional
        Number of parts in all; wins over ``size``.
    size : int, optional
        Mean number of tracks in a part. Where neither is given, the number is √n_tracks / 5 (4 parts of 125 tracks
        at 500, 62 of 1,546 at 95,837): a larger catalogue has more parts, and larger ones.

    Examples
    --------
    >>> part_sizes(10_000)
    PartSizes(wanted=20, target=500.0, least=125, most=1000)
    >>> part_sizes(10_000, size=100).wanted, part_sizes(10_000, n_parts=8, size=100).wanted
    (100, 8)
    """
    if n_parts is None:
        n_parts = max(1, round(n_tracks / size if size is not None else math.sqrt(n_tracks) / TRACKS_PER_ROOT))
    target = n_tracks / n_parts
    return PartSizes(n_parts, target, max(1, math.ceil(LEAST_SHARE * target)), max(1, int(MOST_SHARE * target)))


def cluster_trees(
    X: FloatArray, labels: LabelArray, advance: Callable[[float], object] | None = None
) -> dict[int, FloatArray]:
    """Return the Ward tree of each cluster's own tracks, by label.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features (unitless).
    labels : ndarray of shape (n_tracks,), int
        Labels 0..n_clusters−1; −1 marks noise, which gets no tree.
    advance : callable, optional
        Called with the number of merges made since its last call.

    Returns
    -------
    dict of int to ndarray of shape (n_tracks of the cluster − 1, 4)
        In SciPy's linkage layout; leaf i is the i-th of the cluster's tracks in the order of ``X``.

    Examples
    --------
    >>> trees = cluster_trees(np.array([[0.0], [9.0], [1.0]]), np.array([0, 1, 0], dtype=np.int32))
    >>> trees[0].tolist(), trees[1].shape
    ([[0.0, 1.0, 1.0, 2.0]], (0, 4))
    """
    trees = {}
    for label in range(int(labels.max(initial=-1)) + 1):
        own = X[labels == label]
        trees[label] = ward_tree(own, advance=advance) if len(own) > 1 else np.empty((0, 4))
    return trees


@dataclass(frozen=True)
class Division:
    """Clusters in parts.

    Attributes
    ----------
    labels : ndarray of shape (n_tracks,), int32
        The part of each track: 0..n_parts−1 by cluster, in a cluster by falling size (ties by centroid); −1 for noise.
    clusters : tuple of int, length n_parts
        The cluster each part lies in.
    heights : tuple of float, length n_parts
        Height of the merge that makes the part one, in the unit of X; 0 for one track. Branches that were too small
        for a part of their own joined later and do not count.
    n_strays : int
        Tracks in such branches.
    """

    labels: LabelArray
    clusters: tuple[int, ...]
    heights: tuple[float, ...]
    n_strays: int


def divide(X: FloatArray, labels: LabelArray, trees: Mapping[int, FloatArray], sizes: PartSizes) -> Division:
    """Return the clusters cut into parts along their trees.

    From the whole clusters on, parts are divided until there are ``sizes.wanted`` or none can be divided. Next is the
    part whose own division is highest; parts above ``sizes.most`` come before all others. Both sides of a division
    have ``sizes.least`` tracks or more, and equal tracks stay together.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    labels : ndarray of shape (n_tracks,), int
        As for `cluster_trees`.
    trees : mapping
        What `cluster_trees` returned for the same ``X`` and ``labels``.
    sizes : PartSizes

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [5.0], [5.1], [9.0]])
    >>> labels = np.array([0, 0, 0, 0, 1], dtype=np.int32)
    >>> division = divide(X, labels, cluster_trees(X, labels), part_sizes(5, n_parts=3))
    >>> division.labels.tolist(), division.clusters
    ([0, 0, 1, 1, 2], (0, 0, 1))
    """
    forests = {label: _Tree.of(tree) for label, tree in sorted(trees.items())}
    parts = _cut(forests, sizes)
    result = np.full(len(labels), -1, dtype=np.int32)
    clusters: list[int] = []
    heights: list[float] = []
    n_strays = 0
    for label, tree in forests.items():
        own = np.flatnonzero(labels == label)
        if len(own) != tree.n_leaves:
            raise ParameterError(f"trees[{label}] has {tree.n_leaves} leaves, the cluster has {len(own)} tracks.")
        local, found, strays = _labels_of(tree, [part for part in parts if part.cluster == label], X[own])
        result[own] = len(clusters) + local
        clusters += [label] * len(found)
        heights += found
        n_strays += strays
    return Division(result, tuple(clusters), tuple(heights), n_strays)


@dataclass(frozen=True)
class _Tree:
    """A linkage as plain lists; a node below ``n_leaves`` is a track."""

    n_leaves: int
    children: list[list[int]]
    heights: list[float]
    counts: list[int]

    @classmethod
    def of(cls, linkage: FloatArray) -> "_Tree":
        pairs = linkage[:, :2].astype(np.int64).tolist()
        return cls(len(linkage) + 1, pairs, linkage[:, 2].tolist(), linkage[:, 3].astype(np.int64).tolist())

    def size(self, node: int) -> int:
        return 1 if node < self.n_leaves else self.counts[node - self.n_leaves]

    def height(self, node: int) -> float:
        return 0.0 if node < self.n_leaves else self.heights[node - self.n_leaves]

    def fork(self, node: int, least: int) -> tuple[int | None, list[int]]:
        """Return the highest merge of two large branches at or below a node, and the small branches off the way."""
        passed: list[int] = []
        while self.size(node) >= 2 * least and self.height(node) > 0:
            small, large = sorted(self.children[node - self.n_leaves], key=self.size)
            if self.size(small) >= least:
                return node, passed
            passed.append(small)
            node = large
        return None, []


@dataclass(eq=False)
class _Part:
    """A branch while clusters are cut; ``strays`` are the small branches passed by when it was divided."""

    cluster: int
    node: int
    above: "_Part | None"  # what it was divided from
    divided: bool = False
    strays: list[int] = field(default_factory=list)


def _cut(trees: Mapping[int, _Tree], sizes: PartSizes) -> list[_Part]:
    """Return all parts that ever were, those divided later included."""
    parts: list[_Part] = []
    waiting: list[tuple[bool, float, int, int, list[int]]] = []

    def add(cluster: int, node: int, above: _Part | None) -> None:
        tree = trees[cluster]
        fork, strays = tree.fork(node, sizes.least)
        if fork is not None:
            heapq.heappush(waiting, (tree.size(node) <= sizes.most, -tree.height(fork), len(parts), fork, strays))
        parts.append(_Part(cluster, node, above))

    for cluster, tree in trees.items():
        add(cluster, 2 * tree.n_leaves - 2, None)
    for _ in range(sizes.wanted - len(trees)):
        if not waiting:
            break
        _, _, position, fork, strays = heapq.heappop(waiting)
        part = parts[position]
        part.divided, part.strays = True, strays
        tree = trees[part.cluster]
        for child in tree.children[fork - tree.n_leaves]:
            add(part.cluster, child, part)
    return parts


def _labels_of(tree: _Tree, parts: Sequence[_Part], X: FloatArray) -> tuple[LabelArray, list[float], int]:
    """Return the part of each track of a cluster, the height of each part, and the number of strays."""
    final = [part for part in parts if not part.divided]
    strays = [(branch, part) for part in parts for branch in part.strays]
    branches = _branch_of_leaves(tree, [part.node for part in final] + [branch for branch, _ in strays])
    local = branches.copy()
    if strays:
        local = _joined(branches, strays, final, X)
    numbers = relabel_by_size(local, X)
    first = np.unique(local, return_index=True)[1]
    heights = [0.0] * len(final)
    for part, position in zip(final, first, strict=True):
        heights[numbers[position]] = tree.height(part.node)
    return numbers, heights, int(np.count_nonzero(branches >= len(final)))


def _branch_of_leaves(tree: _Tree, nodes: Sequence[int]) -> IntArray:
    """Return for each leaf the position of the node in ``nodes`` that it lies under; they hold every leaf once."""
    n = tree.n_leaves
    top = np.arange(2 * n - 1)
    children = np.array(tree.children, dtype=np.int64).reshape(-1, 2)
    for side in (0, 1):
        top[children[:, side]] = n + np.arange(n - 1)
    top[list(nodes)] = list(nodes)
    while not np.array_equal(top, above := top[top]):  # every pass doubles the steps climbed
        top = above
    position = np.full(2 * n - 1, -1, dtype=np.int64)
    position[list(nodes)] = np.arange(len(nodes))
    found: IntArray = position[top[:n]]
    return found


def _joined(branches: IntArray, strays: Sequence[tuple[int, _Part]], final: Sequence[_Part], X: FloatArray) -> IntArray:
    """Return the branches with each stray one taken by the nearest part (of means) that lies where it branched off."""
    counts = np.bincount(branches)
    means = np.stack([np.bincount(branches, column) for column in X.T], axis=1) / counts[:, None]
    below = _parts_below(final)
    taken_by = np.arange(len(counts))
    for position, (_, part) in enumerate(strays, len(final)):
        candidates = below[part]
        distances = ((means[candidates] - means[position]) ** 2).sum(axis=1)
        taken_by[position] = candidates[int(np.argmin(distances))]
    joined: IntArray = taken_by[branches]
    return joined


def _parts_below(final: Sequence[_Part]) -> dict[_Part, list[int]]:
    """Return for each part that strays branched off from the final parts in it, by their positions."""
    below: dict[_Part, list[int]] = {}
    for position, part in enumerate(final):
        above = part.above
        while above is not None:
            if above.strays:
                below.setdefault(above, []).append(position)
            above = above.above
    return below

"""DBSCAN by the lists of nearest others, which a run has searched already; equal to the search on the tree."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .components import CHUNK, components, forest_of, number_components, unite
from .kdtree import Neighbors
from .threads import run_in_chunks

FloatArray = NDArray[np.float64]


class _Lists(NamedTuple):
    """What every loop below needs: the rows, their nearest others, eps and its square."""

    X: FloatArray
    distances: FloatArray
    indices: NDArray[np.int64]
    eps: float
    eps2: float


class Listed:
    """DBSCAN by the lists of nearest others.

    A row is core when the min_samples − 1st other is within eps. All that a row that is not core reaches stands in
    its list. Core rows are first united with those in their lists; only components smaller than the largest then
    look further.
    """

    def __init__(self, X: FloatArray, neighbors: Neighbors, eps: float, eps2: float) -> None:
        self.X, self.tree, self.eps2 = X, neighbors.tree, eps2
        self._lists = _Lists(X, neighbors.distances, neighbors.indices, eps, eps2)

    def core_rows(self, min_samples: int) -> NDArray[np.bool_]:
        """Return which rows have min_samples rows, themselves included, within eps."""
        is_core = np.ones(len(self.X), dtype=bool)
        if min_samples > 1:
            run_in_chunks(
                lambda start, stop: _core_by_list(self._lists, min_samples - 2, start, stop, is_core),
                len(self.X),
                CHUNK,
            )
        return is_core

    def labels(self, is_core: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Return the labels of all rows, given the core rows."""
        tree, n_rows = self.tree, len(self.X)
        at_place = np.zeros(tree.ids.shape, dtype=bool)
        at_place.ravel()[tree.place] = is_core
        parent = forest_of(at_place)
        _unite_listed(self._lists, tree.place, parent.ravel())
        component = components(tree, self.X, self.eps2, at_place, parent)
        label_at = np.full(component.size, n_rows, dtype=np.int64)
        number_components(tree.place, component.ravel(), np.full(component.size, -1), label_at)
        labels = np.empty(n_rows, dtype=np.int32)
        run_in_chunks(
            lambda start, stop: _assign_by_list(self._lists, tree.place, label_at, start, stop, labels), n_rows, CHUNK
        )
        return labels


# --- compiled loops --------------------------------------------------------------------------------------


@compiled
def _within(lists, row, j):  # type: ignore[no-untyped-def]
    """Return whether the other at place j of a row's list is within reach; near a rounded root, the square decides."""
    distance, other = lists.distances[row, j], lists.indices[row, j]
    if distance < lists.eps * (1.0 - 1e-14):
        return True
    if distance > lists.eps * (1.0 + 1e-14):
        return False
    square = 0.0
    for f in range(lists.X.shape[1]):
        gap = lists.X[other, f] - lists.X[row, f]
        square += gap * gap
    return square <= lists.eps2


@compiled
def _core_by_list(lists, needed, start, stop, is_core):  # type: ignore[no-untyped-def]
    """Write whether the other at place ``needed`` of each list is within reach."""
    for row in range(start, stop):
        is_core[row] = _within(lists, row, needed)


@compiled
def _unite_listed(lists, place, parent):  # type: ignore[no-untyped-def]
    """Unite each core row with the core rows of its list that are within reach."""
    for row in range(len(lists.X)):
        p = place[row]
        if parent[p] < 0:
            continue
        for j in range(lists.distances.shape[1]):
            if not _within(lists, row, j):
                break
            o = place[lists.indices[row, j]]
            if parent[o] >= 0:
                unite(parent, p, o)


@compiled
def _assign_by_list(lists, place, label_at, start, stop, labels):  # type: ignore[no-untyped-def]
    """Write the labels of rows: their own where core, else the lowest of the core rows within reach, else −1."""
    n_rows = len(lists.X)
    for row in range(start, stop):
        best = label_at[place[row]]
        if best == n_rows:
            for j in range(lists.distances.shape[1]):
                if not _within(lists, row, j):
                    break
                best = min(best, label_at[place[lists.indices[row, j]]])
        labels[row] = best if best < n_rows else -1

"""How much the kernels compute: distances, links, bytes, counted while they run on the same tracks.

Where the loops themselves cannot tell, the functions that call them are watched. They are private to
`songatlas.kernels`; a test says so when they change.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from songatlas.kernels import lloyd, repulsion

FloatArray = NDArray[np.float64]

_BOUND_BYTES = 24  # per track and iteration: label read, two bounds read and written, a place in the list


class KMeansCounts(NamedTuple):
    """What a sweep did."""

    looked: int  # distances to centers that the bounds of Lloyd's iterations did not spare
    seeded: int  # distances computed for k-means++
    full: int  # distances that the same iterations without bounds would compute
    bound_bytes: int  # read and written to keep the bounds


@contextmanager
def watched(owner: Any, name: str, count: Callable[..., object]) -> Iterator[None]:
    """Let every call of ``owner.name`` be told to ``count`` before it runs."""
    original = getattr(owner, name)

    def call(*arguments: Any, **named: Any) -> Any:
        count(*arguments, **named)
        return original(*arguments, **named)

    with patch.object(owner, name, call):
        yield


def count_kmeans(run: Callable[[], object]) -> KMeansCounts:
    """Run a sweep and return what it did."""
    looked: list[int] = []  # appending is atomic, so threads may share the lists
    full: list[int] = []
    seeded: list[int] = []
    loosened: list[int] = []

    def look(tiles: Any, centers: Any, doubtful: Any, n_doubtful: NDArray[np.int64], *_: Any) -> None:
        looked.append(int(n_doubtful.sum()) * len(centers))
        full.append(len(tiles) * lloyd.TILE * len(centers))

    with (
        watched(lloyd, "_look", look),
        watched(lloyd, "_add_center", lambda tiles, *_: seeded.append(len(tiles) * lloyd.TILE)),
        watched(lloyd, "_loosen", lambda labels, *_: loosened.append(len(labels) * _BOUND_BYTES)),
    ):
        run()
    return KMeansCounts(sum(looked), sum(seeded), sum(full), sum(loosened))


class MapSeconds(NamedTuple):
    """How the time of a map is shared out."""

    repulsion: float
    rest: float


def time_map(run: Callable[[], object], clock: Callable[[], float]) -> MapSeconds:
    """Run t-SNE and return the seconds spent on repulsion and on all else."""
    spent: list[float] = []
    original = repulsion.Repulsion.compute

    def compute(self: Any, *arguments: Any) -> float:
        start = clock()
        total = original(self, *arguments)
        spent.append(clock() - start)
        return total

    with patch.object(repulsion.Repulsion, "compute", compute):
        start = clock()
        run()
        whole = clock() - start
    return MapSeconds(sum(spent), whole - sum(spent))


def n_distinct(X: FloatArray) -> int:
    """Return the number of different rows."""
    return len(np.unique(X, axis=0))


def n_links(neighbors: NDArray[np.int64]) -> int:
    """Return the number of ordered pairs that attract each other: listed by one of the two or by both."""
    n_tracks, k = neighbors.shape
    one, other = np.repeat(np.arange(n_tracks), k), neighbors.ravel()
    pairs = np.unique(np.minimum(one, other) * n_tracks + np.maximum(one, other))
    return 2 * len(pairs)

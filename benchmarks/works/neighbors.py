"""The 15 nearest other tracks of every track, the tree that finds them included."""

import os

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work

K = 15
_TOLERANCE = 1e-12  # relative; SciPy and scikit-learn sum the squares in another order


def _ours(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from songatlas.kernels.kdtree import build, k_nearest

    return k_nearest(build(X), X, K)[0]


def _scipy(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from scipy.spatial import cKDTree

    distances: NDArray[np.float64] = cKDTree(X).query(X, k=K + 1, workers=os.cpu_count())[0]
    return distances[:, 1:]  # the first is the track itself, or a copy of it: 0 either way


def _scikit_learn(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=K, n_jobs=os.cpu_count()).fit(X)
    distances: NDArray[np.float64] = model.kneighbors()[0]
    return distances


def _check(data: Data, given: Given, ours: NDArray[np.float64], other: NDArray[np.float64] | None) -> Check:
    if other is None:
        return Check(bool((np.diff(ours, axis=1) >= 0).all()), "distances rise")
    off = float((np.abs(ours - other) / np.where(other > 0, other, 1.0)).max())
    return Check(off <= _TOLERANCE, f"all {ours.size:,} distances: largest relative difference {off:.0e}")


WORK = Work(
    key="neighbors",
    title=f"{K} nearest neighbors of every track",
    ours=(Tool("songatlas", "build and k_nearest", _ours),),
    others=(
        Tool(
            "scipy",
            f"cKDTree.query(workers={os.cpu_count()})",
            _scipy,
            package="scipy",
            largest=100_000,
            limit="measured up to 100,000",
        ),
        Tool(
            "scikit-learn",
            f"NearestNeighbors(n_jobs={os.cpu_count()})",
            _scikit_learn,
            package="scikit-learn",
            largest=100_000,
            limit="measured up to 100,000",
        ),
    ),
    check=_check,
)

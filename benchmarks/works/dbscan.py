"""DBSCAN of all tracks, with eps from the knee of the k-distance curve."""

import os

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work

MIN_SAMPLES = 20


def knee_eps(X: FloatArray, min_samples: int = MIN_SAMPLES) -> float:
    """Return eps at the knee of the curve of distances to the (min_samples − 1)-th other track, as a run finds it."""
    from songatlas.cluster.dbscan import eps_grid
    from songatlas.kernels.kdtree import k_distances

    return eps_grid(np.sort(k_distances(X, min_samples - 1))[::-1])[0]


def _prepare(data: Data) -> Given:
    return {"eps": knee_eps(data.X)}


def _ours(X: FloatArray, given: Given) -> NDArray[np.int32]:
    from songatlas.kernels.dbscan import dbscan_grid

    return next(dbscan_grid(X, [float(given["eps"])], [MIN_SAMPLES])).labels


def _scikit_learn(X: FloatArray, given: Given) -> NDArray[np.int64]:
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=float(given["eps"]), min_samples=MIN_SAMPLES, n_jobs=os.cpu_count())
    labels: NDArray[np.int64] = model.fit(X).labels_
    return labels


def _check(data: Data, given: Given, ours: NDArray[np.int32], other: NDArray[np.int64] | None) -> Check:
    shape = f"eps {float(given['eps']):.3f}, {ours.max() + 1} clusters, {(ours < 0).mean():.1%} noise"
    if other is None:
        return Check(bool(ours.min() >= -1), shape)
    n_differ = int((ours != other).sum())
    return Check(n_differ == 0, f"labels, numbers included: {n_differ:,} of {len(ours):,} differ ({shape})")


WORK = Work(
    key="dbscan",
    title=f"DBSCAN, eps at the knee, min_samples {MIN_SAMPLES}",
    ours=(Tool("songatlas", "dbscan_grid, one pair", _ours),),
    others=(
        Tool(
            "scikit-learn",
            f"DBSCAN(n_jobs={os.cpu_count()})",
            _scikit_learn,
            package="scikit-learn",
            largest=50_000,
            limit="keeps a list of all neighbors, gigabytes here",
        ),
    ),
    check=_check,
    prepare=_prepare,
)

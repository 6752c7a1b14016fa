"""DBSCAN for a grid of eps and min_samples, against the time of our own K-Means sweep."""

from typing import Any

import numpy as np

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work
from .dbscan import knee_eps
from .kmeans import sweep

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3)
COUNTS = (11, 15, 20, 25)


def _prepare(data: Data) -> Given:
    return {"eps": knee_eps(data.X) * np.array(FACTORS)}


def _grid(X: FloatArray, given: Given) -> list[Any]:
    from songatlas.kernels.dbscan import dbscan_grid
    from songatlas.kernels.kdtree import nearest_others

    neighbors = nearest_others(X, max(COUNTS) - 1)
    return list(dbscan_grid(X, [float(eps) for eps in given["eps"]], COUNTS, neighbors=neighbors))


def _check(data: Data, given: Given, ours: list[Any], other: Any) -> Check:
    """Compare one pair of the grid, which is quick for scikit-learn, with scikit-learn's labels."""
    from sklearn.cluster import DBSCAN

    if len(data.X) > 100_000:
        return Check(len(ours) == len(FACTORS) * len(COUNTS), f"{len(ours)} labelings")
    found = ours[len(COUNTS) - 1]
    labels = DBSCAN(eps=found.eps, min_samples=found.min_samples).fit(data.X).labels_
    n_differ = int((labels != found.labels).sum())
    pair = f"eps {found.eps:.3f}, min_samples {found.min_samples}"
    return Check(n_differ == 0, f"labels of the pair {pair} against scikit-learn's: {n_differ:,} differ")


WORK = Work(
    key="grid",
    title="DBSCAN grid, 8 eps from 0.5 to 1.3 of the knee × min_samples 11, 15, 20, 25",
    ours=(Tool("grid", "nearest_others and dbscan_grid, 32 pairs", _grid),),
    others=(Tool("sweep", "K-Means sweep, k = 2…15, as in a run (other work: what a run spends beside it)", sweep),),
    check=_check,
    prepare=_prepare,
)

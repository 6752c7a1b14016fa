"""The whole Ward tree of all tracks."""

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work

_TOLERANCE = 1e-10  # relative


def _ours(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from songatlas.kernels.ward import ward_tree

    return ward_tree(X)


def _fastcluster(X: FloatArray, given: Given) -> NDArray[np.float64]:
    import fastcluster

    tree: NDArray[np.float64] = fastcluster.linkage_vector(X, method="ward")
    return tree


def _check(data: Data, given: Given, ours: NDArray[np.float64], other: NDArray[np.float64] | None) -> Check:
    if other is None:
        rising = bool((np.diff(ours[:, 2]) >= 0).all())
        return Check(rising and ours[-1, 3] == len(data.X), "heights rise, the last merge holds all tracks")
    a, b = ours[:, 2], other[:, 2]
    off = float((np.abs(a - b) / np.where(b > 0, b, 1.0)).max())
    return Check(off <= _TOLERANCE, f"all {len(a):,} heights: largest relative difference {off:.0e} (allowed 1e-10)")


WORK = Work(
    key="ward",
    title="Ward tree of all tracks",
    ours=(Tool("songatlas", "ward_tree", _ours),),
    others=(
        Tool(
            "fastcluster",
            "linkage_vector(method='ward')",
            _fastcluster,
            package="fastcluster",
            largest=100_000,
            limit="time grows with the square",
        ),
    ),
    check=_check,
)

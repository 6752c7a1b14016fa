"""The exact silhouette of every track for 14 labelings."""

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work
from .kmeans import KS, sweep

_TOLERANCE = 1e-5
_MEASURED = KS.index(8)  # the labeling that the other is given


def _prepare(data: Data) -> Given:
    return {"labelings": sweep(data.X, {}, confirm=False).labels}


def _ours(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from songatlas.kernels.silhouette import silhouette_samples

    return silhouette_samples(X, given["labelings"])


def _scikit_learn(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from sklearn.metrics import silhouette_samples

    values: NDArray[np.float64] = silhouette_samples(X, given["labelings"][_MEASURED])
    return values


def _check(data: Data, given: Given, ours: NDArray[np.float64], other: NDArray[np.float64] | None) -> Check:
    if other is None:
        return Check(bool((np.abs(ours) <= 1.0).all()), "all within ±1")
    off = float(np.abs(ours[_MEASURED] - other).max())
    mean = float(abs(ours[_MEASURED].mean() - other.mean()))
    text = f"values of every track at k = {KS[_MEASURED]}: largest difference {off:.0e}, of the means {mean:.0e}"
    return Check(off <= _TOLERANCE, f"{text} (allowed {_TOLERANCE:g} per track)")


WORK = Work(
    key="silhouettes",
    title="exact silhouettes of all tracks, 14 labelings",
    ours=(Tool("songatlas", "silhouette_samples, all labelings at once", _ours),),
    others=(
        Tool(
            "scikit-learn",
            f"silhouette_samples, its distances in chunks of 1 GiB; k = {KS[_MEASURED]} measured, times 14",
            _scikit_learn,
            package="scikit-learn",
            share=len(KS),
            largest=100_000,
            limit="would take hours",
        ),
    ),
    check=_check,
    prepare=_prepare,
)

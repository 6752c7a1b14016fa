"""HDBSCAN by scikit-learn (Campello, Moulavi & Sander 2013), for a few smallest cluster sizes."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN

from songatlas.results import FloatArray

from .labels import relabel_by_size


def min_cluster_sizes(n_tracks: int) -> tuple[int, ...]:
    """Return the smallest cluster sizes to try: half, one and two per cent of the tracks, at least 5."""
    return tuple(sorted({max(5, round(n_tracks * share)) for share in (0.005, 0.01, 0.02)}))


def fit_hdbscan(
    X: FloatArray,
    sizes: Sequence[int],
    *,
    min_samples: int,
    advance: Callable[[float], object] | None = None,
) -> list[NDArray[np.int32]]:
    """Return labels (by falling size, −1 noise) on all tracks for each smallest cluster size."""
    found = []
    for size in sizes:
        labels = HDBSCAN(min_cluster_size=size, min_samples=min(min_samples, len(X) - 1), copy=True).fit_predict(X)
        found.append(relabel_by_size(labels.astype(np.int32), X))
        if advance is not None:
            advance(1 / len(sizes))
    return found

"""Compiles the loops ahead of time; ``python -m songatlas.kernels.prepare`` does it in a process of its own.

numba compiles one function at a time in a process, so a second process halves what the first use costs. Loops
already in the cache on disk are only loaded.
"""

import os
import threading
import time
from pathlib import Path

import numpy as np

from . import kmeans, ward
from .dbscan import dbscan_grid
from .kdtree import build, k_nearest
from .ranks import distance_ranks
from .silhouette import silhouette_samples
from .tsne import tsne

_N_TRACKS = 3_000  # enough that every kernel takes the path of large catalogues


def is_prepared() -> bool:
    """Return whether compiled loops of an earlier use lie on disk (true as well where none can be kept)."""
    found = [_has_cache(module) for module in (ward, kmeans)]
    return all(found)


def prepare() -> None:
    """Call every kernel once; what a run needs last comes first, so that two processes meet in the middle."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(_N_TRACKS, 10))
    neighbors = k_nearest(build(X), X, 15)[1]
    for _ in dbscan_grid(X, [1.5], [10]):
        pass
    ward.ward_tree(X)
    tsne(neighbors, X[:, :2], n_iterations=2)
    distance_ranks(X, np.arange(4), neighbors[:4])
    silhouette_samples(X, (X[:, :2].T > 0).astype(np.int32))
    kmeans.kmeans_sweep(X, [3], n_init=2, max_init=2)


def _has_cache(module: object) -> bool:
    places = {
        (loop.stats.cache_path, name)
        for name, loop in vars(module).items()
        if hasattr(loop, "stats") and getattr(loop, "__module__", "") == getattr(module, "__name__", None)
    }
    stem = str(getattr(module, "__name__", "")).rsplit(".", 1)[-1]
    folders = {Path(path) for path, _ in places if path}
    return not folders or any(any(folder.glob(f"{stem}.*.nbi")) for folder in folders)


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    prepare()

"""Compiles the loops ahead of time, in two processes: numba compiles one function at a time in a process.

``python -m songatlas.kernels.prepare`` does it from a shell. Loops that lie on disk already are only loaded.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from . import centroids, dbscan, kdtree, kmeans, ranks, silhouette, text_bytes, tsne, ward
from .loop_cache import is_complete, loops_folder, mark_complete

_N_TRACKS = 3_000  # enough that every kernel takes the path of large catalogues
_FEW = 100  # few enough for the path of small ones
_POLL_SECONDS = 0.05


def is_prepared() -> bool:
    """Return whether all loops that a run needs lie on disk, compiled from these sources for this machine."""
    folder = loops_folder()
    return folder is not None and is_complete(folder)


def prepare(advance: Callable[[float], object] | None = None) -> bool:
    """Compile all loops that a run needs; return whether they were kept for the next process.

    Parameters
    ----------
    advance : callable, optional
        Called with the share of the work just done; the shares sum to 1.
    """
    folder = loops_folder()
    if folder is None or is_prepared():
        return folder is not None
    if not _run_in_processes(advance):
        for job in (job for part in PARTS for job in part):
            job()
    with suppress(OSError):
        mark_complete(folder)
    return is_prepared()


def _compile_kmeans() -> None:
    X = _tracks(_N_TRACKS)
    kmeans.kmeans_sweep(X, [3], n_init=2, max_init=2)
    X *= 1e-7
    X[0] = 1.0  # one far track: float32 does not tell the others apart
    kmeans.kmeans_sweep(X, [3], n_init=2, max_init=2)


def _compile_silhouettes() -> None:
    for n_tracks in (_N_TRACKS, _FEW):
        X = _tracks(n_tracks)
        silhouette.silhouette_samples(X, (X[:, :2].T > 0).astype(np.int32))


def _compile_centroids() -> None:
    centroids.spreads_of(_tracks(_FEW), np.zeros((1, _FEW), dtype=np.int32), [1])


def _compile_map() -> None:
    for n_tracks in (_N_TRACKS, _FEW):
        X = _tracks(n_tracks)
        neighbors = np.argsort(((X[:, None, :2] - X[None, :50, :2]) ** 2).sum(axis=2), axis=1)[:, :15]
        tsne.tsne(neighbors, X[:, :2], n_iterations=2)
        ranks.distance_ranks(X, np.arange(4), neighbors[:4])


def _compile_neighbors() -> None:
    X = _tracks(_N_TRACKS)
    kdtree.k_nearest(kdtree.build(X), X, 15)


def _compile_dbscan() -> None:
    X = _tracks(_N_TRACKS)
    for _ in dbscan.dbscan_grid(X, [1.5], [10], neighbors=kdtree.nearest_others(X, 15)):
        pass


def _compile_ward() -> None:
    ward.ward_tree(_tracks(_N_TRACKS))


def _compile_text_bytes() -> None:
    single, pair = np.zeros(256, dtype=np.uint16), np.zeros((256, 256), dtype=np.uint16)
    found, one = np.zeros(1, dtype=np.uint16), np.uint16(1)
    offsets, data = np.array([0, 2]), np.zeros(2, dtype=np.uint8)
    for writeable in (True, False):  # Arrow's buffers are the one or the other
        offsets.flags.writeable = data.flags.writeable = writeable
        text_bytes.text_kinds(offsets, data, single, single, single, pair, pair, pair, one, single, one, found)


PARTS: tuple[tuple[Callable[[], None], ...], ...] = (  # about the same work; no loop is compiled by both
    (_compile_kmeans, _compile_silhouettes),
    (_compile_neighbors, _compile_dbscan, _compile_ward, _compile_centroids, _compile_map, _compile_text_bytes),
)


def _tracks(n_tracks: int) -> kdtree.FloatArray:
    return np.random.default_rng(0).normal(size=(n_tracks, 10))


def _run_in_processes(advance: Callable[[float], object] | None) -> bool:
    """Run each part in a process of its own; return whether all ended well. Ctrl-C ends them."""
    call = f"import sys; sys.path[:] = {sys.path!r}; from {__package__}.prepare import run_part; run_part(sys.argv[1])"
    share = 1.0 / sum(map(len, PARTS))
    helpers: list[subprocess.Popen[str]] = []
    try:
        for number in range(len(PARTS)):
            helper = subprocess.Popen(
                [sys.executable, "-c", call, str(number)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            helpers.append(helper)
            threading.Thread(target=_tell, args=(helper, share, advance), daemon=True).start()
        while any(helper.poll() is None for helper in helpers):
            time.sleep(_POLL_SECONDS)
        return all(helper.returncode == 0 for helper in helpers)
    except OSError:  # no process can be started here
        return False
    finally:
        for helper in helpers:
            helper.kill()
            helper.wait()


def _tell(helper: "subprocess.Popen[str]", share: float, advance: Callable[[float], object] | None) -> None:
    """Report the share of each job that a process says is done."""
    if helper.stdout is not None:
        with helper.stdout as lines:
            for _ in lines:
                if advance is not None:
                    advance(share)


def run_part(number: str) -> None:
    """Run the jobs of a part, with a line on stdout after each; end when the process that started this one is gone."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    for job in PARTS[int(number)]:
        job()
        print(job.__name__, flush=True)  # noqa: T201 (to the process that waits)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    prepare()

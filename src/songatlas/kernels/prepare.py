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
    share = 1.0 / sum(map(len, PARTS))
    helpers = [_Helper(number, lambda: None if advance is None else advance(share)) for number in range(len(PARTS))]
    try:
        for helper in helpers:
            helper.start()
        while any(helper.is_alive() for helper in helpers):
            time.sleep(_POLL_SECONDS)
        return all(helper.went_well for helper in helpers)
    finally:
        for helper in helpers:
            helper.end()
        while any(helper.is_alive() for helper in helpers):
            time.sleep(_POLL_SECONDS)


class _Helper(threading.Thread):
    """Runs one part in a process. A thread starts it, as Ctrl-C in the midst of a start would leave it to itself."""

    def __init__(self, number: int, advance: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.went_well = False
        self._advance = advance
        call = f"import sys; sys.path[:] = {sys.path!r}; from {__package__}.prepare import run_part; run_part"
        self._command = [sys.executable, "-c", f"{call}({number}, {os.getpid()})"]
        self._process: subprocess.Popen[str] | None = None
        self._is_ended = False

    def run(self) -> None:
        if self._is_ended:
            return
        no, yes = subprocess.DEVNULL, subprocess.PIPE
        with (
            suppress(OSError),  # no process can be started here
            subprocess.Popen(self._command, stdin=no, stdout=yes, stderr=no, text=True) as process,
        ):
            self._process = process
            if self._is_ended:
                process.kill()
            for _ in process.stdout or ():
                self._advance()
            self.went_well = process.wait() == 0

    def end(self) -> None:
        """End the process, or keep it from being started."""
        self._is_ended = True
        if self._process is not None:
            self._process.kill()


def run_part(number: int, parent: int) -> None:
    """Run the jobs of a part, with a line on stdout after each; end when the process that started this one is gone."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    for job in PARTS[number]:
        job()
        print(job.__name__, flush=True)  # noqa: T201 (to the process that waits)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    prepare()

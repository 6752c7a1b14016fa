"""What the compiled loops share: the decorator, and running a loop over chunks on several threads.

Loops are compiled without the interpreter lock and spread over ordinary threads. Every chunk writes places of
its own, so the number of threads changes no result; between chunks Ctrl-C is heard and progress is reported.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled on first use, kept on disk, run without the interpreter lock.

    Strict floating-point arithmetic (no ``fastmath``): results depend on neither threads nor vector width.
    """
    loop: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return loop


def compiled_fast(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled like `compiled`, with sums free to be reordered and fused.

    Results still do not depend on threads, but may differ in the last digit between processors. Tests against
    infinity and NaN keep their meaning.
    """
    loop: Callable[..., Any] = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})(function)
    return loop


def run_in_chunks(
    task: Callable[[int, int], object],
    n_items: int,
    chunk: int,
    advance: Callable[[float], object] | None = None,
) -> None:
    """Call ``task(start, stop)`` for consecutive pieces of ``range(n_items)`` on all of numba's threads.

    Parameters
    ----------
    task : callable
        Must write only what belongs to its own items.
    n_items : int
    chunk : int
        Items per call; the pieces do not depend on the number of threads.
    advance : callable, optional
        Called, in the calling thread, with the number of items done since its last call.
    """
    n_threads = numba.get_num_threads()
    pieces = [(start, min(start + chunk, n_items)) for start in range(0, n_items, chunk)]
    if n_threads == 1 or len(pieces) <= 1:
        for start, stop in pieces:
            task(start, stop)
            if advance is not None:
                advance(stop - start)
        return
    pool = ThreadPoolExecutor(n_threads)
    try:
        running: dict[Future[object], int] = {pool.submit(task, a, b): b - a for a, b in pieces}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                n_done = running.pop(future)
                if advance is not None:
                    advance(n_done)
    finally:
        pool.shutdown(cancel_futures=True)

"""Runs compiled loops piece by piece on several threads.

Loops release the interpreter lock, so ordinary threads serve. Every piece writes places of its own, so the number
of threads changes no result. `run_in_chunks` is for work of seconds: between chunks Ctrl-C is heard and progress
is reported. A `Crew` is for many rounds of some milliseconds each: its threads stay ready in between.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from numba import get_num_threads


def run_in_chunks(
    task: Callable[[int, int], object],
    n_items: int,
    chunk: int,
    advance: Callable[[float], object] | None = None,
) -> None:
    """Call ``task(start, stop)`` for consecutive pieces of ``range(n_items)`` on all of numba's threads.

    A Ctrl-C does not wait for the pieces that are being worked on; they end by themselves and write in vain.

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
    pieces = [(start, min(start + chunk, n_items)) for start in range(0, n_items, chunk)]
    if len(pieces) <= 1:
        for start, stop in pieces:
            task(start, stop)
            if advance is not None:
                advance(stop - start)
        return
    pool = ThreadPoolExecutor(get_num_threads())  # for one thread too: the calling thread hears Ctrl-C while it waits
    try:
        running: dict[Future[object], int] = {pool.submit(task, a, b): b - a for a, b in pieces}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                n_done = running.pop(future)
                if advance is not None:
                    advance(n_done)
    except Exception:
        pool.shutdown(cancel_futures=True)
        raise
    except BaseException:  # a piece may take seconds
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


class Crew:
    """Threads that stay ready between many short rounds of work, each on pieces of its own.

    The pieces must not share places to write; then results do not depend on the number of threads. A context
    manager: the threads end with it.
    """

    def __init__(self) -> None:
        self._n_helpers = max(get_num_threads() - 1, 0)
        self._pool = ThreadPoolExecutor(max(self._n_helpers, 1), thread_name_prefix="songatlas")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, work: Callable[[int], object], pieces: Iterable[int]) -> None:
        """Call ``work`` once for each piece; the calling thread helps."""
        todo = deque(pieces)
        helpers = [self._pool.submit(_work_off, work, todo) for _ in range(min(self._n_helpers, len(todo) - 1))]
        try:
            _work_off(work, todo)
        finally:
            todo.clear()
            for helper in helpers:
                helper.result()


def _work_off(work: Callable[[int], object], todo: deque[int]) -> None:
    while todo:
        try:
            piece = todo.popleft()
        except IndexError:  # another thread took the last one
            return
        work(piece)

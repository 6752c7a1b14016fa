"""What this machine can do at best: arithmetic, square roots, matrix products, memory, by one thread and by all.

Loops are compiled as the kernels are (numba, the same vector width), so that a kernel's share of a ceiling says what
its code leaves unused, not what another compiler would do.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

_CHAINS = 8  # independent sums: enough to hide the latency of a multiply-add on two ports
_STEPS = 4  # multiply-adds per value loaded, so that loads do not bound the loop
_LANES = 512  # values per chain: eight chains of them stay in the first-level cache
_MATRIX = 1536
_TRIAD = 16_000_000  # numbers per array, three arrays of 128 MB: beyond what caches hold of a core's own


class Probe(NamedTuple):
    """A ceiling: how much per second one thread does, and all threads together."""

    name: str
    unit: str
    single: float
    threads: float


class Ceilings(NamedTuple):
    """All probes of a machine; rates are in units per second."""

    float32: Probe
    float64: Probe
    sgemm: Probe
    dgemm: Probe
    roots: Probe
    divisions: Probe
    triad: Probe


def measure_ceilings(seconds: float = 0.5) -> Ceilings:
    """Return the ceilings; every probe runs about that long, three times, and the best counts."""
    return Ceilings(
        _probe("float32 multiply-adds, numba", "multiply-adds", _multiply_adds(np.float32), seconds),
        _probe("float64 multiply-adds, numba", "multiply-adds", _multiply_adds(np.float64), seconds),
        _product("float32 multiply-adds, BLAS sgemm", np.float32),
        _product("float64 multiply-adds, BLAS dgemm", np.float64),
        _probe("float32 square roots, numba", "roots", _each(square_roots, np.float32), seconds),
        _probe("float64 divisions, numba", "divisions", _each(divisions, np.float64), seconds),
        _triad(),
    )


def n_threads() -> int:
    """Return the number of threads that kernels use."""
    return int(numba.get_num_threads())


Work = Callable[[int], float]  # does its loop that many times, returns how many operations that were


def _probe(name: str, unit: str, make: Callable[[], Work], seconds: float) -> Probe:
    """Return the rate of one thread, and of all with data of their own each."""
    works = [make() for _ in range(n_threads())]
    n_times = 1
    while _taken(works[:1], n_times)[0] < seconds / 4:
        n_times *= 2
    n_times *= 4
    rates = [max(_rate(works[:n], n_times) for _ in range(3)) for n in (1, len(works))]
    return Probe(name, unit, *rates)


def _rate(works: list[Work], n_times: int) -> float:
    taken, done = _taken(works, n_times)
    return done / taken


def _taken(works: list[Work], n_times: int) -> tuple[float, float]:
    """Return the seconds until all works are done, side by side, and the operations done."""
    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(lambda work: work(1), works))
        start = time.perf_counter()
        done = sum(pool.map(lambda work: work(n_times), works))
        return time.perf_counter() - start, done


def _multiply_adds(dtype: type[np.floating[Any]]) -> Callable[[], Work]:
    def make() -> Work:
        values = np.ones((_CHAINS, _LANES), dtype)

        def work(n_times: int) -> float:
            multiply_adds(values, dtype(0.999), dtype(0.001), 64 * n_times)
            return 64.0 * n_times * values.size * _STEPS

        return work

    return make


def _each(loop: Callable[[NDArray[Any], int], None], dtype: type[np.floating[Any]]) -> Callable[[], Work]:
    def make() -> Work:
        values = np.full(_CHAINS * _LANES, 1.5, dtype)

        def work(n_times: int) -> float:
            loop(values, 64 * n_times)
            return 64.0 * n_times * values.size

        return work

    return make


def _product(name: str, dtype: type[np.floating[Any]]) -> Probe:
    """Return the rate of matrix products, by one thread of BLAS and by all."""
    from threadpoolctl import threadpool_limits

    a = np.random.default_rng(0).normal(size=(_MATRIX, _MATRIX)).astype(dtype)
    rates = []
    for limit in (1, n_threads()):
        with threadpool_limits(limit, user_api="blas"):
            a @ a
            rates.append(max(_MATRIX**3 / _seconds(lambda: a @ a) for _ in range(5)))
    return Probe(name, "multiply-adds", *rates)


def _triad() -> Probe:
    """Return the bytes per second of a = b + s·c on arrays beyond the caches, reads and writes counted once."""
    a, b, c = np.zeros(_TRIAD), np.ones(_TRIAD), np.ones(_TRIAD)

    def rate(n: int) -> float:
        edges = pairwise(np.linspace(0, _TRIAD, n + 1).astype(int))
        parts = [(a[i:j], b[i:j], c[i:j]) for i, j in edges]
        with ThreadPoolExecutor(n) as pool:
            taken = [_seconds(lambda: list(pool.map(lambda part: triad(*part, 0.5), parts))) for _ in range(6)]
        return 24.0 * _TRIAD / min(taken[1:])

    return Probe("memory, triad a = b + s·c", "bytes", rate(1), rate(n_threads()))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


_fast = numba.njit(nogil=True, cache=True, fastmath={"contract"})


@_fast
def multiply_adds(values, a, b, n_times):  # type: ignore[no-untyped-def]
    """Replace every value by value · a + b, four times per pass."""
    x0, x1, x2, x3 = values[0], values[1], values[2], values[3]
    x4, x5, x6, x7 = values[4], values[5], values[6], values[7]
    for _ in range(n_times):
        for i in range(values.shape[1]):
            p0, p1, p2, p3 = x0[i] * a + b, x1[i] * a + b, x2[i] * a + b, x3[i] * a + b
            p4, p5, p6, p7 = x4[i] * a + b, x5[i] * a + b, x6[i] * a + b, x7[i] * a + b
            p0, p1, p2, p3 = p0 * a + b, p1 * a + b, p2 * a + b, p3 * a + b
            p4, p5, p6, p7 = p4 * a + b, p5 * a + b, p6 * a + b, p7 * a + b
            p0, p1, p2, p3 = p0 * a + b, p1 * a + b, p2 * a + b, p3 * a + b
            p4, p5, p6, p7 = p4 * a + b, p5 * a + b, p6 * a + b, p7 * a + b
            x0[i], x1[i], x2[i], x3[i] = p0 * a + b, p1 * a + b, p2 * a + b, p3 * a + b
            x4[i], x5[i], x6[i], x7[i] = p4 * a + b, p5 * a + b, p6 * a + b, p7 * a + b


@_fast
def square_roots(values, n_times):  # type: ignore[no-untyped-def]
    """Replace every value by its square root."""
    for _ in range(n_times):
        for i in range(values.size):
            values[i] = np.sqrt(values[i])


@_fast
def divisions(values, n_times):  # type: ignore[no-untyped-def]
    """Replace every value by its reciprocal."""
    for _ in range(n_times):
        for i in range(values.size):
            values[i] = 1.0 / values[i]


@_fast
def triad(a, b, c, s):  # type: ignore[no-untyped-def]
    """Set a to b + s·c."""
    for i in range(a.size):
        a[i] = b[i] + s * c[i]


def cache_sizes() -> str:
    """Return the sizes of the first core's caches, as Linux tells them; empty elsewhere."""
    folders = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"))
    return ", ".join(" ".join(_word(folder / name) for name in ("level", "type", "size")) for folder in folders)


def _word(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()

"""``python -m benchmarks.ceiling``: what this machine can do, and how near each kernel comes to it.

With --output PAGE the tables are written between that page's marks, as in docs/performance.md.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .counting import KMeansCounts, count_kmeans, n_distinct, n_links, time_map
from .data import FloatArray, Source
from .measure import warm_up
from .pages import table, write_block
from .probes import Ceilings, cache_sizes, measure_ceilings, n_threads
from .rendering import seconds as shown
from .results import this_machine
from .works import WORKS, dbscan, kmeans

# Operations per distance over ten features that the arithmetic ports carry out: ten differences, ten squares added.
_PER_SQUARE = 20
# With the square root's term weighted and added to a sum.
_PER_DISTANCE = 21


class Row(NamedTuple):
    """A kernel against its ceiling: an amount of things in seconds, where ``ceiling`` of them per second can be."""

    kernel: str
    counted: str
    amount: float
    seconds: float
    ceiling: float | None
    bound: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print or write the tables; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ceiling", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tracks", type=int, default=95_837, help="[default: %(default)s]")
    parser.add_argument("--file", nargs="+", type=Path, metavar="CSV", help="tables of your own, all their tracks")
    parser.add_argument("--repeats", type=int, default=3, help="[default: %(default)s]")
    parser.add_argument("--output", type=Path, help="page to write the tables into, such as docs/performance.md")
    asked = parser.parse_args(arguments)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    ceilings = measure_ceilings()
    with Source(asked.file or ()) as source:
        data = source.of_size(source.n_tracks or asked.tracks)
    for work in WORKS:
        if work.key in {"kmeans", "silhouettes", "ward", "dbscan", "neighbors"}:
            warm_up(work, work.ours)
    given = {"labelings": kmeans.sweep(data.X, {}, confirm=False).labels, "eps": dbscan.knee_eps(data.X)}
    measured = f"{len(data.X):,} tracks of {data.name}; medians of {asked.repeats}, load {load:.1f} at the start."
    parts = {
        "ceilings": f"{_machine()}\n\n{probe_table(ceilings)}",
        "kernels": f"{measured}\n\n{kernel_table(kernel_rows(data.X, given, ceilings, asked.repeats))}",
        "trees": tree_table(data.X, given, ceilings, asked.repeats),
    }
    for name, text in parts.items():
        if asked.output:
            write_block(asked.output, name, text)
        print(text, end="\n\n")
    return 0


def _machine() -> str:
    caches = cache_sizes()
    return f"{this_machine()}; {n_threads()} threads" + (f"; caches of a core: {caches}." if caches else ".")


def probe_table(ceilings: Ceilings) -> str:
    """Return the table of what the machine can do."""
    rows = [
        [probe.name, f"{probe.single / 1e9:.2f}", f"{probe.threads / 1e9:.2f}", f"billion {probe.unit} per second"]
        for probe in ceilings
    ]
    return table(["probe", "one thread", f"{n_threads()} threads", "unit"], rows, right="thread threads")


def kernel_table(rows: Sequence[Row]) -> str:
    """Return the table of how near the kernels come."""
    heads = ["kernel", "counted", "count", "seconds", "per second", "ceiling per second", "share", "what bounds it"]
    cells = [
        [
            row.kernel,
            row.counted,
            f"{row.amount:.2e}",
            shown(row.seconds),
            f"{row.amount / row.seconds:.2e}",
            f"{row.ceiling:.2e}" if row.ceiling else "–",
            f"{row.amount / row.seconds / row.ceiling:.0%}" if row.ceiling else "–",
            row.bound,
        ]
        for row in rows
    ]
    return table(heads, cells, right="count seconds second share")


def kernel_rows(X: FloatArray, given: dict[str, Any], ceilings: Ceilings, repeats: int) -> list[Row]:
    """Return a row or two for every kernel whose work can be counted."""
    return [
        _silhouettes(X, given, ceilings, repeats),
        *_kmeans(X, ceilings, repeats),
        *_map(X, ceilings),
    ]


def tree_table(X: FloatArray, given: dict[str, Any], ceilings: Ceilings, repeats: int) -> str:
    """Return the table of what searching in the kd-tree takes, beside all pairs at the ceiling of arithmetic."""
    names = {
        "neighbors": "15 nearest neighbors, tree included",
        "dbscan": "DBSCAN, eps at the knee, min_samples 20",
        "ward": "Ward tree",
    }
    pairs = float(len(X)) ** 2 * _PER_SQUARE / ceilings.float64.threads
    rows = []
    for key, name in names.items():
        spent = _median(partial(_ours(key), X, given), repeats)
        each = f"{1e6 * spent / len(X):.2f}"
        rows.append([name, shown(spent), each, shown(pairs), f"{pairs / spent:.1f} ×"])
    heads = ["kernel", "seconds", "microseconds a track", "all pairs once, seconds", "ratio"]
    return table(heads, rows, right="seconds microseconds ratio")


def _ours(key: str) -> Callable[[FloatArray, dict[str, Any]], Any]:
    return next(work.ours[0].run for work in WORKS if work.key == key)


def _median(run: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _silhouettes(X: FloatArray, given: dict[str, Any], ceilings: Ceilings, repeats: int) -> Row:
    """Every distinct track against every other, each distance once whatever the number of labelings."""
    arithmetic, roots = ceilings.float32.threads / _PER_DISTANCE, ceilings.roots.threads
    spent = _median(partial(_ours("silhouettes"), X, given), repeats)
    bound = "float32 arithmetic, 21 operations a distance" if arithmetic < roots else "float32 square roots"
    count = float(n_distinct(X)) ** 2
    return Row("silhouettes, 14 labelings", "distances", count, spent, min(arithmetic, roots), bound)


def _kmeans(X: FloatArray, ceilings: Ceilings, repeats: int) -> list[Row]:
    """The sweep by the distances it computes, and by the bytes of the bounds that spare it the others."""

    def run() -> object:
        return kmeans.sweep(X, {}, confirm=False)

    counts: KMeansCounts = count_kmeans(run)
    spent = _median(run, repeats)
    spared = 1.0 - counts.looked / counts.full
    return [
        Row(
            "K-Means sweep, ten starts each",
            f"distances to centers; bounds spare another {spared:.0%} of Lloyd's",
            counts.looked + counts.seeded,
            spent,
            ceilings.float32.threads / _PER_SQUARE,
            "float32 arithmetic, 20 operations a distance",
        ),
        Row(
            "the same",
            "bytes of bounds, read and written",
            counts.bound_bytes,
            spent,
            ceilings.triad.threads,
            "memory, where bounds exceed the caches",
        ),
    ]


def _map(X: FloatArray, ceilings: Ceilings) -> list[Row]:
    """Attraction by its links, each a division; repulsion by tracks and iterations, for which there is no bound."""
    from songatlas.kernels.tsne import tsne
    from songatlas.maps.project import exact_neighbors, principal_components
    from songatlas.options import MapOptions

    usual = MapOptions()
    neighbors, scores = exact_neighbors(X, usual.map_neighbors), principal_components(X)[0]
    tsne(neighbors, scores, n_iterations=2)
    spent = time_map(lambda: tsne(neighbors, scores, n_iterations=usual.map_iterations), time.perf_counter)
    links = float(n_links(neighbors)) * usual.map_iterations
    steps = float(len(X)) * usual.map_iterations
    splines = "none simple: 72 places of the grid a track, and SciPy's Fourier transforms of the grid"
    return [
        Row(
            "t-SNE, attraction and moves",
            "pairs that attract × iterations",
            links,
            spent.rest,
            ceilings.divisions.threads,
            "float64 divisions",
        ),
        Row("t-SNE, repulsion", "tracks × iterations", steps, spent.repulsion, None, splines),
    ]


if __name__ == "__main__":
    sys.exit(main())

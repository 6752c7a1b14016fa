"""``python -m benchmarks.reading``: reading a large CSV file, against pandas' readers alone.

pandas only parses; ours also recognizes and converts every column, decides units, checks each row's fields, and
takes the file's SHA-256. Times alternate in one process, memory is the peak of a process of its own for each.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

READERS = ("pandas, its default engine", "pandas, engine='pyarrow'", "songatlas.read_tracks")


def reader(name: str) -> Callable[[Path], pd.DataFrame]:
    if name == READERS[0]:
        return pd.read_csv
    if name == READERS[1]:
        return lambda path: pd.read_csv(path, engine="pyarrow")
    from songatlas import read_tracks

    return read_tracks


def write_table(path: Path, rows: int) -> None:
    """Write the built-in catalogue, repeated with other ids and slightly other values, up to a number of rows."""
    from songatlas.catalogue import make_catalogue

    part = make_catalogue(min(rows, 100_000), 0)
    rng = np.random.default_rng(0)
    for start in range(0, rows, len(part)):
        block = part.head(rows - start).copy()
        block["id_songs"] = [f"{known[:15]}{start + i:07d}" for i, known in enumerate(block["id_songs"])]
        block["tempo"] = (block["tempo"] + rng.normal(0, 1, len(block))).clip(30, 250).round(3)
        block.to_csv(path, index=False, mode="a", header=start == 0)


def measure(path: Path, repeats: int) -> None:
    """Print medians, ratios and memory."""
    warnings.simplefilter("ignore")
    peaks = {name: peak(path, name) for name in READERS}  # first: a process starts with the peak of the one before it
    seconds: dict[str, list[float]] = {name: [] for name in READERS}
    shapes: dict[str, Any] = {}
    for _ in range(repeats + 1):
        for name in READERS:
            start = time.perf_counter()
            table = reader(name)(path)
            seconds[name].append(time.perf_counter() - start)
            shapes[name] = len(table)
            del table
    assert len(set(shapes.values())) == 1, f"the readers disagree on the number of rows: {shapes}"
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    fastest = min(READERS[:2], key=lambda name: medians[name])
    print(f"{shapes[fastest]:,} rows, {path.stat().st_size / 1e6:.0f} MB; medians of {repeats} after one to warm up")
    for name in READERS:
        ratio = f"{medians[name] / medians[fastest]:.2f} ×" if name != fastest else ""
        memory = f"{peaks[name] / peaks[fastest]:.2f} ×" if name != fastest else ""
        print(f"{name:28s} {medians[name]:6.2f} s {ratio:8s} {peaks[name]:6.0f} MB {memory}")


def peak(path: Path, name: str) -> float:
    """Return the peak memory of a process that reads the file once, in megabytes."""
    code = (
        "from pathlib import Path; from benchmarks.reading import reader, resident; "
        f"reader({name!r})(Path({str(path)!r})); resident()"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def resident() -> None:
    """Print the peak memory of this process in megabytes."""
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--file", type=Path, help="a CSV file of your own instead of an invented one")
    given = parser.parse_args()
    if given.file:
        measure(given.file, given.repeats)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.csv"
        write_table(path, given.rows)
        measure(path, given.repeats)


if __name__ == "__main__":
    main()

"""The tracks to measure on: the built-in catalogue in any size, or tables of one's own."""

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

JITTER = 0.3  # of each feature's standard deviation: rows drawn twice are then no near-copies, which would flatter


@dataclass(frozen=True)
class Data:
    """Tracks of one size.

    Attributes
    ----------
    name : str
        Where they come from, for the table.
    X : ndarray of shape (n_tracks, n_features), float64
        Scaled features (unitless).
    files : tuple of Path
        The table as files, for complete runs; empty where there is none.
    """

    name: str
    X: FloatArray
    files: tuple[Path, ...] = ()


def catalogue(n_tracks: int, folder: Path | None = None) -> Data:
    """Return the built-in catalogue in a size, standardized; with a folder, also as a CSV file in it."""
    from songatlas.catalogue import make_catalogue
    from songatlas.schema import FEATURE_NAMES

    table = make_catalogue(n_tracks, seed=0)
    files: tuple[Path, ...] = ()
    if folder is not None:
        files = (folder / f"catalogue-{n_tracks}.csv",)
        table.to_csv(files[0], index=False)
    values = table[list(FEATURE_NAMES)].to_numpy(float)
    X = np.ascontiguousarray((values - values.mean(axis=0)) / values.std(axis=0))
    return Data("the built-in catalogue, standardized", X, files)


def own_tables(files: Sequence[Path], *, keep_all: bool = False) -> Data:
    """Return the tracks of tables read, cleaned and scaled as ``songatlas run`` does it."""
    from songatlas import read_tracks
    from songatlas.errors import DataWarning
    from songatlas.options import Options
    from songatlas.workflow.prepare import prepare

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        table = read_tracks(list(files))
        X = prepare(table, Options().with_values(keep_all=keep_all)).X
    names = files[0].name if len(files) == 1 else f"{len(files)} files from {files[0].name} on"
    cleaned = "not cleaned" if keep_all else "cleaned"
    return Data(f"{names} ({len(table):,} rows), {cleaned} and scaled as by songatlas run", X, tuple(files))


def resized(data: Data, n_tracks: int) -> Data:
    """Return that many tracks of the data: a random part, or drawn with replacement and jittered.

    Parts have no files of their own.
    """
    n_have = len(data.X)
    if n_tracks == n_have:
        return data
    rng = np.random.default_rng(0)
    if n_tracks < n_have:
        rows = np.sort(rng.choice(n_have, n_tracks, replace=False))
        return Data(data.name, np.ascontiguousarray(data.X[rows]))
    drawn = data.X[rng.integers(0, n_have, n_tracks)]
    drawn += rng.normal(0.0, JITTER, drawn.shape) * data.X.std(axis=0)
    return Data(f"{data.name}; beyond {n_have:,} drawn with replacement, jitter {JITTER}", drawn)


class Source:
    """Hands out data by size, from the catalogue or from tables of one's own."""

    def __init__(self, files: Sequence[Path] = (), *, keep_all: bool = False) -> None:
        self._own = own_tables(files, keep_all=keep_all) if files else None
        self._folder = tempfile.TemporaryDirectory(prefix="benchmarks-")

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()

    @property
    def n_tracks(self) -> int | None:
        """The size of the tables; None for the catalogue, which has any."""
        return None if self._own is None else len(self._own.X)

    def of_size(self, n_tracks: int) -> Data:
        """Return data of that many tracks."""
        return catalogue(n_tracks, Path(self._folder.name)) if self._own is None else resized(self._own, n_tracks)

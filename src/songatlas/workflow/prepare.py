"""From a table to the matrix that is clustered: reading, exploring, cleaning, choosing and scaling features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.errors import DataError
from songatlas.io.columns.canonical import canonical_table
from songatlas.options import Options
from songatlas.results import Cleaning, Exploration, FloatArray, Scaling
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.clean import clean_tracks
from songatlas.tracks.explore import explore_tracks
from songatlas.tracks.features import FeatureTable, choose_features, drop_constant
from songatlas.tracks.scale import fit_scaling, scale
from songatlas.tracks.treatment import Treatment

_LARGEST = 1e100  # squares and their sums stay finite


@dataclass(frozen=True)
class Prepared:
    """What the methods work on.

    ``order`` puts the kept rows into an order that depends on their values alone, so that no result depends on
    the order of the file: ``X`` and ``values`` are in that order, ``kept[order]`` are their positions in the table.
    """

    table: pd.DataFrame
    source_columns: tuple[str, ...]
    exploration: Exploration
    cleaning: Cleaning
    kept: NDArray[np.int64]
    order: NDArray[np.int64]
    values: FloatArray
    X: FloatArray
    scaling: Scaling


def prepare(table: Any, options: Options, advance: Callable[[float], object] = lambda share: None) -> Prepared:
    """Return the table with its exploration, the cleaning decisions and the scaled features.

    ``advance`` is called with the share of the work just done; the shares sum to 1.

    Raises
    ------
    DataError
        When fewer than two tracks are left, with what became of the others.
    """
    default_features = options.features.features == FEATURE_NAMES
    table = canonical_table(table, require_features=default_features, column=options.read.column)
    source_columns = tuple(table.attrs["songatlas"]["source_columns"])
    chosen = choose_features(table, options.features)
    cleaning = clean_tracks(table, chosen.names, options.clean)
    advance(0.3)
    exploration = explore_tracks(table, source_columns, Treatment(options.clean, cleaning.counts))
    advance(0.5)
    kept = np.flatnonzero(cleaning.state == "kept")
    if (cleaning.state != "set_aside").sum() < 2:
        raise DataError(_nothing_left(table, len(kept), cleaning, chosen))
    values, order = _in_value_order(table, chosen.values[kept], kept)
    constant = drop_constant(chosen.names, values)
    used = [j for j, name in enumerate(chosen.names) if name not in constant] or list(range(len(chosen.names)))
    names, values = tuple(chosen.names[j] for j in used), np.ascontiguousarray(values[:, used])
    scaling = fit_scaling(names, values, options.features, {**chosen.dropped, **constant})
    X = scale(values, scaling)
    _refuse_overflow(names, values, X)
    advance(0.2)
    return Prepared(table, source_columns, exploration, cleaning, kept, order, values, X, scaling)


def _in_value_order(
    table: pd.DataFrame, values: FloatArray, kept: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the values sorted by row (ties by track id, then by place), and the order that sorts them."""
    keys: list[NDArray[Any]] = [values[:, j] for j in range(values.shape[1] - 1, -1, -1)]
    if "track_id" in table.columns:
        keys.insert(0, pd.factorize(table["track_id"].iloc[kept], sort=True)[0])
    order = np.lexsort(keys)
    return values[order], order.astype(np.int64)


def _refuse_overflow(names: Sequence[str], values: FloatArray, X: FloatArray) -> None:
    """Raise DataError for numbers so large that distances between tracks overflow."""
    for j, name in enumerate(names):
        largest = float(np.abs(values[:, j]).max())
        scaled = float(np.abs(X[:, j]).max())
        if not (largest < _LARGEST and scaled < _LARGEST):
            raise DataError(
                f"{name} goes up to {largest:g}, scaled {scaled:g}: distances between tracks cannot be computed "
                f"beyond {_LARGEST:g}. Leave --keep-all out, mend the value, or lower the weight."
            )


def _nothing_left(table: pd.DataFrame, n_kept: int, cleaning: Cleaning, chosen: FeatureTable) -> str:
    n_rows = len(table)
    reasons = pd.Series(cleaning.reason[cleaning.state == "set_aside"]).value_counts()
    touched = ", ".join(f"{reason}: {count:,}" for reason, count in reasons.items())
    message = f"only {n_kept} of {n_rows:,} tracks can be clustered; at least two are needed."
    message += f" Rows set aside: {touched}." if touched else ""
    for name, (count, examples) in table.attrs["songatlas"]["unreadable"].items():
        if name in chosen.names and count > n_rows / 2:
            shown = ", ".join(map(repr, examples))
            return f"{message} {name}: {count:,} cells cannot be read as numbers, such as {shown}."
    empty = [n for j, n in enumerate(chosen.names) if not np.isfinite(chosen.values[:, j]).any()]
    if 0 < len(empty) < len(chosen.names):
        message += f" Without any number: {', '.join(empty)}. Leave such columns out with --features."
    return message + " Look at the table with: songatlas inspect FILE"

"""Reads tables of tracks: CSV (UTF-8, also gzipped) and Parquet files, and pandas, polars or Arrow tables.

The table returned holds every source column as it was, and beside them the canonical columns of
`songatlas.schema`. How each column was read stands in ``table.attrs["songatlas"]``.
"""

import hashlib
import stat
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
from narwhals.exceptions import NarwhalsError

from songatlas.errors import DataError, DataWarning
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES, NUMBER_COLUMNS

from .convert import Unreadable, convert_column, is_missing, plain_values, writable_text, years
from .csv_files import read_csv_text, typed_columns
from .dialects import near_misses, recognize_columns

_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


def read_tracks(paths: str | Path | Iterable[str | Path], *, require_features: bool = True) -> pd.DataFrame:
    """Return the tracks of one or several files as one table.

    Parameters
    ----------
    paths : path or iterable of paths
        CSV files (UTF-8, with or without BOM, gzipped or not) or Parquet files.
    require_features : bool
        Refuse a table that has no audio feature (a run can still cluster other numeric columns by name).

    Returns
    -------
    DataFrame
        Source columns and canonical columns, a row per input row, in input order. With several files also
        ``source_file``. Missing numbers are NaN, missing texts ''.

    Raises
    ------
    DataError
        When a file is missing, empty, unreadable, or holds no audio feature.
    """
    listed = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(p) for p in paths]
    if not listed:
        raise DataError("no file was given. Expected one or several CSV or Parquet files.")
    frames = [_read_file(path) for path in listed]
    files = [[writable_text(path.name), len(frame), _sha256(path)] for path, frame in zip(listed, frames, strict=True)]
    if len(frames) > 1:
        for path, frame in zip(listed, frames, strict=True):
            frame["source_file"] = writable_text(path.name)
    table = typed_columns(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0])
    where = ", ".join(str(p) for p in listed[:3]) + (", …" if len(listed) > 3 else "")
    return canonical_table(table, where=where, files=files, require_features=require_features)


def canonical_table(
    table: Any,
    *,
    where: str = "the table",
    files: Sequence[Sequence[Any]] = (),
    require_features: bool = True,
) -> pd.DataFrame:
    """Return a pandas, polars or Arrow table with its canonical columns added.

    A table that already went through here comes back as it is.

    Raises
    ------
    DataError
        When it is not a table, has no rows, has two columns of one name, or no audio feature.

    Warns
    -----
    DataWarning
        For each canonical column with cells that cannot be read, with their number and the first of them.
    """
    source = _to_pandas(table)
    if _went_through(source):
        return source
    if len(source) == 0:
        columns_seen = f"only the columns {_listed(source.columns)}" if len(source.columns) else "and no columns"
        raise DataError(f"{where}: there are no rows, {columns_seen}. Expected a row per track.")
    source = pd.DataFrame({name: plain_values(source[name]) for name in source.columns}, index=source.index)
    found = recognize_columns([str(c) for c in source.columns])
    if require_features and not set(found) & set(FEATURE_NAMES):
        raise DataError(_no_features(where, source))
    columns: dict[str, pd.Series] = {}
    unreadable: dict[str, Unreadable] = {}
    for canonical, name in found.items():
        columns[canonical], bad = convert_column(canonical, source[name])
        if bad:
            unreadable[canonical] = bad
            _warn_unreadable(name, canonical, bad)
    _add_years(columns)
    renamed = _differing_sources(source, columns)
    out = source.rename(columns=renamed)
    source_columns = list(out.columns)
    new = {name: columns[name] for name in CANONICAL_COLUMNS if name in columns}
    fresh = pd.DataFrame({n: c for n, c in new.items() if n not in out.columns}, index=out.index)
    out = out.assign(**{n: c for n, c in new.items() if n in out.columns})
    out = pd.concat([out, fresh], axis=1) if len(fresh.columns) else out
    out.attrs["songatlas"] = {
        "source_columns": source_columns,
        "columns": [[name, canonical] for canonical, name in found.items()],
        "renamed": renamed,
        "unreadable": {name: [bad.count, list(bad.examples)] for name, bad in unreadable.items()},
        "files": [list(f) for f in files],
    }
    return out


def _to_pandas(table: Any) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame):
        frame = table.reset_index(drop=True)
    else:
        try:
            frame = nw.from_native(table, eager_only=True).to_pandas()
        except TypeError as err:
            lazy = hasattr(table, "collect")
            raise DataError(
                f"expected a pandas, polars or Arrow table, got {type(table).__name__}. "
                + ("Call its collect() first." if lazy else "Read files with read_tracks(path).")
            ) from err
        except (NarwhalsError, pa.ArrowException, ValueError) as err:
            raise DataError(f"the {type(table).__name__} cannot be used as a table ({_short(err)}).") from err
    frame.columns = [writable_text(str(c)) for c in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataError(f"the table has two columns named {twice[0]!r}. Rename one of them.")
    return frame


def _went_through(source: pd.DataFrame) -> bool:
    """Return whether `canonical_table` made this table, and its canonical columns are still what it made of them."""
    account = source.attrs.get("songatlas")
    if not isinstance(account, dict) or not {"source_columns", "columns", "unreadable", "files"} <= set(account):
        return False
    canonical = [name for _, name, *_ in account["columns"]]
    return set(account["source_columns"]) | set(canonical) <= set(source.columns) and all(
        pd.api.types.is_numeric_dtype(source[name].dtype) == (name in FEATURE_NAMES or name in NUMBER_COLUMNS)
        for name in canonical
    )


def _warn_unreadable(name: str, canonical: str, bad: Unreadable) -> None:
    read_as = f"{name!r}" if name == canonical else f"{name!r} (read as {canonical})"
    comma = canonical in FEATURE_NAMES and any("," in text for text in bad.examples)
    warnings.warn(
        f"{read_as}: {bad.count:,} {'cell' if bad.count == 1 else 'cells'} cannot be read and "
        f"{'counts' if bad.count == 1 else 'count'} as missing, such as {', '.join(map(repr, bad.examples))}."
        + (" Write decimals with a point, and thousands without a mark." if comma else ""),
        DataWarning,
        stacklevel=4,
    )


def _differing_sources(source: pd.DataFrame, columns: dict[str, pd.Series]) -> dict[str, str]:
    """Return new names for the source columns that bear a canonical name but hold other values."""
    taken = {*source.columns, *columns}
    renamed = {}
    for name in source.columns:
        if name in columns and not _same_values(source[name], columns[name]):
            renamed[name] = _free_name(f"source_{name}", taken)
            taken.add(renamed[name])
    return renamed


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _same_values(source: pd.Series, canonical: pd.Series) -> bool:
    if source is canonical:
        return True
    if pd.api.types.is_numeric_dtype(source.dtype):
        left = source.to_numpy("float64", na_value=np.nan)
        return bool(np.array_equal(left, canonical.to_numpy("float64", na_value=np.nan), equal_nan=True))
    if pd.api.types.is_numeric_dtype(canonical.dtype):
        return False
    if isinstance(source.dtype, pd.StringDtype):
        return bool((source.fillna("") == canonical).all())
    cells = np.array(["" if is_missing(cell) else str(cell) for cell in source], dtype=object)
    return bool((cells == canonical.to_numpy(dtype=object)).all())


def _add_years(columns: dict[str, pd.Series]) -> None:
    if "year" not in columns and "release_date" in columns:
        columns["year"] = years(columns["release_date"])
    if "decade" not in columns and "year" in columns:
        year = pd.to_numeric(columns["year"], errors="coerce")
        columns["decade"] = (year // 10 * 10).astype("Int64")


def _read_file(path: Path) -> pd.DataFrame:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise DataError(f"{path}: this is a folder. Expected a CSV or Parquet file: name the files in it.")
        if not stat.S_ISREG(kind):
            raise DataError(
                f"{path}: this is not a regular file but a device or a pipe, which cannot be read twice. "
                "Save its content to a file first."
            )
        with path.open("rb") as stream:
            head = stream.read(4096)
    except DataError:
        raise
    except FileNotFoundError as err:
        raise DataError(f"{path}: no such file. Expected a CSV or Parquet file.") from err
    except (OSError, ValueError) as err:
        raise DataError(f"{path}: cannot be read ({_reason(err)}).") from err
    if not head:
        raise DataError(f"{path}: the file is empty. Expected a table with a header line and a row per track.")
    if head.startswith(_PARQUET):
        return _read_parquet(path)
    try:
        return read_csv_text(path, gzipped=head.startswith(_GZIP))
    except OSError as err:
        raise DataError(f"{path}: cannot be read ({_reason(err)}).") from err


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError) as err:
        raise DataError(f"{path}: starts like a Parquet file but cannot be read ({_short(err)}).") from err
    if not len(frame.columns):
        raise DataError(f"{path}: this Parquet file has no columns.")
    frame.columns = [str(c) for c in frame.columns]
    frame.attrs.clear()
    return frame.reset_index(drop=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reason(err: Exception) -> str:
    return str(getattr(err, "strerror", None) or _short(err))


def _short(err: Exception) -> str:
    return " ".join(str(err).split())[:160]


def _listed(names: Iterable[Any], most: int = 12) -> str:
    shown = [str(n)[:40] for n in names]
    return ", ".join(shown[:most]) + (f", … ({len(shown)} in all)" if len(shown) > most else "")


def _no_features(where: str, table: pd.DataFrame) -> str:
    near = "; ".join(f"{a!r} resembles {b!r}" for a, b in near_misses(list(table.columns))[:5])
    one = " Columns are told apart by commas, semicolons or tabs." if len(table.columns) == 1 else ""
    return (
        f"{where}: no audio features.{one} Columns found: {_listed(table.columns)}. "
        f"Looked for: {', '.join(FEATURE_NAMES)}." + (f" Near misses: {near}." if near else "")
        + " Rename the columns, or choose numeric columns yourself with --features."
    )  # fmt: skip

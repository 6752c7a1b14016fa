"""Adds the canonical columns of `songatlas.schema` to a table, whatever its own columns are called and measured in.

The source columns stay as they were. How each column was read, with the evidence, stands in
``table.attrs["songatlas"]``; the readers of files and databases are elsewhere (`songatlas.io.read`).
"""

import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from narwhals.exceptions import NarwhalsError

from songatlas.errors import DataError, DataWarning
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES, NUMBER_COLUMNS, TEXT_COLUMNS

from .arrow_text import is_text, to_arrow
from .dialects import Recognized, dialect_of, recognize
from .number_columns import Read, read_number_columns
from .numbers import Unreadable, numeric_values
from .plain_columns import plain_values, writable_text
from .refusals import listed, no_features, refuse_glued, refuse_no_tracks, refuse_words, vetoes
from .text_marks import Marks, marks_of_each
from .texts import artists_parted_by_commas, ids_of_objects, is_missing, text_column, undated, years

_SAME_IN_ANOTHER_UNIT = 0.999  # correlation, from which on two columns differ by unit and rounding only
_MOST_RIVALS = 200  # columns that are looked at


def canonical_table(
    table: Any,
    *,
    where: str = "the table",
    require_features: bool = True,
    column: Mapping[str, str] | None = None,
    marks: Mapping[str, Marks] | None = None,
) -> pd.DataFrame:
    """Return a pandas, polars or Arrow table with its canonical columns added.

    A table that already went through here comes back as it is.

    Parameters
    ----------
    table : pandas, polars or Arrow table
    where : str
        How messages name it.
    require_features : bool
        Refuse a table without audio features.
    column : mapping of canonical name to source column, optional
        Columns read by hand; 'none' leaves a canonical column out.
    marks : mapping of source column to Marks, optional
        What kinds of bytes texts hold, where that is known already.

    Raises
    ------
    DataError
        When it is not a table of tracks, has no rows, has two columns of one name, or values on another scale.

    Warns
    -----
    DataWarning
        For each canonical column with cells that cannot be read, and for each reading that could surprise.
    """
    source = _to_pandas(table)
    if _went_through(source):
        return source
    if len(source) == 0:
        columns_seen = f"only the columns {listed(source.columns)}" if len(source.columns) else "and no columns"
        raise DataError(f"{where}: there are no rows, {columns_seen}. Expected a row per track.")
    index = source.index
    source = pd.DataFrame({name: plain_values(source[name]) for name in source.columns}, index=index, copy=False)
    found, wrong = _recognized(source, column)
    if require_features and not (set(found) & set(FEATURE_NAMES)) - {"duration_ms"}:
        raise DataError(no_features(where, source, found))
    refuse_no_tracks(source, found, where)
    refuse_words(source, found, where)
    refuse_glued(source, found, where)
    with ThreadPoolExecutor(1) as worker:
        texts = worker.submit(_text_columns, source, found, marks or {})
        dates = source[found["release_date"].source] if "release_date" in found and "year" not in found else None
        years_of_dates = None if dates is None else years(dates)
        read, mark = read_number_columns(source, found, where)
        read |= texts.result()
    _add_years(read, years_of_dates)
    _warn(read, found)
    _warn_of_rivals(source, found, where)
    _warn_of_probabilities(source, read)
    return _assembled(source, found, read, {"vetoed": wrong, "decimals": mark})


def _recognized(source: pd.DataFrame, column: Mapping[str, str] | None) -> tuple[dict[str, Recognized], dict[str, str]]:
    """Return which column is read as what; a column whose values contradict its name makes room for the next."""
    names = [str(c) for c in source.columns]
    wrong: dict[str, str] = {}
    while True:
        found = recognize([n for n in names if n not in wrong], column)
        more = vetoes(source, found)
        if not more:
            return found, wrong
        wrong |= more


def _text_columns(source: pd.DataFrame, found: Mapping[str, Recognized], marks: Mapping[str, Marks]) -> dict[str, Read]:
    """Return each text column in canonical form."""
    ids = source[found["artist_id"].source] if "artist_id" in found else None
    sources = {name: found[name].source for name in TEXT_COLUMNS if name in found}
    unknown = {s: to_arrow(source[s]) for s in sources.values() if s not in marks and is_text(source[s])}
    marks = {**marks, **marks_of_each(unknown)}
    read = {}
    for name, column in sources.items():
        values = source[column]
        commas = name == "artist_name" and artists_parted_by_commas(values, ids, marks.get(column))
        texts = text_column(name, values, commas=commas, marks=marks.get(column))
        read[name] = Read(texts, why="commas part the artists" if commas else "")
    of_objects = None if ids is not None or "artist_name" not in found else source[found["artist_name"].source]
    if of_objects is not None and (known := ids_of_objects(of_objects)) is not None:
        read["artist_id"] = Read(known)
    return read


def _add_years(read: dict[str, Read], years_of_dates: pd.Series | None) -> None:
    """Add the year of each release date, where no column has it, and the decade of each year."""
    if years_of_dates is not None:
        dates = read["release_date"].values
        read["year"] = Read(years_of_dates)
        lost = undated(dates, read["year"].values)
        if len(lost):
            shown = ", ".join(repr(text[:40]) for text in pc.unique(lost).slice(0, 3).to_pylist())
            told = f"release_date: no year with four digits in {len(lost):,} dates, such as {shown}."
            read["year"].notes.append(told)
    if "decade" not in read and "year" in read:
        year = numeric_values(read["year"].values)
        known = np.isfinite(year) & (np.abs(year) < 10_000)
        decade = np.where(known, year, 0).astype(np.int64) // 10 * 10
        read["decade"] = Read(pd.Series(pd.arrays.IntegerArray(decade, ~known), read["year"].values.index))


def _assembled(
    source: pd.DataFrame, found: Mapping[str, Recognized], read: Mapping[str, Read], facts: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the source columns, renamed where they bear a canonical name but hold other values, and the canonical."""
    columns = {name: read[name].values for name in CANONICAL_COLUMNS if name in read}
    renamed = _differing_sources(source, columns)
    kept = {renamed.get(name, name): source[name] for name in source.columns}
    out = pd.DataFrame({**kept, **columns}, index=source.index, copy=False)
    out.attrs["songatlas"] = {
        "source_columns": list(kept),
        "columns": [[found[n].source, n, read[n].unit, read[n].why] for n in found if n in read],
        "renamed": renamed,
        "unreadable": {n: [r.unreadable.count, list(r.unreadable.examples)] for n, r in read.items() if r.unreadable},
        "files": [],
        "rejects": [],
        "dialect": dialect_of([str(c) for c in source.columns]),
        **facts,
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
            short = " ".join(str(err).split())[:160]
            raise DataError(f"the {type(table).__name__} cannot be used as a table ({short}).") from err
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


def _refuse_halves(source: pd.DataFrame, one: str, other: str, where: str) -> None:
    """Raise DataError where one column is filled exactly where the other is not: two dialects in one file."""
    left, right = source[one].notna().to_numpy(), source[other].notna().to_numpy()
    if right.any() and left.any() and not (left & right).any():
        first = int(np.flatnonzero(right)[0]) + 1
        raise DataError(
            f"{where}: some rows have their values in {one!r}, others (the first is row {first:,}) in {other!r}: two "
            "kinds of rows were put into one file. Split them into two files and name both."
        )


def _warn_of_rivals(source: pd.DataFrame, found: Mapping[str, Recognized], where: str) -> None:
    """Warn where another column could be read as the same feature and holds other numbers."""
    used = {known.source for known in found.values()}
    others = [str(n) for n in source.columns if n not in used and pd.api.types.is_numeric_dtype(source[n].dtype)]
    for name in others[:_MOST_RIVALS]:
        for canonical in recognize([name]):
            chosen = found.get(canonical)
            if canonical in FEATURE_NAMES and chosen is not None:
                _refuse_halves(source, chosen.source, name, where)
            if canonical in FEATURE_NAMES and chosen is not None and _differ(source[chosen.source], source[name]):
                _say(f"{canonical} is read from {chosen.source!r}; {name!r} could be meant too and holds other values.")


def _differ(one: pd.Series, other: pd.Series) -> bool:
    """Return whether two columns hold other values, and not merely the same ones in another unit."""
    if not pd.api.types.is_numeric_dtype(one.dtype):
        return False
    left, right = numeric_values(one), numeric_values(other)
    both = np.isfinite(left) & np.isfinite(right)
    left, right = left[both], right[both]
    if len(left) < 2 or left.min() == left.max() or right.min() == right.max():
        return bool((left != right).any())
    return bool(np.corrcoef(left, right)[0, 1] < _SAME_IN_ANOTHER_UNIT)


def _warn_of_probabilities(source: pd.DataFrame, read: Mapping[str, Read]) -> None:
    """Warn where features are probabilities of classes, as AcousticBrainz gives them under the same names."""
    dialect = dialect_of([str(c) for c in source.columns])
    if dialect.startswith("AcousticBrainz") and set(read) & set(FEATURE_NAMES):
        _say(
            f"{dialect}: danceability, acousticness and instrumentalness are probabilities of classes here. They group "
            "these tracks, but are not to be compared with Spotify's features of the same names."
        )


def _warn(read: Mapping[str, Read], found: Mapping[str, Recognized]) -> None:
    for name, column in read.items():
        source = found[name].source if name in found else name
        if column.unreadable:
            _say(_unreadable_told(source, name, column.unreadable))
        for note in column.notes:
            _say(note if note.startswith(name) or source == name else f"{source!r}: {note}")


def _unreadable_told(name: str, canonical: str, bad: Unreadable) -> str:
    read_as = f"{name!r}" if name == canonical else f"{name!r} (read as {canonical})"
    comma = canonical in FEATURE_NAMES and any("," in text for text in bad.examples)
    return (
        f"{read_as}: {bad.count:,} {'cell' if bad.count == 1 else 'cells'} cannot be read and "
        f"{'counts' if bad.count == 1 else 'count'} as missing, such as {', '.join(map(repr, bad.examples))}."
        + (" Write decimals with a point, and thousands without a mark." if comma else "")
    )


def _say(message: str) -> None:
    warnings.warn(message, DataWarning, stacklevel=5)


def _differing_sources(source: pd.DataFrame, columns: Mapping[str, pd.Series]) -> dict[str, str]:
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
    if pd.api.types.is_numeric_dtype(source.dtype):
        if not pd.api.types.is_numeric_dtype(canonical.dtype):
            return False
        if isinstance(source.dtype, np.dtype) and source.dtype == canonical.dtype:
            left, right = source.to_numpy(), canonical.to_numpy()
            if len(left) == len(right) and left.ctypes.data == right.ctypes.data and left.strides == right.strides:
                return True
        return bool(np.array_equal(numeric_values(source), numeric_values(canonical), equal_nan=True))
    if pd.api.types.is_numeric_dtype(canonical.dtype):
        return False
    if is_text(source) and is_text(canonical):
        return to_arrow(source).equals(to_arrow(canonical)) or bool(
            pc.all(pc.equal(to_arrow(source), to_arrow(canonical))).as_py()
        )
    cells = np.array(["" if is_missing(cell) else str(cell) for cell in source], dtype=object)
    return bool((cells == canonical.to_numpy(dtype=object)).all())

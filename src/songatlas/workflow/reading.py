"""Reads tracks and, where they come without audio features, brings these in from other tables."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from songatlas.errors import DataError, ParameterError
from songatlas.io.columns.plain_columns import writable_text
from songatlas.io.plain import to_plain
from songatlas.io.read import read_tracks as read_tables
from songatlas.io.read import refuse_two_scales, shown_name
from songatlas.io.sources.database_urls import without_secrets
from songatlas.io.sources.open import has_tables, is_url
from songatlas.tracks.join import describe_join, join_features

Given = str | Path
_ADDED = ("matched_by", "features_from")  # the columns that tell where features came from


def read_tracks(
    paths: Given | Iterable[Given],
    *,
    require_features: bool = True,
    column: Mapping[str, str] | None = None,
    table: str | None = None,
    query: str | None = None,
    encoding: str | None = None,
    features_from: Given | Iterable[Given] = (),
    features_table: str | None = None,
) -> pd.DataFrame:
    """Return the tracks of one or several files as one table, with audio features from others where these lack them.

    Parameters
    ----------
    paths : path, database URL, or iterable of them
        CSV (any encoding and separator), JSON, JSON Lines, Parquet, Feather, Excel, SQLite or DuckDB files, gzipped
        or zipped where they are text; or URLs as SQLAlchemy takes them.
    require_features : bool
        Refuse a table that has no audio feature (a run can still cluster other numeric columns by name).
    column : mapping of canonical name to source column, optional
        Columns of ``paths`` read by hand, such as ``{"valence": "Mood"}``; 'none' leaves a canonical column out.
    table, query : str, optional
        The sheet of a workbook, table or view of a database, or file in a ZIP to read, or a query that reads.
    encoding : str, optional
        The encoding of ``paths``, which are text files, such as ``"cp1251"``; told from the bytes by default.
    features_from : path, database URL, or iterable of them
        Tables with audio features, asked in this order for each track that lacks them: by id, by ISRC, by title and
        artist.
    features_table : str, optional
        The sheet, table, view or file to read from ``features_from``; of several sources, from each that is a
        workbook, database or ZIP.

    Returns
    -------
    DataFrame
        Source columns and canonical columns, a row per row that could be read, in order. With several files also
        ``source_file``; with ``features_from`` also ``matched_by`` and ``features_from``. Missing numbers are NaN,
        missing texts ''. How everything was read stands in ``attrs["songatlas"]``.

    Raises
    ------
    DataError
        When a file is missing, empty, unreadable, holds no audio feature, or values on another scale; or when no
        track finds its features.
    ParameterError
        When a table, query or encoding is named that does not exist, or for a file that has none.
    """
    sources = [features_from] if isinstance(features_from, (str, Path)) else list(features_from)
    parts = _parts(sources, features_table)
    wanted = require_features and not sources
    tracks = read_tables(paths, require_features=wanted, column=column, table=table, query=query, encoding=encoding)
    if not sources:
        return tracks
    others = [(shown_name(source), _features(source, part)) for source, part in zip(sources, parts, strict=True)]
    refuse_two_scales([table.attrs["songatlas"] for _, table in [("", tracks), *others]])
    joined, report = join_features(tracks, others)
    account = dict(tracks.attrs["songatlas"])
    sources_of_features = [other.attrs["songatlas"] for _, other in others]
    account["notes"] = [*account["notes"], *(note for source in sources_of_features for note in source["notes"])]
    account["source_columns"] = [*account["source_columns"], *_ADDED]
    account["columns"] = _columns(account["columns"], others)
    account["join"] = {**to_plain(report), "match_rate": report.match_rate, "told": describe_join(report)}
    account["features_from"] = [file for source in sources_of_features for file in source["files"]]
    joined.attrs["songatlas"] = account
    return joined


def storable(given: Given) -> str:
    """Return how a file or database may be written down: as it was named, but a URL without its secrets.

    Where that is not all of the name, it opens nothing, or only what needs no password.
    """
    return without_secrets(str(given)) if is_url(given) else writable_text(str(given))


def _parts(sources: Sequence[Given], table: str | None) -> list[str | None]:
    """Return the table to read from each source of features; one alone must have it, of several those that can."""
    if table is None:
        return [None] * len(sources)
    if not sources:
        raise ParameterError(
            f"features_table names a table of --features-from, and there is none, got {table!r}. A table of the tracks "
            "themselves is named with --table."
        )
    if len(sources) == 1:
        return [table]
    parts = [table if has_tables(source) else None for source in sources]
    if not any(parts):
        names = ", ".join(shown_name(source) for source in sources)
        raise ParameterError(f"features_table is {table!r}, but no workbook, database or ZIP archive is among {names}.")
    return parts


def _features(source: Given, table: str | None) -> pd.DataFrame:
    """Return a table that features are taken from; what is said of it names the flag for its own table."""
    try:
        return read_tables(source, table=table)
    except (DataError, ParameterError) as err:
        told = str(err)
        if "--table" not in told:
            raise
        raise type(err)(told.replace("--table", "--features-table")) from err


def _columns(own: list[list[str]], others: Sequence[tuple[str, pd.DataFrame]]) -> list[list[str]]:
    """Return the columns that were read, with those of the tables that features came from behind them."""
    known = {canonical for _, canonical, *_ in own}
    columns = list(own)
    for _, other in others:
        columns += [column for column in other.attrs["songatlas"]["columns"] if column[1] not in known]
    return list({tuple(column): column for column in columns}.values())

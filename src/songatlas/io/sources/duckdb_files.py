"""Reads a table, or the result of a query, from a DuckDB file, opened read-only.

Queries reach neither other files nor the network nor Python's variables. Needs the extra ``sql``.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow as pa

from songatlas.errors import DataError
from songatlas.optional import require

from .arrow_files import collected_batches, frame_of_arrow
from .database_reading import (
    ONLY_READS,
    READING_WORDS,
    Count,
    DatabaseTable,
    choose_table,
    database_table,
    quoted_name,
    reading_statement,
    refuse_both,
    shown_query,
)
from .memory import available_bytes
from .raw import RawTable

_WORDS = (*READING_WORDS, "FROM")
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",  # else it writes beside the database where memory gets short
    "lock_configuration": "true",
}
_BATCH = 10_000  # rows handed out at once
_TABLES = """
    SELECT table_schema, table_name, list(column_name ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_catalog = current_database() AND table_schema NOT IN ('information_schema', 'pg_catalog')
    GROUP BY ALL ORDER BY ALL
"""


def read_duckdb(path: Path, table: str | None, query: str | None, count: Count) -> RawTable:
    """Return one table of a DuckDB database, or the result of a query; parameters as in `read_sqlite`.

    Raises
    ------
    DataError
        When the database is locked, damaged or of another version, the choice is unclear, or the query cannot be run.
    ParameterError
        When the table does not exist, or a table and a query are given.
    MissingDependencyError
        When duckdb is not installed.
    """
    refuse_both(table, query)
    if not path.is_file():
        raise DataError(f"{path}: no such file. Expected a DuckDB database.")
    duckdb = require("duckdb", extra="sql", needed_for="Reading a DuckDB database")
    if query is not None:
        query = reading_statement(str(path), query, _WORDS)
    try:
        with (
            duckdb.connect(str(path), read_only=True, config=_CONFIG | _memory_limit()) as connection,
            ThreadPoolExecutor(1) as worker,
        ):
            reading = worker.submit(_read, duckdb, connection, path, table, query, count)
            try:  # Python's handlers of signals run while this thread waits, not while DuckDB works
                where, frame, facts = reading.result()
            except BaseException:
                connection.interrupt()
                raise
    except (duckdb.Error, pa.ArrowException, OSError) as err:
        raise DataError(f"{path}: {_reason(err, asked=query is not None)}") from err
    return database_table(where, path.name, frame, facts)


def _memory_limit() -> dict[str, str]:
    """Return the setting that leaves half of the free memory to the result."""
    free = available_bytes()
    return {} if free is None else {"memory_limit": f"{max(64, free // 2_000_000)}MB"}


def _read(
    duckdb: ModuleType, connection: Any, path: Path, table: str | None, query: str | None, count: Count
) -> tuple[str, pd.DataFrame, dict[str, str]]:
    """Return what the table or result is called, its rows, and how it was read."""
    if query is None:
        chosen = choose_table(str(path), _tables(connection), _without_schema(table), count)
        statement, facts = f"SELECT * FROM {chosen.quoted}", {"format": "DuckDB", "table": chosen.name}
    else:
        _refuse_writing(duckdb, str(path), query)
        statement, facts = query, {"format": "DuckDB", "query": shown_query(query)}
    where = f"{path}: {facts.get('table', 'query')}"
    relation = connection.sql(statement)
    in_batches = relation.to_arrow_reader if hasattr(relation, "to_arrow_reader") else relation.fetch_record_batch
    reader = in_batches(_BATCH)  # by its second name in older versions
    return where, frame_of_arrow(where, collected_batches(where, reader, reader.schema)), facts


def _refuse_writing(duckdb: Any, where: str, query: str) -> None:
    statements = duckdb.extract_statements(query)
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        told = f"is a {kinds[0]}" if len(kinds) == 1 else "holds several statements"
        raise DataError(f"{where}: the query {told}. Expected one that reads (SELECT): {ONLY_READS}.")


def _tables(connection: Any) -> list[DatabaseTable]:
    return [
        DatabaseTable(name if schema == "main" else f"{schema}.{name}", quoted_name(schema, name), tuple(columns))
        for schema, name, columns in connection.execute(_TABLES).fetchall()
    ]


def _without_schema(table: str | None) -> str | None:
    return table.removeprefix("main.") if table is not None else None


def _reason(err: Exception, *, asked: bool) -> str:
    text = " ".join(str(err).split())[:200]
    if "Out of Memory" in text or "maximum total string size" in text:
        return f"the values are too long for the free memory ({text[:80]}…). Take fewer columns or rows with --query."
    if "lock on file" in text or "different configuration" in text:
        return f"this DuckDB database is in use by another program ({text}). Close it and try again."
    if "version number" in text or "newer version" in text:
        return f"this DuckDB database was written by another version of DuckDB ({text}). Update duckdb, or export it."
    if "disabled by configuration" in text:
        return f"the query reaches outside this database, which is not allowed ({text})."
    if "read-only" in text:
        return f"the query writes ({text}). {ONLY_READS[0].upper()}{ONLY_READS[1:]}."
    if "valid DuckDB" in text or "Corrupt" in text or "enough bytes" in text:
        return f"this DuckDB database is damaged or no DuckDB database ({text})."
    return f"{'the query cannot be run' if asked else 'this DuckDB database cannot be read'} ({text})."

"""Reads a table, or the result of a query, from any database that SQLAlchemy reaches by a URL.

Nothing is changed there: the statement runs in a transaction that is read-only where the database knows that, and
that is always undone. User, password and other secrets of the URL appear in no message, fact or traceback: errors
of drivers are told in our words and cut off from their cause. Needs the extra ``sql`` and the database's driver.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from songatlas.errors import DataError, MissingDependencyError, ParameterError
from songatlas.optional import require

from .collected_rows import CHUNK, CollectedRows
from .database_reading import (
    ONLY_READS,
    Count,
    DatabaseTable,
    choose_table,
    database_table,
    reading_statement,
    refuse_both,
    shown_query,
)
from .database_urls import public_name, scheme_of, scrubbed
from .duckdb_files import read_duckdb
from .raw import RawTable
from .sqlite_files import read_sqlite

CONNECT_SECONDS = 10
_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
_NOT_OURS = ("autocommit", "isolation_level")  # settings of a URL with which nothing could be undone
_OTHER_NAMES = {"postgres": "postgresql", "pgsql": "postgresql", "mssql+odbc": "mssql+pyodbc"}
_DRIVERS = {"postgresql": ("psycopg", "psycopg2", "pg8000"), "mysql": ("pymysql", "mysqldb"), "mariadb": ("pymysql",)}
_PACKAGES = {
    **{"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"},
    **{"mysql": "mysql-connector-python", "cx_Oracle": "oracledb"},
}
_KNOWN = ("psycopg", "psycopg2", "pymysql", "mysqldb")  # drivers that take a time limit and can stream
_ERRORS = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
)  # beside SQLAlchemy's
_WRITES = re.compile(r"read[- ]only|data-modifying|readonly", re.IGNORECASE)
_INNER_SCHEMAS = ("information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys")


def read_url(url: str, table: str | None, query: str | None, count: Count) -> RawTable:
    """Return one table of a database, or the result of a query.

    Parameters
    ----------
    url : str
        As SQLAlchemy has it: ``postgresql://user:password@host/database``, ``sqlite:///songs.db``.
    table : str or None
        A table or view, also as ``schema.table``; by default the only one, or the one whose columns name the most
        audio features.
    query : str or None
        One statement that reads, instead of a table.
    count : callable
        Says how many audio features some column names name.

    Raises
    ------
    DataError
        When the database cannot be reached or is of an unknown kind, the choice is unclear, or the query fails.
    ParameterError
        When the table does not exist, or a table and a query are given.
    MissingDependencyError
        When SQLAlchemy or the driver of the database is not installed.
    """
    refuse_both(table, query)
    file = _database_file(url)
    if file is not None:
        read = read_sqlite if scheme_of(url) == "sqlite" else read_duckdb
        return read(file, table, query, count)
    where = public_name(url)
    if query is not None:
        query = reading_statement(where, query)
    sqlalchemy = require("sqlalchemy", extra="sql", needed_for="Reading a database by its URL")
    problem: Exception
    connected = False
    try:
        with _connection(sqlalchemy, url) as connection:
            connected = True
            return _read(sqlalchemy, where, connection, table, query, count)
    except (DataError, ParameterError, MissingDependencyError):
        raise
    except (sqlalchemy.exc.SQLAlchemyError, *_ERRORS) as err:
        problem = DataError(f"{where}: {_reason(err, url, connected, query)}")
    raise problem  # outside of the handler, so that the driver's error, which may hold the URL, does not hang on it


def _database_file(url: str) -> Path | None:
    """Return the file of an SQLite or DuckDB URL, None for other databases."""
    scheme = scheme_of(url)
    if scheme not in ("sqlite", "duckdb"):
        return None
    driver, _, rest = url.partition("://")
    path, _, options = rest.partition("?")
    if "pysqlcipher" in driver.lower():
        raise DataError(f"{scheme}://…: encrypted SQLite databases are not read. Export the table without encryption.")
    if not path.startswith("/") or path in ("/", "/:memory:"):
        raise DataError(
            f"{public_name(url)}: expected the path of a file after three slashes, such as {scheme}:///songs.db "
            f"(four for a path from the root: {scheme}:////home/ana/songs.db)."
        )
    path = path[1:]
    return Path(unquote(path.removeprefix("file:"))) if path.startswith("file:") and "uri=" in options else Path(path)


@contextmanager
def _connection(sqlalchemy: ModuleType, url: str) -> Iterator[Any]:
    """Yield a connection in a transaction that is read-only where possible and undone in any case."""
    engine = _engine(sqlalchemy, url)
    try:
        with engine.connect() as connection:
            try:
                read_only = _READ_ONLY.get(engine.dialect.name)
                if read_only:
                    connection.exec_driver_sql(read_only)
                yield connection
            finally:
                connection.rollback()
    finally:
        engine.dispose()


def _engine(sqlalchemy: ModuleType, url: str) -> Any:
    where = public_name(url)
    problem: Exception
    try:
        parsed = sqlalchemy.engine.make_url(url)
        name = parsed.drivername.lower()
        parsed = parsed.set(drivername=_OTHER_NAMES.get(name, name)).difference_update_query(_NOT_OURS)
        return _first_engine(sqlalchemy, parsed)
    except ModuleNotFoundError as err:
        problem = _missing_driver(where, str(err.name))
    except sqlalchemy.exc.NoSuchModuleError:
        problem = DataError(
            f"{where}: no databases of the kind {url.partition('://')[0][:40]!r} are known here. Known are postgresql, "
            "mysql, mariadb, mssql, oracle, sqlite and duckdb; others need their package for SQLAlchemy."
        )
    except (sqlalchemy.exc.SQLAlchemyError, *_ERRORS):
        problem = DataError(
            f"{where}: this URL cannot be read. Expected dialect://user:password@host:port/database, with signs such "
            "as @ : / in user and password written as %40 %3A %2F."
        )
    raise problem


def _first_engine(sqlalchemy: ModuleType, parsed: Any) -> Any:
    """Return an engine with the driver named, or the first one of the dialect's that is installed."""
    dialect = parsed.drivername
    missing: ModuleNotFoundError | None = None
    for driver in _DRIVERS.get(dialect, ("",)):
        named = parsed.set(drivername=f"{dialect}+{driver}") if driver else parsed
        try:
            engine = sqlalchemy.create_engine(
                named, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True, connect_args=_timeout(named)
            )
        except ModuleNotFoundError as err:
            missing = missing or err
            continue
        if engine.dialect.is_async:
            raise MissingDependencyError(
                f"{engine.dialect.driver!r} is an asynchronous driver, which is not used here. Leave the driver out of "
                f"the URL: {engine.dialect.name}://…"
            )
        return engine
    raise missing or ModuleNotFoundError(name=dialect)


def _timeout(parsed: Any) -> dict[str, int]:
    driver = parsed.drivername.partition("+")[2]
    given = any("timeout" in name for name in parsed.query)
    return {"connect_timeout": CONNECT_SECONDS} if driver in _KNOWN and not given else {}


def _missing_driver(where: str, module: str) -> MissingDependencyError:
    package = _PACKAGES.get(module, module)
    return MissingDependencyError(
        f"{where}: reading this database needs the driver {module!r}, which is not installed. Install it with: "
        f"pip install '{package}'"
    )


def _read(
    sqlalchemy: ModuleType, where: str, connection: Any, table: str | None, query: str | None, count: Count
) -> RawTable:
    kind = connection.dialect.name
    if query is None:
        chosen = choose_table(where, _tables(sqlalchemy, connection, table), table, count)
        query, facts = f"SELECT * FROM {chosen.quoted}", {"format": kind, "table": chosen.name}
    else:
        facts = {"format": kind, "query": shown_query(query)}
    where = f"{where}: {facts.get('table', 'query')}"
    stream = connection.dialect.driver in _KNOWN
    options = {"stream_results": True, "max_row_buffer": CHUNK} if stream else {}
    with connection.execution_options(no_parameters=True, **options).exec_driver_sql(query) as result:
        if not result.returns_rows:
            raise DataError(f"{where}: the query returns no columns. Expected columns such as energy and tempo.")
        collected = CollectedRows(where, [str(item[0]) for item in result.cursor.description])
        collected.add_all(tuple(row) for row in result)
    return database_table(where, public_name(str(connection.engine.url)).rpartition("/")[2], collected.frame(), facts)


def _tables(sqlalchemy: ModuleType, connection: Any, wanted: str | None) -> list[DatabaseTable]:
    """Return tables and views of the default schema; of the one named in ``schema.table``; or, if empty, of all."""
    inspector = sqlalchemy.inspect(connection)
    found = _tables_of(sqlalchemy, connection, inspector, None)
    if wanted is not None and "." in wanted and not any(table.name == wanted for table in found):
        schema = wanted.split(".", 1)[0]
        return (
            _tables_of(sqlalchemy, connection, inspector, schema) if schema in inspector.get_schema_names() else found
        )
    if found or wanted is not None:
        return found
    schemas = [name for name in inspector.get_schema_names() if name.lower() not in _INNER_SCHEMAS]
    return [table for name in schemas for table in _tables_of(sqlalchemy, connection, inspector, name)]


def _tables_of(sqlalchemy: ModuleType, connection: Any, inspector: Any, schema: str | None) -> list[DatabaseTable]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    kinds = sqlalchemy.engine.reflection.ObjectKind.ANY
    columns: dict[tuple[str | None, str], Sequence[Any]] = inspector.get_multi_columns(schema=schema, kind=kinds)
    return [
        DatabaseTable(
            name if schema is None else f"{schema}.{name}",
            quote(name) if schema is None else f"{quote(schema)}.{quote(name)}",
            tuple(str(column["name"]) for column in cells),
        )
        for (_, name), cells in sorted(columns.items(), key=lambda item: item[0][1])
    ]


def _reason(err: Exception, url: str, connected: bool, query: str | None) -> str:
    cause = getattr(err, "orig", None) or err
    text = scrubbed(_driver_message(cause), url)[:300] or type(cause).__name__
    if not connected:
        return f"this database cannot be reached ({text}). Check host, port and database, and user and password."
    if _WRITES.search(text):
        return f"the query writes ({text}). {ONLY_READS[0].upper()}{ONLY_READS[1:]}."
    return f"{'the query cannot be run' if query else 'this database cannot be read'} ({text})."


def _driver_message(cause: Any) -> str:
    """Return what a driver says, without the numbers and fields that some wrap it in."""
    args: tuple[Any, ...] = getattr(cause, "args", ())
    if args and isinstance(args[0], dict):  # pg8000: the fields of PostgreSQL's protocol
        return str(args[0].get("M", args[0]))
    if len(args) == 2 and isinstance(args[0], int) and isinstance(args[1], str):  # MySQL: number and message
        return str(args[1])
    return str(cause)

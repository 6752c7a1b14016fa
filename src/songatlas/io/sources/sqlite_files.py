"""Reads a table, or the result of a query, from an SQLite file, opened so that nothing in it can change.

The file may be in use by another program; one that is locked, damaged or encrypted is refused with the reason.
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from songatlas.errors import DataError

from .collected_rows import CollectedRows
from .database_reading import (
    ONLY_READS,
    Count,
    DatabaseTable,
    choose_table,
    database_table,
    quoted_name,
    reading_statement,
    refuse_both,
    shown_query,
)
from .memory import available_bytes, refuse_too_large
from .raw import RawTable

BUSY_SECONDS = 2.0  # how long to wait for another program's lock
LONGEST = 100_000_000  # bytes of one value
_STEPS = 100_000  # of SQLite's machine, some milliseconds, between two looks at signals
_LOOKS = 20  # looks at signals between two looks at the free memory
_MEMORY_FACTOR = 1.25  # a query is stopped where it took four fifths of what was free
_WORDS = ("SELECT", "WITH", "VALUES")
_WAL = b"\x02\x02"  # bytes 18 and 19 of a database in write-ahead mode


class _Texts:
    """Decodes SQLite's texts, which nothing forces to be UTF-8, and counts those that are not."""

    def __init__(self) -> None:
        self.damaged = 0

    def __call__(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.damaged += 1
            return raw.decode("utf-8", "replace")

    def notes(self) -> list[str]:
        if not self.damaged:
            return []
        texts = "1 text is" if self.damaged == 1 else f"{self.damaged:,} texts are"
        return [f"{texts} not UTF-8; what could not be read shows as '\ufffd'."]


def read_sqlite(path: Path, table: str | None, query: str | None, count: Count) -> RawTable:
    """Return one table of an SQLite database, or the result of a query.

    Parameters
    ----------
    path : Path
        The database file.
    table : str or None
        A table or view; by default the only one, or the one whose columns name the most audio features.
    query : str or None
        One statement that reads, instead of a table.
    count : callable
        Says how many audio features some column names name.

    Raises
    ------
    DataError
        When the database is missing, locked, damaged or encrypted, the choice is unclear, or the query cannot be run.
    ParameterError
        When the table does not exist, or a table and a query are given.
    """
    refuse_both(table, query)
    statement = None if query is None else reading_statement(str(path), query, _WORDS)
    texts = _Texts()
    caught: list[BaseException] = []
    try:
        with _opened(path) as connection, closing(_watch(str(path), caught)) as watch:
            connection.text_factory = texts
            next(watch)
            connection.set_progress_handler(watch.__next__, _STEPS)
            if statement is None:
                chosen = choose_table(str(path), _tables(connection), _without_schema(table), count)
                statement, facts = f"SELECT * FROM {chosen.quoted}", {"format": "SQLite", "table": chosen.name}
            else:
                facts = {"format": "SQLite", "query": shown_query(statement)}
            where = f"{path}: {facts.get('table', 'query')}"
            cursor = connection.execute(statement)
            collected = CollectedRows(where, [item[0] for item in cursor.description or ()])
            collected.add_all(cursor)
    except (sqlite3.Error, sqlite3.Warning) as err:
        if caught:
            raise caught[0] from None
        raise DataError(f"{path}: {_reason(path, err, asked=query is not None)}") from err
    except UnicodeDecodeError as err:
        raise DataError(
            f"{path}: the name of a table or column is not UTF-8 ({err.object[:40]!r}). Rename it, or name the columns "
            "with --query."
        ) from err
    return database_table(where, path.name, collected.frame(), facts, texts.notes())


def _watch(where: str, caught: list[BaseException]) -> Generator[int]:
    """Yield 0 while a statement may go on, and 1 to stop it: when a signal came or memory gets short.

    SQLite asks at times while it works, and Python runs the handlers of signals only then. What they raise is kept
    in ``caught``, as SQLite passes nothing on. (A generator, as a function may be interrupted before its ``try``.)
    """
    free = available_bytes()
    try:
        while True:
            for _ in range(_LOOKS):
                yield 0
            now = available_bytes()
            if free is not None and now is not None:
                refuse_too_large(where, free - now, factor=_MEMORY_FACTOR, available=free)
    except GeneratorExit:
        return
    except BaseException as err:  # whatever a signal's handler raises
        caught.append(err)
    while True:
        yield 1


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading only, leaving no file beside it but for one case.

    In write-ahead mode even a reader creates two files and leaves them. Where they are not there, no other program
    has the database open, and it can be read as a file that nobody changes; that it stayed so is checked at the end.
    Where a copy of a database came with its log (-wal) but without the log's index (-shm), SQLite creates the index
    and leaves it: it holds nothing of its own, but it cannot be told whether another program uses it by now.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file. Expected an SQLite database.")
    with path.open("rb") as stream:
        head = stream.read(20)
    log, index = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    alone = head[18:20] == _WAL and not log.exists() and not index.exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")  # one state of the database for all that is read
        yield connection
    if alone and (log.exists() or index.exists()):
        raise DataError(f"{path}: another program opened this database while it was read. Close it and try again.")


def _tables(connection: sqlite3.Connection) -> list[DatabaseTable]:
    """Return tables and views in the order of their names; views that no longer work have no columns."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' "
        "ORDER BY name"
    )
    return [DatabaseTable(name, quoted_name(name), _columns(connection, name)) for (name,) in names.fetchall()]


def _columns(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    try:
        return tuple(row[1] for row in connection.execute(f"PRAGMA table_xinfo({quoted_name(name)})"))
    except sqlite3.OperationalError as err:
        if "no such" in str(err):  # a view of a table that is gone, or a module that is not here
            return ()
        raise


def _without_schema(table: str | None) -> str | None:
    return table.removeprefix("main.") if table is not None else None


def _reason(path: Path, err: Exception, *, asked: bool) -> str:
    text = " ".join(str(err).split())[:200]
    if "locked" in text or "busy" in text:
        return (
            f"this database is locked: another program is writing to it (waited {BUSY_SECONDS:g} s). Close that "
            "program, or copy the file and read the copy."
        )
    if "too big" in text:
        return f"a value or row is longer than {LONGEST:,} bytes. Choose other columns with --query 'SELECT …'."
    if "not a database" in text:
        return (
            "not an SQLite database, or an encrypted one (SQLCipher and the like). Export its table without "
            "encryption, or as CSV."
        )
    if "malformed" in text or "disk I/O" in text or "corrupt" in text:
        return f"this SQLite database is damaged ({text}). Recover it with: sqlite3 {path.name} .recover"
    beside = next((e for e in ("-wal", "-journal") if path.with_name(path.name + e).exists()), "")
    if beside and ("unable to open" in text or ("readonly" in text and not asked)):
        return (
            f"{path.name}{beside} beside it holds changes that are not yet in the database, and the folder cannot be "
            "written to. Copy both files to a folder of your own and read the copy."
        )
    if "readonly" in text or "not authorized" in text:
        return f"the query writes ({text}). {ONLY_READS[0].upper()}{ONLY_READS[1:]}."
    return f"{'the query cannot be run' if asked else 'this SQLite database cannot be read'} ({text})."

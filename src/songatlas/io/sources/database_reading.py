"""What the readers of all databases share: which table to read, which query is safe to run, and what came of it.

Opening a database and running the statement is theirs (`sqlite_files`, `duckdb_files`, `database_servers`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from songatlas.errors import DataError, ParameterError

from .raw import RawTable

Count = Callable[[Sequence[str]], int]

ONLY_READS = "songatlas only reads databases: the transaction is read-only and always undone"
READING_WORDS = ("SELECT", "WITH", "VALUES", "TABLE")
_COMMENT = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*(?!!).*?\*/", re.DOTALL)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_WRITES = re.compile(r"\binto\b|\bdelete\s+from\b|\bupdate\s+[\w.'`\[\]]+\s+set\b", re.IGNORECASE)
_HIDDEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*(?!!).*?\*/", re.DOTALL
)  # quoted or commented out
_COMMANDS = re.compile(
    r"\b(commit|rollback|drop|merge|exec|execute|alter|truncate|create|grant)\b", re.IGNORECASE
)  # on some servers a second statement needs no semicolon before it
_UNCERTAIN = ("\\", "$", "#", "--", "/*", "`", "[")  # dialects differ on what is quoted or commented out by these
_SHOWN = 12


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view: its name for people, its name quoted for SQL, and its columns."""

    name: str
    quoted: str
    columns: tuple[str, ...]


def refuse_both(table: str | None, query: str | None) -> None:
    """Raise ParameterError where a table and a query are given: each says what to read."""
    if table is not None and query is not None:
        raise ParameterError("both a table and a query are given. Give one: --table NAME, or --query 'SELECT …'.")


def reading_statement(where: str, query: str, words: Sequence[str] = READING_WORDS) -> str:
    """Return a query without its final semicolon; refuse what is not one statement that reads.

    A semicolon that may part two statements is refused wherever the dialects differ on whether it is quoted:
    read-only transactions end where a second statement says COMMIT.

    Raises
    ------
    DataError
        When the query is empty, starts with another word than ``words``, or may hold several statements.
    """
    statement = query.strip().rstrip(";").rstrip()
    word = first_word(statement)
    expected = f"Expected one statement that reads ({', '.join(words)})"
    if not word:
        raise DataError(f"{where}: the query is empty. {expected}.")
    if word not in words:
        raise DataError(f"{where}: the query starts with {word!r}. {expected}: {ONLY_READS}.")
    if ";" in statement and any(mark in statement for mark in _UNCERTAIN):
        raise DataError(
            f"{where}: the query has a semicolon inside, beside comments or special quotes, so it may be several "
            f"statements. {expected}, without comments."
        )
    bare = _QUOTED.sub("''", statement)
    if ";" in bare:
        raise DataError(f"{where}: the query holds several statements. {expected}.")
    writes = _WRITES.search(bare) or _command(statement)
    if writes:
        raise DataError(f"{where}: the query writes ({writes.group().split()[0].upper()}). {expected}: {ONLY_READS}.")
    return statement


def _command(statement: str) -> re.Match[str] | None:
    """Return a word outside quotes and comments that no reading statement holds, such as COMMIT."""
    return _COMMANDS.search(_HIDDEN.sub(" '' ", statement))


def first_word(statement: str) -> str:
    """Return the first word of a statement in capitals, comments and opening brackets passed over.

    Examples
    --------
    >>> first_word("-- mine\\n ( select 1"), first_word("")
    ('SELECT', '')
    """
    place = 0
    while place < len(statement):
        comment = _COMMENT.match(statement, place)
        if comment:
            place = comment.end()
        elif statement[place] == "(":
            place += 1
        else:
            break
    match = re.compile(r"\w+|\S").match(statement, place)
    return match.group().upper() if match else ""


def choose_table(where: str, tables: Sequence[DatabaseTable], wanted: str | None, count: Count) -> DatabaseTable:
    """Return the table wanted, or the only one, or the one whose columns name the most audio features.

    Raises
    ------
    ParameterError
        When no table has the name wanted.
    DataError
        When there is no table, or no single one with the most features.
    """
    if wanted is not None:
        named = [t for t in tables if t.name == wanted] or [t for t in tables if t.name.lower() == wanted.lower()]
        if len(named) != 1:
            raise ParameterError(f"{where}: no table or view is named {wanted!r}. Found: {_listed(tables)}.")
        return named[0]
    if not tables:
        raise DataError(f"{where}: this database has no tables. Expected a table with a row per track.")
    if len(tables) == 1:
        return tables[0]
    counts = {table: count(table.columns) for table in tables}
    most = max(counts.values())
    best = [table for table in tables if counts[table] == most]
    if not most:
        raise DataError(
            f"{where}: {len(tables):,} tables, and none has columns named like audio features: {_listed(tables)}. "
            "Name one with --table NAME, or say what to read with --query 'SELECT …'."
        )
    if len(best) > 1:
        raise DataError(
            f"{where}: {len(best):,} tables have the same number of audio features: {_listed(best)}. "
            "Name one with --table NAME, or say what to read with --query 'SELECT …'."
        )
    return best[0]


def database_table(
    where: str, name: str, frame: pd.DataFrame, facts: Mapping[str, str], notes: Sequence[str] = ()
) -> RawTable:
    """Return what was read, or raise DataError where there are no columns or no rows."""
    what = "the query returns" if "query" in facts else f"the table {facts.get('table', '')!r} has"
    if not len(frame.columns):
        raise DataError(f"{where}: {what} no columns. Expected columns such as energy and tempo.")
    if not len(frame):
        columns = ", ".join(str(c)[:40] for c in frame.columns[:_SHOWN]) + (", …" if frame.shape[1] > _SHOWN else "")
        raise DataError(f"{where}: {what} no rows, only the columns {columns}. Expected a row per track.")
    return RawTable(where, name, frame, facts=facts, notes=tuple(notes))


def shown_query(query: str) -> str:
    """Return a query on one line, cut where it is long."""
    text = " ".join(query.split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def quoted_name(*parts: str) -> str:
    """Return the parts of a name quoted as standard SQL has it.

    Examples
    --------
    >>> quoted_name("main", 'my "best" songs')
    '"main"."my ""best"" songs"'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _listed(tables: Sequence[DatabaseTable]) -> str:
    names = [repr(table.name) for table in tables[:_SHOWN]]
    return (", ".join(names) or "none") + (f", … ({len(tables):,} in all)" if len(tables) > _SHOWN else "")

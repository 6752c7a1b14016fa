"""Databases by URL: files to their own readers, all others through SQLAlchemy, read-only and without secrets."""

import sqlite3
import sys
import traceback
from contextlib import closing

import pytest

from songatlas.errors import DataError, MissingDependencyError, ParameterError
from songatlas.io.sources.database_servers import _READ_ONLY, read_url
from songatlas.io.sources.json_files import feature_names_in

sqlalchemy = pytest.importorskip("sqlalchemy")
SECRET = "s3cr3t"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "songs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE tracks (name TEXT, energy REAL, added DATE);
            INSERT INTO tracks VALUES ('Zorblax: 100%', 0.5, '1999-01-02'), (NULL, NULL, NULL);
            CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (1);
            CREATE VIEW "odd ""view" AS SELECT name FROM tracks;
            """
        )
    return path


@pytest.fixture
def server(database, monkeypatch):
    """A URL of a dialect of its own, which only the general way through SQLAlchemy can read."""
    sqlalchemy.dialects.registry.register("songbase", "sqlalchemy.dialects.sqlite.pysqlite", "SQLiteDialect_pysqlite")
    return f"songbase:///{database}"


def read(url, table=None, query=None):
    return read_url(url, table, query, feature_names_in)


@pytest.mark.parametrize(
    "url", ["sqlite:///{}", "SQLite+pysqlite:///{}?timeout=3", "sqlite:///file:{}?mode=ro&uri=true"]
)
def test_sqlite_urls_go_to_the_reader_of_files(database, url):
    assert read(url.format(database)).facts["format"] == "SQLite"


def test_duckdb_urls_go_to_the_reader_of_files(tmp_path):
    with pytest.raises(DataError, match="no such file. Expected a DuckDB database"):
        read(f"duckdb:///{tmp_path}/x.duckdb")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite://songs.db"])
def test_sqlite_urls_without_a_file_are_refused(url):
    with pytest.raises(DataError, match="expected the path of a file after three slashes"):
        read(url)


def test_encrypted_sqlite_is_refused_without_its_passphrase():
    with pytest.raises(DataError, match="encrypted SQLite databases are not read") as caught:
        read(f"sqlite+pysqlcipher://:{SECRET}@/songs.db")
    assert SECRET not in str(caught.value)


def test_the_table_with_features_is_read(server):
    table = read(server)
    assert table.facts["table"] == "tracks"
    assert table.frame.iloc[0].to_dict() == {"name": "Zorblax: 100%", "energy": 0.5, "added": "1999-01-02"}
    assert table.frame["name"][1] == ""


@pytest.mark.parametrize(("name", "columns"), [('odd "view', ["name"]), ("main.users", ["id"])])
def test_tables_and_views_are_read_by_name(server, name, columns):
    assert list(read(server, name).frame) == columns


def test_signs_in_a_query_mean_themselves(server):
    query = "SELECT name, name, '%s {} :x ?' AS signs FROM tracks WHERE name LIKE '%: 100%'"
    assert read(server, query=query).frame.values.tolist() == [["Zorblax: 100%", "Zorblax: 100%", "%s {} :x ?"]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM tracks", "starts with 'DELETE'"),
        ("SELECT 1; DELETE FROM tracks", "several statements"),
        ("SELECT * FROM gone", "the query cannot be run (no such table: gone)"),
        ("SELECT name FROM tracks WHERE 0", "the query returns no rows, only the columns name"),
        ("WITH x AS (SELECT 1) DELETE FROM tracks", "the query writes (DELETE)"),
    ],
)
def test_queries_that_write_or_fail_are_refused(server, query, message):
    with pytest.raises(DataError) as caught:
        read(server, query=query)
    assert message in str(caught.value)


SLY = "WITH x AS (SELECT 1) UPDATE OR IGNORE tracks SET energy = 7"


def test_what_slips_through_is_undone(server, database, monkeypatch):
    monkeypatch.setitem(_READ_ONLY, "sqlite", "BEGIN")  # a database that knows transactions, but no read-only ones
    with pytest.raises(DataError, match="the query returns no columns"):
        read(f"{server}?autocommit=true&isolation_level=AUTOCOMMIT", query=SLY)
    assert read(f"sqlite:///{database}").frame["energy"].tolist()[0] == 0.5


def test_the_transaction_is_made_read_only_where_the_dialect_can(server, monkeypatch):
    monkeypatch.setitem(_READ_ONLY, "sqlite", "PRAGMA query_only = 1")
    with pytest.raises(DataError, match=r"the query writes .*the transaction is read-only and always undone"):
        read(server, query=SLY)


def test_a_table_and_a_query_together_are_refused(server):
    with pytest.raises(ParameterError, match="Give one"):
        read(server, "tracks", "SELECT 1")


def test_an_unknown_table_is_refused_with_those_there_are(server):
    with pytest.raises(ParameterError, match="no table or view is named 'songs'"):
        read(server, "songs")


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        (f"nosuch://ana:{SECRET}@h/d", DataError, "no databases of the kind 'nosuch' are known"),
        (f"postgresql://ana:{SECRET}@h:port/d", DataError, "this URL cannot be read"),
        (f"postgresql+nosuch://ana:{SECRET}@h/d", DataError, "no databases of the kind 'postgresql+nosuch' are known"),
    ],
)
def test_urls_that_cannot_be_used_are_refused_without_secrets(url, error, message):
    with pytest.raises(error) as caught:
        read(url)
    shown = "".join(traceback.format_exception(caught.value))
    assert message in str(caught.value)
    assert SECRET not in shown.replace(repr(url), "") and "ana" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "modules", "package"),
    [
        (f"postgres://ana:{SECRET}@h/d", ("psycopg", "psycopg2", "pg8000"), "psycopg[binary]"),
        (f"postgresql+psycopg2://ana:{SECRET}@h/d", ("psycopg2",), "psycopg2-binary"),
        (f"mysql://ana:{SECRET}@h/d", ("pymysql", "MySQLdb"), "pymysql"),
    ],
)
def test_a_missing_driver_is_named_with_its_package(monkeypatch, url, modules, package):
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError) as caught:
        read(url)
    assert f"pip install '{package}'" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_failed_connection_tells_no_secret_even_in_the_traceback(server, monkeypatch):
    def refuse(*args, **kwargs):
        raise sqlite3.OperationalError(f'no way in for user "ana" with {SECRET}@ or {SECRET}%40')

    dialect = "sqlalchemy.dialects.sqlite.pysqlite.SQLiteDialect_pysqlite"
    monkeypatch.setattr(f"{dialect}.create_connect_args", lambda self, url: ([], {}))
    monkeypatch.setattr(f"{dialect}.connect", refuse)
    with pytest.raises(DataError) as caught:
        read(f"songbase://ana:{SECRET}%40@h/d")
    assert "songbase://h/d: this database cannot be reached (no way in for user" in str(caught.value)
    error = caught.value
    while error is not None:
        assert SECRET not in str(error) and "ana" not in str(error)
        error = error.__cause__ or error.__context__


def test_without_sqlalchemy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingDependencyError, match=r"songatlas\[sql\]"):
        read("postgresql://h/d")

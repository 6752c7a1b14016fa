"""DuckDB: any table or query, read-only, without a way to other files or to Python's variables."""

import pandas as pd
import pyarrow as pa
import pytest

from songatlas.errors import DataError, MissingDependencyError, ParameterError
from songatlas.io.sources import duckdb_files
from songatlas.io.sources.duckdb_files import read_duckdb
from songatlas.io.sources.json_files import feature_names_in

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE tracks (name VARCHAR, energy DECIMAL(5, 3), audio STRUCT(tempo DOUBLE), length TIME, big HUGEINT)"
        )
        connection.execute(
            "INSERT INTO tracks VALUES ('Zorblax Waltz', 0.5, {'tempo': 120}, '00:03:45', 7), (NULL, NULL, NULL, NULL, NULL)"
        )
        connection.execute("CREATE VIEW named AS SELECT name FROM tracks WHERE name IS NOT NULL")
        connection.execute(
            'CREATE SCHEMA other; CREATE TABLE other."it\'s" (x INTEGER); INSERT INTO other."it\'s" VALUES (1)'
        )
    return path


def read(path, table=None, query=None):
    return read_duckdb(path, table, query, feature_names_in)


def test_the_table_with_features_is_read_as_plain_columns(database):
    table = read(database)
    assert dict(table.facts) == {"format": "DuckDB", "table": "tracks"}
    assert table.frame.iloc[0].to_dict() == {
        "name": "Zorblax Waltz",
        "energy": 0.5,
        "audio.tempo": 120.0,
        "length": "0:03:45",
        "big": 7,
    }
    assert table.frame["name"][1] == ""


@pytest.mark.parametrize(("name", "columns"), [("named", ["name"]), ("main.named", ["name"]), ("other.it's", ["x"])])
def test_tables_and_views_are_read_by_name(database, name, columns):
    assert list(read(database, name).frame) == columns


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name, name FROM tracks",
        "FROM tracks SELECT name, name",
        "WITH t AS (FROM tracks) SELECT name, name FROM t;",
    ],
)
def test_queries_are_read(database, query):
    assert list(read(database, query=query).frame) == ["name", "name.1"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM tracks", "starts with 'DELETE'"),
        ("WITH x AS (SELECT 1) DELETE FROM tracks", "the query writes (DELETE)"),
        ("WITH x AS (SELECT 1) UPDATE tracks AS t SET energy = 7", "the query is a UPDATE"),
        ("COPY tracks TO 'x.csv'", "starts with 'COPY'"),
        ("SELECT 1; SELECT 2", "several statements"),
        ("SELECT * FROM read_csv('/etc/hosts')", "the query reaches outside this database"),
        ("SELECT * FROM glob('*')", "the query reaches outside this database"),
        ("SELECT * FROM outside", "the query cannot be run"),
        ("SELECT (", "the query cannot be run"),
        ("SELECT name FROM tracks WHERE false", "the query returns no rows, only the columns name"),
    ],
)
def test_queries_that_write_reach_out_or_fail_are_refused(database, query, message):
    outside = pd.DataFrame({"a": [1]})
    with pytest.raises(DataError) as caught:
        read(database, query=query)
    assert message in str(caught.value)
    assert len(read(database).frame) == 2 and len(outside) == 1


def test_a_table_that_is_not_there_is_refused_with_those_that_are(database):
    with pytest.raises(ParameterError, match="Found: 'named', 'tracks', \"other.it's\""):
        read(database, "songs")


def test_a_database_in_use_is_refused(database):
    with duckdb.connect(str(database)), pytest.raises(DataError, match="in use by another program"):
        read(database)


@pytest.mark.parametrize(
    "damage",
    [lambda raw: raw[:5000], lambda raw: raw[:8] + b"NOPE" + raw[12:], lambda raw: raw[:4096] + bytes(len(raw) - 4096)],
)
def test_a_damaged_database_is_refused(database, damage):
    database.write_bytes(damage(database.read_bytes()))
    with pytest.raises(DataError, match="damaged or no DuckDB database"):
        read(database)


def test_a_missing_file_is_refused_and_not_created(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "x.duckdb")
    assert not list(tmp_path.iterdir())


def test_without_duckdb_the_extra_is_named(database, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(MissingDependencyError, match=r"songatlas\[sql\]"):
        read(database)


ENDLESS = "SELECT a.range FROM range(100000000) a, range(1000000) b WHERE (a.range * b.range) % 100000000007 = 3"


def test_a_signal_stops_a_long_query(database, assert_a_signal_stops):
    assert_a_signal_stops(lambda: read(database, query=ENDLESS), 0.2)


def test_what_does_not_fit_into_a_share_of_the_memory_is_refused(database, monkeypatch):
    monkeypatch.setattr(duckdb_files, "available_bytes", lambda: 200_000_000)
    with pytest.raises(DataError, match="the values are too long for the free memory"):
        read(database, query="SELECT list(range) FROM range(50000000)")
    assert [p.name for p in database.parent.iterdir()] == [database.name]


def test_many_rows_come_in_batches(database, monkeypatch):
    batches = []

    def collected(where, reader, schema):
        batches.extend(reader)
        return pa.Table.from_batches(batches, schema=schema)

    monkeypatch.setattr(duckdb_files, "collected_batches", collected)
    assert len(read(database, query="SELECT range AS energy FROM range(50000)").frame) == 50_000
    assert max(batch.num_rows for batch in batches) < 20_000

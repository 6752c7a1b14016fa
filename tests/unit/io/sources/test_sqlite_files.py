"""SQLite: any table or query, nothing written or left behind, and locked, damaged and encrypted files refused."""

import sqlite3
from contextlib import closing

import pytest

from songatlas.errors import DataError, ParameterError
from songatlas.io.sources import collected_rows, sqlite_files
from songatlas.io.sources.json_files import feature_names_in
from songatlas.io.sources.sqlite_files import read_sqlite

ODD = 'my "odd; table"'


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "a b#?%.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE tracks (name TEXT, energy REAL, tempo, art BLOB);
            INSERT INTO tracks VALUES ('Zorblax Waltz', 0.5, 120, x'ff00'), (NULL, 0.25, NULL, x'61');
            CREATE TABLE [my "odd; table"] (x);
            INSERT INTO [my "odd; table"] VALUES (1);
            CREATE VIEW broken AS SELECT * FROM gone;
            CREATE VIEW fast AS SELECT name FROM tracks WHERE tempo > 100;
            """
        )
    return path


def read(path, table=None, query=None):
    return read_sqlite(path, table, query, feature_names_in)


def test_the_table_with_features_is_read_as_it_is(database):
    table = read(database)
    assert dict(table.facts) == {"format": "SQLite", "table": "tracks"}
    assert (table.where, table.name) == (f"{database}: tracks", database.name)
    assert table.frame["name"].tolist() == ["Zorblax Waltz", ""]
    assert table.frame["art"].tolist() == ["ff00", "a"]
    assert table.frame["tempo"].tolist()[0] == 120.0 and table.frame["tempo"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "columns"), [(ODD, ["x"]), ("main.tracks", ["name", "energy", "tempo", "art"]), ("Fast", ["name"])]
)
def test_tables_and_views_are_read_by_name(database, name, columns):
    assert list(read(database, name).frame) == columns


def test_a_query_is_read_and_equal_names_told_apart(database):
    table = read(database, query="SELECT name, name, energy * 100 AS energy FROM tracks ORDER BY 3;")
    assert table.frame.to_dict("list") == {
        "name": ["", "Zorblax Waltz"],
        "name.1": ["", "Zorblax Waltz"],
        "energy": [25.0, 50.0],
    }
    assert table.facts["query"].startswith("SELECT name")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM tracks", "starts with 'DELETE'"),
        ("WITH x AS (SELECT 1) DELETE FROM tracks", "the query writes"),
        (
            "WITH x AS (SELECT 1) UPDATE OR IGNORE tracks SET energy = 7",
            "the query writes (attempt to write a readonly database)",
        ),
        ("PRAGMA query_only = 0", "starts with 'PRAGMA'"),
        ("ATTACH 'x.db' AS y", "starts with 'ATTACH'"),
        ("SELECT 1; DELETE FROM tracks", "several statements"),
        ("SELECT * FROM gone", "the query cannot be run (no such table: gone)"),
        ("SELECT ?", "the query cannot be run"),
        ("SELECT name, energy FROM tracks WHERE 0", "the query returns no rows, only the columns name, energy"),
    ],
)
def test_queries_that_write_or_fail_are_refused(database, query, message):
    before = database.read_bytes()
    with pytest.raises(DataError) as caught:
        read(database, query=query)
    assert message in str(caught.value)
    assert database.read_bytes() == before
    assert [p.name for p in database.parent.iterdir()] == [database.name]


def test_a_broken_view_is_refused_only_when_named(database):
    with pytest.raises(DataError, match=r"cannot be read \(no such table: main.gone\)"):
        read(database, "broken")


def test_a_table_that_is_not_there_is_refused_with_those_that_are(database):
    with pytest.raises(ParameterError, match="no table or view is named 'songs'. Found: 'broken', 'fast', 'my"):
        read(database, "songs")


def test_texts_in_another_encoding_are_told(database):
    table = read(database, query="SELECT CAST(x'ff41' AS TEXT) AS name")
    assert table.frame["name"].tolist() == ["\ufffdA"]
    assert table.notes == ("1 text is not UTF-8; what could not be read shows as '\ufffd'.",)


def test_a_database_in_write_ahead_mode_leaves_no_files_behind(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert len(read(database).frame) == 2
    assert [p.name for p in database.parent.iterdir()] == [database.name]


def test_what_another_program_committed_to_the_log_is_read(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO tracks VALUES ('Quiet Pebble', 1, 90, NULL)")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO tracks VALUES ('Not yet', 1, 90, NULL)")
        assert read(database).frame["name"].tolist() == ["Zorblax Waltz", "", "Quiet Pebble"]


@pytest.mark.parametrize("setup", [[], ["PRAGMA journal_mode = WAL", "PRAGMA locking_mode = EXCLUSIVE"]])
def test_a_locked_database_is_refused(database, monkeypatch, setup):
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        for statement in [*setup, "BEGIN EXCLUSIVE", "DELETE FROM tracks"]:
            writer.execute(statement)
        with pytest.raises(DataError, match="this database is locked: another program is writing to it"):
            read(database)


def test_a_log_that_cannot_be_opened_is_named(database, monkeypatch):
    database.with_name(database.name + "-wal").write_bytes(b"x")

    def refuse(*args, **kwargs):
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(sqlite_files.sqlite3, "connect", refuse)
    with pytest.raises(DataError, match=r"-wal beside it holds changes that are not yet in the database"):
        read(database)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw[:4096] + b"\xff" * (len(raw) - 4096), "is damaged"),
        (lambda raw: raw[:4500], "is damaged"),
        (lambda raw: bytes(b ^ 0x5A for b in raw), "not an SQLite database, or an encrypted one"),
    ],
)
def test_a_damaged_or_encrypted_database_is_refused(database, damage, message):
    database.write_bytes(damage(database.read_bytes()))
    with pytest.raises(DataError, match=message):
        read(database)


def test_a_missing_file_is_refused_and_not_created(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "x.db")
    assert not list(tmp_path.iterdir())


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_signal_stops_an_endless_query(database, assert_a_signal_stops):
    assert_a_signal_stops(lambda: read(database, query=ENDLESS), 0.05)


def test_an_endless_query_ends_with_the_free_memory(database, monkeypatch):
    free = iter([1_000_000_000, 900_000_000, 300_000_000, 100_000_000])
    monkeypatch.setattr(sqlite_files, "available_bytes", lambda: next(free))
    with pytest.raises(DataError, match="needs about 1.1 GB of memory, 1.0 GB are free"):
        read(database, query=ENDLESS)


def test_an_endless_result_ends_with_the_free_memory(database, monkeypatch):
    monkeypatch.setattr(collected_rows, "available_bytes", lambda: 5_000_000)
    with pytest.raises(DataError, match="5 MB are free"):
        read(database, query=ENDLESS.replace("count(*)", "i"))


def test_rows_of_long_values_are_weighed_a_few_at_a_time(database, monkeypatch):
    monkeypatch.setattr(collected_rows, "available_bytes", lambda: 5_000_000)
    monkeypatch.setattr(collected_rows, "CHUNK_BYTES", 1_000_000)
    query = ENDLESS.replace("SELECT count(*) FROM n", "SELECT hex(zeroblob(500000)), 1 / (i < 9) FROM n LIMIT 19000")
    with pytest.raises(DataError, match="needs about 6 MB of memory, 5 MB are free"):
        read(database, query=query)


def test_a_huge_value_is_refused_before_it_is_made(database):
    with pytest.raises(DataError, match="a value or row is longer than 100,000,000 bytes"):
        read(database, query="SELECT hex(zeroblob(499999999))")


def test_a_copied_log_without_its_index_is_read(database, tmp_path):
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO tracks VALUES ('Quiet Pebble', 1, 90, NULL)")
        for ending in ("", "-wal"):
            copy.with_name(copy.name + ending).write_bytes(database.with_name(database.name + ending).read_bytes())
    assert read(copy).frame["name"].tolist()[2] == "Quiet Pebble"

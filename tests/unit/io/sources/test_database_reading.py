"""What all databases share: one statement that reads, the table chosen, results that are no table."""

import pandas as pd
import pytest

from songatlas.errors import DataError, ParameterError
from songatlas.io.sources.database_reading import (
    DatabaseTable,
    choose_table,
    database_table,
    first_word,
    quoted_name,
    reading_statement,
    refuse_both,
    shown_query,
)
from songatlas.io.sources.json_files import feature_names_in

FEATURES = DatabaseTable("tracks", '"tracks"', ("name", "energy", "tempo"))
COMMANDS = ["rollback", "drop", "exec", "execute", "alter", "truncate", "create", "grant"]
OTHER = DatabaseTable("Users", '"Users"', ("id",))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        " select 1 ;\n",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "VALUES (1)",
        "TABLE tracks",
        "((select 1) union (select 2))",
        "-- mine\n/* all */ select 1",
        "select group_concat(name, ';') from t",
        'select ";" from t',
        "select 'it''s; fine'",
        "select 'into'",
        "select last_update, 'delete from t' from t for update",
        "select 'drop', \"create\", `merge`, [grant] from t -- commit",
        "select created, exec_time, dropped from t /* alter */",
    ],
)
def test_one_statement_that_reads_passes(query):
    assert reading_statement("db", query) == query.strip().rstrip(";").rstrip()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        (" ; ", "the query is empty"),
        ("-- only a comment", "the query is empty"),
        ("DELETE FROM t", "the query starts with 'DELETE'"),
        ("/*! DELETE FROM t */ select 1", "the query starts with '/'"),
        ("select 1; delete from t", "several statements"),
        ("select 1; commit; delete from t", "several statements"),
        ("select '''; delete from t; --", "may be several statements"),
        (r"select E'a\''; commit; delete from t; --'", "may be several statements"),
        (r"select 'a\'; delete from t", "may be several statements"),
        ("select $$'$$; delete from t; select $$'$$", "may be several statements"),
        ("select 1 # '\n; delete from t; # '", "may be several statements"),
        ("select 1 as [it's]; delete from t; select 1 as [it's]", "may be several statements"),
        ("select * into copy from t", "the query writes (INTO)"),
        ("with x as (delete from t returning *) select * from x", "the query writes (DELETE)"),
        ('with x as (select 1) update "t" set a = 1', "the query writes (UPDATE)"),
        ("select 1 into outfile 'x'", "the query writes (INTO)"),
        ("SELECT 1 COMMIT DROP TABLE tracks", "the query writes (COMMIT)"),
        ("WITH x AS (SELECT 1 a) MERGE tracks USING x ON 1=1 WHEN MATCHED THEN DELETE", "the query writes (MERGE)"),
        *((f"select 'a' {word} x", f"the query writes ({word.upper()})") for word in COMMANDS),
        ("select 1 /*! drop table t */", "the query writes (DROP)"),
    ],
)
def test_what_may_write_or_hold_several_statements_is_refused(query, message):
    with pytest.raises(DataError) as caught:
        reading_statement("db", query)
    assert message in str(caught.value)
    assert "Expected one statement that reads" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "word"), [("select", "SELECT"), ("/* a */\n( ( from t", "FROM"), ("(", ""), ("@x", "@")]
)
def test_the_first_word_is_found_behind_comments_and_brackets(text, word):
    assert first_word(text) == word


@pytest.mark.parametrize("wanted", ["tracks", "TRACKS", None])
def test_a_table_is_taken_by_its_name_or_its_features(wanted):
    assert choose_table("db", [OTHER, FEATURES], wanted, feature_names_in) is FEATURES


def test_the_only_table_is_taken_whatever_it_holds():
    assert choose_table("db", [OTHER], None, feature_names_in) is OTHER


@pytest.mark.parametrize(
    ("tables", "wanted", "error", "message"),
    [
        ([], None, DataError, "has no tables"),
        ([OTHER, DatabaseTable("x", "x", ())], None, DataError, "none has columns named like audio features: 'Users', 'x'"),
        ([FEATURES, DatabaseTable("copy", "c", FEATURES.columns), OTHER], None, DataError, "2 tables have the same number of audio features: 'tracks', 'copy'"),
        ([FEATURES, OTHER], "songs", ParameterError, "no table or view is named 'songs'. Found: 'tracks', 'Users'"),
        ([DatabaseTable("a", "a", ()), DatabaseTable("A", "A", ())], "aA"[0].upper() * 2, ParameterError, "is named 'AA'"),
    ],
)  # fmt: skip
def test_an_unclear_choice_is_refused_with_the_tables(tables, wanted, error, message):
    with pytest.raises(error) as caught:
        choose_table("db", tables, wanted, feature_names_in)
    assert message in str(caught.value)


def test_a_table_and_a_query_together_are_refused():
    with pytest.raises(ParameterError, match="Give one: --table"):
        refuse_both("t", "select 1")


def test_a_result_without_rows_names_its_columns():
    with pytest.raises(DataError, match="the query returns no rows, only the columns a, b"):
        database_table("db", "db", pd.DataFrame({"a": [], "b": []}), {"query": "select"})


def test_a_result_without_columns_is_refused():
    with pytest.raises(DataError, match="the table 't' has no columns"):
        database_table("db", "db", pd.DataFrame(), {"table": "t"})


def test_names_are_quoted_and_long_queries_cut():
    assert quoted_name("a", 'b"; drop') == '"a"."b""; drop"'
    assert len(shown_query("select " + "x, " * 500)) == 200

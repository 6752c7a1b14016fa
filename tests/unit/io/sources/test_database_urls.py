"""Names of databases without secrets, and messages of drivers with every spelling of a secret taken out."""

import pytest

from songatlas.io.sources.database_urls import public_name, scheme_of, scrubbed, without_secrets


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ana:secret@db.example.org/music", "postgresql://db.example.org/music"),
        (
            "PostgreSQL+psycopg2://ana:secret@db.example.org:5432/music?sslmode=require",
            "postgresql://db.example.org/music",
        ),
        ("postgresql://db.example.org/music?user=ana&password=secret", "postgresql://db.example.org/music"),
        ("mysql://ana:se/cr?et@host/music", "mysql://host/music"),
        ("mysql://ana@host", "mysql://host"),
        ("postgresql://ana:se@cret@host/music", "postgresql://…"),
        ("postgresql://an/a:secret@host/music", "postgresql://…"),
        ("postgresql://ana:secret/music", "postgresql://…"),
        ("postgresql://host/mu@sic", "postgresql://…"),
        ("postgresql://ana:secret@[::1]:5432/music", "postgresql://[::1]/music"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dana%3BPWD%3Dsecret", "mssql://…"),
        ("sqlite:///folder/songs.db?key=secret", "sqlite:///folder/songs.db"),
        ("sqlite+pysqlcipher://:secret@/songs.db", "sqlite:///songs.db"),
        ("no url", "the database"),
    ],
)
def test_only_dialect_host_and_database_are_shown(url, name):
    assert public_name(url) == name


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://ana:s3cr3t@h/d", 'password authentication failed for user "ana" (s3cr3t)'),
        ("postgresql://ana:s3cr3t@h/d", "could not connect to postgresql://ana:s3cr3t@h/d"),
        ("postgresql://ana:s3cr3t%40%2F@h/d", "password s3cr3t@/ or s3cr3t%40%2F or s3cr3t%40/ of ANA"),
        ("postgresql://h/d?user=ana&password=s3cr3t", "user=ana password='s3cr3t'"),
        ("postgresql://ana:x@s3cr3t@h/d", 'could not translate host name "s3cr3t@h"'),
        ("postgresql://an/ana:s3cr3t@h/d", "unknown database ana:s3cr3t@h/d"),
        ("mssql+pyodbc:///?odbc_connect=UID%3Dana%3BPWD%3D%7Bs3cr3t%7D", "login failed: UID=ana;PWD={s3cr3t}"),
        ("postgresql://ana:s3cr3t%27%5C@h/d", repr("bad: s3cr3t'\\")),
        ("postgresql://ana:s3cr3t+s3cr3t@h/d", "s3cr3t s3cr3t / s3cr3t+s3cr3t / s3cr3t%2Bs3cr3t"),
    ],
)
def test_no_spelling_of_a_secret_stays(url, message):
    text = scrubbed(message, url)
    assert "s3cr3t" not in text and "ana" not in text.lower()


def test_short_secrets_are_taken_out_where_they_stand_alone():
    assert scrubbed("user a failed at a table", "postgresql://a:b@h/d") == "user *** failed at *** table"


def test_the_message_itself_stays():
    message = 'relation "nope" does not exist'
    assert scrubbed(f"  {message}\n", "postgresql://ana:s3cr3t@h/d") == message


@pytest.mark.parametrize(("url", "scheme"), [("Postgres+x://h", "postgres"), ("a.csv", "")])
def test_the_dialect_of_a_url(url, scheme):
    assert scheme_of(url) == scheme


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgresql+psycopg://ana:SECRETPW@h:5432/music?password=SECRETPW", "postgresql+psycopg://h:5432/music"),
        ("postgresql://[::1]:5432/music", "postgresql://[::1]:5432/music"),
        ("postgresql:///music", "postgresql://…"),  # what stands there may be a secret
        ("sqlite:///folder/music.db", "sqlite:///folder/music.db"),
        ("duckdb:///music.duckdb?motherduck_token=SECRETPW", "duckdb:///music.duckdb"),
        ("mysql://ana:SECRET@PW/x@h/music", "mysql://…"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3DSECRETPW", "mssql://…"),
        ("nosuch://SECRETPW:ana@/", "nosuch://…"),
    ],
)
def test_a_stored_url_holds_no_secret_and_opens_the_same_where_none_is_needed(url, kept):
    assert without_secrets(url) == kept

"""Damaged files: whatever was done to the bytes of a table, reading it gives an account or a clear refusal."""

import csv
import io
import tempfile
import warnings
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from songatlas.errors import DataWarning, SongAtlasError
from songatlas.io.read import read_tracks
from songatlas.options import CleanOptions
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.clean import clean_tracks

HEADER = ["track_id", "track_name", "artist_name", "release_date", *FEATURE_NAMES]
N_ROWS = 6


def valid_table() -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    for i in range(N_ROWS):
        features = [0.1 * i, 0.5, -3.25 - i, 0.04, 0.3 + 0.1 * i, 0.0, 0.12, 0.9 - 0.1 * i, 100.5 + i, 180_000 + i]
        writer.writerow([f"t{i}", f'Song, "No" {i}', f"Ärtist {i}", f"199{i}-03-01", *features])
    return stream.getvalue().encode()


VALID = valid_table()
BITS = [
    *(b",", b";", b"\t", b'"', b'""', b"'", b"[", b"\\", b" ", b"", b"-"),
    *(b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b"nan", b"inf", b"1e400", b"0x1", b"999999999999999999999", b"energy"),
]

place = st.integers(0, len(VALID))
change = st.one_of(
    st.tuples(st.just("insert"), place, st.sampled_from(BITS) | st.binary(max_size=4)),
    st.tuples(st.just("replace"), place, st.sampled_from(BITS) | st.binary(max_size=4)),
    st.tuples(st.just("delete"), place, st.integers(1, 60)),
    st.tuples(st.just("cut"), place, st.just(b"")),
    st.tuples(st.just("swap"), st.sampled_from(BITS), st.sampled_from(BITS)),
    st.tuples(st.just("repeat"), place, st.integers(1, 200)),
)


def damaged(changes) -> bytes:
    data = VALID
    for kind, where, what in changes:
        if kind == "insert":
            data = data[:where] + what + data[where:]
        elif kind == "replace":
            data = data[:where] + what + data[where + len(what) :]
        elif kind == "delete":
            data = data[:where] + data[where + what :]
        elif kind == "cut":
            data = data[:where]
        elif kind == "repeat":
            data = data[: where + what] + data[where:]
        elif where:
            data = data.replace(where, what)
    return data


def read(data: bytes):
    """Return the table, or None where it was refused; any other exception is a fault."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.csv"
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            try:
                return read_tracks(path)
            except SongAtlasError as err:
                assert str(path) in str(err) and len(str(err)) < 2_000
                return None


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(change, min_size=1, max_size=5))
@example([("swap", b"\n", b"\r")])
@example([("insert", 0, b'"')])
@example([("insert", len(VALID), b't9,x,y,,1,1,1,1,1,1,1,1,1,"2\n')])
def test_a_damaged_table_is_read_with_an_account_or_refused(changes):
    table = read(damaged(changes))
    if table is None:
        return
    account = table.attrs["songatlas"]
    file = account["files"][0]
    assert len(table) == file["rows"] > 0
    assert file["read"] == file["rows"] + file["rejected"] == len(table) + len(account["rejects"])
    assert table.columns.is_unique
    assert set(account["source_columns"]) <= set(table.columns)
    features = [name for name in FEATURE_NAMES if name in table]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        cleaning = clean_tracks(table, features, CleanOptions())
    states = cleaning.state.tolist()
    assert len(states) == len(table) and set(states) <= {"kept", "merged", "set_aside"}
    acted = cleaning.ledger[cleaning.ledger["action"].str.startswith(("set aside", "merged"))]
    assert sorted(set(acted["row"] - 1)) == np.flatnonzero(cleaning.state != "kept").tolist()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, N_ROWS - 1), st.sampled_from(["track_name", "artist_name", "track_id"]))
def test_a_quote_that_is_not_closed_never_swallows_rows(row, column):
    """Either every other line is still a row and this one is rejected, or the file is refused."""
    lines = [line.replace('"Song, ""No"" ', "Song ").replace('"', "") for line in VALID.decode().splitlines()]
    cells = lines[row + 1].split(",")
    cells[HEADER.index(column)] = '"' + cells[HEADER.index(column)]
    lines[row + 1] = ",".join(cells)
    assert_only_these_are_rejected(read(("\n".join(lines) + "\n").encode()), {row})


def assert_only_these_are_rejected(table, rows):
    if table is None:
        return
    rejects = table.attrs["songatlas"]["rejects"]
    assert {line - 2 for _, line, *_ in rejects} <= rows and len(table) + len(rejects) == N_ROWS
    assert table["track_id"].str.strip('"').tolist() == [
        f"t{i}" for i in range(N_ROWS) if i not in {line - 2 for _, line, *_ in rejects}
    ]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, N_ROWS - 2), st.integers(1, N_ROWS - 1), st.sampled_from(HEADER))
def test_two_stray_quotes_in_one_column_never_swallow_rows(first, distance, column):
    later = min(first + distance, N_ROWS - 1)
    lines = [line.replace('"Song, ""No"" ', "Song ").replace('"', "") for line in VALID.decode().splitlines()]
    for row in (first, later):
        cells = lines[row + 1].split(",")
        cells[HEADER.index(column)] = '"' + cells[HEADER.index(column)]
        lines[row + 1] = ",".join(cells)
    assert_only_these_are_rejected(read(("\n".join(lines) + "\n").encode()), {first, later})


def test_the_undamaged_table_is_read():
    table = read(VALID)
    assert table is not None and len(table) == N_ROWS
    assert table["track_name"].tolist() == [f'Song, "No" {i}' for i in range(N_ROWS)]

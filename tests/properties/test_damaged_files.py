"""Damaged files of every dialect: each is read with an account of all its rows, or refused with a reason.

SONGATLAS_DAMAGED_FILES is the number of cases (300), SONGATLAS_SEED their seed (0). A case is made from its number
alone: ``damaged_file(number, seed)`` in ``tests/dialects/damage.py``.
"""

import os
import signal
import sqlite3
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from songatlas import read_tracks
from songatlas.errors import DataWarning, SongAtlasError
from songatlas.options import CleanOptions
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.clean import clean_tracks

from ..dialects import KNOWN_TRACKS
from ..dialects.broken_rows import StrayMark, broken_rows, stray_mark
from ..dialects.damage import damaged_file

N_CASES = int(os.environ.get("SONGATLAS_DAMAGED_FILES", "300"))
SEED = int(os.environ.get("SONGATLAS_SEED", "0"))
SECONDS = 20
SHOWN = 12


class TimeIsUpError(BaseException):
    """Reading took too long; no reader may catch it."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeIsUpError after some seconds, where the platform has alarms."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise TimeIsUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fault_of_account(table: pd.DataFrame) -> str:
    """Return what is wrong with the account of the rows, '' when nothing is."""
    account = table.attrs["songatlas"]
    files = account["files"]
    if any(file["read"] != file["rows"] + file["rejected"] for file in files):
        return f"read is not rows + rejected: {files}"
    if sum(file["rows"] for file in files) != len(table) or not len(table):
        return f"{len(table)} rows, but the files account for {files}"
    if len(account["rejects"]) != sum(file["rejected"] for file in files):
        return f"{len(account['rejects'])} rejects are listed, but {files}"
    if not all(len(reject) == 4 and reject[1] >= 1 and reject[2] for reject in account["rejects"]):
        return f"a reject has no line or no reason: {account['rejects'][:3]}"
    if not table.columns.is_unique or not set(account["source_columns"]) <= set(table.columns):
        return "columns are lost or repeated"
    return ""


def fault_of_cleaning(table: pd.DataFrame) -> str:
    features = [name for name in FEATURE_NAMES if name in table]
    state = clean_tracks(table, features, CleanOptions()).state
    counted = {name: int(np.sum(state == name)) for name in ("kept", "merged", "set_aside")}
    return "" if sum(counted.values()) == len(table) else f"of {len(table)} rows only {counted} are accounted for"


def fault_of_reading(path: Path) -> str:
    """Return what is wrong with reading a file, '' when it is read with an account or refused with a reason."""
    try:
        with time_limit(SECONDS):
            table = read_tracks(path)
    except SongAtlasError as err:
        message = str(err)
        return "" if path.name in message and len(message) < 2_000 else f"a refusal that is no good: {message[:500]!r}"
    return fault_of_account(table) or fault_of_cleaning(table)


@contextmanager
def unraised() -> Iterator[list[str]]:
    """Collect the exceptions that Python could only print, such as those in a callback of a C library."""
    found: list[str] = []
    before, sys.unraisablehook = (
        sys.unraisablehook,
        lambda lost: found.append(f"{lost.exc_type.__name__} lost: {lost.exc_value}"),
    )
    try:
        yield found
    finally:
        sys.unraisablehook = before


def fault_of(path: Path) -> str:
    with warnings.catch_warnings(record=True) as caught, unraised() as lost:
        warnings.simplefilter("always")
        try:
            fault = fault_of_reading(path)
        except TimeIsUpError:
            fault = f"not done after {SECONDS} s"
        except Exception as err:
            place = traceback.extract_tb(err.__traceback__)[-1]
            ours = [frame for frame in traceback.extract_tb(err.__traceback__) if "songatlas" in frame.filename]
            at = ours[-1] if ours else place
            fault = f"{type(err).__name__} at {Path(at.filename).name}:{at.lineno}: {str(err)[:200]}"
    others = [w for w in caught if not issubclass(w.category, DataWarning)]
    return (
        fault or (f"{others[0].category.__name__}: {others[0].message}" if others else "") or (lost[0] if lost else "")
    )


def shown(faults: list[str], n_cases: int) -> str:
    return "\n".join([f"{len(faults)} of {n_cases} cases (seed {SEED}) are at fault:", *faults[:SHOWN]])


def test_a_damaged_file_is_read_with_an_account_or_refused(tmp_path):
    faults = []
    for number in range(N_CASES):
        case = damaged_file(number, SEED)
        path = tmp_path / str(number) / case.file
        path.parent.mkdir()
        path.write_bytes(case.data)
        if fault := fault_of(path):
            faults.append(
                f"case {number} {case.story}: {fault}\n  {len(case.data):,} bytes: {case.data[:200]!r}\n  {path}"
            )
        else:
            path.unlink()
    assert not faults, shown(faults, N_CASES)


def read_quietly(path: Path, data: bytes) -> pd.DataFrame:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return read_tracks(path)


def fault_of_broken_rows(number: int, folder: Path) -> str:
    case = broken_rows(number, SEED)
    try:
        table = read_quietly(folder / case.file, case.data)
    except SongAtlasError as err:
        return f"case {number} {case.story}: refused ({err})"
    account = table.attrs["songatlas"]
    got = {
        "read": sum(file["read"] for file in account["files"]),
        "lines": [reject[1] for reject in account["rejects"]],
        "names": table["track_name"].tolist(),
        "energy": table["energy"].tolist(),
    }
    want = {
        "read": len(case.tracks) + len(case.rejected_lines),
        "lines": case.rejected_lines,
        "names": [case.expected.columns["track_name"][track] for track in case.tracks],
        "energy": [case.expected.columns["energy"][track] for track in case.tracks],
    }
    wrong = [key for key in want if got[key] != want[key]]
    return f"case {number} {case.story}: {wrong[0]} is {got[wrong[0]]}, expected {want[wrong[0]]}" if wrong else ""


def test_broken_rows_are_rejected_by_their_line_and_all_others_are_read(tmp_path):
    n_cases = max(20, N_CASES // 3)
    faults = [fault for number in range(n_cases) if (fault := fault_of_broken_rows(number, tmp_path / str(number)))]
    assert not faults, shown(faults, n_cases)


def wrong_value(table: pd.DataFrame, case: StrayMark) -> str:
    """Return the first feature of a known track that is another number than it should be; missing is no other number."""
    tracks = case.expected.columns["track_id"]
    strangers = [track for track in table["track_id"] if track not in tracks]
    if len(strangers) > len(case.rows):
        return f"the tracks {strangers[:3]} do not exist"
    places = [tracks.index(track) for track in table["track_id"] if track in tracks]
    known = table[[track in tracks for track in table["track_id"]]]
    for name in sorted(set(FEATURE_NAMES) & set(case.expected.columns)):
        want = np.array([case.expected.columns[name][place] for place in places], dtype=float)
        got = known[name].to_numpy("float64", na_value=np.nan)
        for at in np.flatnonzero(np.abs(got - want) > 1e-9 * np.abs(want) + 1e-12):
            return f"{name} of row {places[at]} is {got[at]}, not {want[at]}"
    return ""


def fault_of_stray_mark(number: int, mark: str, folder: Path) -> str:
    case = stray_mark(number, mark, SEED)
    try:
        table = read_quietly(folder / case.file, case.data)
    except SongAtlasError:
        return ""
    fault = wrong_value(table, case)
    n_read = sum(file["read"] for file in table.attrs["songatlas"]["files"])
    if not fault and n_read < len(KNOWN_TRACKS):
        fault = f"of {len(KNOWN_TRACKS)} rows only {n_read} are accounted for"
    return f"case {number} {case.story}: {fault}" if fault else ""


@pytest.mark.parametrize("mark", ['"', '""', ",", ";", "\t", "\n", "\r\n", "\0", "\\", "'", "\u2028", "\x0b"], ids=repr)
def test_a_stray_mark_never_shifts_values_nor_swallows_rows(tmp_path, mark):
    """Wherever a mark gets into a row, the file is refused, or no track has a value that is not its own."""
    n_cases = max(10, N_CASES // 15)
    faults = [
        fault for number in range(n_cases) if (fault := fault_of_stray_mark(number, mark, tmp_path / str(number)))
    ]
    assert not faults, shown(faults, n_cases)


QUOTED_HEADER = "id,name,artists,energy,valence,tempo\n"
SWALLOWING = {
    "a quoted cell with a comma follows": 'a1,"Pier,Ann,0.11,0.21,101\na2,Plain,"Bo, Di",0.12,0.22,102\na3,C,Cy,0.13,0.23,103\n',
    "a quoted cell with a comma in the same column": 'a1,"Pier,Ann,0.11,0.21,101\na2,"Salt, Smoke",Bo,0.12,0.22,102\na3,C,Cy,0.13,0.23,103\n',
    "a quoted cell without a comma follows": 'a1,"Pier,Ann,0.11,0.21,101\na2,"Plain",Bo,0.12,0.22,102\na3,C,Cy,0.13,0.23,103\n',
    "another such cell in the next row": 'a1,"Pier,Ann,0.11,0.21,101\na2,Plain,Bo,"0.12,0.22,102\na3,C,Cy,0.13,0.23,103\n',
    "another such cell two rows below": 'a1,A,"Ann,0.11,0.21,101\na2,B,Bo,0.12,0.22,102\na3,"C,Cy,0.13,0.23,103\n',
    "the last row": 'a1,A,Ann,0.11,0.21,101\na2,B,Bo,0.12,0.22,102\na3,"C,Cy,0.13,0.23,103',
}  # fmt: skip


@pytest.mark.parametrize("case", SWALLOWING)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
def test_a_quote_that_is_not_closed_costs_its_own_line_only(tmp_path, case, newline):
    """Each line is a row or a reject, and each row that was read has its own energy."""
    text = (QUOTED_HEADER + SWALLOWING[case]).replace("\n", newline)
    try:
        table = read_quietly(tmp_path / "tracks.csv", text.encode())
    except SongAtlasError:
        return
    assert sum(file["read"] for file in table.attrs["songatlas"]["files"]) == 3
    energy = {"a1": 0.11, "a2": 0.12, "a3": 0.13}
    assert [energy[track] for track in table["track_id"]] == table["energy"].tolist()


def sqlite_with_broken_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE tracks (track_id TEXT, track_name TEXT, energy REAL)")
        connection.execute("INSERT INTO tracks VALUES ('a1', CAST(x'8041' AS TEXT), 0.5)")
        connection.commit()


def sqlite_with_broken_names(path: Path) -> None:
    sqlite_with_broken_text(path)
    path.write_bytes(path.read_bytes().replace(b"track_name", b"track\x80name"))


def broken_text_column(path: Path, name: str) -> None:
    offsets, letters = pa.py_buffer(np.array([0, 2], dtype=np.int32).tobytes()), pa.py_buffer(b"\x80A")
    broken = pa.StringArray.from_buffers(1, offsets, letters)
    pq.write_table(pa.table({name: broken, "energy": [0.5], "tempo": [100.0]}), path)


ROW = "a1,A,0.5,0.2,101\n"
HEADER = "track_id,track_name,energy,valence,tempo\n"
ONCE_AT_FAULT = {
    "a year wider than 64 bits": ("tracks.csv", "track_id,energy,year\na,0.5,1999\nb,0.6,9999999999999999999999\n"),
    "carriage returns in rows of one cell": ("tracks.csv", '"a,energy\rx"\n"b,0.5\ry"\n'),
    "thirty thousand digits and a letter": ("tracks.csv", f"{HEADER}{ROW}a2,B,{'9' * 30_000}x,0.2,101\n"),
    "a row of latin-1 with too many fields": ("tracks.csv", (HEADER + ROW * 20_000).encode() + b"a1,Sch\xf6n,too,many,1,2\n"),
    "text of SQLite that is not UTF-8": ("tracks.sqlite", sqlite_with_broken_text),
    "names of SQLite that are not UTF-8": ("tracks.sqlite", sqlite_with_broken_names),
    "titles of Parquet that are not UTF-8": ("tracks.parquet", lambda path: broken_text_column(path, "track_name")),
    "artists of Parquet that are not UTF-8": ("tracks.parquet", lambda path: broken_text_column(path, "artist_name")),
}  # fmt: skip


@pytest.mark.parametrize("case", ONCE_AT_FAULT)
def test_a_file_that_was_once_at_fault_is_read_with_an_account_or_refused(tmp_path, case):
    name, content = ONCE_AT_FAULT[case]
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert fault_of(path) == ""


def test_a_case_is_made_from_its_number_alone():
    assert [damaged_file(number, 7) for number in range(30)] == [damaged_file(number, 7) for number in range(30)]
    assert len({damaged_file(number, 7).data for number in range(30)}) > 20

"""The quick way through a large CSV file: the same as the other ways, or not taken at all."""

import numpy as np
import pandas as pd
import pytest

from songatlas.io.sources import csv_files, csv_plain
from songatlas.io.sources.csv_files import read_csv
from songatlas.io.sources.raw import ByteSource

HEADER = "id,name,artist,energy,valence,tempo,loudness,genre,duration_ms"
N = 12_000  # several of the pieces that pandas reads side by side


@pytest.fixture
def small_files_too(monkeypatch):
    """Let small files take the quick way, and tell whether they did."""
    from pandas.io.parsers import readers

    monkeypatch.setattr(csv_plain, "_SMALLEST", 0)
    monkeypatch.setattr(readers, "_PARALLEL_READ_MIN_BYTES", 100_000)
    monkeypatch.setattr(readers, "_PARALLEL_CHUNK_BYTES", 200_000)
    taken = []
    quick = csv_files.read_plain
    monkeypatch.setattr(csv_files, "read_plain", lambda *given: taken.append(quick(*given)) or taken[-1])
    return taken


def rows() -> list[list[str]]:
    rng = np.random.default_rng(0)
    return [
        [
            f"t{i:06d}",
            f"Título {i}" if i % 3 else f'"Salt, Tin and ""Smoke"" {i}"',
            f"Artist {i % 97}",
            *(repr(float(v)) for v in rng.random(2)),
            repr(float(rng.uniform(60, 200))),
            repr(float(rng.uniform(-30, -2))),
            ["dream pop", "", "['folk', 'rock']".replace(",", ";")][i % 3],
            str(rng.integers(60_000, 600_000)),
        ]
        for i in range(N)
    ]


def source_of(path, lines: list[str], header: str = HEADER) -> ByteSource:
    path.write_bytes("\n".join([header, *lines, ""]).encode())
    return ByteSource(str(path), path.name, lambda: path.open("rb"), path.stat().st_size, path)


def without_quick_way(source: ByteSource, monkeypatch) -> pd.DataFrame:
    with monkeypatch.context() as patch:
        patch.setattr(csv_files, "read_plain", lambda *given: None)
        return read_csv(source)


def test_a_plain_file_is_read_quickly_and_alike(tmp_path, small_files_too, monkeypatch):
    source = source_of(tmp_path / "a.csv", [",".join(row) for row in rows()])
    read = read_csv(source)
    assert small_files_too[0] is not None
    other = without_quick_way(source, monkeypatch)
    pd.testing.assert_frame_equal(read.frame, other.frame, check_exact=True)
    assert (read.facts, read.notes, read.rejects) == (other.facts, other.notes, other.rejects)


def damaged(kind: str, at: int) -> list[str]:
    table = rows()
    if kind == "short":
        table[at] = table[at][:4]
    elif kind == "long":
        table[at].append("7")
    elif kind == "long by an empty cell":
        table[at].append("")
    elif kind == "no last cell":
        table[at][-1] = ""
    elif kind == "quote never closed":
        table[at][1] = '"' + table[at][2]
    elif kind == "zero byte":
        table[at][1] = "a\0b"
    elif kind == "word among numbers":
        table[at][3] = "loud"
    elif kind == "comma among numbers":
        table[at][3] = '"0,5"'
    elif kind == "blank line":
        table.insert(at, [])
    elif kind == "header again":
        table[at] = HEADER.split(",")
    elif kind == "numbers in place of words":
        for row in table[at:]:
            row[0], row[2] = f"{int(row[0][1:]):06d}", "007"
    elif kind == "words of truth":
        for row in table[at:]:
            row[2] = "True"
    elif kind == "break in a cell":
        table[at][1] = '"two\nlines"'
    elif kind == "empty numbers":
        for row in table[at:]:
            row[3] = ""
    return [",".join(row) for row in table]


KINDS = [
    "short", "long", "long by an empty cell", "no last cell", "quote never closed", "zero byte", "word among numbers",
    "comma among numbers", "blank line", "header again", "numbers in place of words", "words of truth",
    "break in a cell", "empty numbers",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [300, N - 1])
def test_what_is_out_of_the_way_is_read_as_without_the_quick_way(tmp_path, small_files_too, monkeypatch, kind, at):
    source = source_of(tmp_path / "a.csv", damaged(kind, at))
    read = read_csv(source)
    assert small_files_too  # it was tried
    other = without_quick_way(source, monkeypatch)
    pd.testing.assert_frame_equal(read.frame, other.frame, check_exact=True)
    assert read.rejects == other.rejects
    assert len(read.frame) + len(read.rejects) == N


@pytest.mark.parametrize(("last", "taken"), [("artist", True), ("energy", True), ("genre", False)])
def test_the_quick_way_is_taken_where_the_last_column_is_filled_in_every_row(
    tmp_path, small_files_too, monkeypatch, last, taken
):
    place = HEADER.split(",").index(last)
    names = HEADER.split(",")
    table = [row[:place] + row[place + 1 :] + [row[place]] for row in rows()]
    header = ",".join(names[:place] + names[place + 1 :] + [last])
    source = source_of(tmp_path / "a.csv", [",".join(row) for row in table], header)
    read = read_csv(source)
    assert (small_files_too[0] is not None) == taken
    pd.testing.assert_frame_equal(read.frame, without_quick_way(source, monkeypatch).frame, check_exact=True)


@pytest.mark.parametrize("last", ["artist", "energy"])
def test_one_empty_last_cell_and_the_quick_way_is_left(tmp_path, small_files_too, last):
    place = HEADER.split(",").index(last)
    names = HEADER.split(",")
    table = [row[:place] + row[place + 1 :] + [row[place]] for row in rows()]
    table[5_000] = table[5_000][:-1]
    header = ",".join(names[:place] + names[place + 1 :] + [last])
    read = read_csv(source_of(tmp_path / "a.csv", [",".join(row) for row in table], header))
    assert small_files_too == [None]
    assert [(r.line, len(read.frame)) for r in read.rejects] == [(5_002, N - 1)]

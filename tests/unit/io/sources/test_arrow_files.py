"""Parquet and Feather: plain columns from every Arrow type, nothing added from folder names, clear refusals."""

import datetime
import decimal
import warnings

import pandas as pd
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest

from songatlas.errors import DataError
from songatlas.io.sources import arrow_files
from songatlas.io.sources.arrow_files import read_feather, read_parquet_file

D = decimal.Decimal
TABLE = pa.table({"name": ["Zorblax Waltz", None], "energy": [0.5, None], "n": [1, 2]})


def parquet(table, path):
    pq.write_table(table, path)
    return read_parquet_file(path)


def feather(table, path):
    pf.write_feather(table, path)
    return read_feather(path)


def stream(table, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return read_feather(path)


@pytest.mark.parametrize(("form", "kind"), [(parquet, "Parquet"), (feather, "Feather"), (stream, "Arrow stream")])
def test_every_form_reads_the_same(tmp_path, form, kind):
    read = form(TABLE, tmp_path / "a")
    assert read.facts == {"format": kind}
    assert {n: str(t) for n, t in read.frame.dtypes.items()} == {"name": "str", "energy": "float64", "n": "int64"}
    assert list(read.frame["name"]) == ["Zorblax Waltz", ""]


@pytest.mark.parametrize(
    ("array", "kind", "cells"),
    [
        (pa.array(["x", None]).dictionary_encode(), "str", ["x", ""]),
        (pa.array(["x", None], pa.large_string()), "str", ["x", ""]),
        (pa.array([D("1.5"), None]), "float64", [1.5, None]),
        (pa.array([D(5), D(7)], pa.decimal128(38, 0)), "int64", [5, 7]),
        (pa.array([D(10**30), None], pa.decimal128(38, 0)), "str", ["1" + "0" * 30, ""]),
        (pa.array([2**60, None]), "Int64", [2**60, None]),
        (pa.array([2**63, None], pa.uint64()), "UInt64", [2**63, None]),
        (pa.array([1, None], pa.int32()), "float64", [1.0, None]),
        (pa.array([True, None]), "boolean", [True, None]),
        (pa.array([datetime.time(3, 45), None]), "str", ["3:45:00", ""]),
        (pa.array([datetime.timedelta(seconds=225), None]), "str", ["0:03:45", ""]),
        (pa.array([225_000_000_000, None], pa.duration("ns")), "str", ["0:03:45", ""]),
        (pa.array([datetime.date(1999, 1, 2), None]), "str", ["1999-01-02", ""]),
        (pa.array([b"abc", b"\xff"]), "str", ["abc", "ff"]),
        (pa.nulls(2), "str", ["", ""]),
        (pa.array([1.5, None], pa.float16()), "float32", [1.5, None]),
    ],
)
def test_columns_become_plain(tmp_path, array, kind, cells):
    column = feather(pa.table({"a": array}), tmp_path / "a").frame["a"]
    assert str(column.dtype) == kind
    assert [None if pd.isna(cell) else cell for cell in column] == cells


def test_structs_become_dotted_columns_and_lists_stay(tmp_path):
    table = pa.table({"s": [{"a": 1, "b": {"c": 0.5}}], "l": [["x", "y"]], "o": [[{"name": "z"}]]})
    frame = parquet(table, tmp_path / "a").frame
    assert list(frame) == ["s.a", "s.b.c", "l", "o"]
    assert (list(frame["l"][0]), list(frame["o"][0])) == (["x", "y"], [{"name": "z"}])


def test_folder_names_add_no_columns(tmp_path):
    (tmp_path / "key=3").mkdir()
    assert list(parquet(TABLE, tmp_path / "key=3" / "a.parquet").frame) == ["name", "energy", "n"]


@pytest.mark.parametrize(
    ("index", "columns"),
    [(pd.Index(["x", "y"], name="track_id"), ["energy", "track_id"]), (pd.Index([5, 7]), ["energy"])],
)
def test_a_named_pandas_index_is_a_column_and_a_counting_one_is_not(tmp_path, index, columns):
    pd.DataFrame({"energy": [0.5, 0.25]}, index=index).to_parquet(tmp_path / "a")
    assert list(read_parquet_file(tmp_path / "a").frame) == columns


def test_two_columns_of_one_name_are_told_apart(tmp_path):
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert parquet(table, tmp_path / "a").frame.to_dict("list") == {"a": [1], "a.1": [2]}


def test_the_first_version_of_feather_is_read_or_refused(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pf.write_feather(pa.table({"energy": [0.5]}), tmp_path / "a", version=1)
    read = read_feather(tmp_path / "a")
    assert (read.facts["format"], list(read.frame["energy"])) == ("Feather 1", [0.5])
    (tmp_path / "b").write_bytes(b"FEA1 and then nothing FEA1")
    with pytest.raises(DataError, match=r"a Feather file of version 1, .*to_parquet"):
        read_feather(tmp_path / "b")


@pytest.mark.parametrize(("form", "reader"), [(parquet, read_parquet_file), (feather, read_feather)])
def test_a_cut_file_is_refused(tmp_path, form, reader):
    form(TABLE, tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-20])
    with pytest.raises(DataError, match=r"starts like .* but cannot be read"):
        reader(tmp_path / "a")


@pytest.mark.parametrize("form", [parquet, feather])
def test_a_file_without_columns_is_refused(tmp_path, form):
    with pytest.raises(DataError, match="has no columns"):
        form(pa.table({}), tmp_path / "a")


@pytest.mark.parametrize("form", [parquet, feather])
def test_a_table_too_large_for_the_memory_is_refused(tmp_path, monkeypatch, form):
    monkeypatch.setattr(arrow_files, "available_bytes", lambda: 100)
    monkeypatch.setattr("songatlas.io.sources.memory.available_bytes", lambda: 100)
    with pytest.raises(DataError, match="a: needs about .* of memory"):
        form(TABLE, tmp_path / "a")

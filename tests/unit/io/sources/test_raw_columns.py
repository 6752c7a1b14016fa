"""Columns from plain values: types kept, whole numbers exact, missing cells, objects flattened."""

import datetime
import decimal
import uuid

import numpy as np
import pandas as pd
import pytest

from songatlas.errors import DataError
from songatlas.io.sources.collected_rows import CollectedRows
from songatlas.io.sources.raw_columns import MOST_COLUMNS, column, flattened, joined, part, unique_names

D = decimal.Decimal
NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1, None], "float64", [1.0, None]),
        ([2**60, None], "Int64", [2**60, None]),
        ([2**63, 1], "str", ["9223372036854775808", "1"]),
        ([2**63, None], "str", ["9223372036854775808", ""]),
        ([1, 0.5], "float64", [1.0, 0.5]),
        ([2**53 + 1, 0.5], "str", ["9007199254740993", "0.5"]),
        ([0.5, NAN], "float64", [0.5, None]),
        ([True, False], "bool", [True, False]),
        ([True, None], "boolean", [True, None]),
        (["a", None], "str", ["a", ""]),
        (["0.5", 0.25, None, NAN], "str", ["0.5", "0.25", "", ""]),
        ([True, 1], "str", ["True", "1"]),
        ([None, None], "str", ["", ""]),
        (["\ud800x"], "str", ["?x"]),
        ([["a"], None], "object", [["a"], None]),
        ([["a", "b"], ["c", "d"]], "object", [["a", "b"], ["c", "d"]]),
        ([("a",), {"b"}], "object", [["a"], ["b"]]),
        ([D("0.50"), None], "float64", [0.5, None]),
        ([D(5), D(7)], "int64", [5, 7]),
        ([D("NaN"), D("sNaN")], "float64", [None, None]),
        ([datetime.date(1999, 1, 2)], "str", ["1999-01-02"]),
        ([datetime.datetime(1999, 1, 2)], "str", ["1999-01-02"]),
        ([datetime.datetime(1999, 1, 2, 3, 4, 5)], "str", ["1999-01-02 03:04:05"]),
        ([datetime.time(3, 45), datetime.timedelta(hours=30)], "str", ["3:45:00", "30:00:00"]),
        ([b"abc", b"\xff\x00", memoryview(b"x")], "str", ["abc", "ff00", "x"]),
        ([uuid.UUID(int=1)], "str", ["00000000-0000-0000-0000-000000000001"]),
        ([np.float32(0.5), np.int8(1)], "float64", [0.5, 1.0]),
    ],
)
def test_a_column_has_the_type_that_loses_nothing(values, kind, cells):
    made = column(values)
    assert str(made.dtype) == kind
    assert [None if not isinstance(c, list) and pd.isna(c) else c for c in made] == cells


@pytest.mark.parametrize(
    "parts",
    [
        [[1, 2], [3, None]],
        [[1], ["x"]],
        [[None], [0.5]],
        [[None], [2**60]],
        [["a"], [None]],
        [[True], [None], [False, None]],
        [[2**60], [0.5]],
        [[["a"]], [None]],
        [[1], [None], [2]],
        [[1], [None, 2], [3]],
        [[1, None], [0.5]],
        [[1, None], ["x"]],
        [[0.5, None], ["x"]],
        [[2**60, None], [3]],
        [[], [1]],
        [[None], [None]],
        [[2**63], [None], [1]],
    ],
)
def test_parts_join_to_what_the_whole_would_be(parts):
    together = column([value for values in parts for value in values])
    pd.testing.assert_series_equal(joined([part(values) for values in parts]), together)


def test_names_are_unique_and_none_is_empty():
    assert unique_names(["id", "id", "", " id ", "id.1"]) == ["id", "id.1", "unnamed_2", "id.2", "id.1.1"]


def test_objects_become_dotted_columns_and_lists_stay():
    names, columns = flattened("x", [{"a": {"b": 1, "c": {"d": 2}}, "e": [1], "f": {}}, {"a": None, "g": {"h": 3}}])
    assert dict(zip(names, columns, strict=True)) == {
        "a.b": [1, None],
        "a.c.d": [2, None],
        "e": [[1], None],
        "g.h": [None, 3],
    }


def test_a_key_with_objects_and_texts_stays_one_column():
    assert flattened("x", [{"a": {"b": 1}}, {"a": "t"}]) == (["a"], [[{"b": 1}, "t"]])


def test_thousands_of_different_keys_are_no_table():
    with pytest.raises(DataError, match="more than 5,000 different keys"):
        flattened("x.json", [{str(i): 1} for i in range(MOST_COLUMNS + 1)])


def test_collected_rows_widen_and_flatten():
    rows = CollectedRows("x", ["a", "o"])
    rows.add_all([(1, {"k": 0.5}), (2, None, "late")])
    assert rows.frame().to_dict("list") == {
        "a": [1, 2],
        "o.k": [0.5, pytest.approx(NAN, nan_ok=True)],
        "unnamed_2": ["", "late"],
    }


def test_collected_rows_may_drop_nameless_empty_columns():
    rows = CollectedRows("x", ["a", ""])
    rows.add_all([(1, None)])
    assert list(rows.frame(keep_empty=False)) == ["a"]
    assert list(rows.frame()) == ["a", "unnamed_1"]


def test_collected_rows_stop_when_memory_ends(monkeypatch):
    monkeypatch.setattr("songatlas.io.sources.collected_rows.available_bytes", lambda: 1_000)
    with pytest.raises(DataError, match="db: needs about"):
        CollectedRows("db", ["a"]).add_all([(i,) for i in range(1_000)])


def test_chunks_of_different_types_join(monkeypatch):
    monkeypatch.setattr("songatlas.io.sources.collected_rows.CHUNK", 2)
    rows = CollectedRows("x", ["a"])
    rows.add_all([(1,), (2,), (None,), (4,), ("n/a",)])
    assert list(rows.frame()["a"]) == ["1", "2", "", "4", "n/a"]

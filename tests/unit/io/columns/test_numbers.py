"""Numbers as people write them."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from songatlas.io.columns.numbers import (
    choose_mark,
    count_marks,
    count_unreadable,
    read_number,
    read_numbers,
    text_cells,
)


def texts(*cells):
    return pa.chunked_array([list(cells)], type=pa.large_string())


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("0.735", ".", 0.735),
        ("1.55E-05", ".", 1.55e-5),
        ("5078.0", ".", 5078),
        ("2,445", ".", 2445),
        ("1,234,567.5", ".", 1234567.5),
        ("-6.85db", ".", -6.85),
        ("−6.85 dB", ".", -6.85),
        ("120 BPM", ".", 120),
        ("57%", ".", 57),
        ("57 %", ".", 57),
        (".5", ".", 0.5),
        ("+3", ".", 3),
        ("1 234", ".", 1234),
        ("1\u202f234", ".", 1234),
        ("1'234", ".", 1234),
        ("0,735", ",", 0.735),
        ("1.234,56", ",", 1234.56),
        ("1.234", ",", 1234),
        ("0.735", ",", 0.735),
        ("-inf", ".", -math.inf),
    ],
)
def test_what_people_write_is_read(text, mark, value):
    assert read_number(text, mark)[0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["loud", "0,735", "1,23", "12,34,567", "1.2.3", "4/4", "3:45", "--5", "0x1A", "1e", "5 apples"]
)
def test_what_is_no_number_is_not_guessed(text):
    assert read_number(text, ".") is None


@pytest.mark.parametrize("text", ["", " ", "undefined", "NaN", "N/A", "null", "None", "#N/A"])
def test_words_for_missing_are_missing(text):
    assert math.isnan(read_number(text)[0])


@pytest.mark.parametrize(
    ("cells", "file", "thousands", "expected"),
    [
        (["0,735", "0,9", "12,5"], "", False, (",", False)),
        (["1.234,5", "12,25"], "", False, (",", False)),
        (["2,445", "315", "207"], "", False, (".", False)),
        (["2,445", "0.5"], "", False, (".", True)),
        (["2,445", "0.5"], "", True, (".", False)),
        (["120,534", "80,1"], "", False, (",", False)),
        (["120,534", "95,012", "133,088"], "", False, (",", False)),
        (["120,534", "95,012", "133,088"], "", True, (".", False)),
        (["120,534", "95,012", "100"], ",", False, (",", False)),
        (["0.735", "0,9", "0,8"], "", False, (",", True)),
        (["0.735", "0.9", "0,8"], "", False, (".", True)),
        (["1,23", "120", "95"], ".", False, (".", False)),
        (["1,23", "12,5", "9,75"], ".", False, (",", False)),
        (["loud", ""], "", False, (".", False)),
    ],
)
def test_the_decimal_mark_is_decided_by_what_the_cells_show(cells, file, thousands, expected):
    own = count_marks(texts(*cells))
    found = choose_mark(own, comma_file=file == ",", point_file=file == ".", may_be_thousands=thousands)
    assert found == expected


def test_where_both_marks_are_used_what_could_be_thousands_is_unreadable():
    found = read_numbers(texts("0,735", "12,5", "-9.869", "0.5", "128,314"), ",", mixed=True)
    np.testing.assert_array_equal(found.values, [0.735, 12.5, np.nan, 0.5, 128.314])
    assert found.unreadable.tolist() == [False, False, True, False, False]


def test_a_column_is_read_with_its_units_and_its_unreadable_cells():
    found = read_numbers(texts("-6.85db", "-7db", "soft", "", "-7db"))
    np.testing.assert_array_equal(found.values, [-6.85, -7, np.nan, np.nan, -7])
    assert found.unreadable.tolist() == [False, False, True, False, False]
    assert found.units.tolist() == ["db", "db", "", "", "db"]
    bad = count_unreadable(texts("-6.85db", "-7db", "soft", "", "-7db"), found.unreadable)
    assert (bad.count, bad.examples) == (1, ("soft",))


def test_cells_of_any_type_become_texts():
    column = pd.Series([1, "a ", None, 2.5], dtype=object)
    assert text_cells(column).to_pylist() == ["1", "a", "", "2.5"]

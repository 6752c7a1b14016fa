"""Lengths written with colons."""

import pyarrow as pa
import pytest

from songatlas.io.columns.durations import has_clock, read_clock, read_clocks


def texts(*cells):
    return pa.chunked_array([list(cells)], type=pa.large_string())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3:45", 225), ("03:45", 225), ("1:02:33", 3753), ("0:00:07", 7), ("3:45.5", 225.5), ("0 days 00:03:20", 200)],
)
def test_clocks_are_read(text, seconds):
    assert read_clock(text)[0] == 1000 * seconds


@pytest.mark.parametrize("text", ["3", "3:4x", "12:75", "2024-01-01 10:00", ":", ""])
def test_what_is_no_clock_is_none(text):
    assert read_clock(text) is None


def test_a_column_counts_as_clocks_when_most_cells_are():
    assert has_clock(texts("3:45", "", "4:01")) and not has_clock(texts("3:45", "215", "216"))


def test_what_a_spreadsheet_took_for_hours_is_minutes():
    values, bad, note = read_clocks(texts("3:45:00", "04:01:00", "2:59:00", ""))
    assert values[:3].tolist() == [225_000, 241_000, 179_000] and not bad.any()
    assert "took minutes for hours" in note


def test_real_hours_stay_hours():
    values, _, note = read_clocks(texts("1:02:33", "0:59:10", "1:10:00"))
    assert values.tolist() == [3_753_000, 3_550_000, 4_200_000] and not note


def test_unreadable_clocks_are_marked():
    _, bad, _ = read_clocks(texts("3:45", "soon"))
    assert bad.tolist() == [False, True]

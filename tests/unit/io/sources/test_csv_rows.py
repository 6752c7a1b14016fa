"""Damaged CSV files row by row: what is rejected, with which line, and what stays."""

import io

import pytest

from songatlas.errors import DataError
from songatlas.io.sources.csv_files import read_csv
from songatlas.io.sources.csv_quotes import may_hold_rows, quote_is_open, strict_cells, swallows_rows
from songatlas.io.sources.raw import ByteSource

HEADER = "track_id,title,energy,valence,tempo"


def row(i, title="Song"):
    return f"t{i},{title} {i},0.{i}5,0.25,12{i}"


def read(*lines, header=HEADER, end="\n"):
    data = (end.join([header, *lines]) + end).encode()
    table = read_csv(ByteSource("t.csv", "t.csv", lambda: io.BytesIO(data), len(data)))
    return table.frame["track_id"].tolist(), [(r.line, r.reason) for r in table.rejects]


OPEN = "a quote is opened and never closed"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_misfit_is_rejected_with_its_line(end):
    kept, rejects = read(
        row(1), row(2) + ",x", "short", row(3), HEADER, "", "  ", row(4, "\0"), row(5), row(6), end=end
    )
    assert kept == ["t1", "t3", "t5", "t6"]
    assert rejects == [
        (3, "6 fields, the header has 5"),
        (4, "1 field, the header has 5"),
        (6, "the header again"),
        (9, "a zero byte in the row"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        't2,"Song 2,0.25,0.25,122',
        't2,Song 2,"0.25,0.25,122',
        '"t2,Song 2,0.25,0.25,122',
        't2,Song 2,0.25,0.25,"122',
    ],
)
def test_an_open_quote_costs_its_own_line_only(broken):
    lines = [row(1), broken, row(3), 't4,"Di, Ed",0.45,0.25,124', row(5)]
    assert read(*lines) == (["t1", "t3", "t4", "t5"], [(3, OPEN)])


def test_an_open_quote_at_the_end_of_the_file():
    assert read(row(1), row(2), 't3,"Song') == (["t1", "t2"], [(4, OPEN)])


def test_cells_of_several_lines_are_kept_and_lines_counted_through_them():
    kept, rejects = read('t1,"One, two\nthree, four\n\nfive ""six""",0.15,0.25,121', "bad", row(2))
    assert kept == ["t1", "t2"] and rejects == [(6, "1 field, the header has 5")]


def test_rejected_rows_keep_their_whole_text():
    data = f'{HEADER}\n{row(1)}\nt2,"a\nb",1,2\n{row(3)}\n{row(4)}\n'.encode()
    table = read_csv(ByteSource("t.csv", "t.csv", lambda: io.BytesIO(data), len(data)))
    assert [r.text for r in table.rejects] == ['t2,"a\nb",1,2']


def test_the_second_half_of_a_broken_row_never_passes_for_a_row():
    kept, rejects = read(row(1), 't2,"a\nb",1,2,3,4', row(3), row(4))
    assert kept == ["t1", "t3", "t4"] and rejects == [(3, OPEN), (4, OPEN)]


def test_a_second_header_in_another_order_is_refused():
    with pytest.raises(DataError, match="line 4 is another header"):
        read(
            row(1),
            row(2),
            "title,track_id,valence,energy,tempo,key",
            *[row(i) + ",5" for i in (3, 4)],
            row(5),
            row(6),
            row(7),
        )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([f"x,{row(i)}" for i in range(5)], "5 names, but 5 of 5 rows have 6 fields. The header seems to lack a name"),
        (["a,b"] * 5, "5 names, but 5 of 5 rows have 2 fields"),
        ([row(1), 'a,"b', 'c,"d', 'e,"f'], "3 of 4 rows cannot be read"),
    ],
)
def test_a_file_that_mostly_does_not_fit_is_refused(lines, message):
    with pytest.raises(DataError, match=message):
        read(*lines)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ('a,"b', True),
        ('a,"b"', False),
        ('a,12" mix,c', False),
        ('"a ""b""",c', False),
        ('a,"b "" c', True),
        ("", False),
    ],
)
def test_open_quotes_are_known(text, is_open):
    assert quote_is_open(text, ",") is is_open


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a,"b, c",d', ["a", "b, c", "d"]),
        ('a,"b ""c""",d', ["a", 'b "c"', "d"]),
        ('a,"b "c" d",e', ["a", 'b "c" d', "e"]),
        ('"",a,', ["", "a", ""]),
        ('a,"b"x,c', None),
        ("", [""]),
    ],
)
def test_a_quote_closes_a_cell_only_before_a_separator_or_the_end(text, cells):
    assert strict_cells(text, ",") == cells


def test_cells_that_hold_rows_are_known():
    assert swallows_rows(["t1", "Song,0.1,0.2,121\nt2,Other", "0.2", "0.2", "122"], ",")
    assert not swallows_rows(["t1", "a line, and\nanother", "0.2", "0.2", "122"], ",")
    assert may_hold_rows("Song,0.1,0.2,121\nt2,Bo", 1, 5, ",")
    assert not may_hold_rows("one line, and\nanother", 1, 5, ",")

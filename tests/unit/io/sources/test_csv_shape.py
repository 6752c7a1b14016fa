"""The shape of CSV files: separators, headers of several lines, lines above, wrapped rows."""

import pytest

from songatlas.errors import DataError
from songatlas.io.sources.csv_shape import find_shape, unique_names

ROW = "a1{0}Song{0}0.5{0}0.25{0}120"
HEADER = "track_id{0}track_name{0}energy{0}valence{0}tempo"


def shape(text):
    return find_shape(text, "t.csv", whole=True)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator):
    found = shape((HEADER + "\n" + ROW + "\n").format(separator))
    assert found.separator == separator and len(found.names) == 5 and found.lines == 1


def test_lists_and_decimal_commas_do_not_hide_the_separator():
    text = "track_id;artists;energy;tempo\n" + "".join(
        f"t{i};\"['Ana', 'Bo', 'Cy']\";0,{i}5;12{i},5\n" for i in range(9)
    )
    assert shape(text).separator == ";"


def test_the_separator_of_the_lines_wins_over_a_header_with_many_commas():
    assert shape("a, b, c and d;energy;tempo\n1;0.5;120\n2;0.6;121\n").separator == ";"


def test_a_line_that_names_the_separator_is_obeyed():
    found = shape("sep=;\n" + HEADER.format(";") + "\n" + ROW.format(";"))
    assert found.separator == ";" and found.lines == 2 and found.names[0] == "track_id"


def test_lines_above_the_header_are_passed_over_and_said():
    found = shape("My playlist\nmade in 2024\n\n" + HEADER.format(",") + "\n" + ROW.format(","))
    assert found.names[0] == "track_id" and found.note == "2 lines above the header passed over" and not found.above


def test_a_row_above_the_header_is_a_reject_and_no_level():
    found = shape("\n".join([ROW.format(","), HEADER.format(","), ROW.format(",")]))
    assert found.names[0] == "track_id" and [line for line, _ in found.above] == [1]


def test_a_header_of_three_lines_is_joined():
    text = ",echonest,echonest\n,audio_features,audio_features\n,energy,tempo\ntrack_id,,\n2,0.5,120\n"
    found = shape(text)
    assert found.names == ["track_id", "echonest.audio_features.energy", "echonest.audio_features.tempo"]
    assert found.lines == 4 and found.sample == [["2", "0.5", "120"]]


def test_lines_that_are_one_quoted_cell_are_unwrapped():
    found = shape('"track_id,energy,tempo"\n"a1,0.5,120"\n')
    assert found.wrapped and found.names == ["track_id", "energy", "tempo"]


def test_repeated_and_empty_names_are_told_apart():
    assert unique_names(["", "a", "a", " ", "a.1"]) == ["unnamed_0", "a", "a.1", "unnamed_3", "a.1.1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 2_000 + ",energy\n1,2\n", "a column name of 2,000 characters"),
        (",".join(map(str, range(30_000))) + "\n", "30,000 columns, at most 20,000"),
        ('"\n', "no column names"),
    ],
)
def test_headers_that_no_table_of_tracks_has_are_refused(text, message):
    with pytest.raises(DataError, match=message):
        shape(text)

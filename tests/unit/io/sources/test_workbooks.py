"""Workbooks: the right sheet and header row, cells as people see them, and refusals before anything is unpacked."""

import datetime
import re
import zipfile

import pytest

from songatlas.errors import DataError, MissingDependencyError, ParameterError
from songatlas.io.sources import archives
from songatlas.io.sources.archives import file_source
from songatlas.io.sources.json_files import feature_names_in
from songatlas.io.sources.workbooks import read_workbook

openpyxl = pytest.importorskip("openpyxl")
HEADER = ["name", "energy", "tempo"]


@pytest.fixture
def save(tmp_path):
    def saver(sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return saver


def read(path, sheet=None):
    return read_workbook(file_source(path), sheet, feature_names_in)


def test_the_sheet_and_the_row_that_name_features_are_found(save):
    path = save({
        "Notes": [["what", "who"], ["a", "b"]],
        "Tracks": [[], ["My list", "exported"], [None, *HEADER], [None, "Zorblax Waltz", 0.5, 120], [], [None, 1999, 0.25, 90.5], [None] * 6],
    })  # fmt: skip
    table = read(path)
    assert dict(table.facts) == {"format": "Excel workbook", "sheet": "Tracks (of 2)", "column names": "row 3"}
    assert table.frame.to_dict("list") == {
        "name": ["Zorblax Waltz", "1999"],
        "energy": [0.5, 0.25],
        "tempo": [120.0, 90.5],
    }


def test_without_features_the_first_sheet_with_a_table_is_read(save):
    table = read(save({"Empty": [], "A": [["x", "y"], [1, 2]], "B": [["z", "w"], [3, 4]]}))
    assert list(table.frame) == ["x", "y"]


@pytest.mark.parametrize("name", ["B", "b"])
def test_a_sheet_is_taken_by_its_name(save, name):
    assert list(read(save({"A": [HEADER, ["x", 1, 2]], "B": [["z", "w"], [3, 4]]}), name).frame) == ["z", "w"]


def test_an_unknown_sheet_is_refused_with_the_sheets_there_are(save):
    with pytest.raises(ParameterError, match="no sheet is named 'C'. Sheets found: 'A', 'B'."):
        read(save({"A": [HEADER], "B": []}), "C")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (datetime.time(3, 45), "3:45:00"),
        (datetime.timedelta(seconds=225), "0:03:45"),
        (datetime.datetime(1999, 1, 2), "1999-01-02"),
        (datetime.datetime(1999, 1, 2, 3, 4), "1999-01-02 03:04:00"),
        ("  ", ""),
        ("=#N/A", ""),
    ],
)
def test_dates_and_times_become_texts(save, cell, expected):
    frame = read(save({"A": [[*HEADER, "cell"], ["x", 0.5, 100, cell], ["y", 0.5, 100, "z"]]})).frame
    assert frame["cell"][0] == expected


def test_flags_and_numbers_stay(save):
    frame = read(save({"A": [[*HEADER, "explicit"], ["x", 0.5, 100, True], ["y", 1, 90, False]]})).frame
    assert [str(kind) for kind in frame.dtypes] == ["str", "float64", "int64", "bool"]


def test_error_cells_are_missing_and_counted(save):
    table = read(save({"A": [HEADER, ["x", "#N/A", 100], ["y", 0.5, "#REF!"]]}))
    assert table.notes == ("2 cells hold an error of Excel's and count as missing, such as #N/A, #REF!.",)
    assert table.frame["tempo"].tolist()[0] == 100.0 and table.frame["energy"].isna().tolist() == [True, False]


def test_formulas_saved_without_values_are_told(save):
    table = read(save({"A": [HEADER, ["x", "=1/2", 100], ["y", "=1/4", 90]]}))
    assert "formulas without saved values (2 formulas" in table.notes[0]


def test_nameless_columns_stay_where_they_hold_something(save):
    frame = read(save({"A": [["name", None, "energy", "tempo", None], ["x", None, 0.5, 100, "more"]]})).frame
    assert list(frame) == ["name", "energy", "tempo", "unnamed_3"]


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"A": []}, "its sheets hold no table"),
        ({"A": [HEADER]}, "the sheet 'A' has no rows, only column names: name, energy, tempo"),
    ],
)
def test_a_workbook_without_rows_is_refused(save, sheets, message):
    with pytest.raises(DataError, match=message):
        read(save(sheets))


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_refused(save, missing):
    path = save({"A": [HEADER, ["x", 1, 2]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != missing}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(DataError, match="starts like an Excel workbook but cannot be read"):
        read(path)


def test_a_cut_workbook_is_refused(save):
    path = save({"A": [HEADER, ["x", 1, 2]]})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="is damaged"):
        read(path)


def test_a_bomb_is_refused_before_it_is_unpacked(save, monkeypatch):
    path = save({"A": [HEADER, ["x", 1, 2]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"0" * 30_000_000)
    monkeypatch.setattr(archives, "BOMB_BYTES", 10_000_000)
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: pytest.fail("it was unpacked"))
    with pytest.raises(DataError, match="looks like a decompression bomb"):
        read(path)


def test_rows_beyond_the_declared_size_are_read(save):
    path = save({"A": [HEADER, *([f"t{i}", 0.5, i] for i in range(5))]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1"', sheet)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert read(path).frame.shape == (5, 3)


def test_without_openpyxl_the_extra_is_named(save, monkeypatch):
    path = save({"A": [HEADER, ["x", 1, 2]]})
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(MissingDependencyError, match=r"songatlas\[excel\]"):
        read(path)


def test_a_second_richer_header_is_refused(save):
    first, second = HEADER, [*HEADER, "danceability", "valence"]
    with pytest.raises(DataError, match="row 23 is another header"):
        read(
            save(
                {
                    "A": [
                        ["My list", "2020"],
                        first,
                        *([f"t{i}", 0.5, i] for i in range(20)),
                        second,
                        ["u", 0.5, 1, 0.5, 0.5],
                    ]
                }
            )
        )


def test_the_same_header_again_is_rejected(save):
    table = read(save({"A": [HEADER, ["x", 0.5, 100], HEADER, ["y", 0.5, 90]]}))
    assert table.frame["name"].tolist() == ["x", "y"]
    assert [(r.line, r.reason) for r in table.rejects] == [(3, "the header again")]


def test_two_sheets_with_equally_many_features_are_refused(save):
    sheets = {"A": [HEADER, ["x", 1, 2]], "Notes": [["z", "w"], [3, 4]], "B": [HEADER, ["y", 1, 2]]}
    with pytest.raises(
        DataError, match="2 sheets have the same number of audio features: 'A', 'B'. Name one with --table"
    ):
        read(save(sheets))
    assert read(save(sheets), "B").frame["name"].tolist() == ["y"]


def test_the_sheet_that_names_the_most_features_is_read(save):
    sheets = {"A": [["name", "energy"], ["x", 1]], "B": [HEADER, ["y", 1, 2]]}
    assert read(save(sheets)).facts["sheet"] == "B (of 2)"


@pytest.mark.parametrize(
    ("row", "totals"),
    [
        (["Total", 0.5, 100], True),
        (["durchschnitt:", 0.5, 100], True),
        ([None, None, 100, "Sum"], True),
        (["Mean", 0.5, 100, "The Pebbles"], False),
        (["Total Pebble", 0.5, 100], False),
        ([None, 0.5, 100], False),
    ],
)
def test_a_last_row_of_totals_is_rejected(save, row, totals):
    table = read(save({"A": [[*HEADER, "artist"], ["x", 0.5, 100, "y"], row, [None]]}))
    assert [(r.line, r.reason) for r in table.rejects] == ([(3, "a row of totals")] if totals else [])
    assert len(table.frame) == 2 - totals


def test_totals_above_the_last_row_stay(save):
    assert len(read(save({"A": [HEADER, ["Total", 0.5, 100], ["x", 0.5, 100]]})).frame) == 2


@pytest.mark.parametrize(
    ("artists", "told"), [(["a", None, None, "b", None], True), (["a", "b", None, "c", "d"], False)]
)
def test_blank_cells_below_an_artist_are_told(save, artists, told):
    table = read(save({"A": [["Artist", *HEADER], *([artist, f"t{i}", 0.5, i] for i, artist in enumerate(artists))]}))
    assert [note.split(":")[0] for note in table.notes] == (
        ["the column 'Artist' is blank in 3 of 5 rows"] if told else []
    )


def test_a_row_number_beyond_excels_is_refused(save):
    path = save({"A": [HEADER, ["x", 1, 2], ["y", 1, 2]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = re.sub(rb'r="([A-C]?)3"', rb'r="\g<1>999999999"', sheet)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(DataError, match="a row with a number above 1,048,576"):
        read(path)

"""Encodings: byte-order marks, UTF-8 first, cp1252 for the rest, and damage that is said."""

import gzip
import io
import json
import warnings
import zipfile

import pandas as pd
import pytest

from songatlas import read_tracks
from songatlas.errors import DataError, DataWarning, ParameterError
from songatlas.io.sources.encodings import UTF8, codec_named, encoding_by_head, encoding_of_whole, open_as_utf8
from songatlas.io.sources.raw import ByteSource

TEXT = "track_name,energy\nŁódź – 2 AM,0.5\n夜の灯台,0.25\nnaïve café,0.75\n"


def source(data):
    return ByteSource("t.csv", "t.csv", lambda: io.BytesIO(data), len(data))


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8-sig", "UTF-8 (with byte-order mark)"),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-8", "UTF-8"),
    ],
)
def test_a_byte_order_mark_decides(codec, label):
    data = TEXT.encode(codec)
    encoding = encoding_by_head(data, "t.csv")
    assert encoding.label == label
    assert open_as_utf8(source(data), encoding).read().decode("utf-8-sig") == TEXT


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(codec):
    data = ("track_name,energy\n" + "Sunny Side,0.5\n" * 20).encode(codec)
    encoding = encoding_by_head(data, "t.csv")
    assert encoding.label == "UTF-16 (no byte-order mark)"
    assert open_as_utf8(source(data), encoding).read().startswith(b"track_name,energy\n")


def test_binary_data_is_refused():
    with pytest.raises(DataError, match=r"t\.csv: this is binary data, not text"):
        encoding_by_head(bytes(range(256)) * 20, "t.csv")


def test_what_is_not_utf_8_is_cp1252_or_latin_1():
    assert encoding_of_whole(source("Motörhead, Beyoncé".encode("cp1252"))).codec == "cp1252"
    assert encoding_of_whole(source(b"caf\xe9 \x81")).codec == "latin-1"
    assert encoding_of_whole(source(TEXT.encode())) == UTF8


def test_a_few_broken_bytes_in_utf_8_stay_utf_8_and_are_counted():
    data = (TEXT * 3).encode() + b"broken \xff and \xfe\n"
    encoding = encoding_of_whole(source(data))
    assert encoding.codec == "utf-8" and not encoding.is_utf8 and encoding.note.startswith("2 bytes that are not UTF-8")
    read = open_as_utf8(source(data), encoding).read().decode()
    assert read.startswith(TEXT) and read.endswith("broken \ufffd and \ufffd\n")


def test_characters_are_not_cut_where_chunks_meet(monkeypatch):
    monkeypatch.setattr("songatlas.io.sources.encodings._CHUNK", 5)
    data = ("夜" * 40).encode()
    assert encoding_of_whole(source(data)) == UTF8
    utf16 = ("夜" * 40).encode("utf-16")
    assert open_as_utf8(source(utf16), encoding_by_head(utf16, "t.csv")).read() == data


def table_of(titles, n=6):
    """Return a table of tracks as text, with the titles in it."""
    names = [*titles, *(f"Title {i}" for i in range(n - len(titles)))]
    rows = "".join(f"t{i},{name},0.{i + 1},0.{9 - i},1{i}0\n" for i, name in enumerate(names))
    return "track_id,track_name,energy,valence,tempo\n" + rows


def read(path, **options):
    """Return the titles that are read, and what is said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        table = read_tracks(path, **options)
    return table["track_name"].tolist(), " ".join(str(w.message) for w in caught)


LEGACY = [
    ("cp1251", "Группа крови"),
    ("koi8-r", "Кино"),
    ("cp866", "Кино"),
    ("shift_jis", "夜の灯台"),
    ("big5", "夜的燈塔"),
    ("mac_roman", "Beyoncé"),
    ("cp1250", "Łódź"),
    ("cp1252", "Beyoncé"),
]


@pytest.mark.parametrize(("encoding", "title"), LEGACY)
def test_what_is_taken_for_cp1252_is_said_with_a_text_that_shows_if_it_is(tmp_path, encoding, title):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of(["Plain", title]).encode(encoding))
    titles, said = read(path)
    assert titles[1] == title.encode(encoding).decode("cp1252")
    assert f"{path}: not UTF-8; read as cp1252" in said and f"If {titles[1]!r} is not as it should be" in said
    assert "--encoding cp1251" in said
    titles, said = read(path, encoding=encoding)
    assert titles[:2] == ["Plain", title] and said == ""


def test_the_example_is_the_part_of_a_cell_that_is_not_ascii(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of(["x" * 300 + " Beyoncé"]).encode("cp1252"))
    assert "x Beyoncé' is not as it should be" in read(path)[1]


def test_a_name_of_a_column_or_a_rejected_row_can_be_the_example(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of([]).replace("energy,valence", "energy,größe").encode("latin-1"))
    assert "If 'größe' is" in read(path)[1]
    path.write_bytes((table_of([]) + "t9,só,um\n").encode("latin-1"))
    assert "If 't9,só,um' is" in read(path)[1]


def test_latin_1_is_said_too_and_utf_8_is_not(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of(["caf\xe9 \x81"]).encode("latin-1"))
    assert "read as latin-1" in read(path)[1]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes(table_of(["Łódź 夜"]).encode(encoding))
        assert read(path)[1] == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16", "UTF8"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf_named_by_hand_is_read_with_and_without_a_mark(tmp_path, encoding, mark):
    path = tmp_path / "t.csv"
    codec = "utf-16-le" if "16" in encoding else "utf-8"
    path.write_bytes((mark + table_of(["Łódź 夜"])).encode(codec))
    if encoding == "utf-16" and not mark:
        with pytest.raises(DataError, match=r"cannot be read as utf-16 \(by hand\)"):
            read(path, encoding=encoding)
        return
    titles, said = read(path, encoding=encoding)
    assert titles[0] == "Łódź 夜" and said == ""


def test_an_encoding_that_does_not_fit_is_one_clear_error(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of(["Кино"]).encode("cp1251"))
    with pytest.raises(DataError, match=r"t\.csv: cannot be read as utf-8 \(by hand\): .*: ca .*Name another encoding"):
        read(path, encoding="utf-8")
    path.write_bytes(table_of(["Кино"]).encode("utf-8-sig"))
    with pytest.raises(DataError, match="byte-order mark of UTF-8, so it is not cp1251"):
        read(path, encoding="cp1251")


def test_an_encoding_that_does_not_fit_far_below_is_one_clear_error(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of([], 20_000).encode() + "t,Кино,0.5,0.5,100\n".encode("cp1251"))
    with pytest.raises(DataError, match=r"cannot be read as ascii \(by hand\)"):
        read(path, encoding="ascii")
    with pytest.raises(DataError, match=r"cannot be read as utf-8 \(by hand\)"):
        read(path, encoding="utf-8")


def test_sound_utf_8_read_as_something_else_by_hand_is_said(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(table_of(["Кино"]).encode())
    titles, said = read(path, encoding="cp1251")
    assert titles[0] == "РљРёРЅРѕ" and "its bytes are sound UTF-8; read as cp1251 all the same" in said


@pytest.mark.parametrize("name", ["cp1215", "", "no\0name", "base64", "rot13", "idna", "unicode_escape", "undefined"])
def test_what_is_no_text_encoding_is_refused(name):
    with pytest.raises(ParameterError, match="encoding must be the name of a text encoding"):
        codec_named(name)


def test_a_name_that_is_near_is_suggested():
    with pytest.raises(ParameterError, match="Did you mean 'windows_1251'"):
        codec_named("windows1251")


def test_the_encoding_reaches_packed_files_and_json(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(table_of(["Кино"]).encode("cp1251")))
    assert read(path, encoding="cp1251")[0][0] == "Кино"
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", table_of(["Кино"]).encode("cp1251"))
    assert read(path, encoding="cp1251")[0][0] == "Кино"
    path = tmp_path / "t.json"
    tracks = [{"name": "Кино", "energy": 0.5, "tempo": 100, "valence": 0.25}] * 3
    path.write_bytes(json.dumps(tracks, ensure_ascii=False).encode("cp1251"))
    assert read(path, encoding="cp1251")[0] == ["Кино"] * 3
    with pytest.raises(DataError, match="JSON is UTF-8.*--encoding"):
        read(path)
    with pytest.raises(DataError, match=r"cannot be read as utf-8 \(by hand\)"):
        read(path, encoding="utf-8")


def test_an_encoding_is_named_for_text_only(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"energy": [0.5], "tempo": [100.0]}).to_parquet(path)
    for given in (path, "sqlite:///music.db"):
        with pytest.raises(ParameterError, match="an encoding can be named for text files only"):
            read(given, encoding="cp1251")

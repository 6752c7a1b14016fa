"""Encodings: byte-order marks, UTF-8 first, cp1252 for the rest, and damage that is said."""

import io

import pytest

from songatlas.errors import DataError
from songatlas.io.sources.encodings import UTF8, encoding_by_head, encoding_of_whole, open_as_utf8
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

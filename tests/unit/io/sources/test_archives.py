"""Plain, gzipped and zipped bytes: which members are tables, damage, bombs, and streams that other readers accept."""

import csv
import gzip
import io
import zipfile

import pyarrow.csv as pacsv
import pytest

from songatlas.errors import DataError, ParameterError
from songatlas.io.sources import archives
from songatlas.io.sources.archives import file_source, gunzipped, table_names, zip_kind, zip_members

TEXT = b"name,energy\nZorblax Waltz,0.5\nQuiet Pebble,0.25\n"


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read(source):
    with source.open() as stream:
        return stream.read()


def test_a_plain_file_opens_again_and_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT)
    source = file_source(path)
    assert (source.where, source.name, source.size) == (str(path), "a.csv", len(TEXT))
    assert read(source) == read(source) == TEXT


def test_a_plain_file_that_is_gone_is_refused_when_opened(tmp_path):
    with pytest.raises(DataError, match="gone.csv: cannot be read"):
        file_source(tmp_path / "gone.csv").open()


def test_a_gzipped_file_loses_its_ending_and_opens_again(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:]))
    source = gunzipped(file_source(path))
    assert (source.name, source.size) == ("a.csv", None)
    assert read(source) == read(source) == TEXT


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-12], lambda b: b[:15] + b"\xff\xff" + b[17:], lambda b: b[:-6] + b"\0" * 6, lambda b: b + b"tail"],
)
def test_a_damaged_gzip_file_is_refused(tmp_path, damage):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(damage(gzip.compress(TEXT * 50)))
    with pytest.raises(DataError, match="a.csv.gz: starts like a gzip file but is damaged"):
        read(gunzipped(file_source(path)))


def sources(tmp_path):
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(TEXT))
    (member,) = zip_members(zipped(tmp_path / "z.zip", {"a.csv": TEXT})).members
    return {"gzip": gunzipped(file_source(packed)), "zip": member}


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_streams_suit_csv_and_arrow(tmp_path, kind):
    source = sources(tmp_path)[kind]
    with source.open() as stream:
        assert list(csv.reader(io.TextIOWrapper(stream)))[1] == ["Zorblax Waltz", "0.5"]
    with source.open() as stream:
        assert pacsv.read_csv(stream)["energy"].to_pylist() == [0.5, 0.25]


def test_damage_reaches_the_caller_through_arrow(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT * 5_000)[:-30])
    with gunzipped(file_source(path)).open() as stream, pytest.raises(DataError, match="is damaged"):
        pacsv.read_csv(stream)


def test_closing_a_stream_closes_the_archive(tmp_path):
    stream = sources(tmp_path)["zip"].open()
    parts = stream.raw
    stream.close()
    assert stream.closed and parts.closed and parts._stream.closed


def test_members_that_are_tables_come_in_the_order_of_their_names(tmp_path):
    path = zipped(
        tmp_path / "export.zip",
        {
            "b/liked.TSV": "x", "a.csv": TEXT, "c.jsonl": "{}", "d.csv.gz": gzip.compress(TEXT), "b/": "",
            "__MACOSX/._a.csv": "x", ".DS_Store": "x", "b/._liked.csv": "x", "README.txt": "x", "ReadMe.pdf": "x", "cover.png": "x",
        },
    )  # fmt: skip
    found = zip_members(path)
    assert [m.name for m in found.members] == ["a.csv", "liked.TSV", "c.jsonl", "d.csv.gz"]
    assert found.members[1].where == f"{path}: b/liked.TSV"
    assert found.passed_over == ("README.txt", "ReadMe.pdf", "cover.png")
    assert read(found.members[0]) == read(gunzipped(found.members[3])) == TEXT


def test_of_two_members_with_one_name_the_later_counts_and_that_is_told(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "old")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", TEXT)
    found = zip_members(path)
    assert [read(m) for m in found.members] == [TEXT]
    assert found.passed_over == ("a.csv (an older copy)",)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "no table in this archive (it is empty)"),
        ({"cover.png": "x"}, "no table in this archive (it holds cover.png)"),
        ({"a.csv": "x", "more.zip": "x"}, "holds another archive, more.zip"),
        ({"a.csv": "x", "b.parquet": "x"}, "holds b.parquet, which cannot be read inside an archive"),
        ({"b.sqlite": "x"}, "holds b.sqlite, which cannot be read inside an archive"),
    ],
)
def test_an_archive_without_readable_tables_is_refused(tmp_path, members, message):
    with pytest.raises(DataError) as caught:
        zip_members(zipped(tmp_path / "a.zip", members))
    assert message in str(caught.value)


def test_an_archive_of_too_many_tables_is_refused_before_any_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_TABLES", 3)
    path = zipped(tmp_path / "a.zip", {f"{i}.csv": TEXT for i in range(3)} | {"cover.png": "x"})
    assert len(zip_members(path).members) == 3
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *a, **k: pytest.fail("a member was read"))
    monkeypatch.setattr(archives, "MOST_TABLES", 2)
    with pytest.raises(DataError, match="a.zip: 3 tables in this archive; at most 2 are read"):
        zip_members(path)


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)
    with pytest.raises(DataError, match="a.csv in it is encrypted"):
        zip_members(path)


def test_an_unknown_compression_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 10] = 9  # deflate64, as Windows writes large archives
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"compressed in a way that cannot be read here \(method 9\)"):
        zip_members(path)


def test_a_cut_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="starts like a ZIP archive but is damaged"):
        zip_members(path)


def test_a_member_with_a_wrong_checksum_is_refused_while_reading(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.csv": TEXT}, zipfile.ZIP_STORED)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"Zorblax", b"Zorblux"))
    (member,) = zip_members(path).members
    with pytest.raises(DataError, match=r"a.zip: a.csv: is damaged in the archive \(Bad CRC"):
        read(member)


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_while_it_expands(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(archives, "BOMB_BYTES", 5_000_000)
    monkeypatch.setattr(archives, "_CHECK_EVERY", 1_000_000)
    zeros = b"0" * 20_000_000
    if kind == "gzip":
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(zeros))
        source = gunzipped(file_source(path))
    else:
        (source,) = zip_members(zipped(tmp_path / "a.zip", {"a.csv": zeros})).members
    seen = 0
    with source.open() as stream, pytest.raises(DataError, match=r"expands \d+ times, .* decompression bomb"):
        while chunk := stream.read(100_000):
            seen += len(chunk)
    assert 4_000_000 < seen < 10_000_000


def test_what_compresses_well_but_is_small_is_no_bomb(tmp_path):
    (source,) = zip_members(zipped(tmp_path / "a.zip", {"a.csv": b"0" * 3_000_000})).members
    assert len(read(source)) == 3_000_000


def test_what_does_not_fit_into_memory_is_refused_while_it_expands(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_CHECK_EVERY", 1_000_000)
    monkeypatch.setattr(archives, "available_bytes", lambda: 6_000_000)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 20_000_000))
    with gunzipped(file_source(path)).open() as stream, pytest.raises(DataError, match="6 MB are free"):
        stream.read()


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (["xl/workbook.xml"], "workbook"),
        (["xl/workbook.bin"], "binary workbook"),
        (["META-INF/manifest.xml", "content.xml"], "opendocument"),
        (["META-INF/manifest.xml", "a.csv"], "archive"),
        (["Index/Document.iwa"], "numbers"),
        (["word/document.xml"], "document"),
        (["a.csv"], "archive"),
    ],
)
def test_what_an_archive_is_shows_in_its_members(tmp_path, members, kind):
    assert zip_kind(zipped(tmp_path / "a", dict.fromkeys(members, "x"))) == kind


def test_one_member_is_named_with_its_folder_or_where_that_is_enough_without(tmp_path):
    members = {"a/liked.csv": TEXT, "b/liked.csv": b"", "b/plays.dat": TEXT, "c.parquet": "x", "README.csv": "x"}
    path = zipped(tmp_path / "a.zip", members)
    for name, member in {
        "b/plays.dat": "b/plays.dat",
        "plays.dat": "b/plays.dat",
        "a/liked.csv": "a/liked.csv",
    }.items():
        found = zip_members(path, name)
        assert [m.where for m in found.members] == [f"{path}: {member}"] and found.passed_over == ()
        assert read(found.members[0]) == TEXT
    with pytest.raises(
        ParameterError, match=r"several files .* 'liked.csv'. Choose one of: 'a/liked.csv', 'b/liked.csv'"
    ):
        zip_members(path, "liked.csv")
    with pytest.raises(ParameterError, match="no file in this archive is named 'nothing'. Files found: 'a/liked.csv'"):
        zip_members(path, "nothing")
    with pytest.raises(DataError, match="holds c.parquet, which cannot be read inside an archive"):
        zip_members(path, "c.parquet")
    assert table_names(path) == ["a/liked.csv", "b/liked.csv", "c.parquet"]

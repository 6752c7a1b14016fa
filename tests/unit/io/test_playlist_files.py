"""Playlist files read back as they were written, whatever the titles hold."""

import json
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songatlas.errors import DataError, OutputError, ParameterError
from songatlas.io.playlist_files import (
    PlaylistFile,
    PlaylistTrack,
    plain_text,
    read_jspf,
    read_m3u8,
    read_xspf,
    safe_file_name,
    write_jspf,
    write_m3u8,
    write_xspf,
)

ID = "0aB1cD2eF3gH4iJ5kL6mN7"
BASE_62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

nasty = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(), max_size=30),  # surrogates and control characters too
    st.sampled_from(
        [
            "Rock & Roll <b>\"'", "]]> <![CDATA[", "a - b - c", " - ", "- ", " -", "#EXTM3U", "line\r\nbreak",
            "\x00\x0bbell\x07", "שלום עולם", "\u202eright to left", "👩‍👩‍👧 🎵",
            "  spaces  ", "", "a\u2028b\x85c", "&amp;", "\ufeffbom",
        ]
    ),
)  # fmt: skip
track_ids = st.text(BASE_62, min_size=22, max_size=22)
isrcs = st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True)
encodable = st.characters(codec="utf-8")
paths = st.one_of(
    st.text(encodable, min_size=1, max_size=20).map(lambda name: f"/music/{name}"),
    st.text(encodable, min_size=1, max_size=20).map(lambda name: f"a folder/{name}"),
    st.sampled_from(
        [
            "https://example.org/a%20b?c=d&e",
            "C:/Music/ä b.mp3",
            "100%25.mp3",
            "#1.mp3",
            "Vol:2/a b.mp3",
            "//nas/x",
        ]
    ),
)
tracks = st.builds(
    PlaylistTrack,
    title=nasty,
    artist=nasty,
    album=nasty,
    duration_ms=st.none() | st.integers(0, 10**9),
    track_id=st.none() | track_ids,
    isrc=st.none() | isrcs,
    location=st.none() | paths,
)
quick = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def plain(track: PlaylistTrack) -> PlaylistTrack:
    return replace(track, title=plain_text(track.title), artist=plain_text(track.artist), album=plain_text(track.album))


@quick
@given(title=nasty, tracks=st.lists(tracks, max_size=4), annotation=st.none() | nasty)
@pytest.mark.parametrize(("write", "read"), [(write_xspf, read_xspf), (write_jspf, read_jspf)])
def test_xspf_and_jspf_read_back_equal(tmp_path, write, read, title, tracks, annotation) -> None:
    path = tmp_path / "list"
    write(path, title, tracks, annotation)
    expected = PlaylistFile(plain_text(title), tuple(map(plain, tracks)), plain_text(annotation or "") or None)
    assert read(path) == expected
    once = path.read_bytes()
    write(path, title, tracks, annotation)
    assert path.read_bytes() == once


@quick
@given(title=nasty, tracks=st.lists(tracks.filter(lambda t: t.track_id is not None), max_size=4))
def test_m3u8_reads_back_what_it_can_say(tmp_path, title, tracks) -> None:
    path = tmp_path / "list.m3u8"
    tracks = [replace(t, location=None) for t in tracks]
    write_m3u8(path, title, tracks)
    expected = []
    for track in map(plain, tracks):
        seconds = None if track.duration_ms is None else (track.duration_ms + 500) // 1000 * 1000
        expected.append(replace(track, duration_ms=seconds, isrc=None))
    assert read_m3u8(path) == PlaylistFile(plain_text(title), tuple(expected))


@pytest.mark.parametrize(
    "location", ["../Music/ä 100%.mp3", "https://example.org/a?b", "C:\\Music\\a.mp3", " leading.mp3"]
)
def test_m3u8_keeps_locations_as_they_are(tmp_path, location) -> None:
    track = PlaylistTrack("T", "A", duration_ms=61_000, location=location)
    write_m3u8(tmp_path / "a.m3u8", "x", [track])
    assert read_m3u8(tmp_path / "a.m3u8").tracks == (track,)


def test_m3u8_is_what_players_expect(tmp_path) -> None:
    tracks = [
        PlaylistTrack("Lantern\nOrchard", "Torvek", "Gravel", 61_499, track_id=ID),
        PlaylistTrack("Kettle", location="#1 hits/kettle.mp3"),
    ]
    write_m3u8(tmp_path / "a.m3u8", "Evening", tracks)
    assert (tmp_path / "a.m3u8").read_bytes().decode() == (
        "#EXTM3U\n#PLAYLIST:Evening\n"
        "#EXTINF:61,Torvek - Lantern Orchard\n#EXTART:Torvek\n#EXTALB:Gravel\n"
        f"https://open.spotify.com/track/{ID}\n"
        "#EXTINF:-1,Kettle\n./#1 hits/kettle.mp3\n"
    )


def test_m3u8_of_tracks_nobody_could_open_is_refused_with_their_number(tmp_path) -> None:
    tracks = [
        PlaylistTrack("Heron"),
        PlaylistTrack("Hinge", track_id="t0000001"),
        PlaylistTrack("Ok", track_id=ID),
    ]
    with pytest.raises(DataError, match=r"2 of 3 tracks have neither a location nor a valid track id.*'Heron'"):
        write_m3u8(tmp_path / "a.m3u8", "x", tracks)
    assert not (tmp_path / "a.m3u8").exists()


@pytest.mark.parametrize("location", ["a\nb.mp3", "  ", "bad\udcff.mp3"])
def test_m3u8_refuses_locations_it_cannot_hold(tmp_path, location) -> None:
    with pytest.raises(DataError, match="M3U8 cannot hold the location"):
        write_m3u8(tmp_path / "a.m3u8", "x", [PlaylistTrack("T", location=location)])


def test_m3u8_of_others_is_read_with_mark_and_carriage_returns(tmp_path) -> None:
    (tmp_path / "a.m3u").write_bytes(
        b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:12.7 tvg=1,A - B - C\r\nx/y.mp3\r\n\r\nplain.mp3\r\n"
    )
    assert read_m3u8(tmp_path / "a.m3u").tracks == (
        PlaylistTrack("B - C", "A", duration_ms=12_000, location="x/y.mp3"),
        PlaylistTrack("", location="plain.mp3"),
    )


def test_xspf_follows_the_schema(tmp_path) -> None:
    track = PlaylistTrack("A & B", "C", "D", 1234, ID, "DEABC2100001", "/m/ä b.mp3")
    write_xspf(tmp_path / "a.xspf", "List", [track], "why")
    text = (tmp_path / "a.xspf").read_text(encoding="utf-8")
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/">'
    )
    root = ET.fromstring(text)
    names = [child.tag.split("}")[1] for child in root[-1][0]]
    assert names == ["location", "identifier", "identifier", "title", "creator", "album", "duration"]
    assert root[-1][0][0].text == "file:///m/%C3%A4%20b.mp3"
    assert root[-1][0][1].text == f"spotify:track:{ID}"
    assert root[-1][0][-1].text == "1234"


def test_identifiers_that_nobody_could_resolve_are_not_written(tmp_path) -> None:
    track = PlaylistTrack("T", track_id="t0000001", isrc="nope")
    for write, read in ((write_xspf, read_xspf), (write_jspf, read_jspf)):
        write(tmp_path / "a", "x", [track])
        assert read(tmp_path / "a").tracks == (PlaylistTrack("T"),)
        assert b"t0000001" not in (tmp_path / "a").read_bytes()


def test_jspf_holds_lists_where_the_format_wants_them(tmp_path) -> None:
    write_jspf(tmp_path / "a.jspf", "Ä", [PlaylistTrack("T", track_id=ID, duration_ms=5, location="a b.mp3")])
    track = json.loads((tmp_path / "a.jspf").read_text(encoding="utf-8"))["playlist"]["track"][0]
    assert track == {
        "location": ["a%20b.mp3"],
        "identifier": [f"spotify:track:{ID}"],
        "title": "T",
        "duration": 5,
    }


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_xspf, b"<playlist", "not an XSPF playlist"),
        (read_xspf, b"<html/>", "expected <playlist> in"),
        (read_xspf, b'<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><duration>3.5</duration></track>'
         b"</trackList></playlist>", "duration must be whole milliseconds, got '3.5'"),
        (read_jspf, b"[]", "not a JSPF playlist"),
        (read_jspf, b'{"playlist": {"track": [3]}}', "not a JSPF playlist"),
        (read_jspf, b'{"playlist": {"track": [{"duration": "long"}]}}', "whole milliseconds"),
        (read_jspf, b"\xff\xfe\x00", "not a JSPF playlist"),
        (read_m3u8, b"#EXTM3U\n\xe4.mp3\n", "not UTF-8 text"),
    ],
)  # fmt: skip
def test_files_of_another_kind_are_an_error(tmp_path, read, content, message) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a")


@pytest.mark.parametrize("read", [read_xspf, read_jspf, read_m3u8])
def test_missing_file_is_an_error(tmp_path, read) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "none")


def test_folder_that_does_not_exist_is_an_output_error(tmp_path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_xspf(tmp_path / "none" / "a.xspf", "x", [])


@pytest.mark.parametrize("duration", [-1, 2.5, True, "3"])
def test_impossible_duration_is_an_error(duration) -> None:
    with pytest.raises(ParameterError, match="duration_ms must be an int of at least 0 or None"):
        PlaylistTrack("T", duration_ms=duration)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(nasty | st.text("aA. -", max_size=100), max_size=8))
def test_file_names_are_safe_and_unique(texts) -> None:
    taken: set[str] = set()
    for text in texts:
        name = safe_file_name(text, taken)
        assert name and len(name) <= 80 and len(name.encode()) <= 240
        assert not set(name) & set('/\\:*?"<>|. \0') and name.isprintable()
        assert not name.startswith("-")
        assert name.casefold() not in {one.casefold() for one in taken}
        taken.add(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chill Acoustic", "Chill-Acoustic"),
        ("Café del Sol", "Café-del-Sol"),
        ("песни & ночь", "песни-ночь"),
        ("เพลงช้า", unicodedata.normalize("NFC", unicodedata.normalize("NFKC", "เพลงช้า"))),
        ("CON", "CON-playlist"),
        ("lpt1", "lpt1-playlist"),
        ("Don't stop", "Dont-stop"),
        ("🎵", "playlist"),
        ("a" * 200, "a" * 80),
    ],
)
def test_file_names_stay_readable(text, expected) -> None:
    assert safe_file_name(text, set()) == expected


def test_long_names_stay_unique_within_the_limit() -> None:
    first = safe_file_name("漢" * 100, set())
    second = safe_file_name("漢" * 100, {first})
    assert len(first) == 80
    assert second.endswith("-2") and len(second) <= 80 and second != first

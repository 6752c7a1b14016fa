"""Writes and reads playlist files: XSPF, M3U8 and JSPF, with the standard library alone.

What is written depends on nothing but the arguments (no dates, no machine), so equal playlists are equal
bytes. Text goes through `plain_text` first: one line, no characters that XML forbids. A track reads
back equal as far as its format can say it:

======  ==========================================================================================
XSPF    all fields; an identifier is kept only where it is valid
JSPF    the same
M3U8    artist, album, title, whole seconds, and the location or the track id, whichever is written
======  ==========================================================================================

Formats: XSPF version 1 and JSPF as xspf.org describes them; M3U8 has no standard, only habits.
"""

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from songatlas.errors import DataError, OutputError, ParameterError

XSPF_NAMESPACE = "http://xspf.org/ns/0/"
TRACK_URI = "spotify:track:"
TRACK_URL = "https://open.spotify.com/track/"
ISRC_URI = "isrc:"

_TRACK_ID = re.compile(r"[0-9A-Za-z]{22}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|spotify:|urn:")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_LINE_BREAKS = re.compile("[\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
_NOT_IN_XML = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class PlaylistTrack:
    """One track of a playlist; empty text and None mean not known.

    Attributes
    ----------
    title, artist, album : str
    duration_ms : int or None
        Length in milliseconds, not negative.
    track_id : str or None
        Identifier in the Spotify catalogue: 22 base-62 characters. Other ids may stand here and are not
        written, because no player could follow them.
    isrc : str or None
        International Standard Recording Code, 12 characters without hyphens.
    location : str or None
        URL or path of the audio.

    Raises
    ------
    ParameterError
        When the duration is not a whole number of milliseconds, or negative.
    """

    title: str
    artist: str = ""
    album: str = ""
    duration_ms: int | None = None
    track_id: str | None = None
    isrc: str | None = None
    location: str | None = None

    def __post_init__(self) -> None:
        """Check the duration."""
        duration = self.duration_ms
        if duration is not None and (isinstance(duration, bool) or not isinstance(duration, int) or duration < 0):
            raise ParameterError(f"duration_ms must be an int of at least 0 or None, got {duration!r}.")


@dataclass(frozen=True)
class PlaylistFile:
    """What a playlist file holds."""

    title: str
    tracks: tuple[PlaylistTrack, ...]
    annotation: str | None = None


def plain_text(text: str) -> str:
    """Return the text on one line, without characters that XML forbids or that steer terminals.

    Examples
    --------
    >>> plain_text("Side A\\nSide\\x00 B")
    'Side A Side B'
    """
    return _NOT_IN_XML.sub("", _LINE_BREAKS.sub(" ", text))


def has_track_id(track: PlaylistTrack) -> bool:
    """Return whether the track's id has the form of a Spotify id: 22 base-62 characters."""
    return track.track_id is not None and _TRACK_ID.fullmatch(track.track_id) is not None


# --- XSPF ------------------------------------------------------------------------------------------------


def write_xspf(path: str | Path, title: str, tracks: Iterable[PlaylistTrack], annotation: str | None = None) -> None:
    """Write an XSPF 1 playlist; tracks need no location.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    root = ET.Element("playlist", {"version": "1", "xmlns": XSPF_NAMESPACE})
    _add(root, "title", plain_text(title))
    _add(root, "annotation", plain_text(annotation or ""))
    track_list = ET.SubElement(root, "trackList")
    for track in tracks:
        element = ET.SubElement(track_list, "track")
        for name, value in _uri_fields(track):
            _add(element, name, value)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    _write(path, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def read_xspf(path: str | Path) -> PlaylistFile:
    """Return the playlist in an XSPF file.

    Raises
    ------
    DataError
        When the file cannot be read or is not XSPF.
    """
    try:
        root = ET.fromstring(_read(path))
    except ET.ParseError as err:
        raise DataError(f"{path}: not an XSPF playlist: {err}. Expected XML with a <playlist> element.") from err
    if root.tag != _tag("playlist"):
        raise DataError(f"{path}: not an XSPF playlist: expected <playlist> in {XSPF_NAMESPACE}, got {root.tag!r}.")
    tracks = []
    for element in root.iterfind(f"{_tag('trackList')}/{_tag('track')}"):
        pairs = [(child.tag.removeprefix(_tag("")), child.text or "") for child in element]
        tracks.append(_track_from_uris(pairs, path))
    annotation = root.findtext(_tag("annotation"))
    return PlaylistFile(root.findtext(_tag("title")) or "", tuple(tracks), annotation or None)


def _tag(name: str) -> str:
    return f"{{{XSPF_NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    if text:
        ET.SubElement(parent, name).text = text


# --- JSPF ------------------------------------------------------------------------------------------------


def write_jspf(path: str | Path, title: str, tracks: Iterable[PlaylistTrack], annotation: str | None = None) -> None:
    """Write a JSPF playlist (XSPF in JSON).

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    playlist: dict[str, Any] = {"title": plain_text(title)}
    if annotation:
        playlist["annotation"] = plain_text(annotation)
    playlist["track"] = [_jspf_track(track) for track in tracks]
    _write(path, json.dumps({"playlist": playlist}, ensure_ascii=False, indent=2) + "\n")


def read_jspf(path: str | Path) -> PlaylistFile:
    """Return the playlist in a JSPF file.

    Raises
    ------
    DataError
        When the file cannot be read or is not JSPF.
    """
    try:
        playlist = json.loads(_read(path))["playlist"]
        tracks = tuple(_track_from_uris(_jspf_pairs(track), path) for track in playlist.get("track", []))
        title, annotation = playlist.get("title") or "", playlist.get("annotation") or None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        if isinstance(err, DataError):
            raise
        raise DataError(f'{path}: not a JSPF playlist. Expected JSON {{"playlist": {{"track": [...]}}}}.') from err
    return PlaylistFile(str(title), tracks, annotation)


def _jspf_track(track: PlaylistTrack) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in _uri_fields(track):
        if name in ("location", "identifier"):
            fields.setdefault(name, []).append(value)
        elif value:
            fields[name] = int(value) if name == "duration" else value
    return fields


def _jspf_pairs(track: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, text) pairs; location and identifier may be one text or a list of texts."""
    pairs = []
    for name, value in track.items():
        many = value if isinstance(value, list) else [value]
        pairs += [(name, str(one)) for one in many if one is not None]
    return pairs


# --- what XSPF and JSPF share ----------------------------------------------------------------------------


def _uri_fields(track: PlaylistTrack) -> list[tuple[str, str]]:
    """Return the children of an XSPF track in the order of its schema; values may be ''."""
    fields = [("location", _uri_of(track.location))] if track.location else []
    if has_track_id(track):
        fields.append(("identifier", f"{TRACK_URI}{track.track_id}"))
    if track.isrc is not None and _ISRC.fullmatch(track.isrc):
        fields.append(("identifier", f"{ISRC_URI}{track.isrc}"))
    fields.append(("title", plain_text(track.title)))
    fields.append(("creator", plain_text(track.artist)))
    fields.append(("album", plain_text(track.album)))
    fields.append(("duration", "" if track.duration_ms is None else str(track.duration_ms)))
    return fields


def _track_from_uris(pairs: Iterable[tuple[str, str]], path: str | Path) -> PlaylistTrack:
    """Return a track from XSPF children; of several locations the first counts."""
    text: dict[str, str] = {}
    track_id = isrc = None
    for name, value in pairs:
        if name == "identifier" and value.startswith(TRACK_URI):
            track_id = value.removeprefix(TRACK_URI)
        elif name == "identifier" and value.startswith(ISRC_URI):
            isrc = value.removeprefix(ISRC_URI)
        else:
            text.setdefault(name, value)
    location = text.get("location", "").strip()
    return PlaylistTrack(
        title=text.get("title", ""),
        artist=text.get("creator", ""),
        album=text.get("album", ""),
        duration_ms=_milliseconds(text.get("duration"), path),
        track_id=track_id,
        isrc=isrc,
        location=_location_of(location) if location else None,
    )


def _milliseconds(text: str | None, path: str | Path) -> int | None:
    if text is None or not text.strip():
        return None
    if not re.fullmatch(r"\s*[0-9]{1,18}\s*", text, re.ASCII):
        raise DataError(f"{path}: a track's duration must be whole milliseconds, got {text!r}.")
    return int(text)


def _uri_of(location: str) -> str:
    """Return a URL as it is (illegal characters encoded), a path as a file URI or relative reference."""
    if _DRIVE.match(location):
        return "file:///" + location[0] + ":" + _quoted(location[2:].replace("\\", "/"))
    if _URL.match(location):
        return quote(location, safe=_URL_SAFE, errors="surrogatepass")
    return ("file://" if location.startswith("/") else "") + _quoted(location)


def _location_of(uri: str) -> str:
    """Return the path behind a file URI or a relative reference; other URIs as they are."""
    if uri.startswith("file://"):
        path = unquote(uri.removeprefix("file://").removeprefix("localhost"), errors="surrogateescape")
        return path[1:] if _DRIVE.match(path[1:]) else path
    return uri if _URL.match(uri) else unquote(uri, errors="surrogateescape")


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")


# --- M3U8 ------------------------------------------------------------------------------------------------


def write_m3u8(path: str | Path, title: str, tracks: Iterable[PlaylistTrack]) -> None:
    """Write an extended M3U playlist in UTF-8 without a byte-order mark.

    A track's line is its location as it is, or else the web address of its track id. Durations are
    rounded to whole seconds, −1 where not known.

    Raises
    ------
    DataError
        When tracks have neither a location nor a valid track id, or a location with a line break.
    OutputError
        When the file cannot be written.
    """
    tracks = list(tracks)
    lost = [track for track in tracks if not track.location and not has_track_id(track)]
    if lost:
        raise DataError(
            f"{path}: {len(lost)} of {len(tracks)} tracks have neither a location nor a valid track id, so "
            f"no player could open them (the first: {lost[0].title!r}). Write XSPF or JSPF instead."
        )
    lines = ["#EXTM3U", f"#PLAYLIST:{plain_text(title)}"]
    for track in tracks:
        lines += _m3u8_lines(track, path)
    _write(path, "\n".join(lines) + "\n")


def read_m3u8(path: str | Path) -> PlaylistFile:
    """Return the playlist in an M3U or M3U8 file; the title is '' where the file has none.

    Raises
    ------
    DataError
        When the file cannot be read or is not UTF-8 text.
    """
    try:
        text = _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise DataError(f"{path}: not UTF-8 text (byte {err.start}). Save the playlist as M3U8.") from err
    title, tracks, tags = "", [], dict[str, str]()
    for line in (raw.removesuffix("\r") for raw in text.split("\n")):
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            if name == "PLAYLIST":
                title = value
            else:
                tags[name] = value
        elif line.strip():
            tracks.append(_track_from_tags(line, tags))
            tags = {}
    return PlaylistFile(title, tuple(tracks))


def _m3u8_lines(track: PlaylistTrack, path: str | Path) -> list[str]:
    location = track.location or f"{TRACK_URL}{track.track_id}"
    if _LINE_BREAKS.search(location) or not location.strip() or re.search("[\ud800-\udfff]", location):
        raise DataError(f"{path}: M3U8 cannot hold the location {location!r}. Rename the file, or write XSPF.")
    if location.startswith("#"):
        location = f"./{location}"
    artist, title, album = plain_text(track.artist), plain_text(track.title), plain_text(track.album)
    seconds = -1 if track.duration_ms is None else (track.duration_ms + 500) // 1000
    lines = [f"#EXTINF:{seconds},{artist} - {title}" if artist else f"#EXTINF:{seconds},{title}"]
    if artist or " - " in title:  # so that a hyphen in a name is not taken for the one between the names
        lines.append(f"#EXTART:{artist}")
    if album:
        lines.append(f"#EXTALB:{album}")
    return [*lines, location]


def _track_from_tags(location: str, tags: Mapping[str, str]) -> PlaylistTrack:
    seconds, _, display = tags.get("EXTINF", "").partition(",")
    if "EXTART" in tags:
        artist = tags["EXTART"]
        title = display.removeprefix(f"{artist} - ") if artist else display
    else:
        first, hyphen, rest = display.partition(" - ")
        artist, title = (first, rest) if hyphen else ("", display)
    whole = re.match(r"[0-9]{1,15}", seconds.strip(), re.ASCII)
    track_id = location.removeprefix(TRACK_URL)
    has_id = location.startswith(TRACK_URL) and _TRACK_ID.fullmatch(track_id) is not None
    return PlaylistTrack(
        title=title,
        artist=artist,
        album=tags.get("EXTALB", ""),
        duration_ms=int(whole.group()) * 1000 if whole else None,
        track_id=track_id if has_id else None,
        location=None if has_id else location,
    )


# --- files -----------------------------------------------------------------------------------------------

MOST_CHARACTERS = 80
MOST_BYTES = 240  # file systems end at 255 bytes; the rest is for the suffix
RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"] + [f"{n}{i}" for n in ("com", "lpt") for i in range(10)]
)


def safe_file_name(text: str, taken: set[str]) -> str:
    """Return a file name (without suffix) that says the text and is safe on every system.

    Letters, digits and the marks on them stay, in any script; everything between becomes one hyphen. At
    most 80 characters, never a reserved Windows name, and different from every name in ``taken`` even
    where case does not count. ``taken`` is not changed.

    Examples
    --------
    >>> safe_file_name("Party Tracks / 120 BPM", set())
    'Party-Tracks-120-BPM'
    >>> safe_file_name("party tracks", {"Party-Tracks"})
    'party-tracks-2'
    >>> safe_file_name("../..", set())
    'playlist'
    """
    name = _shortened(_hyphenated(text), "") or "playlist"
    if name.casefold() in RESERVED:
        name += "-playlist"
    folded = {unicodedata.normalize("NFC", one).casefold() for one in taken}
    unique, number = name, 1
    while unicodedata.normalize("NFC", unique).casefold() in folded:
        number += 1
        unique = _shortened(name, f"-{number}")
    return unique


def _hyphenated(text: str) -> str:
    visible = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf" and c not in "'’")
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" or c == "_" else " " for c in visible)
    return unicodedata.normalize("NFC", "-".join(kept.split()))


def _shortened(name: str, ending: str) -> str:
    """Return the name cut so that it and its ending fit both limits."""
    name = name[: MOST_CHARACTERS - len(ending)]
    while len((name + ending).encode()) > MOST_BYTES:
        name = name[:-1]
    return name.rstrip("-") + ending


def _write(path: str | Path, text: str) -> None:
    try:
        Path(path).write_bytes(text.encode("utf-8"))
    except OSError as err:
        raise OutputError(f"{path}: the playlist cannot be written ({err.strerror}).") from err


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as err:
        raise DataError(f"{path}: the playlist cannot be read ({err.strerror}).") from err

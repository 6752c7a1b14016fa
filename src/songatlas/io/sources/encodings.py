"""Finds the encoding of a text file, and reads it as UTF-8 whatever it is.

A byte-order mark decides; without one, UTF-8 is tried first, and only a file that is not UTF-8 is looked at as a
whole: mostly sound UTF-8 with a few broken bytes stays UTF-8, anything else is cp1252 (latin-1 where even that
cannot be). Other 8-bit encodings cannot be told from these for sure, so it is said with an example, and an encoding
that a person names wins.
"""

import codecs
import difflib
import io
import re
from dataclasses import dataclass, replace
from encodings.aliases import aliases
from typing import BinaryIO

import pyarrow.compute as pc

from songatlas.errors import DataError, ParameterError
from songatlas.io.columns.arrow_text import is_text, to_arrow

from .raw import ByteSource, RawTable

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 (with byte-order mark)"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_EIGHT_BIT = ("cp1252", "latin-1")
_NOT_OF_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
_SHOWN = 40  # characters of an example
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
SEEN_IN_MOJIBAKE = (
    r"\x{FFFD}|\x{EF}\x{BF}\x{BD}|\x{C3}[\x{80}-\x{BF}]|\x{E2}\x{20AC}[\x{2122}\x{153}\x{9D}\x{2018}-\x{201D}]"
)
"""What UTF-8 looks like after it was read as cp1252 and saved again, and the sign for a character that was lost."""


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    ``codec`` is Python's name, ``errors`` 'strict' or 'replace', ``label`` what people call it, ``note`` a sentence
    where something is damaged, ``by_hand`` whether a person named it.
    """

    codec: str
    label: str
    errors: str = "strict"
    note: str = ""
    by_hand: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes can be handed on as they are."""
        return self.codec in ("utf-8", "utf-8-sig") and self.errors == "strict" and not self.by_hand


UTF8 = Encoding("utf-8", "UTF-8")


def encoding_by_head(head: bytes, where: str, named: str | None = None) -> Encoding:
    """Return the encoding that was named by hand, else the one the first bytes tell; UTF-8 where they leave it open.

    Raises
    ------
    DataError
        When zero bytes say that this is no text, or a byte-order mark that it is in another encoding than named.
    ParameterError
        When no encoding has the name.
    """
    if named is not None:
        return _encoding_by_hand(head, where, named)
    for mark, codec, label in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, label)
    zeros = head.count(b"\0")
    if zeros > 0.2 * len(head):
        even, odd = (2 * head[start::2].count(b"\0") / len(head) for start in (0, 1))
        if odd > 0.6 and even < 0.1:
            return Encoding("utf-16-le", "UTF-16 (no byte-order mark)")
        if even > 0.6 and odd < 0.1:
            return Encoding("utf-16-be", "UTF-16 (no byte-order mark)")
    control = len(_CONTROL.findall(head))
    if control > max(4, 0.02 * len(head)):
        raise DataError(
            f"{where}: this is binary data, not text ({control:,} control characters among {len(head):,} bytes). "
            "Expected a table: CSV, JSON, Parquet, Feather, an Excel workbook, SQLite or DuckDB."
        )
    return UTF8


def _encoding_by_hand(head: bytes, where: str, named: str) -> Encoding:
    codec = codec_named(named)
    for mark, told, label in _MARKS:
        if head.startswith(mark):
            if not codec.startswith(told.removesuffix("-sig")):
                raise DataError(
                    f"{where}: begins with the byte-order mark of {label[:6].strip('( ')}, so it is not {named}. "
                    "Leave --encoding out."
                )
            return Encoding(told, label, by_hand=True)
    note = ""
    if not (codec.startswith("utf") or head.isascii()) and _is_sound(head, "utf-8"):
        note = f"its bytes are sound UTF-8; read as {named} all the same, as that was named by hand."
    return Encoding(codec, f"{named} (by hand)", note=note, by_hand=True)


def codec_named(named: str) -> str:
    """Return Python's name of a text encoding.

    Raises
    ------
    ParameterError
        When no encoding has the name; with names that are near.
    """
    try:
        "".encode(named)
        codec = codecs.lookup(named).name
        if codec in _NOT_OF_FILES:
            raise LookupError(named)
        return codec
    except (LookupError, ValueError) as err:
        known = sorted({*aliases, *aliases.values()})
        near = difflib.get_close_matches(named.lower().replace("-", "_"), known, n=3)
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Known are cp1251, shift_jis, mac_roman, …"
        raise ParameterError(f"encoding must be the name of a text encoding, got {named!r}. {hint}") from err


def _is_sound(head: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeError:
        return False
    return True


def undecodable(where: str, encoding: Encoding, err: UnicodeError) -> DataError:
    """Return the error that says that a file is not in the encoding it seemed to be or was said to be in."""
    reason = getattr(err, "reason", str(err))
    if isinstance(err, UnicodeDecodeError):
        reason += f": {err.object[err.start : err.start + 4].hex(' ')}"
    if encoding.by_hand:
        way_out = "Name another encoding with --encoding, or none, so that it is told from the bytes."
        return DataError(f"{where}: cannot be read as {encoding.label}: {reason}. {way_out}")
    return DataError(f"{where}: not sound {encoding.label} ({reason}). Save the file as UTF-8 and try again.")


def with_doubt(raw: RawTable) -> RawTable:
    """Return a table with a note, where its text was taken for cp1252 or latin-1, and a text that shows if it is."""
    label = raw.facts["encoding"]
    if label not in _EIGHT_BIT:
        return raw
    note = (
        f"{raw.where}: not UTF-8; read as {label}, from which other encodings of a byte per character cannot be told. "
        f"If {_beyond_ascii(raw)!r} is not as it should be, name the right one, such as --encoding cp1251, shift_jis "
        "or mac_roman (in Python encoding='cp1251'), or save the file as UTF-8."
    )
    return replace(raw, notes=(note, *raw.notes))


def _beyond_ascii(raw: RawTable) -> str:
    """Return the beginning of the first cell that is not all ASCII, else of a column's name, else of a rejected row."""
    for name in raw.frame.columns:
        if is_text(raw.frame[name]):
            texts = to_arrow(raw.frame[name])
            place = pc.index(pc.string_is_ascii(texts), False).as_py()
            if place >= 0:
                return _around(texts[place].as_py())
    others = [*map(str, raw.frame.columns), *(reject.text for reject in raw.rejects)]
    return _around(next((text for text in others if not text.isascii()), ""))


def _around(text: str) -> str:
    """Return some characters of a text with the first that is not ASCII among them."""
    place = next((i for i, character in enumerate(text) if not character.isascii()), 0)
    start = max(0, place + 1 - _SHOWN)
    return text[start : start + _SHOWN]


def encoding_of_whole(source: ByteSource) -> Encoding:
    """Return the encoding of a file without a byte-order mark that is not sound UTF-8, from all of its bytes."""
    sound = broken = 0
    cp1252 = True
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            while chunk[-1] >= 0x80 and (more := stream.read(1)):  # do not cut a character in two
                chunk += more
            found = _MULTIBYTE.findall(chunk)
            sound += len(found)
            broken += len(_HIGH.findall(chunk)) - sum(map(len, found))
            cp1252 = cp1252 and not _NOT_CP1252.search(chunk)
    if not broken:
        return UTF8
    if sound > 2 * broken:
        note = f"{broken:,} bytes that are not UTF-8 (the rest of the file is) are shown as \ufffd."
        return Encoding("utf-8", "UTF-8 (damaged)", "replace", note)
    return Encoding("cp1252", "cp1252") if cp1252 else Encoding("latin-1", "latin-1")


def open_as_utf8(source: ByteSource, encoding: Encoding) -> BinaryIO:
    """Return the bytes of a source, re-encoded as UTF-8 where they are something else."""
    stream = source.open()
    return stream if encoding.is_utf8 else io.BufferedReader(_Reencoded(stream, encoding, source.where), _CHUNK)


class _Reencoded(io.RawIOBase):
    """A stream of UTF-8 bytes made from a stream in another encoding."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, where: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
        self._encoding, self._where = encoding, where
        self._waiting = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._waiting and not self._ended:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            try:
                text = self._decoder.decode(chunk, final=self._ended)
            except UnicodeError as err:
                raise undecodable(self._where, self._encoding, err) from err
            self._waiting = text.encode("utf-8", "replace")
        count = min(len(view), len(self._waiting))
        view[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()

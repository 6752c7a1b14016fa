"""Finds the encoding of a text file, and reads it as UTF-8 whatever it is.

A byte-order mark decides; without one, UTF-8 is tried first, and only a file that is not UTF-8 is looked at as a
whole: mostly sound UTF-8 with a few broken bytes stays UTF-8, anything else is cp1252 (latin-1 where even that
cannot be).
"""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from songatlas.errors import DataError

from .raw import ByteSource

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
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
MOJIBAKE = r"\x{FFFD}|\x{EF}\x{BF}\x{BD}|\x{C3}[\x{80}-\x{BF}]|\x{E2}\x{20AC}[\x{2122}\x{153}\x{9D}\x{2018}-\x{201D}]"
"""What UTF-8 looks like after it was read as cp1252 and saved again, and the sign for a character that was lost."""

MOJIBAKE_PAIRS = {0xEFBF, 0xAFC2, 0xC383, 0xA2E2}
"""Two neighboring bytes, in UTF-8, of every text that `MOJIBAKE` finds, and of few others."""


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    ``codec`` is Python's name, ``errors`` 'strict' or 'replace', ``label`` what people call it, ``note`` a sentence
    where something is damaged.
    """

    codec: str
    label: str
    errors: str = "strict"
    note: str = ""

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes can be handed on as they are."""
        return self.codec in ("utf-8", "utf-8-sig") and self.errors == "strict"


UTF8 = Encoding("utf-8", "UTF-8")


def encoding_by_head(head: bytes, where: str) -> Encoding:
    """Return the encoding that the first bytes of a file tell; UTF-8 where they leave it open.

    Raises
    ------
    DataError
        When zero bytes say that this is no text.
    """
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
        self._label, self._where = encoding.label, where
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
            except UnicodeDecodeError as err:
                raise DataError(
                    f"{self._where}: not sound {self._label} ({err.reason}). Save the file as UTF-8 and try again."
                ) from err
            self._waiting = text.encode("utf-8", "replace")
        count = min(len(view), len(self._waiting))
        view[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()

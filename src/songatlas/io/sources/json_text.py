"""Parses the text of a JSON or JSON Lines file, and says where it is broken. What the values mean is not looked at."""

import json
import re
import sys
from dataclasses import dataclass
from typing import Any

from songatlas.errors import DataError

from .encodings import encoding_by_head, undecodable
from .memory import refuse_too_large
from .raw import ByteSource, Reject

_FACTOR = 8  # bytes of memory that Python's objects take for each byte of JSON, the table included
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 with BOM"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_LINES = (".jsonl", ".ndjson")
_SHOWN = 200  # characters of a line kept with its reject


@dataclass(frozen=True)
class Parsed:
    """The value in a JSON file; for JSON Lines the list of the lines' values, with the number of each line."""

    value: Any
    encoding: str
    lines: tuple[int, ...] | None = None
    rejects: tuple[Reject, ...] = ()
    repeated_keys: int = 0


class _Decoder:
    """A JSON decoder that counts the objects with a repeated key (the last one counts, as JSON readers have it)."""

    def __init__(self) -> None:
        self.repeated = 0
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, strict=False)
        self.whole, self.first = self._decoder.decode, self._decoder.raw_decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.repeated += len(made) != len(pairs)
        return made


def parse_json(source: ByteSource) -> Parsed:
    """Return the value in a JSON file, or the values of a JSON Lines file.

    A line that cannot be parsed becomes a reject where most lines can.

    Raises
    ------
    DataError
        When the text is damaged, cut off, nested too deeply or in another encoding, with line and column.
    """
    text, encoding = _text(source)
    decoder = _Decoder()
    try:
        value = decoder.whole(text)
    except json.JSONDecodeError as err:
        parsed = _several(source, text, err, encoding)
        if parsed is None:
            raise DataError(_broken(source.where, text, err)) from err
        return parsed
    except RecursionError as err:
        raise DataError(f"{source.where}: JSON nested too deeply to be read. Is this a table of tracks?") from err
    except ValueError as err:  # Python reads no number of more than 4,300 digits
        raise DataError(f"{source.where}: {_long_number(text)}.") from err
    if source.name.lower().endswith(_LINES) and isinstance(value, dict):
        return Parsed([value], encoding, (1,), (), decoder.repeated)
    return Parsed(value, encoding, repeated_keys=decoder.repeated)


def _text(source: ByteSource) -> tuple[str, str]:
    if source.size is not None:
        refuse_too_large(source.where, source.size, factor=_FACTOR)
    with source.open() as stream:
        raw = stream.read()
    refuse_too_large(source.where, len(raw), factor=_FACTOR - 1)
    text, encoding = _decoded(source, raw) if source.encoding is None else _decoded_by_hand(source, raw)
    if not text.strip():
        raise DataError(f"{source.where}: the file is empty. Expected a list of objects, one per track.")
    return text, encoding


def _decoded(source: ByteSource, raw: bytes) -> tuple[str, str]:
    codec, encoding = next(((codec, name) for mark, codec, name in _BOMS if raw.startswith(mark)), ("utf-8", "UTF-8"))
    try:
        return raw.decode(codec), encoding
    except UnicodeDecodeError as err:
        raise DataError(
            f"{source.where}: not {encoding} text (byte {err.object[err.start]:#04x} at position {err.start:,}). "
            "JSON is UTF-8: save it so and try again, or name its encoding, such as --encoding cp1252."
        ) from err


def _decoded_by_hand(source: ByteSource, raw: bytes) -> tuple[str, str]:
    encoding = encoding_by_head(raw, source.where, source.encoding)
    try:
        return raw.decode(encoding.codec), encoding.label
    except UnicodeError as err:
        raise undecodable(source.where, encoding, err) from err


def _several(source: ByteSource, text: str, err: json.JSONDecodeError, encoding: str) -> Parsed | None:
    """Return several values, one per line or one after the other; None where it is rather one broken value."""
    decoder = _Decoder()
    values, lines, rejects = [], [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append(decoder.whole(line))
            lines.append(number)
        except json.JSONDecodeError as bad:
            rejects.append(Reject(number, f"not JSON: {bad.msg}, column {bad.colno:,}", line.strip()[:_SHOWN]))
        except RecursionError:
            rejects.append(Reject(number, "JSON nested too deeply", line.strip()[:_SHOWN]))
        except ValueError:
            rejects.append(Reject(number, "a number with too many digits", line.strip()[:_SHOWN]))
    if sum(isinstance(value, dict) for value in values) > len(rejects):
        return Parsed(values, encoding, tuple(lines), tuple(rejects), decoder.repeated)
    return _one_after_the_other(source, text, encoding) if err.msg.startswith("Extra data") else None


def _one_after_the_other(source: ByteSource, text: str, encoding: str) -> Parsed:
    """Return the values of a file that holds several, each over many lines."""
    decoder = _Decoder()
    values, place = [], 0
    space = re.compile(r"\s*")
    while place < len(text):
        try:
            value, place = decoder.first(text, place)
        except json.JSONDecodeError as err:
            raise DataError(_broken(source.where, text, err)) from err
        except (RecursionError, ValueError) as err:
            raise DataError(f"{source.where}: {_long_number(text)}.") from err
        values.append(value)
        match = space.match(text, place)
        place = match.end() if match else place
    if not any(isinstance(value, dict) for value in values):
        raise DataError(
            f"{source.where}: not JSON (line 1 begins like it: {text.strip().splitlines()[0][:40]!r}). "
            "Expected a list of objects, one per track, or one object per line."
        )
    return Parsed(values, encoding, repeated_keys=decoder.repeated)


def _broken(where: str, text: str, err: json.JSONDecodeError) -> str:
    place = f"line {err.lineno:,}, column {err.colno:,}"
    if err.pos >= len(text.rstrip()) or err.msg.startswith("Unterminated string"):
        return (
            f"{where}: the JSON is cut off ({err.msg}: {place}). The file ends before its last list or object is "
            "closed: fetch or save it again."
        )
    near = text[max(0, err.pos - 20) : err.pos + 20].strip()
    return f"{where}: not valid JSON ({err.msg}: {place}, near {near!r}). Mend it and try again."


def _long_number(text: str) -> str:
    digits = sys.get_int_max_str_digits() or 4_300
    found = re.search(rf"\d{{{digits + 1},}}", text)
    if not found:
        return "a value in this JSON cannot be read"
    line, start = text.count("\n", 0, found.start()) + 1, text.rfind("\n", 0, found.start()) + 1
    return (
        f"a number of {len(found.group()):,} digits (line {line:,}, column {found.start() - start + 1:,}) is too long "
        "to be read"
    )

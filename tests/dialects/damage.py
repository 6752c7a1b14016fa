"""Damages files at random, the same way for the same number: whatever happens to tables on their way to a reader.

A case starts from a sound file of some dialect. One to four damages are done, first to its text, then to its bytes;
then it may be compressed. Cases of no dialect (a lone byte order mark, only separators) count as damages too.
"""

import csv
import gzip
import io
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .damaged_bytes import BYTE_DAMAGES, flip, truncate
from .known import KNOWN_TRACKS
from .registry import DIALECTS

SOURCES = (
    "mission", "tracks_600k", "dataset_114k", "tidytuesday", "spotify_2023", "devdope_900k", "spotify_youtube", "top10s",
    "spotify_features_from_excel", "song_attributes", "chosic_1", "semicolons_and_decimal_commas", "tabs", "pipes", "cp1252",
    "exportify_2021_en", "exportify_2021_ja", "exportify_net_2025_05", "exportify_net_undefined", "fma_echonest", "json_lines",
    "spotify_audio_features_with_nulls", "spotify_playlist_with_features", "exportify_net_export_all", "parquet", "feather",
    "excel_workbook", "sqlite",
)  # fmt: skip
TEXT_SOURCES = {"json_lines", "spotify_audio_features_with_nulls", "spotify_playlist_with_features", "fma_echonest"}
N_TRACKS = 12
_ODD = (
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1e400",
    "-1e400",
    "9" * 40,
    "1,234",
    "1.234,5",
    "0x1F",
    "١٢٣",
    "1_000",
    "5 %",
    "--",
    "1e",
    "#REF!",
)
_HOSTILE = (
    "\u202e\u200f",
    "\u0000",
    "\x1b[31m",
    "\x0b\x0c",
    "\u2028",
    "\ufeff",
    "\x85",
    "\x1a",
    "\ud83d",
    "e\u0301" * 50,
    "<b>",
    "=1+1",
)


_LONG = tuple(
    start + unit * (100_000 // len(unit)) + end
    for unit in (
        "x",
        "9",
        "[",
        '"',
        "'",
        " ",
        "-",
        "0.",
        "1:",
        "1,",
        "a b ",
        "\\,",
        "['a', ",
        "(",
        "%2F",
        "9 ",
        "é",
        "-Apr",
    )
    for start, end in (("", ""), ("", "x"), ("0.", "e"))
)


@dataclass(frozen=True)
class Damaged:
    """One damaged file; ``story`` says from which dialect it comes and what was done to it, in order."""

    number: int
    file: str
    data: bytes
    story: tuple[str, ...]


@cache
def _sound_bytes(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DIALECTS[name].file
        DIALECTS[name].write(KNOWN_TRACKS[:N_TRACKS], path)
        return path.read_bytes()


class _Lines:
    """The lines of a text with its separator; ``rows`` can be replaced field by field."""

    def __init__(self, text: str, separator: str, rng: random.Random) -> None:
        self.lines, self.separator, self.rng = text.splitlines(keepends=True), separator, rng

    def some(self, most: int = 3) -> list[int]:
        return [self.rng.randrange(len(self.lines)) for _ in range(self.rng.randint(1, most))] if self.lines else []

    def fields(self, number: int) -> list[str]:
        try:
            return next(csv.reader([self.lines[number]], delimiter=self.separator), [])
        except csv.Error:
            return self.lines[number].split(self.separator)

    def put(self, number: int, fields: list[str]) -> None:
        stream = io.StringIO(newline="")
        try:
            csv.writer(stream, delimiter=self.separator, lineterminator="\n").writerow(fields)
        except csv.Error:
            stream = io.StringIO(self.separator.join(fields) + "\n")
        self.lines[number] = stream.getvalue()

    def change_field(self, change: Callable[[list[str], int], None], header: bool = False) -> None:
        for number in [0] if header else self.some():
            fields = self.fields(number) if self.lines else []
            if fields:
                change(fields, self.rng.randrange(len(fields)))
                self.put(number, fields)

    def text(self) -> str:
        return "".join(self.lines)


TextDamage = Callable[[_Lines], None]


def _replace_with(choices: tuple[str, ...]) -> TextDamage:
    def damage(text: _Lines) -> None:
        text.change_field(lambda fields, at: fields.__setitem__(at, text.rng.choice(choices)))

    return damage


def _stray(mark: str) -> TextDamage:
    def damage(text: _Lines) -> None:
        for number in text.some():
            line = text.lines[number]
            at = text.rng.choice(
                [0, *(i + 1 for i, c in enumerate(line) if c == text.separator), text.rng.randrange(len(line) + 1)]
            )
            text.lines[number] = line[:at] + mark + line[at:]

    return damage


def _mixed_line_ends(text: _Lines) -> None:
    text.lines = [line.rstrip("\r\n") + text.rng.choice(["\n", "\r\n", "\r", "\n\n"]) for line in text.lines]


def _blank_lines(text: _Lines) -> None:
    for number in text.some(6):
        text.lines.insert(number, text.rng.choice(["\n", "  \n", "\r\n", "\t\n", text.separator * 5 + "\n"]))


def _second_header(text: _Lines) -> None:
    text.lines.insert(text.rng.randrange(len(text.lines) + 1), text.lines[0] if text.lines else "a\n")


def _glue_rows(text: _Lines) -> None:
    for number in text.some():
        text.lines[number] = text.lines[number].rstrip("\r\n")


def _repeat_rows(text: _Lines) -> None:
    for number in text.some():
        text.lines.insert(number, text.lines[text.rng.randrange(len(text.lines))])


def _shuffle_header(fields: list[str], at: int) -> None:
    fields[at], fields[at - 1] = fields[at - 1], fields[at]


def _append_other(text: _Lines) -> None:
    other = text.rng.choice([name for name in SOURCES if DIALECTS[name].encoding == "utf-8"])
    text.lines += _sound_bytes(other).decode("utf-8").splitlines(keepends=True)[text.rng.choice([0, 1]) :]


def _only_separators(text: _Lines) -> None:
    text.lines = [text.separator * text.rng.choice([1, 5, 22]) + "\n"] * text.rng.choice([1, 3, 50])


def _many_columns(text: _Lines) -> None:
    extra = [f"c{i}" for i in range(5_000)]
    for number in range(len(text.lines)):
        fields = text.fields(number)
        text.put(number, [*fields, *(extra if number == 0 else ["0"] * len(extra))])


TEXT_DAMAGES: dict[str, TextDamage] = {
    "fields dropped": lambda text: text.change_field(lambda fields, at: fields.__delitem__(at)),
    "fields repeated": lambda text: text.change_field(lambda fields, at: fields.insert(at, fields[at])),
    "a header name dropped": lambda text: text.change_field(lambda fields, at: fields.__delitem__(at), header=True),
    "a header name repeated": lambda text: text.change_field(lambda fields, at: fields.__setitem__(at, fields[at - 1]), header=True),
    "header names swapped": lambda text: text.change_field(_shuffle_header, header=True),
    "a header name emptied": lambda text: text.change_field(lambda fields, at: fields.__setitem__(at, ""), header=True),
    "an odd header name": lambda text: text.change_field(lambda f, at: f.__setitem__(at, text.rng.choice(_HOSTILE)), header=True),
    "a very long header name": lambda text: text.change_field(lambda f, at: f.__setitem__(at, "n" * 100_000), header=True),
    "the header removed": lambda text: text.lines.__delitem__(slice(0, 1)),
    "a second header": _second_header,
    "odd numbers": _replace_with(_ODD),
    "hostile text": _replace_with(_HOSTILE),
    "a very long cell": _replace_with(_LONG),
    "stray quotes": _stray('"'),
    "doubled quotes": _stray('""'),
    "stray separators": _stray(","),
    "stray line ends": _stray("\n"),
    "stray zero bytes": _stray("\0"),
    "mixed line ends": _mixed_line_ends,
    "blank lines": _blank_lines,
    "rows glued": _glue_rows,
    "rows repeated": _repeat_rows,
    "another file appended": _append_other,
    "only separators": _only_separators,
    "5,000 columns": _many_columns,
}  # fmt: skip
_SELDOM = {
    "only separators",
    "5,000 columns",
    "a very long header name",
    "a very long cell",
    "the header removed",
    "a lone mark",
}


def damaged_file(number: int, seed: int = 0) -> Damaged:
    """Return case ``number`` of a seed: always the same file."""
    rng = random.Random(f"{seed} {number}")
    name = rng.choice(SOURCES)
    data, story = _sound_bytes(name), [name]
    is_text = DIALECTS[name].encoding is not None or name in TEXT_SOURCES
    kinds = [*TEXT_DAMAGES, *BYTE_DAMAGES] if is_text else list(BYTE_DAMAGES)
    weights = [0.25 if kind in _SELDOM else 1.0 for kind in kinds]
    chosen = rng.choices(kinds, weights, k=rng.randint(1, 4))
    chosen.sort(key=lambda kind: kind in BYTE_DAMAGES)
    if any(kind in TEXT_DAMAGES for kind in chosen):
        data = _damage_text(data, name, [kind for kind in chosen if kind in TEXT_DAMAGES], rng)
    if is_text and rng.random() < 0.05:
        data, chosen = data.decode("utf-8", "replace").encode("utf-16"), [*chosen, "in utf-16"]
    for kind in chosen:
        data = BYTE_DAMAGES[kind](data, rng) if kind in BYTE_DAMAGES else data
    if rng.random() < 0.08:
        data, chosen = gzip.compress(data, mtime=0), [*chosen, "gzipped"]
        if rng.random() < 0.5:
            data, chosen = rng.choice([truncate, flip])(data, rng), [*chosen, "damaged once more"]
    return Damaged(number, DIALECTS[name].file, data, tuple(story + chosen))


def _damage_text(data: bytes, name: str, kinds: list[str], rng: random.Random) -> bytes:
    encoding = DIALECTS[name].encoding or "utf-8"
    text = data.decode(encoding)
    for kind in kinds:
        lines = _Lines(text, DIALECTS[name].separator or ",", rng)
        TEXT_DAMAGES[kind](lines)
        text = lines.text()
    return text.encode(encoding, "replace")

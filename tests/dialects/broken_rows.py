"""Sound CSV files in which a few rows are broken or added, so that what must come of every row is known beforehand."""

import csv
import io
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .known import KNOWN_TRACKS
from .registry import DIALECTS, Expected

SOURCES = (
    "mission", "tracks_600k", "dataset_114k", "tidytuesday", "song_attributes", "top2018", "spotify_2000", "tabs", "pipes",
    "semicolons_and_decimal_commas", "exportify_net_2025_05", "exportify_2021_ja", "chosic_2", "hit_predictor",
)  # fmt: skip


@dataclass(frozen=True)
class BrokenRows:
    """A file, the lines (from 1) of the rows that must be rejected, and the tracks that must be read, in order."""

    file: str
    data: bytes
    rejected_lines: list[int]
    tracks: list[int]
    story: tuple[str, ...]
    expected: Expected


def _line(fields: list[str], separator: str) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator="").writerow(fields)
    return stream.getvalue()


Row = tuple[str, int | None]  # the line, and the track that it holds; None where it must be rejected

BREAKS: dict[str, Callable[[list[str], str, int, random.Random], list[Row]]] = {
    "a field dropped": lambda f, s, n, r: [(_line([*f[: (at := r.randrange(len(f)))], *f[at + 1 :]], s), None)],
    "a field repeated": lambda f, s, n, r: [(_line([*f[: (at := r.randrange(len(f)))], f[at], *f[at:]], s), None)],
    "cut off": lambda f, s, n, r: [(_line(f[: r.randint(1, len(f) - 1)], s), None)],
    "written twice": lambda f, s, n, r: [(_line(f, s), n), (_line(f, s), n)],
    "two rows on one line": lambda f, s, n, r: [(_line(f, s) + _line(f, s), None)],
    "a remark above": lambda f, s, n, r: [("Here the second side begins", None), (_line(f, s), n)],
    "a blank line above": lambda f, s, n, r: [("", None), (_line(f, s), n)],
}  # fmt: skip


@cache
def _sound(name: str) -> tuple[str, Expected]:
    """Return the text of the dialect over all known tracks, and what it should give."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DIALECTS[name].file
        expected = DIALECTS[name].write(KNOWN_TRACKS, path)
        return path.read_bytes().decode(DIALECTS[name].encoding or "utf-8"), expected


def broken_rows(number: int, seed: int) -> BrokenRows:
    """Return case ``number`` of a seed: at most three of forty rows are broken or added."""
    rng = random.Random(f"broken rows {seed} {number}")
    name = rng.choice(SOURCES)
    text, expected = _sound(name)
    separator = DIALECTS[name].separator or ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    breaks = dict(zip(rng.sample(range(1, len(rows)), 3), rng.choices(list(BREAKS), k=rng.randint(1, 3)), strict=False))
    lines: list[Row] = [(_line(rows[0], separator), -1)]
    for place, fields in enumerate(rows[1:], start=1):
        kind = breaks.get(place)
        lines += BREAKS[kind](fields, separator, place - 1, rng) if kind else [(_line(fields, separator), place - 1)]
    end = rng.choice(["\n", "\r\n"])
    text = end.join(line for line, _ in lines) + rng.choice([end, ""])
    return BrokenRows(
        file=DIALECTS[name].file,
        data=text.encode(DIALECTS[name].encoding or "utf-8"),
        rejected_lines=[at for at, (line, track) in enumerate(lines, start=1) if track is None and line],
        tracks=[track for _, track in lines[1:] if track is not None],
        story=(name, *(f"{kind} (row {place})" for place, kind in sorted(breaks.items()))),
        expected=expected,
    )


@dataclass(frozen=True)
class StrayMark:
    """A file in some rows of which (from 0) a mark was inserted somewhere."""

    file: str
    data: bytes
    rows: list[int]
    story: tuple[str, ...]
    expected: Expected


def stray_mark(number: int, mark: str, seed: int) -> StrayMark:
    """Return case ``number`` of a seed: a sound file with a mark too many in one to three of its rows."""
    rng = random.Random(f"stray {mark!r} {seed} {number}")
    name = rng.choice([name for name in SOURCES if "track_id" in _sound(name)[1].columns])
    if mark == "," and name == "semicolons_and_decimal_commas":
        name = "mission"  # there a comma makes another number, and nobody could know
    text, expected = _sound(name)
    lines = text.splitlines(keepends=True)
    rows = sorted(rng.sample(range(len(KNOWN_TRACKS)), rng.choice([1, 1, 2, 3])))
    story = [name]
    for row in rows:
        line = lines[row + 1]
        at = _place(line, mark, DIALECTS[name].separator or ",", rng)
        lines[row + 1] = line[:at] + mark + line[at:]
        story.append(f"{mark!r} in row {row}: {lines[row + 1][max(0, at - 20) : at + 20]!r}")
    data = "".join(lines).encode(DIALECTS[name].encoding or "utf-8")
    return StrayMark(DIALECTS[name].file, data, rows, tuple(story), expected)


def _place(line: str, mark: str, separator: str, rng: random.Random) -> int:
    """Return a place in a line, half of the time at the edge of a cell."""
    body = len(line.rstrip("\r\n"))
    edges = [0, body, *(i + step for i, c in enumerate(line) if c == separator for step in (0, 1))]
    at = rng.choice([rng.choice(edges), rng.randrange(body + 1)])
    if mark.endswith("\n") and at != body:
        return min(at, line.rindex(separator))  # what stands before it in the last cell may be a sound row
    return at

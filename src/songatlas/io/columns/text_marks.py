"""What kinds of bytes the texts of a column hold: which rows could need a change, without looking at each in Python.

Most columns need none. In a large column a compiled loop looks at every byte once; a small one is not worth loading it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .arrow_text import spans
from .dialects import missing_words

ZERO, BREAK, LIST, SEMICOLON, COMMA, PATH, QUOTE = (np.uint16(1 << bit) for bit in range(7))
PADDED = np.uint16(1 << 7)
"""A text that begins or ends with a blank, or with bytes that a blank beyond ASCII has there."""
SHORT = np.uint16(1 << 8)
"""A text that could be a word for "missing" by its length and its first byte."""

MOJIBAKE = np.uint16(1 << 9)
"""A text with two neighboring bytes that stand in texts which UTF-8 became when it was read as cp1252, and rarely
elsewhere."""

_KINDS = {ZERO: b"\0", BREAK: b"\r\n", LIST: b"[{(;\\", SEMICOLON: b";", COMMA: b",", PATH: b":/", QUOTE: b'"'}
_BLANKS = "\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_OPENS_PAIR = np.uint16(1 << 10)
_MOJIBAKE_PAIRS = (0xEFBF, 0xAFC2, 0xC383, 0xA2E2)
_MANY = 300_000  # texts; from here on the compiled loop is worth loading
_WORKERS = 2


@dataclass(frozen=True)
class Marks:
    """The kinds of bytes in each text of a column: ndarray of shape (n_texts,), uint16."""

    kinds: NDArray[np.uint16]

    def rows(self, *marks: np.uint16) -> NDArray[np.int64]:
        """Return the rows whose text has one of the marks, in order."""
        return np.flatnonzero(self.kinds & np.bitwise_or.reduce(marks))

    def any(self, *marks: np.uint16) -> bool:
        """Return whether a text has one of the marks."""
        return bool((self.kinds & np.bitwise_or.reduce(marks)).any())


def marks_of(texts: pa.ChunkedArray) -> Marks:
    """Return which kinds of bytes each text of a column holds."""
    if len(texts) < _MANY:
        return Marks(np.concatenate([_kinds(part) for part in texts.chunks] or [np.zeros(0, dtype=np.uint16)]))
    from songatlas.kernels.text_bytes import text_kinds

    kinds = np.empty(len(texts), dtype=np.uint16)
    done = 0
    for part in texts.chunks:
        offsets, data = spans(part)
        text_kinds(offsets, data, *_tables(), kinds[done : done + len(part)])
        done += len(part)
    return Marks(kinds)


def marks_of_each(texts: Mapping[str, pa.ChunkedArray]) -> dict[str, Marks]:
    """Return what `marks_of` does for several columns, large ones side by side."""
    if not any(len(column) >= _MANY for column in texts.values()):
        return {name: marks_of(column) for name, column in texts.items()}
    with ThreadPoolExecutor(_WORKERS) as workers:
        return dict(zip(texts, workers.map(marks_of, texts.values()), strict=True))


def _kinds(part: pa.Array) -> NDArray[np.uint16]:
    """Return what the compiled loop returns."""
    anywhere, first, last, first_pair, last_pair, any_pair, opens, short, most = _tables()
    offsets, data = spans(part)
    kinds = np.zeros(len(part), dtype=np.uint16)
    rows = np.flatnonzero(offsets[1:] > offsets[:-1])
    if not len(rows):
        return kinds
    starts, ends = offsets[:-1][rows], offsets[1:][rows]
    found = np.bitwise_or.reduceat(anywhere[data[starts[0] : ends[-1]]], starts - starts[0])
    found |= first[data[starts]] | last[data[ends - 1]] | np.where(ends - starts <= most, short[data[starts]], 0)
    several = ends - starts > 1
    found[several] |= first_pair[data[starts[several]], data[starts[several] + 1]]
    found[several] |= last_pair[data[ends[several] - 2], data[ends[several] - 1]]
    kinds[rows] = found
    places = starts[0] + np.flatnonzero(anywhere[data[starts[0] : ends[-1]]] & opens)
    inside = np.searchsorted(ends, places, side="right")
    places, inside = places[places + 1 < ends[inside]], inside[places + 1 < ends[inside]]
    np.bitwise_or.at(kinds, rows[inside], any_pair[data[places], data[places + 1]])
    return kinds


@cache
def _tables() -> tuple[Any, ...]:
    """Return the bits of bytes by where they stand, and the most bytes of a word for "missing"."""
    anywhere, ends, short = (np.zeros(256, dtype=np.uint16) for _ in range(3))
    first_pair, last_pair, any_pair = (np.zeros((256, 256), dtype=np.uint16) for _ in range(3))
    for mark, characters in _KINDS.items():
        anywhere[list(characters)] |= mark
    ends[[*range(9, 14), *range(28, 33)]] = PADDED
    for blank in (character.encode() for character in _BLANKS):
        first_pair[blank[0], blank[1]] = last_pair[blank[-2], blank[-1]] = PADDED
    any_pair.flat[list(_MOJIBAKE_PAIRS)] = MOJIBAKE
    anywhere[[pair >> 8 for pair in _MOJIBAKE_PAIRS]] |= _OPENS_PAIR
    words = [word.encode() for word in ways_to_write_missing()]
    short[[word[0] for word in words]] = SHORT
    return anywhere, ends, ends, first_pair, last_pair, any_pair, _OPENS_PAIR, short, np.uint16(max(map(len, words)))


@cache
def ways_to_write_missing() -> tuple[str, ...]:
    """Return the words for "missing" in the ways they are written."""
    known = [word for word in missing_words() if word]
    forms = {form for word in known for form in (word, word.upper(), word.capitalize(), word.title())}
    return tuple(sorted(forms | {"NaN", "NaT", "nAn"}))

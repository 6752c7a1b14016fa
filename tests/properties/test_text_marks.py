"""What marks say of texts, against looking at each text in Python; the compiled loop against NumPy."""

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.io.columns import text_marks
from songatlas.io.columns.text_marks import (
    BREAK,
    COMMA,
    LIST,
    MOJIBAKE,
    PADDED,
    PATH,
    QUOTE,
    SEMICOLON,
    SHORT,
    ZERO,
    marks_of,
)
from songatlas.io.sources.encodings import SEEN_IN_MOJIBAKE

LETTERS = "\0\n\r [{(;\\,:/\"'aNnu-?é\u00a0\u3000\u2003\x85\U0001f3b5AÃ\x83â€™\ufffdï¿½ "
TEXTS = st.lists(st.text(st.sampled_from(LETTERS), max_size=8) | st.text(max_size=12).filter(str.isprintable))
HELD = {ZERO: "\0", BREAK: "\n\r", LIST: "[{(;\\", SEMICOLON: ";", COMMA: ",", PATH: ":/", QUOTE: '"'}


def chunked(texts: list[str], cut: int) -> pa.ChunkedArray:
    """Return texts in two chunks, the second of which is a slice of a longer array."""
    longer = pa.array(["before", *texts[cut:], "after"], type=pa.large_string())
    return pa.chunked_array([pa.array(texts[:cut], type=pa.large_string()), longer.slice(1, len(texts) - cut)])


@given(TEXTS, st.integers(0, 5))
def test_marks_are_what_each_text_holds(texts, cut):
    marks = marks_of(chunked(texts, min(cut, len(texts))))
    for mark, characters in HELD.items():
        assert marks.rows(mark).tolist() == [i for i, text in enumerate(texts) if set(characters) & set(text)]
        assert marks.any(mark) == bool(len(marks.rows(mark)))


@given(TEXTS, st.integers(0, 5))
def test_no_text_to_trim_and_no_missing_or_damaged_one_goes_unmarked(texts, cut):
    column = chunked(texts, min(cut, len(texts)))
    marks = marks_of(column)
    padded, short, damaged = (set(marks.rows(mark)) for mark in (PADDED, SHORT, MOJIBAKE))
    seen = pc.match_substring_regex(column, SEEN_IN_MOJIBAKE).to_pylist()
    for row, text in enumerate(texts):
        assert text == text.strip() or row in padded
        assert text not in text_marks.ways_to_write_missing() or row in short
        assert not seen[row] or row in damaged


@settings(deadline=None)  # the first call loads the loop
@given(TEXTS, st.integers(0, 5))
def test_the_compiled_loop_finds_the_same(texts, cut):
    column = chunked(texts, min(cut, len(texts)))
    known = marks_of(column).kinds
    text_marks._MANY, usual = 0, text_marks._MANY
    try:
        assert marks_of(column).kinds.tolist() == known.tolist()
    finally:
        text_marks._MANY = usual

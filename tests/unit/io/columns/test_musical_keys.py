"""Keys, modes and time signatures."""

import pytest

from songatlas.io.columns.musical_keys import read_key, read_mode, read_time_signature

CAMELOT = {
    "1A": (8, 0), "2A": (3, 0), "3A": (10, 0), "4A": (5, 0), "5A": (0, 0), "6A": (7, 0),
    "7A": (2, 0), "8A": (9, 0), "9A": (4, 0), "10A": (11, 0), "11A": (6, 0), "12A": (1, 0),
    "1B": (11, 1), "2B": (6, 1), "3B": (1, 1), "4B": (8, 1), "5B": (3, 1), "6B": (10, 1),
    "7B": (5, 1), "8B": (0, 1), "9B": (7, 1), "10B": (2, 1), "11B": (9, 1), "12B": (4, 1),
}  # fmt: skip


@pytest.mark.parametrize("code", CAMELOT)
def test_camelot_codes_are_the_wheel_as_printed(code):
    assert read_key(code) == read_key(code.lower()) == CAMELOT[code]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", (0, None)), ("c#", (1, None)), ("D♭", (1, None)), ("Db", (1, None)), ("C#/Db", (1, None)), ("C♯/D♭", (1, None)),
        ("Cb", (11, None)), ("B", (11, None)), ("Bb", (10, None)), ("D min", (2, 0)), ("A major", (9, 1)), ("F#m", (6, 0)),
        ("Ebmaj", (3, 1)), ("G# minor", (8, 0)), ("d moll", (2, 0)), ("0", (0, None)), ("11.0", (11, None)),
        ("8d", (1, 1)), ("1m", (9, 0)),
    ],
)  # fmt: skip
def test_note_names_are_read(text, key):
    assert read_key(text) == key


@pytest.mark.parametrize("text", ["", "H#", "12", "-1", "13A", "0A", "loud", "C##"])
def test_what_is_no_key_is_none(text):
    assert read_key(text) is None


def test_modes():
    assert [read_mode(t) for t in ("Major", "minor", "maj", "1", "0.0", "dorian")] == [1, 0, 1, 1, 0, None]


@pytest.mark.parametrize(
    ("text", "beats"),
    [
        ("4", 4),
        ("4.0", 4),
        ("4/4", 4),
        ("3/4", 3),
        ("04-Apr", 4),
        ("4-Apr", 4),
        ("05-Apr", 5),
        ("01-Apr", 1),
        ("4. Apr", 4),
        ("x", None),
    ],
)
def test_time_signatures_and_what_spreadsheets_make_of_them(text, beats):
    assert read_time_signature(text) == beats

"""Reads keys, modes and time signatures as tables write them: pitch classes, note names, Camelot and Open Key codes.

Pitch classes follow the field's integer notation: C is 0, C♯ and D♭ are 1, … B is 11.
"""

import re

_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NAME = re.compile(
    r"(?P<note>[a-g])\s*(?P<sign>#|♯|b|♭|sharp|flat|-sharp|-flat)?(?:\s*/\s*[a-g]\s*(?:#|♯|b|♭))?"
    r"\s*[-_ ]?\s*(?P<mode>maj|major|min|minor|m|dur|moll)?\.?"
)
_CAMELOT = re.compile(r"(?P<hour>1[0-2]|0?[1-9])\s*(?P<side>[abdm])")
_MODES = {"maj": 1, "major": 1, "dur": 1, "min": 0, "minor": 0, "m": 0, "moll": 0}
_MODE_WORDS = {**_MODES, "1": 1, "0": 0, "1.0": 1, "0.0": 0, "+": 1, "-": 0}
_METER = re.compile(r"(?P<beats>\d{1,2})\s*/\s*\d{1,2}")
_METER_AS_DATE = re.compile(r"0?(?P<beats>\d{1,2})[-.\s/]+(?:apr|avr|abr|april)\.?(?:[-.\s]\d+)?")


def read_key(text: str) -> tuple[int, int | None] | None:
    """Return the pitch class, and the mode (1 major, 0 minor) where the text says it; None where it is no key.

    Examples
    --------
    >>> read_key("C#"), read_key("D min"), read_key("8A"), read_key("Bb/A#"), read_key("7"), read_key("?")
    ((1, None), (2, 0), (9, 0), (10, None), (7, None), None)
    """
    bare = text.strip().casefold()
    if re.fullmatch(r"\d{1,2}(?:\.0*)?", bare):
        pitch = int(float(bare))
        return (pitch, None) if pitch <= 11 else None
    code = _CAMELOT.fullmatch(bare)
    if code:
        return _from_code(int(code["hour"]), code["side"])
    match = _NAME.fullmatch(bare)
    if not match:
        return None
    sign = match["sign"] or ""
    shift = 1 if sign.strip("-") in ("#", "♯", "sharp") else -1 if sign else 0
    return (_NOTES[match["note"]] + shift) % 12, _MODES.get(match["mode"] or "")


def _from_code(hour: int, side: str) -> tuple[int, int]:
    """Return key and mode of a Camelot (a, b) or Open Key (m, d) code: a fifth for every hour."""
    first = {"b": 11, "a": 8, "d": 0, "m": 9}[side]
    return (first + 7 * (hour - 1)) % 12, 1 if side in "bd" else 0


def read_mode(text: str) -> int | None:
    """Return 1 for major, 0 for minor, None for anything else."""
    return _MODE_WORDS.get(text.strip().casefold())


def read_time_signature(text: str) -> int | None:
    """Return the beats of a bar, from '4', '4/4', or what spreadsheets make of it ('04-Apr').

    Examples
    --------
    >>> read_time_signature("4/4"), read_time_signature("05-Apr"), read_time_signature("3.0"), read_time_signature("x")
    (4, 5, 3, None)
    """
    bare = text.strip().casefold()
    if re.fullmatch(r"\d{1,2}(?:\.0*)?", bare):
        return int(float(bare))
    match = _METER.fullmatch(bare) or _METER_AS_DATE.fullmatch(bare)
    return int(match["beats"]) if match else None

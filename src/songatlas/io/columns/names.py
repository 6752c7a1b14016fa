"""Says what one column name means by itself: its words, its unit, and the canonical column it is an alias of.

The aliases are data: ``dialects.toml``. What the names of a table mean together is said in
`songatlas.io.columns.dialects`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES

LONGEST_NAME = 1000
"""Characters of a name that are looked at; a longer name is a cell that landed in the header."""

_LONGEST_UNIT = 3  # words, as in h_m_s
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_DECIBEL = re.compile(r"dB(?![a-z])")
_INVISIBLE = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f\\xad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]")
_NOT_WORD = re.compile(r"[\W_]+")
_SEPARATORS = re.compile(r"[./:>|\[\]]+|__+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_QUOTES = "\ufeff\u200b\"'`´‘’“”„«»"


@dataclass(frozen=True)
class ColumnName:
    """A column's name, normalized: with its unit (``duration_ms``), and without one that stood in brackets.

    ``is_percent`` says that a percent sign stood in it.
    """

    whole: str
    bare: str
    is_percent: bool


@dataclass(frozen=True)
class Alias:
    """What a normalized name stands for: an entry of the alias table.

    ``tier`` is 1 for a canonical name, 2 for an alias, 3 for a translation; ``rank`` the place in its list.
    ``is_weak`` says that it counts only in company, ``hint`` which unit it implies.
    """

    canonical: str
    tier: int
    rank: int
    is_weak: bool
    hint: str


@dataclass(frozen=True)
class Reading:
    """What one column's name says: an alias, a hint of the unit, and how many neutral words were left out."""

    alias: Alias
    hint: str
    dropped: int


@cache
def words_of_dialects() -> dict[str, Any]:
    """Return the content of ``dialects.toml``."""
    return tomllib.loads(files("songatlas.io.columns").joinpath("dialects.toml").read_text(encoding="utf-8"))


def normalize_name(name: str) -> str:
    """Return a column name as the alias lists spell it: words in lower case, joined by underscores.

    A unit in brackets and percent signs are dropped; a name above 1,000 characters is cut there first.

    Examples
    --------
    >>> normalize_name("trackName"), normalize_name(" Track.Name "), normalize_name("Loudness..dB..")
    ('track_name', 'track_name', 'loudness')
    >>> normalize_name("Artist Name(s)"), normalize_name("Duration (s)"), normalize_name("danceability_%")
    ('artist_name_s', 'duration', 'danceability')
    """
    return column_name(name).bare


def column_name(name: str) -> ColumnName:
    """Return a column's name, normalized, with and without its unit."""
    return _column_name(name if len(name) <= LONGEST_NAME else name.strip()[:LONGEST_NAME])


def is_ignored(name: str) -> bool:
    """Return whether a column of this name is never read: row numbers, links, ranks, personal data."""
    return column_name(name).whole in _ignored()


def split_unit(words: str) -> tuple[str, str]:
    """Return a normalized name without the unit it ends with, and the unit; '' where it ends with none.

    Examples
    --------
    >>> split_unit("track_duration_ms"), split_unit("energy_pct"), split_unit("length_in_minutes"), split_unit("ms")
    (('track_duration', 'ms'), ('energy', 'percent'), ('length', 'min'), ('ms', ''))
    """
    units = _units()
    parts = words.rsplit("_", _LONGEST_UNIT)
    for start in range(1, len(parts)):
        unit = units.get("_".join(parts[start:]))
        if unit:
            return "_".join(parts[:start]).removesuffix("_in"), unit
    return words, ""


def unit_hint(name: str, canonical: str) -> str:
    """Return the unit that a name gives to a canonical column, '' where it gives none that the column can have."""
    column = column_name(name)
    if column.is_percent and _fits("percent", canonical):
        return "percent"
    alias = alias_table().get(column.whole)
    if alias and alias.canonical == canonical:
        return alias.hint
    unit = _units().get(column.whole) or split_unit(column.whole)[1]
    return unit if _fits(unit, canonical) else ""


def read_name(name: str) -> Reading | None:
    """Return what a column's name says by itself, None where it is no alias; fewer dropped words win."""
    if len(name) > LONGEST_NAME:
        name = name.strip()
    return _read_name(name) if len(name) <= LONGEST_NAME else None


@cache
def alias_table() -> dict[str, Alias]:
    """Return every normalized name that stands for a canonical column, the unaccented spellings last."""
    table: dict[str, Alias] = {}
    weak = {spelling for word in words_of_dialects()["weak"]["words"] for spelling in (word, _plain(word))}
    hints = words_of_dialects()["hints"]
    for words, canonical, tier, rank in [*_canonical_names(), *_aliases(), *_translations(), *_unaccented()]:
        unit = _units().get(words) or split_unit(words)[1]
        hint = hints.get(words) or (unit if _fits(unit, canonical) else "")
        known = table.get(words)
        if known is None or (known.canonical == canonical and (tier, rank) < (known.tier, known.rank)):
            table[words] = Alias(canonical, tier, rank, words in weak, hint)
    return table


# --- normalizing


@lru_cache(maxsize=4096)
def _column_name(name: str) -> ColumnName:
    text = (name if name.isascii() else unicodedata.normalize("NFKC", name)).strip().strip(_QUOTES).strip()
    is_percent = "%" in text
    if is_percent:
        text = text.replace("%", " ").strip()
    if text.endswith("#") and len(text) > 1:
        text = f"{text[:-1]} number"  # "Track #" is not the track
    whole = _joined_words(text)
    bare = _joined_words(_without_bracketed_unit(text)) if text.endswith((")", "]", ".")) else whole
    return ColumnName(whole, bare or whole, is_percent)


def _joined_words(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if not text.islower():
        text = _CAMEL.sub("_", _DECIBEL.sub("Db", text) if "dB" in text else text)
        text = text.casefold().replace("\u0307", "")  # the dot that casefold leaves of a Turkish İ
    return _NOT_WORD.sub("_", text).strip("_")


def _without_bracketed_unit(text: str) -> str:
    """Return the text without a unit in brackets at its end, also where R wrote ``Loudness..dB..`` for them."""
    if text.endswith("."):
        base, dots, inside = text.rstrip(".").rpartition("..")
        apart = bool(dots)
    else:
        opening = max(text.rfind("("), text.rfind("["))
        base, inside = text[: max(opening, 0)], text[opening + 1 : -1]
        apart = base != base.rstrip()
    words = _joined_words(inside).removeprefix("in_")
    is_unit = words in _units() and (apart or len(words) > 1 or not words.isascii())  # "Name(s)" is a plural
    return base if is_unit and base.strip() else text


# --- looking up


@lru_cache(maxsize=4096)
def _read_name(name: str) -> Reading | None:
    column = column_name(name)
    for dropped, words in _spellings(name, column.whole):
        found = _alias_and_hint(words, column.is_percent)
        if found:
            return Reading(*found, dropped)
    for dropped, words in _without_joined_wrappers(column.whole):
        found = _alias_and_hint(words, column.is_percent)
        if found and found[0].canonical in FEATURE_NAMES:
            return Reading(*found, dropped)
    return None


def _alias_and_hint(words: str, is_percent: bool) -> tuple[Alias, str] | None:
    alias = alias_table().get(words)
    hint = alias.hint if alias else ""
    if alias is None:
        bare, hint = split_unit(words)
        alias = alias_table().get(bare) if hint else None
    if alias is None or (hint and not _fits(hint, alias.canonical)):
        return None
    if is_percent:
        return (alias, "percent") if hint in ("", "percent") and _fits("percent", alias.canonical) else None
    return alias, hint


def _spellings(name: str, whole: str) -> Iterator[tuple[int, str]]:
    """Yield (parts dropped, the rest): the whole name, then a dotted name without its neutral leading parts."""
    yield 0, whole
    if not _SEPARATORS.search(name):
        return
    pieces = [piece for piece in _SEPARATORS.split(name) if piece.strip()]
    for dropped, piece in enumerate(pieces[:-1], start=1):
        if column_name(piece).whole not in _wrappers("dotted"):
            return
        yield dropped, column_name("_".join(pieces[dropped:])).whole


def _without_joined_wrappers(words: str) -> Iterator[tuple[int, str]]:
    dropped = 0
    while found := _joined_wrappers().match(words):
        words, dropped = words[found.end() :], dropped + 1
        yield dropped, words


# --- the words


def _canonical_names() -> Iterator[tuple[str, str, int, int]]:
    return ((name, name, 1, 0) for name in CANONICAL_COLUMNS)


def _aliases() -> Iterator[tuple[str, str, int, int]]:
    for canonical, listed in words_of_dialects()["aliases"].items():
        yield from ((words, canonical, 2, rank) for rank, words in enumerate(listed))


def _translations() -> Iterator[tuple[str, str, int, int]]:
    for language in words_of_dialects()["translations"].values():
        for canonical, listed in language.items():
            if canonical != "ignored":
                yield from ((normalize_name(words), canonical, 3, rank) for rank, words in enumerate(listed))


def _unaccented() -> Iterator[tuple[str, str, int, int]]:
    for words, canonical, tier, rank in _translations():
        yield _plain(words), canonical, tier, rank + 1000


def _plain(words: str) -> str:
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", words)).replace("ı", "i")
    return unicodedata.normalize("NFC", plain)


@cache
def _ignored() -> frozenset[str]:
    translated = (language["ignored"] for language in words_of_dialects()["translations"].values())
    names = [column_name(word).whole for listed in translated for word in listed]
    return frozenset([*words_of_dialects()["ignored"]["words"], *names])


@cache
def _units() -> dict[str, str]:
    return {
        _joined_words(word): unit for unit, entry in words_of_dialects()["units"].items() for word in entry["words"]
    }


def _fits(unit: str, canonical: str) -> bool:
    return bool(unit) and canonical in words_of_dialects()["units"][unit]["of"]


@cache
def _wrappers(kind: str) -> frozenset[str]:
    return frozenset(words_of_dialects()["wrappers"][kind])


@cache
def _joined_wrappers() -> re.Pattern[str]:
    longest_first = sorted(_wrappers("joined"), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(longest_first)})_")

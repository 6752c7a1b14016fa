"""Recognizes the columns of a table by their names, together. The names are data: ``dialects.toml``.

What is not done here: saying what one name means by itself (``names``), reading files, deciding units from values,
and converting values.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from songatlas.errors import DataError, ParameterError
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES

from .names import (
    Reading,
    alias_table,
    column_name,
    is_ignored,
    normalize_name,
    read_name,
    unit_hint,
    words_of_dialects,
)

__all__ = [
    "Recognized", "aliases", "dialect_of", "feature_count", "field_count", "is_ignored", "missing_words",
    "near_misses", "normalize_name", "recognize", "recognize_columns",
]  # fmt: skip

_COMPANY = 3  # audio features of a table, itself included, before a weak word counts as one
_MOST_NAMES = 2000  # names looked at where the answer is only a hint to a person
_NEAR = 0.75  # difflib's ratio; at 0.7 unrelated words of eight letters begin to match
_BY = ("name", "name", "alias", "translation")

_Candidate = tuple[int, str, Reading]  # position, source column, what its name says


@dataclass(frozen=True)
class Recognized:
    """A canonical column and the source column it is read from.

    Attributes
    ----------
    canonical, source : str
        The canonical column, and the table's own name of the column it is read from.
    hint : str
        What the name says of the unit: '', 'percent', 'ms', 's', 'min', 'clock' (h:mm:ss), 'dB', 'LUFS' or 'bpm'.
    by : str
        How it was recognized: 'name' (its canonical name), 'alias', 'translation' or 'hand'.
    """

    canonical: str
    source: str
    hint: str
    by: str


def recognize(names: Sequence[str], column: Mapping[str, str] | None = None) -> dict[str, Recognized]:
    """Return how every canonical column that is found is read: {canonical: Recognized}.

    A canonical name wins over an alias, an alias over a translation, an earlier alias over a later one, an earlier
    column over a later one. A column is read as one canonical column only, save by hand.

    Parameters
    ----------
    names : sequence of str
        The columns of the table.
    column : mapping of str to str, optional
        Columns chosen by hand, {canonical: source}; they win over everything. 'none': read no column as this.

    Raises
    ------
    ParameterError
        When ``column`` names a canonical column that does not exist.
    DataError
        When ``column`` names a source column that the table does not have.

    Examples
    --------
    >>> found = recognize(["Song", "Danceability (%)", "mood"], {"valence": "mood"})
    >>> [(r.canonical, r.source, r.hint, r.by) for r in found.values()][:2]
    [('track_name', 'Song', '', 'alias'), ('danceability', 'Danceability (%)', 'percent', 'name')]
    """
    chosen = column or {}
    found = _chosen_by_hand(names, chosen)
    dialect = _dialect(names)
    by_hand = {recognized.source for recognized in found.values()}
    found |= _read_by_dialect(dialect, (name for name in names if name not in by_hand), closed=set(chosen))
    closed = {*chosen, *found, *(canonical for canonical, words in dialect.get("reads", {}).items() if not words)}
    candidates = _candidates(names, taken={recognized.source for recognized in found.values()})
    best = _best(candidates, closed)
    if len(set(FEATURE_NAMES) & {*found, *best}) < _COMPANY:
        best = _best([c for c in candidates if not c[2].alias.is_weak], closed)
    found |= best
    return {canonical: found[canonical] for canonical in CANONICAL_COLUMNS if canonical in found}


def recognize_columns(names: Sequence[str]) -> dict[str, str]:
    """Return the source column of every canonical column that is found: {canonical: source}."""
    return {canonical: recognized.source for canonical, recognized in recognize(names).items()}


def feature_count(names: Sequence[str]) -> int:
    """Return how many audio features are recognized among the columns."""
    return len(set(FEATURE_NAMES) & set(recognize(names)))


def field_count(names: Sequence[str]) -> int:
    """Return how many canonical columns are recognized among the columns."""
    return len(recognize(names))


def dialect_of(names: Sequence[str]) -> str:
    """Return the name of the table's dialect, such as 'Exportify (exportify.net)'; '' where none fits."""
    return str(_dialect(names).get("name", ""))


def near_misses(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs (column, audio feature it resembles) for columns that are not recognized.

    Only the first 2,000 columns are looked at.

    Examples
    --------
    >>> near_misses(["Dancability", "Energy", "shoe size"])
    [('Dancability', 'danceability')]
    """
    seen = list(islice(names, _MOST_NAMES))
    read = {recognized.source for recognized in recognize(seen).values()}
    pairs = ((name, _resembled(name)) for name in seen if name not in read and not is_ignored(name))
    return [(name, canonical) for name, canonical in pairs if canonical]


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Return the aliases of every canonical column, the canonical name first; translations are not among them."""
    listed = words_of_dialects()["aliases"]
    return {name: (name, *listed.get(name, ())) for name in CANONICAL_COLUMNS}


@cache
def missing_words() -> frozenset[str]:
    """Return the cells that mean "no value", casefolded."""
    return frozenset(words_of_dialects()["missing"]["words"])


def _candidates(names: Sequence[str], taken: set[str]) -> list[_Candidate]:
    found = []
    for position, name in enumerate(names):
        reading = read_name(name)
        if reading and name not in taken:
            found.append((position, name, reading))
    return found


def _best(candidates: Sequence[_Candidate], closed: set[str]) -> dict[str, Recognized]:
    """Return the best candidate of every canonical column that is not closed."""
    best: dict[str, tuple[tuple[int, ...], Recognized]] = {}
    for position, name, reading in candidates:
        alias = reading.alias
        tier = 0 if name == alias.canonical else alias.tier
        order = (tier, reading.dropped, alias.rank, reading.hint == "", position)
        if alias.canonical not in closed and (alias.canonical not in best or order < best[alias.canonical][0]):
            best[alias.canonical] = (order, Recognized(alias.canonical, name, reading.hint, _BY[tier]))
    return {canonical: recognized for canonical, (_, recognized) in best.items()}


def _chosen_by_hand(names: Sequence[str], chosen: Mapping[str, str]) -> dict[str, Recognized]:
    known = set(names) if chosen else set()
    for canonical, source in chosen.items():
        if canonical not in CANONICAL_COLUMNS:
            near = _listed(_nearest(canonical, CANONICAL_COLUMNS) or CANONICAL_COLUMNS)
            raise ParameterError(
                f"column: {source!r} cannot be read as {canonical!r}, which is no column of songatlas. "
                f"Choose one of: {near}."
            )
        if not _is_none(source) and source not in known:
            near = _listed(_nearest(source, names) or names)
            raise DataError(
                f"column: expected {canonical} in {source!r}, but the table has no such column. "
                f"Choose one of: {near}; or 'none' to read no column as {canonical}."
            )
    return {
        canonical: Recognized(canonical, source, unit_hint(source, canonical), "hand")
        for canonical, source in chosen.items()
        if not _is_none(source)
    }


def _is_none(source: str) -> bool:
    return source.strip().casefold() == "none"


def _dialect(names: Sequence[str]) -> dict[str, Any]:
    present = {column_name(name).bare for name in islice(names, _MOST_NAMES)}
    for dialect in words_of_dialects()["dialects"]:
        if present.issuperset(dialect["columns"]) and present.isdisjoint(dialect.get("without", ())):
            return dict(dialect)
    return {}


def _read_by_dialect(dialect: Mapping[str, Any], names: Iterable[str], closed: set[str]) -> dict[str, Recognized]:
    """Return the columns that mean something else in this dialect than elsewhere; none that is closed."""
    reads = {canonical: words for canonical, words in dialect.get("reads", {}).items() if canonical not in closed}
    if not any(reads.values()):
        return {}
    sources = {column_name(name).bare: name for name in names}
    return {
        canonical: Recognized(canonical, sources[words], unit_hint(sources[words], canonical), "alias")
        for canonical, words in reads.items()
        if words in sources
    }


def _resembled(name: str) -> str:
    """Return the audio feature whose names a column's name is near, '' where there is none."""
    words = column_name(name).bare
    known = alias_table().get(words)
    if known:  # a weak word without company, or a second column for one feature
        return known.canonical if known.canonical in FEATURE_NAMES else ""
    near = difflib.get_close_matches(words, _feature_words(len(words)), n=5, cutoff=_NEAR)
    near = [name for name in near if _near_word_by_word(words, name)]
    return alias_table()[near[0]].canonical if near else ""


def _near_word_by_word(one: str, other: str) -> bool:
    """Return whether names of equally many words are near in most of them: 'track type' is not nearly 'track time'."""
    left, right = one.split("_"), other.split("_")
    if len(left) != len(right):
        return True
    far = [a for a, b in zip(left, right, strict=True) if difflib.SequenceMatcher(None, a, b).ratio() < _NEAR]
    return 2 * len(far) < len(left)


@cache
def _feature_words(length: int) -> list[str]:
    """Return the names of audio features whose length lets them be near a name of this length."""
    names = [words for words, alias in alias_table().items() if alias.canonical in FEATURE_NAMES and len(words) >= 4]
    return [words for words in names if 2 * min(length, len(words)) >= _NEAR * (length + len(words))]


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    by_words = {column_name(known).bare: known for known in islice(names, _MOST_NAMES)}
    return [by_words[words] for words in difflib.get_close_matches(column_name(name).bare, by_words, n=3)]


def _listed(names: Sequence[str], most: int = 30) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:most])
    return shown + (f", … ({len(names):,} in all)" if len(names) > most else "")

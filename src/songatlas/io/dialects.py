"""Recognizes the columns of a table by their names. The aliases are data: ``dialects.toml``.

What is not done here: reading files (``read``) and converting values (``convert``).
"""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES


def normalize_name(name: str) -> str:
    """Return a column name as the alias lists spell it.

    Examples
    --------
    >>> normalize_name("trackName"), normalize_name(" Track.Name "), normalize_name("name_song")
    ('track_name', 'track_name', 'name_song')
    """
    text = unicodedata.normalize("NFKC", name).strip().strip("\ufeff\"'")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Return the aliases of every canonical column, the canonical name first."""
    listed = _dialects()["aliases"]
    return {name: (name, *listed.get(name, ())) for name in CANONICAL_COLUMNS}


@cache
def missing_words() -> frozenset[str]:
    """Return the cells that mean "no value", casefolded."""
    return frozenset(_dialects()["missing"]["words"])


def recognize_columns(names: Sequence[str]) -> dict[str, str]:
    """Return the source column of every canonical column that is found: {canonical: source}.

    A canonical name wins over an alias, an earlier alias over a later one, an earlier column over a later one.
    """
    by_normal: dict[str, str] = {}
    for name in names:
        by_normal.setdefault(normalize_name(str(name)), name)
    found: dict[str, str] = {}
    for canonical, spellings in aliases().items():
        if canonical in names:
            found[canonical] = canonical
            continue
        for spelling in spellings:
            if spelling in by_normal and by_normal[spelling] not in found.values():
                found[canonical] = by_normal[spelling]
                break
    return found


def near_misses(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs (column, audio feature it resembles) for the columns whose names come near a feature's."""
    pairs = []
    for name in names:
        near = difflib.get_close_matches(normalize_name(str(name)), FEATURE_NAMES, n=1, cutoff=0.7)
        if near:
            pairs.append((str(name), near[0]))
    return pairs


@cache
def _dialects() -> dict[str, dict[str, list[str]]]:
    text = files("songatlas.io").joinpath("dialects.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

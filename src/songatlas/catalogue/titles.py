"""Puts titles, names of artists and identifiers together from the vocabulary, whole columns at a time."""

from collections.abc import Mapping
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from .artists import Artists
from .model import ODDITIES
from .scenes import SCENES
from .words import EPISODE_WORDS, FLAVOR_NAMES, FLAVORS, SERIES_SUFFIXES, STOCK_TITLES, Flavor

IntArray = NDArray[np.intp]
TextArray = NDArray[np.object_]

# Patterns with more words are used more often, so that most titles occur once, as in life.
PATTERN_WEIGHTS = {1: 1.0, 2: 6.0, 3: 16.0, 4: 16.0}
CHAPTERS = (12, 40)  # chapters per episode: the fewest, and one more than the most
_ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)
_ID_LENGTH = 22
_HIGHEST_FIRST = 7  # 22 base-62 digits that begin with 7 or more may exceed 128 bits


def draw_ids(rng: np.random.Generator, n: int) -> TextArray:
    """Return n random identifiers of 22 base-62 characters, as the Spotify catalogue writes 128 bits."""
    digits = rng.integers(0, 62, (n, _ID_LENGTH), dtype=np.uint8)
    digits[:, 0] = rng.integers(0, _HIGHEST_FIRST, n, dtype=np.uint8)
    text = np.ascontiguousarray(_ALPHABET[digits]).view(f"S{_ID_LENGTH}").ravel()
    ids: TextArray = text.astype(f"U{_ID_LENGTH}").astype(object)
    return ids


def draw_names(rng: np.random.Generator, artists: Artists) -> TextArray:
    """Return the names of artists; a few share one, as in life."""
    scene, flavors = artists.scene, artists.flavor
    names = np.empty(len(scene), dtype=object)
    is_band = rng.random(len(scene)) < np.array([s.bands for s in SCENES])[scene]
    is_series = np.array([s.titles == "episodes" for s in SCENES])[scene]
    for position, name in enumerate(FLAVOR_NAMES):
        flavor = FLAVORS[name]
        for rows, pattern in (
            (np.flatnonzero((flavors == position) & ~is_band & ~is_series), flavor.person),
            (np.flatnonzero((flavors == position) & is_band & ~is_series), flavor.band),
            (np.flatnonzero((flavors == position) & is_series), "{S}" + SERIES_SUFFIXES.get(name, "")),
        ):
            names[rows] = _fill(rng, pattern, flavor, len(rows))
    return names


def draw_titles(rng: np.random.Generator, scene: IntArray, artists: Artists) -> TextArray:
    """Return the titles of tracks; ``scene`` is per track."""
    flavor_of_track = artists.flavor[artists.of_track]
    titles = np.empty(len(scene), dtype=object)
    for position, name in enumerate(FLAVOR_NAMES):
        flavor = FLAVORS[name]
        here = np.flatnonzero(flavor_of_track == position)
        variety = np.array([PATTERN_WEIGHTS[pattern.count("{")] for pattern in flavor.titles])
        choice = rng.choice(len(flavor.titles), len(here), p=variety / variety.sum())
        for number, pattern in enumerate(flavor.titles):
            rows = here[choice == number]
            titles[rows] = _fill(rng, pattern, flavor, len(rows))
    _adorn(rng, titles, scene)
    stock = np.flatnonzero(rng.random(len(scene)) < ODDITIES.stock_title)
    titles[stock] = np.array(STOCK_TITLES, dtype=object)[rng.integers(0, len(STOCK_TITLES), len(stock))]
    _number_episodes(rng, titles, scene, artists)
    return titles


def _fill(rng: np.random.Generator, pattern: str, flavor: Flavor, n: int) -> TextArray:
    """Return n texts made from the pattern; see `Flavor` for its fields."""
    words = _draw_words(rng, flavor, n)
    text = np.full(n, "", dtype=object)
    for literal, field, _, _ in Formatter().parse(pattern):
        text = text + literal
        if field is not None:
            text = text + words[field]
    return text


def _draw_words(rng: np.random.Generator, flavor: Flavor, n: int) -> Mapping[str, TextArray]:
    nouns = np.array(flavor.nouns, dtype=object)
    first = rng.integers(0, len(nouns), n)
    second = (first + rng.integers(1, len(nouns), n)) % len(nouns)
    third = rng.integers(0, len(nouns), n)
    third = np.where((third == first) | (third == second), (np.maximum(first, second) + 1) % len(nouns), third)
    adjectives = np.array(flavor.adjectives, dtype=object)
    one, other = rng.integers(0, len(adjectives), (2, n))
    return {
        "n": nouns[first],
        "m": nouns[second],
        "o": nouns[third],
        "N": _capitalized(nouns)[first],
        "a": adjectives[one],
        "A": _capitalized(adjectives)[one],
        "b": adjectives[other],
        "S": _invented(rng, flavor, n),
        "T": _invented(rng, flavor, n),
    }


def _invented(rng: np.random.Generator, flavor: Flavor, n: int) -> TextArray:
    """Return n capitalized words of two or three syllables."""
    syllables = np.array(flavor.syllables, dtype=object)
    one, two, three = rng.integers(0, len(syllables), (3, n))
    third = np.where(rng.random(n) < 0.5, syllables[three], "")
    words: TextArray = _capitalized(syllables)[one] + syllables[two] + third
    return words


def _capitalized(words: TextArray) -> TextArray:
    return np.array([word[:1].upper() + word[1:] for word in words], dtype=object)


def _adorn(rng: np.random.Generator, titles: TextArray, scene: IntArray) -> None:
    """Give some titles the prefix or suffix of their scene, in place."""
    chance = rng.random(len(titles))
    number = rng.integers(1, 25, len(titles)).astype(str).astype(object)
    for position, one in enumerate(SCENES):
        forms = [(prefix, "") for prefix in one.prefixes] + [("", suffix) for suffix in one.suffixes]
        choice = rng.integers(0, max(1, len(forms)), len(titles))
        for which, (prefix, suffix) in enumerate(forms):
            rows = np.flatnonzero((scene == position) & (chance < one.adorned) & (choice == which))
            before, has_number, after = prefix.partition("{k}")
            middle = number[rows] if has_number else ""
            titles[rows] = before + middle + (after + titles[rows] + suffix)


def _number_episodes(rng: np.random.Generator, titles: TextArray, scene: IntArray, artists: Artists) -> None:
    """Turn the titles of serial scenes into numbered chapters of numbered episodes, in place.

    Each series counts its own episodes; the chapters of an episode share the title of its first one.
    """
    serial = np.array([one.titles == "episodes" for one in SCENES])
    rows = np.flatnonzero(serial[scene])
    if len(rows) == 0:
        return
    rows = rows[np.argsort(artists.of_track[rows], kind="stable")]
    series = artists.of_track[rows]
    starts = np.flatnonzero(np.r_[True, series[1:] != series[:-1]])
    place = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    length = rng.integers(*CHAPTERS, len(artists.scene))[series]
    episode, chapter = place // length + 1, place % length + 1
    first_of_episode = np.arange(len(rows)) - (chapter - 1)
    shared = titles[rows][first_of_episode]
    words = np.array([EPISODE_WORDS.get(name, EPISODE_WORDS["english"]) for name in FLAVOR_NAMES], dtype=object)
    of_flavor = words[artists.flavor[series]]
    titles[rows] = (
        of_flavor[:, 0]
        + " "
        + _digits(episode, 3)
        + ": "
        + shared
        + " - "
        + of_flavor[:, 1]
        + " "
        + _digits(chapter, 2)
    )


def _digits(numbers: IntArray, width: int) -> TextArray:
    """Return numbers as text, padded with zeros."""
    text: TextArray = np.char.zfill(numbers.astype(str), width).astype(object)
    return text

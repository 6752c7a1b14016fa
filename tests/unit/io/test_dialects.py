"""Recognizing columns: one home for aliases, no alias with two meanings."""

from collections import Counter

import pytest

from songatlas.io.dialects import aliases, near_misses, normalize_name, recognize_columns
from songatlas.schema import CANONICAL_COLUMNS


def test_no_alias_has_two_meanings():
    counts = Counter(a for names in aliases().values() for a in names)
    assert [a for a, n in counts.items() if n > 1] == []


def test_every_canonical_column_is_known_and_every_alias_is_normalized():
    assert set(aliases()) == set(CANONICAL_COLUMNS)
    assert [a for names in aliases().values() for a in names if normalize_name(a) != a] == []


@pytest.mark.parametrize(("written", "normal"), [("Track Name", "track_name"), ("\ufeffEnergy", "energy"), ("trackName", "track_name")])  # fmt: skip
def test_names_are_normalized(written, normal):
    assert normalize_name(written) == normal


def test_the_canonical_name_wins_over_an_alias_wherever_it_stands():
    found = recognize_columns(["name_song", "track_name", "Energy"])
    assert found["track_name"] == "track_name"
    assert found["energy"] == "Energy"


def test_one_column_has_one_meaning():
    found = recognize_columns(["id", "uri", "track", "name", "energy"])
    assert len(set(found.values())) == len(found)


def test_near_misses_are_found():
    assert near_misses(["Dancability", "nothing_like_it"]) == [("Dancability", "danceability")]

"""Tables that are no tables of tracks, and columns whose values contradict their names."""

import numpy as np
import pandas as pd
import pytest

from songatlas.errors import DataError
from songatlas.io.columns.canonical import canonical_table

RNG = np.random.default_rng(0)
N = 30
FEATURES = {
    "danceability": RNG.beta(4, 3, N).round(3),
    "energy": RNG.beta(3, 2, N).round(3),
    "loudness": -RNG.uniform(3, 20, N).round(3),
    "duration_ms": RNG.integers(100_000, 300_000, N),
}
AVERAGES = {**FEATURES, "energy": RNG.beta(3, 2, N), "duration_ms": RNG.uniform(1e5, 3e5, N)}


def table(**columns):
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    "label",
    [
        {"genres": [f"genre {i}" for i in range(N)]},
        {"year": range(1930, 1930 + N)},
        {"artists": [f"Artist {i}" for i in range(N)]},
    ],
)
def test_averages_are_refused_by_what_they_are(label):
    with pytest.raises(DataError, match=f"each row is an average over many tracks .one row per '{next(iter(label))}'"):
        canonical_table(table(**label, **AVERAGES))


def test_a_count_of_tracks_gives_averages_away_too():
    with pytest.raises(DataError, match="a column counts"):
        canonical_table(table(artists=[f"Artist {i}" for i in range(N)], count=range(N), **FEATURES))


def test_averages_are_tracks_where_somebody_says_so():
    read = canonical_table(table(genres=[f"genre {i}" for i in range(N)], **AVERAGES), column={"track_name": "genres"})
    assert read["track_name"].iloc[0] == "genre 0"


def test_tracks_without_names_are_read():
    assert len(canonical_table(table(genre=["pop", "rock"] * (N // 2), **FEATURES))) == N
    assert len(canonical_table(table(**AVERAGES))) == N


@pytest.mark.parametrize("start", [0, 1])
def test_a_counter_of_rows_is_no_id(start):
    read = canonical_table(
        table(ID=range(start, start + N), uri=[f"spotify:track:{i:022d}" for i in range(N)], **FEATURES)
    )
    assert read["track_id"].iloc[3] == f"{3:022d}"
    assert read.attrs["songatlas"]["vetoed"] == {"ID": "numbers the rows"}
    alone = canonical_table(table(ID=range(start, start + N), **FEATURES))
    assert "track_id" not in alone


def test_other_numbers_are_ids():
    assert canonical_table(table(id=RNG.permutation(N) + 5, **FEATURES))["track_id"].nunique() == N


@pytest.mark.parametrize("values", [[True, False] * (N // 2), ["yes", "no"] * (N // 2)])
def test_yes_and_no_are_no_liveness(values):
    read = canonical_table(table(Live=values, Energy=FEATURES["energy"], Dance=FEATURES["danceability"], Valence=0.5))
    assert "liveness" not in read and read.attrs["songatlas"]["vetoed"] == {"Live": "holds no numbers"}


def test_words_under_names_of_features_are_refused():
    with pytest.raises(DataError, match="energy, valence hold no numbers, such as 'high' in 'energy'"):
        canonical_table(table(track_id=["a", "b"], energy=["high", "low"], valence=["sad", "glad"]))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"id": ["a"], "followers": [5], "genres": ["pop"], "name": ["Ana"], "popularity": [3]},
            "seems to list artists, not tracks",
        ),
        (
            {"Track Name": ["x"], "Artist Name(s)": ["y"], "Track Duration (ms)": [200_000]},
            "no audio features but a length.*--features-from",
        ),
        ({"0.5": [0.25], "0.7": [0.5], "a1": ["b"]}, "first line seems to hold values"),
        ({"user": ["a"], "plays": [3]}, "Map columns by hand"),
    ],
)
def test_tables_without_features_are_told_what_to_do(columns, message):
    with pytest.raises(DataError, match=message):
        canonical_table(pd.DataFrame(columns))

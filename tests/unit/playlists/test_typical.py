"""The playlist of a cluster: typical first, few per artist, nothing twice."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from songatlas.playlists.typical import typical_playlist

TRACKS = pd.DataFrame(
    {
        "state": ["kept", "kept", "merged", "kept", "kept", "set_aside", "kept"],
        "cluster": pd.array([0, 0, 0, 1, 0, None, 0], dtype="Int32"),
        "center_distance": [3.0, 1.0, 1.0, 0.5, 2.0, float("nan"), 2.5],
        "artist_name": ["Ana", "Bo", "Bo", "Cy", "bo", "Di", ""],
    }
)


def test_the_most_typical_tracks_come_first_and_merged_rows_never():
    assert typical_playlist(TRACKS, 0, length=9, max_per_artist=9).tolist() == [1, 4, 6, 0]


def test_an_artist_is_limited_whatever_the_case_of_the_name():
    assert typical_playlist(TRACKS, 0, length=9, max_per_artist=1).tolist() == [1, 6, 0]


def test_length_limits_and_tracks_without_artist_are_not_limited():
    assert typical_playlist(TRACKS, 0, length=2, max_per_artist=1).tolist() == [1, 6]
    unnamed = TRACKS.assign(artist_name="")
    assert typical_playlist(unnamed, 0, length=9, max_per_artist=1).tolist() == [1, 4, 6, 0]


def test_a_table_without_artists_works():
    assert typical_playlist(TRACKS.drop(columns="artist_name"), 0, length=3, max_per_artist=1).tolist() == [1, 4, 6]


ROWS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.floats(0, 9)), min_size=1)


@given(ROWS, st.integers(1, 9), st.integers(1, 3))
def test_no_playlist_repeats_or_breaks_a_limit(rows, length, most):
    table = pd.DataFrame(rows, columns=["cluster", "artist_name", "center_distance"]).assign(state="kept")
    chosen = typical_playlist(table, 1, length=length, max_per_artist=most).tolist()
    assert len(set(chosen)) == len(chosen) <= length
    assert (table["cluster"].iloc[chosen] == 1).all()
    assert table["artist_name"].iloc[chosen].value_counts().le(most).all()
    assert table["center_distance"].iloc[chosen].is_monotonic_increasing

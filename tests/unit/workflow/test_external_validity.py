"""The grouping beside columns that took no part in it."""

import numpy as np
import pandas as pd
import pytest

from songatlas.workflow.external_validity import external_validity

LABELS = np.repeat([0, 1, 2], 20)


def by_column(labels, seed=0, **columns):
    features = columns.pop("features", ())
    return {found.column: found for found in external_validity(labels, pd.DataFrame(columns), seed, features=features)}


def test_a_column_that_is_the_grouping_agrees_fully():
    (found,) = by_column(LABELS, artist_name=np.array(["A", "B", "C"])[LABELS]).values()
    assert found.figures == pytest.approx(dict.fromkeys(found.figures, 1.0))
    assert list(found.figures) == ["adjusted_rand", "adjusted_mutual_information", "v_measure", "kept_together"]
    assert (found.n_tracks, found.n_values, found.n_shuffles, found.p_value) == (60, 3, 999, 0.001)
    assert found.by_chance["kept_together"] == pytest.approx(19 / 59, abs=0.01)
    assert found.title == "artist" and found.note == ""


def test_of_several_genres_the_commonest_counts_and_the_note_says_so():
    genres = np.array(["dance pop;pop", "pop", "jazz;trip hop"])[LABELS]
    (found,) = by_column(LABELS, genres=genres).values()
    assert found.n_values == 2  # pop has 40 tracks; jazz and trip hop tie
    assert found.figures["kept_together"] == pytest.approx((19 * 20 * 3 / 2) / (40 * 39 / 2 + 20 * 19 / 2))
    assert found.note == "Of several genres of a track the one that most tracks have."


def test_the_order_of_genres_in_a_cell_changes_nothing():
    one, other = (
        by_column(LABELS, genres=np.array(g)[LABELS])["genres"] for g in (["a;b", "b", "c"], ["b;a", "b", "c"])
    )
    assert one == other


def test_years_become_decades_and_a_decade_column_leads():
    years = np.array([1990, 1999, 2000])[LABELS] + np.arange(60) % 1
    from_years = by_column(LABELS, year=years)["year"]
    from_decades = by_column(LABELS, year=years, decade=years // 10 * 10)
    assert list(from_decades) == ["decade"] and from_decades["decade"].n_values == from_years.n_values == 2
    assert from_years.title == "decade" and from_years.figures == from_decades["decade"].figures
    as_text = by_column(LABELS, decade=np.array(["90s", "90s", "00s"])[LABELS])["decade"]
    assert as_text.figures == pytest.approx(from_years.figures)
    assert "decade" in by_column(LABELS, year=years, decade=years) and "year" in by_column(
        LABELS, year=years, decade=np.full(60, np.nan)
    )


def test_playlists_are_compared_too():
    assert by_column(LABELS, playlist_name=np.array(["a", "a", "b"])[LABELS])["playlist_name"].n_values == 2


def test_a_column_that_was_clustered_is_left_out():
    years = np.array([1990, 2000, 2010])[LABELS]
    assert by_column(LABELS, decade=years, features=("energy", "year")) == {}
    assert by_column(LABELS, year=years, features=("decade",)) == {}


def test_tracks_without_a_value_and_noise_take_no_part():
    artists = np.array(["A", "B", "C"], dtype=object)[LABELS]
    artists[:4], artists[4:6], labels = None, " ", LABELS.copy()
    labels[20:23] = -1
    (found,) = by_column(labels, artist_name=artists).values()
    assert found.n_tracks == 60 - 6 - 3 and found.figures["adjusted_rand"] == 1.0
    assert found.note == "3 tracks in no cluster left out."


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA, ""])
def test_every_way_to_be_missing_is_known(missing):
    cells = pd.Series(["A", "B", "C"], dtype=object).iloc[LABELS].reset_index(drop=True)
    cells[:5] = missing
    assert by_column(LABELS, artist_name=cells, genres=cells)["genres"].n_tracks == 55
    assert by_column(LABELS, artist_name=cells.convert_dtypes())["artist_name"].n_tracks == 55


@pytest.mark.parametrize(
    "cells",
    [
        np.full(60, "one"),
        np.arange(60).astype(str),
        np.full(60, ""),
        np.where(np.arange(60) < 2, "a", np.arange(60).astype(str)),
    ],
    ids=["one value", "all different", "empty", "nearly all different"],
)
def test_columns_that_say_nothing_are_left_out(cells):
    assert by_column(LABELS, artist_name=cells, playlist_name=cells, genres=cells, decade=cells) == {}


def test_a_column_in_which_few_share_a_value_gets_a_note():
    cells = np.arange(60).astype(str)
    cells[:12] = "same"
    assert (
        by_column(LABELS, artist_name=cells)["artist_name"].note
        == "Only 20 % of the tracks share their value with another."
    )


@pytest.mark.parametrize("labels", [np.zeros(60, dtype=int), np.full(60, -1), np.where(LABELS == 0, 0, -1)])
def test_without_two_clusters_there_is_nothing_to_compare(labels):
    assert by_column(labels, artist_name=np.array(["A", "B", "C"])[LABELS]) == {}


def test_a_table_without_such_columns_has_no_external_validity():
    assert external_validity(LABELS, pd.DataFrame({"energy": np.zeros(60)})) == ()
    assert external_validity(np.zeros(0, dtype=int), pd.DataFrame({"artist_name": []})) == ()


def test_the_order_of_the_tracks_changes_nothing_and_the_seed_only_chance():
    rng = np.random.default_rng(0)
    artists = np.where(rng.random(60) < 0.6, LABELS, rng.integers(0, 9, 60)).astype(str)
    rows = rng.permutation(60)
    one = by_column(LABELS, artist_name=artists)["artist_name"]
    assert by_column(LABELS[rows], artist_name=artists[rows])["artist_name"] == one
    other = by_column(LABELS, seed=1, artist_name=artists)["artist_name"]
    assert other.figures == one.figures and other.by_chance != one.by_chance


def test_larger_tables_get_fewer_shuffles():
    labels = np.arange(120_000) % 3
    (found,) = by_column(labels, decade=labels // 2).values()
    assert (found.n_shuffles, found.p_value) == (49, 0.02)

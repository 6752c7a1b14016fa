import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.schema import FEATURE_NAMES
from songatlas.tracks import duplicates


def everyone(table):
    return np.ones(len(table), dtype=bool)


def songs(n, seed=0, **columns):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.random(n) for name in FEATURE_NAMES})
    return table.assign(**columns)


small_value = st.one_of(st.none(), st.sampled_from(["a", "b", ""]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(small_value, st.integers(0, 1), small_value), min_size=1, max_size=30), st.data())
def test_first_equal_rows_agrees_with_comparing_every_pair(rows, data):
    eligible = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    table = pd.DataFrame(rows, columns=["x", "y", "z"])
    expected = [
        next((j for j in range(i) if eligible[i] and eligible[j] and rows[i] == rows[j]), i) for i in range(len(rows))
    ]
    found = duplicates.first_equal_rows([table["x"], table["y"], table["z"]], eligible)
    assert found.tolist() == expected


def test_missing_numbers_are_equal_and_lists_can_be_compared():
    table = pd.DataFrame({"a": [np.nan, np.nan, 1.0], "b": [["x"], ["x"], ["x"]]})
    assert duplicates.first_equal_rows([table["a"], table["b"]], everyone(table)).tolist() == [0, 0, 2]


def test_no_columns_make_no_row_equal():
    assert duplicates.first_equal_rows([], np.ones(3, dtype=bool)).tolist() == [0, 1, 2]


def test_groups_follow_chains_through_several_relations():
    by_id = np.array([0, 0, 2, 3, 4])
    by_sound = np.array([0, 1, 1, 3, 3])
    assert duplicates.connected_groups([by_id, by_sound], 5).tolist() == [0, 0, 0, 3, 3]


def test_empty_ids_are_not_the_same_id():
    table = pd.DataFrame({"track_id": ["", None, "", " ", "x", "x"]})
    assert duplicates.same_ids(table, everyone(table)).tolist() == [0, 1, 2, 3, 4, 4]


def test_table_without_ids_has_no_same_ids():
    table = songs(3)
    assert duplicates.same_ids(table, everyone(table)).tolist() == [0, 1, 2]


def test_re_release_ignores_case_and_unicode_form_of_the_artist():
    table = songs(1).iloc[[0, 0, 0, 0]].reset_index(drop=True)
    table["artist_name"] = ["Café  Nebel", "CAFÉ NEBEL", "Cafe Nebel", "Ｃafé Nebel"]
    assert duplicates.re_releases(table, everyone(table)).tolist() == [0, 0, 2, 0]


def test_re_release_needs_every_feature_equal():
    table = songs(1).iloc[[0, 0]].reset_index(drop=True).assign(artist_name="Lune Harbor")
    assert duplicates.re_releases(table, everyone(table)).tolist() == [0, 0]
    for name in FEATURE_NAMES:
        other = table.copy()
        other.loc[1, name] += 1e-9
        assert duplicates.re_releases(other, everyone(other)).tolist() == [0, 1], name


def test_re_release_of_an_unknown_artist_is_never_found():
    table = songs(1).iloc[[0, 0, 0]].reset_index(drop=True).assign(artist_name=["", None, " "])
    assert duplicates.re_releases(table, everyone(table)).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("n_features", "expected"), [(4, [0, 1]), (5, [0, 0])])
def test_equality_of_fewer_than_five_features_says_nothing(n_features, expected):
    table = songs(1)[list(FEATURE_NAMES[:n_features])].iloc[[0, 0]].reset_index(drop=True)
    table["artist_name"] = "Lune Harbor"
    assert duplicates.re_releases(table, everyone(table)).tolist() == expected
    assert duplicates.equal_features(table).tolist() == expected


def test_rows_with_few_known_features_are_equal_to_nobody():
    table = songs(1).iloc[[0, 0]].reset_index(drop=True)
    table[list(FEATURE_NAMES[4:])] = np.nan
    assert duplicates.equal_features(table).tolist() == [0, 1]


def test_equal_titles_need_title_and_artist():
    table = pd.DataFrame(
        {
            "track_name": ["Tin Moon", "TIN MOON", "Tin Moon", "", ""],
            "artist_name": ["Lune", "lune", "Vero", "Lune", "Lune"],
        }
    )
    assert duplicates.equal_titles(table).tolist() == [0, 0, 2, 3, 4]


def test_duplicate_rows_look_only_at_source_columns():
    table = pd.DataFrame({"title": ["a", "a", "b"], "row_number": [1, 2, 3]})
    assert duplicates.duplicate_rows(table, ["title"], everyone(table)).tolist() == [0, 0, 2]
    assert duplicates.duplicate_rows(table, ["title", "row_number"], everyone(table)).tolist() == [0, 1, 2]

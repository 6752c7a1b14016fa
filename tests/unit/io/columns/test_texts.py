"""Text columns in canonical form."""

import numpy as np
import pandas as pd
import pytest

from songatlas.io.columns.texts import artists_parted_by_commas, bare_id, list_items, text_column, years


def column(*cells):
    return pd.Series(list(cells), dtype="str")


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("['Ana', 'Bo']", ["Ana", "Bo"]),
        ("['Ana' 'Bo']", ["Ana", "Bo"]),
        ('["Ana", "Bo"]', ["Ana", "Bo"]),
        ("[\"Ana's Trio\", 'Bo']", ["Ana's Trio", "Bo"]),
        (r"['Ana\'s Trio']", ["Ana's Trio"]),
        ("{'Ana'}", ["Ana"]),
        ("[Ana, Bo]", ["Ana", "Bo"]),
        ("[{'name': 'Ana', 'id': '1'}, {'name': 'Bo', 'id': '2'}]", ["Ana", "Bo"]),
        ('[{"id": "1", "name": "Ana"}]', ["Ana"]),
        ("[]", []),
        ("set()", []),
        ("undefined", []),
        ("Ana; Bo;Cy", ["Ana", "Bo", "Cy"]),
        ("Ana &amp; Bo", ["Ana & Bo"]),
        ("Ana & Bo", ["Ana & Bo"]),
        ("Ana, the Fox", ["Ana, the Fox"]),
        (["Ana", None, "Bo"], ["Ana", "Bo"]),
        ([{"name": "Ana"}], ["Ana"]),
        ({"name": "Ana"}, ["Ana"]),
        ("__import__('os').getcwd()", ["__import__('os').getcwd()"]),
    ],
)
def test_lists_are_parsed_and_never_evaluated(cell, items):
    assert list_items(cell) == items


def test_commas_part_only_where_told_and_never_behind_a_backslash():
    assert list_items(r"Ana, Bo\, the Fox", commas=True) == ["Ana", "Bo, the Fox"]


@pytest.mark.parametrize(
    ("cell", "bare"),
    [
        ("spotify:track:4abc", "4abc"),
        ("https://open.spotify.com/track/4abc?si=xyz", "4abc"),
        ("https://open.spotify.com/intl-de/track/4abc", "4abc"),
        ("https://api.spotify.com/v1/tracks/4abc", "4abc"),
        ("spotify:local:Ana:Album:Song:200", ""),
        ("spotify:episode:4abc", ""),
        ("4abc", "4abc"),
        ("a/b", "a/b"),
    ],
)
def test_ids_are_bare(cell, bare):
    assert bare_id(cell) == bare
    assert text_column("track_id", column(cell, "other")).tolist() == [bare, "other"]


def test_titles_keep_what_people_wrote_but_not_what_programs_added():
    cells = column("  Rock &amp; Roll ", "nan", "None", 'Say ""', 'Ana""', "AT&T", "夜\u3000")
    assert text_column("track_name", cells).tolist() == ["Rock & Roll", "", "", "Say", "Ana", "AT&T", "夜"]


def test_a_title_in_real_quotes_keeps_them():
    assert text_column("track_name", column('"Heroes" Again')).tolist() == ['"Heroes" Again']


def test_isrc_is_upper_case_without_hyphens():
    assert text_column("isrc", column("us-um7-12-13000")).tolist() == ["USUM71213000"]


def test_genres_are_joined_by_semicolons_and_empty_sets_are_none():
    assert text_column("genres", column("rock, pop", "set()", "['vintage pop']")).tolist() == [
        "rock;pop",
        "",
        "vintage pop",
    ]


def test_numbers_as_titles_stay_what_they_are():
    assert text_column("track_name", pd.Series([21, 7])).tolist() == ["21", "7"]
    assert text_column("track_name", pd.Series([21, None], dtype=object)).tolist() == ["21", ""]


def test_commas_part_artists_where_the_ids_say_so():
    artists = column("Ana, Bo", "Cy", "Di, Ed, Fi")
    ids = column(
        "spotify:artist:1, spotify:artist:2", "spotify:artist:3", "spotify:artist:4, spotify:artist:5, spotify:artist:6"
    )
    assert artists_parted_by_commas(artists, ids)
    assert not artists_parted_by_commas(artists, column("1", "2", "3"))
    assert not artists_parted_by_commas(artists, None)
    assert artists_parted_by_commas(column(r"Ana, Bo\, the Fox"), None)


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1922", 1922),
        ("1959-03", 1959),
        ("1959-03-10", 1959),
        ("10-03-1959", 1959),
        ("4/26/2024", 2024),
        ("26.4.2024", 2024),
        ("20130625", 2013),
        ("2013-06-25T02:00:00Z", 2013),
        ("March 3, 1999", 1999),
        ("0000", None),
        ("123456789", None),
        ("", None),
    ],
)
def test_years_are_found_in_dates_of_every_order(date, year):
    found = years(column(date, "1980"))
    assert found.iloc[1] == 1980
    assert found.isna().iloc[0] if year is None else found.iloc[0] == year


def test_years_of_numbers_and_dates():
    assert years(pd.Series([1922, 2001])).tolist() == [1922, 2001]
    assert years(pd.Series(pd.to_datetime(["2001-05-04", None])))[0] == 2001
    assert years(pd.Series([np.nan, 1999.0])).isna().tolist() == [True, False]

import numpy as np
import pandas as pd
import pytest

from songatlas.errors import DataError, ParameterError
from songatlas.results import JoinReport
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.join import describe_join, join_features

SOUND = [name for name in FEATURE_NAMES if name != "duration_ms"]
ID = "{:022d}"  # as long as an id of the large services, so that it needs no title beside it


def sounding(seed=0, **columns):
    """Return a source with one row per value of the given columns, and random features."""
    n = len(next(iter(columns.values())))
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.uniform(0.1, 0.9, n).round(4) for name in SOUND})
    return table.assign(**columns)


def named(*pairs, **columns):
    """Return tracks without features from pairs of title and artist."""
    table = pd.DataFrame(list(pairs), columns=["track_name", "artist_name"], dtype="str")
    return table.assign(**columns)


def matched_row(joined, source, row=0):
    """Return the position of the source row whose features the track has, or None."""
    equal = (source[SOUND].to_numpy() == joined[SOUND].iloc[row].to_numpy(dtype=float)).all(axis=1)
    return int(np.flatnonzero(equal)[0]) if equal.any() else None


def join_one(track, source_pairs, **columns):
    """Return the way a track was matched and the row it got; '' and None where it was not found.

    A second track, which is always found, keeps the join from failing.
    """
    anchor = ("Anchor Song", "Anchor Band")
    source = sounding(
        track_name=[p[0] for p in [*source_pairs, anchor]], artist_name=[p[1] for p in [*source_pairs, anchor]]
    )
    for name, values in columns.items():
        source[name] = [*values, np.nan]
    joined, _ = join_features(named(track, anchor), [("source", source)])
    way = joined["matched_by"].iloc[0]
    return way, matched_row(joined, source) if way else None


# --- ways of matching ------------------------------------------------------------------------------------


def test_id_comes_before_isrc_and_isrc_before_the_title():
    source = sounding(
        track_id=[ID.format(1), ID.format(2), ID.format(3)],
        isrc=["QZAAA0000001", "QZAAA0000002", "QZAAA0000003"],
        track_name=["Tin Moon", "Salt Road", "Far Shore"],
        artist_name=["Ana Quill"] * 3,
    )
    tracks = named(
        *[("Far Shore", "Ana Quill")] * 3, track_id=[ID.format(1), "", ""], isrc=["QZAAA0000002", "qz-aaa-00-00002", ""]
    )
    joined, report = join_features(tracks, [("big.csv", source)])
    assert joined["matched_by"].tolist() == ["track_id", "isrc", "title and artist"]
    assert [matched_row(joined, source, row) for row in range(3)] == [0, 1, 2]
    assert joined["features_from"].tolist() == ["big.csv"] * 3
    assert report.matched == {"big.csv": {"track_id": 1, "isrc": 1, "title and artist": 1}}


STRICT, LOOSE, NOT = "title and artist", "title and artist, loosely", ""


@pytest.mark.parametrize(
    ("track", "row", "way"),
    [
        (("Tin Moon", "Ana Quill"), ("TIN MOON", "ana quill"), STRICT),
        (("Don’t Go", "Ana Quill"), ("Don't Go", "Ana Quill"), STRICT),
        (("Cafe Zurich", "Beyla"), ("Café Zürich", "Béylá"), STRICT),
        (("Salt &amp; Ember", "Ana Quill"), ("Salt and Ember", "Ana Quill"), STRICT),
        (("Tin Moon", "The Kites"), ("Tin Moon", "Kites"), STRICT),
        (("Tin Moon", "Bo Tern; Ana Quill"), ("Tin Moon", "Ana Quill"), STRICT),
        (("Tin Moon", "Ana Quill & Bo Tern"), ("Tin Moon", "Ana Quill; Bo Tern"), STRICT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon", "Ana Quill Featuring Bo Tern"), STRICT),
        (("Tin Moon - Live", "Ana Quill"), ("Tin Moon (Live)", "Ana Quill"), STRICT),
        (("夜の港", "青い犬"), ("夜の港！", "青い犬"), STRICT),
        (("قمر بعيد", "نجم"), ("قَمَر بعيد", "نجم"), STRICT),
        (("Дальний берег", "Ива"), ("ДАЛЬНИЙ БЕРЕГ", "ИВА"), STRICT),
        (("!!!", "???"), ("!!!", "???"), STRICT),
        (("Tin Moon, Pt. 1", "Ana, Bo"), ("Tin Moon, Pt. 1", "Ana feat. Bo"), LOOSE),
        (("Tin Moon - Remastered 2011", "Ana Quill"), ("Tin Moon", "Ana Quill"), LOOSE),
        (("Tin Moon", "Ana Quill"), ("Tin Moon - 2011 Remaster", "Ana Quill"), LOOSE),
        (("Tin Moon (feat. Bo)", "Ana Quill"), ("Tin Moon", "Ana Quill"), LOOSE),
        (("Tin Moon - Live / Remastered", "Ana Quill"), ("Tin Moon (Live)", "Ana Quill"), LOOSE),
        (("Ana Quill - Tin Moon", ""), ("Tin Moon", "Ana Quill"), LOOSE),
        (("Ana Quill - Tin Moon (Official Video)", ""), ("Tin Moon", "Ana Quill"), LOOSE),
        (("Ana Quill - Tin Moon - Live", ""), ("Tin Moon - Live", "Ana Quill"), LOOSE),
        (("Tin Moon - Live - Ana Quill", ""), ("Tin Moon - Live", "Ana Quill"), LOOSE),
        (("Ana Quill - Tin Moon", "AnaQuillVEVO"), ("Tin Moon", "Ana Quill"), LOOSE),
        (("Tin Moon", "Ana Quill"), ("Tin Moon", "Bo Tern"), NOT),
        (("Tin Moon", ""), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon", ""), NOT),
        (("Tin Moon", "Various Artists"), ("Tin Moon", "Various Artists"), NOT),
        (("Tin Moon", "Salt & Ember"), ("Tin Moon", "Ember & Ash"), NOT),
        (("Tin Moon - Live", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon (Dusk Remix)", "Ana Quill"), NOT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon - Radio Edit", "Ana Quill"), NOT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon - Acoustic", "Ana Quill"), NOT),
        (("Tin Moon - Instrumental", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon (Karaoke Version)", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon", "Ana Quill"), ("Tin Moon - Demo", "Ana Quill"), NOT),
        (("Tin Moon (feat. Bo)", "Ana Quill"), ("Tin Moon", "Bo; Ana Quill"), NOT),
        (("Tin Moon feat. Bo Live at Far Shore", "Ana Quill"), ("Tin Moon (Live at Far Shore)", "Ana Quill"), LOOSE),
        (("Tin Moon feat. Bo Live at Far Shore", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon feat. Bo Remix", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon feat. Bo Pt. 2", "Ana Quill"), ("Tin Moon", "Ana Quill"), NOT),
        (("Tin Moon feat. Bo Pt. 2", "Ana Quill"), ("Tin Moon feat. Bo Pt. 1", "Ana Quill"), NOT),
        (("Ana Quill - Tin Moon", ""), ("Tin Moon", "Bo Tern"), NOT),
        (("Ana Quill - Tin Moon", "Bo Tern"), ("Tin Moon", "Ana Quill"), NOT),
        (("ガス", "青い犬"), ("カス", "青い犬"), NOT),
        (("???", "Ana Quill"), ("!!!", "Ana Quill"), NOT),
    ],
)  # fmt: skip
def test_titles_and_artists_match_as_they_should(track, row, way):
    assert join_one(track, [row]) == (way, None if way == NOT else 0)


def test_the_strict_way_is_tried_before_the_loose_one():
    rows = [("Tin Moon - Remastered 2011", "Ana Quill"), ("Tin Moon", "Ana Quill")]
    assert join_one(("Tin Moon", "Ana Quill"), rows, popularity=[90, 1]) == (STRICT, 1)


def test_accents_decide_where_both_spellings_exist():
    rows = [("Cafe Zurich", "Beyla"), ("Café Zürich", "Beyla")]
    assert join_one(("Café Zürich", "Beyla"), rows, popularity=[90, 1]) == (STRICT, 1)


def test_a_whole_artist_is_preferred_to_a_part_of_one():
    rows = [("Tin Moon", "Salt & Ember"), ("Tin Moon", "Ember")]
    assert join_one(("Tin Moon", "Ember"), rows, popularity=[90, 1]) == (STRICT, 1)


def test_loosely_a_row_of_quite_another_length_does_not_match():
    tracks = named(("Tin Moon - Remastered", "Ana"), ("Salt Road - Remastered", "Ana"), duration_ms=[200_000.0] * 2)
    source = sounding(track_name=["Tin Moon", "Salt Road"], artist_name=["Ana"] * 2, duration_ms=[330_000.0, 203_000.0])
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == [NOT, LOOSE]


@pytest.mark.parametrize("written", [["1", "2"], ["1.0", "2.0"]])
def test_ids_that_only_count_rows_match_where_titles_agree(written):
    source = sounding(track_id=["1", "2"], track_name=["Tin Moon", "Salt Road"], artist_name=["Ana", "Ana"])
    tracks = named(("Tin Moon - Remastered", "Ana"), ("Far Shore", "Ana"), track_id=written)
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == ["track_id", ""]


@pytest.mark.parametrize(
    "titles", [{}, {"track_name": ["", "", ""]}, {"track_name": ["", "", ""], "isrc": ["", "", ""]}]
)
def test_ids_that_only_count_rows_match_nothing_where_the_source_has_no_titles(titles):
    tracks = named(("Tin Moon", "Ana"), ("Salt Road", "Bo"), ("Far Shore", "Cy"), track_id=["5", "3", "9"])
    with pytest.raises(
        DataError,
        match=r"^none of the 3 tracks was found in big\.csv\. The tracks have ids that may be row numbers and titles "
        r"with artists; big\.csv has ids that may be row numbers\. Ids such as '5' count only "
        r"where the titles of both tables agree\. No key in common: export the playlist with ids of a music service",
    ):
        join_features(tracks, [("big.csv", sounding(track_id=["3", "5", "9"], **titles))])


def test_tracks_with_nothing_but_row_numbers_are_an_error():
    source = sounding(track_id=["7"], track_name=["Tin Moon"], artist_name=["Ana"])
    with pytest.raises(DataError, match=r"only ids that may be row numbers, such as '7', and no titles"):
        join_features(pd.DataFrame({"track_id": ["", "7"]}), [("big.csv", source)])


def test_a_row_number_without_a_title_is_left_out_beside_ids_that_count():
    tracks = pd.DataFrame({"track_id": ["7", ID.format(1)]})
    joined, report = join_features(tracks, [("big.csv", sounding(track_id=["7", ID.format(1)]))])
    assert joined["matched_by"].tolist() == ["", "track_id"]
    assert report.n_unmatched == 1


def test_row_numbers_with_titles_that_agree_need_no_artists():
    source = sounding(track_id=["1", "2"], track_name=["Tin Moon", "Salt Road"])
    tracks = pd.DataFrame({"track_id": ["1", "2"], "track_name": ["Tin Moon (Remastered)", "Far Shore"]})
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == ["track_id", ""]


@pytest.mark.parametrize(
    "written",
    [
        "3fA9kLmQ7xWc2RtY8uVb0Z",
        "0b1f7c2e-55aa-4c1d-9e3f-a1b2c3d4e5f6",
        "0B1F7C2E-55AA-4C1D-9E3F-A1B2C3D4E5F6",
        "TRZZQXW128F4A5B6C7",
        "SOZZQXW12A8C1D2E3F",
    ],
)
def test_ids_of_a_service_need_no_title(written):
    joined, _ = join_features(pd.DataFrame({"track_id": [written]}), [("source", sounding(track_id=[written]))])
    assert joined["matched_by"].tolist() == ["track_id"]


@pytest.mark.parametrize("written", ["12", "t-12", "3fA9kLmQ7xWc2RtY8uVb0Zx", "x0b1f7c2e-55aa-4c1d-9e3f-a1b2c3d4e5f6"])
def test_ids_of_no_known_service_need_a_title(written):
    with pytest.raises(DataError, match="ids that may be row numbers"):
        join_features(pd.DataFrame({"track_id": [written]}), [("source", sounding(track_id=[written]))])


def test_ids_are_compared_with_their_case():
    tracks = pd.DataFrame({"track_id": ["aaaaaaaaaaaaaaaaaaaaaB", "aaaaaaaaaaaaaaaaaaaaab"]})
    source = sounding(track_id=["aaaaaaaaaaaaaaaaaaaaab"])
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == ["", "track_id"]


def test_empty_ids_and_broken_isrc_match_nothing():
    tracks = pd.DataFrame({"track_id": ["", ID.format(1)], "isrc": ["000", ""]})
    source = sounding(track_id=["", ID.format(1)], isrc=["000", ""])
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == ["", "track_id"]


# --- several candidates ----------------------------------------------------------------------------------


def three_versions(**columns):
    return sounding(track_name=["Tin Moon"] * 3, artist_name=["Ana"] * 3, **columns)


def test_equal_length_comes_before_popularity_and_is_not_ambiguous():
    source = three_versions(duration_ms=[250_000.0, 201_500.0, np.nan], popularity=[90.0, 10.0, 50.0])
    joined, report = join_features(named(("Tin Moon", "Ana"), duration_ms=[200_000.0]), [("source", source)])
    assert matched_row(joined, source) == 1
    assert report.n_ambiguous == 0
    assert joined["duration_ms"].tolist() == [200_000.0]


def test_the_most_popular_is_taken_and_counted_as_ambiguous():
    source = three_versions(popularity=[10.0, 90.0, np.nan])
    joined, report = join_features(named(("Tin Moon", "Ana")), [("source", source)])
    assert matched_row(joined, source) == 1
    assert report.n_ambiguous == 1


def test_the_first_is_taken_where_nothing_tells_them_apart():
    source = three_versions()
    joined, _ = join_features(named(("Tin Moon", "Ana")), [("source", source)])
    assert matched_row(joined, source) == 0


def test_among_equally_popular_rows_the_nearest_in_length_is_taken():
    source = three_versions(popularity=[50.0, 50.0, 40.0], duration_ms=[201_900.0, 200_100.0, 200_000.0])
    joined, report = join_features(named(("Tin Moon", "Ana"), duration_ms=[200_000.0]), [("source", source)])
    assert matched_row(joined, source) == 1
    assert report.n_ambiguous == 1


def test_rows_with_equal_features_are_not_ambiguous():
    source = three_versions()
    source[SOUND] = source[SOUND].iloc[[0, 0, 0]].to_numpy() + np.array([[0], [0.0004], [0]])
    _, report = join_features(named(("Tin Moon", "Ana")), [("source", source)])
    assert report.n_ambiguous == 0


@pytest.mark.parametrize(("candidates", "taken"), [([0, 1, 2], 2), ([0, 1], 1), ([0], 0)])
def test_complete_rows_come_before_failed_ones_and_those_before_incomplete_ones(candidates, taken):
    source = three_versions(popularity=[90.0, 50.0, 10.0])
    source.loc[0, "energy"] = np.nan
    source.loc[1, "tempo"] = 0.0
    other = sounding(1, track_name=["Salt Road"], artist_name=["Bo"], popularity=[1.0])
    source = pd.concat([source.iloc[candidates], other], ignore_index=True)
    joined, report = join_features(named(("Tin Moon", "Ana"), ("Salt Road", "Bo")), [("source", source)])
    assert joined["popularity"].iloc[0] == [90.0, 50.0, 10.0][taken]
    assert report.n_incomplete == (taken == 0)


def test_a_row_without_any_feature_is_no_match():
    source = sounding(track_id=[ID.format(1), ID.format(2)])
    source.loc[0, SOUND] = np.nan
    joined, report = join_features(pd.DataFrame({"track_id": [ID.format(1), ID.format(2)]}), [("source", source)])
    assert joined["matched_by"].tolist() == ["", "track_id"]
    assert report.unmatched == ((0, "", ""),)


def test_a_silent_row_is_the_lesser_one():
    source = sounding(track_id=[ID.format(1)] * 2)
    source.loc[0, ["danceability", "speechiness", "valence"]] = 0.0
    joined, _ = join_features(pd.DataFrame({"track_id": [ID.format(1)]}), [("source", source)])
    assert matched_row(joined, source) == 1


# --- several sources -------------------------------------------------------------------------------------


def test_a_later_source_is_asked_only_for_what_is_left():
    first = sounding(1, track_name=["Tin Moon - Remastered"], artist_name=["Ana"])
    second = sounding(2, track_name=["Tin Moon", "Salt Road"], artist_name=["Ana", "Bo"])
    tracks = named(("Salt Road", "Bo"), ("Tin Moon", "Ana"), ("Far Shore", "Cy"))
    joined, report = join_features(tracks, [("one.csv", first), ("two.csv", second)])
    assert joined["features_from"].tolist() == ["two.csv", "one.csv", ""]
    assert joined["matched_by"].tolist() == [STRICT, LOOSE, ""]
    assert report.matched == {"one.csv": {LOOSE: 1}, "two.csv": {STRICT: 1}}
    assert report.unmatched == ((2, "Far Shore", "Cy"),)
    assert report.match_rate == pytest.approx(2 / 3)


def test_features_that_only_another_source_has_are_counted_as_incomplete():
    first = sounding(1, track_id=[ID.format(1)]).drop(columns="loudness")
    second = sounding(2, track_id=[ID.format(2)])
    tracks = pd.DataFrame({"track_id": [ID.format(1), ID.format(2)]})
    joined, report = join_features(tracks, [("one.csv", first), ("two.csv", second)])
    assert joined["loudness"].isna().tolist() == [True, False]
    assert report.n_incomplete == 1


# --- what is filled --------------------------------------------------------------------------------------


def test_a_track_with_all_features_keeps_them_and_is_not_matched():
    source = sounding(1, track_id=[ID.format(1), ID.format(2)], genres=["tidal folk"] * 2)
    tracks = sounding(2, track_id=[ID.format(1), ID.format(2)])
    tracks.loc[1, SOUND] = np.nan
    joined, report = join_features(tracks, [("source", source)])
    assert joined["matched_by"].tolist() == ["", "track_id"]
    assert joined[SOUND].iloc[0].equals(tracks[SOUND].iloc[0])
    assert joined[SOUND].iloc[1].tolist() == source[SOUND].iloc[1].tolist()
    assert joined["genres"].tolist() == ["", "tidal folk"]
    assert (report.n_had_features, report.n_matched, report.match_rate) == (1, 1, 1.0)


def test_a_track_with_some_features_keeps_those_and_gets_the_others():
    source = sounding(1, track_id=[ID.format(1)])
    joined, report = join_features(pd.DataFrame({"track_id": [ID.format(1)], "tempo": [99.0]}), [("source", source)])
    assert joined["tempo"].tolist() == [99.0]
    assert joined["energy"].tolist() == source["energy"].tolist()
    assert (report.n_had_features, report.n_matched) == (0, 1)


def test_other_columns_are_filled_where_empty_and_own_values_stay():
    source = sounding(
        track_id=[ID.format(1), ID.format(2)],
        track_name=["Tin Moon", "Salt Road"],
        artist_name=["Ana", "Bo"],
        genres=["tidal folk", "harbor pop"],
        popularity=[40.0, 50.0],
        year=pd.Series([1999, 2004], dtype="Int64"),
        playlist_name=["theirs", "theirs"],
        duration_ms=[200_000.0, 210_000.0],
    )
    tracks = pd.DataFrame(
        {
            "track_id": [ID.format(1), ID.format(2), ID.format(3)],
            "artist_name": ["Mine", "", ""],
            "genres": ["", "own", ""],
            "popularity": [0.0, np.nan, np.nan],
            "note": ["x", "y", "z"],
        }
    )
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["artist_name"].tolist() == ["Mine", "Bo", ""]
    assert joined["track_name"].tolist() == ["Tin Moon", "Salt Road", ""]
    assert joined["genres"].tolist() == ["tidal folk", "own", ""]
    assert joined["popularity"].fillna(-1).tolist() == [0.0, 50.0, -1.0]
    assert joined["year"].tolist() == [1999, 2004, pd.NA]
    assert joined["year"].dtype == "Int64"
    assert joined["duration_ms"].fillna(-1).tolist() == [200_000.0, 210_000.0, -1.0]
    assert joined["note"].tolist() == ["x", "y", "z"]
    assert "playlist_name" not in joined


def test_a_date_of_another_release_is_not_put_beside_an_own_year():
    source = sounding(track_id=[ID.format(1), ID.format(2)], release_date=["2011-01-01"] * 2, year=[2011.0] * 2)
    tracks = pd.DataFrame({"track_id": [ID.format(1), ID.format(2)], "year": [1977.0, np.nan]})
    joined, _ = join_features(tracks, [("source", source)])
    assert joined["year"].tolist() == [1977.0, 2011.0]
    assert joined["release_date"].tolist() == ["", "2011-01-01"]


def test_the_account_of_reading_is_kept_and_the_tracks_are_not_changed():
    tracks = pd.DataFrame({"track_id": [ID.format(1)], "energy": [np.nan]}, index=[5])
    tracks.attrs["songatlas"] = {"source_columns": ["track_id"], "columns": [["track_id", "track_id"]]}
    before = tracks.copy()
    joined, _ = join_features(tracks, [("source", sounding(track_id=[ID.format(1)]))])
    assert joined.attrs == tracks.attrs
    assert joined.index.tolist() == [5]
    pd.testing.assert_frame_equal(tracks, before)


# --- errors ----------------------------------------------------------------------------------------------


def test_no_source_is_an_error():
    with pytest.raises(ParameterError, match="no source"):
        join_features(named(("Tin Moon", "Ana")), [])


@pytest.mark.parametrize("duration", [{}, {"duration_ms": [1000.0]}])
def test_a_source_without_features_is_named(duration):
    with pytest.raises(DataError, match=r"^list\.csv: no audio features"):
        join_features(named(("Tin Moon", "Ana")), [("list.csv", named(("Tin Moon", "Ana"), **duration))])


@pytest.mark.parametrize(
    ("tracks", "said"),
    [
        (pd.DataFrame({"album_name": ["Far Shore"]}), "no ids, no ISRC and no titles"),
        (pd.DataFrame({"track_id": [""], "track_name": [""]}), "no ids, no ISRC and no titles"),
        (pd.DataFrame({"track_name": ["Tin Moon"]}), "titles but no artists"),
    ],
)
def test_tracks_without_any_key_are_an_error(tracks, said):
    with pytest.raises(DataError, match=said):
        join_features(tracks, [("source", sounding(track_name=["Tin Moon"], artist_name=["Ana"]))])


def test_when_nothing_matches_the_keys_of_both_sides_are_told():
    source = sounding(track_id=[ID.format(1)], track_name=["Tin Moon"], artist_name=["Ana"])
    with pytest.raises(
        DataError,
        match=r"none of the 2 tracks was found in big\.csv\. Compared: titles with artists\. "
        r"The tracks have ISRC and titles with artists; big\.csv has ids and titles with artists\.",
    ):
        join_features(named(("Far Shore", "Bo"), ("Salt Road", "Bo"), isrc=["QZAAA0000001", ""]), [("big.csv", source)])


def test_when_no_key_is_shared_the_message_says_so():
    with pytest.raises(DataError, match=r"big\.csv has ids\. No key in common: export the playlist with ids"):
        join_features(named(("Tin Moon", "Ana")), [("big.csv", sounding(track_id=[ID.format(1)]))])


def test_tracks_that_all_have_features_need_no_key():
    tracks = sounding(album_name=["Far Shore"])
    joined, report = join_features(tracks, [("source", sounding(track_id=[ID.format(1)]))])
    assert joined["matched_by"].tolist() == [""]
    assert report.n_had_features == 1
    assert np.isnan(report.match_rate)


# --- the account in words --------------------------------------------------------------------------------


def test_the_sentence_tells_ways_and_examples():
    missing = tuple((row, f"Song {row}", "Ana") for row in range(88))
    matched = {"big.csv": {"track_id": 300, "isrc": 12, STRICT: 95, LOOSE: 5}}
    assert describe_join(JoinReport(500, 0, matched, 88, 3, missing, n_other_length=1)) == (
        "412 of 500 tracks (82.4 %) found their features: 300 by id, 12 by ISRC, 95 by title and artist, 5 loosely. "
        "Not found: 88, such as 'Song 0' by Ana, 'Song 1' by Ana, 'Song 2' by Ana. "
        "For 3 tracks, several rows were equally good but differ: the most popular was taken, among equally popular "
        "ones the nearest in length, else the first in the table. "
        "1 track matched by title but not in length (over 10 s apart): another recording, perhaps."
    )


def test_the_sentence_tells_several_sources_apart():
    report = JoinReport(4, 1, {"one.csv": {"track_id": 2}, "two.csv": {}}, 1, 0, ((3, "", ""),), n_incomplete=2)
    assert describe_join(report) == (
        "1 track had all features already. "
        "2 of 3 tracks (66.7 %) found their features: in one.csv 2 by id; in two.csv none. "
        "Not found: 1, a track without a title. 2 tracks found a row that lacks some features."
    )


def test_the_sentence_of_tracks_that_needed_nothing():
    assert describe_join(JoinReport(2, 2, {"one.csv": {}}, 0, 0, ())) == "2 tracks had all features already."


def test_matches_of_another_length_are_counted():
    source = sounding(track_name=["Tin Moon", "Salt Road"], artist_name=["Ana"] * 2, duration_ms=[215_000.0, 205_000.0])
    tracks = named(("Tin Moon", "Ana"), ("Salt Road", "Ana"), duration_ms=[200_000.0] * 2)
    _, report = join_features(tracks, [("source", source)])
    assert report.n_other_length == 1


# --- many candidates -------------------------------------------------------------------------------------


def test_many_equal_titles_on_both_sides_are_joined_in_parts(monkeypatch):
    monkeypatch.setattr("songatlas.tracks.match_pairs._MOST_PAIRS", 50)
    source = sounding(track_name=["Intro"] * 20 + ["Outro"], artist_name=["Ana"] * 21, popularity=[*range(20), 1.0])
    tracks = named(*[("Intro", "Ana")] * 30, ("Outro", "Ana"))
    joined, report = join_features(tracks, [("source", source)])
    assert [matched_row(joined, source, row) for row in range(31)] == [19] * 30 + [20]
    assert report.n_ambiguous == 30


def test_the_candidates_of_one_track_are_compared_together(monkeypatch):
    monkeypatch.setattr("songatlas.tracks.match_pairs._MOST_PAIRS", 1)
    source = sounding(track_name=["Tin Moon"] * 2, artist_name=["Ana", "Bo"], popularity=[90.0, 1.0])
    joined, _ = join_features(named(("Tin Moon", "Ana; Bo")), [("source", source)])
    assert matched_row(joined, source) == 0

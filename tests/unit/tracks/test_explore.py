import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from songatlas.options import CleanOptions
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.clean import clean_tracks
from songatlas.tracks.explore import correlations, explore_tracks, most_common, summarize_feature
from songatlas.tracks.treatment import Treatment


def songs(n, seed=0):
    """Return n unremarkable tracks in random order: not one problem."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.uniform(0.1, 0.6, n) for name in FEATURE_NAMES})
    table["loudness"] = rng.uniform(-20, -3, n)
    table["tempo"] = rng.uniform(60, 180, n)
    table["duration_ms"] = rng.uniform(100_000, 300_000, n).round()
    table["track_id"] = [f"id{i:05d}" for i in range(n)]
    table["track_name"] = [f"Title {i}" for i in range(n)]
    table["artist_name"] = [f"Artist {i % (n // 2)}" for i in range(n)]
    table["genres"] = "ambient"
    table["popularity"] = rng.integers(0, 90, n).astype(float)
    return table


def explore(table):
    return explore_tracks(table, list(table.columns))


def problems(table):
    return {problem.name: problem for problem in explore(table).problems}


finite = st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(finite, st.sampled_from([np.nan, np.inf, 0.0])), max_size=40))
def test_feature_summary_agrees_with_pandas(values):
    column = pd.Series(values, dtype="float64")
    known = column[np.isfinite(column)]
    found = summarize_feature("energy", column)
    assert found.n == len(known)
    assert found.n_missing == column.isna().sum()
    assert found.n_zero == (known == 0).sum()
    assert found.n_unique == known.nunique()
    assert sum(found.counts) == len(known)
    assert len(found.counts) == 30
    if len(known):
        assert found.mean == pytest.approx(known.mean(), abs=1e-6)
        assert found.quantiles["min"] == known.min()
        assert found.quantiles["max"] == known.max()
        assert found.quantiles["25%"] == pytest.approx(known.quantile(0.25), abs=1e-9)
        assert list(found.quantiles.values()) == sorted(found.quantiles.values())
    assert found.std == pytest.approx(known.std(), nan_ok=True, abs=1e-6)


def test_skew_agrees_with_scipy_at_any_scale():
    values = np.random.default_rng(3).lognormal(size=500)
    for scale in (1.0, 1e150):
        found = summarize_feature("tempo", pd.Series(values * scale))
        assert found.skew == pytest.approx(stats.skew(values, bias=False))


def test_skew_of_a_constant_is_zero_and_of_two_values_unknown():
    assert summarize_feature("tempo", pd.Series([120.0] * 4)).skew == 0
    assert np.isnan(summarize_feature("tempo", pd.Series([1.0, 2.0])).skew)


def test_column_without_a_number_has_no_moments():
    found = summarize_feature("tempo", pd.Series([np.nan, np.nan]))
    assert (found.n, found.n_missing, sum(found.counts)) == (0, 2, 0)
    assert np.isnan([found.mean, found.std, found.skew, found.quantiles["50%"]]).all()


@pytest.mark.parametrize("with_gaps", [False, True])
def test_correlations_agree_with_scipy_over_common_rows(with_gaps):
    table = songs(60)
    if with_gaps:
        table.loc[:9, "energy"] = np.nan
        table.loc[5:14, "tempo"] = np.inf
    names = ["energy", "tempo", "valence"]
    found = correlations(table, names)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            both = np.isfinite(table[a]) & np.isfinite(table[b])
            assert found[i, j] == pytest.approx(stats.pearsonr(table[a][both], table[b][both])[0])


def test_constant_column_has_no_correlation():
    found = correlations(songs(10).assign(energy=0.3), ["energy", "tempo"])
    assert np.isnan(found[0]).all()
    assert np.isnan(found[:, 0]).all()
    assert found[1, 1] == 1


def test_redundant_features_are_paired_and_audience_columns_are_not():
    table = songs(200)
    table["energy"] = 0.5 + table["loudness"] / 100
    table["followers"] = table["popularity"] * 10
    found = explore(table)
    assert [(a, b) for a, b, _ in found.redundant] == [("energy", "loudness")]
    assert found.redundant[0][2] == pytest.approx(1.0)
    assert found.correlation_names == (*FEATURE_NAMES, "popularity", "followers")


def test_columns_say_what_they_were_read_as():
    table = pd.DataFrame({"source_energy": ["0,5", "", "0,5"], "mood": [1.0, None, 2.0], "energy": [0.5, np.nan, 0.5]})
    table.attrs["songatlas"] = {"columns": [["energy", "energy", "decimal comma"]]}
    first, second = explore_tracks(table, ["source_energy", "mood"]).columns
    assert (first.source, first.canonical) == ("energy", "energy")
    assert (first.n_missing, first.n_unique) == (1, 1)
    assert first.examples == ("0,5",)
    assert (second.canonical, second.n_missing, second.n_unique) == (None, 1, 2)


def test_column_of_lists_can_be_summarized():
    table = songs(3).assign(tags=[["a"], ["a"], None])
    column = next(c for c in explore(table).columns if c.source == "tags")
    assert (column.n_missing, column.n_unique) == (1, 1)


def test_duplicates_count_surplus_rows():
    table = songs(10).iloc[[*range(10), 0, 0, 1]].reset_index(drop=True)
    assert explore(table).duplicates == {"rows": 3, "ids": 3, "title_artist": 3, "features": 3}
    table["track_id"] = [f"new{i}" for i in range(13)]
    table.loc[10, "energy"] = 0.99
    assert explore(table).duplicates == {"rows": 0, "ids": 0, "title_artist": 3, "features": 2}


def test_texts_of_several_values_count_once_for_each():
    table = pd.DataFrame({"genres": ["folk;jazz", "jazz; jazz", "", None, "soul"]})
    assert most_common(table, "genres", 2) == (("jazz", 2), ("folk", 1))
    assert most_common(table, "artist_name", 2) == ()


def test_unremarkable_table_has_no_problems():
    assert problems(songs(400)) == {}


ODDITIES = {
    "missing": lambda t: t.assign(valence=t["valence"].where(t.index != 4)),
    "infinite": lambda t: t.assign(valence=t["valence"].where(t.index != 4, np.inf)),
    "out_of_range": lambda t: t.assign(valence=t["valence"].where(t.index != 4, 1.01)),
    "failed_analysis": lambda t: t.assign(tempo=t["tempo"].where(t.index != 4, 0)),
    "loud": lambda t: t.assign(loudness=t["loudness"].where(t.index != 4, 0.2)),
    "short": lambda t: t.assign(duration_ms=t["duration_ms"].where(t.index != 4, 12_000)),
    "long": lambda t: t.assign(duration_ms=t["duration_ms"].where(t.index != 4, 1_300_000)),
    "spoken": lambda t: t.assign(speechiness=t["speechiness"].where(t.index != 4, 0.9)),
    "empty_genres": lambda t: t.assign(genres=t["genres"].where(t.index != 4, "")),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_odd_track_is_a_problem_that_points_at_it(name):
    found = problems(ODDITIES[name](songs(400)))
    assert name in found
    assert set(found) <= {name, "skewed"}
    assert found[name].count == 1
    assert "1 track" in found[name].message
    assert found[name].examples[0].startswith("row 5: Title 4 – Artist 4")


def test_duration_of_a_short_track_is_given_as_people_write_it():
    found = problems(ODDITIES["short"](songs(400)))
    assert found["short"].examples == ("row 5: Title 4 – Artist 4 (duration 0:12)",)


def test_values_that_could_not_be_read_are_a_problem():
    table = songs(400)
    table.attrs["songatlas"] = {"unreadable": {"tempo": [2, ["n/a", "fast"]], "energy": [0, []]}}
    found = [p for p in explore(table).problems if p.name == "unreadable"]
    assert [(p.count, p.examples) for p in found] == [(2, ("'n/a'", "'fast'"))]


def test_absent_feature_is_a_problem():
    assert problems(songs(400).drop(columns="liveness"))["absent_features"].examples == ("no liveness",)


def test_repeated_recordings_are_a_problem():
    table = songs(400).iloc[[*range(400), 7]].reset_index(drop=True)
    found = problems(table)
    assert {"duplicate_rows", "same_ids", "same_titles", "re_releases"} <= set(found)
    assert found["re_releases"].examples == ("row 401: Title 7 – Artist 7 = row 8",)


def repeated():
    """Return 400 tracks, five of which come again: two whole, one under its id, two under new ids."""
    table = songs(400).iloc[[*range(400), 7, 8, 9, 10, 11]].reset_index(drop=True)
    table.loc[402, "track_name"] = "Another title"
    table.loc[403:, "track_id"] = ["new1", "new2"]
    return table


def said(table, **modes):
    """Return what the problems say after cleaning with these options."""
    options = CleanOptions(**modes)
    counts = clean_tracks(table, FEATURE_NAMES, options).counts
    found = explore_tracks(table, list(table.columns), Treatment(options, counts))
    return {problem.name: problem.message for problem in found.problems}


def test_problems_tell_what_cleaning_did():
    told = said(repeated())
    assert told["duplicate_rows"] == "2 tracks equal to an earlier row in every column. Merged into the first."
    assert told["same_ids"] == (
        "3 tracks with the id of an earlier row. 1 was merged into the first, and their genres united; an earlier rule "
        "had merged or set aside the other 2."
    )
    assert told["re_releases"].startswith("5 tracks by the same artist with the same features")
    assert told["re_releases"].endswith(
        "2 were merged into the most popular; an earlier rule had merged or set aside the other 3."
    )


@pytest.mark.parametrize(
    "modes", [{"same_id": "keep", "duplicate_row": "keep", "re_release": "keep"}, {"keep_all": True}]
)
def test_nothing_is_said_to_be_merged_that_was_kept(modes):
    told = said(repeated(), **modes)
    assert {"duplicate_rows", "same_ids", "same_titles", "re_releases"} <= set(told)
    for name in ("duplicate_rows", "same_ids", "re_releases"):
        assert told[name].endswith(" Kept."), name
    assert told["same_titles"].endswith("That alone merges none of them.")
    assert "merged" not in " ".join(told.values())


def test_before_cleaning_problems_tell_what_a_run_does():
    found = problems(repeated())
    assert found["same_ids"].message.endswith("A run merges them into the first, and their genres united.")
    assert found["re_releases"].message.endswith("A run merges them into the most popular.")


def test_rows_are_found_by_the_thresholds_of_the_run_and_treated_as_it_says():
    table = songs(400)
    table.loc[4, "duration_ms"] = 40_000
    assert "short" not in said(table)
    told = said(table, short_below_seconds=45, short="set-aside")["short"]
    assert told.startswith("1 track (0.25 %) shorter than 45 seconds:") and told.endswith(" Set aside.")
    assert said(table, short_below_seconds=45)["short"].endswith(" Kept and marked.")


def test_artist_with_many_tracks_is_a_problem():
    table = songs(400)
    table.loc[table.index % 10 == 3, "artist_name"] = "The Audio Players"
    found = problems(table)["dominant_artists"]
    assert found.count == 40
    assert found.examples == ("The Audio Players: 40 tracks (10.0 %)",)


def test_one_name_for_two_artist_ids_is_a_problem():
    table = songs(400)
    table["artist_id"] = [f"artist{i % 200}" for i in range(400)]
    assert "shared_artist_names" not in problems(table)
    table.loc[0, "artist_id"] = "another"
    assert problems(table)["shared_artist_names"].examples == ("Artist 0: 2 ids",)


def test_columns_that_tell_little_are_problems():
    table = songs(400).assign(liveness=0.2, instrumentalness=0.0)
    table.loc[3, "instrumentalness"] = 0.9
    found = problems(table)
    assert found["constant_columns"].examples == ("liveness is always 0.2",)
    assert found["nearly_all_zero"].examples[0].startswith("instrumentalness: 99.8 % are 0")
    assert "instrumentalness" in found["skewed"].examples[0]


def test_dates_of_several_forms_are_a_problem():
    table = songs(400).assign(release_date="1999-01-02")
    assert "mixed_dates" not in problems(table)
    table.loc[:9, "release_date"] = "1987"
    table.loc[10, "release_date"] = ""
    assert problems(table)["mixed_dates"].count == 10


@pytest.mark.parametrize("sorted_by", ["year", "energy"])
def test_sorted_file_is_a_problem(sorted_by):
    table = songs(400).assign(year=np.random.default_rng(5).integers(1960, 2020, 400))
    assert "file_order" not in problems(table)
    table = table.sort_values(sorted_by, ignore_index=True)
    assert problems(table)["file_order"].examples[0].startswith(f"{sorted_by} rises along the file")


def test_file_of_blocks_is_a_problem_though_no_column_rises():
    table = songs(400)
    table["energy"] = np.where((table.index // 10) % 2, 0.2, 0.8) + table["energy"] / 100
    assert problems(table)["file_order"].examples[0].startswith("energy of neighboring rows is alike")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_tables_are_explored(n):
    found = explore(songs(4).iloc[:n])
    assert found.n_rows == n
    assert len(found.features) == 11


def test_table_given_is_not_changed_and_order_of_columns_does_not_matter():
    table = songs(50)
    table.attrs["songatlas"] = {"columns": [["energy", "energy", ""]]}
    before = table.copy()
    forward = explore(table)
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == before.attrs
    backward = explore_tracks(table[table.columns[::-1]], list(table.columns))
    assert forward.features == backward.features
    assert forward.problems == backward.problems


def test_a_catalogue_of_the_usual_size_takes_about_a_second():
    table = songs(95_837)
    start = time.perf_counter()
    explore(table)
    assert time.perf_counter() - start < 10  # 1.5 s on one idle core; the bound leaves room for a busy machine


@pytest.mark.parametrize(
    "values",
    [[1e308, -1e308, 0.0], [1e308] * 4, [5e-324, 0.0, 0.0], [0.5, 0.5 + 2**-53, 0.5], [1e18] * 3, [10.0**30] * 3],
    ids=str,
)
def test_numbers_at_the_edge_of_floats_are_summarized(values):
    summary = summarize_feature("x", pd.Series(values))
    assert sum(summary.counts) == len(values)
    assert summary.edges[0] <= min(values) and summary.edges[1] >= max(values)
    assert np.isfinite([summary.mean, summary.std, summary.skew]).all()


def test_columns_of_lists_are_summarized():
    table = pd.DataFrame({"energy": [0.5, 0.6], "extra": pd.Series([np.array(["a", "b"]), ""], dtype=object)})
    summary = explore_tracks(table, ["energy", "extra"]).columns[1]
    assert (summary.n_missing, summary.n_unique) == (1, 1)

"""The synthetic catalogue against the published statistics of the mission's file, and against itself."""

import ast
import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from songatlas.catalogue import make_catalogue
from songatlas.catalogue.scenes import SCENES
from songatlas.errors import ParameterError
from songatlas.schema import FEATURE_NAMES, FEATURES

MISSION_COLUMNS = [
    "id_songs", "name_song", "popularity_songs", "duration_ms", "explicit", "id_artists",
    "release_date", "danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness",
    "instrumentalness", "liveness", "valence", "tempo", "time_signature", "followers", "genres",
    "name_artists", "popularity_artists",
]  # fmt: skip

# Printed by public work on the real file: mean, standard deviation, skew (None: not compared), tolerances.
PUBLISHED = {
    "danceability": (0.587, 0.155, -0.48, 0.03, 0.03),
    "energy": (0.541, 0.236, -0.11, 0.04, 0.03),
    "loudness": (-10.158, 4.749, -1.12, 0.6, 0.8),
    "speechiness": (0.169, 0.275, 2.13, 0.02, 0.03),
    "acousticness": (0.459, 0.330, None, 0.04, 0.04),
    "instrumentalness": (0.082, 0.232, 2.86, 0.03, 0.05),
    "liveness": (0.225, 0.186, 1.77, 0.03, 0.03),
    "valence": (0.574, 0.248, -0.21, 0.04, 0.03),
    "tempo": (117.54, 30.19, 0.35, 4.0, 4.0),
    "duration_ms": (208_732, 117_753, None, 12_000, 30_000),
    "popularity_songs": (26.07, 16.25, 0.27, 3.0, 4.0),
    "popularity_artists": (42.82, 20.90, 0.39, 8.0, 4.0),
}
CORRELATIONS = (
    ("loudness", "energy", 0.735),
    ("energy", "acousticness", -0.664),
    ("danceability", "valence", 0.504),
    ("loudness", "acousticness", -0.457),
    ("liveness", "speechiness", 0.407),
    ("energy", "valence", 0.361),
    ("loudness", "speechiness", -0.255),
    ("valence", "loudness", 0.236),
    ("danceability", "speechiness", 0.229),
    ("loudness", "instrumentalness", -0.229),
    ("tempo", "energy", 0.210),
    ("danceability", "energy", 0.205),
    ("tempo", "speechiness", -0.205),
)
CALM = {
    "solo piano",
    "singer-songwriter",
    "film score",
    "bossa and jazz trio",
    "sleep and drones",
    "shellac chanson",
    "east-asian ballad",
}
SCRIPTS = ("CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "HIRAGANA", "CJK", "HANGUL", "DEVANAGARI")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return make_catalogue()


@pytest.fixture(scope="module")
def scaled(table: pd.DataFrame) -> np.ndarray:
    X = table[list(FEATURE_NAMES)].to_numpy(float)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def test_shares_of_scenes_sum_to_one() -> None:
    assert sum(scene.share for scene in SCENES) == pytest.approx(1.0)
    assert len({scene.name for scene in SCENES}) == len(SCENES) >= 12


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_factors_explain_less_than_all_of_a_feature(scene) -> None:
    assert set(scene.levels) == set(FEATURE_NAMES) == set(scene.loadings)
    for loadings in scene.loadings.values():
        assert sum(value**2 for value in loadings.values()) < 1.0


def test_columns_are_the_missions_and_the_true_scene_comes_last(table) -> None:
    assert list(table.columns) == [*MISSION_COLUMNS, "true_scene"]
    kinds = table[MISSION_COLUMNS].dtypes.map(lambda d: d.kind if isinstance(d, np.dtype) else "text")
    assert (kinds == "f").sum() == 10
    assert (kinds == "i").sum() == 7
    assert not table.isna().any().any()


def test_same_seed_gives_the_same_table_and_another_seed_another() -> None:
    one = make_catalogue(700, seed=5)
    pd.testing.assert_frame_equal(one, make_catalogue(700, seed=5))
    assert not one["loudness"].equals(make_catalogue(700, seed=6)["loudness"])


@pytest.mark.parametrize("n_tracks", [1, 2, 3, 11, 49, 50, 51, 1234])
def test_any_number_of_tracks_gives_that_many_rows(n_tracks) -> None:
    table = make_catalogue(n_tracks, seed=2)
    assert len(table) == n_tracks
    assert table["id_songs"].is_unique
    assert list(table.index) == list(range(n_tracks))
    assert (table["name_song"] != "").all()


@pytest.mark.parametrize("n_tracks", [0, -3, 2.5, "20", None, True])
def test_impossible_number_of_tracks_is_an_error(n_tracks) -> None:
    with pytest.raises(ParameterError, match=r"n_tracks must be a whole number of at least 1, got"):
        make_catalogue(n_tracks)


def test_negative_seed_is_an_error() -> None:
    with pytest.raises(ParameterError, match="seed must be a whole number of at least 0, got -1"):
        make_catalogue(10, seed=-1)


def test_numpy_integers_are_accepted() -> None:
    assert len(make_catalogue(np.int64(5), seed=np.uint8(1))) == 5


@pytest.mark.parametrize("column", PUBLISHED)
def test_pooled_feature_resembles_the_real_one(table, column) -> None:
    mean, std, skew, mean_tolerance, std_tolerance = PUBLISHED[column]
    assert table[column].mean() == pytest.approx(mean, abs=mean_tolerance)
    assert table[column].std() == pytest.approx(std, abs=std_tolerance)
    if skew is not None:
        assert table[column].skew() == pytest.approx(skew, abs=0.5)


@pytest.mark.parametrize(("one", "other", "published"), CORRELATIONS)
def test_pooled_correlation_resembles_the_real_one(table, one, other, published) -> None:
    assert table[one].corr(table[other]) == pytest.approx(published, abs=0.15)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_resemblance_does_not_hang_on_the_seed(seed) -> None:
    table = make_catalogue(seed=seed)
    for one, other, published in CORRELATIONS:
        assert table[one].corr(table[other]) == pytest.approx(published, abs=0.15), (one, other)
    for name in FEATURE_NAMES:
        if FEATURES[name].kind == "unit":
            assert table[name].mean() == pytest.approx(PUBLISHED[name][0], abs=0.08), name
    assert table["duration_ms"].skew() > 3


def test_skewed_columns_are_skewed(table) -> None:
    assert table["duration_ms"].skew() > 3
    assert table["duration_ms"].max() <= 4_800_118
    assert table["followers"].skew() > 10
    assert table["followers"].median() < table["followers"].mean() / 5
    assert table["instrumentalness"].median() < 0.001
    assert (table["instrumentalness"] == 0).mean() > 0.2


@pytest.mark.parametrize("name", FEATURE_NAMES)
def test_features_keep_to_their_ranges(table, name) -> None:
    assert table[name].between(FEATURES[name].low, FEATURES[name].high).all()


def test_spoken_word_is_an_eighth_of_the_catalogue_by_few_artists(table) -> None:
    spoken = table[table["true_scene"] == "audio drama"]
    assert len(spoken) / len(table) == pytest.approx(0.131, abs=0.005)
    assert (table["speechiness"] > 0.66).mean() == pytest.approx(0.125, abs=0.02)
    assert spoken["name_artists"].nunique() < 20
    assert spoken["name_artists"].value_counts().iloc[0] > 200
    assert spoken["name_song"].str.contains(r"^(?:Folge|Episode) \d{3}: .+ - (?:Kapitel|Chapter) \d\d$").mean() > 0.99


def test_chapters_of_a_series_are_counted_without_gaps(table) -> None:
    copies = table.duplicated(["name_artists", *FEATURE_NAMES])
    spoken = table[(table["true_scene"] == "audio drama") & ~copies]
    first = spoken["name_artists"].value_counts().index[0]
    titles = spoken.loc[spoken["name_artists"] == first, "name_song"]
    parts = titles.str.extract(r"(\d{3}): (.+) - \w+ (\d\d)$")
    for _, episode in parts.groupby(0):
        assert sorted(episode[2].astype(int)) == list(range(1, len(episode) + 1))
        assert episode[1].nunique() == 1


def test_oddities_come_in_their_real_shares(table) -> None:
    failed = table[table["tempo"] == 0]
    assert len(failed) / len(table) == pytest.approx(84 / 95_837, abs=3e-4)
    assert (failed[["danceability", "speechiness", "valence"]] == 0).all().all()
    assert (table["loudness"] > 0).mean() == pytest.approx(57 / 95_837, abs=3e-4)
    assert table["loudness"].max() <= 5.376
    assert (table["genres"] == "[]").mean() == pytest.approx(0.02, abs=0.005)
    assert table["explicit"].mean() == pytest.approx(0.0296, abs=0.006)
    assert set(table["time_signature"]) == {0, 1, 3, 4, 5}


def test_re_releases_repeat_everything_but_id_date_and_popularity(table) -> None:
    same = ["name_song", "name_artists", "id_artists", "genres", "followers", "true_scene", *FEATURE_NAMES]
    copies = table[table.duplicated(same, keep=False)]
    assert table.duplicated(same).mean() == pytest.approx(0.02, abs=0.002)
    assert (copies.groupby(same)["id_songs"].nunique() >= 2).all()
    assert (copies.groupby(same)["release_date"].nunique() >= 2).mean() > 0.9


def test_dates_are_years_or_days_from_1922_to_2021(table) -> None:
    dates = table["release_date"]
    assert dates.str.fullmatch(r"\d{4}|\d{4}-\d\d-\d\d").all()
    assert 0.1 < (dates.str.len() == 4).mean() < 0.5
    assert dates.min() >= "1922"
    assert dates.max() <= "2021-04-16"
    pd.to_datetime(dates[dates.str.len() == 10], format="%Y-%m-%d")


def test_genres_are_texts_of_lists_that_depend_on_the_scene(table) -> None:
    parsed = table["genres"].map(ast.literal_eval)
    assert parsed.map(lambda genres: isinstance(genres, list)).all()
    assert 0.03 < (parsed.map(len) > 1).mean() < 0.2
    metal = table.loc[table["true_scene"] == "metal", "genres"]
    assert metal.str.contains("metal").mean() > 0.95


def test_audience_and_era_depend_on_the_scene(table) -> None:
    by_scene = table.assign(year=table["release_date"].str[:4].astype(int)).groupby("true_scene")
    popularity, year = by_scene["popularity_songs"].mean(), by_scene["year"].median()
    assert popularity["shellac chanson"] + 10 < popularity["hip-hop"]
    assert year["shellac chanson"] < 1955 < 2010 < year["sleep and drones"]
    assert table["popularity_artists"].corr(np.log1p(table["followers"])) > 0.6


def test_titles_repeat_now_and_then_and_meet_every_script(table) -> None:
    assert (table["name_song"] == "Intro").sum() >= 2
    assert table["name_song"].nunique() > 0.8 * len(table)
    letters = {c for c in "".join(table["name_song"]) if c.isalpha()}
    found = {unicodedata.name(c).split()[0] for c in letters}
    assert found >= {script.split()[0] for script in SCRIPTS}


def test_titles_have_no_leftover_fields_or_stray_spaces(table) -> None:
    for column in ("name_song", "name_artists"):
        assert not table[column].str.contains(r"[{}]").any()
        assert not table[column].str.contains(r"^\s|\s$|\s\s").any()


def test_tracks_with_several_artists_name_as_many_ids(table) -> None:
    names, ids = table["name_artists"].str.split(", "), table["id_artists"].str.split(", ")
    assert (names.map(len) == ids.map(len)).all()
    assert 0.02 < (ids.map(len) == 2).mean() < 0.06
    assert ids.explode().str.fullmatch(r"[0-9A-Za-z]{22}").all()
    assert table["id_songs"].map(lambda text: re.fullmatch(r"[0-6][0-9A-Za-z]{21}", text) is not None).all()


def test_first_rows_are_no_sample_of_the_rest(table) -> None:
    assert table["release_date"].head(500).str[:4].astype(int).max() < 1990


def test_three_clusters_are_spoken_calm_and_energetic(table, scaled) -> None:
    family = table["true_scene"].map(
        lambda scene: "spoken" if scene == "audio drama" else "calm" if scene in CALM else "energetic"
    )
    labels = KMeans(3, n_init=3, random_state=0).fit_predict(scaled)
    assert adjusted_rand_score(family, labels) > 0.6
    assert sorted(np.bincount(labels) / len(labels)) == pytest.approx([0.131, 0.32, 0.55], abs=0.05)


def test_more_clusters_say_more_about_the_scenes_which_still_overlap(table, scaled) -> None:
    labels = KMeans(9, n_init=2, random_state=0).fit_predict(scaled[::3])
    assert 0.2 < adjusted_rand_score(table["true_scene"][::3], labels) < 0.7

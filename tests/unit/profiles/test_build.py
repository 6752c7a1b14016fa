"""Profiles against direct computation, and lists that do not depend on the order of the file."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from songatlas.errors import DataError
from songatlas.profiles import build_profiles, cluster_statistics, contradictions, describe_traits
from songatlas.profiles.lifts import lifted_values, track_values

FEATURES = ("energy", "acousticness", "tempo")


@pytest.fixture
def catalogue():
    """Return 900 invented tracks in two clusters and some noise."""
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, -1], size=900, p=[0.5, 0.4, 0.1]).astype(np.int32)
    values = rng.normal([0.5, 0.4, 118], [0.05, 0.1, 20], (900, 3))
    values[labels == 0] += [0.3, -0.2, 10]
    X = (values - values.mean(0)) / values.std(0)
    table = pd.DataFrame(
        {
            "track_id": [f"id{i:04d}" for i in range(900)],
            "track_name": [f"Song {i}" for i in range(900)],
            "artist_name": [f"Band {i % 45}" for i in range(900)],
            "album_name": [f"Album {i % 90}" for i in range(900)],
            "year": 1960 + np.arange(900) % 60,
            "popularity": rng.integers(0, 100, 900),
            "genres": ["polka;waltz" if label == 0 and i % 3 else "waltz" for i, label in enumerate(labels)],
            "marks": ["loud;spoken" if i % 10 == 0 else "" for i in range(900)],
            "n_rows": 1 + (np.arange(900) % 7 == 0),
            "row": np.arange(900) * 2,
        }
    )
    return X, values, labels, rng.uniform(-0.2, 0.8, 900), rng.uniform(-0.1, 0.6, 900), table


def build(catalogue, **options):
    X, values, labels, margin, silhouette, table = catalogue
    return build_profiles(X, values, FEATURES, labels, margin, silhouette, table, **options)


def test_statistics_are_exact_and_noise_is_part_of_the_catalogue(catalogue):
    _, values, labels, _, silhouette, table = catalogue
    for label, profile in enumerate(build(catalogue)):
        own = values[labels == label]
        assert profile.n_tracks == len(own)
        assert profile.share == pytest.approx(len(own) / 900)
        assert profile.n_rows == table.loc[labels == label, "n_rows"].sum()
        assert_allclose([profile.mean[f] for f in FEATURES], own.mean(0))
        assert_allclose([profile.median[f] for f in FEATURES], np.median(own, 0))
        assert_allclose([profile.std[f] for f in FEATURES], own.std(0))
        assert_allclose([profile.z[f] for f in FEATURES], (own.mean(0) - values.mean(0)) / values.std(0))
        assert profile.silhouette == pytest.approx(silhouette[labels == label].mean())
        marked = int((table.marks[labels == label] != "").sum())
        assert profile.marks == {"loud": marked, "spoken": marked}


def test_traits_go_by_size_of_the_difference(catalogue):
    for profile in build(catalogue):
        sizes = [abs(trait.z) for trait in profile.traits]
        assert sizes == sorted(sizes, reverse=True) and len(sizes) == 3
        assert {t.feature for t in profile.evidence} <= set(FEATURES)
        assert contradictions(profile.name, profile) == ()


def test_typical_tracks_are_the_nearest_of_each_artist(catalogue):
    X, _, labels, _, _, table = catalogue
    for label, profile in enumerate(build(catalogue, top_tracks=15)):
        own = np.flatnonzero(labels == label)
        distance = pd.Series(np.linalg.norm(X[own] - X[own].mean(0), axis=1), index=own)
        nearest = distance.groupby(table.artist_name[own]).idxmin()
        expected = distance[nearest].sort_values().head(15)
        assert [t.row for t in profile.typical] == [2 * i for i in expected.index]
        assert_allclose([t.value for t in profile.typical], expected)


def test_popular_and_doubtful_tracks(catalogue):
    _, _, labels, margin, _, table = catalogue
    for label, profile in enumerate(build(catalogue, top_tracks=10, max_per_artist=2)):
        own = table[labels == label].assign(margin=margin[labels == label])
        assert profile.popular[0].value == own.popularity.max()
        artists = pd.Series([t.artist_name for t in profile.popular])
        assert artists.value_counts().max() <= 2
        assert [t.row for t in profile.doubtful] == own.nsmallest(10, "margin").row.tolist()


def test_details_tell_equal_titles_apart(catalogue):
    track = build(catalogue)[0].typical[0]
    i = track.row // 2
    assert track.detail == f"Album {i % 90}, {1960 + i % 60}"


def test_order_of_the_file_changes_nothing(catalogue):
    X, values, labels, margin, silhouette, table = catalogue
    table = table.assign(popularity=50)  # ties everywhere
    order = np.random.default_rng(1).permutation(900)
    again = [a[order] for a in (X, values, labels, margin, silhouette)]
    a = build((X, values, labels, margin, silhouette, table))
    b = build((*again, table.iloc[order]))
    for p, q in zip(a, b, strict=True):
        assert (p.name, p.genres, p.artists, p.decades, p.marks) == (
            q.name,
            q.genres,
            q.artists,
            q.decades,
            q.marks,
        )
        for mine, theirs in ((p.typical, q.typical), (p.popular, q.popular), (p.doubtful, q.doubtful)):
            assert [t.row for t in mine] == [t.row for t in theirs]


def test_every_column_may_be_absent(catalogue):
    X, values, labels, margin, silhouette, _ = catalogue
    profiles = build((X, values, labels, margin, silhouette, pd.DataFrame(index=range(900))))
    assert len(profiles) == 2
    for profile in profiles:
        assert profile.popular == profile.genres == profile.artists == profile.decades == ()
        assert profile.typical[0].track_name == "" and len(profile.typical) == 20
        assert profile.n_rows == profile.n_tracks


@pytest.mark.filterwarnings("error")
def test_missing_cells_and_nan_margins_are_in_no_list(catalogue):
    X, values, labels, _, _, table = catalogue
    table = table.assign(genres=None, popularity=np.nan, marks=pd.NA, artist_name=pd.Series([None] * 900, dtype="str"))
    nan = np.full(900, np.nan)
    for profile in build((X, values, labels, nan, nan, table)):
        assert profile.doubtful == profile.popular == profile.genres == profile.artists == ()
        assert profile.silhouette is None and profile.marks == {}
        assert len(profile.typical) == 20  # tracks without an artist do not shut one another out


def test_only_noise_has_no_profiles(catalogue):
    X, values, labels, margin, silhouette, table = catalogue
    assert build((X, values, np.full_like(labels, -1), margin, silhouette, table)) == ()


def test_one_cluster_and_a_constant_column():
    values = np.column_stack([np.full(20, 0.1), np.linspace(0, 1, 20)])
    table = pd.DataFrame({"track_name": list("abcdefghijklmnopqrst")})
    zeros = np.zeros(20)
    (profile,) = build_profiles(values, values, ("energy", "valence"), zeros.astype(np.int32), zeros, zeros, table)
    assert profile.name == "Whole Catalogue" and profile.z["energy"] == 0.0
    assert profile.tagline == "All tracks in one group."


def test_wrong_lengths_and_gaps_are_errors(catalogue):
    X, values, labels, margin, silhouette, table = catalogue
    with pytest.raises(DataError, match="margin must have one row per label"):
        build((X, values, labels, margin[:5], silhouette, table))
    with pytest.raises(DataError, match="no track has label 0"):
        cluster_statistics(values, FEATURES, np.where(labels == 0, 2, labels))
    with pytest.raises(DataError, match="values must have shape"):
        cluster_statistics(values[:, :2], FEATURES, labels)


def test_trait_words_are_absolute_only_where_true():
    values = np.array([[0.9, 0.9, 80], [0.9, 0.95, 82], [0.7, 0.2, 150], [0.7, 0.15, 152]])
    high, low = cluster_statistics(values, FEATURES, np.array([0, 0, 1, 1], dtype=np.int32))
    words = [{t.feature: t.words for t in describe_traits(c)} for c in (high, low)]
    assert words[0] == {"energy": "energetic", "acousticness": "acoustic", "tempo": "slow"}
    assert words[1] == {"energy": "calmer", "acousticness": "electric", "tempo": "fast"}


# --- lifts -----------------------------------------------------------------------------------------------


def test_lift_is_the_ratio_of_shares_among_tracks_with_a_value(catalogue):
    _, _, labels, _, _, table = catalogue
    (polka,) = [lift for lift in build(catalogue)[0].genres if lift.value == "polka"]
    has = table.genres.str.contains("polka").to_numpy()
    assert polka.count == has[labels == 0].sum()
    assert polka.share == pytest.approx(has[labels == 0].mean())
    assert polka.lift == pytest.approx(has[labels == 0].mean() / has.mean())
    assert build(catalogue)[1].genres == ()


def test_rare_values_do_not_win():
    labels = np.repeat([0, 1], 1000).astype(np.int32)
    cells = pd.Series(
        ["usual"] * 300 + ["rare"] * 4 + ["few"] * 6 + ["other"] * 690 + ["usual"] * 100 + ["other"] * 900
    )
    first, _ = lifted_values(track_values(cells), labels, n_clusters=2)
    assert first[0].value == "usual" and first[0].lift == pytest.approx(1.5)
    assert "rare" not in [lift.value for lift in first]


def test_values_spread_alike_have_no_lift():
    labels = np.tile([0, 1], 500).astype(np.int32)
    cells = pd.Series(np.repeat(["a", "b"], 500))
    cells.iloc[0:20:2] = "b"  # ten of a thousand are chance
    assert lifted_values(track_values(cells), labels, n_clusters=2) == ((), ())


def test_cells_split_once_per_value_and_artists_are_kept_whole():
    pairs = track_values(pd.Series(["b; a;b", None, "", "a"]), ";")
    assert [(int(r), pairs.names[c]) for r, c in zip(pairs.rows, pairs.codes, strict=True)] == [
        (0, "b"),
        (0, "a"),
        (3, "a"),
    ]
    assert track_values(pd.Series(["Salt; Sea"])).names == ("Salt; Sea",)


def test_decades_come_from_years_or_text():
    labels = np.repeat([0, 1], 50).astype(np.int32)
    values = np.column_stack([np.repeat([0.2, 0.8], 50)])
    zeros = np.zeros(100)
    for column, cells in (
        ("year", [1964.0, 1999.0]),
        ("decade", [1960, 1990]),
        ("decade", ["1960s", "1990s"]),
    ):
        table = pd.DataFrame({column: np.repeat(cells, 50)})
        profiles = build_profiles(values, values, ("energy",), labels, zeros, zeros, table)
        assert [p.decades[0].value for p in profiles] == ["1960s", "1990s"]

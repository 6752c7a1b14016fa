"""Names of sub-moods are true, unique, new beside their cluster's name; typical tracks are many artists' songs."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.errors import DataError
from songatlas.profiles import ClusterStatistics, contradictions, load_vocabulary
from songatlas.profiles.sub_mood_names import name_sub_moods
from songatlas.profiles.sub_moods import describe_sub_moods
from songatlas.schema import FEATURE_NAMES

USUAL = {  # mean and spread of a cluster: round numbers near those of real ones
    "danceability": (0.55, 0.17), "energy": (0.55, 0.25), "loudness": (-10.0, 5.0), "speechiness": (0.1, 0.15),
    "acousticness": (0.4, 0.34), "instrumentalness": (0.15, 0.3), "liveness": (0.2, 0.17), "valence": (0.53, 0.26),
    "tempo": (118.0, 30.0), "duration_ms": (225_000.0, 120_000.0),
}  # fmt: skip
PARENTS = ["Party Tracks", "Chill Acoustic", "Middle of the Road", "Party Tracks, More Live", "Whole Catalogue",
           "Calm & Electric", "Fast & Loud", "Spoken Word", "Happier & Less Danceable", "Slow & Dark"]  # fmt: skip


def sub_mood(label=0, n_tracks=100, share=0.1, **z):
    """Return a sub-mood that is `z` standard deviations off its cluster in the features given."""
    full = {feature: float(z.get(feature, 0.0)) for feature in USUAL}
    usual = {feature: center for feature, (center, _) in USUAL.items()}
    mean = {feature: center + full[feature] * spread for feature, (center, spread) in USUAL.items()}
    return ClusterStatistics(label, n_tracks, share, mean, mean, usual, full, usual)


@st.composite
def runs(draw):
    """Return the sub-moods of some clusters, values anywhere in range, and the clusters' names."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.05, 0.4, 1.0, 2.5]))
    parents = draw(st.lists(st.sampled_from(PARENTS), min_size=1, max_size=5, unique=True))
    groups = []
    for _ in parents:
        size = draw(st.integers(1, 15))
        groups.append([sub_mood(i, **dict(zip(USUAL, rng.normal(0, scale, 10), strict=True))) for i in range(size)])
    return groups, parents


def words(text):
    return set(re.findall(r"[^\W\d_]+", text.lower()))


@given(runs())
@settings(max_examples=80, deadline=None)
def test_names_are_true_unique_and_repeat_no_word_of_the_cluster(run):
    groups, parents = run
    names = name_sub_moods(groups, groups, parents)
    flat = [name.name for group in names for name in group]
    assert len(set(flat)) == len(flat) == sum(map(len, groups))
    for group, parent, own in zip(groups, parents, names, strict=True):
        for one, name in zip(group, own, strict=True):
            assert not words(name.name) & words(parent) - {"of", "the", "no"}
            if len(group) > 1:
                assert contradictions(name.name, one) == ()
            assert name.tagline.endswith(".") and name.tagline.count(". ") == 0
            assert ("catalogue" in name.tagline) == (len(group) == 1)
            assert len(re.findall(r"[\w-]+", name.name)) <= 6


@given(runs())
@settings(max_examples=40, deadline=None)
def test_no_two_sub_moods_say_the_same(run):
    groups, parents = run
    vocabulary = load_vocabulary()
    said = [vocabulary.sides(name.name) for group in name_sub_moods(groups, groups, parents) for name in group]
    said = [sides for sides in said if sides]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("parent", "z", "expected"),
    [
        ("Party Tracks", {"tempo": -1.0, "valence": -0.9}, "Slow & Dark"),
        ("Upbeat & Energetic", {"acousticness": 1.2, "tempo": 1.0}, "Acoustic & Fast"),
        ("Chill Acoustic", {"energy": -1.0, "tempo": -0.9}, "Calmer & Slow"),
        ("Calm & Electric", {"energy": -1.0, "tempo": -0.9}, "Gentler & Slow"),
        ("Slow & Dark", {"energy": -1.0, "tempo": -0.9}, "Calm & More Unhurried"),
        ("Chill Acoustic", {"instrumentalness": 2.0}, "Instrumental Tracks"),
    ],
)
def test_a_name_says_what_sets_the_sub_mood_apart_in_new_words(parent, z, expected):
    opposite = sub_mood(1, **{feature: -0.8 * value for feature, value in z.items()})
    assert name_sub_moods([[sub_mood(**z), opposite]], [[sub_mood(**z), opposite]], [parent])[0][0].name == expected


def test_only_sub_moods_and_average_ones_are_called_so_and_numbered():
    flat = [sub_mood(0), sub_mood(1)]
    groups = [[sub_mood()], flat, [sub_mood()]]
    names = name_sub_moods(groups, groups, ["Party Tracks", "Chill Acoustic", "Spoken Word"])
    assert [[n.name for n in group] for group in names] == [
        ["Undivided"], ["In Between", "In Between, No. 2"], ["Undivided, No. 2"]]  # fmt: skip
    assert names[1][0].tagline == "Near its cluster's average in every feature."


def test_a_tagline_compares_with_the_cluster():
    fast, slow = sub_mood(0, tempo=1.2, energy=0.6), sub_mood(1, tempo=-1.0, energy=-0.5)
    name = name_sub_moods([[fast, slow]], [[fast, slow]], ["Party Tracks"])[0][0]
    assert name.tagline.startswith("Very fast (154 BPM against 118 BPM in its cluster)")
    assert name.evidence[0].feature == "tempo"


def described(n=200, **columns):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, len(FEATURE_NAMES)))
    labels = np.sort(np.arange(n) % 4).astype(np.int32)
    labels[-1] = -1
    table = pd.DataFrame({"track_id": [f"t{i}" for i in range(n)], **columns})
    return X, labels, describe_sub_moods(
        X, X * 0.1 + 0.5, FEATURE_NAMES, labels, (0, 0, 1, 2), (3.0, 2.0, 1.0, 0.5), ["Chill Acoustic", "Long Tracks", "Live Feel"],
        table, top_tracks=8,
    )  # fmt: skip


def test_statistics_are_against_the_tracks_of_the_cluster():
    X, labels, moods = described()
    parent = X[(labels == 0) | (labels == 1)] * 0.1 + 0.5
    own = X[labels == 1] * 0.1 + 0.5
    np.testing.assert_allclose(list(moods[1].mean.values()), own.mean(axis=0))
    np.testing.assert_allclose(list(moods[1].z.values()), (own.mean(axis=0) - parent.mean(axis=0)) / parent.std(axis=0))
    assert [m.parent for m in moods] == [0, 0, 1, 2] and [m.number for m in moods] == [0, 1, 2, 3]
    assert max(map(abs, moods[2].z.values())) < 1e-12  # the only one of its cluster


def test_typical_tracks_are_nearest_first():
    X, labels, moods = described()
    own = np.flatnonzero(labels == 0)
    distance = np.linalg.norm(X[own] - X[own].mean(axis=0), axis=1)
    assert list(moods[0].typical) == own[np.argsort(distance)][:8].tolist()


def test_typical_tracks_hold_an_artist_once_and_a_song_in_one_version():
    artists = [f"artist {i % 60}" for i in range(200)]
    titles = [["Tin Moon", "tin moon - Live", "Tin Moon (Remix)", "Owl"][i % 4] for i in range(200)]
    _, _, moods = described(artist_name=artists, track_name=titles)
    for mood in moods:
        assert len({artists[row] for row in mood.typical}) == len(mood.typical) == 2
        assert sum(titles[row] == "Owl" for row in mood.typical) == 1


def test_numbers_that_do_not_rise_with_the_clusters_are_refused():
    with pytest.raises(DataError, match="clusters must rise"):
        describe_sub_moods(
            np.zeros((2, 1)),
            np.zeros((2, 1)),
            ["a"],
            np.array([0, 1]),
            (1, 0),
            (0, 0),
            ["A", "B"],
            pd.DataFrame(index=range(2)),
        )

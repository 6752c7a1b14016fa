"""Names are true, unique, free of numbering, and someone who reads only them finds the cards again."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from songatlas.errors import ParameterError
from songatlas.profiles import (
    ClusterStatistics,
    cluster_statistics,
    contradictions,
    load_vocabulary,
    name_clusters,
)
from songatlas.profiles.vocabulary import parse_vocabulary
from songatlas.schema import FEATURE_NAMES

USUAL = {  # mean and spread of a catalogue: round numbers near those of real ones
    "danceability": (0.55, 0.17),
    "energy": (0.55, 0.25),
    "loudness": (-10.0, 5.0),
    "speechiness": (0.1, 0.15),
    "acousticness": (0.4, 0.34),
    "instrumentalness": (0.15, 0.3),
    "liveness": (0.2, 0.17),
    "valence": (0.53, 0.26),
    "tempo": (118.0, 30.0),
    "duration_ms": (225_000.0, 120_000.0),
}


def cluster(label=0, n_tracks=100, share=0.25, **z):
    """Return a cluster of the usual catalogue that is `z` standard deviations off in the features given."""
    full = {feature: float(z.get(feature, 0.0)) for feature in USUAL}
    usual = {feature: center for feature, (center, _) in USUAL.items()}
    mean = {feature: center + full[feature] * spread for feature, (center, spread) in USUAL.items()}
    return ClusterStatistics(label, n_tracks, share, mean, mean, {f: s for f, (_, s) in USUAL.items()}, full, usual)


def only_name(one):
    """Return the name of a cluster beside one that is its opposite in everything."""
    opposite = cluster(1, 50, 0.2, **{feature: -0.9 * z for feature, z in one.z.items()})
    return name_clusters([one, opposite])[0].name


def twins_of(index, names, clusters):
    base = names[index].name.split(", ")[0]
    return [clusters[j] for j, n in enumerate(names) if j != index and n.name.split(", ")[0] == base]


@st.composite
def runs(draw, features=FEATURE_NAMES):
    """Return the clusters of an invented run: values anywhere in range, sizes and profiles unrelated."""
    k = draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.05, 0.4, 1.0, 2.5]))
    clusters = []
    for label in range(k):
        z = {f: float(v) for f, v in zip(features, rng.normal(0, scale, len(features)), strict=True)}
        usual = {f: USUAL.get(f, (0.0, 1.0)) for f in features}
        mean = {f: c + z[f] * s for f, (c, s) in usual.items()}
        median = {f: mean[f] + float(rng.normal(0, 0.2)) * usual[f][1] for f in features}
        center = {f: c for f, (c, _) in usual.items()}
        n = int(rng.integers(1, 1000))
        clusters.append(ClusterStatistics(label, n, 1 / (k + 1), mean, median, center, z, center))
    return clusters


@given(runs())
@settings(max_examples=150, deadline=None)
def test_no_emitted_name_contradicts_its_profile(clusters):
    names = name_clusters(clusters)
    for i, name in enumerate(names):
        assert contradictions(name.name, clusters[i], twins_of(i, names, clusters)) == ()


@given(runs(features=("emb_0", "emb_1", "emb_2", "tempo")))
@settings(max_examples=60, deadline=None)
def test_names_of_unknown_features_are_sound_and_unique(clusters):
    names = name_clusters(clusters)
    assert len({name.name for name in names}) == len(clusters)
    for i, name in enumerate(names):
        assert contradictions(name.name, clusters[i], twins_of(i, names, clusters)) == ()


@given(runs(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_names_are_unique_and_do_not_depend_on_numbering(clusters, random):
    names = name_clusters(clusters)
    assert len({name.name for name in names}) == len(clusters)
    order = list(range(len(clusters)))
    random.shuffle(order)
    renumbered = [dataclasses.replace(clusters[old], label=new) for new, old in enumerate(order)]
    assert [n.name for n in name_clusters(renumbered)] == [names[old].name for old in order]


@given(runs())
@settings(max_examples=60, deadline=None)
def test_names_are_short_and_every_word_has_evidence_and_a_sentence(clusters):
    for one, name in zip(clusters, name_clusters(clusters), strict=True):
        assert len(re.findall(r"[\w-]+", name.name)) <= 6
        assert name.tagline.endswith(".") and name.tagline.count(". ") == 0
        assert {t.feature for t in name.evidence} <= one.z.keys()
        plain = ("Whole Catalogue", "Bulk of the Catalogue", "Middle of the Road")
        if not name.name.startswith(plain):
            assert name.evidence


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ({"energy": 0.6, "danceability": 0.7}, "Party Tracks"),
        ({"energy": 1.2, "danceability": 0.4, "loudness": 0.8}, "Party Tracks"),
        ({"energy": 0.5, "danceability": 0.8, "valence": 0.7, "acousticness": -0.5}, "Party Tracks"),
        ({"energy": -0.8, "acousticness": 0.9}, "Chill Acoustic"),
        ({"energy": -1.2, "acousticness": 1.1, "loudness": -1.0, "valence": -0.8}, "Chill Acoustic"),
        ({"speechiness": 4.7, "liveness": 1.2, "energy": -0.4, "acousticness": 0.5}, "Spoken Word"),
        ({"liveness": 2.8, "energy": 0.4}, "Live Feel"),
        ({"duration_ms": 5.0, "loudness": -1.0, "energy": -0.8}, "Long Quiet Pieces"),
        ({"tempo": 0.7, "energy": 0.9, "loudness": 0.7, "danceability": -0.6}, "Fast & Loud"),
        ({"instrumentalness": 1.9, "energy": -1.4, "loudness": -1.7}, "Quiet Instrumentals"),
        ({"speechiness": 2.0, "danceability": 0.8, "energy": 0.2}, "Speech-Rich Grooves"),
    ],
)  # fmt: skip
def test_known_kinds_of_clusters_get_their_name(z, expected):
    assert only_name(cluster(**z)) == expected


def test_a_cluster_near_the_average_claims_nothing():
    name = name_clusters([cluster(0, energy=0.3, tempo=-0.2), cluster(1, 50, energy=1.0, danceability=1.0)])[0]
    assert name.name == "Middle of the Road"
    assert name.tagline.startswith("Near the catalogue's average in every feature")


def test_one_cluster_is_the_whole_catalogue_unless_there_is_noise():
    assert name_clusters([cluster(share=1.0)])[0].name == "Whole Catalogue"
    assert name_clusters([cluster(share=0.99)])[0].name == "Bulk of the Catalogue"
    assert name_clusters([]) == ()


def test_a_second_cluster_of_a_kind_is_told_apart_by_what_differs_most():
    chill = {"energy": -0.9, "acousticness": 0.9}
    clusters = [cluster(0, 200, **chill), cluster(1, 100, **chill, liveness=2.0)]
    clusters.append(cluster(2, 50, energy=0.9, danceability=0.8))
    names = [name.name for name in name_clusters(clusters)]
    assert names[0] == "Chill Acoustic"
    assert names[1] in ("Chill Acoustic, Live", "Live Feel")


def test_equal_clusters_are_numbered():
    names = [name.name for name in name_clusters([cluster(0, energy=1, danceability=1)] * 2)]
    assert names == ["Party Tracks", "Party Tracks, No. 2"]


def without(one, feature):
    """Return a cluster of a run in which a feature was not measured."""
    parts = {key: dict(getattr(one, key)) for key in ("mean", "median", "std", "z", "catalogue_mean")}
    for numbers in parts.values():
        del numbers[feature]
    return dataclasses.replace(one, **parts)


def test_equally_good_matches_are_settled_by_profile_not_by_number():
    low, high = ({"energy": 1.0, "danceability": 1.0, "tempo": tempo} for tempo in (-0.3, 0.3))
    one = [n.name for n in name_clusters([cluster(0, **low), cluster(1, **high)])]
    other = [n.name for n in name_clusters([cluster(0, **high), cluster(1, **low)])]
    assert one == other[::-1] and len(set(one)) == 2


def test_a_rule_needs_its_features():
    clusters = [cluster(0, energy=0.9, danceability=0.9), cluster(1, 50, energy=-0.9, danceability=-0.9)]
    assert name_clusters(clusters)[0].name == "Party Tracks"
    less = [without(one, "danceability") for one in clusters]
    assert name_clusters(less)[0].name == "Energetic Tracks"
    assert contradictions("Party Tracks", less[0])[0].endswith("it is not measured")


def test_a_word_that_is_only_relatively_true_is_a_comparative():
    # a catalogue of dance music: its calm corner is calmer than the rest, and not calm
    party, corner = cluster(0, energy=1.0, danceability=0.5), cluster(1, 50, energy=-1.0)
    corner = dataclasses.replace(corner, mean={**corner.mean, "energy": 0.75})
    assert name_clusters([party, corner])[1].name == "Calmer Tracks"
    assert contradictions("Calm Tracks", corner) == ("'Calm' claims energy mean <= 0.5, it is 0.75",)


@pytest.mark.parametrize(
    "name", ["Party Tracks", "Upbeat & Energetic", "Happy Acoustic", "High energy", "Louder Tracks"]
)
def test_the_checker_sees_a_wrong_name(name):
    assert contradictions(name, cluster(energy=-1.2, loudness=-1.0, acousticness=0.9, valence=-0.9))


def test_the_checker_sees_a_false_comparison_and_an_unbacked_word():
    slow, fast = cluster(tempo=0.2, energy=1, danceability=1), cluster(tempo=0.9, energy=1, danceability=1)
    assert contradictions("Party Tracks, Faster", fast, [slow]) == ()
    assert contradictions("Party Tracks, Faster", slow, [fast])
    assert contradictions("Party Tracks, Faster", cluster(tempo=-0.5, energy=1, danceability=1))
    assert contradictions("Party Tracks, Less Slow", cluster(tempo=-0.5, energy=1, danceability=1)) == ()
    assert contradictions("Piano Tracks", fast) == ("no rule backs the word 'Piano'",)
    assert contradictions("Party Tracks, Cheap", fast) == ("no rule backs the qualifier 'Cheap'",)
    assert contradictions("Middle of the Road", fast)


def test_tagline_gives_the_numbers():
    one = cluster(n_tracks=52_517, share=0.548, danceability=0.9, energy=0.8, valence=0.6)
    other = cluster(1, 10, 0.1, energy=-1)
    assert name_clusters([one, other])[0].tagline == (
        "Danceable (0.70 against 0.55 in the catalogue), energetic and happy."
    )


def test_feature_weights_change_the_choice_of_words_only():
    clusters = [cluster(0, tempo=0.9, valence=0.8, loudness=0.5), cluster(1, 50, energy=-1, acousticness=1)]
    heavy = name_clusters(clusters, weights={"loudness": 50.0})[0]
    assert "Loud" in heavy.name and "Loud" not in name_clusters(clusters)[0].name
    assert contradictions(heavy.name, clusters[0]) == ()


def test_rules_of_the_vocabulary_can_all_be_met_and_none_are_synonyms():
    vocabulary = load_vocabulary()
    for rule in vocabulary.rules:
        bounds = {}
        for claim in rule.claims:
            low, high = bounds.get((claim.feature, claim.statistic), (-np.inf, np.inf))
            low, high = (max(low, claim.value), high) if claim.bound == "min" else (low, min(high, claim.value))
            assert low <= high, rule.name
            bounds[claim.feature, claim.statistic] = (low, high)
    # 'Spoken Word' and 'Speech-Rich Tracks' differ in degree: both are about speech, and exclude each other
    assert len(vocabulary.meanings) == len(vocabulary.rules) - 1


def test_a_rule_with_a_word_that_nothing_backs_is_an_error():
    data = {
        "features": {},
        "terms": {},
        "neutral": ["Tracks"],
        "rules": [{"name": "Jazz Tracks", "signature": {}}],
    }
    with pytest.raises(ParameterError, match="no term backs"):
        parse_vocabulary({**data, "limits": {}, "matching": {}, "special": {}})


# --- the blind reader ------------------------------------------------------------------------------------

READING = {  # what a person takes a word to say, written down without looking at the vocabulary
    "party": {"danceability": 1, "energy": 1, "valence": 0.5},
    "chill": {"energy": -1},
    "acoustic": {"acousticness": 1},
    "electric": {"acousticness": -1},
    "spoken": {"speechiness": 2},
    "speech-rich": {"speechiness": 1},
    "grooves": {"danceability": 1},
    "dance": {"danceability": 1},
    "danceable": {"danceability": 1},
    "live": {"liveness": 1},
    "instrumental": {"instrumentalness": 1},
    "instrumentals": {"instrumentalness": 1},
    "vocal": {"instrumentalness": -1},
    "happy": {"valence": 1},
    "happier": {"valence": 1},
    "upbeat": {"valence": 1, "energy": 1},
    "dark": {"valence": -1},
    "darker": {"valence": -1},
    "fast": {"tempo": 1},
    "faster": {"tempo": 1},
    "driving": {"tempo": 1, "energy": 1},
    "slow": {"tempo": -1},
    "slower": {"tempo": -1},
    "loud": {"loudness": 1, "energy": 0.5},
    "louder": {"loudness": 1},
    "quiet": {"loudness": -1, "energy": -0.5},
    "quieter": {"loudness": -1},
    "energetic": {"energy": 1},
    "calm": {"energy": -1},
    "calmer": {"energy": -1},
    "laid-back": {"energy": -1},
    "long": {"duration_ms": 1},
    "longer": {"duration_ms": 1},
    "short": {"duration_ms": -1},
    "shorter": {"duration_ms": -1},
}

SCENES = [  # invented kinds of music, in standard deviations from the usual catalogue
    {"danceability": 1.0, "energy": 0.7, "valence": 0.8, "loudness": 0.6, "acousticness": -0.7},
    {"energy": -1.1, "acousticness": 1.1, "loudness": -0.7, "valence": -0.6, "tempo": -0.4},
    {
        "energy": 1.1,
        "loudness": 0.8,
        "tempo": 0.9,
        "danceability": -0.8,
        "acousticness": -1.0,
        "valence": -0.4,
    },
    {"speechiness": 4.6, "liveness": 1.1, "acousticness": 0.6, "duration_ms": -0.9},
    {"instrumentalness": 2.0, "loudness": -1.8, "energy": -1.4, "acousticness": 1.3, "valence": -1.0},
    {"instrumentalness": 2.0, "energy": 0.7, "tempo": 0.4, "acousticness": -0.7},
    {"liveness": 2.8, "energy": 0.5},
    {"valence": 0.9, "acousticness": 0.7, "danceability": 0.4, "energy": -0.2, "duration_ms": -0.4},
    {"speechiness": 1.8, "danceability": 0.9, "energy": 0.3},
    {"duration_ms": 4.5, "energy": -0.6, "loudness": -0.9, "valence": -0.8},
    {"valence": -0.8, "energy": 0.6, "loudness": 0.6, "acousticness": -0.8, "tempo": -0.3},
    {"energy": -0.8, "tempo": 1.3, "danceability": -0.6, "acousticness": 0.5},
]


@pytest.mark.parametrize("seed", range(8))
def test_a_blind_reader_matches_names_to_cards(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(4, 13))
    kinds = rng.permutation(len(SCENES))[:k]
    owner = np.repeat(np.arange(k), np.sort(rng.integers(80, 400, k))[::-1])
    shifts = np.array([[SCENES[kind].get(f, 0.0) for f in FEATURE_NAMES] for kind in kinds])
    z = shifts[owner] + rng.normal(0, 0.6, (len(owner), len(FEATURE_NAMES)))
    centers, spreads = np.array(list(USUAL.values())).T
    clusters = cluster_statistics(centers + z * spreads, FEATURE_NAMES, owner.astype(np.int32))
    names = name_clusters(clusters)
    cards = np.array([[c.z[f] for f in FEATURE_NAMES] for c in clusters])
    agreement = np.zeros((k, k))
    for i, name in enumerate(names):
        wanted = np.zeros(len(FEATURE_NAMES))
        for word in re.findall(r"[\w-]+", name.name.lower()):
            for feature, sign in READING.get(word, {}).items():
                wanted[FEATURE_NAMES.index(feature)] += sign
        agreement[i] = (
            np.clip(cards, -2.5, 2.5) @ wanted / np.linalg.norm(cards, axis=1) / max(np.linalg.norm(wanted), 1)
        )
    _, guess = linear_sum_assignment(agreement, maximize=True)
    right = np.mean(guess == np.arange(k))
    assert right >= 0.8, [(n.name, names[g].name) for n, g in zip(names, guess, strict=True)]

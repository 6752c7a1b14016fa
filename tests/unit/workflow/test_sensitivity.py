"""Other settings: each is tried once, and compared over the tracks it has."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import MinMaxScaler

from songatlas.catalogue import make_catalogue
from songatlas.options import Options
from songatlas.seeds import stage_seed
from songatlas.workflow.prepare import prepare
from songatlas.workflow.refits import kmeans_refit
from songatlas.workflow.sensitivity import SCALERS, sensitivity
from songatlas.workflow.spoken import spoken_tracks

OPTIONS = Options()


@pytest.fixture(scope="module")
def ready():
    table = make_catalogue(300, seed=5)
    table.loc[:19, "speechiness"] = 0.9
    return prepare(table, OPTIONS)


@pytest.fixture(scope="module")
def labels(ready):
    return kmeans_refit(3, seed=0)(ready.X)


@pytest.fixture(scope="module")
def found(ready, labels):
    return sensitivity(ready, labels, 3, OPTIONS)


def test_every_combination_is_there_once_and_single_changes_come_first(found):
    assert len({(s.what, s.value) for s in found}) == len(found)
    assert (found[0].what, found[0].value) == ("starts", "other starts")
    n_changes = [s.what.count(" + ") for s in found]
    assert n_changes == sorted(n_changes)
    scalers = [s.value for s in found if s.what == "scaler"]
    features = [s.value for s in found if s.what == "features"]
    assert scalers == [s for s in SCALERS if s != "standard"] and "without duration" in features
    crossed = (len(scalers) + 1) * (len(features) + 1) * 2 - 1
    assert len(found) == 1 + crossed + 2  # starts, and two methods
    assert sorted({s.what for s in found if " + " in s.what}) == [
        "features + spoken word", "scaler + features", "scaler + features + spoken word", "scaler + spoken word",
    ]  # fmt: skip


def test_other_starts_are_those_of_another_seed(found, ready, labels):
    again = kmeans_refit(3, stage_seed(OPTIONS.seed, "sensitivity"))(ready.X)
    assert found[0].adjusted_rand == pytest.approx(adjusted_rand_score(labels, again))


def test_agreement_is_over_the_tracks_that_both_hold(found, ready):
    n_spoken = int(spoken_tracks(ready, OPTIONS).sum())
    for setting in found:
        missing = n_spoken if "spoken word" in setting.what else 0
        assert setting.n_tracks == len(ready.X) - missing
        assert setting.n_clusters == 3 and -0.5 <= setting.adjusted_rand <= 1


def test_a_setting_is_what_a_run_with_it_gives(found, ready, labels):
    rest = [j for j, name in enumerate(ready.scaling.features) if name != "duration_ms"]
    music = ~spoken_tracks(ready, OPTIONS)
    X = MinMaxScaler().fit_transform(ready.values[music][:, rest])
    again = KMeans(3, n_init=50, random_state=0).fit(X).labels_
    (setting,) = (s for s in found if s.value == "minmax, without duration, without spoken word")
    assert setting.adjusted_rand == pytest.approx(adjusted_rand_score(labels[music], again), abs=0.01)


def test_a_scaler_of_the_run_is_not_tried_as_another(ready):
    options = Options().with_values(scaler="minmax")
    labels = kmeans_refit(3, seed=0)(ready.X)
    scalers = [s.value for s in sensitivity(ready, labels, 3, options) if s.what == "scaler"]
    assert scalers == [s for s in SCALERS if s != "minmax"]


def test_groupings_that_are_known_are_not_made_again(ready, labels):
    found = sensitivity(ready, labels, 3, OPTIONS, known={"ward": labels})
    assert [s.adjusted_rand for s in found if s.value == "Ward"] == [1.0]


def test_noise_is_in_no_comparison(ready, labels):
    noisy = labels.copy()
    noisy[:40] = -1
    assert sensitivity(ready, noisy, 3, OPTIONS)[0].n_tracks == len(labels) - 40


@pytest.mark.parametrize("grouping", ["one cluster", "all noise", "more clusters than tracks"])
def test_what_is_no_grouping_is_not_tried(ready, grouping):
    labels = np.zeros(len(ready.X), dtype=np.int32)
    k = {"one cluster": 1, "all noise": 3, "more clusters than tracks": 10_000}[grouping]
    assert sensitivity(ready, labels - (grouping == "all noise"), k, OPTIONS) == ()


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
def test_two_features_one_of_them_duration_are_enough():
    options = Options().with_values(features=["energy", "duration_ms"])
    ready = prepare(make_catalogue(60, seed=1), options)
    found = sensitivity(ready, kmeans_refit(2, seed=0)(ready.X), 2, options)
    assert {"without duration"} <= {s.value for s in found}
    assert all(np.isfinite(s.adjusted_rand) for s in found)

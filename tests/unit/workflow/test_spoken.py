"""Spoken word: counted, attributed, and left out."""

import numpy as np
import pytest

from songatlas.catalogue import make_catalogue
from songatlas.options import Options
from songatlas.workflow.prepare import prepare
from songatlas.workflow.refits import kmeans_refit
from songatlas.workflow.spoken import spoken_tracks, spoken_word

SPOKEN = 30


@pytest.fixture(scope="module")
def catalogue():
    table = make_catalogue(400, seed=5)
    table["speechiness"] = table["speechiness"].clip(upper=0.5)
    table.loc[: SPOKEN - 1, "speechiness"] = 0.9
    table.loc[: SPOKEN - 1, "name_artists"] = ["Poet"] * 16 + ["Aunt"] * 7 + ["Zoe"] * 7
    return table


def ready_for(catalogue, **values):
    options = Options().with_values(**values)
    return prepare(catalogue, options), options


@pytest.fixture(scope="module")
def ready(catalogue):
    return ready_for(catalogue)[0]


@pytest.fixture(scope="module")
def labels(ready):
    return kmeans_refit(4, seed=0)(ready.X)


def test_spoken_tracks_are_told_from_the_rule_in_the_order_of_x(ready):
    found = spoken_tracks(ready, Options())
    speechiness = ready.values[:, ready.scaling.features.index("speechiness")]
    assert found.tolist() == (speechiness > 0.66).tolist() and 0 < found.sum() <= SPOKEN
    assert spoken_tracks(ready, Options().with_values(spoken_above=0.95)).sum() == 0


@pytest.mark.parametrize("values", [{}, {"spoken": "keep"}, {"keep_all": True}])
def test_spoken_word_in_the_grouping_is_counted_and_the_others_grouped_again(catalogue, values):
    ready, options = ready_for(catalogue, **values)
    found = spoken_word(ready, kmeans_refit(4, seed=0)(ready.X), options)
    assert found.mode == {(): "mark"}.get(tuple(values), "keep")
    assert found.n_tracks == spoken_tracks(ready, options).sum() and found.share == found.n_tracks / len(ready.X)
    assert sum(n for _, n in found.by) == found.n_tracks and found.by[0][0] == "Poet"
    assert [name for name, _ in found.by[1:]] == ["Aunt", "Zoe"] or found.by[1][1] > found.by[2][1]
    assert found.n_clusters_without == 4 and 0 < found.adjusted_rand <= 1


def test_set_aside_it_is_counted_and_nothing_made_again(catalogue):
    ready, options = ready_for(catalogue, spoken="set-aside")
    found = spoken_word(ready, np.arange(len(ready.X)) % 3, options)
    n_aside = int((ready.cleaning.reason == "spoken").sum())
    assert (found.mode, found.n_tracks) == ("set-aside", n_aside) and 0 < n_aside <= SPOKEN
    assert found.share == n_aside / (len(ready.X) + n_aside) and found.by[0][0] == "Poet"
    assert found.n_clusters_without is None and found.adjusted_rand is None


def test_the_grouping_made_without_it_is_that_of_a_run_without_it(catalogue, ready, labels):
    aside, _ = ready_for(catalogue, spoken="set-aside")
    seen = []

    def refit(X):
        seen.append(X)
        return np.zeros(len(X), dtype=np.int32)

    found = spoken_word(ready, labels, Options(), refit=refit)
    assert found.n_clusters_without == 1 and found.adjusted_rand == pytest.approx(0.0)
    (X,) = seen
    assert np.allclose(np.sort(X, axis=0), np.sort(aside.X, axis=0))


def test_the_others_are_compared_track_by_track(ready, labels):
    others = labels[~spoken_tracks(ready, Options())]
    found = spoken_word(ready, labels, Options(), refit=lambda X: 5 - others)
    assert found.adjusted_rand == 1.0 and found.n_clusters_without == len(np.unique(others))


def test_a_catalogue_without_it_says_so(catalogue):
    ready, options = ready_for(catalogue.assign(speechiness=0.05 + catalogue["speechiness"] / 10))
    found = spoken_word(ready, np.arange(len(ready.X)) % 3, options)
    assert (found.n_tracks, found.share, found.by, found.adjusted_rand) == (0, 0.0, (), None)


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
def test_without_speechiness_there_is_none(catalogue):
    ready, options = ready_for(catalogue.drop(columns="speechiness"))
    assert spoken_word(ready, np.zeros(len(ready.X), dtype=int), options) is None
    assert not spoken_tracks(ready, options).any()


def test_speechiness_need_not_be_clustered(catalogue):
    ready, options = ready_for(catalogue, features=["energy", "valence"])
    assert spoken_word(ready, np.arange(len(ready.X)) % 3, options).n_tracks > 0


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
def test_artists_need_not_be_known(catalogue):
    ready, options = ready_for(catalogue.drop(columns="name_artists"))
    assert spoken_word(ready, np.arange(len(ready.X)) % 3, options).by == ()


@pytest.mark.parametrize("grouping", ["one cluster", "all noise", "only spoken word in clusters"])
def test_what_is_no_grouping_is_not_made_again(ready, grouping):
    spoken = spoken_tracks(ready, Options())
    labels = np.zeros(len(spoken), dtype=int)
    if grouping != "one cluster":
        labels -= 1
    if grouping == "only spoken word in clusters":
        labels[np.flatnonzero(spoken)] = np.arange(spoken.sum()) % 2
    found = spoken_word(ready, labels, Options())
    assert found.n_tracks == spoken.sum() and found.adjusted_rand is None and found.n_clusters_without is None


def test_a_catalogue_of_spoken_word_alone(catalogue):
    ready, options = ready_for(catalogue.iloc[:SPOKEN].assign(speechiness=0.7 + np.arange(SPOKEN) / 200))
    found = spoken_word(ready, np.arange(len(ready.X)) % 2, options)
    assert found.share == 1.0 and found.adjusted_rand is None

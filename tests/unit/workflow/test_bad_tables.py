"""Tables whose columns or numbers are in the way of ours: nothing is lost, and what cannot be computed is said."""

import numpy as np
import pytest

import songatlas
from songatlas.errors import DataError, ParameterError
from songatlas.workflow.tables import moved_columns

QUICK = {"map": "none", "methods": ["ward"], "n_clusters_range": (2, 3), "no_evidence": True, "no_sub_moods": True}


@pytest.fixture(scope="module")
def catalogue():
    return songatlas.make_catalogue(40, seed=3)


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
def test_columns_named_like_ours_and_like_their_new_names_all_stay(catalogue):
    given = catalogue.assign(state="a", source_state="b", source_energy="q", x="c", hdbscan="d", row="e", marks="f")
    run = songatlas.cluster_tracks(given, **QUICK)
    names = run.data.source_columns
    assert len(names) == len(set(names)) == len(given.columns) and run.tracks.columns.is_unique
    for name, column in (("source_state_2", "state"), ("source_state", "source_state"), ("source_energy", "source_energy"),
                         ("energy", "energy"), ("source_x", "x"), ("source_hdbscan", "hdbscan"), ("row", "row"), ("source_marks", "marks")):  # fmt: skip
        assert name in names and (run.tracks[name] == given[column]).all()
    assert set(run.tracks["state"]) <= {"kept", "merged", "set_aside"}


def test_moved_columns_are_never_two_of_one_name():
    assert moved_columns(["state", "source_state", "source_state_2", "energy"]) == {"state": "source_state_3"}


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
@pytest.mark.parametrize("scaler", ["standard", "minmax", "robust", "none"])
def test_numbers_that_overflow_are_refused_by_name(catalogue, scaler):
    given = catalogue.astype({"duration_ms": float})
    given.loc[0, "duration_ms"] = 1e300
    with pytest.raises(DataError, match=r"duration_ms goes up to 1e\+300.*cannot be computed"):
        songatlas.cluster_tracks(given, keep_all=True, scaler=scaler, **QUICK)


@pytest.mark.filterwarnings("ignore::songatlas.errors.DataWarning")
def test_a_column_that_cannot_be_read_is_named(catalogue):
    with pytest.raises(DataError, match="only 0 of 40 .* energy: 40 cells cannot be read as numbers, such as 'loud'"):
        songatlas.cluster_tracks(catalogue.assign(energy="loud"), **QUICK)
    with pytest.raises(DataError, match="Without any number: energy. Leave such columns out with --features"):
        songatlas.cluster_tracks(catalogue.assign(energy=np.nan), **QUICK)


@pytest.mark.parametrize("values", [{"n_clusters": 1}, {"loud_above_db": float("nan")}])
def test_values_that_mean_nothing_are_refused(values):
    with pytest.raises(ParameterError, match=next(iter(values))):
        songatlas.Options().with_values(**values)

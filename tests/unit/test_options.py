"""Options: every name known in one place, TOML round trip, clear errors."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songatlas.errors import ParameterError
from songatlas.options import Options, option_homes, options_to_toml, read_options

CHANGED = Options().with_values(
    seed=7, n_clusters=5, methods=["kmeans", "hdbscan"], weights={"tempo": 2, 'odd "name"': 0.5},
    transforms={"duration_ms": "log"}, scaler="robust", keep_all=True, n_clusters_range=[3, 9], eps=1,
)  # fmt: skip


NAMING = Options().with_values(
    tracks=['a "quoted".csv', "postgresql://h/music"], features_from=["f.db"], features_table="t", encoding="cp1251"
)


@pytest.mark.parametrize("options", [Options(), CHANGED, NAMING])
def test_toml_reads_back_equal(tmp_path, options):
    path = tmp_path / "options.toml"
    path.write_text(options_to_toml(options), encoding="utf-8")
    assert read_options(path) == options


def test_options_that_name_their_files_say_how_to_repeat_the_run_without():
    assert "songatlas run FILE --options" in options_to_toml(Options())
    head = options_to_toml(NAMING).split("seed =")[0]
    assert "songatlas run --options" in head and "URLs are kept without user, password" in head


@given(st.text(max_size=20), st.floats(0.01, 1e6))
def test_any_feature_name_survives_toml(name, weight):
    options = Options().with_values(weights={name: weight})
    assert Options.from_dict(tomllib.loads(options_to_toml(options))) == options


def test_flat_names_are_unique():
    assert len(option_homes()) == sum(len(v) if isinstance(v, dict) else 1 for v in Options().to_dict().values())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_cluster": 3}, "unknown option 'n_cluster'. Did you mean 'n_clusters'"),
        ({"n_clusters": 2.5}, r"n_clusters must be a whole number.*got 2.5"),
        ({"n_clusters": True}, "n_clusters must be a whole number"),
        ({"n_clusters": 0}, "n_clusters must be 2 or more"),
        ({"n_clusters_range": [5, 3]}, r"n_clusters_range must be two whole numbers LOW:HIGH.*got '5:3'"),
        ({"n_clusters_range": [2, 3, 4]}, "n_clusters_range must be 2 numbers"),
        ({"scaler": "zscore"}, "scaler must be one of 'standard'"),
        ({"methods": "kmeans"}, "methods must be a list"),
        ({"methods": ["kmean"]}, "methods must be one of 'kmeans'"),
        ({"methods": []}, "at least one method"),
        ({"weights": {"tempo": 0}}, r"weights\['tempo'\] must be a positive number"),
        ({"eps": float("nan")}, "eps must be a positive number"),
        ({"eps": float("inf")}, "eps must be a positive number"),
        ({"seed": -1}, "seed must be a whole number of 0 or more"),
        ({"keep_all": "yes"}, "keep_all must be true or false"),
        ({"tracks": "a.csv"}, "tracks must be a list, each text, got 'a.csv'"),
    ],
)
def test_unusable_values_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        Options().with_values(**values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[cluster]\nn_cluster = 3", "unknown option cluster.n_cluster. Did you mean 'n_clusters'"),
        ("[clusters]\nn_clusters = 3", "unknown section or option 'clusters'"),
        ("n_clusters = 3", "unknown section or option 'n_clusters'"),
        ("[map]\nscaler = 'robust'", "unknown option map.scaler"),
        ("seed = ", "not valid TOML"),
    ],
)
def test_unusable_files_are_refused_by_name(tmp_path, text, message):
    path = tmp_path / "o.toml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=message) as caught:
        read_options(path)
    assert "o.toml" in str(caught.value)


def test_a_missing_options_file_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="cannot be read"):
        read_options(tmp_path / "absent.toml")

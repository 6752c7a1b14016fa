"""Choosing features: defaults, patterns, warnings and refusals."""

import numpy as np
import pandas as pd
import pytest

from songatlas.errors import DataError, DataWarning, ParameterError
from songatlas.options import Options
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.features import choose_features, drop_constant

TABLE = pd.DataFrame(
    {
        **{name: [0.1, 0.2] for name in FEATURE_NAMES},
        "popularity": [1, 2],
        "emb_0": [1.0, 2.0],
        "emb_1": [3.0, 4.0],
        "track_name": ["a", "b"],
    }
)


def options(**values):
    return Options().with_values(**values).features


def test_the_ten_features_are_the_default():
    chosen = choose_features(TABLE, options())
    assert chosen.names == FEATURE_NAMES and chosen.values.shape == (2, 10)


def test_absent_features_are_named_and_not_filled():
    with pytest.warns(DataWarning, match="the table has no loudness; the tracks are clustered by the other 9"):
        chosen = choose_features(TABLE.drop(columns="loudness"), options())
    assert chosen.dropped == {"loudness": "not in the table"}


def test_patterns_choose_embeddings():
    assert choose_features(TABLE, options(features=["emb_*"])).names == ("emb_0", "emb_1")


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["absent", "tempo"], "'absent' is not in the table"),
        (["track_name", "tempo"], "'track_name' is not numeric"),
    ],
)
def test_columns_that_cannot_be_clustered_are_refused(features, message):
    with pytest.raises(ParameterError, match=message):
        choose_features(TABLE, options(features=features))


def test_one_feature_is_refused():
    with pytest.raises(DataError, match="at least two features, found 1"):
        choose_features(TABLE, options(features=["tempo"]))


def test_popularity_is_clustered_only_with_a_warning():
    with pytest.warns(DataWarning, match="popularity is clustered because you asked for it"):
        choose_features(TABLE, options(features=["tempo", "popularity"]))


def test_weights_of_columns_not_clustered_are_refused():
    with pytest.raises(ParameterError, match="weights: 'popularity' is not among"):
        choose_features(TABLE, options(weights={"popularity": 2}))


def test_constant_features_are_dropped_with_a_warning():
    with pytest.warns(DataWarning, match="b is constant"):
        assert list(drop_constant(["a", "b"], np.array([[1.0, 5.0], [2.0, 5.0]]))) == ["b"]

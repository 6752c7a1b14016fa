"""Scaling equals scikit-learn's, and what was learned puts new tracks on the same scale."""

import numpy as np
import pytest
from sklearn.preprocessing import (
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from songatlas.errors import ParameterError
from songatlas.options import Options
from songatlas.tracks.scale import fit_scaling, scale

RNG = np.random.default_rng(0)
NAMES = ("a", "b", "c")
VALUES = np.column_stack([RNG.normal(5, 2, 400), RNG.exponential(3, 400), RNG.random(400)])
ORACLES = {
    "standard": StandardScaler(),
    "minmax": MinMaxScaler(),
    "robust": RobustScaler(),
    "quantile": QuantileTransformer(n_quantiles=400, output_distribution="normal", subsample=None),
    "power": PowerTransformer(),
}


def fitted(**values):
    return fit_scaling(NAMES, VALUES, Options().with_values(**values).features, {})


@pytest.mark.parametrize("scaler", ORACLES)
def test_scalers_equal_scikit_learn_on_old_and_new_tracks(scaler):
    oracle = ORACLES[scaler].fit(VALUES)
    new = VALUES[:50] * 1.1
    np.testing.assert_allclose(scale(VALUES, fitted(scaler=scaler)), oracle.transform(VALUES), atol=1e-9)
    np.testing.assert_allclose(scale(new, fitted(scaler=scaler)), oracle.transform(new), atol=1e-9)


def test_weights_stretch_a_feature():
    plain, heavy = scale(VALUES, fitted()), scale(VALUES, fitted(weights={"b": 3.0}))
    np.testing.assert_allclose(heavy, plain * [1, 3, 1])


def test_transforms_come_before_the_scaler():
    logged = VALUES.copy()
    logged[:, 1] = np.log1p(logged[:, 1])
    np.testing.assert_allclose(scale(VALUES, fitted(transforms={"b": "log"})), StandardScaler().fit_transform(logged))


def test_the_unit_of_a_feature_changes_nothing():
    other = fit_scaling(NAMES, VALUES * [1000, 1, 0.001], Options().features, {})
    np.testing.assert_allclose(scale(VALUES * [1000, 1, 0.001], other), scale(VALUES, fitted()), atol=1e-9)


def test_the_input_is_not_changed():
    before = VALUES.copy()
    scale(VALUES, fitted(transforms={"b": "sqrt", "c": "logit"}))
    np.testing.assert_array_equal(VALUES, before)


@pytest.mark.parametrize(("kind", "name"), [("log", "a"), ("sqrt", "a"), ("logit", "b")])
def test_a_transform_that_is_not_defined_is_refused(kind, name):
    values = VALUES - [100, 0, 0]
    with pytest.raises(ParameterError, match=rf"transforms\['{name}'\]: {kind} needs values"):
        fit_scaling(NAMES, values, Options().with_values(transforms={name: kind}).features, {})

"""Puts features on one scale, and remembers how, so that a later track can be put on the same one.

A value goes through its transform, then the scaler, then is multiplied by its weight. The scalers are
scikit-learn's; what they learn is kept as plain arrays, so that a saved run needs no pickle.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import (
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from songatlas.errors import ParameterError
from songatlas.options import FeatureOptions
from songatlas.results import FloatArray, Scaling

_LOGIT_EDGE = 1e-3  # 0 and 1 have no logit: the outermost thousandths are moved in


def fit_scaling(names: Sequence[str], values: FloatArray, options: FeatureOptions, dropped: dict[str, str]) -> Scaling:
    """Return the scaling learned from the tracks that will be clustered.

    Parameters
    ----------
    names : sequence of str
    values : ndarray of shape (n_tracks, n_features)
        Finite values in the features' own units.
    options : FeatureOptions
    dropped : dict
        Columns not used and why; kept in the result.

    Raises
    ------
    ParameterError
        When a transform is not defined for a value that occurs.
    """
    transforms = {name: kind for name, kind in options.transforms.items() if name in names and kind != "none"}
    T = _transformed(names, values, transforms)
    arrays = _learned(T, options.scaler)
    weights = {name: weight for name, weight in options.weights.items() if name in names}
    return Scaling(tuple(names), transforms, options.scaler, weights, arrays, dropped)


def scale(values: FloatArray, scaling: Scaling) -> FloatArray:
    """Return the values on the run's scale.

    Parameters
    ----------
    values : ndarray of shape (n_tracks, n_features)
        Finite values in the features' own units, columns as in ``scaling.features``.

    Returns
    -------
    ndarray of shape (n_tracks, n_features), float64, C-contiguous
    """
    T = _transformed(scaling.features, values, scaling.transforms)
    arrays = scaling.arrays
    if scaling.scaler == "quantile":
        quantile = QuantileTransformer(output_distribution="normal")
        quantile.quantiles_, quantile.references_ = arrays["quantiles"], arrays["references"]
        quantile.n_quantiles_, quantile.n_features_in_ = len(arrays["references"]), T.shape[1]
        X = quantile.transform(T)
    else:
        if scaling.scaler == "power":
            power = PowerTransformer(standardize=False)
            power.lambdas_, power.n_features_in_ = arrays["lambdas"], T.shape[1]
            T = power.transform(T)
        X = (T - arrays["center"]) / arrays["scale"]
    weights = np.array([scaling.weights.get(name, 1.0) for name in scaling.features])
    return np.ascontiguousarray(X * weights)


def _learned(T: FloatArray, scaler: str) -> dict[str, FloatArray]:
    zero, one = np.zeros(T.shape[1]), np.ones(T.shape[1])
    if scaler == "standard":
        with np.errstate(over="ignore", invalid="ignore"):  # values that overflow are refused by name later
            standard = StandardScaler().fit(T)
        return {"center": standard.mean_, "scale": standard.scale_}
    if scaler == "minmax":
        minmax = MinMaxScaler().fit(T)
        return {"center": minmax.data_min_, "scale": 1.0 / minmax.scale_}
    if scaler == "robust":
        robust = RobustScaler().fit(T)
        return {"center": robust.center_, "scale": robust.scale_}
    if scaler == "quantile":
        quantile = QuantileTransformer(n_quantiles=min(1000, len(T)), output_distribution="normal", subsample=None).fit(
            T
        )
        return {"quantiles": quantile.quantiles_, "references": quantile.references_}
    if scaler == "power":
        power = PowerTransformer(standardize=False).fit(T)
        standard = StandardScaler().fit(power.transform(T))
        return {
            "lambdas": np.asarray(power.lambdas_, float),
            "center": standard.mean_,
            "scale": standard.scale_,
        }
    return {"center": zero, "scale": one}


def _transformed(names: Sequence[str], values: NDArray[np.float64], transforms: object) -> FloatArray:
    T = np.array(values, dtype=np.float64, order="C", copy=True)
    for j, name in enumerate(names):
        kind = transforms.get(name, "none")  # type: ignore[attr-defined]
        column = T[:, j]
        if kind in ("log", "sqrt") and column.min(initial=0.0) < 0:
            raise ParameterError(
                f"transforms[{name!r}]: {kind} needs values of 0 or more, but {column.min():g} occurs. "
                "Use another transform, or the power scaler."
            )
        if kind == "logit" and (column.min(initial=0.0) < 0 or column.max(initial=0.0) > 1):
            raise ParameterError(f"transforms[{name!r}]: logit needs values from 0 to 1, but {column.max():g} occurs.")
        if kind == "log":
            T[:, j] = np.log1p(column)
        elif kind == "sqrt":
            T[:, j] = np.sqrt(column)
        elif kind == "logit":
            inside = np.clip(column, _LOGIT_EDGE, 1 - _LOGIT_EDGE)
            T[:, j] = np.log(inside / (1 - inside))
    return T

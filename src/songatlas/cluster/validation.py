"""Checks the features the estimators are given, and names the row and the feature that cannot be used."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from songatlas.errors import DataError
from songatlas.kernels.rows import check_finite


def checked_features(
    estimator: BaseEstimator, X: ArrayLike, *, limit: float = np.inf, reset: bool = True
) -> NDArray[np.float64]:
    """Return X as float64 in C order; as scikit-learn checks it, but values that are not finite by row and feature.

    Parameters
    ----------
    estimator : BaseEstimator
        Gets ``n_features_in_`` and, for tables, ``feature_names_in_``.
    X : array-like of shape (n_tracks, n_features)
    limit : float
        Values must be below it in magnitude.
    reset : bool, default True
        False compares X with what the estimator was fitted on instead.
    """
    rows: NDArray[np.float64] = validate_data(
        estimator, X, dtype=np.float64, order="C", ensure_all_finite=False, reset=reset
    )
    names: Any = getattr(estimator, "feature_names_in_", None)
    try:
        check_finite(rows, limit, names)
    except ValueError as err:
        raise DataError(str(err)) from err
    return rows

"""Gaussian mixtures by scikit-learn, one per number of clusters, compared by BIC."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from songatlas.results import FloatArray

from .labels import relabel_by_size

_N_INIT = 2
_REGULARIZATION = 1e-4  # scaled features: keeps a component from collapsing onto copies of one track


@dataclass(frozen=True)
class Mixture:
    """One fitted mixture: labels by most probable component, and its BIC (Schwarz 1978), lower is better."""

    n_components: int
    labels: NDArray[np.int32]
    bic: float
    converged: bool


def fit_gaussian_mixtures(
    X: FloatArray,
    n_components: Sequence[int],
    *,
    seed: int,
    advance: Callable[[float], object] | None = None,
) -> list[Mixture]:
    """Return one mixture of full covariances per number of components, on all tracks.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    n_components : sequence of int
    seed : int
    advance : callable, optional
        Called with the share of the work just done.
    """
    found = []
    for k in n_components:
        model = GaussianMixture(
            k,
            covariance_type="full",
            n_init=_N_INIT,
            reg_covar=_REGULARIZATION,
            max_iter=300,
            random_state=seed,
        ).fit(X)
        labels = relabel_by_size(model.predict(X).astype(np.int32), X)
        found.append(Mixture(k, labels, float(model.bic(X)), bool(model.converged_)))
        if advance is not None:
            advance(1 / len(n_components))
    return found

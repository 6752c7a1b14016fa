"""K-Means for k = 2 to 15, ten starts each, until no track moves."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..work import Check, Given, Tool, Work

KS = tuple(range(2, 16))
_SAME = 1e-5  # relative: two inertias this close are one solution, but for a track or two on a border
_TIE = 1e-9  # relative: a track this close to the border between two means may go either way


class Sweep(NamedTuple):
    """Labels for every k, shape (n_k, n_tracks), and whether starts went on until the best was met twice."""

    labels: NDArray[np.int32]
    confirmed: bool


def sweep(X: FloatArray, given: Given, *, confirm: bool = True) -> Sweep:
    """Return K-Means for every k as a run finds it, or from ten starts alone."""
    from songatlas.kernels.kmeans import kmeans_sweep
    from songatlas.seeds import stage_seed

    fits = kmeans_sweep(X, KS, n_init=10, seed=stage_seed(0, "kmeans"), effort="confirmed" if confirm else "refined")
    return Sweep(np.stack([fit.labels for fit in fits]), confirm)


def _ten_starts(X: FloatArray, given: Given) -> Sweep:
    return sweep(X, given, confirm=False)


def _scikit_learn(X: FloatArray, given: Given) -> Sweep:
    from sklearn.cluster import KMeans

    return Sweep(np.stack([KMeans(n_clusters=k, n_init=10, random_state=0).fit(X).labels_ for k in KS]), False)


def judged(X: FloatArray, labels: NDArray[Any]) -> tuple[float, int]:
    """Return a labeling's inertia, and how many tracks are nearer to the mean of another cluster; NumPy and SciPy."""
    from scipy.spatial.distance import cdist

    means = np.stack([X[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    inertia, n_elsewhere = 0.0, 0
    for start in range(0, len(X), 50_000):
        part = slice(start, start + 50_000)
        squares = cdist(X[part], means, "sqeuclidean")
        own = squares[np.arange(len(squares)), labels[part]]
        inertia += float(own.sum())
        n_elsewhere += int((squares.min(axis=1) < own * (1.0 - _TIE)).sum())
    return inertia, n_elsewhere


def _check(data: Data, given: Given, ours: Sweep, other: Sweep | None) -> Check:
    """Check convergence, and the inertia: ten starts of either tool are as lucky as they are, on average over k."""
    inertias, elsewhere = np.array([judged(data.X, labels) for labels in ours.labels]).T
    settled = f"{elsewhere.sum():,.0f} tracks of 14 × {len(data.X):,} nearer to another mean"
    if other is None:
        return Check(bool(elsewhere.sum() == 0), settled)
    theirs, astray = np.array([judged(data.X, labels) for labels in other.labels]).T
    excess = inertias / theirs - 1.0
    no_worse = excess.max() <= _SAME if ours.confirmed else excess.mean() <= _SAME
    text = (
        f"inertia, by SciPy, from {excess.min():+.3%} to {excess.max():+.4%} of the other's over the 14 k, "
        f"{excess.mean():+.3%} on average; {settled} (the other's {astray.sum():,.0f})"
    )
    return Check(bool(no_worse and elsewhere.sum() == 0), text)


WORK = Work(
    key="kmeans",
    title="K-Means, k = 2…15, to convergence",
    ours=(
        Tool("ten", "kmeans_sweep(n_init=10, effort='refined')", _ten_starts),
        Tool("confirmed", "kmeans_sweep(n_init=10): restarted until the best was met twice, as in a run", sweep),
    ),
    others=(
        Tool(
            "scikit-learn",
            "KMeans(n_init=10), its defaults, a fit per k",
            _scikit_learn,
            package="scikit-learn",
            largest=100_000,
            limit="takes minutes a run",
        ),
    ),
    check=_check,
)

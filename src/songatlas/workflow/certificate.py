"""The stability certificate: refits a grouping on parts of the tracks and with other seeds, and says what came back.

Parts are drawn in shuffles: one shuffle of all tracks is cut into as many parts as it holds, so that every track is
held equally often (halves come in complementary pairs; Shah and Samworth 2013, J. R. Stat. Soc. B 75). Half of the
tracks is the usual part (the default of ``clusterboot`` in Hennig's R package fpc); where a method is slow on it, a
part is smaller and there are fewer refits. Both are stated.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from songatlas.cluster.gaussian_mixture import fit_gaussian_mixtures
from songatlas.cluster.hdbscan import fit_hdbscan
from songatlas.cluster.ward import cut_tree
from songatlas.errors import ParameterError
from songatlas.evidence import Certificate
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.threads import run_in_chunks
from songatlas.kernels.ward import ward_tree
from songatlas.metrics.stability import cluster_stabilities, stability
from songatlas.progress import SILENT, Progress
from songatlas.results import FloatArray, LabelArray
from songatlas.seeds import stage_seed

IntArray = NDArray[np.int64]
Fit = Callable[[FloatArray, int], LabelArray]

_MOST_REFITS, _FEWEST_REFITS = 50, 20
# Tracks fitted in all refits together: what takes 2 to 6 seconds on two cores with ten features.
_TRACKS_FITTED = {
    "kmeans": 5_000_000,
    "ward": 240_000,
    "dbscan": 1_000_000,
    "hdbscan": 100_000,
    "gaussian_mixture": 100_000,
}
# A part holds at least this share of the tracks, so that twenty refits hold every track once.
_LEAST_SHARE = 1 / 20
# Fewer tracks than this for each cluster of a part say nothing.
_TRACKS_PER_CLUSTER = 2
# As many as a run begins with; on parts of real songs they led where confirmed searches did, four did not always.
_KMEANS_STARTS = 10
_HDBSCAN_LEAST = 5
# Refits in memory at once. Only those by compiled loops run side by side: warnings can be filtered in one thread only.
_AT_ONCE = 8
# From so few refits a track's consistency has so few values that it is worth a word.
_SELDOM_HELD = 5


@dataclass(frozen=True)
class _Plan:
    """How many refits there are, on how many tracks each, by what, how many at once, and what is to be said of that."""

    n_refits: int
    part_size: int
    fit: Fit
    note: str = ""
    at_once: int = _AT_ONCE


def certify(
    X: FloatArray,
    labels: LabelArray,
    method: str,
    params: Mapping[str, float],
    *,
    n_refits: int | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Certificate:
    """Return whether a method's grouping comes back on parts of the tracks and with other seeds.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features (unitless), in value order as in `Prepared`: then the order of the file changes nothing.
    labels : ndarray of shape (n_tracks,), int32
        The grouping, 0..n_clusters−1, −1 noise.
    method : str
        'kmeans', 'ward', 'dbscan', 'hdbscan' or 'gaussian_mixture'.
    params : mapping of str to float
        Those of its `Candidate`: DBSCAN needs eps and min_samples, HDBSCAN min_cluster_size and min_samples; the
        others are refitted with as many clusters as ``labels`` has.
    n_refits : int, optional
        By default 50, and fewer, down to 20, where the method is slow on so many tracks.
    seed : int, default 0
        The run's seed. The result does not depend on the number of threads.
    progress : Progress, optional

    Returns
    -------
    Certificate
        With ``n_refits`` 0 and the reason in ``note`` where there is nothing to come back.

    Raises
    ------
    ParameterError
        When the method is unknown, a parameter is missing, or X and labels do not belong together.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [0.2], [0.3], [9.0], [9.1], [9.2], [9.3]])
    >>> found = certify(X, np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32), "ward", {"n_clusters": 2}, n_refits=5)
    >>> found.part_size, found.adjusted_rand, [cluster.grade for cluster in found.clusters]
    (4, (1.0, 1.0, 1.0, 1.0, 1.0), ['solid', 'solid'])
    """
    if len(X) != len(labels):
        raise ParameterError(
            f"X and labels must be of the same tracks, got {len(X):,} rows and {len(labels):,} labels."
        )
    if n_refits is not None and n_refits < 1:
        raise ParameterError(f"n_refits must be 1 or more, got {n_refits!r}.")
    n_clusters = int(labels.max(initial=-1)) + 1
    plan = _plan(len(X), n_clusters, method, params, n_refits)
    reason = _nothing_to_come_back(labels, n_clusters, plan.part_size)
    if reason:
        none = np.full(len(labels), np.nan, dtype=np.float32)
        return Certificate(method, n_clusters, 0, 0, (), (), none, reason)
    with progress.step(f"{plan.n_refits} refits of {method}", 1.0) as step:
        found = stability(labels, _refits(X, plan, seed, step.advance))
    return Certificate(
        method,
        n_clusters,
        plan.n_refits,
        plan.part_size,
        tuple(found.adjusted_rand.tolist()),
        cluster_stabilities(found.jaccard),
        found.consistency,
        " ".join(filter(None, (plan.note, _coarseness(plan, len(X))))),
    )


def _nothing_to_come_back(labels: LabelArray, n_clusters: int, part_size: int) -> str:
    """Return why refits would say nothing; empty where they do."""
    if n_clusters == 0:
        return "Every track is noise: there is no cluster that could come back."
    if n_clusters == 1 and labels.min() >= 0:
        return "There is one cluster: it comes back always, and that says nothing."
    if part_size < _TRACKS_PER_CLUSTER * max(n_clusters, 2):
        return f"{len(labels):,} tracks in {n_clusters} clusters are too few to be refitted on a part of them."
    return ""


def _refits(
    X: FloatArray, plan: _Plan, seed: int, advance: Callable[[float], object]
) -> Iterator[tuple[IntArray, LabelArray]]:
    """Yield the positions of each part's tracks and the labels of the refit on them."""
    for first in range(0, plan.n_refits, plan.at_once):
        numbers = range(first, min(first + plan.at_once, plan.n_refits))
        parts = [_part(len(X), plan.part_size, number, seed) for number in numbers]
        seeds = [stage_seed(seed, f"certificate: refit {number}") for number in numbers]
        yield from zip(parts, _fitted(X, parts, seeds, plan.fit, lambda n: advance(n / plan.n_refits)), strict=True)


def _fitted(
    X: FloatArray, parts: Sequence[IntArray], seeds: Sequence[int], fit: Fit, advance: Callable[[float], object]
) -> list[LabelArray]:
    """Return the labels of the refits on some parts, made side by side."""
    labels = [np.empty(0, dtype=np.int32)] * len(parts)

    def work(start: int, stop: int) -> None:
        for i in range(start, stop):
            labels[i] = fit(np.ascontiguousarray(X[parts[i]]), seeds[i])

    run_in_chunks(work, len(parts), 1, advance)
    return labels


def _part(n_tracks: int, size: int, number: int, seed: int) -> IntArray:
    """Return the positions in a part, rising; consecutive parts share no track as long as a shuffle lasts."""
    shuffle, place = divmod(number, n_tracks // size)
    random = np.random.default_rng(stage_seed(seed, f"certificate: shuffle {shuffle}"))
    return np.sort(random.permutation(n_tracks)[place * size : (place + 1) * size])


def _coarseness(plan: _Plan, n_tracks: int) -> str:
    times = plan.n_refits * plan.part_size / n_tracks
    if times >= _SELDOM_HELD:
        return ""
    return f"A track was in {times:.1f} of the refits on average: the consistency of a single track is coarse."


# --- what is refitted, and how -----------------------------------------------------------------------------


def refit_sizes(n_tracks: int, method: str, n_refits: int | None = None) -> tuple[int, int]:
    """Return how many refits there are, unless told, and of how many tracks each (of somewhat fewer for DBSCAN).

    Raises
    ------
    ParameterError
        When the method is unknown.

    Examples
    --------
    >>> refit_sizes(95_837, "kmeans"), refit_sizes(95_837, "ward"), refit_sizes(1_000_000, "kmeans")
    ((50, 47918), (20, 11979), (20, 250000))
    """
    if method not in _TRACKS_FITTED:
        raise ParameterError(f"method must be one of {', '.join(map(repr, _TRACKS_FITTED))}, got {method!r}.")
    half, most = n_tracks // 2, _TRACKS_FITTED[method]
    if n_refits is None:
        n_refits = max(_FEWEST_REFITS, min(_MOST_REFITS, most // max(half, 1)))
    size = min(half, max(most // n_refits, int(n_tracks * _LEAST_SHARE)))
    n_parts = n_tracks // (size + 1) + 1  # of a shuffle, which leaves fewer tracks over than that
    return n_refits, n_tracks // n_parts


def _plan(n_tracks: int, n_clusters: int, method: str, params: Mapping[str, float], n_refits: int | None) -> _Plan:
    n_refits, size = refit_sizes(n_tracks, method, n_refits)
    if method == "dbscan":
        return _dbscan_plan(n_tracks, n_refits, size, _needed(params, "eps"), int(_needed(params, "min_samples")))
    if method == "hdbscan":
        counts = int(_needed(params, "min_cluster_size")), int(_needed(params, "min_samples"))
        return _hdbscan_plan(n_refits, size, size / max(n_tracks, 1), *counts)
    if method == "ward":
        return _Plan(n_refits, size, lambda X, seed: cut_tree(ward_tree(X), n_clusters), _ward_note(params))
    if method == "kmeans":
        return _Plan(n_refits, size, lambda X, seed: _fit_kmeans(X, n_clusters, seed))
    return _Plan(n_refits, size, lambda X, seed: _fit_mixture(X, n_clusters, seed), at_once=1)


def _needed(params: Mapping[str, float], name: str) -> float:
    if name not in params:
        raise ParameterError(f"params must hold {name!r}, got {dict(params)!r}.")
    return params[name]


def _fit_kmeans(X: FloatArray, n_clusters: int, seed: int) -> LabelArray:
    return kmeans_sweep(X, [n_clusters], n_init=_KMEANS_STARTS, effort="refined", seed=seed)[0].labels


def _fit_mixture(X: FloatArray, n_clusters: int, seed: int) -> LabelArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a refit that has not converged is one that moved
        return fit_gaussian_mixtures(X, [n_clusters], seed=seed)[0].labels


def _ward_note(params: Mapping[str, float]) -> str:
    if "height" not in params:
        return ""
    return "Refits are cut into as many clusters, not at the same height, which grows with the number of tracks."


def _dbscan_plan(n_tracks: int, n_refits: int, size: int, eps: float, min_samples: int) -> _Plan:
    """Return a plan whose parts are of a size that scales min_samples to a whole number, so that density is kept."""
    scaled = max(1, int(min_samples * (size + 0.5) / max(n_tracks, 1)))  # half of an odd number is half of it
    note = "Refits keep eps; how many clusters they find is left to them."
    if min_samples > 1:
        size = min(size, n_tracks * scaled // min_samples)
        note = (
            f"Refits keep eps and take min_samples {scaled} instead of {min_samples}, as a part has {scaled} / "
            f"{min_samples} of the tracks; how many clusters they find is left to them."
        )
    return _Plan(n_refits, size, lambda X, seed: next(dbscan_grid(X, [eps], [scaled])).labels, note)


def _hdbscan_plan(n_refits: int, size: int, share: float, min_cluster_size: int, min_samples: int) -> _Plan:
    scaled = [min(count, max(_HDBSCAN_LEAST, round(count * share))) for count in (min_cluster_size, min_samples)]
    note = (
        f"Refits take min_cluster_size {scaled[0]} instead of {min_cluster_size} and min_samples {scaled[1]} instead "
        f"of {min_samples}, as a part has {share:.0%} of the tracks; how many clusters they find is left to them."
    )
    return _Plan(n_refits, size, lambda X, seed: fit_hdbscan(X, [scaled[0]], min_samples=scaled[1])[0], note, at_once=1)

"""Would the clusters come back? Compares a grouping with refits of it on parts of the tracks.

A refit sees a part of the tracks and starts from other random numbers. It is compared with the reference on the tracks
of the part: adjusted Rand for the grouping as a whole (noise is a group of its own there), Jaccard for each cluster
(Hennig: with the cluster of the refit most like it), and, for each track, whether it fell into the cluster matched one
to one to its own. Making the refits is not done here; how labels are numbered matters nowhere.

A grouping that comes back need not mean anything: two halves of a long cloud come back as well. That question belongs
to `songatlas.metrics.tendency`. Source: Hennig, C. (2007), "Cluster-wise assessment of cluster stability", Comput.
Stat. Data Anal. 52; and (2008), "Dissolution point and isolation robustness", J. Multivariate Anal. 99.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError
from songatlas.evidence import (
    CORE_CONSISTENCY,
    DISSOLVED_JACCARD,
    FAIR_JACCARD,
    HOME_CONSISTENCY,
    SOLID_JACCARD,
    ClusterStability,
    Grade,
    Standing,
)

from .external import adjusted_rand_score, contingency, matched_labels

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LOW_PERCENTILE = 5.0


@dataclass(frozen=True)
class Stability:
    """What the refits say of a grouping.

    Attributes
    ----------
    adjusted_rand : ndarray of shape (n_refits,)
        Of each refit with the reference on the tracks of its part; noise is a group of its own.
    jaccard : ndarray of shape (n_refits, n_clusters)
        Of each cluster's tracks in the part with the cluster of the refit most like them, 0–1; NaN where the part
        has none of its tracks.
    consistency : ndarray of shape (n_tracks,), float32
        Share of the refits holding the track in which it lay in the cluster matched to its own, 0–1; NaN for noise,
        and for tracks that no refit held.
    n_held : ndarray of shape (n_tracks,), int64
        Refits that held the track.
    """

    adjusted_rand: FloatArray
    jaccard: FloatArray
    consistency: NDArray[np.float32]
    n_held: IntArray


def stability(labels: ArrayLike, refits: Iterable[tuple[ArrayLike, ArrayLike]]) -> Stability:
    """Return how well a grouping comes back in its refits.

    Parameters
    ----------
    labels : array-like of shape (n_tracks,), int
        The reference: 0..n_clusters−1, −1 noise.
    refits : iterable of (positions, labels)
        Of each refit, the positions of its tracks in the reference, each once, shape (n_part,), and their labels, any
        integers, below 0 noise. Taken one by one, so that they need not be kept.

    Raises
    ------
    ParameterError
        When labels are no whole numbers from −1 up, or a refit does not fit them.

    Examples
    --------
    >>> found = stability([0, 0, 1, 1], [([0, 1, 2, 3], [5, 5, 8, 8]), ([0, 1, 2], [0, 0, 0])])
    >>> found.adjusted_rand.tolist(), found.jaccard.round(2).tolist()
    ([1.0, 0.0], [[1.0, 1.0], [0.67, 0.33]])
    >>> found.consistency.tolist()
    [1.0, 1.0, 0.5, 1.0]
    """
    reference = _checked_labels(labels)
    n_clusters = int(reference.max(initial=-1)) + 1
    n_home, n_held = np.zeros(len(reference), dtype=np.int64), np.zeros(len(reference), dtype=np.int64)
    rand, jaccard = [], []
    for positions, found in refits:
        part, other = _checked_refit(positions, found, len(reference))
        own = reference[part]
        rand.append(adjusted_rand_score(own, other))
        jaccard.append(_jaccard(own, other, n_clusters))
        n_held[part] += 1
        n_home[part] += _at_home(own, other)
    counts = (n_held > 0) & (reference >= 0)
    consistency = np.full(len(reference), np.nan, dtype=np.float32)
    consistency[counts] = n_home[counts] / n_held[counts]
    return Stability(np.array(rand, dtype=float), np.reshape(jaccard, (len(rand), n_clusters)), consistency, n_held)


def cluster_stabilities(jaccard: ArrayLike) -> tuple[ClusterStability, ...]:
    """Return the mean, the 5th percentile and the grade of each cluster's Jaccard.

    Parameters
    ----------
    jaccard : array-like of shape (n_refits, n_clusters)
        0–1; NaN, where the part had none of the cluster's tracks, is left out.

    Examples
    --------
    >>> [c.grade for c in cluster_stabilities([[0.9, 0.9, 0.5], [0.9, 0.4, 0.6]])]
    ['solid', 'fair', 'doubtful']
    """
    stabilities = []
    for label, column in enumerate(np.asarray(jaccard, dtype=np.float64).T):
        known = column[~np.isnan(column)]
        mean, low = (known.mean(), np.percentile(known, LOW_PERCENTILE)) if len(known) else (np.nan, np.nan)
        stabilities.append(ClusterStability(label, float(mean), float(low), cluster_grade(float(mean), float(low))))
    return tuple(stabilities)


def cluster_grade(jaccard_mean: float, jaccard_low: float) -> Grade:
    """Return the grade of a cluster whose Jaccard has this mean and this 5th percentile.

    Solid: .75 or more on average, and above .5, where a cluster has dissolved, in 19 refits of 20. Fair: .6 or more on
    average. Doubtful: the others, and those that no refit held (NaN).

    Examples
    --------
    >>> cluster_grade(0.8, 0.7), cluster_grade(0.8, 0.3), cluster_grade(0.5, 0.4)
    ('solid', 'fair', 'doubtful')
    """
    if jaccard_mean >= SOLID_JACCARD and jaccard_low > DISSOLVED_JACCARD:
        return "solid"
    return "fair" if jaccard_mean >= FAIR_JACCARD else "doubtful"


def track_standings(consistency: ArrayLike) -> list[Standing | None]:
    """Return the standing of each track; None where its consistency is NaN: noise, or held by no refit.

    Parameters
    ----------
    consistency : array-like of shape (n_tracks,)
        0–1 or NaN.

    Examples
    --------
    >>> track_standings([0.95, 0.5, 0.2, float("nan")])
    ['core', 'borderline', 'homeless', None]
    """
    values = np.asarray(consistency, dtype=np.float32)
    names: list[Standing | None] = ["homeless", "borderline", "core", None]
    level = (values >= np.float32(HOME_CONSISTENCY)).astype(int) + (values >= np.float32(CORE_CONSISTENCY))
    level[np.isnan(values)] = 3
    return [names[i] for i in level]


def _jaccard(own: IntArray, other: IntArray, n_clusters: int) -> FloatArray:
    """Return the best Jaccard of each cluster with a cluster of the refit; noise is no cluster on either side."""
    shared = contingency(own, other)
    union = shared.sizes[0][shared.first] + shared.sizes[1][shared.second] - shared.counts
    noise = own.min(initial=0) < 0, other.min(initial=0) < 0  # then it is first among the sorted labels
    real = shared.second >= noise[1]
    best = np.zeros(len(shared.sizes[0]))
    np.maximum.at(best, shared.first[real], shared.counts[real] / union[real])
    jaccard = np.full(n_clusters, np.nan)
    jaccard[np.flatnonzero(np.bincount(own[own >= 0], minlength=n_clusters))] = best[int(noise[0]) :]
    return jaccard


def _at_home(own: IntArray, other: IntArray) -> NDArray[np.bool_]:
    """Return which tracks lie in the cluster of the refit that is matched one to one to their own."""
    home = (own >= 0) & (other >= 0)
    home[home] = matched_labels(own[home], other[home]) == own[home]
    return home


def _checked_labels(labels: ArrayLike) -> IntArray:
    array = np.asarray(labels)
    whole = array.ndim == 1 and (array.size == 0 or np.issubdtype(array.dtype, np.integer))
    if not whole or array.min(initial=0) < -1:
        raise ParameterError(f"labels must be whole numbers from -1 up, got {array.dtype} of shape {array.shape}.")
    return array.astype(np.int64)


def _checked_refit(positions: ArrayLike, labels: ArrayLike, n_tracks: int) -> tuple[IntArray, IntArray]:
    """Return positions and labels, all noise as −1."""
    part, found = np.asarray(positions, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    if part.ndim != 1 or part.shape != found.shape:
        raise ParameterError(
            f"a refit needs one label for each of its tracks, got shapes {part.shape} and {found.shape}."
        )
    counts = np.bincount(part, minlength=n_tracks) if part.min(initial=0) >= 0 else np.full(1, 2)
    if len(counts) > max(n_tracks, 1) or counts.max(initial=0) > 1:
        raise ParameterError(f"a refit's positions must be from 0 to {n_tracks - 1}, each once.")
    return part, np.maximum(found, -1)

"""Gathers the curves of the criteria from the scored solutions of K-Means and Ward, and holds the ballot on them."""

import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from songatlas.cluster.votes import RULE, hold_ballot
from songatlas.cluster.ward import suggest_n_clusters
from songatlas.errors import DataWarning
from songatlas.evidence import Ballot
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.metrics.external import adjusted_rand_score
from songatlas.provenance import Provenance
from songatlas.results import FloatArray, LabelArray
from songatlas.seeds import stage_seed

from .scoring import Trial

N_PARTS = 10
PART_SIZE = 5_000
_STARTS = 5

Curves = dict[str, list[float | None]]


def ballot_of(
    numbers: Sequence[int],
    trials: Mapping[str, Sequence[Trial]],
    tree: FloatArray | None,
    *,
    choose: str,
    more: Mapping[str, tuple[Sequence[float | None], Provenance]] | None = None,
) -> Ballot | None:
    """Return the ballot on the number of clusters, or None where neither K-Means nor Ward was run.

    Parameters
    ----------
    numbers : sequence of int
    trials : mapping of method to its trials
        One for each of ``numbers``, in their order (a Ward tree cut at a height may follow).
    tree : ndarray of shape (n_tracks − 1, 4), optional
        The Ward tree.
    choose : str
        'consensus' or the criterion that decides; where that has no number to give, consensus does, with a warning.
    more : mapping of criterion to curve and provenance, optional
        Criteria that are not read off the trials, such as stability.
    """
    cut = {name: list(trials[name][: len(numbers)]) for name in ("kmeans", "ward") if name in trials}
    if not cut:
        return None
    lead = next(iter(cut.values()))
    exact = Provenance(len(lead[0].labels))
    curves = _curves(numbers, cut, tree)
    made = dict.fromkeys(curves, exact)
    for name, (curve, provenance) in (more or {}).items():
        curves[name], made[name] = list(curve), provenance
    barred = [trial.candidate.barred for trial in lead]
    ballot = hold_ballot(numbers, curves, barred, choose=choose, provenance=made)
    if choose != "consensus" and ballot.rule == RULE and len(numbers) > 1:
        warnings.warn(f"choose={choose!r} cannot decide. {ballot.reason}", DataWarning, stacklevel=2)
    return ballot


def _curves(numbers: Sequence[int], cut: Mapping[str, Sequence[Trial]], tree: FloatArray | None) -> Curves:
    curves: Curves = {}
    for method, ending in (("kmeans", ""), ("ward", "_ward")):
        if method in cut:
            candidates = [trial.candidate for trial in cut[method]]
            curves[f"silhouette{ending}"] = [c.silhouette for c in candidates]
            curves[f"davies_bouldin{ending}"] = [c.davies_bouldin for c in candidates]
            if method == "kmeans":
                curves["calinski_harabasz"] = [c.calinski_harabasz for c in candidates]
            if method == "kmeans" or "kmeans" not in cut:
                curves["elbow"] = curves["knee"] = [c.inertia for c in candidates]
    if len(cut) == 2:
        pairs = zip(cut["kmeans"], cut["ward"], strict=True)
        curves["agreement"] = [adjusted_rand_score(a.labels, b.labels) for a, b in pairs]
    if tree is not None and len(numbers) > 1 and numbers[-1] < len(tree) + 1:
        jumps = suggest_n_clusters(tree, numbers[0], numbers[-1])[1]
        at = [number - numbers[0] for number in numbers]
        curves["ward_jump"] = [float(jumps[i]) if np.isfinite(jumps[i]) else None for i in at]
    for name in {"silhouette_ward", "davies_bouldin_ward", "ward_jump"} & set(curves):
        # The ballot bars what is degenerate in K-Means only; Ward's own degenerate solutions have no say either.
        curves[name] = [None if t.candidate.barred else v for t, v in zip(cut["ward"], curves[name], strict=True)]
    return curves


def stability_curve(
    X: FloatArray,
    labelings: Sequence[LabelArray],
    numbers: Sequence[int],
    seed: int,
    advance: Callable[[float], object],
) -> tuple[list[float | None], Provenance]:
    """Return how well K-Means comes back on parts of the tracks, at each number of clusters.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    labelings : sequence of ndarray of shape (n_tracks,), int
        The solutions on all tracks, one for each number.
    numbers : sequence of int
    seed : int
        The run's seed.
    advance : callable
        Called with 1 after each part.

    Returns
    -------
    curve : list of float or None
        Mean adjusted Rand, over ten random parts, of a part's own solution with that of all tracks; None where the
        part has too few tracks.
    provenance : Provenance
        The sample is one part.
    """
    size = min(len(X) // 2, PART_SIZE)
    possible = [k for k in numbers if 2 * k <= size]
    found = np.zeros((N_PARTS, len(possible)))
    for part in range(N_PARTS if possible else 0):
        random = np.random.default_rng([stage_seed(seed, "stability"), part])
        rows = np.sort(random.choice(len(X), size, replace=False))
        fits = kmeans_sweep(X[rows], possible, n_init=_STARTS, seed=part, effort="plain")
        for i, fit in enumerate(fits):
            found[part, i] = adjusted_rand_score(labelings[numbers.index(possible[i])][rows], fit.labels)
        advance(1.0)
    means = dict(zip(possible, found.mean(axis=0).tolist(), strict=True))
    return [means.get(k) for k in numbers], Provenance(len(X), size)

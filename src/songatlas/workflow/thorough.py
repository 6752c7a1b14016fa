"""More criteria for the number of clusters, for ``--thorough``: shown beside the ballot, never counted in it.

The rule of consensus was measured without them (`songatlas.cluster.votes`), so they do not move it; they tell whether
other schools of thought would say the same. Unlike the criteria that count, all four can prefer one cluster. They look
at random parts of the tracks, each criterion at parts of its own. There the standard error of the gap is wider and the
penalty of BIC weighs more than on all tracks, so both lean to fewer clusters.

Sources: Tibshirani, R., Walther, G., and Hastie, T. (2001), "Estimating the number of clusters in a data set via the
gap statistic", J. R. Stat. Soc. B 63; Tibshirani, R., and Walther, G. (2005), "Cluster validation by prediction
strength", J. Comput. Graph. Stat. 14; Schwarz, G. (1978), "Estimating the dimension of a model", Ann. Stat. 6;
Campello, R., Moulavi, D., and Sander, J. (2013), "Density-based clustering based on hierarchical density estimates",
PAKDD.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from songatlas.cluster.gaussian_mixture import fit_gaussian_mixtures
from songatlas.cluster.hdbscan import fit_hdbscan
from songatlas.cluster.votes import MORE_CRITERIA
from songatlas.evidence import Vote
from songatlas.kernels.kmeans import KMeansSolution, kmeans_sweep, nearest_centers
from songatlas.kernels.threads import run_in_chunks
from songatlas.metrics.contingency import contingency
from songatlas.progress import Progress
from songatlas.provenance import Provenance
from songatlas.results import FloatArray, LabelArray
from songatlas.seeds import stage_seed

PART_SIZE = 4_000
DENSITY_PART_SIZE = 10_000
N_PARTS = 5
N_REFERENCES = 20
N_SPLITS = 20
MODE_SHARE = 0.01  # of the part's tracks, that a region must hold to be a mode
FEWEST_TRACKS = 20
_FEWEST_IN_MODE = 5
_STARTS = 2  # refined by swaps; the tracks and the references get as many, so that neither has the better optima

Advance = Callable[[float], object]
Curve = dict[int, float]


def more_votes(X: FloatArray, numbers: Sequence[int], seed: int, progress: Progress) -> tuple[Vote, ...]:
    """Return the votes of the gap statistic, prediction strength, BIC of Gaussian mixtures and density modes.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features (unitless).
    numbers : sequence of int
        The numbers of clusters tried, rising. One cluster is tried with them where they begin with two.
    seed : int
        The run's seed; each criterion derives its own.
    progress : Progress

    Returns
    -------
    tuple of Vote
        In the order of `songatlas.cluster.votes.MORE_CRITERIA`; none counts. Curves have a value for each of
        ``numbers``; that of the gap is gap(k) − (gap(k + 1) − s(k + 1)), that of the density modes is empty of values.
        ``n_clusters`` is 1 where a criterion sees one cloud. All abstain on fewer than 20 tracks.
    """
    makers = {"gap": _gap, "prediction_strength": _prediction_strength, "bic": _bic, "density_modes": _density_modes}
    with threadpool_limits(1):  # else last digits could vary with the threads; the mixtures have threads of their own
        return tuple(makers[name](X, numbers, stage_seed(seed, name), progress) for name in MORE_CRITERIA)


# --- gap statistic ---------------------------------------------------------------------------------------


def gap_statistic(
    X: FloatArray, numbers: Sequence[int], seed: int, *, size: int = PART_SIZE, advance: Advance | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return how much closer K-Means clusters lie together than in evenly strewn tracks, and its standard error.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    numbers : sequence of int
        Below the number of different tracks.
    seed : int
    size : int, default 4,000
        Tracks in each of five random parts, and in each of twenty references; all tracks once where there are no more.
    advance : callable, optional
        Called with 1 after each part and reference.

    Returns
    -------
    gap, error : ndarray of shape (n_numbers,)
        Mean of log W of the references less that of the parts, W being the inertia; NaN where a part has too few
        different tracks. The error is the standard deviation of the references times √(1 + 1 / 20), as published:
        that of drawing the tracks is not in it.

    Notes
    -----
    References are strewn evenly over a box along the principal components that holds all of X. A box around each part
    would hang on the few extreme tracks that happen to be in it: on real songs the answer then went from 1 to 13.
    """
    size = min(size, len(X))
    n_parts = N_PARTS if size < len(X) else 1
    mean = X.mean(axis=0)
    directions = np.linalg.eigh(np.atleast_2d(np.cov(X, rowvar=False)))[1]
    turned = (X - mean) @ directions
    low, high = turned.min(axis=0), turned.max(axis=0)
    found = np.empty((n_parts + N_REFERENCES, len(numbers)))
    for i in range(len(found)):
        random = np.random.default_rng([seed, i])
        if i < n_parts:
            rows = X[np.sort(random.choice(len(X), size, replace=False))]
        else:
            rows = mean + random.uniform(low, high, (size, len(low))) @ directions.T
        found[i] = [np.log(f.inertia) if f.n_clusters < f.n_distinct else np.nan for f in _swept(rows, numbers, seed)]
        if advance is not None:
            advance(1.0)
    own, strewn = found[:n_parts], found[n_parts:]
    return strewn.mean(axis=0) - own.mean(axis=0), strewn.std(axis=0) * np.sqrt(1 + 1 / N_REFERENCES)


def _gap(X: FloatArray, numbers: Sequence[int], seed: int, progress: Progress) -> Vote:
    size = min(len(X), PART_SIZE)
    made = Provenance(len(X), size)  # an estimate on all tracks too: the references are drawn
    tried = [k for k in (*_with_one(numbers), numbers[-1] + 1) if k < size]
    if size < FEWEST_TRACKS or len(tried) < 2:
        return _vote("gap", numbers, {}, made)
    with progress.step("gap statistic", float(N_REFERENCES + (N_PARTS if size < len(X) else 1))) as step:
        gap, error = gap_statistic(X, tried, seed, size=size, advance=step.advance)
    steps = [i for i, k in enumerate(tried[:-1]) if tried[i + 1] == k + 1 and np.isfinite(gap[i + 1])]
    leads = {tried[i]: float(gap[i] - gap[i + 1] + error[i + 1]) for i in steps}
    figures = {k: f" (gap {g:.3f}, standard error {s:.3f})" for k, g, s in zip(tried, gap, error, strict=True)}
    return _vote("gap", numbers, leads, made, figures)


# --- prediction strength ---------------------------------------------------------------------------------


def prediction_strength(labels: LabelArray, foretold: LabelArray) -> float:
    """Return the share of pairs of a cluster that the other half's centers keep together, in the weakest cluster.

    Parameters
    ----------
    labels : ndarray of shape (n_tracks,), int
        The clusters found in these tracks.
    foretold : ndarray of shape (n_tracks,), int
        The nearest of the centers found in the other half.

    Returns
    -------
    float
        0–1; a cluster of one track, which has no pairs, counts as 1 (as in the R package fpc).

    Examples
    --------
    >>> prediction_strength(np.array([0, 0, 0, 1, 1]), np.array([4, 4, 5, 5, 5]))
    0.3333333333333333
    """
    table = contingency(labels, foretold).table()
    sizes = table.sum(axis=1)
    together, pairs = (table * (table - 1)).sum(axis=1), sizes * (sizes - 1)
    return float((together[pairs > 0] / pairs[pairs > 0]).min(initial=1.0))


def _prediction_strength(X: FloatArray, numbers: Sequence[int], seed: int, progress: Progress) -> Vote:
    half = min(len(X), PART_SIZE) // 2
    tried = [k for k in numbers if 2 * k <= half] if len(X) >= FEWEST_TRACKS else []
    made = Provenance(len(X), 2 * half)  # an estimate on all tracks too: the halves are drawn
    if not tried:
        return _vote("prediction_strength", numbers, {}, made)
    found = np.empty((N_SPLITS, len(tried)))
    with progress.step("prediction strength", float(N_SPLITS)) as step:
        for split in range(N_SPLITS):
            rows = np.random.default_rng([seed, split]).permutation(len(X))[: 2 * half]
            one, other = X[rows[:half]], X[rows[half:]]
            for i, (a, b) in enumerate(zip(_swept(one, tried, seed), _swept(other, tried, seed), strict=True)):
                forth = prediction_strength(b.labels, nearest_centers(other, a.centers))
                back = prediction_strength(a.labels, nearest_centers(one, b.centers))
                several = tried[i] <= min(a.n_distinct, b.n_distinct)
                found[split, i] = (forth + back) / 2 if several else np.nan
            step.advance(1.0)
    strengths = {k: s for k, s in zip(tried, found.mean(axis=0).tolist(), strict=True) if np.isfinite(s)}
    alone = {1: 1.0} if numbers[0] == 2 and strengths else {}  # one cluster foretells itself
    vote = _vote("prediction_strength", numbers, alone | strengths, made)
    if vote.n_clusters not in strengths:
        return vote
    value = strengths[vote.n_clusters]
    margin = 1.96 * float(found[:, tried.index(vote.n_clusters)].std(ddof=1)) / N_SPLITS**0.5
    return replace(vote, provenance=replace(made, low=value - margin, high=value + margin))


# --- Gaussian mixtures -----------------------------------------------------------------------------------


def _bic(X: FloatArray, numbers: Sequence[int], seed: int, progress: Progress) -> Vote:
    """Return the vote of the mixtures with no more parameters than tracks."""
    part, made = _part(X, PART_SIZE, seed)
    n_features = X.shape[1]
    n_parameters = 1 + n_features + n_features * (n_features + 1) // 2  # weight, mean and covariance of a component
    n_different = _n_different(part)
    most = min(len(part) // n_parameters, n_different - 1) if n_different >= FEWEST_TRACKS else 0
    tried = [k for k in _with_one(numbers) if k <= most]
    if len(tried) < 2:
        return _vote("bic", numbers, {}, made)
    found: Curve = {}

    def work(first: int, stop: int) -> None:
        for k in tried[first:stop]:
            (fit,) = fit_gaussian_mixtures(part, [k], seed=seed)
            if fit.converged:
                found[k] = fit.bic

    with progress.step("Gaussian mixtures of a part", float(len(tried))) as step, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what does not converge has no value in the curve
        run_in_chunks(work, len(tried), 1, step.advance)
    return _vote("bic", numbers, found, made)


# --- density modes ---------------------------------------------------------------------------------------


def _density_modes(X: FloatArray, numbers: Sequence[int], seed: int, progress: Progress) -> Vote:
    """Return the number of dense regions; HDBSCAN finds no cluster where the density never parts in two."""
    part, made = _part(X, DENSITY_PART_SIZE, seed)
    title, curve = MORE_CRITERIA["density_modes"].title, (None,) * len(numbers)
    if _n_different(part) < FEWEST_TRACKS:
        return Vote("density_modes", title, None, curve, "too few different tracks", made, counts=False)
    size = max(_FEWEST_IN_MODE, round(len(part) * MODE_SHARE))
    with progress.step("density modes", 1.0) as step:
        # As many neighbors as tracks in a mode: the one parameter of the method's authors.
        (labels,) = fit_hdbscan(part, [size], min_samples=size, advance=step.advance)
    n_modes = int(labels.max()) + 1
    noise = f"{(labels < 0).mean():.0%}".replace("%", " %")
    why = f"dense regions of {size} tracks and more, with {noise} of the tracks between them"
    if n_modes == 0:
        n_modes, why = 1, f"the density never parts into two regions of {size} tracks and more"
    return Vote("density_modes", title, n_modes, curve, why, made, counts=False)


# --- what they share -------------------------------------------------------------------------------------


def _part(X: FloatArray, size: int, seed: int) -> tuple[FloatArray, Provenance]:
    """Return random tracks, all where there are no more, in table order, and how many they are."""
    if len(X) <= size:
        return X, Provenance(len(X))
    rows = np.sort(np.random.default_rng(seed).choice(len(X), size, replace=False))
    return X[rows], Provenance(len(X), size)


def _swept(X: FloatArray, numbers: Sequence[int], seed: int) -> list[KMeansSolution]:
    return kmeans_sweep(X, numbers, n_init=_STARTS, seed=seed, effort="refined")


def _n_different(X: FloatArray) -> int:
    return len(np.unique(X, axis=0))


def _with_one(numbers: Sequence[int]) -> list[int]:
    """Return the numbers, with one before them where they begin with two."""
    return [1, *numbers] if numbers[0] == 2 else list(numbers)


def _vote(
    name: str,
    numbers: Sequence[int],
    values: Mapping[int, float],
    made: Provenance,
    figures: Mapping[int, str] | None = None,
) -> Vote:
    """Return what a criterion prefers among the numbers with a value, one cluster included; and the figures there."""
    criterion = MORE_CRITERIA[name]
    curve = tuple(values.get(k) for k in numbers)
    if not values:
        return Vote(name, criterion.title, None, curve, "too few different tracks", made, counts=False)
    known = sorted(values)
    best, why = criterion.prefer(known, [values[k] for k in known])
    chosen = None if best is None else known[best]
    why += (figures or {}).get(chosen or 0, "")
    return Vote(name, criterion.title, chosen, curve, why, made, counts=False)

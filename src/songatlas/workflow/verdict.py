"""Is there anything at all? The grouping beside groupings of catalogues that have no groups, and the verdict.

The rule was measured on catalogues whose groups are known, and on clouds without groups (``docs/judgement.md``).
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from songatlas.cluster.n_clusters import LARGEST_SHARE
from songatlas.cluster.ward import cut_tree
from songatlas.evidence import NullComparison, Verdict, VerdictKind
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.silhouette import silhouette_samples
from songatlas.kernels.threads import run_in_chunks
from songatlas.kernels.ward import ward_tree
from songatlas.metrics.external import adjusted_rand_score
from songatlas.metrics.internal import centroid_scores
from songatlas.metrics.tendency import NULLS, NULLS_OF_ONE_FEATURE, hopkins_statistic
from songatlas.progress import Progress
from songatlas.provenance import Provenance
from songatlas.results import FloatArray, LabelArray
from songatlas.seeds import stage_seed

_TRACKS = "tracks"
# The verdict rests on the first null: its smallest simulated p-value is 1 in 40, that of the others 1 in 20.
N_CATALOGUES = {_TRACKS: 10, "copula": 39, "one_mode": 39, "gaussian": 19, "permuted": 19}
PART_SIZE = 5_000
LEAST_EXCESS = 0.01  # of the silhouette over that of one cloud; clouds without groups come within .003
LEAST_EXCESS_OF_ONE = 0.05  # of one feature alone: even, normal and long-tailed ones come within .04, groups reach .1
SAME_GROUPS = 0.70  # adjusted Rand of K-Means with Ward; songs, a continuum, reach .6, groups that overlap .7 and more
_STARTS = 5
_SCORES = ("silhouette", "davies_bouldin", "calinski_harabasz")
_HIGHER = {"silhouette": 1.0, "davies_bouldin": -1.0, "calinski_harabasz": 1.0}
_P_VALUE = 0.05

RULE = (
    f"No structure: the silhouette is not {LEAST_EXCESS:g} above that of one cloud with the same features (each with "
    "its own distribution, and their rank correlations; a Gaussian copula), or not higher than in 95 % of such clouds. "
    f"Groups: it is, and Ward finds the same groups as K-Means (adjusted Rand of {SAME_GROUPS:g} and more). A "
    "continuum, usefully divided: all else."
)
RULE_OF_ONE_FEATURE = (
    f"No structure: the silhouette is not {LEAST_EXCESS_OF_ONE:g} above that of one cloud with a distribution like "
    "that of the only feature, but of one mode, or not higher than in 95 % of such clouds. Groups: it is, and Ward "
    f"finds the same groups as K-Means (adjusted Rand of {SAME_GROUPS:g} and more). A continuum, usefully divided: all "
    "else."
)
_SENTENCES: dict[VerdictKind, str] = {
    "groups": "The tracks fall into groups.",
    "continuum": (
        "The tracks form a continuum: they are not strewn evenly, but no gaps part them. The clusters are a useful "
        "division of it, not groups that are there by themselves."
    ),
    "none": "There is no structure to speak of: one cloud with the same features divides as well as these tracks do.",
}
_OF_ONE_FEATURE = (NULLS_OF_ONE_FEATURE, LEAST_EXCESS_OF_ONE, RULE_OF_ONE_FEATURE)


def judge_structure(
    X: FloatArray, n_clusters: int, agreement: float | None, seed: int, progress: Progress
) -> Verdict | None:
    """Return the verdict on a grouping into so many clusters, or None where nothing can be said.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features (unitless).
    n_clusters : int
        2 or above.
    agreement : float or None
        Adjusted Rand of K-Means with Ward at this number; None where one of them was not run: then both are, on a part.
    seed : int
        The run's seed.
    progress : Progress

    Returns
    -------
    Verdict or None
        None where there are too few tracks, or K-Means only parts a few tracks from one cluster that holds nine tenths
        and more. Comparisons are estimates: of random parts of the tracks, each with a null catalogue of the same size.
    """
    size = min(len(X), PART_SIZE)
    if size < 4 * n_clusters or size < 20:
        return None
    seed = stage_seed(seed, "null catalogues")
    line = _line(X)
    X, nulls, least, rule = (X, NULLS, LEAST_EXCESS, RULE) if line is None else (line, *_OF_ONE_FEATURE)
    random = np.random.default_rng([seed, max(N_CATALOGUES.values())])
    part = _part(X, size, random)
    labels = _fitted(part, n_clusters, 0)
    if np.bincount(labels).max() >= LARGEST_SHARE * size:
        return None
    made, agreed = Provenance(len(X), size), Provenance(len(X))
    if agreement is None:
        agreement, agreed = adjusted_rand_score(labels, cut_tree(ward_tree(part), n_clusters)), made
    jobs = [(name, number) for name in (_TRACKS, *nulls) for number in range(N_CATALOGUES[name])]
    values = np.empty((len(jobs), len(_SCORES)))

    def work(first: int, stop: int) -> None:
        for job in range(first, stop):
            name, number = jobs[job]
            own = np.random.default_rng([seed, number])
            rows = _part(X, size, own)
            values[job] = _scores(nulls[name][1](rows, own) if name in nulls else rows, n_clusters, number)

    with progress.step("catalogues without groups", float(len(jobs))) as step:
        run_in_chunks(work, len(jobs), 1, step.advance)
    found = {name: values[[job[0] == name for job in jobs]] for name in (_TRACKS, *nulls)}
    comparisons = tuple(
        _comparison(name, title, score, found[_TRACKS][:, s], found[name][:, s], made)
        for name, (title, _) in nulls.items()
        for s, score in enumerate(_SCORES)
    )
    kind = _kind(comparisons[0], least, agreement)
    hopkins, low, high = hopkins_statistic(part, random)
    cloud = hopkins_statistic(next(iter(nulls.values()))[1](part, random), random)[0]
    figures = {
        "silhouette_excess": comparisons[0].excess,
        "hopkins_of_one_cloud": cloud,
        "agreement_of_kmeans_and_ward": agreement,
    }
    how = {"silhouette_excess": made, "hopkins_of_one_cloud": made, "agreement_of_kmeans_and_ward": agreed}
    probes = Provenance(len(X), min(500, size), low, high)
    return Verdict(kind, _SENTENCES[kind], rule, comparisons, figures, how, hopkins, probes)


def _part(X: FloatArray, size: int, random: np.random.Generator) -> FloatArray:
    """Return a random part of the tracks, or all of them."""
    return X[np.sort(random.choice(len(X), size, replace=False))] if size < len(X) else X


def _kind(silhouette: NullComparison, least: float, agreement: float) -> VerdictKind:
    """Return the verdict from the silhouette beside that of clouds with the same features."""
    if not (silhouette.excess >= least and silhouette.p_value <= _P_VALUE):
        return "none"
    return "groups" if agreement >= SAME_GROUPS else "continuum"


def _line(X: FloatArray) -> FloatArray | None:
    """Return the tracks along one line, shape (n_tracks, 1), where there is one feature or all rank them alike."""
    first = rankdata(X[:, 0])
    for column in X.T[1:]:
        ranks = rankdata(column)
        if not (np.array_equal(ranks, first) or np.array_equal(len(X) + 1 - ranks, first)):
            return None
    centered = X - X.mean(axis=0)
    line: FloatArray = centered @ np.linalg.svd(centered, full_matrices=False)[2][0]
    return line[:, None]


def _fitted(X: FloatArray, n_clusters: int, seed: int) -> LabelArray:
    (fit,) = kmeans_sweep(X, [n_clusters], n_init=_STARTS, seed=seed, effort="plain")
    return fit.labels


def _scores(X: FloatArray, n_clusters: int, seed: int) -> Sequence[float]:
    labels = _fitted(X, n_clusters, seed)
    (found,) = centroid_scores(X, labels[None], silhouettes=False)
    several = len(found.sizes) > 1
    silhouette = float(silhouette_samples(X, labels[None]).mean()) if several else 0.0
    return silhouette, _number(found.davies_bouldin), _number(found.calinski_harabasz)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _comparison(
    name: str, title: str, score: str, own: FloatArray, null: FloatArray, made: Provenance
) -> NullComparison:
    value, mean, std = float(own.mean()), float(null.mean()), float(null.std(ddof=1))
    sign = _HIGHER[score]
    reached = int((~(sign * null < sign * value)).sum())  # a score that is not defined speaks for nothing
    return NullComparison(
        null=name,
        title=title,
        score=score,
        value=value,
        null_mean=mean,
        null_std=std,
        effect=sign * (value - mean) / std if std > 0 else 0.0,
        p_value=(reached + 1) / (len(null) + 1),
        n_catalogues=len(null),
        provenance=made,
    )

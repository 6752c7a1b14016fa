"""Values that are more common in a cluster than in the catalogue: genres, decades, artists.

Rare values would win every list if it went by lift alone (one track of one gives the highest lift there is),
so values need support and are ordered by how sure the difference is: the z-score of the log odds ratio with
the catalogue as prior (Monroe, Colaresi and Quinn 2008, "Fightin' Words", Political Analysis 16, 372–403).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import FloatArray, LabelArray, Lift

MIN_COUNT = 5  # tracks a value needs in a cluster; 2 in catalogues of fewer than SMALL tracks
SMALL = 500
MIN_SCORE = 1.645  # one-sided 5 % of a normal score
PRIOR_WEIGHT = (
    10.0  # pseudo-tracks, spread over the values as in the catalogue: pulls small clusters to the average
)


def lifted_values(
    rows: NDArray[np.int64], values: Iterable[str], labels: LabelArray, *, n_clusters: int, top: int = 10
) -> tuple[tuple[Lift, ...], ...]:
    """Return, for each cluster, the values that set it apart, surest first.

    Parameters
    ----------
    rows : ndarray of shape (n_pairs,), int
        Position of the track that has the value; a track may occur several times, with different values.
    values : iterable of str, length n_pairs
    labels : ndarray of shape (n_tracks,), int
        −1 (noise) counts in the catalogue only.
    n_clusters : int
    top : int
        At most so many values per cluster.

    Returns
    -------
    tuple of n_clusters tuples of Lift
        ``share`` is of the cluster's tracks that have any value, ``lift`` = share / the same share in the
        catalogue. A value needs `MIN_COUNT` tracks in the cluster (2 where fewer than `SMALL` tracks have
        any value), lift above 1 and a log-odds score of `MIN_SCORE`. Empty where nothing qualifies.
    """
    codes, names = pd.factorize(pd.Series(values, dtype=object), sort=True)
    if not len(names):
        return ((),) * n_clusters
    owner = labels[rows]
    inside = owner >= 0
    flat = np.bincount(owner[inside] * len(names) + codes[inside], minlength=n_clusters * len(names))
    counts = flat.reshape(n_clusters, len(names))
    overall = np.bincount(codes, minlength=len(names))
    known = np.unique(rows)
    totals = np.bincount(labels[known][labels[known] >= 0], minlength=n_clusters)
    min_count = MIN_COUNT if len(known) >= SMALL else 2
    scores = log_odds_scores(counts, totals, overall, len(known))
    return tuple(
        _top(names, counts[c], totals[c], overall / len(known), scores[c], min_count, top)
        for c in range(n_clusters)
    )


def log_odds_scores(
    counts: NDArray[np.int64], totals: NDArray[np.int64], overall: NDArray[np.int64], n_known: int
) -> FloatArray:
    """Return the z-score of the log odds ratio of each value inside each cluster against outside it.

    Shapes: counts (n_clusters, n_values), totals (n_clusters,), overall (n_values,); the result is as counts.
    Both sides get `PRIOR_WEIGHT` pseudo-tracks in the catalogue's proportions.
    """
    share = overall / n_known
    alpha = np.minimum(PRIOR_WEIGHT * share, PRIOR_WEIGHT - 1e-9)
    rest = np.maximum(PRIOR_WEIGHT - alpha, 1e-9)
    inside, outside = counts + alpha, overall - counts + alpha
    not_inside = totals[:, None] - counts + rest
    not_outside = (n_known - totals)[:, None] - (overall - counts) + rest
    delta = np.log(inside / not_inside) - np.log(outside / not_outside)
    scores: FloatArray = delta / np.sqrt(1 / inside + 1 / outside)
    return scores


def _top(
    names: pd.Index,
    counts: NDArray[np.int64],
    total: int,
    shares: FloatArray,
    scores: FloatArray,
    min_count: int,
    top: int,
) -> tuple[Lift, ...]:
    lift = counts / max(int(total), 1) / shares
    fits = np.flatnonzero((counts >= min_count) & (lift > 1) & (scores >= MIN_SCORE))
    best = fits[np.argsort(-scores[fits], kind="stable")][:top]
    return tuple(Lift(str(names[i]), int(counts[i]), float(counts[i] / total), float(lift[i])) for i in best)


def split_values(column: pd.Series, separator: str = ";") -> tuple[NDArray[np.int64], list[str]]:
    """Return (track position, value) pairs of a text column whose cells may hold several values.

    Empty and missing cells give no pair; a value that a cell repeats counts once.
    """
    codes, cells = pd.factorize(column, use_na_sentinel=True)
    parts = [
        list(dict.fromkeys(part.strip() for part in str(cell).split(separator) if part.strip()))
        for cell in cells
    ]
    known = np.flatnonzero(codes >= 0)
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    rows = np.repeat(known, sizes[codes[known]])
    values = [value for code in codes[known] for value in parts[code]]
    return rows.astype(np.int64), values

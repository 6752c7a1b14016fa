"""Values that are more common in a cluster than in the catalogue: genres, decades, artists.

Rare values would win every list if it went by lift alone (one track of one gives the highest lift there is),
so values need support and are ordered by how sure the difference is: the z-score of the log odds ratio with
the catalogue as prior (Monroe, Colaresi and Quinn 2008, "Fightin' Words", Political Analysis 16, 372–403).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import FloatArray, LabelArray, Lift

MIN_COUNT = 5  # tracks a value needs in a cluster; 2 in catalogues of fewer than SMALL tracks
SMALL = 500
MIN_SCORE = 2.326  # one-sided 1 % of a normal score
PRIOR_WEIGHT = 10.0  # pseudo-tracks, spread over the values as in the catalogue: pulls small clusters to the average


@dataclass(frozen=True)
class TrackValues:
    """Which track has which values: pairs of a track position and a code (index of the value in ``names``).

    A track has any number of values, none of them twice.
    """

    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    names: tuple[str, ...]


def lifted_values(
    values: TrackValues, labels: LabelArray, *, n_clusters: int, top: int = 10
) -> tuple[tuple[Lift, ...], ...]:
    """Return, for each cluster, the values that set it apart, surest first.

    Parameters
    ----------
    values : TrackValues
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
    n_names = len(values.names)
    if not n_names or not n_clusters:
        return ((),) * n_clusters
    owner = labels[values.rows].astype(np.int64)
    inside = owner >= 0
    flat = np.bincount(owner[inside] * n_names + values.codes[inside], minlength=n_clusters * n_names)
    counts = flat.reshape(n_clusters, n_names)
    overall = np.bincount(values.codes, minlength=n_names)
    known = np.unique(values.rows)
    totals = np.bincount(labels[known][labels[known] >= 0], minlength=n_clusters)
    scores = log_odds_scores(counts, totals, overall, len(known))
    shares = counts / np.maximum(totals, 1)[:, None]
    lifts = shares / (overall / len(known))
    min_count = MIN_COUNT if len(known) >= SMALL else 2
    fits = (counts >= min_count) & (lifts > 1) & (scores >= MIN_SCORE)
    found = []
    for c in range(n_clusters):
        best = np.flatnonzero(fits[c])
        best = best[np.argsort(-scores[c, best], kind="stable")][:top]
        rows = [(int(counts[c, i]), float(shares[c, i]), float(lifts[c, i])) for i in best]
        found.append(tuple(Lift(values.names[i], *row) for i, row in zip(best, rows, strict=True)))
    return tuple(found)


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


def track_values(cells: pd.Series, separator: str | None = None) -> TrackValues:
    """Return the values of a column, in alphabetical order; cells may hold several, joined by ``separator``.

    Empty and missing cells give no value; a value that a cell repeats counts once.
    """
    cell_codes, texts = pd.factorize(cells.astype(object).to_numpy())
    parts = [_parts(str(text), separator) for text in texts]
    names = sorted({part for cell in parts for part in cell})
    code_of = {name: code for code, name in enumerate(names)}
    known = np.flatnonzero(cell_codes >= 0)
    sizes = np.array([len(cell) for cell in parts], dtype=np.int64)
    flat = np.array([code_of[part] for cell in parts for part in cell], dtype=np.int64)
    counts = sizes[cell_codes[known]]
    starts = (np.cumsum(sizes) - sizes)[cell_codes[known]]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return TrackValues(np.repeat(known, counts), flat[np.repeat(starts, counts) + within], tuple(names))


def _parts(text: str, separator: str | None) -> list[str]:
    parts = text.split(separator) if separator else [text]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

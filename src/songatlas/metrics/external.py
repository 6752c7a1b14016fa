"""Compares two labelings of the same tracks: adjusted Rand, mutual information, V-measure, Jaccard by cluster.

Every function is exact over all tracks and blind to how labels are numbered. Noise (−1) counts as a cluster of its
own here; leave it out before, where that is wanted. Sources: Hubert, L., and Arabie, P. (1985), "Comparing partitions",
J. Classification 2; Vinh, N. X., Epps, J., and Bailey, J. (2010), "Information theoretic measures for clusterings
comparison", JMLR 11; Rosenberg, A., and Hirschberg, J. (2007), "V-measure", EMNLP.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .contingency import Contingency, contingency, positions
from .information import (
    adjusted_information,
    entropy,
    expected_mutual_information,
    information_shares,
    mutual_information,
)

FloatArray = NDArray[np.float64]

__all__ = [
    "Contingency",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "completeness_score",
    "contingency",
    "homogeneity_score",
    "jaccard_by_cluster",
    "matched_labels",
    "n_pairs",
    "v_measure_score",
]


def adjusted_rand_score(first: ArrayLike, second: ArrayLike) -> float:
    """Return the adjusted Rand index: 1 for equal groupings, about 0 for chance, down to −.5.

    Parameters
    ----------
    first, second : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> adjusted_rand_score([0, 0, 1, 1], [3, 3, 9, 9])
    1.0
    """
    shared = contingency(first, second)
    n = int(shared.sizes[0].sum())
    same = n_pairs(shared.counts)
    a, b = (n_pairs(sizes) for sizes in shared.sizes)
    expected = a * b / max(n_pairs(np.array([n])), 1.0)
    highest = (a + b) / 2
    return 1.0 if highest == expected else float((same - expected) / (highest - expected))


def n_pairs(counts: NDArray[np.int64]) -> float:
    """Return how many pairs of tracks lie in one group, given the groups' sizes.

    Examples
    --------
    >>> n_pairs(np.array([3, 2, 1]))
    4.0
    """
    whole = counts.astype(np.float64)
    return float((whole * (whole - 1) / 2).sum())


def adjusted_mutual_info_score(first: ArrayLike, second: ArrayLike) -> float:
    """Return the adjusted mutual information: 1 for equal groupings, 0 on average for chance.

    Normalized by the mean of the two entropies, as scikit-learn's default. It weighs small clusters more than the
    adjusted Rand index does.

    Parameters
    ----------
    first, second : array-like of shape (n_tracks,), int
        1 where both have one cluster (or no track), 0 where only one of them has.

    Examples
    --------
    >>> adjusted_mutual_info_score([0, 0, 1, 1], [3, 3, 9, 9])
    1.0
    >>> round(adjusted_mutual_info_score([0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1]), 4)
    0.2988
    """
    shared = contingency(first, second)
    if min(map(len, shared.sizes)) < 2:  # nothing to expect
        return 1.0 if len(shared.sizes[0]) == len(shared.sizes[1]) else 0.0
    entropies = entropy(shared.sizes[0]), entropy(shared.sizes[1])
    return adjusted_information(mutual_information(shared), expected_mutual_information(*shared.sizes), entropies)


def homogeneity_score(classes: ArrayLike, labels: ArrayLike) -> float:
    """Return how far each cluster holds tracks of one class only, 0–1; 1 where there is one class.

    Parameters
    ----------
    classes, labels : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> homogeneity_score([0, 0, 1, 1], [0, 1, 2, 2])
    1.0
    """
    return _information_shares(classes, labels)[0]


def completeness_score(classes: ArrayLike, labels: ArrayLike) -> float:
    """Return how far all tracks of a class lie in one cluster, 0–1; 1 where there is one cluster.

    Parameters
    ----------
    classes, labels : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> round(completeness_score([0, 0, 1, 1], [0, 1, 2, 2]), 4)
    0.6667
    """
    return _information_shares(classes, labels)[1]


def v_measure_score(classes: ArrayLike, labels: ArrayLike) -> float:
    """Return the harmonic mean of homogeneity and completeness, 0–1; not adjusted for chance.

    Parameters
    ----------
    classes, labels : array-like of shape (n_tracks,), int
        With many small clusters on one side it is far above 0 by chance alone.

    Examples
    --------
    >>> round(v_measure_score([0, 0, 1, 1], [0, 1, 2, 2]), 4)
    0.8
    """
    return _information_shares(classes, labels)[2]


def _information_shares(classes: ArrayLike, labels: ArrayLike) -> tuple[float, float, float]:
    shared = contingency(classes, labels)
    return information_shares(mutual_information(shared), (entropy(shared.sizes[0]), entropy(shared.sizes[1])))


def jaccard_by_cluster(reference: ArrayLike, other: ArrayLike) -> FloatArray:
    """Return, for each cluster of the reference, its Jaccard index with the cluster of the other most like it.

    Parameters
    ----------
    reference, other : array-like of shape (n_tracks,), int

    Returns
    -------
    ndarray of shape (n_clusters,), float
        0–1, in the order of the reference's sorted labels. Source: Hennig, C. (2007), "Cluster-wise assessment of
        cluster stability", Comput. Stat. Data Anal. 52.

    Examples
    --------
    >>> jaccard_by_cluster([0, 0, 1, 1], [0, 0, 0, 1]).tolist()
    [0.6666666666666666, 0.5]
    """
    shared = contingency(reference, other)
    union = shared.sizes[0][shared.first] + shared.sizes[1][shared.second] - shared.counts
    best = np.zeros(len(shared.sizes[0]))
    np.maximum.at(best, shared.first, shared.counts / union)
    return best


def matched_labels(reference: ArrayLike, other: ArrayLike) -> NDArray[np.int64]:
    """Return the other's labels renamed to those of the reference: one to one, most tracks in common; −2 unmatched.

    Parameters
    ----------
    reference, other : array-like of shape (n_tracks,), int

    Examples
    --------
    >>> matched_labels([0, 0, 1, 1, 1], [7, 7, 3, 3, 9]).tolist()
    [0, 0, 1, 1, -2]
    """
    from scipy.optimize import linear_sum_assignment

    shared = contingency(reference, other)
    names = np.unique(np.asarray(reference))
    rows, columns = linear_sum_assignment(-shared.table())
    renamed = np.full(len(shared.sizes[1]), -2, dtype=np.int64)
    renamed[columns] = names[rows]
    return renamed[positions(other, "other")[0]]

"""Do the methods agree? Compares the groupings that they chose, each with each, on all tracks.

Only groupings are compared, not scores: agreement needs no common space. It is no proof either: K-Means and Ward both
look for round groups, and may agree on halves of one cloud.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from songatlas.evidence import Agreement
from songatlas.metrics.external import adjusted_mutual_info_score, adjusted_rand_score, matched_labels
from songatlas.results import LabelArray

_NOWHERE = -2


def compare_methods(clusterings: Mapping[str, LabelArray]) -> Agreement | None:
    """Return how far the methods' groupings agree.

    Parameters
    ----------
    clusterings : mapping of method to ndarray of shape (n_tracks,), int
        Labels of the same tracks in the same order; −1 is noise. Put the run's method first: the clusters of the
        others are matched to its own.

    Returns
    -------
    Agreement or None
        Of the methods that found two clusters or more; None where these are fewer than two. In the matrices noise
        counts as a cluster. ``same`` marks the tracks that every method puts into the cluster matched, one to one and
        by most tracks in common, to the first method's; a track that any method calls noise is not among them.

    Examples
    --------
    >>> kmeans, ward = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 0])
    >>> found = compare_methods({"kmeans": kmeans, "ward": ward})
    >>> found.same.tolist()
    [True, True, False, True, True]
    >>> round(found.adjusted_rand[0][1], 3)
    0.167
    """
    found = {method: labels for method, labels in clusterings.items() if len(np.unique(labels[labels >= 0])) > 1}
    if len(found) < 2:
        return None
    groupings = list(found.values())
    return Agreement(
        methods=tuple(found),
        adjusted_rand=_matrix(groupings, adjusted_rand_score),
        adjusted_mutual_information=_matrix(groupings, adjusted_mutual_info_score),
        same=_same(groupings[0], groupings[1:]),
    )


def _matrix(
    groupings: list[LabelArray], score: Callable[[LabelArray, LabelArray], float]
) -> tuple[tuple[float, ...], ...]:
    """Return the symmetric matrix of a score, 1 on its diagonal."""
    n = len(groupings)
    matrix = np.eye(n)
    for i in range(n):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = score(groupings[i], groupings[j])
    return tuple(tuple(row) for row in matrix.tolist())


def _same(first: LabelArray, others: list[LabelArray]) -> NDArray[np.bool_]:
    same = first >= 0
    for other in others:
        both = (first >= 0) & (other >= 0)
        matched = np.full(len(first), _NOWHERE, dtype=np.int64)
        matched[both] = matched_labels(first[both], other[both])
        same &= matched == first
    return same

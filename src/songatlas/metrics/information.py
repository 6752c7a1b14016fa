"""Entropy and mutual information of two labelings, from their counts alone; all in nats.

The information that two labelings share by chance is exact: the mean over all ways to shuffle one of them. Source:
Vinh, N. X., Epps, J., and Bailey, J. (2010), "Information theoretic measures for clusterings comparison", JMLR 11.
"""

import numpy as np
from numpy.typing import NDArray

from .contingency import Contingency, IntArray

FloatArray = NDArray[np.float64]

# Counts this far from their mean have a chance below 1e-30 (Hoeffding 1963: the tail of a hypergeometric is no longer
# than that of a binomial): so many standard deviations, and some for means near zero.
_DEVIATIONS, _AT_LEAST = 12.0, 40.0
_ROUNDING = 1e-12  # entropies this close (relative) are equal


def entropy(sizes: IntArray) -> float:
    """Return the entropy of a labeling with clusters of these sizes; 0 for one cluster or none.

    Examples
    --------
    >>> round(entropy(np.array([3, 3])), 4)
    0.6931
    """
    sizes = sizes[sizes > 0]
    if len(sizes) < 2:
        return 0.0
    shares = sizes / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def mutual_information(shared: Contingency) -> float:
    """Return what one labeling tells about the other, 0 or above.

    Examples
    --------
    >>> from songatlas.metrics.contingency import contingency
    >>> round(mutual_information(contingency([0, 0, 1, 1], [2, 2, 5, 5])), 4)
    0.6931
    """
    n = int(shared.counts.sum())
    if n == 0:
        return 0.0
    by_chance = shared.sizes[0][shared.first] * (shared.sizes[1][shared.second] / n)
    return max(0.0, float((shared.counts * np.log(shared.counts / by_chance)).sum() / n))


def expected_mutual_information(first: IntArray, second: IntArray) -> float:
    """Return the mean mutual information of labelings with these sizes over all ways to shuffle one of them.

    Parameters
    ----------
    first, second : ndarray of shapes (n_first,) and (n_second,), int
        Sizes of the clusters on either side, 1 or above, of the same sum. The work grows with the number of
        *different* sizes, so that 18,000 artists cost no more than their hundred sizes.

    Examples
    --------
    >>> round(expected_mutual_information(np.array([2, 2]), np.array([2, 2])), 4)
    0.231
    """
    from scipy.special import gammaln

    n = int(first.sum())
    rows, row_times = np.unique(first, return_counts=True)
    columns, column_times = np.unique(second, return_counts=True)
    if len(rows) > len(columns):
        rows, row_times, columns, column_times = columns, column_times, rows, row_times
    log_factorials = gammaln(np.arange(n + 1) + 1.0)
    expected = [
        times * float(column_times @ _expected_cells(int(size), columns, n, log_factorials))
        for size, times in zip(rows, row_times.tolist(), strict=True)
    ]
    return max(0.0, float(sum(expected)))


def _expected_cells(row: int, columns: IntArray, n: int, log_factorials: FloatArray) -> FloatArray:
    """Return what a cell adds to the mutual information, on average, for a row of some size and each column size."""
    mean = row * (columns / n)
    reach = _DEVIATIONS * np.sqrt(mean) + _AT_LEAST
    low = np.maximum(np.maximum(1, row + columns - n), np.floor(mean - reach).astype(np.int64))
    high = np.minimum(np.minimum(row, columns), np.ceil(mean + reach).astype(np.int64))
    lengths = np.maximum(high - low + 1, 0)
    owner = np.repeat(np.arange(len(columns)), lengths)
    count = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths - low, lengths)
    column = columns[owner]
    log_chance = (
        log_factorials[row]
        + log_factorials[n - row]
        - log_factorials[n]
        + (log_factorials[columns] + log_factorials[n - columns])[owner]
        - log_factorials[count]
        - log_factorials[row - count]
        - log_factorials[column - count]
        - log_factorials[n - row - column + count]
    )
    terms = np.exp(log_chance) * (count / n) * np.log(count / mean[owner])
    sums: FloatArray = np.bincount(owner, weights=terms, minlength=len(columns)).astype(np.float64)
    return sums


def adjusted_information(information: float, expected: float, entropies: tuple[float, float]) -> float:
    """Return mutual information between its mean by chance (0) and the mean of the two entropies (1).

    Where one side has a single cluster nothing is shared, 0; where both have, or every track is alone on both, the
    two are equal, 1 (as in scikit-learn).

    Examples
    --------
    >>> adjusted_information(0.5, 0.25, (1.0, 0.5))
    0.5
    """
    highest = (entropies[0] + entropies[1]) / 2
    if highest - expected <= _ROUNDING * highest:
        return 1.0
    return (information - expected) / (highest - expected) if min(entropies) > 0 else 0.0


def information_shares(information: float, entropies: tuple[float, float]) -> tuple[float, float, float]:
    """Return homogeneity, completeness and V-measure, 0–1, of classes (first) and labels (second).

    Examples
    --------
    >>> information_shares(0.5, (1.0, 0.5))
    (0.5, 1.0, 0.6666666666666666)
    """
    homogeneity, completeness = (information / h if h else 1.0 for h in entropies)
    both = homogeneity + completeness
    return homogeneity, completeness, 2 * homogeneity * completeness / both if both else 0.0

"""Compares a grouping with values that took no part in it, beside the same figures for shuffled values.

Shuffling keeps how common each value and how large each cluster is, and breaks only what they have to do with each
other. Only counts are needed for it, so that a shuffle of 100,000 tracks takes a millisecond or two; values of one
track can share no cluster with themselves, and are not even counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songatlas.errors import ParameterError

from .contingency import Contingency, IntArray, contingency, fits_in_a_table
from .external import n_pairs
from .information import adjusted_information, entropy, expected_mutual_information, information_shares

FloatArray = NDArray[np.float64]
FIGURES: tuple[str, ...] = ("adjusted_rand", "adjusted_mutual_information", "v_measure", "kept_together")


@dataclass(frozen=True)
class ChanceComparison:
    """How far values and labels agree, and how far they do on average over shuffles of the values.

    ``figures`` and ``by_chance`` have the names of `FIGURES`. ``p_value`` is (r + 1) / (n + 1), with r the number of
    the n shuffles whose mutual information with the labels is no less than the true one.
    """

    figures: Mapping[str, float]
    by_chance: Mapping[str, float]
    p_value: float
    n_shuffles: int


def compare_with_chance(
    values: ArrayLike,
    labels: ArrayLike,
    n_shuffles: int,
    seed: int,
    advance: Callable[[float], object] | None = None,
) -> ChanceComparison:
    """Return how far values and labels agree, beside the same for shuffled values.

    Parameters
    ----------
    values, labels : array-like of shape (n_tracks,), int
        Any integers. There must be two different ones of either, and a value of several tracks: else nothing can be
        said.
    n_shuffles : int
        1 or more.
    seed : int
        0 or above. The result depends neither on the order of the tracks nor on how values are numbered.
    advance : callable, optional
        Called with 1 after each shuffle.

    Returns
    -------
    ChanceComparison
        ``kept_together`` is the share of the pairs of tracks of one value that lie in one cluster, 0–1.

    Raises
    ------
    ParameterError
        When there are too few values, labels or shuffles.

    Examples
    --------
    >>> found = compare_with_chance([0] * 50 + [1] * 50, [4] * 50 + [7] * 50, n_shuffles=99, seed=0)
    >>> found.figures["kept_together"], found.p_value
    (1.0, 0.01)
    >>> abs(found.by_chance["adjusted_rand"]) < 0.01
    True
    """
    shared = contingency(values, labels)
    if min(map(len, shared.sizes)) < 2 or shared.sizes[0].max() < 2:
        raise ParameterError(
            f"two values, one of them of several tracks, and two labels are needed, got {len(shared.sizes[0])} values, "
            f"of {int(shared.sizes[0].max(initial=0))} tracks at most, and {len(shared.sizes[1])} labels."
        )
    if n_shuffles < 1:
        raise ParameterError(f"n_shuffles must be 1 or more, got {n_shuffles!r}.")
    agreement = _Agreement(shared)
    true_pairs, true_information = agreement.measure(shared.counts)
    shuffled = agreement.shuffled(n_shuffles, np.random.default_rng(seed), advance)
    figures = np.array([agreement.figures(*row) for row in shuffled])
    n_reached = int((shuffled[:, 1] >= true_information - agreement.rounding).sum())
    return ChanceComparison(
        dict(zip(FIGURES, agreement.figures(true_pairs, true_information), strict=True)),
        dict(zip(FIGURES, figures.mean(axis=0).tolist(), strict=True)),
        (n_reached + 1) / (n_shuffles + 1),
        n_shuffles,
    )


class _Agreement:
    """What shuffling leaves as it is: the sizes, and all that follows from them."""

    def __init__(self, shared: Contingency) -> None:
        self.sizes = shared.sizes
        self.n = int(shared.sizes[0].sum())
        self.entropies = entropy(self.sizes[0]), entropy(self.sizes[1])
        self.rounding = 1e-12 * sum(self.entropies)
        self.expected_information = expected_mutual_information(*self.sizes)
        self.value_pairs, self.label_pairs = (n_pairs(sizes) for sizes in self.sizes)
        most = min(int(sizes.max()) for sizes in self.sizes)
        whole = np.arange(most + 1, dtype=np.float64)
        self.count_log_counts: FloatArray = whole * np.log(np.maximum(whole, 1.0))

    def measure(self, counts: IntArray) -> tuple[float, float]:
        """Return the pairs of tracks that share value and label, and the mutual information."""
        joint = float(np.log(self.n)) - float(self.count_log_counts[counts].sum()) / self.n
        return (float(np.dot(counts, counts)) - float(counts.sum())) / 2, max(0.0, sum(self.entropies) - joint)

    def shuffled(
        self, n_shuffles: int, random: np.random.Generator, advance: Callable[[float], object] | None
    ) -> FloatArray:
        """Return what `measure` gives for shuffled values, shape (n_shuffles, 2)."""
        value_sizes = np.sort(self.sizes[0][self.sizes[0] > 1])
        label_sizes = np.sort(self.sizes[1])
        n_labels, n_cells = len(label_sizes), len(value_sizes) * len(label_sizes)
        places = np.repeat(np.arange(len(value_sizes)) * n_labels, value_sizes)
        pool = np.repeat(np.arange(n_labels), label_sizes)
        in_table = fits_in_a_table(n_cells, self.n)
        found = np.empty((n_shuffles, 2))
        for row in found:
            random.shuffle(pool)
            pairs = places + pool[: len(places)]
            counts = np.bincount(pairs, minlength=n_cells) if in_table else np.unique(pairs, return_counts=True)[1]
            row[:] = self.measure(counts)
            if advance is not None:
                advance(1)
        return found

    def figures(self, pairs: float, information: float) -> tuple[float, float, float, float]:
        """Return the figures of `FIGURES`."""
        expected = self.value_pairs * self.label_pairs / n_pairs(np.array([self.n]))
        highest = (self.value_pairs + self.label_pairs) / 2
        return (
            1.0 if highest == expected else (pairs - expected) / (highest - expected),
            adjusted_information(information, self.expected_information, self.entropies),
            information_shares(information, self.entropies)[2],
            pairs / self.value_pairs,
        )

"""Silhouettes of Ruspini's 75 points against the widths that R prints.

Points: Ruspini, E. H. (1970), "Numerical methods for fuzzy clustering", Inform. Sci. 2, 319–350, in the order of
the table ``ruspini`` of R's package cluster. Widths: the example of ``silhouette`` in that package's manual,
``summary(silhouette(pam(ruspini, 4)))``, printed with seven digits.
"""

import numpy as np
import pytest

from songatlas.cluster.kmeans import KMeans
from songatlas.kernels.silhouette import silhouette_samples

POINTS = """
4 53 5 63 10 59 9 77 13 49 13 69 12 88 15 75 18 61 19 65 22 74 27 72 28 76 24 58 27 55 28 60 30 52 31 60 32 61 36 72
28 147 32 149 35 153 33 154 38 151 41 150 38 145 38 143 32 143 34 141 44 156 44 149 44 143 46 142 47 149 49 152
50 142 53 144 52 152 55 155 54 124 60 136 63 139
86 132 85 115 85 96 78 94 74 96 97 122 98 116 98 124 99 119 99 128 101 115 108 111 110 111 108 116 111 126 115 117
117 115
70 4 77 12 83 21 61 15 69 15 78 16 66 18 58 13 64 20 69 21 66 23 61 25 76 27 72 31 64 30
"""
SIZES = [20, 23, 17, 15]
WIDTHS = [0.7262347, 0.7548344, 0.6691154, 0.8042285]
AVERAGE_WIDTH = 0.737657
NARROWEST, WIDEST = 0.4196, 0.8549  # four digits are printed

X = np.array(POINTS.split(), dtype=np.float64).reshape(75, 2)
LABELS = np.repeat(np.arange(4), SIZES)


def test_widths_are_those_of_r() -> None:
    (values,) = silhouette_samples(X, [LABELS])
    np.testing.assert_allclose([part.mean() for part in np.split(values, np.cumsum(SIZES)[:-1])], WIDTHS, atol=6e-8)
    assert values.mean() == pytest.approx(AVERAGE_WIDTH, abs=6e-7)
    assert (values.min(), values.max()) == (
        pytest.approx(NARROWEST, abs=6e-5),
        pytest.approx(WIDEST, abs=6e-5),
    )


def test_k_means_finds_the_four_groups_and_their_number() -> None:
    fits = {k: KMeans(k, random_state=0).fit(X) for k in range(2, 8)}
    assert np.bincount(fits[4].labels_).tolist() == sorted(SIZES, reverse=True)
    assert len(set(zip(fits[4].labels_.tolist(), LABELS.tolist(), strict=True))) == 4
    means = [values.mean() for values in silhouette_samples(X, [fits[k].labels_ for k in fits])]
    assert list(fits)[int(np.argmax(means))] == 4

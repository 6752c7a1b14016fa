import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.cluster.labels import relabel_by_size
from songatlas.errors import ParameterError


def test_largest_cluster_comes_first_and_noise_stays() -> None:
    labels = relabel_by_size([40, 2, 2, -1, 2, 40, 9], np.zeros((7, 1)))
    assert labels.tolist() == [1, 0, 0, -1, 0, 1, 2]
    assert labels.dtype == np.int32


def test_clusters_of_equal_size_are_ordered_by_centroid() -> None:
    X = np.array([[1.0, 5.0], [1.0, 5.0], [1.0, -5.0], [1.0, -5.0], [0.0, 9.0], [0.0, 9.0]])
    assert relabel_by_size([0, 0, 1, 1, 2, 2], X).tolist() == [2, 2, 1, 1, 0, 0]


def test_only_noise_stays_noise() -> None:
    assert relabel_by_size([-1, -1], np.zeros((2, 3))).tolist() == [-1, -1]


def test_no_tracks_give_no_labels() -> None:
    assert relabel_by_size(np.empty(0, dtype=int), np.empty((0, 3))).shape == (0,)


def test_huge_values_do_not_overflow() -> None:
    X = np.array([[1.7e308], [1.7e308], [-1.7e308], [-1.7e308]])
    assert relabel_by_size([0, 0, 1, 1], X).tolist() == [1, 1, 0, 0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_old_numbers_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 6, 24)
    X = rng.normal(size=(24, 3)) * 10.0 ** rng.integers(-8, 9, 3)
    expected = relabel_by_size(labels, X)
    rows = rng.permutation(24)
    names = np.append(rng.permutation(60)[:6], -1)
    assert np.array_equal(relabel_by_size(names[labels][rows], X[rows]), expected[rows])
    sizes = np.bincount(expected[expected >= 0], minlength=1)
    assert np.all(np.diff(sizes) <= 0)


@pytest.mark.parametrize("labels", [[0.5, 1.0], [[0], [1]], [-2, 0]])
def test_labels_that_are_none_are_refused(labels: list[object]) -> None:
    with pytest.raises(ParameterError, match="labels must be"):
        relabel_by_size(labels, np.zeros((2, 1)))


def test_rows_must_match_labels() -> None:
    with pytest.raises(ParameterError, match="one row for each of the 2 labels"):
        relabel_by_size([0, 1], np.zeros((3, 1)))

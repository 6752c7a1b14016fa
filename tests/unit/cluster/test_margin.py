"""Centres, distances and margins."""

import numpy as np
import pytest

from songatlas.cluster.margin import center_distance, cluster_centers, membership_margin

X = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0], [12.0, 0.0], [99.0, 9.0]])
LABELS = np.array([0, 0, 1, 1, -1], dtype=np.int32)


def test_centers_are_means_without_noise():
    np.testing.assert_allclose(cluster_centers(X, LABELS), [[1, 0], [11, 0]])


def test_margin_compares_the_own_with_the_nearest_other_center():
    margin = membership_margin(X, LABELS, cluster_centers(X, LABELS))
    np.testing.assert_allclose(margin[:4], [(11 - 1) / 11, (9 - 1) / 9, (9 - 1) / 9, (11 - 1) / 11])
    assert np.isnan(margin[4])


def test_a_track_nearer_to_another_center_has_a_negative_margin():
    margin = membership_margin(np.array([[9.0]]), np.array([0], dtype=np.int32), np.array([[0.0], [10.0]]))
    assert margin[0] == pytest.approx((1 - 9) / 9)


def test_one_cluster_has_no_margin_and_equal_centers_give_zero():
    assert np.isnan(membership_margin(X, np.zeros(5, dtype=np.int32), np.zeros((1, 2)))).all()
    same = membership_margin(np.zeros((2, 2)), np.array([0, 1], dtype=np.int32), np.zeros((2, 2)))
    assert same.tolist() == [0, 0]


def test_center_distance_is_nan_for_noise():
    distance = center_distance(X, LABELS, cluster_centers(X, LABELS))
    np.testing.assert_allclose(distance, [1, 1, 1, 1, np.nan])

"""Agreement between the methods' groupings."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from songatlas.errors import ParameterError
from songatlas.workflow.agreement import compare_methods


def test_matrices_are_symmetric_and_those_of_the_scores():
    rng = np.random.default_rng(0)
    groupings = {name: rng.integers(-1, 4, 200) for name in ("kmeans", "dbscan", "ward")}
    found = compare_methods(groupings)
    assert found.methods == ("kmeans", "dbscan", "ward")
    for matrix, score in (
        (found.adjusted_rand, adjusted_rand_score),
        (found.adjusted_mutual_information, adjusted_mutual_info_score),
    ):
        assert np.diag(matrix).tolist() == [1.0] * 3 and np.array_equal(matrix, np.transpose(matrix))
        assert matrix[0][2] == pytest.approx(score(groupings["kmeans"], groupings["ward"]))


def test_equal_groupings_under_other_names_agree_on_all_tracks():
    labels = np.array([0, 0, 1, 1, 2])
    found = compare_methods({"kmeans": labels, "ward": np.array([2, 2, 0, 0, 1])})
    assert found.same.all() and found.adjusted_rand[0][1] == 1.0


def test_tracks_all_agree_on_by_hand():
    kmeans = np.array([0, 0, 0, 1, 1, 1])
    ward = np.array([1, 1, 0, 0, 0, 0])  # the third track went over
    dbscan = np.array([0, -1, 0, 1, 1, -1])  # the second and the last are noise
    found = compare_methods({"kmeans": kmeans, "ward": ward, "dbscan": dbscan})
    assert found.same.tolist() == [True, False, False, True, True, False]


def test_noise_of_two_methods_is_no_agreement():
    found = compare_methods({"dbscan": np.array([-1, -1, 0, 1]), "hdbscan": np.array([-1, -1, 1, 0])})
    assert found.same.tolist() == [False, False, True, True]


def test_a_cluster_that_the_other_has_none_for_is_not_agreed_on():
    found = compare_methods({"kmeans": np.array([0, 0, 1, 1, 2, 2]), "ward": np.array([0, 0, 0, 0, 1, 1])})
    assert found.same.sum() == 4 and found.same[4:].all()


def test_two_groupings_without_a_track_in_common_agree_on_none():
    found = compare_methods({"dbscan": np.array([0, 1, -1, -1]), "hdbscan": np.array([-1, -1, 0, 1])})
    assert not found.same.any()


@pytest.mark.parametrize(
    "groupings",
    [
        {},
        {"kmeans": np.array([0, 1])},
        {"kmeans": np.array([0, 1]), "dbscan": np.array([0, 0])},
        {"kmeans": np.array([0, 1]), "dbscan": np.array([-1, -1])},
        {"kmeans": np.array([0, 0]), "dbscan": np.array([-1, 0])},
    ],
)
def test_fewer_than_two_groupings_are_no_comparison(groupings):
    assert compare_methods(groupings) is None


def test_a_method_without_groups_does_not_hide_the_others():
    labels = np.array([0, 0, 1, 1])
    found = compare_methods({"kmeans": labels, "dbscan": labels * 0 - 1, "ward": labels})
    assert found.methods == ("kmeans", "ward") and found.same.all()


def test_groupings_of_other_tracks_are_refused():
    with pytest.raises(ParameterError, match="same length, got 4 and 3|same length, got 3 and 4"):
        compare_methods({"kmeans": np.array([0, 0, 1, 1]), "ward": np.array([0, 1, 1])})

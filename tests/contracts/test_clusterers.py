"""What every clusterer promises beyond scikit-learn's contract (which their own tests run in full)."""

import numba
import numpy as np
import pytest
from sklearn.base import ClusterMixin, clone
from sklearn.metrics import adjusted_rand_score

from songatlas.cluster.dbscan import DBSCAN
from songatlas.cluster.kmeans import KMeans
from songatlas.cluster.ward import Ward

CLUSTERERS = [KMeans(5, n_init=4, random_state=0), DBSCAN(1.2, min_samples=6), Ward(5)]


def blobs(n_tracks: int = 700) -> np.ndarray:
    rng = np.random.default_rng(0)
    shares = rng.choice(5, n_tracks, p=[0.1, 0.15, 0.2, 0.25, 0.3])
    return rng.normal(size=(5, 4))[shares] * 4 + rng.normal(size=(n_tracks, 4)) * 0.7


@pytest.mark.parametrize("clusterer", CLUSTERERS, ids=lambda each: type(each).__name__)
class TestEveryClusterer:
    def test_labels_go_by_falling_size_without_gaps(self, clusterer: ClusterMixin) -> None:
        labels = clone(clusterer).fit(blobs()).labels_
        sizes = np.bincount(labels[labels >= 0])
        assert labels.dtype == np.int32
        assert len(sizes) > 1
        assert sizes.min() > 0
        assert (np.diff(sizes) <= 0).all()

    def test_the_order_of_the_tracks_changes_no_grouping(self, clusterer: ClusterMixin) -> None:
        X = blobs()
        rows = np.random.default_rng(1).permutation(len(X))
        labels = clone(clusterer).fit(X).labels_
        shuffled = clone(clusterer).fit(X[rows]).labels_
        if isinstance(clusterer, DBSCAN):  # a border track in reach of two clusters goes to the one found first
            core = clone(clusterer).fit(X).core_sample_indices_
            of_row = np.empty_like(labels)
            of_row[rows] = shuffled
            assert np.array_equal(of_row[core], labels[core])
            assert np.array_equal(of_row < 0, labels < 0)
        else:
            assert np.array_equal(shuffled, labels[rows])

    def test_threads_change_no_label(self, clusterer: ClusterMixin) -> None:
        X, before = np.tile(blobs(), (4, 1)) + np.random.default_rng(2).normal(size=(2800, 4)) * 0.1, None
        before = numba.get_num_threads()
        try:
            numba.set_num_threads(1)
            alone = clone(clusterer).fit(X).labels_
        finally:
            numba.set_num_threads(before)
        assert np.array_equal(clone(clusterer).fit(X).labels_, alone)

    def test_read_only_and_column_ordered_input_give_the_same(self, clusterer: ClusterMixin) -> None:
        X = blobs()
        labels = clone(clusterer).fit(X).labels_
        frozen = np.asfortranarray(X)
        frozen.flags.writeable = False
        assert np.array_equal(clone(clusterer).fit(frozen).labels_, labels)

    def test_another_unit_for_all_features_changes_no_grouping(self, clusterer: ClusterMixin) -> None:
        X = blobs()
        scaled = clone(clusterer)
        if isinstance(scaled, DBSCAN):
            scaled.set_params(eps=clusterer.eps * 8)
        assert adjusted_rand_score(scaled.fit(X * 8).labels_, clone(clusterer).fit(X).labels_) == 1


def test_a_centroid_method_gives_each_training_track_its_own_label_back() -> None:
    X = blobs()
    model = KMeans(7, random_state=3).fit(X)
    assert np.array_equal(model.predict(X), model.labels_)

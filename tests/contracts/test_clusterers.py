"""What every clusterer promises beyond scikit-learn's contract (which their own tests run in full)."""

from collections.abc import Callable

import numba
import numpy as np
import pandas as pd
import pytest
from sklearn.base import ClusterMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from songatlas.cluster.dbscan import DBSCAN
from songatlas.cluster.kmeans import KMeans
from songatlas.cluster.ward import Ward
from songatlas.errors import DataError, ParameterError

CLUSTERERS = [KMeans(5, n_init=4, random_state=0), DBSCAN(1.2, min_samples=6), Ward(5)]
WEIGHTED = [KMeans(5, n_init=4, random_state=0), Ward(5)]
FEATURES = ["loudness", "tempo", "valence", "energy"]


def of_type(clusterer: ClusterMixin) -> str:
    return type(clusterer).__name__


def blobs(n_tracks: int = 700) -> np.ndarray:
    rng = np.random.default_rng(0)
    shares = rng.choice(5, n_tracks, p=[0.1, 0.15, 0.2, 0.25, 0.3])
    return rng.normal(size=(5, 4))[shares] * 4 + rng.normal(size=(n_tracks, 4)) * 0.7


def in_steps(n_tracks: int = 300) -> np.ndarray:
    """Return features that are whole numbers, which every type of number holds exactly."""
    return np.round(blobs(n_tracks) * 8)


def in_another_layout(X: np.ndarray) -> np.ndarray:
    """Return the same features read-only, column by column, and not contiguous."""
    wide = np.asfortranarray(np.repeat(X, 2, axis=1))
    wide.flags.writeable = False
    return wide[:, ::2]


CONTAINERS: dict[str, Callable[[np.ndarray], object]] = {
    "integers": lambda X: X.astype(np.int64),
    "short integers": lambda X: X.astype(np.int16),
    "float32": lambda X: X.astype(np.float32),
    "objects": lambda X: X.astype(object),
    "a list": lambda X: X.tolist(),
    "backwards": lambda X: X[::-1].copy()[::-1],
    "read-only, by column, every second column": in_another_layout,
    "big-endian": lambda X: X.astype(">f8"),
    "a table": lambda X: pd.DataFrame(X, columns=FEATURES),
    "a table of integers": lambda X: pd.DataFrame(X.astype(int), columns=FEATURES).astype({"tempo": "Int64"}),
}


@pytest.mark.parametrize("clusterer", CLUSTERERS, ids=of_type)
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

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_the_type_and_layout_of_the_features_change_nothing(self, clusterer: ClusterMixin, container: str) -> None:
        X = in_steps()
        model = scaled_to(clusterer, 8)
        expected = clone(model).fit(X).labels_
        assert expected.max() > 0
        given = CONTAINERS[container](X)
        before = pd.DataFrame(given).copy()
        assert np.array_equal(model.fit(given).labels_, expected)
        pd.testing.assert_frame_equal(pd.DataFrame(given), before)

    def test_a_table_s_feature_names_are_kept(self, clusterer: ClusterMixin) -> None:
        model = clone(clusterer).fit(pd.DataFrame(blobs(), columns=FEATURES))
        assert model.feature_names_in_.tolist() == FEATURES
        assert model.n_features_in_ == len(FEATURES)

    def test_pipeline_and_clone_work(self, clusterer: ClusterMixin) -> None:
        X = blobs()
        pipeline = make_pipeline(StandardScaler(), scaled_to(clusterer, 0.3))
        labels = clone(pipeline).fit_predict(pd.DataFrame(X, columns=FEATURES))
        assert np.array_equal(labels, scaled_to(clusterer, 0.3).fit(StandardScaler().fit_transform(X)).labels_)
        fitted = clone(clusterer).fit(X)
        assert not hasattr(clone(fitted), "labels_")
        assert clone(fitted).get_params() == clusterer.get_params()

    @pytest.mark.parametrize(("value", "words"), [(np.nan, "NaN"), (np.inf, "inf"), (-np.inf, "-inf")])
    def test_values_that_are_no_numbers_are_refused_by_feature_and_row(
        self, clusterer: ClusterMixin, value: float, words: str
    ) -> None:
        X = blobs()
        X[[40, 7], [0, 2]] = value
        message = rf"X must be finite.*: 2 of 700 rows are not, the first is row 7, where column {{}} holds {words}\."
        with pytest.raises(DataError, match=message.format(2)):
            clone(clusterer).fit(X)
        with pytest.raises(DataError, match=message.format("'valence'")):
            clone(clusterer).fit(pd.DataFrame(X, columns=FEATURES))

    def test_missing_values_of_a_table_are_refused_by_feature_and_row(self, clusterer: ClusterMixin) -> None:
        table = pd.DataFrame(in_steps(20).astype(int), columns=FEATURES).astype({"tempo": "Int64"})
        table.loc[5, "tempo"] = pd.NA
        with pytest.raises(DataError, match="row 5, where column 'tempo' holds NaN"):
            clone(clusterer).fit(table)

    @pytest.mark.parametrize(
        ("X", "message"),
        [
            (np.empty((0, 4)), r"0 sample\(s\)"),
            (np.empty((9, 0)), r"0 feature\(s\)"),
            (np.zeros(9), "Expected 2D array, got 1D"),
            (np.zeros((3, 3, 3)), "dim 3"),
            (np.full((9, 2), "a"), "could not convert string to float"),
            (np.zeros((9, 2), complex), "Complex data not supported"),
        ],
    )
    def test_what_is_no_table_of_numbers_is_refused(self, clusterer: ClusterMixin, X: np.ndarray, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            clone(clusterer).fit(X)

    def test_one_track_is_one_cluster_where_a_cluster_may_be_so_small(self, clusterer: ClusterMixin) -> None:
        smallest = {"min_samples": 1} if isinstance(clusterer, DBSCAN) else {"n_clusters": 1}
        assert clone(clusterer).set_params(**smallest).fit([[3.0, 4.0]]).labels_.tolist() == [0]
        if isinstance(clusterer, DBSCAN):
            assert clone(clusterer).fit([[3.0, 4.0]]).labels_.tolist() == [-1]
        else:
            with pytest.raises(ParameterError, match=r"n_clusters.*n_samples=1"):
                clone(clusterer).fit([[3.0, 4.0]])

    def test_equal_tracks_are_one_cluster(self, clusterer: ClusterMixin) -> None:
        """For K-Means, which was asked for five, with a warning; Ward is asked for the cut at height 0."""
        X = np.full((40, 3), 0.1)
        if isinstance(clusterer, KMeans):
            with pytest.warns(ConvergenceWarning, match="n_clusters is 5, but only 1 rows differ"):
                labels = clone(clusterer).fit(X).labels_
        elif isinstance(clusterer, Ward):
            labels = Ward(None, height=0.0).fit(X).labels_
        else:
            labels = clone(clusterer).fit(X).labels_
        assert labels.tolist() == [0] * 40

    def test_another_unit_for_all_features_changes_no_grouping(self, clusterer: ClusterMixin) -> None:
        X = blobs()
        labels = clone(clusterer).fit(X).labels_
        assert adjusted_rand_score(scaled_to(clusterer, 8).fit(X * 8).labels_, labels) == 1


def scaled_to(clusterer: ClusterMixin, factor: float) -> ClusterMixin:
    """Return the clusterer for features multiplied by a factor."""
    return (
        clone(clusterer).set_params(eps=clusterer.eps * factor) if isinstance(clusterer, DBSCAN) else clone(clusterer)
    )


@pytest.mark.parametrize("clusterer", WEIGHTED, ids=of_type)
class TestEveryWeightedClusterer:
    def test_whole_weights_count_like_repeated_tracks(self, clusterer: ClusterMixin) -> None:
        X, weights = blobs(200), np.random.default_rng(3).integers(1, 5, 200)
        weighted = clone(clusterer).fit(X, sample_weight=weights).labels_
        repeated = clone(clusterer).fit(np.repeat(X, weights, axis=0)).labels_
        assert adjusted_rand_score(np.repeat(weighted, weights), repeated) == 1

    def test_weights_of_a_pipeline_reach_the_clusterer(self, clusterer: ClusterMixin) -> None:
        X, weights = blobs(200), np.random.default_rng(4).uniform(0, 9, 200)
        pipeline = make_pipeline(StandardScaler(with_std=False, with_mean=False), clone(clusterer))
        pipeline.fit(X, **{f"{type(clusterer).__name__.lower()}__sample_weight": weights})
        assert np.array_equal(pipeline[-1].labels_, clone(clusterer).fit(X, sample_weight=weights).labels_)

    @pytest.mark.parametrize(
        ("weights", "message"),
        [
            (np.append(np.ones(49), -0.5), r"sample_weight must be finite and 0 or above, got -0\.5 at row 49"),
            (np.append(np.ones(49), np.nan), "got nan at row 49"),
            (np.append(np.inf, np.ones(49)), "got inf at row 0"),
            (np.zeros(50), "sample_weight must not be zero for all 50 tracks"),
            (np.ones(49), r"sample_weight must have shape \(50,\), got \(49,\)"),
            (np.ones((50, 1)), r"sample_weight must have shape \(50,\), got \(50, 1\)"),
            (2.0, r"sample_weight must have shape \(50,\), got \(\)"),
            (["heavy"] * 50, "sample_weight must hold numbers, got <U5"),
        ],
    )
    def test_unusable_weights_are_refused_by_row(self, clusterer: ClusterMixin, weights: object, message: str) -> None:
        with pytest.raises(ParameterError, match=message):
            clone(clusterer).fit(blobs(50), sample_weight=weights)


def test_new_tracks_of_kmeans_are_checked_as_well() -> None:
    table = pd.DataFrame(blobs(), columns=FEATURES)
    model = KMeans(5, n_init=2, random_state=0).fit(table)
    table.loc[3, "energy"] = np.inf
    for method in (model.predict, model.transform):
        with pytest.raises(DataError, match="row 3, where column 'energy' holds inf"):
            method(table)


def test_distances_to_the_centers_come_as_a_named_table_where_asked_for() -> None:
    table = pd.DataFrame(blobs(), columns=FEATURES)
    model = KMeans(3, n_init=2, random_state=0).set_output(transform="pandas")
    assert model.fit_transform(table).columns.tolist() == ["kmeans0", "kmeans1", "kmeans2"]


@pytest.mark.parametrize("random_state", [-1, np.int64(-5)])
def test_negative_seeds_are_refused(random_state: int) -> None:
    with pytest.raises(ParameterError, match="random_state must be 0 or above, got .*-"):
        KMeans(2, random_state=random_state).fit(blobs(20))


def test_a_centroid_method_gives_each_training_track_its_own_label_back() -> None:
    X = blobs()
    model = KMeans(7, random_state=3).fit(X)
    assert np.array_equal(model.predict(X), model.labels_)

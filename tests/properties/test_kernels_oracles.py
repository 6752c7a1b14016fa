"""The kernels against trusted libraries, on every kind of table that breaks clustering code.

scikit-learn, SciPy and fastcluster answer for K-Means, silhouettes, DBSCAN, Ward, neighbors and the internal scores;
openTSNE answers for the map in ``tests/unit/kernels/test_tsne.py``. Oracles that square large numbers get the same
table moved to the origin: subtracting the offset is exact.
"""

import importlib.util
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist, pdist
from sklearn import metrics as oracle
from sklearn.cluster import DBSCAN, KMeans
from threadpoolctl import threadpool_limits

from songatlas import metrics
from songatlas.kernels import silhouette
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import build, k_distances, k_nearest
from songatlas.kernels.kmeans import kmeans_sweep, lloyd
from songatlas.kernels.ward import ward_tree

needs_fastcluster = pytest.mark.skipif(
    importlib.util.find_spec("fastcluster") is None, reason="fastcluster, the oracle, is not installed"
)

DIMENSIONS = (1, 2, 10, 40, 200)
WITHOUT_TIES = ("random", "clustered", "skewed", "collinear", "offset", "huge")
WITH_TIES = ("duplicated", "lattice", "constant", "far_copies")
FAR, HUGE = 1e8, 1e100


@pytest.fixture(autouse=True, scope="module")
def one_thread_for_the_oracles() -> Iterator[None]:
    with threadpool_limits(1):
        yield


class Table(NamedTuple):
    """Rows as the kernels get them, and the same rows moved to the origin and to the scale of 1."""

    kind: str
    X: np.ndarray
    plain: np.ndarray
    scale: float

    def random(self) -> np.random.Generator:
        return np.random.default_rng(self.X.size)


def make_table(kind: str, seed: int, n_tracks: int, n_features: int) -> Table:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_tracks, n_features))
    if kind == "clustered":
        X += rng.normal(size=(5, n_features))[rng.integers(0, 5, n_tracks)] * 4
    elif kind == "skewed":
        X = np.exp(2 * X)
    elif kind == "collinear":
        X = X[:, :1] * np.linspace(1.0, 2.0, n_features)
    elif kind == "duplicated":
        X = X[rng.integers(0, max(1, n_tracks // 5), n_tracks)]
    elif kind == "lattice":
        X = rng.integers(0, 4, (n_tracks, n_features)).astype(float)
    elif kind == "constant":
        X = np.full((n_tracks, n_features), 0.1)
    elif kind == "offset":
        X = X + FAR
        return Table(kind, X, X - FAR, 1.0)
    elif kind == "far_copies":
        X = X[rng.integers(0, max(1, n_tracks // 5), n_tracks)] - FAR
        return Table(kind, X, X + FAR, 1.0)
    elif kind == "huge":
        return Table(kind, X * HUGE, X, HUGE)
    return Table(kind, X, X, 1.0)


def tables(
    *kinds: str, n_tracks: tuple[int, int], dimensions: tuple[int, ...] = DIMENSIONS
) -> st.SearchStrategy[Table]:
    return st.builds(
        make_table, st.sampled_from(kinds), st.integers(0, 10**6), st.integers(*n_tracks), st.sampled_from(dimensions)
    )


class TestWard:
    @settings(max_examples=60, deadline=None)
    @given(tables(*WITHOUT_TIES, n_tracks=(2, 200)))
    def test_heights_and_merges_equal_scipy(self, table: Table) -> None:
        tree, expected = ward_tree(table.X), hierarchy.linkage(table.plain, "ward")
        assert hierarchy.is_valid_linkage(tree)
        np.testing.assert_allclose(tree[:, 2] / table.scale, expected[:, 2], rtol=1e-10)
        for k in {1, 2, len(tree) // 2 + 1, len(tree)}:
            cuts = [
                hierarchy.fcluster(t / [1, 1, s, 1], k, "maxclust") for t, s in ((tree, table.scale), (expected, 1))
            ]
            assert oracle.adjusted_rand_score(*cuts) == 1

    @needs_fastcluster
    @settings(max_examples=20, deadline=None)
    @given(tables(*WITHOUT_TIES, n_tracks=(2, 300)), st.booleans())
    def test_heights_equal_fastcluster(self, table: Table, weighted: bool) -> None:
        import fastcluster

        weights = table.random().integers(1, 4, len(table.X)) if weighted else np.ones(len(table.X), dtype=int)
        expected = fastcluster.linkage(np.repeat(table.plain, weights, axis=0), "ward")[-(len(table.X) - 1) :, 2]
        np.testing.assert_allclose(ward_tree(table.X, weights)[:, 2] / table.scale, expected, rtol=1e-10)

    @settings(max_examples=40, deadline=None)
    @given(tables(*WITH_TIES, n_tracks=(1, 150)))
    def test_where_merges_tie_the_tree_is_valid_and_every_height_is_that_of_its_merge(self, table: Table) -> None:
        tree = ward_tree(table.X)
        assert len(tree) == len(table.X) - 1
        assert len(tree) == 0 or hierarchy.is_valid_linkage(tree)
        assert (np.diff(tree[:, 2]) >= 0).all()
        assert (tree[:, 2] == 0).sum() == len(table.X) - len(np.unique(table.X, axis=0))
        members = [[i] for i in range(len(table.X))]
        for left, right, height, count in tree:
            a, b = members[int(left)], members[int(right)]
            gap = np.linalg.norm(table.plain[a].mean(axis=0) - table.plain[b].mean(axis=0))
            assert height == pytest.approx(np.sqrt(2 * len(a) * len(b) / (len(a) + len(b))) * gap, rel=1e-10, abs=1e-12)
            assert count == len(a) + len(b)
            members.append(a + b)


class TestDBSCAN:
    @settings(max_examples=80, deadline=None)
    @given(
        tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(1, 200)),
        st.floats(0.0, 1.0),
        st.lists(st.integers(1, 250), min_size=1, max_size=3),
    )
    def test_labels_of_a_grid_equal_scikit_learn(self, table: Table, share: float, counts: list[int]) -> None:
        """One radius reaches just beyond a distance that occurs in the table, and one is tiny."""
        gaps = np.sort(pdist(table.plain)) if len(table.X) > 1 else np.ones(1)
        radii = [max(gaps[int(share * (len(gaps) - 1))] * (1 + 1e-7), 1e-3), 1e-6]
        found = list(dbscan_grid(table.X, [eps * table.scale for eps in radii], counts))
        for one, (eps, min_samples) in zip(found, [(e, m) for e in radii for m in counts], strict=True):
            # The tree algorithm sums squared differences; brute force expands the square and loses digits.
            expected = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree").fit(table.plain)
            np.testing.assert_array_equal(one.labels, expected.labels_)
            np.testing.assert_array_equal(np.flatnonzero(one.is_core), expected.core_sample_indices_)


NAMES = (-1, 0, 1, 5, -7, 10**12, np.iinfo(np.int64).max, np.iinfo(np.int64).min)


class TestSilhouettes:
    @settings(max_examples=60, deadline=None)
    @given(
        tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(1, 120)),
        st.integers(1, 6),
        st.integers(1, 8),
        st.integers(0, 10**6),
    )
    def test_many_labelings_equal_scikit_learn(self, table: Table, n_labelings: int, n_names: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        names = rng.choice(NAMES, n_names, replace=False)
        labelings = rng.choice(names, (n_labelings, len(table.X)), p=rng.dirichlet(np.ones(n_names)))
        labelings[0, : len(table.X) // 2] = np.arange(len(table.X) // 2) + 100  # clusters of one track
        found = metrics.silhouette_samples(table.X, labelings)
        assert found.shape == labelings.shape
        for values, labels in zip(found, labelings, strict=True):
            check_silhouettes(table, labels, values)
            np.testing.assert_allclose(metrics.silhouette_samples(table.X, labels), values, atol=1e-12)

    @settings(max_examples=8, deadline=None)
    @given(tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(300, 600)))
    def test_the_path_of_large_tables_equals_scikit_learn(self, table: Table) -> None:
        """Above some thousand tracks distances are float32, and what that could harm is computed again."""
        labels = table.random().integers(-1, 4, len(table.X))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(silhouette, "_SMALL", 0)
            check_silhouettes(table, labels, metrics.silhouette_samples(table.X, labels))


def check_silhouettes(table: Table, labels: np.ndarray, values: np.ndarray) -> None:
    kept = labels != -1
    n_clusters = len(np.unique(labels[kept]))
    if n_clusters < 2:
        assert np.isnan(values).all()
        return
    assert (values[~kept] == 0).all()
    expected = np.zeros(int(kept.sum()))
    if n_clusters < len(expected):
        codes = np.unique(labels[kept], return_inverse=True)[1]
        with np.errstate(invalid="ignore"):  # 0 / 0 where all rows are equal: 0 in the end, there as here
            expected = oracle.silhouette_samples(
                cdist(table.plain[kept], table.plain[kept]), codes, metric="precomputed"
            )
    np.testing.assert_allclose(values[kept], expected, atol=1e-5)


class TestKMeans:
    @settings(max_examples=60, deadline=None)
    @given(tables(*WITHOUT_TIES, n_tracks=(10, 300)), st.integers(1, 10), st.booleans())
    def test_labels_and_inertia_equal_scikit_learn_from_the_same_starts(
        self, table: Table, k: int, weighted: bool
    ) -> None:
        rng = table.random()
        weights = rng.uniform(0.1, 3.0, len(table.X)) if weighted else None
        starts = rng.choice(len(table.X), k, replace=False)
        expected = KMeans(k, init=table.plain[starts], n_init=1, tol=0, algorithm="lloyd").fit(
            table.plain, sample_weight=weights
        )
        labels, centers, inertia, _ = lloyd(table.X, table.X[starts], weights)
        np.testing.assert_array_equal(labels, expected.labels_)
        assert inertia / table.scale**2 == pytest.approx(expected.inertia_, rel=1e-9, abs=1e-20)
        offset = FAR if table.kind == "offset" else 0.0
        np.testing.assert_allclose(
            (centers - offset) / table.scale, expected.cluster_centers_, rtol=1e-6, atol=1e-15 * max(offset, 1e6)
        )

    # The same tables every time: no search is proof against all, so chance must not decide whether the suite passes.
    @settings(max_examples=12, deadline=None, derandomize=True)
    @example(make_table("duplicated", 697962, 101, 1), [2], 1)
    @example(make_table("collinear", 941489, 107, 40), [11], 941489)
    @given(
        tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(20, 200)),
        st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True),
        st.integers(0, 10**6),
    )
    def test_a_sweep_is_no_worse_than_twenty_starts_of_scikit_learn(
        self, table: Table, numbers: list[int], seed: int
    ) -> None:
        for solution in kmeans_sweep(table.X, numbers, seed=seed):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # fewer distinct rows than clusters
                expected = KMeans(solution.n_clusters, n_init=20, random_state=seed).fit(table.plain)
            rounding = 1e-18 * table.plain.size * max(np.abs(table.plain).max(), 1.0) ** 2
            assert solution.inertia / table.scale**2 <= expected.inertia_ * 1.001 + rounding
            check_solution(table, solution.labels, solution.inertia)

    @settings(max_examples=30, deadline=None)
    @given(tables(*WITH_TIES, n_tracks=(5, 200)), st.integers(1, 5))
    def test_where_tracks_tie_every_track_is_with_a_nearest_center(self, table: Table, k: int) -> None:
        starts = table.random().choice(len(table.X), k, replace=False)
        labels, centers, inertia, _ = lloyd(table.X, table.X[starts])
        gaps = cdist(table.X, centers)
        assert (gaps[np.arange(len(gaps)), labels] <= gaps.min(axis=1) + 1e-15 * FAR).all()
        check_solution(table, labels, inertia)


def check_solution(table: Table, labels: np.ndarray, inertia: float) -> None:
    """The inertia is that of the labels, computed from scratch around their means."""
    means = np.stack(
        [
            table.plain[labels == c].mean(axis=0) if (labels == c).any() else table.plain[0]
            for c in range(labels.max() + 1)
        ]
    )
    expected = ((table.plain - means[labels]) ** 2).sum()
    assert inertia / table.scale**2 == pytest.approx(expected, rel=1e-9, abs=1e-18 * table.plain.size)


class TestNeighbors:
    @settings(max_examples=60, deadline=None)
    @given(tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(2, 200)), st.data())
    def test_neighbors_and_k_distances_equal_brute_force(self, table: Table, data: st.DataObject) -> None:
        k = data.draw(st.integers(1, len(table.X) - 1))
        distances, indices = k_nearest(build(table.X), table.X, k)
        expected = cdist(table.plain, table.plain)
        np.fill_diagonal(expected, np.inf)
        np.testing.assert_allclose(distances / table.scale, np.sort(expected, axis=1)[:, :k], rtol=1e-12, atol=0.0)
        np.testing.assert_allclose(
            np.take_along_axis(expected, indices, axis=1), distances / table.scale, rtol=1e-12, atol=0.0
        )
        assert all(len(set(row)) == k for row in indices.tolist())
        np.testing.assert_array_equal(k_distances(table.X, k), distances[:, -1])


class TestInternalScores:
    @settings(max_examples=60, deadline=None)
    @given(tables(*WITHOUT_TIES, *WITH_TIES, n_tracks=(6, 200)), st.integers(2, 7), st.integers(0, 10**6))
    def test_scores_equal_scikit_learn(self, table: Table, n_names: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        labels = rng.choice(rng.choice(NAMES, n_names, replace=False), len(table.X))
        kept = labels != -1
        codes = np.unique(labels[kept], return_inverse=True)[1]
        n_clusters = len(np.unique(codes))
        pairs = (
            (metrics.davies_bouldin_score, oracle.davies_bouldin_score, 1e-6),  # scikit-learn's distances lose digits
            (metrics.calinski_harabasz_score, oracle.calinski_harabasz_score, 1e-9),
        )
        for ours, theirs, tolerance in pairs:
            found = ours(table.X, labels)
            if n_clusters < 2:
                assert np.isnan(found)
            elif n_clusters < len(codes) and not divides_by_rounding(table.plain[kept], codes):
                assert found == pytest.approx(theirs(table.plain[kept], codes), rel=tolerance)

    @settings(max_examples=20, deadline=None)
    @given(tables("random", "skewed", n_tracks=(2, 20)), st.integers(2, 9), st.integers(0, 10**6))
    def test_clusters_of_the_same_tracks_have_one_centroid_in_any_order(
        self, table: Table, n_copies: int, seed: int
    ) -> None:
        """Davies-Bouldin passes over such a pair, so that the others decide; scikit-learn divides by rounding."""
        rng = np.random.default_rng(seed)
        copies = [rng.permutation(np.repeat(table.X, n_copies, axis=0)) for _ in range(2)]
        X = np.concatenate([*copies, table.X + 50.0])
        labels = np.repeat([0, 1, 2], [len(copies[0]), len(copies[1]), len(table.X)])
        others = labels != 1
        expected = metrics.davies_bouldin_score(X[others], labels[others])
        assert metrics.davies_bouldin_score(X, labels) == pytest.approx(expected, rel=1e-9)


def divides_by_rounding(X: np.ndarray, codes: np.ndarray) -> bool:
    """Return whether two clusters have one centroid, or all tracks lie on theirs: scikit-learn is no oracle then."""
    centers = np.stack([X[codes == c].mean(axis=0) for c in np.unique(codes)])
    nothing = 1e-6 * np.abs(X).max()
    return bool((pdist(centers) <= nothing).any() or (np.abs(X - centers[codes]) <= nothing).all())

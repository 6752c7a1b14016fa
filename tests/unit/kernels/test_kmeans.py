from collections.abc import Iterator

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as Oracle
from threadpoolctl import threadpool_limits

from songatlas.kernels import kmeans
from songatlas.kernels.kmeans import KMeansSolution, kmeans_sweep, lloyd, nearest_centers


@pytest.fixture(autouse=True, scope="module")
def one_thread_for_scikit_learn() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(params=[False, True], ids=["on all at once", "on a part first"])
def part_first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let starts settle on a part of the tracks first, as in large catalogues, or on all at once."""
    if request.param:
        monkeypatch.setattr(kmeans, "_LARGE", 500)
        monkeypatch.setattr(kmeans, "_DISTINCT_PER_CLUSTER", 10)


def blobs(n_tracks: int, n_features: int = 10, seed: int = 0, spread: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(5, n_features)) * 3
    return centers[rng.integers(0, 5, n_tracks)] + rng.normal(size=(n_tracks, n_features)) * spread


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2, 10, 13, 40]), st.integers(1, 9), st.booleans())
def test_lloyd_agrees_with_scikit_learn_from_the_same_centers(
    seed: int, n_features: int, k: int, weighted: bool
) -> None:
    rng = np.random.default_rng(seed)
    X = blobs(400, n_features, seed, 2.0)
    weights = rng.uniform(0.1, 3.0, 400) if weighted else None
    starts = X[rng.choice(400, k, replace=False)]
    oracle = Oracle(k, init=starts, n_init=1, tol=0, algorithm="lloyd").fit(X, sample_weight=weights)
    labels, centers, inertia, n_iter = lloyd(X, starts, weights)
    assert np.array_equal(labels, oracle.labels_)
    np.testing.assert_allclose(centers, oracle.cluster_centers_, atol=1e-9)
    assert inertia == pytest.approx(oracle.inertia_, rel=1e-9)
    assert n_iter == oracle.n_iter_


def test_lloyd_stops_at_max_iter_with_labels_of_the_last_centers() -> None:
    X = blobs(500, spread=4.0)
    oracle = Oracle(5, init=X[:5], n_init=1, tol=0, max_iter=2).fit(X)
    labels, centers, _, n_iter = lloyd(X, X[:5], max_iter=2)
    assert n_iter == 2
    assert np.array_equal(labels, oracle.labels_)
    np.testing.assert_allclose(centers, oracle.cluster_centers_, atol=1e-9)


def test_empty_cluster_gets_the_farthest_track_as_in_scikit_learn() -> None:
    X = blobs(300, 2)
    starts = np.array([X[0], X[1], [1e3, 1e3]])
    oracle = Oracle(3, init=starts, n_init=1, tol=0).fit(X)
    labels, _, inertia, _ = lloyd(X, starts)
    assert np.array_equal(labels, oracle.labels_)
    assert inertia == pytest.approx(oracle.inertia_)


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_sweep_is_as_good_as_twenty_restarts_of_scikit_learn(spread: float, part_first: None) -> None:
    X = blobs(6_400, spread=spread)
    for solution in kmeans_sweep(X, [2, 5, 6]):
        oracle = Oracle(solution.n_clusters, n_init=20, random_state=0).fit(X)
        assert solution.inertia <= oracle.inertia_ * 1.001
        _check_fixed_point(X, solution)


def test_parts_with_too_few_different_tracks_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.repeat(blobs(30), 40, axis=0)
    (usual,) = kmeans_sweep(X, [8])
    monkeypatch.setattr(kmeans, "_LARGE", 500)
    (solution,) = kmeans_sweep(X, [8])
    assert np.array_equal(solution.labels, usual.labels)
    assert (solution.inertia, solution.n_iter) == (usual.inertia, usual.n_iter)


def _check_fixed_point(X: np.ndarray, solution: KMeansSolution) -> None:
    """Every track is with its nearest center, every center is the mean of its tracks."""
    distances = ((X[:, None] - solution.centers[None]) ** 2).sum(axis=2)
    assert np.array_equal(solution.labels, distances.argmin(axis=1))
    assert solution.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-9)
    for c, center in enumerate(solution.centers):
        np.testing.assert_allclose(X[solution.labels == c].mean(axis=0), center, atol=1e-9)


def test_threads_change_no_bit_and_row_order_no_group(part_first: None) -> None:
    X = blobs(1200, spread=2.0)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = kmeans_sweep(X, [3, 7], n_init=4)
    finally:
        numba.set_num_threads(before)
    rows = np.random.default_rng(3).permutation(len(X))
    shuffled = kmeans_sweep(X[rows], [7, 3], n_init=4)[::-1]
    for a, b, c in zip(one, kmeans_sweep(X, [3, 7], n_init=4), shuffled, strict=True):
        assert np.array_equal(a.labels, b.labels)
        assert np.array_equal(a.centers, b.centers)
        assert (a.inertia, a.n_iter, a.n_starts, a.confirmed) == (
            b.inertia,
            b.n_iter,
            b.n_starts,
            b.confirmed,
        )
        assert np.array_equal(c.labels, a.labels[rows])
        assert np.array_equal(c.centers, a.centers)


def test_starts_go_on_until_the_best_is_met_twice() -> None:
    X = blobs(600)
    (easy,) = kmeans_sweep(X, [5], n_init=4)
    assert easy.confirmed
    (hard,) = kmeans_sweep(np.random.default_rng(0).uniform(size=(600, 10)), [9], n_init=4, max_init=12)
    assert hard.confirmed or hard.n_starts == 12
    assert hard.n_starts > 4
    (once,) = kmeans_sweep(X, [5], n_init=1, effort="refined")
    assert (once.n_starts, once.confirmed) == (1, False)


def test_weights_count_like_copies() -> None:
    X = blobs(200, 3, spread=2.0)
    weights = np.random.default_rng(0).integers(0, 4, 200)
    (weighted,) = kmeans_sweep(X, [4], sample_weight=weights)
    (copied,) = kmeans_sweep(np.repeat(X, weights, axis=0), [4])
    assert weighted.inertia == pytest.approx(copied.inertia, rel=1e-6)


def test_fewer_distinct_rows_than_clusters_give_one_cluster_each() -> None:
    X = np.repeat([[0.1, 1.0], [0.3, 2.0], [0.7, 3.0]], 4, axis=0)
    for solution in kmeans_sweep(X, [3, 5]):
        assert (solution.n_distinct, len(solution.centers), solution.inertia) == (3, 3, 0.0)
        assert solution.confirmed
        np.testing.assert_allclose(solution.centers[solution.labels], X)


def test_one_cluster_is_the_mean() -> None:
    X = blobs(100, 4) + 1e6
    (solution,) = kmeans_sweep(X, [1])
    np.testing.assert_allclose(solution.centers[0], X.mean(axis=0))
    assert solution.inertia == pytest.approx(((X - X.mean(axis=0)) ** 2).sum(), rel=1e-9)


@pytest.mark.parametrize("scale", [1e-250, 1e120])
def test_tiny_and_huge_values_keep_their_clusters(scale: float) -> None:
    X = blobs(300)
    (expected,) = kmeans_sweep(X, [5])
    (found,) = kmeans_sweep(X * scale, [5])
    order = np.lexsort(expected.centers.T), np.lexsort(found.centers.T)
    np.testing.assert_allclose(found.centers[order[1]] / scale, expected.centers[order[0]], rtol=1e-6)


def test_fine_structure_far_apart_needs_and_gets_float64() -> None:
    X = np.concatenate([blobs(300, 2, spread=0.1), blobs(300, 2, spread=0.1) + 1e8])
    (solution,) = kmeans_sweep(X, [10])
    assert solution.inertia / 600 < 0.1


def test_every_number_of_clusters_up_to_the_number_of_tracks() -> None:
    X = blobs(12, 2)
    inertias = [solution.inertia for solution in kmeans_sweep(X, range(1, 13))]
    assert inertias[-1] == 0.0
    assert np.all(np.diff(inertias) < 0)


def test_progress_adds_up_to_one() -> None:
    shares: list[float] = []
    kmeans_sweep(blobs(300), [2, 5, 9], n_init=3, max_init=7, advance=shares.append)
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) > 0


def test_nearest_centers_of_new_tracks() -> None:
    X, centers = blobs(500, 3), blobs(6, 3, seed=1)
    expected = ((X[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(nearest_centers(X, centers), expected)


def test_bad_arguments_are_refused() -> None:
    X = blobs(10, 2)
    with pytest.raises(ValueError, match=r"from 1 to the number of tracks \(10\), got 11"):
        kmeans_sweep(X, [2, 11])
    with pytest.raises(ValueError, match="first is row 3, where column 0 holds inf"):
        kmeans_sweep(np.where(np.arange(10)[:, None] == 3, np.inf, X), [2])
    with pytest.raises(ValueError, match="sample_weight must not be zero for all 10 tracks"):
        kmeans_sweep(X, [2], sample_weight=np.zeros(10))
    with pytest.raises(ValueError, match=r"sample_weight must be finite and 0 or above, got -2\.0 at row 9"):
        kmeans_sweep(X, [2], sample_weight=np.append(np.ones(9), -2))
    with pytest.raises(ValueError, match=r"sample_weight must have shape \(10,\)"):
        kmeans_sweep(X, [2], sample_weight=np.ones(9))
    with pytest.raises(ValueError, match=r"centers must have shape \(n_clusters, 2\)"):
        lloyd(X, np.zeros((3, 5)))
    with pytest.raises(ValueError, match="centers must be finite.*row 1, where column 0 holds NaN"):
        nearest_centers(X, [[0.0, 0.0], [np.nan, 0.0]])


@pytest.mark.parametrize(
    ("name", "value", "least"), [("n_init", 0, 1), ("max_init", 2.5, 1), ("max_iter", -1, 0), ("seed", -1, 0)]
)
def test_counts_that_are_none_are_refused(name: str, value: float, least: int) -> None:
    with pytest.raises(ValueError, match=f"{name} must be an integer of {least} or above, got {value}"):
        kmeans_sweep(blobs(10, 2), [2], **{name: value})


@pytest.mark.parametrize("k", [0, 2.0, "2", True])
def test_numbers_of_clusters_that_are_none_are_refused(k: object) -> None:
    with pytest.raises(ValueError, match=f"n_clusters must be an integer of 1 or above, got {k!r}"):
        kmeans_sweep(blobs(10, 2), [k])


@pytest.mark.parametrize("scale", [2.0**-1074, 2.0**-900, 2.0**1000])
def test_the_unit_of_the_weights_changes_no_solution(scale: float) -> None:
    X = blobs(200, spread=2.0)
    (expected,) = kmeans_sweep(X, [4])
    (found,) = kmeans_sweep(X, [4], sample_weight=np.full(200, scale))
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.centers, expected.centers)
    assert found.inertia == expected.inertia * scale


def test_an_inertia_beyond_all_numbers_is_infinite() -> None:
    (solution,) = kmeans_sweep(blobs(300) * 1e200, [5])
    assert solution.inertia == np.inf

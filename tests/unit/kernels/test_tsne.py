import importlib.util

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from sklearn.manifold import trustworthiness

from songatlas.kernels import tsne as module
from songatlas.kernels.tsne import tsne

needs_opentsne = pytest.mark.skipif(
    importlib.util.find_spec("openTSNE") is None, reason="openTSNE, the oracle, is not installed"
)


def scenes(n_tracks: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(12, 8)) * 2.5
    return centers[rng.integers(0, 12, n_tracks)] + rng.normal(size=(n_tracks, 8))


def nearest(X: np.ndarray, k: int = 15) -> np.ndarray:
    found = cKDTree(X).query(X, k=k + 1)[1]
    own = found == np.arange(len(X))[:, None]
    own[~own.any(axis=1), -1] = True
    return found[~own].reshape(len(X), k)


def neighbors_kept(X: np.ndarray, coordinates: np.ndarray, k: int = 10) -> float:
    pairs = zip(nearest(X, k), nearest(coordinates, k), strict=True)
    return float(np.mean([len(set(a) & set(b)) / k for a, b in pairs]))


def with_opentsne(neighbors: np.ndarray, start: np.ndarray, early: int, late: int, method: str) -> np.ndarray:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    index = PrecomputedNeighbors(neighbors, np.ones(neighbors.shape))
    affinities = Uniform(knn_index=index, symmetrize="max")
    embedding = TSNEEmbedding(start.copy(), affinities, negative_gradient_method=method, theta=0.0)
    for n_iterations, exaggeration, momentum in ((early, 12.0, 0.5), (late, None, 0.8)):
        embedding = embedding.optimize(n_iterations, exaggeration=exaggeration, momentum=momentum, learning_rate="auto")
    return np.asarray(embedding, dtype=np.float64)


@needs_opentsne
def test_first_steps_are_those_of_opentsne() -> None:
    X = scenes(300)  # later, the least difference grows: gains go by signs
    neighbors = nearest(X)
    start = module._starting_points(X[:, :2], 0)
    expected = with_opentsne(neighbors, start, 6, 6, "bh")
    found = tsne(neighbors, X[:, :2], n_iterations=12, early=6, seed=0)
    assert np.median(np.abs(found - expected)) < 0.01 * expected.std()
    assert np.linalg.norm(found - expected) < 0.05 * np.linalg.norm(expected)


@needs_opentsne
def test_map_is_as_good_as_that_of_opentsne() -> None:
    X = scenes(1000)
    neighbors = nearest(X)
    start = module._starting_points(X[:, :2], 0)
    theirs = with_opentsne(neighbors, start, 40, 110, "fft")
    ours = tsne(neighbors, X[:, :2], n_iterations=150, early=40, seed=0)
    assert neighbors_kept(X, ours) > neighbors_kept(X, theirs) - 0.01
    trust = trustworthiness(X, ours, n_neighbors=10)
    assert trust > trustworthiness(X, theirs, n_neighbors=10) - 0.015


@pytest.mark.parametrize("n_tracks", [500, 5000])
def test_the_number_of_threads_changes_no_bit(n_tracks: int) -> None:
    X = scenes(n_tracks)
    neighbors = nearest(X, 8)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = tsne(neighbors, X[:, :2], n_iterations=30, seed=3)
    finally:
        numba.set_num_threads(before)
    assert tsne(neighbors, X[:, :2], n_iterations=30, seed=3).tobytes() == one.tobytes()


def test_grid_and_all_pairs_start_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    X = scenes(600)
    neighbors = nearest(X)
    pairs = tsne(neighbors, X[:, :2], n_iterations=15, early=9)
    monkeypatch.setattr("songatlas.kernels.repulsion._EXACT_BELOW", 0)
    grid = tsne(neighbors, X[:, :2], n_iterations=15, early=9)
    assert np.abs(grid - pairs).max() < 0.02 * np.abs(pairs).max()
    assert not np.array_equal(grid, pairs)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 40),
    st.sampled_from(["normal", "equal", "line", "huge", "tiny", "outlier"]),
)
def test_any_start_and_any_neighbors_give_a_finite_map(seed: int, n_tracks: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(n_tracks, 2))
    if kind == "equal":
        start[:] = 3.0
    if kind == "line":
        start[:, 0] = 1.0
    if kind == "outlier":
        start[0] = 1e12
    start *= {"huge": 1e300, "tiny": 1e-300}.get(kind, 1.0)
    neighbors = rng.integers(0, n_tracks, (n_tracks, int(rng.integers(1, 6))))
    coordinates = tsne(neighbors, start, n_iterations=60, seed=seed)
    assert coordinates.shape == (n_tracks, 2)
    assert np.isfinite(coordinates).all()
    np.testing.assert_allclose(coordinates.mean(axis=0), 0.0, atol=1e-9)
    assert n_tracks == 1 or len(np.unique(coordinates, axis=0)) == n_tracks


def test_hundreds_of_copies_come_apart_and_stay_together() -> None:
    X = scenes(1200)
    X[:600] = X[0]
    coordinates = tsne(nearest(X), X[:, :2], n_iterations=120)
    assert np.isfinite(coordinates).all()
    assert len(np.unique(coordinates[:600], axis=0)) == 600
    assert np.abs(coordinates).max() < 1e4


def test_scale_and_place_of_the_start_do_not_matter() -> None:
    X = scenes(400)
    neighbors = nearest(X)
    once = tsne(neighbors, X[:, :2], n_iterations=30)
    assert np.array_equal(once, tsne(neighbors, X[:, :2] * 1024.0, n_iterations=30))
    assert not np.array_equal(once, tsne(neighbors, X[:, :2], n_iterations=30, seed=1))


def test_tracks_far_apart_in_neighbors_end_far_apart() -> None:
    X = np.concatenate([scenes(300), scenes(300) + 100.0])
    coordinates = tsne(nearest(X), X[:, :2], n_iterations=250)
    centers = coordinates[:300].mean(axis=0), coordinates[300:].mean(axis=0)
    own = np.linalg.norm(coordinates[:300] - centers[0], axis=1)
    other = np.linalg.norm(coordinates[:300] - centers[1], axis=1)
    assert (own < other).mean() > 0.99


def test_progress_adds_up_to_the_iterations() -> None:
    done: list[float] = []
    tsne(nearest(scenes(50)), scenes(50)[:, :2], n_iterations=23, advance=done.append)
    assert sum(done) == 23


def test_no_iterations_give_the_start_and_read_only_input_stays_as_it_was() -> None:
    start = scenes(20)[:, :2].copy()
    start.flags.writeable = False
    neighbors = np.asfortranarray(nearest(scenes(20), 3).astype(np.int16))
    neighbors.flags.writeable = False
    still = tsne(neighbors, start, n_iterations=0)
    assert np.corrcoef(still[:, 0], start[:, 0])[0, 1] > 0.99
    assert np.isfinite(tsne(neighbors, start, n_iterations=5)).all()


def test_bad_input_is_refused_with_what_was_expected() -> None:
    neighbors, start = nearest(scenes(20), 3), scenes(20)[:, :2]
    with pytest.raises(ValueError, match="start must be finite.*row 0, where column 0 holds NaN"):
        tsne(neighbors, np.full((20, 2), np.nan))
    with pytest.raises(ValueError, match=r"start must have shape \(n_tracks, 2\), got \(20, 1\)"):
        tsne(neighbors, start[:, :1])
    with pytest.raises(ValueError, match=r"a neighbor or more for each track, got shape \(20, 0\)"):
        tsne(neighbors[:, :0], start)
    with pytest.raises(ValueError, match=r"integers of shape \(20, n_neighbors\), got float64"):
        tsne(neighbors.astype(float), start)
    with pytest.raises(ValueError, match=r"between 0 and 19, got -?\d+ to 20"):
        tsne(np.where(neighbors == neighbors.max(), 20, neighbors), start)

import numba
import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from songatlas.maps.project import (
    align_map,
    exact_neighbors,
    map_quality,
    map_tracks,
    principal_components,
)


def scenes(n_tracks: int, n_features: int = 8, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(10, n_features)) * 2.5
    return centers[rng.integers(0, 10, n_tracks)] + rng.normal(size=(n_tracks, n_features))


@pytest.mark.parametrize("shape", [(200, 8), (5, 12), (2, 7), (300, 2)])
def test_components_are_those_of_the_singular_values(shape: tuple[int, int]) -> None:
    X = scenes(*shape)
    scores, ratio, loadings = principal_components(X)
    U, S, V = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(ratio, S**2 / (S**2).sum(), atol=1e-9)
    certain = S / S[0] > 1e-8
    np.testing.assert_allclose(np.abs((loadings * V).sum(axis=1))[certain], 1.0, atol=1e-9)
    np.testing.assert_allclose(np.abs(scores), np.abs((U * S)[:, :2]), atol=1e-7)
    assert (loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)] > 0).all()


def test_components_of_one_feature() -> None:
    X = scenes(50, 1)
    scores, ratio, loadings = principal_components(X)
    np.testing.assert_allclose(scores[:, 0], X[:, 0] - X.mean(), atol=1e-12)
    assert not scores[:, 1].any()
    assert ratio.tolist() == [1.0]
    assert loadings.tolist() == [[1.0]]


@pytest.mark.parametrize("shape", [(30, 4), (1, 3), (3, 5)])
def test_components_of_equal_tracks_are_zero(shape: tuple[int, int]) -> None:
    scores, ratio, loadings = principal_components(np.full(shape, 0.7))
    assert not scores.any() and not ratio.any() and not loadings.any()
    assert scores.shape == (shape[0], 2) and loadings.shape == (min(shape), shape[1])


def test_a_constant_feature_has_no_loading() -> None:
    X = scenes(60, 3)
    X[:, 1] = 4.0
    scores, ratio, loadings = principal_components(X)
    np.testing.assert_allclose(loadings[:2, 1], 0.0, atol=1e-9)
    assert ratio.sum() == pytest.approx(1.0) and np.isfinite(scores).all()


def test_neighbors_are_the_nearest_others() -> None:
    X = scenes(300)
    distances = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert np.array_equal(np.sort(exact_neighbors(X, 5)), np.sort(distances.argsort(axis=1)[:, :5]))


def test_neighbors_of_copies_never_hold_the_track_itself() -> None:
    X = scenes(100)
    X[:60] = X[0]
    found = exact_neighbors(X, 7)
    assert found.shape == (100, 7)
    assert (found != np.arange(100)[:, None]).all()
    assert (found[:60] < 60).all()
    assert all(len(set(row)) == 7 for row in found.tolist())


@pytest.mark.parametrize("angle", [0.0, 0.4, 2.0, 3.1])
@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_a_turned_and_mirrored_map_is_aligned_alike(angle: float, mirror: float) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(400, 2)) * [3.0, 1.0]
    coordinates = scores * [2.0, 1.5] + rng.normal(size=(400, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    aligned = align_map(coordinates, scores)
    other = align_map(coordinates @ turn * [1.0, mirror] + [7.0, -3.0], scores)
    np.testing.assert_allclose(other, aligned, atol=1e-9)
    for axis in range(2):
        assert np.corrcoef(aligned[:, axis], scores[:, axis])[0, 1] > 0
    assert abs(np.corrcoef(aligned.T)[0, 1]) < 1e-9
    assert aligned[:, 0].var() > aligned[:, 1].var()
    np.testing.assert_allclose(np.linalg.norm(aligned[0] - aligned[1]), np.linalg.norm(coordinates[0] - coordinates[1]))


def test_quality_agrees_with_scikit_learn_and_with_sets() -> None:
    X = scenes(400)
    coordinates = X[:, :2] + np.random.default_rng(0).normal(size=(400, 2))
    quality, provenance = map_quality(X, coordinates, seed=0)
    assert quality["trustworthiness"] == pytest.approx(trustworthiness(X, coordinates, n_neighbors=10))
    pairs = zip(exact_neighbors(X, 10).tolist(), exact_neighbors(coordinates, 10).tolist(), strict=True)
    shared = np.mean([len(set(a) & set(b)) / 10 for a, b in pairs])
    assert quality["neighbors_kept"] == pytest.approx(shared)
    for name, made in provenance.items():
        assert made.exact and made.low == made.high == quality[name]


def test_quality_of_a_sample_has_an_interval_around_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    X = scenes(900)
    coordinates = X[:, :2]
    whole, _ = map_quality(X, coordinates, seed=0)
    monkeypatch.setattr("songatlas.maps.project._QUALITY_SAMPLE", 300)
    sampled, provenances = map_quality(X, coordinates, seed=0)
    assert provenances.keys() == sampled.keys() == whole.keys()
    for name, provenance in provenances.items():
        assert provenance.sample_size == 300 and provenance.n_tracks == 900
        assert provenance.low is not None and provenance.high is not None
        assert provenance.low < whole[name] < provenance.high
        assert {type(value) for value in (sampled[name], provenance.low, provenance.high)} == {float}


def test_a_perfect_map_and_a_random_map() -> None:
    X = scenes(500, 2)
    perfect, _ = map_quality(X, X * 3.0, seed=0)
    assert perfect == {"neighbors_kept": 1.0, "trustworthiness": 1.0}
    random, _ = map_quality(X, np.random.default_rng(1).normal(size=(500, 2)), seed=0)
    assert random["neighbors_kept"] < 0.06
    assert random["trustworthiness"] == pytest.approx(0.5, abs=0.05)


def test_map_keeps_more_neighbors_than_the_principal_components() -> None:
    X = scenes(1500)
    made = map_tracks(X, n_iterations=150)
    assert made.method == "tsne" and made.coordinates is not None
    assert made.quality["neighbors_kept"] > 0.1 + map_quality(X, made.pca, seed=0)[0]["neighbors_kept"]
    assert made.quality["trustworthiness"] > 0.9
    assert np.corrcoef(made.coordinates[:, 0], made.pca[:, 0])[0, 1] > 0
    assert np.corrcoef(made.coordinates[:, 1], made.pca[:, 1])[0, 1] > 0


def test_the_number_of_threads_changes_no_bit_of_the_map() -> None:
    X = scenes(1000)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = map_tracks(X, n_iterations=30)
    finally:
        numba.set_num_threads(before)
    two = map_tracks(X, n_iterations=30)
    assert one.coordinates is not None and two.coordinates is not None
    assert one.coordinates.tobytes() == two.coordinates.tobytes()
    assert one.quality == two.quality


@pytest.mark.parametrize("n_tracks", [3, 4, 20])
def test_small_tables_have_a_map(n_tracks: int) -> None:
    made = map_tracks(scenes(n_tracks), n_iterations=60)
    assert made.coordinates is not None and np.isfinite(made.coordinates).all()
    assert all(np.isfinite(value) for value in made.quality.values())


def test_one_feature_and_many_copies_have_a_map() -> None:
    X = np.repeat(scenes(40, 1), 10, axis=0)
    made = map_tracks(X, n_iterations=60)
    assert made.coordinates is not None and np.isfinite(made.coordinates).all()


@pytest.mark.parametrize("X", [np.full((30, 3), 2.0), scenes(2), scenes(1)])
def test_no_map_where_there_is_nothing_to_map(X: np.ndarray) -> None:
    made = map_tracks(X)
    assert made.coordinates is None and "too few different tracks" in made.description
    assert made.pca.shape == (len(X), 2)


def test_no_map_when_none_is_asked_for() -> None:
    made = map_tracks(scenes(50), method="none")
    assert made.method == "pca" and made.coordinates is None and made.quality == {}

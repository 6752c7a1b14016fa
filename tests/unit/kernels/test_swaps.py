import numpy as np
import pytest

from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.lloyd import Tracks, in_tiles, inertia_of, iterate
from songatlas.kernels.swaps import refine

CORNERS = np.array([[0.0, 0.0], [0.0, 9.0], [9.0, 0.0], [9.0, 9.0], [30.0, 30.0]])


def groups(n_each: int = 60) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (CORNERS[:, None] + rng.normal(size=(len(CORNERS), n_each, 2))).reshape(-1, 2)


def settled(tracks: Tracks, starts: np.ndarray) -> tuple[np.ndarray, float]:
    """Return centers and inertia where Lloyd's iterations end."""
    labels, centers, _ = iterate(*tracks, starts, 300)
    return centers, inertia_of(tracks.Z, tracks.weights, centers, labels)


@pytest.mark.parametrize("every", [0, 3])
def test_a_center_moves_from_where_there_are_two_to_where_one_is_missing(every: int) -> None:
    Z = groups()
    tracks = in_tiles(Z, np.ones(len(Z)), np.float64)
    part = in_tiles(np.ascontiguousarray(Z[::every]), np.ones(len(Z[::every])), np.float64) if every else None
    stuck = np.array([[0.0, 4.5], [9.0, 0.0], [9.0, 9.0], [29.0, 30.0], [31.0, 30.0]])
    centers, inertia = settled(tracks, stuck)
    assert inertia > 2 * settled(tracks, CORNERS)[1]  # the start is one that Lloyd's iterations cannot leave
    found, reached, n_iter = refine(tracks, part, centers, inertia, 300, 1e-6)
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(settled(tracks, CORNERS)[0], axis=0))
    assert reached == pytest.approx(settled(tracks, CORNERS)[1])
    assert n_iter > 0


def test_the_best_solution_stays_as_it_is() -> None:
    Z = groups()
    tracks = in_tiles(Z, np.ones(len(Z)), np.float64)
    centers, inertia = settled(tracks, CORNERS)
    found, reached, _ = refine(tracks, None, centers, inertia, 300, 1e-6)
    assert np.array_equal(found, centers)
    assert reached == inertia


def test_tracks_without_weight_attract_no_center() -> None:
    Z = groups()
    weights = np.ones(len(Z))
    weights[-60:] = 0.0  # the far group does not count
    stuck = np.array([[0.0, 4.5], [9.0, 0.0], [9.5, 9.0], [8.5, 9.0]])
    tracks = in_tiles(Z, weights, np.float64)
    found = refine(tracks, None, *settled(tracks, stuck), 300, 1e-6)[0]
    assert found.max() < 15
    assert np.linalg.norm(found[:, None] - CORNERS[:4], axis=2).min(axis=0).max() < 1


def test_one_start_finds_twelve_groups_where_plain_starts_often_fail() -> None:
    rng = np.random.default_rng(1)
    centers = rng.uniform(0, 40, size=(12, 3))
    X = centers[rng.integers(0, 12, 900)] + rng.normal(size=(900, 3))
    within = ((X[:, None] - centers) ** 2).sum(axis=2).min(axis=1).sum()
    for seed in range(5):
        (solution,) = kmeans_sweep(X, [12], n_init=1, max_init=1, seed=seed)
        assert solution.inertia < within
        assert not solution.confirmed

import numpy as np
import pytest
from scipy.interpolate import BSpline

from songatlas.kernels import repulsion
from songatlas.kernels.repulsion import Repulsion, spline_weights
from songatlas.kernels.threads import Crew


def exact(points: np.ndarray) -> tuple[np.ndarray, float]:
    gaps = points[:, None] - points[None]
    q = 1.0 / (1.0 + (gaps**2).sum(axis=2))
    return (q[..., None] ** 2 * gaps).sum(axis=1), q.sum() - len(points)


def computed(points: np.ndarray) -> tuple[np.ndarray, float]:
    with Crew() as crew:
        found = Repulsion(len(points), crew)
        total = found.compute(points, points.min(axis=0), points.max(axis=0))
    return found.forces, total


def cloud(n_tracks: int, scale: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(30, 2))
    return scale * (centers[rng.integers(0, 30, n_tracks)] + 0.1 * rng.normal(size=(n_tracks, 2)))


@pytest.mark.parametrize("scale", [1e-6, 1e-4, 1.0, 5.0, 20.0])
def test_grid_agrees_with_all_pairs(scale: float) -> None:
    points = cloud(1000, scale) * [1.0, 0.3] + [1e3 * scale, 0.0]
    forces, total = computed(points)
    expected, expected_total = exact(points)
    assert np.linalg.norm(forces - expected) < 0.01 * np.linalg.norm(expected)
    assert total == pytest.approx(expected_total, rel=1e-3)


@pytest.mark.parametrize("n_tracks", [2, 5, 300])
def test_few_tracks_are_computed_pair_by_pair(n_tracks: int) -> None:
    points = cloud(n_tracks, 3.0)
    forces, total = computed(points)
    expected, expected_total = exact(points)
    np.testing.assert_allclose(forces, expected, rtol=1e-9, atol=1e-12)
    assert total == pytest.approx(expected_total)


def test_a_stray_track_does_not_grow_the_grid_without_bound() -> None:
    points = cloud(1000, 5.0)
    points[7] = 1e7, -1e6
    with Crew() as crew:
        found = Repulsion(len(points), crew)
        total = found.compute(points, points.min(axis=0), points.max(axis=0))
        assert found._grid is not None
        assert max(found._grid.charges.shape) < 2 * repulsion._MOST_CELLS
    assert np.isfinite(found.forces).all()
    assert total > 0


@pytest.mark.parametrize("n_tracks", [5, 1000])
def test_tracks_in_one_place_are_not_pushed(n_tracks: int) -> None:
    forces, total = computed(np.full((n_tracks, 2), 0.25))
    assert not forces.any()
    assert total == n_tracks * (n_tracks - 1)


def test_a_line_of_tracks_is_pushed_along_the_line_only() -> None:
    points = np.zeros((900, 2))
    points[:, 1] = np.linspace(0.0, 40.0, 900)
    forces, _ = computed(points)
    expected, _ = exact(points)
    assert np.abs(forces - expected).max() < 0.01 * np.abs(expected).max()


def test_grid_is_laid_again_when_the_map_grows_and_serves_meanwhile() -> None:
    points = cloud(1000, 10.0)
    with Crew() as crew:
        found = Repulsion(len(points), crew)
        for factor in (1.0, 1.001, 3.0, 0.01):
            scaled = points * factor
            total = found.compute(scaled, scaled.min(axis=0), scaled.max(axis=0))
            assert total == pytest.approx(exact(scaled)[1], rel=2e-3)


@pytest.mark.parametrize("t", [0.0, 0.3, 0.5, 1.0])
def test_splines_are_the_quintic_b_splines(t: float) -> None:
    shares, slopes = spline_weights(t)
    spline = BSpline.basis_element(np.arange(7))
    places = t + np.arange(5, -1, -1)
    np.testing.assert_allclose(shares, spline(places), atol=1e-12)
    np.testing.assert_allclose(slopes, spline.derivative()(places), atol=1e-12)


def test_crew_passes_on_what_goes_wrong_in_a_thread() -> None:
    def fail(piece: int) -> None:
        if piece == 5:
            raise ZeroDivisionError("piece 5")

    with Crew() as crew, pytest.raises(ZeroDivisionError, match="piece 5"):
        crew.run(fail, range(10))

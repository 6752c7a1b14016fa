"""Catalogues without groups keep what they promise, and the Hopkins statistic tells clumps from even strewing."""

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.stats import skew, spearmanr

from songatlas.errors import ParameterError
from songatlas.metrics.tendency import (
    NULLS,
    NULLS_OF_ONE_FEATURE,
    copula_null,
    gaussian_null,
    hopkins_statistic,
    one_mode_null,
    permuted_null,
)

RNG = np.random.default_rng(5)
CLOUD = RNG.normal(size=(2000, 3)) @ np.array([[1.0, 0.8, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]])
SKEWED = np.exp(CLOUD)
TWO_PEAKS = np.where(RNG.random((2000, 1)) < 0.3, 0.1, 0.8) + RNG.normal(0, 0.03, (2000, 1))
MAKERS = {name: make for name, (_, make) in (NULLS | NULLS_OF_ONE_FEATURE).items()}


def seeded(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("null", [copula_null, permuted_null])
def test_every_feature_keeps_its_values(null):
    ties = np.column_stack([np.where(RNG.random(2000) < 0.4, 0.0, SKEWED[:, 0]), SKEWED.round(1)])
    for X in (SKEWED, ties):
        found = null(X, seeded())
        np.testing.assert_array_equal(np.sort(found, axis=0), np.sort(X, axis=0))
        assert not np.array_equal(found, X)


def test_the_copula_keeps_rank_correlations_and_the_shuffle_none():
    wanted = spearmanr(SKEWED).statistic
    kept = [spearmanr(copula_null(SKEWED, seeded(seed))).statistic for seed in range(10)]
    np.testing.assert_allclose(np.mean(kept, axis=0), wanted, atol=0.02)  # one has a standard error of .02
    shuffled = spearmanr(permuted_null(SKEWED, seeded())).statistic
    np.testing.assert_allclose(shuffled, np.eye(3), atol=0.08)
    assert abs(wanted[0, 1]) > 0.5


def test_ties_weaken_the_rank_correlations_of_the_copula_as_little_as_is_said():
    latent = seeded().normal(size=(5000, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    zeros = np.where(latent < np.quantile(latent, 0.3, axis=0), 0.0, latent)
    wanted = spearmanr(zeros).statistic
    kept = np.mean([spearmanr(copula_null(zeros, seeded(seed))).statistic for seed in range(5)])
    assert 0 < wanted - kept < 0.06


def test_the_copula_of_groups_has_what_lies_between_them():
    groups = np.repeat([[0.0, 0.0], [1.0, 1.0]], 300, axis=0) + RNG.normal(0, 0.05, (600, 2))
    found = copula_null(groups, seeded())
    mixed = (found[:, 0] < 0.5) != (found[:, 1] < 0.5)
    assert mixed.mean() > 0.1 and not ((groups[:, 0] < 0.5) != (groups[:, 1] < 0.5)).any()


def test_the_gaussian_keeps_mean_and_covariance_and_nothing_else():
    for X in (CLOUD + 5.0, SKEWED):
        clouds = [gaussian_null(X, seeded(seed)) for seed in range(20)]
        scale = X.std(axis=0)
        np.testing.assert_allclose(np.mean([c.mean(axis=0) for c in clouds], axis=0), X.mean(axis=0), atol=0.03 * scale.max())  # fmt: skip
        found = np.mean([np.cov(c.T) for c in clouds], axis=0) / np.outer(scale, scale)
        np.testing.assert_allclose(found, np.cov(X.T) / np.outer(scale, scale), atol=0.03)
        assert np.abs(skew(clouds[0], axis=0)).max() < 0.2


def test_features_that_go_together_do_so_in_the_gaussian_too():
    X = np.column_stack([CLOUD[:, 0], 3 * CLOUD[:, 0] + 1, np.full(2000, 7.0)])
    found = gaussian_null(X, seeded())
    np.testing.assert_allclose(found[:, 1], 3 * found[:, 0] + 1)
    np.testing.assert_allclose(found[:, 2], 7.0)


@pytest.mark.parametrize("name", MAKERS)
def test_a_null_depends_on_its_generator_alone_and_leaves_its_input(name):
    X = SKEWED[:, :1] if name == "one_mode" else SKEWED
    before = X.copy()
    first, again, other = (MAKERS[name](X, seeded(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other) and first.shape == X.shape
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("name", NULLS)
@pytest.mark.parametrize("n_tracks", [2, 3, 30])
def test_constant_features_stay_so_and_few_tracks_are_enough(name, n_tracks):
    X = np.column_stack([np.full(n_tracks, 4.0), np.arange(n_tracks), np.arange(n_tracks) ** 2.0])
    found = MAKERS[name](X, seeded())
    assert found.shape == X.shape and np.isfinite(found).all()
    np.testing.assert_allclose(found[:, 0], 4.0)
    np.testing.assert_allclose(MAKERS[name](np.ones((n_tracks, 2)), seeded()), 1.0)


# --- of one feature ----------------------------------------------------------------------------------------


def test_the_null_of_one_feature_fills_the_gap_between_its_peaks():
    found = one_mode_null(TWO_PEAKS, seeded())
    assert ((TWO_PEAKS > 0.3) & (TWO_PEAKS < 0.6)).mean() == 0 and ((found > 0.3) & (found < 0.6)).mean() > 0.15
    counts = np.histogram(found, np.linspace(0.2, 0.8, 5))[0]
    assert (np.diff(counts) > -3 * np.sqrt(counts[1:])).all()  # rises to the higher peak
    assert found.min() >= TWO_PEAKS.min() and found.max() <= TWO_PEAKS.max()


def test_two_values_are_smoothed_into_one_cloud_too():
    found = one_mode_null(np.repeat([[0.0], [1.0]], 300, axis=0), seeded())
    assert ((found > 0.2) & (found < 0.8)).mean() > 0.3


@pytest.mark.parametrize("X", [CLOUD[:, :1], SKEWED[:, :1], RNG.random((2000, 1))], ids=["normal", "skewed", "even"])
def test_a_feature_of_one_mode_is_hardly_changed(X):
    found = one_mode_null(X, seeded())
    levels = [0.1, 0.25, 0.5, 0.75, 0.9]
    np.testing.assert_allclose(np.quantile(found, levels), np.quantile(X, levels), atol=0.16 * X.std())


# --- Hopkins -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_features", [1, 2, 5])
def test_hopkins_is_a_half_for_even_strewing_and_near_one_for_clumps(n_features):
    random = seeded(n_features + 10)
    even = hopkins_statistic(random.random((3000, n_features)), seeded())
    assert even[1] < even[0] < even[2] and abs(even[0] - 0.5) < 0.08
    clumps = np.repeat(random.random((5, n_features)), 400, axis=0) + random.normal(0, 0.003, (2000, n_features))
    statistic, low, high = hopkins_statistic(clumps, seeded())
    assert statistic > 0.9 and low < statistic < high <= 1


def test_hopkins_is_low_on_a_grid():
    grid = np.stack(np.meshgrid(np.arange(40.0), np.arange(40.0)), axis=-1).reshape(-1, 2)
    assert hopkins_statistic(grid, seeded())[0] < 0.3


def test_hopkins_by_its_formula():
    X, random = RNG.random((400, 3)), seeded(9)
    statistic = hopkins_statistic(X, seeded(9), n_probes=50)[0]
    tree, places = cKDTree(X), X.min(axis=0) + random.random((50, 3)) * np.ptp(X, axis=0)
    tracks = X[random.choice(400, 50, replace=False)]
    strewn, clumped = (tree.query(places)[0] ** 3).sum(), (tree.query(tracks, k=2)[0][:, 1] ** 3).sum()
    assert statistic == pytest.approx(strewn / (strewn + clumped))


def test_constant_features_move_hopkins_nowhere():
    X = RNG.random((1000, 2))
    wider = np.column_stack([X, np.ones((1000, 8))])

    class Same:
        """Draws the first two of any number of columns from one stream, so that both tables get the same places."""

        def __init__(self):
            self.own = seeded()

        def random(self, shape):
            return np.pad(self.own.random((shape[0], 2)), ((0, 0), (0, shape[1] - 2)))

        def __getattr__(self, name):
            return getattr(self.own, name)

    assert hopkins_statistic(wider, Same()) == pytest.approx(hopkins_statistic(X, Same()))


def test_hopkins_is_not_a_number_where_all_tracks_are_equal_and_defined_for_two():
    assert np.isnan(hopkins_statistic(np.ones((10, 2)), seeded())).all()
    assert all(0 <= value <= 1 for value in hopkins_statistic([[0.0, 1.0], [1.0, 3.0]], seeded()))
    assert hopkins_statistic(np.repeat([[0.0], [1.0]], 50, axis=0), seeded())[0] == 1.0


def test_hopkins_depends_on_its_generator_alone():
    X = RNG.normal(size=(300, 2))
    assert hopkins_statistic(X, seeded(3)) == hopkins_statistic(X, seeded(3)) != hopkins_statistic(X, seeded(4))
    assert hopkins_statistic(X * 1e6, seeded(3))[0] == pytest.approx(hopkins_statistic(X, seeded(3))[0])


@pytest.mark.parametrize("function", [*MAKERS.values(), hopkins_statistic])
@pytest.mark.parametrize("bad", [np.ones(3), np.ones((1, 2)), np.array([[0.0], [np.nan]]), np.array([[0.0], [np.inf]])])
def test_what_is_no_table_of_tracks_is_refused(function, bad):
    with pytest.raises(ParameterError, match=r"X must hold two tracks or more of finite features, got shape \("):
        function(bad, seeded())

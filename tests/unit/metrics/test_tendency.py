"""Catalogues without groups keep what they promise, and the Hopkins statistic tells clumps from even strewing."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from songatlas.errors import ParameterError
from songatlas.metrics.tendency import NULLS, copula_null, gaussian_null, hopkins_statistic, permuted_null

RNG = np.random.default_rng(5)
CLOUD = RNG.normal(size=(2000, 3)) @ np.array([[1.0, 0.8, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]])
SKEWED = np.exp(CLOUD)


@pytest.mark.parametrize("null", [copula_null, permuted_null])
def test_every_feature_keeps_its_values(null):
    found = null(SKEWED, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(found, axis=0), np.sort(SKEWED, axis=0))


def test_the_copula_keeps_rank_correlations_and_the_shuffle_none():
    wanted = spearmanr(SKEWED).statistic
    np.testing.assert_allclose(spearmanr(copula_null(SKEWED, np.random.default_rng(1))).statistic, wanted, atol=0.08)
    assert abs(spearmanr(permuted_null(SKEWED, np.random.default_rng(1))).statistic[0, 1]) < 0.08


def test_the_gaussian_keeps_mean_and_covariance():
    found = gaussian_null(CLOUD + 5.0, np.random.default_rng(1))
    np.testing.assert_allclose(found.mean(axis=0), CLOUD.mean(axis=0) + 5.0, atol=0.15)
    np.testing.assert_allclose(np.cov(found.T), np.cov(CLOUD.T), atol=0.2)


@pytest.mark.parametrize("name", NULLS)
def test_a_null_depends_on_its_generator_alone(name):
    make = NULLS[name][1]
    first, again, other = (make(SKEWED, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    constant = make(np.ones((30, 2)), np.random.default_rng(1))
    np.testing.assert_allclose(constant, 1.0)


def test_hopkins_is_a_half_for_even_strewing_and_near_one_for_clumps():
    even = hopkins_statistic(RNG.random((3000, 2)), np.random.default_rng(1))
    clumps = hopkins_statistic(
        np.repeat(RNG.random((5, 2)), 400, axis=0) + RNG.normal(0, 0.01, (2000, 2)), np.random.default_rng(1)
    )
    assert even[1] < even[0] < even[2] and abs(even[0] - 0.5) < 0.1
    assert clumps[0] > 0.9
    assert np.isnan(hopkins_statistic(np.ones((10, 2)), np.random.default_rng(1))[0])


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((1, 2)), np.array([[0.0], [np.nan]])])
def test_what_is_no_table_of_tracks_is_refused(bad):
    with pytest.raises(ParameterError, match="X must hold two tracks or more"):
        copula_null(bad, np.random.default_rng(1))

"""What every kernel does with input it was not made for: the same answer, or an error that names the place.

A new kernel joins by one line in ``KERNELS``. What estimators and scores add is tested in ``tests/contracts``.
"""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas import metrics
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import build, k_distances, k_nearest
from songatlas.kernels.kmeans import kmeans_sweep, lloyd, nearest_centers
from songatlas.kernels.ranks import distance_ranks
from songatlas.kernels.ward import ward_tree

KERNELS: dict[str, Callable[..., object]] = {
    "kmeans": lambda X: kmeans_sweep(X, [2], n_init=2)[0].labels,
    "lloyd": lambda X: lloyd(X, np.zeros((1, np.shape(X)[1])))[1],
    "nearest_centers": lambda X: nearest_centers(X, np.arange(2.0 * np.shape(X)[1]).reshape(2, -1)),
    "silhouette": lambda X: metrics.silhouette_samples(X, np.arange(len(X)) % 3),
    "dbscan": lambda X: next(dbscan_grid(X, [9.0], [3])).labels,
    "ward": lambda X: ward_tree(X),
    "neighbors": lambda X: k_nearest(build(X), X, 2),
    "k_distances": lambda X: k_distances(X, 2),
    "ranks": lambda X: distance_ranks(X, [0], [[1]]),
}
SCORES: dict[str, Callable[..., object]] = {
    "davies_bouldin": lambda X: metrics.davies_bouldin_score(X, np.arange(len(X)) % 3),
    "calinski_harabasz": lambda X: metrics.calinski_harabasz_score(X, np.arange(len(X)) % 3),
    "inertia": lambda X: metrics.inertia(X, np.arange(len(X)) % 3),
}
ALL = {**KERNELS, **SCORES}


def whole_numbers(n_tracks: int = 60, n_features: int = 4) -> np.ndarray:
    """Return features that every type of number holds exactly."""
    return np.round(np.random.default_rng(0).normal(size=(n_tracks, n_features)) * 10)


def read_only_in_steps(X: np.ndarray) -> np.ndarray:
    wide = np.asfortranarray(np.repeat(X, 3, axis=0))
    wide.flags.writeable = False
    return wide[::3]


def unaligned(X: np.ndarray) -> np.ndarray:
    raw = np.zeros(X.nbytes + 1, dtype=np.uint8)
    view = raw[1:].view(np.float64).reshape(X.shape)
    view[:] = X
    assert not view.flags.aligned
    return view


CONTAINERS: dict[str, Callable[[np.ndarray], object]] = {
    "integers": lambda X: X.astype(int),
    "bytes": lambda X: X.astype(np.int8),
    "float32": lambda X: X.astype(np.float32),
    "big-endian": lambda X: X.astype(">f8"),
    "objects": lambda X: X.astype(object),
    "a list": lambda X: X.tolist(),
    "by column": np.asfortranarray,
    "read-only, by column, every third row": read_only_in_steps,
    "transposed": lambda X: X.T.copy().T,
    "unaligned": unaligned,
    "a table": lambda X: pd.DataFrame(X),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", ALL)
def test_type_and_layout_of_the_features_change_nothing(name: str, container: str) -> None:
    X = whole_numbers()
    expected, given_features = ALL[name](X), CONTAINERS[container](X)
    before = np.array(given_features)
    for one, other in zip(np.atleast_1d(expected), np.atleast_1d(ALL[name](given_features)), strict=True):
        np.testing.assert_array_equal(other, one)
    np.testing.assert_array_equal(np.array(given_features), before)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=15, deadline=None)
@given(
    n_tracks=st.integers(3, 40),
    n_features=st.integers(1, 12),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    data=st.data(),
)
def test_the_first_row_that_is_not_finite_is_named(
    name: str, n_tracks: int, n_features: int, value: float, data: st.DataObject
) -> None:
    X = whole_numbers(n_tracks, n_features)
    cells = data.draw(
        st.lists(st.tuples(st.integers(0, n_tracks - 1), st.integers(0, n_features - 1)), min_size=1, max_size=5)
    )
    for cell in cells:
        X[cell] = value
    row, column = min(cells)
    words = "NaN" if np.isnan(value) else str(value)
    message = f"X must be finite.*: {len({r for r, _ in cells})} of {n_tracks} rows are not, the first is row {row}, "
    with pytest.raises(ValueError, match=message + f"where column {column} holds {words}\\."):
        ALL[name](X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([["a", "b"]] * 9, "X must hold numbers, got <U1"),
        (np.full((9, 2), "1"), "X must hold numbers, got <U1"),
        (np.full((9, 2), 1j), "X must hold numbers, got complex128"),
        (np.full((9, 2), "2020-01-01", dtype="datetime64[D]"), "X must hold numbers, got datetime64"),
        (pd.DataFrame({"tempo": ["fast"] * 9, "energy": 0.5}), "X must hold numbers in rows of one length: .*'fast'"),
        ([[1.0, 2.0], [3.0]] * 5, "X must hold numbers in rows of one length"),
        (np.zeros((9, 1, 1)), r"X must have shape \(n_tracks, n_features\) .*, got \(9, 1, 1\)"),
        (np.zeros((9, 0)), r"X must have shape \(n_tracks, n_features\) .*, got \(9, 0\)"),
    ],
    ids=["text", "numbers as text", "complex", "dates", "a table with text", "ragged", "three axes", "no columns"],
)
@pytest.mark.parametrize("name", sorted(set(ALL) - {"lloyd", "nearest_centers"}))
def test_what_is_no_table_of_numbers_is_refused(name: str, X: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ALL[name](X)


@pytest.mark.parametrize("name", KERNELS)
def test_a_table_without_tracks_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"with a track and a feature or more, got \(0, 3\)"):
        KERNELS[name](np.empty((0, 3)))


@pytest.mark.parametrize("name", SCORES)
def test_a_table_without_tracks_has_no_score(name: str) -> None:
    assert np.isnan(SCORES[name](np.empty((0, 3))))


def test_one_track_is_answered() -> None:
    X = np.array([[3.0, 4.0]])
    (solution,) = kmeans_sweep(X, [1])
    assert (solution.labels.tolist(), solution.inertia, solution.confirmed) == ([0], 0.0, True)
    assert ward_tree(X).shape == (0, 4)
    assert [found.labels.tolist() for found in dbscan_grid(X, [0.0, 1.0], [1, 2])] == [[0], [-1], [0], [-1]]
    assert k_nearest(build(X), X, 1, include_self=True)[1].tolist() == [[0]]
    assert np.isnan(metrics.silhouette_samples(X, [0])).all()
    with pytest.raises(ValueError, match=r"n_clusters must be from 1 to the number of tracks \(1\), got 2"):
        kmeans_sweep(X, [2])


def test_eps_of_zero_reaches_copies_only_and_min_samples_above_the_tracks_makes_noise() -> None:
    X = np.array([[1.0], [1.0], [2.0], [1.0]])
    found = {(f.eps, f.min_samples): f.labels.tolist() for f in dbscan_grid(X, [0.0, 5.0], [3, 4, 5, 10**9])}
    assert found[0.0, 3] == [0, 0, -1, 0]
    assert found[5.0, 4] == [0] * 4
    assert all(labels == [-1] * 4 for (eps, m), labels in found.items() if m > 4 or (eps == 0 and m > 3))


COPIES = """
import warnings
import numpy as np
from songatlas import metrics
from songatlas.cluster import DBSCAN, KMeans, Ward
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import build, k_nearest
from songatlas.kernels.ward import ward_tree

n = 1_000_000
X = np.full((n, 4), 0.1)
warnings.simplefilter("ignore")  # one distinct row for two clusters
assert not KMeans(2, random_state=0).fit(X).labels_.any()
assert not DBSCAN(0.5).fit(X).labels_.any()
assert not Ward(None, height=0.0).fit(X).labels_.any()
assert not ward_tree(X, np.arange(n) % 3)[:, 2].any()
assert not metrics.silhouette_samples(X, np.arange(n) % 2).any()
assert metrics.davies_bouldin_score(X, np.arange(n) % 2) == 0
assert not k_nearest(build(X), X, 3)[0].any()
found = [f.labels.max() for f in dbscan_grid(X, [0.0, 1e-9, 1.0], [1, 100, n, n + 1])]
assert found == [0, 0, 0, -1] * 3, found
"""


@pytest.mark.slow
def test_a_million_copies_of_one_row_are_not_compared_pair_by_pair() -> None:
    """They take some seconds; 10^12 distances would take an hour."""
    answer = subprocess.run([sys.executable, "-c", COPIES], capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 0, answer.stderr

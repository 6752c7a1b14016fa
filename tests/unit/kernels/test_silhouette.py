import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples as oracle

from songatlas.kernels import silhouette
from songatlas.kernels.silhouette import silhouette_samples


def blobs(n_tracks: int, n_features: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, n_tracks)
    return rng.normal(size=(4, n_features))[labels] * 3 + rng.normal(size=(n_tracks, n_features)), labels


@pytest.mark.parametrize("n_features", [1, 2, 10, 11, 40, 200])
def test_any_number_of_features_agrees_with_scikit_learn(n_features: int) -> None:
    X, labels = blobs(300, n_features)
    np.testing.assert_allclose(silhouette_samples(X, [labels])[0], oracle(X, labels), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 60), st.sampled_from(["normal", "copies", "line", "huge", "tiny"]))
def test_many_labelings_with_noise_gaps_and_single_tracks(seed: int, n_tracks: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_tracks, 3))
    if kind == "copies":
        X = np.round(X)
    if kind == "line":
        X = X[:, :1] * np.array([1.0, -2.0, 0.0])
    scale = {"huge": 1e200, "tiny": 1e-200}.get(kind, 1.0)
    labelings = rng.choice([-1, 0, 3, 8, 900], size=(4, n_tracks))
    values = silhouette_samples(X * scale, labelings)
    for labels, found in zip(labelings, values, strict=True):
        kept = labels != -1
        assert np.all(found[~kept] == 0) or np.isnan(found).all()
        n_clusters = len(np.unique(labels[kept]))
        if n_clusters < 2:
            assert np.isnan(found).all()
        elif n_clusters < kept.sum():
            np.testing.assert_allclose(found[kept], direct(X[kept], labels[kept]), atol=1e-9)


def direct(X: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Silhouettes from a full matrix of distances, term by term."""
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    values = np.zeros(len(X))
    for i, label in enumerate(labels):
        same = labels == label
        if same.sum() > 1:
            a = distances[i, same].sum() / (same.sum() - 1)
            b = min(distances[i, labels == other].mean() for other in set(labels.tolist()) - {label})
            values[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0.0
    return values


@pytest.fixture
def always_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "_SMALL", 0)


@pytest.mark.usefixtures("always_float32")
@pytest.mark.parametrize("n_features", [2, 10, 24])
def test_float32_stays_within_its_tolerance(n_features: int) -> None:
    X, labels = blobs(2500, n_features)
    found, expected = silhouette_samples(X, [labels])[0], oracle(X, labels)
    np.testing.assert_allclose(found, expected, atol=5e-6)
    assert abs(found.mean() - expected.mean()) < 1e-7


@pytest.mark.usefixtures("always_float32")
def test_offsets_and_outliers_do_not_cost_digits() -> None:
    X, labels = blobs(400, 10)
    expected = silhouette_samples(X, [labels])[0]
    shifted = silhouette_samples(X + 1e7, [labels])[0]
    np.testing.assert_allclose(shifted, expected, atol=1e-5)
    far = np.concatenate([X, np.full((1, 10), 1e9)])
    with_outlier = silhouette_samples(far, [np.append(labels, 9)])[0]
    np.testing.assert_allclose(with_outlier[:-1], expected, atol=1e-5)


@pytest.mark.usefixtures("always_float32")
def test_tight_groups_far_apart_are_computed_again_in_float64() -> None:
    X, labels = blobs(200, 2)
    X, labels = np.concatenate([X, X + 1e9]), np.concatenate([labels, labels + 4])
    np.testing.assert_allclose(silhouette_samples(X, [labels])[0], direct(X, labels), atol=1e-5)


def test_threads_and_row_order_change_nothing(always_float32: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "_DISTANCES_PER_CALL", 1e6)  # several pieces of work
    X, labels = blobs(3000, 10)
    labelings = np.stack([labels, labels // 2, np.arange(3000) % 7])
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = silhouette_samples(X, labelings)
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(one, silhouette_samples(X, labelings))
    rows = np.random.default_rng(1).permutation(3000)
    np.testing.assert_allclose(silhouette_samples(X[rows], labelings[:, rows]), one[:, rows], atol=5e-6)


def test_a_million_copies_of_a_few_rows_take_no_time() -> None:
    X = np.tile([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [9.0, 8.0]], (250_000, 1))
    labels = np.tile([0, 0, 1, 1], 250_000)
    values = silhouette_samples(X, [labels])[0]
    a = 250_000 / 499_999
    b = (np.hypot(9, 9) + np.hypot(9, 8)) / 2
    assert values[0] == pytest.approx((b - a) / b, abs=1e-12)


def test_equal_rows_in_two_clusters_score_zero() -> None:
    assert silhouette_samples(np.full((6, 2), 0.3), [[0, 0, 0, 1, 1, 1]]).tolist() == [[0.0] * 6]


def test_read_only_fortran_and_float32_input() -> None:
    X, labels = blobs(200, 4)
    expected = silhouette_samples(X, [labels])
    other = np.asfortranarray(X)
    other.flags.writeable = False
    assert np.array_equal(silhouette_samples(other, [labels]), expected)
    np.testing.assert_allclose(silhouette_samples(X.astype(np.float32), [labels.astype(np.int8)]), expected, atol=1e-5)


def test_progress_adds_up_to_one(always_float32: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "_DISTANCES_PER_CALL", 1.0)
    X, labels = blobs(1000, 3)
    shares: list[float] = []
    silhouette_samples(X, [labels], advance=shares.append)
    assert len(shares) == 16
    assert sum(shares) == pytest.approx(1.0)


def test_bad_input_is_refused_by_name_and_row() -> None:
    X, labels = blobs(20, 2)
    with pytest.raises(ValueError, match="first is row 7, where column 1 holds NaN"):
        X[7, 1] = np.nan
        silhouette_samples(X, [labels])
    for other in (labels[1:], labels.astype(float), labels[None, None], [labels, labels[1:]], [labels > 0]):
        with pytest.raises(ValueError, match=r"labelings must be integers of shape \(n_labelings, 20\) or \(20,\)"):
            silhouette_samples(np.zeros((20, 2)), other)
    with pytest.raises(ValueError, match="with a track and a feature or more"):
        silhouette_samples(np.zeros((20, 0)), [labels])


def test_one_labeling_alone_gives_one_row() -> None:
    X, labels = blobs(50, 3)
    values = silhouette_samples(X, labels)
    assert values.shape == (50,)
    assert np.array_equal(values, silhouette_samples(X, [labels])[0])

"""Whether groupings come back on parts of the tracks: real groups do, one cloud cut in pieces does less."""

from collections.abc import Iterator
from contextlib import contextmanager

import numba
import numpy as np
import pytest

from songatlas.cluster.labels import relabel_by_size
from songatlas.cluster.ward import cut_tree
from songatlas.errors import ParameterError
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.ward import ward_tree
from songatlas.metrics.stability import track_standings
from songatlas.workflow import certificate
from songatlas.workflow.certificate import certify, refit_sizes

PARAMS = {
    "kmeans": {"n_clusters": 3, "n_starts": 10},
    "ward": {"n_clusters": 3},
    "dbscan": {"eps": 1.5, "min_samples": 8},
    "hdbscan": {"min_cluster_size": 20, "min_samples": 10},
    "gaussian_mixture": {"n_clusters": 3, "bic": 1.0},
}


def groups(n_tracks: int = 240, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Return three groups far apart, and the group of each track."""
    rng = np.random.default_rng(1)
    labels = np.arange(n_tracks, dtype=np.int32) % 3
    return np.array([[0.0, 0, 0], [6, 0, 0], [0, 6, 0]])[labels] + rng.normal(0, spread, (n_tracks, 3)), labels


def cloud(n_tracks: int = 400, n_features: int = 5) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(n_tracks, n_features))


def same(first, second) -> bool:
    figures = [(c.n_refits, c.part_size, c.adjusted_rand, c.clusters, c.note) for c in (first, second)]
    return figures[0] == figures[1] and np.array_equal(first.consistency, second.consistency, equal_nan=True)


@pytest.mark.parametrize("method", PARAMS)
def test_real_groups_come_back_by_every_method(method: str) -> None:
    X, labels = groups()
    found = certify(X, labels, method, PARAMS[method], n_refits=6)
    assert (found.method, found.n_clusters, found.n_refits) == (method, 3, 6)
    assert found.part_size == 120
    assert min(found.adjusted_rand) > 0.9
    assert [(c.label, c.grade) for c in found.clusters] == [(0, "solid"), (1, "solid"), (2, "solid")]
    assert track_standings(found.consistency).count("core") > 220
    assert found.consistency.dtype == np.float32


def test_perfect_groups_are_all_core() -> None:
    X, labels = groups()
    found = certify(X, labels, "kmeans", PARAMS["kmeans"])
    assert found.n_refits == 50
    assert set(found.adjusted_rand) == {1.0}
    assert {(c.jaccard_mean, c.jaccard_low) for c in found.clusters} == {(1.0, 1.0)}
    assert (found.consistency == 1).all()
    assert found.note == ""


@pytest.mark.parametrize("method", ["kmeans", "ward"])
def test_one_cloud_cut_in_pieces_comes_back_less(method: str) -> None:
    X = cloud()
    if method == "ward":
        labels = relabel_by_size(cut_tree(ward_tree(X), 3), X)
    else:
        labels = relabel_by_size(kmeans_sweep(X, [3])[0].labels, X)
    found = certify(X, labels, method, PARAMS[method], n_refits=20)
    assert np.mean(found.adjusted_rand) < 0.6
    assert "solid" not in {c.grade for c in found.clusters}
    assert track_standings(found.consistency).count("core") < 200


def test_labels_drawn_by_lot_are_doubtful() -> None:
    X, _ = groups()
    labels = np.random.default_rng(3).integers(0, 3, len(X)).astype(np.int32)
    found = certify(X, labels, "kmeans", PARAMS["kmeans"], n_refits=10)
    assert abs(np.mean(found.adjusted_rand)) < 0.05
    assert {c.grade for c in found.clusters} == {"doubtful"}


def test_the_numbers_of_clusters_mean_nothing() -> None:
    X, labels = groups(spread=2.0)
    names = np.array([2, 0, 1], dtype=np.int32)
    found, renamed = (certify(X, own, "kmeans", PARAMS["kmeans"], n_refits=8) for own in (labels, names[labels]))
    assert renamed.adjusted_rand == found.adjusted_rand
    assert [renamed.clusters[n].jaccard_mean for n in names] == [c.jaccard_mean for c in found.clusters]
    np.testing.assert_array_equal(renamed.consistency, found.consistency)


@pytest.mark.parametrize("method", ["kmeans", "ward", "dbscan"])
def test_the_number_of_threads_changes_nothing(method: str) -> None:
    X, labels = groups(spread=1.5)
    n_threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = certify(X, labels, method, PARAMS[method], n_refits=6, seed=5)
    finally:
        numba.set_num_threads(n_threads)
    assert same(certify(X, labels, method, PARAMS[method], n_refits=6, seed=5), alone)
    assert not same(certify(X, labels, method, PARAMS[method], n_refits=6, seed=6), alone)


def test_every_track_is_held_equally_often_and_no_part_repeats() -> None:
    X, labels = groups(241, spread=2.0)
    found = certify(X, labels, "kmeans", PARAMS["kmeans"], n_refits=10)
    assert found.part_size == 120
    held = found.consistency * 5  # of ten halves five hold a track, where one is left out of a shuffle fewer
    assert (np.isclose(held, held.round(), atol=1e-4)).mean() > 0.95
    assert len(set(found.adjusted_rand)) > 5


@pytest.mark.parametrize("method", PARAMS)
@pytest.mark.parametrize("n_tracks", [0, 1, 2, 3, 101, 20_000, 95_837, 1_000_000, 1_000_003])
def test_refits_hold_every_track_and_are_fewer_where_they_are_slow(method: str, n_tracks: int) -> None:
    n_refits, size = refit_sizes(n_tracks, method)
    assert 20 <= n_refits <= 50
    assert 0 <= size <= n_tracks // 2
    if n_tracks >= 2:
        n_parts = n_tracks // size
        assert n_tracks - n_parts * size < n_parts <= n_refits
    assert refit_sizes(n_tracks, method, 7)[0] == 7


def test_a_track_in_few_refits_is_worth_a_word() -> None:
    X, labels = groups()
    assert "in 1.5 of the refits on average" in certify(X, labels, "ward", PARAMS["ward"], n_refits=3).note
    assert certify(X, labels, "ward", PARAMS["ward"], n_refits=10).note == ""


def test_noise_has_no_consistency() -> None:
    X, labels = groups()
    X = np.vstack([X, [[30.0, 30, 30], [40, 0, 40]]])
    labels = next(dbscan_grid(X, [1.5], [8])).labels
    found = certify(X, labels, "dbscan", PARAMS["dbscan"], n_refits=6)
    assert np.isnan(found.consistency[-2:]).all()
    assert not np.isnan(found.consistency[:-2]).any()


def test_dbscan_keeps_the_density_that_makes_a_core_track() -> None:
    X, labels = groups(200)
    found = certify(X, labels, "dbscan", {"eps": 1.5, "min_samples": 11}, n_refits=6)
    assert found.part_size == 200 * 5 // 11
    assert "min_samples 5 instead of 11, as a part has 5 / 11 of the tracks" in found.note
    alone = certify(X, labels, "dbscan", {"eps": 1.5, "min_samples": 1}, n_refits=6)
    assert alone.part_size == 100
    assert "min_samples" not in alone.note


def test_dbscan_finds_in_half_of_the_tracks_what_it_found_in_all() -> None:
    X = np.concatenate([np.linspace(0, 10, 200), np.linspace(20, 30, 201)])[:, None]
    params = {"eps": 1.0, "min_samples": 20}  # 41 tracks within eps, of a half about 20
    labels = next(dbscan_grid(X, [1.0], [20])).labels
    found = certify(X, labels, "dbscan", params, n_refits=8)
    assert found.part_size == 200
    assert "min_samples 10 instead of 20" in found.note
    assert min(found.adjusted_rand) > 0.9


def test_every_refit_starts_from_a_seed_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def sweep(*args, seed: int, **values):
        seeds.append(seed)
        return kmeans_sweep(*args, seed=seed, **values)

    monkeypatch.setattr(certificate, "kmeans_sweep", sweep)
    X, labels = groups()
    for seed in (1, 2):
        certify(X, labels, "kmeans", PARAMS["kmeans"], n_refits=4, seed=seed)
    assert len(set(seeds)) == 8


def test_a_cluster_in_noise_is_judged() -> None:
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(0, 0.2, (100, 2)), rng.uniform(-20, 20, (60, 2))])
    labels = next(dbscan_grid(X, [0.5], [8])).labels
    found = certify(X, labels, "dbscan", {"eps": 0.5, "min_samples": 8}, n_refits=6)
    assert found.n_clusters == 1
    assert [c.grade for c in found.clusters] == ["solid"]


def test_a_cut_by_height_is_refitted_by_number() -> None:
    X, labels = groups()
    found = certify(X, labels, "ward", {"height": 12.0}, n_refits=6)
    assert found.adjusted_rand == (1.0,) * 6
    assert "not at the same height" in found.note


@pytest.mark.parametrize(
    ("X", "labels", "note"),
    [
        (np.zeros((2, 3)), [0, 1], "2 tracks in 2 clusters are too few"),
        (np.zeros((0, 3)), [], "Every track is noise"),
        (np.zeros((9, 3)), [0] * 9, "There is one cluster"),
        (np.eye(9), [-1] * 9, "Every track is noise"),
        (np.eye(9), [0] + [-1] * 8, ""),
        (np.zeros((1, 1)), [0], "There is one cluster"),
        (np.eye(9), [0, 1, 2, 0, 1, 2, 0, 1, 2], "9 tracks in 3 clusters are too few"),
    ],
)
@pytest.mark.parametrize("method", PARAMS)
def test_tiny_tables_have_no_certificate_and_a_reason(method: str, X, labels, note: str) -> None:
    found = certify(X, np.array(labels, dtype=np.int32), method, PARAMS[method], n_refits=4)
    if note:
        assert (found.n_refits, found.part_size, found.adjusted_rand, found.clusters) == (0, 0, (), ())
        assert note in found.note
        assert np.isnan(found.consistency).all()
    assert len(found.consistency) == len(labels)


@pytest.mark.parametrize("method", PARAMS)
def test_few_different_tracks_are_no_obstacle(method: str) -> None:
    X = np.repeat([[0.0, 0], [1, 1], [5, 5]], [30, 2, 2], axis=0)
    labels = np.repeat([0, 1, 2], [30, 2, 2]).astype(np.int32)
    found = certify(X, labels, method, PARAMS[method], n_refits=4)
    assert len(found.adjusted_rand) == 4
    assert len(found.clusters) == 3


class Recorder:
    """Keeps the shares that were reported done, and stops after some of them."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.shares: list[float] = []
        self.stop_after = stop_after

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator["Recorder"]:
        assert (title, total) == ("4 refits of kmeans", 1.0)
        yield self

    def advance(self, amount: float = 1.0) -> None:
        self.shares.append(amount)
        if len(self.shares) == self.stop_after:
            raise KeyboardInterrupt


def test_progress_is_told_in_shares_and_an_interrupt_ends_it() -> None:
    X, labels = groups()
    recorder = Recorder()
    certify(X, labels, "kmeans", PARAMS["kmeans"], n_refits=4, progress=recorder)
    assert recorder.shares == pytest.approx([0.25] * 4)
    stopped = Recorder(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        certify(X, labels, "kmeans", PARAMS["kmeans"], n_refits=4, progress=stopped)
    assert len(stopped.shares) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "birch"}, "method must be one of 'kmeans', 'ward', .* got 'birch'"),
        ({"method": "dbscan", "params": {"eps": 1.0}}, "params must hold 'min_samples', got {'eps': 1.0}"),
        ({"labels": np.zeros(3, dtype=np.int32)}, "of the same tracks, got 240 rows and 3 labels"),
        ({"n_refits": 0}, "n_refits must be 1 or more, got 0"),
    ],
)
def test_what_does_not_fit_is_refused(change, message: str) -> None:
    X, labels = groups()
    values = {"X": X, "labels": labels, "method": "kmeans", "params": {"n_clusters": 3}, **change}
    with pytest.raises(ParameterError, match=message):
        certify(**values)

"""The criteria of ``--thorough``: groups far apart have their number named, one cloud is one, and none of them counts."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import numba
import numpy as np
import pytest

from songatlas.cluster.votes import MORE_CRITERIA
from songatlas.evidence import Vote
from songatlas.options import ClusterOptions, JudgeOptions
from songatlas.progress import SILENT
from songatlas.workflow import thorough
from songatlas.workflow.methods import NearestOthers, Task, concluded, fit_kmeans
from songatlas.workflow.thorough import gap_statistic, more_votes, prediction_strength

NUMBERS = range(2, 8)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Draw fewer references and splits than a run does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thorough, "N_REFERENCES", 8)
        patch.setattr(thorough, "N_SPLITS", 5)
        yield


def blobs(n_tracks: int = 240, n_groups: int = 4, spread: float = 0.4) -> np.ndarray:
    """Return groups of equal size, their centers at least 6 apart."""
    rng = np.random.default_rng(3)
    centers = np.array([[0.0, 0, 0], [6, 0, 0], [0, 7, 0], [0, 0, 8], [7, 8, 0], [8, 0, 9]])[:n_groups]
    return centers[np.arange(n_tracks) % n_groups] + rng.normal(0, spread, (n_tracks, 3))


def cloud(n_tracks: int = 400, n_features: int = 4) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(n_tracks, n_features))


def votes_on(X: np.ndarray, numbers=NUMBERS, seed: int = 0) -> dict[str, Vote]:
    return {vote.criterion: vote for vote in more_votes(X, numbers, seed, SILENT)}


@pytest.fixture(scope="module")
def on_blobs() -> dict[str, Vote]:
    return votes_on(blobs())


@pytest.fixture(scope="module")
def on_cloud() -> dict[str, Vote]:
    return votes_on(cloud())


@pytest.mark.parametrize("n_groups", [2, 4, 6])
def test_groups_far_apart_have_their_number_named_by_every_criterion(n_groups: int) -> None:
    found = votes_on(blobs(n_groups=n_groups))
    assert {name: vote.n_clusters for name, vote in found.items()} == dict.fromkeys(MORE_CRITERIA, n_groups)


def test_none_of_the_votes_counts(on_blobs) -> None:
    assert list(on_blobs) == list(MORE_CRITERIA)
    assert not any(vote.counts for vote in on_blobs.values())
    assert {name: vote.title for name, vote in on_blobs.items()} == {n: c.title for n, c in MORE_CRITERIA.items()}


@pytest.mark.parametrize("criterion", ["gap", "prediction_strength", "bic"])
def test_one_cloud_is_one_cluster(on_cloud, criterion: str) -> None:
    assert on_cloud[criterion].n_clusters == 1


def test_numbers_that_begin_above_two_leave_one_cluster_aside() -> None:
    found = votes_on(cloud(), range(4, 8))
    assert found["gap"].n_clusters == 4
    assert found["prediction_strength"].n_clusters is None
    assert found["prediction_strength"].why.startswith("nowhere 0.8 (0.")
    assert found["bic"].n_clusters == 4


def test_the_curves_have_a_value_for_each_number(on_blobs) -> None:
    for name in ("gap", "prediction_strength", "bic"):
        assert len(on_blobs[name].curve) == len(NUMBERS)
        assert all(isinstance(value, float) for value in on_blobs[name].curve)
    assert on_blobs["density_modes"].curve == (None,) * len(NUMBERS)


def test_every_vote_says_where_it_comes_from(on_blobs) -> None:
    assert "(gap " in on_blobs["gap"].why
    assert "standard error 0.0" in on_blobs["gap"].why
    assert "up to 4 (1.00)" in on_blobs["prediction_strength"].why
    assert on_blobs["bic"].why.startswith("lowest at 4")
    assert "regions of 5 tracks and more" in on_blobs["density_modes"].why
    assert {vote.provenance.n_tracks for vote in on_blobs.values()} == {240}
    exact = {name: vote.provenance.exact for name, vote in on_blobs.items()}
    assert exact == {"gap": False, "prediction_strength": False, "bic": True, "density_modes": True}


def test_a_part_of_a_large_table_says_so_and_answers_the_same(monkeypatch) -> None:
    monkeypatch.setattr(thorough, "PART_SIZE", 300)
    monkeypatch.setattr(thorough, "DENSITY_PART_SIZE", 400)
    found = votes_on(blobs(900))
    assert {vote.n_clusters for vote in found.values()} == {4}
    sizes = {name: vote.provenance.sample_size for name, vote in found.items()}
    assert sizes == {"gap": 300, "prediction_strength": 300, "bic": 300, "density_modes": 400}
    assert {vote.provenance.n_tracks for vote in found.values()} == {900}


def test_prediction_strength_has_an_interval_around_its_value() -> None:
    vote = votes_on(blobs(spread=1.4, n_tracks=400))["prediction_strength"]
    value = vote.curve[NUMBERS.index(vote.n_clusters)]
    assert vote.provenance.low < value < vote.provenance.high
    assert vote.provenance.high - vote.provenance.low < 0.3


def test_the_same_seed_and_any_number_of_threads_give_the_same_votes() -> None:
    X, n_threads = blobs(300, spread=1.5), numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = votes_on(X, range(2, 6), seed=5)
    finally:
        numba.set_num_threads(n_threads)
    assert votes_on(X, range(2, 6), seed=5) == alone
    assert votes_on(X, range(2, 6), seed=6)["gap"] != alone["gap"]


@pytest.mark.parametrize(
    "X",
    [np.zeros((30, 2)), np.eye(3), cloud(19), np.repeat(np.arange(3.0), 20)[:, None]],
    ids=["equal tracks", "three tracks", "nineteen tracks", "three different tracks"],
)
def test_where_there_is_too_little_to_say_they_abstain(X: np.ndarray) -> None:
    found = votes_on(X, [2, 3])
    assert found["bic"].n_clusters is found["density_modes"].n_clusters is None
    assert found["bic"].why == found["density_modes"].why == "too few different tracks"
    if len(X) < 20:
        assert {vote.n_clusters for vote in found.values()} == {None}
        assert {value for vote in found.values() for value in vote.curve} == {None}


def test_three_different_tracks_are_three_clusters_at_most() -> None:
    found = votes_on(np.repeat(np.arange(3.0), 20)[:, None], [2, 3, 4, 5])
    assert found["gap"].curve[1:] == (None, None, None)
    assert found["prediction_strength"].n_clusters == 3
    assert found["prediction_strength"].curve[1:] == (1.0, None, None)


def test_mixtures_have_no_more_parameters_than_tracks() -> None:
    curve = votes_on(cloud(60, 3))["bic"].curve  # 10 parameters a component
    assert [value is not None for value in curve] == [k <= 6 for k in NUMBERS]


def test_the_gap_is_that_of_the_definition() -> None:
    """In one dimension, evenly strewn tracks cut in two leave a quarter of the inertia: log 4 less (variance 1/12)."""
    X = np.linspace(0, 1, 400)[:, None]
    gap, error = gap_statistic(X, [1, 2], 0)
    assert np.abs(gap).max() < 0.1
    assert (error > 0).all()
    two = np.concatenate([np.linspace(0, 0.1, 200), np.linspace(0.9, 1, 200)])[:, None]
    gap, _ = gap_statistic(two, [1, 2], 0)
    spread = np.array([((two - two.mean()) ** 2).sum(), 2 * ((two[:200] - two[:200].mean()) ** 2).sum()])
    np.testing.assert_allclose(gap, np.log(np.array([400 / 12, 400 / 48]) / spread), atol=0.05)


def test_the_gap_of_turned_and_moved_tracks_is_the_same() -> None:
    X = blobs(200, spread=1.0) * [1, 2, 3]
    turned = X @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0] + 50
    (gap, error), (again, _) = gap_statistic(X, [1, 2, 3, 4], 0), gap_statistic(turned, [1, 2, 3, 4], 0)
    assert np.abs(gap - again).max() < 3 * error.max()


@pytest.mark.parametrize(
    ("labels", "foretold", "strength"),
    [
        ([0, 0, 1, 1], [5, 5, 3, 3], 1.0),
        ([0, 0, 0, 1, 1], [0, 0, 1, 1, 1], 1 / 3),
        ([0, 0, 1, 1], [0, 1, 0, 0], 0.0),
        ([0, 0, 0, 0], [0, 0, 1, 1], 2 / 6),
        ([0, 1, 2], [0, 0, 0], 1.0),
        ([0, 1, 1], [0, 0, 0], 1.0),
    ],
)
def test_prediction_strength_is_that_of_the_weakest_cluster(labels, foretold, strength: float) -> None:
    assert prediction_strength(np.array(labels), np.array(foretold)) == pytest.approx(strength)


def test_density_that_never_parts_is_one_mode(monkeypatch) -> None:
    monkeypatch.setattr(thorough, "MODE_SHARE", 0.4)
    vote = votes_on(cloud(), [2])["density_modes"]
    assert vote.n_clusters == 1
    assert "never parts into two regions of 160 tracks" in vote.why


class Recorder:
    """Keeps what was reported done, by step."""

    def __init__(self) -> None:
        self.totals: dict[str, float | None] = {}
        self.done: dict[str, float] = defaultdict(float)

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator["Recorder"]:
        self.totals[title] = total
        yield self

    def advance(self, amount: float = 1.0) -> None:
        self.done[list(self.totals)[-1]] += amount


def test_progress_is_told_to_the_end_of_every_step() -> None:
    recorder = Recorder()
    more_votes(blobs(200), range(2, 5), 0, recorder)
    assert len(recorder.totals) == 4
    assert recorder.done == pytest.approx(recorder.totals)


@pytest.mark.parametrize("ks", [(2, 3, 4, 5), (4,)])
@pytest.mark.parametrize("no_evidence", [False, True])
def test_they_stand_behind_the_votes_that_are_counted_and_change_nothing(
    ks: tuple[int, ...], no_evidence: bool
) -> None:
    X = blobs()
    task = Task(X, ks, ClusterOptions(methods=("kmeans",)), 0, SILENT, NearestOthers(X, 5, SILENT))
    fits = {"kmeans": fit_kmeans(task)}
    plain, shown = (
        concluded(task, fits, JudgeOptions(thorough=asked, no_evidence=no_evidence))[1] for asked in (False, True)
    )
    n = len(plain.votes)
    assert shown.votes[:n] == plain.votes
    assert [vote.criterion for vote in shown.votes[n:]] == ([] if no_evidence or ks == (4,) else list(MORE_CRITERIA))
    assert (shown.chosen, shown.support, shown.reason) == (plain.chosen, plain.support, plain.reason)

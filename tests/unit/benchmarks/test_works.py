import numpy as np
import pytest
from benchmarks import memory
from benchmarks.counting import count_kmeans, n_distinct, n_links, time_map
from benchmarks.data import Data, catalogue, resized
from benchmarks.map_quality import map_quality
from benchmarks.works import WORKS, kmeans
from benchmarks.works.complete import check, run_usual_samples
from sklearn.manifold import trustworthiness

BY_KEY = {work.key: work for work in WORKS}
SPOILED = {
    "silhouettes": lambda result: result + 2e-5,
    "ward": lambda result: result * (1 + 1e-9),
    "dbscan": lambda result: np.where(np.arange(len(result)) == 5, result + 1, result),
    "neighbors": lambda result: result * (1 + 1e-9),
}


@pytest.fixture(scope="module")
def data():
    return catalogue(600)


@pytest.mark.parametrize("key", SPOILED)
def test_ours_agrees_with_every_other_and_a_spoiled_result_does_not(key, data):
    work = BY_KEY[key]
    given = work.prepare(data)
    ours = work.ours[0].run(data.X, given)
    assert work.check(data, given, ours, None).holds
    for other in (tool for tool in work.others if tool.is_installed()):
        theirs = other.run(data.X, given)
        assert work.check(data, given, ours, theirs).holds
        assert not work.check(data, given, SPOILED[key](ours), theirs).holds


def test_a_grid_is_compared_with_scikit_learn(data):
    work = BY_KEY["grid"]
    given = work.prepare(data)
    found = work.ours[0].run(data.X, given)
    assert work.check(data, given, found, None).holds
    spoiled = [one._replace(labels=one.labels + 1) for one in found]
    assert not work.check(data, given, spoiled, None).holds


def test_k_means_must_be_settled_and_no_worse(data):
    good = kmeans.sweep(data.X, {})
    shifted = kmeans.Sweep(good.labels.copy(), True)
    shifted.labels[3, :40] = (shifted.labels[3, :40] + 1) % kmeans.KS[3]
    check_ = BY_KEY["kmeans"].check
    assert check_(data, {}, good, good).holds and check_(data, {}, good, None).holds
    assert check_(data, {}, good, shifted).holds
    assert not check_(data, {}, shifted, good).holds


def test_the_judge_of_maps_agrees_with_scikit_learn(data):
    X, shown = data.X, data.X[:, :2]
    (found,) = map_quality(X, [shown])
    assert found.trustworthiness == pytest.approx(trustworthiness(X, shown, n_neighbors=10), abs=2e-3)  # copies
    flat = np.random.default_rng(0).normal(size=(300, 2))
    perfect, shuffled = map_quality(flat, [flat * 3.0, flat[::-1]])
    assert perfect == (1.0, 1.0)
    assert shuffled.kept < 0.1 and shuffled.trustworthiness < 0.6


def test_a_map_of_lower_quality_fails(data):
    work = BY_KEY["tsne"]
    good = data.X[:, :2]
    assert work.check(data, {}, good, good).holds
    assert not work.check(data, {}, good[::-1], good).holds


def test_memory_of_a_process_counts_what_the_work_added(tmp_path):
    X = np.random.default_rng(0).normal(size=(3_000, 10))
    labelings = np.tile(np.arange(3_000) % 3, (14, 1))
    memory.keep(tmp_path, X, {"labelings": labelings})
    found = memory.of_process("silhouettes", "scikit-learn", tmp_path)
    assert found.added is not None and 0.98 * 3_000**2 * 8 / 2**20 < found.added < found.peak


def test_counts_of_k_means_are_those_of_its_iterations(data):
    counts = count_kmeans(lambda: kmeans.sweep(data.X, {}, confirm=False))
    assert 0 < counts.looked < counts.full and counts.bound_bytes > 0
    assert counts.seeded >= sum(10 * k * len(data.X) for k in kmeans.KS)


def test_the_time_of_a_map_is_shared_out():
    from songatlas.kernels.tsne import tsne

    X = np.random.default_rng(0).normal(size=(900, 2))
    neighbors = np.argsort(((X[:, None] - X) ** 2).sum(axis=2), axis=1)[:, 1:4]
    ticks = iter(range(10_000))
    spent = time_map(lambda: tsne(neighbors, X, n_iterations=5), lambda: float(next(ticks)))
    assert spent.repulsion == 5.0 and spent.rest > 0.0


def test_links_and_distinct_rows_are_counted():
    assert n_links(np.array([[1], [0], [0]])) == 4
    assert n_distinct(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])) == 2


def test_data_of_another_size_are_a_part_or_drawn_with_jitter(data):
    part, more = resized(data, 100), resized(data, 1_000)
    assert len(part.X) == 100 and len(more.X) == 1_000 and resized(data, 600) is data
    known = {row.tobytes() for row in data.X}
    assert all(row.tobytes() in known for row in part.X)
    assert not any(row.tobytes() in known for row in more.X) and "jitter" in more.name
    assert isinstance(more, Data) and not more.files


@pytest.mark.slow
def test_the_notebook_on_usual_samples_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads cost more than they help on so few tracks
    files = [str(path) for path in catalogue(200, tmp_path).files]
    outcome = run_usual_samples(files)
    assert outcome.figures == 13 and outcome.pages == 1 and 150 < outcome.rows <= 200
    assert outcome.finished.seconds > 0 and outcome.finished.megabytes > 50
    assert check(outcome, outcome).holds

"""Every step of a run says how long it is, and has reported just that when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import songatlas
from songatlas.progress import SILENT


class Recorder:
    """Keeps what each step said of itself: title, total and what was reported done."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float | None, list[float]]] = []

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator["Recorder"]:
        self.steps.append((title, total, []))
        yield self

    def advance(self, amount: float = 1.0) -> None:
        self.steps[-1][2].append(amount)


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    recorder = Recorder()
    table = songatlas.make_catalogue(900, seed=3)
    methods = ["kmeans", "dbscan", "ward", "hdbscan", "gaussian_mixture"]
    run = songatlas.cluster_tracks(table, map_iterations=60, methods=methods, progress=recorder)
    run.save(tmp_path_factory.mktemp("out") / "RUN", progress=recorder)
    return recorder.steps


def test_every_step_of_a_run_has_a_length_and_reaches_it(steps):
    assert [title for title, total, _ in steps if total is None] == []
    assert {title: sum(done) for title, _, done in steps} == pytest.approx({title: total for title, total, _ in steps})


def test_all_stages_report(steps):
    told = " ".join(title for title, _, _ in steps)
    for word in (
        "cleaning",
        "K-Means",
        "DBSCAN",
        "Ward",
        "silhouettes",
        "nearest tracks",
        "map",
        "names",
        "tables",
        "figures",
    ):
        assert word in told


def test_silence_takes_whatever_it_is_told(capfd):
    with SILENT.step("anything", 3.0) as step:
        step.advance()
        step.advance(2.5)
    assert capfd.readouterr() == ("", "")

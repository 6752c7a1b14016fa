"""Work in pieces on several threads: every item once, errors handed on, and a Ctrl-C that waits for nothing."""

import threading

import numpy as np
import pytest

from songatlas.kernels import threads
from songatlas.kernels.threads import Crew, run_in_chunks

PATIENCE = 30.0  # seconds after which a piece ends by itself, so that a broken test ends too


@pytest.fixture(params=[1, 2])
def n_threads(request, monkeypatch):
    monkeypatch.setattr(threads, "get_num_threads", lambda: request.param)
    return request.param


@pytest.mark.parametrize(("n_items", "chunk"), [(0, 3), (1, 3), (3, 3), (10, 3), (10, 100)])
def test_every_item_is_worked_on_once_and_reported(n_threads, n_items, chunk):
    worked, told = np.zeros(n_items, dtype=int), []

    def task(start: int, stop: int) -> None:
        worked[start:stop] += 1

    run_in_chunks(task, n_items, chunk, told.append)
    assert (worked == 1).all() and sum(told) == n_items


def test_an_error_in_a_piece_is_handed_on(n_threads):
    def task(start: int, stop: int) -> None:
        if start == 3:
            raise ValueError("piece 3")

    with pytest.raises(ValueError, match="piece 3"):
        run_in_chunks(task, 9, 1)


def test_ctrl_c_does_not_wait_for_the_pieces_being_worked_on(n_threads):
    released, ended = threading.Event(), threading.Event()
    begun, busy = [], threading.Event()

    def task(start: int, stop: int) -> None:
        begun.append(start)
        if start == 1:
            busy.set()
            released.wait(PATIENCE)
            ended.set()

    def advance(n_done: float) -> None:
        assert busy.wait(PATIENCE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_chunks(task, 50, 1, advance)
    assert not ended.is_set(), "the interrupt waited for a piece"
    released.set()
    assert ended.wait(PATIENCE)
    assert len(begun) < 50, "pieces that had not begun were worked on"


def test_a_crew_works_on_every_piece_round_after_round(n_threads):
    worked = np.zeros(20, dtype=int)

    def work(piece: int) -> None:
        worked[piece] += 1

    with Crew() as crew:
        for _ in range(3):
            crew.run(work, range(20))
    assert (worked == 3).all()

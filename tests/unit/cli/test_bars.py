"""Progress on a terminal: bars with the time taken and the time left."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from songatlas.cli import _show
from songatlas.cli._bars import TerminalProgress, TimeColumn
from songatlas.progress import SILENT


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def shown(clock):
    """A progress object and a function that returns what the terminal shows at this moment."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    bars = Progress("{task.description}", TimeColumn(), console=console, auto_refresh=False, get_time=clock)

    def look() -> list[str]:
        bars.live.update(bars.get_renderable())
        with console.capture() as captured:
            console.print(bars.get_renderable())
        return [line.strip() for line in captured.get().splitlines() if line.strip()]

    return TerminalProgress(bars), look


def test_a_step_tells_the_time_taken_and_the_time_left(clock, shown):
    progress, look = shown
    with progress.step("K-Means", 40.0) as step:
        assert look() == ["K-Means 0:00:00"]
        for _ in range(10):
            clock.now += 3.0
            step.advance(1.0)
        assert look() == ["K-Means 0:00:30, about 0:01:30 left"]
    assert look() == []


def test_a_step_of_unknown_length_tells_the_time_taken_only(clock, shown):
    progress, look = shown
    with progress.step("reading"):
        clock.now += 5.0
        assert look() == ["reading 0:00:05"]


def test_without_a_terminal_and_when_quiet_progress_is_silent(monkeypatch):
    class Stream(io.StringIO):
        terminal = False

        def isatty(self) -> bool:
            return self.terminal

    monkeypatch.setattr("sys.stderr", Stream())
    with _show.shown_progress() as progress:
        assert progress is SILENT
    Stream.terminal = True
    with _show.shown_progress(quiet=True) as progress:
        assert progress is SILENT
    with _show.shown_progress() as progress:
        assert isinstance(progress, TerminalProgress)

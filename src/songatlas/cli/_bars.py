"""Bars with the time left, on stderr; loaded only where that is a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

_STEP_UNITS = 1000.0


class TerminalProgress:
    """Shows each step with a bar, the time that it has taken and the time left."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator[Any]:
        """Yield a step whose bar runs to ``total``; without a total it pulses."""
        scale = 1.0 if total is None else _STEP_UNITS / total
        task = self._bars.add_task(title, total=None if total is None else _STEP_UNITS)
        bars = self._bars

        class Step:
            def advance(self, amount: float = 1.0) -> None:
                bars.advance(task, amount * scale)

        try:
            yield Step()
        finally:
            bars.remove_task(task)


class TimeColumn(ProgressColumn):
    """How long a step has taken and, as soon as that can be told, about how long it will still take."""

    def render(self, task: Task) -> Text:
        """Return both in words."""
        taken = timedelta(seconds=int(task.elapsed or 0))
        if task.time_remaining is None:
            return Text(f"{taken}")
        return Text(f"{taken}, about {timedelta(seconds=round(task.time_remaining))} left")


@contextmanager
def bars_on_stderr() -> Iterator[TerminalProgress]:
    """Yield a progress object whose bars vanish when the block ends."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield TerminalProgress(bars)

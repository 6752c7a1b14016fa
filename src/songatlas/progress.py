"""The progress protocol: long steps report to it; the default listens to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Step(Protocol):
    """One running step."""

    def advance(self, amount: float = 1.0) -> None:
        """Report that ``amount`` more units of the total are done."""


class Progress(Protocol):
    """What a long computation reports to; the command line shows it on stderr."""

    def step(self, title: str, total: float | None = None):  # type: ignore[no-untyped-def]
        """Return a context manager that yields a `Step`; ``total`` None means its length is not known."""


class _SilentStep:
    def advance(self, amount: float = 1.0) -> None:
        pass


class SilentProgress:
    """Progress that says nothing (the library's default)."""

    @contextmanager
    def step(self, title: str, total: float | None = None) -> Iterator[Step]:
        """Yield a step that ignores what it is told."""
        yield _SilentStep()


SILENT = SilentProgress()

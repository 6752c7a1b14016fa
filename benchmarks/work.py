"""What is measured: a work, the tools that do it, and what says whether they agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .data import Data

Given = Mapping[str, Any]  # arrays, numbers and texts: they are written to a file for the processes that take memory


@dataclass(frozen=True)
class Memory:
    """Peak memory of a process in megabytes, and how much of it came after its libraries and data were loaded."""

    peak: float
    added: float | None = None


@dataclass(frozen=True)
class Check:
    """Whether a result is as it should be, and how that was found, in a phrase."""

    holds: bool
    found: str


@dataclass(frozen=True)
class Tool:
    """One way to do a work.

    Attributes
    ----------
    key : str
        Its name within the work.
    text : str
        Function, parameters and threads, for the table.
    run : callable
        Takes X and what was prepared, returns the result.
    package : str
        The distribution it comes from, whose version is named.
    share : int
        It does one part in ``share`` of the work, and its time is multiplied.
    largest : int or None
        The most tracks it is given, because of ``limit``.
    limit : str
        Why not more.
    memory : callable or None
        Takes the result and returns its memory, where it runs in processes of its own anyway.
    """

    key: str
    text: str
    run: Callable[[Any, Given], Any]
    package: str = "songatlas"
    share: int = 1
    largest: int | None = None
    limit: str = ""
    memory: Callable[[Any], Memory] | None = None

    def is_installed(self) -> bool:
        """Return whether its package is there."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True

    def serves(self, n_tracks: int) -> bool:
        """Return whether it is given that many tracks."""
        return self.largest is None or n_tracks <= self.largest

    def name(self) -> str:
        """Return package, version and text."""
        return f"{self.package} {version(self.package)} {self.text}" if self.is_installed() else self.package


@dataclass(frozen=True)
class Work:
    """A piece of work and the tools that do it.

    Attributes
    ----------
    key : str
        Its name for ``--only``.
    title : str
    ours : tuple of Tool
        Usually one; each is compared with each of the others.
    others : tuple of Tool
    check : callable
        Takes the data, what was prepared, our result and the other's (None where ours is alone).
    prepare : callable
        Takes the data, returns what all tools are given and what no time counts for.
    needs_files : bool
        Whether it reads the table from files.
    """

    key: str
    title: str
    ours: tuple[Tool, ...]
    others: tuple[Tool, ...]
    check: Callable[[Data, Given, Any, Any], Check]
    prepare: Callable[[Data], Given] = field(default=lambda data: {})
    needs_files: bool = False

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Ours, then the others."""
        return (*self.ours, *self.others)


@dataclass(frozen=True)
class Line:
    """One line of the table: two tools (or ours alone) on one size."""

    work: str
    title: str
    n_tracks: int
    ours: str
    other: str | None
    seconds: float
    other_seconds: float | None
    memory: Memory | None
    other_memory: Memory | None
    runs: int
    holds: bool
    found: str

    @property
    def ratio(self) -> float | None:
        """How many times the other's time is ours."""
        return None if self.other_seconds is None or not self.seconds else self.other_seconds / self.seconds

"""What a dialect is: a file name, a writer, and what reading the file should give."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .known import Track

Write = Callable[[Sequence[Track], Path], "Expected"]


@dataclass(frozen=True)
class Expected:
    """What reading a file should give.

    ``columns`` maps canonical columns to the values expected, in row order, exactly as the dialect rounds them.
    Features that are not in it must not be columns of the table, apart from those in ``perhaps``. With
    ``plain_commas`` the artists of a track are joined by a comma that may as well stand inside a name, so both
    'A; B' and 'A, B' are right. ``rejected`` is the number of rows that cannot become tracks.
    """

    columns: dict[str, list[Any]]
    perhaps: frozenset[str] = frozenset()
    plain_commas: bool = False
    rejected: int = 0
    require_features: bool = True

    def without(self, *names: str) -> "Expected":
        return replace(self, columns={name: values for name, values in self.columns.items() if name not in names})


@dataclass(frozen=True)
class Dialect:
    """One dialect; ``encoding`` and ``separator`` are given for plain text files only."""

    name: str
    file: str
    write: Write
    encoding: str | None = None
    separator: str | None = None


@dataclass(frozen=True)
class Refused:
    """One kind of file that must be refused; ``reason`` is a regular expression over the message."""

    name: str
    file: str
    reason: str
    write: Callable[[Sequence[Track], Path], None] = field(repr=False)


DIALECTS: dict[str, Dialect] = {}
REFUSED: dict[str, Refused] = {}


def register(dialect: Dialect) -> None:
    if dialect.name in DIALECTS:
        raise KeyError(f"two dialects named {dialect.name}")
    DIALECTS[dialect.name] = dialect


def dialect(
    name: str, file: str, *, encoding: str | None = None, separator: str | None = None
) -> Callable[[Write], Write]:
    """Register the decorated writer."""

    def add(write: Write) -> Write:
        register(Dialect(name, file, write, encoding, separator))
        return write

    return add


def refused(name: str, file: str, reason: str) -> Callable[[Any], Any]:
    """Register the decorated writer of a file that must be refused."""

    def add(write: Any) -> Any:
        if name in REFUSED:
            raise KeyError(f"two refused files named {name}")
        REFUSED[name] = Refused(name, file, reason, write)
        return write

    return add


def values(tracks: Iterable[Track], get: Callable[[Track], Any]) -> list[Any]:
    return [get(track) for track in tracks]

"""Writes a table of tracks as delimited text, from a line that says which column holds which kind of cell."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .cells import CELLS, Cell
from .known import Track
from .registry import Dialect, Expected, register

FEATURES_IN_ORDER = "danceability | energy | key | loudness | mode | speechiness | acousticness | instrumentalness | liveness | valence | tempo"


def columns_of(spec: str) -> list[tuple[str, Cell]]:
    """Return (header, cell) pairs of a line such as 'Track=name | BPM=bpm | energy'."""
    pairs = []
    for part in spec.split("|"):
        header, _, kind = part.strip().partition("=")
        pairs.append((header, CELLS[kind or header]))
    return pairs


def expected_of(columns: Sequence[tuple[str, Cell]], tracks: Sequence[Track], **facts: Any) -> Expected:
    gives: dict[str, Any] = {}
    for _, cell in columns:
        for canonical, get in cell.gives.items():
            gives.setdefault(canonical, get)
    return Expected({name: [get(track) for track in tracks] for name, get in gives.items()}, **facts)


def table_text(
    spec: str, tracks: Sequence[Track], separator: str = ",", quoting: int = csv.QUOTE_MINIMAL, newline: str = "\n"
) -> str:
    columns = columns_of(spec)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=newline)
    writer.writerow([header for header, _ in columns])
    writer.writerows([cell.text(track) for _, cell in columns] for track in tracks)
    return stream.getvalue()


def survives(value: Any, encoding: str) -> Any:
    """Return a value as it comes back from an encoding that lacks some of its letters."""
    if isinstance(value, list):
        return [survives(item, encoding) for item in value]
    return value.encode(encoding, "replace").decode(encoding) if isinstance(value, str) else value


def table_dialect(
    name: str,
    file: str,
    spec: str,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
    newline: str = "\n",
    drop: Sequence[str] = (),
    **facts: Any,
) -> None:
    """Register a dialect that is one table of delimited text; canonical columns in ``drop`` are not compared."""

    def write(tracks: Sequence[Track], path: Path) -> Expected:
        text = table_text(spec, tracks, separator, quoting, newline)
        path.write_bytes(text.encode(encoding, "replace"))
        expected = expected_of(columns_of(spec), tracks, **facts).without(*drop)
        return Expected({**expected.columns, **survives_all(expected, encoding)}, **facts)

    register(Dialect(name, file, write, encoding, separator))


def survives_all(expected: Expected, encoding: str) -> dict[str, list[Any]]:
    return {name: survives(column, encoding) for name, column in expected.columns.items()}

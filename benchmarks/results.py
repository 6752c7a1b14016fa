"""What was measured, and the file that keeps it. How it is shown: `benchmarks.rendering`."""

import dataclasses
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .work import Line, Memory
from .works import WORKS

FOLDER = Path(__file__).resolve().parent
DATA_FILE = FOLDER / "results.json"
PAGE = FOLDER / "results.md"


@dataclass(frozen=True)
class Results:
    """All lines, with the machine, the data, and what was left out."""

    machine: str
    data: str
    load: float
    lines: tuple[Line, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every line is as it should be."""
        return all(line.holds for line in self.lines)

    def with_more(self, data: str, lines: Iterable[Line], left_out: Iterable[str]) -> "Results":
        """Return these results with further lines, in order, and further notes."""
        names = dict.fromkeys([*filter(None, self.data.split("; ")), *data.split("; ")])
        return dataclasses.replace(
            self,
            data="; ".join(names),
            lines=_in_order((*self.lines, *lines)),
            left_out=tuple(dict.fromkeys((*self.left_out, *left_out))),
        )


def this_machine() -> str:
    """Return processor, cores and the versions that matter to every line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "songatlas"))
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, {packages}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def merged(old: Results | None, new: Results) -> Results:
    """Return the new results with the old lines that were not measured again, if machine and data are the same."""
    if old is None or (old.machine, old.data) != (new.machine, new.data):
        return new
    again = {(line.work, line.n_tracks) for line in new.lines}
    kept = [line for line in old.lines if (line.work, line.n_tracks) not in again]
    notes = tuple(dict.fromkeys((*old.left_out, *new.left_out)))
    return dataclasses.replace(new, lines=_in_order((*kept, *new.lines)), left_out=notes, load=max(old.load, new.load))


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    place = {work.key: i for i, work in enumerate(WORKS)}
    return tuple(sorted(lines, key=lambda line: (place.get(line.work, len(place)), line.n_tracks)))


def save(results: Results, path: Path) -> None:
    """Write results as JSON."""
    path.write_text(json.dumps(dataclasses.asdict(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Results | None:
    """Return results written by `save`; None where there are none."""
    if not path.exists():
        return None
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lines = tuple(
        Line(**{**line, "memory": _memory(line["memory"]), "other_memory": _memory(line["other_memory"])})
        for line in values.pop("lines")
    )
    return Results(lines=lines, left_out=tuple(values.pop("left_out")), **values)


def _memory(stored: dict[str, float] | None) -> Memory | None:
    return None if stored is None else Memory(**stored)

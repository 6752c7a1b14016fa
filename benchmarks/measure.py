"""Times the tools of a work in turn, takes their memory in processes of their own, and lets the work judge them."""

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from . import memory
from .data import Data, FloatArray, catalogue
from .work import Check, Given, Line, Memory, Tool, Work

_WARM_TRACKS = 3_000  # enough that every kernel takes the path of large catalogues, as in songatlas.kernels.prepare


@dataclass(frozen=True)
class Effort:
    """How often, and for how long."""

    repeats: int = 3
    patience: float = 600.0  # seconds on one work and size, after which no further round starts
    patience_alone: float = 60.0  # the same where ours is alone, and no ratio depends on it
    with_memory: bool = True


def warm_up(work: Work, tools: Sequence[Tool] | None = None) -> None:
    """Run every tool (or these) on a few tracks, so that compiling and loading are behind them."""
    if work.needs_files:
        return
    data = catalogue(_WARM_TRACKS)
    given = work.prepare(data)
    for tool in work.tools if tools is None else tools:
        if tool.is_installed():
            tool.run(data.X, given)


def measure(work: Work, data: Data, effort: Effort) -> Iterator[Line]:
    """Yield a line for each of ours against each of the others, or ours alone where no other serves."""
    n_tracks = len(data.X)
    given = work.prepare(data)
    tools = [tool for tool in work.tools if tool.is_installed() and tool.serves(n_tracks)]
    alone = not any(tool in work.others for tool in tools)
    seconds, results = _in_turn(
        tools, data.X, given, effort.repeats, effort.patience_alone if alone else effort.patience
    )
    peaks = _peaks(work, tools, results, data.X, given) if effort.with_memory else {}
    others: list[Tool | None] = [tool for tool in work.others if tool in tools]
    for ours, other in product(work.ours, others or [None]):
        check = _judge(work, data, given, results[ours.key], None if other is None else results[other.key])
        yield Line(
            work=work.key,
            title=work.title,
            n_tracks=n_tracks,
            ours=ours.name(),
            other=None if other is None else other.name(),
            seconds=statistics.median(seconds[ours.key]),
            other_seconds=None if other is None else statistics.median(seconds[other.key]),
            memory=peaks.get(ours.key),
            other_memory=None if other is None else peaks.get(other.key),
            runs=len(seconds[ours.key]),
            holds=check.holds,
            found=check.found,
        )


def left_out(work: Work, n_tracks: int) -> Iterator[str]:
    """Yield which tools are not given that many tracks, and why."""
    for tool in work.tools:
        if not tool.is_installed():
            yield f"{work.title}: {tool.package} is not installed."
        elif not tool.serves(n_tracks):
            yield f"{work.title}, {n_tracks:,} tracks: without {tool.package} ({tool.limit})."


def timed(tool: Tool, X: FloatArray, given: Given) -> tuple[float, Any]:
    """Return the seconds that the whole work takes the tool, and its result; an error is a result as well."""
    gc.collect()
    start = time.perf_counter()
    try:
        result = tool.run(X, given)
    except Exception as err:  # whatever it is, it belongs into the table, and the other lines go on
        result = err
    return (time.perf_counter() - start) * tool.share, result


def _in_turn(
    tools: Sequence[Tool], X: FloatArray, given: Given, repeats: int, patience: float
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Return the times of all rounds, and the results of the last one."""
    seconds: dict[str, list[float]] = {tool.key: [] for tool in tools}
    results: dict[str, Any] = {}
    start = time.perf_counter()
    for _ in range(repeats):
        for tool in tools:
            taken, results[tool.key] = timed(tool, X, given)
            seconds[tool.key].append(taken)
        if time.perf_counter() - start > patience:
            break
    return seconds, results


def _peaks(
    work: Work, tools: Sequence[Tool], results: Mapping[str, Any], X: FloatArray, given: Given
) -> dict[str, Memory]:
    peaks: dict[str, Memory] = {}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        memory.keep(Path(folder), X, given)
        for tool in tools:
            if isinstance(results[tool.key], Exception):
                continue
            if tool.memory is not None:
                peaks[tool.key] = tool.memory(results[tool.key])
            else:
                peaks[tool.key] = memory.of_process(work.key, tool.key, Path(folder))
    return peaks


def _judge(work: Work, data: Data, given: Given, ours: Any, other: Any) -> Check:
    for result in (ours, other):
        if isinstance(result, Exception):
            return Check(False, f"{type(result).__name__}: {result}")
    return work.check(data, given, ours, other)

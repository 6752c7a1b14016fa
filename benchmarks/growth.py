"""How time grows with the number of tracks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .work import Line


class Growth(NamedTuple):
    """The exponent p of time ~ tracks^p: over all sizes measured, and between the two largest."""

    title: str
    tool: str
    sizes: tuple[int, ...]
    exponent: float
    latest: float


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the slope of log time over log size, by least squares.

    Examples
    --------
    >>> round(exponent([10, 100, 1000], [2.0, 20.0, 200.0]), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growths(lines: Iterable[Line]) -> list[Growth]:
    """Return the growth of each work of ours that was measured at several sizes."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for line in lines:
        found.setdefault((line.title, line.ours), {})[line.n_tracks] = line.seconds
    several = {key: sorted(times.items()) for key, times in found.items() if len(times) > 1}
    return [
        Growth(title, tool, tuple(n for n, _ in times), exponent(*zip(*times, strict=True)), _latest(times))
        for (title, tool), times in several.items()
    ]


def _latest(times: Sequence[tuple[int, float]]) -> float:
    return exponent(*zip(*times[-2:], strict=True))

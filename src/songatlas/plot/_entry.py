"""What `all_figures` knows of one figure."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from ._inputs import FigureInputs


@dataclass(frozen=True)
class Entry:
    """One figure: what it is, when it can be drawn, what it finds, how it is drawn with that as title."""

    kind: str
    available: Callable[[FigureInputs], bool]
    finding: Callable[[FigureInputs], str]
    draw: Callable[[FigureInputs, str], Figure]

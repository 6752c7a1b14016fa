"""A table of numbers as colored cells with the numbers written in them."""

from collections.abc import Callable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from ._style import FAINT, on_color, tidy


def draw_heatmap(
    ax: Axes,
    table: NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    colormap: str,
    limits: tuple[float, float],
    written: Callable[[float], str],
    fontsize: float,
) -> None:
    """Draw ``table`` on ``ax`` with column names at a slant on top and row names at the left.

    Cells that are NaN are grey and hold a dash.
    """
    colors = matplotlib.colormaps[colormap].with_extremes(bad=FAINT)
    scale = Normalize(*limits)
    ax.imshow(np.ma.masked_invalid(table), cmap=colors, norm=scale, aspect="auto", interpolation="nearest")
    for (i, j), value in np.ndenumerate(table):
        finite = bool(np.isfinite(value))
        ink = on_color(colors(float(np.clip(scale(value), 0, 1)))) if finite else "#222222"
        text = written(value) if finite else "–"
        ax.text(j, i, text, ha="center", va="center", color=ink, fontsize=fontsize)
    ax.set_xticks(range(len(columns)), list(columns))
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(True, which="minor", color="white", linewidth=1.5)
    tidy(ax)
    ax.tick_params(which="both", length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    for label in ax.get_xticklabels():
        label.set(rotation=40, ha="left", rotation_mode="anchor")
    for side in ax.spines.values():
        side.set_visible(False)

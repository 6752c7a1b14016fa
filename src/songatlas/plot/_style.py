"""The one look of all figures: palette, fonts, sizes, and the helpers that set a figure up.

Nothing here changes matplotlib's global settings: figure functions are wrapped in `styled`, which applies
`style` while they draw and restores what was there.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

import matplotlib
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ._text import any_font_weight, balanced, font_families

# The colors of Okabe and Ito (2008) without yellow and black, then the colors farthest from all earlier ones,
# from white, from the noise grey and from the ink, in OKLab, for normal, deuteranope and protanope vision
# (matrices of Machado et al. 2009, severity 1).
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#550088", "#774444", "#77EE99",
    "#8877EE", "#AA3388", "#004400", "#88DDEE", "#770055", "#3344BB", "#EECC00", "#995500", "#447755",
    "#33CC66", "#006677",
)  # fmt: skip
NOISE = "#B0B0B0"
INK = "#222222"
QUIET = "#595959"
FAINT = "#DDDDDD"
ACCENT = "#D55E00"
FILL = "#7FA8C4"
DIVERGING = "RdBu_r"
SEQUENTIAL = "cividis"

BASE_SIZE = 11.0
SMALL_SIZE = 10.0
TITLE_SIZE = 14.0
WIDTH = 8.0  # inches

_KEPT_PREFIXES = (
    "axes", "errorbar", "figure", "font", "grid", "hatch", "image", "legend", "lines", "markers", "mathtext",
    "patch", "path", "polaraxes", "savefig", "scatter", "text", "xtick", "ytick",
)  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache(maxsize=1)
def _style() -> dict[str, Any]:
    defaults: dict[str, Any] = {
        str(key): matplotlib.rcParamsDefault[key]
        for key in matplotlib.rcParamsDefault
        if key.split(".")[0] in _KEPT_PREFIXES
    }
    ours = {
        "font.family": list(font_families()),
        "font.size": BASE_SIZE,
        "axes.titlesize": 12.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": BASE_SIZE,
        "axes.labelcolor": INK,
        "axes.edgecolor": "#888888",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "figure.titlesize": TITLE_SIZE,
        "figure.titleweight": "bold",
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "figure.labelsize": SMALL_SIZE,
        "grid.color": FAINT,
        "grid.linewidth": 0.7,
        "legend.frameon": False,
        "legend.fontsize": BASE_SIZE,
        "lines.linewidth": 1.8,
        "text.color": INK,
        "text.parse_math": False,  # names such as A$AP are not formulas
        "xtick.color": "#888888",
        "ytick.color": "#888888",
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": BASE_SIZE,
        "ytick.labelsize": BASE_SIZE,
    }
    return {**defaults, **ours}


def style() -> dict[str, Any]:
    """Return the settings all figures are drawn with, for ``matplotlib.rc_context(style())``.

    They start from matplotlib's own defaults, so that a user's settings file changes no figure.
    """
    return dict(_style())


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` drawing in our style; the settings before are back when it returns or raises."""

    @wraps(function)
    def draw(*args: P.args, **kwargs: P.kwargs) -> R:
        settings: Any = _style()  # matplotlib types the keys as literals that vary by version
        with matplotlib.rc_context(settings), any_font_weight():
            return function(*args, **kwargs)

    return draw


# --- colors ----------------------------------------------------------------------------------------------


def cluster_color(label: int) -> str:
    """Return the color of a cluster as '#RRGGBB'; grey for −1, and lighter turns of the palette after twenty.

    Examples
    --------
    >>> cluster_color(0), cluster_color(-1)
    ('#0072B2', '#B0B0B0')
    """
    if label < 0:
        return NOISE
    turn, place = divmod(int(label), len(PALETTE))
    return PALETTE[place] if turn == 0 else _mixed(PALETTE[place], "#FFFFFF", min(0.25 + 0.15 * turn, 0.7))


def label_colors(labels: ArrayLike) -> NDArray[np.float64]:
    """Return one RGBA color per track, shape (n_tracks, 4), 0–1; noise (−1) is grey."""
    labels = np.asarray(labels, dtype=np.int64)
    n_clusters = int(labels.max(initial=-1)) + 1
    table = np.array([to_rgba(cluster_color(label)) for label in [*range(n_clusters), -1]])
    return cast("NDArray[np.float64]", table[labels])


def text_color(color: str) -> str:
    """Return ``color`` darkened until it has a contrast of at least 4.5 to white (WCAG AA)."""
    dark = color
    for _ in range(20):
        if 1.05 / (_luminance(dark) + 0.05) >= 4.5:
            break
        dark = _mixed(dark, "#000000", 0.1)
    return dark


def on_color(rgba: Sequence[float]) -> str:
    """Return the ink, black or white, that reads better on a background color."""
    return INK if _luminance(tuple(rgba[:3])) > 0.3 else "#FFFFFF"


def _mixed(color: str, other: str, share: float) -> str:
    mixed = (1 - share) * np.array(to_rgb(color)) + share * np.array(to_rgb(other))
    red, green, blue = (round(255 * part) for part in mixed)
    return f"#{red:02X}{green:02X}{blue:02X}"


def _luminance(color: Any) -> float:
    """Return the relative luminance of a color, 0–1 (WCAG 2)."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


# --- points ----------------------------------------------------------------------------------------------


def point_size(n_tracks: int) -> float:
    """Return the area of a track's dot in square points: 40 for 100 tracks, 1.9 for 100,000."""
    return float(np.clip(40.0 * (100.0 / max(n_tracks, 1)) ** 0.44, 0.6, 40.0))


def point_alpha(n_tracks: int) -> float:
    """Return the opacity of a track's dot, .9 for a small library, .35 for a million."""
    return float(np.clip(1.2 - 0.14 * np.log10(max(n_tracks, 1)), 0.35, 0.9))


def drawing_order(labels: ArrayLike) -> NDArray[np.int64]:
    """Return positions of the tracks in drawing order: noise first, the rest shuffled, always the same way.

    Shuffled, because a cluster drawn last would hide those before it.
    """
    labels = np.asarray(labels)
    order = np.random.default_rng(0).permutation(len(labels))
    return cast("NDArray[np.int64]", np.concatenate([order[labels[order] < 0], order[labels[order] >= 0]]))


# --- setting up ------------------------------------------------------------------------------------------


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure off pyplot, in inches, that lays itself out."""
    return Figure(figsize=(width, height), layout="constrained")


def axes_for(ax: Axes | None, *, width: float = WIDTH, height: float = 5.0) -> tuple[Figure, Axes, bool]:
    """Return the figure and axes to draw on, and whether they are new (title and note go on the figure)."""
    if ax is not None:
        return root_figure(ax), ax, False
    figure = new_figure(width, height)
    return figure, figure.subplots(), True


def root_figure(ax: Axes) -> Figure:
    """Return the figure that holds the axes, through subfigures."""
    figure: Any = ax.figure
    while not isinstance(figure, Figure):
        figure = figure.figure
    return figure


def panels(
    n_panels: int, *, columns: int, height: float, width: float = WIDTH, extra: float = 0.9, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure with ``n_panels`` axes in rows of ``columns``, each row ``height`` inches high."""
    columns = max(1, min(columns, n_panels))
    rows = max(1, -(-n_panels // columns))
    figure = new_figure(width, rows * height + extra)
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    axes = list(grid.ravel())
    for spare in axes[n_panels:]:
        spare.remove()
    return figure, axes[:n_panels]


def headline(figure: Figure, title: str, *, note: str = "") -> None:
    """Put a title over the figure, at the left, and a quiet note under it, both wrapped to its width."""
    width = float(figure.get_size_inches()[0])
    figure.suptitle(balanced(title, int(width * 8.0)), x=0.012, ha="left")
    if note:
        text = balanced(note, int(width * 12.0))
        figure.supxlabel(text, x=0.012, ha="left", color=QUIET, fontsize=SMALL_SIZE)


def entitle(figure: Figure, ax: Axes, own: bool, title: str, *, note: str = "") -> None:
    """Put the title on the figure where it is ours, else on the axes the caller gave."""
    if own:
        headline(figure, title, note=note)
    else:
        ax.set_title(balanced(title, 60), loc="left")


def tidy(ax: Axes, *, grid: str = "") -> None:
    """Fix the tick style on the axes, so that it holds when drawn later; grid: '', 'x', 'y' or 'both'."""
    ax.tick_params(labelsize=BASE_SIZE, labelcolor=INK, color="#888888", labelfontfamily=list(font_families()))
    if grid:
        ax.grid(True, axis=cast("Any", grid), color=FAINT, linewidth=0.7)


def halo(width: float = 3.0) -> list[patheffects.AbstractPathEffect]:
    """Return the white rim that keeps text readable on a crowd of points."""
    return [patheffects.withStroke(linewidth=width, foreground="white")]


def spread(positions: ArrayLike, gap: float) -> NDArray[np.float64]:
    """Return positions moved apart as little as needed so that neighbors in order are ``gap`` apart.

    Parameters
    ----------
    positions : array-like of shape (n,)
        Wanted positions, in any order.
    gap : float
        Least distance, same unit.

    Returns
    -------
    ndarray of shape (n,), float
        In the order given. Blocks that touch share their mean (isotonic regression by pooling).
    """
    wanted = np.asarray(positions, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    blocks: list[tuple[float, int]] = []  # mean of (wanted − place × gap), size
    for value in wanted[order] - gap * np.arange(len(wanted)):
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, m), (high, n) = blocks[-2:]
            blocks[-2:] = [((low * m + high * n) / (m + n), m + n)]
    flat = np.repeat([mean for mean, _ in blocks], [size for _, size in blocks])
    moved = np.empty_like(wanted)
    moved[order] = flat + gap * np.arange(len(wanted))
    return moved

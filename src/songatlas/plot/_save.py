"""Figures as PNG bytes: the same figure gives the same bytes, with no date and no software version inside."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from scipy.spatial import cKDTree

from songatlas.errors import OutputError

from ._style import styled

DPI = 150
N_COLORS = 256  # what one byte per pixel holds
N_EXACT = 56  # of them, colors kept as they are: grounds, lines, inks, bars


@styled
def figure_png(figure: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as a PNG file with ``dpi`` dots per inch and at most 256 colors.

    That is a quarter of the size in full color, with no loss that shows (see `few_colors`).
    """
    canvas, own_dpi = figure.canvas, figure.dpi
    try:
        figure.dpi = dpi
        drawn: Any = FigureCanvasAgg(figure)  # matplotlib leaves its methods untyped
        drawn.draw()  # savefig draws twice to lay out
        picture = Image.fromarray(np.asarray(drawn.buffer_rgba())[..., :3])
    finally:
        figure.dpi = own_dpi
        figure.set_canvas(canvas)
    buffer = BytesIO()
    few_colors(picture).save(buffer, format="PNG", optimize=True, dpi=(dpi, dpi))
    return buffer.getvalue()


def few_colors(picture: Image.Image) -> Image.Image:
    """Return an RGB picture with a palette of 256 colors, each pixel the nearest of them, without dithering.

    The commonest colors stay exact, so that grounds, lines and bars keep their tint; the others are chosen by
    maximum coverage, which moves no channel of a pixel by more than about 25 of 255. (Octrees turn the white page
    grey, median cut spends its colors on the commonest ones and shows steps in heat maps.)
    """
    red, green, blue = np.moveaxis(np.asarray(picture, dtype=np.int64), -1, 0)
    values, places, counts = np.unique(red << 16 | green << 8 | blue, return_inverse=True, return_counts=True)
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1).astype(np.uint8)
    commonest = colors[np.argsort(-counts, kind="stable")[:N_EXACT]]
    covering = picture.quantize(N_COLORS - N_EXACT, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    others = np.array(covering.getpalette() or [], dtype=np.uint8).reshape(-1, 3)
    palette = np.concatenate([commonest, others])[:N_COLORS]
    nearest = cKDTree(palette.astype(np.float64)).query(colors)[1]  # Pillow's own search is approximate
    few = Image.fromarray(nearest.astype(np.uint8)[places.reshape(red.shape)])
    few.putpalette(palette.tobytes())
    return few


def save_figure(figure: Figure, path: str | Path, dpi: int = DPI) -> Path:
    """Write the figure as a PNG file and return its path.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    path = Path(path)
    data = figure_png(figure, dpi)
    try:
        path.write_bytes(data)
    except OSError as err:
        raise OutputError(f"{path}: the figure cannot be written ({err.strerror or err}).") from err
    return path

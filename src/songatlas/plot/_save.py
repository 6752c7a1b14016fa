"""Figures as PNG bytes: the same figure gives the same bytes, with no date and no software version inside."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from songatlas.errors import OutputError

from ._style import styled

DPI = 150
N_COLORS = 256  # what one byte per pixel holds


@styled
def figure_png(figure: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as a PNG file with ``dpi`` dots per inch and at most 256 colors.

    The colors are chosen by maximum coverage: white stays white and no channel of any pixel moves by more than
    about 20 of 255, at a quarter of the size of the full-color file. (The octree method makes the page grey-white,
    median cut spends the colors on the commonest ones and shows steps in heat maps.)
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
    few = picture.quantize(N_COLORS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    buffer = BytesIO()
    few.save(buffer, format="PNG", optimize=True, dpi=(dpi, dpi))
    return buffer.getvalue()


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

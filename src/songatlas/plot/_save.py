"""Figures as PNG bytes: the same figure gives the same bytes, with no date and no software version inside."""

from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from songatlas.errors import OutputError

from ._style import styled

DPI = 150


@styled
def figure_png(figure: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as a PNG file with ``dpi`` dots per inch."""
    buffer = BytesIO()
    canvas, own_dpi = figure.canvas, figure.dpi
    try:
        figure.dpi = dpi
        drawn: Any = FigureCanvasAgg(figure)
        drawn.print_png(buffer, metadata={"Software": None})  # savefig draws twice to lay out
    finally:
        figure.dpi = own_dpi
        figure.set_canvas(canvas)
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

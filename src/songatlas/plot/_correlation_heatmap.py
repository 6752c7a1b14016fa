"""How the features go together."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._features import shown
from ._heatmap import draw_heatmap
from ._style import DIVERGING, SMALL_SIZE, WIDTH, axes_for, entitle, styled
from ._text import signed

ROOMY = 11  # names for which numbers in the usual size stand clear of one another
TIGHT_SIZE = 8.0


def correlation_finding(names: Sequence[str], correlations: NDArray[np.float64]) -> str:
    """Return in one sentence the pair of features with the strongest correlation."""
    pairs = np.triu(np.nan_to_num(np.abs(correlations)), 1)
    if not pairs.size or not pairs.max():
        return "No two features go together"
    i, j = divmod(int(pairs.argmax()), len(names))
    r = float(correlations[i, j])
    second = shown(names[j]).label
    verb = "go together most" if r > 0 else "go against each other most"
    return f"{shown(names[i]).start} and {second} {verb} (r = {signed(r, 2).removeprefix('+')})"


@styled
def correlation_heatmap(
    names: Sequence[str],
    correlations: NDArray[np.float64],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the correlations between features as a heat map with the numbers in its cells.

    Parameters
    ----------
    names : sequence of str
        Feature names.
    correlations : ndarray of shape (n_names, n_names), float
        Pearson's r, −1 to 1; NaN (a constant column) is grey.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
    """
    height = max(3.2, 2.2 + 0.48 * len(names))
    figure, ax, own = axes_for(ax, width=WIDTH, height=height)
    labels = [shown(name).label for name in names]
    draw_heatmap(
        ax,
        np.asarray(correlations, dtype=np.float64),
        labels,
        labels,
        colormap=DIVERGING,
        limits=(-1.0, 1.0),
        written=lambda r: signed(r, 2).removeprefix("+"),
        fontsize=SMALL_SIZE if len(names) <= ROOMY else TIGHT_SIZE,
    )
    text = title or correlation_finding(names, correlations)
    entitle(
        figure,
        ax,
        own,
        text,
        note="Pearson's r, −1 to 1; red: rise together, blue: one falls as the other rises.",
    )
    return figure

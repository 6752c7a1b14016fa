"""How popular the tracks of each cluster are."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._feature_boxes import draw_boxes
from ._features import quantile_table
from ._style import QUIET, SMALL_SIZE, axes_for, entitle, styled
from ._text import clipped, shorten


def popularity_finding(popularity: pd.Series, labels: NDArray[np.int32], names: Sequence[str]) -> str:
    """Return in one sentence the most and the least popular cluster by their median."""
    medians = quantile_table(popularity, labels, len(names))[:, 2]
    known = np.flatnonzero(np.isfinite(medians))
    if len(known) < 2 or medians[known].min() == medians[known].max():
        return "The clusters are equally popular" if len(known) > 1 else "How popular the tracks are"
    best, least = known[medians[known].argmax()], known[medians[known].argmin()]
    return (
        f"{clipped(names[best], 30)} is the most popular cluster (median {medians[best]:.0f}), "
        f"{clipped(names[least], 30)} the least ({medians[least]:.0f})"
    )


@styled
def popularity_by_cluster(
    popularity: pd.Series,
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a box of the tracks' popularity per cluster.

    Parameters
    ----------
    popularity : Series of length n_tracks
        0–100; missing values are left out.
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is left out.
    names : sequence of str
        Cluster names by label.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Boxes hold the middle half of a cluster's tracks, whiskers the middle 90 %.
    """
    figure, ax, own = axes_for(ax, height=1.9 + 0.36 * len(names))
    quantiles = quantile_table(popularity, labels, len(names))
    draw_boxes(ax, quantiles)
    for label, middle in enumerate(quantiles[:, 2]):
        if np.isfinite(middle):
            ax.annotate(
                f"median {middle:.0f}",
                (float(quantiles[label, 4]), label),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL_SIZE,
            )
    values = popularity.to_numpy(dtype=np.float64)
    finite = values[np.isfinite(values)]
    if len(finite):
        ax.axvline(float(np.median(finite)), color=QUIET, linewidth=1, linestyle="--", zorder=0.5)
    ax.set_yticks(range(len(names)), [shorten(name, 28) for name in names])
    ax.set_xlabel("popularity (0–100)")
    ax.set_xlim(left=min(0.0, float(finite.min(initial=0.0))))
    note = "Box: middle half of the tracks; whiskers: middle 90\u00a0%; dashed: median of all tracks."
    entitle(figure, ax, own, title or popularity_finding(popularity, labels, names), note=note)
    return figure

"""Box plots of each feature by cluster, drawn from quantiles."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._features import limited, quantile_table, shown, shown_range
from ._style import INK, QUIET, cluster_color, headline, panels, styled, text_color, tidy
from ._text import shorten


@styled
def feature_boxes(
    values: pd.DataFrame,
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    n_features: int | None = None,
    title: str = "The middle of every cluster, feature by feature",
) -> Figure:
    """Draw one panel per feature with one box per cluster.

    Parameters
    ----------
    values : DataFrame of shape (n_tracks, n_features)
        Feature values in their stored units.
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is left out.
    names : sequence of str
        Cluster names by label.
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.

    Returns
    -------
    Figure
        Boxes hold the middle half of a cluster's tracks, whiskers the middle 90 %; the dashed line is the
        median of all tracks.
    """
    features = list(values.columns)
    figure, axes = panels(len(features), columns=3, height=max(1.3, 0.8 + 0.22 * len(names)))
    for place, (ax, feature) in enumerate(zip(axes, features, strict=True)):
        how = shown(feature)
        stored = values[feature].to_numpy(dtype=np.float64)
        draw_boxes(ax, quantile_table(values[feature], labels, len(names)) * how.factor)
        finite = stored[np.isfinite(stored)]
        if len(finite):
            ax.axvline(float(np.median(finite)) * how.factor, color=QUIET, linewidth=1, linestyle="--", zorder=0.5)
        if place % 3 == 0:
            ax.set_yticks(range(len(names)), [shorten(name, 28) for name in names])
        else:
            ax.set_yticks([])
        ax.set_xlabel(how.axis)
        if shown_range(feature, stored) == (0.0, 1.0):
            ax.set_xlim(-0.02, 1.02)
            ax.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
        else:
            ax.locator_params(axis="x", nbins=4)
    note = "Box: middle half of a cluster's tracks; whiskers: middle 90\u00a0%; dashed: median of all tracks."
    headline(figure, limited(title, len(features), n_features or len(features)), note=note)
    return figure


def draw_boxes(ax: Axes, quantiles: NDArray[np.float64]) -> None:
    """Draw horizontal boxes, first cluster on top, from rows of 5, 25, 50, 75 and 95 % quantiles."""
    rows = np.flatnonzero(np.isfinite(quantiles[:, 2]))
    low, first, middle, third, high = quantiles[rows].T
    colors = [cluster_color(int(label)) for label in rows]
    ax.hlines(rows, low, high, colors=[text_color(color) for color in colors], linewidth=1.2)
    ax.barh(rows, third - first, left=first, height=0.62, color=colors, alpha=0.9, zorder=2)
    ax.vlines(middle, rows - 0.31, rows + 0.31, color="white", linewidth=3.4, zorder=3)
    ax.vlines(middle, rows - 0.31, rows + 0.31, color=INK, linewidth=1.8, zorder=4)
    ax.set_ylim(len(quantiles) - 0.4, -0.6)
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)

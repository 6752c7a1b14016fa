"""The mean of each feature in each cluster, as bars."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.results import Profile

from ._features import limited, mean_table, shown
from ._style import QUIET, SMALL_SIZE, cluster_color, halo, headline, panels, styled, tidy
from ._text import shorten


@styled
def cluster_means_bars(
    profiles: Sequence[Profile],
    features: Sequence[str],
    catalogue: Mapping[str, float],
    *,
    n_features: int | None = None,
    title: str = "The mean of every feature in every cluster",
) -> Figure:
    """Draw one panel per feature with one bar per cluster.

    Parameters
    ----------
    profiles : sequence of Profile
        By label.
    features : sequence of str
        Which features, in drawing order.
    catalogue : mapping of feature to float
        Mean of all clustered tracks (stored units), the dashed line; a missing one has no line.
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.

    Returns
    -------
    Figure
    """
    means = mean_table(profiles, features)
    names = [shorten(profile.name, 28) for profile in profiles]
    figure, axes = panels(len(features), columns=3, height=max(1.3, 0.8 + 0.23 * len(names)))
    for place, (ax, feature) in enumerate(zip(axes, features, strict=True)):
        _bars(ax, feature, [float(m) for m in means[:, place]])
        mean = catalogue.get(feature)
        if mean is not None and np.isfinite(mean):
            ax.axvline(mean * shown(feature).factor, color=QUIET, linewidth=1.2, linestyle="--")
        if place % 3 == 0:
            ax.set_yticks(range(len(names)), names)
        else:
            ax.set_yticks([])
    headline(figure, limited(title, len(features), n_features or len(features)), note="Dashed: mean of all tracks.")
    return figure


def _bars(ax: Axes, feature: str, stored: Sequence[float]) -> None:
    how = shown(feature)
    widths = np.nan_to_num(np.array(stored, dtype=np.float64) * how.factor)
    ax.barh(range(len(widths)), widths, color=[cluster_color(i) for i in range(len(widths))], height=0.7)
    for label, (width, value) in enumerate(zip(widths, stored, strict=True)):
        side = 1 if width >= 0 else -1
        ax.annotate(
            how.number(value),
            (width, label),
            xytext=(3 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=SMALL_SIZE,
            path_effects=halo(2.5),
            zorder=5,
        )
    low, high = float(widths.min(initial=0.0)), float(widths.max(initial=0.0))
    span = high - low or 1.0
    ax.set_xlim(low - 0.5 * span * (low < 0), (high + 0.3 * span * (high > 0)) or 0.1 * span)
    ax.set_ylim(len(widths) - 0.4, -0.6)
    ax.set_xlabel(how.axis)
    ax.locator_params(axis="x", nbins=4)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)

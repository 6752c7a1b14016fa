"""How far each cluster's means lie from the catalogue, as a heat map."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.results import Profile

from ._features import limited, mean_table, shown
from ._heatmap import draw_heatmap
from ._style import DIVERGING, SMALL_SIZE, axes_for, entitle, styled
from ._text import percent, shorten, signed

FULL_COLOR = 2.0  # standard deviations at which the color is full


@styled
def cluster_means_heatmap(
    profiles: Sequence[Profile],
    features: Sequence[str],
    *,
    n_features: int | None = None,
    title: str = "How far each cluster lies from the catalogue",
    ax: Axes | None = None,
) -> Figure:
    """Draw the z values of the cluster means: red above the catalogue, blue below.

    Parameters
    ----------
    profiles : sequence of Profile
        By label.
    features : sequence of str
        Which features, in drawing order.
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
    """
    table = mean_table(profiles, features, "z")
    figure, ax, own = axes_for(ax, height=max(3.4, 2.8 + 0.38 * len(profiles)))
    reach = max(FULL_COLOR, float(np.nanmax(np.abs(table), initial=0.0)) * 0.8)
    draw_heatmap(
        ax,
        table,
        [f"{shorten(profile.name, 28)} ({percent(profile.share)})" for profile in profiles],
        [shown(feature).label for feature in features],
        colormap=DIVERGING,
        limits=(-reach, reach),
        written=signed,
        fontsize=SMALL_SIZE,
    )
    note = "Cluster mean minus catalogue mean, in standard deviations of the catalogue; red: above, blue: below."
    text = limited(title, len(features), n_features or len(features))
    entitle(figure, ax, own, text, note=note)
    return figure

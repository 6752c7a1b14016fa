"""The map once per feature, colored by the feature's value."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._features import limited, shown
from ._style import SEQUENTIAL, headline, panels, point_size, styled, tidy
from ._track_map import map_axes

MANY_TRACKS = 5000
GRID_SIZE = 70


@styled
def feature_maps(
    coordinates: NDArray[np.float64],
    values: pd.DataFrame,
    *,
    n_features: int | None = None,
    title: str = "What the map is made of: every feature on the same map",
) -> Figure:
    """Draw the map once per feature, light where the feature is high.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2), float
        Map coordinates (no unit).
    values : DataFrame of shape (n_tracks, n_features)
        Feature values in their stored units.
    n_features : int, optional
        How many features there are in all.
    title : str
        The finding.

    Returns
    -------
    Figure
        Above 5,000 tracks each cell shows the mean of its tracks; colors span the middle 96 % of the tracks.
    """
    features = list(values.columns)
    figure, axes = panels(len(features), columns=3, height=2.45)
    for ax, feature in zip(axes, features, strict=True):
        how = shown(feature)
        map_axes(ax, coordinates, "")
        drawn = _colored(ax, coordinates, values[feature].to_numpy(dtype=np.float64) * how.factor)
        bar = figure.colorbar(drawn, ax=ax, shrink=0.85, aspect=16, pad=0.02)
        bar.locator = matplotlib.ticker.MaxNLocator(4)
        bar.update_ticks()
        bar.outline.set_visible(False)  # type: ignore[operator]
        tidy(bar.ax)
        ax.set_title(how.start, pad=14 if how.unit else 6)
        if how.unit:
            ax.text(0, 1.02, how.unit, transform=ax.transAxes, fontsize=10, color="#595959")
    note = "Light is high, dark is low; colors span the middle 96\u00a0% of the tracks."
    if len(values) > MANY_TRACKS:
        note += " Each cell shows the mean of its tracks."
    headline(figure, limited(title, len(features), n_features or len(features)), note=note)
    return figure


def _colored(ax: Axes, coordinates: NDArray[np.float64], values: NDArray[np.float64]) -> Collection:
    known = np.isfinite(values) & np.isfinite(coordinates).all(axis=1)
    x, y = coordinates[known].T
    shade = values[known]
    low, high = (float(q) for q in np.quantile(shade, [0.02, 0.98])) if len(shade) else (0.0, 1.0)
    if high <= low:
        low, high = (float(shade.min()), float(shade.max())) if len(shade) else (0.0, 1.0)
    scale = Normalize(low, high if high > low else low + 1.0)
    if len(shade) > MANY_TRACKS:
        extent = (*ax.get_xlim(), *ax.get_ylim())
        return ax.hexbin(x, y, C=shade, gridsize=GRID_SIZE, extent=extent, cmap=SEQUENTIAL, norm=scale, linewidths=0.1)
    order = np.random.default_rng(0).permutation(len(shade))
    size = point_size(len(shade)) * 0.35
    return ax.scatter(x[order], y[order], c=shade[order], cmap=SEQUENTIAL, norm=scale, s=size, linewidths=0)


def feature_maps_finding(values: pd.DataFrame) -> str:
    """Return in one sentence what the small maps show."""
    return f"What the map is made of: {len(values.columns)} features on the same map"

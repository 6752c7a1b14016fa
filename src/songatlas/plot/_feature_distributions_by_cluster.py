"""The distribution of each feature within each cluster, as ridges."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from songatlas.results import Profile

from ._features import limited, n_bins, shown, shown_range, strongest_trait
from ._style import INK, cluster_color, headline, panels, styled, tidy
from ._text import clipped, shorten

MAX_BINS = 40


def trait_finding(profiles: Sequence[Profile], features: Sequence[str]) -> str:
    """Return in one sentence the largest difference of a cluster from the catalogue."""
    best = strongest_trait(profiles, features)
    if best is None:
        return "The clusters do not differ from the catalogue in any feature"
    profile, feature, z = best
    side = "above" if z > 0 else "below"
    return (
        f"{clipped(profile.name, 40)} stands apart most: its mean {shown(feature).label} lies "
        f"{abs(z):.1f} standard deviations {side} the catalogue's"
    )


@styled
def feature_distributions_by_cluster(
    values: pd.DataFrame,
    labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    n_features: int | None = None,
    title: str = "How each feature is distributed in each cluster",
) -> Figure:
    """Draw one panel per feature with one filled histogram per cluster, one above the other.

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
        Each ridge is scaled to its own highest bin, so that small clusters can be read.
    """
    features = list(values.columns)
    row = max(1.5, 0.75 + 0.24 * len(names))
    figure, axes = panels(len(features), columns=3, height=row)
    for place, (ax, feature) in enumerate(zip(axes, features, strict=True)):
        _ridges(ax, feature, values[feature].to_numpy(dtype=np.float64), labels, len(names))
        if place % 3 == 0:
            ax.set_yticks(range(len(names)), [shorten(name, 28) for name in names])
        else:
            ax.set_yticks([])
        ax.set_ylim(len(names) - 0.75, -1.05)
    note = (
        "Each ridge is scaled to its own highest bin; the tick under it is the cluster's median. "
        "Tracks beyond an axis are in its last bin."
    )
    headline(figure, limited(title, len(features), n_features or len(features)), note=note)
    return figure


def _ridges(ax: Axes, feature: str, stored: NDArray[np.float64], labels: NDArray[np.int32], n_clusters: int) -> None:
    how = shown(feature)
    low, high = shown_range(feature, stored)
    medians = np.full(n_clusters, np.nan)
    for label in range(n_clusters):
        own = stored[labels == label]
        own = np.clip(own[np.isfinite(own)] * how.factor, low, high)
        counts, edges = np.histogram(own, bins=n_bins(len(own), MAX_BINS), range=(low, high))
        heights = 0.95 * counts / max(counts.max(), 1)
        ax.stairs(label - heights, edges, baseline=label, fill=True, color=cluster_color(label), alpha=0.85)
        if len(own):
            medians[label] = np.median(own)
    rows = np.arange(n_clusters)
    ax.hlines(rows, low, high, color="#BBBBBB", linewidth=0.6)
    ax.vlines(medians, rows, rows + 0.2, color=INK, linewidth=1.6, zorder=3)
    ax.set_xlim(low, high)
    ax.set_xlabel(how.axis)
    if (low, high) == (0.0, 1.0):
        ax.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    else:
        ax.locator_params(axis="x", nbins=4)
    ax.spines["left"].set_visible(False)
    tidy(ax)
    ax.tick_params(axis="y", length=0)

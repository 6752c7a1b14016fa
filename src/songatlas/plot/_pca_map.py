"""The tracks on the two main directions of the features, with what the directions mean."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._features import shown
from ._place import cluster_anchors, place_names
from ._style import INK, SMALL_SIZE, axes_for, cluster_color, entitle, halo, styled, tidy
from ._text import percent, wrapped
from ._track_map import scatter_tracks

MAX_ARROWS = 10
MAX_NAMES = 12


def pca_finding(explained: NDArray[np.float64], loadings: NDArray[np.float64], features: Sequence[str]) -> str:
    """Return in one sentence how much the two directions hold and what the first one weighs most."""
    share = percent(float(np.sum(explained[:2])))
    if not len(features) or not np.any(loadings[:1]):
        return f"Two directions hold {share} of the variance"
    order = np.argsort(-np.abs(loadings[0]), kind="stable")
    high = [shown(features[i]).label for i in order[:3] if abs(loadings[0, i]) > 0.25]
    if not high:
        return f"Two directions hold {share} of the variance"
    text = ", ".join(high[:-1]) + (" and " if len(high) > 1 else "") + high[-1]
    return f"Two directions hold {share} of the variance; the first is about {text}"


@styled
def pca_map(
    coordinates: NDArray[np.float64],
    labels: NDArray[np.int32],
    names: Sequence[str],
    explained_variance_ratio: NDArray[np.float64],
    loadings: NDArray[np.float64],
    features: Sequence[str],
    *,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the first two principal components with arrows for the features that weigh most.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2), float
        Scores on the first two components (scaled units).
    labels : ndarray of shape (n_tracks,), int
        Noise (−1) is grey and drawn first.
    names : sequence of str
        Cluster names by label.
    explained_variance_ratio : ndarray of shape (n_components,), float
        Share of the variance, 0–1.
    loadings : ndarray of shape (n_components, n_features), float
        Weight of each feature in each component.
    features : sequence of str
        Names of the loadings' columns.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Axes cut at the middle 99.8 % of the tracks. Arrows share one scale of their own.
    """
    figure, ax, own = axes_for(ax, width=8.0, height=7.4)
    _limits(ax, coordinates)
    for axis, place in ((ax.xaxis, 0), (ax.yaxis, 1)):
        known = place < len(explained_variance_ratio)
        share = f", {percent(float(explained_variance_ratio[place]))} of variance" if known else ""
        axis.set_label_text(f"component {place + 1} (scaled units{share})")
    tidy(ax)
    note = "Arrows: how the features weigh in the two components (a scale of their own)."
    if len(names) > MAX_NAMES:
        note += f" Named: the {MAX_NAMES} largest clusters."
    entitle(figure, ax, own, title or pca_finding(explained_variance_ratio, loadings, features), note=note)
    _write(ax, coordinates, labels, names, loadings, features)
    scatter_tracks(ax, coordinates, labels)
    return figure


def _limits(ax: Axes, coordinates: NDArray[np.float64]) -> None:
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    if not len(finite):
        return
    low, high = np.quantile(finite, [0.001, 0.999], axis=0)
    pad = np.maximum(0.08 * (high - low), 1e-6)
    ax.set_xlim(low[0] - pad[0], high[0] + pad[0])
    ax.set_ylim(low[1] - pad[1], high[1] + pad[1])


def _write(
    ax: Axes,
    coordinates: NDArray[np.float64],
    labels: NDArray[np.int32],
    names: Sequence[str],
    loadings: NDArray[np.float64],
    features: Sequence[str],
) -> None:
    """Draw the arrows, then place cluster names and feature names together, so that none overlap."""
    n_named = min(len(names), MAX_NAMES)
    anchors = cluster_anchors(coordinates, labels, n_named)
    texts = [wrapped(name, 18, lines=2) for name in names[:n_named]]
    written = place_names(ax, anchors, texts, [cluster_color(i) for i in range(n_named)], fontsize=12.0)
    tips, labels_of_tips = _arrows(ax, loadings, features)
    taken = [note.get_window_extent() for note in written]
    place_names(ax, tips, labels_of_tips, [INK] * len(tips), fontsize=SMALL_SIZE, taken=taken, weight="normal")


def _arrows(ax: Axes, loadings: NDArray[np.float64], features: Sequence[str]) -> tuple[NDArray[np.float64], list[str]]:
    """Draw the longest loadings as arrows from the middle; returns where their names go and the names."""
    if loadings.shape[0] < 2 or not len(features):
        return np.empty((0, 2)), []
    pairs = loadings[:2].T
    order = np.argsort(-np.hypot(*pairs.T), kind="stable")[:MAX_ARROWS]
    lengths = np.hypot(*pairs.T)
    order = order[lengths[order] > 0.2 * lengths.max(initial=0.0)]
    longest = np.abs(pairs[order]).max(initial=0.0)
    if not longest:
        return np.empty((0, 2)), []
    spans = np.array([ax.get_xlim(), ax.get_ylim()])
    room = np.abs(spans).min(axis=1) * 0.8
    room = np.where(room > 0.2 * np.ptp(spans, axis=1), room, 0.3 * np.ptp(spans, axis=1))
    scale = float((room / np.abs(pairs[order]).max(axis=0).clip(1e-12)).min())
    tips = pairs[order] * scale
    for tip in tips:
        arrow = ax.annotate(
            "",
            (float(tip[0]), float(tip[1])),
            xytext=(0.0, 0.0),
            arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0,
                        "path_effects": halo(2.5)},
            zorder=15,
        )  # fmt: skip
        arrow.set_in_layout(False)
    return tips * 1.1, [shown(features[i]).label for i in order]

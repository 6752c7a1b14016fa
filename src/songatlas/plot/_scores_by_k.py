"""Silhouette, Davies–Bouldin and Calinski–Harabasz against the number of clusters."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ._elbow import mark_n_clusters
from ._style import QUIET, WIDTH, cluster_color, headline, new_figure, styled, tidy
from ._text import NO_BREAK_SPACE, method_name, plural

Curves = Mapping[str, Mapping[str, Sequence[float]]]

_PANELS = (
    ("silhouette", "silhouette\n(−1 to 1, higher is better)", 1),
    ("davies_bouldin", "Davies–Bouldin\n(from 0, lower is better)", -1),
    ("calinski_harabasz", "Calinski–Harabasz\n(from 0, higher is better)", 1),
)
_MARKERS = "os^Dv"


def scores_finding(curves: Curves, chosen: int | None) -> str:
    """Return in one sentence where the silhouette of each method peaks, and what was chosen."""
    peaks = []
    for method, curve in curves.items():
        best = best_at(curve, "silhouette", 1)
        if best is not None:
            peaks.append((method, *best))
    if not peaks:
        return "No score is defined for fewer than two clusters"
    if len({k for _, k, _ in peaks}) == 1:
        heights = ", ".join(f"{method_name(m)}{NO_BREAK_SPACE}{s:.3f}" for m, _, s in peaks)
        start = f"Silhouette peaks at {plural(peaks[0][1], 'cluster')} ({heights})"
    else:
        start = "Silhouette peaks at " + ", ".join(f"{k} for {method_name(m)} ({s:.3f})" for m, k, s in peaks)
    if chosen is None or (len({k for _, k, _ in peaks}) == 1 and peaks[0][1] == chosen):
        return start
    return f"{start}; {chosen} {'was' if chosen == 1 else 'were'} chosen"


def best_at(curve: Mapping[str, Sequence[float]], score: str, better: int) -> tuple[int, float] | None:
    """Return the number of clusters with the best score and that score; None where no score is defined."""
    k, values = column(curve, "n_clusters"), column(curve, score)
    if len(values) != len(k) or not np.isfinite(values).any():
        return None
    at = int(np.nanargmax(better * values))
    return int(k[at]), float(values[at])


def column(curve: Mapping[str, Sequence[float]], name: str) -> NDArray[np.float64]:
    """Return one column of a curve as floats; NaN for values not defined, empty where it is missing."""
    return np.array([np.nan if v is None else float(v) for v in curve.get(name, ())], dtype=np.float64)


@styled
def scores_by_k(curves: Curves, *, chosen: int | None = None, title: str | None = None) -> Figure:
    """Draw the three scores against the number of clusters, one line per method.

    Parameters
    ----------
    curves : mapping of method to columns
        ``n_clusters`` and the scores, of equal length; NaN or None where a score is not defined.
    chosen : int, optional
        The chosen number of clusters.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
        Three panels over one another; the best value of each line is a large marker.
    """
    figure = new_figure(WIDTH, 8.6)
    axes = figure.subplots(len(_PANELS), 1, sharex=True)
    for ax, (score, label, better) in zip(axes, _PANELS, strict=True):
        for place, (method, curve) in enumerate(curves.items()):
            _line(ax, curve, score, better, method, place)
        mark_n_clusters(ax, chosen, named=ax is axes[-1])
        ax.set_ylabel(label)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        tidy(ax, grid="y")
        ax.margins(y=0.12)
    axes[-1].set_xlabel("number of clusters k")
    axes[-1].yaxis.set_major_formatter(_thousands)
    if axes[0].get_legend_handles_labels()[1]:
        axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2, ncols=3)
    headline(figure, title or scores_finding(curves, chosen), note="Large markers: the best value of each line.")
    return figure


def _thousands(value: float, _: object) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.4g}"


def _line(ax: Axes, curve: Mapping[str, Sequence[float]], score: str, better: int, method: str, place: int) -> None:
    k, values = column(curve, "n_clusters"), column(curve, score)
    if len(values) != len(k) or not len(k):
        return
    color, marker = cluster_color(place), _MARKERS[place % len(_MARKERS)]
    ax.plot(k, values, color=color, marker=marker, markersize=5, label=method_name(method), zorder=3)
    best = best_at(curve, score, better)
    if best is not None:
        ax.plot([best[0]], [best[1]], color=color, marker=marker, markersize=12, markeredgecolor=QUIET, zorder=4)

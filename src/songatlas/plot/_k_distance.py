"""The distances to the k-th neighbor, sorted, with the eps read from them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.results import KDistance

from ._style import ACCENT, QUIET, axes_for, cluster_color, entitle, halo, styled, tidy
from ._text import percent


def k_distance_finding(curve: KDistance) -> str:
    """Return in one sentence how many tracks have their k-th neighbor within eps."""
    rank, distance = np.asarray(curve.rank, float), np.asarray(curve.distance, float)
    total = float(rank.max(initial=0.0)) or 1.0
    outside = float(rank[distance > curve.eps].max(initial=0.0)) / total
    return f"{percent(1 - outside)} of the tracks have {curve.k} neighbors within eps = {curve.eps:.3g}"


@styled
def k_distance(curve: KDistance, *, title: str | None = None, ax: Axes | None = None) -> Figure:
    """Draw the k-distance curve with its knee and the eps that DBSCAN used.

    Parameters
    ----------
    curve : KDistance
        Distances (scaled units) sorted falling, by rank.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The rank axis is logarithmic: the few far-out tracks at its left hold the knee.
    """
    figure, ax, own = axes_for(ax, height=4.8)
    rank, distance = np.asarray(curve.rank, float), np.asarray(curve.distance, float)
    ax.plot(np.maximum(rank, 1.0), distance, color=cluster_color(0))
    ax.set_xscale("log")
    ax.set_xlim(1.0, max(float(rank.max(initial=2.0)), 2.0))
    marked = max(curve.eps, curve.knee) or 1.0
    top = min(max(float(distance.max(initial=0.0)), marked), 4.0 * marked)
    ax.set_ylim(0, 1.05 * top)
    _level(ax, curve.eps, f"eps used: {curve.eps:.3g}", ACCENT, "#A84A00", "--", above=curve.eps >= curve.knee)
    if not np.isclose(curve.knee, curve.eps):
        _level(ax, curve.knee, f"knee: {curve.knee:.3g}", QUIET, QUIET, ":", above=curve.eps < curve.knee)
    ax.set_xlabel("tracks, sorted by falling distance (rank, logarithmic)")
    ax.set_ylabel(f"distance to neighbor {curve.k} (scaled units)")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    tidy(ax, grid="y")
    farthest = float(distance.max(initial=0.0))
    note = f"The axis ends before the largest distance, {farthest:.3g}." if farthest > 1.05 * top else ""
    entitle(figure, ax, own, title or k_distance_finding(curve), note=note)
    return figure


def _level(ax: Axes, height: float, text: str, color: str, ink: str, line: str, *, above: bool) -> None:
    ax.axhline(height, color=color, linewidth=1.5, linestyle=line)
    ax.annotate(
        text,
        (0.015, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4 if above else -4),
        textcoords="offset points",
        ha="left",
        va="bottom" if above else "top",
        color=ink,
        path_effects=halo(),
    )

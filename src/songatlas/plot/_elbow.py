"""Inertia against the number of clusters."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ._style import ACCENT, QUIET, WIDTH, axes_for, cluster_color, entitle, halo, styled, tidy
from ._text import plural


def elbow_finding(knee: int | None, chosen: int | None) -> str:
    """Return in one sentence where the curve bends and what was chosen."""
    if knee is None:
        start = "Inertia falls with every further cluster"
    else:
        start = f"The inertia curve bends at {plural(knee, 'cluster')}"
    if chosen is None:
        return start
    if chosen == knee:
        return f"{start}; that is what was chosen"
    return f"{start}; {chosen} {'was' if chosen == 1 else 'were'} chosen"


@styled
def elbow(
    n_clusters: Sequence[float],
    inertia: Sequence[float],
    *,
    knee: int | None = None,
    chosen: int | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the elbow curve with its knee and the chosen number of clusters.

    Parameters
    ----------
    n_clusters, inertia : sequences of equal length
        Numbers of clusters, and the sum of squared distances to the nearest centroid (scaled features).
    knee, chosen : int, optional
        Marked where given and on the curve.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
    """
    figure, ax, own = axes_for(ax, width=WIDTH, height=4.8)
    k = np.asarray(n_clusters, dtype=np.float64)
    y = np.asarray(inertia, dtype=np.float64)
    ax.plot(k, y, color=cluster_color(0), marker="o", markersize=6, zorder=3)
    ax.set_ylim(0, float(np.nanmax(y, initial=0.0)) * 1.08 or 1.0)
    mark_n_clusters(ax, chosen)
    if knee is not None and knee in k:
        at = float(y[int(np.flatnonzero(k == knee)[0])])
        ax.plot([knee], [at], marker="o", markersize=15, markerfacecolor="none", markeredgecolor=QUIET, zorder=2)
        ax.annotate("knee", (knee, at), xytext=(9, 11), textcoords="offset points", color=QUIET, path_effects=halo())
    ax.set_xlabel("number of clusters k")
    ax.set_ylabel("inertia (sum of squared distances, scaled units)")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value == round(value) else f"{value:,.2f}")
    tidy(ax, grid="y")
    entitle(figure, ax, own, title or elbow_finding(knee, chosen))
    return figure


def mark_n_clusters(ax: Axes, chosen: int | None, *, named: bool = True) -> None:
    """Draw a vertical line at the chosen number of clusters, named at the foot of the axes."""
    if chosen is None:
        return
    ax.axvline(chosen, color=ACCENT, linewidth=1.6, linestyle="--", zorder=1)
    if named:
        ax.annotate(
            f"chosen: {chosen}",
            (chosen, 0.03),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            color="#A84A00",
            path_effects=halo(),
        )

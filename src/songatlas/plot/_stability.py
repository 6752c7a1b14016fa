"""How well each cluster came back when the grouping was made again."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.evidence import ClusterStability

from ._style import QUIET, axes_for, cluster_color, entitle, styled, text_color, tidy
from ._text import clipped, count, plural, shorten

_MARKERS = {"solid": "o", "fair": "D", "doubtful": "X"}


def stability_finding(clusters: Sequence[ClusterStability], names: Sequence[str]) -> str:
    """Return in one sentence how many clusters are solid, and which one is the weakest."""
    counts = {grade: sum(cluster.grade == grade for cluster in clusters) for grade in _MARKERS}
    told = [f"{n} {'is' if n == 1 else 'are'} {grade}" for grade, n in counts.items() if n]
    if len(told) == 1:
        grade = next(grade for grade, n in counts.items() if n)
        what = "The only cluster is" if len(clusters) == 1 else f"All {plural(len(clusters), 'cluster')} are"
        return f"{what} {grade}"
    known = [cluster for cluster in clusters if np.isfinite(cluster.jaccard_mean)]
    text = f"Of {plural(len(clusters), 'cluster')} " + ", ".join(told)
    if not known:
        return text
    weakest = min(known, key=lambda cluster: cluster.jaccard_mean)
    return f"{text}; {clipped(_name(weakest.label, names), 40)} comes back least (Jaccard {weakest.jaccard_mean:.2f})"


@styled
def stability(
    clusters: Sequence[ClusterStability],
    names: Sequence[str],
    *,
    n_refits: int,
    part_size: int,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw for each cluster the mean Jaccard with its best match in the refits, and how low it falls.

    Parameters
    ----------
    clusters : sequence of ClusterStability
    names : sequence of str
        Cluster names by label.
    n_refits, part_size : int
        How many refits there were, and on how many tracks each.
    title : str, optional
        Instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The line reaches down to the 5th percentile over the refits; the grade is written beside the mean.
    """
    figure, ax, own = axes_for(ax, height=2.1 + 0.36 * len(clusters))
    for place, cluster in enumerate(clusters):
        _row(ax, place, cluster)
    ax.set_yticks(range(len(clusters)), [shorten(_name(cluster.label, names), 28) for cluster in clusters])
    ax.set_ylim(len(clusters) - 0.4, -0.6)
    ax.set_xlim(0, 1.36)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.spines["bottom"].set_bounds(0, 1)
    ax.set_xlabel("Jaccard index with the best match (0 to 1: the same tracks)", loc="left")
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    note = (
        f"{plural(n_refits, 'refit')} on {plural(part_size, 'track')} each. Marker: mean; line: down to the 5th "
        "percentile, which one refit of twenty falls short of."
    )
    entitle(figure, ax, own, title or stability_finding(clusters, names), note=note)
    return figure


def _row(ax: Axes, place: int, cluster: ClusterStability) -> None:
    color = cluster_color(cluster.label)
    if not np.isfinite(cluster.jaccard_mean):
        ax.annotate(f"– {cluster.grade}", (0, place), xytext=(6, 0), textcoords="offset points", va="center")
        return
    low = cluster.jaccard_low if np.isfinite(cluster.jaccard_low) else cluster.jaccard_mean
    ax.hlines(place, low, cluster.jaccard_mean, color=color, linewidth=3)
    ax.plot([low], [place], marker="|", markersize=10, color=color)
    ax.plot([cluster.jaccard_mean], [place], marker=_MARKERS[cluster.grade], markersize=9, color=color, zorder=4)
    ax.annotate(
        f"{cluster.jaccard_mean:.2f} {cluster.grade}",
        (1.0, place),
        xytext=(12, 0),
        textcoords="offset points",
        va="center",
        color=QUIET if cluster.grade == "fair" else text_color("#009E73" if cluster.grade == "solid" else "#D55E00"),
    )


def _name(label: int, names: Sequence[str]) -> str:
    return names[label] if 0 <= label < len(names) else f"Cluster {count(label)}"

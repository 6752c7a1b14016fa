"""The votes on the number of clusters: each criterion's curve, what it prefers, and the support of each number."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from songatlas.evidence import Ballot, Vote

from ._style import ACCENT, FILL, QUIET, SMALL_SIZE, cluster_color, halo, headline, panels, styled, text_color, tidy
from ._text import capitalized, plural, wrapped

_CHOSEN = ACCENT
_RUNNER_UP = cluster_color(6)


def ballot_finding(result: Ballot) -> str:
    """Return in one sentence which number the rule chose, and how many of the criteria that count prefer it."""
    if result.chosen is None:
        return "No number of clusters may be chosen"
    counted = [vote for vote in result.votes if vote.counts]
    exactly = sum(vote.n_clusters == result.chosen for vote in counted)
    beside = sum(vote.n_clusters is not None and abs(vote.n_clusters - result.chosen) == 1 for vote in counted)
    runner_up = "" if result.runner_up is None else f"; {result.runner_up} came second"
    won = plural(result.chosen, "cluster")
    if len(counted) == 1 and exactly:
        return f"{_title(counted[0])} prefers {won}{runner_up}"
    if counted and exactly == len(counted):
        return f"All {len(counted)} criteria prefer {won}{runner_up}"
    told = f"{won} won: preferred by {exactly or 'none'} of {len(counted)} criteria"
    return told + (f", the number next to it by {beside}" if beside else "") + runner_up


@styled
def ballot(result: Ballot, *, title: str | None = None) -> Figure:
    """Draw the support of each number of clusters, and below it a panel for the curve of each criterion.

    Parameters
    ----------
    result : Ballot
        Curves may be None where a criterion is not defined; one without a curve shows its preference only.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
        A large marker is what the criterion prefers. The dashed line is the number that won, the dotted one the
        runner-up.
    """
    figure, axes = panels(1 + len(result.votes), columns=3, height=2.15, sharex=True)
    _support(axes[0], result)
    for ax, vote in zip(axes[1:], result.votes, strict=True):
        _curve(ax, vote, result)
    low, high = _range(result)
    for place, ax in enumerate(axes):
        ax.set_xlim(low - 0.6, high + 0.6)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        ax.locator_params(axis="y", nbins=4)
        ax.tick_params(labelbottom=True)
        if place + 3 >= len(axes):
            ax.set_xlabel("number of clusters k")
    note = "Large marker: what the criterion prefers. Dashed line: the number that won"
    note += "." if result.runner_up is None else "; dotted: the runner-up."
    headline(figure, title or ballot_finding(result), note=note)
    return figure


def _range(result: Ballot) -> tuple[float, float]:
    """Return the smallest and the largest number that was tried or is preferred."""
    wanted = [vote.n_clusters for vote in result.votes if vote.n_clusters is not None]
    numbers = [*result.numbers, *wanted] or [2]
    return float(min(numbers)), float(max(numbers))


def _support(ax: Axes, result: Ballot) -> None:
    heights = np.nan_to_num(np.asarray(result.support, dtype=np.float64))
    colors = [_CHOSEN if n == result.chosen else _RUNNER_UP if n == result.runner_up else FILL for n in result.numbers]
    ax.bar(result.numbers, heights, color=colors, width=0.8)
    for n, height in zip(result.numbers, heights, strict=True):
        if n in (result.chosen, result.runner_up):
            ax.annotate(
                str(n), (n, height), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=SMALL_SIZE
            )
    ax.margins(y=0.18)
    won = "none may be chosen" if result.chosen is None else f"{result.chosen} won"
    ax.set_title(f"Support by the rule\n{won}", fontsize=SMALL_SIZE)
    tidy(ax)


def _curve(ax: Axes, vote: Vote, result: Ballot) -> None:
    """Draw one criterion's curve with its preference and the two leading numbers."""
    for number, line in ((result.chosen, ("--", _CHOSEN)), (result.runner_up, (":", _RUNNER_UP))):
        if number is not None:
            ax.axvline(number, color=line[1], linewidth=1.4, linestyle=line[0], zorder=1)
    k, values = _points(vote, result.numbers)
    ax.plot(k, values, color=cluster_color(0), marker="o", markersize=3.5, linewidth=1.4, zorder=3)
    preference = "abstains" if vote.n_clusters is None else f"prefers {vote.n_clusters}"
    preference += "" if vote.counts else " (not counted)"
    ax.set_title(f"{wrapped(_title(vote), 26, lines=2)}\n{preference}", fontsize=SMALL_SIZE)
    if vote.n_clusters is not None:
        _mark(ax, vote.n_clusters, dict(zip(k.tolist(), values.tolist(), strict=True)))
    if not len(k):
        ax.set_yticks([])
        if vote.n_clusters is None:
            ax.text(
                0.5,
                0.5,
                "no values",
                transform=ax.transAxes,
                ha="center",
                va="center",
                color=QUIET,
                path_effects=halo(),
            )
    ax.yaxis.set_major_formatter(_short)
    ax.margins(y=0.15)
    tidy(ax, grid="y")


def _mark(ax: Axes, preferred: int, curve: dict[float, float]) -> None:
    """Mark the preference on the curve; where the curve has no value there, on a line of its own."""
    color = cluster_color(0)
    if preferred in curve:
        ax.plot([preferred], [curve[preferred]], marker="o", markersize=9, color=color, zorder=4)
        return
    ax.axvline(preferred, color=color, linewidth=1.4, zorder=2)
    ax.annotate(
        str(preferred),
        (preferred, 0.5),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        color=text_color(color),
        path_effects=halo(),
    )


def _title(vote: Vote) -> str:
    """Return the criterion's title without what follows in brackets: which end of its scale is the better one."""
    return capitalized(vote.title.split(" (")[0])


def _points(vote: Vote, numbers: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the numbers at which the criterion is defined, and its values there."""
    values = np.array([np.nan if v is None else float(v) for v in vote.curve], dtype=np.float64)
    k = np.asarray(numbers, dtype=np.float64)[: len(values)]
    known = np.isfinite(values[: len(k)])
    return k[known], values[: len(k)][known]


def _short(value: float, _: object) -> str:
    """Return a number of an axis in few characters."""
    size = abs(value)
    if size >= 1e6:
        text = f"{value / 1e6:.3g} M"
    elif size >= 1e3:
        text = f"{value / 1e3:,.4g} k"
    else:
        text = f"{value:,.4g}"
    return text.replace("-", "−")

"""The methods beside one another."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.results import Candidate

from ._style import ACCENT, QUIET, WIDTH, headline, new_figure, styled, tidy
from ._text import method_name, percent, plural


def method_comparison_finding(candidates: Sequence[Candidate]) -> str:
    """Return in one sentence which method won, with its silhouette and the noise it leaves."""
    winner = next((c for c in candidates if c.winner), None)
    if winner is None:
        return f"{plural(len(candidates), 'method')} compared, none of them won"
    how = "is shown for want of a better one" if winner.barred else "was chosen"
    text = f"{method_name(winner.method)} {how}: {plural(winner.n_clusters, 'cluster')}"
    if winner.silhouette is not None:
        text += f", silhouette {_decimal(winner.silhouette)}"
    noisy = [c for c in candidates if c is not winner and c.noise_share >= 0.005]
    if noisy:
        most = max(noisy, key=lambda c: c.noise_share)
        text += f"; {method_name(most.method)} leaves {percent(most.noise_share)} of the tracks out"
    return text


@styled
def method_comparison(candidates: Sequence[Candidate], *, title: str | None = None) -> Figure:
    """Draw the chosen clustering of every method as dots on four scales.

    Parameters
    ----------
    candidates : sequence of Candidate
        One per method; the run's winner is marked.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
        Silhouette over all tracks (noise counts 0), effective number of clusters, share of the largest
        cluster, share of noise.
    """
    figure = new_figure(WIDTH, 2.2 + 0.5 * len(candidates))
    axes = figure.subplots(1, 4, sharey=True)
    _dots(axes[0], candidates, "silhouette\n(higher is better)", _silhouette, _decimal)
    _dots(
        axes[1],
        candidates,
        "effective number\nof clusters",
        lambda c: c.effective_n_clusters,
        lambda v: f"{v:.1f}",
    )
    _dots(axes[2], candidates, "largest cluster\n(share of tracks)", _largest, percent)
    _dots(axes[3], candidates, "noise\n(share of tracks)", lambda c: c.noise_share, percent)
    for ax in axes[2:]:
        ax.set_xlim(0, 1.45)
    axes[0].set_yticks(range(len(candidates)), [_row(candidate) for candidate in candidates])
    axes[0].set_ylim(len(candidates) - 0.4, -0.6)
    for tick, candidate in zip(axes[0].get_yticklabels(), candidates, strict=True):
        tick.set_fontweight("bold" if candidate.winner else "normal")
    note = "Orange: the method whose clusters are named. Silhouette is over all tracks; noise counts as 0."
    barred = [f"{method_name(c.method)} {_bar_words(c)}: {c.barred}." for c in candidates if c.barred]
    headline(figure, title or method_comparison_finding(candidates), note=" ".join([note, *barred]))
    return figure


def _bar_words(candidate: Candidate) -> str:
    return "is shown only for want of a better one" if candidate.winner else "could not win"


def _row(candidate: Candidate) -> str:
    return f"{method_name(candidate.method)}\n({plural(candidate.n_clusters, 'cluster')})"


def _silhouette(candidate: Candidate) -> float:
    return np.nan if candidate.silhouette is None else candidate.silhouette


def _largest(candidate: Candidate) -> float:
    total = sum(candidate.sizes) + candidate.n_noise
    return max(candidate.sizes, default=0) / total if total else np.nan


def _decimal(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _dots(
    ax: Axes,
    candidates: Sequence[Candidate],
    label: str,
    value: Callable[[Candidate], float],
    written: Callable[[float], str],
) -> None:
    values = np.array([value(candidate) for candidate in candidates], dtype=np.float64)
    low, high = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    room = (high - low) or 1.0
    for place, (candidate, number) in enumerate(zip(candidates, values, strict=True)):
        if not np.isfinite(number):
            ax.annotate("–", (0, place), xytext=(6, 0), textcoords="offset points", va="center", color=QUIET)
            continue
        color = ACCENT if candidate.winner else QUIET
        ax.hlines(place, 0, number, color=color, linewidth=2)
        ax.plot([number], [place], marker="o", markersize=9, color=color, clip_on=False)
        ax.annotate(
            written(float(number)),
            (max(number, 0.0), place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
        )
    ax.axvline(0, color="#888888", linewidth=0.8)
    ax.set_xlim(low - 0.08 * room, high + 0.75 * room)
    ax.set_xlabel(label, loc="left")
    ax.set_xticks([])
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)

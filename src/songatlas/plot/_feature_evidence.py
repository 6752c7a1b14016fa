"""What each feature does for the grouping: its share of the separation, and what happens without it."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.evidence import FeatureWeight

from ._features import MAX_FEATURES, limited, shown
from ._style import FILL, QUIET, WIDTH, headline, new_figure, styled, tidy
from ._text import percent


def feature_evidence_finding(weights: Sequence[FeatureWeight]) -> str:
    """Return in one sentence which feature separates most, and which one the grouping can do without."""
    ordered = _ordered(weights)
    if not ordered or not np.isfinite(ordered[0].share):
        return "No feature separates the clusters"
    most = ordered[0]
    text = f"{shown(most.feature).start} makes {percent(most.share)} of the separation between the clusters"
    tried = [weight for weight in ordered if weight.without is not None and np.isfinite(weight.without)]
    if not tried:
        return text
    idle = max(tried, key=lambda weight: weight.without or 0.0)
    return f"{text}; without {shown(idle.feature).label} the grouping moves least (adjusted Rand {idle.without:.2f})"


@styled
def feature_evidence(weights: Sequence[FeatureWeight], *, title: str | None = None) -> Figure:
    """Draw the evidence on each feature as bars on three scales.

    Parameters
    ----------
    weights : sequence of FeatureWeight
        The twelve with the largest share are drawn, the largest on top.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
        Share of the separation, share of the feature's own variance between the clusters, and adjusted Rand of the
        grouping with the one made without the feature.
    """
    drawn = _ordered(weights)[:MAX_FEATURES]
    figure = new_figure(WIDTH, 2.3 + 0.34 * len(drawn))
    axes = figure.subplots(1, 3, sharey=True)
    _bars(axes[0], drawn, "share of the separation\n(of 100 %)", lambda w: w.share, percent)
    _bars(axes[1], drawn, "of its own variance,\nbetween the clusters", lambda w: w.explained, percent)
    _bars(axes[2], drawn, "same grouping without\nit (adjusted Rand)", lambda w: w.without, _decimal)
    for ax in axes[1:]:
        ax.set_xlim(min(0.0, ax.get_xlim()[0]), 1.4)
    axes[0].set_yticks(range(len(drawn)), [shown(weight.feature).label for weight in drawn])
    axes[0].set_ylim(len(drawn) - 0.4, -0.6)
    found = limited(title or feature_evidence_finding(weights), len(drawn), len(weights))
    headline(figure, found, note="Dash: the feature cannot be left out, or the figure is not defined.")
    return figure


def _ordered(weights: Sequence[FeatureWeight]) -> list[FeatureWeight]:
    """Return the features by falling share, those without one last."""
    return sorted(weights, key=lambda weight: -weight.share if np.isfinite(weight.share) else np.inf)


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _bars(
    ax: Axes,
    weights: Sequence[FeatureWeight],
    label: str,
    value: Callable[[FeatureWeight], float | None],
    written: Callable[[float], str],
) -> None:
    found = [value(weight) for weight in weights]
    widths = np.array([np.nan if v is None else v for v in found], dtype=np.float64)
    ax.barh(range(len(widths)), np.nan_to_num(widths), color=FILL, height=0.7)
    for place, width in enumerate(widths):
        known = bool(np.isfinite(width))
        ax.annotate(
            written(float(width)) if known else "–",
            (max(width, 0.0) if known else 0.0, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=None if known else QUIET,
        )
    ax.set_xlim(float(np.nanmin(widths, initial=0.0)), 1.35 * (float(np.nanmax(widths, initial=0.0)) or 1.0))
    ax.axvline(0, color="#888888", linewidth=0.8)
    ax.set_xlabel(label, loc="left")
    ax.set_xticks([])
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)

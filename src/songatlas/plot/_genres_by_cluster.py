"""The genres that are more common in a cluster than in the catalogue."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from songatlas.results import Lift, Profile

from ._style import QUIET, cluster_color, headline, panels, styled, text_color, tidy
from ._text import capitalized, clipped, percent, plural, shorten

MAX_GENRES = 5


def genres_finding(profiles: Sequence[Profile]) -> str:
    """Return in one sentence the genre most typical of a cluster: frequent in it and rare elsewhere."""
    found = [(lift.share * max(lift.lift - 1.0, 0.0), i, lift) for i, p in enumerate(profiles) for lift in p.genres]
    if not found:
        return "No genre is more common in one cluster than in the catalogue"
    _, at, lift = max(found, key=lambda item: (item[0], -item[1]))
    genre, name = capitalized(clipped(lift.value, 30)), clipped(profiles[at].name, 40)
    return f"{genre} is {lift.lift:.1f} times as common in {name} as in the catalogue"


@styled
def genres_by_cluster(profiles: Sequence[Profile], *, title: str | None = None) -> Figure:
    """Draw for each cluster its genres with the share of its tracks and the lift.

    Parameters
    ----------
    profiles : sequence of Profile
        By label; up to five genres of each are drawn. Clusters without genres are left out.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Figure
    """
    drawn = [profile for profile in profiles if profile.genres]
    most = max((min(len(p.genres), MAX_GENRES) for p in drawn), default=1)
    figure, axes = panels(len(drawn), columns=2, height=0.75 + 0.25 * most, extra=1.5, sharex=True)
    for ax, profile in zip(axes, drawn, strict=True):
        _bars(ax, profile.genres[:MAX_GENRES], profile.label, most)
        ax.set_title(shorten(profile.name, 34), color=text_color(cluster_color(profile.label)))
    reach = max((lift.share for p in drawn for lift in p.genres[:MAX_GENRES]), default=1.0)
    for ax in axes:
        ax.set_xlim(0, 1.75 * reach)
    for ax in axes[-2:]:
        ax.set_xlabel("share of the cluster's tracks")
        ax.tick_params(labelbottom=True)
    note = "After each bar: the share, and how many times as common as in the catalogue."
    left_out = len(profiles) - len(drawn)
    if left_out:
        note += f" {capitalized(plural(left_out, 'cluster'))} without genres left out."
    headline(figure, title or genres_finding(profiles), note=note)
    return figure


def _bars(ax: Axes, genres: Sequence[Lift], label: int, rows: int) -> None:
    ax.barh(range(len(genres)), [g.share for g in genres], color=cluster_color(label), height=0.7)
    for place, genre in enumerate(genres):
        text = f"{percent(genre.share)} · {genre.lift:.1f}×"
        ax.annotate(text, (genre.share, place), xytext=(4, 0), textcoords="offset points", va="center", color=QUIET)
    ax.set_yticks(range(len(genres)), [shorten(genre.value, 18) for genre in genres])
    ax.set_ylim(rows - 0.4, -0.6)
    ax.xaxis.set_major_formatter(lambda value, _: percent(value))
    ax.locator_params(axis="x", nbins=3)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)

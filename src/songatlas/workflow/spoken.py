"""Spoken word and other non-music in the catalogue: how much, by whom, and what the grouping is without it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.evidence import SpokenWord
from songatlas.options import CleanOptions, Options
from songatlas.progress import SILENT, Progress
from songatlas.results import LabelArray
from songatlas.seeds import stage_seed
from songatlas.tracks.values import numbers, texts

from .prepare import Prepared
from .refits import Refit, agreement_with, kmeans_refit, rescaled

_ARTISTS_SHOWN = 10
_RULE = "spoken"


def spoken_tracks(ready: Prepared, options: Options) -> NDArray[np.bool_]:
    """Return which clustered tracks are spoken word, in the order of ``ready.X``, shape (n_tracks,).

    They are by the rule of cleaning, speechiness above ``spoken_above``, whatever its mode.
    """
    return _is_spoken(ready.table, options.clean)[ready.kept[ready.order]]


def spoken_word(
    ready: Prepared,
    labels: LabelArray,
    options: Options,
    progress: Progress = SILENT,
    *,
    refit: Refit | None = None,
) -> SpokenWord | None:
    """Return how much spoken word there is, by whom, and what the grouping of the other tracks is without it.

    Parameters
    ----------
    ready : Prepared
    labels : ndarray of shape (n_tracks,), int
        The run's grouping, in the order of ``ready.X``; −1 is noise.
    options : Options
        Of the run.
    progress : Progress, optional
    refit : callable, optional
        Groups the other tracks, on a scale learned from them alone. By default K-Means with as many clusters as the
        run has; a number chosen anew is for the caller, as is the verdict.

    Returns
    -------
    SpokenWord or None
        None where the table has no speechiness. Tracks are counted once, those merged into others are not; ``share``
        is of the clustered tracks and those that this rule set aside. The grouping is not made again where there is
        no spoken word, or it was set aside (then it is made without it already), or the others have too few tracks.

    Examples
    --------
    >>> from songatlas import make_catalogue
    >>> from songatlas.workflow.prepare import prepare
    >>> ready = prepare(make_catalogue(300, seed=2), Options())
    >>> found = spoken_word(ready, np.arange(len(ready.X)) % 3, Options())
    >>> found.mode, found.n_tracks == int(spoken_tracks(ready, Options()).sum())
    ('mark', True)
    """
    if "speechiness" not in ready.table:
        return None
    clean = options.clean
    mode = "keep" if clean.keep_all else clean.spoken
    spoken = spoken_tracks(ready, options)
    rows = np.sort(ready.kept[ready.order[spoken]])
    n_all = len(ready.X)
    if mode == "set-aside":
        rows = np.flatnonzero(ready.cleaning.reason == _RULE)
        n_all += len(rows)
    n_without, agreement = None, None
    if mode != "set-aside" and spoken.any():
        n_without, agreement = _without(ready, ~spoken, labels, options, refit, progress)
    return SpokenWord(
        n_tracks=len(rows),
        share=len(rows) / n_all if n_all else 0.0,
        by=_by(texts(ready.table, "artist_name")[rows]),
        mode=mode,
        n_clusters_without=n_without,
        adjusted_rand=agreement,
    )


def _is_spoken(table: pd.DataFrame, options: CleanOptions) -> NDArray[np.bool_]:
    if "speechiness" not in table:
        return np.zeros(len(table), dtype=bool)
    return numbers(table["speechiness"]) > options.spoken_above


def _without(
    ready: Prepared,
    others: NDArray[np.bool_],
    labels: LabelArray,
    options: Options,
    refit: Refit | None,
    progress: Progress,
) -> tuple[int | None, float | None]:
    """Return the number of clusters of the others and the agreement with the run on them; None where not made."""
    n_clusters = len(np.unique(labels[labels >= 0]))
    if n_clusters < 2 or not (labels[others] >= 0).any():
        return None, None
    X = rescaled(ready.scaling.features, ready.values[others], options.features)
    if X is None or len(X) < n_clusters:
        return None, None
    refit = refit or kmeans_refit(n_clusters, stage_seed(options.seed, "spoken word"))
    with progress.step("the grouping without spoken word", 1.0) as step:
        again = refit(X)
        step.advance()
    return len(np.unique(again[again >= 0])), agreement_with(labels[others], again)


def _by(artists: NDArray[np.object_]) -> tuple[tuple[str, int], ...]:
    """Return the artists with most of the tracks, then by name; those without a name are left out."""
    names, counts = np.unique(artists[artists != ""].astype(str), return_counts=True)
    most = np.argsort(-counts, kind="stable")[:_ARTISTS_SHOWN]
    return tuple((str(names[i]), int(counts[i])) for i in most)

"""What does each feature do for the grouping? For the choice of features, which is a choice of what counts as alike.

Three figures that answer different questions: how much of the separation lies along a feature (a feature given more
weight, or of wider scale, has more), how well the grouping explains the feature, and how far the grouping moves when it
is made again without it. A feature may have a small share and still hold two clusters apart; one that says what another
says can be left out with little loss, and so can the other, but not both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from songatlas.errors import ParameterError
from songatlas.evidence import FeatureEvidence, FeatureWeight
from songatlas.kernels.threads import run_in_chunks
from songatlas.progress import SILENT, Progress
from songatlas.results import FloatArray, LabelArray

from .refits import Refit, agreement_with

REDUNDANT_FROM = 0.7
"""|Spearman| from which two features say the same twice."""

_MOST_LEFT_OUT = 30  # of more features (embeddings, say), those with the largest share
_SAME_AGAIN = 0.995  # refits agree with the run this well where starts do not matter


def feature_evidence(
    X: FloatArray,
    feature_names: Sequence[str],
    labels: LabelArray,
    refit: Refit,
    progress: Progress = SILENT,
) -> FeatureEvidence:
    """Return what each feature does for the grouping, and which pairs say the same twice.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled and weighted features (unitless).
    feature_names : sequence of str, length n_features
    labels : ndarray of shape (n_tracks,), int
        −1 is noise: part of the rank correlations, of nothing else.
    refit : callable
        Groups the tracks again from fewer columns of X, such as `kmeans_refit` at the same number of clusters; called
        from several threads at once.
    progress : Progress, optional

    Returns
    -------
    FeatureEvidence
        ``features`` in the order given, empty where there are fewer than two clusters. Of more than 30 features only
        the 30 with the largest share are left out in turn. The note says how far making the grouping again with all
        features moves it, where it does: what a feature moves has to be seen beside that.

    Raises
    ------
    ParameterError
        When names or labels do not fit X.

    Examples
    --------
    >>> from songatlas.workflow.refits import kmeans_refit
    >>> X = np.array([[0.0, 0.0], [0.1, 1.0], [9.0, 0.1], [9.1, 0.9]])
    >>> found = feature_evidence(X, ["energy", "tempo"], np.array([0, 0, 1, 1]), kmeans_refit(2, seed=0))
    >>> [(f.feature, round(f.share, 2), round(f.explained, 2), round(f.without, 2)) for f in found.features]
    [('energy', 1.0, 1.0, -0.5), ('tempo', 0.0, 0.0, 1.0)]
    """
    if X.shape != (len(labels), len(feature_names)):
        raise ParameterError(
            f"X must have a row for each of the {len(labels):,} labels and a column for each of the "
            f"{len(feature_names)} names, got shape {X.shape}."
        )
    redundant = redundant_features(X, feature_names)
    if len(np.unique(labels[labels >= 0])) < 2:
        return FeatureEvidence((), redundant, "There are no two clusters for features to hold apart.")
    separation = _separation(X, labels)
    without, note = _leave_one_out(X, labels, separation.share, refit, progress)
    weights = zip(feature_names, separation.share.tolist(), separation.explained.tolist(), without, strict=True)
    return FeatureEvidence(tuple(FeatureWeight(*weight) for weight in weights), redundant, note)


def redundant_features(X: FloatArray, feature_names: Sequence[str]) -> tuple[tuple[str, str, float], ...]:
    """Return the pairs of features whose Spearman correlation over all tracks is .7 or more, or −.7 or less.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        On any scale that keeps their order.
    feature_names : sequence of str, length n_features

    Returns
    -------
    tuple of (feature, feature, correlation)
        The closest first; a feature with one value is in no pair.

    Examples
    --------
    >>> redundant_features(np.array([[1.0, 8.0, 0.0], [2.0, 4.0, 0.0], [3.0, 2.0, 0.0]]), ["a", "b", "c"])
    (('a', 'b', -1.0),)
    """
    varied = [j for j in range(X.shape[1]) if len(X) > 2 and X[:, j].min() < X[:, j].max()]
    if len(varied) < 2:
        return ()
    ranks = np.stack([rankdata(X[:, j]) for j in varied])
    correlation = np.clip(np.corrcoef(ranks), -1.0, 1.0)
    pairs = [
        (feature_names[varied[i]], feature_names[varied[j]], float(correlation[i, j]))
        for i in range(len(varied))
        for j in range(i + 1, len(varied))
        if abs(correlation[i, j]) >= REDUNDANT_FROM
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair[2])))


@dataclass(frozen=True)
class _Separation:
    """Of each feature its share of the separation and the share of it that is explained, shape (n_features,)."""

    share: FloatArray
    explained: FloatArray


def _separation(X: FloatArray, labels: LabelArray) -> _Separation:
    inside = labels >= 0
    own = labels[inside]
    sizes = np.bincount(own)
    centered = X[inside] - X[inside].mean(axis=0)
    sums = np.stack([np.bincount(own, weights=column) for column in centered.T])
    between = (sums**2 / np.maximum(sizes, 1)).sum(axis=1)
    total = np.einsum("ij,ij->j", centered, centered)
    whole = between.sum()
    return _Separation(
        between / whole if whole > 0 else np.zeros(len(between)),
        np.clip(np.divide(between, total, out=np.zeros(len(total)), where=total > 0), 0.0, 1.0),
    )


def _leave_one_out(
    X: FloatArray, labels: LabelArray, share: FloatArray, refit: Refit, progress: Progress
) -> tuple[list[float | None], str]:
    """Return the adjusted Rand without each feature (None where it cannot be left out), and a note."""
    n_features = X.shape[1]
    without: list[float | None] = [None] * n_features
    if n_features < 2:
        return without, "There is one feature only: it cannot be left out."
    chosen = np.sort(np.argsort(-share, kind="stable")[:_MOST_LEFT_OUT])
    jobs = [None, *chosen.tolist()]  # None: with all features
    found: list[float | None] = [None] * len(jobs)

    def work(first: int, stop: int) -> None:
        for place in range(first, stop):
            kept = X if jobs[place] is None else np.delete(X, jobs[place], axis=1)
            if (kept[0] != kept).any():
                found[place] = agreement_with(labels, refit(np.ascontiguousarray(kept)))

    with progress.step("the grouping without each feature", float(len(jobs))) as step:
        run_in_chunks(work, len(jobs), 1, step.advance)
    for j, agreement in zip(chosen.tolist(), found[1:], strict=True):
        without[j] = agreement
    notes, again = [], found[0]
    if again is not None and again < _SAME_AGAIN:
        notes.append(f"Made again with all features, the grouping agrees with itself to {again:.2f} (adjusted Rand).")
    if len(chosen) < n_features:
        notes.append(f"Of {n_features} features the {len(chosen)} with the largest share were left out in turn.")
    return without, " ".join(notes)

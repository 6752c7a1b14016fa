"""Scores labelings: every candidate of every method in the same space on the same tracks, all exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songatlas.cluster.n_clusters import bar_reason
from songatlas.kernels.silhouette import silhouette_samples
from songatlas.metrics.internal import CentroidScores, centroid_scores, effective_n_clusters
from songatlas.results import Candidate, FloatArray, LabelArray, Provenance


@dataclass(frozen=True)
class Trial:
    """A labeling that was tried, with its scores and the silhouette of every track."""

    candidate: Candidate
    labels: LabelArray
    silhouette: FloatArray


def score_labelings(
    X: FloatArray,
    methods: Sequence[str],
    labelings: Sequence[LabelArray],
    params: Sequence[Mapping[str, Any]],
    notes: Sequence[str] = (),
    advance: Callable[[float], object] | None = None,
) -> list[Trial]:
    """Return a trial per labeling; silhouettes of all labelings come from one pass over the distances."""
    if not labelings:
        return []
    stacked = np.stack(labelings)
    samples = silhouette_samples(X, stacked, advance=advance)
    scores = centroid_scores(X, stacked, silhouettes=False)
    notes = notes or [""] * len(labelings)
    return [
        Trial(_scored(method, labels, silhouette, score, param, note), labels, silhouette)
        for method, labels, silhouette, score, param, note in zip(
            methods, labelings, samples, scores, params, notes, strict=True
        )
    ]


def _scored(
    method: str,
    labels: LabelArray,
    silhouette: FloatArray,
    scores: CentroidScores,
    params: Mapping[str, Any],
    note: str,
) -> Candidate:
    inside = labels >= 0
    several = len(scores.sizes) > 1
    n_noise = int((~inside).sum())
    return Candidate(
        method=method,
        params=dict(params),
        n_clusters=len(scores.sizes),
        sizes=tuple(scores.sizes.tolist()),
        n_noise=n_noise,
        silhouette=float(np.where(inside, silhouette, 0.0).mean()) if several else None,
        silhouette_clustered=float(silhouette[inside].mean()) if several else None,
        davies_bouldin=_number(scores.davies_bouldin) if several else None,
        calinski_harabasz=_number(scores.calinski_harabasz) if several else None,
        inertia=scores.inertia,
        effective_n_clusters=float(effective_n_clusters(scores.sizes)) if len(scores.sizes) else 0.0,
        provenance=Provenance(len(labels)),
        barred=bar_reason(scores.sizes.tolist(), n_noise),
        note=note,
    )


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None

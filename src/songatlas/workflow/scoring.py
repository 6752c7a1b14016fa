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
    """A labeling that was tried, with its scores and the silhouette of every track (none where it was spared)."""

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
    *,
    spare: Sequence[bool] = (),
) -> list[Trial]:
    """Return a trial per labeling; silhouettes of all labelings come from one pass over the distances.

    A degenerate labeling gets no silhouette where ``spare`` says so: it cannot be chosen, and at a million tracks a
    silhouette takes seconds.
    """
    if not labelings:
        return []
    stacked = np.stack(labelings)
    scores = centroid_scores(X, stacked, silhouettes=False)
    barred = [bar_reason(s.sizes.tolist(), len(X) - int(s.sizes.sum())) for s in scores]
    spare = spare or [False] * len(labelings)
    judged = [i for i in range(len(labelings)) if not (spare[i] and barred[i])]
    samples = dict(zip(judged, silhouette_samples(X, stacked[judged], advance=advance), strict=True))
    notes = notes or [""] * len(labelings)
    return [
        Trial(
            _scored(methods[i], labels, samples.get(i), scores[i], params[i], notes[i], barred[i]),
            labels,
            samples.get(i, np.empty(0)),
        )
        for i, labels in enumerate(labelings)
    ]


def _scored(
    method: str,
    labels: LabelArray,
    silhouette: FloatArray | None,
    scores: CentroidScores,
    params: Mapping[str, Any],
    note: str,
    barred: str | None,
) -> Candidate:
    inside = labels >= 0
    several = len(scores.sizes) > 1
    judged = silhouette if several else None
    return Candidate(
        method=method,
        params=dict(params),
        n_clusters=len(scores.sizes),
        sizes=tuple(scores.sizes.tolist()),
        n_noise=int((~inside).sum()),
        silhouette=None if judged is None else float(np.where(inside, judged, 0.0).mean()),
        silhouette_clustered=None if judged is None else float(judged[inside].mean()),
        davies_bouldin=_number(scores.davies_bouldin) if several else None,
        calinski_harabasz=_number(scores.calinski_harabasz) if several else None,
        inertia=scores.inertia,
        effective_n_clusters=float(effective_n_clusters(scores.sizes)) if len(scores.sizes) else 0.0,
        provenance=Provenance(len(labels)),
        barred=barred,
        note=note,
    )


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None

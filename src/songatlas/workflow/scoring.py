"""Scores labelings: every candidate of every method in the same space on the same tracks, all exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songatlas.cluster.n_clusters import bar_reason
from songatlas.kernels.silhouette import silhouette_samples
from songatlas.metrics.internal import (
    calinski_harabasz_score,
    davies_bouldin_score,
    effective_n_clusters,
    inertia,
)
from songatlas.results import Candidate, FloatArray, LabelArray, Provenance


@dataclass(frozen=True)
class Trial:
    """A labeling that was tried, with its scores and the silhouette of every track."""

    candidate: Candidate
    labels: LabelArray
    silhouette: FloatArray


def score_labelings(
    X: FloatArray,
    method: str,
    labelings: Sequence[LabelArray],
    params: Sequence[Mapping[str, Any]],
    notes: Sequence[str] = (),
    advance: Callable[[float], object] | None = None,
) -> list[Trial]:
    """Return a trial per labeling; silhouettes of all labelings come from one pass over the distances."""
    if not labelings:
        return []
    samples = silhouette_samples(X, np.stack(labelings), advance=advance)
    notes = notes or [""] * len(labelings)
    return [
        Trial(_scored(X, method, labels, silhouette, param, note), labels, silhouette)
        for labels, silhouette, param, note in zip(labelings, samples, params, notes, strict=True)
    ]


def _scored(
    X: FloatArray,
    method: str,
    labels: LabelArray,
    silhouette: FloatArray,
    params: Mapping[str, Any],
    note: str,
) -> Candidate:
    inside = labels >= 0
    sizes = np.bincount(labels[inside]) if inside.any() else np.zeros(0, dtype=np.int64)
    several = len(sizes) > 1
    n_noise = int((~inside).sum())
    return Candidate(
        method=method,
        params=dict(params),
        n_clusters=len(sizes),
        sizes=tuple(int(s) for s in sizes),
        n_noise=n_noise,
        silhouette=float(np.where(inside, silhouette, 0.0).mean()) if several else None,
        silhouette_clustered=float(silhouette[inside].mean()) if several else None,
        davies_bouldin=_number(davies_bouldin_score(X, labels)) if several else None,
        calinski_harabasz=_number(calinski_harabasz_score(X, labels)) if several else None,
        inertia=float(inertia(X, labels)),
        effective_n_clusters=float(effective_n_clusters(sizes)) if len(sizes) else 0.0,
        provenance=Provenance(len(X)),
        barred=bar_reason(sizes.tolist(), n_noise),
        note=note,
    )


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None

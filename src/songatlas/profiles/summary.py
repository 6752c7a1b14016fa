"""The statistics of each cluster against the whole catalogue, exact over all clustered tracks.

Noise (label −1) is no cluster but is part of the catalogue that clusters are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from songatlas.errors import DataError
from songatlas.results import FloatArray, LabelArray


@dataclass(frozen=True)
class ClusterStatistics:
    """The numbers a cluster is named and described by; mappings are by feature, in its unit (z: unitless).

    ``z`` is (cluster mean − catalogue mean) / catalogue standard deviation (ddof=0), 0 where the catalogue
    does not vary. ``share`` is of all clustered tracks, noise included.
    """

    label: int
    n_tracks: int
    share: float
    mean: Mapping[str, float]
    median: Mapping[str, float]
    std: Mapping[str, float]
    z: Mapping[str, float]
    catalogue_mean: Mapping[str, float]


def cluster_statistics(
    values: FloatArray, feature_names: Sequence[str], labels: LabelArray
) -> tuple[ClusterStatistics, ...]:
    """Return the statistics of every cluster, by label.

    Parameters
    ----------
    values : ndarray of shape (n_tracks, n_features)
        Feature values in their own units; no NaN.
    feature_names : sequence of str, length n_features
    labels : ndarray of shape (n_tracks,), int
        Labels 0..n_clusters-1; −1 marks noise, which counts in the catalogue's mean and spread only.

    Returns
    -------
    tuple of ClusterStatistics
        Empty where every track is noise.
    """
    values = np.asarray(values, dtype=np.float64)
    labels = np.asarray(labels)
    _check(values, feature_names, labels)
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(int(labels.max(initial=-1)) + 2))
    center, spread = values.mean(axis=0) if len(values) else np.zeros(values.shape[1]), _spread(values)
    summaries = []
    for label, (start, stop) in enumerate(pairwise(starts)):
        own = values[order[start:stop]]
        mean = own.mean(axis=0)
        z = np.divide(mean - center, spread, out=np.zeros_like(mean), where=spread > 0)
        parts = (mean, np.median(own, axis=0), own.std(axis=0), z, center)
        named = [dict(zip(feature_names, part.tolist(), strict=True)) for part in parts]
        summaries.append(ClusterStatistics(label, len(own), len(own) / len(labels), *named))
    return tuple(summaries)


def _spread(values: FloatArray) -> FloatArray:
    """Return the standard deviation of each column, exactly 0 for a constant one (without rounding dust)."""
    if not len(values):
        return np.zeros(values.shape[1])
    constant = values.max(axis=0) == values.min(axis=0)
    return np.where(constant, 0.0, values.std(axis=0))


def _check(values: FloatArray, feature_names: Sequence[str], labels: LabelArray) -> None:
    if values.ndim != 2 or values.shape != (len(labels), len(feature_names)):
        raise DataError(
            f"values must have shape (n_tracks, n_features) = ({len(labels)}, {len(feature_names)}), "
            f"got {values.shape}."
        )
    counts = np.bincount(labels[labels >= 0]) if len(labels) else np.zeros(0, dtype=int)
    if (counts == 0).any():
        raise DataError(
            f"labels must run from 0 without gaps; no track has label {int(np.argmin(counts > 0))}. "
            "Renumber them by size first."
        )

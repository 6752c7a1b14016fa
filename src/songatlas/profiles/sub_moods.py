"""What each sub-mood is: statistics against the other tracks of its cluster, a name, its most typical tracks."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from songatlas.errors import DataError
from songatlas.evidence import SubMood
from songatlas.results import FloatArray, LabelArray

from .exemplars import Identities, best_tracks, distances_to_center
from .sub_mood_names import name_sub_moods
from .summary import ClusterStatistics, cluster_statistics


def describe_sub_moods(
    X: FloatArray,
    values: FloatArray,
    feature_names: Sequence[str],
    labels: LabelArray,
    clusters: Sequence[int],
    heights: Sequence[float],
    cluster_names: Sequence[str],
    table: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
    top_tracks: int = 20,
) -> tuple[SubMood, ...]:
    """Return every sub-mood of a run, by number.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
        Scaled features; typical tracks are those nearest their sub-mood's mean here.
    values : ndarray of shape (n_tracks, n_features)
        The same features in their own units.
    feature_names : sequence of str, length n_features
    labels : ndarray of shape (n_tracks,), int
        Number of each track's sub-mood, 0..n_sub_moods−1 by cluster; −1 for noise.
    clusters, heights : sequences of length n_sub_moods
        The label of the cluster that each lies in (rising), and the height of the Ward merge that makes it one.
    cluster_names : sequence of str
        By label.
    table : DataFrame of n_tracks rows in the same order
        Canonical columns as for `build_profiles`.
    weights : mapping of feature to positive weight, optional
        As used for ``X``.
    top_tracks : int
        Most typical tracks listed, one of an artist, and one of a title whatever its version.
    """
    _check(labels, clusters, heights, X, values, table)
    parents = np.append(np.asarray(clusters, dtype=np.int64), -1)[labels]  # −1, noise, finds the last
    divided = list(dict.fromkeys(clusters))
    groups = [_statistics(values, feature_names, labels, parents, cluster) for cluster in divided]
    against_all = cluster_statistics(values, feature_names, labels)
    overall = [[against_all[number] for number, c in enumerate(clusters) if c == cluster] for cluster in divided]
    own_names = [cluster_names[cluster] for cluster in divided]
    named = [name for group in name_sub_moods(groups, overall, own_names, weights=weights) for name in group]
    typical = best_tracks(
        distances_to_center(X, labels),
        labels,
        Identities.of(table),
        n_clusters=len(clusters),
        top=top_tracks,
        per_artist=1,
        per_title=1,
    )
    statistics = [one for group in groups for one in group]
    return tuple(
        SubMood(
            number=number,
            parent=clusters[number],
            name=named[number].name,
            tagline=named[number].tagline,
            n_tracks=one.n_tracks,
            height=float(heights[number]),
            mean=one.mean,
            z=one.z,
            typical=tuple(ref.row for ref in typical[number]),
        )
        for number, one in enumerate(statistics)
    )


def _statistics(
    values: FloatArray, feature_names: Sequence[str], labels: LabelArray, parents: LabelArray, cluster: int
) -> tuple[ClusterStatistics, ...]:
    """Return the statistics of a cluster's sub-moods against all its tracks."""
    own = np.flatnonzero(parents == cluster)
    local = labels[own]
    return cluster_statistics(values[own], feature_names, local - local.min())


def _check(
    labels: LabelArray,
    clusters: Sequence[int],
    heights: Sequence[float],
    X: FloatArray,
    values: FloatArray,
    table: pd.DataFrame,
) -> None:
    for name, length in {"X": len(X), "values": len(values), "table": len(table)}.items():
        if length != len(labels):
            raise DataError(f"{name} must have one row per label ({len(labels)}), got {length}.")
    if not len(clusters) == len(heights) == int(labels.max(initial=-1)) + 1:
        raise DataError(
            f"labels hold sub-moods up to {int(labels.max(initial=-1))}; clusters and heights must have an entry for "
            f"each, got {len(clusters)} and {len(heights)}."
        )
    if list(clusters) != sorted(clusters):
        raise DataError(f"clusters must rise with the number of the sub-mood, got {list(clusters)!r}.")

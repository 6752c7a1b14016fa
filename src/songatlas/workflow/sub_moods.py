"""The second level of a run: sub-moods inside each of its clusters, with the trees that they are cut from."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from songatlas.cluster.sub_moods import Division, PartSizes, cluster_trees, divide, part_sizes
from songatlas.errors import DataWarning
from songatlas.evidence import SubMoods
from songatlas.options import Options
from songatlas.profiles.sub_moods import describe_sub_moods
from songatlas.progress import Progress
from songatlas.results import FloatArray, LabelArray, Profile

from .prepare import Prepared


def find_sub_moods(
    ready: Prepared,
    labels: LabelArray,
    profiles: Sequence[Profile],
    tracks: pd.DataFrame,
    options: Options,
    progress: Progress,
) -> SubMoods:
    """Return the sub-moods of a run's clusters.

    Parameters
    ----------
    ready : Prepared
    labels : ndarray of shape (n_tracks,), int
        The run's clusters in table order; −1 is noise and lies in no sub-mood.
    profiles : sequence of Profile
        Of these clusters, by label.
    tracks : DataFrame
        What `songatlas.workflow.tables.kept_table` returned.
    options : Options
    progress : Progress

    Warns
    -----
    DataWarning
        When the number of sub-moods asked for cannot be had.
    """
    in_value_order = labels[ready.order]
    n_clustered = int(np.count_nonzero(labels >= 0))
    sizes = part_sizes(max(1, n_clustered), n_parts=options.judge.n_sub_moods, size=options.judge.sub_mood_size)
    with progress.step("sub-moods", 1.2 * n_clustered) as step:
        trees = cluster_trees(ready.X, in_value_order, step.advance)
        division = divide(ready.X, in_value_order, trees, sizes)
        moods = describe_sub_moods(
            ready.X,
            ready.values,
            ready.scaling.features,
            division.labels,
            division.clusters,
            division.heights,
            [profile.name for profile in profiles],
            tracks.iloc[ready.order].reset_index(drop=True),
            weights=ready.scaling.weights,
            top_tracks=options.output.top_tracks,
        )
        step.advance(0.2 * n_clustered + len(trees))  # a tree has one merge less than tracks
    _warn_of_the_number(options, sizes, len(profiles), len(moods))
    in_table_order = np.empty_like(division.labels)
    in_table_order[ready.order] = division.labels
    own_trees = {
        label: _leaves_in_table_order(tree, ready.order[in_value_order == label]) for label, tree in trees.items()
    }
    return SubMoods(_rule(sizes, division), in_table_order, moods, own_trees)


def _leaves_in_table_order(tree: FloatArray, places: np.ndarray) -> FloatArray:
    """Return a tree with its leaves renumbered by the rank of their places in the table."""
    rank = np.empty(len(places), dtype=np.int64)
    rank[np.argsort(places)] = np.arange(len(places))
    out = tree.copy()
    children = out[:, :2]
    leaf = children < len(places)
    children[leaf] = rank[children[leaf].astype(np.int64)]
    return out


def _warn_of_the_number(options: Options, sizes: PartSizes, n_clusters: int, n_found: int) -> None:
    asked = options.judge.n_sub_moods
    if asked is None or asked == n_found:
        return
    if asked < n_clusters:
        reason = f"each of the {n_clusters:,} clusters is at least one. Ask for fewer clusters with n_clusters."
    else:
        reason = f"no side of a further division has {sizes.least:,} tracks or more, equal tracks kept together."
    warnings.warn(f"there are {n_found:,} sub-moods instead of {asked:,}: {reason}", DataWarning, stacklevel=3)


def _rule(sizes: PartSizes, division: Division) -> str:
    """Return in words how the clusters were divided."""
    text = (
        "Every cluster is divided along the Ward tree of its own tracks, all of them. From the whole clusters on, the "
        "part whose two sides lie farthest apart (the greatest height in the trees of all clusters) is divided next, "
        f"parts of more than {sizes.most:,} tracks before all others, until there are {sizes.wanted:,} parts of "
        f"{sizes.target:,.0f} tracks on average. No side has fewer than {sizes.least:,} tracks"
    )
    if division.n_strays:
        text += f": smaller branches join the nearest part of the branch they left ({division.n_strays:,} tracks did). "
    else:
        text += ". "
    return text + "Tracks of equal features stay together."

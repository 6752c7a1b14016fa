"""`cluster_tracks`: every step of the main job, from a table to a `RunData`."""

import importlib.util
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.cluster.margin import center_distance, cluster_centers, membership_margin
from songatlas.errors import DataWarning, ParameterError
from songatlas.maps.project import map_tracks
from songatlas.options import Options
from songatlas.profiles import build_profiles
from songatlas.progress import SILENT, Progress
from songatlas.results import REJECT_COLUMNS, Clustering, FloatArray, Profile, Provenance, RunData, TrackMap
from songatlas.seeds import stage_seed

from .choice import all_candidates, choose_method, describe_choice
from .judgement import judge_grouping
from .manifest import make_manifest
from .methods import METHODS, Fits, MethodResult, NearestOthers, Task, concluded, neighbors_needed, one_cluster
from .prepare import Prepared, prepare
from .sub_moods import find_sub_moods
from .tables import cluster_table, kept_table, moved_columns, with_standing, with_sub_moods

_TRACKS_PER_CLUSTER = 12  # the smallest mean size that the automatic range of k allows


@dataclass
class _Clock:
    """Wall time and peak memory by stage."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        start = time.perf_counter()
        yield
        self.timings[name] = round(time.perf_counter() - start, 3)


def cluster_tracks(table: Any, options: Options | None = None, *, progress: Progress = SILENT) -> RunData:
    """Return named, explained and mapped clusters of a table of tracks.

    Parameters
    ----------
    table : pandas, polars or Arrow table
        One row per track; columns in any naming that `songatlas.read_tracks` knows.
    options : Options, optional
    progress : Progress, optional
        Told what runs and how far it is.

    Returns
    -------
    RunData
        Every input row with its state and labels, and everything that explains them. The same table, options
        and seed give the same result on any number of threads; the order of the rows changes no grouping.

    Raises
    ------
    DataError
        When the table cannot be clustered.
    ParameterError
        When an option does not fit the table, such as more clusters than tracks.

    Warns
    -----
    DataWarning
        For what is doubtful in the data or the options; the texts are also in the manifest.
    """
    options = options or Options()
    clock = _Clock()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        run = _cluster(table, options, progress, clock)
    texts = list(dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, DataWarning)))
    for text in texts:
        warnings.warn(text, DataWarning, stacklevel=2)
    for other in (w for w in caught if not issubclass(w.category, DataWarning)):
        warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    return make_manifest(run, texts, clock.timings, _peak_megabytes())


def _cluster(table: Any, options: Options, progress: Progress, clock: _Clock) -> RunData:
    with clock.stage("explore, clean and scale"), progress.step("cleaning and scaling", 1.0) as step:
        ready = prepare(table, options, step.advance)
    results: dict[str, MethodResult] = {}
    ballot = None
    needed = [neighbors_needed(ready.X, options.cluster), options.map.map_neighbors]
    nearest = NearestOthers(ready.X, max(needed), progress)
    task = Task(ready.X, _numbers_to_try(ready, options), options.cluster, options.seed, progress, nearest)
    if not task.ks:
        results["kmeans"] = one_cluster(task)
    else:
        fits: dict[str, Fits] = {}
        for method in options.cluster.methods:
            with clock.stage(method):
                fits[method] = METHODS[method](task)
        with clock.stage("scores"):
            results, ballot = concluded(task, fits, options.judge)
    winner, why = choose_method(results, options.cluster) if task.ks else ("kmeans", "")
    choice = describe_choice(results, winner, why, options.cluster, ballot)
    clusterings = {name: _clustering(ready, name, result) for name, result in results.items()}
    with clock.stage("map"):
        track_map = _map(ready, options, progress, nearest)
    with clock.stage("profiles"), progress.step("profiles and names", 1.0) as step:
        tracks = kept_table(ready)
        profiles = _profiles(ready, clusterings[winner], tracks, options)
        step.advance(0.7)
        distance = center_distance(ready.X, clusterings[winner].labels[ready.order], clusterings[winner].centers)
        full = cluster_table(
            ready,
            clusterings,
            winner,
            [p.name for p in profiles],
            track_map,
            _in_table_order(distance, ready),
        )
        full.attrs["songatlas"] = ready.table.attrs["songatlas"]
        step.advance(0.3)
    with clock.stage("judgement"):
        judgement = judge_grouping(ready, results, ballot, winner, tracks, options, progress)
    if judgement.certificate is not None:
        full = with_standing(full, ready, judgement.certificate)
    sub_moods = None
    if not options.judge.no_sub_moods:
        with clock.stage("sub-moods"):
            sub_moods = find_sub_moods(ready, clusterings[winner].labels, profiles, tracks, options, progress)
            full = with_sub_moods(full, ready, sub_moods)
    moved = moved_columns(ready.table.columns)
    trees = [_leaves_in_table_order(r.tree, ready) for r in results.values() if r.tree is not None]
    distances = [r.k_distance for r in results.values() if r.k_distance is not None]
    return RunData(
        tracks=full,
        source_columns=tuple(moved.get(name, name) for name in ready.source_columns),
        kept=ready.kept,
        exploration=ready.exploration,
        cleaning_counts=dict(ready.cleaning.counts),
        ledger=ready.cleaning.ledger,
        scaling=ready.scaling,
        candidates=all_candidates(results, winner),
        clusterings=clusterings,
        method=winner,
        choice=choice,
        k_distance=distances[0] if distances else None,
        tree=trees[0] if trees else None,
        profiles=profiles,
        map=track_map,
        options=options,
        manifest={},
        judgement=judgement,
        sub_moods=sub_moods,
        rejects=pd.DataFrame(ready.table.attrs["songatlas"].get("rejects", ()), columns=REJECT_COLUMNS),
    )


def _numbers_to_try(ready: Prepared, options: Options) -> tuple[int, ...]:
    """Return the numbers of clusters to try; empty where all tracks are equal."""
    n_tracks = len(ready.X)
    distinct = 1 + int((ready.X[1:] != ready.X[:-1]).any(axis=1).sum())
    asked = options.cluster.n_clusters
    if asked is not None and asked > distinct:
        raise ParameterError(
            f"n_clusters must be at most {distinct:,}, the number of different tracks among the {n_tracks:,} to be "
            f"clustered, got {asked}."
        )
    if distinct == 1:
        warnings.warn("all tracks have equal features: there is one cluster.", DataWarning, stacklevel=2)
        return ()
    low, high = options.cluster.n_clusters_range
    top = max(2, min(high, distinct - 1, n_tracks // _TRACKS_PER_CLUSTER))
    if top < high and asked is None:
        warnings.warn(
            f"numbers of clusters up to {top} are tried instead of {high}: there are only {n_tracks:,} tracks "
            f"({distinct:,} different ones), and a cluster should hold {_TRACKS_PER_CLUSTER} on average. In so small a "
            "library groups are rough: a few tracks more can move them.",
            DataWarning,
            stacklevel=2,
        )
    numbers = set(range(min(low, top), top + 1))
    return tuple(sorted(numbers | ({asked} if asked is not None else set())))


def _clustering(ready: Prepared, method: str, result: MethodResult) -> Clustering:
    """Return a method's choice with its arrays in table order."""
    trial = result.trials[result.chosen]
    centers = cluster_centers(ready.X, trial.labels)
    margin = membership_margin(ready.X, trial.labels, centers)
    labels, margin, silhouette = (_in_table_order(a, ready) for a in (trial.labels, margin, trial.silhouette))
    return Clustering(method, trial.candidate.params, labels, centers, margin, silhouette, Provenance(len(ready.X)))


def _leaves_in_table_order(tree: FloatArray, ready: Prepared) -> FloatArray:
    """Return the Ward tree with its leaves numbered as the kept rows of the table."""
    out = tree.copy()
    children = out[:, :2]
    leaf = children < len(ready.order)
    children[leaf] = ready.order[children[leaf].astype(np.int64)]
    return out


def _in_table_order(array: NDArray[Any], ready: Prepared) -> NDArray[Any]:
    """Return an array over the tracks in value order as one over the kept rows of the table."""
    out = np.empty_like(array)
    out[ready.order] = array
    return out


def _map(ready: Prepared, options: Options, progress: Progress, nearest: NearestOthers) -> TrackMap:
    found = map_tracks(
        ready.X,
        method=options.map.map,
        n_neighbors=options.map.map_neighbors,
        n_iterations=options.map.map_iterations,
        seed=stage_seed(options.seed, "map"),
        nearest=lambda: nearest.found().indices,
        progress=progress,
    )
    coordinates = None if found.coordinates is None else _in_table_order(found.coordinates, ready)
    return replace(found, coordinates=coordinates, pca=_in_table_order(found.pca, ready))


def _profiles(ready: Prepared, clustering: Clustering, tracks: Any, options: Options) -> tuple[Profile, ...]:
    """Return the profiles; they are computed in value order, so that sums do not depend on the file's order."""
    order = ready.order
    return build_profiles(
        ready.X,
        ready.values,
        ready.scaling.features,
        clustering.labels[order],
        clustering.margin[order],
        clustering.silhouette[order],
        tracks.iloc[order].reset_index(drop=True),
        weights=ready.scaling.weights,
        top_tracks=options.output.top_tracks,
    )


def _peak_megabytes() -> float | None:
    if importlib.util.find_spec("resource") is None:  # Windows
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)

"""The frozen values the rooms hand to one another, from exploration to the whole run.

Arrays over tracks come in two lengths: ``n_rows`` (every input row) and ``n_tracks`` (the rows that were
clustered, in table order). Where nothing else is said, an array is over the clustered tracks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.evidence import Judgement, SubMoods
from songatlas.options import Options
from songatlas.provenance import Provenance as Provenance

FloatArray = NDArray[np.float64]
LabelArray = NDArray[np.int32]


REJECT_COLUMNS: tuple[str, ...] = ("file", "line", "reason", "text")


def reject_unit(file_format: str) -> str:
    """Return what the numbers of rejected rows count in a file of some format: 'line', 'entry' or 'row'.

    Examples
    --------
    >>> reject_unit("CSV"), reject_unit("JSON"), reject_unit("SQLite")
    ('line', 'entry', 'row')
    """
    return {"CSV": "line", "JSON Lines": "line", "JSON": "entry"}.get(file_format, "row")


class Rejects(tuple[tuple[str, int, str, str], ...]):
    """Rows that could not become rows of the table: (file, line, reason, text) each.

    pandas copies the attributes of a table whenever a column is taken; these never change, so they stay one object.
    """

    def __deepcopy__(self, memo: object) -> "Rejects":
        return self


# --- exploration -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnSummary:
    """One column as it was read: ``source`` is its name in the file, ``canonical`` what it was read as (or None)."""

    source: str
    canonical: str | None
    dtype: str
    n_missing: int
    n_unique: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class FeatureSummary:
    """The distribution of one numeric column over all rows where it is a finite number."""

    name: str
    n: int
    n_missing: int
    mean: float
    std: float
    skew: float
    quantiles: Mapping[str, float]  # keys: min, 1%, 5%, 25%, 50%, 75%, 95%, 99%, max
    n_zero: int
    n_unique: int
    counts: tuple[int, ...]  # histogram over equal bins from edges[0] to edges[1]
    edges: tuple[float, float]


@dataclass(frozen=True)
class Problem:
    """Something in the data that a person should know, with how often and where first."""

    name: str
    count: int
    message: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exploration:
    """What a table holds before anything is done to it; all numbers exact over all rows."""

    n_rows: int
    columns: tuple[ColumnSummary, ...]
    features: tuple[FeatureSummary, ...]
    duplicates: Mapping[str, int]  # rows, ids, title_artist, features: number of surplus rows
    correlation_names: tuple[str, ...]
    correlations: FloatArray  # Pearson, shape (n_names, n_names); NaN for a constant column
    redundant: tuple[tuple[str, str, float], ...]  # pairs with |r| >= .7
    top_genres: tuple[tuple[str, int], ...]
    top_artists: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]


# --- preparation -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cleaning:
    """What cleaning decided for every input row.

    Attributes
    ----------
    state : ndarray of shape (n_rows,), str
        'kept', 'merged' or 'set_aside'.
    reason : ndarray of shape (n_rows,), str
        The rule that set the row aside or merged it; '' for kept rows.
    marks : ndarray of shape (n_rows,), str
        Rules that marked the row, joined by ';'; '' for none.
    representative : ndarray of shape (n_rows,), int64
        Position of the kept row that stands for this one (itself where kept, −1 where set aside).
    genres : mapping of row position to the united genres text of a representative, where merging changed it
    ledger : DataFrame
        One line per intervention: row (1-based), rule, action, column, before, after.
    counts : mapping of rule to number of rows it touched
    """

    state: NDArray[np.object_]
    reason: NDArray[np.object_]
    marks: NDArray[np.object_]
    representative: NDArray[np.int64]
    genres: Mapping[int, str]
    ledger: pd.DataFrame
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Scaling:
    """Everything needed to put a new track on the scale of the run.

    A value goes through its column's transform, then the scaler, then is multiplied by the weight.
    ``arrays`` holds what the scaler learned (``center`` and ``scale``, or ``quantiles``, or ``lambdas``, …).
    """

    features: tuple[str, ...]
    transforms: Mapping[str, str]
    scaler: str
    weights: Mapping[str, float]
    arrays: Mapping[str, FloatArray]
    dropped: Mapping[str, str] = field(default_factory=dict)  # columns asked for and not used → why


# --- clustering ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """One clustering that was tried, with its scores; noise tracks score a silhouette of 0 and lie in no cluster.

    ``silhouette`` is over all tracks (noise counts as 0), ``silhouette_clustered`` over tracks in clusters.
    Scores are None where they are not defined (fewer than two clusters). ``barred`` says why a degenerate
    solution cannot be chosen. ``chosen`` marks the method's own choice, ``winner`` the run's.
    """

    method: str
    params: Mapping[str, Any]
    n_clusters: int
    sizes: tuple[int, ...]
    n_noise: int
    silhouette: float | None
    silhouette_clustered: float | None
    davies_bouldin: float | None
    calinski_harabasz: float | None
    inertia: float | None
    effective_n_clusters: float
    provenance: Provenance
    barred: str | None = None
    chosen: bool = False
    winner: bool = False
    note: str = ""

    @property
    def noise_share(self) -> float:
        """Share of the tracks left as noise, 0–1."""
        total = self.n_noise + sum(self.sizes)
        return self.n_noise / total if total else 0.0


@dataclass(frozen=True)
class Clustering:
    """The chosen clustering of one method.

    Attributes
    ----------
    method : str
    params : mapping
    labels : ndarray of shape (n_tracks,), int32
        0..n_clusters-1 by falling size, −1 noise.
    centers : ndarray of shape (n_clusters, n_features)
        Mean of each cluster in the scaled space.
    margin : ndarray of shape (n_tracks,)
        (b − a) / max(a, b) with a the distance to the own centre and b to the nearest other one, −1..1;
        low or negative: doubtful. NaN for noise and where there is one cluster.
    silhouette : ndarray of shape (n_tracks,)
        Exact silhouette; 0 for noise, NaN where not defined or estimated.
    """

    method: str
    params: Mapping[str, Any]
    labels: LabelArray
    centers: FloatArray
    margin: FloatArray
    silhouette: FloatArray
    provenance: Provenance

    @property
    def n_clusters(self) -> int:
        """Number of clusters, noise not counted."""
        return len(self.centers)


@dataclass(frozen=True)
class Choice:
    """How the number of clusters was chosen, with the curves that speak for it.

    ``curves`` maps a method to rows: n_clusters, inertia, silhouette, davies_bouldin, calinski_harabasz
    (lists of equal length). ``suggestions`` maps a criterion in words to the k it prefers.
    """

    n_clusters: int
    rule: str
    explanation: str
    curves: Mapping[str, Mapping[str, list[float]]]
    suggestions: Mapping[str, int]


@dataclass(frozen=True)
class KDistance:
    """The k-distance curve behind DBSCAN's eps: distances to the k-th neighbor, sorted falling, thinned for drawing."""

    k: int
    rank: FloatArray
    distance: FloatArray
    eps: float  # the eps that was used
    knee: float  # the distance at the knee


# --- profiles --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrackRef:
    """A track as lists show it; ``row`` is its position in the run's table."""

    row: int
    track_name: str
    artist_name: str
    detail: str = ""  # album or year, so that equal titles can be told apart
    value: float | None = None  # what the list was ordered by


@dataclass(frozen=True)
class Lift:
    """A value that is more common in a cluster than in the catalogue: lift = share / share in the catalogue."""

    value: str
    count: int
    share: float
    lift: float


@dataclass(frozen=True)
class Trait:
    """One feature of a cluster against the catalogue, in words.

    ``z`` is the difference of the means in standard deviations of the catalogue.
    """

    feature: str
    z: float
    mean: float
    catalogue_mean: float
    words: str  # e.g. "very acoustic"


@dataclass(frozen=True)
class Profile:
    """What one cluster is: size, statistics, what sets it apart, its tracks, its name with the evidence for it."""

    label: int
    name: str
    tagline: str  # one plain sentence
    evidence: tuple[Trait, ...]  # the traits the name rests on
    n_tracks: int  # clustered tracks
    n_rows: int  # with the rows merged into them
    share: float  # of the clustered tracks, noise included
    mean: Mapping[str, float]
    median: Mapping[str, float]
    std: Mapping[str, float]
    z: Mapping[str, float]  # (cluster mean − catalogue mean) / catalogue std, by feature
    traits: tuple[Trait, ...]  # by falling |z|
    silhouette: float | None
    typical: tuple[TrackRef, ...]
    popular: tuple[TrackRef, ...]
    doubtful: tuple[TrackRef, ...]
    genres: tuple[Lift, ...]
    decades: tuple[Lift, ...]
    artists: tuple[Lift, ...]
    marks: Mapping[str, int] = field(default_factory=dict)  # e.g. spoken: number of marked tracks


# --- map -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrackMap:
    """2-D coordinates of the clustered tracks, for pictures only.

    ``coordinates`` is None when no map was asked for. ``quality`` holds named figures of trust, and
    ``quality_provenance`` under the same names how each was made.
    """

    method: str
    description: str
    coordinates: FloatArray | None  # (n_tracks, 2)
    pca: FloatArray  # (n_tracks, 2)
    explained_variance_ratio: FloatArray  # (n_components,)
    loadings: FloatArray  # (n_components, n_features)
    quality: Mapping[str, float] = field(default_factory=dict)
    quality_provenance: Mapping[str, Provenance] = field(default_factory=dict)


# --- the run ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunData:
    """Everything one execution produced; what `songatlas.io.runs` writes and reads back.

    ``tracks`` has one row per input row: source columns, canonical columns, and ``state``, ``reason``, ``marks``,
    ``representative`` (row position, −1 none), ``cluster`` (Int32, <NA> where set aside), ``cluster_name`` (''
    where set aside, 'Noise' for −1), ``margin``, ``silhouette``, ``consistency`` and ``standing`` ('core',
    'borderline' or 'homeless'; '' where not known) where there is a certificate, ``sub_mood`` and ``sub_mood_name``
    where there are sub-moods, ``center_distance`` (in the scaled space), ``x``, ``y`` (map), ``pca_x``, ``pca_y``,
    and one Int32 column per method, named after it. ``source_columns`` names the columns that came from the file.
    ``kept`` has the positions of the clustered rows; arrays elsewhere, and the leaves of the tree, are in this
    order. ``rejects`` has the rows of the input that did not fit their file and are not in ``tracks``.
    """

    tracks: pd.DataFrame
    source_columns: tuple[str, ...]
    kept: NDArray[np.int64]
    exploration: Exploration
    cleaning_counts: Mapping[str, int]
    ledger: pd.DataFrame
    scaling: Scaling
    candidates: tuple[Candidate, ...]
    clusterings: Mapping[str, Clustering]
    method: str  # whose clusters are named and profiled
    choice: Choice
    k_distance: KDistance | None
    tree: FloatArray | None  # Ward tree in SciPy's linkage layout
    profiles: tuple[Profile, ...]
    map: TrackMap
    options: Options
    manifest: Mapping[str, Any]  # input names and SHA-256, versions, counts, timings, warnings
    rejects: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(REJECT_COLUMNS)))
    judgement: Judgement = field(default_factory=Judgement)
    sub_moods: SubMoods | None = None

    @property
    def clustering(self) -> Clustering:
        """The clustering whose clusters are named and profiled."""
        return self.clusterings[self.method]

    @property
    def names(self) -> tuple[str, ...]:
        """Cluster names by label."""
        return tuple(profile.name for profile in self.profiles)


# --- joining ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JoinReport:
    """How many tracks found their audio features in other tables, by which key, and which did not.

    ``matched`` maps the name of a source to the number of tracks by way of matching: track_id, isrc,
    'title and artist', 'title and artist, loosely'. ``n_ambiguous`` counts matched tracks for which several rows
    of the source were equally good and differed in their features; ``n_incomplete`` those that still lack one of
    the features; ``n_other_length`` those matched by title whose lengths differ by more than ten seconds (another
    recording, perhaps). ``unmatched`` holds row position, title and artist.
    """

    n_tracks: int
    n_had_features: int
    matched: Mapping[str, Mapping[str, int]]
    n_unmatched: int
    n_ambiguous: int
    unmatched: tuple[tuple[int, str, str], ...]
    n_incomplete: int = 0
    n_other_length: int = 0

    @property
    def n_matched(self) -> int:
        """Number of tracks that found their features, in any source and by any way."""
        return sum(sum(ways.values()) for ways in self.matched.values())

    @property
    def match_rate(self) -> float:
        """Share of the tracks in need of features that found them, 0–1; NaN where none was in need."""
        needed = self.n_matched + self.n_unmatched
        return self.n_matched / needed if needed else float("nan")

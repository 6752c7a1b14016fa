"""The frozen values of judgement: what speaks for a grouping, whether it would come back, and when it says nothing.

Arrays are over the clustered tracks in table order (``n_tracks``) unless something else is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from songatlas.provenance import Provenance

FloatArray = NDArray[np.float64]
VerdictKind = Literal["groups", "continuum", "none"]
Grade = Literal["solid", "fair", "doubtful"]
Standing = Literal["core", "borderline", "homeless"]

# Hennig's bands for the mean Jaccard, as in the manual of his R package fpc (clusterboot): from .75 on a cluster is
# valid and stable; from .6 to .75 it shows a pattern, but which tracks belong to it is open; below it is not trusted.
SOLID_JACCARD = 0.75
FAIR_JACCARD = 0.60
# At .5 and below a cluster has dissolved (Hennig 2008): a good mean does not hide that it does so time and again.
DISSOLVED_JACCARD = 0.50
# A core track fails to come back in no more than one refit of ten; a homeless one lay elsewhere in most of them.
CORE_CONSISTENCY = 0.9
HOME_CONSISTENCY = 0.5

# --- how many clusters -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vote:
    """What one criterion says of the number of clusters.

    ``curve`` has its value at each of the numbers tried (None where it is not defined); ``n_clusters`` is the number
    it prefers, None where it abstains, and ``why`` says how it came to that. ``counts`` tells whether the rule of
    consensus counts it.
    """

    criterion: str
    title: str
    n_clusters: int | None
    curve: tuple[float | None, ...]
    why: str
    provenance: Provenance
    counts: bool = True


@dataclass(frozen=True)
class Ballot:
    """The votes on the number of clusters and what the rule made of them.

    ``support`` has the rule's figure for each of ``numbers``. ``chosen`` and ``runner_up`` are numbers of clusters
    (None where no solution may be chosen, or there is one only).
    """

    numbers: tuple[int, ...]
    votes: tuple[Vote, ...]
    rule: str
    support: tuple[float, ...]
    chosen: int | None
    runner_up: int | None
    reason: str


# --- is there anything -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class NullComparison:
    """A score of the grouping beside the same score on catalogues without groups.

    ``excess`` is the difference to the mean of the null catalogues, ``effect`` that difference in their standard
    deviations, ``p_value`` the simulated one-sided (r + 1) / (n + 1).
    """

    null: str
    title: str
    score: str
    value: float
    null_mean: float
    null_std: float
    effect: float
    p_value: float
    n_catalogues: int
    provenance: Provenance

    @property
    def excess(self) -> float:
        """How much higher the score is than on the null catalogues, on average."""
        return self.value - self.null_mean


@dataclass(frozen=True)
class Verdict:
    """Whether there are groups, a useful division of a continuum, or nothing; with the figures it rests on.

    ``figures_provenance`` has, under the names of ``figures``, how each was made.
    """

    kind: VerdictKind
    sentence: str
    rule: str
    comparisons: tuple[NullComparison, ...]
    figures: Mapping[str, float]
    figures_provenance: Mapping[str, Provenance]
    hopkins: float | None = None
    hopkins_provenance: Provenance | None = None


# --- would it come back ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClusterStability:
    """How well one cluster came back in the refits: Jaccard with its best match, 0–1."""

    label: int
    jaccard_mean: float
    jaccard_low: float  # 5th percentile over the refits
    grade: Grade


@dataclass(frozen=True)
class Certificate:
    """Would the grouping come back: refits on parts of the tracks and with other seeds.

    Attributes
    ----------
    method : str
    n_clusters : int
    n_refits : int
    part_size : int
        Tracks in each part.
    adjusted_rand : tuple of float, length n_refits
        Of each refit with the grouping, over the part's tracks.
    clusters : tuple of ClusterStability, by label
    consistency : ndarray of shape (n_tracks,), float32
        Share of the refits holding the track that put it into the cluster it is in, 0–1; NaN for noise.
    note : str
        Why there is none (``n_refits`` 0), or what else is to be known.
    """

    method: str
    n_clusters: int
    n_refits: int
    part_size: int
    adjusted_rand: tuple[float, ...]
    clusters: tuple[ClusterStability, ...]
    consistency: NDArray[np.float32]
    note: str = ""


# --- do the methods agree --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """How far the methods' chosen groupings agree, exact over all tracks (noise is a cluster of its own here).

    ``same`` marks the tracks whose company all methods agree on: those in the cell of a cluster that each other
    method matches to it; shape (n_tracks,), bool.
    """

    methods: tuple[str, ...]
    adjusted_rand: tuple[tuple[float, ...], ...]
    adjusted_mutual_information: tuple[tuple[float, ...], ...]
    same: NDArray[np.bool_]


# --- which features matter -------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeatureWeight:
    """What one feature does for the grouping.

    ``share`` is its share of the separation (its between-cluster sum of squares over that of all features, 0–1),
    ``explained`` the share of its own variance that lies between the clusters, ``without`` the adjusted Rand of the
    grouping with one made without the feature (1: nothing moves), None where it cannot be left out.
    """

    feature: str
    share: float
    explained: float
    without: float | None


@dataclass(frozen=True)
class FeatureEvidence:
    """What each feature does for the grouping, and which pairs say the same twice (|Spearman| of .7 and more)."""

    features: tuple[FeatureWeight, ...]
    redundant: tuple[tuple[str, str, float], ...]
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """One other way to the grouping (scaler, feature set, method, with or without spoken word) and what it gave.

    ``adjusted_rand`` is with the run's grouping, over the tracks that both hold.
    """

    what: str
    value: str
    n_clusters: int
    n_tracks: int
    adjusted_rand: float


# --- does it mean anything outside -----------------------------------------------------------------------


@dataclass(frozen=True)
class ExternalValidity:
    """The grouping beside a column that took no part in it: genre, decade, artist or playlist.

    ``kept_together`` is the share of pairs of tracks of one value that lie in one cluster. Each figure has the mean of
    the same figure over random shuffles of the column beside it (``by_chance``), under the same name.
    """

    column: str
    title: str
    n_tracks: int
    n_values: int
    figures: Mapping[str, float]  # adjusted_rand, adjusted_mutual_information, v_measure, kept_together
    by_chance: Mapping[str, float]
    p_value: float
    n_shuffles: int
    note: str = ""


@dataclass(frozen=True)
class SpokenWord:
    """Spoken word and other non-music in the catalogue, and the grouping without it.

    ``by`` lists the artists with most of it: name, number of such tracks. ``adjusted_rand`` compares the grouping of
    the others made with and without it; None where there is none, or it was set aside already.
    """

    n_tracks: int
    share: float
    by: tuple[tuple[str, int], ...]
    mode: str
    n_clusters_without: int | None = None
    adjusted_rand: float | None = None


# --- two levels ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubMood:
    """A small cluster inside a cluster: ``number`` is its own, ``parent`` the label of the cluster it lies in."""

    number: int
    parent: int
    name: str
    tagline: str
    n_tracks: int
    height: float  # of the Ward merge that makes it one; same unit as the scaled features
    mean: Mapping[str, float]  # features in their own units
    z: Mapping[str, float]  # against the parent's tracks: (mean − parent mean) / parent std
    typical: tuple[int, ...]  # rows in the run's table, the most typical first


@dataclass(frozen=True)
class SubMoods:
    """The second level: every cluster cut along the Ward tree of its own tracks.

    ``labels`` has the number of each track's sub-mood, shape (n_tracks,), int32; −1 for noise. ``trees`` maps a
    cluster's label to the Ward tree of its tracks in SciPy's linkage layout; leaf i is the i-th of its tracks in table
    order, so that cutting elsewhere later costs nothing.
    """

    rule: str
    labels: NDArray[np.int32]
    moods: tuple[SubMood, ...]
    trees: Mapping[int, FloatArray]


# --- all of it -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judgement:
    """All evidence on the run's grouping; a part is None where it was not asked for or cannot be had."""

    ballot: Ballot | None = None
    verdict: Verdict | None = None
    certificate: Certificate | None = None
    agreement: Agreement | None = None
    features: FeatureEvidence | None = None
    external: tuple[ExternalValidity, ...] = ()
    spoken: SpokenWord | None = None
    sensitivity: tuple[Setting, ...] = ()

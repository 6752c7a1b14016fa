"""What the figures need of a run, taken out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import Candidate, Profile, RunData

from ._features import MAX_FEATURES, separating_features
from ._text import method_name

NOISE_NAME = "Noise"


@dataclass(frozen=True)
class FigureInputs:
    """A run as the figures see it; every array is over the clustered tracks.

    Examples
    --------
    ``FigureInputs(run).values`` has one row per clustered track and one column per feature that is drawn.
    """

    run: RunData

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """The clustered rows of the table, in table order."""
        return self.run.tracks.iloc[self.run.kept]

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features that are drawn: all, or the twelve that separate the clusters most."""
        present = [f for f in self.run.scaling.features if f in self.run.tracks.columns]
        return separating_features(present, self.profiles)

    @property
    def n_features(self) -> int:
        """How many features were clustered."""
        return len(self.run.scaling.features)

    @cached_property
    def values(self) -> pd.DataFrame:
        """The drawn features in stored units, floats."""
        return pd.DataFrame({f: numbers(self.tracks[f]) for f in self.features})

    @cached_property
    def catalogue(self) -> Mapping[str, float]:
        """Mean of every drawn feature over the clustered tracks."""
        return {str(f): float(m) for f, m in self.values.mean().items()}

    @property
    def labels(self) -> NDArray[np.int32]:
        """Labels of the named clustering."""
        return self.run.clustering.labels

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Profiles by label."""
        return self.run.profiles

    @property
    def names(self) -> tuple[str, ...]:
        """Cluster names by label."""
        return self.run.names

    @property
    def has_clusters(self) -> bool:
        """Whether there is anything but noise."""
        return len(self.profiles) > 0

    @property
    def has_map(self) -> bool:
        """Whether a map was made."""
        return self.run.map.coordinates is not None

    @property
    def coordinates(self) -> NDArray[np.float64]:
        """Map coordinates; an empty array without a map."""
        found = self.run.map.coordinates
        return np.empty((0, 2)) if found is None else found

    @property
    def map_method(self) -> str:
        """The map's method as the field writes it."""
        return {"tsne": "t-SNE", "pca": "PCA", "umap": "UMAP"}.get(self.run.map.method, self.run.map.method)

    @property
    def map_note(self) -> str:
        """How the map was made, as a sentence."""
        text = self.run.map.description.strip()
        return f"{text.rstrip('.')}." if text else ""

    @cached_property
    def decades(self) -> NDArray[np.float64]:
        """First year of each track's decade, from its decade, else its year; NaN where unknown."""
        for column in ("decade", "year"):
            if column in self.tracks.columns:
                years = numbers(self.tracks[column])
                years = np.where((years >= 1000) & (years < 3000), years, np.nan)
                if np.isfinite(years).any():
                    return np.asarray(np.floor(years / 10) * 10, dtype=np.float64)
        return np.full(len(self.tracks), np.nan)

    @cached_property
    def popularity(self) -> pd.Series:
        """Popularity of each track; NaN where unknown."""
        if "popularity" not in self.tracks.columns:
            return pd.Series(np.full(len(self.tracks), np.nan))
        return pd.Series(numbers(self.tracks["popularity"]))

    @property
    def chosen_n_clusters(self) -> int | None:
        """The chosen number of clusters; None where all tracks are noise."""
        return self.run.choice.n_clusters or None

    @cached_property
    def knee(self) -> int | None:
        """The number of clusters at the knee of the inertia curve, where a suggestion names it."""
        for words, n_clusters in self.run.choice.suggestions.items():
            if any(word in words.lower() for word in ("elbow", "knee", "inertia")):
                return int(n_clusters)
        return None

    @cached_property
    def compared(self) -> tuple[Candidate, ...]:
        """The chosen candidate of every method; the winner's where a method has one."""
        best: dict[str, Candidate] = {}
        for candidate in self.run.candidates:
            if candidate.winner or (candidate.chosen and candidate.method not in best):
                best[candidate.method] = candidate
        return tuple(best.values())

    @cached_property
    def tree_labels(self) -> NDArray[np.int32] | None:
        """Labels for the leaves of the Ward tree; None where the tree is over a sample."""
        tree = self.run.tree
        return self.labels if tree is not None and len(tree) + 1 == len(self.labels) else None

    @property
    def n_ward_clusters(self) -> int | None:
        """Into how many clusters Ward's tree was cut."""
        ward = self.run.clusterings.get("ward")
        return ward.n_clusters if ward is not None else None

    @property
    def tree_note(self) -> str:
        """What the leaves of the dendrogram are."""
        if self.tree_labels is None:
            return "The tree is over a sample of the tracks; leaves hold numbers of tracks."
        if self.run.method == "ward":
            return "Leaves: number of tracks and the cluster they form."
        return f"Leaves: number of tracks and the {method_name(self.run.method)} cluster most of them belong to."

    @property
    def n_correlated(self) -> int:
        """How many features there are correlations of; not more than drawn where all clustered ones are."""
        return self.n_features if self.n_features > MAX_FEATURES else len(self.correlated[0])

    @cached_property
    def correlated(self) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """The features of the correlation heat map (14 at most, none constant, drawn ones first) with their r."""
        matrix = np.asarray(self.run.exploration.correlations)
        names = self.run.exploration.correlation_names
        found = [name if np.isfinite(r).any() else "" for name, r in zip(names, matrix, strict=True)]
        order = [f for f in self.features if f in found]
        if self.n_features <= MAX_FEATURES:
            order += [f for f in found if f and f not in order][: max(0, 14 - len(order))]
        at = [found.index(f) for f in order]
        return tuple(order), matrix[np.ix_(at, at)] if at else np.empty((0, 0))


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Return a column as floats; NaN for what is missing or no number."""
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))

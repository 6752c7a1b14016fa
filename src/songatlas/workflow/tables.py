"""Assembles tables: the clustered tracks for the profiles, and every input row with its state and labels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from songatlas.evidence import Certificate, SubMoods
from songatlas.metrics.stability import track_standings
from songatlas.options import Method
from songatlas.results import Clustering, TrackMap

from .prepare import Prepared

NOISE_NAME = "Noise"
OWN_COLUMNS = frozenset(
    ("state", "reason", "marks", "representative", "cluster", "cluster_name", "sub_mood", "sub_mood_name",
     "consistency", "standing", "margin", "silhouette", "center_distance", "x", "y", "pca_x", "pca_y",
     *get_args(Method))
)  # fmt: skip


def kept_table(ready: Prepared) -> pd.DataFrame:
    """Return the clustered rows, with united genres, marks, the rows each stands for, and its place in the table."""
    cleaning = ready.cleaning
    tracks = _with_genres(ready.table, cleaning.genres).iloc[ready.kept].reset_index(drop=True)
    stands_for = np.bincount(cleaning.representative[cleaning.representative >= 0], minlength=len(ready.table))
    return tracks.assign(row=ready.kept, marks=cleaning.marks[ready.kept], n_rows=stands_for[ready.kept])


def cluster_table(
    ready: Prepared,
    clusterings: Mapping[str, Clustering],
    method: str,
    names: Sequence[str],
    track_map: TrackMap,
    center_distance: np.ndarray,
) -> pd.DataFrame:
    """Return every input row with what was decided about it; merged rows carry what their representative got."""
    cleaning = ready.cleaning
    at = _places(ready)
    chosen = clusterings[method]
    columns: dict[str, object] = {
        "state": cleaning.state,
        "reason": cleaning.reason,
        "marks": cleaning.marks,
        "representative": cleaning.representative,
        "cluster": _integers(chosen.labels, at),
        "cluster_name": _cluster_names(chosen.labels, names, at),
        "margin": _spread(chosen.margin, at),
        "silhouette": _spread(chosen.silhouette, at),
        "center_distance": _spread(center_distance, at),
    }
    if track_map.coordinates is not None:
        columns["x"], columns["y"] = (_spread(track_map.coordinates[:, j], at) for j in (0, 1))
    columns["pca_x"], columns["pca_y"] = (_spread(track_map.pca[:, j], at) for j in (0, 1))
    columns.update({name: _integers(c.labels, at) for name, c in clusterings.items()})
    table = _with_genres(ready.table, cleaning.genres)
    table = table.rename(columns=moved_columns(table.columns))
    new = pd.DataFrame(columns, index=table.index)
    for name in ("state", "reason", "marks", "cluster_name"):
        new[name] = new[name].astype("str")
    return pd.concat([table, new], axis=1)


def with_standing(table: pd.DataFrame, ready: Prepared, certificate: Certificate) -> pd.DataFrame:
    """Return the table of `cluster_table` with each track's ``consistency`` and ``standing`` ('' where not known)."""
    at = _places(ready)
    standing = np.array([name or "" for name in track_standings(certificate.consistency)], dtype=object)
    columns = {
        "consistency": _spread(certificate.consistency.astype(np.float64), at),
        "standing": pd.Series(np.where(at >= 0, standing[at], ""), index=table.index, dtype="str"),
    }
    joined = pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1)
    joined.attrs = table.attrs
    return joined


def with_sub_moods(table: pd.DataFrame, ready: Prepared, sub_moods: SubMoods) -> pd.DataFrame:
    """Return the table of `cluster_table` with ``sub_mood`` (−1 noise) and ``sub_mood_name`` ('' where none)."""
    at = _places(ready)
    names = _cluster_names(sub_moods.labels, [mood.name for mood in sub_moods.moods], at, noise="")
    new = pd.DataFrame({"sub_mood": _integers(sub_moods.labels, at), "sub_mood_name": names}, index=table.index)
    joined = pd.concat([table, new.astype({"sub_mood_name": "str"})], axis=1)
    joined.attrs = table.attrs
    return joined


def moved_columns(names: Iterable[str]) -> dict[str, str]:
    """Return new names for the columns of a table that stand where `cluster_table` puts its own."""
    taken = set(names)
    moved: dict[str, str] = {}
    for name in names:
        if name in OWN_COLUMNS:
            wanted = free = f"source_{name}"
            number = 1
            while free in taken:
                number += 1
                free = f"{wanted}_{number}"
            moved[name] = free
            taken.add(free)
    return moved


def _places(ready: Prepared) -> np.ndarray:
    """Return for each row of the table the place of its representative among the clustered tracks, −1 for none."""
    representative = ready.cleaning.representative
    place = np.full(len(ready.table), -1, dtype=np.int64)
    place[ready.kept] = np.arange(len(ready.kept))
    return np.where(representative >= 0, place[representative], -1)


def _with_genres(table: pd.DataFrame, genres: Mapping[int, str]) -> pd.DataFrame:
    if not genres:
        return table
    column = table["genres"].copy()
    column.iloc[list(genres)] = list(genres.values())
    return table.assign(genres=column)


def _spread(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.where(at >= 0, values[at], np.nan)


def _integers(labels: np.ndarray, at: np.ndarray) -> pd.Series:
    return pd.Series(pd.arrays.IntegerArray(np.where(at >= 0, labels[at], 0).astype(np.int32), at < 0))


def _cluster_names(labels: np.ndarray, names: Sequence[str], at: np.ndarray, *, noise: str = NOISE_NAME) -> np.ndarray:
    by_label = np.array([*names, noise], dtype=object)  # label −1 finds the last
    return np.where(at >= 0, by_label[labels[at]], "").astype(object)

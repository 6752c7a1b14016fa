"""A small, wholly invented run, and parts of it that tests can replace."""

import dataclasses
import functools
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from songatlas.evidence import Judgement
from songatlas.options import Options
from songatlas.results import (
    Candidate,
    Choice,
    Clustering,
    ColumnSummary,
    Exploration,
    FeatureSummary,
    KDistance,
    Lift,
    Problem,
    Profile,
    Provenance,
    RunData,
    Scaling,
    TrackMap,
    TrackRef,
    Trait,
)
from songatlas.schema import FEATURE_NAMES

N_ROWS, N_KEPT = 12, 9
SHARES = ("min", "1%", "5%", "25%", "50%", "75%", "95%", "99%", "max")
TITLES = [
    "Glass Harbor",
    "שיר הרוח",
    "夜の灯",
    "A|B *live*",
    "<script>alert(1)</script>",
    "1. Outside",
    "",
    "Onda",
    "Kiln",
]


def make_features() -> tuple[FeatureSummary, ...]:
    quantiles = dict(zip(SHARES, np.linspace(0, 1, 9), strict=True))
    return tuple(
        FeatureSummary(name, N_ROWS, 0, 0.5, 0.2, float("nan"), quantiles, 1, 9, (1, 4, 2, 0), (0.0, 1.0))
        for name in (*FEATURE_NAMES, "popularity")
    )


def make_exploration() -> Exploration:
    correlations = np.eye(3)
    correlations[0, 1] = correlations[1, 0] = 0.735
    correlations[2] = correlations[:, 2] = np.nan
    return Exploration(
        n_rows=N_ROWS,
        columns=(ColumnSummary("Titel", "track_name", "str", 1, 9, ("Onda", "<b>Kiln</b>")),),
        features=make_features(),
        duplicates={"rows": 1, "ids": 1, "title_artist": 2, "features": 2},
        correlation_names=("energy", "loudness", "tempo"),
        correlations=correlations,
        redundant=(("energy", "loudness", 0.735),),
        top_genres=(("sea shanty", 4),),
        top_artists=(("The Invented", 3),),
        problems=(Problem("tempo_zero", 2, "2 tracks have a tempo of 0", ("Kiln", "Onda")),),
    )


def make_profile(label: int, name: str, n_tracks: int, sign: float) -> Profile:
    z = {feature: sign * (2.6 - 0.25 * i) for i, feature in enumerate(FEATURE_NAMES)}
    mean = dict.fromkeys(FEATURE_NAMES, 0.5 + 0.1 * sign) | {"duration_ms": 208_732.0}
    traits = tuple(
        Trait(f, z[f], mean[f], 0.5 if f != "duration_ms" else 200_000.0, f"very {f}") for f in FEATURE_NAMES
    )
    tracks = tuple(TrackRef(i, t, "The Invented", "1979", 0.1 * i - 0.2) for i, t in enumerate(TITLES))
    return Profile(
        label=label, name=name, tagline=f"Tracks that are {name.lower()}.", evidence=traits[:3],
        n_tracks=n_tracks, n_rows=n_tracks + 1, share=n_tracks / N_KEPT,
        mean=mean, median=mean, std=mean, z=z, traits=traits,
        silhouette=0.31, typical=tracks, popular=tracks[:3], doubtful=tracks[:3],
        genres=(Lift("sea shanty", 3, 0.6, 2.25),), decades=(Lift("1970s", 2, 0.4, 1.5),),
        artists=(Lift("The Invented", 2, 0.4, 12.0),), marks={"spoken": 2, "long": 0},
    )  # fmt: skip


EXACT = Provenance(N_KEPT)
ESTIMATE = Provenance(34_198, 5_000, 0.958, 0.966)


def make_candidate(method: str, params: dict[str, Any], sizes: tuple[int, ...], **changes: Any) -> Candidate:
    candidate = Candidate(
        method,
        params,
        len(sizes),
        sizes,
        0,
        0.2001,
        0.2001,
        1.7,
        99.0,
        21.0,
        1.9,
        changes.pop("provenance", EXACT),
    )
    return dataclasses.replace(candidate, **changes)


def make_candidates() -> tuple[Candidate, ...]:
    barred = "99.2 % of the tracks are in one cluster"
    estimated = {"silhouette": 0.962, "provenance": ESTIMATE}
    return (
        make_candidate("kmeans", {"n_clusters": 2}, (5, 4), silhouette=0.3124, chosen=True, winner=True, note="best"),
        make_candidate("kmeans", {"n_clusters": 3}, (4, 3, 2)),
        make_candidate("dbscan", {"eps": 1.52345, "min_samples": 10}, (8, 1), barred=barred, inertia=None),
        make_candidate("ward", {"n_clusters": 2}, (6, 3), chosen=True, **estimated),
    )


def make_tracks() -> pd.DataFrame:
    state = ["kept"] * N_KEPT + ["merged", "set_aside", "set_aside"]
    titles = [*TITLES, "Onda", "Hiss", None]
    return pd.DataFrame({"track_name": titles, "artist_name": ["The Invented"] * N_ROWS, "state": state})


def make_map() -> TrackMap:
    loadings = np.zeros((2, len(FEATURE_NAMES)))
    loadings[0, :2] = 0.7
    loadings[1, 2], loadings[1, 3] = -0.9, 0.3
    return TrackMap(
        "tsne",
        "t-SNE of 9 tracks.",
        np.zeros((N_KEPT, 2)),
        np.zeros((N_KEPT, 2)),
        np.array([0.27, 0.19]),
        loadings,
        {"trustworthiness": 0.962},
        {"trustworthiness": ESTIMATE},
    )


def make_run(judged: Judgement, **changes: Any) -> RunData:
    labels = np.array([0] * 5 + [1] * 4, dtype=np.int32)
    clustering = Clustering(
        "kmeans",
        {"n_clusters": 2},
        labels,
        np.zeros((2, len(FEATURE_NAMES))),
        np.ones(N_KEPT),
        np.ones(N_KEPT),
        EXACT,
    )
    ledger = pd.DataFrame({"row": [10, 11, 11, 12], "rule": ["re_release", *["failed_analysis"] * 3]})
    scaling = Scaling(FEATURE_NAMES, {"duration_ms": "log"}, "standard", {}, {}, {"hiss": "it is constant"})
    curve = {"n_clusters": [2, 3], "inertia": [33.0, 21.0], "silhouette": [0.3124, 0.2001]}
    run = RunData(
        tracks=make_tracks(),
        source_columns=("track_name", "artist_name"),
        kept=np.arange(N_KEPT),
        exploration=make_exploration(),
        cleaning_counts={"failed_analysis": 2, "re_release": 1, "loud": 0, "house_rule": 1},
        ledger=ledger,
        scaling=scaling,
        candidates=make_candidates(),
        clusterings={"kmeans": clustering},
        method="kmeans",
        choice=Choice(2, "The largest silhouette.", "2 was chosen.", {"kmeans": curve}, {"knee of inertia": 3}),
        k_distance=KDistance(10, np.arange(3.0), np.arange(3.0), 1.52, 1.5),
        tree=None,
        profiles=(make_profile(0, "Chill Acoustic", 5, -1.0), make_profile(1, "Party Tracks", 4, 1.0)),
        map=make_map(),
        options=Options().with_values(seed=7, scaler="standard", n_init=4),
        manifest={
            "songatlas": "0.1.0",
            "python": "3.11",
            "packages": {"numpy": "2.4"},
            "inputs": [{"name": "invented.csv", "sha256": "ab" * 32, "rows": N_ROWS}],
            "warnings": ["one column is constant"],
            "timings": {"kmeans": 1234.5678},
        },
        judgement=judged,
    )
    return dataclasses.replace(run, **changes)


def make_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + b"\xff" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def judged(make_judgement) -> Judgement:
    """A judgement with every part on the two clusters of the invented run."""
    return make_judgement(N_KEPT, 2, FEATURE_NAMES)


@pytest.fixture
def run_with(judged) -> Callable[..., RunData]:
    """A factory: run_with(method=...) is the invented run with these parts replaced."""
    return functools.partial(make_run, judged)


@pytest.fixture
def run(judged) -> RunData:
    return make_run(judged)


@pytest.fixture
def png() -> Callable[[int, int], bytes]:
    """A factory of small white pictures."""
    return make_png


@pytest.fixture
def profile_with() -> Callable[..., Profile]:
    """A factory of one card with parts replaced."""
    return lambda **changes: dataclasses.replace(make_profile(0, "Chill Acoustic", 5, -1.0), **changes)

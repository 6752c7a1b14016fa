"""An invented judgement with every part, for the tests of what stores and shows it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from songatlas.evidence import (
    Agreement,
    Ballot,
    Certificate,
    ClusterStability,
    ExternalValidity,
    FeatureEvidence,
    FeatureWeight,
    Grade,
    Judgement,
    NullComparison,
    Setting,
    SpokenWord,
    Verdict,
    Vote,
)
from songatlas.results import Provenance

NUMBERS = tuple(range(2, 11))
GRADES: tuple[Grade, ...] = ("solid", "fair", "doubtful")
CRITERIA = (
    ("elbow", "elbow of the inertia (sharpest bend)", 5, 9_000.0),
    ("silhouette", "silhouette (highest)", 5, 0.24),
    ("davies_bouldin", "Davies–Bouldin", 8, 1.4),
    ("calinski_harabasz", "Calinski–Harabasz", 2, 14_000.0),
    ("ward_jump", "jump of Ward's tree", None, 12.0),
    ("stability", "stability", 5, 0.95),
)


def build_ballot(n_tracks: int) -> Ballot:
    """Return six votes: three for 5, one for 8, one for 2 that does not count, one abstention; one is an estimate."""
    votes = []
    for criterion, title, preferred, scale in CRITERIA:
        at = preferred or 20
        curve = tuple(scale * (1 - 0.05 * abs(n - at)) if preferred else None for n in NUMBERS)
        made = Provenance(n_tracks, n_tracks // 2, 0.9, 0.99) if criterion == "stability" else Provenance(n_tracks)
        why = f"best at {preferred}" if preferred else "no jump stands out"
        votes.append(Vote(criterion, title, preferred, curve, why, made, counts=criterion != "calinski_harabasz"))
    support = tuple(3.0 if n == 5 else 1.5 if n == 8 else 1.0 if n == 2 else 0.25 for n in NUMBERS)
    rule = "Each criterion gives one vote, halves to the neighbors; the most support wins."
    return Ballot(NUMBERS, tuple(votes), rule, support, 5, 8, "Five has the support of three criteria of six.")


def build_certificate(n_tracks: int, n_clusters: int) -> Certificate:
    """Return a certificate whose clusters are graded solid, fair, doubtful in turn; one track in ten is homeless."""
    clusters = tuple(
        ClusterStability(label, 0.95 - 0.2 * (label % 3), 0.85 - 0.3 * (label % 3), GRADES[label % 3])
        for label in range(n_clusters)
    )
    consistency = np.resize(np.array([1.0] * 7 + [0.8, 0.6, 0.3], dtype=np.float32), n_tracks)
    return Certificate(
        "kmeans", n_clusters, 50, n_tracks // 2, tuple(0.88 + 0.002 * i for i in range(50)), clusters, consistency
    )


def build_judgement(
    n_tracks: int = 300, n_clusters: int = 4, features: Sequence[str] = ("energy", "tempo")
) -> Judgement:
    """Return a judgement with every part, about as many invented tracks and clusters."""
    exact = Provenance(n_tracks)
    nulls = (("gaussian", "One cloud of the same shape", 0.14), ("permuted", "Features shuffled", 0.11))
    comparisons = tuple(
        NullComparison(null, title, "silhouette", 0.24, mean, 0.004, (0.24 - mean) / 0.004, 0.02, 49, exact)
        for null, title, mean in nulls
    )
    share = 2 / max(len(features) * (len(features) + 1), 1)
    weights = tuple(
        FeatureWeight(feature, share * (place + 1), 0.1 + 0.02 * place, 0.95 - 0.03 * place if place else None)
        for place, feature in enumerate(features)
    )
    figures = {"adjusted_rand": 0.21, "adjusted_mutual_information": 0.25, "v_measure": 0.26, "kept_together": 0.45}
    chance = {"adjusted_rand": 0.0, "adjusted_mutual_information": 0.0, "v_measure": 0.01, "kept_together": 0.2}
    return Judgement(
        ballot=build_ballot(n_tracks),
        verdict=Verdict(
            "continuum",
            "The tracks form one field without gaps; the division is useful, its borders are drawn.",
            "Groups where the dip test and both null catalogues say so.",
            comparisons,
            {"excess_silhouette": 0.1},
            {"excess_silhouette": Provenance(n_tracks, n_tracks // 3)},
            0.81,
            Provenance(n_tracks, n_tracks // 3, 0.79, 0.83),
        ),
        certificate=build_certificate(n_tracks, n_clusters),
        agreement=Agreement(
            ("kmeans", "ward"), ((1.0, 0.62), (0.62, 1.0)), ((1.0, 0.58), (0.58, 1.0)), np.arange(n_tracks) % 4 > 0
        ),
        features=FeatureEvidence(weights, ((features[0], features[-1], -0.74),), "Durations were left as they are."),
        external=(
            ExternalValidity("decade", "decade", n_tracks - 2, 7, figures, chance, 0.01, 99),
            ExternalValidity("artist_name", "artist", n_tracks, 4, {"adjusted_rand": 0.05}, {}, 0.2, 99, "few tracks each"),
        ),
        spoken=SpokenWord(n_tracks // 3, 1 / 3, (("The Invented <i>", 2), ("", 1)), "mark", 4, 0.97),
        sensitivity=(
            Setting("scaler", "robust", 2, n_tracks, 0.11),
            Setting("scaler + spoken word", "minmax, without spoken word", 5, n_tracks - n_tracks // 3, 0.3),
            Setting("spoken word", "set aside", 5, n_tracks - n_tracks // 3, 0.97),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_judgement() -> Callable[..., Judgement]:
    """Return the factory."""
    return build_judgement

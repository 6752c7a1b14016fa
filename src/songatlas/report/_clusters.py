"""The part of the summary on the clusters: one card for each, and the noise."""

from collections.abc import Sequence
from typing import Any

from songatlas.evidence import ClusterStability
from songatlas.results import Lift, Profile, RunData, TrackRef, Trait

from .plain import plain_number, plain_text
from .words import GRADE_WORDS, RULE_TITLES, cohesion_words, feature_title, title

WIDEST_Z = 2.0  # the difference that fills half a bar; larger ones are cut off there, their number is shown
LEAST_Z = 0.3  # a trait nearer to the average than this tells a reader nothing
DOUBTFUL_BELOW = 0.3  # a larger margin is no doubt; small clusters list all their tracks
MOST_SHOWN = 5
MOST_TRACKS = 20
MOST_LIFTS = 8
MOST_TRAITS = 40


def summarize_clusters(run: RunData) -> list[dict[str, Any]]:
    """Return the card of every cluster, by label."""
    certificate = run.judgement.certificate
    stability = {cluster.label: cluster for cluster in certificate.clusters} if certificate is not None else {}
    return [_card(profile, stability.get(profile.label)) for profile in run.profiles]


def _card(profile: Profile, stability: ClusterStability | None) -> dict[str, Any]:
    shown = profile.evidence or tuple(_further_traits(profile, ()))
    return {
        "label": int(profile.label),
        "name": plain_text(profile.name) or f"Cluster {profile.label}",
        "tagline": plain_text(profile.tagline),
        "n_tracks": int(profile.n_tracks),
        "n_rows": int(profile.n_rows),
        "share": plain_number(profile.share),
        "silhouette": plain_number(profile.silhouette),
        "cohesion": cohesion_words(plain_number(profile.silhouette)),
        "stability": None if stability is None else _stability(stability),
        "evidence": [_trait(trait) for trait in shown],
        "more_traits": [_trait(trait) for trait in _further_traits(profile, shown)],
        "statistics": _statistics(profile),
        "typical": _tracks(profile.typical),
        "popular": _tracks(profile.popular),
        "doubtful": _tracks(tuple(t for t in profile.doubtful if t.value is None or t.value < DOUBTFUL_BELOW)),
        "genres": _lifts(profile.genres),
        "decades": _lifts(profile.decades),
        "artists": _lifts(profile.artists),
        "marks": _marks(profile),
    }


def _stability(stability: ClusterStability) -> dict[str, Any]:
    """Return how well the cluster came back, with its grade in words."""
    return {
        "grade": stability.grade,
        "words": GRADE_WORDS[stability.grade],
        "jaccard_mean": plain_number(stability.jaccard_mean),
        "jaccard_low": plain_number(stability.jaccard_low),
    }


def _further_traits(profile: Profile, shown: Sequence[Trait]) -> list[Trait]:
    """Return the strongest traits that fill the list up to `MOST_SHOWN`, those near the average left out."""
    names = {trait.feature for trait in shown}
    further = [t for t in profile.traits if t.feature not in names and abs(t.z) >= LEAST_Z]
    return further[: max(0, MOST_SHOWN - len(shown))]


def _marks(profile: Profile) -> list[dict[str, Any]]:
    """Return the cleaning rules that marked tracks of the cluster."""
    return [{"title": RULE_TITLES.get(rule, title(rule)), "count": int(n)} for rule, n in profile.marks.items() if n]


def _trait(trait: Trait) -> dict[str, Any]:
    z = plain_number(trait.z) or 0.0
    return {
        "feature": trait.feature,
        "title": plain_text(feature_title(trait.feature)),
        "words": plain_text(trait.words),
        "z": z,
        "bar": round(min(abs(z), WIDEST_Z) / WIDEST_Z, 3),
        "mean": plain_number(trait.mean),
        "catalogue_mean": plain_number(trait.catalogue_mean),
    }


def _statistics(profile: Profile) -> list[dict[str, Any]]:
    """Return mean, median, spread and difference of every feature, the largest difference first."""
    catalogue = {trait.feature: trait.catalogue_mean for trait in profile.traits}
    ordered = [*catalogue, *(name for name in profile.mean if name not in catalogue)]
    return [
        {
            "feature": name,
            "title": plain_text(feature_title(name)),
            "mean": plain_number(profile.mean.get(name)),
            "median": plain_number(profile.median.get(name)),
            "std": plain_number(profile.std.get(name)),
            "z": plain_number(profile.z.get(name)),
            "catalogue_mean": plain_number(catalogue.get(name)),
        }
        for name in ordered[:MOST_TRAITS]
    ]


def _tracks(tracks: tuple[TrackRef, ...]) -> list[dict[str, Any]]:
    return [
        {
            "track_name": plain_text(track.track_name) or "(untitled)",
            "artist_name": plain_text(track.artist_name),
            "detail": plain_text(track.detail),
            "value": plain_number(track.value),
        }
        for track in tracks[:MOST_TRACKS]
    ]


def _lifts(lifts: tuple[Lift, ...]) -> list[dict[str, Any]]:
    return [
        {
            "value": plain_text(lift.value),
            "count": int(lift.count),
            "share": plain_number(lift.share),
            "lift": plain_number(lift.lift),
        }
        for lift in lifts[:MOST_LIFTS]
    ]

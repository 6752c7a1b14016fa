"""The part of the summary on the second level: the sub-moods inside each cluster, largest first."""

from typing import Any

from songatlas.evidence import SubMood
from songatlas.results import RunData

from .plain import plain_text

MOST_TRACKS = 8


def summarize_sub_moods(run: RunData) -> dict[str, Any] | None:
    """Return the rule, the number of sub-moods, and those of each cluster under its label as text; None without any."""
    if run.sub_moods is None:
        return None
    sizes = {profile.label: profile.n_tracks for profile in run.profiles}
    by_cluster: dict[str, list[dict[str, Any]]] = {}
    for mood in run.sub_moods.moods:
        by_cluster.setdefault(str(mood.parent), []).append(_sub_mood(mood, sizes.get(mood.parent, 0), run))
    return {
        "rule": plain_text(run.sub_moods.rule),
        "n_sub_moods": len(run.sub_moods.moods),
        "divided": any(len(moods) > 1 for moods in by_cluster.values()),
        "by_cluster": by_cluster,
    }


def _sub_mood(mood: SubMood, n_tracks_of_cluster: int, run: RunData) -> dict[str, Any]:
    return {
        "number": int(mood.number),
        "name": plain_text(mood.name),
        "tagline": plain_text(mood.tagline),
        "n_tracks": int(mood.n_tracks),
        "share": mood.n_tracks / n_tracks_of_cluster if n_tracks_of_cluster else None,
        "typical": [
            {"track_name": _cell(run, "track_name", row) or "(untitled)", "artist_name": _cell(run, "artist_name", row)}
            for row in mood.typical[:MOST_TRACKS]
        ],
    }


def _cell(run: RunData, name: str, row: int) -> str:
    return plain_text(run.tracks[name].iat[row]) if name in run.tracks else ""

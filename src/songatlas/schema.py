"""The audio features and the canonical columns of a table of tracks, as data.

Definitions follow the audio features published with the Spotify Web API. What a file calls these columns
is not said here but in ``io/columns/dialects.toml``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AudioFeature:
    """One audio feature: its range, its unit and the words people use for its two ends."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    kind: str
    low_words: str
    high_words: str
    definition: str


AUDIO_FEATURES: tuple[AudioFeature, ...] = (
    AudioFeature("danceability", "danceability", "0–1", 0.0, 1.0, "unit", "hard to dance to", "danceable",
                 "how suitable a track is for dancing, from tempo, rhythm stability and beat strength"),
    AudioFeature("energy", "energy", "0–1", 0.0, 1.0, "unit", "calm", "energetic",
                 "perceived intensity and activity: fast, loud and noisy is high"),
    AudioFeature("loudness", "loudness", "dB", -100.0, 20.0, "decibel", "quiet", "loud",
                 "overall loudness in decibels, usually −60 to 0"),
    AudioFeature("speechiness", "speechiness", "0–1", 0.0, 1.0, "unit", "little speech", "spoken",
                 "presence of spoken words; above .66 almost only speech"),
    AudioFeature("acousticness", "acousticness", "0–1", 0.0, 1.0, "unit", "electric", "acoustic",
                 "confidence that the track is acoustic"),
    AudioFeature("instrumentalness", "instrumentalness", "0–1", 0.0, 1.0, "unit", "vocal", "instrumental",
                 "confidence that the track has no vocals"),
    AudioFeature("liveness", "liveness", "0–1", 0.0, 1.0, "unit", "studio", "live",
                 "presence of an audience in the recording; above .8 almost surely live"),
    AudioFeature("valence", "valence", "0–1", 0.0, 1.0, "unit", "dark", "happy",
                 "musical positiveness: cheerful is high, sad or angry is low"),
    AudioFeature("tempo", "tempo", "BPM", 0.0, 400.0, "bpm", "slow", "fast",
                 "estimated tempo in beats per minute; 0 where the analysis failed"),
    AudioFeature("duration_ms", "duration", "ms", 1.0, 86_400_000.0, "milliseconds", "short", "long",
                 "length of the track in milliseconds"),
)  # fmt: skip

FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in AUDIO_FEATURES)
FEATURES: dict[str, AudioFeature] = {feature.name: feature for feature in AUDIO_FEATURES}

TEXT_COLUMNS: tuple[str, ...] = (
    "track_id",
    "track_name",
    "artist_name",
    "artist_id",
    "album_name",
    "genres",
    "release_date",
    "isrc",
    "playlist_name",
)
NUMBER_COLUMNS: tuple[str, ...] = (
    "year",
    "decade",
    "popularity",
    "artist_popularity",
    "followers",
    "explicit",
    "key",
    "mode",
    "time_signature",
)
CANONICAL_COLUMNS: tuple[str, ...] = TEXT_COLUMNS + FEATURE_NAMES + NUMBER_COLUMNS

NOT_HOW_IT_SOUNDS: dict[str, str] = {
    "popularity": "it measures an audience, not how a track sounds",
    "artist_popularity": "it measures an audience, not how a track sounds",
    "followers": "it measures an audience, not how a track sounds",
    "key": "pitch classes are a circle, not a scale: B and C are neighbors but 11 apart as numbers",
    "mode": "it has two values, which split every cluster in two",
    "time_signature": "nearly every track has the same value, so its rare values dominate once scaled",
    "year": "it says when, not how",
    "decade": "it says when, not how",
    "explicit": "it has two values, and its rare one becomes a cluster of its own",
}

"""JSON in the shapes that music services answer with (rows 32 to 34), and JSON Lines."""

import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .known import FEATURES, Track
from .registry import Expected, dialect

FEATURE_COLUMNS = (*FEATURES, "key", "mode", "time_signature")


def json_expected(tracks: Sequence[Track], columns: Sequence[str], **facts: Any) -> Expected:
    known: dict[str, Callable[[Track], Any]] = {
        "track_id": lambda t: t.id,
        "track_name": lambda t: t.name,
        "artist_name": lambda t: "; ".join(t.artists),
        "artist_id": lambda t: "; ".join(t.artist_ids),
        "album_name": lambda t: t.album,
        "release_date": lambda t: t.release_date,
        "year": lambda t: t.year,
        "genres": lambda t: list(t.genres),
        "popularity": lambda t: t.popularity,
        "explicit": lambda t: int(t.explicit),
        "isrc": lambda t: t.isrc,
        "key": lambda t: t.key,
        "mode": lambda t: t.mode,
        "time_signature": lambda t: t.time_signature,
        **{name: lambda t, name=name: t.features[name] for name in FEATURES},
    }
    return Expected({name: [known[name](track) for track in tracks] for name in columns}, **facts)


def audio_features(track: Track) -> dict[str, Any]:
    """Return the track as Spotify's endpoint for audio features gave it."""
    return {
        **{name: track.features[name] for name in FEATURES},
        "key": track.key,
        "mode": track.mode,
        "time_signature": track.time_signature,
        "type": "audio_features",
        "id": track.id,
        "uri": f"spotify:track:{track.id}",
        "track_href": f"https://api.spotify.com/v1/tracks/{track.id}",
        "analysis_url": f"https://api.spotify.com/v1/audio-analysis/{track.id}",
    }


def track_object(track: Track) -> dict[str, Any]:
    """Return the track as Spotify's endpoint for tracks gives it."""
    return {
        "album": {"album_type": "album", "id": track.album_id, "name": track.album, "release_date": track.release_date,
                  "release_date_precision": "day", "total_tracks": 9, "type": "album", "uri": f"spotify:album:{track.album_id}"},
        "artists": [{"id": i, "name": name, "type": "artist", "uri": f"spotify:artist:{i}"}
                    for name, i in zip(track.artists, track.artist_ids, strict=True)],
        "disc_number": 1, "duration_ms": track.features["duration_ms"], "explicit": track.explicit,
        "external_ids": {"isrc": track.isrc}, "href": f"https://api.spotify.com/v1/tracks/{track.id}", "id": track.id,
        "is_local": False, "name": track.name, "popularity": track.popularity, "preview_url": None, "track_number": 3,
        "type": "track", "uri": f"spotify:track:{track.id}",
    }  # fmt: skip


def _with_nulls(tracks: Sequence[Track]) -> list[dict[str, Any] | None]:
    entries: list[dict[str, Any] | None] = [audio_features(track) for track in tracks]
    entries.insert(3, None)
    entries.append(None)
    return entries


def _dump(path: Path, value: Any, **options: Any) -> None:
    path.write_text(json.dumps(value, **options), encoding="utf-8", newline="")


@dialect("spotify_audio_features", "features.json")
def audio_features_list(tracks: Sequence[Track], path: Path) -> Expected:
    _dump(path, [audio_features(track) for track in tracks])
    return json_expected(tracks, ("track_id", *FEATURE_COLUMNS))


@dialect("spotify_audio_features_with_nulls", "features.json")
def audio_features_list_with_nulls(tracks: Sequence[Track], path: Path) -> Expected:
    _dump(path, _with_nulls(tracks), indent=2)
    return json_expected(tracks, ("track_id", *FEATURE_COLUMNS), rejected=2)


@dialect("spotify_audio_features_wrapped", "features.json")
def audio_features_wrapped(tracks: Sequence[Track], path: Path) -> Expected:
    _dump(path, {"audio_features": _with_nulls(tracks)})
    return json_expected(tracks, ("track_id", *FEATURE_COLUMNS), rejected=2)


def _uuid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


@dialect("reccobeats_features", "reccobeats.json")
def reccobeats(tracks: Sequence[Track], path: Path) -> Expected:
    names = [name for name in FEATURES if name != "duration_ms"]
    content = [
        {"id": _uuid(t.id), "href": f"https://open.spotify.com/track/{t.id}", "isrc": t.isrc, "key": t.key, "mode": t.mode,
         **{name: t.features[name] for name in names}}
        for t in tracks
    ]  # fmt: skip
    _dump(path, {"content": content})
    return json_expected(tracks, ("track_id", "isrc", "key", "mode", *names))


@dialect("reccobeats_tracks", "reccobeats.json")
def reccobeats_tracks(tracks: Sequence[Track], path: Path) -> Expected:
    content = [
        {"id": _uuid(t.id), "trackTitle": t.name, "durationMs": t.features["duration_ms"], "isrc": t.isrc,
         "artists": [{"id": _uuid(i), "name": name, "href": f"https://open.spotify.com/artist/{i}"}
                     for name, i in zip(t.artists, t.artist_ids, strict=True)],
         "href": f"https://open.spotify.com/track/{t.id}", "popularity": t.popularity}
        for t in tracks
    ]  # fmt: skip
    _dump(path, {"content": content})
    columns = ("track_id", "track_name", "artist_name", "isrc", "popularity", "duration_ms")
    return json_expected(tracks, columns, require_features=False)


_TRACK_COLUMNS = (
    "track_id", "track_name", "artist_name", "album_name", "release_date", "year", "explicit", "popularity",
    "isrc", "duration_ms",
)  # fmt: skip


def _item(track: Track, **more: Any) -> dict[str, Any]:
    return {
        "added_at": "2022-08-15T02:00:00Z",
        "added_by": {"id": "nobody"},
        "is_local": False,
        "track": track_object(track),
        **more,
    }


@dialect("spotify_playlist_answer", "playlist.json")
def playlist_answer(tracks: Sequence[Track], path: Path) -> Expected:
    answer = {"href": "https://api.spotify.com/v1/playlists/0/tracks", "limit": 100, "next": None, "total": len(tracks)}
    _dump(path, {**answer, "items": [_item(track) for track in tracks]})
    return json_expected(tracks, _TRACK_COLUMNS, require_features=False)


@dialect("spotify_playlist_with_features", "playlist.json")
def playlist_with_features(tracks: Sequence[Track], path: Path) -> Expected:
    _dump(path, {"items": [_item(track, audio_features=audio_features(track)) for track in tracks]})
    return json_expected(tracks, (*_TRACK_COLUMNS, *(name for name in FEATURE_COLUMNS if name != "duration_ms")))


def flat(track: Track) -> dict[str, Any]:
    """Return the track as people save it: one flat object with lists."""
    return {
        "track_id": track.id, "track_name": track.name, "artists": list(track.artists), "genres": list(track.genres),
        "release_date": track.release_date, "explicit": track.explicit, "popularity": track.popularity, "isrc": track.isrc,
        **{name: track.features[name] for name in FEATURES}, "key": track.key, "mode": track.mode,
        "time_signature": track.time_signature,
    }  # fmt: skip


FLAT_COLUMNS = (
    "track_id", "track_name", "artist_name", "genres", "release_date", "year", "explicit", "popularity", "isrc", *FEATURE_COLUMNS
)  # fmt: skip


@dialect("json_lines", "tracks.jsonl")
def json_lines(tracks: Sequence[Track], path: Path) -> Expected:
    lines = [json.dumps(flat(track), ensure_ascii=False) for track in tracks]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return json_expected(tracks, FLAT_COLUMNS)


@dialect("json_lines_named_json", "tracks.json")
def json_lines_named_json(tracks: Sequence[Track], path: Path) -> Expected:
    lines = [json.dumps(flat(track)) for track in tracks]
    path.write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    return json_expected(tracks, FLAT_COLUMNS)


@dialect("json_records", "tracks.json")
def json_records(tracks: Sequence[Track], path: Path) -> Expected:
    _dump(path, [flat(track) for track in tracks], ensure_ascii=False)
    return json_expected(tracks, FLAT_COLUMNS)


@dialect("soundcharts_songs", "songs.json")
def soundcharts(tracks: Sequence[Track], path: Path) -> Expected:
    names = [name for name in FEATURES if name != "duration_ms"]
    songs = [
        {"uuid": _uuid(t.id), "name": t.name, "creditName": t.artist,
         "audio": {**{name: t.features[name] for name in names}, "key": t.key, "mode": t.mode, "timeSignature": t.time_signature}}
        for t in tracks
    ]  # fmt: skip
    _dump(path, {"items": songs})
    return json_expected(tracks, ("key", "mode", "time_signature", *names))

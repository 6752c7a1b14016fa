"""The ways in which tables write one fact about a track, and what each of them says.

A cell kind has the text it writes and the canonical values that a reader should take from it; a kind that gives
nothing is a trap or of no interest (a video's title, milliseconds played).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .known import UNITS, Track

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
BOTH_NOTES = ("C", "C♯/D♭", "D", "D♯/E♭", "E", "F", "F♯/G♭", "G", "G♯/A♭", "A", "A♯/B♭", "B")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What a cell of some kind holds, and the canonical values it gives."""

    text: Callable[[Track], str]
    gives: dict[str, Callable[[Track], Any]] = field(default_factory=dict)


def excel(number: float) -> str:
    """Return a number as Excel writes it to CSV: '1.55E-05'."""
    return repr(number).replace("e-", "E-")


def short_exponent(number: float) -> str:
    """Return a number as R and JavaScript write it: '1.55e-5'."""
    return repr(number).replace("e-0", "e-")


def noisy(number: float) -> float:
    """Return the number with the last digits that repeated conversion leaves: 0.819 → 0.8190000000000001."""
    return number * 10 / 10 + 1.2e-16 * (number > 0.3)


def camelot(track: Track) -> str:
    major = track.key if track.mode else track.key + 3
    return f"{(7 * major + 7) % 12 + 1}{'B' if track.mode else 'A'}"


def seconds(track: Track) -> int:
    return round(track.features["duration_ms"] / 1000)


def clock(track: Track, form: str) -> str:
    return form.format(*divmod(seconds(track), 60))


def day_first(track: Track) -> str:
    return "-".join(reversed(track.release_date.split("-")))


def month_first(track: Track) -> str:
    year, *rest = track.release_date.split("-")
    return "/".join([*(str(int(part)) for part in rest), year])


def in_words(track: Track) -> str:
    year, *rest = track.release_date.split("-")
    if not rest:
        return year
    day = int(rest[1])
    suffix = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix} {MONTHS[int(rest[0]) - 1]} {year}"


def escaped(names: Sequence[str]) -> str:
    return ", ".join(name.replace(",", "\\,") for name in names)


def _feature(name: str, convert: Callable[[float], float] = lambda value: value) -> dict[str, Callable[[Track], Any]]:
    return {name: lambda track: convert(track.features[name])}


ID = {"track_id": lambda t: t.id}
NAME = {"track_name": lambda t: t.name}
ARTIST = {"artist_name": lambda t: t.artist}
ALL_ARTISTS = {"artist_name": lambda t: "; ".join(t.artists)}
ALL_ARTIST_IDS = {"artist_id": lambda t: "; ".join(t.artist_ids)}
GENRE_LIST = {"genres": lambda t: list(t.genres)}
YEAR = {"year": lambda t: t.year}
DATE = {"release_date": lambda t: t.release_date, **YEAR}
EXPLICIT = {"explicit": lambda t: int(t.explicit)}
KEY, MODE = {"key": lambda t: t.key}, {"mode": lambda t: t.mode}
METER = {"time_signature": lambda t: t.time_signature}
SECONDS = {"duration_ms": lambda t: seconds(t) * 1000}
POPULARITY = {"popularity": lambda t: t.popularity}

CELLS: dict[str, Cell] = {
    "number": Cell(lambda t: str(t.number)),
    "number1": Cell(lambda t: str(t.number + 1)),
    "empty": Cell(lambda t: ""),
    "id": Cell(lambda t: t.id, ID),
    "uri": Cell(lambda t: f"spotify:track:{t.id}", ID),
    "url": Cell(lambda t: f"https://open.spotify.com/track/{t.id}?si=0a1b2c", ID),
    "href": Cell(lambda t: f"https://api.spotify.com/v1/tracks/{t.id}", ID),
    "analysis_url": Cell(lambda t: f"https://api.spotify.com/v1/audio-analysis/{t.id}"),
    "type": Cell(lambda t: "audio_features"),
    "name": Cell(lambda t: t.name, NAME),
    "name_odd": Cell(lambda t: t.name if t.number % 2 else "", {"track_name": lambda t: t.name if t.number % 2 else ""}),
    "playlist_even": Cell(lambda t: "" if t.number % 2 else "Fog Machine 2020"),
    "artist": Cell(lambda t: t.artist, ARTIST),
    "artists_list": Cell(lambda t: repr(list(t.artists)), ALL_ARTISTS),
    "artists;": Cell(lambda t: ";".join(t.artists), ALL_ARTISTS),
    "artists, escaped": Cell(lambda t: escaped(t.artists), ALL_ARTISTS),
    "artists,": Cell(lambda t: ", ".join(t.artists), ALL_ARTISTS),
    "artist_count": Cell(lambda t: str(len(t.artists))),
    "artist_id": Cell(lambda t: t.artist_ids[0], {"artist_id": lambda t: t.artist_ids[0]}),
    "artist_ids_list": Cell(lambda t: repr(list(t.artist_ids)), ALL_ARTIST_IDS),
    "artist_ids,": Cell(lambda t: ",".join(t.artist_ids), ALL_ARTIST_IDS),
    "artist_uris": Cell(lambda t: ", ".join(f"spotify:artist:{i}" for i in t.artist_ids), ALL_ARTIST_IDS),
    "artist_uri": Cell(lambda t: f"spotify:artist:{t.artist_ids[0]}"),
    "artist_url": Cell(lambda t: f"https://open.spotify.com/artist/{t.artist_ids[0]}"),
    "album": Cell(lambda t: t.album, {"album_name": lambda t: t.album}),
    "album_id": Cell(lambda t: t.album_id),
    "album_uri": Cell(lambda t: f"spotify:album:{t.album_id}"),
    "image": Cell(lambda t: "https://i.scdn.co/image/0000"),
    "genres_list": Cell(lambda t: repr(list(t.genres)), GENRE_LIST),
    "genres,": Cell(lambda t: ",".join(t.genres), GENRE_LIST),
    "genres, or set()": Cell(lambda t: ", ".join(t.genres) or "set()", GENRE_LIST),
    "genre": Cell(lambda t: (*t.genres, "none given")[0], {"genres": lambda t: [(*t.genres, "none given")[0]]}),
    "some_genre": Cell(lambda t: (*t.genres, "none given")[-1]),
    "date": Cell(lambda t: t.release_date, DATE),
    "date_day_first": Cell(day_first, YEAR),
    "date_month_first": Cell(month_first, YEAR),
    "date_in_words": Cell(in_words, YEAR),
    "year": Cell(lambda t: str(t.year), YEAR),
    "month": Cell(lambda t: str(t.number % 12 + 1)),
    "decade": Cell(lambda t: str(t.year // 10 * 10), {"decade": lambda t: t.year // 10 * 10}),
    "added": Cell(lambda t: "2022-08-15T02:00:00Z"),
    "someone": Cell(lambda t: "spotify:user:nobody"),
    "label": Cell(lambda t: "Tin Roof Records"),
    "playlist": Cell(lambda t: "Fog Machine 2020", {"playlist_name": lambda t: "Fog Machine 2020"}),
    "playlist_id": Cell(lambda t: "0" + "Q" * 21),
    "popularity": Cell(lambda t: str(t.popularity), POPULARITY),
    "popularity.0": Cell(lambda t: f"{t.popularity}.0", POPULARITY),
    "artist_popularity": Cell(lambda t: str(t.artist_popularity), {"artist_popularity": lambda t: t.artist_popularity}),
    "followers": Cell(lambda t: f"{t.followers}.0", {"followers": lambda t: t.followers}),
    "count": Cell(lambda t: str(1 + t.number * 7)),
    "thousands": Cell(lambda t: f"{(t.number * 397):,}"),
    "streams": Cell(lambda t: "BPM110KeyAModeMajorDanceability53" if t.number == 5 else str(t.number * 10_007 + 4_000)),
    "isrc": Cell(lambda t: t.isrc, {"isrc": lambda t: t.isrc}),
    "isrc-": Cell(lambda t: "-".join([t.isrc[:2], t.isrc[2:5], t.isrc[5:7], t.isrc[7:]]), {"isrc": lambda t: t.isrc}),
    "explicit01": Cell(lambda t: str(int(t.explicit)), EXPLICIT),
    "explicit True": Cell(lambda t: str(t.explicit), EXPLICIT),
    "explicit TRUE": Cell(lambda t: str(t.explicit).upper(), EXPLICIT),
    "explicit true": Cell(lambda t: str(t.explicit).lower(), EXPLICIT),
    "explicit Yes": Cell(lambda t: "Yes" if t.explicit else "No", EXPLICIT),
    "yes": Cell(lambda t: "True"),
    "key": Cell(lambda t: str(t.key), KEY),
    "key.0": Cell(lambda t: f"{t.key}.0", KEY),
    "key name": Cell(lambda t: NOTES[t.key], KEY),
    "key both names": Cell(lambda t: BOTH_NOTES[t.key], KEY),
    "key name, C blank": Cell(lambda t: NOTES[t.key] if t.key else "", KEY),
    "key and mode": Cell(lambda t: f"{NOTES[t.key]} {'Maj' if t.mode else 'min'}", {**KEY, **MODE}),
    "camelot": Cell(camelot, {**KEY, **MODE}),
    "mode": Cell(lambda t: str(t.mode), MODE),
    "mode.0": Cell(lambda t: f"{t.mode}.0", MODE),
    "mode name": Cell(lambda t: ("Minor", "Major")[t.mode], MODE),
    "meter": Cell(lambda t: str(t.time_signature), METER),
    "meter.0": Cell(lambda t: f"{t.time_signature}.0", METER),
    "meter/4": Cell(lambda t: f"{t.time_signature}/4", METER),
    "meter-Apr": Cell(lambda t: f"{t.time_signature:02d}-Apr", METER),
    "loudness": Cell(lambda t: repr(t.features["loudness"]), _feature("loudness")),
    "loudness,": Cell(lambda t: repr(t.features["loudness"]).replace(".", ","), _feature("loudness")),
    "dB": Cell(lambda t: str(round(t.features["loudness"])), _feature("loudness", round)),
    "loudness db": Cell(lambda t: f"{t.features['loudness']:.2f}db", _feature("loudness", lambda x: float(f"{x:.2f}"))),
    "tempo": Cell(lambda t: repr(t.features["tempo"]), _feature("tempo")),
    "tempo,": Cell(lambda t: repr(t.features["tempo"]).replace(".", ","), _feature("tempo")),
    "bpm": Cell(lambda t: str(round(t.features["tempo"])), _feature("tempo", round)),
    "duration_ms": Cell(lambda t: str(t.features["duration_ms"]), _feature("duration_ms")),
    "duration_ms.0": Cell(lambda t: f"{t.features['duration_ms']}.0", _feature("duration_ms")),
    "ms_played": Cell(lambda t: str(t.number * 1_000 + 17)),
    "seconds": Cell(lambda t: str(seconds(t)), SECONDS),
    "seconds, thousands": Cell(lambda t: f"{seconds(t):,}", SECONDS),
    "seconds.5": Cell(lambda t: f"{t.features['duration_ms'] / 1000:.5f}", _feature("duration_ms")),
    "mm:ss": Cell(lambda t: clock(t, "{:02d}:{:02d}"), SECONDS),
    "m:ss": Cell(lambda t: clock(t, "{:d}:{:02d}"), SECONDS),
    "video_title": Cell(lambda t: f"{t.artist} - {t.name} (Official Video)"),
    "description": Cell(lambda t: f"{t.name}, out now.\n\nFollow: \"us\", them;\r\n0.5,0.25,-3.5\n\u00a9 2020, {t.artist}"),
    "lyrics": Cell(lambda t: f"{t.name}, {t.name}\nla, la"),
    "uncertain": Cell(lambda t: f"{t.number / 100:.2f}"),
}  # fmt: skip


def _unit_cells(name: str) -> dict[str, Cell]:
    return {
        name: Cell(lambda t: repr(t.features[name]), _feature(name)),
        f"{name} E": Cell(lambda t: excel(t.features[name]), _feature(name)),
        f"{name} e-5": Cell(lambda t: short_exponent(t.features[name]), _feature(name)),
        f"{name} noisy": Cell(lambda t: repr(noisy(t.features[name])), _feature(name, noisy)),
        f"{name},": Cell(lambda t: repr(t.features[name]).replace(".", ","), _feature(name)),
        f"{name}%": Cell(lambda t: str(round(100 * t.features[name])), _feature(name, lambda x: round(100 * x) / 100)),
    }


for _unit in UNITS:
    CELLS |= _unit_cells(_unit)

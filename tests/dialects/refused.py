"""Files that must be refused with one clear reason: a wrong reading in silence would be worse."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from .csv_dialects import MISSION, TRACKS_600K
from .exporters import GENERATION_A, SINCE_MAY_2025, generation_c
from .known import GENRES, UNITS, Track
from .registry import refused
from .tables import FEATURES_IN_ORDER as F
from .tables import table_text

NO_FEATURES = r"--features-from"
AGGREGATE = r"(?i)aggregat|average|mean|summar|not tracks|no tracks"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _rows_text(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _averages(rng: random.Random, order: str) -> list[object]:
    values: dict[str, object] = {name: rng.uniform(0.05, 0.9) for name in UNITS}
    values |= {"loudness": -rng.uniform(4, 30), "tempo": rng.uniform(75, 150), "duration_ms": rng.uniform(1e5, 1e6)}
    values |= {
        "popularity": rng.uniform(0, 60),
        "key": rng.randint(0, 11),
        "mode": rng.randint(0, 1),
        "count": rng.randint(2, 60),
    }
    return [values[name] for name in order.split(",")]


_AVERAGED = "acousticness,danceability,duration_ms,energy,instrumentalness,liveness,loudness,speechiness,tempo,valence,popularity,key"


def _aggregate(label: str, labels: Sequence[str], order: str, path: Path, separator: str = ",") -> None:
    rng = random.Random(label)
    rows: list[Sequence[object]] = [[label, *order.split(",")]]
    rows += [[name, *_averages(rng, order)] for name in labels]
    _write(path, _rows_text(rows, separator))


@refused("aggregate_by_genre", "data_by_genres.csv", AGGREGATE)
def by_genre(tracks: Sequence[Track], path: Path) -> None:
    labels = [f"{first} {second}" for first in GENRES for second in GENRES]
    _aggregate("genres", labels, f"mode,{_AVERAGED}", path)


@refused("aggregate_by_genre_semicolons", "data_by_genres.csv", AGGREGATE)
def by_genre_semicolons(tracks: Sequence[Track], path: Path) -> None:
    _aggregate("genres", [f"{a} {b}" for a in GENRES for b in GENRES], f"{_AVERAGED},mode", path, ";")


@refused("aggregate_by_genre_from_excel", "data_by_genres.csv", AGGREGATE)
def by_genre_from_excel(tracks: Sequence[Track], path: Path) -> None:
    """Write semicolons with empty columns at the end, and some rows with commas inside one cell."""
    by_genre_semicolons(tracks, path)
    lines = [line + ";" * 8 for line in path.read_text(encoding="utf-8").splitlines()]
    lines[5:60:9] = [line.rstrip(";").replace(";", ",") + ";" * 8 for line in lines[5:60:9]]
    _write(path, "\n".join(lines))


@refused("aggregate_by_year", "data_by_year.csv", AGGREGATE)
def by_year(tracks: Sequence[Track], path: Path) -> None:
    _aggregate("year", [str(year) for year in range(1921, 2021)], f"mode,{_AVERAGED}", path)


@refused("aggregate_by_artist", "data_by_artist.csv", AGGREGATE)
def by_artist(tracks: Sequence[Track], path: Path) -> None:
    labels = [f"{word} {number}" for word in ("Tin Choir", "Salt Band", "Old Radio") for number in range(40)]
    _aggregate("artists", labels, f"{_AVERAGED},mode,count", path)


@refused("artists_with_genres", "data_w_genres.csv", AGGREGATE)
def artists_with_genres(tracks: Sequence[Track], path: Path) -> None:
    rng = random.Random("genres of artists")
    order = f"{_AVERAGED},mode,count"
    rows: list[Sequence[object]] = [["genres", "artists", *order.split(",")]]
    rows += [[repr(rng.sample(GENRES, 2)), f"Salt Band {i}", *_averages(rng, order)] for i in range(100)]
    _write(path, _rows_text(rows))


@refused("table_of_artists", "artists.csv", r"(?i)artists?\b")
def artists(tracks: Sequence[Track], path: Path) -> None:
    rows = [["id", "followers", "genres", "name", "popularity"]]
    rows += [[t.artist_ids[0], f"{t.followers}.0", repr(list(t.genres)), t.artist, str(t.popularity)] for t in tracks]
    _write(path, _rows_text(rows))


@refused(
    "most_streamed_2024",
    "Most Streamed Spotify Songs 2024.csv",
    r"(?i)no audio features?|holds no .*features?|--features-from",
)
def most_streamed(tracks: Sequence[Track], path: Path) -> None:
    spec = (
        "Track=name | Album Name=album | Artist=artist | Release Date=date_month_first | ISRC=isrc | All Time Rank=number1 | "
        "Track Score=uncertain | Spotify Streams=thousands | Spotify Playlist Count=thousands | Spotify Playlist Reach=thousands | "
        "Spotify Popularity=popularity | YouTube Views=thousands | TIDAL Popularity=empty | Explicit Track=explicit01"
    )
    path.write_bytes(table_text(spec, tracks).encode("latin-1", "replace"))


@refused("tunemymusic", "My Library.csv", NO_FEATURES)
def tunemymusic(tracks: Sequence[Track], path: Path) -> None:
    spec = "Track name=name | Artist name=artists, | Album=album | Playlist name=playlist | Type=label | ISRC=isrc | Spotify - id=id"
    _write(path, table_text(spec, tracks))


@refused("soundiiz", "soundiiz.csv", NO_FEATURES)
def soundiiz(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text("title=name | artist | album | isrc", tracks, ";"))


@refused("soundiiz_with_durations", "soundiiz.csv", NO_FEATURES)
def soundiiz_with_durations(tracks: Sequence[Track], path: Path) -> None:
    spec = "title=name | artist | album | isrc | addedDate=added | duration=seconds | url"
    _write(path, table_text(spec, tracks, ";"))


@refused("exportify_without_features", "liked.csv", NO_FEATURES)
def exportify(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text(generation_c("en", features=False, genres=False), tracks, quoting=csv.QUOTE_ALL))


@refused("exportify_without_features_in_japanese", "liked.csv", NO_FEATURES)
def exportify_ja(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text(generation_c("ja", features=False), tracks, quoting=csv.QUOTE_ALL))


@refused("exportify_2015", "liked.csv", NO_FEATURES)
def exportify_2015(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text(GENERATION_A, tracks, quoting=csv.QUOTE_ALL))


@refused("streaming_history", "StreamingHistory.csv", r"(?i)no audio features?|--features-from")
def streaming_history(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text("endTime=added | artistName=artist | trackName=name | msPlayed=ms_played", tracks))


def _changed(
    tracks: Sequence[Track], column: str, change: Callable[[float, Track], object], spec: str = MISSION
) -> str:
    rows = list(csv.reader(io.StringIO(table_text(spec, tracks), newline="")))
    place = rows[0].index(column)
    for row, track in zip(rows[1:], tracks, strict=True):
        row[place] = str(change(float(row[place]), track))
    return _rows_text(rows)


@refused("z_scored", "tracks_scaled.csv", r"(?i)z.?score|standardi[sz]|scaled|negative|below 0|outside|0.{0,5}1")
def z_scored(tracks: Sequence[Track], path: Path) -> None:
    rows = list(csv.reader(io.StringIO(table_text(TRACKS_600K, tracks), newline="")))
    for name in (*UNITS, "loudness", "tempo", "duration_ms"):
        place = rows[0].index(name)
        column = [float(row[place]) for row in rows[1:]]
        mean = sum(column) / len(column)
        spread = (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5
        for row, x in zip(rows[1:], column, strict=True):
            row[place] = repr((x - mean) / spread)
    _write(path, _rows_text(rows))


@refused("deezer_mood_z_scored", "deezer.csv", r"(?i)valence|no audio features?|--features-from")
def deezer(tracks: Sequence[Track], path: Path) -> None:
    rows: list[Sequence[object]] = [
        ["dzr_sng_id", "MSD_sng_id", "MSD_track_id", "artist_name", "track_name", "valence", "arousal"]
    ]
    rng = random.Random("deezer")
    rows += [[10**6 + t.number, "SO0", "TR0", t.artist, t.name, rng.gauss(0, 1), rng.gauss(0, 1)] for t in tracks]
    _write(path, _rows_text(rows))


@refused("valence_from_1_to_9", "tracks.csv", r"(?i)valence")
def valence_1_to_9(tracks: Sequence[Track], path: Path) -> None:
    _write(path, _changed(tracks, "valence", lambda x, _: f"{1 + 8 * x:.3f}"))


@refused("muse_tags_only", "muse.csv", r"(?i)no audio features?|--features-from|valence_tags")
def muse(tracks: Sequence[Track], path: Path) -> None:
    rows: list[Sequence[object]] = [
        ["track", "artist", "valence_tags", "arousal_tags", "dominance_tags", "mbid", "spotify_id"]
    ]
    rows += [
        [t.name, t.artist, 1 + 8 * t.features["valence"], 1 + 8 * t.features["energy"], 5.5, "", t.id] for t in tracks
    ]
    _write(path, _rows_text(rows))


@refused("loudness_from_0_to_1", "tracks.csv", r"(?i)loudness")
def loudness_normalized(tracks: Sequence[Track], path: Path) -> None:
    _write(path, _changed(tracks, "loudness", lambda x, _: f"{(x + 60) / 61:.4f}"))


@refused("loudness_without_sign", "tracks.csv", r"(?i)loudness")
def loudness_positive(tracks: Sequence[Track], path: Path) -> None:
    _write(path, _changed(tracks, "loudness", lambda x, _: abs(x)))


@refused("header_only", "tracks.csv", r"(?is)no rows.*id_songs.*name_song")
def header_only(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text(MISSION, []))


@refused("headless_list_junk", "muse_v3.csv", r"(?i)header|column")
def headless(tracks: Sequence[Track], path: Path) -> None:
    _write(path, _rows_text([[repr(list(t.genres or ("fog",)))] for t in tracks]))


@refused("headless_tracks", "tracks.csv", r"(?i)header|column|feature")
def headless_tracks(tracks: Sequence[Track], path: Path) -> None:
    _write(path, table_text(TRACKS_600K, tracks).split("\n", 1)[1])


@refused("header_one_column_short", "featuresdf.csv", r"(?i)header|field|column")
def header_short(tracks: Sequence[Track], path: Path) -> None:
    spec = f"id | name | artists=artist | {F} | duration_ms | time_signature=meter"
    _write(path, table_text(spec, tracks).replace(",mode,", ",", 1))


@refused("dialects_glued_same_width", "all.csv", r"(?i)header|order|two tables|second")
def glued_same_width(tracks: Sequence[Track], path: Path) -> None:
    names = [part.strip() for part in TRACKS_600K.split("|")]
    half = len(tracks) // 2
    turned = " | ".join([*names[:8], *reversed(names[8:])])
    _write(path, table_text(TRACKS_600K, tracks[:half]) + table_text(turned, tracks[half:]))


@refused("dialects_glued_other_width", "all.csv", r"(?i)header|field|two tables|second")
def glued_other_width(tracks: Sequence[Track], path: Path) -> None:
    half = len(tracks) // 2
    _write(path, table_text(TRACKS_600K, tracks[:half]) + table_text(SINCE_MAY_2025, tracks[half:]))


@refused("half_percent_half_fractions", "all.csv", r"(?i)percent|%|0.{0,5}100")
def half_percent(tracks: Sequence[Track], path: Path) -> None:
    spec, half = f"id | name | artists=artist | {F} | duration_ms", len(tracks) // 2
    fractions = table_text(spec, tracks[:half])
    percents = " | ".join(f"{name}={name}%" if name in UNITS else name for name in (p.strip() for p in spec.split("|")))
    _write(path, fractions + table_text(percents, tracks[half:]).split("\n", 1)[1])


@refused("blank_file", "tracks.csv", r"(?i)empty")
def blank(tracks: Sequence[Track], path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf\r\n \r\n")

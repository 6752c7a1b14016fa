"""Exporters of playlists (rows 23 to 28): both Exportifys, Sort and Organize Your Music, Chosic."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .headers import WATSONBOX
from .known import Track
from .registry import Expected, dialect
from .tables import columns_of, expected_of, table_dialect, table_text

FEATURES = (
    "Danceability=danceability | Energy=energy | Key=key | Loudness=loudness | Mode=mode | Speechiness=speechiness | "
    "Acousticness=acousticness | Instrumentalness=instrumentalness | Liveness=liveness | Valence=valence | Tempo=tempo | "
    "Time Signature=meter"
)
GENERATION_A = (
    "Spotify URI=uri | Track Name=name | Artist Name=artists, escaped | Album Name=album | Disc Number=month | Track Number=month | "
    "Track Duration (ms)=duration_ms | Added By=someone | Added At=added"
)
GENERATION_B = (
    "Track URI=uri | Track Name=name | Artist URI=artist_uris | Artist Name=artists, escaped | Album URI=album_uri | "
    "Album Name=album | Disc Number=month | Track Number=month | Track Duration (ms)=duration_ms | Added By=someone | Added At=added"
)
GENERATION_C_KINDS = {
    "track_uri": "uri", "track_name": "name", "artist_uris": "artist_uris", "artist_names": "artists, escaped",
    "album_uri": "album_uri", "album_name": "album", "album_artist_uris": "artist_uri", "album_artist_names": "label",
    "album_release_date": "date", "album_image_url": "image", "disc_number": "month", "track_number": "month",
    "track_duration": "duration_ms", "track_preview_url": "image", "explicit": "explicit true", "popularity": "popularity",
    "isrc": "isrc", "added_by": "someone", "added_at": "added", "artist_genres": "genres,", "danceability": "danceability",
    "energy": "energy", "key": "key", "loudness": "loudness", "mode": "mode", "speechiness": "speechiness",
    "acousticness": "acousticness", "instrumentalness": "instrumentalness", "liveness": "liveness", "valence": "valence",
    "tempo": "tempo", "time_signature": "meter", "album_genres": "empty", "label": "label", "copyrights": "label",
}  # fmt: skip
_BASE, _GENRES, _LABELS = 19, ("artist_genres",), ("album_genres", "label", "copyrights")


def generation_c(language: str, *, features: bool = True, genres: bool = True) -> str:
    """Return the columns of watsonbox's Exportify since 2021 in one language of its interface."""
    fields = list(GENERATION_C_KINDS)
    without = set() if genres else {*_GENRES, *_LABELS}
    without |= set() if features else set(fields[_BASE + 1 : _BASE + 13])
    return " | ".join(f"{WATSONBOX[language][f]}={GENERATION_C_KINDS[f]}" for f in fields if f not in without)


for _name, _spec in (("exportify_2015", GENERATION_A), ("exportify_2020", GENERATION_B)):
    table_dialect(_name, "liked.csv", _spec, quoting=csv.QUOTE_ALL, plain_commas=True, require_features=False)
table_dialect("exportify_2021_no_genres", "liked.csv", generation_c("en", genres=False), quoting=csv.QUOTE_ALL)
for _language in WATSONBOX:
    _drop = () if _language == "en" else ("artist_id",)  # its translations are not among the names that people know
    table_dialect(
        f"exportify_2021_{_language}", "liked.csv", generation_c(_language), quoting=csv.QUOTE_ALL, drop=_drop
    )


_START = "Track Name=name | Album Name=album | Artist Name(s)=artists; | Release Date=date | Duration (ms)=duration_ms | Popularity=popularity"
_OLD = (
    "Artist IDs=artist_ids, | Track Name=name | Album Name=album | Artist Name(s)=artists; | Release Date=date | "
    "Duration (ms)=duration_ms | Popularity=popularity | Added By=someone | Added At=added | Genres=genres,"
)
_ADDED = "Added By=someone | Added At=added"
_LABELED = "Genres=genres, | Record Label=label"
SINCE_MAY_2025 = f"Track URI=uri | {_START} | Explicit=explicit true | {_ADDED} | {_LABELED} | {FEATURES}"
PAVELKOMAROV = {
    "2019": f"Spotify ID=id | {_OLD} | {FEATURES}",
    "2024_09": f"{_START} | {_ADDED} | {_LABELED} | {FEATURES}",
    "2024_12": f"Track ID=id | {_START} | {_ADDED} | {_LABELED} | {FEATURES}",
    "2025_04": f"Track URI=uri | {_START} | {_ADDED} | {_LABELED} | {FEATURES}",
    "2025_05_explicit_twice": f"Track URI=uri | {_START} | Explicit=explicit true | {_ADDED} | Explicit=explicit true | {_LABELED} | {FEATURES}",
    "2025_05": SINCE_MAY_2025,
}
for _since, _spec in PAVELKOMAROV.items():
    table_dialect(f"exportify_net_{_since}", "liked.csv", _spec, encoding="utf-8-sig")
table_dialect(
    "exportify_net_from_excel",
    "liked.csv",
    SINCE_MAY_2025.replace("=date", "=date_month_first")
    .replace("explicit true", "explicit TRUE")
    .replace("=acousticness", "=acousticness E")
    .replace("=instrumentalness", "=instrumentalness E"),
    encoding="utf-8-sig",
    newline="\r\n",
)


@dialect("exportify_net_undefined", "liked.csv", encoding="utf-8-sig", separator=",")
def exportify_with_undefined(tracks: Sequence[Track], path: Path) -> Expected:
    """Write every sixth track without features: the word undefined stands in their place."""
    lines = table_text(SINCE_MAY_2025, tracks).splitlines()
    rows = list(csv.reader(lines))
    for number in range(3, len(rows), 6):
        rows[number][-12:] = ["undefined"] * 12
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
    expected = expected_of(columns_of(SINCE_MAY_2025), tracks)
    names = [part.split("=")[1].replace("meter", "time_signature") for part in FEATURES.split(" | ")]
    for name in names:
        for number in range(2, len(tracks), 6):
            expected.columns[name][number] = None
    return expected


@dialect("exportify_net_export_all", "spotify_playlists.zip")
def exportify_all(tracks: Sequence[Track], path: Path) -> Expected:
    half = len(tracks) // 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a_road_songs.csv", table_text(SINCE_MAY_2025, tracks[:half]))
        archive.writestr("b_夜.csv", table_text(SINCE_MAY_2025, tracks[half:]))
    return expected_of(columns_of(SINCE_MAY_2025), tracks)


_SORT = (
    "#=number1 | Title=name | Artist=artist | Release=date | BPM=bpm | Energy=energy% | Dance=danceability% | Loud=dB | "
    "Valence=valence% | Length=m:ss | Acoustic=acousticness% | Pop.=popularity | A.Sep=uncertain | Rnd=count"
)
_ORGANIZE = (
    "title=name | artist | top genre=genre | year | added | bpm | nrgy=energy% | dnce=danceability% | dB | live=liveness% | "
    "val=valence% | dur=seconds | acous=acousticness% | spch=speechiness% | pop=popularity"
)
table_dialect("sort_your_music_copied", "table.txt", _SORT, separator="\t")
table_dialect("sort_your_music_csv", "table.csv", _SORT)
table_dialect("organize_your_music_scraped", "organized.csv", _ORGANIZE)
table_dialect("organize_your_music_screen", "organized.csv", _ORGANIZE.replace("=seconds", "=m:ss"))

table_dialect(
    "chosic_1",
    "chosic.csv",
    "#=number1 | Song=name | Artist=artists, | Popularity=popularity | BPM=bpm | Genres=genres, | Parent Genres=some_genre | "
    "Album=album | Album Date=date | Time=mm:ss | Dance=danceability% | Energy=energy% | Acoustic=acousticness% | "
    "Instrumental=instrumentalness% | Happy=valence% | Speech=speechiness% | Live=liveness% | Loud (Db)=dB | Key=key name | "
    "Time Signature=meter | Added At=added | Spotify Track Id=id | Album Label=label | Camelot=camelot | ISRC=isrc",
    plain_commas=True,
)
table_dialect(
    "chosic_2",
    "chosic.csv",
    "#=number1 | Song=name | Artist=artists, | BPM=bpm | Camelot=camelot | Energy=energy% | Added At=added | Duration=mm:ss | "
    "Popularity=popularity | Genres=genres, | Parent Genres=some_genre | Album=album | Album Date=date | Dance=danceability% | "
    "Acoustic=acousticness% | Instrumental=instrumentalness% | Valence=valence% | Speech=speechiness% | Live=liveness% | "
    "Loud (Db)=dB | Key=key both names | Time Signature=meter | Spotify Track Id=id | Label=label | ISRC=isrc",
    plain_commas=True,
)

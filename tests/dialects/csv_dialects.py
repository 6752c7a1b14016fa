"""Published data sets (rows 1 to 22 of the table of dialects) and copies that Excel or R have been through."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .known import Track
from .registry import DIALECTS, Expected, dialect
from .tables import FEATURES_IN_ORDER as F
from .tables import table_dialect

MISSION = (
    f"id_songs=id | name_song=name | popularity_songs=popularity | duration_ms | explicit=explicit01 | id_artists=artist_id | "
    f"release_date=date | {F} | time_signature=meter | followers | genres=genres_list | name_artists=artist | "
    "popularity_artists=artist_popularity"
)
TRACKS_600K = (
    "id | name | popularity | duration_ms | explicit=explicit01 | artists=artists_list | id_artists=artist_ids_list | "
    f"release_date=date | {F} | time_signature=meter"
)
EXCEL_UNITS = (
    "danceability=danceability E | energy=energy E | key | loudness | mode | speechiness=speechiness E | "
    "acousticness=acousticness E | instrumentalness=instrumentalness E | liveness=liveness E | valence=valence E | tempo"
)
SPOTIFY_FEATURES = (
    "genre | artist_name=artist | track_name=name | track_id=id | popularity | acousticness | danceability | duration_ms | "
    "energy | instrumentalness | key=key name | liveness | loudness | mode=mode name | speechiness | tempo | "
    "time_signature=meter/4 | valence"
)
API_COLUMNS = "type | id | uri | track_href=href | analysis_url"

table_dialect("mission", "single_genre_artists.csv", MISSION)
table_dialect("tracks_600k", "tracks.csv", TRACKS_600K)
table_dialect(
    "tracks_600k_from_excel",
    "tracks.csv",
    TRACKS_600K.replace(F, EXCEL_UNITS).replace("=date", "=date_day_first"),
    newline="\r\n",
)
table_dialect(
    "data_1921_2020",
    "data.csv",
    "valence=valence noisy | year | acousticness=acousticness noisy | artists=artists_list | danceability=danceability noisy | "
    "duration_ms | energy=energy noisy | explicit=explicit01 | id | instrumentalness=instrumentalness noisy | key | "
    "liveness=liveness noisy | loudness | mode | name | popularity | release_date=date | speechiness=speechiness noisy | tempo",
)
table_dialect("spotify_features", "SpotifyFeatures.csv", SPOTIFY_FEATURES, encoding="utf-8-sig")
table_dialect(
    "spotify_features_from_excel",
    "SpotifyFeatures.csv",
    SPOTIFY_FEATURES.replace("meter/4", "meter-Apr")
    .replace("acousticness |", "acousticness=acousticness E |")
    .replace("instrumentalness |", "instrumentalness=instrumentalness E |"),
    newline="\r\n",
)
table_dialect(
    "dataset_114k",
    "dataset.csv",
    "=number | track_id=id | artists=artists; | album_name=album | track_name=name | popularity | duration_ms | "
    f"explicit=explicit True | {F} | time_signature=meter | track_genre=genre",
)
table_dialect(
    "tidytuesday",
    "spotify_songs.csv",
    "track_id=id | track_name=name | track_artist=artist | track_popularity=popularity | track_album_id=album_id | "
    "track_album_name=album | track_album_release_date=date | playlist_name=playlist | playlist_id | playlist_genre=genre | "
    "playlist_subgenre=some_genre | danceability=danceability e-5 | energy=energy e-5 | key | loudness | mode | "
    "speechiness=speechiness e-5 | acousticness=acousticness e-5 | instrumentalness=instrumentalness e-5 | "
    "liveness=liveness e-5 | valence=valence e-5 | tempo | duration_ms",
    drop=["genres"],
)
table_dialect(
    "genres_v2",
    "genres_v2.csv",
    f"{F} | {API_COLUMNS} | duration_ms | time_signature=meter | genre | song_name=name_odd | Unnamed: 0=number | "
    "title=playlist_even",
)
table_dialect(
    "songs_normalize",
    "songs_normalize.csv",
    f"artist | song=name | duration_ms | explicit=explicit True | year | popularity | {F} | genre=genres, or set()",
)
table_dialect(
    "songs_normalize_from_excel",
    "songs_normalize.csv",
    f"artist | song=name | duration_ms | explicit=explicit TRUE | year | popularity | {F} | genre=genres, or set()",
    newline="\r\n",
)
table_dialect(
    "hit_predictor",
    "dataset-of-60s.csv",
    f"track=name | artist | uri | {F} | duration_ms | time_signature=meter | chorus_hit=uncertain | sections=count | "
    "target=mode | decade",
    drop=["year"],
)
table_dialect(
    "spotify_youtube",
    "Spotify_Youtube.csv",
    "=number | Artist=artist | Url_spotify=artist_url | Track=name | Album=album | Album_type=label | Uri=uri | "
    "Danceability=danceability | Energy=energy | Key=key.0 | Loudness=loudness | Speechiness=speechiness | "
    "Acousticness=acousticness | Instrumentalness=instrumentalness | Liveness=liveness | Valence=valence | Tempo=tempo | "
    "Duration_ms=duration_ms.0 | Url_youtube=image | Title=video_title | Channel=artist | Views=popularity.0 | "
    "Likes=popularity.0 | Comments=count | Description=description | Licensed=yes | official_video=yes | Stream=followers",
    drop=["popularity", "followers"],
)
table_dialect(
    "spotify_2023",
    "spotify-2023.csv",
    "track_name=name | artist(s)_name=artists, | artist_count | released_year=year | released_month=month | released_day=month | "
    "in_spotify_playlists=count | in_spotify_charts=count | streams | in_apple_playlists=count | in_apple_charts=count | "
    "in_deezer_playlists=thousands | in_deezer_charts=count | in_shazam_charts=thousands | bpm | key=key name, C blank | "
    "mode=mode name | danceability_%=danceability% | valence_%=valence% | energy_%=energy% | acousticness_%=acousticness% | "
    "instrumentalness_%=instrumentalness% | liveness_%=liveness% | speechiness_%=speechiness%",
    encoding="latin-1",
    plain_commas=True,
)
table_dialect(
    "top10s",
    "top10s.csv",
    "ID=number1 | title=name | artist | top genre=genre | year | bpm | nrgy=energy% | dnce=danceability% | dB | live=liveness% | "
    "val=valence% | dur=seconds | acous=acousticness% | spch=speechiness% | pop=popularity",
    quoting=csv.QUOTE_NONNUMERIC,
)
table_dialect(
    "top10s_with_unnamed_index",
    "top10s.csv",
    "=number | title=name | artist | top genre=genre | year | bpm | nrgy=energy% | dnce=danceability% | dB | live=liveness% | "
    "val=valence% | dur=seconds | acous=acousticness% | spch=speechiness% | pop=popularity",
)
table_dialect(
    "spotify_2000",
    "Spotify-2000.csv",
    "Index=number1 | Title=name | Artist=artist | Top Genre=genre | Year=year | Beats Per Minute (BPM)=bpm | Energy=energy% | "
    "Danceability=danceability% | Loudness (dB)=dB | Liveness=liveness% | Valence=valence% | "
    "Length (Duration)=seconds, thousands | Acousticness=acousticness% | Speechiness=speechiness% | Popularity=popularity",
    encoding="utf-8-sig",
)
table_dialect(
    "top50_from_r",
    "top50.csv",
    "=number1 | Track.Name=name | Artist.Name=artist | Genre=genre | Beats.Per.Minute=bpm | Energy=energy% | "
    "Danceability=danceability% | Loudness..dB..=dB | Liveness=liveness% | Valence.=valence% | Length.=seconds | "
    "Acousticness..=acousticness% | Speechiness.=speechiness% | Popularity=popularity",
    encoding="cp1252",
    quoting=csv.QUOTE_ALL,
)
table_dialect(
    "top2018",
    "top2018.csv",
    f"id | name | artists=artist | {EXCEL_UNITS} | duration_ms=duration_ms.0 | time_signature=meter.0 | rank=number1",
)
table_dialect(
    "tracks_features_1200k",
    "tracks_features.csv",
    "id | name | album | album_id | artists=artists_list | artist_ids=artist_ids_list | track_number=month | disc_number=month | "
    f"explicit=explicit True | {F} | duration_ms | time_signature=meter.0 | year | release_date=date",
)
table_dialect(
    "popularity_2024",
    "high_popularity_spotify_data.csv",
    "energy | tempo | danceability | playlist_genre=genre | loudness | liveness | valence | track_artist=artists, | "
    "time_signature=meter | speechiness | track_popularity=popularity | track_href=href | uri | track_album_name=album | "
    "playlist_name=playlist | analysis_url | track_id=id | track_name=name | track_album_release_date=date | instrumentalness | "
    "track_album_id=album_id | mode | key | duration_ms | acousticness | id | playlist_subgenre=some_genre | type | playlist_id",
    plain_commas=True,
    drop=["genres"],
)
table_dialect(
    "universal_top_songs",
    "universal_top_spotify_songs.csv",
    "spotify_id=id | name | artists=artists, | daily_rank=number1 | daily_movement=mode | weekly_movement=count | "
    "country=empty | snapshot_date=added | popularity | is_explicit=explicit True | duration_ms | album_name=album | "
    f"album_release_date=date | {F} | time_signature=meter",
    quoting=csv.QUOTE_ALL,
    plain_commas=True,
)
table_dialect(
    "song_attributes",
    "Spotify_Song_Attributes.csv",
    "trackName=name | artistName=artist | msPlayed=ms_played | genre | danceability | energy | key=key.0 | loudness | "
    "mode=mode.0 | speechiness | acousticness | instrumentalness | liveness | valence | tempo | "
    f"{API_COLUMNS} | duration_ms=duration_ms.0 | time_signature=meter.0",
)
_DEVDOPE_PERCENTS = (
    "Popularity=popularity | Energy=energy% | Danceability=danceability% | Positiveness=valence% | Speechiness=speechiness% | "
    "Liveness=liveness% | Acousticness=acousticness% | Instrumentalness=instrumentalness%"
)
table_dialect(
    "devdope_900k",
    "spotify_dataset.csv",
    "Artist(s)=artists, | song=name | text=lyrics | Length=mm:ss | emotion=label | Genre=genres, | Album=album | "
    "Release Date=date_in_words | Key=key and mode | Tempo=bpm | Loudness (db)=loudness db | Time signature=meter/4 | "
    f"Explicit=explicit Yes | {_DEVDOPE_PERCENTS} | Good for Party=mode | Good for Work/Study=mode | Similar Artist 1=label | "
    "Similar Song 1=playlist_even | Similarity Score 1=uncertain",
    plain_commas=True,
)
table_dialect(
    "devdope_light",
    "light_spotify_dataset.csv",
    "artist=artists, | song=name | emotion=label | variance=uncertain | Genre=genres, | Release Date=year | Key=key and mode | "
    f"Tempo=bpm | Loudness=loudness db | Explicit=explicit Yes | {_DEVDOPE_PERCENTS}",
    plain_commas=True,
)
table_dialect(
    "million_song_dataset",
    "music.csv",
    "artist.hotttnesss=uncertain | artist.id=album_id | artist.name=artist | release.name=label | song.duration=seconds.5 | "
    "song.hotttnesss=uncertain | song.key=key.0 | song.loudness=loudness | song.tempo=tempo",
    perhaps=frozenset({"loudness"}),
    drop=["loudness", "artist_name", "key"],
)


@dialect("popularity_2024_badly_quoted", "high_popularity_spotify_data.csv")
def popularity_badly_quoted(tracks: Sequence[Track], path: Path) -> Expected:
    """Write two artists between doubled quotes, which makes two cells of one: that row cannot be read."""
    expected = DIALECTS["popularity_2024"].write(tracks, path)
    header, first, *others = path.read_text(encoding="utf-8").split("\n")
    names = next(csv.reader([first]))[7]
    broken = first.replace(f'"{names}"', '""Ann One, Bo Two""')
    path.write_text("\n".join([header, first, broken, *others]), encoding="utf-8", newline="")
    return replace(expected, rejected=1)


_COMMA_DECIMALS = (
    "track_id=id | track_name=name | artist_name=artist | isrc=isrc- | release_date=date | danceability=danceability, | "
    "energy=energy, | key | loudness=loudness, | mode | speechiness=speechiness, | acousticness=acousticness, | "
    "instrumentalness=instrumentalness, | liveness=liveness, | valence=valence, | tempo=tempo, | duration_ms | time_signature=meter"
)
table_dialect("semicolons_and_decimal_commas", "titel.csv", _COMMA_DECIMALS, separator=";", newline="\r\n")
table_dialect(
    "semicolons_and_decimal_commas_with_bom",
    "titel.csv",
    _COMMA_DECIMALS,
    separator=";",
    encoding="utf-8-sig",
    newline="\r\n",
)
table_dialect("semicolons_in_cp1252", "titel.csv", _COMMA_DECIMALS, separator=";", encoding="cp1252", newline="\r\n")
table_dialect("semicolons_and_decimal_points", "tracks.csv", MISSION, separator=";")
table_dialect("tabs", "tracks.tsv", TRACKS_600K, separator="\t")
table_dialect("tabs_named_csv", "tracks.csv", TRACKS_600K, separator="\t")
table_dialect("pipes", "tracks.txt", TRACKS_600K, separator="|")
table_dialect("utf_8_with_bom", "tracks.csv", MISSION, encoding="utf-8-sig")
table_dialect("cp1252", "tracks.csv", MISSION, encoding="cp1252")

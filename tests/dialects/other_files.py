"""Files that are no plain CSV: FMA's header of three rows, UTF-16, compressed and binary tables, a workbook, a database."""

import gzip
import io
import random
import sqlite3
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from .csv_dialects import MISSION, TRACKS_600K
from .json_dialects import FLAT_COLUMNS, flat, json_expected
from .known import Track
from .registry import Expected, dialect
from .tables import columns_of, expected_of, table_text

_FMA = (
    ("audio_features", "acousticness danceability energy instrumentalness liveness speechiness tempo valence"),
    ("metadata", "album_date album_name artist_latitude artist_location artist_longitude artist_name release"),
    (
        "ranks",
        "artist_discovery_rank artist_familiarity_rank artist_hotttnesss_rank song_currency_rank song_hotttnesss_rank",
    ),
    ("social_features", "artist_discovery artist_familiarity artist_hotttnesss song_currency song_hotttnesss"),
    ("temporal_features", " ".join(f"{i:03d}" for i in range(224))),
)


def _fma_cell(track: Track, group: str, name: str, rng: random.Random) -> str:
    if group == "audio_features":
        return repr(track.features[name])
    if group == "metadata":
        texts = {
            "album_date": track.release_date,
            "album_name": track.album,
            "artist_name": track.artist,
            "release": track.album,
        }
        return texts.get(name, "")
    if group == "ranks":
        return ""
    return f"{rng.random() * (40 if group == 'temporal_features' else 1):.6f}"


def _write_fma(tracks: Sequence[Track], path: Path, fourth_row: bool) -> Expected:
    columns = [(group, name) for group, names in _FMA for name in names.split()]
    rng = random.Random("temporal features")
    rows = [["", *["echonest"] * len(columns)], ["", *(g for g, _ in columns)], ["", *(n for _, n in columns)]]
    rows += [["track_id", *[""] * len(columns)]] if fourth_row else []
    rows += [[str(t.number * 31 + 2), *(_fma_cell(t, g, n, rng) for g, n in columns)] for t in tracks]
    pd.DataFrame(rows).to_csv(path, index=False, header=False)
    names = _FMA[0][1].split()
    ids = {"track_id": [str(t.number * 31 + 2) for t in tracks]} if fourth_row else {}
    return Expected({**ids, **{name: [t.features[name] for t in tracks] for name in names}})


@dialect("fma_echonest", "echonest.csv")
def fma(tracks: Sequence[Track], path: Path) -> Expected:
    return _write_fma(tracks, path, fourth_row=True)


@dialect("fma_echonest_without_fourth_row", "echonest.csv")
def fma_without_fourth_row(tracks: Sequence[Track], path: Path) -> Expected:
    return _write_fma(tracks, path, fourth_row=False)


@dialect("fma_flattened", "echonest_flat.csv")
def fma_flattened(tracks: Sequence[Track], path: Path) -> Expected:
    names = _FMA[0][1].split()
    data = {"track_id": [t.number * 31 + 2 for t in tracks]}
    data |= {f"echonest_audio_features_{name}": [t.features[name] for t in tracks] for name in names}
    pd.DataFrame(data).to_csv(path, index=False)
    return Expected(
        {"track_id": [str(i) for i in data["track_id"]], **{n: [t.features[n] for t in tracks] for n in names}}
    )


def _mission(tracks: Sequence[Track]) -> Expected:
    return expected_of(columns_of(MISSION), tracks)


@dialect("utf_16_le", "tracks.csv")
def utf_16_le(tracks: Sequence[Track], path: Path) -> Expected:
    path.write_bytes(b"\xff\xfe" + table_text(MISSION, tracks, newline="\r\n").encode("utf-16-le"))
    return _mission(tracks)


@dialect("utf_16_be", "tracks.csv")
def utf_16_be(tracks: Sequence[Track], path: Path) -> Expected:
    path.write_bytes(b"\xfe\xff" + table_text(MISSION, tracks).encode("utf-16-be"))
    return _mission(tracks)


@dialect("unicode_text_from_excel", "tracks.txt")
def unicode_text(tracks: Sequence[Track], path: Path) -> Expected:
    path.write_bytes(b"\xff\xfe" + table_text(TRACKS_600K, tracks, "\t", newline="\r\n").encode("utf-16-le"))
    return expected_of(columns_of(TRACKS_600K), tracks)


@dialect("gzip", "tracks.csv.gz")
def gzipped(tracks: Sequence[Track], path: Path) -> Expected:
    path.write_bytes(gzip.compress(table_text(MISSION, tracks).encode(), mtime=0))
    return _mission(tracks)


@dialect("zip_of_one", "archive.zip")
def zip_of_one(tracks: Sequence[Track], path: Path) -> Expected:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/single_genre_artists.csv", table_text(MISSION, tracks))
    return _mission(tracks)


@dialect("zip_from_a_mac", "archive.zip")
def zip_from_a_mac(tracks: Sequence[Track], path: Path) -> Expected:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/", "")
        archive.writestr("data/tracks.csv", table_text(MISSION, tracks))
        archive.writestr("__MACOSX/data/._tracks.csv", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
        archive.writestr("data/.DS_Store", b"\x00\x00\x00\x01Bud1")
    return _mission(tracks)


@dialect("zip_of_dialects", "archive.zip")
def zip_of_dialects(tracks: Sequence[Track], path: Path) -> Expected:
    """Write two members in different dialects: what both give must come out as one table."""
    half = len(tracks) // 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", table_text(MISSION, tracks[:half]))
        archive.writestr("b.csv", table_text(TRACKS_600K, tracks[half:], ";").encode("utf-8-sig"))
    shared = expected_of(columns_of(TRACKS_600K), tracks).without("artist_name", "artist_id")
    return shared


def _frame(tracks: Sequence[Track]) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(table_text(MISSION, tracks)), keep_default_na=False, dtype={"name_song": str, "release_date": str}
    )


@dialect("parquet", "tracks.parquet")
def parquet(tracks: Sequence[Track], path: Path) -> Expected:
    _frame(tracks).to_parquet(path, index=False)
    return _mission(tracks)


@dialect("parquet_with_lists", "tracks.parquet")
def parquet_with_lists(tracks: Sequence[Track], path: Path) -> Expected:
    pd.DataFrame([flat(track) for track in tracks]).to_parquet(path, index=False)
    return json_expected(tracks, FLAT_COLUMNS)


@dialect("feather", "tracks.feather")
def feather(tracks: Sequence[Track], path: Path) -> Expected:
    _frame(tracks).to_feather(path)
    return _mission(tracks)


def _append(sheet: Any, row: Sequence[object]) -> None:
    sheet.append(list(row))
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"  # a title that begins with '=' is no formula


@dialect("excel_workbook", "tracks.xlsx")
def workbook(tracks: Sequence[Track], path: Path) -> Expected:
    book = openpyxl.Workbook()
    frame = _frame(tracks)
    _append(book.active, list(frame.columns))
    for row in frame.itertuples(index=False):
        _append(book.active, [value.item() if hasattr(value, "item") else value for value in row])
    book.save(path)
    return _mission(tracks)


@dialect("excel_workbook_with_dates_and_flags", "liked.xlsx")
def workbook_with_dates(tracks: Sequence[Track], path: Path) -> Expected:
    """Write what Excel makes of an opened CSV: real dates, real booleans, whole years as numbers."""
    book = openpyxl.Workbook()
    _append(book.active, [name for name, _ in columns_of(TRACKS_600K)])
    for track in tracks:
        cells = [cell.text(track) for _, cell in columns_of(TRACKS_600K)]
        date = datetime.fromisoformat(track.release_date) if "-" in track.release_date else track.year
        numbers = [float(cell) for cell in cells[8:]]
        _append(book.active, [*cells[:2], int(cells[2]), int(cells[3]), track.explicit, *cells[5:7], date, *numbers])
    book.save(path)
    return expected_of(columns_of(TRACKS_600K), tracks).without("release_date")


@dialect("sqlite", "tracks.sqlite")
def sqlite(tracks: Sequence[Track], path: Path) -> Expected:
    connection = sqlite3.connect(path)
    try:
        _frame(tracks).to_sql("tracks", connection, index=False)
        connection.commit()
    finally:
        connection.close()
    return _mission(tracks)

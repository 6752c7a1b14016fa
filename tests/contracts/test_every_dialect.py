"""Every dialect that people have is read rightly, and every table that cannot be is refused with one reason.

The dialects and what they should give are written in ``tests/dialects``.
"""

import csv
import io
import random
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import songatlas
from songatlas.errors import DataError, DataWarning
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES, NUMBER_COLUMNS

from ..dialects import DIALECTS, KNOWN_TRACKS, REFUSED, Expected

NUMBERS = (*FEATURE_NAMES, *NUMBER_COLUMNS)


def read(path: Path, **options: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return songatlas.read_tracks(path, **options)


def written(name: str, folder: Path) -> tuple[Path, Expected]:
    path = folder / DIALECTS[name].file
    return path, DIALECTS[name].write(KNOWN_TRACKS, path)


def plain_numbers(column: pd.Series) -> list[float | None]:
    cells = column.to_numpy("float64", na_value=np.nan)
    return [None if np.isnan(cell) else float(cell) for cell in cells]


def genre_lists(column: pd.Series) -> list[list[str]]:
    return [[part.strip() for part in cell.split(";") if part.strip()] for cell in column]


def comparable(name: str, column: pd.Series, expected: Expected) -> list[Any]:
    if name in NUMBERS:
        return plain_numbers(column)
    if name == "genres":
        return genre_lists(column)
    texts = column.fillna("").astype(str).tolist()
    return [text.replace("; ", ", ") for text in texts] if name == "artist_name" and expected.plain_commas else texts


def wanted(name: str, expected: Expected) -> list[Any]:
    cells = expected.columns[name]
    if name == "artist_name" and expected.plain_commas:
        return [cell.replace("; ", ", ") for cell in cells]
    return cells


def same(got: Any, want: Any) -> bool:
    """Return whether two cells are equal; numbers may differ by what one division leaves behind."""
    if isinstance(want, (int, float)) and isinstance(got, float):
        return abs(got - want) <= 1e-12 * max(1.0, abs(want))
    return bool(got == want)


def differences(got: Sequence[Any], want: Sequence[Any]) -> str:
    pairs = [(row, g, w) for row, (g, w) in enumerate(zip(got, want, strict=True)) if not same(g, w)]
    shown = "; ".join(f"row {row}: got {g!r}, expected {w!r}" for row, g, w in pairs[:3])
    return f"{len(pairs)} of {len(want)} cells differ ({shown})" if pairs else ""


def faults_of(table: pd.DataFrame, expected: Expected) -> dict[str, str]:
    """Return what is wrong with each canonical column that should be there."""
    faults = {}
    for name in expected.columns:
        if name not in table:
            faults[name] = "absent"
        elif found := differences(comparable(name, table[name], expected), wanted(name, expected)):
            faults[name] = found
    return faults


def listed(faults: dict[str, str]) -> str:
    return "\n".join(["", *(f"{column}: {fault}" for column, fault in faults.items())])


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_gives_every_value_of_the_known_tracks(tmp_path, name):
    path, expected = written(name, tmp_path)
    table = read(path, require_features=expected.require_features)
    assert len(table) == len(KNOWN_TRACKS)
    faults = faults_of(table, expected)
    assert not faults, listed(faults)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_gives_no_feature_that_it_does_not_hold(tmp_path, name):
    path, expected = written(name, tmp_path)
    table = read(path, require_features=expected.require_features)
    features = set(FEATURE_NAMES) & set(table.columns)
    assert features - expected.perhaps == set(expected.columns) & set(FEATURE_NAMES) - expected.perhaps


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_read_with_an_account_of_its_rows_and_columns(tmp_path, name):
    path, expected = written(name, tmp_path)
    account = read(path, require_features=expected.require_features).attrs["songatlas"]
    assert sum(file["rows"] for file in account["files"]) == len(KNOWN_TRACKS)
    assert sum(file["rejected"] for file in account["files"]) == expected.rejected == len(account["rejects"])
    assert all(file["read"] == file["rows"] + file["rejected"] for file in account["files"])
    assert set(account["unreadable"]) & set(expected.columns) == set()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_gives_canonical_types(tmp_path, name):
    path, expected = written(name, tmp_path)
    table = read(path, require_features=expected.require_features)
    for column in set(CANONICAL_COLUMNS) & set(table.columns):
        assert pd.api.types.is_numeric_dtype(table[column].dtype) == (column in NUMBERS), column
    if "track_id" in expected.columns:
        assert table["track_id"].str.fullmatch(r"[0-9A-Za-z]+").all()
    for column, allowed in {"explicit": {0, 1}, "mode": {0, 1}, "key": set(range(12))}.items():
        if column in expected.columns:
            assert set(table[column].dropna()) <= allowed


SINGLE_TABLES = [name for name, dialect in DIALECTS.items() if dialect.encoding in ("utf-8", "utf-8-sig")]


@pytest.mark.parametrize("few", [slice(20, 40), slice(0, 3), slice(7, 8)], ids=["twenty", "three", "one"])
@pytest.mark.parametrize("name", SINGLE_TABLES)
def test_a_dialect_of_few_tracks_is_read_as_the_whole(tmp_path, name, few):
    """The reading of a row does not hang on which other tracks stand in the file."""
    path = tmp_path / DIALECTS[name].file
    expected = DIALECTS[name].write(KNOWN_TRACKS[few], path)
    faults = faults_of(read(path, require_features=expected.require_features), expected)
    assert not faults, listed(faults)


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
@pytest.mark.parametrize("name", [name for name in SINGLE_TABLES if "undefined" not in name])
def test_the_order_of_the_columns_changes_nothing(tmp_path, name, order):
    path, expected = written(name, tmp_path)
    dialect = DIALECTS[name]
    rows = list(csv.reader(io.StringIO(path.read_text(dialect.encoding), newline=""), delimiter=dialect.separator))
    places = list(range(len(rows[0])))[::-1]
    if order == "shuffled":
        random.Random(name).shuffle(places)
    with path.open("w", encoding=dialect.encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=dialect.separator)
        writer.writerows([row[place] for place in places] for row in rows)
    faults = faults_of(read(path, require_features=expected.require_features), expected)
    assert not faults, listed(faults)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_rightly_is_refused_with_one_reason(tmp_path, name):
    path = tmp_path / REFUSED[name].file
    REFUSED[name].write(KNOWN_TRACKS, path)
    with pytest.raises(DataError) as caught:
        read(path)
    message = str(caught.value)
    assert re.search(REFUSED[name].reason, message.replace(str(path), "")), message
    assert path.name in message and len(message) < 2_000


def test_the_invented_tracks_are_told_apart():
    assert len({track.id for track in KNOWN_TRACKS}) == len({track.name for track in KNOWN_TRACKS}) == 40
    assert all(re.fullmatch(r"[0-9A-Za-z]{22}", track.id) for track in KNOWN_TRACKS)
    assert all(re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}\d{7}", track.isrc) for track in KNOWN_TRACKS)

"""Refuses tables that are no tables of tracks, each with the reason: averages, lists of artists, no audio features.

Columns that a name alone would misplace are vetoed by their values (`vetoes`): a row counter is no id, a column of
words is no feature.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from songatlas.errors import DataError
from songatlas.results import FloatArray
from songatlas.schema import FEATURE_NAMES

from .dialects import Recognized, feature_count, near_misses
from .durations import has_clock
from .numbers import numeric_values, read_number, text_cells

_COMPARED, _ENOUGH_ROWS = 20_000, 10  # rows whose ids and titles are compared, and the least that say something
_LOOKED_AT = 1_000  # cells of a column that are looked at to see whether it holds numbers
_MOST_WORDS = 20_000  # different words of a column that are looked at
_LABELS = ("genres", "year", "decade", "artist_name")
_DIGITS_OF_AN_AVERAGE = 7


def vetoes(table: pd.DataFrame, found: Mapping[str, Recognized]) -> dict[str, str]:
    """Return the source columns whose values contradict what their names say, with the reason."""
    wrong = {}
    for canonical, known in found.items():
        if known.by == "hand":
            continue
        values = table[known.source]
        if canonical == "track_id" and _is_counter(values):
            wrong[known.source] = "numbers the rows"
        elif (
            canonical == "track_id" and "track_name" in found and _is_shared(values, table[found["track_name"].source])
        ):
            wrong[known.source] = "repeats under different titles"
        elif canonical in FEATURE_NAMES and known.source != canonical and _holds_no_numbers(values):
            wrong[known.source] = "holds no numbers"
    return wrong


def _is_counter(values: pd.Series) -> bool:
    """Return whether a column counts 0, 1, 2, … or 1, 2, 3, … (at least two rows)."""
    if not pd.api.types.is_integer_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        if not isinstance(values.dtype, pd.StringDtype) or not values.head(3).str.fullmatch(r"\d{1,9}").all():
            return False
        values = pd.to_numeric(values, errors="coerce")
    numbers = numeric_values(values)
    return len(numbers) > 1 and numbers[0] in (0, 1) and bool((np.diff(numbers) == 1).all())


def _is_shared(ids: pd.Series, titles: pd.Series) -> bool:
    """Return whether most rows share their id with others of another title: it is an artist's or an album's."""
    ids, titles = ids.head(_COMPARED).astype("str"), titles.head(_COMPARED).astype("str")
    n_ids = ids.nunique()
    if len(ids) < _ENOUGH_ROWS or n_ids > len(ids) / 2:
        return False
    return len(pd.DataFrame({"id": ids, "title": titles}).drop_duplicates()) > 1.5 * n_ids


def _holds_no_numbers(values: pd.Series) -> bool:
    if pd.api.types.is_bool_dtype(values.dtype):
        return True
    if pd.api.types.is_numeric_dtype(values.dtype):
        return False
    texts = text_cells(values.head(_LOOKED_AT))
    filled = texts.filter(pc.not_equal(texts, ""))
    if not len(filled) or has_clock(filled):
        return False
    read = sum(read_number(text) is not None or read_number(text, ",") is not None for text in filled.to_pylist())
    return read < 0.1 * len(filled)


def refuse_no_tracks(table: pd.DataFrame, found: Mapping[str, Recognized], where: str) -> None:
    """Raise DataError where each row is an average over the tracks of a genre, a year or an artist.

    Such tables have features but neither titles nor ids, one label that never repeats, and values that only
    averages have: fractions of milliseconds or of popularity points, or more digits than features have.
    """
    if {"track_name", "track_id", "isrc"} & set(found) or not set(found) & set(FEATURE_NAMES):
        return
    labels = [name for name in _LABELS if name in found and _never_repeats(table[found[name].source])]
    evidence = _evidence_of_averages(table, found)
    if labels and evidence:
        label = found[labels[0]].source
        raise DataError(
            f"{where}: each row is an average over many tracks (one row per {label!r}; {evidence}), not a track. "
            f"Give the table of the tracks themselves; if its rows are tracks, say --column track_name={label}."
        )


def _never_repeats(values: pd.Series) -> bool:
    return len(values) > 1 and not values.map(str).duplicated().any()


def _evidence_of_averages(table: pd.DataFrame, found: Mapping[str, Recognized]) -> str:
    """Return in words what only averages have; '' where nothing speaks for averages."""
    told = []
    if "duration_ms" in found and _share_of_fractions(table[found["duration_ms"].source], above=2_000) > 0.3:
        told.append("durations have fractions of milliseconds")
    if "popularity" in found and _share_of_fractions(table[found["popularity"].source]) > 0.3:
        told.append("popularity has fractions")
    features = [table[known.source] for name, known in found.items() if name in ("danceability", "energy", "valence")]
    if features and max(map(_share_of_long, features)) > 0.5:
        told.append(f"features have {_DIGITS_OF_AN_AVERAGE} digits and more")
    if any(str(c).strip().casefold() == "count" for c in table.columns):
        told.append("a column counts")
    return ", ".join(told)


def _share_of_fractions(values: pd.Series, above: float = 0.0) -> float:
    if not pd.api.types.is_float_dtype(values.dtype):
        return 0.0
    numbers = numeric_values(values)
    numbers = numbers[np.isfinite(numbers) & (numbers > above)]
    return float((numbers % 1 != 0).mean()) if len(numbers) else 0.0


def _share_of_long(values: pd.Series) -> float:
    """Return the share of values that are not equal to themselves rounded to six digits (float noise aside)."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return 0.0
    numbers: FloatArray = numeric_values(values)
    numbers = numbers[np.isfinite(numbers)]
    return (
        float((np.abs(numbers - np.round(numbers, _DIGITS_OF_AN_AVERAGE - 1)) > 1e-12).mean()) if len(numbers) else 0.0
    )


def refuse_words(table: pd.DataFrame, found: Mapping[str, Recognized], where: str) -> None:
    """Raise DataError where columns are called like features but none of them holds numbers."""
    features = {name: known.source for name, known in found.items() if name in FEATURE_NAMES}
    if features and all(_holds_no_numbers(table[source]) for source in features.values()):
        name, source = next(iter(features.items()))
        cells = [cell for cell in text_cells(table[source].head(_LOOKED_AT)).to_pylist() if cell]
        raise DataError(
            f"{where}: {listed(features.values())} hold no numbers, such as {cells[0][:40]!r} in {source!r}. "
            f"Expected the values of audio features. If other columns hold them, say which: --column {name}=NAME."
        )


def refuse_glued(table: pd.DataFrame, found: Mapping[str, Recognized], where: str) -> None:
    """Raise DataError where a second header stands among the rows, with the columns in another order."""
    sources = [known.source for name, known in found.items() if name in FEATURE_NAMES]
    texts = [s for s in sources if not pd.api.types.is_numeric_dtype(table[s].dtype)]
    if not texts:
        return
    rows: set[int] = set()
    for source in texts:
        cells = text_cells(table[source])
        wordy = pc.unique(cells.filter(pc.match_substring_regex(cells, r"^\pL[^,;]{1,60}$"))).to_pylist()
        names = [word for word in wordy[:_MOST_WORDS] if feature_count([word])]
        if names:
            among = pa.array(names, type=pa.large_string())
            rows |= set(pc.indices_nonzero(pc.is_in(cells, value_set=among)).to_pylist()[:_LOOKED_AT])
    for row in sorted(rows):
        cells = [str(cell) for cell in table.iloc[row]]
        if feature_count(cells) >= 2:
            raise DataError(second_header(where, f"row {row + 1:,}"))


def second_header(where: str, place: str) -> str:
    """Return what is said of a second header among the rows."""
    return (
        f"{where}: {place} is another header, with other columns or in another order: two tables were put into one "
        "file. Split it there into two files and name both."
    )


def no_features(where: str, table: pd.DataFrame, found: Mapping[str, Recognized]) -> str:
    """Return why a table without audio features is refused, and what to do."""
    columns = [str(c) for c in table.columns]
    what, step = _what_it_is(columns, found, table)
    near = "; ".join(f"{a!r} resembles {b!r}" for a, b in near_misses(columns)[:5])
    only = "no audio features but a length" if "duration_ms" in found else "no audio features"
    return (
        f"{where}: {only}.{what} Columns found: {listed(columns)}. Looked for: {', '.join(FEATURE_NAMES)}."
        + (f" Near misses: {near}." if near else "")
        + f" {step}"
    )


def _what_it_is(columns: Sequence[str], found: Mapping[str, Recognized], table: pd.DataFrame) -> tuple[str, str]:
    by_hand = "Map columns by hand with --column valence=Mood, or choose numeric columns with --features."
    if len(columns) == 1:
        return " Columns are told apart by commas, semicolons, tabs or bars.", by_hand
    if sum(_looks_like_a_value(name) for name in columns) >= max(2, len(columns) / 2):
        return " The first line seems to hold values, not the names of columns.", "Put a line with the names above it."
    if "followers" in found and "track_name" in found and "artist_name" not in found:
        return " It seems to list artists, not tracks.", "Give the table of the tracks."
    if {"track_name", "track_id", "isrc"} & set(found):
        return (
            " It lists tracks only.",
            "Bring the features in from a table that has them with --features-from TABLE "
            "(by id, ISRC, or title and artist).",
        )
    return "", by_hand


def _looks_like_a_value(name: str) -> bool:
    return bool(name.strip()) and read_number(name.split(".1")[0]) is not None


def listed(names: Iterable[Any], most: int = 12) -> str:
    """Return names for a message, cut where they are many or long."""
    shown = [str(n).split("\n")[0][:40] for n in names]
    return ", ".join(shown[:most]) + (f", … ({len(shown)} in all)" if len(shown) > most else "")

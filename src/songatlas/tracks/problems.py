"""Lists what a person should know about a table before clustering it, in plain words and with examples.

Each check returns one `Problem` or None; the order of the checks is the order of the list. Thresholds are
those of the cleaning rules, so that what is listed here is what cleaning does (`songatlas.tracks.treatment`).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from songatlas.options import CleanOptions
from songatlas.results import FeatureSummary, FloatArray, Problem
from songatlas.schema import FEATURE_NAMES, FEATURES

from .duplicates import has_text, re_releases
from .row_rules import Findings, find_rows
from .treatment import Treatment
from .values import numbers

N_EXAMPLES = 3
DOMINANT_SHARE = 0.03
NEARLY_ALL = 0.9
STRONG_SKEW = 3.0
ORDER_ABOVE = 0.2
"""A rank correlation with the row number that a random order of a hundred rows hardly reaches."""

NEIGHBORS_ABOVE = 0.1
MIN_ROWS_FOR_PATTERNS = 100
"""In fewer rows order and correlations come out strong by chance."""


Pairs = Sequence[tuple[str, str, float]]


def find_problems(
    table: pd.DataFrame,
    features: Sequence[FeatureSummary],
    duplicates: Mapping[str, int],
    redundant: Pairs,
    top_artists: Sequence[tuple[str, int]],
    unreadable: Mapping[str, tuple[int, Sequence[str]]],
    treatment: Treatment | None = None,
) -> tuple[Problem, ...]:
    """Return the problems of a table, those that cost tracks first.

    Parameters
    ----------
    table : DataFrame of n_rows rows
    features, duplicates, redundant, top_artists
        As `songatlas.tracks.explore.explore_tracks` finds them.
    unreadable : mapping of column to how many values could not be read, and examples
    treatment : Treatment, optional
        What is done about doubtful rows; by default what a run does without options.
    """
    treatment = treatment or Treatment()
    audio = [feature for feature in features if feature.name in FEATURE_NAMES]
    checks = [
        _absent_features(audio),
        *_row_problems(table, audio, treatment),
        *_unreadable(unreadable),
        *_duplicate_problems(table, duplicates, treatment),
        _empty_genres(table),
        _dominant_artists(top_artists, len(table)),
        _shared_names(table),
        *_shape_problems(audio),
        _redundant(redundant, len(table)),
        _mixed_dates(table),
        _file_order(table, features),
    ]
    return tuple(problem for problem in checks if problem is not None)


def _absent_features(audio: Sequence[FeatureSummary]) -> Problem | None:
    present = {feature.name for feature in audio}
    absent = [name for name in FEATURE_NAMES if name not in present]
    if not absent:
        return None
    message = (
        f"The table has {len(present)} of the {len(FEATURE_NAMES)} audio features. Clusters will rest on "
        "these alone, and their names may say less."
    )
    return Problem("absent_features", len(absent), message, tuple(f"no {name}" for name in absent))


# --- single rows -----------------------------------------------------------------------------------------


def _row_problems(
    table: pd.DataFrame, audio: Sequence[FeatureSummary], treatment: Treatment
) -> Iterator[Problem | None]:
    names = [feature.name for feature in audio]
    yield from _not_finite(table, names)
    for rule, (subject, message) in _row_messages(treatment.options).items():
        found = find_rows(rule, table, names, treatment.options)
        n = len(found.rows)
        if n:
            start = f"{_tracks(n)} ({_percent(n, len(table))}) {subject}"
            yield Problem(rule, n, f"{start}: {message} {treatment.of_rows(rule)}", _examples(table, found))


def _row_messages(options: CleanOptions) -> dict[str, tuple[str, str]]:
    """Return for each rule which tracks it finds, and what is to be known of them."""
    return {
        "failed_analysis": (
            "with tempo 0, or with danceability, speechiness and valence all 0",
            "the audio analysis failed (noise, silence, fanfares). Clustered, they would form a cluster of their own.",
        ),
        "out_of_range": (
            "with a value outside its feature's range",
            "impossible. If there are many, the column is in another unit or is another column.",
        ),
        "loud": (
            f"louder than {options.loud_above_db:g} dB",
            "more than full scale allows on average, so over-driven or mastered oddly."
            if options.loud_above_db >= 0
            else "over-driven or mastered oddly, perhaps.",
        ),
        "short": (
            f"shorter than {options.short_below_seconds:g} seconds",
            "intros, skits and jingles more than songs.",
        ),
        "long": (
            f"longer than {options.long_above_minutes:g} minutes",
            "mixes, live sets, books. They stretch the scale of duration for all others; a log transform helps.",
        ),
        "spoken": (
            f"of spoken word (speechiness above {options.spoken_above:g})",
            "audio drama, comedy, poetry; where they are many they form a cluster.",
        ),
    }


def _not_finite(table: pd.DataFrame, names: Sequence[str]) -> Iterator[Problem]:
    missing = {name: np.isnan(numbers(table[name])) for name in names}
    infinite = {name: np.isinf(numbers(table[name])) for name in names}
    kinds = (
        ("missing", missing, "an audio feature missing"),
        ("infinite", infinite, "an infinite value"),
    )
    for kind, masks, what in kinds:
        by_feature = {name: int(mask.sum()) for name, mask in masks.items() if mask.any()}
        if by_feature:
            any_feature = np.logical_or.reduce(list(masks.values()))
            n = int(any_feature.sum())
            listed = ", ".join(f"{name} {count:,}" for name, count in by_feature.items())
            message = (
                f"{_tracks(n)} ({_percent(n, len(table))}) with {what} ({listed}): set aside where it is "
                "clustered, because nothing is filled in."
            )
            rows = np.flatnonzero(any_feature)[:N_EXAMPLES]
            yield Problem(kind, n, message, tuple(_track(table, row) for row in rows))


def _unreadable(unreadable: Mapping[str, tuple[int, Sequence[str]]]) -> Iterator[Problem]:
    for name, (count, shown) in unreadable.items():
        if count:
            values = "value is" if count == 1 else "values are"
            message = f"{name}: {count:,} {values} not readable and treated as missing."
            yield Problem("unreadable", int(count), message, tuple(repr(text) for text in shown[:N_EXAMPLES]))


# --- duplicates ------------------------------------------------------------------------------------------


def _duplicate_problems(table: pd.DataFrame, duplicates: Mapping[str, int], treatment: Treatment) -> Iterator[Problem]:
    for key, rule, name, subject in (
        ("rows", "duplicate_row", "duplicate_rows", "equal to an earlier row in every column."),
        ("ids", "same_id", "same_ids", "with the id of an earlier row."),
    ):
        n = duplicates.get(key, 0)
        if n:
            yield Problem(name, n, f"{_tracks(n)} {subject} {treatment.of_repeats(rule, n)}")
    n = duplicates.get("title_artist", 0)
    if n:
        merged = treatment.mode("re_release") == "merge"
        what = "Only those that also sound the same are merged." if merged else "That alone merges none of them."
        message = f"{_tracks(n)} with title and artist of an earlier row: versions and reissues. {what}"
        yield Problem("same_titles", n, message)
    first = re_releases(table, np.ones(len(table), dtype=bool))
    again = np.flatnonzero(first != np.arange(len(table)))
    if len(again):
        message = (
            f"{_tracks(len(again))} by the same artist with the same features as an earlier row: the same recording "
            "again. Clustered, they would make clusters look denser than they are. "
            f"{treatment.of_repeats('re_release', len(again))}"
        )
        shown = tuple(f"{_track(table, row)} = row {first[row] + 1}" for row in again[:N_EXAMPLES])
        yield Problem("re_releases", len(again), message, shown)


# --- columns ---------------------------------------------------------------------------------------------


def _empty_genres(table: pd.DataFrame) -> Problem | None:
    if "genres" not in table.columns:
        return None
    rows = np.flatnonzero(~has_text(table["genres"]))
    if not len(rows):
        return None
    message = (
        f"{_tracks(len(rows))} ({_percent(len(rows), len(table))}) without a genre. Clusters do not use "
        "genres; genre tables count only the other tracks."
    )
    return Problem("empty_genres", len(rows), message, tuple(_track(table, row) for row in rows[:N_EXAMPLES]))


def _dominant_artists(top_artists: Sequence[tuple[str, int]], n_rows: int) -> Problem | None:
    dominant = [(name, n) for name, n in top_artists if n > DOMINANT_SHARE * n_rows and n_rows >= 100]
    if not dominant:
        return None
    total = sum(n for _, n in dominant)
    artists = "One artist has" if len(dominant) == 1 else f"{len(dominant)} artists have"
    message = (
        f"{artists} more than 3 % of the tracks{' each' if len(dominant) > 1 else ''} ({total:,} in all): a "
        "cluster may be theirs rather than a kind of sound."
    )
    shown = tuple(f"{name}: {_tracks(n)} ({_percent(n, n_rows)})" for name, n in dominant[:N_EXAMPLES])
    return Problem("dominant_artists", total, message, shown)


def _shared_names(table: pd.DataFrame) -> Problem | None:
    if not {"artist_name", "artist_id"} <= set(table.columns):
        return None
    pairs = table[["artist_name", "artist_id"]].drop_duplicates()
    pairs = pairs[has_text(pairs["artist_name"]) & has_text(pairs["artist_id"])]
    n_ids = pairs.groupby("artist_name", sort=False).size()
    shared = n_ids[n_ids > 1].sort_values(ascending=False, kind="stable")
    if not len(shared):
        return None
    names = "artist name stands" if len(shared) == 1 else "artist names stand"
    message = f"{len(shared):,} {names} for several artist ids: artists are counted by name."
    shown = tuple(f"{name}: {n} ids" for name, n in shared.head(N_EXAMPLES).items())
    return Problem("shared_artist_names", len(shared), message, shown)


def _shape_problems(audio: Sequence[FeatureSummary]) -> Iterator[Problem]:
    filled = [feature for feature in audio if feature.n > 1]
    constant = [f for f in filled if f.n_unique == 1]
    if constant:
        shown = tuple(f"{f.name} is always {_value(f.name, f.quantiles['min'])}" for f in constant)
        message = "Every track has the same value: such a column tells no track from another and is dropped."
        yield Problem("constant_columns", len(constant), message, shown)
    sparse = [f for f in filled if f.n_unique > 1 and f.n_zero >= NEARLY_ALL * f.n]
    if sparse:
        shown = tuple(f"{f.name}: {_percent(f.n_zero, f.n)} are 0" for f in sparse)
        message = "Nearly all values are 0: once scaled, the few others lie far from everything."
        yield Problem("nearly_all_zero", len(sparse), message, shown)
    skewed = [f for f in filled if abs(f.skew) > STRONG_SKEW]
    if skewed:
        shown = tuple(f"{f.name}: skew {f.skew:.1f}, half below {_value(f.name, f.quantiles['50%'])}" for f in skewed)
        message = (
            "A long tail: a few extreme tracks set the scale, and all others look alike. A transform (log) "
            "or another scaler (quantile, power) evens it out."
        )
        yield Problem("skewed", len(skewed), message, shown)


def _redundant(redundant: Pairs, n_rows: int) -> Problem | None:
    if not redundant or n_rows < MIN_ROWS_FOR_PATTERNS:
        return None
    message = "Features that say nearly the same count twice in every distance; weights can halve them."
    shown = tuple(f"{a} and {b} (r = {_signed(r)})" for a, b, r in redundant[:5])
    return Problem("redundant_features", len(redundant), message, shown)


def _mixed_dates(table: pd.DataFrame) -> Problem | None:
    if "release_date" not in table.columns:
        return None
    counts = table["release_date"][has_text(table["release_date"])].value_counts(sort=False)
    dates = pd.Series(counts.index.astype(str), dtype="str")
    forms = dates.str.strip().str.replace(r"\d", "9", regex=True).to_numpy()
    by_form = pd.Series(counts.to_numpy()).groupby(forms).sum().sort_values(ascending=False, kind="stable")
    if len(by_form) < 2:
        return None
    message = f"Release dates are written in {len(by_form)} forms: only their year is used."
    shown = [f"{count:,} like {dates[forms == form].iloc[0]!r}" for form, count in by_form.head(4).items()]
    more = [f"{len(by_form) - 4} other forms"] if len(by_form) > 4 else []
    return Problem("mixed_dates", int(by_form.iloc[1:].sum()), message, (*shown, *more))


# --- order of the file -----------------------------------------------------------------------------------


def _file_order(table: pd.DataFrame, features: Sequence[FeatureSummary]) -> Problem | None:
    """Return whether the first rows are no fair sample: a column follows the file, or neighbors agree."""
    if len(table) < MIN_ROWS_FOR_PATTERNS:
        return None
    names = [f.name for f in features if f.n > 1 and f.n_unique > 1]
    names += [name for name in ("decade",) if name in table.columns and "year" not in names]
    shown = []
    for name in names:
        ranks = _ranks(numbers(table[name]))
        rank = _pearson(ranks, np.arange(len(ranks), dtype=np.float64))
        alike = _pearson(ranks[:-1], ranks[1:])
        if abs(rank) > ORDER_ABOVE:
            direction = "rises" if rank > 0 else "falls"
            shown.append((abs(rank), f"{name} {direction} along the file (rank correlation {_signed(rank)})"))
        elif alike > NEIGHBORS_ABOVE and alike > 5 / np.sqrt(len(table)):
            shown.append((alike - 1, f"{name} of neighboring rows is alike (r = {_signed(alike)})"))
    if not shown:
        return None
    shown.sort(key=lambda pair: -pair[0])
    message = (
        "The file is not in random order, so its first rows are no fair sample of it. Clustering is not "
        "affected; cutting the file short would be."
    )
    return Problem("file_order", len(table), message, tuple(text for _, text in shown[:N_EXAMPLES]))


def _ranks(values: FloatArray) -> FloatArray:
    """Return the ranks of the finite values, in file order; ties share the mean of their ranks."""
    return np.asarray(pd.Series(values[np.isfinite(values)]).rank(), dtype=np.float64)


def _pearson(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's r; 0 where it is not defined."""
    if len(x) < 3 or x.min() == x.max() or y.min() == y.max():
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


# --- words -----------------------------------------------------------------------------------------------


def _tracks(n: int) -> str:
    return "1 track" if n == 1 else f"{n:,} tracks"


def _percent(n: int, of: int) -> str:
    share = n / of if of else 0.0
    if 0 < share < 0.0001:
        return "under 0.01 %"
    return f"{100 * share:.{1 if share >= 0.01 or not n else 2}f} %"


def _track(table: pd.DataFrame, row: int) -> str:
    """Return how a message points at a track: its row number from 1, and who and what it is."""
    known = [str(table[name].iloc[row]) for name in ("track_name", "artist_name") if name in table.columns]
    title = " – ".join(text[:40] for text in known if text not in ("", "<NA>", "nan", "None"))
    return f"row {row + 1:,}: {title}" if title else f"row {row + 1:,}"


def _examples(table: pd.DataFrame, found: Findings) -> tuple[str, ...]:
    shown = []
    for row, column, before in zip(found.rows[:N_EXAMPLES].tolist(), found.column, found.before, strict=False):
        values = zip(column.split("; "), before.split("; "), strict=False)
        shown.append(f"{_track(table, row)} ({', '.join(_with_unit(name, value) for name, value in values)})")
    return tuple(shown)


def _with_unit(name: str, value: str) -> str:
    """Return a feature and its value as people write them, e.g. 'duration 0:29'."""
    return f"{FEATURES[name].label} {_value(name, float(value))}"


def _value(name: str, value: float) -> str:
    unit = FEATURES[name].unit
    if unit == "ms" and abs(value) < 1e12:
        seconds = round(value / 1000)
        return f"{seconds // 60}:{seconds % 60:02d}"
    shown = f"{value:.4g}".replace("-", "−")
    return f"{shown} {unit}" if unit in ("dB", "BPM") else shown


def _signed(r: float) -> str:
    return f"{r:+.2f}".replace("-", "−")

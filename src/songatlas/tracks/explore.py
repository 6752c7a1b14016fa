"""Says what a table of tracks holds before anything is done to it; every number is exact over all rows.

Nothing is judged here but what `songatlas.tracks.problems` lists.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import ColumnSummary, Exploration, FeatureSummary, FloatArray
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES

from .duplicates import PositionArray, duplicate_rows, equal_features, equal_titles, same_ids
from .problems import find_problems
from .treatment import Treatment
from .values import kept_names, numbers

AUDIENCE_COLUMNS: tuple[str, ...] = ("popularity", "artist_popularity", "followers")
SUMMARIZED_COLUMNS: tuple[str, ...] = (*FEATURE_NAMES, *AUDIENCE_COLUMNS, "year")
QUANTILES: dict[str, float] = {
    "min": 0.0,
    "1%": 0.01,
    "5%": 0.05,
    "25%": 0.25,
    "50%": 0.5,
    "75%": 0.75,
    "95%": 0.95,
    "99%": 0.99,
    "max": 1.0,
}
N_BINS = 30
_SQUARE_OVERFLOWS = 1e150
REDUNDANT_ABOVE = 0.7
"""Two features that share half of their variance (r² = .49) count nearly twice in every distance."""


def explore_tracks(
    table: pd.DataFrame, source_columns: Sequence[str], treatment: Treatment | None = None
) -> Exploration:
    """Return what a table of tracks holds, with the problems a person should know of.

    Parameters
    ----------
    table : DataFrame of n_rows rows
        Canonical columns beside the source's own; not changed. ``table.attrs["songatlas"]``, where it is
        there, says what each source column was read as and which values could not be read.
    source_columns : sequence of str
        The columns that came from the file; they are listed, and exact duplicates are equal in all of them.
    treatment : Treatment, optional
        What cleaning does about doubtful rows, and how many it touched; the problems tell of it.

    Returns
    -------
    Exploration
        Distributions and correlations are over finite values; correlations over the rows where both are.

    Examples
    --------
    >>> songs = pd.DataFrame({"energy": [0.2, 0.4, 0.9], "genres": ["folk", "folk;jazz", ""]})
    >>> found = explore_tracks(songs, ["energy", "genres"])
    >>> found.n_rows, round(found.features[0].mean, 2), found.top_genres
    (3, 0.5, (('folk', 2), ('jazz', 1)))
    """
    reading = table.attrs.get("songatlas", {})
    read_as = reading.get("columns")
    table = table.copy(deep=False)
    table.attrs = {}  # pandas copies them whenever a column is taken
    source_columns = [name for name in source_columns if name in table.columns]
    features = tuple(summarize_feature(name, table[name]) for name in SUMMARIZED_COLUMNS if name in table.columns)
    names = tuple(name for name in (*FEATURE_NAMES, *AUDIENCE_COLUMNS) if name in table.columns)
    matrix = correlations(table, names)
    redundant = redundant_pairs(names, matrix)
    duplicates = count_duplicates(table, source_columns)
    top_artists = most_common(table, "artist_name", 20)
    renamed = reading.get("renamed")
    return Exploration(
        n_rows=len(table),
        columns=tuple(_summarize_column(table[name], *_read_as(name, read_as, renamed)) for name in source_columns),
        features=features,
        duplicates=duplicates,
        correlation_names=names,
        correlations=matrix,
        redundant=redundant,
        top_genres=most_common(table, "genres", 20),
        top_artists=top_artists,
        problems=find_problems(
            table, features, duplicates, redundant, top_artists, reading.get("unreadable", {}), treatment
        ),
    )


def summarize_feature(name: str, column: pd.Series) -> FeatureSummary:
    """Return the distribution of a numeric column over its finite values.

    The standard deviation has ``n − 1`` below the line and the skew is adjusted for sample size, as pandas
    and spreadsheets give them; both are NaN where there are too few values. The histogram has 30 equal bins
    from the smallest to the largest value; a constant column's go half a unit to either side of it.
    """
    values = numbers(column)
    n_missing = int(np.isnan(values).sum())
    values = np.sort(values[np.isfinite(values)])
    n = len(values)
    if n == 0:
        nothing = dict.fromkeys(QUANTILES, np.nan)
        return FeatureSummary(name, 0, n_missing, np.nan, np.nan, np.nan, nothing, 0, 0, (0,) * N_BINS, (0.0, 1.0))
    counts, edges = _histogram(values)
    center, spread = _mean_and_std(values)
    with np.errstate(over="ignore", invalid="ignore"):
        quantiles = np.quantile(values, list(QUANTILES.values()))
    return FeatureSummary(
        name=name,
        n=n,
        n_missing=n_missing,
        mean=center,
        std=spread,
        skew=_skew(values),
        quantiles={key: float(value) for key, value in zip(QUANTILES, quantiles, strict=True)},
        n_zero=int((values == 0).sum()),
        n_unique=int((np.diff(values) > 0).sum()) + 1,
        counts=tuple(int(count) for count in counts),
        edges=(float(edges[0]), float(edges[-1])),
    )


def _histogram(values: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Return counts and edges of 30 equal bins; values too near (or too far) for 30 different edges share the first."""
    low, high = float(values[0]), float(values[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, N_BINS + 1) if low < high else np.linspace(low - 0.5, high + 0.5, N_BINS + 1)
        if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            counts = np.zeros(N_BINS, dtype=np.int64)
            counts[0] = len(values)
            return counts, np.array([low, high])
        found, edges = np.histogram(values, bins=N_BINS)
    return found.astype(np.int64), edges


def _mean_and_std(values: FloatArray) -> tuple[float, float]:
    """Return mean and standard deviation; of values whose squares overflow, by way of smaller ones."""
    scale = max(abs(float(values[0])), abs(float(values[-1])))
    scale = scale if scale > _SQUARE_OVERFLOWS else 1.0
    shrunk = values / scale
    return float(shrunk.mean() * scale), float(shrunk.std(ddof=1) * scale) if len(values) > 1 else np.nan


def _skew(values: FloatArray) -> float:
    """Return the adjusted Fisher–Pearson skewness; NaN for fewer than three values, 0 for a constant."""
    n = len(values)
    if n < 3:
        return np.nan
    scaled = values / max(abs(values[0]), abs(values[-1]), np.finfo(float).tiny)  # so that no difference overflows
    if scaled[0] == scaled[-1]:
        return 0.0
    centered = (scaled - scaled.mean()) / (scaled[-1] - scaled[0])  # and no cube vanishes
    g1 = (centered**3).mean() / (centered**2).mean() ** 1.5
    return float(g1 * np.sqrt(n * (n - 1)) / (n - 2))


def correlations(table: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """Return Pearson's r of each pair of columns, over the rows where both are finite.

    Returns
    -------
    ndarray of shape (n_names, n_names), float
        Ones on the diagonal; NaN in the row and column of a constant (or unknown) column.
    """
    matrix = np.empty((len(table), len(names)))
    for j, name in enumerate(names):
        matrix[:, j] = numbers(table[name])
    matrix[~np.isfinite(matrix)] = np.nan
    if len(table) < 2:
        return np.full((len(names), len(names)), np.nan)
    with np.errstate(all="ignore"):
        r: FloatArray
        if np.isnan(matrix).any():
            r = pd.DataFrame(matrix).corr(min_periods=2).to_numpy(copy=True)
        else:
            r = np.atleast_2d(np.corrcoef(matrix, rowvar=False))
    r = np.clip(r, -1.0, 1.0)
    known = [column[~np.isnan(column)] for column in matrix.T]
    varies = np.array([len(values) > 0 and values.min() < values.max() for values in known], dtype=bool)
    np.fill_diagonal(r, 1.0)
    r[~varies, :] = np.nan
    r[:, ~varies] = np.nan
    return r


def redundant_pairs(names: Sequence[str], matrix: FloatArray) -> tuple[tuple[str, str, float], ...]:
    """Return pairs of audio features with |r| of .7 or more, the strongest first."""
    audio = [i for i, name in enumerate(names) if name in FEATURE_NAMES]
    pairs = [(names[i], names[j], float(matrix[i, j])) for i in audio for j in audio if i < j]
    strong = [pair for pair in pairs if abs(pair[2]) >= REDUNDANT_ABOVE]
    return tuple(sorted(strong, key=lambda pair: -abs(pair[2])))


def count_duplicates(table: pd.DataFrame, source_columns: Sequence[str]) -> dict[str, int]:
    """Return how many rows repeat an earlier one: all columns, its id, title and artist, or features."""
    everyone = np.ones(len(table), dtype=bool)
    compared = [name for name in source_columns if name != "source_file"]
    return {
        "rows": _n_surplus(duplicate_rows(table, compared, everyone)),
        "ids": _n_surplus(same_ids(table, everyone)),
        "title_artist": _n_surplus(equal_titles(table)),
        "features": _n_surplus(equal_features(table)),
    }


def _n_surplus(first: PositionArray) -> int:
    return int((first != np.arange(len(first))).sum())


def most_common(table: pd.DataFrame, name: str, n: int) -> tuple[tuple[str, int], ...]:
    """Return the most common values of a column of texts joined by ';', with their number of tracks.

    A track counts once for each of its values; ties go by first appearance.
    """
    if name not in table.columns:
        return ()
    counts: Counter[str] = Counter()
    for text, count in table[name].value_counts(sort=False).items():
        for value in dict.fromkeys(part.strip() for part in str(text).split(";")):
            if value:
                counts[value] += int(count)
    return tuple(counts.most_common(n))


def _summarize_column(column: pd.Series, source: str, canonical: str | None) -> ColumnSummary:
    missing = column.isna().to_numpy()
    if column.dtype == object:  # lists among them, which cannot be compared with ''
        missing = missing | np.array([isinstance(cell, str) and cell == "" for cell in column], dtype=bool)
    elif not pd.api.types.is_numeric_dtype(column.dtype):
        missing = missing | (column == "").fillna(False).to_numpy(dtype=bool)
    known = column[~missing]
    if known.dtype == object:
        known = known.map(lambda value: value if isinstance(value, str) else repr(value))  # lists: no hash
    examples = known.head(1000).unique()[:3]
    return ColumnSummary(
        source=source,
        canonical=canonical,
        dtype=str(column.dtype),
        n_missing=int(missing.sum()),
        n_unique=int(known.nunique()),
        examples=tuple(str(value)[:60] for value in examples),
    )


def _read_as(
    name: str, columns: Sequence[Sequence[str]] | None, renamed: Mapping[str, str] | None
) -> tuple[str, str | None]:
    """Return a column's name in the file and what it was read as.

    A source column that had to make room for a canonical one is called ``source_<name>`` in the table. A
    table that does not say how it was read has canonical names.
    """
    if columns is None:
        return name, name if name in CANONICAL_COLUMNS else None
    for source, canonical, *_ in columns:
        if name in kept_names(source, renamed):
            return source, canonical
    return name, None

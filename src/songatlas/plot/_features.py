"""Features as figures show them: label, unit, factor, number format; and which of hundreds are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.results import Profile
from songatlas.schema import CANONICAL_COLUMNS, FEATURES

from ._text import capitalized, shorten

MAX_FEATURES = 12
_MS_PER_MINUTE = 60_000.0


@dataclass(frozen=True)
class Shown:
    """How one feature is shown: stored values times ``factor`` are in ``unit``."""

    label: str
    unit: str
    factor: float
    digits: int
    ours: bool = True  # a name of ours may be capitalized, a column's own name not

    @property
    def start(self) -> str:
        """Label at the start of a sentence; the name of a column is left as it is."""
        return capitalized(self.label) if self.ours else self.label

    @property
    def axis(self) -> str:
        """Label with unit, for an axis."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def number(self, stored: float) -> str:
        """Return a stored value as text in the shown unit, without the unit."""
        value = stored * self.factor
        if not np.isfinite(value):
            return "–"
        digits = self.digits if self.digits >= 0 else _sensible_digits(value)
        text = f"{value:.{digits}f}"
        return text.replace("-", "−")


_DIGITS = {"unit": 2, "decibel": 1, "bpm": 0, "milliseconds": 1}


def _sensible_digits(value: float) -> int:
    """Return two decimals, fewer for values from 100, more for values below 0.01."""
    size = abs(value)
    if size >= 0.01 or size == 0:
        return 2 if size < 100 else 0
    return min(8, 1 - int(np.floor(np.log10(size))))


def shown(feature: str) -> Shown:
    """Return how a feature is shown; duration in minutes, a column outside the schema by its own name.

    Examples
    --------
    >>> shown("duration_ms").axis, shown("duration_ms").number(90_000)
    ('duration (minutes)', '1.5')
    >>> shown("emb_7").axis
    'emb_7'
    """
    known = FEATURES.get(feature)
    if known is None:
        ours = feature in CANONICAL_COLUMNS
        return Shown(shorten(feature.replace("_", " ") if ours else feature, 24), "", 1.0, -1, ours)
    if known.kind == "milliseconds":
        return Shown(known.label, "minutes", 1.0 / _MS_PER_MINUTE, 1)
    return Shown(known.label, known.unit, 1.0, _DIGITS.get(known.kind, -1))


def shown_range(feature: str, values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the range to draw, in the shown unit: 0–1 for such features, else the middle 99 % of the tracks.

    A constant column gets half a unit on either side.
    """
    known = FEATURES.get(feature)
    if known is not None and known.kind == "unit":
        return 0.0, 1.0
    finite = values[np.isfinite(values)] * shown(feature).factor
    if not len(finite):
        return 0.0, 1.0
    low, high = (float(q) for q in np.quantile(finite, [0.005, 0.995]))
    if high > low:
        return low, high
    return (low - 0.5, high + 0.5) if finite.min() == finite.max() else (float(finite.min()), float(finite.max()))


def n_bins(n_tracks: int, most: int) -> int:
    """Return how many bins a histogram has: twice the root of the number of tracks, from 12 to ``most``."""
    return int(np.clip(2.0 * np.sqrt(n_tracks), 12, most))


def separating_features(
    features: Sequence[str], profiles: Sequence[Profile], *, limit: int = MAX_FEATURES
) -> tuple[str, ...]:
    """Return at most ``limit`` features, those that separate the clusters most, in the order given.

    A feature separates by the mean of z² over the clusters, weighted by their share.
    """
    if len(features) <= limit:
        return tuple(features)
    weight = {f: sum(p.share * _finite(p.z.get(f, 0.0)) ** 2 for p in profiles) for f in features}
    best = set(sorted(features, key=lambda f: -weight[f])[:limit])
    return tuple(f for f in features if f in best)


def limited(title: str, n_shown: int, n_features: int) -> str:
    """Return the title, with a note where not all features are shown."""
    if n_shown >= n_features:
        return title
    return f"{title} (the {n_shown} of {n_features} features that separate most)"


def strongest_trait(profiles: Sequence[Profile], features: Sequence[str]) -> tuple[Profile, str, float] | None:
    """Return the cluster, feature and z of the largest difference from the catalogue; None without any."""
    best: tuple[Profile, str, float] | None = None
    for profile in profiles:
        for feature in features:
            z = _finite(profile.z.get(feature, 0.0))
            if z and (best is None or abs(z) > abs(best[2])):
                best = (profile, feature, z)
    return best


def quantile_table(values: pd.Series, labels: NDArray[np.int32], n_clusters: int) -> NDArray[np.float64]:
    """Return the 5, 25, 50, 75, 95 % quantiles of each cluster, shape (n_clusters, 5); NaN when empty."""
    numbers = values.to_numpy(dtype=np.float64)
    table = np.full((n_clusters, 5), np.nan)
    for label in range(n_clusters):
        own = numbers[labels == label]
        own = own[np.isfinite(own)]
        if len(own):
            table[label] = np.quantile(own, [0.05, 0.25, 0.5, 0.75, 0.95])
    return table


def mean_table(profiles: Sequence[Profile], features: Sequence[str], which: str = "mean") -> NDArray[np.float64]:
    """Return one statistic of the profiles, shape (n_clusters, n_features); NaN where it is missing."""
    rows = []
    for profile in profiles:
        statistic: Mapping[str, float] = getattr(profile, which)
        rows.append([float(statistic.get(feature, np.nan)) for feature in features])
    return np.array(rows, dtype=np.float64).reshape(len(profiles), len(features))


def _finite(number: float) -> float:
    return float(number) if np.isfinite(number) else 0.0

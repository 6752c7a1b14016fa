"""How numbers are written for people: separators, percent, minutes, decibels, estimates with their interval.

Every function returns text; None and numbers that are not finite become an em dash.
"""

import math
from collections.abc import Mapping
from typing import Any

from songatlas.schema import FEATURES

NONE = "—"
MINUS = "−"
NBSP = "\u00a0"  # keeps a number and its unit on one line


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with thousands separators and a real minus sign.

    Examples
    --------
    >>> number(-1234.567, 1)
    '−1,234.6'
    """
    if value is None or _missing(value):
        return NONE
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if float(text.replace(",", "")) == 0 else MINUS + text[1:]
    return text


def count(value: float | None) -> str:
    """Return a whole number with thousands separators.

    Examples
    --------
    >>> count(34198)
    '34,198'
    """
    return number(value, 0)


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "track"), counted(2000, "track")
    ('1 track', '2,000 tracks')
    """
    return f"{count(value)} {singular if value == 1 else plural or singular + 's'}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share (0–1) in percent; a share too small for the digits is said to be so, never shown as 0.

    Examples
    --------
    >>> percent(0.1306).replace(NBSP, " "), percent(0.00001).replace(NBSP, " ")
    ('13.1 %', '< 0.1 %')
    """
    if share is None or _missing(share):
        return NONE
    least = 10.0**-digits
    if 0 < share * 100 < least / 2:
        return f"<{NBSP}{least:.{digits}f}{NBSP}%"
    text = number(share * 100, digits)
    if share < 1 and float(text.replace(MINUS, "-").replace(",", "")) >= 100:
        return f">{NBSP}{100 - least:.{digits}f}{NBSP}%"
    return f"{text}{NBSP}%"


def signed(value: float | None, digits: int = 1) -> str:
    """Return a number with its sign always shown.

    Examples
    --------
    >>> signed(1.26), signed(-0.8), signed(0.0)
    ('+1.3', '−0.8', '0.0')
    """
    text = number(value, digits)
    return "+" + text if value is not None and value > 0 and any(c in "123456789" for c in text) else text


def times(lift: float | None) -> str:
    """Return how many times as common something is.

    Examples
    --------
    >>> times(2.345), times(31.0)
    ('2.3×', '31×')
    """
    if lift is None or _missing(lift):
        return NONE
    return number(lift, 0 if lift >= 10 else 1) + "×"


def clock(milliseconds: float | None) -> str:
    """Return a duration as minutes:seconds, with hours where there are any.

    Examples
    --------
    >>> clock(208_732), clock(4_800_118)
    ('3:29', '1:20:00')
    """
    if milliseconds is None or _missing(milliseconds):
        return NONE
    sign = MINUS if milliseconds < 0 else ""
    seconds = round(abs(milliseconds) / 1000)
    hours, rest = divmod(seconds, 3600)
    if hours:
        return f"{sign}{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{sign}{rest // 60}:{rest % 60:02d}"


def general(value: Any) -> str:
    """Return any number in at most four significant digits; other values as text.

    Examples
    --------
    >>> general(1.52345), general(12), general(0.00002), general(2834774.2)
    ('1.523', '12', '2e−05', '2,834,774')
    """
    if _missing(value):
        return NONE
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return count(value)
    return f"{value:.4g}".replace("-", MINUS)


def feature_value(value: float | None, feature: str) -> str:
    """Return a value of an audio feature with its unit; a column that is none of them, as a plain number.

    Examples
    --------
    >>> feature_value(208_732, "duration_ms"), feature_value(0.754, "energy")
    ('3:29', '0.75')
    >>> feature_value(-7.61, "loudness").replace(NBSP, " "), feature_value(124.9, "tempo").replace(NBSP, " ")
    ('−7.6 dB', '125 BPM')
    """
    if value is None or _missing(value):
        return NONE
    kind = FEATURES[feature].kind if feature in FEATURES else ""
    if kind == "unit":
        return number(value)
    if kind == "decibel":
        return f"{number(value, 1)}{NBSP}dB"
    if kind == "bpm":
        return f"{count(value)}{NBSP}BPM"
    if kind == "milliseconds":
        return clock(value)
    return general(value)


def p_value(value: float | None) -> str:
    """Return a p-value; one too small for three digits is said to be so.

    Examples
    --------
    >>> p_value(0.01), p_value(0.0002).replace(NBSP, " ")
    ('0.010', '< 0.001')
    """
    return f"<{NBSP}0.001" if value is not None and 0 <= value < 0.0005 else number(value, 3)


def interval(low: float, high: float, digits: int = 3) -> str:
    """Return the two ends of an interval; 'to' instead of a dash where an end is negative.

    Examples
    --------
    >>> interval(0.958, 0.966), interval(-0.01, 0.03, 2)
    ('0.958–0.966', '−0.01 to 0.03')
    """
    between = " to " if low < 0 or high < 0 else "–"
    return f"{number(low, digits)}{between}{number(high, digits)}"


def estimate(value: float | None, provenance: Mapping[str, Any] | None, digits: int = 3) -> str:
    """Return a score; where it is an estimate, with its interval and sample size.

    Parameters
    ----------
    value : float or None
    provenance : mapping or None
        Keys ``exact``, ``sample_size``, ``low``, ``high``; None counts as exact.
    digits : int

    Examples
    --------
    >>> made = {"exact": False, "sample_size": 5000, "low": 0.958, "high": 0.966}
    >>> estimate(0.962, made).replace(NBSP, " ")
    '≈ 0.962 (95 % 0.958–0.966, estimated on 5,000 tracks)'
    """
    if value is None or _missing(value):
        return NONE
    if provenance is None or provenance.get("exact", True):
        return number(value, digits)
    sample = f"estimated on {count(provenance['sample_size'])} tracks"
    low, high = provenance.get("low"), provenance.get("high")
    ends = "" if _missing(low) or _missing(high) else f"95{NBSP}% {interval(low, high, digits)}, "  # type: ignore[arg-type]
    return f"≈{NBSP}{number(value, digits)} ({ends}{sample})"


def basis(provenance: Mapping[str, Any] | None) -> str:
    """Return in words how many tracks a number rests on.

    Examples
    --------
    >>> basis({"exact": True, "n_tracks": 34198})
    'all 34,198 tracks'
    >>> basis({"exact": False, "n_tracks": 34198, "sample_size": 5000})
    '5,000 of 34,198 tracks'
    """
    if provenance is None:
        return NONE
    if provenance.get("exact", True):
        return f"all {count(provenance['n_tracks'])} tracks"
    return f"{count(provenance['sample_size'])} of {count(provenance['n_tracks'])} tracks"


def parameters(params: Mapping[str, Any]) -> str:
    """Return a method's parameters as text.

    Examples
    --------
    >>> parameters({"eps": 1.52345, "min_samples": 10})
    'eps 1.523, min_samples 10'
    """
    return ", ".join(f"{name} {general(value)}" for name, value in params.items())


def items(values: list[str]) -> str:
    """Return words as an English enumeration.

    Examples
    --------
    >>> items(["a", "b", "c"])
    'a, b and c'
    """
    return values[0] if len(values) == 1 else ", ".join(values[:-1]) + " and " + values[-1] if values else ""

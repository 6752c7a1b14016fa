"""How strongly a cluster shows a feature, in words and numbers: "very acoustic", "0.71 against 0.59"."""

from collections.abc import Sequence

from songatlas.results import Trait
from songatlas.schema import FEATURES

from .rules import Described, all_hold
from .summary import ClusterStatistics
from .vocabulary import Vocabulary, load_vocabulary


def describe_traits(cluster: ClusterStatistics, vocabulary: Vocabulary | None = None) -> tuple[Trait, ...]:
    """Return one `Trait` per feature, by falling |z| (ties in feature order)."""
    vocabulary = vocabulary or load_vocabulary()
    features = sorted(cluster.z, key=lambda feature: -abs(cluster.z[feature]))
    return tuple(trait(feature, cluster, vocabulary) for feature in features)


def trait(feature: str, cluster: ClusterStatistics, vocabulary: Vocabulary) -> Trait:
    """Return one feature of a cluster against the catalogue, with its words."""
    return Trait(
        feature=feature,
        z=cluster.z[feature],
        mean=cluster.mean[feature],
        catalogue_mean=cluster.catalogue_mean[feature],
        words=trait_words(feature, cluster, vocabulary),
    )


def trait_words(feature: str, cluster: Described, vocabulary: Vocabulary) -> str:
    """Return a cluster's stand on one feature in words.

    The plain adjective ("very acoustic") only where it is true by itself; a cluster that merely stands out in
    this catalogue gets the comparative ("much more acoustic"). Unknown features are "high" and "low".
    """
    z, limits = cluster.z[feature], vocabulary.limits
    label = FEATURES[feature].label if feature in FEATURES else feature
    if abs(z) < limits["somewhat"]:
        return f"average {label}"
    sign = 1 if z > 0 else -1
    pole = vocabulary.poles.get((feature, sign))
    degree = "very " if abs(z) >= limits["strong"] else "" if abs(z) >= limits["plain"] else "fairly "
    if pole is None:
        return degree + ("high " if sign > 0 else "low ") + label
    if pole.peak and all_hold(pole.peak_claims, cluster):
        return pole.peak
    if all_hold(pole.claims, cluster):
        return pole.words if " " in pole.words else degree + pole.words
    more = pole.more.lower()
    if abs(z) >= limits["strong"]:
        return f"much {more}"
    return more if abs(z) >= limits["plain"] else f"slightly {more}"


def format_value(feature: str, value: float, *, unit: bool = True) -> str:
    """Return a feature's value as people write it: ``0.71``, ``−7.9 dB``, ``138 BPM``, ``3:38``.

    >>> format_value("energy", 0.7149), format_value("duration_ms", 218_000.0)
    ('0.71', '3:38')
    """
    kind = FEATURES[feature].kind if feature in FEATURES else "other"
    if kind == "milliseconds":
        seconds = round(value / 1000)
        return f"{seconds // 60}:{seconds % 60:02d}"
    if kind == "decibel":
        return f"{value:.1f}".replace("-", "−") + (" dB" if unit else "")
    if kind == "bpm":
        return f"{value:.0f}" + (" BPM" if unit else "")
    text = f"{value:.2f}" if kind == "unit" or 0.01 <= abs(value) < 100 else f"{value:.3g}"
    return text.replace("-", "−")


def join_words(parts: Sequence[str]) -> str:
    """Return words joined as in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]

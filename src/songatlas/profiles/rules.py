"""Whether claims hold for a cluster, and which words of a name its profile contradicts.

`contradictions` reads nothing but the words of a name: it does not know which rule gave it, so it also checks
names that people or older versions gave.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from .vocabulary import Claim, Vocabulary, load_vocabulary, split_terms

ORDINAL = re.compile(r"No\. \d+")
EXTREME = re.compile(r"(High|Low|Higher|Lower) (.+)")


class Described(Protocol):
    """What naming reads of a cluster: `ClusterStatistics` and `songatlas.results.Profile` both have it."""

    @property
    def mean(self) -> Mapping[str, float]:
        """Mean by feature, in the feature's unit."""

    @property
    def median(self) -> Mapping[str, float]:
        """Median by feature, in the feature's unit."""

    @property
    def z(self) -> Mapping[str, float]:
        """Difference from the catalogue by feature, in catalogue standard deviations."""


def holds(claim: Claim, cluster: Described) -> bool:
    """Return whether a claim is true of a cluster; a feature that was not measured supports no claim."""
    numbers: Mapping[str, float] = getattr(cluster, claim.statistic)
    if claim.feature not in numbers:
        return False
    value = numbers[claim.feature]
    return value >= claim.value if claim.bound == "min" else value <= claim.value


def all_hold(claims: Iterable[Claim], cluster: Described) -> bool:
    """Return whether every claim is true of a cluster."""
    return all(holds(claim, cluster) for claim in claims)


def contradictions(
    name: str, cluster: Described, twins: Sequence[Described] = (), vocabulary: Vocabulary | None = None
) -> tuple[str, ...]:
    """Return what in a name the cluster's profile does not bear out, in words; empty for a sound name.

    Parameters
    ----------
    name : str
        A name as `name_clusters` makes them: a base, and after a comma a qualifier.
    cluster : Profile or ClusterStatistics
    twins : sequence of the same
        The other clusters of the run with the same base; a comparative qualifier must hold against each.
    vocabulary : Vocabulary, optional
        Default: the package's.

    Examples
    --------
    >>> from songatlas.profiles import ClusterStatistics, contradictions
    >>> loud = {"energy": 0.9, "acousticness": 0.1}
    >>> z = {"energy": 1.4, "acousticness": -1.0}
    >>> cluster = ClusterStatistics(0, 10, 0.5, loud, loud, loud, z, loud)
    >>> contradictions("Chill Acoustic", cluster)[0]
    "'Chill' claims energy z <= -0.25, it is 1.40"
    """
    vocabulary = vocabulary or load_vocabulary()
    base, *qualifiers = name.split(", ")
    found = _base_contradictions(base, cluster, vocabulary)
    for qualifier in qualifiers:
        found += _qualifier_contradictions(qualifier, cluster, twins, vocabulary)
    return tuple(found)


def _base_contradictions(base: str, cluster: Described, vocabulary: Vocabulary) -> list[str]:
    if base in vocabulary.special.values():
        return _special_contradictions(base, cluster, vocabulary)
    found: list[str] = []
    for part in base.split(" & "):
        if part in vocabulary.terms or not (extreme := EXTREME.fullmatch(part)):
            found += _term_contradictions(part, cluster, vocabulary)
        else:
            sign = 1 if extreme[1] in ("High", "Higher") else -1
            found += _sign_contradictions(part, extreme[2], sign, cluster, vocabulary)
    return found


def _special_contradictions(base: str, cluster: Described, vocabulary: Vocabulary) -> list[str]:
    if base not in (vocabulary.special["average"], vocabulary.special["between"]):
        return []
    limit = vocabulary.limits["average"]
    return [f"{base!r} claims |z| < {limit}, {f} has {z:.2f}" for f, z in cluster.z.items() if abs(z) >= limit]


def _term_contradictions(part: str, cluster: Described, vocabulary: Vocabulary) -> list[str]:
    comparatives = vocabulary.comparatives
    terms, unknown = split_terms(part, [*vocabulary.terms, *comparatives, *vocabulary.neutral])
    found = [f"no rule backs the word {word!r}" for word in unknown]
    for term in terms:
        found += [
            _broken(term, claim, cluster) for claim in vocabulary.terms.get(term, ()) if not holds(claim, cluster)
        ]
        if term in comparatives and term not in vocabulary.terms:
            found += _sign_contradictions(term, *comparatives[term], cluster, vocabulary)
    return found


def _sign_contradictions(text: str, feature: str, sign: int, cluster: Described, vocabulary: Vocabulary) -> list[str]:
    least = vocabulary.limits["somewhat"]
    z = cluster.z.get(feature)
    if z is not None and sign * z >= least:
        return []
    return [f"{text!r} claims {feature} z {'>=' if sign > 0 else '<='} {sign * least:g}, it is {_number(z)}"]


def _qualifier_contradictions(
    qualifier: str, cluster: Described, twins: Sequence[Described], vocabulary: Vocabulary
) -> list[str]:
    if ORDINAL.fullmatch(qualifier):
        return []
    if qualifier in vocabulary.terms:
        return [_broken(qualifier, c, cluster) for c in vocabulary.terms[qualifier] if not holds(c, cluster)]
    reading = next(iter(comparative_readings(qualifier, vocabulary)), None)
    if reading is None:
        return [f"no rule backs the qualifier {qualifier!r}"]
    feature, sign = reading
    if feature not in cluster.z:
        return [f"{qualifier!r} compares {feature}, which was not measured"]
    own = cluster.z[feature]
    rivals = [twin.z[feature] for twin in twins if sign * (own - twin.z[feature]) <= 0]
    found = [f"{qualifier!r}, but {feature} has z {own:.2f}, a twin {rival:.2f}" for rival in rivals]
    if sign * own < 0 and _claims_a_side(qualifier, feature, sign, vocabulary):
        found.append(f"{qualifier!r}, but {feature} has z {own:.2f}")
    return found


def comparative_readings(qualifier: str, vocabulary: Vocabulary) -> Iterable[tuple[str, int]]:
    """Return the (feature, sign) a comparative speaks of: 'Faster' and 'Less Slow' are both (tempo, +1)."""
    if extreme := EXTREME.fullmatch(qualifier):
        yield extreme[2], 1 if extreme[1] in ("High", "Higher") else -1
    for (feature, sign), pole in vocabulary.poles.items():
        if qualifier in (pole.more, pole.other_more, vocabulary.poles[feature, -sign].less):
            yield feature, sign


def _claims_a_side(qualifier: str, feature: str, sign: int, vocabulary: Vocabulary) -> bool:
    """Return whether a comparative is also against the catalogue: 'Faster' is, 'Less Slow' is not."""
    if (feature, sign) not in vocabulary.poles:
        return False
    pole = vocabulary.poles[feature, sign]
    return qualifier in (pole.more, pole.other_more) and qualifier != vocabulary.poles[feature, -sign].less


def _broken(term: str, claim: Claim, cluster: Described) -> str:
    numbers: Mapping[str, float] = getattr(cluster, claim.statistic)
    relation = ">=" if claim.bound == "min" else "<="
    value = _number(numbers.get(claim.feature))
    return f"{term!r} claims {claim.feature} {claim.statistic} {relation} {claim.value:g}, it is {value}"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"

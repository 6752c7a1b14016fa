"""Names for the clusters of a run: unique, true to the profiles, and telling these clusters apart.

The words and what they claim are in ``vocabulary.toml``; `songatlas.profiles.contradictions` checks any name
against a profile. See docs/naming.md.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from songatlas.results import FloatArray, Lift, Trait

from .matching import match_bases
from .rules import EXTREME, all_hold, comparative_readings
from .summary import ClusterStatistics
from .taglines import tagline
from .vocabulary import Vocabulary, load_vocabulary, split_terms
from .words import trait


@dataclass(frozen=True)
class ClusterName:
    """A cluster's name, one sentence about it, and the traits the name rests on (by falling |z|)."""

    name: str
    tagline: str
    evidence: tuple[Trait, ...]


def name_clusters(
    clusters: Sequence[ClusterStatistics],
    *,
    weights: Mapping[str, float] | None = None,
    genres: Sequence[Sequence[Lift]] = (),
    vocabulary: Vocabulary | None = None,
) -> tuple[ClusterName, ...]:
    """Return a name for every cluster of a run, in the order given.

    Parameters
    ----------
    clusters : sequence of ClusterStatistics
        All clusters of the run; names depend on all of them, not on their labels or order.
    weights : mapping of feature to positive weight, optional
        How much each feature counted when the clusters were made; a heavier one weighs more in the choice of
        names and changes no truth condition.
    genres : sequence of sequences of Lift, optional
        What each cluster's taglines may cite as evidence; names never do.
    vocabulary : Vocabulary, optional
        Default: the package's.

    Returns
    -------
    tuple of ClusterName
        Names are unique. Two clusters of the same statistics are told apart by number.
    """
    vocabulary = vocabulary or load_vocabulary()
    order = sorted(range(len(clusters)), key=lambda i: _identity(clusters[i]))
    arranged = [clusters[i] for i in order]
    names = dict(zip(order, _names(arranged, weights or {}, vocabulary), strict=True))
    result = []
    for i, cluster in enumerate(clusters):
        evidence = _evidence(names[i], cluster, vocabulary)
        lifts = genres[i] if i < len(genres) else ()
        sentence = tagline(cluster, evidence, lifts, vocabulary, single=len(clusters) == 1)
        result.append(ClusterName(names[i], sentence, evidence))
    return tuple(result)


def _identity(cluster: ClusterStatistics) -> tuple[float, ...]:
    """Return a sort key free of numbering: size, then the profile, rounded against summation order."""
    return (-cluster.n_tracks, *(round(z, 9) for _, z in sorted(cluster.z.items())))


def _names(clusters: Sequence[ClusterStatistics], weights: Mapping[str, float], vocabulary: Vocabulary) -> list[str]:
    if len(clusters) == 1 and clusters[0].share > 0.5:
        return [vocabulary.special["single" if clusters[0].share == 1 else "bulk"]]
    average = [all(abs(z) < vocabulary.limits["average"] for z in c.z.values()) for c in clusters]
    bases = [vocabulary.special["average"]] * len(clusters)
    fits = [-max((abs(z) for z in c.z.values()), default=0.0) for c in clusters]
    special = [i for i, near in enumerate(average) if not near]
    if special:
        found, scores = match_bases([clusters[i] for i in special], weights, vocabulary)
        for i, base, score in zip(special, found, scores, strict=True):
            bases[i], fits[i] = base, score
    return _unique(bases, fits, clusters, vocabulary)


def _unique(
    bases: Sequence[str], fits: Sequence[float], clusters: Sequence[ClusterStatistics], vocabulary: Vocabulary
) -> list[str]:
    """Return the bases, with a qualifier for all but the best match of each."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, base in enumerate(bases):
        groups[base].append(i)
    names = list(bases)
    for base, members in groups.items():
        if len(members) < 2:
            continue
        members.sort(key=lambda i: -fits[i])  # stable: ties stay in the canonical order
        qualifiers = _qualifiers([clusters[i] for i in members], base, vocabulary)
        for i, qualifier in zip(members[1:], qualifiers, strict=True):
            names[i] = f"{base}, {qualifier}"
    return names


def _qualifiers(members: Sequence[ClusterStatistics], base: str, vocabulary: Vocabulary) -> list[str]:
    """Return a qualifier for every member but the first: a feature in which it exceeds all other members.

    Features and members are matched so that the total lead (in catalogue standard deviations) is largest; a
    member that leads in nothing is numbered.
    """
    features = list(members[0].z)
    gains = _leads(members, features, base, vocabulary)
    chosen = dict(zip(*(part.tolist() for part in linear_sum_assignment(gains, maximize=True)), strict=True))
    words = []
    for i in range(len(members) - 1):
        column = chosen.get(i)
        if column is None or gains[i, column] == 0:
            words.append(f"No. {i + 2}")
            continue
        feature, sign = features[column % len(features)], 1 if column < len(features) else -1
        others = [member for j, member in enumerate(members) if j != i + 1]
        words.append(_qualifier(feature, sign, members[i + 1], others, base, vocabulary))
    return words


def _leads(
    members: Sequence[ClusterStatistics], features: Sequence[str], base: str, vocabulary: Vocabulary
) -> FloatArray:
    """Return by what each member but the first exceeds all others upwards, then downwards, per feature.

    Shape (n_members − 1, 2 n_features). Leads too small to see are 0; those that take back what the base says
    ("Long Tracks, Less Long") count a quarter.
    """
    clip = vocabulary.matching["clip"]
    z = np.clip([[member.z[feature] for feature in features] for member in members], -clip, clip)
    leads = []
    for i in range(1, len(members)):
        others = np.delete(z, i, axis=0)
        leads.append(np.concatenate([z[i] - others.max(axis=0), others.min(axis=0) - z[i]]))
    gains = np.array(leads, dtype=np.float64)
    gains[gains < vocabulary.limits["qualifier"]] = 0.0
    said = vocabulary.meaning(base)
    takes_back = [(feature, "max") in said for feature in features] + [(f, "min") in said for f in features]
    gains[:, np.array(takes_back)] *= 0.25
    return gains


def _qualifier(
    feature: str,
    sign: int,
    cluster: ClusterStatistics,
    others: Sequence[ClusterStatistics],
    base: str,
    vocabulary: Vocabulary,
) -> str:
    """Return the word for a lead: the adjective where it is true of this twin alone, else a comparative."""
    pole = vocabulary.poles.get((feature, sign))
    if pole is None:
        return f"{'Higher' if sign > 0 else 'Lower'} {feature}"
    alone = all_hold(pole.claims, cluster) and not any(all_hold(pole.claims, other) for other in others)
    if alone and pole.term not in base:
        return pole.term
    return pole.more if sign * cluster.z[feature] >= 0 else vocabulary.poles[feature, -sign].less


def _evidence(name: str, cluster: ClusterStatistics, vocabulary: Vocabulary) -> tuple[Trait, ...]:
    """Return the traits of the features that the words of a name speak of."""
    base, *qualifiers = name.split(", ")
    features = {feature for text in qualifiers for feature, _ in comparative_readings(text, vocabulary)}
    for part in base.split(" & "):
        if (extreme := EXTREME.fullmatch(part)) and extreme[2] in cluster.z:
            features.add(extreme[2])
    comparatives = vocabulary.comparatives
    for term in split_terms(name, [*vocabulary.terms, *comparatives, *vocabulary.neutral])[0]:
        features |= {claim.feature for claim in vocabulary.terms.get(term, ())}
        features |= {comparatives[term][0]} if term in comparatives else set()
    present = sorted(features & cluster.z.keys(), key=lambda feature: (-abs(cluster.z[feature]), feature))
    return tuple(trait(feature, cluster, vocabulary) for feature in present)

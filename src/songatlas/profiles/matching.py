"""Which name each cluster of a run gets, before qualifiers: one assignment for all clusters together.

Every cluster is offered the archetypes whose claims it meets, and a name composed of its strongest traits.
The assignment with the highest total score wins, so a cluster gives way where another fits a name better.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from songatlas.results import FloatArray

from .rules import all_hold
from .summary import ClusterStatistics
from .vocabulary import Rule, Vocabulary

IMPOSSIBLE = -1e6
KIN = (frozenset({"energy", "loudness"}),)  # two words for nearly one thing: a composed name takes one of them


def match_bases(
    clusters: Sequence[ClusterStatistics], weights: Mapping[str, float], vocabulary: Vocabulary
) -> tuple[list[str], list[float]]:
    """Return each cluster's base name (bases may repeat) and how well it fits.

    Parameters
    ----------
    clusters : sequence of ClusterStatistics
        In an order that does not depend on labels, so that ties are settled alike whatever the numbering.
    weights : mapping of feature to weight
        How much a feature counted when the clusters were made; features without one count 1.
    vocabulary : Vocabulary
    """
    cosines = np.array([[_fit(rule, c, weights, vocabulary) for rule in vocabulary.rules] for c in clusters])
    scores = _contrasted(cosines, vocabulary) + [rule.priority for rule in vocabulary.rules]
    scores[cosines <= IMPOSSIBLE] = IMPOSSIBLE
    composed = [compose(i, clusters, weights, vocabulary) for i in range(len(clusters))]
    own = np.full((len(clusters), len(clusters)), IMPOSSIBLE)
    np.fill_diagonal(own, [score for _, score in composed])
    repeats = [scores - copy * vocabulary.matching["repeat"] for copy in range(len(clusters))]
    rows, columns = linear_sum_assignment(np.hstack([own, *repeats]), maximize=True)
    names, fits = [""] * len(clusters), [0.0] * len(clusters)
    for row, column in zip(rows, columns, strict=True):
        rule = (column - len(clusters)) % len(vocabulary.rules)
        taken = column < len(clusters)
        names[row] = composed[row][0] if taken else vocabulary.rules[rule].name
        fits[row] = composed[row][1] if taken else float(scores[row, rule])
    return names, fits


def _fit(rule: Rule, cluster: ClusterStatistics, weights: Mapping[str, float], vocabulary: Vocabulary) -> float:
    """Return the cosine between the cluster's direction and the rule's; `IMPOSSIBLE` if a claim fails."""
    if not all_hold(rule.claims, cluster):
        return IMPOSSIBLE
    known = _known(cluster, vocabulary)
    z = direction(cluster, known, weights, vocabulary)
    signature = np.array([rule.signature.get(feature, 0.0) for feature in known])
    length = float(np.linalg.norm(z) * np.linalg.norm(signature))
    return float(z @ signature) / length if length else 0.0


def _contrasted(cosines: FloatArray, vocabulary: Vocabulary) -> FloatArray:
    """Return the fits, raised where no other cluster fits a rule as well, lowered where one fits better."""
    feasible = np.where(cosines > IMPOSSIBLE, cosines, 0.0)
    best_other = np.zeros_like(feasible)
    for i in range(len(feasible)):
        others = np.delete(feasible, i, axis=0)
        best_other[i] = others.max(axis=0) if len(others) else 0.0
    contrasted: FloatArray = feasible + vocabulary.matching["contrast"] * (feasible - best_other)
    return contrasted


def _known(cluster: ClusterStatistics, vocabulary: Vocabulary) -> list[str]:
    return [feature for feature in cluster.z if (feature, 1) in vocabulary.poles]


def direction(
    cluster: ClusterStatistics, features: Sequence[str], weights: Mapping[str, float], vocabulary: Vocabulary
) -> FloatArray:
    """Return a cluster's z in these features, clipped and weighted."""
    clip = vocabulary.matching["clip"]
    z = np.clip([cluster.z[feature] for feature in features], -clip, clip)
    return np.asarray(z * np.array([weights.get(feature, 1.0) for feature in features]), dtype=np.float64)


def compose(
    index: int, clusters: Sequence[ClusterStatistics], weights: Mapping[str, float], vocabulary: Vocabulary
) -> tuple[str, float]:
    """Return a name made of the one or two traits that mark a cluster off most, and its score.

    The second trait must be at least at ``limits.average``, not nearly a synonym of the first, and not make a
    synonym of an archetype. A cluster without any trait gets the name for the average.
    """
    cluster, features = clusters[index], list(clusters[index].z)
    strengths = _strengths(index, clusters, features, weights, vocabulary)
    order = [features[i] for i in np.argsort(-strengths, kind="stable")]
    first = next((f for f in order if abs(cluster.z[f]) >= vocabulary.limits["somewhat"]), None)
    if first is None:
        return vocabulary.special["average"], 0.0
    word = _word(first, cluster, vocabulary)
    name = word if word.startswith(("High ", "Low ")) else f"{word} Tracks"
    chosen = [first]
    for second in order:
        pair = f"{word} & {_word(second, cluster, vocabulary)}"
        kin = second == first or frozenset({first, second}) in KIN
        weak = abs(cluster.z[second]) < vocabulary.limits["average"]
        if not (kin or weak or vocabulary.meaning(pair) in vocabulary.meanings):
            name, chosen = pair, [first, second]
            break
    z = direction(cluster, features, weights, vocabulary)
    length = float(np.linalg.norm(z))
    part = float(np.linalg.norm(z[[features.index(f) for f in chosen]]))
    return name, vocabulary.matching["composed"] * part / length if length else 0.0


def _strengths(
    index: int,
    clusters: Sequence[ClusterStatistics],
    features: Sequence[str],
    weights: Mapping[str, float],
    vocabulary: Vocabulary,
) -> FloatArray:
    """Return how well each trait marks a cluster off: its |z| and a quarter of its lead over all others."""
    z = direction(clusters[index], features, weights, vocabulary)
    others = [direction(c, features, weights, vocabulary) for i, c in enumerate(clusters) if i != index]
    sign = np.where(z >= 0, 1, -1)
    lead = np.min([sign * (z - other) for other in others], axis=0) if others else np.zeros_like(z)
    poles = [vocabulary.poles.get((feature, int(s))) for feature, s in zip(features, sign, strict=True)]
    share = np.array([pole.weight if pole else 1.0 for pole in poles])
    strengths: FloatArray = share * (np.abs(z) + 0.25 * np.clip(lead, -1, 1))
    return strengths


def _word(feature: str, cluster: ClusterStatistics, vocabulary: Vocabulary) -> str:
    sign = 1 if cluster.z[feature] > 0 else -1
    pole = vocabulary.poles.get((feature, sign))
    if pole is None:
        return f"{'High' if sign > 0 else 'Low'} {feature}"
    return pole.term if all_hold(pole.claims, cluster) else pole.more

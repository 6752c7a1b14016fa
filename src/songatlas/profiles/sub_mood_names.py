"""Names for sub-moods: what sets each apart from its cluster, in words that the cluster's name does not hold.

A name says at most three things, such as "slow" and "bright", or is one of the archetypes that clusters are named with.
All sub-moods of a run are named together, and no two say the same, whatever clusters they lie in.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

from songatlas.results import FloatArray

from .matching import KIN, direction
from .naming import ClusterName
from .rules import all_hold
from .summary import ClusterStatistics
from .taglines import tagline
from .vocabulary import Vocabulary, load_vocabulary
from .words import trait

Side = tuple[str, int]  # a feature and its end: +1 high, −1 low
MOST_OTHERS = 500  # sub-moods that a name is compared on, of thousands that a person may ask for
MOST_TRAITS = 6  # only the strongest take part: with hundreds of features there were too many combinations
IMPOSSIBLE = -1e6


def name_sub_moods(
    groups: Sequence[Sequence[ClusterStatistics]],
    overall: Sequence[Sequence[ClusterStatistics]],
    cluster_names: Sequence[str],
    *,
    weights: Mapping[str, float] | None = None,
    vocabulary: Vocabulary | None = None,
) -> tuple[tuple[ClusterName, ...], ...]:
    """Return a name for every sub-mood of a run, by cluster.

    Parameters
    ----------
    groups : sequence of sequences of ClusterStatistics
        The sub-moods of each cluster, their statistics against the tracks of that cluster.
    overall : the same, statistics against the whole catalogue
        Of two names that fit, the one that also finds the sub-mood among all others wins. The only sub-mood of a
        cluster, which nothing sets apart there, is named by these.
    cluster_names : sequence of str
        The clusters' names; no sub-mood of a cluster gets a word of its name.
    weights : mapping of feature to positive weight, optional
        As for `name_clusters`.
    vocabulary : Vocabulary, optional
        Default: the package's.

    Returns
    -------
    tuple of tuples of ClusterName
        Names are unique over all groups. A sub-mood near the average in everything is "In Between", or "Undivided"
        where it is the only one; of sub-moods that no name of their own is left for, the further ones are numbered.
    """
    vocabulary = vocabulary or load_vocabulary()
    everywhere = _directions([one for group in overall for one in group], weights or {}, vocabulary)
    subjects: list[ClusterStatistics] = []
    options: list[dict[frozenset[Side], _Option]] = []
    for group, against_all, name in zip(groups, overall, cluster_names, strict=True):
        own = group if len(group) > 1 else against_all
        heard = _Heard(name, vocabulary)
        units = _units(_directions(own, weights or {}, vocabulary))
        for i, cluster in enumerate(own):
            found = [*_composed(cluster, units[i], heard, vocabulary), *_archetypes(cluster, heard, vocabulary)]
            options.append(_best_by_meaning(found, units, i, everywhere, len(subjects), vocabulary))
            subjects.append(cluster)
    chosen, repeated = iter(_assigned(options)), Counter[str]()
    cases = iter(zip(subjects, options, strict=True))
    return tuple(
        tuple(_named(*next(cases), next(chosen), len(group) == 1, repeated, vocabulary) for _ in group)
        for group in groups
    )


@dataclass(frozen=True)
class _Option:
    """A name a sub-mood could get, what it says, the direction it says it of, and what it is worth."""

    text: str
    sides: frozenset[Side]
    signature: FloatArray
    score: float


def _directions(
    clusters: Sequence[ClusterStatistics], weights: Mapping[str, float], vocabulary: Vocabulary
) -> FloatArray:
    """Return the clipped and weighted z of some clusters, shape (n_clusters, n_features)."""
    features = list(clusters[0].z) if clusters else []
    rows = [direction(cluster, features, weights, vocabulary) for cluster in clusters]
    return np.array(rows, dtype=np.float64).reshape(len(clusters), len(features))


def _units(z: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(z, axis=1, keepdims=True)
    units: FloatArray = np.divide(z, lengths, out=np.zeros_like(z), where=lengths > 0)
    return units


def _named(
    cluster: ClusterStatistics,
    options: Mapping[frozenset[Side], _Option],
    option: _Option | None,
    alone: bool,
    repeated: Counter[str],
    vocabulary: Vocabulary,
) -> ClusterName:
    """Return the name with its sentence and evidence; where no option was left, the best one with a number."""
    option = option or max(options.values(), key=lambda one: one.score, default=None)
    text = option.text if option else vocabulary.special[_kind(cluster, alone, vocabulary)]
    repeated[text] += 1
    text = text if repeated[text] == 1 else f"{text}, No. {repeated[text]}"
    said = {feature for feature, _ in option.sides} if option else set()
    present = sorted(said & cluster.z.keys(), key=lambda feature: (-abs(cluster.z[feature]), feature))
    evidence = tuple(trait(feature, cluster, vocabulary) for feature in present)
    whole = "the catalogue" if alone else "its cluster"
    sentence = tagline(cluster, evidence, (), vocabulary, whole=whole)
    if alone:
        sentence = f"The whole cluster, not divided further: {sentence[0].lower()}{sentence[1:]}"
    return ClusterName(text, sentence, evidence)


def _kind(cluster: ClusterStatistics, alone: bool, vocabulary: Vocabulary) -> str:
    if alone:
        return "undivided"
    return "between" if all(abs(z) < vocabulary.limits["average"] for z in cluster.z.values()) else "others"


def _assigned(options: Sequence[Mapping[frozenset[Side], _Option]]) -> list[_Option | None]:
    """Return each sub-mood's option in the assignment of the highest total score; no two say the same."""
    meanings = sorted({meaning for own in options for meaning in own}, key=sorted)
    column = {meaning: j for j, meaning in enumerate(meanings)}
    scores = np.full((len(options), len(meanings)), IMPOSSIBLE)
    for i, own in enumerate(options):
        for meaning, option in own.items():
            scores[i, column[meaning]] = option.score
    rows, columns = linear_sum_assignment(scores, maximize=True)
    chosen: list[_Option | None] = [None] * len(options)
    for i, j in zip(rows, columns, strict=True):
        chosen[i] = options[i].get(meanings[j])
    return chosen


def _best_by_meaning(
    options: Sequence[_Option],
    units: FloatArray,
    i: int,
    everywhere: FloatArray,
    position: int,
    vocabulary: Vocabulary,
) -> dict[frozenset[Side], _Option]:
    """Return the options of sub-mood i of a cluster (``position`` in the run) with full scores, one for each meaning.

    To what an option is worth in itself is added how well it fits the sub-mood, by how much better than any other of
    its cluster, and which share of all other sub-moods of the run it fits less.
    """
    best: dict[frozenset[Side], _Option] = {}
    if not options:
        return best
    signatures = np.array([option.signature for option in options])
    fits = signatures @ units[i]
    others = signatures @ np.delete(units, i, axis=0)[:MOST_OTHERS].T
    lead = fits - others.max(axis=1, initial=-1.0) if len(units) > 1 else np.zeros(len(fits))
    afar = signatures @ np.delete(everywhere, position, axis=0)[:MOST_OTHERS].T
    found_by = (signatures @ everywhere[position])[:, None] > afar
    share = found_by.mean(axis=1) if found_by.shape[1] else np.zeros(len(fits))
    worth = fits + vocabulary.matching["contrast"] * lead + vocabulary.sub_moods["found"] * share
    for option, score in zip(options, worth.tolist(), strict=True):
        scored = replace(option, score=option.score + score)
        if scored.sides not in best or scored.score > best[scored.sides].score:
            best[scored.sides] = scored
    return best


class _Heard:
    """What the name of the cluster says already: its words, by their beginnings, and what they mean."""

    def __init__(self, cluster_name: str, vocabulary: Vocabulary) -> None:
        self._words = set(cluster_name.lower().replace(",", " ").split())
        self._stems = _stems(cluster_name)
        self.sides = vocabulary.sides(cluster_name)

    def repeats(self, text: str, *, exactly: bool = False) -> bool:
        """Return whether a text holds a word of the name, or one that begins like it ("Calmer" and "Calm")."""
        if exactly:
            return bool(set(text.lower().split()) & self._words)
        return bool(_stems(text) & self._stems)


def _stems(text: str) -> set[str]:
    return {word.removeprefix("un")[:4] for word in re.findall(r"[^\W\d_]+", text.lower())}


def _word(side: Side, cluster: ClusterStatistics, heard: _Heard, vocabulary: Vocabulary) -> tuple[str, bool] | None:
    """Return the word for one end of a feature and whether it is a comparative; None where all words are taken.

    The adjective where its claims hold and the cluster's name does not say the same; else the comparative.
    """
    feature, sign = side
    pole = vocabulary.poles.get(side)
    if pole is None:
        extremes = ("High", "Higher") if sign > 0 else ("Low", "Lower")
        free = [f"{word} {feature}" for word in extremes if not heard.repeats(f"{word} {feature}", exactly=True)]
        return (free[0], free[0].startswith(extremes[1])) if free else None
    plain = () if side in heard.sides or not all_hold(pole.claims, cluster) else (pole.term, pole.other_term)
    for text, comparative in [*((t, False) for t in plain), (pole.more, True), (pole.other_more, True)]:
        if text and not heard.repeats(text):
            return text, comparative
    return None


def _composed(cluster: ClusterStatistics, unit: FloatArray, heard: _Heard, vocabulary: Vocabulary) -> Iterator[_Option]:
    """Yield names of one, two and three of the strongest traits, one of them near the strongest."""
    costs, features = vocabulary.sub_moods, list(cluster.z)
    by_count = {1: costs["bare"] if heard.repeats("Tracks") else costs["lone"], 2: 0.0, 3: costs["third"]}
    words = _words(cluster, unit, heard, vocabulary)
    strength = {side: abs(float(unit[features.index(side[0])])) for side in words}
    least = costs["leading"] * max(strength.values(), default=0.0)
    for count in (1, 2, 3):
        for sides in combinations(words, count):
            if strength[sides[0]] < least or any(kin <= {feature for feature, _ in sides} for kin in KIN):
                continue
            bonus = -costs["comparative"] * sum(words[side][1] for side in sides)
            bonus -= by_count[count] + costs["absence"] * sum(_is_absence(side, vocabulary) for side in sides)
            text = _joined([words[side][0] for side in sides], heard)
            yield _Option(text, frozenset(sides), _signature(sides, features, vocabulary), bonus)


def _words(
    cluster: ClusterStatistics, unit: FloatArray, heard: _Heard, vocabulary: Vocabulary
) -> dict[Side, tuple[str, bool]]:
    """Return the words for a sub-mood's strongest traits, strongest first."""
    features = list(cluster.z)
    words: dict[Side, tuple[str, bool]] = {}
    for position in np.argsort(-np.abs(unit), kind="stable"):
        feature = features[position]
        side = (feature, 1 if cluster.z[feature] > 0 else -1)
        found = _word(side, cluster, heard, vocabulary)
        if found and abs(cluster.z[feature]) >= vocabulary.limits["somewhat"] and len(words) < MOST_TRAITS:
            words[side] = found
    return words


def _is_absence(side: Side, vocabulary: Vocabulary) -> bool:
    return side in vocabulary.poles and vocabulary.poles[side].weight < 1


def _joined(words: Sequence[str], heard: _Heard) -> str:
    if len(words) == 1:
        bare = words[0].startswith(("High", "Low")) or heard.repeats("Tracks")
        return words[0] if bare else f"{words[0]} Tracks"
    return ", ".join([" & ".join(words[:2]), *words[2:]])


def _signature(sides: Sequence[Side], features: Sequence[str], vocabulary: Vocabulary) -> FloatArray:
    """Return the direction of some ends of features, of length 1 where each of them makes a full trait."""
    signature = np.zeros(len(features))
    for side in sides:
        weight = vocabulary.poles[side].weight if side in vocabulary.poles else 1.0
        signature[features.index(side[0])] = side[1] * weight / len(sides) ** 0.5
    return signature


def _archetypes(cluster: ClusterStatistics, heard: _Heard, vocabulary: Vocabulary) -> Iterator[_Option]:
    """Yield the archetypes that are true of a sub-mood and repeat neither a word nor a thing of the cluster's name."""
    for rule in vocabulary.rules:
        sides = vocabulary.sides(rule.name)
        if sides & heard.sides or heard.repeats(rule.name) or not all_hold(rule.claims, cluster):
            continue
        signature = np.array([rule.signature.get(feature, 0.0) for feature in cluster.z])
        yield _Option(rule.name, sides, signature / np.linalg.norm(signature), vocabulary.sub_moods["archetype"])

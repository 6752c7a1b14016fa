"""Reads ``vocabulary.toml``: the terms names are made of, their claims, the rules, the words for traits."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from songatlas.errors import ParameterError

BOUNDS = ("z_min", "z_max", "mean_min", "mean_max", "median_min", "median_max")


@dataclass(frozen=True)
class Claim:
    """A bound on one statistic ('z', 'mean' or 'median') of one feature; ``bound`` is 'min' or 'max'."""

    feature: str
    statistic: str
    bound: str
    value: float


@dataclass(frozen=True)
class Pole:
    """One end of a feature in words: the adjective as a term and in running text, comparatives, claims."""

    term: str
    words: str
    more: str
    less: str
    claims: tuple[Claim, ...]
    peak: str = ""  # the words where the cluster also meets ``peak_claims``
    peak_claims: tuple[Claim, ...] = ()
    weight: float = 1.0  # of the trait in a composed name
    other_term: str = ""  # a second adjective of the same claims, and its comparative: for names that must not hold
    other_more: str = ""  # the first


@dataclass(frozen=True)
class Rule:
    """An archetype: its name, the direction clusters of this name lie in, and all claims they must meet."""

    name: str
    signature: Mapping[str, float]
    claims: tuple[Claim, ...]
    priority: float


@dataclass(frozen=True)
class Vocabulary:
    """Everything names may say; see ``vocabulary.toml``."""

    limits: Mapping[str, float]
    matching: Mapping[str, float]
    sub_moods: Mapping[str, float]
    special: Mapping[str, str]
    neutral: tuple[str, ...]
    poles: Mapping[tuple[str, int], Pole]  # keys: (feature, +1 high or −1 low)
    terms: Mapping[str, tuple[Claim, ...]]
    rules: tuple[Rule, ...]

    def meaning(self, name: str) -> frozenset[tuple[str, str]]:
        """Return what a name's words say, as (feature, 'min' or 'max'); names of one meaning are synonyms."""
        terms, _ = split_terms(name, [*self.terms, *self.neutral])
        return frozenset((claim.feature, claim.bound) for term in terms for claim in self.terms.get(term, ()))

    @cached_property
    def comparatives(self) -> dict[str, tuple[str, int]]:
        """The feature and sign that each comparative speaks of: 'Faster' of (tempo, +1)."""
        found = {pole.other_more: side for side, pole in self.poles.items() if pole.other_more}
        return found | {pole.more: side for side, pole in self.poles.items()}

    def sides(self, name: str) -> frozenset[tuple[str, int]]:
        """Return which ends of which features a name's words speak of, comparatives included."""
        terms, _ = split_terms(name, [*self.terms, *self.comparatives, *self.neutral])
        found = {(c.feature, 1 if c.bound == "min" else -1) for term in terms for c in self.terms.get(term, ())}
        return frozenset(found | {self.comparatives[term] for term in terms if term in self.comparatives})

    @cached_property
    def meanings(self) -> frozenset[frozenset[tuple[str, str]]]:
        """The meanings of all rules' names."""
        return frozenset(self.meaning(rule.name) for rule in self.rules)


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary of the package."""
    text = resources.files("songatlas.profiles").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return parse_vocabulary(tomllib.loads(text))


def parse_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary held in nested plain values; a rule's word that nothing backs is an error."""
    poles = {
        (feature, sign): _pole(feature, ends[key])
        for feature, ends in data["features"].items()
        for key, sign in (("high", 1), ("low", -1))
    }
    terms = {name: _claims(claims) for name, claims in data["terms"].items()}
    terms |= {pole.term: pole.claims for pole in poles.values()}
    terms |= {pole.other_term: pole.claims for pole in poles.values() if pole.other_term}
    neutral = tuple(data["neutral"])
    rules = []
    for entry in data["rules"]:
        found, unknown = split_terms(entry["name"], [*terms, *neutral])
        if unknown:
            raise ParameterError(f"vocabulary rule {entry['name']!r}: no term backs {unknown!r}.")
        claims = [claim for term in found for claim in terms.get(term, ())]
        claims += _claims(entry.get("requires", {}))
        rules.append(Rule(entry["name"], entry["signature"], tuple(claims), entry.get("priority", 0.0)))
    settings = {name: data[name] for name in ("limits", "matching", "sub_moods", "special")}
    return Vocabulary(**settings, neutral=neutral, poles=poles, terms=terms, rules=tuple(rules))


def split_terms(name: str, known: list[str]) -> tuple[list[str], list[str]]:
    """Return the terms a name is made of (the longest where several fit) and the words that none covers."""
    words = name.replace(",", " , ").split()
    by_length = sorted((term.split() for term in known), key=len, reverse=True)
    found, unknown, start = [], [], 0
    while start < len(words):
        match = next((term for term in by_length if words[start : start + len(term)] == term), None)
        if match:
            found.append(" ".join(match))
        else:
            unknown.append(words[start])
        start += len(match) if match else 1
    return found, unknown


def _pole(feature: str, entry: Mapping[str, Any]) -> Pole:
    bounds = {key: value for key, value in entry.items() if key in BOUNDS}
    peak = dict(entry.get("peak", {}))
    words = peak.pop("words", "")
    texts = (entry["term"], entry["words"], entry["more"], entry["less"])
    weight = float(entry.get("weight", 1.0))
    other = entry.get("other", {})
    return Pole(
        *texts,
        _claims({feature: bounds}),
        words,
        _claims({feature: peak}),
        weight,
        other.get("term", ""),
        other.get("more", ""),
    )


def _claims(table: Mapping[str, Mapping[str, float]]) -> tuple[Claim, ...]:
    claims = []
    for feature, bounds in table.items():
        for key, value in bounds.items():
            if key not in BOUNDS:
                raise ParameterError(f"vocabulary: {feature} has the bound {key!r}. Bounds: {', '.join(BOUNDS)}.")
            statistic, bound = key.split("_")
            claims.append(Claim(feature, statistic, bound, float(value)))
    return tuple(claims)

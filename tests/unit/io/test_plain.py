"""Frozen values turn into JSON and back."""

import json
from dataclasses import dataclass

import numpy as np

from songatlas.io.plain import from_plain, to_plain
from songatlas.results import Candidate, Provenance


@dataclass(frozen=True)
class Inner:
    name: str
    value: float | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[str, int]
    table: dict[str, Inner]
    number: float = 1.5


def test_nested_values_come_back_equal():
    value = Outer(Inner("a"), (Inner("b", 2.0), Inner("c")), ("x", 3), {"k": Inner("d", 0.1)})
    assert from_plain(Outer, json.loads(json.dumps(to_plain(value)))) == value


def test_numpy_values_and_missing_numbers_become_plain():
    assert to_plain({"a": np.float64(2.5), "b": np.int32(3), "c": float("nan"), "d": np.array([1.0, np.inf])}) == {
        "a": 2.5,
        "b": 3,
        "c": None,
        "d": [1.0, None],
    }


def test_a_candidate_comes_back_equal():
    value = Candidate(
        "kmeans",
        {"n_clusters": 3},
        3,
        (5, 4, 1),
        0,
        0.25,
        0.25,
        1.5,
        9.0,
        12.0,
        2.6,
        Provenance(10),
        winner=True,
    )
    assert from_plain(Candidate, json.loads(json.dumps(to_plain(value)))) == value

"""A judgement that was written is read back equal, and one that is absent is none."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songatlas.evidence import Ballot, Judgement, NullComparison, Setting, Verdict, Vote
from songatlas.io.judgement import judgement_as_plain, read_judgement, write_judgement
from songatlas.results import Provenance

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SHARE = st.floats(0, 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PROVENANCE = st.builds(
    Provenance, st.integers(0, 10**6), st.none() | st.integers(1, 10**6), st.none() | NUMBER, st.none() | NUMBER
)


def votes_on(n_numbers):
    curve = st.lists(st.none() | NUMBER, min_size=n_numbers, max_size=n_numbers).map(tuple)
    return st.lists(st.builds(Vote, TEXT, TEXT, st.none() | st.integers(2, 20), curve, TEXT, PROVENANCE)).map(tuple)


@st.composite
def ballots(draw):
    numbers = tuple(draw(st.lists(st.integers(2, 40), unique=True, max_size=5)))
    support = tuple(draw(st.lists(NUMBER, min_size=len(numbers), max_size=len(numbers))))
    chosen, runner_up = (draw(st.none() | st.integers(2, 40)) for _ in range(2))
    return Ballot(numbers, draw(votes_on(len(numbers))), draw(TEXT), support, chosen, runner_up, draw(TEXT))


COMPARISONS = st.builds(
    NullComparison, TEXT, TEXT, TEXT, NUMBER, NUMBER, NUMBER, NUMBER, SHARE, st.integers(0, 999), PROVENANCE
)
VERDICTS = st.builds(
    Verdict, st.sampled_from(["groups", "continuum", "none"]), TEXT, TEXT, st.lists(COMPARISONS, max_size=2).map(tuple),
    st.dictionaries(TEXT, NUMBER, max_size=3), st.dictionaries(TEXT, PROVENANCE, max_size=3), st.none() | SHARE, st.none() | PROVENANCE,
)  # fmt: skip
SETTINGS = st.builds(Setting, TEXT, TEXT, st.integers(), st.integers(), NUMBER)


def same(left, right):
    """Return whether two judgements are equal, their arrays by value and type."""
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    if dataclasses.is_dataclass(left):
        names = [field.name for field in dataclasses.fields(left)]
        return type(left) is type(right) and all(same(getattr(left, n), getattr(right, n)) for n in names)
    return left == right


def test_a_whole_judgement_comes_back_equal(make_judgement, tmp_path):
    judged = make_judgement(30, 3)
    judged.certificate.consistency[4] = np.nan
    write_judgement(judged, tmp_path)
    assert same(read_judgement(tmp_path), judged)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["judgement.json", "judgement.npz"]


@pytest.mark.parametrize("part", [field.name for field in dataclasses.fields(Judgement)])
def test_each_part_alone_comes_back_and_the_others_stay_absent(make_judgement, tmp_path, part):
    judged = Judgement(**{part: getattr(make_judgement(), part)})
    write_judgement(judged, tmp_path)
    assert same(read_judgement(tmp_path), judged)


@given(ballots(), VERDICTS, st.lists(SETTINGS, max_size=2).map(tuple))
def test_any_ballot_verdict_and_settings_come_back_equal(tmp_path_factory, ballot, verdict, settings):
    folder = tmp_path_factory.mktemp("judged")
    judged = Judgement(ballot=ballot, verdict=verdict, sensitivity=settings)
    write_judgement(judged, folder)
    assert read_judgement(folder) == judged


def test_numbers_that_are_not_defined_come_back_as_such(make_judgement, tmp_path):
    verdict = make_judgement().verdict
    flat = dataclasses.replace(verdict.comparisons[0], null_std=0.0, effect=math.nan)
    write_judgement(Judgement(verdict=dataclasses.replace(verdict, comparisons=(flat,))), tmp_path)
    assert math.isnan(read_judgement(tmp_path).verdict.comparisons[0].effect)


def test_no_judgement_leaves_no_file_and_no_file_is_no_judgement(tmp_path):
    write_judgement(Judgement(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert read_judgement(tmp_path) == Judgement()


def test_the_plain_form_has_no_array_over_the_tracks(make_judgement):
    plain = judgement_as_plain(make_judgement(5_000))
    assert len(json.dumps(plain, allow_nan=False)) < 20_000
    assert "consistency" not in plain["certificate"] and "same" not in plain["agreement"]
    assert plain["certificate"]["clusters"][1]["grade"] == "fair"


def test_the_same_judgement_gives_the_same_bytes(make_judgement, tmp_path):
    for name in ("A", "B"):
        (tmp_path / name).mkdir()
        write_judgement(make_judgement(), tmp_path / name)
    for name in ("judgement.json", "judgement.npz"):
        assert (tmp_path / "A" / name).read_bytes() == (tmp_path / "B" / name).read_bytes()

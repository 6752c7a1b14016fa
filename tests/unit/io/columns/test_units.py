"""Units from values: percent or 0–1 by a vote of the file, dB, BPM, milliseconds; other scales are refused."""

import numpy as np
import pytest

from songatlas.errors import DataError
from songatlas.io.columns.fractions import fraction_units
from songatlas.io.columns.units import duration_unit, loudness_unit, tempo_unit

RNG = np.random.default_rng(0)
N = 200
FRACTIONS = {
    "danceability": RNG.beta(4, 3, N),
    "energy": RNG.beta(3, 2, N),
    "valence": RNG.beta(2, 2, N),
    "speechiness": RNG.beta(1, 12, N),
    "instrumentalness": np.where(RNG.random(N) < 0.8, 0.0, RNG.random(N)),
}


def units(columns, hints=None):
    return fraction_units(columns, hints or {}, "t.csv")


def percents(columns):
    return {name: np.round(100 * values) for name, values in columns.items()}


def test_fractions_are_left_alone():
    assert {unit.factor for unit in units(FRACTIONS).values()} == {1.0}


def test_a_file_of_percents_is_divided_whole_even_where_a_column_is_all_zero():
    columns = percents(FRACTIONS) | {"instrumentalness": np.zeros(N), "liveness": np.round(RNG.random(N))}
    assert {name: unit.name for name, unit in units(columns).items()} == dict.fromkeys(columns, "percent")


@pytest.mark.parametrize("n", [1, 2, 3, 10, 50])
def test_small_files_are_told_apart_as_well(n):
    few = {name: np.maximum(values[:n], 0.05) for name, values in FRACTIONS.items()}
    assert {unit.name for unit in units(few).values()} == {"0–1"}
    many = {name: np.round(100 * values) for name, values in few.items()}
    assert {unit.name for unit in units(many).values()} == {"percent"}


def test_one_damaged_cell_does_not_turn_a_file_into_percents():
    for n in (10, 32, 200):
        columns = {name: values[:n].copy() for name, values in FRACTIONS.items()}
        columns["energy"][3] = 57.0
        assert {unit.factor for unit in units(columns).values()} == {1.0}


def test_missing_values_do_not_vote():
    columns = {name: np.where(RNG.random(N) < 0.7, np.nan, values) for name, values in percents(FRACTIONS).items()}
    assert units(columns)["energy"].name == "percent"
    assert units({"energy": np.full(5, np.nan)})["energy"].why == "no values"


def test_a_fraction_among_percents_is_read_as_one_and_said():
    columns = percents(FRACTIONS) | {"speechiness": FRACTIONS["speechiness"]}
    unit = units(columns)["speechiness"]
    assert unit.factor == 1.0 and "although the other columns are percent" in unit.note


def test_one_percent_column_among_fractions_is_read_as_one_and_said():
    columns = FRACTIONS | {"liveness": np.round(100 * RNG.beta(2, 3, N))}
    unit = units(columns)["liveness"]
    assert unit.factor == 0.01 and "although other columns are 0–1" in unit.note


def test_a_name_that_says_percent_yields_to_values_that_are_none():
    hints = dict.fromkeys(FRACTIONS, "percent")
    found = units(FRACTIONS, hints)
    assert found["energy"].factor == 1.0 and "its name says percent" in found["energy"].note
    ones = {"energy": np.array([0.0, 1.0, 1.0])}
    assert units(ones, {"energy": "percent"})["energy"].factor == 0.01


def test_values_just_above_one_are_cut_and_counted():
    columns = FRACTIONS | {"energy": np.append(FRACTIONS["energy"][:-2], [1.02, 1.4])}
    unit = units(columns)["energy"]
    assert unit.clip and "2 values between 1 and 1.4 count as 1" in unit.note


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"energy": RNG.normal(0, 1, N)}, r"energy runs from −.* standardized values \(z-scores\) perhaps"),
        ({"valence": RNG.uniform(1, 9, N)}, "valence runs from .* neither 0–1 nor percent: a scale of 1 to 9"),
        ({"energy": FRACTIONS["energy"], "valence": RNG.uniform(1, 9, N)}, "valence runs from .* a scale of 1 to 9"),
        ({"energy": RNG.uniform(0, 255, N)}, "energy runs from .* far above 100"),
        (FRACTIONS | {"liveness": np.where(np.arange(N) < 60, 40.0, 0.4)}, "percent and 0–1 are mixed in one column"),
    ],
)
def test_other_scales_are_refused_with_the_way_out(columns, message):
    with pytest.raises(DataError, match=message) as caught:
        units(columns)
    assert "--column" in str(caught.value) and str(caught.value).startswith("t.csv: ")


def test_a_file_that_is_half_percent_is_refused_with_the_rows():
    columns = {n: np.concatenate([v[:120], np.round(100 * v[120:]) + 2]) for n, v in FRACTIONS.items()}
    with pytest.raises(DataError, match=r"80 of 200 rows .* in percent \(the first is row 121\).*first is row 1\)"):
        units(columns)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (RNG.random(50), "put on 0–1"),
        (RNG.uniform(3, 30, 50), "minus sign is missing"),
        (RNG.normal(0, 1, 50), "standardized values perhaps"),
    ],
)
def test_what_is_no_loudness_is_refused(values, message):
    with pytest.raises(DataError, match=message):
        loudness_unit(values, "", "t.csv")


def test_loudness_may_go_a_little_above_zero_and_be_lufs():
    loud = np.append(RNG.uniform(-30, -3, 99), 5.4)
    assert loudness_unit(loud, "", "t.csv").name == "dB"
    unit = loudness_unit(loud, "LUFS", "t.csv")
    assert unit.name == "LUFS" and "not to be mixed" in unit.note


@pytest.mark.parametrize(
    ("values", "message"), [(RNG.normal(0, 1, 50), "below"), (np.full(9, 133_088.0), "decimal point")]
)
def test_what_is_no_tempo_is_refused(values, message):
    with pytest.raises(DataError, match=message):
        tempo_unit(values, "t.csv")


def test_tempo_zero_does_not_count():
    assert tempo_unit(np.array([0.0, 0.0, 0.0, 120.0]), "t.csv").name == "BPM"


@pytest.mark.parametrize(
    ("middle", "hint", "unit"),
    [
        (208_000, "ms", "ms"),
        (208_000, "", "ms"),
        (208, "", "s"),
        (208, "s", "s"),
        (3.5, "", "min"),
        (3.5, "min", "min"),
        (25, "min", "min"),
        (25, "", "s"),
        (6_373, "ms", "ms"),
        (215, "ms", "s"),
        (208_000, "s", "ms"),
        (3.4, "ms", "min"),
    ],
)
def test_durations_go_by_their_median_and_the_name_settles_doubts(middle, hint, unit):
    found = duration_unit(middle * np.array([0.5, 1.0, 1.5]), hint, "t.csv")
    assert found.name == unit
    assert bool(found.note) == (hint not in ("", unit))


def test_durations_beyond_hours_are_refused():
    with pytest.raises(DataError, match="neither milliseconds, seconds nor minutes"):
        duration_unit(np.full(5, 2.1e8), "", "t.csv")

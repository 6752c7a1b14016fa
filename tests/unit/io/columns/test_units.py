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


# --- two units in one column or file -----------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.03, 0.1, 0.5, 0.9, 0.97])
def test_rows_of_two_scales_are_refused_in_any_proportion(share):
    fractions = {name: np.maximum(values, 0.05) for name, values in FRACTIONS.items()}
    turned = np.arange(N) < share * N
    mixed = {name: np.where(turned, np.round(100 * values, 1) + 2, values) for name, values in fractions.items()}
    with pytest.raises(DataError, match="two tables were put into one"):
        units(mixed)


def test_a_single_row_of_another_scale_is_said():
    fractions = {name: np.maximum(values, 0.05) for name, values in FRACTIONS.items()}
    percent = {
        name: np.where(np.arange(N) == 7, values, np.round(100 * values) + 2) for name, values in fractions.items()
    }
    notes = " ".join(unit.note for unit in units(percent).values())
    assert "1 row looks like 0–1 among percents (the first is row 8)" in notes
    few = {name: np.where(np.arange(N) == 7, 60.0, values) for name, values in fractions.items()}
    notes = " ".join(unit.note for unit in units(few).values())
    assert "1 row looks like percent among 0–1 (the first is row 8)" in notes


def test_a_percent_sign_in_every_cell_decides_even_below_one_percent():
    found = units({"instrumentalness": np.array([0.44, 0.2, 0.9])}, {"instrumentalness": "percent sign"})
    assert found["instrumentalness"].factor == 0.01 and "the cells say so" in found["instrumentalness"].why


@pytest.mark.parametrize("factor", [1 / 1000, 1 / 60_000])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_durations_in_two_units_are_refused(factor, share):
    values = RNG.uniform(120_000, 300_000, N)
    values[: int(share * N)] *= factor
    with pytest.raises(DataError, match="two units are mixed in one column"):
        duration_unit(values, "ms", "t.csv")


def test_a_few_odd_durations_are_said():
    values = RNG.uniform(120_000, 300_000, 1_000)
    values[4] = 215
    assert (
        "1 track lasts under two seconds or over six hours: in another unit, perhaps (row 5)"
        in duration_unit(values, "ms", "t").note
    )


def test_minutes_that_may_be_minutes_and_seconds_are_doubted():
    clock = RNG.integers(2, 5, 60) + RNG.integers(0, 60, 60) / 100
    assert "may be minutes and seconds" in duration_unit(clock, "", "t.csv").note
    assert not duration_unit(RNG.uniform(2, 5, 60).round(2), "", "t.csv").note


def test_tempos_that_no_music_has_are_missing_and_counted():
    unit = tempo_unit(np.array([0.0, 120.0, 2.0, 96.5, 301.0, np.nan]), "t.csv")
    assert (
        unit.missing.tolist() == [False, False, True, False, True, False]
        and "2 values below 20 or above 300" in unit.note
    )


@pytest.mark.parametrize("scale", [10, 1_000])
def test_loudness_that_lost_its_decimal_mark_is_refused(scale):
    with pytest.raises(DataError, match="decimal mark was lost"):
        loudness_unit(scale * RNG.uniform(-20, -11, 50), "", "t.csv")


@pytest.mark.parametrize("share", [0.08, 0.2])
def test_some_loudness_on_another_scale_is_refused(share):
    with pytest.raises(DataError, match="above 0 dB"):
        loudness_unit(np.where(np.arange(N) < share * N, 0.85, -8.5), "", "t.csv")

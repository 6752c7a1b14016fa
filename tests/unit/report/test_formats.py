import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songatlas.report import formats
from songatlas.report.formats import MINUS, NBSP, NONE

WRITERS = {
    "number": formats.number,
    "count": formats.count,
    "percent": formats.percent,
    "signed": formats.signed,
    "times": formats.times,
    "clock": formats.clock,
    "feature_value": lambda value: formats.feature_value(value, "energy"),
    "estimate": lambda value: formats.estimate(value, None),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_not_a_number_is_a_dash(name):
    assert [WRITERS[name](value) for value in (None, math.nan, math.inf)] == [NONE] * 3


@given(st.integers(-(10**12), 10**12))
def test_separators_do_not_change_a_count(value):
    assert int(formats.count(value).replace(",", "").replace(MINUS, "-")) == value


@given(st.floats(1e-12, 1 - 1e-12))
def test_a_share_between_none_and_all_is_never_shown_as_either(share):
    text = formats.percent(share).replace(NBSP, " ")
    assert text not in ("0.0 %", "100.0 %")
    assert abs(float(text.strip("<>% ")) - share * 100) <= 0.1


@given(st.floats(-1, 1))
def test_a_score_reads_back_and_has_a_zero_before_the_point(value):
    text = formats.number(value, 3)
    assert abs(float(text.replace(MINUS, "-")) - value) <= 0.0005001
    assert text.lstrip(MINUS)[0] in "01"


def test_negative_zero_has_no_sign():
    assert (formats.number(-0.0001), formats.signed(-0.01), formats.number(-0.0)) == ("0.00", "0.0", "0.00")


@given(st.integers(0, 10**8))
def test_clock_reads_back_to_the_second(milliseconds):
    seconds = 0
    for part in formats.clock(milliseconds).split(":"):
        seconds = seconds * 60 + int(part)
    assert abs(seconds * 1000 - milliseconds) <= 500


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("loudness", -7.61, f"{MINUS}7.6{NBSP}dB"),
        ("tempo", 124.9, f"125{NBSP}BPM"),
        ("duration_ms", 208_732, "3:29"),
        ("valence", 0.666, "0.67"),
        ("emb_7", 0.01234, "0.01234"),
    ],
)
def test_feature_value_carries_the_unit_of_its_feature(feature, value, text):
    assert formats.feature_value(value, feature) == text


def test_estimate_shows_interval_and_sample_and_exact_value_does_not():
    made = {"exact": False, "n_tracks": 34_198, "sample_size": 5_000, "low": 0.958, "high": 0.966}
    assert formats.estimate(0.962, made) == f"≈{NBSP}0.962 (95{NBSP}% 0.958–0.966, estimated on 5,000 tracks)"
    assert formats.estimate(0.962, {"exact": True, "n_tracks": 9}) == "0.962"


def test_estimate_without_interval_says_so_little_but_keeps_the_sample():
    made = {"exact": False, "n_tracks": 9, "sample_size": 5, "low": None, "high": None}
    assert formats.estimate(0.5, made) == f"≈{NBSP}0.500 (estimated on 5 tracks)"


def test_interval_below_zero_is_not_written_with_a_dash():
    assert formats.interval(-0.01, 0.03, 2) == f"{MINUS}0.01 to 0.03"

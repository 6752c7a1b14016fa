import json

import numpy as np
import pytest

from songatlas.evidence import SubMood, SubMoods
from songatlas.report import render_report, render_summary, summarize
from songatlas.schema import FEATURE_NAMES


def mood(number, parent, n_tracks, name):
    numbers = dict.fromkeys(FEATURE_NAMES, 0.5)
    return SubMood(number, parent, name, f"It is {name.lower()}.", n_tracks, 1.5, numbers, numbers, (number, 4))


@pytest.fixture
def two_levels(run_with):
    moods = (mood(0, 0, 3, "Slow & <Dark>"), mood(1, 0, 2, "Fast | Loud"), mood(2, 1, 4, "Undivided"))
    labels = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2], dtype=np.int32)
    return run_with(
        sub_moods=SubMoods("Cut where it is highest.", labels, moods, {0: np.empty((4, 4)), 1: np.empty((3, 4))})
    )


def test_summary_with_sub_moods_survives_strict_json_unchanged(two_levels):
    summary = summarize(two_levels)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    first = summary["sub_moods"]["by_cluster"]["0"][0]
    assert (first["share"], first["typical"][0]) == (0.6, {"track_name": "Glass Harbor", "artist_name": "The Invented"})


def test_report_lists_the_sub_moods_of_a_divided_cluster_only(two_levels):
    html = render_report(summarize(two_levels), {}, {})
    assert "3 sub-moods" in html and "Its 2 sub-moods" in html and "Cut where it is highest." in html
    assert "Slow &amp; &lt;Dark&gt;" in html and "Undivided" not in html


def test_summary_lists_the_sub_moods(two_levels):
    text = render_summary(summarize(two_levels))
    assert "| 0 | **Slow &amp; &lt;Dark&gt;** | 3 | It is slow" in text
    assert "Fast \\| Loud" in text and "Undivided" not in text


def test_a_run_without_sub_moods_says_nothing_of_them(run):
    assert summarize(run)["sub_moods"] is None
    assert "sub-mood" not in render_report(summarize(run), {}, {}) + render_summary(summarize(run)).replace(
        "no_sub_moods", ""
    )

"""Palette, text and layout helpers."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from songatlas.plot import PALETTE, cluster_color, drawable
from songatlas.plot._style import _luminance, drawing_order, label_colors, point_size, spread, text_color
from songatlas.plot._text import _characters, percent, text_width, visual_order, wrapped

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
DEUTERANOPE = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]])
PROTANOPE = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)


def oklab(color, vision):
    rgb = np.array(to_rgb(color))
    linear = np.clip(vision @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    lms = np.cbrt(np.array([[0.41222147, 0.53633254, 0.05144599], [0.2119035, 0.68069955, 0.10739696],
                            [0.08830246, 0.28171884, 0.62997870]]) @ linear)  # fmt: skip
    return np.array([[0.21045426, 0.79361779, -0.00407205], [1.9779985, -2.42859221, 0.4505937],
                     [0.02590404, 0.78277177, -0.80867577]]) @ lms  # fmt: skip


@pytest.mark.parametrize("vision", [np.eye(3), DEUTERANOPE, PROTANOPE], ids=["normal", "deuteranope", "protanope"])
def test_palette_colors_can_be_told_apart(vision):
    seen = [oklab(color, vision) for color in (*PALETTE, "#B0B0B0")]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > 0.03
    first = [np.linalg.norm(a - b) for a, b in itertools.combinations([*seen[:8], seen[-1]], 2)]
    assert min(first) > 0.06


def test_palette_has_twenty_colors_and_goes_on_after_them():
    assert len(set(PALETTE)) == 20
    assert len({cluster_color(i) for i in range(40)}) == 40


def test_noise_is_grey():
    assert cluster_color(-1) == "#B0B0B0"
    assert label_colors([0, -1]).shape == (2, 4)
    assert label_colors([0, -1])[1] == pytest.approx([176 / 255] * 3 + [1.0])


@pytest.mark.parametrize("color", PALETTE)
def test_text_in_a_cluster_color_reads_on_white(color):
    assert 1.05 / (_luminance(text_color(color)) + 0.05) >= 4.5


def test_drawing_order_is_a_fixed_permutation_with_noise_first():
    labels = np.array([0, -1, 1, 0, -1, 2])
    order = drawing_order(labels)
    assert sorted(order) == list(range(6))
    assert set(order[:2]) == {1, 4}
    assert (order == drawing_order(labels)).all()


def test_more_tracks_have_smaller_dots():
    sizes = [point_size(n) for n in (100, 1_000, 10_000, 100_000, 1_000_000)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] > 0.5


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.floats(0.01, 5))
def test_spread_keeps_the_order_and_the_gap(positions, gap):
    moved = spread(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    if (np.diff(np.sort(positions)) >= gap).all():
        assert moved == pytest.approx(np.array(positions))


@given(st.text(max_size=40))
def test_drawable_text_has_only_characters_that_a_font_has(text):
    line = drawable(text)
    assert all(ord(c) in _characters() for c in line)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in line)


def test_drawable_keeps_what_dejavu_has_and_boxes_the_rest():
    assert drawable("Beyoncé – Für Elise Ж") == "Beyoncé – Für Elise Ж"
    assert drawable("a\U0001f3b5b") == "a□b"
    assert drawable("e\u0301") == "é"


def test_visual_order_reverses_right_to_left_runs_only():
    assert visual_order("Fairuz 12") == "Fairuz 12"
    assert visual_order("אבג") == "גבא"
    assert visual_order("live אבג 12") == "live גבא 12"
    assert visual_order("(אב) 12") == "12 (בא)"


@given(st.text(alphabet="abc אבג (12)", max_size=20))
def test_visual_order_keeps_every_letter(text):
    plain = [c for c in text if c not in "()"]
    assert sorted(c for c in visual_order(text) if c not in "()") == sorted(plain)


@given(st.text(alphabet="ab é日 ", max_size=60), st.integers(2, 20))
def test_wrapped_lines_fit(text, width):
    assert all(text_width(line) <= width for line in wrapped(text, width).split("\n"))


def test_wrapped_cuts_after_the_last_line_allowed():
    assert wrapped("one two three four five", 9, lines=2) == "one two\nthree fo…"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(1.0, "100 %"), (0.996, "99.6 %"), (0.0999, "10 %"), (0.05, "5 %"), (0.00001, "< 0.1 %")],
)
def test_percent_is_never_rounded_to_all_or_nothing(share, expected):
    assert percent(share).replace("\u00a0", " ") == expected

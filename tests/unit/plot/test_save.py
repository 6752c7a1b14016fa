import numpy as np
import pytest
from PIL import Image

from songatlas.plot._save import N_COLORS, few_colors


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """Return a white page with flat bars in odd colors and a smooth patch of some 10,000 colors."""
    pixels = np.full((300, 400, 3), 255, dtype=np.uint8)
    pixels[:40, :100], pixels[40:60, :100] = (0, 114, 179), (231, 159, 1)
    ramp = np.linspace(0, 255, 100).astype(np.uint8)
    pixels[100:200, 100:200, 0], pixels[100:200, 100:200, 1], pixels[100:200, 100:200, 2] = ramp, ramp[:, None], 90
    return Image.fromarray(pixels)


def test_few_colors_keeps_grounds_and_bars_exact(picture):
    before, after = np.asarray(picture), np.asarray(few_colors(picture).convert("RGB"))
    assert (after[:90] == before[:90]).all()
    assert (after[210:] == 255).all()


def test_few_colors_moves_no_pixel_far_and_holds_one_byte_each(picture):
    few = few_colors(picture)
    moved = np.abs(np.asarray(few.convert("RGB")).astype(int) - np.asarray(picture).astype(int))
    assert few.mode == "P" and len(few.getcolors(N_COLORS)) <= N_COLORS
    assert 0 < moved.max() <= 26


def test_few_colors_leaves_a_picture_of_few_colors_as_it_is():
    pixels = np.zeros((20, 20, 3), dtype=np.uint8)
    pixels[:, :, 0] = np.arange(20)
    assert (np.asarray(few_colors(Image.fromarray(pixels)).convert("RGB")) == pixels).all()

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from songatlas.plot import method_maps, missing_scripts
from songatlas.plot._method_maps import matched_labels
from songatlas.plot._style import label_colors

PAIRS = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(-1, 5), min_size=n, max_size=n) for _ in range(2)])
)


def labeled(values: list[int]) -> np.ndarray:
    """Return labels 0..k−1 without gaps; −1 stays."""
    kept = sorted({v for v in values if v >= 0})
    return np.array([kept.index(v) if v >= 0 else -1 for v in values], dtype=np.int32)


@given(PAIRS)
def test_matching_changes_numbers_but_not_groups(pair):
    own, reference = map(labeled, pair)
    new = matched_labels(own, reference)
    assert ((new < 0) == (own < 0)).all()
    assert len({(a, b) for a, b in zip(own.tolist(), new.tolist(), strict=True)}) == len(set(own.tolist()))
    assert len(set(new.tolist())) == len(set(own.tolist()))


@given(PAIRS, st.permutations(range(6)))
def test_the_same_groups_in_another_order_get_the_same_numbers(pair, order):
    reference = labeled(pair[0])
    k = int(reference.max(initial=-1)) + 1
    swapped = np.array([*[o for o in order if o < k], -1], dtype=np.int32)[reference]
    assert (matched_labels(swapped, reference) == reference).all()


def test_a_cluster_keeps_its_color_in_the_panel_of_another_method():
    named = np.repeat([0, 1, 2], [50, 30, 20]).astype(np.int32)
    other = np.repeat([1, 0], [50, 50]).astype(np.int32)
    coordinates = np.column_stack([np.arange(100.0), np.zeros(100)])
    figure = method_maps(coordinates, {"dbscan": other, "kmeans": named}, reference="kmeans")
    points = figure.axes[0].collections[0]
    place = points.get_offsets()[:, 0].astype(int)
    colors = points.get_facecolors()[np.argsort(place)][:, :3]
    assert np.allclose(colors, label_colors(np.repeat([0, 1], 50))[:, :3])


def test_missing_scripts_names_what_no_font_draws():
    assert missing_scripts({"Latin": "Ab ç", "private": "a\U0010fffd", "nothing": ""}) == ["private"]

"""Every figure of odd runs draws without a warning; figures without data are left out; PNG bytes repeat."""

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from songatlas.errors import OutputError
from songatlas.plot import all_figures, captions, figure_png, save_figure

EVERYTHING = [
    "feature_distributions", "correlation_heatmap", "elbow", "scores_by_k", "silhouette_diagram",
    "k_distance", "dendrogram", "method_comparison", "cluster_sizes", "track_map", "method_maps",
    "feature_maps", "pca_map", "cluster_means_heatmap", "cluster_means_bars", "radar",
    "feature_distributions_by_cluster", "feature_boxes", "genres_by_cluster", "decades_by_cluster",
    "popularity_by_cluster",
]  # fmt: skip
FEW = ("energy", "tempo", "duration_ms")


def drawn_text(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


def test_a_full_run_has_every_figure_in_order_with_a_caption(run):
    assert list(all_figures(run)) == EVERYTHING
    found = captions(run)
    assert list(found) == EVERYTHING
    assert all(text.endswith(".") and len(text) > 30 for text in found.values())


def test_titles_say_the_finding_of_the_caption(run):
    found = captions(run)
    for name in ("cluster_sizes", "elbow", "method_comparison"):
        title = all_figures(run)[name]().get_suptitle().replace("\n", " ")
        assert title and title in found[name]


@pytest.mark.parametrize(
    "options",
    [
        {"n_tracks": 50, "n_clusters": 1, "features": FEW},
        {"n_tracks": 60, "n_clusters": 0, "method": "dbscan", "features": FEW},
        {"n_tracks": 50, "n_clusters": 2, "features": ("energy",), "methods": ("kmeans",)},
        {"n_tracks": 120, "n_clusters": 2, "features": FEW, "constant": "tempo", "full_tree": False},
        {"n_tracks": 2, "n_clusters": 1, "features": FEW, "methods": ("kmeans", "ward")},
    ],
    ids=["one cluster", "all noise", "one feature", "constant feature and sampled tree", "two tracks"],
)
def test_odd_runs_draw_without_a_warning(make_run, options):
    odd = make_run(**options)
    for figure in all_figures(odd).values():
        drawn = figure()
        assert isinstance(drawn, Figure) and drawn.get_suptitle()
        drawn.set_layout_engine("none")  # the layout takes most of the time
        drawn.draw_without_rendering()


def test_figures_without_data_are_left_out(make_run):
    bare = make_run(60, 2, extras=False, genres=False, has_map=False, methods=("kmeans",))
    missing = set(EVERYTHING) - set(all_figures(bare))
    assert missing == {
        "k_distance", "dendrogram", "track_map", "method_maps", "feature_maps", "genres_by_cluster",
        "decades_by_cluster", "popularity_by_cluster",
    }  # fmt: skip
    assert list(captions(bare)) == list(all_figures(bare))


def test_hundreds_of_features_are_limited_to_twelve_and_the_title_says_so(make_run):
    wide = make_run(80, 3, features=tuple(f"emb_{i}" for i in range(200)), methods=("kmeans",))
    figures = all_figures(wide)
    for name in ("cluster_means_heatmap", "feature_boxes", "radar", "correlation_heatmap"):
        title = figures[name]().get_suptitle().replace("\n", " ")
        assert "the 12 of 200 features that separate most" in title, name


def test_the_twelve_features_are_those_that_separate_most(make_run):
    wide = make_run(80, 3, features=tuple(f"emb_{i}" for i in range(40)), methods=("kmeans",))
    weight = {f: sum(p.share * p.z[f] ** 2 for p in wide.profiles) for f in wide.scaling.features}
    best = set(sorted(weight, key=lambda f: -weight[f])[:12])
    shown = {ax.get_title(loc="left") for ax in all_figures(wide)["feature_maps"]().axes}
    assert shown - {""} == best


def test_names_in_any_script_and_with_dollars_draw_without_a_warning(make_run):
    names = (
        "日本語の名前",
        "שלום עולם",
        "ไทย $A$AP \\alpha_x " + "very long " * 9,
        "🎵 emoji\n and \x07 control",
    )
    odd = make_run(120, 4, names=names)
    figures = all_figures(odd)
    for name in ("track_map", "cluster_sizes", "genres_by_cluster", "dendrogram"):
        figure = figures[name]()
        figure_png(figure, 40)
        assert any("$A$AP" in text for text in drawn_text(figure)), name
        assert max(len(line) for text in drawn_text(figure) for line in text.split("\n")) < 110


def test_captions_keep_the_characters_of_names(make_run):
    assert "日本語の名前" in captions(make_run(60, 1, names=("日本語の名前",)))["cluster_sizes"]


def test_drawing_leaves_the_global_settings_and_pyplot_alone(run):
    before = dict(matplotlib.rcParams)
    figure_png(all_figures(run)["elbow"](), 40)
    assert dict(matplotlib.rcParams) == before
    assert matplotlib.rcParams["font.size"] != 11.0


def test_the_users_settings_change_no_byte(run):
    plain = figure_png(all_figures(run)["cluster_sizes"](), 50)
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30, "savefig.bbox": "tight"}):
        assert figure_png(all_figures(run)["cluster_sizes"](), 50) == plain


def test_the_run_is_not_altered(run):
    labels, values = run.clustering.labels.copy(), run.tracks.copy()
    for name in ("track_map", "cluster_sizes", "silhouette_diagram", "feature_boxes"):
        all_figures(run)[name]()
    assert (run.clustering.labels == labels).all()
    assert run.tracks.equals(values)


def test_png_bytes_repeat_and_hold_no_software_version(run):
    first, second = (figure_png(all_figures(run)["track_map"](), 60) for _ in range(2))
    assert first == second
    assert first.startswith(b"\x89PNG") and b"Software" not in first and b"atplotlib" not in first


def test_png_has_the_size_asked_for(run):
    data = figure_png(all_figures(run)["elbow"](), 100)
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (800, 480)


def test_figure_png_keeps_the_figure_usable(run):
    figure = all_figures(run)["elbow"]()
    dpi, canvas = figure.dpi, figure.canvas
    assert figure_png(figure, 50) == figure_png(figure, 50)
    assert (figure.dpi, figure.canvas) == (dpi, canvas)


def test_save_figure_writes_the_bytes_and_says_where_it_cannot(run, tmp_path):
    figure = all_figures(run)["elbow"]()
    path = save_figure(figure, tmp_path / "elbow.png", dpi=50)
    assert path.read_bytes() == figure_png(figure, 50)
    with pytest.raises(OutputError, match="the figure cannot be written"):
        save_figure(figure, tmp_path / "missing" / "elbow.png", dpi=50)


def test_a_hundred_thousand_tracks_are_rasterized_in_one_collection():
    from songatlas.plot import track_map

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 8, 100_000).astype(np.int32)
    figure = track_map(rng.normal(size=(100_000, 2)), labels, [f"Cluster {i}" for i in range(8)])
    scatter = figure.axes[0].collections[-1]
    assert scatter.get_rasterized() and len(scatter.get_offsets()) == 100_000


def test_one_cluster_of_all_tracks_is_compared_with_nothing(make_run):
    names = set(all_figures(make_run(n_tracks=40, n_clusters=1, methods=("kmeans",))))
    assert not names & {"cluster_means_heatmap", "cluster_means_bars", "radar", "feature_boxes", "decades_by_cluster"}
    assert {"cluster_sizes", "feature_distributions", "pca_map"} <= names

"""Each figure by its content: points, names, limits, colors."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from songatlas.plot import (
    cluster_color,
    cluster_means_bars,
    cluster_means_heatmap,
    cluster_sizes,
    correlation_heatmap,
    decades_by_cluster,
    dendrogram,
    elbow,
    feature_boxes,
    feature_distributions,
    feature_distributions_by_cluster,
    feature_maps,
    genres_by_cluster,
    k_distance,
    method_comparison,
    method_maps,
    pca_map,
    popularity_by_cluster,
    radar,
    scores_by_k,
    silhouette_diagram,
    track_map,
)
from songatlas.plot._inputs import FigureInputs


@pytest.fixture(scope="module")
def inputs(run):
    return FigureInputs(run)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def y_names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def points_of(ax):
    return np.asarray(ax.collections[-1].get_offsets()), ax.collections[-1].get_facecolors()


def test_track_map_draws_every_track_in_the_color_of_its_cluster(inputs):
    figure = track_map(inputs.coordinates, inputs.labels, inputs.names)
    offsets, colors = points_of(figure.axes[0])
    assert len(offsets) == len(inputs.labels)
    drawn = {tuple(np.round(p, 6)): to_hex(c).upper() for p, c in zip(offsets, colors, strict=True)}
    for place in (0, 17, 299):
        expected = cluster_color(inputs.labels[place])
        assert drawn[tuple(np.round(inputs.coordinates[place], 6))] == expected


def test_track_map_names_every_cluster_without_overlaps_inside_the_axes(make_run):
    inputs = FigureInputs(make_run(1000, 20))
    figure = track_map(inputs.coordinates, inputs.labels, inputs.names)
    ax = figure.axes[0]
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert {t.replace("\n", " ") for t in texts(ax)} == set(inputs.names)
    frame = ax.get_window_extent().padded(1)
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_names_stand_near_their_cluster(inputs):
    figure = track_map(inputs.coordinates, inputs.labels, inputs.names)
    for note in figure.axes[0].texts:
        label = inputs.names.index(note.get_text().replace("\n", " "))
        own = inputs.coordinates[inputs.labels == label]
        assert np.hypot(*(own - note.xy).T).min() < 0.1 * np.ptp(inputs.coordinates)


def test_noise_is_grey_and_drawn_first(make_run):
    inputs = FigureInputs(make_run(method="dbscan"))
    _, colors = points_of(track_map(inputs.coordinates, inputs.labels, inputs.names).axes[0])
    grey = np.array([to_hex(c).upper() == "#B0B0B0" for c in colors])
    n_noise = int((inputs.labels < 0).sum())
    assert n_noise > 0 and grey[:n_noise].all() and not grey[n_noise:].any()


def test_clusters_are_not_drawn_one_after_the_other(inputs):
    _, colors = points_of(track_map(inputs.coordinates, inputs.labels, inputs.names).axes[0])
    shades = [to_hex(c) for c in colors]
    changes = sum(a != b for a, b in itertools.pairwise(shades))
    assert changes > 100


def test_an_axes_given_is_drawn_on_and_titled(inputs):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert track_map(inputs.coordinates, inputs.labels, inputs.names, ax=right) is figure
    assert not left.collections and right.collections
    assert "300 tracks in 4 clusters" in right.get_title(loc="left")
    assert figure.get_suptitle() == ""


def test_method_maps_has_a_panel_per_method_with_its_noise(run, inputs):
    labels = {m: c.labels for m, c in run.clusterings.items()}
    figure = method_maps(inputs.coordinates, labels)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles[0] == "K-Means: 4 clusters"
    assert titles[1].startswith("DBSCAN: 4 clusters, ") and titles[1].endswith("noise")


def test_feature_maps_color_by_the_value_in_the_shown_unit(inputs):
    figure = feature_maps(inputs.coordinates, inputs.values)
    maps = {ax.get_title(loc="left"): ax for ax in figure.axes if ax.get_title(loc="left")}
    assert list(maps)[-1] == "Duration" and len(maps) == 10
    shades = np.sort(np.asarray(maps["Duration"].collections[0].get_array()))
    assert shades == pytest.approx(np.sort(inputs.values["duration_ms"].to_numpy() / 60_000))


def test_feature_maps_show_cell_means_for_many_tracks(make_run):
    inputs = FigureInputs(make_run(6000, 2, features=("energy", "valence"), methods=("kmeans",)))
    shades = np.asarray(feature_maps(inputs.coordinates, inputs.values).axes[0].collections[0].get_array())
    assert len(shades) < 6000
    assert inputs.values["energy"].min() <= shades.min() and shades.max() <= inputs.values["energy"].max()


def test_pca_map_states_the_explained_variance_and_names_features(run, inputs):
    m = run.map
    figure = pca_map(m.pca, inputs.labels, inputs.names, m.explained_variance_ratio, m.loadings, run.scaling.features)
    ax = figure.axes[0]
    assert f"{100 * m.explained_variance_ratio[0]:.0f}\u00a0% of variance" in ax.get_xlabel()
    longest = run.scaling.features[int(np.hypot(*m.loadings[:2]).argmax())]
    assert longest.replace("duration_ms", "duration") in texts(ax)


def test_pca_arrows_point_along_the_loadings(run, inputs):
    m = run.map
    figure = pca_map(m.pca, inputs.labels, (), m.explained_variance_ratio, m.loadings, run.scaling.features)
    tips = [t.xy for t in figure.axes[0].texts if not t.get_text()]
    angles = sorted(np.arctan2(y, x) for x, y in tips)
    allowed = np.arctan2(m.loadings[1], m.loadings[0])
    assert len(tips) >= 5
    assert all(np.abs(allowed - angle).min() < 1e-6 for angle in angles)


def test_cluster_sizes_counts_tracks_and_puts_noise_last(make_run):
    inputs = FigureInputs(make_run(method="dbscan"))
    ax = cluster_sizes(inputs.labels, inputs.names).axes[0]
    assert y_names(ax) == [*inputs.names, "Noise"]
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [(inputs.labels == i).sum() for i in [0, 1, 2, 3, -1]]
    assert to_hex(ax.patches[-1].get_facecolor()).upper() == "#B0B0B0"


def test_elbow_marks_knee_and_choice():
    figure = elbow([2, 3, 4, 5], [100.0, 60.0, 50.0, 45.0], knee=3, chosen=4)
    ax = figure.axes[0]
    assert figure.get_suptitle() == "The inertia curve bends at 3 clusters; 4 were chosen"
    assert list(ax.lines[0].get_ydata()) == [100.0, 60.0, 50.0, 45.0]
    assert [4, 4] in [list(line.get_xdata()) for line in ax.lines]
    assert set(texts(ax)) == {"knee", "chosen: 4"}
    assert ax.get_ylim()[0] == 0


def test_elbow_of_one_chosen_cluster_is_said_in_the_singular():
    assert elbow([2, 3], [9.0, 8.0], chosen=1).get_suptitle().endswith("1 was chosen")


def test_scores_by_k_marks_the_lowest_davies_bouldin_and_the_highest_others():
    curve = {
        "n_clusters": [2, 3, 4],
        "silhouette": [0.2, 0.3, None],
        "davies_bouldin": [1.5, 1.2, 1.4],
        "calinski_harabasz": [10.0, 20.0, 30.0],
    }
    figure = scores_by_k({"kmeans": curve}, chosen=3)
    best = [next(line for line in ax.lines if line.get_markersize() == 12) for ax in figure.axes]
    assert [line.get_xdata()[0] for line in best] == [3, 3, 4]
    assert figure.get_suptitle() == "Silhouette peaks at 3 clusters (K-Means\u00a00.300)"
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == "K-Means"


def test_silhouette_diagram_has_one_sorted_shape_per_cluster_and_the_mean(inputs, run):
    silhouette = run.clustering.silhouette
    ax = silhouette_diagram(silhouette, inputs.labels, inputs.names).axes[0]
    assert len(ax.collections) == 4
    for label, shape in enumerate(ax.collections):
        own = silhouette[inputs.labels == label]
        widths = shape.get_paths()[0].vertices[:, 0]
        assert widths.max() == pytest.approx(max(own.max(), 0)) and widths.min() == pytest.approx(min(own.min(), 0))
        heights = shape.get_paths()[0].vertices[:, 1]
        assert np.ptp(heights) == pytest.approx(len(own))
    assert f"mean {silhouette.mean():.3f}" in texts(ax)
    assert y_names(ax) == list(inputs.names)


def test_silhouette_diagram_thins_its_curve_but_not_its_ends():
    silhouette = np.linspace(-0.3, 0.9, 100_000)
    ax = silhouette_diagram(silhouette, np.zeros(100_000, np.int32), ["One"]).axes[0]
    vertices = ax.collections[0].get_paths()[0].vertices
    assert len(vertices) < 10_000
    assert vertices[:, 0].max() == pytest.approx(0.9) and vertices[:, 0].min() == pytest.approx(-0.3)


def test_k_distance_marks_the_eps_that_was_used(run):
    figure = k_distance(run.k_distance)
    ax = figure.axes[0]
    assert "eps used: 1.4" in texts(ax) and "knee: 1.6" in texts(ax)
    assert [1.4, 1.4] in [list(line.get_ydata()) for line in ax.lines]
    share = (run.k_distance.distance <= 1.4).mean()
    assert float(figure.get_suptitle().split("\u00a0")[0]) == pytest.approx(100 * share, abs=1.5)


def test_dendrogram_leaves_hold_all_tracks_and_the_names_of_their_clusters(make_run):
    run = make_run(method="ward")
    inputs = FigureInputs(run)
    figure = dendrogram(run.tree, n_clusters=4, labels=inputs.labels, names=inputs.names, max_leaves=12)
    leaves = y_names(figure.axes[0])
    assert len(leaves) == 12
    assert sum(int(leaf.split("  ")[0]) for leaf in leaves) == 300
    assert {leaf.split("  ")[1] for leaf in leaves} == set(inputs.names)


def test_dendrogram_is_cut_where_it_gives_the_number_of_clusters(run):
    ax = dendrogram(run.tree, n_clusters=3, max_leaves=10).axes[0]
    cut = next(line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--")
    assert (run.tree[:, 2] > cut).sum() == 2
    assert "cut into 3" in texts(ax)
    assert all(leaf.endswith("tracks") or leaf == "1 track" for leaf in y_names(ax))


def test_dendrogram_of_two_tracks_draws_one_merge():
    assert y_names(dendrogram(np.array([[0.0, 1.0, 2.0, 2.0]])).axes[0]) == ["1 track", "1 track"]


def test_correlation_heatmap_writes_the_numbers_and_a_dash_for_a_constant_column():
    r = np.array([[1.0, -0.5, np.nan], [-0.5, 1.0, np.nan], [np.nan] * 3])
    figure = correlation_heatmap(["energy", "duration_ms", "tempo"], r)
    written = texts(figure.axes[0])
    assert written.count("−0.50") == 2 and written.count("–") == 5
    assert figure.get_suptitle() == "Energy and duration go against each other most (r = −0.50)"
    assert figure.axes[0].images[0].get_clim() == (-1.0, 1.0)


def test_cluster_means_heatmap_writes_z_by_cluster(run, inputs):
    ax = cluster_means_heatmap(run.profiles, inputs.features).axes[0]
    z = [f"{run.profiles[0].z[f]:+.1f}".replace("-", "−") for f in inputs.features]
    assert [t.replace("+0.0", "0.0") for t in texts(ax)[:10]] == [
        t.replace("+0.0", "0.0").replace("−0.0", "0.0") for t in z
    ]
    low, high = ax.images[0].get_clim()
    assert low == -high


def test_cluster_means_bars_show_means_in_the_shown_unit(run, inputs):
    figure = cluster_means_bars(run.profiles, inputs.features, inputs.catalogue)
    panel = next(ax for ax in figure.axes if ax.get_xlabel() == "duration (minutes)")
    assert [bar.get_width() for bar in panel.patches] == pytest.approx(
        [p.mean["duration_ms"] / 60_000 for p in run.profiles]
    )
    dashed = [line.get_xdata()[0] for line in panel.lines]
    assert dashed == pytest.approx([inputs.catalogue["duration_ms"] / 60_000])


def test_radar_draws_at_most_twelve_clusters_and_says_so(make_run):
    inputs = FigureInputs(make_run(600, 14, methods=("kmeans",)))
    figure = radar(inputs.profiles, inputs.values, inputs.catalogue)
    assert len(figure.axes) == 12
    assert "the 12 largest of 14 clusters" in figure.get_suptitle().replace("\n", " ")
    for ax in figure.axes:
        radii = ax.lines[0].get_ydata()
        assert radii[0] == radii[-1] and radii.min() >= 0 and radii.max() <= 1


def test_radar_places_a_mean_between_the_quantiles_of_all_tracks(run, inputs):
    ax = radar(run.profiles, inputs.values, inputs.catalogue).axes[0]
    low, high = inputs.values["energy"].quantile([0.05, 0.95])
    expected = np.clip((run.profiles[0].mean["energy"] - low) / (high - low), 0, 1)
    assert ax.lines[0].get_ydata()[inputs.features.index("energy")] == pytest.approx(expected)


def test_distributions_hold_every_track_in_range(inputs):
    figure = feature_distributions(inputs.values)
    energy = next(ax for ax in figure.axes if ax.get_xlabel() == "energy (0–1)")
    assert energy.patches[0].get_data().values.sum() == 300
    assert energy.get_xlim() == (0.0, 1.0)


def test_distributions_by_cluster_keep_each_ridge_in_its_row(inputs):
    figure = feature_distributions_by_cluster(inputs.values, inputs.labels, inputs.names)
    for ax in figure.axes:
        for label, ridge in enumerate(ax.patches):
            top = ridge.get_data().values
            assert top.max() <= label and top.min() == pytest.approx(label - 0.95)
            assert to_hex(ridge.get_facecolor()).upper() == cluster_color(label)
    assert y_names(figure.axes[0]) == list(inputs.names)


def test_boxes_span_the_middle_half_of_each_cluster(inputs):
    ax = feature_boxes(inputs.values, inputs.labels, inputs.names).axes[0]
    own = inputs.values["danceability"][inputs.labels == 2]
    box = ax.patches[2]
    assert box.get_x() == pytest.approx(own.quantile(0.25))
    assert box.get_x() + box.get_width() == pytest.approx(own.quantile(0.75))


def test_genres_show_share_and_lift(run):
    figure = genres_by_cluster(run.profiles)
    ax = figure.axes[0]
    assert ax.get_title(loc="left") == run.profiles[0].name
    assert texts(ax)[0] == "30\u00a0% · 4.0×"
    assert figure.get_suptitle().replace("\n", " ").startswith("Genre 0 0 is 4.0 times as common in Party Tracks")


def test_decades_show_the_share_within_the_row(inputs):
    ax = decades_by_cluster(inputs.decades, inputs.labels, inputs.names).axes[0]
    table = np.asarray(ax.images[0].get_array())
    assert table.sum(axis=1) == pytest.approx(np.ones(5))
    assert y_names(ax)[0] == "All tracks"
    known = inputs.decades[np.isfinite(inputs.decades)]
    assert table[0, 0] == pytest.approx((known == known.min()).mean())


def test_popularity_writes_the_median_of_each_cluster(inputs):
    ax = popularity_by_cluster(inputs.popularity, inputs.labels, inputs.names).axes[0]
    medians = inputs.popularity.groupby(inputs.labels).median()
    assert texts(ax) == [f"median {m:.0f}" for m in medians]


def test_method_comparison_marks_the_winner_and_shows_noise(inputs):
    figure = method_comparison(inputs.compared)
    rows = figure.axes[0].get_yticklabels()
    assert [row.get_text().split("\n")[0] for row in rows] == ["K-Means", "DBSCAN", "Ward"]
    assert [row.get_fontweight() for row in rows] == ["bold", "normal", "normal"]
    noise = texts(figure.axes[3])
    assert noise[0] == "0\u00a0%" and noise[1] == f"{100 * inputs.compared[1].noise_share:.0f}\u00a0%"

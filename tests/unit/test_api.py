"""The face for Python: tables, displays, saving and loading."""

import pandas as pd
import pytest

import songatlas
from songatlas.errors import DataError, OutputError, ParameterError


@pytest.fixture(scope="module")
def run():
    return songatlas.cluster_tracks(songatlas.make_catalogue(400, seed=4), map="none", n_clusters_range=(2, 4))


def test_every_public_name_loads():
    for name in songatlas.__all__:
        assert getattr(songatlas, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        songatlas.nothing  # noqa: B018


def test_tables_agree_with_the_profiles(run):
    assert run.clusters["name"].tolist() == [p.name for p in run.profiles]
    assert run.clusters["share"].sum() == pytest.approx(1)
    assert len(run.map) == run.clusters["n_tracks"].sum()
    assert run.scores["winner"].sum() == 1
    assert set(run.scores["method"]) == {"kmeans", "dbscan", "ward"}


def test_displays_show_the_names_and_no_markup_of_titles(run):
    assert run.profiles[0].name in repr(run)
    assert run.profiles[0].name.replace("&", "&amp;") in run._repr_html_()
    assert "<script>" not in run._repr_html_()


def test_keywords_win_over_options():
    options = songatlas.Options().with_values(n_clusters=3, map="none", methods=["kmeans"])
    found = songatlas.cluster_tracks(songatlas.make_catalogue(200, seed=1), options, n_clusters=4)
    assert len(found.clusters) == 4
    with pytest.raises(ParameterError, match="unknown option 'clusters'"):
        songatlas.cluster_tracks(songatlas.make_catalogue(200, seed=1), clusters=3)


def test_a_saved_run_comes_back_and_is_not_overwritten_by_accident(run, tmp_path):
    folder = run.save(tmp_path / "RUN")
    back = songatlas.load_run(folder)
    pd.testing.assert_frame_equal(back.clusters, run.clusters)
    pd.testing.assert_frame_equal(back.scores, run.scores)
    assert back.summary_markdown() == run.summary_markdown()
    with pytest.raises(OutputError, match="exists already"):
        run.save(folder)
    with pytest.raises(DataError, match="no such folder"):
        songatlas.load_run(tmp_path / "absent")


def test_figures_draw_without_touching_pyplot(run):
    import sys

    drawers = run.figures()
    assert "cluster_sizes" in drawers and "track_map" not in drawers
    assert drawers["cluster_sizes"]().axes
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()

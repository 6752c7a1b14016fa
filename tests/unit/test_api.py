"""The face for Python: tables, displays, saving and loading."""

import pandas as pd
import pytest

import songatlas
from songatlas.errors import DataError, OutputError, ParameterError

QUICK = {"map": "none", "methods": ["kmeans"], "no_evidence": True, "no_sub_moods": True}


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
    options = songatlas.Options().with_values(n_clusters=3, **QUICK)
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


def test_rows_come_back_in_their_order_under_the_index_of_the_table(tmp_path):
    table = songatlas.make_catalogue(120, seed=5)
    table.index = pd.Index([f"row {i % 100}" for i in range(120)], name="mine")
    run = songatlas.cluster_tracks(table, n_clusters=2, **QUICK)
    pd.testing.assert_index_equal(run.tracks.index, table.index)
    assert run.tracks["id_songs"].tolist() == table["id_songs"].tolist()
    assert table.assign(cluster=run.tracks["cluster"])["cluster"].tolist() == run.tracks["cluster"].tolist()
    pd.testing.assert_index_equal(run.map.index, table.index[run.data.kept])
    loaded = songatlas.load_run(run.save(tmp_path / "RUN"))
    pd.testing.assert_index_equal(loaded.tracks.index, pd.RangeIndex(120))
    pd.testing.assert_frame_equal(loaded.tracks, run.tracks.reset_index(drop=True), check_dtype=False)


def test_a_part_of_a_table_that_was_read_keeps_its_index(tmp_path):
    songatlas.make_catalogue(120, seed=5).to_csv(tmp_path / "t.csv", index=False)
    part = songatlas.read_tracks(tmp_path / "t.csv").iloc[::2]
    run = songatlas.cluster_tracks(part, n_clusters=2, **QUICK)
    assert run.tracks.index.tolist() == list(range(0, 120, 2))
    assert run.tracks["track_id"].tolist() == part["track_id"].tolist()


@pytest.mark.parametrize(("mode", "said"), [("keep", " Kept."), ("merge", " Merged into the first, and their genres")])
def test_the_summary_says_what_was_done_with_repeated_ids(mode, said):
    table = songatlas.make_catalogue(200, seed=3)
    table = pd.concat([table, table.head(5).assign(name_song="Another title")], ignore_index=True)
    run = songatlas.cluster_tracks(table, same_id=mode, duplicate_row=mode, n_clusters=2, **QUICK)
    line = next(line for line in run.summary_markdown().splitlines() if "with the id of an earlier row" in line)
    assert said in line

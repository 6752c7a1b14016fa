"""What holds of every join of features: nothing is lost or changed, and no order decides."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.join import join_features

SOUND = [name for name in FEATURE_NAMES if name != "duration_ms"]
ID = "{:022d}"  # as long as an id of the large services, so that it needs no title beside it

title = st.sampled_from(
    ["Tin Moon", "Tin Moon - Live", "Tin Moon (feat. Bo)", "Café", "Cafe", "夜の港", "Bo - Café", ""]
)
artist = st.sampled_from(["Ana", "Bo", "Ana; Bo", "Ana & Bo", "The Ana", ""])
an_id = st.sampled_from(["", ID.format(1), ID.format(2), "7"])
length = st.sampled_from([np.nan, 200_000.0, 201_000.0, 260_000.0])
track_rows = st.lists(st.tuples(an_id, title, artist, length), min_size=1, max_size=8)


def table_of(rows):
    table = pd.DataFrame(rows, columns=["track_id", "track_name", "artist_name", "duration_ms"])
    return table.astype({"track_id": "str", "track_name": "str", "artist_name": "str", "duration_ms": "float64"})


def source_of(rows, seed):
    """Return a source in which no two rows are equally popular, so that nothing depends on their order."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({name: rng.uniform(0.1, 0.9, len(rows)).round(4) for name in SOUND})
    return pd.concat([table_of(rows), features], axis=1).assign(popularity=rng.permutation(len(rows)).astype(float))


def with_anchor(rows):
    """Return rows with one more that both tables have, so that something is always found."""
    return [*rows, (ID.format(9), "Anchor", "Anchor Band", np.nan)]


@settings(max_examples=150, deadline=None)
@given(track_rows, track_rows, track_rows, st.integers(0, 3))
def test_no_track_is_lost_moved_or_changed(rows, first, second, seed):
    tracks = table_of(with_anchor(rows)).assign(number=range(len(rows) + 1))
    sources = [("one", source_of(with_anchor(first), seed)), ("two", source_of(with_anchor(second), seed + 1))]
    joined, report = join_features(tracks, sources)
    assert joined["number"].tolist() == tracks["number"].tolist()
    for name in ("track_id", "track_name", "artist_name"):
        own = (tracks[name] != "").to_numpy()
        assert joined[name][own].tolist() == tracks[name][own].tolist()
    known = tracks["duration_ms"].notna()
    assert joined["duration_ms"][known].tolist() == tracks["duration_ms"][known].tolist()
    found = joined["matched_by"] != ""
    assert found.equals(joined["features_from"] != "")
    assert joined[SOUND].notna().all(axis=1).equals(found)
    assert report.n_matched == found.sum()
    assert [row for row, _, _ in report.unmatched] == np.flatnonzero(~found).tolist()
    assert report.n_tracks == report.n_had_features + report.n_matched + report.n_unmatched


@settings(max_examples=150, deadline=None)
@given(track_rows, track_rows, st.data())
def test_the_order_of_the_source_changes_nothing_without_ties(rows, source_rows, data):
    tracks, source = table_of(with_anchor(rows)), source_of(with_anchor(source_rows), 0)
    order = data.draw(st.permutations(range(len(source))))
    one, report = join_features(tracks, [("source", source)])
    other, other_report = join_features(tracks, [("source", source.iloc[order])])
    pd.testing.assert_frame_equal(one, other)
    assert report == other_report


@settings(max_examples=100, deadline=None)
@given(track_rows, track_rows, st.data())
def test_the_order_of_the_tracks_changes_no_match(rows, source_rows, data):
    tracks, source = table_of(with_anchor(rows)), source_of(with_anchor(source_rows), 0)
    order = data.draw(st.permutations(range(len(tracks))))
    one, _ = join_features(tracks, [("source", source)])
    other, _ = join_features(tracks.iloc[order], [("source", source)])
    pd.testing.assert_frame_equal(one.iloc[order], other)

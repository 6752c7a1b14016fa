import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songatlas.kernels.ranks import distance_ranks


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.sampled_from([1, 3, 10]))
def test_ranks_count_the_nearer_tracks(seed: int, n_tracks: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(n_tracks, n_features)))
    tracks = rng.integers(0, n_tracks, 7)
    others = rng.integers(0, n_tracks, (7, 3))
    ranks = distance_ranks(X, tracks, others)
    for i, track in enumerate(tracks):
        distances = ((X - X[track]) ** 2).sum(axis=1)
        rest = np.arange(n_tracks) != track
        for j, other in enumerate(others[i]):
            expected = 0 if other == track else 1 + (distances[rest] < distances[other]).sum()
            assert ranks[i, j] == expected


@pytest.mark.parametrize("n_tracks", [511, 512, 513, 1500])
def test_no_track_is_missed_at_the_ends_of_blocks(n_tracks: int) -> None:
    X = np.arange(n_tracks, dtype=float)[:, None]
    assert distance_ranks(X, [0, 0], [[n_tracks - 1], [1]]).tolist() == [[n_tracks - 1], [1]]


@pytest.mark.parametrize(
    ("tracks", "others", "message"),
    [
        ([3], [[1]], "tracks must lie between 0 and 2, got 3 to 3"),
        ([0], [[-1]], "others must lie between 0 and 2, got -1 to -1"),
        ([0.0], [[1]], r"tracks must be integers along 1 axes, got float64 of shape \(1,\)"),
        ([0], [1], r"others must be integers along 2 axes, got int64 of shape \(1,\)"),
        ([0, 1], [[1]], "one row for each of the 2 tracks, got 1"),
    ],
)
def test_rows_that_are_not_there_are_refused(tracks: list[int], others: list[list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        distance_ranks(np.zeros((3, 2)), tracks, others)


def test_progress_adds_up_to_the_tracks() -> None:
    done: list[float] = []
    distance_ranks(np.arange(50.0)[:, None], np.arange(50), np.zeros((50, 1), dtype=int), done.append)
    assert sum(done) == 50

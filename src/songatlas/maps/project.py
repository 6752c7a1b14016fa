"""Principal components and the t-SNE map of all tracks, and how far the map can be trusted."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from songatlas.kernels.kdtree import nearest_others
from songatlas.kernels.ranks import distance_ranks
from songatlas.kernels.tsne import tsne
from songatlas.progress import SILENT, Progress
from songatlas.results import FloatArray, Provenance, TrackMap

_QUALITY_SAMPLE = 2_000


def principal_components(X: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return scores on the first two components, explained variance ratios and loadings of all components.

    Signs are fixed: the largest loading of each component is positive.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)

    Returns
    -------
    scores : ndarray of shape (n_tracks, 2); the second column is 0 where X has one dimension
    explained_variance_ratio : ndarray of shape (n_components,)
    loadings : ndarray of shape (n_components, n_features)
    """
    n_components = min(X.shape)
    solver = "covariance_eigh" if len(X) > X.shape[1] else "full"
    if not np.ptp(X, axis=0).any():
        return np.zeros((len(X), 2)), np.zeros(n_components), np.zeros((n_components, X.shape[1]))
    scores = np.zeros((len(X), 2))
    with threadpool_limits(1, user_api="blas"):  # else last digits, and the map, could vary with the threads
        pca = PCA(n_components=n_components, svd_solver=solver).fit(X)
        loadings = pca.components_
        signs = np.sign(loadings[np.arange(n_components), np.abs(loadings).argmax(1)])
        loadings = loadings * signs[:, None]
        scores[:, : min(2, n_components)] = (X - pca.mean_) @ loadings[:2].T
    return scores, pca.explained_variance_ratio_, loadings


def map_tracks(
    X: FloatArray,
    *,
    method: str = "tsne",
    n_neighbors: int = 10,
    n_iterations: int = 500,
    seed: int = 0,
    nearest: Callable[[], NDArray[np.int64]] | None = None,
    progress: Progress = SILENT,
) -> TrackMap:
    """Return the principal components and, with ``method='tsne'``, the t-SNE map of all tracks.

    t-SNE (van der Maaten & Hinton 2008) with FFT-accelerated repulsion (Linderman et al. 2019), started from
    the principal components (Kobak & Berens 2019), with uniform weights on exact nearest neighbors
    (Böhm, Berens & Kobak 2022). The map is turned by `align_map`. The same X and seed give the same bytes,
    whatever the number of threads; the order of the rows is the caller's to fix.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    method : 'tsne' or 'none'
    n_neighbors : int
        Neighbors that attract; lowered where there are fewer tracks.
    n_iterations : int
        A fifth of them with early exaggeration.
    seed : int
        Parts copies of a track, and draws the sample for the map's quality.
    nearest : callable, optional
        Returns the nearest other tracks of every track, nearest first, shape (n_tracks, n_neighbors or more), where
        something else has searched them already.
    """
    scores, ratio, loadings = principal_components(X)
    n_neighbors = min(n_neighbors, len(X) - 1)
    if method == "none" or n_neighbors < 2 or not np.ptp(X, axis=0).any():
        why = "no map was asked for" if method == "none" else "too few different tracks for a map"
        return TrackMap("pca", f"principal components ({why})", None, scores, ratio, loadings)
    if nearest is not None:
        neighbors = np.ascontiguousarray(nearest()[:, :n_neighbors])
    else:
        with progress.step("neighbors for the map", float(len(X))) as step:
            neighbors = exact_neighbors(X, n_neighbors, advance=step.advance)
    with progress.step("drawing the map", n_iterations) as step:
        coordinates = tsne(neighbors, scores, n_iterations=n_iterations, seed=seed, advance=step.advance)
    coordinates = align_map(coordinates, scores)
    with progress.step("judging the map", float(min(len(X), _QUALITY_SAMPLE))) as step:
        quality, provenance = map_quality(X, coordinates, seed=seed, advance=step.advance)
    text = (
        f"t-SNE of all {len(X):,} tracks: uniform weights on {n_neighbors} exact nearest neighbors, "
        f"{n_iterations} iterations from the principal components"
    )
    return TrackMap("tsne", text, coordinates, scores, ratio, loadings, quality, provenance)


def exact_neighbors(X: FloatArray, k: int, *, advance: Callable[[float], object] | None = None) -> NDArray[np.int64]:
    """Return the positions of the k nearest other tracks of every track, shape (n_tracks, k)."""
    return nearest_others(X, k, advance).indices


def _others(found: NDArray[np.int64], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what was found, one fewer per row: without the row's own track."""
    drop = found == own[:, None]
    drop[~drop.any(1), -1] = True  # among many copies a track may miss itself: drop its last neighbor instead
    return np.asarray(found[~drop].reshape(len(found), found.shape[1] - 1))


def align_map(coordinates: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the map centered and turned, so that the same map always looks the same.

    The first axis is the direction of largest variance; each axis points the way the principal component of
    the same number grows. Distances do not change.

    Parameters
    ----------
    coordinates : ndarray of shape (n_tracks, 2)
    scores : ndarray of shape (n_tracks, 2)
        Scores on the first two principal components of the features.
    """
    centered = coordinates - coordinates.mean(axis=0)
    x, y = centered.T
    angle = 0.5 * np.arctan2(2.0 * (x * y).sum(), (x * x).sum() - (y * y).sum())
    turned = np.column_stack(
        [x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)],
    )
    against = (turned * (scores - scores.mean(axis=0))).sum(axis=0) < 0
    turned[:, against] *= -1.0
    return turned


def map_quality(
    X: FloatArray,
    coordinates: FloatArray,
    *,
    seed: int,
    k: int = 10,
    advance: Callable[[float], object] | None = None,
) -> tuple[dict[str, float], dict[str, Provenance]]:
    """Return how much of the neighborhoods the map keeps, for a sample of tracks against all tracks.

    ``neighbors_kept``: mean share of a track's k nearest tracks on the map that are among its k nearest by
    features, ``trustworthiness`` (Venna & Kaski
    2001): 1 when no far track came near, about .5 for a random map. Each has its provenance under the same
    name: the sample size and a 95 % interval, a point where all tracks were looked at.
    """
    n = len(X)
    sample = np.sort(np.random.default_rng(seed).permutation(n)[:_QUALITY_SAMPLE])
    k = min(k, max(1, n // 2 - 1))
    on_map = _others(cKDTree(coordinates).query(coordinates[sample], k=k + 1, workers=-1)[1], sample)
    ranks = distance_ranks(X, sample, on_map, advance)
    kept = (ranks <= k).mean(axis=1)
    trust = 1.0 - 2.0 / (k * max(1, 2 * n - 3 * k - 1)) * np.maximum(0, ranks - k).sum(axis=1)
    figures = {"neighbors_kept": kept, "trustworthiness": trust}
    return (
        {name: float(each.mean()) for name, each in figures.items()},
        {name: _estimated(each, n) for name, each in figures.items()},
    )


def _estimated(each: FloatArray, n: int) -> Provenance:
    """Return the provenance of a mean over sampled tracks, with its 95 % interval inside 0–1."""
    mean = float(each.mean())
    if len(each) == n:
        return Provenance(n, None, mean, mean)
    half = float(1.96 * each.std(ddof=1) / np.sqrt(len(each)))
    return Provenance(n, len(each), max(0.0, mean - half), min(1.0, mean + half))

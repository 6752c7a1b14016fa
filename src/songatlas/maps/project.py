"""Principal components and the t-SNE map of all tracks, and how far the map can be trusted."""

import numpy as np
from scipy.spatial import cKDTree
from sklearn.decomposition import PCA

from songatlas.progress import SILENT, Progress
from songatlas.results import FloatArray, Provenance, TrackMap

_QUALITY_SAMPLE = 2_000
_CHUNK = 25  # iterations between two reports of progress


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
    if np.all(X == X[0]):
        return np.zeros((len(X), 2)), np.zeros(n_components), np.zeros((n_components, X.shape[1]))
    pca = PCA(n_components=n_components, svd_solver="covariance_eigh" if len(X) > X.shape[1] else "full").fit(X)
    loadings = pca.components_
    signs = np.sign(loadings[np.arange(n_components), np.abs(loadings).argmax(1)])
    loadings = loadings * signs[:, None]
    scores = np.zeros((len(X), 2))
    scores[:, : min(2, n_components)] = (X - pca.mean_) @ loadings[:2].T
    return scores, pca.explained_variance_ratio_, loadings


def map_tracks(
    X: FloatArray,
    *,
    method: str = "tsne",
    n_neighbors: int = 15,
    n_iterations: int = 500,
    seed: int = 0,
    progress: Progress = SILENT,
) -> TrackMap:
    """Return the principal components and, with ``method='tsne'``, the t-SNE map of all tracks.

    t-SNE (van der Maaten & Hinton 2008) with FFT-accelerated repulsion (Linderman et al. 2019), started from
    the principal components (Kobak & Berens 2019), with uniform weights on exact nearest neighbors
    (Böhm, Berens & Kobak 2022).

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    method : 'tsne' or 'none'
    n_neighbors : int
        Neighbors that attract; lowered where there are fewer tracks.
    n_iterations : int
        A fifth of them with early exaggeration.
    """
    scores, ratio, loadings = principal_components(X)
    n_neighbors = min(n_neighbors, len(X) - 1)
    if method == "none" or n_neighbors < 2 or np.all(X == X[0]):
        why = "no map was asked for" if method == "none" else "too few different tracks for a map"
        return TrackMap("pca", f"principal components ({why})", None, scores, ratio, loadings)
    neighbors = exact_neighbors(X, n_neighbors)
    coordinates = _tsne(neighbors, scores, n_iterations, seed, progress)
    quality, provenance = map_quality(X, coordinates, seed=seed)
    text = (
        f"t-SNE of all {len(X):,} tracks: uniform weights on {n_neighbors} exact nearest neighbors, "
        f"{n_iterations} iterations from the principal components"
    )
    return TrackMap("tsne", text, coordinates, scores, ratio, loadings, quality, provenance)


def exact_neighbors(X: FloatArray, k: int) -> np.ndarray:
    """Return the positions of the k nearest other tracks of every track, shape (n_tracks, k)."""
    _, found = cKDTree(X).query(X, k=k + 1, workers=-1)
    own = found == np.arange(len(X))[:, None]
    own[~own.any(1), -1] = True  # among many copies a track may miss itself: drop its last neighbor instead
    return found[~own].reshape(len(X), k)


def map_quality(X: FloatArray, coordinates: FloatArray, *, seed: int, k: int = 10) -> tuple[dict[str, float], Provenance]:
    """Return how much of the neighborhoods the map keeps, for a sample of tracks against all tracks.

    ``neighbors_kept``: mean share of a track's k nearest tracks that are among its k nearest on the map, with a
    95 % interval in the provenance; ``trustworthiness`` (Venna & Kaski 2001).
    """
    n = len(X)
    sample = np.sort(np.random.default_rng(seed).permutation(n)[:_QUALITY_SAMPLE])
    k = min(k, max(1, n // 2 - 1))
    on_map = cKDTree(coordinates).query(coordinates[sample], k=k + 1, workers=-1)[1]
    kept = np.empty(len(sample))
    intrusion = 0.0
    for i, track in enumerate(sample):
        distance = ((X - X[track]) ** 2).sum(1)
        distance[track] = -1.0
        near_map = [j for j in on_map[i] if j != track][:k]
        cut = np.partition(distance, k)[k]
        closer = np.sort(distance)
        ranks = np.searchsorted(closer, distance[near_map], side="left")
        kept[i] = (distance[near_map] <= cut).mean()
        intrusion += float(np.maximum(0, ranks - k).sum())
    trust = 1.0 - 2.0 / (len(sample) * k * max(1, 2 * n - 3 * k - 1)) * intrusion
    half = 1.96 * kept.std(ddof=1) / np.sqrt(len(sample)) if len(sample) > 1 and len(sample) < n else 0.0
    mean = float(kept.mean())
    size = len(sample) if len(sample) < n else None
    return {"neighbors_kept": mean, "trustworthiness": trust}, Provenance(n, size, mean - half, mean + half)


def _tsne(neighbors: np.ndarray, start: FloatArray, n_iterations: int, seed: int, progress: Progress) -> FloatArray:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    n = len(neighbors)
    early = max(1, n_iterations // 5)
    with progress.step("drawing the map", n_iterations) as step:
        affinities = Uniform(
            knn_index=PrecomputedNeighbors(neighbors, np.ones(neighbors.shape)), symmetrize="max", n_jobs=1
        )
        embedding = TSNEEmbedding(
            start / start[:, 0].std() * 1e-4,
            affinities,
            negative_gradient_method="fft" if n > 3_000 else "bh",
            n_jobs=1,
            random_state=seed,
        )
        for total, exaggeration, momentum in ((early, 12.0, 0.5), (n_iterations - early, None, 0.8)):
            for done in range(0, total, _CHUNK):
                steps = min(_CHUNK, total - done)
                embedding = embedding.optimize(
                    steps, exaggeration=exaggeration, momentum=momentum, learning_rate="auto", n_jobs=1
                )
                step.advance(steps)
    return np.asarray(embedding, dtype=np.float64)

"""The t-SNE map of all tracks; the maps are compared by how well they keep neighborhoods."""

import os

import numpy as np
from numpy.typing import NDArray

from ..data import Data, FloatArray
from ..map_quality import SAMPLE, K, map_quality
from ..work import Check, Given, Tool, Work

_KEPT_LESS, _TRUSTED_LESS = 0.01, 0.015  # what ours may fall short of the other's
_ITERATIONS = 750  # openTSNE's default; given to scikit-learn-intelex as well


def _ours(X: FloatArray, given: Given) -> NDArray[np.float64]:
    """Return the map as `songatlas.maps.project.map_tracks` draws it, without its judgement."""
    from songatlas.kernels.tsne import tsne
    from songatlas.maps.project import align_map, exact_neighbors, principal_components
    from songatlas.options import MapOptions
    from songatlas.seeds import stage_seed

    usual = MapOptions()
    scores = principal_components(X)[0]
    neighbors = exact_neighbors(X, usual.map_neighbors)
    coordinates = tsne(neighbors, scores, n_iterations=usual.map_iterations, seed=stage_seed(0, "map"))
    return align_map(coordinates, scores)


def _open_tsne(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from openTSNE import TSNE

    return np.asarray(TSNE(n_jobs=os.cpu_count(), random_state=0).fit(X))


def _intelex(X: FloatArray, given: Given) -> NDArray[np.float64]:
    from sklearnex.manifold import TSNE

    coordinates: NDArray[np.float64] = TSNE(max_iter=_ITERATIONS, n_jobs=os.cpu_count(), random_state=0).fit_transform(
        X
    )
    return coordinates


def _check(data: Data, given: Given, ours: NDArray[np.float64], other: NDArray[np.float64] | None) -> Check:
    maps = [ours] if other is None else [ours, other]
    judged = map_quality(data.X, maps)
    kept = " and ".join(f"{quality.kept:.3f}" for quality in judged)
    trusted = " and ".join(f"{quality.trustworthiness:.3f}" for quality in judged)
    both = "ours and the other's, " if other is not None else ""
    sample = min(SAMPLE, len(data.X))
    text = (
        f"{both}the same {sample:,} tracks against all, by SciPy: {K} neighbors kept {kept}, trustworthiness {trusted}"
    )
    mine, its = judged[0], judged[-1]
    enough = mine.kept >= its.kept - _KEPT_LESS and mine.trustworthiness >= its.trustworthiness - _TRUSTED_LESS
    return Check(bool(np.isfinite(ours).all() and enough), text)


WORK = Work(
    key="tsne",
    title="t-SNE map of all tracks",
    ours=(Tool("songatlas", "map_tracks: 10 uniform exact neighbors, 500 iterations", _ours),),
    others=(
        Tool(
            "openTSNE",
            f"TSNE(n_jobs={os.cpu_count()}), its defaults: perplexity 30, 750 iterations",
            _open_tsne,
            package="openTSNE",
            largest=100_000,
            limit="measured up to 100,000",
        ),
        Tool(
            "intelex",
            f"TSNE(max_iter={_ITERATIONS})",
            _intelex,
            package="scikit-learn-intelex",
            largest=100_000,
            limit="measured up to 100,000",
        ),
    ),
    check=_check,
)

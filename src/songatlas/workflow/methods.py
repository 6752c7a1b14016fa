"""Runs the clustering methods over their candidates, scores all of these at once, and lets each method choose.

One pass over the distances between tracks serves the silhouettes of all methods' solutions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from songatlas.cluster.dbscan import eps_grid, knee, min_samples_candidates
from songatlas.cluster.gaussian_mixture import fit_gaussian_mixtures
from songatlas.cluster.hdbscan import fit_hdbscan, min_cluster_sizes
from songatlas.cluster.labels import relabel_by_size
from songatlas.cluster.n_clusters import Curve, choose_by_silhouette
from songatlas.cluster.ward import cut_height, cut_tree
from songatlas.evidence import Ballot
from songatlas.kernels.dbscan import dbscan_grid
from songatlas.kernels.kdtree import Neighbors, nearest_others
from songatlas.kernels.kmeans import kmeans_sweep
from songatlas.kernels.ward import ward_tree
from songatlas.options import ClusterOptions, JudgeOptions
from songatlas.progress import Progress
from songatlas.results import FloatArray, KDistance, LabelArray
from songatlas.seeds import stage_seed

from .ballot import N_PARTS, ballot_of, stability_curve
from .scoring import Trial, score_labelings
from .thorough import more_votes

_CURVE_POINTS = 2_000
_HDBSCAN_MIN_SAMPLES = 10


@dataclass(frozen=True)
class MethodResult:
    """All trials of a method, the position of its choice, and why; plus what only this method has."""

    trials: list[Trial]
    chosen: int
    reason: str
    tree: FloatArray | None = None
    k_distance: KDistance | None = None

    def marked(self) -> list[Trial]:
        """Return the trials with the choice marked in its candidate."""
        return [
            replace(t, candidate=replace(t.candidate, chosen=(i == self.chosen))) for i, t in enumerate(self.trials)
        ]


@dataclass(frozen=True)
class Fits:
    """The solutions of a method, not yet scored; ``conclude`` makes its result of their trials and the ballot.

    ``usual`` is the solution that is shown where all are degenerate; the other degenerate ones then need no silhouette.
    """

    labelings: Sequence[LabelArray]
    params: Sequence[Mapping[str, float]]
    conclude: Callable[[list[Trial], Ballot | None], MethodResult]
    notes: Sequence[str] = ()
    usual: int | None = None
    tree: FloatArray | None = None


class NearestOthers:
    """The nearest others of every track, searched once for all that needs them.

    Parameters
    ----------
    X : ndarray of shape (n_tracks, n_features)
    k : int
        The most that are needed; no more than there are.
    progress : Progress
    """

    def __init__(self, X: FloatArray, k: int, progress: Progress) -> None:
        self._X, self._k, self._progress = X, max(1, min(k, len(X) - 1)), progress
        self._found: Neighbors | None = None

    def found(self) -> Neighbors:
        """Return the tree and the lists."""
        if self._found is None:
            with self._progress.step("nearest tracks of every track", float(len(self._X))) as step:
                self._found = nearest_others(self._X, self._k, step.advance)
        return self._found


def neighbors_needed(X: FloatArray, options: ClusterOptions) -> int:
    """Return how many nearest others DBSCAN needs of each track; 0 where it does not run."""
    if "dbscan" not in options.methods:
        return 0
    return max(_min_samples(X, options)) - 1


def _min_samples(X: FloatArray, options: ClusterOptions) -> list[int]:
    n_tracks, n_features = X.shape
    wanted = options.min_samples
    return sorted({min(count, n_tracks) for count in ([wanted] if wanted else min_samples_candidates(n_features))})


@dataclass(frozen=True)
class Task:
    """What every method is given."""

    X: FloatArray
    ks: tuple[int, ...]
    options: ClusterOptions
    seed: int
    progress: Progress
    nearest: NearestOthers


def fit_kmeans(task: Task) -> Fits:
    """Fit K-Means for every number of clusters, restarting each until its best result was met twice."""
    with task.progress.step("K-Means", 1.0) as step:
        fits = kmeans_sweep(
            task.X,
            task.ks,
            n_init=task.options.n_init,
            seed=stage_seed(task.seed, "kmeans"),
            advance=step.advance,
        )
    labelings = [relabel_by_size(fit.labels, task.X) for fit in fits]
    params = [{"n_clusters": k, "n_starts": fit.n_starts} for k, fit in zip(task.ks, fits, strict=True)]
    notes = ["" if fit.confirmed else f"best of {fit.n_starts} starts was met only once" for fit in fits]

    def conclude(trials: list[Trial], ballot: Ballot | None) -> MethodResult:
        return MethodResult(trials, *_choose_k(task, trials, ballot))

    return Fits(labelings, params, conclude, notes)


def fit_ward(task: Task) -> Fits:
    """Build the Ward tree of all tracks and cut it at every number of clusters (and at a height, when given)."""
    with task.progress.step("Ward tree", float(len(task.X) - 1)) as step:
        tree = ward_tree(task.X, advance=step.advance)
    labelings = [relabel_by_size(cut_tree(tree, k), task.X) for k in task.ks]
    params: list[dict[str, float]] = [{"n_clusters": k} for k in task.ks]
    height = task.options.ward_height
    if height is not None:
        labelings.append(relabel_by_size(cut_height(tree, height), task.X))
        params.append({"height": height})

    def conclude(trials: list[Trial], ballot: Ballot | None) -> MethodResult:
        if height is not None:
            chosen, reason = len(trials) - 1, f"Cut at height {height:g}, as asked."
        else:
            chosen, reason = _choose_k(task, trials, ballot)
        return MethodResult(trials, chosen, reason, tree=tree)

    return Fits(labelings, params, conclude, tree=tree)


def fit_dbscan(task: Task) -> Fits:
    """Try a small grid around the knee of the k-distance curve; the best that is not degenerate is chosen."""
    counts = _min_samples(task.X, task.options)
    neighbors = task.nearest.found()
    distances = neighbors.distances
    curves = {count: np.sort(distances[:, max(0, count - 2)])[::-1] for count in counts}
    asked = task.options.eps
    radii = {
        count: [asked] if asked is not None else [float(e) for e in eps_grid(curves[count])[1]] for count in counts
    }
    labelings, grid = [], []
    with task.progress.step("DBSCAN", float(sum(map(len, radii.values())))) as step:
        for count in counts:
            for found in dbscan_grid(task.X, radii[count], [count], step.advance, neighbors=neighbors):
                labelings.append(relabel_by_size(found.labels, task.X))
                grid.append((found.eps, count))
    knee_eps = eps_grid(curves[max(counts)])[0] if asked is None else asked
    usual = min(range(len(grid)), key=lambda i: (grid[i][1] != max(counts), abs(grid[i][0] - knee_eps)))

    def conclude(trials: list[Trial], _: Ballot | None) -> MethodResult:
        chosen, reason = _choose_density(trials, usual)
        eps, count = grid[chosen]
        return MethodResult(trials, chosen, reason, k_distance=_k_distance(curves[count], count, eps))

    return Fits(labelings, [{"eps": eps, "min_samples": count} for eps, count in grid], conclude, usual=usual)


def fit_hdbscan_solutions(task: Task) -> Fits:
    """Try a few smallest cluster sizes; the best that is not degenerate is chosen."""
    sizes = min_cluster_sizes(len(task.X))
    min_samples = task.options.min_samples or _HDBSCAN_MIN_SAMPLES
    with task.progress.step("HDBSCAN", 1.0) as step:
        labelings = fit_hdbscan(task.X, sizes, min_samples=min_samples, advance=step.advance)
    params = [{"min_cluster_size": size, "min_samples": min_samples} for size in sizes]

    def conclude(trials: list[Trial], _: Ballot | None) -> MethodResult:
        return MethodResult(trials, *_choose_density(trials, usual=0))

    return Fits(labelings, params, conclude, usual=0)


def fit_mixtures(task: Task) -> Fits:
    """Fit a mixture per number of components; the lowest BIC is chosen unless a number was asked for."""
    with task.progress.step("Gaussian mixtures", 1.0) as step:
        fits = fit_gaussian_mixtures(
            task.X, task.ks, seed=stage_seed(task.seed, "gaussian_mixture"), advance=step.advance
        )
    notes = ["" if fit.converged else "did not converge" for fit in fits]
    params = [{"n_clusters": fit.n_components, "bic": fit.bic} for fit in fits]

    def conclude(trials: list[Trial], ballot: Ballot | None) -> MethodResult:
        if task.options.n_clusters is not None:
            return MethodResult(trials, *_choose_k(task, trials, ballot))
        chosen = int(np.argmin([fit.bic for fit in fits]))
        return MethodResult(trials, chosen, f"BIC is lowest at {fits[chosen].n_components} components.")

    return Fits([fit.labels for fit in fits], params, conclude, notes)


def one_cluster(task: Task) -> MethodResult:
    """Return the only grouping of equal tracks: one cluster."""
    labels = np.zeros(len(task.X), dtype=np.int32)
    trials = score_labelings(task.X, ["kmeans"], [labels], [{"n_clusters": 1}])
    return MethodResult(trials, 0, "All tracks have equal features: there is one cluster.")


METHODS: dict[str, Callable[[Task], Fits]] = {
    "kmeans": fit_kmeans,
    "dbscan": fit_dbscan,
    "ward": fit_ward,
    "hdbscan": fit_hdbscan_solutions,
    "gaussian_mixture": fit_mixtures,
}


def concluded(
    task: Task, fits: Mapping[str, Fits], judge: JudgeOptions
) -> tuple[dict[str, MethodResult], Ballot | None]:
    """Return the result of each method, all solutions scored in one go, and the ballot on the number of clusters."""
    methods = [method for method, fit in fits.items() for _ in fit.labelings]
    labelings = [labels for fit in fits.values() for labels in fit.labelings]
    params = [param for fit in fits.values() for param in fit.params]
    notes = [note for fit in fits.values() for note in (fit.notes or [""] * len(fit.labelings))]
    spare = [fit.usual not in (None, i) for fit in fits.values() for i in range(len(fit.labelings))]
    with task.progress.step(f"silhouettes of {len(labelings)} solutions", 1.0) as step:
        trials = score_labelings(task.X, methods, labelings, params, notes, step.advance, spare=spare)
    by_method = {method: [t for t, own in zip(trials, methods, strict=True) if own == method] for method in fits}
    ballot = _ballot(task, fits, by_method, judge)
    return {method: fit.conclude(by_method[method], ballot) for method, fit in fits.items()}, ballot


def _ballot(
    task: Task, fits: Mapping[str, Fits], trials: Mapping[str, list[Trial]], judge: JudgeOptions
) -> Ballot | None:
    """Return the ballot; the stability over parts is computed for it where it decides, or evidence is gathered.

    With ``thorough`` the votes of more criteria stand beside those it was held on.
    """
    more = {}
    if "kmeans" in fits and len(task.ks) > 1 and (judge.choose == "stability" or not judge.no_evidence):
        with task.progress.step("K-Means on parts of the tracks", float(N_PARTS)) as step:
            labelings = [trial.labels for trial in trials["kmeans"]]
            more["stability"] = stability_curve(task.X, labelings, task.ks, task.seed, step.advance)
    tree = fits["ward"].tree if "ward" in fits else None
    ballot = ballot_of(task.ks, trials, tree, choose=judge.choose, more=more)
    if ballot is None or len(task.ks) < 2 or not judge.thorough or judge.no_evidence:
        return ballot
    return replace(ballot, votes=ballot.votes + more_votes(task.X, task.ks, task.seed, task.progress))


def _choose_k(task: Task, trials: list[Trial], ballot: Ballot | None) -> tuple[int, str]:
    """Return the trial at the number that was asked for or voted for, else the one with the highest silhouette."""
    k = task.options.n_clusters
    if k is not None:
        return task.ks.index(k), f"{k} clusters, as asked."
    if ballot is not None and ballot.chosen is not None:
        voted = task.ks.index(ballot.chosen)
        if trials[voted].candidate.barred is None:
            return voted, ballot.reason
    candidates = [t.candidate for t in trials]
    curve = Curve(
        [c.n_clusters for c in candidates],
        [c.silhouette for c in candidates],
        [c.davies_bouldin for c in candidates],
        [c.barred for c in candidates],
    )
    chosen, reason = choose_by_silhouette(curve)
    return (0 if chosen is None else chosen), reason


def _choose_density(trials: list[Trial], usual: int) -> tuple[int, str]:
    """Return the trial with the highest silhouette over all tracks among those not barred, else the usual one."""
    open_ = [i for i, t in enumerate(trials) if t.candidate.barred is None]
    if open_:
        best = max(open_, key=lambda i: (trials[i].candidate.silhouette or -1.0, -i))
        return best, f"Highest silhouette of the {len(open_)} solutions that are not degenerate."
    return usual, f"All {len(trials)} solutions are degenerate; shown is the one with the usual parameters."


def _k_distance(falling: FloatArray, count: int, eps: float) -> KDistance:
    n = len(falling)
    rank = np.unique(np.linspace(0, n - 1, min(n, _CURVE_POINTS)).round().astype(np.int64))
    at_knee = float(falling[knee(falling)]) if n > 1 else float(falling[0])
    return KDistance(max(1, count - 1), rank.astype(float), falling[rank], eps, at_knee)

"""Chooses the run's grouping among the methods, and says in words how."""

from collections.abc import Mapping
from dataclasses import replace

from songatlas.cluster.n_clusters import RULE, suggestions
from songatlas.options import ClusterOptions
from songatlas.results import Candidate, Choice

from .methods import MethodResult

METHOD_RULE = (
    "Every method's choice is scored in the same space on the same tracks, and ranked by silhouette, Davies-Bouldin "
    "and Calinski-Harabasz; the best mean rank wins, ties go to the higher silhouette. Noise counts against all "
    "three (a silhouette of 0; the other two are divided or multiplied by the share of tracks in clusters). "
    "Degenerate solutions cannot win."
)
_WORDS = {
    "kmeans": "K-Means",
    "dbscan": "DBSCAN",
    "ward": "Ward",
    "hdbscan": "HDBSCAN",
    "gaussian_mixture": "Gaussian mixture",
}


def choose_method(results: Mapping[str, MethodResult], options: ClusterOptions) -> tuple[str, str]:
    """Return the method whose chosen solution is the run's, and why."""
    chosen = {method: result.trials[result.chosen].candidate for method, result in results.items()}
    fair = {m: c for m, c in chosen.items() if c.barred is None}
    if options.n_clusters is not None:
        asked = {m: c for m, c in chosen.items() if c.n_clusters == options.n_clusters}
        fair = {m: c for m, c in asked.items() if c.barred is None} or asked
    if not fair:
        first = next(iter(results))
        reasons = "; ".join(f"{_WORDS[m]}: {c.barred}" for m, c in chosen.items())
        return first, f"No method found a grouping that is not degenerate ({reasons}). {_WORDS[first]} is shown for want of a better one."
    ranks = _mean_ranks(fair)
    winner = min(fair, key=lambda m: (ranks[m], -_silhouette(fair[m]), list(results).index(m)))
    return winner, " ".join(_told(m, c, m == winner, len(fair) > 1) for m, c in chosen.items())


def describe_choice(results: Mapping[str, MethodResult], method: str, why: str, options: ClusterOptions) -> Choice:
    """Return the number of clusters chosen, the rule, the curves behind it and what each criterion suggests."""
    curves = {
        m: _curve([t.candidate for t in r.trials if "n_clusters" in t.candidate.params])
        for m, r in results.items()
        if m in ("kmeans", "ward", "gaussian_mixture")
    }
    found: dict[str, int] = {}
    lead = "kmeans" if "kmeans" in results else next(iter(curves), None)
    if lead is not None:
        elbow = results[lead].suggestions.get("elbow (knee of inertia)")
        known = curves[lead]
        found = suggestions({n: known[n] for n in known}, [int(k) for k in known["n_clusters"]], elbow)
    for result in results.values():
        found.update({k: v for k, v in result.suggestions.items() if k not in found})
    result = results[method]
    rule = "The number that was asked for." if options.n_clusters is not None else f"{RULE} {METHOD_RULE}"
    n = result.trials[result.chosen].candidate.n_clusters
    return Choice(n, rule, f"{result.reason} {why}", curves, found)


def all_candidates(results: Mapping[str, MethodResult], method: str) -> tuple[Candidate, ...]:
    """Return the candidates of all methods, the choices and the winner marked."""
    return tuple(
        replace(trial.candidate, winner=trial.candidate.chosen and name == method)
        for name, result in results.items()
        for trial in result.marked()
    )


def _mean_ranks(fair: Mapping[str, Candidate]) -> dict[str, float]:
    """Return each method's mean rank (1 is best) over three scores, noise counted against all of them."""
    total = dict.fromkeys(fair, 0.0)
    for score in (_silhouette, _compactness, _separation):
        values = {m: score(c) for m, c in fair.items()}
        for m in fair:
            total[m] += 1 + sum(v > values[m] for v in values.values())
    return {m: t / 3 for m, t in total.items()}


def _compactness(candidate: Candidate) -> float:
    """Return Davies-Bouldin turned so that higher is better."""
    score = candidate.davies_bouldin
    return -score / max(1e-9, 1 - candidate.noise_share) if score is not None else float("-inf")


def _separation(candidate: Candidate) -> float:
    score = candidate.calinski_harabasz
    return score * (1 - candidate.noise_share) if score is not None else float("-inf")


def _told(method: str, candidate: Candidate, winner: bool, contested: bool) -> str:
    """Return a sentence on one method's choice."""
    name = _WORDS[method]
    if candidate.barred is not None:
        return f"{name} is out: {candidate.barred}."
    scores = f"silhouette {_silhouette(candidate):.3f}, Davies-Bouldin {candidate.davies_bouldin or float('nan'):.2f}"
    clusters = f"{candidate.n_clusters} clusters"
    if winner:
        return f"{name} is used ({clusters}, {scores})." if contested else f"{name}: {clusters}, {scores}."
    return f"{name} ranks behind it ({clusters}, {scores})."


def _silhouette(candidate: Candidate) -> float:
    return candidate.silhouette if candidate.silhouette is not None else -1.0


def _curve(candidates: list[Candidate]) -> dict[str, list[float]]:
    names = ("n_clusters", "inertia", "silhouette", "davies_bouldin", "calinski_harabasz")
    return {name: [getattr(c, name) for c in candidates] for name in names}

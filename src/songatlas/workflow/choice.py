"""Chooses the run's grouping among the methods, and says in words how."""

from collections.abc import Mapping
from dataclasses import replace

from songatlas.cluster.n_clusters import RULE, suggestions
from songatlas.options import ClusterOptions
from songatlas.results import Candidate, Choice

from .methods import MethodResult

METHOD_RULE = (
    "The first method leads (K-Means, unless others were asked for). Another takes its place only when it is better "
    "by all three scores, computed in the same space on the same tracks: silhouette, Davies-Bouldin and "
    "Calinski-Harabasz. Noise counts against all three (a silhouette of 0; the other two are divided or multiplied "
    "by the share of tracks in clusters). Degenerate solutions cannot win."
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
    if options.use != "auto":
        return (
            options.use,
            f"{_WORDS[options.use]} is used, as asked. {_others_told(chosen, options.use)}".strip(),
        )
    fair = {m: c for m, c in chosen.items() if c.barred is None}
    if options.n_clusters is not None:
        asked = {m: c for m, c in chosen.items() if c.n_clusters == options.n_clusters}
        fair = {m: c for m, c in asked.items() if c.barred is None} or asked or fair
    if not fair:
        lead = next(iter(results))
        return lead, (
            f"No method found a grouping that is not degenerate. {_others_told(chosen, '')} {_WORDS[lead]} is shown "
            "for want of a better one."
        )
    lead = next(iter(fair))
    better = [m for m, c in fair.items() if all(score(c) > score(fair[lead]) for score in _SCORES)]
    winner = max(better, key=lambda m: _silhouette(fair[m])) if better else lead
    told = f"{_WORDS[winner]} is used: {_told(winner, chosen[winner])}. {_others_told(chosen, winner)}".strip()
    if winner == lead and len(fair) > 1:
        told += (
            f" {_WORDS[lead]} gives way only to a method that is better by all three scores (the third is "
            "Calinski-Harabasz)."
        )
    return winner, told


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
    return Choice(n, rule, f"{result.reason} {why}".strip(), curves, found)


def all_candidates(results: Mapping[str, MethodResult], method: str) -> tuple[Candidate, ...]:
    """Return the candidates of all methods, the choices and the winner marked."""
    return tuple(
        replace(trial.candidate, winner=trial.candidate.chosen and name == method)
        for name, result in results.items()
        for trial in result.marked()
    )


def _compactness(candidate: Candidate) -> float:
    """Return Davies-Bouldin turned so that higher is better."""
    score = candidate.davies_bouldin
    return -score / max(1e-9, 1 - candidate.noise_share) if score is not None else float("-inf")


def _separation(candidate: Candidate) -> float:
    score = candidate.calinski_harabasz
    return score * (1 - candidate.noise_share) if score is not None else float("-inf")


def _told(method: str, candidate: Candidate) -> str:
    """Return a method's choice in words."""
    if candidate.silhouette is None or candidate.davies_bouldin is None:
        return f"{candidate.n_clusters} cluster" + ("s" if candidate.n_clusters != 1 else "")
    noise = f", {candidate.noise_share:.1%} noise".replace("%", " %") if candidate.n_noise else ""
    return (
        f"{candidate.n_clusters} clusters{noise}, silhouette {candidate.silhouette:.3f}, "
        f"Davies-Bouldin {candidate.davies_bouldin:.2f}"
    )


def _others_told(chosen: Mapping[str, Candidate], winner: str) -> str:
    """Return a sentence for each method that does not win."""
    told = []
    for method, candidate in chosen.items():
        if method == winner:
            continue
        if candidate.barred is not None:
            told.append(f"{_WORDS[method]} is out: {candidate.barred}.")
        else:
            told.append(f"{_WORDS[method]} found {_told(method, candidate)}.")
    return " ".join(told)


def _silhouette(candidate: Candidate) -> float:
    return candidate.silhouette if candidate.silhouette is not None else -1.0


_SCORES = (_silhouette, _compactness, _separation)


def _curve(candidates: list[Candidate]) -> dict[str, list[float]]:
    names = ("n_clusters", "inertia", "silhouette", "davies_bouldin", "calinski_harabasz")
    return {name: [getattr(c, name) for c in candidates] for name in names}

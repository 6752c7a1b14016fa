"""Chooses the run's grouping among the methods, and says in words how."""

from collections.abc import Mapping
from dataclasses import replace

from songatlas.evidence import Ballot
from songatlas.metrics.external import adjusted_rand_score
from songatlas.options import ClusterOptions
from songatlas.results import Candidate, Choice

from .methods import MethodResult
from .verdict import SAME_GROUPS

METHOD_RULE = (
    "The first method leads (K-Means, unless others were asked for). Another takes its place only when it is better "
    "by all three scores, computed in the same space on the same tracks: silhouette, Davies-Bouldin and "
    "Calinski-Harabasz. Noise counts against all three (a silhouette of 0; the other two are divided or multiplied "
    "by the share of tracks in clusters). Degenerate solutions cannot win. Where K-Means and Ward find the same groups "
    f"(adjusted Rand of {SAME_GROUPS:g} and more), groups are there, and Ward leads instead of K-Means: it follows the "
    "gaps between groups of unequal size, where K-Means cuts large ones to even sizes out."
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
    same = _same_groups(fair, results) if lead == "kmeans" else None
    grouped = same is not None and same >= SAME_GROUPS
    if grouped:
        lead = "ward"
    rivals = {m: c for m, c in fair.items() if not (grouped and m == "kmeans")}
    better = [m for m, c in rivals.items() if all(score(c) > score(fair[lead]) for score in _SCORES)]
    winner = max(better, key=lambda m: _silhouette(fair[m])) if better else lead
    told = f"{_WORDS[winner]} is used: {_told(winner, chosen[winner])}. {_others_told(chosen, winner)}".strip()
    if grouped and winner == "ward":
        told += (
            f" K-Means and Ward find the same groups (adjusted Rand {same:.2f}); Ward follows the gaps between them."
        )
    if winner == lead and len(fair) > 1:
        told += (
            f" {_WORDS[lead]} gives way only to a method that is better by all three scores (the third is "
            "Calinski-Harabasz)."
        )
    return winner, told


def _same_groups(fair: Mapping[str, Candidate], results: Mapping[str, MethodResult]) -> float | None:
    """Return the adjusted Rand of K-Means with Ward where both chose the same number of clusters."""
    if not {"kmeans", "ward"} <= set(fair) or fair["kmeans"].n_clusters != fair["ward"].n_clusters:
        return None
    labels = [results[m].trials[results[m].chosen].labels for m in ("kmeans", "ward")]
    return adjusted_rand_score(*labels)


def describe_choice(
    results: Mapping[str, MethodResult], method: str, why: str, options: ClusterOptions, ballot: Ballot | None
) -> Choice:
    """Return the number of clusters chosen, the rule, the curves behind it and what each criterion suggests."""
    curves = {
        m: _curve([t.candidate for t in r.trials if "n_clusters" in t.candidate.params])
        for m, r in results.items()
        if m in ("kmeans", "ward", "gaussian_mixture")
    }
    found = {v.title: v.n_clusters for v in ballot.votes if v.n_clusters is not None} if ballot else {}
    result = results[method]
    rule = (
        "The number that was asked for."
        if options.n_clusters is not None
        else f"{ballot.rule if ballot else ''} {METHOD_RULE}".strip()
    )
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

"""The part of the summary on choosing: the curves, every candidate, and what each method came to."""

from collections.abc import Sequence
from typing import Any

from songatlas.results import Candidate, RunData

from ._judgement import judgement_exactness
from .formats import basis
from .plain import plain_number, plain_provenance, plain_text, plain_value
from .words import METHOD_WORDS, method_title

MOST_SIZES = 30


def summarize_choice(run: RunData) -> dict[str, Any]:
    """Return how the number of clusters was chosen: the rule, the curves, what each criterion prefers."""
    choice = run.choice
    return {
        "n_clusters": int(choice.n_clusters),
        "rule": plain_text(choice.rule),
        "explanation": plain_text(choice.explanation),
        "suggestions": [{"criterion": plain_text(c), "n_clusters": int(k)} for c, k in choice.suggestions.items()],
        "curves": [_curve(method, rows) for method, rows in choice.curves.items()],
        "given": run.options.cluster.n_clusters is not None,
        "k_distance": None
        if run.k_distance is None
        else {
            "k": int(run.k_distance.k),
            "eps": plain_number(run.k_distance.eps),
            "knee": plain_number(run.k_distance.knee),
        },
    }


def _curve(method: str, columns: Any) -> dict[str, Any]:
    """Return one method's curve as rows; a column that is absent or too short is filled with None."""
    names = ("n_clusters", "inertia", "silhouette", "davies_bouldin", "calinski_harabasz")
    length = len(columns.get("n_clusters", ()))

    def cell(name: str, i: int) -> float | None:
        values: Sequence[Any] = columns.get(name, ())
        return plain_number(values[i]) if i < len(values) else None

    return {
        "method": method,
        "title": method_title(method),
        "rows": [{name: cell(name, i) for name in names} for i in range(length)],
    }


def summarize_candidate(candidate: Candidate) -> dict[str, Any]:
    """Return one candidate as plain values, with a verdict in words."""
    total = candidate.n_noise + sum(candidate.sizes)
    return {
        "method": candidate.method,
        "title": method_title(candidate.method),
        "params": plain_value(candidate.params),
        "n_clusters": int(candidate.n_clusters),
        "sizes": [int(n) for n in candidate.sizes[:MOST_SIZES]],
        "n_noise": int(candidate.n_noise),
        "noise_share": plain_number(candidate.noise_share),
        "largest_share": max(candidate.sizes, default=0) / total if total else None,
        "silhouette": plain_number(candidate.silhouette),
        "silhouette_clustered": plain_number(candidate.silhouette_clustered),
        "davies_bouldin": plain_number(candidate.davies_bouldin),
        "calinski_harabasz": plain_number(candidate.calinski_harabasz),
        "inertia": plain_number(candidate.inertia),
        "effective_n_clusters": plain_number(candidate.effective_n_clusters),
        "provenance": plain_provenance(candidate.provenance),
        "barred": None if candidate.barred is None else plain_text(candidate.barred),
        "chosen": bool(candidate.chosen),
        "winner": bool(candidate.winner),
        "note": plain_text(candidate.note),
    }


def summarize_methods(run: RunData) -> list[dict[str, Any]]:
    """Return, for each method tried, its words and its chosen candidate.

    A method without a chosen candidate is listed too, with the reasons its candidates were barred for.
    """
    methods = list(dict.fromkeys(candidate.method for candidate in run.candidates))
    summaries = []
    for method in methods:
        own = [candidate for candidate in run.candidates if candidate.method == method]
        chosen = next((candidate for candidate in own if candidate.chosen), None)
        reasons = list(dict.fromkeys(plain_text(c.barred) for c in own if c.barred))
        summaries.append(
            {
                "method": method,
                "title": method_title(method),
                "words": METHOD_WORDS.get(method, ""),
                "n_candidates": len(own),
                "n_barred": sum(candidate.barred is not None for candidate in own),
                "chosen": None if chosen is None else summarize_candidate(chosen),
                "barred_reasons": reasons[:3],
            }
        )
    return summaries


def summarize_exactness(run: RunData) -> list[dict[str, Any]]:
    """Return which numbers are exact and which are estimates, in the report's own order."""
    n_tracks = len(run.kept)
    entries: list[tuple[str, str]] = [
        ("Counts, distributions and correlations of the columns", f"all {run.exploration.n_rows:,} rows"),
        ("Sizes, means, medians and spreads of the clusters", f"all {n_tracks:,} tracks"),
    ]
    for method, clustering in run.clusterings.items():
        entries.append((f"Labels of {method_title(method)}", basis(plain_provenance(clustering.provenance))))
    for candidate in run.candidates:
        entries.append((f"Scores of {method_title(candidate.method)}", basis(plain_provenance(candidate.provenance))))
    for made in run.map.quality_provenance.values():
        entries.append(("Figures of trust of the map", basis(plain_provenance(made))))
    entries += judgement_exactness(run)
    return [{"what": what, "basis": made, "exact": made.startswith("all ")} for what, made in dict.fromkeys(entries)]

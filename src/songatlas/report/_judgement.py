"""The part of the summary on judgement: the votes, the verdict, and whether the grouping would come back."""

from dataclasses import replace
from typing import Any

import numpy as np

from songatlas.evidence import (
    CORE_CONSISTENCY,
    DISSOLVED_JACCARD,
    FAIR_JACCARD,
    HOME_CONSISTENCY,
    SOLID_JACCARD,
    Ballot,
    Certificate,
    NullComparison,
    Standing,
    Verdict,
    Vote,
)
from songatlas.results import RunData

from ._evidence import summarize_agreement, summarize_external, summarize_features, summarize_settings, summarize_spoken
from .formats import basis, counted
from .plain import plain_number, plain_provenance, plain_text
from .words import DIVISION_WORDS, GRADE_WORDS, STANDING_WORDS, VERDICT_TITLES, method_title, return_words, score_title
from .words import title as words_of


def summarize_judgement(run: RunData) -> dict[str, Any]:
    """Return the evidence on the grouping; a part that the run lacks is None, or empty where there may be several.

    ``any`` says whether there is anything beside the ballot, which stands with the choice of the number.
    """
    judged = run.judgement
    parts = {
        "verdict": None if judged.verdict is None else _verdict(judged.verdict),
        "certificate": None if judged.certificate is None else _certificate(judged.certificate, run),
        "agreement": None if judged.agreement is None else summarize_agreement(judged.agreement),
        "features": None if judged.features is None else summarize_features(judged.features),
        "external": summarize_external(judged.external),
        "spoken": None if judged.spoken is None else summarize_spoken(judged.spoken),
        "sensitivity": summarize_settings(judged.sensitivity),
    }
    ballot = None if judged.ballot is None else _ballot(judged.ballot, run.options.judge.choose)
    return {"any": any(parts.values()), "ballot": ballot, **parts}


# --- the number of clusters ------------------------------------------------------------------------------


def _ballot(found: Ballot, choose: str) -> dict[str, Any]:
    ballot = _with_deciding_votes(found, choose)
    most = max((s for s in ballot.support if np.isfinite(s)), default=0.0)
    return {
        "rule": plain_text(ballot.rule),
        "reason": plain_text(ballot.reason),
        "chosen": _whole(ballot.chosen),
        "runner_up": _whole(ballot.runner_up),
        "for_chosen": _voters(ballot, ballot.chosen),
        "for_runner_up": _voters(ballot, ballot.runner_up),
        "votes": [_vote(vote, ballot) for vote in ballot.votes],
        "numbers": [
            {
                "n_clusters": int(n),
                "support": plain_number(support),
                "share": max(0.0, plain_number(support) or 0.0) / most if most > 0 else 0.0,
                "voters": _voters(ballot, n),
                "values": [plain_number(vote.curve[i]) if i < len(vote.curve) else None for vote in ballot.votes],
            }
            for i, (n, support) in enumerate(zip(ballot.numbers, ballot.support, strict=True))
        ],
    }


def _with_deciding_votes(ballot: Ballot, choose: str) -> Ballot:
    """Return the ballot with only the votes counted that decided: a criterion's own, where one was to decide alone."""
    if choose not in {vote.criterion for vote in ballot.votes}:
        return ballot
    return replace(ballot, votes=tuple(replace(vote, counts=vote.criterion == choose) for vote in ballot.votes))


def _vote(vote: Vote, ballot: Ballot) -> dict[str, Any]:
    """Return one criterion's vote, with its value at the number it prefers."""
    known = dict(zip(ballot.numbers, vote.curve, strict=False))
    return {
        "title": plain_text(vote.title),
        "n_clusters": _whole(vote.n_clusters),
        "value": None if vote.n_clusters is None else plain_number(known.get(vote.n_clusters)),
        "why": plain_text(vote.why),
        "counts": bool(vote.counts),
        "provenance": plain_provenance(vote.provenance),
    }


def _voters(ballot: Ballot, n_clusters: int | None) -> list[str]:
    """Return the titles of the criteria that count and prefer a number of clusters."""
    wanted = [v for v in ballot.votes if v.counts and n_clusters is not None and v.n_clusters == n_clusters]
    return [plain_text(vote.title) for vote in wanted]


def _whole(number: int | None) -> int | None:
    return None if number is None else int(number)


# --- is there anything -----------------------------------------------------------------------------------


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.kind,
        "title": VERDICT_TITLES[verdict.kind],
        "division": DIVISION_WORDS[verdict.kind],
        "sentence": plain_text(verdict.sentence),
        "rule": plain_text(verdict.rule),
        "comparisons": [_comparison(comparison) for comparison in verdict.comparisons],
        "catalogues": _catalogues(verdict),
        "figures": [
            {
                "title": words_of(plain_text(name)),
                "value": plain_number(value),
                "provenance": plain_provenance(verdict.figures_provenance[name]),
            }
            for name, value in verdict.figures.items()
        ],
        "hopkins": plain_number(verdict.hopkins),
        "hopkins_provenance": None
        if verdict.hopkins_provenance is None
        else plain_provenance(verdict.hopkins_provenance),
    }


def _catalogues(verdict: Verdict) -> dict[str, int] | None:
    """Return how many null catalogues of each kind there were, and of how many tracks; None where kinds differ."""
    kinds = {(one.n_catalogues, one.provenance) for one in verdict.comparisons}
    if len(kinds) != 1:
        return None
    n, made = kinds.pop()
    return {"n": int(n), "size": int(made.sample_size or made.n_tracks), "n_tracks": int(made.n_tracks)}


def _comparison(comparison: NullComparison) -> dict[str, Any]:
    return {
        "title": plain_text(comparison.title) or words_of(comparison.null),
        "score": score_title(comparison.score),
        "value": plain_number(comparison.value),
        "null_mean": plain_number(comparison.null_mean),
        "null_std": plain_number(comparison.null_std),
        "excess": plain_number(comparison.excess),
        "effect": plain_number(comparison.effect),
        "p_value": plain_number(comparison.p_value),
        "n_catalogues": int(comparison.n_catalogues),
        "provenance": plain_provenance(comparison.provenance),
    }


# --- would it come back ----------------------------------------------------------------------------------


def _certificate(certificate: Certificate, run: RunData) -> dict[str, Any]:
    refits = np.array([r for r in certificate.adjusted_rand if np.isfinite(r)])
    mean = float(refits.mean()) if len(refits) else None
    names = dict(enumerate(run.names))
    sizes = {profile.label: profile.n_tracks for profile in run.profiles}
    clusters = [
        {
            "label": int(c.label),
            "name": plain_text(names.get(c.label)) or f"Cluster {c.label}",
            "n_tracks": sizes.get(c.label),
            "grade": c.grade,
            "words": GRADE_WORDS[c.grade],
            "jaccard_mean": plain_number(c.jaccard_mean),
            "jaccard_low": plain_number(c.jaccard_low),
        }
        for c in certificate.clusters
    ]
    return {
        "method": method_title(certificate.method),
        "n_clusters": int(certificate.n_clusters),
        "n_refits": int(certificate.n_refits),
        "part_size": int(certificate.part_size),
        "n_tracks": len(run.kept),
        "adjusted_rand": mean,
        "adjusted_rand_low": float(np.quantile(refits, 0.05)) if len(refits) else None,
        "adjusted_rand_least": float(refits.min()) if len(refits) else None,
        "words": return_words(mean),
        "clusters": clusters,
        "grades": [
            {"grade": grade, "words": words, "clusters": [c for c in clusters if c["grade"] == grade]}
            for grade, words in GRADE_WORDS.items()
        ],
        "standings": _standings(certificate.consistency),
        "core_from": CORE_CONSISTENCY,
        "homeless_below": HOME_CONSISTENCY,
        "bands": {"solid": SOLID_JACCARD, "fair": FAIR_JACCARD, "dissolved": DISSOLVED_JACCARD},
        "note": plain_text(certificate.note),
    }


def _standings(consistency: Any) -> list[dict[str, Any]]:
    """Return how many tracks are core, borderline and homeless; those whose consistency is NaN are none of them."""
    known = consistency[np.isfinite(consistency)]
    n_core, n_homeless = int(np.sum(known >= np.float32(CORE_CONSISTENCY))), int(np.sum(known < HOME_CONSISTENCY))
    counts: dict[Standing, int] = {
        "core": n_core,
        "borderline": len(known) - n_core - n_homeless,
        "homeless": n_homeless,
    }
    return [
        {"standing": standing, "n_tracks": n, "share": n / len(known), "words": STANDING_WORDS[standing]}
        for standing, n in counts.items()
        if len(known)
    ]


# --- how it was made -------------------------------------------------------------------------------------


def judgement_exactness(run: RunData) -> list[tuple[str, str]]:
    """Return what the numbers of judgement rest on: (what, basis) each."""
    judged = run.judgement
    entries: list[tuple[str, str]] = []
    for vote in judged.ballot.votes if judged.ballot is not None else ():
        entries.append((f"Criterion {plain_text(vote.title)}", basis(plain_provenance(vote.provenance))))
    if judged.verdict is not None:
        for one in judged.verdict.comparisons:
            made = basis(plain_provenance(one.provenance))
            catalogues = counted(one.n_catalogues, "catalogue")
            what = f"{score_title(one.score)} without groups"
            entries.append((what, f"{catalogues}; the value beside them on {made}"))
        if judged.verdict.hopkins_provenance is not None:
            entries.append(("Hopkins statistic", basis(plain_provenance(judged.verdict.hopkins_provenance))))
    if judged.certificate is not None and judged.certificate.n_refits:
        part = counted(judged.certificate.part_size, "track")
        entries.append(("Stability", f"{counted(judged.certificate.n_refits, 'refit')} on {part} each"))
    if judged.agreement is not None:
        entries.append(("Agreement of the methods", basis({"exact": True, "n_tracks": len(run.kept)})))
    for column in judged.external:
        entries.append(
            (f"Agreement with {plain_text(column.title)}", f"all {counted(column.n_tracks, 'track')} with it")
        )
    return entries

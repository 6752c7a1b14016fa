"""Gathers the evidence on the run's grouping: verdict, certificate, agreement, features, other columns, spoken word."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from songatlas.evidence import Agreement, Ballot, Certificate, Judgement, Setting, Verdict
from songatlas.metrics.external import adjusted_rand_score
from songatlas.options import Options
from songatlas.progress import Progress
from songatlas.results import LabelArray
from songatlas.seeds import stage_seed

from .agreement import compare_methods
from .certificate import certify
from .external_validity import external_validity
from .feature_evidence import feature_evidence
from .methods import MethodResult
from .prepare import Prepared
from .refits import kmeans_refit
from .scoring import Trial
from .sensitivity import sensitivity
from .spoken import spoken_word
from .verdict import judge_structure


def judge_grouping(
    ready: Prepared,
    results: Mapping[str, MethodResult],
    ballot: Ballot | None,
    winner: str,
    tracks: pd.DataFrame,
    options: Options,
    progress: Progress,
) -> Judgement:
    """Return all evidence on the run's grouping; only the ballot where no more is wanted.

    Parameters
    ----------
    ready : Prepared
    results : mapping of method to its result
    ballot : Ballot, optional
    winner : str
        The method whose clusters are the run's.
    tracks : DataFrame of n_tracks rows in table order
    options : Options
    progress : Progress
    """
    if options.judge.no_evidence:
        return Judgement(ballot=ballot)
    chosen = {method: result.trials[result.chosen] for method, result in results.items()}
    labels, k = chosen[winner].labels, chosen[winner].candidate.n_clusters
    in_order = tracks.iloc[ready.order].reset_index(drop=True)
    refit = kmeans_refit(max(k, 1), stage_seed(options.seed, "evidence"))
    certificate = certify(
        ready.X,
        labels,
        winner,
        chosen[winner].candidate.params,
        n_refits=options.judge.n_refits,
        seed=options.seed,
        progress=progress,
    )
    agreement = compare_methods({m: chosen[m].labels for m in sorted(chosen, key=lambda m: m != winner)})
    names = ready.scaling.features
    return Judgement(
        ballot=ballot,
        verdict=_verdict(ready, results, options, progress),
        certificate=_certificate_in_table_order(certificate, ready),
        agreement=None if agreement is None else _agreement_in_table_order(agreement, ready),
        features=feature_evidence(ready.X, names, labels, refit, progress),
        external=external_validity(labels, in_order, options.seed, progress, features=names),
        spoken=spoken_word(ready, labels, options, progress),
        sensitivity=_sensitivity(ready, results, labels, k, options, progress) if options.judge.thorough else (),
    )


def _verdict(
    ready: Prepared, results: Mapping[str, MethodResult], options: Options, progress: Progress
) -> Verdict | None:
    """Return the verdict on K-Means' number of clusters, or on that of the first method that has one."""
    lead = results["kmeans"] if "kmeans" in results else next(iter(results.values()))
    chosen = lead.trials[lead.chosen]
    k = chosen.candidate.n_clusters
    if k < 2:
        return None
    ward = _ward_cut(results, k) if "kmeans" in results else None
    agreement = None if ward is None else adjusted_rand_score(chosen.labels, ward.labels)
    return judge_structure(ready.X, k, agreement, options.seed, progress)


def _sensitivity(
    ready: Prepared,
    results: Mapping[str, MethodResult],
    labels: LabelArray,
    k: int,
    options: Options,
    progress: Progress,
) -> tuple[Setting, ...]:
    known = {"ward": cut.labels} if (cut := _ward_cut(results, k)) else {}
    return sensitivity(ready, labels, k, options, progress, known=known)


def _ward_cut(results: Mapping[str, MethodResult], k: int) -> Trial | None:
    """Return the run's Ward tree cut into k clusters, where it was."""
    trials = results["ward"].trials if "ward" in results else []
    return next((t for t in trials if t.candidate.params.get("n_clusters") == k), None)


def _certificate_in_table_order(certificate: Certificate, ready: Prepared) -> Certificate:
    consistency = np.empty_like(certificate.consistency)
    consistency[ready.order] = certificate.consistency
    return replace(certificate, consistency=consistency)


def _agreement_in_table_order(agreement: Agreement, ready: Prepared) -> Agreement:
    same = np.empty_like(agreement.same)
    same[ready.order] = agreement.same
    return replace(agreement, same=same)

"""The figures of judgement as `all_figures` knows them; none where the run was not judged."""

from dataclasses import replace

from matplotlib.figure import Figure

from songatlas.evidence import Ballot, Certificate, FeatureEvidence

from ._ballot import ballot, ballot_finding
from ._entry import Entry
from ._feature_evidence import feature_evidence, feature_evidence_finding
from ._inputs import FigureInputs
from ._stability import stability, stability_finding


def _ballot(i: FigureInputs) -> Ballot | None:
    """Return the ballot, where any criterion has a curve or a preference; only deciding votes count in it."""
    found, choose = i.run.judgement.ballot, i.run.options.judge.choose
    if found is None or not found.numbers:
        return None
    if choose in {vote.criterion for vote in found.votes}:
        votes = tuple(replace(vote, counts=vote.criterion == choose) for vote in found.votes)
        found = replace(found, votes=votes)
    return found if any(v.n_clusters is not None or any(x is not None for x in v.curve) for v in found.votes) else None


def _certificate(i: FigureInputs) -> Certificate | None:
    """Return the certificate, where the grouping was refitted."""
    found = i.run.judgement.certificate
    return found if found is not None and found.n_refits and found.clusters else None


def _features(i: FigureInputs) -> FeatureEvidence | None:
    found = i.run.judgement.features
    return found if found is not None and found.features else None


def _draw_ballot(i: FigureInputs, title: str) -> Figure:
    found = _ballot(i)
    assert found is not None  # available
    return ballot(found, title=title)


def _draw_stability(i: FigureInputs, title: str) -> Figure:
    found = _certificate(i)
    assert found is not None  # available
    return stability(found.clusters, i.names, n_refits=found.n_refits, part_size=found.part_size, title=title)


def _draw_features(i: FigureInputs, title: str) -> Figure:
    found = _features(i)
    assert found is not None  # available
    return feature_evidence(found.features, title=title)


BALLOT = Entry(
    "Each criterion for the number of clusters, with the number it prefers",
    lambda i: _ballot(i) is not None,
    lambda i: "" if (found := _ballot(i)) is None else ballot_finding(found),
    _draw_ballot,
)
STABILITY = Entry(
    "Jaccard index of each cluster with its best match in the refits: mean and 5th percentile",
    lambda i: _certificate(i) is not None,
    lambda i: "" if (found := _certificate(i)) is None else stability_finding(found.clusters, i.names),
    _draw_stability,
)
FEATURE_EVIDENCE = Entry(
    "What each feature does for the grouping",
    lambda i: _features(i) is not None,
    lambda i: "" if (found := _features(i)) is None else feature_evidence_finding(found.features),
    _draw_features,
)

"""The number of clusters by vote: what every criterion prefers, and a stated rule that combines them.

Criteria see curves only: one value for each number of clusters tried. Degenerate solutions take no part
(`songatlas.cluster.n_clusters.bar_reason`). Which criteria count was measured on catalogues whose groups are known
(``docs/judgement.md``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from songatlas.errors import ParameterError
from songatlas.evidence import Ballot, Vote
from songatlas.provenance import Provenance

from .dbscan import knee

Curve = Sequence[float | None]

AGREEING = 0.8  # adjusted Rand from which two methods give the same grouping, but for the edges
STRONG = 0.8  # prediction strength from which every cluster is there in both halves (Tibshirani & Walther 2005)
LEAST_AGREEMENT = 0.6  # below it everywhere, as on real songs, where they agree best says nothing
FOR_TWO = 0.7  # share of the counted votes that two clusters need
LEAST_SUPPORT = 0.4  # share of the counted votes behind the winner, below which the criteria scatter
_AS_GOOD = 0.05  # the share by which Davies-Bouldin may be above its lowest
_NEIGHBOR = 0.5  # what a vote counts for the numbers next to its own

RULE = (
    "Each criterion that counts gives its number of clusters a vote and the numbers next to it half a vote; the number "
    "with the most wins, the larger of equal ones. Two clusters win only with 70 % of the votes, or with all but that "
    "of the elbow, which cannot prefer them, because cutting any single cloud in half already scores high; else the "
    "criteria for two vote again without it. Where no number has 40 % of the votes behind it, as in a continuum, the "
    "silhouette of K-Means decides. Calinski-Harabasz, the knee of the inertia and the stability over parts are shown "
    "and do not count: on catalogues with known groups they prefer too few clusters."
)


@dataclass(frozen=True)
class Criterion:
    """How a criterion chooses from its curve.

    ``prefer`` returns a position among the known values, None to abstain, and why.
    """

    title: str
    prefer: Callable[[Sequence[int], Sequence[float]], tuple[int | None, str]]
    counts: bool = True


def _highest(numbers: Sequence[int], values: Sequence[float]) -> tuple[int, str]:
    best = int(np.argmax(values))
    return best, f"highest at {numbers[best]} ({values[best]:.3g})"


def _lowest(numbers: Sequence[int], values: Sequence[float]) -> tuple[int, str]:
    best = int(np.argmin(values))
    return best, f"lowest at {numbers[best]} ({values[best]:.3g})"


def _last_low(numbers: Sequence[int], values: Sequence[float]) -> tuple[int, str]:
    """Prefer the largest number that is as good as the best, for a curve that is flat at its foot."""
    lowest = min(values)
    best = int(np.flatnonzero(np.asarray(values) <= lowest * (1 + _AS_GOOD))[-1])
    why = f"lowest, within {_AS_GOOD:.0%}, up to {numbers[best]} ({values[best]:.3g})"
    return best, why.replace("%", " %")


def _knee(numbers: Sequence[int], values: Sequence[float]) -> tuple[int, str]:
    best = knee(np.asarray(values, dtype=np.float64))
    return best, f"the curve bends most, seen from its chord, at {numbers[best]}"


def _sharpest_bend(numbers: Sequence[int], values: Sequence[float]) -> tuple[int | None, str]:
    """Prefer the number whose drop of log inertia is largest next to the drop after it."""
    drops = -np.diff(np.log(np.maximum(values, 1e-300)))
    ratios = drops[:-1] / np.maximum(drops[1:], 1e-12)
    if not len(ratios):
        return None, "too few numbers to see a bend"
    best = 1 + int(np.argmax(ratios))
    return best, f"the step to {numbers[best]} gains {ratios[best - 1]:.2f} times the step after it"


def _last_agreeing(numbers: Sequence[int], values: Sequence[float]) -> tuple[int | None, str]:
    good = np.flatnonzero(np.asarray(values) >= AGREEING)
    if len(good):
        best = int(good[-1])
        return best, f"the two methods give the same groups up to {numbers[best]} (adjusted Rand {values[best]:.2f})"
    best = int(np.argmax(values))
    if values[best] < LEAST_AGREEMENT:
        return None, f"the two methods nowhere find the same groups (adjusted Rand {values[best]:.2f} at most)"
    return best, f"the two methods agree best at {numbers[best]} (adjusted Rand {values[best]:.2f})"


def _first_lead(numbers: Sequence[int], values: Sequence[float]) -> tuple[int | None, str]:
    """Prefer by the rule of the gap statistic; the curve is gap(k) − (gap(k + 1) − s(k + 1)), s the standard error."""
    leading = np.flatnonzero(np.asarray(values) >= 0)
    if not len(leading):
        return None, f"the gap still rises by more than its standard error after {numbers[-1]}"
    best = int(leading[0])
    return best, f"the gap of {numbers[best]} is the first that the next exceeds by no more than its standard error"


def _last_strong(numbers: Sequence[int], values: Sequence[float]) -> tuple[int | None, str]:
    strong = np.flatnonzero(np.asarray(values) >= STRONG)
    if not len(strong):
        return None, f"nowhere {STRONG:g} ({max(values):.2f} at most)"
    best = int(strong[-1])
    return best, f"one half foretells every cluster of the other up to {numbers[best]} ({values[best]:.2f})"


def _without_curve(numbers: Sequence[int], values: Sequence[float]) -> tuple[int | None, str]:
    return None, "one number, without a curve"


CRITERIA: dict[str, Criterion] = {
    "silhouette": Criterion("silhouette of K-Means (highest)", _highest),
    "silhouette_ward": Criterion("silhouette of Ward (highest)", _highest),
    "davies_bouldin": Criterion("Davies-Bouldin of K-Means (lowest)", _last_low),
    "davies_bouldin_ward": Criterion("Davies-Bouldin of Ward (lowest)", _last_low),
    "ward_jump": Criterion("largest jump in the Ward tree", _highest),
    "elbow": Criterion("elbow (sharpest bend of the inertia)", _sharpest_bend),
    "agreement": Criterion("K-Means and Ward agree", _last_agreeing),
    "calinski_harabasz": Criterion("Calinski-Harabasz of K-Means (highest)", _highest, counts=False),
    "knee": Criterion("knee of the inertia", _knee, counts=False),
    "stability": Criterion("stability over parts of the tracks (highest)", _highest, counts=False),
}
MORE_CRITERIA: dict[str, Criterion] = {
    "gap": Criterion("lead of the gap statistic over the next (first of 0 and more)", _first_lead, counts=False),
    "prediction_strength": Criterion("prediction strength (largest of .8 and more)", _last_strong, counts=False),
    "bic": Criterion("BIC of Gaussian mixtures (lowest)", _lowest, counts=False),
    "density_modes": Criterion("density modes (HDBSCAN)", _without_curve, counts=False),
}


def hold_ballot(
    numbers: Sequence[int],
    curves: Mapping[str, Curve],
    barred: Sequence[str | None],
    *,
    choose: str = "consensus",
    provenance: Mapping[str, Provenance],
) -> Ballot:
    """Return what every criterion prefers, and the number of clusters that the rule makes of it.

    Parameters
    ----------
    numbers : sequence of int
        The numbers of clusters tried, rising.
    curves : mapping of criterion to values
        One for each number, by the names in `CRITERIA`; None where not defined.
    barred : sequence of str or None
        Why a solution may not be chosen.
    choose : str, default 'consensus'
        The rule, or the name of one criterion that decides alone.
    provenance : mapping of criterion to Provenance

    Returns
    -------
    Ballot
        ``chosen`` is None where no solution may be chosen.

    Examples
    --------
    >>> curves = {"silhouette": [0.3, 0.5, 0.4], "davies_bouldin": [1.2, 0.9, 1.0]}
    >>> made = dict.fromkeys(curves, Provenance(100))
    >>> hold_ballot([2, 3, 4], curves, [None] * 3, provenance=made).chosen
    3
    """
    known = CRITERIA | MORE_CRITERIA
    if choose != "consensus" and choose not in known:
        raise ParameterError(f"choose must be 'consensus' or one of {', '.join(map(repr, known))}, got {choose!r}.")
    votes = [
        _vote(name, criterion, numbers, curves[name], barred, provenance[name])
        for name, criterion in known.items()
        if name in curves
    ]
    if choose == "consensus":
        return _by_consensus(numbers, votes, barred)
    return _by_one(numbers, votes, barred, choose)


def _by_one(numbers: Sequence[int], votes: Sequence[Vote], barred: Sequence[str | None], choose: str) -> Ballot:
    """Return the ballot that one criterion decides; consensus does where that has no number to give."""
    own = next((vote for vote in votes if vote.criterion == choose), None)
    if own is None or own.n_clusters is None:
        title = (CRITERIA | MORE_CRITERIA)[choose].title
        why = "not defined for these methods and numbers" if own is None else own.why
        held = _by_consensus(numbers, votes, barred)
        return replace(held, reason=f"No number from {title}: {why}. All criteria vote instead. {held.reason}")
    count = _Count(numbers, barred, [own])
    support = tuple(count.support(number) for number in numbers)
    reason = f"As asked, by {own.title} alone: {own.why}."
    return Ballot(
        tuple(numbers), tuple(votes), f"The number by {own.title}.", support, count.winner, count.runner_up, reason
    )


def _by_consensus(numbers: Sequence[int], votes: Sequence[Vote], barred: Sequence[str | None]) -> Ballot:
    told = ""
    count = _Count(numbers, barred, [vote for vote in votes if vote.counts])
    for_two = sum(v.n_clusters == 2 for v in count.votes) / max(len(count.votes), 1)
    # The elbow cannot see the step to the first number: where all others are for two, there is no vote against it.
    unanimous = all(v.n_clusters == 2 for v in count.votes if v.criterion != "elbow")
    if count.votes and count.winner == 2 and for_two < FOR_TWO and not unanimous and len(count.open) > 1:
        told = f"Two clusters would win, with only {for_two:.0%} of the votes: these are cast again without two. "
        told = told.replace("%", " %")
        barred = [reason or ("two" if k == 2 else None) for k, reason in zip(numbers, barred, strict=True)]
        # Others keep theirs: an elbow, which looks at neighbors, would no longer see the step to three.
        votes = [_again(v, numbers, barred) if v.n_clusters == 2 else v for v in votes]
        count = _Count(numbers, barred, [vote for vote in votes if vote.counts])
    support = tuple(count.support(number) for number in numbers)
    reason = "No solution may be chosen." if count.winner is None else told + count.speaking_for(count.winner)
    return Ballot(tuple(numbers), tuple(votes), RULE, support, count.winner, count.runner_up, reason)


class _Count:
    """The votes that count, which of the numbers that may be chosen they are for, and the winner."""

    def __init__(self, numbers: Sequence[int], barred: Sequence[str | None], votes: Sequence[Vote]) -> None:
        self.open = [number for number, reason in zip(numbers, barred, strict=True) if reason is None]
        self.votes = [vote for vote in votes if vote.n_clusters is not None]
        sign = -1 if self.votes else 1
        ranked = sorted(self.open, key=lambda number: (-self.support(number), sign * number))
        self.most = self.support(ranked[0]) if ranked else 0.0
        self.scattered = self._silhouette() if self.most < LEAST_SUPPORT * len(self.votes) else None
        if self.scattered is not None:
            ranked.sort(key=lambda number: number != self.scattered.n_clusters)  # type: ignore[union-attr]
        self.winner = ranked[0] if ranked else None
        self.runner_up = ranked[1] if len(ranked) > 1 else None

    def _silhouette(self) -> Vote | None:
        return next((vote for vote in self.votes if vote.criterion.startswith("silhouette")), None)

    def support(self, number: int) -> float:
        """Return the votes for a number, those for the numbers beside it counting half."""
        if number not in self.open:
            return 0.0
        near = [abs((v.n_clusters or 0) - number) for v in self.votes]
        return sum(1.0 if gap == 0 else _NEIGHBOR for gap in near if gap <= 1)

    def speaking_for(self, number: int) -> str:
        """Return the sentence that says who prefers a number."""
        if not self.votes:
            return f"{number} clusters, for want of any criterion."
        if self.scattered is not None:
            title = self.scattered.title.removesuffix(" (highest)")
            return (
                f"The criteria scatter (at most {self.most:g} of {len(self.votes)} votes for any number), so the "
                f"{title} decides: {self.scattered.why}."
            )
        exactly = [v.title for v in self.votes if v.n_clusters == number]
        beside = [v.title for v in self.votes if abs((v.n_clusters or 0) - number) == 1]
        told = f"For {number} clusters: {', '.join(exactly) if exactly else 'no criterion exactly'}"
        return f"{told}; next to it: {', '.join(beside)}." if beside else f"{told}."


def _again(vote: Vote, numbers: Sequence[int], barred: Sequence[str | None]) -> Vote:
    """Return what the same criterion prefers of the numbers that are still open."""
    criterion = (CRITERIA | MORE_CRITERIA)[vote.criterion]
    return _vote(vote.criterion, criterion, numbers, vote.curve, barred, vote.provenance)


def _vote(
    name: str,
    criterion: Criterion,
    numbers: Sequence[int],
    curve: Curve,
    barred: Sequence[str | None],
    provenance: Provenance,
) -> Vote:
    known = [i for i, value in enumerate(curve) if value is not None and np.isfinite(value) and barred[i] is None]
    values = tuple(curve)
    if not known:
        return Vote(name, criterion.title, None, values, "not defined for any of the solutions", provenance, False)
    shown = [numbers[i] for i in known]
    best, why = criterion.prefer(shown, [float(curve[i]) for i in known])  # type: ignore[arg-type]
    return Vote(name, criterion.title, None if best is None else shown[best], values, why, provenance, criterion.counts)

"""One plain sentence about a cluster: what it is, with numbers. Its size stands beside it wherever it is shown."""

from collections.abc import Sequence

from songatlas.results import Lift, Trait

from .summary import ClusterStatistics
from .vocabulary import Vocabulary
from .words import describe_traits, format_value, join_words

GENRE_SHARE = 0.1  # a genre is cited only from this share of the cluster's tracks
GENRE_LIFT = 1.5  # and from this many times its share of the catalogue
MAX_TRAITS = 3


def tagline(
    cluster: ClusterStatistics,
    evidence: Sequence[Trait],
    genres: Sequence[Lift],
    vocabulary: Vocabulary,
    *,
    single: bool = False,
    whole: str = "the catalogue",
) -> str:
    """Return the sentence.

    For example "Danceable (.71 against .59 in the catalogue), happy and electric."

    The traits the name rests on come first, then the strongest others, `MAX_TRAITS` in all. A genre is cited
    where at least `GENRE_SHARE` of the cluster has it and that is `GENRE_LIFT` times the catalogue's share. ``whole``
    says in words what the statistics compare the cluster with.
    """
    return "; ".join([_character(cluster, evidence, vocabulary, single, whole), *_genre(genres)]) + "."


def _character(
    cluster: ClusterStatistics, evidence: Sequence[Trait], vocabulary: Vocabulary, single: bool, whole: str
) -> str:
    if single and cluster.share == 1:
        return "All tracks in one group"
    spoken_of = [t for t in evidence if abs(t.z) >= vocabulary.limits["somewhat"]]
    named = {t.feature for t in spoken_of}
    strong = [t for t in describe_traits(cluster, vocabulary) if abs(t.z) >= vocabulary.limits["plain"]]
    traits = [*spoken_of, *(t for t in strong if t.feature not in named)][:MAX_TRAITS]
    if not traits:
        return f"Near {whole}'s average in every feature"
    first, *rest = traits
    own, usual = (format_value(first.feature, value) for value in (first.mean, first.catalogue_mean))
    parts = [f"{first.words} ({own} against {usual} in {whole})", *(t.words for t in rest)]
    text = join_words(parts)
    return text[0].upper() + text[1:]


def _genre(genres: Sequence[Lift]) -> list[str]:
    for lift in genres:
        if lift.share >= GENRE_SHARE and lift.lift >= GENRE_LIFT:
            times = f"{lift.lift:.1f} times its share of the catalogue"
            return [f"leans to {lift.value} ({100 * lift.share:.0f} %, {times})"]
    return []

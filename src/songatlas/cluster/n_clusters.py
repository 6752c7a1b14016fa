"""Says which solutions are degenerate and may not be chosen, and chooses one method's number by its silhouettes alone.

The rules see scores only; the usual choice is by vote (`songatlas.cluster.votes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_SHARE = 0.90
NOISE_SHARE = 0.50
SMALL_LIBRARY = 500  # in up to so many tracks, a cluster of one or two is an outlier, not a group
SMALLEST_GROUP = 3


@dataclass(frozen=True)
class Curve:
    """Scores by number of clusters: parallel sequences; None where a score is not defined."""

    n_clusters: Sequence[int]
    silhouette: Sequence[float | None]
    davies_bouldin: Sequence[float | None]
    barred: Sequence[str | None]


def bar_reason(sizes: Sequence[int], n_noise: int) -> str | None:
    """Return why a solution may not be chosen, or None.

    A solution is barred when it has fewer than two clusters, when more than half of the tracks are noise, when one
    cluster holds nine tenths of the tracks that are in clusters, or, in a library of up to 500 tracks, when it has
    more than two clusters and one of them holds fewer than three.

    Examples
    --------
    >>> bar_reason([60, 40], 0) is None
    True
    >>> bar_reason([990, 10], 0)
    'one cluster holds 99.0 % of the clustered tracks'
    >>> bar_reason([30, 19, 1], 0)
    'a cluster of 1 track: among 50 that is an outlier, not a group'
    """
    clustered = sum(sizes)
    total = clustered + n_noise
    if total and n_noise / total > NOISE_SHARE:
        return f"{n_noise / total:.1%} of the tracks are noise".replace("%", " %")
    if len(sizes) < 2:
        return "one cluster only" if sizes else "no cluster"
    share = max(sizes) / clustered
    if share >= LARGEST_SHARE:
        return f"one cluster holds {share:.1%} of the clustered tracks".replace("%", " %")
    if total <= SMALL_LIBRARY and len(sizes) > 2 and min(sizes) < SMALLEST_GROUP:
        tracks = "1 track" if min(sizes) == 1 else f"{min(sizes)} tracks"
        return f"a cluster of {tracks}: among {total} that is an outlier, not a group"
    return None


def choose_by_silhouette(curve: Curve) -> tuple[int | None, str]:
    """Return the position of the chosen solution in the curve, and the reason in words.

    Two clusters are chosen only when Davies-Bouldin also prefers two. Barred solutions take no part; None when nothing
    is left. Ties go to fewer clusters.
    """
    open_ = [i for i in range(len(curve.n_clusters)) if curve.barred[i] is None and curve.silhouette[i] is not None]
    if not open_:
        return None, "no solution passes: " + "; ".join(sorted({b for b in curve.barred if b}))
    best = max(open_, key=lambda i: (curve.silhouette[i], -curve.n_clusters[i]))
    k, score = curve.n_clusters[best], curve.silhouette[best]
    others = [i for i in open_ if curve.n_clusters[i] > 2]
    if k == 2 and others:
        prefers = min(open_, key=lambda i: (curve.davies_bouldin[i], curve.n_clusters[i]))
        if curve.n_clusters[prefers] != 2:
            runner = max(others, key=lambda i: (curve.silhouette[i], -curve.n_clusters[i]))
            return runner, (
                f"Silhouette is highest at 2 clusters ({score:.3f}), but Davies-Bouldin prefers "
                f"{curve.n_clusters[prefers]}: two halves of one cloud score high without being groups. Among the "
                f"others silhouette is highest at {curve.n_clusters[runner]} ({curve.silhouette[runner]:.3f})."
            )
        return best, f"Silhouette is highest at 2 clusters ({score:.3f}), and Davies-Bouldin agrees."
    return best, f"Silhouette is highest at {k} clusters ({score:.3f})."

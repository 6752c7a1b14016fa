"""What changes the answer, and what does not? Makes the grouping again under every other reasonable setting.

Scalers, feature sets and spoken word are crossed, so that what matters only together with something else is seen too;
methods are changed alone, on the run's own features. The number of clusters stays. Agreement with the run is all that
is compared: scores from different spaces say nothing about which is better (robust scaling alone lifts the silhouette
of real songs to .68 at two clusters, a few outliers against the rest).
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from songatlas.cluster.gaussian_mixture import fit_gaussian_mixtures
from songatlas.cluster.labels import NOISE
from songatlas.cluster.ward import cut_tree
from songatlas.evidence import Setting
from songatlas.kernels.ward import ward_tree
from songatlas.options import Options, Scaler
from songatlas.progress import SILENT, Progress
from songatlas.results import FloatArray, LabelArray
from songatlas.schema import FEATURES
from songatlas.seeds import stage_seed

from .feature_evidence import redundant_features
from .prepare import Prepared
from .refits import agreement_with, kmeans_refit, rescaled
from .spoken import spoken_tracks

SCALERS: tuple[Scaler, ...] = ("standard", "minmax", "robust", "quantile", "power")
"""Those tried; unscaled features are not: there the duration in milliseconds alone would decide."""

_MOST_FEATURE_SETS = 6  # beside the run's own
_AND = " + "


def sensitivity(
    ready: Prepared,
    labels: LabelArray,
    k: int,
    options: Options,
    progress: Progress = SILENT,
    *,
    known: Mapping[str, LabelArray] | None = None,
) -> tuple[Setting, ...]:
    """Return how far the grouping agrees with those of other settings.

    Parameters
    ----------
    ready : Prepared
    labels : ndarray of shape (n_tracks,), int
        The run's grouping, in the order of ``ready.X``; −1 is noise and in no comparison.
    k : int
        The run's number of clusters.
    options : Options
        Of the run: its settings are the ones that are changed.
    progress : Progress, optional
    known : mapping of method to ndarray of shape (n_tracks,), int, optional
        Groupings at ``k`` of ``ready.X`` in its order that exist already, such as the run's cut of its Ward tree.

    Returns
    -------
    tuple of Setting
        First the run's own settings made again by K-Means from other starts, which is what the others have to be seen
        beside; then what changes one thing, then two or three (``what`` joins them by ' + '). Each is by K-Means at
        ``k``, on a scale learned from the tracks that take part; ``adjusted_rand`` is over those. Empty
        where there are fewer than two clusters; a setting that leaves fewer than ``k`` tracks is left out.

    Examples
    --------
    >>> from songatlas import make_catalogue
    >>> from songatlas.workflow.prepare import prepare
    >>> options = Options().with_values(seed=1)
    >>> ready = prepare(make_catalogue(120, seed=2), options)
    >>> labels = kmeans_refit(3, seed=0)(ready.X)
    >>> found = sensitivity(ready, labels, 3, options)
    >>> found[0].what, sorted({s.value for s in found if s.what == "method"})
    ('starts', ['Gaussian mixture', 'Ward'])
    """
    if k < 2 or len(np.unique(labels[labels >= 0])) < 2 or len(ready.X) < k:
        return ()
    refit = kmeans_refit(k, stage_seed(options.seed, "sensitivity"))
    others = _Others(ready, options)
    with progress.step("the grouping under other settings", float(others.n_settings + len(_METHODS))) as step:
        found = [_setting("starts", "other starts", labels, refit(ready.X))]
        step.advance()
        for what, value, tracks, X in others.spaces():
            again = np.full(len(labels), NOISE, dtype=np.int32)
            if len(X) >= k:
                again[tracks] = refit(X)
            if ((again >= 0) & (labels >= 0)).any():
                found.append(_setting(what, value, labels, again))
            step.advance()
        for method, (words, fit) in _METHODS.items():
            again = known[method] if known and method in known else fit(ready.X, k, stage_seed(options.seed, method))
            found.append(_setting("method", words, labels, again))
            step.advance()
    return tuple(sorted(found, key=lambda setting: setting.what.count(_AND)))


def _setting(what: str, value: str, labels: LabelArray, again: LabelArray) -> Setting:
    n_clusters = len(np.unique(again[again >= 0]))
    n_tracks = int(((labels >= 0) & (again >= 0)).sum())
    return Setting(what, value, n_clusters, n_tracks, agreement_with(labels, again))


# --- other spaces ----------------------------------------------------------------------------------------


class _Others:
    """The spaces that other scalers, feature sets and tracks make, all crossed."""

    def __init__(self, ready: Prepared, options: Options) -> None:
        self.ready, self.options = ready, options
        used = options.features.scaler
        self.scalers: list[Scaler] = [used, *(scaler for scaler in SCALERS if scaler != used)]
        self.tracks = _track_sets(ready, options)
        self.features = _feature_sets(ready)
        self.n_settings = len(self.scalers) * len(self.tracks) * len(self.features)

    def spaces(self) -> Iterator[tuple[str, str, NDArray[np.bool_], FloatArray]]:
        """Yield, for all but the run's own: what is changed, to what, the tracks that take part, and their X."""
        for scaler, (tracks_name, tracks) in product(self.scalers, self.tracks.items()):
            changed = replace(self.options.features, scaler=scaler)
            X = rescaled(self.ready.scaling.features, self.ready.values[tracks], changed)
            for features_name, columns in self.features.items() if X is not None else ():
                values = {
                    "scaler": scaler if scaler != self.scalers[0] else "",
                    "features": features_name,
                    "spoken word": tracks_name,
                }
                values = {what: value for what, value in values.items() if value}
                if values and X is not None:  # every scaler works column by column
                    yield _AND.join(values), ", ".join(values.values()), tracks, np.ascontiguousarray(X[:, columns])


def _track_sets(ready: Prepared, options: Options) -> dict[str, NDArray[np.bool_]]:
    """Return which tracks take part, by name; all of them go by ''."""
    spoken = spoken_tracks(ready, options)
    sets = {"": np.ones(len(ready.X), dtype=bool)}
    if spoken.any() and not spoken.all():
        sets["without spoken word"] = ~spoken
    return sets


def _feature_sets(ready: Prepared) -> dict[str, list[int]]:
    """Return columns by name: all (''); without duration; without either feature of each redundant pair."""
    names = ready.scaling.features
    without = ["duration_ms"] if "duration_ms" in names else []
    without += [name for a, b, _ in redundant_features(ready.X, names) for name in (a, b)]
    sets = {"": list(range(len(names)))}
    for name in list(dict.fromkeys(without))[: _MOST_FEATURE_SETS if len(names) > 1 else 0]:
        words = FEATURES[name].label if name in FEATURES else name
        sets[f"without {words}"] = [j for j in range(len(names)) if names[j] != name]
    return sets


# --- other methods ---------------------------------------------------------------------------------------


def _ward(X: FloatArray, k: int, seed: int) -> LabelArray:
    return cut_tree(ward_tree(X), k)


def _gaussian_mixture(X: FloatArray, k: int, seed: int) -> LabelArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # an unfinished fit is an answer too, to this question
        return fit_gaussian_mixtures(X, [k], seed=seed)[0].labels


_METHODS: Mapping[str, tuple[str, Callable[[FloatArray, int, int], LabelArray]]] = {
    "ward": ("Ward", _ward),
    "gaussian_mixture": ("Gaussian mixture", _gaussian_mixture),
}

"""``python -m benchmarks.truth``: catalogues whose groups are known, or that have none; does songatlas find that?

Catalogues come from a generator script with the functions ``scenes``, ``structureless``, ``to_features`` and the list
``FEATURES`` (``--generator``). Ours goes through `songatlas.cluster_tracks` with its defaults, without the map; the
others get the same scaled features. Strays are left out of the adjusted Rand index, whoever labels them.
"""

import argparse
import importlib.util
import json
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .pages import table

SPREADS, IMBALANCES, SCENES = (1.0, 1.4, 1.8), (1.0, 3.0), range(4, 11)
STRUCTURELESS = ("gaussian", "uniform", "skewed")
GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "tools" / "truth_file.py"


@dataclass(frozen=True)
class Kind:
    """One kind of catalogue; without scenes where ``cloud`` is named."""

    spread: float = 1.0
    imbalance: float = 1.0
    cloud: str = ""

    @property
    def title(self) -> str:
        """The kind in words."""
        return self.cloud or f"spread {self.spread:g}, imbalance {self.imbalance:g}"


@dataclass(frozen=True)
class Outcome:
    """What became of one catalogue: numbers of clusters, adjusted Rand with the truth, our verdict."""

    kind: str
    seed: int
    true: int
    verdict: str
    n_clusters: dict[str, int]
    adjusted_rand: dict[str, float]
    seconds: float


KINDS = (
    *(Kind(spread, imbalance) for spread in SPREADS for imbalance in IMBALANCES),
    *(Kind(cloud=cloud) for cloud in STRUCTURELESS),
)


def load_generator(path: Path) -> ModuleType:
    """Return the generator script as a module."""
    spec = importlib.util.spec_from_file_location("truth_generator", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"{path}: no such generator of catalogues. Name one with --generator.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue(generator: ModuleType, kind: Kind, seed: int, n_tracks: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return a table of tracks and the scene of each (−1: a stray; 0 everywhere without scenes)."""
    rng = np.random.default_rng([seed, 20261123])
    if kind.cloud:
        values, truth = generator.structureless(rng, n_tracks, kind.cloud), np.zeros(n_tracks, dtype=np.int64)
    else:
        n_scenes = SCENES[seed % len(SCENES)]
        values, truth = generator.scenes(rng, n_tracks, n_scenes, kind.spread, kind.imbalance, 0.02)
    features = generator.to_features(values)[generator.FEATURES]
    names = pd.DataFrame({"track_id": [f"t{i:07d}" for i in range(n_tracks)]})
    return pd.concat([names, features], axis=1), np.asarray(truth, dtype=np.int64)


def judge(generator: ModuleType, kind: Kind, seed: int, n_tracks: int, others: bool) -> Outcome:
    """Cluster one catalogue by every tool."""
    from songatlas import cluster_tracks
    from songatlas.options import Options

    tracks, truth = catalogue(generator, kind, seed, n_tracks)
    options = Options().with_values(map="none", no_sub_moods=True)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = cluster_tracks(tracks, options)
    seconds = time.perf_counter() - start
    labels = {"songatlas": run.tracks["cluster"].fillna(-1).to_numpy(dtype=np.int64)}
    verdict = run.data.judgement.verdict
    if others:
        X = features_of(tracks)
        labels |= {"silhouette alone": _by_silhouette(X), "HDBSCAN": _by_hdbscan(X)}
    known = truth >= 0
    from sklearn.metrics import adjusted_rand_score

    return Outcome(
        kind.title,
        seed,
        len(np.unique(truth[known])),
        "" if verdict is None else verdict.kind,
        {tool: len(np.unique(found[found >= 0])) for tool, found in labels.items()},
        {tool: float(adjusted_rand_score(truth[known], found[known])) for tool, found in labels.items()},
        seconds,
    )


def features_of(tracks: pd.DataFrame) -> NDArray[np.float64]:
    """Return the standardized features, shape (n_tracks, 10)."""
    from sklearn.preprocessing import StandardScaler

    scaled: NDArray[np.float64] = StandardScaler().fit_transform(tracks.drop(columns="track_id"))
    return scaled


def _by_silhouette(X: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the K-Means labels, of 2 to 15 clusters, with the highest silhouette over all tracks."""
    from songatlas.kernels.kmeans import kmeans_sweep
    from songatlas.metrics import silhouette_samples

    labelings = np.stack([fit.labels for fit in kmeans_sweep(X, range(2, 16), n_init=10, effort="refined")])
    best = int(silhouette_samples(X, labelings).mean(axis=1).argmax())
    return labelings[best].astype(np.int64)


def _by_hdbscan(X: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return scikit-learn's labels; clusters hold a hundredth of the tracks at least: its default of 5 shatters."""
    from sklearn.cluster import HDBSCAN

    labels: NDArray[np.int64] = HDBSCAN(min_cluster_size=max(5, len(X) // 100), copy=True).fit_predict(X)
    return labels


def summarize(outcomes: list[Outcome]) -> str:
    """Return a table with a row for each kind."""
    rows = []
    for title in dict.fromkeys(outcome.kind for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.kind == title]
        n, scenes = len(own), own[0].true > 1
        verdicts = [f"{np.mean([o.verdict == kind for o in own]):.0%}" for kind in ("groups", "continuum", "none")]
        cells = [title, str(n), " / ".join(verdicts)]
        for tool in ("songatlas", "silhouette alone", "HDBSCAN"):
            if scenes and tool in own[0].n_clusters:
                off = np.array([o.n_clusters[tool] - o.true for o in own])
                mean = np.mean([o.adjusted_rand[tool] for o in own])
                cells.append(f"{(off == 0).mean():.0%}, {(abs(off) <= 1).mean():.0%}, {mean:.3f}")
            else:
                cells.append("–")
        rows.append([*cells, f"{np.median([o.seconds for o in own]):.1f}"])
    heads = ["kind", "n", "groups / continuum / none", "songatlas", "silhouette alone", "HDBSCAN", "s"]
    return table(heads, rows)


def outcomes_of(arguments: argparse.Namespace) -> Iterator[Outcome]:
    """Yield the outcome of every catalogue asked for."""
    generator = load_generator(arguments.generator)
    for kind in KINDS:
        if arguments.only and not any(word in kind.title for word in arguments.only):
            continue
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.per_kind):
            yield judge(generator, kind, seed, arguments.tracks, not arguments.ours_only)


def main(arguments: list[str] | None = None) -> int:
    """Cluster the catalogues, print and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--generator", type=Path, default=GENERATOR, help="script that makes the catalogues")
    parser.add_argument("--per-kind", type=int, default=100, help="catalogues of each kind [default: %(default)s]")
    parser.add_argument("--first-seed", type=int, default=0, help="[default: %(default)s]")
    parser.add_argument("--tracks", type=int, default=12_000, help="tracks in each [default: %(default)s]")
    parser.add_argument("--only", nargs="+", help="only kinds whose title holds one of these words")
    parser.add_argument("--ours-only", action="store_true", help="leave the other tools out")
    parser.add_argument("--output", type=Path, help="page to write, beside it every outcome as JSON")
    given = parser.parse_args(arguments)
    outcomes: list[Outcome] = []
    for outcome in outcomes_of(given):
        outcomes.append(outcome)
        print(f"\r{len(outcomes)} catalogues, {outcome.kind}    ", end="", file=sys.stderr, flush=True)
    text = page(outcomes, given)
    print(f"\n{text}")
    if given.output:
        given.output.write_text(text + "\n", encoding="utf-8")
        facts: list[dict[str, Any]] = [asdict(outcome) for outcome in outcomes]
        given.output.with_suffix(".json").write_text(json.dumps(facts, indent=0) + "\n", encoding="utf-8")
    return 0


def page(outcomes: list[Outcome], given: argparse.Namespace) -> str:
    """Return the table with what it means."""
    return (
        f"Catalogues of {given.tracks:,} tracks, {given.per_kind} of each kind (seeds from {given.first_seed}), with "
        "4 to 10 scenes in turn and 2 % strays. For each tool: share with exactly the true number of clusters, share "
        "within one of it, mean adjusted Rand index with the truth (strays left out).\n\n" + summarize(outcomes)
    )


if __name__ == "__main__":
    sys.exit(main())

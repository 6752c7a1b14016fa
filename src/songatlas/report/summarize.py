"""Turns a run into one plain dict: everything the report and the summary show, as raw numbers and clean text.

Nothing is computed here but sums and shares for display. Timings, dates and places on disk never enter,
so that the same input, options and seed give the same pages.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from songatlas.options import Options, options_to_toml
from songatlas.results import Provenance, RunData
from songatlas.schema import NOT_HOW_IT_SOUNDS

from ._clusters import summarize_clusters
from ._data import MOST_FEATURES, count_states, summarize_data
from ._judgement import summarize_judgement
from ._methods import summarize_candidate, summarize_choice, summarize_exactness, summarize_methods
from ._sub_moods import summarize_sub_moods
from .plain import plain_number, plain_provenance, plain_text, plain_value
from .words import feature_title, method_title, separation_words


def summarize(run: RunData) -> dict[str, Any]:
    """Return everything the report and the summary show.

    Parameters
    ----------
    run : RunData
        Keys that its manifest lacks are left out of the pages.

    Returns
    -------
    dict
        JSON-able: numbers are raw and finite (None where a value is not defined), text is on one line.
        Keys: overview, data, choice, judgement, methods, candidates, clusters, sub_moods, map, made.
    """
    return {
        "overview": _overview(run),
        "data": summarize_data(run),
        "choice": summarize_choice(run),
        "judgement": summarize_judgement(run),
        "methods": summarize_methods(run),
        "candidates": [summarize_candidate(candidate) for candidate in run.candidates],
        "clusters": summarize_clusters(run),
        "sub_moods": summarize_sub_moods(run),
        "map": _map(run),
        "made": _made(run),
    }


def _overview(run: RunData) -> dict[str, Any]:
    clustering = run.clustering
    n_noise = int(np.count_nonzero(clustering.labels < 0))
    winner = next((c for c in run.candidates if c.winner), None)
    winner = winner or next((c for c in run.candidates if c.chosen and c.method == run.method), None)
    silhouette = None if winner is None else plain_number(winner.silhouette)
    return {
        "counts": count_states(run),
        "n_tracks": len(run.kept),
        "n_clusters": clustering.n_clusters,
        "n_noise": n_noise,
        "noise_share": n_noise / len(run.kept) if len(run.kept) else None,
        "method": run.method,
        "method_title": method_title(run.method),
        "features": [plain_text(feature_title(name)) for name in run.scaling.features[:MOST_FEATURES]],
        "n_features": len(run.scaling.features),
        "only_sound": not set(run.scaling.features) & set(NOT_HOW_IT_SOUNDS),
        "silhouette": silhouette,
        "separation": separation_words(silhouette),
    }


def _map(run: RunData) -> dict[str, Any]:
    track_map = run.map
    return {
        "method": plain_text(track_map.method),
        "description": plain_text(track_map.description),
        "has_map": track_map.coordinates is not None,
        "quality": [
            _quality(name, value, track_map.quality_provenance.get(name)) for name, value in track_map.quality.items()
        ],
        "explained_variance_ratio": [plain_number(v) for v in track_map.explained_variance_ratio[:2]],
        "directions": [_direction(row, run.scaling.features) for row in track_map.loadings[:2]],
    }


def _quality(name: str, value: float, provenance: Provenance | None) -> dict[str, Any]:
    """Return a figure of trust with how it was made."""
    made = None if provenance is None else plain_provenance(provenance)
    return {"name": plain_text(name).replace("_", " "), "value": plain_number(value), "provenance": made}


def _direction(loadings: Any, features: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the features that rise and fall most along one principal direction."""
    order = np.argsort(-np.abs(loadings), kind="stable")[:4]
    strong = [i for i in order if abs(loadings[i]) >= 0.2]
    return {
        "rising": [plain_text(feature_title(features[i])) for i in strong if loadings[i] > 0],
        "falling": [plain_text(feature_title(features[i])) for i in strong if loadings[i] < 0],
    }


def _made(run: RunData) -> dict[str, Any]:
    manifest = run.manifest
    options = _without_places(run.options)
    return {
        "songatlas": plain_text(manifest.get("songatlas")),
        "python": plain_text(manifest.get("python")),
        "packages": plain_value(manifest.get("packages") or manifest.get("versions") or {}),
        "schema_version": plain_value(manifest.get("schema_version")),
        "seed": int(manifest.get("seed", run.options.seed)),
        "inputs": plain_value(manifest.get("inputs", [])),
        "options_toml": options_to_toml(options),
        "changed_options": _changed_options(options),
        "label_order": plain_text(manifest.get("label_order")),
        "warnings": [plain_text(warning) for warning in manifest.get("warnings", [])],
        "exactness": summarize_exactness(run),
    }


def _without_places(options: Options) -> Options:
    """Return the options without where the files lie: their names and digests are among the inputs."""
    return replace(options, read=replace(options.read, tracks=(), features_from=()))


def _changed_options(options: Options) -> list[dict[str, Any]]:
    """Return the options that differ from the defaults, by stage and name."""
    changed = []
    defaults = Options().to_dict()
    for stage, values in options.to_dict().items():
        pairs = values.items() if isinstance(values, dict) else [("", values)]
        usual = defaults[stage] if isinstance(values, dict) else {"": defaults[stage]}
        for name, value in pairs:
            if value != usual[name]:
                changed.append({"name": f"{stage}.{name}".rstrip("."), "value": value, "default": usual[name]})
    return changed

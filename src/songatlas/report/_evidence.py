"""The part of the summary on what the grouping rests on, what it agrees with, and what would change it."""

from collections.abc import Sequence
from typing import Any

from songatlas.evidence import Agreement, ExternalValidity, FeatureEvidence, Setting, SpokenWord

from .plain import plain_number, plain_text
from .words import MODE_WORDS, capitalized, feature_title, method_title, score_title

MOST_FEATURES = 40
MOST_PAIRS = 10
MOST_ARTISTS = 8
MOST_SETTINGS = 100
_AND = " + "  # joins what was changed together in `Setting.what`


def summarize_agreement(agreement: Agreement) -> dict[str, Any] | None:
    """Return the matrix of agreement between the methods; None where there is only one method."""
    if len(agreement.methods) < 2:
        return None
    n_tracks, n_same = len(agreement.same), int(agreement.same.sum())
    return {
        "methods": [method_title(method) for method in agreement.methods],
        "rows": [
            {
                "method": method_title(method),
                "cells": [
                    {"adjusted_rand": plain_number(r), "adjusted_mutual_information": plain_number(i), "own": own == at}
                    for own, (r, i) in enumerate(
                        zip(agreement.adjusted_rand[at], agreement.adjusted_mutual_information[at], strict=True)
                    )
                ],
            }
            for at, method in enumerate(agreement.methods)
        ],
        "n_same": n_same,
        "n_tracks": n_tracks,
        "share": n_same / n_tracks if n_tracks else None,
    }


def summarize_features(evidence: FeatureEvidence) -> dict[str, Any]:
    """Return what each feature does for the grouping, the largest share first."""
    ordered = sorted(evidence.features, key=lambda weight: -(plain_number(weight.share) or 0.0))
    return {
        "features": [
            {
                "title": plain_text(feature_title(weight.feature)),
                "share": plain_number(weight.share),
                "explained": plain_number(weight.explained),
                "without": plain_number(weight.without),
            }
            for weight in ordered[:MOST_FEATURES]
        ],
        "n_features": len(ordered),
        "redundant": [
            [plain_text(feature_title(a)), plain_text(feature_title(b)), plain_number(r)]
            for a, b, r in evidence.redundant[:MOST_PAIRS]
        ],
        "note": plain_text(evidence.note),
    }


def summarize_external(columns: Sequence[ExternalValidity]) -> list[dict[str, Any]]:
    """Return how far the grouping agrees with each column that took no part in it, beside chance.

    Every column has the same figures in the same order, one that it lacks with a value of None.
    """
    names = dict.fromkeys(name for column in columns for name in column.figures)
    return [
        {
            "title": capitalized(plain_text(column.title or column.column)),
            "n_tracks": int(column.n_tracks),
            "n_values": int(column.n_values),
            "figures": [_beside_chance(name, column) for name in names],
            "p_value": plain_number(column.p_value),
            "n_shuffles": int(column.n_shuffles),
            "note": plain_text(column.note),
        }
        for column in columns
    ]


def _beside_chance(name: str, column: ExternalValidity) -> dict[str, Any]:
    return {
        "name": name,
        "title": score_title(plain_text(name)),
        "value": plain_number(column.figures.get(name)),
        "by_chance": plain_number(column.by_chance.get(name)),
    }


def summarize_spoken(spoken: SpokenWord) -> dict[str, Any]:
    """Return how much spoken word there is, by whom, and what the grouping is without it."""
    return {
        "n_tracks": int(spoken.n_tracks),
        "share": plain_number(spoken.share),
        "by": [[plain_text(name) or "unknown artist", int(n)] for name, n in spoken.by[:MOST_ARTISTS]],
        "mode": MODE_WORDS.get(spoken.mode, plain_text(spoken.mode)),
        "set_aside": spoken.mode == "set-aside",
        "n_clusters_without": None if spoken.n_clusters_without is None else int(spoken.n_clusters_without),
        "adjusted_rand": plain_number(spoken.adjusted_rand),
    }


def summarize_settings(settings: Sequence[Setting]) -> dict[str, Any] | None:
    """Return what other ways to the grouping gave: those that change one thing, and those that change several."""
    if not settings:
        return None
    several = [_AND in setting.what for setting in settings]
    return {
        "alone": [_setting(one) for one, many in zip(settings, several, strict=True) if not many][:MOST_SETTINGS],
        "together": [_setting(one) for one, many in zip(settings, several, strict=True) if many][:MOST_SETTINGS],
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "what": capitalized(plain_text(setting.what)),
        "value": plain_text(setting.value),
        "n_clusters": int(setting.n_clusters),
        "n_tracks": int(setting.n_tracks),
        "adjusted_rand": plain_number(setting.adjusted_rand),
    }

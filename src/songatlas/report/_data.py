"""The part of the summary on the data: what was read, what cleaning did, what the columns hold."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from songatlas.options import Options
from songatlas.results import Exploration, FeatureSummary, RunData, reject_unit
from songatlas.schema import FEATURES

from .plain import plain_number, plain_text, plain_value
from .words import MODE_WORDS, RULE_TITLES, feature_title, rule_words, title

MOST_FEATURES = 40  # rows of the feature table; embeddings of hundreds of columns would drown the page
MOST_COLUMNS = 200
MOST_PAIRS = 10
MOST_EXAMPLES = 5
MOST_VALUES = 15  # genres and artists
MOST_REJECTS = 20
MOST_UNMATCHED = 50


def summarize_data(run: RunData) -> dict[str, Any]:
    """Return what was read, cleaned, found doubtful and measured, as plain values."""
    exploration = run.exploration
    features = [_feature(f, run) for f in exploration.features]
    features.sort(key=lambda f: not f["used"])  # stable: those clustered on come first
    return {
        "inputs": plain_value(run.manifest.get("inputs", [])),
        "counts": count_states(run),
        "reading": _reading(run),
        "duplicates": plain_value(exploration.duplicates),
        "rules": _rules(run),
        "keep_all": run.options.clean.keep_all,
        "problems": [_problem(p.name, p.count, p.message, p.examples) for p in exploration.problems],
        "columns": [plain_value(vars(c)) for c in exploration.columns[:MOST_COLUMNS]],
        "n_columns": len(exploration.columns),
        "features": features[:MOST_FEATURES],
        "n_features": len(features),
        "scaling": _scaling(run),
        "correlations": _correlations(exploration),
        "redundant": [[feature_title(a), feature_title(b), plain_number(r)] for a, b, r in exploration.redundant],
        "genres": _values(exploration.top_genres),
        "artists": _values(exploration.top_artists),
    }


def count_states(run: RunData) -> dict[str, int]:
    """Return the number of rows read and how many of them were kept, merged, set aside and rejected."""
    states = run.tracks["state"].value_counts()
    counts = {state: int(states.get(state, 0)) for state in ("kept", "merged", "set_aside")}
    return {"rows": len(run.tracks) + len(run.rejects), **counts, "rejected": len(run.rejects)}


def _reading(run: RunData) -> dict[str, Any]:
    """Return how the input was read: its files, the units of its columns with the evidence, and what was rejected."""
    together: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for place, columns in _columns_by_file(run):
        for source, canonical, *rest in columns:
            if len(rest) > 1 and rest[1]:
                together.setdefault((place, str(rest[1])), []).append((str(source), str(canonical)))
    return {
        "files": [_file(file) for file in run.manifest.get("inputs", [])],
        "units": [
            {
                "file": plain_text(place),
                "columns": [plain_text(source) for source, _ in pairs],
                "features": [plain_text(feature_title(canonical)) for _, canonical in pairs],
                "why": plain_text(why),
            }
            for (place, why), pairs in together.items()
        ],
        "decimals": plain_text(str(run.manifest.get("decimals") or "")),
        "vetoed": {plain_text(k): plain_text(v) for k, v in (run.manifest.get("vetoed") or {}).items()},
        "join": _join(run.manifest.get("join")),
        "rejects": _rejects(run),
    }


def _rejects(run: RunData) -> list[dict[str, str]]:
    """Return the first rejected rows with their places, such as line 3 of a CSV file or entry 3 of a JSON file."""
    units = {str(file["name"]): reject_unit(str(file.get("format"))) for file in run.manifest.get("inputs", [])}
    return [
        {
            "file": plain_text(file),
            "place": f"{units.get(file, 'line')} {int(line):,}",
            "reason": plain_text(reason),
            "text": plain_text(text[:120]),
        }
        for file, line, reason, text in run.rejects.head(MOST_REJECTS).itertuples(index=False)
    ]


def _columns_by_file(run: RunData) -> list[tuple[str, list[list[str]]]]:
    """Return how the columns of each file were read; its name where there are several."""
    files = [*run.manifest.get("inputs", []), *run.manifest.get("features_from", [])]
    known = [(str(file["name"]), file["columns"]) for file in files if file.get("columns")]
    if len(known) < 2:
        return [("", run.manifest.get("columns", []))]
    return known


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return one input file with how it was read and what became of its rows."""
    facts = [str(file[fact]) for fact in ("format", "encoding", "separator", "sheet", "table") if file.get(fact)]
    return {
        "name": plain_text(str(file["name"])),
        "how": plain_text(", ".join(facts)),
        "dialect": plain_text(str(file.get("dialect") or "")),
        "counts": [file.get(name) for name in ("read", "kept", "merged", "set_aside", "rejected")],
    }


def _join(join: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the joining of features came to, with the first tracks that were not found."""
    if not join:
        return None
    unmatched = [
        {"row": int(row) + 1, "title": plain_text(t), "artist": plain_text(a)} for row, t, a in join["unmatched"]
    ]
    return {
        "told": plain_text(join["told"]),
        "n_unmatched": int(join["n_unmatched"]),
        "unmatched": unmatched[:MOST_UNMATCHED],
    }


def _values(pairs: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return [{"value": plain_text(value), "count": int(n)} for value, n in pairs[:MOST_VALUES]]


def _problem(name: str, count: int, message: str, examples: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": plain_text(name),
        "title": title(plain_text(name)),
        "count": int(count),
        "message": plain_text(message),
        "examples": [plain_text(example) for example in examples[:MOST_EXAMPLES]],
    }


def _rules(run: RunData) -> list[dict[str, Any]]:
    """Return every cleaning rule with its mode, how many rows it touched, and the first of them."""
    options = run.options.clean
    named = [rule for rule in RULE_TITLES if rule in run.cleaning_counts or hasattr(options, rule)]
    others = [rule for rule in run.cleaning_counts if rule not in named]
    examples = _ledger_examples(run)
    return [
        {
            "name": rule,
            "title": RULE_TITLES.get(rule, title(rule)),
            "when": rule_words(rule, options),
            "action": _action(rule, run.options),
            "count": int(run.cleaning_counts[rule]) if rule in run.cleaning_counts else None,
            "examples": examples.get(rule, []),
        }
        for rule in named + others
    ]


def _action(rule: str, options: Options) -> str:
    mode = getattr(options.clean, rule, "set-aside")
    if options.clean.keep_all and hasattr(options.clean, rule):
        mode = "keep"
    return MODE_WORDS.get(mode, mode)


def _ledger_examples(run: RunData) -> dict[str, list[dict[str, Any]]]:
    """Return the first rows each rule touched, with their titles."""
    ledger = run.ledger
    if not {"row", "rule"} <= set(ledger.columns):
        return {}
    first = ledger.drop_duplicates(["row", "rule"]).groupby("rule", sort=False).head(MOST_EXAMPLES)
    examples: dict[str, list[dict[str, Any]]] = {}
    for row, rule in zip(first["row"], first["rule"], strict=True):
        examples.setdefault(str(rule), []).append(_ledger_example(run.tracks, int(row)))
    return examples


def _ledger_example(tracks: pd.DataFrame, row: int) -> dict[str, Any]:
    """Return the track in a row, counted from 1."""
    texts = {}
    for column in ("track_name", "artist_name"):
        value = tracks[column].iloc[row - 1] if column in tracks and 0 < row <= len(tracks) else ""
        texts[column] = "" if pd.isna(value) else plain_text(value)
    return {"row": row, **texts}


def _feature(feature: FeatureSummary, run: RunData) -> dict[str, Any]:
    known = FEATURES.get(feature.name)
    return {
        "name": plain_text(feature.name),
        "title": plain_text(feature_title(feature.name)),
        "definition": known.definition if known else "",
        "unit": known.unit if known else "",
        "used": feature.name in run.scaling.features,
        "n": int(feature.n),
        "n_missing": int(feature.n_missing),
        "mean": plain_number(feature.mean),
        "std": plain_number(feature.std),
        "skew": plain_number(feature.skew),
        "quantiles": {k: plain_number(v) for k, v in feature.quantiles.items()},
        "histogram": _bar_heights(feature.counts),
        "n_zero": int(feature.n_zero),
    }


def _bar_heights(counts: tuple[int, ...]) -> list[float]:
    """Return histogram bars as shares of the highest, 0–1."""
    highest = max(counts, default=0)
    return [round(int(n) / highest, 3) for n in counts] if highest else []


def _scaling(run: RunData) -> dict[str, Any]:
    scaling = run.scaling

    def changed(values: Mapping[str, Any], unchanged: Any) -> dict[str, Any]:
        return {feature_title(k): plain_value(v) for k, v in values.items() if v != unchanged}

    return {
        "features": [plain_text(feature_title(name)) for name in scaling.features[:MOST_FEATURES]],
        "n_features": len(scaling.features),
        "scaler": scaling.scaler,
        "transforms": changed(scaling.transforms, "none"),
        "weights": changed(scaling.weights, 1.0),
        "dropped": {feature_title(k): plain_text(v) for k, v in scaling.dropped.items()},
    }


def _pair(first: str, second: str, r: float) -> list[Any]:
    return [plain_text(feature_title(first)), plain_text(feature_title(second)), plain_number(r)]


def _correlations(exploration: Exploration) -> list[list[Any]]:
    """Return the pairs of columns with the strongest correlations, strongest first."""
    names, matrix = exploration.correlation_names, exploration.correlations
    n = len(names)
    pairs = [_pair(names[i], names[j], matrix[i, j]) for i in range(n) for j in range(i + 1, n)]
    defined = [pair for pair in pairs if pair[2] is not None]
    return sorted(defined, key=lambda pair: (-abs(pair[2]), pair[0], pair[1]))[:MOST_PAIRS]

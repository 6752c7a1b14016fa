"""The manifest: what went in, what was used, what came out, how long it took."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songatlas.io.read import with_digests
from songatlas.results import RunData

SCHEMA_VERSION = 1
_PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "numba", "matplotlib")


STATES = ("kept", "merged", "set_aside")


def make_manifest(
    run: RunData, warnings: Sequence[str], timings: dict[str, float], peak_megabytes: float | None
) -> RunData:
    """Return the run with its manifest filled in; files and their hashes are added when it is saved."""
    account = run.tracks.attrs.get("songatlas", {})
    states = run.tracks["state"].value_counts()
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "songatlas": version("songatlas"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "seed": run.options.seed,
        "inputs": _inputs(with_digests(account.get("files", [])), run.tracks["state"].to_numpy()),
        "columns": account.get("columns", []),
        "unreadable": account.get("unreadable", {}),
        "dialect": account.get("dialect", ""),
        "decimals": account.get("decimals", ""),
        "vetoed": account.get("vetoed", {}),
        "join": account.get("join"),
        "features_from": with_digests(account.get("features_from", [])),
        "counts": {
            "read": len(run.tracks) + len(run.rejects),
            "rows": len(run.tracks),
            "rejected": len(run.rejects),
            **{state: int(states.get(state, 0)) for state in STATES},
        },
        "label_order": "by falling cluster size, ties by centroid; -1 is noise, an empty label was set aside",
        "warnings": list(dict.fromkeys([*account.get("notes", ()), *warnings])),
        "timings_seconds": timings,
        "peak_memory_megabytes": peak_megabytes,
    }
    return replace(run, manifest=manifest)


def _inputs(files: Sequence[Mapping[str, Any]], state: NDArray[np.object_]) -> list[dict[str, Any]]:
    """Return the account of each file: rows read = kept + merged + set aside + rejected."""
    inputs = []
    start = 0
    for file in files:
        own = state[start : start + file["rows"]]
        start += file["rows"]
        counts = {name: int((own == name).sum()) for name in STATES}
        inputs.append({**file, **counts})
    return inputs

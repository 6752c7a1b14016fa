"""The manifest: what went in, what was used, what came out, how long it took."""

import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from songatlas.results import RunData

SCHEMA_VERSION = 1
_PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "numba", "matplotlib")


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
        "inputs": [{"name": name, "rows": rows, "sha256": digest} for name, rows, digest in account.get("files", [])],
        "columns": account.get("columns", []),
        "unreadable": account.get("unreadable", {}),
        "counts": {
            "rows": len(run.tracks),
            **{state: int(states.get(state, 0)) for state in ("kept", "merged", "set_aside")},
        },
        "label_order": "by falling cluster size, ties by centroid; -1 is noise, an empty label was set aside",
        "warnings": list(warnings),
        "timings_seconds": timings,
        "peak_memory_megabytes": peak_megabytes,
    }
    return replace(run, manifest=manifest)

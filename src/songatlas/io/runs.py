"""Writes a `RunData` into a folder and reads it back: Parquet, CSV, JSON and npz, no pickle.

What can be looked at (figures, report, summary) is written by `songatlas.api` into the same folder.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from songatlas.errors import DataError
from songatlas.options import Options, options_to_toml
from songatlas.results import (
    REJECT_COLUMNS,
    Candidate,
    Choice,
    Clustering,
    Exploration,
    KDistance,
    Profile,
    Provenance,
    RunData,
    Scaling,
    TrackMap,
)

from .folders import MANIFEST
from .judgement import read_judgement, write_judgement
from .plain import from_plain, to_plain
from .sub_moods import read_sub_moods, write_sub_moods

_UNCOVERED = ("user", "cache", MANIFEST)
_READ_BACK = (
    "tracks.parquet",
    "ledger.csv",
    "clusters.json",
    "scores.json",
    "tree.npz",
    "judgement.json",
    "judgement.npz",
    "sub_moods.json",
    "sub_moods.npz",
    "model/model.json",
    "model/arrays.npz",
)
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, OSError, EOFError, zipfile.BadZipFile)
SCHEMA_VERSION = 1
_ROWS_AT_ONCE = 100_000  # written by one call, during which no Ctrl-C is heard


def write_run(run: RunData, folder: Path, advance: Callable[[float], object] = lambda share: None) -> None:
    """Write the data of a run into an existing folder (manifest excepted, see `write_manifest`).

    ``advance`` is called with the share of the work just done; the shares sum to 1.
    """
    tracks = run.tracks.copy(deep=False)
    tracks.attrs = {}
    _write_parquet(tracks, folder / "tracks.parquet")
    advance(0.4)
    merged = pd.Series(tracks["representative"] + 1, dtype="Int64").where(tracks["state"] == "merged")
    write_csv(tracks.assign(merged_into_row=merged)[csv_columns(run)], folder / "tracks.csv")
    advance(0.2)
    write_csv(top_tracks(run), folder / "top_tracks.csv")
    write_csv(run.ledger, folder / "ledger.csv")
    if len(run.rejects):
        write_csv(run.rejects, folder / "rejects.csv")
    _write_json(
        folder / "clusters.json",
        {"method": run.method, "profiles": run.profiles, "exploration": run.exploration},
    )
    _write_json(folder / "scores.json", {"choice": run.choice, "candidates": run.candidates})
    (folder / "options.toml").write_text(options_to_toml(run.options), encoding="utf-8")
    if run.tree is not None:
        np.savez_compressed(folder / "tree.npz", linkage=run.tree)
    write_judgement(run.judgement, folder)
    write_sub_moods(run.sub_moods, folder)
    advance(0.2)
    _write_model(run, folder / "model")
    advance(0.2)


def write_manifest(run: RunData, folder: Path) -> None:
    """Write the manifest with the SHA-256 of every file in the folder; called last."""
    files = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in _UNCOVERED
    }
    manifest = {
        **run.manifest,
        "cleaning_counts": run.cleaning_counts,
        "source_columns": run.source_columns,
        "options": run.options.to_dict(),
        "files": files,
    }
    _write_json(folder / MANIFEST, manifest)


def read_run(folder: str | Path) -> RunData:
    """Return the run saved in a folder.

    Raises
    ------
    DataError
        When the folder is not a run, was written by a newer songatlas, or is damaged.
    """
    folder = Path(folder)
    manifest = _read_json(folder, MANIFEST)
    _check_manifest(folder, manifest)
    if manifest["schema_version"] > SCHEMA_VERSION:
        raise DataError(
            f"{folder}: written by songatlas {manifest['songatlas']} in a newer form (schema "
            f"{manifest['schema_version']}, this version reads {SCHEMA_VERSION}). Update songatlas."
        )
    _check_files(folder, manifest["files"])
    try:
        return _assemble(folder, manifest)
    except DataError:
        raise
    except (*_DAMAGE, pa.ArrowException) as err:
        raise DataError(
            f"{folder}: the run is damaged ({type(err).__name__}: {str(err)[:120]}). Make it again."
        ) from err


def _check_manifest(folder: Path, manifest: Any) -> None:
    """Raise DataError unless the manifest has the entries that a run is put together from, in their types."""
    if not isinstance(manifest, dict) or "songatlas" not in manifest or "schema_version" not in manifest:
        raise DataError(f"{folder}: {MANIFEST} was not written by songatlas.")
    version = manifest["schema_version"]
    if isinstance(version, int) and version > SCHEMA_VERSION:
        return  # its form is not ours to judge
    kinds = {
        "schema_version": int, "files": dict, "source_columns": list, "cleaning_counts": dict, "options": dict,
        "counts": dict, "warnings": list, "inputs": list, "seed": int,
    }  # fmt: skip
    wrong = [name for name, kind in kinds.items() if not isinstance(manifest.get(name), kind)]
    for name in ("counts", "cleaning_counts"):
        if name not in wrong and not all(isinstance(n, int) for n in manifest[name].values()):
            wrong.append(name)
    if "counts" not in wrong and not {"rows", "kept", "merged", "set_aside"} <= set(manifest["counts"]):
        wrong.append("counts")
    if wrong:
        raise DataError(f"{folder}: {MANIFEST} is damaged ({', '.join(wrong)} missing or wrong). Make the run again.")


def _check_files(folder: Path, digests: Mapping[str, Any]) -> None:
    """Raise DataError where a file that is read back is not the one that was written."""
    for name in _READ_BACK:
        if name not in digests:
            continue
        try:
            changed = _sha256(folder / name) != digests[name]
        except FileNotFoundError as err:
            raise DataError(f"{folder}: {name} is missing; this is not a whole run of songatlas.") from err
        except OSError as err:
            raise DataError(f"{folder}: {name} cannot be read ({err.strerror}).") from err
        if changed:
            raise DataError(
                f"{folder}: {name} is damaged or was edited (its SHA-256 is not the one in {MANIFEST}). "
                "Make the run again."
            )


def csv_columns(run: RunData) -> list[str]:
    """Return the columns of tracks.csv: the source's, then the decisions, and a label column per method."""
    of_file = ["source_file"] if "source_file" in run.tracks and "source_file" not in run.source_columns else []
    decided = ("state", "reason", "merged_into_row", "marks", "cluster", "cluster_name")
    second = ("sub_mood", "sub_mood_name") if run.sub_moods is not None else ()
    standing = ("standing",) if run.judgement.certificate is not None else ()
    return [*run.source_columns, *of_file, *decided, *second, "margin", *standing, *run.clusterings]


def top_tracks(run: RunData) -> pd.DataFrame:
    """Return the most typical tracks of each cluster, a row each."""
    rows = [
        {
            "cluster": profile.label,
            "cluster_name": profile.name,
            "rank": rank,
            "row": ref.row + 1,
            "track_id": run.tracks["track_id"].iat[ref.row] if "track_id" in run.tracks else "",
            "track_name": ref.track_name,
            "artist_name": ref.artist_name,
            "detail": ref.detail,
            "distance_to_center": ref.value,
        }
        for profile in run.profiles
        for rank, ref in enumerate(profile.typical, 1)
    ]
    names = ["cluster", "cluster_name", "rank", "row", "track_id", "track_name", "artist_name", "detail"]
    return pd.DataFrame(rows, columns=[*names, "distance_to_center"])


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV, a missing value as an empty cell."""
    plain = table.copy(deep=False)
    for name in plain.columns:
        if plain[name].dtype == object:
            plain[name] = plain[name].map(_cell).astype("str")
    plain.attrs = {}
    arrow = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata(None)
    with pacsv.CSVWriter(path, arrow.schema, write_options=pacsv.WriteOptions(quoting_style="needed")) as writer:
        for start in range(0, max(len(arrow), 1), _ROWS_AT_ONCE):
            writer.write_table(arrow.slice(start, _ROWS_AT_ONCE))


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    with pq.ParquetWriter(path, arrow.schema, compression="zstd") as writer:
        for start in range(0, max(len(arrow), 1), _ROWS_AT_ONCE):
            writer.write_table(arrow.slice(start, _ROWS_AT_ONCE))


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    return str(list(value)) if isinstance(value, np.ndarray) else str(value)


def _write_model(run: RunData, folder: Path) -> None:
    folder.mkdir()
    arrays: dict[str, np.ndarray] = {"kept": run.kept}
    arrays |= {f"scaling/{name}": array for name, array in run.scaling.arrays.items()}
    for name, clustering in run.clusterings.items():
        for part in ("labels", "centers", "margin", "silhouette"):
            arrays[f"clustering/{name}/{part}"] = getattr(clustering, part)
    for part in ("pca", "explained_variance_ratio", "loadings", "coordinates"):
        if getattr(run.map, part) is not None:
            arrays[f"map/{part}"] = getattr(run.map, part)
    if run.k_distance is not None:
        arrays |= {"k_distance/rank": run.k_distance.rank, "k_distance/distance": run.k_distance.distance}
    np.savez_compressed(folder / "arrays.npz", allow_pickle=False, **arrays)
    scaling, k = run.scaling, run.k_distance
    _write_json(
        folder / "model.json",
        {
            "scaling": {n: getattr(scaling, n) for n in ("features", "transforms", "scaler", "weights", "dropped")},
            "clusterings": {
                name: {"params": c.params, "provenance": c.provenance} for name, c in run.clusterings.items()
            },
            "map": {n: getattr(run.map, n) for n in ("method", "description", "quality", "quality_provenance")},
            "k_distance": None if k is None else {"k": k.k, "eps": k.eps, "knee": k.knee},
        },
    )


def _assemble(folder: Path, manifest: dict[str, Any]) -> RunData:
    model = _read_json(folder, "model/model.json")
    with np.load(folder / "model" / "arrays.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    clusters, scores = _read_json(folder, "clusters.json"), _read_json(folder, "scores.json")
    tree = None
    if (folder / "tree.npz").exists():
        with np.load(folder / "tree.npz", allow_pickle=False) as stored:
            tree = stored["linkage"]
    clusterings = {
        name: Clustering(
            name,
            known["params"],
            provenance=from_plain(Provenance, known["provenance"]),
            **_under(arrays, f"clustering/{name}/"),
        )
        for name, known in model["clusterings"].items()
    }
    own = ("files", "options", "cleaning_counts", "source_columns")
    return RunData(
        tracks=pq.read_table(folder / "tracks.parquet").to_pandas(),
        source_columns=tuple(manifest["source_columns"]),
        kept=arrays["kept"],
        exploration=from_plain(Exploration, clusters["exploration"]),
        cleaning_counts=manifest["cleaning_counts"],
        ledger=_read_ledger(folder),
        rejects=_read_rejects(folder),
        scaling=_scaling(model["scaling"], _under(arrays, "scaling/")),
        candidates=tuple(from_plain(Candidate, c) for c in scores["candidates"]),
        clusterings=clusterings,
        method=clusters["method"],
        choice=from_plain(Choice, scores["choice"]),
        k_distance=_k_distance(model["k_distance"], _under(arrays, "k_distance/")),
        tree=tree,
        profiles=tuple(from_plain(Profile, p) for p in clusters["profiles"]),
        map=_track_map(model["map"], _under(arrays, "map/")),
        options=Options.from_dict(manifest["options"], source=str(folder / MANIFEST)),
        manifest={k: v for k, v in manifest.items() if k not in own},
        judgement=read_judgement(folder),
        sub_moods=read_sub_moods(folder),
    )


def _read_ledger(folder: Path) -> pd.DataFrame:
    ledger = pd.read_csv(folder / "ledger.csv", dtype=str, keep_default_na=False, encoding="utf-8")
    return ledger.assign(row=ledger["row"].astype("int64")) if len(ledger) else ledger


def _read_rejects(folder: Path) -> pd.DataFrame:
    path = folder / "rejects.csv"
    if not path.exists():
        return pd.DataFrame(columns=list(REJECT_COLUMNS))
    rejects = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    return rejects.assign(line=rejects["line"].astype("int64"))


def _scaling(known: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> Scaling:
    return Scaling(
        tuple(known["features"]),
        known["transforms"],
        known["scaler"],
        known["weights"],
        arrays,
        known["dropped"],
    )


def _k_distance(known: Mapping[str, Any] | None, arrays: dict[str, np.ndarray]) -> KDistance | None:
    if known is None:
        return None
    return KDistance(known["k"], arrays["rank"], arrays["distance"], known["eps"], known["knee"])


def _track_map(known: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> TrackMap:
    return TrackMap(
        known["method"],
        known["description"],
        arrays.get("coordinates"),
        arrays["pca"],
        arrays["explained_variance_ratio"],
        arrays["loadings"],
        known["quality"],
        {name: from_plain(Provenance, made) for name, made in known["quality_provenance"].items()},
    )


def _under(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(to_plain(value), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        if not folder.exists():
            raise DataError(f"{folder}: no such folder. Expected a run that 'songatlas run' wrote.") from err
        raise DataError(f"{folder}: {name} is missing; this is not a whole run of songatlas.") from err
    except NotADirectoryError as err:
        raise DataError(f"{folder}: this is a file. Expected the folder of a run.") from err
    except (OSError, ValueError) as err:
        raise DataError(f"{folder}: {name} cannot be read ({str(err)[:120]}).") from err
    return value


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

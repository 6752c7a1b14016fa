"""The options of a run: one frozen class per stage, gathered in `Options`, read from and written to TOML.

Every option has one name everywhere: field here, key in TOML, flag on the command line (with hyphens),
keyword in Python. An unknown name is an error.
"""

import dataclasses
import difflib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from songatlas.errors import ParameterError
from songatlas.schema import FEATURE_NAMES

Mode = Literal["keep", "mark", "set-aside"]
DuplicateMode = Literal["keep", "mark", "merge"]
Scaler = Literal["standard", "minmax", "robust", "quantile", "power", "none"]
Transform = Literal["log", "sqrt", "logit", "none"]
Method = Literal["kmeans", "dbscan", "ward", "hdbscan", "gaussian_mixture"]
MapMethod = Literal["tsne", "none"]
Choosing = Literal[
    "consensus",
    "silhouette",
    "silhouette_ward",
    "davies_bouldin",
    "davies_bouldin_ward",
    "ward_jump",
    "elbow",
    "agreement",
    "calinski_harabasz",
    "knee",
    "stability",
]


@dataclass(frozen=True)
class ReadOptions:
    """What is read, which part of it, and what its columns are where that has to be said by hand.

    ``tracks`` and ``features_from`` are the files and databases as they were named, so that the options of a run
    repeat it; URLs stand here without user, password and settings.
    """

    tracks: tuple[str, ...] = ()
    column: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    query: str | None = None
    encoding: str | None = None
    features_from: tuple[str, ...] = ()
    features_table: str | None = None


@dataclass(frozen=True)
class CleanOptions:
    """What is done with doubtful rows; every rule has a mode, and a threshold where it has one."""

    keep_all: bool = False
    failed_analysis: Mode = "set-aside"
    out_of_range: Mode = "set-aside"
    duplicate_row: DuplicateMode = "merge"
    same_id: DuplicateMode = "merge"
    re_release: DuplicateMode = "merge"
    loud: Mode = "mark"
    loud_above_db: float = 0.0
    short: Mode = "mark"
    short_below_seconds: float = 30.0
    long: Mode = "mark"
    long_above_minutes: float = 20.0
    spoken: Mode = "mark"
    spoken_above: float = 0.66


@dataclass(frozen=True)
class FeatureOptions:
    """Which columns are clustered, and how they are put on one scale."""

    features: tuple[str, ...] = FEATURE_NAMES
    weights: Mapping[str, float] = field(default_factory=dict)
    transforms: Mapping[str, Transform] = field(default_factory=dict)
    scaler: Scaler = "standard"


@dataclass(frozen=True)
class ClusterOptions:
    """The methods, and the numbers each of them needs; None means chosen from the data."""

    methods: tuple[Method, ...] = ("kmeans", "dbscan", "ward")
    use: Literal["auto", "kmeans", "dbscan", "ward", "hdbscan", "gaussian_mixture"] = "auto"
    n_clusters: int | None = None
    n_clusters_range: tuple[int, int] = (2, 15)
    n_init: int = 10
    eps: float | None = None
    min_samples: int | None = None
    ward_height: float | None = None


@dataclass(frozen=True)
class JudgeOptions:
    """How the number of clusters is chosen, how much evidence is gathered, and how fine the second level is.

    ``sub_mood_size`` is the mean number of tracks in a sub-mood, ``n_sub_moods`` the number of them in all; the number
    wins where both are given, None means chosen from the data.
    """

    choose: Choosing = "consensus"
    thorough: bool = False
    no_evidence: bool = False
    n_refits: int | None = None
    no_sub_moods: bool = False
    sub_mood_size: int | None = None
    n_sub_moods: int | None = None


@dataclass(frozen=True)
class MapOptions:
    """How the 2-D map is computed."""

    map: MapMethod = "tsne"
    map_neighbors: int = 10
    map_iterations: int = 500


@dataclass(frozen=True)
class OutputOptions:
    """How much is listed and written."""

    top_tracks: int = 20
    playlist_length: int = 100
    max_per_artist: int = 2


@dataclass(frozen=True)
class Options:
    """All options of a run, by stage.

    Examples
    --------
    >>> Options().with_values(n_clusters=5, scaler="robust").cluster.n_clusters
    5
    """

    seed: int = 0
    read: ReadOptions = field(default_factory=ReadOptions)
    clean: CleanOptions = field(default_factory=CleanOptions)
    features: FeatureOptions = field(default_factory=FeatureOptions)
    cluster: ClusterOptions = field(default_factory=ClusterOptions)
    judge: JudgeOptions = field(default_factory=JudgeOptions)
    map: MapOptions = field(default_factory=MapOptions)
    output: OutputOptions = field(default_factory=OutputOptions)

    def __post_init__(self) -> None:
        _check(self)

    def with_values(self, **values: Any) -> "Options":
        """Return these options with some values replaced, by their flat names.

        Raises
        ------
        ParameterError
            When a name is unknown or a value cannot be used.
        """
        homes = option_homes()
        stages: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            if name not in homes:
                raise ParameterError(f"unknown option {name!r}.{_nearest(name, homes)}")
            stage, kind = homes[name]
            stages.setdefault(stage, {})[name] = _coerced(name, value, kind)
        top = stages.pop("", {})
        changed = {s: dataclasses.replace(getattr(self, s), **v) for s, v in stages.items()}
        return dataclasses.replace(self, **top, **changed)

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values, by stage."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        return plain

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, source: str = "options") -> "Options":
        """Return options from nested plain values; a missing name keeps its default, an unknown one is an error."""
        flat: dict[str, Any] = {}
        stages = {f.name for f in dataclasses.fields(cls)} - {"seed"}
        homes = option_homes()
        for key, value in values.items():
            if key == "seed":
                flat[key] = value
            elif key in stages and isinstance(value, Mapping):
                for name, inner in value.items():
                    if homes.get(name, ("", None))[0] != key:
                        known = {n for n, (s, _) in homes.items() if s == key}
                        raise ParameterError(f"{source}: unknown option {key}.{name}.{_nearest(name, known)}")
                    flat[name] = inner
            else:
                raise ParameterError(
                    f"{source}: unknown section or option {key!r}. Expected 'seed' or one of the sections "
                    f"{sorted(stages)}."
                )
        try:
            return cls().with_values(**flat)
        except ParameterError as err:
            raise ParameterError(f"{source}: {err}") from err


def read_options(path: str | Path) -> Options:
    """Return the options in a TOML file.

    Raises
    ------
    ParameterError
        When the file is missing, is not TOML, or holds an unknown or unusable option.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as err:
        raise ParameterError(f"{path}: the options file cannot be read ({err.strerror}).") from err
    except UnicodeDecodeError as err:
        raise ParameterError(f"{path}: the options file is not UTF-8 text.") from err
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as err:
        raise ParameterError(f"{path}: not valid TOML: {err}.") from err
    return Options.from_dict(values, source=str(path))


def options_to_toml(options: Options) -> str:
    """Return the options as TOML text that `read_options` reads back equal."""
    read = options.read
    files = "" if read.tracks else "FILE "
    lines = [f"# The options of this run. Repeat it with: songatlas run {files}--options options.toml -o NEW_RUN"]
    if read.tracks:
        lines.append("# Files are named as they were then: start it in the same folder, or name them again.")
    if any("://" in source for source in (*read.tracks, *read.features_from)):
        lines.append("# URLs are kept without user, password and settings: name them again where these are needed.")
    values = options.to_dict()
    lines.append(f"seed = {values.pop('seed')}")
    for stage, inner in values.items():
        lines += ["", f"[{stage}]"]
        for name, value in inner.items():
            if value is None:
                lines.append(f"# {name} is {'not given' if stage == 'read' else 'chosen from the data'}")
            else:
                lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def option_homes() -> dict[str, tuple[str, Any]]:
    """Return, for each flat option name, its stage ('' for the run itself) and its type."""
    homes: dict[str, tuple[str, Any]] = {"seed": ("", int)}
    hints = get_type_hints(Options)
    for stage in dataclasses.fields(Options):
        if dataclasses.is_dataclass(hints[stage.name]):
            for name, kind in get_type_hints(hints[stage.name]).items():
                homes[name] = (stage.name, kind)
    return homes


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=3)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else f" Known: {', '.join(sorted(known))}."


def _coerced(name: str, value: Any, kind: Any) -> Any:
    """Return the value in the field's type (lists become tuples, int becomes float), or raise."""
    wanted = f"{name} must be {_describe(kind)}, got {value!r}."
    origin, args = get_origin(kind), get_args(kind)
    if type(None) in args:
        if value is None:
            return None
        return _coerced(name, value, next(a for a in args if a is not type(None)))
    if origin is Literal:
        if value not in args:
            raise ParameterError(wanted)
        return value
    if origin is tuple:
        if isinstance(value, str) or not isinstance(value, (list, tuple)):
            raise ParameterError(wanted)
        if args[-1] is not Ellipsis and len(value) != len(args):
            raise ParameterError(wanted)
        return tuple(_coerced(name, item, args[0]) for item in value)
    if origin is not None:  # a mapping
        if not isinstance(value, Mapping):
            raise ParameterError(wanted)
        return {str(k): _coerced(f"{name}[{k!r}]", v, args[1]) for k, v in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ParameterError(wanted)
    return value


def _describe(kind: Any) -> str:
    origin, args = get_origin(kind), get_args(kind)
    if type(None) in args:
        return _describe(next(a for a in args if a is not type(None))) + " (or left out: chosen from the data)"
    if origin is Literal:
        return "one of " + ", ".join(repr(a) for a in args)
    if origin is tuple:
        return f"a list, each {_describe(args[0])}" if args[-1] is Ellipsis else f"{len(args)} numbers"
    if origin is not None:
        return f"a table of name = value, each {_describe(args[1])}"
    return {int: "a whole number", float: "a number", bool: "true or false", str: "text"}.get(kind, str(kind))


def _check(options: Options) -> None:
    c, f, j, m, o = options.cluster, options.features, options.judge, options.map, options.output
    low, high = c.n_clusters_range
    rules = [
        (options.seed >= 0, "seed", options.seed, "a whole number of 0 or more"),
        (
            1 < low <= high,
            "n_clusters_range",
            f"{low}:{high}",
            "two whole numbers LOW:HIGH with 2 <= LOW <= HIGH",
        ),
        (c.n_clusters is None or c.n_clusters >= 2, "n_clusters", c.n_clusters, "2 or more"),
        (c.n_init >= 1, "n_init", c.n_init, "1 or more"),
        (c.eps is None or 0 < c.eps < float("inf"), "eps", c.eps, "a positive number"),
        (c.min_samples is None or c.min_samples >= 1, "min_samples", c.min_samples, "1 or more"),
        (
            c.ward_height is None or 0 < c.ward_height < float("inf"),
            "ward_height",
            c.ward_height,
            "a positive number",
        ),
        (len(c.methods) > 0, "methods", c.methods, "at least one method"),
        (
            c.use == "auto" or c.use in c.methods,
            "use",
            c.use,
            f"'auto' or one of the methods {', '.join(c.methods)}",
        ),
        (len(f.features) > 0, "features", f.features, "at least one feature"),
        (j.n_refits is None or j.n_refits >= 2, "n_refits", j.n_refits, "2 or more"),
        (j.sub_mood_size is None or j.sub_mood_size >= 2, "sub_mood_size", j.sub_mood_size, "2 or more"),
        (j.n_sub_moods is None or j.n_sub_moods >= 1, "n_sub_moods", j.n_sub_moods, "1 or more"),
        (m.map_neighbors >= 2, "map_neighbors", m.map_neighbors, "2 or more"),
        (m.map_iterations >= 1, "map_iterations", m.map_iterations, "1 or more"),
        (o.top_tracks >= 1, "top_tracks", o.top_tracks, "1 or more"),
        (o.playlist_length >= 1, "playlist_length", o.playlist_length, "1 or more"),
        (o.max_per_artist >= 1, "max_per_artist", o.max_per_artist, "1 or more"),
    ]
    thresholds = ("loud_above_db", "short_below_seconds", "long_above_minutes", "spoken_above")
    rules += [(not math.isnan(getattr(options.clean, n)), n, getattr(options.clean, n), "a number") for n in thresholds]
    for holds, name, value, expected in rules:
        if not holds:
            raise ParameterError(f"{name} must be {expected}, got {value!r}.")
    for name, weight in f.weights.items():
        if not 0 < weight < float("inf"):
            raise ParameterError(
                f"weights[{name!r}] must be a positive number, got {weight!r}. Leave a feature out with --features."
            )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    return repr(value)

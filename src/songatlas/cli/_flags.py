"""Command-line flags made from the options classes: one flag per option, of the same name, type and default."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args, get_origin

import click

from songatlas.options import Options, option_homes

Command = TypeVar("Command", bound=Callable[..., Any])

HELP = {
    "seed": "Seed of everything random.",
    "column": "NAME=SOURCE: read a column by hand, such as valence=Mood; NAME=none leaves one out; may be repeated.",
    "table": "Sheet of a workbook, table or view of a database, or file in a ZIP.",
    "query": "Query whose result is read from a database.",
    "encoding": "Encoding of FILE, where that is text, such as cp1251, shift_jis or mac_roman.",
    "features_from": "Bring audio features in from this table, by id, ISRC, or title and artist; may be repeated, in "
    "order.",
    "features_table": "Sheet, table or view to read from --features-from, or file in its ZIP.",
    "keep_all": "Cluster every row whose features are complete; no other cleaning.",
    "failed_analysis": "Rows whose analysis failed (tempo 0, or danceability, speechiness and valence all 0).",
    "out_of_range": "Rows with a value outside its feature's range.",
    "duplicate_row": "Rows equal in every column.",
    "same_id": "Rows with the same track id.",
    "re_release": "Rows of one artist with ten equal features.",
    "loud": "Rows louder than --loud-above-db.",
    "loud_above_db": "Decibels.",
    "short": "Rows shorter than --short-below-seconds.",
    "short_below_seconds": "Seconds.",
    "long": "Rows longer than --long-above-minutes.",
    "long_above_minutes": "Minutes.",
    "spoken": "Rows with more speech than --spoken-above.",
    "spoken_above": "Speechiness, 0 to 1.",
    "features": "Columns to cluster: names or patterns, separated by commas.",
    "weights": "NAME=WEIGHT: let a feature count more or less; may be repeated.",
    "transforms": "NAME=log|sqrt|logit: transform a feature before scaling; may be repeated.",
    "scaler": "How features are put on one scale.",
    "methods": "Methods to run, separated by commas: kmeans, dbscan, ward, hdbscan, gaussian_mixture.",
    "use": "Whose clusters are named, mapped and exported.",
    "n_clusters": "Number of clusters (K-Means, Ward, mixtures).",
    "n_clusters_range": "Numbers of clusters to try, LOW:HIGH.",
    "n_init": "K-Means restarts per number of clusters, at least.",
    "eps": "DBSCAN radius.",
    "min_samples": "DBSCAN and HDBSCAN neighbors that make a track a core track.",
    "ward_height": "Cut the Ward tree at this height.",
    "choose": "How the number of clusters is chosen: by all criteria together, or by one.",
    "thorough": "Gather more evidence: more criteria for the number of clusters, and what other settings would give.",
    "no_evidence": "Choose and cluster only: no null catalogues, refits or other evidence.",
    "n_refits": "Refits on parts of the tracks that tell whether the grouping would come back.",
    "no_sub_moods": "Do not divide the clusters into sub-moods.",
    "sub_mood_size": "Tracks in a sub-mood, on average.",
    "n_sub_moods": "Number of sub-moods in all; wins over --sub-mood-size.",
    "map": "The map to draw.",
    "map_neighbors": "Neighbors that attract each track on the map.",
    "map_iterations": "Iterations of the map.",
    "top_tracks": "Tracks listed per cluster.",
    "playlist_length": "Most tracks in a cluster's playlist.",
    "max_per_artist": "Most tracks of one artist in a playlist.",
}


_MAPPINGS = ("column", "weights", "transforms")
_ARGUMENTS = ("tracks",)  # named without a flag


class _Items(click.ParamType):  # type: ignore[type-arg]  # generic only in newer click
    """Comma-separated items."""

    name = "items"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        return [item.strip() for item in value.split(",") if item.strip()]


class _Range(click.ParamType):  # type: ignore[type-arg]  # generic only in newer click
    """Two whole numbers LOW:HIGH."""

    name = "low:high"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        parts = value.split(":")
        if len(parts) != 2 or not all(p.strip().isdigit() for p in parts):
            self.fail(f"expected two whole numbers LOW:HIGH such as 2:15, got {value!r}.", param, ctx)
        return [int(p) for p in parts]


class Pair(click.ParamType):  # type: ignore[type-arg]  # generic only in newer click
    """NAME=VALUE."""

    name = "name=value"

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        name, mark, text = value.partition("=")
        if not mark or not name:
            self.fail(f"expected NAME=VALUE, got {value!r}.", param, ctx)
        if self._kind is float:
            try:
                return name, float(text)
            except ValueError:
                self.fail(f"expected a number after {name}=, got {text!r}.", param, ctx)
        return name, text


def option_flags(command: Command) -> Command:
    """Add a flag for every option of a run."""
    defaults = _flat(Options())
    for name, (_, kind) in reversed(option_homes().items()):
        if name not in _ARGUMENTS:
            command = _flag(name, kind, defaults[name])(command)
    return command


def reading_flags(command: Command) -> Command:
    """Add a flag for every option of reading, as a run has it."""
    defaults = _flat(Options())
    for name, (stage, kind) in reversed(option_homes().items()):
        if stage == "read" and name not in _ARGUMENTS:
            command = _flag(name, kind, defaults[name])(command)
    return command


def given_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given on the command line, by name."""
    homes = option_homes()
    given = {name: value for name, value in values.items() if name in homes and value is not None and value != ()}
    return {name: dict(v) if name in _MAPPINGS else v for name, v in given.items()}


def _flag(name: str, kind: Any, default: Any) -> Callable[[Command], Command]:
    flag = "--" + name.replace("_", "-")
    shown = _unset(name) if default is None else _text(default)
    text = HELP[name]
    origin, args = get_origin(kind), get_args(kind)
    if kind is bool:
        return click.option(flag, name, is_flag=True, default=None, help=text)
    if name == "features_from":
        return click.option(flag, name, type=click.Path(), multiple=True, metavar="TABLE", help=text)
    if type(None) in args:
        kind = next(a for a in args if a is not type(None))
        origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return click.option(flag, name, type=click.Choice(args), default=None, help=f"{text}  [default: {shown}]")
    if origin is tuple and args[-1] is not Ellipsis:
        return click.option(flag, name, type=_Range(), default=None, help=f"{text}  [default: {shown}]")
    if origin is tuple:
        return click.option(flag, name, type=_Items(), default=None, help=f"{text}  [default: {shown}]")
    if origin is not None:
        return click.option(flag, name, type=Pair(args[1]), multiple=True, help=text)
    return click.option(flag, name, type=kind, default=None, help=f"{text}  [default: {shown}]")


def _unset(name: str) -> str:
    known = {
        "table": "the one with audio features",
        "features_table": "the one with audio features",
        "query": "none",
        "encoding": "told from the bytes",
    }
    return known.get(name, "chosen from the data")


def _text(default: Any) -> str:
    if isinstance(default, tuple) and all(isinstance(d, int) for d in default):
        return ":".join(map(str, default))
    if isinstance(default, tuple):
        return "the ten audio features" if len(default) > 5 else ",".join(default)
    return str(default)


def _flat(options: Options) -> dict[str, Any]:
    return {
        name: getattr(options if stage == "" else getattr(options, stage), name)
        for name, (stage, _) in option_homes().items()
    }

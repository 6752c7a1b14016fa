"""Finds the list of tracks inside a JSON value by what its objects' keys name, wherever it stands.

Also known are the other shapes of a table in JSON: an object of columns, an object of rows, and rows beside a list
of column names. Parsing (`json_text`) and building the table (`json_files`) are elsewhere.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

_SAMPLE = 50  # objects of a list whose keys are looked at
_DEPTH = 12
_MOST_KEYS = 2_000
_OF_ONE_TRACK = frozenset(("bars", "beats", "sections", "segments", "tatums"))  # Spotify's analysis of one track
_NO_TRACKS = ("artists", "albums", "genres", "images")
_CARRIED = {"playlist": "playlist_name", "album": "album_name"}
_SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{22}")
_FIELDS = frozenset((
    *("id", "uri", "name", "title", "track", "song", "artist", "artists", "album", "isrc", "href", "popularity"),
    *("explicit", "genre", "genres", "key", "mode", "timesignature", "releasedate", "year", "playlistname"),
    *("trackid", "trackname", "trackuri", "tracktitle", "songname", "songtitle", "artistname", "artistnames"),
    *("albumname", "spotifyid", "spotifytrackuri", "mastermetadatatrackname", "mastermetadataalbumartistname"),
))  # fmt: skip

Path = tuple[str | None, ...]  # a key, or None for each item of a list
Count = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class TrackList:
    """A list of entries in a JSON value: where it stands, how it is shaped, and what its keys name."""

    path: Path
    shape: str  # 'list', 'object', 'columns', 'rows by key', 'split'
    n_features: int
    n_fields: int

    @property
    def label(self) -> str:
        """The place in the value, such as ``playlists[].tracks[]``."""
        text = "".join("[]" if step is None else f".{step}" for step in self.path)
        return text.removeprefix(".")

    @property
    def is_of_tracks(self) -> bool:
        """Whether its name does not say that it lists something else, such as artists."""
        named = [step.lower() for step in self.path if step not in (None, "items")]
        return not named or named[-1] not in _NO_TRACKS


@dataclass(frozen=True)
class Misfit:
    """What stands where a table of the shape found should be, but has another shape."""

    value: Any
    shape: str


def find_track_lists(value: Any, count: Count) -> tuple[list[TrackList], list[TrackList]]:
    """Return the lists of tracks to read, in the order of the file, and the lists of tracks left out.

    Read are those whose keys name the most audio features, then the most track fields; of a list and one inside
    it, only the longer. Lists that name no track are not read together: the longest of them is.
    """
    found = list(_walk(value, (), count, _DEPTH))
    lists = [c for c in found if c.shape != "object" or c.n_features > 1] or found
    best = max(((c.n_features, c.n_fields) for c in lists), default=(0, 0))
    equals = [c for c in lists if (c.n_features, c.n_fields) == best]
    chosen: list[TrackList] = []
    if len(equals) > 1:
        equals.sort(key=lambda c: (not c.is_of_tracks, -n_entries(value, c)))
    for one in equals:
        joins = one.is_of_tracks and (one.n_features or one.n_fields > 1)
        if not chosen or (joins and not any(_is_inside(one, c) or _is_inside(c, one) for c in chosen)):
            chosen.append(one)
    others = [c for c in lists if c not in chosen and c.shape != "object"]
    others = [c for c in others if c.is_of_tracks and max(c.n_features, c.n_fields) > 1]
    left_out = [c for c in others if not any(_overlap(c, one) or _overlap(one, c) for one in chosen)]
    return [c for c in found if c in chosen], left_out


def n_entries(value: Any, found: TrackList) -> int:
    """Return how many entries a list has."""
    return sum(1 for _ in entries(value, found))


def _is_inside(inner: TrackList, outer: TrackList) -> bool:
    return inner.path[: len(outer.path)] == outer.path


def _overlap(inner: TrackList, outer: TrackList) -> bool:
    """Return whether a list stands inside the entries of another, as the artists of a track do."""
    if not _is_inside(inner, outer) or outer.shape == "object":
        return False
    beside = outer.shape != "list" and inner.path[len(outer.path) :][:1] == (None,)  # a list where others have objects
    return not beside


def entries(value: Any, found: TrackList) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Yield each entry of the list found, and what its playlist or album is called: ``{"playlist_name": …}``."""
    for node, carried in places(value, found):
        if found.shape in ("list", "object"):
            yield node, carried
        elif not _has_shape(node, found.shape):
            yield Misfit(node, found.shape), carried
        elif found.shape == "columns":
            yield from ((row, carried) for row in _rows_of_columns(node))
        elif found.shape == "rows by key":
            name = "track_id" if all(_SPOTIFY_ID.fullmatch(key) for key in node) else "index"
            yield from (({name: key, **row} if isinstance(row, dict) else row, carried) for key, row in node.items())
        else:
            names = [str(name) for name in node["columns"]]
            for row in node["data"]:
                fits = isinstance(row, list) and len(row) == len(names)
                yield (dict(zip(names, row, strict=True)) if fits else row), carried


def places(value: Any, found: TrackList) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Yield each value at the place found, and what the playlist or album around it is called."""
    yield from _follow(value, found.path, {}, "")


def _walk(value: Any, path: Path, count: Count, levels: int) -> Iterator[TrackList]:
    """Yield every place in ``value`` (at ``path``) that may be a table."""
    nodes = list(islice((node for node, _ in _follow(value, path, {}, "") if node), _SAMPLE))
    objects = [node for node in nodes if isinstance(node, dict)]
    if levels and any(isinstance(node, list) for node in nodes):
        yield from _walk(value, (*path, None), count, levels - 1)
    if not objects:
        return
    shape = "list" if path and path[-1] is None else _shape(objects[0], count)
    keys = _keys(objects) if shape in ("list", "object") else _inner_keys(objects[0], shape)
    if shape != "object" or not path:
        yield TrackList(path, shape, *_score(keys, count))
    if shape in ("list", "object") and levels:
        inner = {k: None for o in objects for k, v in o.items() if isinstance(v, (dict, list)) and v}
        for key in islice(inner, _MOST_KEYS):
            if key not in _OF_ONE_TRACK:
                yield from _walk(value, (*path, key), count, levels - 1)


def _follow(value: Any, path: Path, carried: Mapping[str, str], inside: str) -> Iterator[tuple[Any, Mapping[str, str]]]:
    if not path:
        yield value, carried
    elif path[0] is None:
        if isinstance(value, list):
            for item in value:
                yield from _follow(item, path[1:], carried, inside)
    elif isinstance(value, dict) and path[0] in value:
        yield from _follow(value[path[0]], path[1:], {**carried, **_named(value, inside)}, path[0])


def _named(value: Mapping[str, Any], inside: str) -> dict[str, str]:
    name = value.get("name")
    kinds = (str(value.get("type", "")).lower(), inside.lower().rstrip("s"))
    return {_CARRIED[kind]: name for kind in kinds if kind in _CARRIED and isinstance(name, str)}


def _shape(node: Mapping[str, Any], count: Count) -> str:
    columns, data = node.get("columns"), node.get("data")
    if isinstance(columns, list) and isinstance(data, list) and any(isinstance(row, list) for row in data[:_SAMPLE]):
        return "split"
    values = list(islice((value for value in node.values() if value is not None), _SAMPLE))
    if all(isinstance(v, list) and not any(isinstance(c, (dict, list)) for c in v[:3]) for v in values) and (
        count(list(islice(node, _MOST_KEYS))) > 1
    ):
        return "columns"
    if not all(isinstance(v, dict) and v for v in values) or not _alike(values):
        return "object"
    if count(list(islice(node, _MOST_KEYS))) > 1:
        return "columns"
    several = len(values) > 1 or all(_SPOTIFY_ID.fullmatch(key) for key in node)
    in_columns = 2 * sum(isinstance(cell, list) for cell in values[0].values()) > len(values[0])
    return "rows by key" if several and not in_columns and count(list(values[0])) > 1 else "object"


def _alike(values: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether all objects share most of their keys with the first."""
    first = set(values[0]) if values else set()
    return bool(first) and all(2 * len(first & set(value)) > max(len(first), len(value)) for value in values)


def _has_shape(node: Any, shape: str) -> bool:
    """Return whether a node can be read as an object of columns, rows by key, or rows beside column names."""
    if not isinstance(node, dict) or not node:
        return False
    if shape == "split":
        return isinstance(node.get("columns"), list) and isinstance(node.get("data"), list)
    kinds = {type(values) for values in node.values() if values is not None}
    return shape != "columns" or kinds in ({list}, {dict})


def _inner_keys(node: Mapping[str, Any], shape: str) -> list[str]:
    if shape == "split":
        return [str(name) for name in node["columns"]]
    return list(node) if shape == "columns" else _keys(list(islice(node.values(), _SAMPLE)))


def _rows_of_columns(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of an object of columns, whose columns are lists of one length or objects of numbered cells."""
    if any(isinstance(values, list) for values in node.values()):
        for cells in zip(*(values for values in node.values() if values is not None), strict=True):
            yield dict(zip((name for name, values in node.items() if values is not None), cells, strict=True))
        return
    for key in dict.fromkeys(key for values in node.values() if values for key in values):
        yield {name: values.get(key) if values else None for name, values in node.items()}


def _keys(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the last parts of the flattened keys of some objects."""
    found: dict[str, None] = {}

    def visit(node: Mapping[str, Any], levels: int) -> None:
        for key, value in node.items():
            if isinstance(value, dict) and levels:
                visit(value, levels - 1)
            elif len(found) < _MOST_KEYS:
                found[key] = None

    for node in objects:
        if isinstance(node, dict):
            visit(node, _DEPTH)
    return list(found)


def _score(keys: Sequence[str], count: Count) -> tuple[int, int]:
    plain = {re.sub(r"[\W_]+", "", key).lower() for key in keys}
    return count(keys), len(plain & _FIELDS)

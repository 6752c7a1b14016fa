"""The ways in which a track can be found in another table, from the strictest to the loosest, as equal keys.

By id, by ISRC, by title and artist. A title alone is never a key. Which of several rows is taken is decided in
`songatlas.tracks.match_pairs`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from songatlas.results import FloatArray

from .duplicates import MaskArray, PositionArray, has_text
from .match_pairs import Chosen, Keyed, Standing, best_rows, equal_texts
from .title_keys import artist_keys, artist_names, folded_key, loose_key, name_keys, split_at_dashes, title_key
from .values import TextArray, texts

WAYS: tuple[str, ...] = ("track_id", "isrc", "title and artist", "title and artist, loosely")
WEAK_IDS = "ids that may be row numbers"
TITLES_ALONE = "titles without artists"

_LOOSE_LENGTH_MS = 20_000  # remasters and videos of one recording hardly differ by more, other recordings do
_WHOLE, _PART, _FIRST = 1, 2, 4
# Spotify, UUID, Million Song Dataset
_GLOBAL_ID = r"(?:[0-9A-Za-z]{22}|(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})|(?:TR|SO)[0-9A-Z]{16})"
_ISRC = r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}"
# how titles are compared, and which names of an artist cell may meet; a part of a name only meets a whole one
_TITLE_PASSES: tuple[tuple[str, Callable[[str], str], tuple[tuple[tuple[int, int], ...], ...]], ...] = (
    (WAYS[2], title_key, (((_WHOLE, _WHOLE),), ((_WHOLE, _PART), (_PART, _WHOLE)))),
    (WAYS[2], folded_key, (((_WHOLE, _WHOLE),), ((_WHOLE, _PART), (_PART, _WHOLE)))),
    (WAYS[3], loose_key, (((_FIRST, _FIRST),),)),
)


@dataclass(frozen=True)
class _Names:
    """Titles with their artist cells, by row; a row may stand there with several readings of its title."""

    rows: PositionArray
    titles: TextArray
    artists: TextArray

    def only(self, rows: MaskArray) -> "_Names":
        """Return the names of the rows that are still wanted."""
        kept = rows[self.rows]
        return _Names(self.rows[kept], self.titles[kept], self.artists[kept])


@dataclass(frozen=True)
class _Artists:
    """Coded names of artists: ``entries`` are positions in what they were made from."""

    entries: PositionArray
    codes: PositionArray
    kinds: PositionArray  # _WHOLE, _PART and _FIRST added up

    def only(self, kept: MaskArray) -> "_Artists":
        return _Artists(self.entries[kept], self.codes[kept], self.kinds[kept])


def keys_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the keys, in words, that at least one row of a table has."""
    keys = []
    if "track_id" in table and _any(table["track_id"]):
        keys.append("ids" if _global_ids(table["track_id"]).any() else WEAK_IDS)
    if "isrc" in table and _any(table["isrc"]):
        keys.append("ISRC")
    if "track_name" in table and _any(table["track_name"]):
        named = "artist_name" in table and (has_text(table["track_name"]) & has_text(table["artist_name"])).any()
        keys += ["titles with artists"] if named or len(_cut_names(table).rows) else [TITLES_ALONE]
    return tuple(keys)


def shared_keys(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys, in words, by which the tracks of two tables can meet: weak ids only beside titles on both sides.

    Examples
    --------
    >>> shared_keys((WEAK_IDS, "ISRC"), (WEAK_IDS, "ISRC"))
    ('ISRC',)
    >>> shared_keys((WEAK_IDS, "titles without artists"), (WEAK_IDS, "titles with artists"))
    ('ids that may be row numbers',)
    """
    titled = all(any(key.startswith("titles") for key in keys) for keys in (one, other))
    return tuple(key for key in one if key in other and key != TITLES_ALONE and (titled or key != WEAK_IDS))


def matches(
    tracks: pd.DataFrame, wanted: MaskArray, durations: FloatArray, source: pd.DataFrame, known: Standing
) -> Iterator[tuple[str, Chosen]]:
    """Yield what each way finds in a source for the wanted tracks, each way only for what the earlier ones left.

    Parameters
    ----------
    wanted : ndarray of shape (n_tracks,), bool
        Not changed.
    durations : ndarray of shape (n_tracks,)
        In milliseconds, NaN where not known.
    known : Standing
        Of the source's rows.
    """
    wanted = wanted.copy()
    for way, find in ((WAYS[0], _by_id), (WAYS[1], _by_isrc)):
        chosen = find(tracks, wanted, durations, source, known)
        wanted[chosen.rows] = False
        yield way, chosen
    if not {"track_name", "artist_name"} <= set(source.columns) or "track_name" not in tracks.columns:
        return
    for names, always_loosely in ((_plain_names(tracks), False), (_cut_names(tracks), True)):
        for way, chosen in _by_name(names, wanted, durations, source, known, always_loosely):
            wanted[chosen.rows] = False
            yield way, chosen


def _by_id(
    tracks: pd.DataFrame, wanted: MaskArray, durations: FloatArray, source: pd.DataFrame, known: Standing
) -> Chosen:
    keyed = equal_texts(tracks, wanted, source, "track_id", _bare_ids)
    return best_rows(*keyed, durations, known, agree=lambda rows, others: _ids_agree(tracks, rows, source, others))


def _by_isrc(
    tracks: pd.DataFrame, wanted: MaskArray, durations: FloatArray, source: pd.DataFrame, known: Standing
) -> Chosen:
    return best_rows(*equal_texts(tracks, wanted, source, "isrc", _bare_isrcs), durations, known)


def _bare_ids(column: pd.Series) -> pd.Series:
    ids = column.where(column.notna(), "").astype("str").str.strip()
    return ids.str.replace(r"^(\d+)\.0$", r"\1", regex=True) if ids.str.endswith(".0").any() else ids


def _bare_isrcs(column: pd.Series) -> pd.Series:
    codes = column.where(column.notna(), "").astype("str").str.upper()
    codes = codes.str.replace(r"[\s\-]+", "", regex=True)
    return codes.where(codes.str.fullmatch(_ISRC), "")


def _ids_agree(tracks: pd.DataFrame, rows: PositionArray, source: pd.DataFrame, others: PositionArray) -> MaskArray:
    """Return which pairs of one id are the same track: ids that may only count rows need titles that agree too."""
    agree = _global_ids(tracks["track_id"].iloc[rows])
    weak = np.flatnonzero(~agree)
    titles = texts(tracks.iloc[rows[weak]], "track_name")
    other_titles = texts(source.iloc[others[weak]], "track_name")
    agree[weak] = [
        bool(title and other) and loose_key(title) == loose_key(other)
        for title, other in zip(titles, other_titles, strict=True)
    ]
    return agree


def _global_ids(column: pd.Series) -> MaskArray:
    """Return which ids mean the same track in every table that has them."""
    return np.array(_bare_ids(column).str.fullmatch(_GLOBAL_ID), dtype=bool)


def _any(column: pd.Series) -> bool:
    return bool(has_text(column).any())


def _plain_names(tracks: pd.DataFrame) -> _Names:
    """Return titles and artists where both are known."""
    titles, artists = texts(tracks, "track_name"), texts(tracks, "artist_name")
    rows = np.flatnonzero((titles != "") & (artists != ""))
    return _Names(rows, titles[rows], artists[rows])


def _cut_names(tracks: pd.DataFrame) -> _Names:
    """Return titles cut at a dash, as services of videos have them: 'Artist - Title', rarely 'Title - Artist'.

    Only where the artist is unknown, or is the one before the dash.
    """
    found: list[tuple[int, str, str]] = []
    titles, artists = texts(tracks, "track_name"), texts(tracks, "artist_name")
    for row, (title, artist) in enumerate(zip(titles, artists, strict=True)):
        cuts = split_at_dashes(title)
        if not cuts:
            continue
        if not artist:
            found += [(row, cuts[0][1], cuts[0][0]), (row, cuts[-1][0], cuts[-1][1])]
        elif folded_key(cuts[0][0]) in artist_keys(artist):
            found.append((row, cuts[0][1], artist))
    columns = [np.array([entry[i] for entry in found], dtype=object) for i in range(3)]
    return _Names(columns[0].astype(np.int64), columns[1], columns[2])


def _by_name(
    names: _Names,
    wanted: MaskArray,
    durations: FloatArray,
    source: pd.DataFrame,
    known: Standing,
    always_loosely: bool,
) -> Iterator[tuple[str, Chosen]]:
    """Yield what titles and artists find; loosely only rows of about the same length, where both are known."""

    def alike(rows: PositionArray, others: PositionArray) -> MaskArray:
        near: MaskArray = ~(np.abs(durations[rows] - known.duration_ms[others]) > _LOOSE_LENGTH_MS)
        return near

    wanted = wanted.copy()
    names = names.only(wanted)
    if not len(names.rows):
        return
    codes: dict[str, int] = {}
    own = _artists(pd.Series(names.artists, dtype="str"), codes, learn=True)
    others = _artists(source["artist_name"], codes, learn=False)
    for way_of_pass, key, steps in _TITLE_PASSES:
        way = WAYS[3] if always_loosely else way_of_pass
        own = own.only(wanted[names.rows[own.entries]])
        others = _shared(own, others, len(codes))
        if not len(others.entries):
            return
        titles, other_titles = _title_codes(names.titles, own.entries, source["track_name"], others.entries, key)
        for step in steps:
            own_keys = _joint(own, titles, [kind for kind, _ in step], len(codes))
            other_keys = _joint(others, other_titles, [kind for _, kind in step], len(codes))
            keyed = Keyed(names.rows[own_keys.rows], own_keys.keys)
            chosen = best_rows(keyed.only(wanted), other_keys, durations, known, alike if way == WAYS[3] else None)
            wanted[chosen.rows] = False
            yield way, chosen


def _artists(cells: pd.Series, codes: dict[str, int], *, learn: bool) -> _Artists:
    """Return the coded artists of every cell; names that are not in ``codes`` are learned or left out."""
    numbers, distinct = pd.factorize(cells)
    counts = np.zeros(len(distinct) + 1, dtype=np.int64)
    flat: list[tuple[int, int]] = []
    known: dict[str, list[tuple[int, int]]] = {}
    for position, cell in enumerate(np.asarray(distinct, dtype=object)):
        before = len(flat)
        for place, name in enumerate(artist_names(cell)):
            if name not in known:
                known[name] = _coded(name, codes, learn)
            flat += known[name] if place == 0 else [(code, kind & ~_FIRST) for code, kind in known[name]]
        counts[position] = len(flat) - before
    start = np.cumsum(counts) - counts
    n = counts[numbers]  # a missing cell has the number −1, and no artists
    entries = np.repeat(np.arange(len(cells)), n)
    places = np.repeat(start[numbers], n) + np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    coded = np.array(flat, dtype=np.int64).reshape(-1, 2)[places]
    return _Artists(entries, coded[:, 0], coded[:, 1])


def _coded(name: str, codes: dict[str, int], learn: bool) -> list[tuple[int, int]]:
    """Return code and kind of each key of a name, as if it came first in its cell."""
    keys = name_keys(name)
    kinds = [(key, _WHOLE | _FIRST) for key in keys.whole]
    kinds += [(key, _PART if place else _PART | _FIRST) for place, key in enumerate(keys.parts)]
    if learn:
        return [(codes.setdefault(key, len(codes)), kind) for key, kind in kinds]
    return [(codes[key], kind) for key, kind in kinds if key in codes]


def _shared(own: _Artists, others: _Artists, n_codes: int) -> _Artists:
    """Return the source's entries by artists that the tracks still looked for have."""
    sought = np.zeros(n_codes, dtype=bool)
    sought[own.codes] = True
    return others.only(sought[others.codes])


def _title_codes(
    own: TextArray, own_entries: PositionArray, others: pd.Series, other_rows: PositionArray, key: Callable[[str], str]
) -> tuple[PositionArray, PositionArray]:
    """Return a code per title for both sides (−1: on one side only), normalizing each distinct title once.

    Only the titles at the given positions are looked at.
    """
    codes: dict[str, int] = {}
    own_codes = np.full(len(own), -1, dtype=np.int64)
    at = np.unique(own_entries)
    numbers, distinct = pd.factorize(own[at])
    own_codes[at] = np.array([codes.setdefault(key(title), len(codes)) for title in distinct], dtype=np.int64)[numbers]
    other_codes = np.full(len(others), -1, dtype=np.int64)
    at = np.unique(other_rows)
    places, titles = pd.factorize(others.iloc[at])
    found = [codes.get(key(title), -1) if title else -1 for title in np.asarray(titles, dtype=object)]
    other_codes[at] = np.array([*found, -1], dtype=np.int64)[places]
    return own_codes, other_codes


def _joint(artists: _Artists, titles: PositionArray, kinds: list[int], n_artists: int) -> Keyed:
    """Return one key for title, artist and kind of name: kinds meet that stand in the same place of their lists."""
    rows, keys = [], []
    for place, kind in enumerate(kinds):
        used = ((artists.kinds & kind) != 0) & (titles[artists.entries] >= 0)
        entries = artists.entries[used]
        rows.append(entries)
        keys.append((titles[entries] * n_artists + artists.codes[used]) * len(kinds) + place)
    return Keyed(np.concatenate(rows), np.concatenate(keys))

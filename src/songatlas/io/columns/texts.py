"""Brings text columns into canonical form: ids bare, lists as text, entities resolved, words for "missing" as ''.

Nothing is guessed: a text is trimmed and unwrapped, never corrected.
"""

import html
import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .arrow_text import change_rows, is_text, map_distinct, picked, to_arrow, to_series, with_rows
from .dialects import missing_words
from .text_marks import COMMA, LIST, PADDED, PATH, QUOTE, SEMICOLON, SHORT, Marks, marks_of, ways_to_write_missing

_USUAL_DATE = (
    r"^(?:(?P<first>(?:1[89]|20)[0-9]{2})(?:-.*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?P<last>(?:1[89]|20)[0-9]{2}))$"
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?:(?!\d)|(?=(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)))")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_NAMED = re.compile(r"""['"]name['"]\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
_ENTITY = r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});"
_ID = re.compile(
    r"(?:spotify:(?P<kind>track|artist):|https?://\S*/(?P<place>tracks?|artists?|recording)/)(?P<id>[^/:?#\s]+)/?(?:[?#]\S*)?$"
)
_NO_TRACK = ("spotify:local:", "spotify:episode:", "spotify:album:", "spotify:playlist:")
_COMMA = re.compile(r"(?<!\\),\s*")
_LOOKED_AT, _COMPARED = 50_000, 500  # rows searched for commas, and those of them whose ids are counted
_MANY = 0.3  # from this share of rows on, taking each distinct text apart once is quicker than picking rows
_EMPTY_LISTS = ("[]", "set()", "{}", "()", "list()")
LIST_COLUMNS = ("artist_name", "artist_id", "genres")


def text_column(canonical: str, values: pd.Series, *, commas: bool = False, marks: Marks | None = None) -> pd.Series:
    """Return a text column in canonical form, '' where missing.

    Several artists are joined by '; ', several genres by ';'.

    Parameters
    ----------
    canonical : str
        A text column of `songatlas.schema`.
    values : Series of any type
    commas : bool
        Whether commas part the artists of a cell (see `artists_parted_by_commas`).
    marks : Marks, optional
        Those of the values, where they are known already.
    """
    if canonical in LIST_COLUMNS:
        return _list_column(canonical, values, marks, commas=commas)
    if not is_text(values):
        convert = bare_id if canonical == "track_id" else plain_text
        return map_distinct(values, convert)
    texts, marks = _plain(to_arrow(values), marks)
    if canonical == "track_id":
        texts = change_rows(texts, marks.rows(PATH), bare_id)
    elif canonical == "isrc":
        texts = pc.utf8_upper(pc.replace_substring(texts, "-", ""))
    else:
        texts = change_rows(texts, marks.rows(SEMICOLON), html.unescape)  # an entity ends with one
        rows = marks.rows(QUOTE, SEMICOLON)
        ending = pc.ends_with(picked(texts, rows), '""').to_numpy()
        texts = change_rows(texts, rows[ending], _without_stray_quotes)
    return to_series(texts, values.index)


def _without_stray_quotes(text: str) -> str:
    """Return a text without the two quotes that badly doubled quotes leave at its end."""
    return text[:-2].rstrip() if text.endswith('""') and '"' not in text[:-2] else text


def _list_column(canonical: str, values: pd.Series, marks: Marks | None, *, commas: bool) -> pd.Series:
    """Return a column of artists, their ids or genres; only texts that can be lists are taken apart."""
    commas = commas or canonical != "artist_name"
    between = ";" if canonical == "genres" else "; "

    def joined(cell: Any) -> str:
        items = list_items(cell, commas=commas)
        return between.join(filter(None, map(bare_id, items)) if canonical == "artist_id" else items)

    if not is_text(values):
        return map_distinct(values, joined)
    texts, marks = _plain(to_arrow(values), marks)
    rows = marks.rows(LIST, *((COMMA,) if commas else ()), *((PATH,) if canonical == "artist_id" else ()))
    if len(rows) > _MANY * len(texts):
        return map_distinct(values, joined)
    return to_series(change_rows(texts, rows, joined), values.index)


def plain_texts(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts without blanks around them, words for "missing" as ''."""
    return _plain(texts, None)[0]


def _plain(texts: pa.ChunkedArray, marks: Marks | None) -> tuple[pa.ChunkedArray, Marks]:
    """Return what `plain_texts` does, and the marks of the texts as they were."""
    marks = marks_of(texts) if marks is None else marks
    texts = change_rows(texts, marks.rows(PADDED), str.strip)
    rows = marks.rows(PADDED, SHORT)
    words = pa.array(ways_to_write_missing(), type=pa.large_string())
    missing = rows[pc.is_in(picked(texts, rows), value_set=words).to_numpy()]
    if len(missing):
        texts = with_rows(texts, missing, pa.array([""] * len(missing), pa.large_string()))
    return texts, marks


def plain_text(cell: Any) -> str:
    """Return a cell as stripped text, '' where it is missing."""
    if is_missing(cell):
        return ""
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    text = text.strip()
    return "" if text.casefold() in missing_words() else text


def is_missing(cell: Any) -> bool:
    """Return whether a cell is None, NaN, NaT or pandas' NA (a list never is)."""
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, (float, np.floating)) and cell != cell)


def bare_id(cell: Any) -> str:
    """Return an id without its URI or link around it; local files, episodes and albums have none.

    A link to anything but a track or an artist stays whole: its last part need not tell tracks apart.

    Examples
    --------
    >>> bare_id("spotify:track:abc"), bare_id("https://open.spotify.com/track/abc?si=1"), bare_id("t7")
    ('abc', 'abc', 't7')
    >>> bare_id("spotify:local:Ana:Album:Song:200")
    ''
    """
    text = plain_text(cell)
    if ":" not in text and "/" not in text:
        return text
    if text.startswith(_NO_TRACK):
        return ""
    match = _ID.fullmatch(text)
    return match["id"] if match else text


def list_items(cell: Any, *, commas: bool = False) -> list[str]:
    """Return the items of a cell: one value, the text of a list, or a list (of values or of named objects).

    The text is parsed, never evaluated. Semicolons part items, commas only where told, and not behind a backslash.

    Examples
    --------
    >>> list_items("['Ana', \\"Joe's Band\\"]"), list_items("[]"), list_items("Ana; Joe"), list_items("Ana, Bo")
    (['Ana', "Joe's Band"], [], ['Ana', 'Joe'], ['Ana, Bo'])
    >>> list_items("Ana, Bo\\\\, the Fox", commas=True), list_items("set()")
    (['Ana', 'Bo, the Fox'], [])
    """
    if isinstance(cell, (list, tuple, np.ndarray)):
        names = [item.get("name", "") if isinstance(item, dict) else item for item in cell]
        return [text for text in map(plain_text, names) if text]
    if isinstance(cell, dict):
        return [text for text in [plain_text(cell.get("name"))] if text]
    text = plain_text(cell)
    if "&" in text and re.search(_ENTITY, text):
        text = html.unescape(text)
    if text in _EMPTY_LISTS:
        return []
    if text[:1] + text[-1:] in ("[]", "{}"):
        return _literal_items(text[1:-1])
    parts = text.split(";")
    if commas:
        parts = [part for piece in parts for part in _COMMA.split(piece)]
    return [part for part in (p.replace("\\,", ",").strip() for p in parts) if part]


def _literal_items(inner: str) -> list[str]:
    """Return the items of a list literal (Python's, NumPy's or JSON's), of objects their names."""
    pattern = _NAMED if "{" in inner or re.match(r"\s*['\"]name['\"]\s*:", inner) else _QUOTED
    quoted = [a or b for a, b in pattern.findall(inner)]
    if not quoted and "{" not in inner:
        quoted = inner.split(",")
    items = [re.sub(r"\\(.)", r"\1", item).strip() for item in quoted]
    return [item for item in items if item]


def ids_of_objects(values: pd.Series) -> pd.Series | None:
    """Return the ids of cells that are lists of objects with an id, as JSON has artists; None where they are not."""
    if values.dtype != object:
        return None
    first = next((cell for cell in values if isinstance(cell, (list, tuple, np.ndarray)) and len(cell)), [])
    if not len(first) or not isinstance(first[0], dict) or "id" not in first[0]:
        return None
    cells = [
        [item.get("id", "") for item in cell if isinstance(item, dict)]
        if isinstance(cell, (list, tuple, np.ndarray))
        else None
        for cell in values
    ]
    return text_column("artist_id", pd.Series(cells, values.index, dtype=object))


def artists_parted_by_commas(artists: pd.Series, ids: pd.Series | None, marks: Marks | None = None) -> bool:
    """Return whether commas part the artists of a cell, by what the cells themselves show.

    Either some comma inside a name is written with a backslash, or there are as many artists between commas as
    ids, in nearly every row. Otherwise a comma may belong to a name and parts nothing.
    """
    if not is_text(artists):
        return False
    texts = to_arrow(artists)
    marks = marks_of(texts) if marks is None else marks
    if pc.any(pc.match_substring(picked(texts, marks.rows(LIST)), "\\,")).as_py():
        return True
    rows = marks.rows(COMMA)
    rows = rows[rows < _LOOKED_AT][:_COMPARED]
    if ids is None or not is_text(ids) or not len(rows):
        return False
    pairs = [
        (len(list_items(artist, commas=True)), len(list_items(known, commas=True)))
        for artist, known in zip(artists.iloc[rows], ids.iloc[rows], strict=True)
    ]
    pairs = [pair for pair in pairs if pair[1]]
    return bool(pairs) and sum(a == b for a, b in pairs) >= 0.9 * len(pairs)


def undated(values: pd.Series, years: pd.Series) -> pa.ChunkedArray:
    """Return the dates that are not empty and in which no year was found (0 and the like say that none is known)."""
    rows = np.flatnonzero(years.isna().to_numpy())
    if not is_text(values) or len(values) != len(years) or not len(rows):
        return pa.chunked_array([], type=pa.large_string())
    found = plain_texts(picked(to_arrow(values), rows))
    return found.filter(pc.invert(pc.match_substring_regex(found, r"^[0-]*$")))


def _year(text: str) -> int:
    """Return the year in a date, 0 where there is none."""
    if text[4:5] in ("", "-") and text[:4].isascii() and text[:4].isdigit() and 1800 <= int(text[:4]) < 2100:
        return int(text[:4])
    match = _YEAR.search(text)
    return int(match[1]) if match else 0


def years(values: pd.Series) -> pd.Series:
    """Return the years in dates of any order as Int64, missing where there is none.

    Examples
    --------
    >>> years(pd.Series(["1959-03-10", "4/26/2024", "22-02-1922", "20130625", "0000", ""])).tolist()
    [1959, 2024, 1922, 2013, <NA>, <NA>]
    """
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    if is_text(values):
        texts = to_arrow(pd.Series(distinct))
        usual = pc.extract_regex(texts, _USUAL_DATE)
        first, last = pc.struct_field(usual, "first"), pc.struct_field(usual, "last")
        found = pc.fill_null(pc.if_else(pc.equal(first, ""), last, first).cast(pa.int64()), 0).to_numpy().copy()
        odd = np.flatnonzero(found == 0)
        found[odd] = [_year(text) for text in picked(texts, odd).to_pylist()]
    else:
        found = np.array([_year(plain_text(cell)) for cell in pd.Index(distinct).tolist()], dtype=np.int64)
    read = np.append(found, 0)[codes]
    return pd.Series(pd.arrays.IntegerArray(read, read == 0), values.index)

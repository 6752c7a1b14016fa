"""Makes titles and artist names of different exports comparable: keys that are equal where the same thing is meant.

A key is for comparing, never for showing. Nothing is decided here about which tracks match: that is done in
`songatlas.tracks.join`. Keys are never empty for a text that is not: a title of signs alone is its own key.
"""

import html
import re
import unicodedata
from typing import NamedTuple

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʼʻ′＇"))
_LETTER = r"[^\W\d_]"
_DOLLARS = re.compile(rf"(?<={_LETTER})\$+|\$+(?={_LETTER})")  # Ke$ha, A$AP
_BANG = re.compile(rf"(?<={_LETTER})!(?={_LETTER})")  # P!nk
_OWN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels and tatweel of Arabic. The marks of other
# scripts are letters in their own right: without them か and が, or most words of Hindi, would be equal.
_ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
                      "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")  # fmt: skip

_GROUP = re.compile(r"[(\[{【]([^()\[\]{}【】]*)[)\]}】]")
_DASH = re.compile(r"\s+[-‐‑‒–—―]\s+")
_PARTS = re.compile(r"\s*[/;,|]\s*")
_FEATURED = re.compile(r"(?<!\d)\s+(?:feat|ft|featuring)\b\.?\s+(\w[^(\[{【]*)")
# "Song - 1999 - Remaster": the year belongs to the remaster, alone it could mean another recording
_YEAR_APART = re.compile(r"(\s[-–—]\s+|[(\[])((?:19|20)\d\d)\s+[-–—]\s+(?=(?:digital(?:ly)?\s+)?remaster)")
_OTHER_RECORDING = re.compile(
    r"\b(?:live|vivo|en direct[eo]?|(?:re|un)?mix\w*|mono|edit|acoustic\w*|akustik|acústic[oa]|instrumental|karaoke"
    r"|demos?|unplugged|sessions?|covers?|rehearsal|takes?|outtakes?|alternat\w+|reprise|medley|dub|extended|radio"
    r"|re-?record\w*|re-?make|single|concert|commentary|a ?cappella|slowed|sped|nightcore|8d|version \d)\b"
    r"|ライブ|リミックス"
)
# What may follow a featured name without a bracket: first what tells its own beginning, then what may be named
# after someone ("feat. Ana Dusk Remix": who remixed it?). The first word after "feat." is always a name.
_OWN_TAIL = re.compile(
    r"(?<=\s)(?:live|(?:ao |en )?vivo|en direct[eo]?|acoustic\w*|instrumental|karaoke|demos?|unplugged|radio edit"
    r"|extended (?:mix|version)|(?:pt|part|parte|partie|teil|vol|volume|chapter)s?"
    r"(?:\.?\s*\d+|(?:\.\s*|\s+)(?:[ivx]+|one|two|three|four|five)))\b.*"
)
_NAMED_TAIL = re.compile(
    r"(?<=\s)(?<!album )(?<!lp )(?<!deluxe )(?<!explicit )(?<!remastered )"
    r"(?:ver|versión|versão|version|re-?work|re-?fix|bootleg|mash-?up)\b"
)
_REMASTER_WORD = r"(?:remaster\w*|remasteri[sz]\w+|remastérisé\w*|(?<=digital )master|mastering|リマスター)"
_REMASTER = re.compile(
    rf"(?=.*{_REMASTER_WORD})(?:{_REMASTER_WORD}|(?:19|20)\d\d|digital(?:ly)?|newly|in|en|by|version|versão|versión|edition"
    r"|tema|album|lp|studio|stereo|bob ludwig|rudy van gelder|\d\d-? ?bit|[\s\-–—])+"
)
_JOINT_WORK = re.compile(
    r"(?:feat|ft|featuring)\b\.?\s+\S.*|with\s+(?!.*\b(?:orchestra|strings|choir|band|piano|intro)\b).+"
)
_ORIGIN = re.compile(
    r"(?:theme )?from\s+(?:the\s+)?[\"“'‘].*"
    r"|from the (?:original )?(?:motion picture|film|movie|musical|soundtrack)\b.*"
    r"|(?:original )?(?:motion picture )?soundtrack(?: version)?|(?:trilha|banda) sonora\b.*|bande originale\b.*"
)
_EDITION = re.compile(
    r"(?:\w+ ){0,3}(?:anniversary|deluxe|expanded|special|collector'?s|legacy|rudy van gelder)(?: \w+){0,2} edition"
    r"|deluxe(?: version)?|bonus(?: track| version)?|reissue|(?:album|lp) version|explicit(?: version)?"
    r"|(?:the )?official(?: (?:music|lyrics?|hd|4k))*(?: (?:video|audio|visuali[sz]er|clip))?|(?:music|lyrics?) video"
    r"|(?:with )?lyrics?|audio|video|visuali[sz]er|m/?v|hd|hq|4k|\d\d-? ?bit(?: mastering)?"
)
_SEPARATORS = re.compile(r"\s*(?:,|、|\s/\s|\s&\s|\s\+\s|\s(?:and|x|×|vs\.?|versus|con|with|feat\.?|ft\.?|featuring)\s"
                         r"|[(\[](?:feat\.?|ft\.?|featuring|with)\s)\s*")  # fmt: skip
_CHANNEL = re.compile(r"\s+-\s+topic$|(?<=\w)\s?vevo$")
_NOBODY = frozenset(
    {
        "variousartists",
        "various",
        "va",
        "unknownartist",
        "unknown",
        "artistsvarious",
        "diverse",
        "traditional",
        "anonymous",
    }
)


class NameKeys(NamedTuple):
    """The keys of one name: the name as a whole, and the parts of a name that joins several.

    A part is a guess ("Nova & Kite" may be one act or two), so it should count only against a whole name.
    """

    whole: tuple[str, ...]
    parts: tuple[str, ...]


class _Characters(dict[int, "int | str | None"]):
    """A table for ``str.translate`` that keeps letters, digits and their marks, and learns each character once."""

    def __missing__(self, code: int) -> int | str | None:
        category = unicodedata.category(chr(code))
        kept: int | str | None = " "
        if category[0] in "LN" or (category[0] == "M" and not 0xFE00 <= code <= 0xFE0F):
            kept = code
        elif category == "Cf" or 0xFE00 <= code <= 0xFE0F:  # marks of direction and of variants have no width
            kept = None
        self[code] = kept
        return kept


_CHARACTERS = _Characters(
    {**_APOSTROPHES, ord("."): None, ord('"'): None, ord("&"): " and ", ord("+"): " and ", ord("_"): " "}
)


def title_key(text: str) -> str:
    """Return a title or name without case, quotes, punctuation, HTML entities and a leading 'the'; accents stay.

    Examples
    --------
    >>> title_key("The Owl &amp; the  Kite (Don't Go)"), title_key("Été"), title_key("???"), title_key("夜空！")
    ('owl and the kite dont go', 'été', '???', '夜空')
    """
    return _key(_readable(text))


def folded_key(text: str) -> str:
    """Return the key without accents and blanks too, so that spelling counts but not how it is set.

    Examples
    --------
    >>> folded_key("Olé Mañana") == folded_key("OLE MANANA"), folded_key("Rock'n'Roll") == folded_key("Rock and Roll")
    (True, False)
    >>> folded_key("Rock 'n' Roll") == folded_key("Rock + Roll"), folded_key("ガス") == folded_key("カス")
    (True, False)
    """
    return _fold(title_key(text))


def loose_key(text: str) -> str:
    """Return the folded key of a title without what does not make it another recording.

    Notes on remastering, featured artists, editions, films and videos go; live, remix, edit, acoustic,
    instrumental, karaoke, demo and mono stay, for those are other recordings.

    Examples
    --------
    >>> loose_key("Tin Moon - Remastered 2011"), loose_key("Tin Moon (feat. Ana) [2011 Remaster]")
    ('tinmoon', 'tinmoon')
    >>> loose_key("Tin Moon - Live / Remastered"), loose_key("Tin Moon (Radio Edit)"), loose_key("(Remastered)")
    ('tinmoonlive', 'tinmoonradioedit', 'remastered')
    """
    readable = _readable(text).strip()
    return _fold(_key(_essence(readable) or readable))


def artist_names(cell: str) -> list[str]:
    """Return the names in a cell of artists joined by ';'.

    Examples
    --------
    >>> artist_names("Ana; Nova &amp; Kite")
    ['Ana', 'Nova & Kite']
    """
    text = _without_entities(cell) if "&" in cell else cell
    return [name.strip() for name in text.split(";") if name.strip()]


def name_keys(name: str) -> NameKeys:
    """Return the keys of an artist's name; names such as 'Various Artists' are nobody and have none.

    Examples
    --------
    >>> name_keys("Nova & Kite"), name_keys("Various Artists")
    (NameKeys(whole=('novaandkite',), parts=('nova', 'kite')), NameKeys(whole=(), parts=()))
    """
    readable = _readable(name)
    own = _CHANNEL.sub("", readable)
    whole = dict.fromkeys([_fold(_key(own)), _fold(_key(readable))] if own != readable else [_fold(_key(own))])
    parts = [part for part in _SEPARATORS.split(own) if part.strip()]
    pieces = dict.fromkeys(_fold(_key(part)) for part in parts) if len(parts) > 1 else {}
    return NameKeys(
        tuple(key for key in whole if key not in _NOBODY),
        tuple(key for key in pieces if key not in whole and key not in _NOBODY),
    )


def artist_keys(cell: str) -> frozenset[str]:
    """Return all keys of a cell of artists, of whole names and of parts.

    Examples
    --------
    >>> sorted(artist_keys("Ana; Nova & Kite"))
    ['ana', 'kite', 'nova', 'novaandkite']
    """
    return frozenset(key for name in artist_names(cell) for keys in name_keys(name) for key in keys)


def split_at_dashes(title: str) -> list[tuple[str, str]]:
    """Return what stands before and after each dash between blanks.

    Examples
    --------
    >>> split_at_dashes("Nova Kite - Tin Moon - Live"), split_at_dashes("Tin-Moon")
    ([('Nova Kite', 'Tin Moon - Live'), ('Nova Kite - Tin Moon', 'Live')], [])
    """
    return [
        (title[: dash.start()].strip(), title[dash.end() :].strip())
        for dash in _DASH.finditer(title)
        if title[: dash.start()].strip() and title[dash.end() :].strip()
    ]


def _readable(text: str) -> str:
    """Return the text without HTML entities, in one Unicode form, without case; its punctuation stays."""
    if "&" in text:
        text = _without_entities(text)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text.replace("´", "'")).casefold()
    return unicodedata.normalize("NFKC", text)


def _without_entities(text: str) -> str:
    for _ in range(2):  # exports of exports hold &amp;amp;
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    return text


def _key(readable: str) -> str:
    text = readable
    if "$" in text:
        text = _DOLLARS.sub(lambda found: "s" * len(found.group()), text)
    if "!" in text:
        text = _BANG.sub("i", text)
    words = text.translate(_CHARACTERS).split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    key = " ".join(words)
    told = key != "" if key.isascii() else any(map(str.isalnum, key))
    return key if told else " ".join(readable.split())


def _fold(key: str) -> str:
    compact = key.replace(" n ", " and ").replace(" ", "")
    if compact.isascii():
        return compact
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", compact)).translate(_OWN_LETTERS)
    return unicodedata.normalize("NFC", bare) or compact


def _essence(readable: str) -> str:
    """Return a readable title without the notes that do not make it another recording."""
    text = _YEAR_APART.sub(r"\1\2 ", readable)
    if any(mark in text for mark in "([{【"):
        text = _GROUP.sub(lambda found: _kept_note(found.group(1), " ({})"), text)
    head, *notes = _DASH.split(text) if " " in text else [text]
    head = _FEATURED.sub(_kept_tail, head) if "f" in head else head
    return (head + "".join(_kept_note(note, " - {}") for note in notes)).strip()


def _kept_tail(featured: re.Match[str]) -> str:
    """Return what remains of 'feat. someone' up to a bracket: ' ' where it says nothing but names."""
    names = featured.group(1)
    own = _OWN_TAIL.search(names)
    if _names_another(names[: own.start()] if own else names):
        return featured.group()
    return f" {own.group()}" if own else " "


def _names_another(names: str) -> bool:
    """Return whether something after the first of featured names says that this is another recording."""
    first = names.split()[0]
    return bool(_OTHER_RECORDING.search(names, len(first)) or _NAMED_TAIL.search(names))


def _kept_note(note: str, form: str) -> str:
    """Return what remains of a note in brackets or after a dash: '' where all of it can go."""
    note = note.strip()
    if _same_recording(note):
        return ""
    kept = " / ".join(part for part in _PARTS.split(note) if part and not _same_recording(part))
    return form.format(kept) if kept else ""


def _same_recording(note: str) -> bool:
    """Return whether a note says nothing about which recording it is (a remaster is the same recording)."""
    if note == "original mix":  # what plain titles of dance music hold
        return True
    if _JOINT_WORK.fullmatch(note) and (_OWN_TAIL.search(note) or _NAMED_TAIL.search(note)):
        return False
    harmless = (_REMASTER, _EDITION, _JOINT_WORK, _ORIGIN)
    return any(form.fullmatch(note) for form in harmless) and not _OTHER_RECORDING.search(note)

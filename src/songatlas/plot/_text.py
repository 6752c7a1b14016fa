"""Words and numbers as figures show them: any script without missing glyphs, wrapped, shortened.

Nothing here draws. A character that no installed font has becomes a visible box; matplotlib would warn.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from matplotlib import font_manager, ft2font

MISSING = "□"
NO_BREAK_SPACE = "\u00a0"
ELLIPSIS = "…"

# DejaVu Sans comes with matplotlib; the others are used where they are installed, for the scripts it lacks.
FONT_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans Devanagari",
    "Noto Sans Tamil",
    "Noto Sans Bengali",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "WenQuanYi Zen Hei",
    "IPAexGothic",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Leelawadee UI",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Thonburi",
    "Arial Unicode MS",
    "Noto Emoji",
)

# matplotlib 3.11 and later lay text out with libraqm, which orders right-to-left text itself.
ORDERS_RIGHT_TO_LEFT = hasattr(ft2font, "__libraqm_version__")

_RIGHT_TO_LEFT = {"R", "AL", "RLE", "RLO"}
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@lru_cache(maxsize=1)
def font_families() -> tuple[str, ...]:
    """Return the installed families of `FONT_FAMILIES`, in order; DejaVu Sans is always there."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(family for family in FONT_FAMILIES if family in installed)


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Return the code points that one of the families has both in regular and in bold."""
    known: set[int] = set()
    with any_font_weight():
        for family in font_families():
            known |= _charmap(family, "normal") & _charmap(family, "bold")
    return frozenset(known)


def missing_scripts(samples: Mapping[str, str]) -> list[str]:
    """Return the names of the samples with a character that no available font can draw, in the order given.

    Parameters
    ----------
    samples : mapping of name to text
        Such as ``{"Thai": "\u0e44\u0e17\u0e22"}``; white space counts as drawable.

    Examples
    --------
    >>> missing_scripts({"Latin": "Abc é", "none": "\U0010fffd"})
    ['none']
    """
    known = _characters()
    return [name for name, text in samples.items() if any(not c.isspace() and ord(c) not in known for c in text)]


def _charmap(family: str, weight: str) -> set[int]:
    wanted = font_manager.FontProperties(family=[family], weight=weight)
    return set(font_manager.get_font(font_manager.findfont(wanted)).get_charmap())


@contextmanager
def any_font_weight() -> Iterator[None]:
    """Keep matplotlib from logging, for each text, that a fallback font comes in one weight only."""

    def other(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("findfont: Failed to find font weight")

    log = logging.getLogger("matplotlib.font_manager")
    log.addFilter(other)
    try:
        yield
    finally:
        log.removeFilter(other)


def drawable(text: object) -> str:
    """Return ``text`` on one line, in visual order, with a box for each character that no font has.

    Control and format characters (new lines, joiners, variation selectors) become a space or go.

    Examples
    --------
    >>> drawable("Ça va\\nbien")
    'Ça va bien'
    >>> drawable("\\U0001f9ff")
    '□'
    """
    known = _characters()
    plain = _one_line(unicodedata.normalize("NFC", str(text)))
    kept = []
    for character in plain:
        if unicodedata.category(character) in ("Cf", "Cc", "Cs") or "\ufe00" <= character <= "\ufe0f":
            continue
        kept.append(character if ord(character) in known else MISSING)
    line = "".join(kept)
    return line if ORDERS_RIGHT_TO_LEFT else visual_order(line)


def _one_line(text: str) -> str:
    """Return the text with each run of ordinary white space as one space; non-breaking spaces stay."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")


def visual_order(text: str) -> str:
    """Return ``text`` with its right-to-left runs reversed, for a drawer that only goes left to right.

    A small part of the Unicode bidirectional algorithm: runs are split by strong direction, neutral
    characters (spaces, brackets) join the runs on their sides, numbers keep their order, and a text that
    begins right to left has its runs in reverse order.

    Examples
    --------
    >>> visual_order("abc")
    'abc'
    >>> visual_order("\\u05d0\\u05d1 1") == "1 \\u05d1\\u05d0"
    True
    """
    runs = _runs(text)
    if not any(backwards for backwards, _ in runs):
        return text
    drawn = [run.translate(_MIRRORED)[::-1] if backwards else run for backwards, run in runs]
    return "".join(reversed(drawn) if runs[0][0] else drawn)


def _runs(text: str) -> list[tuple[bool, str]]:
    """Return (right to left, run) pairs; neutrals between two runs go to the right-to-left one."""
    directions = [_direction(character) for character in text]
    first = next((d for d in directions if d is not None), False)
    filled: list[bool] = []
    for at, direction in enumerate(directions):
        if direction is not None:
            filled.append(direction)
            continue
        before = filled[-1] if filled else first
        after = next((d for d in directions[at:] if d is not None), first)
        filled.append(before if before == after else first)
    runs: list[tuple[bool, str]] = []
    for direction, character in zip(filled, text, strict=True):
        if runs and runs[-1][0] == direction:
            runs[-1] = (direction, runs[-1][1] + character)
        else:
            runs.append((direction, character))
    return runs


def _direction(character: str) -> bool | None:
    """Return whether a character runs right to left; None for neutral ones. Digits run left to right."""
    kind = unicodedata.bidirectional(character)
    if kind in _RIGHT_TO_LEFT:
        return True
    return False if kind in ("L", "EN", "AN") else None


def text_width(text: str) -> int:
    """Return the width of ``text`` in columns: two for wide (CJK) characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: object, width: int) -> str:
    """Return ``text`` ready to draw in at most ``width`` columns, with an ellipsis where it was cut.

    Examples
    --------
    >>> shorten("Very Long Cluster Name", 12)
    'Very Long C…'
    """
    return clipped(drawable(text), width)


def clipped(text: object, width: int) -> str:
    """Return ``text`` on one line in at most ``width`` columns, all its characters kept (for captions).

    Examples
    --------
    >>> clipped("東京の夜\\nの歌", 9)
    '東京の夜…'
    """
    line = _one_line(str(text))
    if text_width(line) <= width:
        return line
    kept = ""
    for character in line:
        if text_width(kept + character) > width - 1:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS


def wrapped(text: object, width: int, *, lines: int | None = None) -> str:
    """Return ``text`` ready to draw in lines of at most ``width`` columns, the last one cut after ``lines``.

    Breaks at spaces, and inside a word that alone is wider than a line. Non-breaking spaces hold.

    Examples
    --------
    >>> wrapped("Calm Acoustic Evening", 14)
    'Calm Acoustic\\nEvening'
    """
    rows = [""]
    for word in drawable(text).split(" "):
        for piece in _pieces(word, width):
            joined = f"{rows[-1]} {piece}" if rows[-1] else piece
            if text_width(joined) <= width:
                rows[-1] = joined
            else:
                rows.append(piece)
    if lines is not None and len(rows) > lines:
        rows = [*rows[: lines - 1], shorten(" ".join(rows[lines - 1 :]), width)]
    return "\n".join(rows)


def balanced(text: object, width: int) -> str:
    """Return ``text`` wrapped into as few lines as `wrapped` needs, of about equal width.

    Examples
    --------
    >>> balanced("one two three four", 15)
    'one two\\nthree four'
    """
    needed = wrapped(text, width).count("\n")
    while width > 1 and wrapped(text, width - 1).count("\n") == needed:
        width -= 1
    return wrapped(text, width)


def _pieces(word: str, width: int) -> list[str]:
    if text_width(word) <= width:
        return [word]
    pieces = [""]
    for character in word:
        if text_width(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def count(number: float) -> str:
    """Return a whole number with thousands marked.

    Examples
    --------
    >>> count(34198)
    '34,198'
    """
    return f"{round(number):,}"


def percent(share: float) -> str:
    """Return a share as a percentage that is never rounded to nothing.

    Examples
    --------
    >>> percent(0.414), percent(0.0004), percent(0.0), percent(0.021)
    ('41\\xa0%', '<\\xa00.1\\xa0%', '0\\xa0%', '2.1\\xa0%')
    """
    if 0 < share < 0.001:
        return f"<{NO_BREAK_SPACE}0.1{NO_BREAK_SPACE}%"
    digits = 1 if 0 < share < 0.0995 else 0
    if 0.9995 > share > 0.9949:
        digits = 1
    number = f"{100 * share:.{digits}f}"
    return f"{number.removesuffix('.0')}{NO_BREAK_SPACE}%"


def signed(number: float, digits: int = 1) -> str:
    """Return a number with its sign, a true minus.

    Examples
    --------
    >>> signed(-1.25, 2), signed(0.5), signed(-0.01)
    ('−1.25', '+0.5', '0.0')
    """
    text = f"{number:+.{digits}f}"
    if not text.strip("+-0."):
        return text[1:]
    return text.replace("-", "−")


def plural(number: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "cluster"), plural(1200, "track")
    ('1 cluster', '1,200 tracks')
    """
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def capitalized(text: str) -> str:
    """Return ``text`` with its first letter large and the rest as it is."""
    return text[:1].upper() + text[1:]


METHOD_NAMES = {
    "kmeans": "K-Means",
    "dbscan": "DBSCAN",
    "ward": "Ward",
    "hdbscan": "HDBSCAN",
    "gaussian_mixture": "Gaussian mixture",
}


def method_name(method: str) -> str:
    """Return a method's name as the field writes it; an unknown one as it is.

    Examples
    --------
    >>> method_name("kmeans")
    'K-Means'
    """
    return METHOD_NAMES.get(method, method)

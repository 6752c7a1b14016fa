"""Tables in Markdown, and generated blocks of pages that people write."""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def table(heads: Sequence[str], rows: Sequence[Sequence[str | None]], *, right: str = "") -> str:
    """Return a Markdown table; columns whose head holds a word of ``right`` are aligned to the right.

    Examples
    --------
    >>> print(table(["work", "ours, s"], [["a | b", "1.5"]], right="ours,"))
    | work | ours, s |
    |---|---:|
    | a \\| b | 1.5 |
    """
    words = set(right.split())
    marks = ["---:" if words & set(head.split()) else "---" for head in heads]
    cells = [[(cell or "–").replace("|", "\\|").replace("\n", " ") for cell in row] for row in (heads, *rows)]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join(marks) + "|", *lines[1:]])


def block(text: str, name: str) -> str:
    """Return what stands between a page's marks of that name, without the blank lines around it.

    Raises
    ------
    ValueError
        When the page does not have each mark once, in order.
    """
    first, last = _marks(text, name)
    return text[first:last].strip("\n")


def with_block(text: str, name: str, content: str) -> str:
    """Return the page with the content between its marks of that name."""
    first, last = _marks(text, name)
    return f"{text[:first]}\n\n{content}\n\n{text[last:]}"


def write_block(path: Path, name: str, content: str) -> None:
    """Put the content between the marks of that name in a page."""
    path.write_text(with_block(path.read_text(encoding="utf-8"), name, content), encoding="utf-8")


def _marks(text: str, name: str) -> tuple[int, int]:
    """Return where the content begins, just after its first mark, and where its last mark begins."""
    opening, closing = f"<!-- {name}: begin, generated -->", f"<!-- {name}: end -->"
    if text.count(opening) != 1 or text.count(closing) != 1 or text.index(opening) > text.index(closing):
        raise ValueError(f"expected {opening!r} and {closing!r} once each, in this order.")
    return text.index(opening) + len(opening), text.index(closing)

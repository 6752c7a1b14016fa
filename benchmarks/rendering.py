"""Results as Markdown: the page ``results.md``, and the parts of it that other pages show."""

from collections.abc import Iterable, Sequence

from .growth import growths
from .pages import table
from .results import Results
from .work import Line, Memory

_NUMBERS = "theirs, ours, ratio"  # columns aligned to the right


def page(results: Results) -> str:
    """Return the whole page of results."""
    parts = [
        "# Results of the benchmarks",
        "Written by `make bench`; what is measured, and how, stands in [docs/performance.md](../docs/performance.md).",
        _header(results),
        "Memory is the peak of a process of its own, in brackets what the work added to it.",
        _full_table(results.lines),
    ]
    grown = growth_table(results.lines)
    if grown:
        parts += ["## Growth", "The exponent p in time ~ tracks^p, of ours.", grown]
    if results.left_out:
        parts += ["## Left out", "\n".join(f"- {note}" for note in results.left_out)]
    return "\n\n".join(parts) + "\n"


def excerpt(results: Results) -> str:
    """Return the part of the results that README shows: the largest size that others were given, and ours beyond."""
    compared = [line for line in results.lines if line.other is not None]
    size = max((line.n_tracks for line in compared), default=0)
    largest = max((line.n_tracks for line in results.lines), default=0)
    heads = ["work", "compared with", "theirs, s", "ours, s", "ratio", "theirs, MB", "ours, MB", "what was checked"]
    rows = [
        [
            _work_and_size(line, compared, size),
            line.other,
            seconds(line.other_seconds),
            seconds(line.seconds),
            ratio(line),
            _peak(line.other_memory),
            _peak(line.memory),
            verdict(line),
        ]
        for line in _widest(compared)
    ]
    parts = [f"{size:,} tracks. {_header(results)}", table(heads, rows, right=_NUMBERS)]
    beyond = [line for line in results.lines if line.n_tracks == largest > size]
    if beyond:
        parts += [f"Ours alone, {largest:,} tracks:", _alone(beyond)]
    return "\n\n".join(parts)


def _widest(lines: Sequence[Line]) -> list[Line]:
    """Return, of each pair of tools, the line of the most tracks."""
    best: dict[tuple[str, str, str | None], Line] = {}
    for line in lines:
        known = best.setdefault((line.work, line.ours, line.other), line)
        if line.n_tracks > known.n_tracks:
            best[line.work, line.ours, line.other] = line
    return list(best.values())


def _work_and_size(line: Line, lines: Sequence[Line], size: int) -> str:
    """Return the title, with our function where the work has several of ours, and the size where it is another."""
    several = len({other.ours for other in lines if other.work == line.work}) > 1
    name = f"{line.title}: {line.ours.split(' ', 2)[-1]}" if several else line.title
    return name if line.n_tracks == size else f"{name} ({line.n_tracks:,} tracks)"


def growth_table(lines: Iterable[Line]) -> str:
    """Return the growth of our times; empty where everything has one size."""
    rows = [
        [
            grown.title,
            grown.tool,
            f"{grown.exponent:.2f}",
            f"{grown.latest:.2f}",
            f"{grown.sizes[0]:,} to {grown.sizes[-1]:,} ({len(grown.sizes)} sizes)",
        ]
        for grown in growths(lines)
    ]
    heads = ["work", "ours", "exponent, all sizes", "exponent, the last two", "tracks"]
    return table(heads, rows, right="exponent,") if rows else ""


def memory_table(lines: Iterable[Line]) -> str:
    """Return the memory of ours and of the others by size."""
    found: dict[tuple[str, str], dict[int, Memory]] = {}
    for line in lines:
        for tool, taken in ((line.ours, line.memory), (line.other, line.other_memory)):
            if tool is not None and taken is not None:
                found.setdefault((line.title, tool), {})[line.n_tracks] = taken
    sizes = sorted({n for taken in found.values() for n in taken})
    rows = [[title, tool, *(megabytes(taken.get(n)) for n in sizes)] for (title, tool), taken in sorted_by_title(found)]
    return table(["work", "tool", *(f"{n:,} tracks" for n in sizes)], rows, right="tracks") if rows else ""


def sorted_by_title(found: dict[tuple[str, str], dict[int, Memory]]) -> list[tuple[tuple[str, str], dict[int, Memory]]]:
    """Return the entries with equal titles together, in the order in which titles came."""
    titles = list(dict.fromkeys(title for title, _ in found))
    return sorted(found.items(), key=lambda entry: titles.index(entry[0][0]))


def _header(results: Results) -> str:
    runs = sorted({line.runs for line in results.lines}) or [0]
    spread = f"{runs[0]} to {runs[-1]}" if len(runs) > 1 else f"{runs[0]}"
    counted = "Single runs" if runs == [1] else f"Medians of {spread} runs"
    return (
        f"Data: {results.data}. Machine: {results.machine}; load {results.load:.1f} at the start. {counted}, ours and "
        "the others in turn in one process, compiled loops warm."
    )


def _full_table(lines: Iterable[Line]) -> str:
    heads = [
        "work",
        "tracks",
        "ours",
        "compared with",
        "theirs, s",
        "ours, s",
        "ratio",
        "theirs, MB",
        "ours, MB",
        "runs",
        "what was checked",
    ]
    rows = [
        [
            line.title,
            f"{line.n_tracks:,}",
            line.ours,
            line.other or "–",
            seconds(line.other_seconds),
            seconds(line.seconds),
            ratio(line),
            megabytes(line.other_memory),
            megabytes(line.memory),
            str(line.runs),
            verdict(line),
        ]
        for line in lines
    ]
    return table(heads, rows, right=f"{_NUMBERS} tracks runs")


def _alone(lines: Iterable[Line]) -> str:
    rows = [[f"{line.title}: {line.ours}", seconds(line.seconds), _peak(line.memory), verdict(line)] for line in lines]
    return table(["work", "ours, s", "ours, MB", "what was checked"], rows, right=_NUMBERS)


def seconds(value: float | None) -> str:
    """Return seconds with three digits.

    Examples
    --------
    >>> seconds(0.01234), seconds(1.234), seconds(123.4), seconds(None)
    ('0.012', '1.23', '123', '–')
    """
    if value is None:
        return "–"
    return (
        f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
        if value < 10
        else f"{value:.1f}"
        if value < 100
        else f"{value:.0f}"
    )


def megabytes(value: Memory | None) -> str:
    """Return the peak, and in brackets what the work added."""
    if value is None:
        return "–"
    return f"{value.peak:,.0f}" + ("" if value.added is None else f" ({value.added:,.0f})")


def _peak(value: Memory | None) -> str:
    return "–" if value is None else f"{value.peak:,.0f}"


def ratio(line: Line) -> str:
    """Return how many times the other's time is ours."""
    if line.ratio is None:
        return "–"
    return f"{line.ratio:.0f} ×" if line.ratio >= 100 else f"{line.ratio:.1f} ×"


def verdict(line: Line) -> str:
    """Return what the check found, marked where it does not hold."""
    return line.found if line.holds else f"**FAILS:** {line.found}"

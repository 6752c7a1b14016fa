"""Tells what the quotes of a CSV row mean: which cells they close, and whether one was opened and never closed."""


def quote_is_open(text: str, separator: str) -> bool:
    """Return whether a quoted cell of a row is not closed by its end.

    Examples
    --------
    >>> quote_is_open('a,"b', ","), quote_is_open('a,12" mix,c', ",")
    (True, False)
    """
    place = 0
    while True:
        if text.startswith('"', place):
            end = text.find('"', place + 1)
            while end >= 0 and text.startswith('"', end + 1):
                end = text.find('"', end + 2)
            if end < 0:
                return True
            place = end + 1
        after = text.find(separator, place)
        if after < 0:
            return False
        place = after + 1


def strict_cells(text: str, separator: str) -> list[str] | None:
    """Return the cells of a row in which a quote closes a cell only before a separator or the end; None where open.

    Examples
    --------
    >>> strict_cells('a,"b, c",d', ","), strict_cells('a,"b "c" d",e', ","), strict_cells('a,"b', ",")
    (['a', 'b, c', 'd'], ['a', 'b "c" d', 'e'], None)
    """
    cells, place = [], 0
    while True:
        if text.startswith('"', place):
            end = _closing_quote(text, place + 1, separator)
            if end < 0:
                return None
            cells.append(text[place + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = text.find(separator, place)
            end = len(text) if end < 0 else end
            cells.append(text[place:end])
        if end >= len(text):
            return cells
        place = end + 1


def closes_and_stays_closed(text: str, separator: str) -> bool:
    """Return whether an open cell closes in a further line of its row, and no other one stays open behind it."""
    end = _closing_quote(text, 0, separator)
    if end < 0:
        return False
    rest = text[end + 1 :]
    return not rest or strict_cells(rest[len(separator) :], separator) is not None


def _closing_quote(text: str, place: int, separator: str) -> int:
    """Return where a quoted cell ends; -1 where it does not."""
    while (place := text.find('"', place)) >= 0:
        if text.startswith('"', place + 1):
            place += 2  # a quote in the cell, doubled
        elif place + 1 == len(text) or text.startswith(separator, place + 1):
            return place
        else:
            place += 1
    return -1


def swallows_rows(cells: list[str], separator: str) -> bool:
    """Return whether a cell holds exactly as many separators for each line break as a row has.

    A cell that reaches from its column in one row to the same column in a later one does; else the row would not
    have the right number of fields.
    """
    between = len(cells) - 1
    for cell in cells:
        text = cell.rstrip("\r\n")
        breaks = text.count("\n") or text.count("\r")
        if between > 1 and breaks and text.count(separator) == between * breaks:
            return True
    return False


def may_hold_rows(cell: str, column: int, width: int, separator: str) -> bool:
    """Return whether a cell of several lines could be what an open quote swallowed.

    Then its first line goes on to the end of its row, each whole line in it is a row, and the last line begins one.
    """
    lines = cell.rstrip("\r\n").splitlines()
    if len(lines) < 2:
        return False
    counts = [line.count(separator) for line in lines]
    whole = all(count >= width - 1 for count in counts[1:-1])
    return counts[0] >= width - 1 - column and whole and (counts[-1] > 0 or column == 0)

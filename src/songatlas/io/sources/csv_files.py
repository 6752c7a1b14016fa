"""Reads one CSV file: finds its encoding, separator and header, and the type of each column without losing a character.

A large and plain file is parsed by pandas (`songatlas.io.sources.csv_plain`), any sound one by Arrow in one go, its
number columns straight into numbers. As soon as a row does not have
the header's number of fields, the file is read again row by row (`songatlas.io.sources.csv_rows`), which sorts out what
does not fit.
"""

import codecs
import re
from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from songatlas.errors import DataError
from songatlas.io.columns.arrow_text import is_text, picked, to_arrow
from songatlas.io.columns.text_marks import BREAK, MOJIBAKE, ZERO, Marks, marks_of_each

from .arrow_stream import open_for_arrow, raise_what_stopped
from .csv_plain import read_plain
from .csv_quotes import may_hold_rows
from .csv_rows import read_rows
from .csv_shape import SEPARATORS, Shape, find_shape
from .csv_types import column_types, demoted, typed_frame, typed_rows
from .encodings import SEEN_IN_MOJIBAKE, Encoding, encoding_by_head, encoding_of_whole, undecodable
from .raw import ByteSource, RawTable, Reject

_HEAD = 1 << 18  # bytes looked at to find the shape
_MAX_HEAD = 8 << 20
_MAX_HEADER = 2_000_000  # bytes of the header
_BLOCK = 4 << 20  # bytes parsed at once; no row can be longer
_LARGE_BLOCK = 8 << 20


class _RaggedError(Exception):
    """Some row does not have the header's number of fields."""


def read_csv(source: ByteSource) -> RawTable:
    """Return the rows of a CSV file, columns as numbers where that loses nothing.

    Raises
    ------
    DataError
        When the file is no text, has no rows, or has a header that most rows do not fit.
    """
    encoding, shape = _look(source)
    rejects: list[Reject] = []
    try:
        frame = read_plain(source, encoding, shape, column_types(shape))
        texts = _texts(frame)
        marks = marks_of_each(texts)
        if frame is None or _is_damaged(texts, marks, shape):
            table, rejects, encoding = _read(source, encoding, shape)
            frame = typed_frame(table, shape.names)
            texts = _texts(frame)
            marks = marks_of_each(texts)
    except OSError as err:
        raise DataError(f"{source.where}: cannot be read ({err.strerror or err}).") from err
    above = [Reject(line, "above the header", shape.separator.join(cells)) for line, cells in shape.above]
    rejects = [*above, *rejects]
    if len(frame) == 0 and not rejects:
        raise DataError(_no_rows(source.where, shape.names))
    notes = [shape.note, encoding.note, _mojibake(texts, marks)]
    return RawTable(
        where=source.where,
        name=source.name,
        frame=frame,
        rejects=tuple(rejects),
        facts={"format": "CSV", "encoding": encoding.label, "separator": SEPARATORS[shape.separator]},
        notes=tuple(f"{source.where}: {note}" for note in notes if note),
        marks=marks,
    )


def _look(source: ByteSource) -> tuple[Encoding, Shape]:
    """Return encoding and shape as the beginning of the file shows them."""
    size = _HEAD
    while True:
        with source.open() as stream:
            head = stream.read(size)
        whole = len(head) < size
        encoding = encoding_by_head(head, source.where, source.encoding)
        text, encoding = _decoded(source, head, encoding, whole=whole)
        if not text.strip():
            raise DataError(
                f"{source.where}: the file is empty. Expected a table with a header line and a row per track."
            )
        _refuse_web_page(source.where, text)
        if whole or size >= _MAX_HEAD or "\n" in text[:_MAX_HEADER] or "\r" in text[:_MAX_HEADER]:
            break
        size = _MAX_HEAD
    shape = find_shape(text, source.where, whole=whole)
    if not whole and sum(map(len, shape.names)) > _MAX_HEADER:
        raise DataError(f"{source.where}: the header takes more than {_MAX_HEADER:,} bytes. Is this a table of tracks?")
    return encoding, shape


def _decoded(source: ByteSource, head: bytes, encoding: Encoding, *, whole: bool) -> tuple[str, Encoding]:
    """Return the beginning as text; where it is not UTF-8, the encoding that the whole file is in."""
    decoder = _decoder(encoding)
    try:
        return decoder.decode(head, final=whole), encoding
    except UnicodeError as err:
        if encoding.by_hand or not encoding.codec.startswith("utf-8"):
            raise undecodable(source.where, encoding, err) from err
        encoding = encoding_of_whole(source)
        return _decoder(encoding).decode(head, final=whole), encoding


def _decoder(encoding: Encoding) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding.codec)(encoding.errors)


def _refuse_web_page(where: str, text: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")[:200].casefold()
    if start.startswith(("<!doctype", "<html", "<?xml", "<plist", "<rss")):
        raise DataError(
            f"{where}: this is HTML or XML, a web page perhaps. Expected a table: download the table itself, as CSV or "
            "Parquet."
        )


def _read(source: ByteSource, encoding: Encoding, shape: Shape) -> tuple[pa.Table, list[Reject], Encoding]:
    """Return the rows that fit, those that do not, and the encoding that was used in the end."""
    if not shape.wrapped:
        for _ in range(2):
            try:
                return _parse(source, encoding, shape), [], encoding
            except UnicodeError:
                encoding = encoding_of_whole(source)
            except _RaggedError:
                break
    rows = read_rows(source, encoding, shape)
    return typed_rows(rows.table, shape), rows.rejects, encoding


def _parse(source: ByteSource, encoding: Encoding, shape: Shape) -> pa.Table:
    """Return the table that Arrow makes of the file.

    A first try takes the numbers that the sample shows, and no line breaks in cells where blocks meet; what fails
    is tried again with less assumed.
    """
    types = column_types(shape)
    breaks, block = False, _BLOCK
    for _ in range(5):
        try:
            table = _arrow(source, encoding, shape, types, newlines=breaks, block=block)
        except pa.ArrowInvalid as err:
            told = str(err)
            column = re.search(r"CSV column #(\d+)", told)
            if "UTF8" in told:
                raise UnicodeError(told) from err
            if column and "conversion error" in told:
                value = re.search(r"invalid value '(.*)'", told)
                if value and value[1].strip() in {name.strip() for name in shape.raw_names}:
                    raise _RaggedError from err  # the header again
                types = demoted(types, shape.names[int(column[1])])
            elif not breaks or block < _LARGE_BLOCK:
                breaks, block = True, _LARGE_BLOCK
            else:
                raise _RaggedError from err
        else:
            texts = {name: table[name] for name in shape.names if pa.types.is_large_string(table[name].type)}
            if _is_damaged(texts, marks_of_each(texts), shape):
                raise _RaggedError
            return table
    raise _RaggedError


def _arrow(
    source: ByteSource, encoding: Encoding, shape: Shape, types: dict[str, pa.DataType], *, newlines: bool, block: int
) -> pa.Table:
    with open_for_arrow(source, encoding) as stream:
        try:
            table = pacsv.read_csv(
                stream,
                read_options=pacsv.ReadOptions(column_names=shape.names, skip_rows=shape.lines, block_size=block),
                parse_options=pacsv.ParseOptions(delimiter=shape.separator, newlines_in_values=newlines),
                convert_options=pacsv.ConvertOptions(
                    column_types=types, null_values=[""], strings_can_be_null=False, true_values=[], false_values=[]
                ),
            )
        except pa.ArrowInvalid as err:
            raise_what_stopped(stream)
            if newlines and re.search(r"Expected \d+ columns, got \d+", str(err)):
                raise _RaggedError from err
            if "Could not skip" in str(err) or "Empty CSV" in str(err):  # nothing follows the header
                return pa.table({name: pa.array([], pa.large_string()) for name in shape.names})
            raise
        raise_what_stopped(stream)
        return table


def _texts(frame: pd.DataFrame | None) -> dict[str, pa.ChunkedArray]:
    """Return the text columns of a table."""
    return {} if frame is None else {str(n): to_arrow(frame[n]) for n in frame.columns if is_text(frame[n])}


def _is_damaged(texts: Mapping[str, pa.ChunkedArray], marks: Mapping[str, Marks], shape: Shape) -> bool:
    """Return whether zero bytes stand in texts, or a quote that was never closed made whole rows part of a cell."""
    width = len(shape.names)
    for place, name in enumerate(shape.names):
        if name not in texts:
            continue
        if marks[name].any(ZERO):
            return True
        suspect = picked(texts[name], marks[name].rows(BREAK)).to_pylist() if width > 1 else []
        if any(may_hold_rows(cell, place, width, shape.separator) for cell in suspect):
            return True
    return False


def _mojibake(texts: Mapping[str, pa.ChunkedArray], marks: Mapping[str, Marks]) -> str:
    """Return a sentence on texts that were damaged before they came here; '' where there are none."""
    count, example = 0, ""
    for name, column in texts.items():
        suspect = picked(column, marks[name].rows(MOJIBAKE))
        damaged = suspect.filter(pc.match_substring_regex(suspect, SEEN_IN_MOJIBAKE))
        if len(damaged):
            example = example or damaged[0].as_py()[:40]
            count += len(damaged)
    if not count:
        return ""
    cells = "cell holds" if count == 1 else "cells hold"
    return (
        f"{count:,} {cells} characters damaged before they came here (mojibake), such as {example!r}; left as they are."
    )


def _no_rows(where: str, names: Sequence[str]) -> str:
    shown = ", ".join(name.split("\n")[0][:40] for name in names[:40]) + (", …" if len(names) > 40 else "")
    return f"{where}: there are no rows, only a header: {shown}. Expected a row per track below it."

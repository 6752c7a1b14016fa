"""What the readers of files and databases hand on: a table as its source holds it, and the rows that did not fit.

Nothing is recognized or converted here: that is done by `songatlas.io.columns.canonical`, alike for every source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from songatlas.io.columns.text_marks import Marks


@dataclass(frozen=True)
class ByteSource:
    """Bytes that can be opened several times: a file, or a member of an archive.

    Attributes
    ----------
    where : str
        How messages name it, such as ``data/songs.csv`` or ``export.zip: liked.csv``.
    name : str
        The file's own name, without folders.
    open : callable
        Returns the bytes, uncompressed, from their start; raises DataError where they are damaged or too many.
    size : int or None
        Number of uncompressed bytes, where it is known beforehand.
    path : Path or None
        The file itself, where the bytes are those of a plain file.
    encoding : str or None
        The encoding of the text, where a person named it.
    """

    where: str
    name: str
    open: Callable[[], BinaryIO]
    size: int | None
    path: Path | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Reject:
    """A row of a source that could not become a row of its table.

    ``line`` is the line of the file on which the row starts (in JSON its number among the entries, in workbooks and
    databases that of the row), counted from 1; `songatlas.results.reject_unit` says which.
    """

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawTable:
    """One table as its source holds it.

    Attributes
    ----------
    where, name : str
        As in `ByteSource`.
    frame : DataFrame
        Columns under their own names, unique; texts as pandas' ``str`` with '' for an empty cell.
    rejects : tuple of Reject
        Rows read = ``len(frame) + len(rejects)``.
    facts : mapping of str to str
        How it was read, in a word or two each, in the order in which to show them:
        ``{"format": "CSV", "encoding": "UTF-8", "separator": "comma"}``.
    notes : tuple of str
        Sentences on what is doubtful; each becomes a DataWarning.
    marks : mapping of column name to Marks
        What kinds of bytes its texts hold, where the reader has looked already.
    """

    where: str
    name: str
    frame: pd.DataFrame
    rejects: tuple[Reject, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    marks: Mapping[str, Marks] = field(default_factory=dict)

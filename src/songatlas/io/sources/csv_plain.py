"""Reads a large and plain CSV file with pandas' parallel parser, where its result can be proved to lose nothing.

pandas fills a row with too few fields in silence, and finds types by itself. So its result is taken only where the
last column has a value in every row (a shorter row would lack it, a longer one is an error), and where the columns of
numbers became numbers and those of words, which no number can be, stayed texts. Anything else is for Arrow to read
(`songatlas.io.sources.csv_files`), which is as exact and slower by a third.
"""

import re
import warnings
from contextlib import suppress

import pandas as pd
import pyarrow as pa

from songatlas.io.columns.arrow_text import is_text

from .csv_shape import Shape
from .encodings import Encoding
from .raw import ByteSource

_SMALLEST, _LARGEST = 16 << 20, 1 << 30  # bytes; above, a reader that cannot be interrupted would keep people waiting
_WORDS_OF_VALUES = ("", "nan", "inf", "infinity", "true", "false")  # which pandas takes for numbers and truth values
_DATE = re.compile(r"\d+[-/]\d+[-/]\d")
_PARALLEL = tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1)  # before, its parser is slower than Arrow's


def read_plain(
    source: ByteSource, encoding: Encoding, shape: Shape, types: dict[str, pa.DataType]
) -> pd.DataFrame | None:
    """Return the table of a plain file, numbers and texts as their cells have them; None where it may not be plain.

    Parameters
    ----------
    source : ByteSource
    encoding : Encoding
    shape : Shape
    types : dict of str to Arrow type
        What `songatlas.io.sources.csv_types.column_types` expects of each column.
    """
    if not (_PARALLEL and source.path is not None and encoding.is_utf8 and not shape.wrapped):
        return None
    texts = [name for name in shape.names if pa.types.is_large_string(types[name])]
    if any(not row[-1] for row in shape.sample) or not _words(shape, texts):
        return None
    if not _SMALLEST <= (source.size or 0) <= _LARGEST:
        return None
    kinds = {name: "int64" if pa.types.is_integer(types[name]) else "float64" for name in types if name not in texts}
    with suppress(ValueError, OverflowError, Warning), warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = pd.read_csv(
            source.path,
            sep=shape.separator,
            header=None,
            skiprows=shape.lines,
            names=shape.names,
            index_col=False,
            keep_default_na=False,
            na_values={name: [""] for name, kind in kinds.items() if kind == "float64"},
            encoding="utf-8",
        )
        as_expected = all(is_text(frame[name]) for name in texts) and all(frame[n].dtype == k for n, k in kinds.items())
        if as_expected and _is_filled(frame.iloc[:, -1]):
            return frame
    return None


def _is_filled(values: pd.Series) -> bool:
    """Return whether a column has a value in every row."""
    return bool((values != "").all() if is_text(values) else values.notna().all())


def _words(shape: Shape, texts: list[str]) -> bool:
    """Return whether each text column has a cell in the sample that can be no number and no truth value."""
    width = len(shape.names)
    rows = [row for row in shape.sample if len(row) == width]
    places = [place for place, name in enumerate(shape.names) if name in texts]
    return all(any(_is_word(row[place]) for row in rows) for place in places)


def _is_word(cell: str) -> bool:
    bare = cell.strip().lstrip("+-").casefold()
    if bare[:1].isdigit() or bare[:1] == ".":
        return bool(_DATE.match(bare)) or any(c.isalpha() and c != "e" for c in bare)
    return bare not in _WORDS_OF_VALUES

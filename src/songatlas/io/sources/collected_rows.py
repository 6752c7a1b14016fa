"""Collects the rows that a workbook or a database hands out, some thousand at a time, into compact columns."""

from collections.abc import Iterable, Iterator, Sequence
from sys import getsizeof
from typing import Any

import pandas as pd

from .memory import available_bytes, refuse_too_large
from .raw_columns import column, flattened, frame_of_columns, joined, part

CHUNK = 20_000  # rows turned into columns at once
CHUNK_BYTES = 64_000_000  # rows of long values are turned into columns earlier
_FACTOR = 2  # the columns, and their copy when the chunks are joined


class CollectedRows:
    """Rows of plain values under some column names; rows longer than the names get columns without a name.

    Parameters
    ----------
    where : str
        How messages name the source.
    names : sequence of str
        Column names; they need not be unique.
    """

    def __init__(self, where: str, names: Sequence[str]) -> None:
        self._where, self.names = where, list(names)
        self._chunks: list[list[pd.Series]] = []
        self._lengths: list[int] = []
        self._available, self._taken = available_bytes(), 0

    @property
    def n_rows(self) -> int:
        """Number of rows so far."""
        return sum(self._lengths)

    def add_all(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows until they end; raises DataError when the free memory does."""
        for chunk in _chunks(rows):
            width = max(len(self.names), *map(len, chunk))
            self.names += [""] * (width - len(self.names))
            columns = [part([row[i] if i < len(row) else None for row in chunk]) for i in range(width)]
            self._chunks.append(columns)
            self._lengths.append(len(chunk))
            self._taken += sum(int(values.memory_usage(index=False, deep=True)) for values in columns)
            refuse_too_large(self._where, self._taken, factor=_FACTOR, available=self._available)

    def frame(self, *, keep_empty: bool = True) -> pd.DataFrame:
        """Return the rows as a table; columns of objects become a column per key, named ``outer.inner``."""
        names: list[str] = []
        columns: list[pd.Series] = []
        for place, name in enumerate(self.names):
            values = self._column(place)
            if not keep_empty and not name.strip() and (values == "").all():
                continue
            inner, cells = self._objects(name, values)
            names += inner
            columns += cells
        return frame_of_columns(names, columns, self.n_rows)

    def _column(self, place: int) -> pd.Series:
        if not self._chunks:
            return part([])
        blank = (column([None] * length) for length in self._lengths)
        parts = [
            chunk[place] if place < len(chunk) else empty for chunk, empty in zip(self._chunks, blank, strict=True)
        ]
        return joined(parts)

    def _objects(self, name: str, values: pd.Series) -> tuple[list[str], list[pd.Series]]:
        if values.dtype != object or set(map(type, values)) - {type(None)} != {dict}:
            return [name], [values]
        names, columns = flattened(self._where, [value or {} for value in values])
        return [f"{name}.{inner}" for inner in names], [column(cells) for cells in columns]


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Yield rows by `CHUNK` of them, or fewer that take `CHUNK_BYTES` together."""
    chunk: list[Sequence[Any]] = []
    taken = 0
    for row in rows:
        chunk.append(row)
        taken += sum(map(getsizeof, row))
        if len(chunk) >= CHUNK or taken >= CHUNK_BYTES:
            yield chunk
            chunk, taken = [], 0
    if chunk:
        yield chunk

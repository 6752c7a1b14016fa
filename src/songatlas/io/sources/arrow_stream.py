"""Hands a source to Arrow, whose reading thread must never meet an error of ours."""

import threading
from typing import BinaryIO

import pyarrow as pa

from songatlas.errors import DataError

from .encodings import Encoding, open_as_utf8
from .raw import ByteSource


class Gate:
    """A stream for Arrow that ends, instead of raising, where reading fails; the error waits in ``stopped_by``.

    Arrow reads ahead in a thread of its own. An error raised there may arrive when the program is already leaving,
    which then dies of it; so nothing is raised there, and nothing is read any more once the gate is closed.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._one_at_a_time = threading.Lock()
        self.closed = False
        self.stopped_by: DataError | OSError | None = None

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; none where the stream has ended, has failed or was closed."""
        with self._one_at_a_time:
            if self.closed or self.stopped_by is not None:
                return b""
            try:
                return self._stream.read(size)
            except (DataError, OSError) as err:
                self.stopped_by = err
                return b""

    def close(self) -> None:
        """Wait for a read in progress, then close the stream."""
        with self._one_at_a_time:
            if not self.closed:
                self.closed = True
                self._stream.close()


def open_for_arrow(source: ByteSource, encoding: Encoding) -> "pa.NativeFile | Gate":
    """Return a file that Arrow reads without Python where that can be, else a gate before the stream."""
    if source.path is not None and encoding.is_utf8:
        return pa.OSFile(str(source.path))
    return Gate(open_as_utf8(source, encoding))


def raise_what_stopped(stream: "pa.NativeFile | Gate") -> None:
    """Raise the error that stopped a stream, if one did."""
    if isinstance(stream, Gate) and stream.stopped_by is not None:
        raise stream.stopped_by

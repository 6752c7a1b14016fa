"""Opens plain, gzipped and zipped files as bytes, and guards against damaged ones and decompression bombs.

What the bytes mean is not looked at here, beyond the names of an archive's members; nothing is unpacked to disk.
"""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from songatlas.errors import DataError, ParameterError

from .memory import available_bytes, gigabytes, refuse_too_large
from .raw import ByteSource

BOMB_BYTES, BOMB_RATIO = 256_000_000, 100  # only more bytes than this, and this many times the compressed ones
MOST_TABLES = 2_000  # members of one archive that are tables
_CHECK_EVERY = 64_000_000  # bytes between two looks at the free memory
_FACTOR = 2  # a table takes at least twice its text while it is read
_BUFFER = 1 << 20

_TABLES = (".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson")
_UNREADABLE_INSIDE = (
    *(".parquet", ".feather", ".arrow", ".xlsx", ".xlsm", ".xls", ".ods"),
    *(".db", ".sqlite", ".sqlite3", ".duckdb"),
)
_ARCHIVES = (".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
_ABOUT = ("readme", "license", "licence", "copying", "notice", "changelog", "citation", "requirements")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class ZipTables:
    """The members of an archive that may be tables, in the order of their names, and the names passed over."""

    members: tuple[ByteSource, ...]
    passed_over: tuple[str, ...]


def file_source(path: Path) -> ByteSource:
    """Return a plain file as bytes."""

    def opened() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as err:
            raise DataError(f"{path}: cannot be read ({err.strerror or err}).") from err

    try:
        size: int | None = path.stat().st_size
    except OSError:  # opening it says why
        size = None
    return ByteSource(str(path), path.name, opened, size, path)


def gunzipped(source: ByteSource) -> ByteSource:
    """Return a gzipped source as the bytes inside; reading them raises DataError where it is damaged or a bomb."""

    def opened() -> BinaryIO:
        inner = source.open()
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=inner, mode="rb"))
        return _guarded(stream, source.where, source.size, (inner,), "starts like a gzip file but is damaged")

    ending = ".gz" if source.name.lower().endswith(".gz") else ""
    return replace(source, name=source.name[: len(source.name) - len(ending)], open=opened, size=None, path=None)


def zip_members(path: Path, only: str | None = None) -> ZipTables:
    """Return the tables in a ZIP archive, or the one that is named.

    Folders, files about the tables (README and the like), other endings, and what macOS adds are passed over.

    Parameters
    ----------
    path : Path
    only : str, optional
        The name of one file in it, with its folder or, where no other file has it, without.

    Raises
    ------
    DataError
        When the archive is damaged, holds no table, or a table in it is encrypted or cannot be read inside an archive.
    ParameterError
        When it holds no file of the name, or several.
    """
    if only is not None:
        info = _named(path, only)
        _is_table(path, info)
        return ZipTables((_member(path, info),), ())
    taken: dict[str, zipfile.ZipInfo] = {}
    passed_over = []
    for info in _files(path):
        if _is_table(path, info):
            if info.filename in taken:
                passed_over.append(f"{info.filename} (an older copy)")
            taken[info.filename] = info
        else:
            passed_over.append(info.filename)
    if not taken:
        found = ", ".join(passed_over[:8]) + (", …" if len(passed_over) > 8 else "")
        raise DataError(
            f"{path}: no table in this archive ({'it holds ' + found if found else 'it is empty'}). "
            "Expected CSV, TSV or JSON files in it."
        )
    if len(taken) > MOST_TABLES:
        raise DataError(
            f"{path}: {len(taken):,} tables in this archive; at most {MOST_TABLES:,} are read. Unpack it and put the "
            "rows of its files into one table, or take out the files that belong together."
        )
    return ZipTables(tuple(_member(path, taken[name]) for name in sorted(taken)), tuple(sorted(passed_over)))


def table_names(path: Path) -> list[str]:
    """Return the names of the members of an archive that are tables by their names, readable or not, in order."""
    endings = (*_TABLES, *_UNREADABLE_INSIDE, *_ARCHIVES)
    return sorted({info.filename for info in _files(path) if _is_named_like(_plain_name(info), endings)})


def zip_kind(path: Path) -> str:
    """Return what a file that starts like a ZIP archive is, in a word.

    Returns
    -------
    str
        'workbook' (.xlsx, .xlsm), 'binary workbook' (.xlsb), 'opendocument', 'numbers', 'document' or 'archive'.
    """
    names = {info.filename for info in _members(path)}
    marks = {
        "xl/workbook.xml": "workbook",
        "xl/workbook.bin": "binary workbook",
        "META-INF/manifest.xml": "opendocument",
        "Index/Document.iwa": "numbers",
        "word/document.xml": "document",
        "ppt/presentation.xml": "document",
    }
    kind = next((kind for mark, kind in marks.items() if mark in names), "archive")
    return "archive" if kind == "opendocument" and "content.xml" not in names else kind


def refuse_bomb(where: str, unpacked: int, packed: int | None) -> None:
    """Raise DataError where so many bytes came out of so few that it looks like a decompression bomb."""
    if packed and unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * packed:
        raise DataError(
            f"{where}: expands {unpacked // packed:,} times, to more than {gigabytes(unpacked)}: looks like a "
            "decompression bomb, so it is not read. If it is a true table, unpack it yourself and name the file."
        )


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (*_DAMAGE, ValueError, IndexError) as err:
        raise DataError(f"{path}: starts like a ZIP archive but is damaged ({_short(err)}).") from err


def _files(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members that are files of the person's own."""
    return [info for info in _members(path) if not info.is_dir() and not _is_hidden(info.filename)]


def _named(path: Path, name: str) -> zipfile.ZipInfo:
    """Return the member of that name; of several versions of it the last."""
    files = {info.filename: info for info in _files(path)}
    if name in files:
        return files[name]
    alike = [info for info in files.values() if PurePosixPath(info.filename.replace("\\", "/")).name == name]
    if len(alike) == 1:
        return alike[0]
    shown = alike or list(files.values())
    listed = ", ".join(repr(info.filename) for info in shown[:8]) + (", …" if shown[8:] else "")
    if alike:
        raise ParameterError(f"{path}: several files in this archive are named {name!r}. Choose one of: {listed}.")
    raise ParameterError(f"{path}: no file in this archive is named {name!r}. Files found: {listed}.")


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(".") or parts[-1] in ("Thumbs.db", "desktop.ini")


def _is_table(path: Path, info: zipfile.ZipInfo) -> bool:
    """Return whether a member may be a table; raise DataError where it surely is one but cannot be read."""
    plain = _plain_name(info)
    if plain.endswith(_ARCHIVES):
        raise DataError(f"{path}: holds another archive, {info.filename}. Unpack it and name the tables in it.")
    if plain.endswith(_UNREADABLE_INSIDE):
        raise DataError(
            f"{path}: holds {info.filename}, which cannot be read inside an archive. Unpack it and name the file."
        )
    if not _is_named_like(plain, _TABLES):
        return False
    if info.flag_bits & 1:
        raise DataError(f"{path}: {info.filename} in it is encrypted. Unpack it with its password and name the file.")
    if info.compress_type not in _METHODS:
        raise DataError(
            f"{path}: {info.filename} is compressed in a way that cannot be read here (method {info.compress_type}). "
            "Unpack it and name the file."
        )
    return True


def _plain_name(info: zipfile.ZipInfo) -> str:
    """Return a member's own name in lower case, without folders and the ending of gzip."""
    return PurePosixPath(info.filename.replace("\\", "/").lower()).name.removesuffix(".gz")


def _is_named_like(plain: str, endings: tuple[str, ...]) -> bool:
    """Return whether a name has one of some endings and is not that of a text about the tables."""
    return plain.endswith(endings) and not plain.rsplit(".", 1)[0].startswith(_ABOUT)


def _member(path: Path, info: zipfile.ZipInfo) -> ByteSource:
    where = f"{path}: {info.filename}"
    damaged = "is damaged in the archive"

    def opened() -> BinaryIO:
        try:
            archive = zipfile.ZipFile(path)
            stream = cast(BinaryIO, archive.open(info))
        except (*_DAMAGE, ValueError) as err:
            raise DataError(f"{where}: {damaged} ({_short(err)}).") from err
        return _guarded(stream, where, info.compress_size, (archive,), damaged)

    name = PurePosixPath(info.filename.replace("\\", "/")).name
    return ByteSource(where, name, opened, info.file_size)


def _guarded(
    stream: BinaryIO, where: str, packed: int | None, parts: tuple[IO[bytes] | zipfile.ZipFile, ...], damaged: str
) -> BinaryIO:
    guarded = _GuardedStream(stream, where, packed, [stream.close, *(part.close for part in parts)], damaged)
    return io.BufferedReader(guarded, _BUFFER)


class _GuardedStream(io.RawIOBase):
    """Decompressed bytes, counted as they come out."""

    def __init__(
        self,
        stream: BinaryIO,
        where: str,
        packed: int | None,
        closers: list[Callable[[], None]],
        damaged: str,
    ) -> None:
        self._stream, self._where, self._packed, self._closers, self._damaged = stream, where, packed, closers, damaged
        self._count, self._next_check = 0, _CHECK_EVERY
        self._available = available_bytes()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGE as err:
            raise DataError(f"{self._where}: {self._damaged} ({_short(err)}).") from err
        buffer[: len(data)] = data
        self._count += len(data)
        if self._count >= self._next_check:
            self._next_check = self._count + _CHECK_EVERY
            refuse_bomb(self._where, self._count, self._packed)
            refuse_too_large(self._where, self._count, factor=_FACTOR, available=self._available)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            for close in self._closers:
                close()
        super().close()


def _short(err: Exception) -> str:
    return " ".join(str(err).split())[:160] or type(err).__name__

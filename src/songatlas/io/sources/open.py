"""Opens what a person names, by its first bytes: text, JSON, gzip, ZIP, Parquet, Feather, workbooks, databases, URLs.

The ending of a file's name decides nothing; a file that is something else than it is called is read as what it is.
"""

import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from songatlas.errors import DataError, ParameterError
from songatlas.io.columns.dialects import feature_count

from .archives import MOST_TABLES, file_source, gunzipped, table_names, zip_kind, zip_members
from .csv_files import read_csv
from .encodings import codec_named, with_doubt
from .json_files import read_json
from .memory import refuse_too_large
from .raw import ByteSource, RawTable

_NEARLY_A_URL = re.compile(r"\W*[a-zA-Z][\w+.-]+:(?:[\w+.-]+:)?/+[^/]*(?:@|.*password=)|.*://")
_URL = re.compile(r"[a-zA-Z][\w+.-]*://")
_EXPECTED = "Expected a table: CSV, JSON, Parquet, Feather, an Excel workbook, SQLite or DuckDB, zipped or not."
_HEAD = 4096
_ZIP, _PARQUET, _SQLITE, _DUCKDB = b"PK\x03\x04", b"PAR1", b"SQLite format 3\0", b"DUCK"
_FEATHER = (b"ARROW1", b"FEA1", b"\xff\xff\xff\xff")
_BINARY = (_PARQUET, *_FEATHER)
_TEXT_FACTOR = 2.5  # memory for each byte of text, at the most
_OTHER_KINDS = (
    (b"%PDF", "a PDF. Export the table as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls). Save it as .xlsx or CSV"),
    (b"Rar!", "a RAR archive. Unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive. Unpack it first"),
    (b"BZh", "a bzip2 file. Unpack it first"),
    (b"\xfd7zXZ", "an xz file. Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file. Unpack it first"),
    (b"\x89HDF", "an HDF5 file. Save the table as Parquet or CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"ID3", "a sound file: songatlas reads tables of audio features, not audio"),
    (b"RIFF", "a sound file or a picture: songatlas reads tables of audio features, not audio"),
    (b"fLaC", "a sound file: songatlas reads tables of audio features, not audio"),
)
_PACKED_KINDS = {
    "binary workbook": "a binary Excel workbook (.xlsb). Save it as .xlsx or CSV",
    "opendocument": "an OpenDocument file (.ods). Save the sheet as .xlsx or CSV",
    "numbers": "a Numbers file. Export the table as CSV",
    "document": "a text document or slides. Save the table as CSV",
}


@dataclass(frozen=True)
class Choice:
    """Which part of a workbook, database or archive is read, and in which encoding text is, where a person says so.

    ``table`` names a sheet, table or file, ``query`` what a database is asked.
    """

    table: str | None = None
    query: str | None = None
    encoding: str | None = None


def is_url(given: str | Path) -> bool:
    """Return whether a text is a URL rather than the path of a file."""
    return isinstance(given, str) and bool(_URL.match(given))


def open_source(given: str | Path, choice: Choice) -> list[RawTable]:
    """Return the tables behind a path or a database's URL: one, or one for each member of an archive.

    Raises
    ------
    DataError
        When there is nothing to read, or what is there is no table.
    ParameterError
        When a sheet, table, query or encoding is named for a file that has none.
    """
    if choice.encoding is not None:
        codec_named(choice.encoding)
    if is_url(given):
        _refuse_encoding("a database", choice)
        return [_read_url(str(given), choice)]
    if isinstance(given, str) and _NEARLY_A_URL.match(given):
        raise DataError(
            "this looks like the URL of a database but is not one (it is not shown, since it may hold a password). "
            "Expected dialect://user:password@host/database, without blanks or quotes around it."
        )
    path = Path(given)
    head = _first_bytes(path)
    packed = zip_kind(path) if head.startswith(_ZIP) else ""
    if packed not in ("", "archive", "workbook"):
        raise DataError(f"{path}: this is {_PACKED_KINDS[packed]}. {_EXPECTED}")
    is_text = packed == "archive" or not (packed or head.startswith(_BINARY) or _is_database(head))
    if not is_text:
        _refuse_encoding(str(path), choice)
    if _is_database(head):
        return [_read_database(path, head, choice)]
    source = replace(file_source(path), path=path, encoding=choice.encoding)
    if packed == "workbook":
        return [_read_workbook(source, choice)]
    if choice.query:
        raise ParameterError(f"{path}: a query can be named for databases only.")
    if packed:
        return _read_archive(path, choice)
    if choice.table:
        raise ParameterError(f"{path}: a table can be named for workbooks, databases and ZIP archives only.")
    if head.startswith(_PARQUET):
        from .arrow_files import read_parquet_file

        return [read_parquet_file(path)]
    if head.startswith(_FEATHER):
        from .arrow_files import read_feather

        return [read_feather(path)]
    return [_read_text(source, head)]


def has_tables(given: str | Path) -> bool:
    """Return whether a path or URL may hold several tables, of which one can be named."""
    if is_url(given):
        return True
    head = _first_bytes(Path(given))
    return _is_database(head) or head.startswith(_ZIP)


def tables_in_archive(given: str | Path) -> list[str]:
    """Return the names of the tables in a ZIP archive of several; none for anything else.

    Raises
    ------
    DataError
        When there is no such file, or it is a damaged archive.
    """
    if is_url(given) or not _first_bytes(Path(given)).startswith(_ZIP) or zip_kind(Path(given)) != "archive":
        return []
    names = table_names(Path(given))
    return names if 1 < len(names) <= MOST_TABLES else []


def _refuse_encoding(where: str, choice: Choice) -> None:
    if choice.encoding is not None:
        raise ParameterError(f"{where}: an encoding can be named for text files only (CSV, JSON).")


def _is_database(head: bytes) -> bool:
    return head.startswith(_SQLITE) or head[8:12] == _DUCKDB


def _first_bytes(path: Path) -> bytes:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise DataError(f"{path}: this is a folder. Name the files in it.")
        if not stat.S_ISREG(kind):
            raise DataError(
                f"{path}: this is not a regular file but a device or a pipe, which cannot be read twice. "
                "Save its content to a file first."
            )
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError as err:
        raise DataError(f"{path}: no such file. {_EXPECTED}") from err
    except DataError:
        raise
    except (OSError, ValueError) as err:
        raise DataError(f"{path}: cannot be read ({getattr(err, 'strerror', None) or err}).") from err
    if not head:
        raise DataError(f"{path}: the file is empty. Expected a table with a header line and a row per track.")
    return head


def _read_text(source: ByteSource, head: bytes) -> RawTable:
    """Return the table in a text file, which may be gzipped."""
    if head.startswith(b"\x1f\x8b"):
        source = replace(gunzipped(source), path=None)
        with source.open() as stream:
            head = stream.read(_HEAD)
        if not head:
            raise DataError(
                f"{source.where}: the file is empty. Expected a table with a header line and a row per track."
            )
    for mark, kind in _OTHER_KINDS:
        if head.startswith(mark):
            raise DataError(f"{source.where}: this is {kind}. {_EXPECTED}")
    if head.startswith((_ZIP, _PARQUET, _FEATHER[0])):
        raise DataError(f"{source.where}: this is packed twice. Unpack it once and try again.")
    if source.size is not None:
        refuse_too_large(source.where, source.size, factor=_TEXT_FACTOR)
    if _is_json(head, source.encoding):
        return read_json(source, feature_count)
    return with_doubt(read_csv(source))


def _is_json(head: bytes, encoding: str | None) -> bool:
    codec = encoding or ("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    text = head.decode(codec, "ignore").lstrip("\ufeff").lstrip()
    if text[:1] == "{":
        return True
    return text[:1] == "[" and re.match(r"\[\s*([\[{\]\"\d-]|null)", text) is not None


def _read_archive(path: Path, choice: Choice) -> list[RawTable]:
    found = zip_members(path, choice.table)
    tables = []
    for member in (replace(member, encoding=choice.encoding) for member in found.members):
        with member.open() as stream:
            head = stream.read(_HEAD)
        if not head.strip():
            raise DataError(f"{member.where}: the file is empty. Take it out of the archive.")
        tables.append(_read_text(member, head))
    if found.passed_over:
        note = f"{path}: passed over in the archive: {', '.join(found.passed_over[:8])}."
        tables[0] = replace(tables[0], notes=(note, *tables[0].notes))
    return tables


def _read_workbook(source: ByteSource, choice: Choice) -> RawTable:
    from .workbooks import read_workbook

    if choice.query:
        raise ParameterError(f"{source.where}: a query can be named for databases only; name a sheet with --table.")
    return read_workbook(source, choice.table, feature_count)


def _read_database(path: Path, head: bytes, choice: Choice) -> RawTable:
    from .databases import read_duckdb, read_sqlite

    reader = read_sqlite if head.startswith(_SQLITE) else read_duckdb
    return reader(path, choice.table, choice.query, feature_count)


def _read_url(url: str, choice: Choice) -> RawTable:
    scheme = url.split("://", 1)[0].casefold()
    if scheme in ("http", "https", "ftp", "s3", "gs", "file"):
        raise DataError(f"{scheme}://…: addresses of this kind are not read. Save the file here first, and name it.")
    from .databases import read_url

    return read_url(url, choice.table, choice.query, feature_count)


def names_of(tables: Sequence[RawTable]) -> list[str]:
    """Return how each table is shown to people, told apart where two have one name."""
    taken: dict[str, int] = {}
    names = []
    for table in tables:
        taken[table.name] = taken.get(table.name, 0) + 1
        names.append(table.name if taken[table.name] == 1 else f"{table.name} ({taken[table.name]})")
    return names

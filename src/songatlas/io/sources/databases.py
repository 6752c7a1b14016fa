"""The readers of databases: SQLite and DuckDB files, and every database that SQLAlchemy knows by its URL."""

from .database_servers import read_url
from .database_urls import public_name
from .duckdb_files import read_duckdb
from .sqlite_files import read_sqlite

__all__ = ["public_name", "read_duckdb", "read_sqlite", "read_url"]

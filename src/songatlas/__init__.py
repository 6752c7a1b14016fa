"""songatlas groups the tracks of a music catalogue by how they sound, and names, explains and maps the groups."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from songatlas.api import Run, cluster_tracks, load_run, read_tracks
    from songatlas.catalogue import make_catalogue
    from songatlas.errors import (
        DataError,
        DataWarning,
        MissingDependencyError,
        OutputError,
        ParameterError,
        SongAtlasError,
    )
    from songatlas.options import Options, read_options

__version__ = "0.1.0"

_HOMES = {
    "Run": "songatlas.api",
    "cluster_tracks": "songatlas.api",
    "load_run": "songatlas.api",
    "make_catalogue": "songatlas.catalogue",
    "read_tracks": "songatlas.api",
    "Options": "songatlas.options",
    "read_options": "songatlas.options",
    "SongAtlasError": "songatlas.errors",
    "ParameterError": "songatlas.errors",
    "DataError": "songatlas.errors",
    "OutputError": "songatlas.errors",
    "MissingDependencyError": "songatlas.errors",
    "DataWarning": "songatlas.errors",
}

__all__ = [
    "DataError",
    "DataWarning",
    "MissingDependencyError",
    "Options",
    "OutputError",
    "ParameterError",
    "Run",
    "SongAtlasError",
    "cluster_tracks",
    "load_run",
    "make_catalogue",
    "read_options",
    "read_tracks",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import songatlas`` loads no heavy library."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'songatlas' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])

"""Writers of every dialect of tracks table that people have, over one set of invented tracks.

Each writer takes the tracks and a path, and returns what reading the file should give back. Tests reach them
through ``from ..dialects import DIALECTS, REFUSED, KNOWN_TRACKS``. Nothing here imports songatlas: what a file
means is said from the description of the dialect, not from what the reader makes of it.
"""

from . import csv_dialects, exporters, json_dialects, other_files, refused
from .known import KNOWN_TRACKS, Track
from .registry import DIALECTS, REFUSED, Dialect, Expected, Refused

__all__ = [
    "DIALECTS",
    "KNOWN_TRACKS",
    "REFUSED",
    "Dialect",
    "Expected",
    "Refused",
    "Track",
    "csv_dialects",
    "exporters",
    "json_dialects",
    "other_files",
    "refused",
]

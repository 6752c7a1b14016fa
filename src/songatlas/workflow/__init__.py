"""The main job: from a table of tracks to named, explained, mapped clusters.

This room introduces the others to one another; it computes nothing itself. Every step can also be called alone.
"""

from .reading import read_tracks
from .run import cluster_tracks

__all__ = ["cluster_tracks", "read_tracks"]

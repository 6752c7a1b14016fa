"""The works that are measured, one file each.

Imports of tools stand inside the functions that call them: a process that measures the memory of one tool must
not load the others.
"""

from ..work import Work
from . import complete, dbscan, dbscan_grid, kmeans, neighbors, silhouettes, tsne, ward

WORKS: tuple[Work, ...] = (
    kmeans.WORK,
    silhouettes.WORK,
    ward.WORK,
    dbscan.WORK,
    dbscan_grid.WORK,
    neighbors.WORK,
    tsne.WORK,
    complete.WORK,
)

"""Places names on a map: near their cluster, inside the axes, and never one over another."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from ._style import halo, root_figure, text_color

_SAMPLE = 4000
_STEPS = 12


def cluster_anchors(
    coordinates: NDArray[np.float64], labels: NDArray[np.int32], n_clusters: int
) -> NDArray[np.float64]:
    """Return for each cluster a point near its median that lies among its tracks, shape (n_clusters, 2).

    From the median, a few mean-shift steps with a flat window move to the nearest dense place, so that a
    cluster in two islands is named on one of them and not in the sea between. NaN for an empty cluster.
    """
    anchors = np.full((n_clusters, 2), np.nan)
    extent = np.ptp(coordinates, axis=0).max(initial=0.0) if len(coordinates) else 0.0
    for label in range(n_clusters):
        points = coordinates[labels == label]
        points = points[np.isfinite(points).all(axis=1)]
        if not len(points):
            continue
        points = points[:: max(1, len(points) // _SAMPLE)]
        at = np.median(points, axis=0)
        for _ in range(_STEPS):
            distance = np.hypot(*(points - at).T)
            at = points[distance <= max(0.08 * extent, float(distance.min()) * 1.5)].mean(axis=0)
        anchors[label] = at
    return anchors


def place_names(
    ax: Axes,
    anchors: NDArray[np.float64],
    texts: Sequence[str],
    colors: Sequence[str],
    *,
    fontsize: float,
    taken: Sequence[Bbox] = (),
    weight: str = "bold",
) -> list[Annotation]:
    """Write ``texts`` at or near ``anchors`` (data) without overlaps; a thin line leads back when far.

    The axes must have their final limits. Texts whose anchor is NaN are left out. Returns the annotations
    in the order given; boxes in ``taken`` (pixels) are kept free.
    """
    figure = root_figure(ax)
    figure.draw_without_rendering()
    frame = ax.get_window_extent()
    boxes = list(taken)
    placed: list[Annotation] = []
    for anchor, text, color in zip(anchors, texts, colors, strict=True):
        if not np.isfinite(anchor).all():
            continue
        note = ax.annotate(
            text,
            (float(anchor[0]), float(anchor[1])),
            xytext=(0.0, 0.0),
            textcoords="offset pixels",
            ha="center",
            va="center",
            ma="center",
            color=text_color(color),
            fontsize=fontsize,
            fontweight=weight,
            path_effects=halo(3.5),
            zorder=20,
            annotation_clip=False,
        )
        note.set_in_layout(False)
        box = note.get_window_extent()
        at = ax.transData.transform(anchor)
        center = _free_center(at, box.width + 6, box.height + 4, frame, boxes)
        boxes.append(_box(center, box.width + 6, box.height + 4))
        _move(ax, note, center, at, color, box)
        placed.append(note)
    return placed


def _free_center(
    at: NDArray[np.float64], width: float, height: float, frame: Bbox, boxes: Sequence[Bbox]
) -> NDArray[np.float64]:
    """Return the nearest center on rings around ``at`` whose box is free; the least crowded where none is."""
    best, least = at, np.inf
    for ring in range(40):
        n_angles = 1 if ring == 0 else 8 + 4 * ring
        for angle in 2 * np.pi * np.arange(n_angles) / n_angles + np.pi / 2:
            center = at + 0.45 * ring * height * np.array([1.6 * np.cos(angle), np.sin(angle)])
            box = _box(_inside(center, width, height, frame), width, height)
            overlap = sum(_overlap(box, other) for other in boxes)
            if overlap == 0:
                return np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
            if overlap < least:
                best, least = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]), overlap
    return best


def _inside(center: NDArray[np.float64], width: float, height: float, frame: Bbox) -> NDArray[np.float64]:
    low = np.array([frame.x0 + width / 2, frame.y0 + height / 2])
    high = np.array([frame.x1 - width / 2, frame.y1 - height / 2])
    return np.array(np.minimum(np.maximum(center, low), np.maximum(low, high)))


def _box(center: NDArray[np.float64], width: float, height: float) -> Bbox:
    x, y = float(center[0]), float(center[1])
    return Bbox.from_extents(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _overlap(box: Bbox, other: Bbox) -> float:
    wide = min(box.x1, other.x1) - max(box.x0, other.x0)
    high = min(box.y1, other.y1) - max(box.y0, other.y0)
    return float(max(wide, 0.0) * max(high, 0.0))


def _move(
    ax: Axes, note: Annotation, center: NDArray[np.float64], at: NDArray[np.float64], color: str, box: Bbox
) -> None:
    """Put the note at ``center`` (pixels), in data coordinates so that it holds at every resolution."""
    where = ax.transData.inverted().transform(center)
    note.set_anncoords("data")
    note.set_position((float(where[0]), float(where[1])))
    away = np.abs(center - at)
    if away[0] > box.width * 0.6 or away[1] > box.height * 0.9:
        ax.plot(
            [float(where[0]), float(note.xy[0])],
            [float(where[1]), float(note.xy[1])],
            color=text_color(color),
            linewidth=0.9,
            zorder=19,
            scalex=False,
            scaley=False,
        )

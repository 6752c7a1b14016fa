"""The top of the Ward tree, with sizes and names at its leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ._style import ACCENT, QUIET, axes_for, cluster_color, entitle, halo, styled, text_color, tidy
from ._text import count, plural, shorten

MAX_LEAVES = 30


@dataclass(frozen=True)
class _Top:
    """The last merges of a tree: ``leaves`` are node numbers in drawing order."""

    leaves: list[int]
    merges: list[tuple[int, int, int, float]]  # node, left, right, height
    sizes: dict[int, int]


def dendrogram_finding(tree: NDArray[np.float64], n_clusters: int | None) -> str:
    """Return in one sentence where the tree makes its largest step, and where it was cut."""
    heights = np.asarray(tree)[:, 2]
    if len(heights) < 2:
        return "The tree has a single merge"
    steps = np.diff(heights[-min(len(heights), MAX_LEAVES) :])
    at = len(steps) - int(np.argmax(steps))
    k = at + 1
    start = f"Ward's tree parts most clearly into {plural(k, 'cluster')}"
    if n_clusters is None or n_clusters == k:
        return start
    return f"{start}; it was cut into {n_clusters}"


@styled
def dendrogram(
    tree: NDArray[np.float64],
    *,
    n_clusters: int | None = None,
    labels: NDArray[np.int32] | None = None,
    names: Sequence[str] = (),
    max_leaves: int = MAX_LEAVES,
    note: str = "",
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the last merges of a hierarchical clustering, root at the left.

    Parameters
    ----------
    tree : ndarray of shape (n_leaves - 1, 4)
        SciPy's linkage layout.
    n_clusters : int, optional
        Where the tree was cut; drawn as a line.
    labels : ndarray of shape (n_leaves,), int, optional
        Named clusters of the tracks; a leaf bears the name and color of the cluster most of it belongs to.
        Not given where the tree is over a sample.
    names : sequence of str
        Cluster names by label.
    max_leaves : int
        How many leaves are drawn at most.
    note, title : str
        A line under the figure; a title instead of the finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
    """
    tree = np.asarray(tree, dtype=np.float64)
    top = _top(tree, max_leaves)
    figure, ax, own = axes_for(ax, height=1.8 + 0.23 * len(top.leaves))
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0, labelleft=False, labelright=True, left=False)
    owners = {} if labels is None else _owners(tree, top.leaves, labels)
    _branches(ax, top, owners)
    _leaf_names(ax, top, owners, names)
    if n_clusters is not None and 2 <= n_clusters <= len(tree):
        _cut(ax, tree, n_clusters)
    ax.set_xlim(1.03 * float(tree[-1, 2]) or 1.0, 0.0)
    ax.set_ylim(len(top.leaves) - 0.4, -1.0)
    ax.set_xlabel("height of the merge (Ward distance, scaled units)")
    ax.spines["left"].set_visible(False)
    entitle(figure, ax, own, title or dendrogram_finding(tree, n_clusters), note=note)
    return figure


def _top(tree: NDArray[np.float64], max_leaves: int) -> _Top:
    """Return the last ``max_leaves − 1`` merges, the larger branch first."""
    n = len(tree) + 1
    first = max(0, len(tree) - (max_leaves - 1))
    sizes = {n + i: int(tree[i, 3]) for i in range(len(tree))}
    leaves: list[int] = []
    merges: list[tuple[int, int, int, float]] = []
    stack = [n + len(tree) - 1]
    while stack:
        node = stack.pop()
        if node < n + first:
            leaves.append(node)
            continue
        pair = sorted((int(tree[node - n, 0]), int(tree[node - n, 1])), key=lambda c: (-sizes.get(c, 1), c))
        merges.append((node, pair[0], pair[1], float(tree[node - n, 2])))
        stack += reversed(pair)
    return _Top(leaves, merges, {node: sizes.get(node, 1) for node in leaves})


def _owners(tree: NDArray[np.float64], leaves: list[int], labels: NDArray[np.int32]) -> dict[int, int]:
    """Return the label most tracks under each leaf have."""
    n = len(tree) + 1
    group = np.full(n + len(tree), -1, dtype=np.int64)
    group[leaves] = np.arange(len(leaves))
    children = tree[:, :2].astype(np.int64)
    for i in range(len(tree) - 1, -1, -1):
        if group[n + i] >= 0:
            group[children[i]] = group[n + i]
    shift = np.asarray(labels, dtype=np.int64) + 1
    counts = np.zeros((len(leaves), int(shift.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(counts, (group[:n], shift), 1)
    return {leaf: int(counts[i].argmax()) - 1 for i, leaf in enumerate(leaves)}


def _branches(ax: Axes, top: _Top, owners: dict[int, int]) -> None:
    """Draw the merges as square brackets; a branch with one owner has its color."""
    where = {leaf: (float(i), 0.0) for i, leaf in enumerate(top.leaves)}
    owner: dict[int, int | None] = {leaf: owners.get(leaf) for leaf in top.leaves}
    for node, left, right, height in sorted(top.merges):
        (y1, h1), (y2, h2) = where[left], where[right]
        same = owner[left] if owner[left] == owner[right] else None
        for child, y, h in ((left, y1, h1), (right, y2, h2)):
            ax.plot([h, height], [y, y], color=_branch_color(owner[child]), linewidth=1.8, solid_capstyle="butt")
        ax.plot([height, height], [y1, y2], color=_branch_color(same), linewidth=1.8, solid_capstyle="projecting")
        where[node], owner[node] = ((y1 + y2) / 2, height), same


def _branch_color(owner: int | None) -> str:
    return QUIET if owner is None else cluster_color(owner)


def _leaf_names(ax: Axes, top: _Top, owners: dict[int, int], names: Sequence[str]) -> None:
    written = []
    for leaf in top.leaves:
        size = count(top.sizes[leaf])
        if leaf in owners:
            name = shorten(names[owners[leaf]], 28) if owners[leaf] >= 0 else "Noise"
            written.append(f"{size}  {name}")
        else:
            written.append(plural(top.sizes[leaf], "track"))
    ax.set_yticks(range(len(written)), written)
    for leaf, tick in zip(top.leaves, ax.get_yticklabels(), strict=True):
        if leaf in owners:
            tick.set_color(text_color(cluster_color(owners[leaf])))


def _cut(ax: Axes, tree: NDArray[np.float64], n_clusters: int) -> None:
    above = float(tree[len(tree) - n_clusters + 1, 2])
    below = float(tree[len(tree) - n_clusters, 2])
    height = (above + below) / 2
    ax.axvline(height, color=ACCENT, linewidth=1.6, linestyle="--")
    ax.annotate(
        f"cut into {n_clusters}",
        (height, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-5, -2),
        textcoords="offset points",
        ha="right" if height < 0.5 * float(tree[-1, 2]) else "left",
        va="top",
        color="#A84A00",
        path_effects=halo(),
    ).set_x(-5 if height < 0.5 * float(tree[-1, 2]) else 5)

"""Writes the sub-moods of a run into its folder and reads them back: JSON for words and numbers, npz for arrays."""

import json
from pathlib import Path

import numpy as np

from songatlas.evidence import SubMood, SubMoods

from .plain import from_plain, to_plain

WORDS, ARRAYS = "sub_moods.json", "sub_moods.npz"
_TREE = "tree/"


def write_sub_moods(sub_moods: SubMoods | None, folder: Path) -> None:
    """Write ``sub_moods.json`` (rule, names, statistics, typical tracks) and ``sub_moods.npz`` (labels, trees).

    Nothing is written where there are none. ``tree/3`` is the tree of cluster 3 in SciPy's linkage layout.
    """
    if sub_moods is None:
        return
    text = json.dumps(to_plain({"rule": sub_moods.rule, "moods": sub_moods.moods}), ensure_ascii=False, indent=1)
    (folder / WORDS).write_text(text + "\n", encoding="utf-8")
    trees = {f"{_TREE}{label}": tree for label, tree in sub_moods.trees.items()}
    np.savez_compressed(folder / ARRAYS, allow_pickle=False, labels=sub_moods.labels, **trees)


def read_sub_moods(folder: Path) -> SubMoods | None:
    """Return the sub-moods in a run's folder; None where it has none."""
    if not (folder / WORDS).exists():
        return None
    plain = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    labels = arrays.pop("labels")
    trees = {int(name.removeprefix(_TREE)): tree for name, tree in arrays.items()}
    return SubMoods(plain["rule"], labels, tuple(from_plain(SubMood, mood) for mood in plain["moods"]), trees)

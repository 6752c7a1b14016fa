"""Writes the judgement of a run into its folder and reads it back: JSON for the values, npz for arrays over tracks."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from songatlas.evidence import Judgement

from .plain import from_plain, to_plain

JUDGEMENT = "judgement.json"
ARRAYS = "judgement.npz"
_PER_TRACK = {"certificate": "consistency", "agreement": "same"}


def write_judgement(judgement: Judgement, folder: Path) -> None:
    """Write a judgement into an existing folder; one without any part leaves no file."""
    plain = judgement_as_plain(judgement)
    if not any(plain.values()):
        return
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JUDGEMENT).write_text(text + "\n", encoding="utf-8")
    arrays: dict[str, Any] = {
        f"{part}/{name}": getattr(getattr(judgement, part), name)
        for part, name in _PER_TRACK.items()
        if getattr(judgement, part) is not None
    }
    if arrays:
        np.savez_compressed(folder / ARRAYS, allow_pickle=False, **arrays)


def read_judgement(folder: Path) -> Judgement:
    """Return the judgement in a folder; one without any part where there is no file of it."""
    path = folder / JUDGEMENT
    if not path.exists():
        return Judgement()
    plain = json.loads(path.read_text(encoding="utf-8"))
    judged = {part: name for part, name in _PER_TRACK.items() if plain[part] is not None}
    if not judged:
        return from_plain(Judgement, plain)
    with np.load(folder / ARRAYS, allow_pickle=False) as stored:
        arrays = {part: stored[f"{part}/{name}"] for part, name in judged.items()}
    for part, name in judged.items():
        plain[part][name] = []
    restored = from_plain(Judgement, plain)
    parts: dict[str, Any] = {
        part: replace(getattr(restored, part), **{name: arrays[part]}) for part, name in judged.items()
    }
    return replace(restored, **parts)


def judgement_as_plain(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as JSON values without what it says of single tracks (consistency, and where methods agree).

    Examples
    --------
    >>> judgement_as_plain(Judgement())["verdict"] is None
    True
    """
    lean: dict[str, Any] = {}
    for part, name in _PER_TRACK.items():
        value = getattr(judgement, part)
        lean[part] = None if value is None else replace(value, **{name: np.empty(0)})
    plain: dict[str, Any] = to_plain(replace(judgement, **lean))
    for part, name in _PER_TRACK.items():
        if plain[part] is not None:
            del plain[part][name]
    return plain

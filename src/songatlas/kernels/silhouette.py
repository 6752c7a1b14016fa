"""Exact silhouettes of every track for many labelings at once.

Source: Rousseeuw, P. J. (1987), "Silhouettes: a graphical aid to the interpretation and validation of
cluster analysis", J. Comput. Appl. Math. 20, 53–65. For a track with mean distance ``a`` to the rest of its
cluster and ``b`` to the nearest other cluster, ``s = (b − a) / max(a, b)``.

How: distances do not depend on the labeling, so each is computed once. Tracks that share their label in *all*
labelings (an "atom") lie together; distances are summed per atom, and the sums folded into the clusters of
each labeling. Equal tracks of one atom are computed once and counted. Distances are differences squared, in
float32 on centred data; a track whose rounding could matter is computed again in float64. Each block of
tracks owns its results, so the number of threads changes no bit. Time grows with the square of the number of
distinct tracks, memory with its first power.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .compiled import compiled_fast
from .rows import centered_rows, checked_rows, merge_copies
from .threads import run_in_chunks

LEFT_OUT = -1
# Tracks per block: 64 float32 lanes of ten features stay in the first-level cache.
_LANES = 64
# Features per unrolled pass; the ten audio features are one pass.
_PASS = 10
# Terms summed in float32 before they go to float64: keeps the rounding of a sum below 1e-6.
_RUN = 128
# Distances per call, some tenths of a second: how often Python regains control.
_DISTANCES_PER_CALL = 2e8
# Below this number of distinct tracks float64 costs nothing that anyone could notice.
_SMALL = 2048
# Largest rounding error of a track's silhouette that float32 may leave (a bound; the usual error is a tenth).
_TOLERANCE = 2e-6


def silhouette_samples(
    X: ArrayLike, labelings: ArrayLike, *, advance: Callable[[float], object] | None = None
) -> NDArray[np.float64]:
    """Return the silhouette of every track under every labeling.

    Parameters
    ----------
    X : array-like of shape (n_tracks, n_features)
        Scaled features (unitless), finite.
    labelings : array-like of shape (n_labelings, n_tracks) or (n_tracks,), int
        Any integers, gaps allowed; −1 leaves the track out of that labeling.
    advance : callable, optional
        Called with the share of the work just done; the shares sum to 1.

    Returns
    -------
    ndarray of the shape of ``labelings``, float64
        From −1 to 1. 0 for tracks left out and for the only track of a cluster (as Rousseeuw sets it); NaN
        for a whole labeling of fewer than two clusters. Within 1e-5 of the value computed all in float64.

    Examples
    --------
    >>> silhouette_samples([[0.0], [1.0], [10.0]], [[5, 5, 8]]).round(3)
    array([[0.9  , 0.889, 0.   ]])
    """
    rows = checked_rows(X)
    given = _checked_labelings(labelings, len(rows))
    labels = np.atleast_2d(given)
    values = np.zeros(labels.shape)
    coded = [_codes(labeling) for labeling in labels]
    usable = np.array([codes.max(initial=-1) >= 1 for codes in coded], dtype=bool)
    values[~usable] = np.nan
    if usable.any():
        codes = np.array([codes for codes in coded if codes.max(initial=-1) >= 1])
        kept = np.flatnonzero((codes != LEFT_OUT).any(axis=0))
        points = _build_points(rows[kept], np.ascontiguousarray(codes[:, kept]))
        values[np.ix_(usable, kept)] = _score_points(points, advance)[:, points.of_track]
    return values.reshape(given.shape)


@dataclass(frozen=True)
class _Points:
    """Distinct tracks, sorted by atom, and the clusters ("slots") of all labelings side by side."""

    Z: NDArray[np.float64]  # (n_points, n_features padded to whole passes)
    copies: NDArray[np.float64]  # (n_points,)
    of_track: NDArray[np.intp]  # (n_tracks,)
    atom: NDArray[np.int64]  # (n_points,)
    atom_starts: NDArray[np.int64]  # (n_atoms + 1,)
    atom_slots: NDArray[np.int64]  # (n_labelings, n_atoms); n_slots stands for "left out"
    slot_starts: NDArray[np.int64]  # (n_labelings + 1,)
    slot_sizes: NDArray[np.float64]  # (n_slots + 1,)
    norms: NDArray[np.float64]  # (n_points,)
    slot_norms: NDArray[np.float64]  # (n_slots + 1,) mean norm of a slot's tracks


def _checked_labelings(labelings: ArrayLike, n_tracks: int) -> NDArray[np.integer]:
    expected = f"labelings must be integers of shape (n_labelings, {n_tracks}) or ({n_tracks},)"
    try:
        labels = np.asarray(labelings)
    except ValueError as err:  # labelings of different lengths
        raise ValueError(f"{expected}: {err}.") from err
    if labels.ndim not in (1, 2) or labels.shape[-1] != n_tracks or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{expected}, got {labels.dtype} of shape {labels.shape}.")
    return labels


def _codes(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return labels as 0..n_clusters-1 without gaps, −1 for tracks left out."""
    names, codes = np.unique(labels, return_inverse=True)
    numbers = np.cumsum(names != LEFT_OUT) - 1
    numbers[names == LEFT_OUT] = LEFT_OUT
    return np.asarray(numbers[codes], dtype=np.int64)


def _build_points(rows: NDArray[np.float64], codes: NDArray[np.int64]) -> _Points:
    first, copies, of_track = merge_copies(rows, _atoms(codes))
    Z = centered_rows(rows[first])[0]
    norms = np.sqrt(np.einsum("ij,ij->i", Z, Z))
    point_codes = codes[:, first]
    changed = (point_codes[:, 1:] != point_codes[:, :-1]).any(axis=0)
    starts = np.concatenate([[0], np.flatnonzero(changed) + 1])
    n_clusters = codes.max(axis=1) + 1
    slot_starts = np.concatenate([[0], np.cumsum(n_clusters)])
    n_slots = int(slot_starts[-1])
    slots = np.where(point_codes == LEFT_OUT, n_slots, point_codes + slot_starts[:-1, None])
    sizes, sums = np.zeros(n_slots + 1), np.zeros(n_slots + 1)
    for labeling in slots:
        sizes += np.bincount(labeling, weights=copies, minlength=n_slots + 1)
        sums += np.bincount(labeling, weights=copies * norms, minlength=n_slots + 1)
    return _Points(
        Z=_padded(Z),
        copies=copies.astype(np.float64),
        of_track=of_track,
        atom=np.concatenate([[0], np.cumsum(changed)]).astype(np.int64),
        atom_starts=np.append(starts, len(first)).astype(np.int64),
        atom_slots=np.ascontiguousarray(slots[:, starts], dtype=np.int64),
        slot_starts=slot_starts.astype(np.int64),
        slot_sizes=np.maximum(sizes, 1.0),
        norms=norms,
        slot_norms=sums / np.maximum(sizes, 1.0),
    )


def _atoms(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number per track, equal where the labels are equal in all labelings."""
    atoms, n_atoms = np.zeros(codes.shape[1], dtype=np.int64), 1
    for labeling in codes:
        n_codes = int(labeling.max()) + 2
        if n_atoms * n_codes >= 2**62:
            atoms = np.unique(atoms, return_inverse=True)[1].astype(np.int64)
            n_atoms = int(atoms.max()) + 1
        atoms = atoms * n_codes + labeling + 1
        n_atoms *= n_codes
    return atoms


def _padded(Z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Z with zero features added up to whole passes; they change no distance."""
    missing = -Z.shape[1] % _PASS
    return np.ascontiguousarray(np.pad(Z, ((0, 0), (0, missing))))


def _score_points(points: _Points, advance: Callable[[float], object] | None) -> NDArray[np.float64]:
    """Return silhouettes of shape (n_labelings, n_points)."""
    n_points = len(points.Z)
    values = np.zeros((len(points.atom_slots), n_points))
    unsure = np.zeros(n_points, dtype=np.bool_)
    everyone = np.arange(n_points)
    if n_points <= _SMALL:
        _score(points, np.float64, everyone, values, unsure, advance)
        return values
    _score(points, np.float32, everyone, values, unsure, advance)
    _score(points, np.float64, np.flatnonzero(unsure), values, unsure, None)
    return values


def _score(
    points: _Points,
    dtype: type[np.floating[Any]],
    which: NDArray[np.intp],
    values: NDArray[np.float64],
    unsure: NDArray[np.bool_],
    advance: Callable[[float], object] | None,
) -> None:
    """Fill in the values of the points ``which``; mark as unsure those whose rounding could matter."""
    Z, copies = points.Z.astype(dtype), points.copies.astype(dtype)
    step = max(int(_DISTANCES_PER_CALL / len(Z)) // _LANES, 1) * _LANES
    rounding = float(np.finfo(dtype).eps) / 2

    def work(start: int, stop: int) -> None:
        _score_rows(
            which[start:stop],
            Z,
            copies,
            points.atom,
            points.atom_starts,
            points.atom_slots,
            points.slot_starts,
            points.slot_sizes,
            points.norms,
            points.slot_norms,
            rounding,
            values,
            unsure,
        )

    tell = None if advance is None else (lambda n_done: advance(n_done / len(which)))
    run_in_chunks(work, len(which), step, tell)


@compiled_fast
def _score_rows(
    rows: Any,
    Z: Any,
    copies: Any,
    atom: Any,
    atom_starts: Any,
    atom_slots: Any,
    slot_starts: Any,
    slot_sizes: Any,
    norms: Any,
    slot_norms: Any,
    rounding: float,
    values: Any,
    unsure: Any,
) -> None:
    """Score rows block by block: distances summed per slot, then one silhouette per labeling."""
    n_features = Z.shape[1]
    block = np.empty(n_features * _LANES, Z.dtype)
    sums = np.empty((slot_sizes.size, _LANES), np.float64)
    for start in range(0, rows.size, _LANES):
        lanes = min(_LANES, rows.size - start)
        for lane in range(_LANES):
            row = rows[start + min(lane, lanes - 1)]
            for feature in range(n_features):
                block[feature * _LANES + lane] = Z[row, feature]
        _sum_per_slot(block, Z, copies, atom_starts, atom_slots, sums)
        for lane in range(lanes):
            row = rows[start + lane]
            unsure[row] = False
            for labeling in range(atom_slots.shape[0]):
                own = atom_slots[labeling, atom[row]]
                first, stop = slot_starts[labeling], slot_starts[labeling + 1]
                if own == slot_sizes.size - 1 or slot_sizes[own] < 2.0:
                    values[labeling, row] = 0.0
                    continue
                within = sums[own, lane] / (slot_sizes[own] - 1.0)
                between, nearest = np.inf, own
                for slot in range(first, stop):
                    if slot != own:
                        mean = sums[slot, lane] / slot_sizes[slot]
                        if mean < between:
                            between, nearest = mean, slot
                larger = max(within, between)
                values[labeling, row] = (between - within) / larger if larger > 0.0 else 0.0
                error = rounding * (norms[row] + max(slot_norms[own], slot_norms[nearest]))
                if 2.0 * error + 1e-18 > _TOLERANCE * larger:
                    unsure[row] = True


@compiled_fast
def _sum_per_slot(block: Any, Z: Any, copies: Any, atom_starts: Any, atom_slots: Any, sums: Any) -> None:
    """Set ``sums[slot, lane]`` to the sum of distances from a lane's track to the tracks of the slot."""
    short = np.empty(_LANES, Z.dtype)
    squares = np.empty(_LANES, Z.dtype)
    total = np.empty(_LANES, np.float64)
    sums[:] = 0.0
    for atom in range(atom_starts.size - 1):
        total[:] = 0.0
        for start in range(atom_starts[atom], atom_starts[atom + 1], _RUN):
            stop = min(start + _RUN, atom_starts[atom + 1])
            short[:] = 0.0
            if Z.shape[1] == _PASS:
                _add_distances(block, Z, copies, start, stop, short)
            else:
                _add_wide_distances(block, Z, copies, start, stop, short, squares)
            for lane in range(_LANES):
                total[lane] += short[lane]
        for labeling in range(atom_slots.shape[0]):
            row = sums[atom_slots[labeling, atom]]
            for lane in range(_LANES):
                row[lane] += total[lane]


@compiled_fast
def _add_distances(block: Any, Z: Any, copies: Any, start: int, stop: int, out: Any) -> None:
    """Add to each lane its distances to the points from start to stop; ten features, unrolled."""
    for j in range(start, stop):
        c0, c1, c2, c3, c4 = Z[j, 0], Z[j, 1], Z[j, 2], Z[j, 3], Z[j, 4]
        c5, c6, c7, c8, c9 = Z[j, 5], Z[j, 6], Z[j, 7], Z[j, 8], Z[j, 9]
        weight = copies[j]
        for i in range(_LANES):
            d0, d1 = block[i] - c0, block[_LANES + i] - c1
            d2, d3 = block[2 * _LANES + i] - c2, block[3 * _LANES + i] - c3
            d4, d5 = block[4 * _LANES + i] - c4, block[5 * _LANES + i] - c5
            d6, d7 = block[6 * _LANES + i] - c6, block[7 * _LANES + i] - c7
            d8, d9 = block[8 * _LANES + i] - c8, block[9 * _LANES + i] - c9
            low = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4
            high = d5 * d5 + d6 * d6 + d7 * d7 + d8 * d8 + d9 * d9
            out[i] += weight * sqrt(low + high)


@compiled_fast
def _add_wide_distances(block: Any, Z: Any, copies: Any, start: int, stop: int, out: Any, squares: Any) -> None:
    """Do the same for any number of whole passes of ten features."""
    for j in range(start, stop):
        squares[:] = 0.0
        for f in range(0, Z.shape[1], _PASS):
            c0, c1, c2, c3, c4 = Z[j, f], Z[j, f + 1], Z[j, f + 2], Z[j, f + 3], Z[j, f + 4]
            c5, c6, c7, c8, c9 = Z[j, f + 5], Z[j, f + 6], Z[j, f + 7], Z[j, f + 8], Z[j, f + 9]
            # Constant offsets into a view: numba tests variable ones for being negative, and gets slow.
            part = block[f * _LANES :]
            for i in range(_LANES):
                d0, d1 = part[i] - c0, part[_LANES + i] - c1
                d2, d3 = part[2 * _LANES + i] - c2, part[3 * _LANES + i] - c3
                d4, d5 = part[4 * _LANES + i] - c4, part[5 * _LANES + i] - c5
                d6, d7 = part[6 * _LANES + i] - c6, part[7 * _LANES + i] - c7
                d8, d9 = part[8 * _LANES + i] - c8, part[9 * _LANES + i] - c9
                low = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4
                squares[i] += low + (d5 * d5 + d6 * d6 + d7 * d7 + d8 * d8 + d9 * d9)
        weight = copies[j]
        for i in range(_LANES):
            out[i] += weight * sqrt(squares[i])

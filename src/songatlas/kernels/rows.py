"""Prepares the rows of a feature matrix for the kernels: checked, centred, copies found."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MIX = np.uint64(0x9E3779B97F4A7C15)


def checked_rows(X: ArrayLike) -> NDArray[np.float64]:
    """Return X as a C-ordered float64 matrix, or say which row cannot be used."""
    rows = np.ascontiguousarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"X must have shape (n_tracks, n_features) with a feature or more, got {rows.shape}.")
    bad = ~np.isfinite(rows).all(axis=1)
    if bad.any():
        raise ValueError(f"X must be finite: {int(bad.sum())} rows are not, the first is row {int(bad.argmax())}.")
    return rows


def centered_rows(X: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return ``(Z, center, exponent)`` with ``X = center + Z * 2**exponent`` and every value of Z within ±1.

    The center is the median of each feature, so that neither a common offset nor a few outliers cost the
    other tracks their digits, and no squared distance overflows. Z keeps the ratios of all distances.
    """
    if len(X) == 0:
        return X.copy(), np.zeros(X.shape[1]), 0
    guard = max(_exponent(X) - 1000, 0)
    scaled = np.ldexp(X, -guard - 1) if guard else X
    center = np.median(scaled, axis=0)
    Z = scaled - center
    exponent = _exponent(Z)
    Z = np.ascontiguousarray(np.ldexp(Z, -exponent))
    if guard:
        return Z, np.ldexp(center, guard + 1), exponent + guard + 1
    return Z, center, exponent


def row_hashes(X: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each row; equal rows (0.0 and −0.0 count as equal) have equal hashes."""
    bits = np.ascontiguousarray(X + 0.0).view(np.uint64)
    hashes = np.zeros(len(X), dtype=np.uint64)
    for column in range(X.shape[1]):
        hashes = (hashes ^ bits[:, column]) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return hashes


def merge_copies(
    X: NDArray[np.float64], groups: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return ``(first, copies, point)`` for rows that are equal and in the same group.

    ``first`` holds one row number for each such set, sorted by group; ``copies`` how many rows it stands for;
    ``point`` of shape (n_rows,) the place of each row in ``first``. Equal rows may stay apart when other rows
    share their hash: rare, and never wrong.
    """
    order = np.lexsort((row_hashes(X), groups))
    ordered, ordered_groups = X[order], groups[order]
    new = np.ones(len(X), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1) | (ordered_groups[1:] != ordered_groups[:-1])
    starts = np.flatnonzero(new)
    point = np.empty(len(X), dtype=np.intp)
    point[order] = np.cumsum(new) - 1
    return order[starts], np.diff(np.append(starts, len(X))), point


def _exponent(values: NDArray[np.float64]) -> int:
    return int(np.frexp(np.abs(values).max())[1])

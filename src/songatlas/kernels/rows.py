"""Prepares what the kernels are given: rows checked, centred, copies found; weights and counts checked."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MIX = np.uint64(0x9E3779B97F4A7C15)


def checked_rows(X: ArrayLike, limit: float = np.inf, name: str = "X") -> NDArray[np.float64]:
    """Return X as a C-ordered float64 matrix, or say which row and column cannot be used.

    Raises
    ------
    ValueError
        When X does not hold numbers, has no row or no column, or `check_finite` refuses it.
    """
    rows = as_floats(X, name)
    if rows.ndim != 2 or 0 in rows.shape:
        raise ValueError(
            f"{name} must have shape (n_tracks, n_features) with a track and a feature or more, got {rows.shape}."
        )
    check_finite(rows, limit, name=name)
    return np.ascontiguousarray(rows)


def as_floats(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return the values as float64, or say which of them is no number; text, dates and complex numbers are none."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "biuf":
            return np.asarray(array, dtype=np.float64)
        if array.dtype.kind == "O":
            return array.astype(np.float64)
    except (TypeError, ValueError) as err:  # rows of different lengths, or a cell that float() does not take
        raise ValueError(f"{name} must hold numbers in rows of one length: {err}.") from err
    raise ValueError(f"{name} must hold numbers, got {array.dtype} of shape {array.shape}.")


def check_finite(
    rows: NDArray[np.float64], limit: float = np.inf, columns: Sequence[str] | None = None, name: str = "X"
) -> None:
    """Refuse a matrix with a NaN, an infinite value, or one of ``limit`` or more in magnitude, by row and column.

    ``columns`` are the names of the features, for the message.
    """
    if rows.size == 0 or max(rows.max(), -rows.min()) < limit:  # false where there is a NaN
        return
    bad = ~(np.abs(rows) < limit)
    row = int(bad.any(axis=1).argmax())
    column = int(bad[row].argmax())
    value = "NaN" if np.isnan(rows[row, column]) else repr(float(rows[row, column]))
    expected = "finite" if np.isinf(limit) else f"finite and below {limit:g} in magnitude"
    raise ValueError(
        f"{name} must be {expected}: {int(bad.any(axis=1).sum())} of {len(rows)} rows are not, the first is "
        f"row {row}, where column {column if columns is None else repr(str(columns[column]))} holds {value}."
    )


def checked_weights(sample_weight: ArrayLike | None, n_tracks: int) -> tuple[NDArray[np.float64], int]:
    """Return ``(weights, exponent)`` with ``sample_weight = weights * 2**exponent``, the largest from 1 to below 4.

    So no sum or product of weights overflows. The exponent is even, 0 without weights.

    Raises
    ------
    ValueError
        When the weights are not one number of 0 or above for each track, or all are 0.
    """
    if sample_weight is None:
        return np.ones(n_tracks), 0
    weights = np.array(as_floats(sample_weight, "sample_weight"))
    if weights.shape != (n_tracks,):
        raise ValueError(f"sample_weight must have shape ({n_tracks},), got {weights.shape}.")
    bad = ~((weights >= 0) & (weights < np.inf))
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(f"sample_weight must be finite and 0 or above, got {float(weights[row])!r} at row {row}.")
    if not weights.any():
        raise ValueError(f"sample_weight must not be zero for all {n_tracks} tracks.")
    exponent = (int(np.frexp(weights.max())[1]) - 1) // 2 * 2
    return np.ldexp(weights, -exponent), exponent


def checked_count(value: object, name: str, least: int) -> int:
    """Return the value as an int, or refuse it when it is no integer or below ``least``."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be an integer of {least} or above, got {value!r}.")
    return int(value)


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

"""Turns frozen dataclasses into plain JSON values and back, by their type hints; no pickle, no code in the file."""

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return dataclasses, mappings, tuples, NumPy scalars and arrays as JSON values; NaN and infinities become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [to_plain(v) for v in value]
    if isinstance(value, np.generic):
        return to_plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def from_plain(kind: type[T], value: Any) -> T:
    """Return the dataclass that `to_plain` made plain; unknown keys are ignored, missing ones keep their default."""
    result: T = _restore(kind, value)
    return result


def _restore(kind: Any, value: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _restore(next(a for a in args if a is not type(None)), value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        known = {f.name for f in dataclasses.fields(kind)}
        return kind(**{k: _restore(hints[k], v) for k, v in value.items() if k in known})
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_restore(args[0], v) for v in value)
        return tuple(_restore(a, v) for a, v in zip(args, value, strict=True))
    if origin is np.ndarray:
        return np.array([[np.nan if v is None else v for v in row] if isinstance(row, list) else row for row in value])
    if origin is not None and isinstance(value, Mapping):
        return {k: _restore(args[1], v) for k, v in value.items()}
    if origin is list and isinstance(value, list):
        return [_restore(args[0], v) for v in value]
    if kind is float:
        return float("nan") if value is None else float(value)
    return value

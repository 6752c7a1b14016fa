"""Chooses the columns to cluster and returns them as a matrix; nothing is scaled or filled in here."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from songatlas.errors import DataError, DataWarning, ParameterError
from songatlas.options import FeatureOptions
from songatlas.schema import FEATURE_NAMES, NOT_HOW_IT_SOUNDS

from .values import numbers

_ENOUGH_SHARED = 5  # features that all files must have in common, to do without those that only some have


@dataclass(frozen=True)
class FeatureTable:
    """The chosen columns: ``values`` (n_rows, n_features), NaN where missing; ``dropped`` says what is not used."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    dropped: dict[str, str]


def choose_features(table: pd.DataFrame, options: FeatureOptions) -> FeatureTable:
    """Return the columns that ``options.features`` names, as float64.

    A name may be a pattern (``emb_*``). Of the ten recommended features those that exist are taken when the
    option was left alone; of several files, those that every file has, where these are five at least (else the tracks
    of a file that lacks one are set aside). A column asked for by name must exist.

    Raises
    ------
    ParameterError
        When a column asked for does not exist or is not numeric.
    DataError
        When fewer than two features are left.
    """
    dropped: dict[str, str] = {}
    if options.features == FEATURE_NAMES:
        names = [name for name in FEATURE_NAMES if name in table.columns]
        absent = [name for name in FEATURE_NAMES if name not in table.columns]
        dropped.update(dict.fromkeys(absent, "not in the table"))
        if absent and names:
            _warn(f"the table has no {', '.join(absent)}; the tracks are clustered by the other {len(names)} features.")
        lacking = _absent_from_files(table, names)
        if lacking:
            names = [name for name in names if name not in lacking]
            dropped.update(lacking)
            _warn(
                f"{'; '.join(f'{name} is {why}' for name, why in lacking.items())}. All tracks are clustered by the "
                f"other {len(names)} features; to use all and set that file's tracks aside, name them with --features."
            )
    else:
        names = _matching(table, options.features)
    for name in names:
        if name in NOT_HOW_IT_SOUNDS:
            _warn(f"{name} is clustered because you asked for it, but {NOT_HOW_IT_SOUNDS[name]}.")
    _check_named(options, names)
    if len(names) < 2:
        raise DataError(
            f"clustering needs at least two features, found {len(names)} ({', '.join(names) or 'none'}). "
            f"Looked for {', '.join(options.features[:12])}. Choose numeric columns with --features."
        )
    values = np.column_stack([numbers(table[name]) for name in names])
    return FeatureTable(tuple(names), values, dropped)


def _absent_from_files(table: pd.DataFrame, names: Sequence[str]) -> dict[str, str]:
    """Return the features that some file does not have, with the file; none where too few would be left."""
    account = table.attrs.get("songatlas", {})
    files = account.get("files", ())
    if len(files) < 2 or account.get("join"):
        return {}
    lacking: dict[str, str] = {}
    for file in files:
        present = {canonical for _, canonical, *_ in file["columns"]}
        for name in names:
            if name not in present:
                lacking.setdefault(name, f"not in {file['name']}")
    return lacking if len(names) - len(lacking) >= _ENOUGH_SHARED else {}


def drop_constant(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, str]:
    """Return the features that have one value in all rows, with the reason; warns for each.

    Parameters
    ----------
    names : sequence of str
    values : ndarray of shape (n_tracks, n_features)
        Finite values of the tracks that will be clustered.
    """
    constant = {}
    for j, name in enumerate(names):
        if values[:, j].min() == values[:, j].max():
            constant[name] = f"constant: {values[0, j]:g} in every track"
    if constant and len(constant) < len(names):
        _warn(f"{', '.join(constant)} {'is' if len(constant) == 1 else 'are'} constant in these tracks, so not used.")
    return constant


def _matching(table: pd.DataFrame, wanted: Sequence[str]) -> list[str]:
    numeric = [
        str(c)
        for c in table.columns
        if pd.api.types.is_numeric_dtype(table[c].dtype) and not pd.api.types.is_bool_dtype(table[c].dtype)
    ]
    names: list[str] = []
    for pattern in wanted:
        found = [c for c in numeric if fnmatchcase(c, pattern)]
        if not found:
            kind = "is not numeric" if pattern in table.columns else "is not in the table"
            raise ParameterError(
                f"features: {pattern!r} {kind}. Numeric columns: {', '.join(numeric[:20]) or 'none'}"
                f"{', …' if len(numeric) > 20 else ''}."
            )
        names += [c for c in found if c not in names]
    return names


def _check_named(options: FeatureOptions, names: Sequence[str]) -> None:
    for option, named in (("weights", options.weights), ("transforms", options.transforms)):
        unknown = [name for name in named if name not in names]
        if unknown:
            raise ParameterError(
                f"{option}: {unknown[0]!r} is not among the features being clustered ({', '.join(names)})."
            )


def _warn(message: str) -> None:
    warnings.warn(message, DataWarning, stacklevel=4)

"""Loads optional libraries with one clear message when they are absent."""

from importlib import import_module
from types import ModuleType

from songatlas.errors import MissingDependencyError


def require(module: str, *, extra: str, needed_for: str) -> ModuleType:
    """Return the imported module.

    Raises
    ------
    MissingDependencyError
        When the module is not installed; names the extra that brings it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as err:
        raise MissingDependencyError(
            f"{needed_for} needs {module!r}, which is not installed. Install it with: pip install 'songatlas[{extra}]'"
        ) from err

"""The decorators that compile loops with numba, on first use, once per machine where a cache can be written."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled on first use, kept on disk, run without the interpreter lock.

    Strict floating-point arithmetic (no ``fastmath``): results depend on neither threads nor vector width.
    """
    return _compiled(function, False)


def compiled_fast(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled like `compiled`, with sums free to be reordered and fused.

    Results still do not depend on threads, but may differ in the last digit between processors. Tests against
    infinity and NaN keep their meaning.
    """
    return _compiled(function, {"reassoc", "contract"})


def _compiled(function: Callable[..., Any], fastmath: bool | set[str]) -> Callable[..., Any]:
    loop: Callable[..., Any]
    try:
        loop = numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)
    except RuntimeError as err:
        # Neither the package folder, nor the user's cache folder, nor NUMBA_CACHE_DIR can be written: the loop is
        # compiled anew by every process, which costs seconds and changes no result. A cache in a shared temporary
        # folder is no way out: numba unpickles what it finds there, whoever wrote it.
        if "no locator available" not in str(err):
            raise
        loop = numba.njit(nogil=True, fastmath=fastmath)(function)
    return loop

"""The decorators that compile loops with numba, on first use, once per user and machine where they can be kept."""

from collections.abc import Callable
from typing import Any

import numba

from .loop_cache import LoopCache, loops_folder

_KERNELS = __name__.rpartition(".")[0]


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
    """Return the compiled function; kept on disk only where `loop_cache` looks at its source."""
    loop: Any = numba.njit(nogil=True, fastmath=fastmath)(function)
    ours = str(function.__module__).rpartition(".")[0] == _KERNELS
    if ours and hasattr(loop, "_cache") and loops_folder() is not None:  # NUMBA_DISABLE_JIT leaves a plain function
        loop._cache = LoopCache(function)  # what njit(cache=True) does, with a cache that numba chooses
    return loop  # type: ignore[no-any-return]

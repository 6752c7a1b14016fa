import numpy as np
import pytest

from songatlas.kernels.compiled import compiled, compiled_fast


def loop_without_a_place_for_its_cache() -> object:
    """Return a function whose file does not exist, so that numba finds no folder for its cache."""
    space: dict[str, object] = {}
    exec(
        compile("def total(x):\n    s = 0.0\n    for v in x:\n        s += v\n    return s", "<nowhere>", "exec"), space
    )
    return space["total"]


@pytest.mark.parametrize("decorator", [compiled, compiled_fast])
def test_a_loop_runs_where_no_cache_can_be_written(decorator) -> None:
    assert decorator(loop_without_a_place_for_its_cache())(np.arange(4.0)) == 6.0


def test_infinity_keeps_its_meaning_in_fast_loops() -> None:
    def smallest(x):
        least = np.inf
        for value in x:
            if value < least:
                least = value
        return least

    assert compiled_fast(smallest)(np.array([np.inf, np.inf])) == np.inf

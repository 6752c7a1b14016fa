import numpy as np
import pytest

from songatlas.kernels.compiled import compiled, compiled_fast


def loop_of_no_file() -> object:
    """Return a function whose source no digest covers."""
    space: dict[str, object] = {}
    exec(
        compile("def total(x):\n    s = 0.0\n    for v in x:\n        s += v\n    return s", "<nowhere>", "exec"), space
    )
    return space["total"]


@pytest.mark.parametrize("decorator", [compiled, compiled_fast])
def test_a_loop_of_another_place_is_compiled_and_kept_nowhere(decorator) -> None:
    loop = decorator(loop_of_no_file())
    assert loop(np.arange(4.0)) == 6.0
    assert loop.stats.cache_path is None


def test_infinity_keeps_its_meaning_in_fast_loops() -> None:
    def smallest(x):
        least = np.inf
        for value in x:
            if value < least:
                least = value
        return least

    assert compiled_fast(smallest)(np.array([np.inf, np.inf])) == np.inf

"""Compiling ahead of time: what is called, and whether it is known to be done."""

from songatlas.kernels.prepare import is_prepared, prepare


def test_after_preparing_the_loops_are_known_to_be_prepared():
    prepare()
    assert is_prepared()

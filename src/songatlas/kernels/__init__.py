"""Loops over arrays, compiled with numba: arrays in, arrays out, nothing of ours imported."""

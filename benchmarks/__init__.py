"""Measurements against trusted tools on the same work, on this machine, in one run."""

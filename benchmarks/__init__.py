"""Measurements against trusted tools on the same work, on this machine, in one run.

``python -m benchmarks`` times ours and the others in turn and checks that they agree; ``benchmarks.whole_run`` does
so for complete runs, ``benchmarks.ceiling`` measures what the machine can do at best, ``benchmarks.reading`` how
fast tables are read. Nothing of it is installed with the package.
"""

"""The command line: one command per file; each parses, makes one call of the library, and prints.

Results go to stdout, all else to stderr. Exit codes: 0 done, 1 data or option at fault, 2 wrong usage,
130 interrupted.
"""

from ._main import main

__all__ = ["main"]

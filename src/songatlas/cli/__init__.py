"""The command line: one command per file; each parses, makes one call of the library, and prints.

Results go to stdout, all else to stderr. Exit codes: 0 done, 1 data or option at fault, 2 wrong usage,
130 interrupted.
"""

import sys

try:
    from ._main import main
except KeyboardInterrupt:  # Ctrl-C while the command line itself is still being loaded
    sys.exit(130)

__all__ = ["main"]

"""Wall time and peak memory of a command: ``python -m benchmarks.processes COMMAND…`` prints both as JSON.

This small process stands between a large one and the command, because on Linux a new process inherits the peak
memory of the one that starts it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .pages import ROOT


class Finished(NamedTuple):
    """What a command took; megabytes are the peak of its largest process."""

    seconds: float
    megabytes: float


def run_command(command: Sequence[str], log: Path) -> Finished:
    """Run a command from the repository's root to its end, its output into a file.

    Raises
    ------
    RuntimeError
        When it fails, with the end of its output.
    """
    launcher = [sys.executable, "-m", "benchmarks.processes", str(log), *command]
    done = subprocess.run(launcher, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"{' '.join(command)} failed:\n{said}{done.stderr}")
    return Finished(*json.loads(done.stdout))


def main() -> int:
    """Run the command line's command; return its exit code."""
    with Path(sys.argv[1]).open("w", encoding="utf-8") as log:
        start = time.perf_counter()
        process = subprocess.Popen(sys.argv[2:], stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    megabytes = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(json.dumps([seconds, megabytes]))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())

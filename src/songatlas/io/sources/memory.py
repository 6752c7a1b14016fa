"""Says how much memory is free, and refuses a table before it fills it. Nothing is measured or limited here."""

import sys
from collections.abc import Iterator
from pathlib import Path

from songatlas.errors import DataError

_PROC = Path("/proc")
_CGROUP = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # cgroup v1 writes "no limit" as a number near 2**63


def available_bytes() -> int | None:
    """Return the bytes of memory that this process can still take, or None where the system does not say.

    The least of what the machine has free, what its control groups leave (a container's limit), and what is
    left of the process's own limit (``ulimit -v``).
    """
    known = [free for free in (_machine_free(), *_cgroups_free(), _process_free()) if free is not None]
    return max(0, min(known)) if known else None


def refuse_too_large(where: str, n_bytes: int, *, factor: float, available: int | None = None) -> None:
    """Raise DataError where ``factor`` times ``n_bytes`` do not fit into the free memory.

    Parameters
    ----------
    where : str
        How the message names the source.
    n_bytes : int
        Size of what is read.
    factor : float
        Bytes of memory that reading takes for each of them.
    available : int, optional
        Free bytes, where they were measured before the reading began; measured now by default.

    Raises
    ------
    DataError
        With the two numbers and what to do.
    """
    free = available_bytes() if available is None else available
    needed = int(n_bytes * factor)
    if free is not None and needed > free:
        raise DataError(
            f"{where}: needs about {gigabytes(needed)} of memory, {gigabytes(free)} are free. Take fewer columns or "
            "rows, convert it to Parquet in parts, or use a machine with more memory."
        )


def gigabytes(n_bytes: int) -> str:
    """Return a number of bytes in GB, in MB below one.

    Examples
    --------
    >>> gigabytes(3_400_000_000), gigabytes(5_000_000)
    ('3.4 GB', '5 MB')
    """
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def _machine_free() -> int | None:
    for line in _lines(_PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _cgroups_free() -> Iterator[int]:
    """Yield what each control group over this process leaves: its limit less its use, without the file cache."""
    for line in _lines(_PROC / "self" / "cgroup"):
        number, controllers, group = line.split(":", 2)
        if number == "0" and not controllers:
            root, limit, used, cache = _CGROUP, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, limit, used = _CGROUP / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cache = "total_inactive_file"
        else:
            continue
        own = root / group.lstrip("/")
        for folder in (own, *(parent for parent in own.parents if parent == root or root in parent.parents)):
            most, now = _number(folder / limit), _number(folder / used)
            if most is not None and most < _UNLIMITED and now is not None:
                yield most - now + _cached(folder / "memory.stat", cache)


def _cached(path: Path, name: str) -> int:
    """Return the bytes of file cache that the system gives back when memory gets short."""
    return next((int(line.split()[1]) for line in _lines(path) if line.split()[0] == name), 0)


def _process_free() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = " ".join(_lines(_PROC / "self" / "statm")).split()
    if limit == resource.RLIM_INFINITY or not pages:
        return None
    return int(limit) - int(pages[0]) * resource.getpagesize()


def _number(path: Path) -> int | None:
    text = "".join(_lines(path)).strip()
    return int(text) if text.isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # another system, or a file that this process may not read
        return []

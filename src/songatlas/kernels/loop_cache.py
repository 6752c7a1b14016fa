"""Where compiled loops are kept on disk: a folder of their own for each user, machine and state of the sources.

numba by itself looks at the file of a loop only, so that a loop goes on with an old copy of another file's loop that
was built into it. Here one digest of all sources of the kernels, the versions and the processor names the folder:
whatever changes leads to a new one. What cannot be read is compiled anew, and what cannot be written is compiled by
every process; neither ends a run.
"""

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import binding  # type: ignore[import-untyped]
from numba.core import caching

_HERE = Path(__file__).parent
_PREFIX = "loops-"
_MARKER = "prepared"
_OTHERS_KEPT = 10  # folders of other versions, environments and processors; some 4 MB each
_config: Any = numba.config
_caching: Any = caching  # typed in some versions of numba, in parts


@cache
def loops_digest() -> str:
    """Return a digest of all that compiled loops depend on."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.glob("*.py")) or sorted(_HERE.glob("*.pyc")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for part in (
        *(numba.__version__, binding.llvm_version_info, platform.python_version(), sys.platform, platform.machine()),
        *(binding.get_host_cpu_name(), _cpu_features(), _config.CPU_NAME, _config.CPU_FEATURES, str(_config.OPT)),
    ):
        digest.update(repr(part).encode() + b"\0")
    return digest.hexdigest()[:20]


def possible_folders() -> list[Path]:
    """Return where compiled loops may be kept, the first choice first."""
    asked, user = _config.CACHE_DIR, _user_folder()
    places = [*([Path(asked)] if asked else []), *([user] if user else []), _HERE / "__pycache__"]
    return [place / f"{_PREFIX}{loops_digest()}" for place in places]


@cache
def loops_folder() -> Path | None:
    """Return the folder of the compiled loops: one that is complete, else one that can be written; None without.

    What NUMBA_CACHE_DIR names is taken, complete or not, unless it can be neither read nor written.
    """
    folders = possible_folders()
    if _config.CACHE_DIR and (is_complete(folders[0]) or _can_be_written(folders[0])):
        return folders[0]
    return next(filter(is_complete, folders), None) or next(filter(_can_be_written, folders), None)


def is_complete(folder: Path) -> bool:
    """Return whether all loops that a run needs were compiled into the folder."""
    with suppress(OSError):
        return (folder / _MARKER).exists()
    return False


def mark_complete(folder: Path) -> None:
    """Note that all loops lie in the folder, and delete the oldest folders of other versions.

    Raises
    ------
    OSError
        When the folder cannot be written any more.
    """
    (folder / _MARKER).write_text("All loops that a run of songatlas needs, compiled for this machine.\n")
    with suppress(OSError):
        others = [path for path in folder.parent.glob(f"{_PREFIX}*") if path != folder and path.is_dir()]
        for old in sorted(others, key=lambda path: path.stat().st_mtime)[:-_OTHERS_KEPT]:
            shutil.rmtree(old, ignore_errors=True)


class _Locator:
    """What numba asks about the place of a loop's cache."""

    def __init__(self, folder: Path, py_func: Any, py_file: str) -> None:
        self._folder, self._py_file, self._first_line = folder, py_file, py_func.__code__.co_firstlineno

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "_Locator | None":
        """Return a locator for the function, or None where nothing can be kept."""
        folder = loops_folder()
        return None if folder is None else cls(folder, py_func, py_file)

    def ensure_cache_path(self) -> None:
        """Make the folder, or raise OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Return what must be the same for a compiled loop to be right."""
        return loops_digest()

    def get_disambiguator(self) -> str:
        """Return what tells loops of the same name apart."""
        return str(self._first_line)


class _OneLoop(_caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = (_Locator,)


class LoopCache(_caching.FunctionCache):  # type: ignore[misc]
    """numba's cache of one loop, in `loops_folder`, that ends no run."""

    _impl_class = _OneLoop

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the loop compiled for these types, or None where there is none that can be used."""
        try:
            found = super().load_overload(sig, target_context)
        except Exception:  # what is damaged may raise anything while it is read; it will be written anew
            with suppress(OSError):
                self.flush()
            return None
        # Two processes that write at one moment may leave the loop of other types under this name.
        return found if found is not None and tuple(found.signature.args) == tuple(sig) else None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the loop; where the disk is full or a quota is spent, it serves this process only."""
        with suppress(OSError):
            super().save_overload(sig, data)


def _cpu_features() -> str:
    try:
        return str(binding.get_host_cpu_features().flatten())
    except RuntimeError:  # not known on this platform
        return ""


def _user_folder() -> Path | None:
    """Return the user's folder for what can be made again, by the habits of the system."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "songatlas" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "songatlas"
    asked = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (asked if asked.is_absolute() else home / ".cache") / "songatlas"


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True

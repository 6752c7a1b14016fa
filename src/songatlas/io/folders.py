"""Writes a folder whole or not at all, and replaces only folders that songatlas wrote."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from songatlas.errors import OutputError

MANIFEST = "manifest.json"
KEPT_ON_OVERWRITE = ("user",)


@contextmanager
def whole_folder(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside ``folder``; it takes its place when the block ends well, and vanishes if not.

    Raises
    ------
    OutputError
        When the folder exists (or was not written by songatlas, with ``overwrite``), when it cannot be made,
        or when the disk is full.
    """
    check_target(folder, overwrite=overwrite)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written ({err.strerror}). Choose another folder with -o.") from err
    try:
        partial.chmod(0o755)
        yield partial
        _put_in_place(partial, folder)
    except OutputError:
        raise
    except OSError as err:
        raise OutputError(
            f"{folder}: writing failed ({err.strerror or err}). Nothing was left behind; make room or choose another "
            "folder with -o."
        ) from err
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_target(folder: Path, *, overwrite: bool = False) -> None:
    """Raise OutputError when a run cannot be written to ``folder``; called before the work begins."""
    if not folder.name:
        raise OutputError(f"{folder}: not a folder that can be made. Choose another with -o.")
    if folder.exists() or folder.is_symlink():
        if not overwrite:
            raise OutputError(f"{folder}: exists already. Choose another folder, or replace it with --overwrite.")
        if not is_run_folder(folder):
            raise OutputError(
                f"{folder}: was not written by songatlas, so --overwrite does not replace it. Choose another folder."
            )
    parent = next((p for p in folder.absolute().parents if p.exists()), None)
    if parent is not None and not parent.is_dir():
        raise OutputError(f"{folder}: {parent} is a file, not a folder. Choose another folder with -o.")


def is_run_folder(folder: Path) -> bool:
    """Return whether songatlas wrote this folder."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "songatlas" in manifest and "schema_version" in manifest


def _put_in_place(partial: Path, folder: Path) -> None:
    if not folder.exists():
        partial.rename(folder)
        return
    for name in KEPT_ON_OVERWRITE:
        if (folder / name).exists():
            shutil.copytree(folder / name, partial / name)
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    folder.rename(old / "run")
    try:
        partial.rename(folder)
    except OSError:
        (old / "run").rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as err:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({err.strerror}). Choose another file with -o.") from err

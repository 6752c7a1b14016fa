"""Writes a folder whole or not at all, and replaces only folders that songatlas wrote."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from songatlas.errors import OutputError

MANIFEST = "manifest.json"
KEPT_ON_OVERWRITE = ("user",)
_NOT_LISTED = ("user", "cache")
_DESKTOP_FILES = (".DS_Store", "Thumbs.db", "desktop.ini")


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
    partial = None
    made = [parent for parent in folder.parents if not parent.exists()]  # the innermost first
    try:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.", suffix=".partial", dir=folder.parent))
            partial.chmod(0o755)
        except OSError as err:
            raise OutputError(f"{folder}: cannot be written ({err.strerror}). Choose another folder with -o.") from err
        try:
            yield partial
            check_target(folder, overwrite=overwrite)  # another run may have been faster
            _put_in_place(partial, folder)
        except OutputError:
            raise
        except OSError as err:
            raise OutputError(
                f"{folder}: writing failed ({err.strerror or err}). Nothing was left behind; make room or choose "
                "another folder with -o."
            ) from err
    finally:
        if partial is not None:
            _remove(partial)
        if not folder.exists():
            for parent in made:
                with suppress(OSError):
                    parent.rmdir()


def check_target(folder: Path, *, overwrite: bool = False) -> None:
    """Raise OutputError when a run cannot be written to ``folder``; called before the work begins."""
    if folder.name in ("", ".."):
        raise OutputError(f"{folder}: not a folder that can be made. Choose another with -o.")
    if any("\ud800" <= letter <= "\udfff" for letter in str(folder.absolute())):
        raise OutputError(f"{str(folder)!a}: the path is not valid UTF-8. Choose another folder with -o.")
    try:
        taken = folder.is_symlink() or folder.exists()
        parent = next((p for p in folder.absolute().parents if p.exists()), None)
        if taken:
            _refuse_taken(folder, overwrite=overwrite)
    except (OSError, ValueError) as err:
        if isinstance(err, OutputError):
            raise
        reason = getattr(err, "strerror", None) or err
        raise OutputError(f"{folder}: cannot be written ({reason}). Choose another folder with -o.") from err
    if parent is not None and not parent.is_dir():
        raise OutputError(f"{folder}: {parent} is a file, not a folder. Choose another folder with -o.")


def _refuse_taken(folder: Path, *, overwrite: bool) -> None:
    """Raise OutputError unless the folder that exists may be replaced."""
    if not overwrite:
        raise OutputError(f"{folder}: exists already. Choose another folder, or replace it with --overwrite.")
    if not is_run_folder(folder):
        raise OutputError(
            f"{folder}: was not written by songatlas, so --overwrite does not replace it. Choose another folder."
        )
    foreign = _foreign_files(folder)
    if foreign:
        raise OutputError(
            f"{folder}: holds files that songatlas did not write ({', '.join(foreign[:3])}"
            f"{', …' if len(foreign) > 3 else ''}), so --overwrite does not replace it. Move them away, or into "
            f"{folder / KEPT_ON_OVERWRITE[0]}, which is kept."
        )


def _foreign_files(folder: Path) -> list[str]:
    """Return the files of a run folder that its manifest does not list, those apart that may be deleted or are kept."""
    known = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("files")
    listed = {MANIFEST, *(known if isinstance(known, dict) else ())}
    return [
        name
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
        if (name := path.relative_to(folder).as_posix()) not in listed
        and path.relative_to(folder).parts[0] not in _NOT_LISTED
        and path.name not in _DESKTOP_FILES
    ]


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
            shutil.copytree(folder / name, partial / name, dirs_exist_ok=True)
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.", suffix=".old", dir=folder.parent))
    try:
        folder.rename(old / "run")
        partial.rename(folder)
    except BaseException:  # Ctrl-C included: the old run must not go with what is cleared away
        if (old / "run").is_symlink() or (old / "run").exists():
            (old / "run").rename(folder)
        raise
    finally:
        _remove(old)


def _remove(folder: Path) -> None:
    """Delete a folder of ours; a Ctrl-C meanwhile is heard when it is gone."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    partial = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".partial", dir=path.parent)
        partial = Path(name)
        with open(handle, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a handle, not a path)
            stream.write(text)
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as err:
        raise OutputError(f"{path}: cannot be written ({err.strerror}). Choose another file with -o.") from err
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)

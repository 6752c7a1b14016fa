"""Where compiled loops are kept: what makes them stale, and what happens when they cannot be read or written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from songatlas.kernels import loop_cache

KERNELS = Path(loop_cache.__file__).parent
INNER = "from .compiled import compiled\n\n@compiled\ndef share(x):\n    return x * {factor}\n"
OUTER = "from .compiled import compiled\nfrom .inner import share\n\n@compiled\ndef total(x):\n    return share(x) + share(x)\n"
CALL = "from small.outer import total; import sys; x = eval(sys.argv[1]); print(total(x), sum(total.stats.cache_hits.values()))"


@pytest.fixture
def small(tmp_path):
    """A package of two loops in two files, one of which calls the other, beside the real decorators."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name in ("compiled.py", "loop_cache.py"):
        shutil.copy(KERNELS / name, folder / name)
    (folder / "__init__.py").write_text("")
    (folder / "inner.py").write_text(INNER.format(factor="1.0"))
    (folder / "outer.py").write_text(OUTER)
    return tmp_path


def call(small: Path, x: str = "2.0", *, before: str = "", **environment: str) -> tuple[float, int]:
    """Return what the outer loop returns in a process of its own, and how many loops came from the disk."""
    usual = {"NUMBA_CACHE_DIR": str(small / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", f"{before}{CALL}", x],
        cwd=small, capture_output=True, text=True, timeout=120, env={**os.environ, **usual, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    value, hits = done.stdout.split()
    return float(value), int(hits)


def kept(small: Path, kind: str) -> list[Path]:
    return sorted((small / "cache").glob(f"loops-*/*.{kind}"))


def test_a_second_process_loads_what_the_first_compiled(small):
    assert call(small) == (4.0, 0)
    assert call(small) == (4.0, 1)


def test_a_loop_is_compiled_anew_when_one_that_it_calls_changes_in_another_file(small):
    assert call(small) == (4.0, 0)
    (small / "small" / "inner.py").write_text(INNER.format(factor="3.0"))
    assert call(small) == (12.0, 0)


def test_another_processor_or_version_has_a_folder_of_its_own(small):
    call(small)
    call(small, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")
    assert len({path.parent for path in kept(small, "nbi")}) == 2


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("content", [b"", b"\x80\x04nonsense"])
def test_damaged_files_are_compiled_anew_and_mended(small, kind, content):
    call(small)
    for path in kept(small, kind):
        path.write_bytes(content)
    assert call(small) == (4.0, 0)
    assert call(small) == (4.0, 1)


def test_the_loop_of_other_types_under_a_name_is_not_taken(small):
    call(small, "2.0")
    call(small, "2")
    of_floats, of_integers = (path for path in kept(small, "nbc") if path.name.startswith("outer"))
    shutil.copy(of_floats, of_integers)
    assert call(small, "2") == (4.0, 0)
    assert call(small, "2.0") == (4.0, 1)


@pytest.mark.skipif(os.name != "posix", reason="limits are set as on POSIX")
def test_a_full_disk_ends_no_run(small):
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100));"
    )
    assert call(small, before=limited) == (4.0, 0)
    assert kept(small, "nbc") == []


def test_the_next_folder_serves_when_one_cannot_be_written(small):
    blocked = small / "file"
    blocked.write_text("")
    places = {"NUMBA_CACHE_DIR": str(blocked), "XDG_CACHE_HOME": str(blocked), "HOME": str(blocked), "LOCALAPPDATA": str(blocked)}  # fmt: skip
    assert call(small, **places) == (4.0, 0)
    assert call(small, **places) == (4.0, 1)
    assert list((small / "small" / "__pycache__").glob("loops-*/*.nbc"))


def test_loops_run_where_no_folder_can_be_written(small):
    blocked = small / "file"
    blocked.write_text("")
    shutil.rmtree(small / "small" / "__pycache__", ignore_errors=True)
    (small / "small" / "__pycache__").write_text("")
    places = {"NUMBA_CACHE_DIR": str(blocked), "XDG_CACHE_HOME": str(blocked), "HOME": str(blocked), "LOCALAPPDATA": str(blocked)}  # fmt: skip
    assert call(small, **places) == call(small, **places) == (4.0, 0)


def test_a_complete_folder_is_taken_before_one_that_is_not(tmp_path, monkeypatch):
    folders = [tmp_path / "first" / "loops-a", tmp_path / "second" / "loops-a"]
    monkeypatch.setattr(loop_cache, "possible_folders", lambda: folders)
    monkeypatch.setattr(loop_cache._config, "CACHE_DIR", "")
    find = loop_cache.loops_folder.__wrapped__
    assert find() == folders[0]
    folders[1].mkdir(parents=True)
    loop_cache.mark_complete(folders[1])
    assert find() == folders[1]
    monkeypatch.setattr(loop_cache._config, "CACHE_DIR", str(folders[0].parent))
    assert find() == folders[0], "what the user names goes first"


def test_the_oldest_folders_go_and_nothing_else(tmp_path):
    for age in range(14):
        folder = tmp_path / f"loops-{age}"
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "mine").mkdir()
    loop_cache.mark_complete(tmp_path / "loops-13")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"mine", "loops-13", *(f"loops-{age}" for age in range(10))}

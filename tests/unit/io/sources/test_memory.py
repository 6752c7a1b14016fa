"""Free memory: the least of machine, control group and process limit, and the refusal of what does not fit."""

import pytest

from songatlas.errors import DataError
from songatlas.io.sources import memory


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of files: 8 GB free, no control groups."""
    proc, cgroup = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    cgroup.mkdir()
    (proc / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n")
    monkeypatch.setattr(memory, "_PROC", proc)
    monkeypatch.setattr(memory, "_CGROUP", cgroup)
    return tmp_path


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_without_control_groups_the_machine_says(machine):
    assert memory.available_bytes() == 8_000_000 * 1024


def test_where_nothing_is_known_there_is_no_answer_and_no_refusal(machine):
    (machine / "proc" / "meminfo").unlink()
    assert memory.available_bytes() is None
    memory.refuse_too_large("x.csv", 1 << 60, factor=10)


def test_a_version_2_group_counts_its_file_cache_as_free(machine):
    (machine / "proc" / "self" / "cgroup").write_text("0::/box\n")
    group(
        machine / "cgroup" / "box", memory__max="1000", memory__current="900", memory__stat="anon 1\ninactive_file 50\n"
    )
    assert memory.available_bytes() == 150


def test_the_limit_of_an_outer_group_counts_too(machine):
    (machine / "proc" / "self" / "cgroup").write_text("0::/outer/box\n")
    group(machine / "cgroup" / "outer", memory__max="500", memory__current="100", memory__stat="")
    group(machine / "cgroup" / "outer" / "box", memory__max="max", memory__current="90", memory__stat="")
    assert memory.available_bytes() == 400


@pytest.mark.parametrize(("limit", "free"), [("700", 300), ("9223372036854771712", 8_000_000 * 1024)])
def test_a_version_1_group_is_read_and_its_number_for_no_limit_is_known(machine, limit, free):
    (machine / "proc" / "self" / "cgroup").write_text("4:cpu,memory:/box\n2:cpuset:/\n")
    stat = "inactive_file 7\ntotal_inactive_file 100\n"
    files = {"memory__limit_in_bytes": limit, "memory__usage_in_bytes": "500", "memory__stat": stat}
    group(machine / "cgroup" / "memory" / "box", **files)
    assert memory.available_bytes() == free


def test_a_group_over_its_limit_leaves_nothing(machine):
    (machine / "proc" / "self" / "cgroup").write_text("0::/box\n")
    group(machine / "cgroup" / "box", memory__max="100", memory__current="900", memory__stat="")
    assert memory.available_bytes() == 0


def test_what_does_not_fit_is_refused_with_numbers_and_a_next_step(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2_000_000_000)
    memory.refuse_too_large("big.csv", 1_000_000_000, factor=2)
    with pytest.raises(DataError, match=r"big.csv: needs about 3.0 GB of memory, 2.0 GB are free. Take fewer columns"):
        memory.refuse_too_large("big.csv", 1_000_000_000, factor=3)


def test_free_memory_measured_before_is_used(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: pytest.fail("it was measured again"))
    memory.refuse_too_large("big.csv", 100, factor=1, available=100)
    with pytest.raises(DataError, match="big.csv: needs about 0 MB"):
        memory.refuse_too_large("big.csv", 101, factor=1, available=100)

"""``songatlas doctor``: whether loops are compiled, where they lie, and compiling them ahead of time."""

import pytest
from click.testing import CliRunner

from songatlas.cli import _show, main
from songatlas.cli.doctor import doctor
from songatlas.kernels import loop_cache, prepare


@pytest.fixture
def place(monkeypatch, tmp_path):
    """Where loops are kept, as a list of one folder: the test may empty it."""
    place = [tmp_path / "loops-x"]
    place[0].mkdir()
    for module in (loop_cache, prepare):
        monkeypatch.setattr(module, "loops_folder", lambda: place[0] if place else None)
    return place


@pytest.fixture
def compiled(monkeypatch):
    """Stand in for the processes that compile; return how often they were asked."""
    asked = []

    def run_in_processes(advance):
        asked.append(1)
        advance(1.0)
        return True

    monkeypatch.setattr(prepare, "_run_in_processes", run_in_processes)
    return asked


def called(*arguments):
    return CliRunner().invoke(doctor, arguments, catch_exceptions=False)


def test_prepare_says_what_it_does_and_does_it_once(place, compiled):
    first, second = called("--prepare"), called("--prepare")
    assert "once for this user and machine" in first.stderr and f"The loops are compiled: {place[0]}" in first.stdout
    assert second.stdout == f"The loops are compiled already: {place[0]}\n" and second.stderr == ""
    assert first.exit_code == second.exit_code == 0 and len(compiled) == 1


def test_prepare_is_one_clear_error_where_nothing_can_be_kept(place, compiled, capsys, monkeypatch):
    place.clear()
    monkeypatch.setattr("songatlas.cli._main._hear_signals", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--prepare"])
    printed = capsys.readouterr()
    assert ended.value.code == 1 and printed.out == "" and compiled == []
    assert printed.err.startswith("songatlas: compiled loops cannot be kept: none of these folders can be written: ")
    assert str(loop_cache.possible_folders()[0].parent) in printed.err and "NUMBA_CACHE_DIR" in printed.err
    assert printed.err.count("\n") == 1


def test_doctor_tells_whether_loops_are_compiled_and_where(place, compiled):
    assert f"loops: not compiled yet; the first run does it, or songatlas doctor --prepare (into {place[0]})" in (
        " ".join(called().stdout.split())
    )
    shown = called()
    assert f"loops: compiled, in {place[0]}" in shown.stdout and shown.stderr == ""
    assert "all is well" in shown.stdout
    place.clear()
    shown = called()
    assert "loops: compiled loops cannot be kept" in shown.stdout and "all is well" in shown.stdout
    assert "This run compiles them for itself" in shown.stderr


def test_a_quiet_run_compiles_without_a_word(place, compiled, capsys):
    with _show.shown_progress() as progress:
        _show.prepare_loops(progress, quiet=True)
    assert compiled == [1] and capsys.readouterr() == ("", "")

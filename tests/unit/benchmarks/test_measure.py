import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks import __main__ as command
from benchmarks import results as stored
from benchmarks.data import Data
from benchmarks.growth import exponent, growths
from benchmarks.measure import Effort, left_out, measure
from benchmarks.results import Results, merged
from benchmarks.work import Check, Line, Memory, Tool, Work

DATA = Data("ten rows", np.arange(20.0).reshape(10, 2))
TIME_ONLY = Effort(repeats=3, with_memory=False)


def equal(data, given, ours, other):
    return Check(other is None or ours == other, f"{ours} and {other}")


def work(ours, other, **options):
    return Work(
        "sum",
        "a sum",
        (Tool("ours", "ours", ours),),
        (Tool("theirs", "theirs", other, package="numpy", **options),),
        equal,
        prepare=lambda data: {"rows": len(data.X)},
    )


def only_line(found):
    (line,) = measure(found, DATA, TIME_ONLY)
    return line


def test_tools_run_in_turn_and_every_run_counts():
    calls = []
    line = only_line(work(lambda X, given: calls.append("ours"), lambda X, given: calls.append("theirs")))
    assert calls == ["ours", "theirs"] * 3
    assert line.runs == 3 and line.holds and line.n_tracks == 10
    assert line.ours.startswith("songatlas ") and line.other is not None and line.other.startswith("numpy ")


def test_what_was_prepared_is_given_to_every_tool():
    line = only_line(work(lambda X, given: given["rows"] + len(X), lambda X, given: 20))
    assert line.holds and line.found == "20 and 20"


def test_a_tool_that_does_a_part_gets_its_time_multiplied():
    line = only_line(work(lambda X, given: 0, lambda X, given: sum(range(200_000)) * 0, share=1_000_000))
    assert line.ratio is not None and line.ratio > 1_000


def test_an_error_of_a_tool_fails_its_line():
    def fails(X, given):
        raise MemoryError("too many neighbors")

    line = only_line(work(lambda X, given: 1, fails))
    assert not line.holds and line.found == "MemoryError: too many neighbors"


def test_ours_is_alone_where_the_other_is_given_less():
    found = work(lambda X, given: 1, lambda X, given: 2, largest=9, limit="too slow")
    line = only_line(found)
    assert line.other is None and line.other_seconds is None and line.ratio is None and line.holds
    assert [note for note in left_out(found, 10) if "songatlas" not in note] == [
        "a sum, 10 tracks: without numpy (too slow)."
    ]


def test_a_wrong_result_ends_with_exit_code_1_and_a_marked_line(tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    for other, code in ((3, 0), (4, 1)):
        found = work(lambda X, given: 3, lambda X, given, other=other: other)
        monkeypatch.setattr(command, "WORKS", (found,))
        asked = ["--sizes", "50", "--repeats", "1", "--no-memory", "--output", str(page)]
        assert command.main(asked) == code
        assert ("**FAILS:** 3 and 4" in page.read_text(encoding="utf-8")) == bool(code)
        assert json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["lines"][0]["holds"] == (not code)
    assert "**FAILS:**" in capsys.readouterr().out


def test_a_part_of_the_works_writes_nothing_unasked(monkeypatch, capsys):
    written = []
    monkeypatch.setattr(command, "_write", lambda *arguments: written.append(arguments))
    monkeypatch.setattr(command, "WORKS", (work(lambda X, given: 3, lambda X, given: 3),))
    assert command.main(["--sizes", "50", "--repeats", "1", "--no-memory"]) == 0
    assert not written and "a sum" in capsys.readouterr().out


LINE = Line("ward", "Ward", 100, "ours", "theirs", 1.0, 2.0, Memory(10.0, 1.0), Memory(20.0), 3, True, "equal")
FOUND = Results("a machine", "some data", 0.5, (LINE,), ("a note",))


def test_results_are_read_back_equal(tmp_path):
    stored.save(FOUND, tmp_path / "results.json")
    assert stored.load(tmp_path / "results.json") == FOUND
    assert stored.load(tmp_path / "none.json") is None


def test_an_update_keeps_the_lines_that_were_not_measured_again():
    again, other = replace(LINE, seconds=9.0), replace(LINE, work="kmeans", n_tracks=200)
    new = merged(replace(FOUND, lines=(LINE, other)), replace(FOUND, lines=(again,), left_out=()))
    assert new.lines == (other, again) and new.left_out == ("a note",)


@pytest.mark.parametrize("change", [{"machine": "another"}, {"data": "others"}])
def test_an_update_on_another_machine_or_other_data_keeps_nothing(change):
    new = replace(FOUND, lines=(replace(LINE, n_tracks=7),), **change)
    assert merged(FOUND, new) == new


def test_growth_is_the_slope_on_logarithms():
    sizes = np.array([10_000, 41_000, 95_837, 1_000_000])
    assert exponent(sizes, 3e-7 * sizes**1.15) == pytest.approx(1.15)
    lines = [replace(LINE, n_tracks=int(n), seconds=float(n) ** 2) for n in sizes]
    (grown,) = growths([*lines, replace(LINE, title="one size only")])
    assert grown.exponent == pytest.approx(2.0) and grown.latest == pytest.approx(2.0)

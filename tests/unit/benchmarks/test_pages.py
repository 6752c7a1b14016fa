import doctest
import importlib

import pytest
from benchmarks import results as stored
from benchmarks.__main__ import PERFORMANCE, README
from benchmarks.pages import block, with_block
from benchmarks.rendering import excerpt, growth_table, memory_table, page

PAGE = "before\n<!-- here: begin, generated -->\n\nold\n\n<!-- here: end -->\nafter\n"


def test_a_block_is_replaced_and_read_back():
    text = with_block(PAGE, "here", "| new |\n| 1 |")
    assert block(text, "here") == "| new |\n| 1 |"
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert with_block(text, "here", "| new |\n| 1 |") == text


@pytest.mark.parametrize("text", ["", PAGE + PAGE, PAGE.replace("here: end", "there: end")])
def test_a_page_without_its_marks_is_refused(text):
    with pytest.raises(ValueError, match="expected '<!-- here: begin"):
        with_block(text, "here", "new")


def test_readme_and_pages_show_the_committed_results():
    found = stored.load(stored.DATA_FILE)
    assert found is not None and found.lines
    assert block(README.read_text(encoding="utf-8"), "benchmarks") == excerpt(found)
    assert stored.PAGE.read_text(encoding="utf-8") == page(found)
    text = PERFORMANCE.read_text(encoding="utf-8")
    assert block(text, "memory") == (memory_table(found.lines) or "Not measured.")
    assert block(text, "growth") == (growth_table(found.lines) or "Measured at one size only.")


@pytest.mark.parametrize("name", ["growth", "pages", "rendering"])
def test_examples_in_docstrings_run(name):
    failed, tried = doctest.testmod(importlib.import_module(f"benchmarks.{name}"))
    assert tried and not failed

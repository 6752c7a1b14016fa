import html
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from songatlas.report import render_summary, summarize
from songatlas.report.markdown import escape_markdown

COMMON_MARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(st.text(st.sampled_from(list("ab1 .)-+#=*_`~[]()<>!|\\&;:\n\"'é夜ש$")), min_size=1, max_size=20))
@example("1. Outside")
@example("- x")
@example("# Heading")
@example("&amp; <b>")
@example("===")
@example("[a](b) ![c](d)")
def test_escaped_text_is_shown_as_it_was(text):
    shown = COMMON_MARK.render("x\n\n" + escape_markdown(text)).removeprefix("<p>x</p>\n")
    shown = html.unescape(re.sub(r"^<p>(.*)</p>\n$", r"\1", shown, flags=re.DOTALL))
    assert shown.split() == text.split()


@given(st.text(st.sampled_from(list("ab|\\`* \n")), max_size=12))
def test_escaped_text_stays_in_its_table_cell(text):
    table = f"| a | b |\n|---|---|\n| {escape_markdown(text)} | end |\n"
    cells = re.findall(r"<td>(.*?)</td>", COMMON_MARK.render(table), flags=re.DOTALL)
    assert cells[1] == "end"
    assert len(cells) == 2


def test_direction_overrides_do_not_leak_out_of_a_title():
    assert escape_markdown("a\u202eb") == "ab"


def test_summary_is_valid_markdown_with_every_table_whole(run):
    text = render_summary(summarize(run))
    rendered = COMMON_MARK.render(text)
    assert "| " not in rendered.replace("A|B", "")
    n_lines = sum(line.startswith("|") for line in text.splitlines())
    n_tables = rendered.count("<table>")
    assert rendered.count("<tr>") == n_lines - n_tables  # each table has one line of dashes
    assert "<script>" not in rendered


def test_summary_explains_each_cluster(run):
    text = render_summary(summarize(run))
    for profile in run.profiles:
        assert f"### {profile.name} (cluster {profile.label})" in text
        assert profile.tagline in text
    assert "very danceability" in text
    assert "12 rows read = 9 kept + 1 merged + 2 set aside." in text
    assert "no usable solution: 99.2 % of the tracks are in one cluster" in text


def test_summary_is_the_same_each_time_and_ends_in_a_newline(run):
    text = render_summary(summarize(run))
    assert text == render_summary(summarize(run))
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_summary_shows_no_timings(run):
    assert "1234" not in render_summary(summarize(run))

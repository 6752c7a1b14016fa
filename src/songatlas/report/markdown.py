"""Renders the summary of a run as Markdown for GitHub and editors: the findings in words, no pictures."""

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from .render import environment

_LINE_END = re.compile(r"\s*[\r\n\v\f\u2028\u2029]\s*")
_MARKUP = re.compile(r"([\\`*_{}\[\]|~$])")
_BLOCK_START = re.compile(r"^(\s*)([-+](?=\s|$)|#{1,6}(?=\s|$)|=+\s*$|-+\s*$)")
_NUMBERED_START = re.compile(r"^(\s*\d+)([.)])(?=\s|$)")
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMOJI_CODE = re.compile(r":(?=[\w+-]+:)")


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows as it is: no emphasis, link, cell, tag, list or emoji starts in it.

    Examples
    --------
    >>> escape_markdown("A|B *live* <b>")
    'A\\\\|B \\\\*live\\\\* &lt;b&gt;'
    >>> escape_markdown("1. Intro"), escape_markdown("- x")
    ('1\\\\. Intro', '\\\\- x')
    """
    text = _DIRECTION_MARKS.sub("", _LINE_END.sub(" ", text))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(r"\\\1", text)
    text = _EMOJI_CODE.sub("&#58;", text)
    text = _BLOCK_START.sub(r"\1\\\2", text)
    return _NUMBERED_START.sub(r"\1\\\2", text)


def _finalize(value: Any) -> Any:
    """Escape every text a template prints, unless it was marked safe there."""
    return escape_markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def render_summary(summary: Mapping[str, Any]) -> str:
    """Return the findings as GitHub Markdown: data, choice, comparison, and each cluster in plain words.

    Parameters
    ----------
    summary : mapping
        What `songatlas.report.summarize` returned.

    Returns
    -------
    str
        Ends in a newline; the same summary gives the same text.
    """
    env = environment("markdown").overlay(finalize=_finalize)
    return env.get_template("summary.md.j2").render(**summary)

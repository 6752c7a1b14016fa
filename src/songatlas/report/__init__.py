"""Presents a run: a plain summary of it, one offline HTML report, a Markdown summary. Computes nothing new.

`summarize` turns a run into plain values, `render_report` and `render_summary` turn those into pages.
"""

from .markdown import render_summary
from .render import render_report
from .summarize import summarize

__all__ = ["render_report", "render_summary", "summarize"]

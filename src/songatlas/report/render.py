"""Renders the summary of a run as one offline HTML file: styles, script and figures inside, nothing fetched.

Text is escaped by default, so titles such as ``<script>`` are shown, never run. The only home of jinja2.
"""

import base64
import struct
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from songatlas.plot import cluster_color

from . import formats, words

FIGURE_PLACES: dict[str, tuple[str, ...]] = {
    "short": ("track_map",),
    "distributions": ("feature_distributions",),
    "correlations": ("correlation_heatmap",),
    "ballot": ("ballot",),
    "curves": ("elbow", "scores_by_k"),
    "choice": ("silhouette_diagram", "dendrogram", "k_distance"),
    "stability": ("stability",),
    "features": ("feature_evidence",),
    "methods": ("method_comparison",),
    "clusters": (
        "cluster_sizes",
        "cluster_means_heatmap",
        "cluster_means_bars",
        "radar",
        "feature_boxes",
        "feature_distributions_by_cluster",
        "genres_by_cluster",
        "decades_by_cluster",
        "popularity_by_cluster",
    ),
    "maps": ("method_maps", "feature_maps", "pca_map"),
}
_PNG_START = b"\x89PNG\r\n\x1a\n"

FILTERS: dict[str, Callable[..., Any]] = {
    "basis": formats.basis,
    "capital": words.capitalized,
    "clock": formats.clock,
    "color": cluster_color,
    "commas": formats.count,
    "counted": formats.counted,
    "estimate": formats.estimate,
    "feature_value": formats.feature_value,
    "general": formats.general,
    "items": formats.items,
    "number": formats.number,
    "p_value": formats.p_value,
    "parameters": formats.parameters,
    "percent": formats.percent,
    "signed": formats.signed,
    "times": formats.times,
}


def render_report(summary: Mapping[str, Any], figures: Mapping[str, bytes], captions: Mapping[str, str]) -> str:
    """Return the report as one HTML document that needs no network and no other file.

    Parameters
    ----------
    summary : mapping
        What `songatlas.report.summarize` returned.
    figures : mapping of name to PNG bytes
        Each is put where it belongs; those of unknown name come last; absent ones are left out.
    captions : mapping of figure name to one sentence
        Shown below the figure and read out in its place.

    Returns
    -------
    str
        The same arguments give the same text.
    """
    places = {place: _figures(names, figures, captions) for place, names in FIGURE_PLACES.items()}
    known = {name for names in FIGURE_PLACES.values() for name in names}
    places["more"] = _figures([name for name in figures if name not in known], figures, captions)
    page = environment("html").get_template("report.html.j2")
    return page.render(**summary, figures=places, css=_source("report.css"), js=_source("report.js"))


@cache
def environment(kind: str) -> Environment:
    """Return the Jinja environment: for 'html' it escapes text by default, for 'markdown' it does not."""
    env = Environment(
        loader=PackageLoader("songatlas.report"),
        autoescape=kind == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(FILTERS)
    env.globals.update(SCORE_WORDS=words.SCORE_WORDS, feature_title=words.feature_title)
    return env


def _figures(names: Iterable[str], figures: Mapping[str, bytes], captions: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_figure(name, figures[name], captions.get(name, "")) for name in names if name in figures]


def _figure(name: str, png: bytes, caption: str) -> dict[str, Any]:
    """Return a figure as the templates use it; width and height keep the page from jumping while it loads."""
    width, height = struct.unpack(">II", png[16:24]) if png.startswith(_PNG_START) else (0, 0)
    title = words.FIGURE_TITLES.get(name, words.title(name))
    return {
        "name": name,
        "title": title,
        "caption": caption,
        "alt": caption or title,
        "width": width,
        "height": height,
        "uri": Markup("data:image/png;base64," + base64.b64encode(png).decode("ascii")),
    }


def _source(name: str) -> Markup:
    """Return a style sheet or script of ours as it is: it holds no values of the run."""
    loader = environment("html").loader
    assert loader is not None
    return Markup(loader.get_source(environment("html"), name)[0])

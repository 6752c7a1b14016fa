import dataclasses
import itertools
import json
import re
from html.parser import HTMLParser

import pytest

from songatlas.report import render_report, summarize
from songatlas.report.render import FIGURE_PLACES
from songatlas.report.words import FIGURE_TITLES

VOID = {"meta", "img", "br", "link", "input", "hr", "col"}


class Page(HTMLParser):
    """Elements in order, with the text of each; complains about tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if "script" not in self.open and "style" not in self.open:
            self.text.append(data)

    def all(self, *tags):
        return [attrs for tag, attrs in self.elements if tag in tags]

    @property
    def words(self):
        return " ".join("".join(self.text).replace("\u00a0", " ").split())


@pytest.fixture
def pictures(png):
    return {name: png(60, 40) for name in (*FIGURE_TITLES, "a_new_figure")}


@pytest.fixture
def captions(pictures):
    return {name: f'Finding of "{name}" <here>' for name in pictures}


@pytest.fixture
def html(run, pictures, captions):
    return render_report(summarize(run), pictures, captions)


@pytest.fixture
def page(html):
    return Page(html)


def test_page_loads_nothing_from_outside(html, page):
    for attrs in page.all(*{tag for tag, _ in page.elements}):
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            assert attrs.get(name, "#").startswith(("#", "data:image/png;base64,"))
    assert not page.all("link", "iframe", "object", "embed", "base", "form")
    assert "url(" not in html
    assert "@import" not in html
    assert "http:" not in html
    assert "https:" not in html


def test_content_security_policy_comes_before_any_content(page):
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    tags = [tag for tag, _ in page.elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_markup_in_titles_is_shown_not_run(html, page):
    assert "<script>alert" not in html
    assert "<script>alert(1)</script>" in page.words
    assert len(page.all("script")) == 1


def test_sections_stand_in_the_promised_order(page):
    sections = [attrs["id"] for attrs in page.all("section")]
    assert sections == ["in-short", "data", "number", "holds", "methods", "clusters", "maps", "made"]


def test_every_link_has_its_target_and_ids_are_unique(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)
    assert {i for _, a in page.elements for i in a.get("aria-labelledby", "").split()} <= set(ids)


def test_headings_never_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_pictures_have_words_and_sizes(page, pictures, captions):
    images = page.all("img")
    assert sorted(image["alt"] for image in images) == sorted(captions.values())
    assert all((image["width"], image["height"]) == ("60", "40") for image in images)


def test_every_known_figure_has_a_place_and_an_unknown_one_comes_last(page):
    placed = [attrs["id"] for attrs in page.all("figure")]
    assert sorted(placed) == sorted(f"figure-{name}" for name in (*FIGURE_TITLES, "a_new_figure"))
    assert placed[0] == "figure-track_map"
    assert placed[-1] == "figure-a_new_figure"
    assert {name for names in FIGURE_PLACES.values() for name in names} == set(FIGURE_TITLES)


def test_table_heads_have_a_scope_and_rows_equal_widths(page):
    assert all(attrs.get("scope") in ("row", "col") for attrs in page.all("th"))
    widths, inside = [], False
    for tag, attrs in page.elements:
        inside = tag == "tr" or (inside and tag not in ("table", "section"))
        if tag == "table":
            widths.append([])
        elif tag == "tr":
            widths[-1].append(0)
        elif tag in ("th", "td") and inside:
            widths[-1][-1] += int(attrs.get("colspan", 1))
    assert all(len(set(table)) == 1 for table in widths)


def test_report_without_figures_is_whole(run):
    page = Page(render_report(summarize(run), {}, {}))
    assert not page.all("img")
    assert "at the top" not in page.words
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    assert {attrs["href"][1:] for attrs in page.all("a")} <= ids


def test_same_summary_gives_the_same_bytes_also_after_json(run, html, pictures, captions):
    again = json.loads(json.dumps(summarize(run)))
    assert render_report(again, pictures, captions) == html


def test_no_timing_is_shown(html):
    assert "1234" not in html.replace("base64", "")
    assert "timings" not in html


def test_estimate_stands_with_interval_and_sample(page):
    assert "≈ 0.962 (95 % 0.958–0.966, estimated on 5,000 tracks)" in page.words


def test_barred_candidates_are_shown_with_the_reason(page):
    assert "Barred: 99.2 % of the tracks are in one cluster" in page.words
    assert "No usable solution: 99.2 % of the tracks are in one cluster" in page.words


def test_barred_winner_is_chosen_for_want_of_a_better_one(run, run_with):
    only = dataclasses.replace(run.candidates[0], barred="one cluster only")
    words = Page(render_report(summarize(run_with(candidates=(only,))), {}, {})).words
    assert "Chosen for want of a better one: one cluster only" in words
    assert "Chosen for this run" not in words


def test_grouping_by_year_is_not_said_to_ignore_it(run, run_with):
    by_year = run_with(scaling=dataclasses.replace(run.scaling, features=(*run.scaling.features[1:], "year")))
    claim = "None of this was used for the grouping."
    assert claim in Page(render_report(summarize(run), {}, {})).words
    assert claim not in Page(render_report(summarize(by_year), {}, {})).words


def test_titles_and_artists_choose_their_own_direction(html):
    assert '<bdi class="title">שיר הרוח</bdi>' in html


def test_run_of_one_cluster_without_scores_or_map_renders(run, run_with):
    alone = dataclasses.replace(run.candidates[0], n_clusters=1, silhouette=None, davies_bouldin=None)
    unmapped = dataclasses.replace(run.map, coordinates=None, quality={}, quality_provenance={})
    clustering = dataclasses.replace(run.clustering, centers=run.clustering.centers[:1])
    one = run_with(
        candidates=(alone,),
        clusterings={"kmeans": clustering},
        profiles=run.profiles[:1],
        map=unmapped,
        k_distance=None,
    )
    words = Page(render_report(summarize(one), {}, {})).words
    assert "a single cluster" in words
    assert "No map was asked for." in words


def test_noise_has_a_card_of_its_own(run, run_with):
    labels = run.clustering.labels.copy()
    labels[:3] = -1
    noisy = run_with(clusterings={"kmeans": dataclasses.replace(run.clustering, labels=labels)})
    page = Page(render_report(summarize(noisy), {}, {}))
    assert any(attrs.get("id") == "noise" for attrs in page.all("article"))
    assert "33.3 % 3 tracks" in page.words

"""What the report and the summary say of the evidence, and that absent parts leave no hole."""

import dataclasses
import json
import re

import numpy as np
import pytest
from markdown_it import MarkdownIt

from songatlas.evidence import Ballot, ClusterStability, Judgement
from songatlas.metrics.stability import track_standings
from songatlas.report import render_report, render_summary, summarize
from songatlas.report._judgement import _standings
from songatlas.report.words import return_words
from songatlas.results import Provenance

PARTS = [field.name for field in dataclasses.fields(Judgement)]


def words_of(run):
    html = render_report(summarize(run), {}, {})
    return " ".join(html[html.index("<body>") :].replace("\u00a0", " ").replace("&nbsp;", " ").split())


def section(run, name):
    words = words_of(run)
    return words[words.index(f'<section id="{name}"') :].split("</section>")[0]


@pytest.fixture
def judged_with(judged, run_with):
    """A factory: the invented run, parts of its judgement replaced."""
    return lambda **changes: run_with(judgement=dataclasses.replace(judged, **changes))


def test_a_run_that_was_not_judged_has_no_section_and_keeps_the_suggestions(run_with):
    words = words_of(run_with(judgement=Judgement()))
    assert "Does it hold?" not in words and "#holds" not in words and "The ballot" not in words
    assert "What each criterion would choose" in words
    assert "They fall into <b>2 groups</b>" in words


def test_the_ballot_takes_the_place_of_the_suggestions(run):
    told = section(run, "number")
    assert "What each criterion would choose" not in told and "knee of inertia" not in told
    assert "Winner: 5 clusters.</b> Five has the support of three criteria of six." in told
    assert "elbow of the inertia (sharpest bend); silhouette (highest); stability; winner" in told
    assert "Runner-up: 8 clusters.</b> For it: Davies–Bouldin." in told
    assert "The rule: Each criterion gives one vote" in told
    assert "abstains" in told and "no jump stands out" in told
    assert "4 of 9 tracks" in told
    assert "Calinski–Harabasz<small>shown, not counted</small>" in told


def test_where_one_criterion_decides_only_that_counts(run, run_with):
    told = section(run_with(options=run.options.with_values(choose="davies_bouldin")), "number")
    assert told.count("shown, not counted") == 5
    assert "Davies–Bouldin<small>" not in told and "Runner-up: 8 clusters.</b> For it: Davies–Bouldin." in told


def test_what_the_choice_says_already_is_not_said_again(judged, run, run_with):
    ballot = judged.ballot
    choice = dataclasses.replace(run.choice, explanation=f"{ballot.reason} K-Means is used.", rule=ballot.rule)
    told = section(run_with(choice=choice), "number")
    assert told.count(ballot.reason) == 1 and told.count(ballot.rule) == 1
    assert "The exact rule" not in told
    further = dataclasses.replace(choice, rule=f"{ballot.rule} The first method leads.")
    told = section(run_with(choice=further), "number")
    assert told.count(ballot.rule) == 1
    assert "The rule for choosing among the methods</summary><p>The first method leads.</p>" in told


def test_a_ballot_in_which_nothing_may_win_is_told(judged, judged_with):
    lost = dataclasses.replace(judged.ballot, chosen=None, runner_up=None, support=(0.0,) * 9)
    assert "No number of clusters may be chosen" in section(judged_with(ballot=lost), "number")
    empty = Ballot((), (), "The most votes win.", (), None, None, "There was nothing to vote on.")
    assert "There was nothing to vote on." in section(judged_with(ballot=empty), "number")


@pytest.mark.parametrize(("kind", "told"), [("groups", "They fall into <b>2 groups</b>"), ("continuum", "They were divided into <b>2 parts</b>"), ("none", "They were divided into <b>2 parts</b>")])  # fmt: skip
def test_the_verdict_opens_the_report_and_its_section(judged, judged_with, kind, told):
    run = judged_with(verdict=dataclasses.replace(judged.verdict, kind=kind))
    short = section(run, "in-short")
    assert told in short and judged.verdict.sentence in short
    assert judged.verdict.sentence in section(run, "holds")
    assert judged.verdict.sentence in render_summary(summarize(run))


def test_null_catalogues_stand_with_value_effect_p_and_number(run):
    told = section(run, "holds")
    row = told[told.index("One cloud of the same shape") :].split("</tr>")[0]
    for cell in ("Silhouette", "0.24", "0.14", "0.004", "+25.0", "0.020"):
        assert f">{cell}<" in row, cell
    assert "There were 49 catalogues of each kind, each of 9 tracks." in told
    assert "≈ 0.810 (95 % 0.790–0.830, estimated on 3 tracks)" in told
    assert '<th scope="row">Excess silhouette</th><td class="n">≈ 0.100' in told and "<td>3 of 9 tracks</td>" in told


def test_null_catalogues_of_different_kinds_are_told_row_by_row(judged, judged_with):
    first, second = judged.verdict.comparisons
    first = dataclasses.replace(first, n_catalogues=99, provenance=Provenance(9, 5))
    told = section(judged_with(verdict=dataclasses.replace(judged.verdict, comparisons=(first, second))), "holds")
    assert (
        '<td class="n">99</td><td>5 of 9 tracks</td>' in told and '<td class="n">49</td><td>all 9 tracks</td>' in told
    )
    assert "means over the parts" in told


def test_a_difference_without_spread_is_a_dash(judged, judged_with):
    flat = dataclasses.replace(judged.verdict.comparisons[0], null_std=0.0, effect=float("inf"))
    verdict = dataclasses.replace(judged.verdict, comparisons=(flat,), hopkins=None, figures={}, rule="")
    told = section(judged_with(verdict=verdict), "holds")
    assert '<td class="n">—</td>' in told and "Hopkins" not in told and "The rule behind" not in told


def test_clusters_are_named_by_their_grade(run):
    told = section(run, "holds")
    assert "The grouping would come back nearly as it is." in told
    assert "50 times" in told and "4 tracks drawn at random from the 9 (44 %)" in told
    assert 'Solid: <a href="#cluster-0"><bdi>Chill Acoustic</bdi></a>; Fair: <a href="#cluster-1">' in told
    cards = section(run, "clusters")
    assert '<span class="grade solid">solid</span>' in cards and "Jaccard 0.75 on average" in cards
    assert '<span class="grade fair">fair</span>' in section(run, "in-short")


def test_tracks_are_counted_as_the_metrics_grade_them():
    consistency = np.array([1.0, 0.9, 0.89999, 0.5, 0.49, 0.0, np.nan], dtype=np.float32)
    counted = {entry["standing"]: entry["n_tracks"] for entry in _standings(consistency)}
    graded = track_standings(consistency)
    assert counted == {name: graded.count(name) for name in ("core", "borderline", "homeless")}
    assert _standings(np.full(3, np.nan, dtype=np.float32)) == []


def test_a_grouping_that_could_not_be_refitted_says_why(judged, judged_with):
    none = dataclasses.replace(judged.certificate, n_refits=0, adjusted_rand=(), clusters=(), note="All is noise.")
    run = judged_with(certificate=none)
    told = section(run, "holds")
    assert "That could not be tried. All is noise." in told and "Jaccard" not in told
    assert "grade" not in section(run, "clusters")
    assert "could not be tried. All is noise." in render_summary(summarize(run))


def test_a_cluster_that_no_refit_held_has_dashes(judged, judged_with):
    lost = ClusterStability(1, float("nan"), float("nan"), "doubtful")
    certificate = dataclasses.replace(judged.certificate, clusters=(judged.certificate.clusters[0], lost))
    assert "(Jaccard — on average, — or more" in section(judged_with(certificate=certificate), "clusters")


def test_methods_features_and_columns_are_shown_with_how_they_were_made(run):
    told = section(run, "holds")
    assert "On 6 of the 9 tracks (66.7 %) all of them agree" in told
    assert "0.62<small>0.58</small>" in told
    assert "danceability and duration (Spearman −0.74)" in told
    assert "<b>45.0 %</b><small>20.0 %</small>" in told
    assert "<bdi>Artist</bdi><small>few tracks each</small>" in told
    assert "<b>—</b><small>—</small>" in told  # a figure that one column has and the other lacks
    assert "3 tracks (33.3 %) are spoken word" in told and "The Invented &lt;i&gt;" in told and "unknown artist" in told
    alone, together = told.split("Several things changed together (1)")
    assert ">robust<" in alone and ">minmax, without spoken word<" in together


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_absent_leaves_no_hole(judged, run_with, part):
    absent = dataclasses.replace(Judgement(), **{part: getattr(judged, part)})
    for one in (absent, dataclasses.replace(judged, **{part: getattr(Judgement(), part)})):
        run = run_with(judgement=one)
        summary = summarize(run)
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary
        html, text = render_report(summary, {}, {}), render_summary(summary)
        values = html[html.index("</style>") : html.index("<script>\n")].replace('data-v="None"', "") + text
        assert not re.search("None(?! of| listed)", values)
        assert "<ul>\n</ul>" not in html and "<tbody>\n</tbody>" not in html and "\n\n\n" not in text
        n_lines = sum(line.startswith("|") for line in text.splitlines())
        rendered = MarkdownIt("commonmark").enable("table").render(text)
        assert rendered.count("<tr>") == n_lines - rendered.count("<table>")
    assert summarize(run_with(judgement=absent))["judgement"]["any"] == (part != "ballot")


def test_estimates_among_the_evidence_are_told_from_exact_numbers(run):
    exact = {entry["what"]: (entry["exact"], entry["basis"]) for entry in summarize(run)["made"]["exactness"]}
    assert exact["Criterion silhouette (highest)"] == (True, "all 9 tracks")
    assert exact["Criterion stability"] == (False, "4 of 9 tracks")
    assert exact["Hopkins statistic"] == (False, "3 of 9 tracks")
    assert exact["Stability"] == (False, "50 refits on 4 tracks each")


def test_words_on_coming_back_get_weaker_with_the_adjusted_rand():
    words = [return_words(value) for value in (0.95, 0.85, 0.7, 0.3)]
    assert len(set(words)) == 4 and "nearly as it is" in words[0] and "different" in words[3]
    assert return_words(None) == ""


def test_the_summary_tells_grades_votes_and_verdict(run):
    text = render_summary(summarize(run))
    assert "## Does it hold?" in text and "| would it come back |" in text
    assert "| Chill Acoustic | solid | 0.950 | 0.850 |" in text
    assert "| Davies–Bouldin | 8 |" in text and "| Calinski–Harabasz (shown, not counted) | 2 |" in text
    assert "| Jump of Ward's tree | abstains |" in text
    assert "Winner: 5 clusters (elbow of the inertia (sharpest bend); silhouette (highest); stability)" in text

"""The figures of judgement by their content: votes, preferences, grades, shares; and by what is left out."""

import dataclasses

import numpy as np
import pytest

from songatlas.evidence import ClusterStability, FeatureWeight, Judgement
from songatlas.plot import all_figures, ballot, captions, feature_evidence, figure_png, stability

NAMES = ("Party Tracks", "Chill Acoustic", "Spoken Stories", "Instrumental Focus")


@pytest.fixture(scope="module")
def judged(make_judgement):
    return make_judgement()


def vertical_lines(ax):
    return {line.get_xdata()[0]: line.get_linestyle() for line in ax.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2}  # fmt: skip


def large_markers(ax):
    return [tuple(line.get_xydata()[0]) for line in ax.lines if len(line.get_xydata()) == 1]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_criterion_has_a_panel_with_its_preference(judged):
    figure = ballot(judged.ballot)
    panels = dict(zip(judged.ballot.votes, figure.axes[1:], strict=True))
    for vote, ax in panels.items():
        words = "abstains" if vote.n_clusters is None else f"prefers {vote.n_clusters}"
        words += "" if vote.counts else " (not counted)"
        title = vote.title[:1].upper() + vote.title[1:].removesuffix(" (sharpest bend)").removesuffix(" (highest)")
        assert ax.get_title(loc="left") == f"{title}\n{words}"
        assert vertical_lines(ax) == {5: "--", 8: ":"}
        known = dict(zip(judged.ballot.numbers, vote.curve, strict=True))
        assert large_markers(ax) == ([(vote.n_clusters, known[vote.n_clusters])] if vote.n_clusters else [])
    assert [bar.get_height() for bar in figure.axes[0].patches] == list(judged.ballot.support)
    assert texts(figure.axes[0]) == ["5", "8"]


def test_a_preference_without_a_curve_is_a_line_and_may_lie_outside_the_numbers_tried(judged):
    vote = dataclasses.replace(judged.ballot.votes[0], n_clusters=14, curve=(None,) * 9)
    figure = ballot(dataclasses.replace(judged.ballot, votes=(vote,)))
    assert vertical_lines(figure.axes[1]) == {5: "--", 8: ":", 14: "-"}
    assert texts(figure.axes[1]) == ["14"] and figure.axes[1].get_xlim()[1] > 14


@pytest.mark.parametrize(
    ("preferred", "chosen", "runner_up", "told"),
    [
        ((5, 5, 8), 5, 8, "5 clusters won: preferred by 2 of 3 criteria; 8 came second"),
        ((4, 4, 8), 5, None, "5 clusters won: preferred by none of 3 criteria, the number next to it by 2"),
        ((5, 5, 5), 5, 4, "All 3 criteria prefer 5 clusters; 4 came second"),
        ((5, None, 6), 5, None, "5 clusters won: preferred by 1 of 3 criteria, the number next to it by 1"),
        ((5,), 5, 8, "Elbow of the inertia prefers 5 clusters; 8 came second"),
        ((None, None, None), None, None, "No number of clusters may be chosen"),
    ],
)
def test_the_title_tells_the_votes(judged, preferred, chosen, runner_up, told):
    votes = tuple(dataclasses.replace(v, n_clusters=n) for v, n in zip(judged.ballot.votes, preferred, strict=False))
    figure = ballot(dataclasses.replace(judged.ballot, votes=votes, chosen=chosen, runner_up=runner_up))
    assert figure.get_suptitle().replace("\n", " ") == told


def test_each_cluster_has_its_mean_its_fifth_percentile_and_its_grade(judged):
    figure = stability(judged.certificate.clusters, NAMES, n_refits=50, part_size=150)
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(NAMES)
    assert texts(ax) == ["0.95 solid", "0.75 fair", "0.55 doubtful", "0.95 solid"]
    means = [x for x, _ in large_markers(ax)][1::2]
    assert means == pytest.approx([c.jaccard_mean for c in judged.certificate.clusters])
    assert [tuple(c.get_segments()[0][:, 0]) for c in ax.collections] == [
        pytest.approx((c.jaccard_low, c.jaccard_mean)) for c in judged.certificate.clusters
    ]
    title = figure.get_suptitle().replace("\n", " ")
    assert title.startswith("Of 4 clusters 2 are solid, 1 is fair, 1 is doubtful; Spoken Stories comes back least")


def test_a_cluster_that_no_refit_held_is_said_to_have_no_figure(judged):
    lost = ClusterStability(1, np.nan, np.nan, "doubtful")
    figure = stability((judged.certificate.clusters[0], lost), NAMES, n_refits=50, part_size=150)
    assert texts(figure.axes[0]) == ["0.95 solid", "– doubtful"]


def test_features_stand_by_their_share_with_a_dash_where_one_cannot_be_left_out():
    weights = [FeatureWeight("tempo", 0.2, 0.1, 0.9), FeatureWeight("energy", 0.8, 0.4, None)]
    figure = feature_evidence(weights)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["energy", "tempo"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0.8, 0.2]
    assert texts(figure.axes[2]) == ["–", "0.90"]
    title = figure.get_suptitle().replace("\n", " ").replace("\u00a0", " ")
    assert title == (
        "Energy makes 80 % of the separation between the clusters; without tempo the grouping moves least "
        "(adjusted Rand 0.90)"
    )


def test_hundreds_of_features_are_limited_to_twelve(make_judgement):
    weights = make_judgement(features=tuple(f"emb_{i}" for i in range(200))).features.features
    figure = feature_evidence(weights)
    assert len(figure.axes[0].patches) == 12
    assert "the 12 of 200 features that separate most" in figure.get_suptitle().replace("\n", " ")


def test_a_judged_run_has_the_three_figures_in_their_places(run, judged):
    names = list(all_figures(dataclasses.replace(run, judgement=judged)))
    assert names.index("ballot") + 1 == names.index("elbow")
    assert names[names.index("method_comparison") + 1 :][:2] == ["stability", "feature_evidence"]


def test_parts_that_are_absent_have_no_figure(run, judged):
    unrefitted = dataclasses.replace(judged.certificate, n_refits=0, adjusted_rand=(), clusters=(), note="why")
    voteless = dataclasses.replace(judged.ballot, votes=())
    for judgement in (
        Judgement(),
        dataclasses.replace(judged, ballot=None, certificate=unrefitted, features=None),
        Judgement(ballot=voteless),
    ):
        odd = dataclasses.replace(run, judgement=judgement)
        assert not {"ballot", "stability", "feature_evidence"} & set(all_figures(odd))
        assert list(captions(odd)) == list(all_figures(odd))


def test_undefined_values_draw_without_a_warning(run, judged):
    votes = tuple(dataclasses.replace(vote, curve=(None, *vote.curve[1:5])) for vote in judged.ballot.votes)
    weights = (FeatureWeight("energy", np.nan, np.nan, None),)
    odd = dataclasses.replace(
        judged,
        ballot=dataclasses.replace(judged.ballot, votes=votes, support=(np.nan,) * 9, chosen=None),
        features=dataclasses.replace(judged.features, features=weights),
    )
    figures = all_figures(dataclasses.replace(run, judgement=odd))
    for name in ("ballot", "stability", "feature_evidence"):
        assert figure_png(figures[name](), 40).startswith(b"\x89PNG")  # a warning would be an error

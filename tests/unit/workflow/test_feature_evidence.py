"""What each feature does for the grouping."""

import numpy as np
import pytest

from songatlas.errors import ParameterError
from songatlas.workflow.feature_evidence import feature_evidence, redundant_features
from songatlas.workflow.refits import agreement_with, kmeans_refit, rescaled

RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1, 2], 40)
# energy parts 0 from the others and valence 1 from 2; tempo parts nothing
X = np.stack([np.array([0, 9, 9])[LABELS], np.array([4, 0, 8])[LABELS], np.zeros(120)], axis=1) + RNG.normal(
    size=(120, 3)
)
NAMES = ("energy", "valence", "tempo")


def evidence(X=X, names=NAMES, labels=LABELS, k=3):
    return feature_evidence(X, names, labels, kmeans_refit(k, seed=0))


def test_figures_by_hand():
    X = np.array([[0.0, 1.0], [2.0, 1.0], [6.0, 3.0], [8.0, 3.0]])
    found = evidence(X, ("a", "b"), np.array([0, 0, 1, 1]), 2)
    # between: 4 · 3² and 4 · 1²; in all: 16 + 4 + 4 + 16 and 4
    assert [f.share for f in found.features] == pytest.approx([36 / 40, 4 / 40])
    assert [f.explained for f in found.features] == pytest.approx([36 / 40, 1.0])
    assert [f.without for f in found.features] == [1.0, 1.0]
    assert found.redundant == (("a", "b", pytest.approx(0.894, abs=0.001)),)


def test_a_feature_that_holds_clusters_apart_is_missed_and_noise_is_not():
    weights = {f.feature: f for f in evidence().features}
    assert weights["tempo"].without > 0.95 and weights["tempo"].share < 0.02
    assert weights["valence"].without < 0.8
    assert sum(f.share for f in weights.values()) == pytest.approx(1.0)


def test_noise_is_in_no_figure_of_a_feature():
    noisy = np.concatenate([X, RNG.normal(50, 30, (20, 3))])
    labels = np.concatenate([LABELS, np.full(20, -1)])
    for with_noise, without in zip(evidence(noisy, labels=labels, k=4).features, evidence().features, strict=True):
        assert with_noise.share == pytest.approx(without.share)
        assert with_noise.explained == pytest.approx(without.explained)


def test_explained_is_blind_to_the_scale_of_a_feature_and_the_share_is_not():
    wide = X * [1, 10, 1]
    one, other = evidence().features[1], evidence(wide).features[1]
    assert other.explained == pytest.approx(one.explained) and other.share > one.share


def test_redundant_pairs_go_by_rank_and_ties_share_theirs():
    from scipy.stats import spearmanr

    values = RNG.integers(0, 5, 300).astype(float)
    table = np.stack(
        [values, -np.exp(values) + (RNG.random(300) < 0.1), RNG.normal(size=300), np.full(300, 3.0)], axis=1
    )
    ((a, b, r),) = redundant_features(table, ["a", "b", "c", "constant"])
    assert (a, b) == ("a", "b") and r == pytest.approx(spearmanr(table[:, 0], table[:, 1]).statistic)


@pytest.mark.parametrize("labels", [np.zeros(120, dtype=int), np.full(120, -1), np.where(LABELS == 0, 0, -1)])
def test_without_two_clusters_only_pairs_are_told(labels):
    found = evidence(np.column_stack([X, X[:, 0]]), (*NAMES, "loudness"), labels)
    assert found.features == () and found.redundant == (("energy", "loudness", pytest.approx(1.0)),)
    assert found.note == "There are no two clusters for features to hold apart."


def test_a_single_feature_cannot_be_left_out():
    found = evidence(X[:, :1], ("energy",), (LABELS > 0).astype(int), 2)
    assert found.features[0].without is None and found.features[0].share == 1.0
    assert found.note == "There is one feature only: it cannot be left out."


def test_nor_can_the_only_one_that_varies():
    found = evidence(np.column_stack([X[:, 0], np.zeros(120)]), ("energy", "flat"), (LABELS > 0).astype(int), 2)
    assert found.features[0].without is None and found.features[1].without == 1.0
    assert (found.features[1].share, found.features[1].explained) == (0.0, 0.0)


def test_the_note_says_how_far_refitting_alone_moves_the_grouping():
    assert evidence().note == ""
    assert (
        "Made again with all features, the grouping agrees with itself to 0."
        in evidence(labels=RNG.permutation(LABELS)).note
    )


def test_of_many_features_those_with_the_largest_share_are_left_out():
    many = np.column_stack([X, RNG.normal(size=(120, 40))])
    found = evidence(many, [f"f{j}" for j in range(43)])
    assert sum(f.without is not None for f in found.features) == 30
    assert found.features[0].without is not None and found.note.endswith(
        "the 30 with the largest share were left out in turn."
    )


def test_names_and_labels_must_fit():
    with pytest.raises(ParameterError, match=r"120 labels .* 2 names, got shape \(120, 3\)"):
        evidence(names=("energy", "valence"))


def test_agreement_is_over_tracks_that_both_have():
    assert agreement_with(np.array([0, 0, 1, 1, -1]), np.array([3, 3, 4, -1, 4])) == 1.0
    assert agreement_with(np.array([-1, 0]), np.array([0, -1])) == 0.0


@pytest.mark.parametrize("scaler", ["standard", "minmax", "robust", "quantile", "power"])
def test_scaling_again_is_the_scale_of_a_run_on_these_tracks(scaler):
    from songatlas.options import FeatureOptions
    from songatlas.tracks.scale import fit_scaling, scale

    options = FeatureOptions(scaler=scaler, weights={"energy": 2.0})
    expected = scale(X, fit_scaling(NAMES, X, options, {}))
    assert np.array_equal(rescaled(NAMES, X, options), expected)
    flat = np.column_stack([X[:, 0], np.full(120, 7.0)])
    assert (rescaled(("energy", "flat"), flat, options)[:, 1] == 0).all()
    assert (rescaled(("energy",), flat[:, 1:], options) == 0).all()

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from songatlas.report import render_report, summarize
from songatlas.report.plain import plain_text
from songatlas.report.words import separation_words
from songatlas.results import REJECT_COLUMNS, Provenance


def test_summary_survives_strict_json_unchanged(run):
    summary = summarize(run)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_rows_read_are_kept_and_merged_and_set_aside(run):
    counts = summarize(run)["data"]["counts"]
    assert counts == {"rows": 12, "kept": 9, "merged": 1, "set_aside": 2, "rejected": 0}


def test_timings_and_unknown_manifest_keys_change_nothing(run, run_with):
    other = run_with(manifest={**run.manifest, "timings": {"ward": 9.9}, "created": "2020-01-01", "memory": 5})
    assert summarize(other) == summarize(run)


def test_empty_manifest_is_enough(run_with):
    made = summarize(run_with(manifest={}))["made"]
    assert (made["songatlas"], made["inputs"], made["warnings"], made["seed"]) == ("", [], [], 7)


@pytest.mark.parametrize(("kind", "place"), [("CSV", "line 1,203"), ("JSON", "entry 1,203"), ("Parquet", "row 1,203")])
def test_a_rejected_row_is_placed_as_its_file_counts(run, run_with, kind, place):
    rejects = pd.DataFrame([("a.dat", 1203, "null entry", "")], columns=REJECT_COLUMNS)
    found = run_with(rejects=rejects, manifest={**run.manifest, "inputs": [{"name": "a.dat", "format": kind}]})
    assert [r["place"] for r in summarize(found)["data"]["reading"]["rejects"]] == [place]
    assert f"<bdi>a.dat</bdi>, {place}</span>" in render_report(summarize(found), {}, {})


def test_where_files_lie_is_not_told(run, run_with):
    options = run.options.with_values(tracks=["/home/ana/a.csv"], features_from=["/home/ana/f.csv"], table="t")
    told = summarize(run_with(options=options))
    assert "/home/ana" not in json.dumps(told)
    assert [o["name"] for o in told["made"]["changed_options"] if o["name"].startswith("read.")] == ["read.table"]


def test_noise_is_counted_over_the_clustered_tracks(run, run_with):
    noisy = dataclasses.replace(run.clustering, labels=np.array([0, 0, 1, -1, -1, -1, 1, 0, 0], dtype=np.int32))
    overview = summarize(run_with(clusterings={"kmeans": noisy}))["overview"]
    assert overview["n_noise"] == 3
    assert overview["noise_share"] == pytest.approx(3 / 9)


def test_each_rule_lists_its_first_rows_once_with_titles(run):
    rules = {rule["name"]: rule for rule in summarize(run)["data"]["rules"]}
    failed = rules["failed_analysis"]
    assert failed["count"] == 2
    assert [(e["row"], e["track_name"]) for e in failed["examples"]] == [(11, "Hiss"), (12, "")]
    assert rules["re_release"]["examples"][0]["track_name"] == "Onda"


def test_rule_that_was_not_looked_for_has_no_count_and_an_unknown_one_is_kept(run):
    rules = {rule["name"]: rule for rule in summarize(run)["data"]["rules"]}
    assert rules["spoken"]["count"] is None
    assert rules["loud"]["count"] == 0
    assert rules["house_rule"]["title"] == "House rule"


def test_keep_all_leaves_every_rule_but_missing_features_alone(run, run_with):
    rules = summarize(run_with(options=run.options.with_values(keep_all=True)))["data"]["rules"]
    assert {rule["action"] for rule in rules if rule["name"] not in ("missing_feature", "house_rule")} == {"left alone"}


def test_only_options_that_differ_from_the_defaults_are_listed_as_changed(run):
    changed = {o["name"]: o["value"] for o in summarize(run)["made"]["changed_options"]}
    assert changed == {"seed": 7, "cluster.n_init": 4}


def test_strongest_correlations_leave_out_undefined_ones(run):
    assert summarize(run)["data"]["correlations"] == [["energy", "loudness", 0.735]]


def test_method_without_a_choice_is_listed_with_the_reason(run):
    methods = {method["method"]: method for method in summarize(run)["methods"]}
    assert methods["dbscan"]["chosen"] is None
    assert methods["dbscan"]["barred_reasons"] == ["99.2 % of the tracks are in one cluster"]
    assert methods["kmeans"]["chosen"]["winner"]


def test_estimates_are_told_from_exact_numbers(run):
    exact = {entry["what"]: entry["exact"] for entry in summarize(run)["made"]["exactness"]}
    assert exact["Scores of K-Means"] is True
    assert exact["Scores of Ward"] is False
    assert exact["Figures of trust of the map"] is False


def test_each_figure_of_trust_has_its_own_interval(run, run_with):
    both = dataclasses.replace(
        run.map,
        quality={"trustworthiness": 0.962, "neighbors_kept": 0.35},
        quality_provenance={
            **run.map.quality_provenance,
            "neighbors_kept": Provenance(20_000, 3_000, 0.34, 0.36),
        },
    )
    quality = summarize(run_with(map=both))["map"]["quality"]
    assert [(q["name"], q["provenance"]["low"], q["provenance"]["sample_size"]) for q in quality] == [
        ("trustworthiness", 0.958, 5_000),
        ("neighbors kept", 0.34, 3_000),
    ]


def test_bars_of_extreme_differences_stay_inside(run, profile_with):
    trait = dataclasses.replace(run.profiles[0].traits[0], z=-9.0)
    card = summarize(dataclasses.replace(run, profiles=(profile_with(evidence=(trait,)),)))["clusters"][0]
    assert card["evidence"][0]["bar"] == 1.0
    assert card["evidence"][0]["z"] == -9.0


def test_card_without_evidence_shows_its_strongest_traits(run, run_with, profile_with):
    card = summarize(run_with(profiles=(profile_with(evidence=()),)))["clusters"][0]
    assert [t["feature"] for t in card["evidence"]] == [t.feature for t in run.profiles[0].traits[:5]]


def test_card_of_an_average_cluster_claims_nothing(run, run_with, profile_with):
    flat = tuple(dataclasses.replace(trait, z=0.1) for trait in run.profiles[0].traits)
    summary = summarize(run_with(profiles=(profile_with(evidence=(), traits=flat),)))
    assert summary["clusters"][0]["evidence"] == []
    assert "Nothing: it is near the average" in render_report(summary, {}, {})


def test_hundreds_of_features_are_counted_and_cut(run, run_with):
    many = tuple(dataclasses.replace(run.exploration.features[0], name=f"emb_{i}") for i in range(300))
    data = summarize(run_with(exploration=dataclasses.replace(run.exploration, features=many)))["data"]
    assert (len(data["features"]), data["n_features"]) == (40, 300)


@pytest.mark.parametrize(
    ("raw", "clean"), [(None, ""), (float("nan"), ""), ("a\tb\r\nc", "a b c"), ("x\x00\ud800y", "xy")]
)
def test_text_is_on_one_line_and_can_be_written_as_utf_8(raw, clean):
    assert plain_text(raw) == clean
    plain_text(raw).encode("utf-8")


def test_words_on_separation_get_weaker_with_the_silhouette():
    words = [separation_words(s) for s in (0.7, 0.3, 0.2, 0.05)]
    assert len(set(words)) == 4
    assert "clearly apart" in words[0]
    assert separation_words(None) == ""


def test_blurred_cluster_is_said_to_be_so(run, run_with, profile_with):
    profiles = tuple(profile_with(silhouette=s) for s in (0.4, 0.2, 0.006, -0.1, None))
    words = [card["cohesion"].split(":")[0] for card in summarize(run_with(profiles=profiles))["clusters"]]
    assert words == ["Clear-cut", "Gradual borders", "Blurred", "Blurred", ""]

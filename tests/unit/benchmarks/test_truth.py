"""The bench on known groups: its catalogues, its table, and what it says where the generator is missing."""

import argparse
import json

import numpy as np
import pytest
from benchmarks import truth
from benchmarks.truth import KINDS, Kind, Outcome, catalogue, features_of, judge, load_generator, main, summarize

# Scenes are far corners, and what is told is fixed: the tests are of the bench, not of the judgement.
GENERATOR = """
import numpy as np
import pandas as pd

FEATURES = ["danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness",
            "valence", "tempo", "duration_ms"]
asked = []


def to_features(Z):
    table = pd.DataFrame(0.5 + Z / 20, columns=FEATURES)
    table["loudness"] = -12 + Z[:, 2]
    table["tempo"] = 118 + 5 * Z[:, 8]
    table["duration_ms"] = 215000 + 10000 * Z[:, 9]
    return table.assign(unused=1.0)[sorted(table.columns) + ["unused"]]


def scenes(rng, tracks, k, spread, imbalance, noise):
    asked.append((tracks, k, spread, imbalance, noise))
    corners = 5 * (((np.arange(k)[:, None] + 1) >> np.arange(10) % 4) & 1) - 2.5
    label = np.arange(tracks) % k
    Z = corners[label] + rng.normal(0, 0.2 * spread, (tracks, 10))
    label[: tracks // 10] = -1
    return Z, label


def structureless(rng, tracks, kind):
    return rng.normal(size=(tracks, 10)) if kind == "gaussian" else rng.uniform(-1, 1, (tracks, 10))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "generator.py"
    path.write_text(GENERATOR, encoding="utf-8")
    return path


@pytest.fixture
def generator(script):
    return load_generator(script)


def outcome(kind, seed, true, verdict, **found):
    """Return an outcome; each tool is given its number of clusters and its adjusted Rand index."""
    tools = {"songatlas": "songatlas", "alone": "silhouette alone", "hdbscan": "HDBSCAN"}
    return Outcome(
        kind, seed, true, verdict,
        {tools[t]: k for t, (k, _) in found.items()}, {tools[t]: rand for t, (_, rand) in found.items()}, 1.0 + seed,
    )  # fmt: skip


def cells(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def test_kinds_are_those_of_the_issue():
    assert [kind.title for kind in KINDS] == [
        "spread 1, imbalance 1", "spread 1, imbalance 3", "spread 1.4, imbalance 1", "spread 1.4, imbalance 3",
        "spread 1.8, imbalance 1", "spread 1.8, imbalance 3", "gaussian", "uniform", "skewed",
    ]  # fmt: skip


def test_a_catalogue_has_four_to_ten_scenes_in_turn_and_two_percent_of_strays(generator):
    for seed in range(8):
        tracks, labels = catalogue(generator, Kind(1.4, 3.0), seed, 60)
        assert tracks.columns.tolist() == ["track_id", *generator.FEATURES] and len(tracks) == len(labels) == 60
        assert np.flatnonzero(labels < 0).tolist() == list(range(6))
    assert generator.asked == [(60, k, 1.4, 3.0, 0.02) for k in (4, 5, 6, 7, 8, 9, 10, 4)]


def test_a_seed_gives_its_catalogue_and_one_without_scenes_has_one_label(generator):
    first, again, other = (catalogue(generator, Kind(), seed, 40)[0] for seed in (3, 3, 10))
    assert first.equals(again) and not first.equals(other)
    assert catalogue(generator, Kind(cloud="uniform"), 0, 40)[1].tolist() == [0] * 40


def test_others_get_standardized_features(generator):
    X = features_of(catalogue(generator, Kind(), 0, 40)[0])
    assert X.shape == (40, 10)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(X.std(axis=0), 1)


def test_every_tool_finds_groups_that_are_far_apart_and_strays_are_left_out(generator):
    found = judge(generator, Kind(), 0, 120, others=True)
    assert (found.kind, found.true, found.verdict) == ("spread 1, imbalance 1", 4, "groups")
    assert found.n_clusters == {"songatlas": 4, "silhouette alone": 4, "HDBSCAN": 4}
    assert found.adjusted_rand == pytest.approx(dict.fromkeys(found.n_clusters, 1.0), abs=0.02)
    assert found.seconds > 0


def test_a_cloud_is_judged_by_ours_alone_when_asked(generator):
    found = judge(generator, Kind(cloud="gaussian"), 0, 120, others=False)
    assert (found.kind, found.true, found.verdict) == ("gaussian", 1, "none") and list(found.n_clusters) == [
        "songatlas"
    ]


def test_the_table_by_hand():
    text = summarize(
        [
            outcome("scenes", 0, 4, "groups", songatlas=(4, 0.9), alone=(2, 0.4), hdbscan=(0, 0.0)),
            outcome("scenes", 1, 5, "continuum", songatlas=(6, 0.7), alone=(5, 0.8), hdbscan=(9, 0.1)),
            outcome("scenes", 2, 6, "groups", songatlas=(3, 0.5), alone=(6, 0.9), hdbscan=(6, 0.2)),
            outcome("scenes", 3, 7, "groups", songatlas=(7, 0.9), alone=(8, 0.9), hdbscan=(7, 0.3)),
            outcome("cloud", 0, 1, "none", songatlas=(2, 0.0), alone=(2, 0.0), hdbscan=(1, 0.0)),
            outcome("cloud", 1, 1, "", songatlas=(3, 0.0), alone=(2, 0.0), hdbscan=(1, 0.0)),
        ]
    )
    heads, _, scenes, cloud = cells(text)
    assert heads == ["kind", "n", "groups / continuum / none", "songatlas", "silhouette alone", "HDBSCAN", "s"]
    assert scenes == [
        "scenes", "4", "75% / 25% / 0%", "50%, 75%, 0.750", "50%, 75%, 0.750", "50%, 50%, 0.150", "2.5",
    ]  # fmt: skip
    assert cloud == ["cloud", "2", "0% / 0% / 50%", "–", "–", "–", "1.5"]


def test_the_command_prints_and_writes_table_and_outcomes(script, tmp_path, capsys):
    page = tmp_path / "truth.md"
    arguments = ["--generator", str(script), "--per-kind", "1", "--tracks", "100", "--first-seed", "7"]
    assert main([*arguments, "--only", "spread 1,", "gaussian", "--ours-only", "--output", str(page)]) == 0
    told = capsys.readouterr()
    text = page.read_text(encoding="utf-8")
    assert told.out.strip() == text.strip() and "3 catalogues, gaussian" in told.err
    assert text.startswith("Catalogues of 100 tracks, 1 of each kind (seeds from 7)")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [row[0] for row in cells("\n".join(rows))[2:]] == [
        "spread 1, imbalance 1",
        "spread 1, imbalance 3",
        "gaussian",
    ]
    stored = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert [(o["kind"], o["seed"]) for o in stored] == [
        (kind, seed) for kind in ("spread 1, imbalance 1", "spread 1, imbalance 3", "gaussian") for seed in (7,)
    ]
    assert Outcome(**stored[0]).n_clusters["songatlas"] == stored[0]["true"] == 4


@pytest.mark.parametrize("name", ["missing.py", "missing.txt", "."])
def test_a_missing_generator_is_one_clear_message(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(SystemExit, match="no such generator of catalogues. Name one with --generator") as raised:
        main(["--generator", str(path), "--per-kind", "1"])
    assert str(raised.value).startswith(f"{path}: ")


def test_the_command_line_knows_its_defaults():
    assert truth.GENERATOR.parts[-3:] == ("shared", "tools", "truth_file.py")
    given = argparse.Namespace(tracks=12_000, per_kind=100, first_seed=0)
    assert truth.page([outcome("cloud", 0, 1, "none", songatlas=(2, 0.0))], given).startswith(
        "Catalogues of 12,000 tracks"
    )

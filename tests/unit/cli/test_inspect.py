import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from songatlas.cli.inspect import exploration_to_json, histogram_bars, inspect, render_exploration
from songatlas.errors import DataError
from songatlas.schema import FEATURE_NAMES
from songatlas.tracks.explore import explore_tracks


def songs(n=300, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.uniform(0.1, 0.6, n) for name in FEATURE_NAMES})
    table["loudness"] = -20 + 20 * table["energy"]
    table["tempo"] = rng.uniform(60, 180, n)
    table["duration_ms"] = rng.uniform(100_000, 300_000, n).round()
    table.loc[4, "duration_ms"] = 4_800_118
    table.loc[7, "tempo"] = np.nan
    table["followers"] = rng.integers(0, 30_000_000, n)
    table["track_id"] = [f"id{i:05d}" for i in range(n)]
    table["track_name"] = [f"Song [bold]{i}[/bold] :smile:" for i in range(n)]
    table["artist_name"] = ["夜の灯台と長い名前のオーケストラ楽団" if i % 3 else f"Artist {i}" for i in range(n)]
    table["genres"] = ["city pop;jazz" if i % 2 else "" for i in range(n)]
    table["a_column_with_a_very_long_name_indeed"] = "x" * 200
    return table


def explore(table):
    return explore_tracks(table, list(table.columns))


def file_account(name, rows):
    return {"name": name, "read": rows + 2, "rows": rows, "rejected": 2, "format": "CSV", "dialect": "", "columns": []}


def page(table, width, *, terminal=False, files=()):
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False)
    render_exploration(explore(table), console, {"files": list(files), "columns": []})
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_page(width):
    lines = page(songs(), width).splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_numbers_and_names_of_features_are_never_cut(width):
    lines = page(songs(), width).splitlines()
    start = lines.index("Ranges")
    ranges = lines[start + 1 : start + 2 + len(FEATURE_NAMES) + 1]
    assert [line.split()[0] for line in ranges[1:]] == [*FEATURE_NAMES, "followers"]
    assert "…" not in "".join(ranges)
    assert any("1:20:00" in line for line in ranges)


def test_wide_page_shows_more_quantiles():
    assert "25%" not in page(songs(), 80)
    assert "25%" in page(songs(), 120)


def test_page_holds_all_that_was_found():
    text = page(songs(), 120, files=[file_account("a.csv", 100), file_account("b.csv", 200)])
    for part in (
        "2 files: 300 rows",
        "  b.csv: 202 rows read, 200 taken, 2 rejected (CSV)",
        "energy  loudness  +1.00  redundant",
        "jazz",
        "夜の灯台",
        "150 tracks (50.0 %) without a genre",
        "1 track (0.33 %) longer than 20 minutes",
        "(duration 80:00)",
        "missing",
    ):
        assert part in text, part


def test_titles_are_printed_as_they_are():
    assert "Song [bold]4[/bold] :smile: – Artist" not in page(songs(), 120)
    table = songs()
    table["artist_name"] = "Ida\x1b[31mRed"
    text = page(table, 120)
    assert "Song [bold]4[/bold] :smile: – Ida [31mRed" in text
    assert "\x1b" not in text


def test_page_without_a_terminal_has_no_color_codes():
    assert "\x1b[" not in page(songs(), 80)
    assert "\x1b[" in page(songs(), 80, terminal=True)


def test_missing_counts_are_left_out_where_nothing_is_missing():
    table = songs().dropna().assign(genres="jazz").reset_index(drop=True)
    assert "missing" not in page(table, 120).split("Ranges")[0]
    assert "missing" in page(songs(), 120).split("Ranges")[0]


def test_bare_table_is_rendered():
    table = pd.DataFrame({"energy": [0.5]})
    text = page(table, 80)
    assert "1 row" in text
    assert "Most common" not in text
    assert "Correlations" not in text


def test_histogram_bars_show_empty_bins_and_never_hide_a_track():
    assert histogram_bars([0, 1, 1000], 3) == " ▁▇"
    assert histogram_bars([0] * 30, 10) == " " * 10
    assert len(histogram_bars(range(30), 15)) == 15


def test_json_holds_the_exploration_with_null_for_nan():
    found = explore(songs().assign(liveness=0.5))
    account = {"files": [file_account("a.csv", 300)]}
    values = json.loads(exploration_to_json(found, account), parse_constant=pytest.fail)
    assert values["files"][0]["name"] == "a.csv" and values["files"][0]["rows"] == 300
    assert values["n_rows"] == 300
    assert [f["name"] for f in values["features"]] == [f.name for f in found.features]
    i = found.correlation_names.index("liveness")
    assert values["correlations"][i] == [None] * len(found.correlation_names)
    assert values["features"][0]["quantiles"]["50%"] == found.features[0].quantiles["50%"]
    assert values["top_genres"] == [["city pop", 150], ["jazz", 150]]


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "songs.csv"
    songs().to_csv(path, index=False)
    return path


def test_command_prints_a_page_without_trailing_blanks(csv_file, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(inspect, [str(csv_file)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "songs.csv: 300 rows (CSV, UTF-8, comma)"
    assert not [line for line in lines if line != line.rstrip()]
    assert max(cell_len(line) for line in lines) <= 80


def test_command_prints_json(csv_file):
    result = CliRunner().invoke(inspect, [str(csv_file), str(csv_file), "--json"])
    assert result.exit_code == 0, result.output
    values = json.loads(result.output)
    assert values["n_rows"] == 600
    assert values["duplicates"]["ids"] == 300
    assert [f["name"] for f in values["files"]] == ["songs.csv", "songs.csv (2)"]


def test_command_needs_a_file():
    assert CliRunner().invoke(inspect, []).exit_code == 2


def test_missing_file_is_a_data_error():
    with pytest.raises(DataError, match="no such file"):
        CliRunner().invoke(inspect, ["nowhere.csv"], catch_exceptions=False)


def test_page_says_how_it_was_read(tmp_path):
    table = songs(60)
    scraped = pd.DataFrame({"ID": range(1, 61), "title": table["track_name"], "artist": table["artist_name"]})
    for name, alias in {"energy": "nrgy", "danceability": "dnce", "valence": "val"}.items():
        scraped[alias] = (100 * table[name]).round().astype(int)
    scraped["dur"] = (table["duration_ms"] / 1000).round()
    path = tmp_path / "scraped.csv"
    scraped.to_csv(path, index=False)
    text = " ".join(CliRunner().invoke(inspect, [str(path)]).output.split())
    for part in (
        "How it was read",
        "percent, divided by 100",
        "seconds: half are below",
        "ID – not read: it numbers the rows",
    ):
        assert part in text, part
    by_hand = CliRunner().invoke(inspect, [str(path), "--column", "valence=none", "--json"])
    values = json.loads(by_hand.output)
    assert "valence" not in {canonical for _, canonical, *_ in values["files"][0]["columns"]}


def test_each_file_gets_a_line_and_a_refusal_the_exit_code(tmp_path, csv_file):
    refused = tmp_path / "averages.csv"
    songs(30).drop(columns=["track_id", "track_name", "artist_name"]).assign(
        genres=[f"genre {i}" for i in range(30)], popularity=[50.25 + i for i in range(30)]
    ).to_csv(refused, index=False)
    result = CliRunner().invoke(inspect, ["--each", str(csv_file), str(refused), str(tmp_path / "absent.csv")])
    text = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "songs.csv read" in text and "10 features (0–1, dB, BPM, ms)" in text
    assert "averages.csv refused each row is an average over many tracks" in text
    assert "absent.csv refused no such file" in text
    as_json = CliRunner().invoke(inspect, ["--each", str(csv_file), "--json"])
    assert as_json.exit_code == 0 and json.loads(as_json.output)[0]["verdict"] == "read"


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "/", 1) + ".csv", content)
        archive.writestr("more.parquet", b"PAR1")
    return str(path)


def test_each_table_in_an_archive_gets_a_line_and_one_refused_does_not_refuse_the_others(tmp_path):
    table, nothing = songs(30).to_csv(index=False), "user,plays\na,1\nb,2\n"
    path = zipped(tmp_path / "export.zip", a_liked=table, a_plays=nothing, b_liked=table)
    result = CliRunner().invoke(inspect, ["--each", path])
    text = " ".join(result.output.split())
    assert result.exit_code == 0
    for name in ("a", "b"):
        assert f"export.zip: {name}/liked.csv read no known family; CSV, UTF-8, comma; 30 rows" in text
    assert "export.zip: a/plays.csv refused no audio features" in text
    assert "export.zip: more.parquet refused holds more.parquet, which cannot be read inside an archive" in text
    as_json = json.loads(CliRunner().invoke(inspect, ["--each", "--json", path]).output)
    assert [row["file"] for row in as_json] == [
        f"{path}: {name}" for name in ("a/liked.csv", "a/plays.csv", "b/liked.csv", "more.parquet")
    ]
    one = CliRunner().invoke(inspect, ["--each", "--table", "plays.csv", path])
    assert one.exit_code == 1 and "export.zip refused" in " ".join(one.output.split())


def test_an_archive_of_which_nothing_is_read_gives_the_exit_code(tmp_path, csv_file):
    nothing = "user,plays\na,1\nb,2\n"
    path = zipped(tmp_path / "export.zip", a_plays=nothing)
    assert CliRunner().invoke(inspect, ["--each", path]).exit_code == 1
    assert CliRunner().invoke(inspect, ["--each", str(csv_file), path]).exit_code == 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK\x03\x04 not really")
    result = CliRunner().invoke(inspect, ["--each", str(damaged)])
    assert result.exit_code == 1 and "damaged.zip refused starts like a ZIP archive" in " ".join(result.output.split())


@pytest.mark.parametrize("flags", [["--each"], ["--each", "--json"]])
def test_the_line_of_a_database_shows_no_password(flags):
    url = "nosuch://ana:SECRETPW@127.0.0.1/db?password=SECRETPW"
    result = CliRunner().invoke(inspect, [*flags, url])
    assert result.exit_code == 1 and "refused" in result.output and "SECRETPW" not in result.output

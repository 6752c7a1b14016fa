"""Reading: the four naming families, types kept, sources kept, and clear refusals."""

import gzip
import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from songatlas.errors import DataError, DataWarning
from songatlas.io.columns.canonical import canonical_table
from songatlas.io.read import read_tracks
from songatlas.schema import FEATURE_NAMES

VALUES = {
    "danceability": [0.5, 0.25],
    "energy": [0.9, 0.125],
    "loudness": [-5.5, -20.25],
    "speechiness": [0.05, 0.5],
    "acousticness": [0.0001, 0.99],
    "instrumentalness": [0.0, 0.875],
    "liveness": [0.1, 0.3],
    "valence": [0.75, 0.2],
    "tempo": [120.5, 80.0],
    "duration_ms": [200000, 300000],
}
FAMILIES = {
    "mission": {"track_id": "id_songs", "track_name": "name_song", "artist_name": "name_artists", "popularity": "popularity_songs"},
    "brief": {"track_id": "track_id", "track_name": "track_name", "artist_name": "artist_name", "popularity": "popularity"},
    "decades": {"track_id": "uri", "track_name": "track", "artist_name": "artist", "popularity": "popularity"},
    "spotify": {"track_id": "id", "track_name": "name", "artist_name": "artists", "popularity": "popularity"},
}  # fmt: skip


def table(family: str) -> pd.DataFrame:
    names = FAMILIES[family]
    return pd.DataFrame(
        {
            names["track_id"]: ["spotify:track:abc", "def"],
            names["track_name"]: ["Łódź, 2 AM", 'The "Quoted" One'],
            names["artist_name"]: ["['Ana Uno', \"Joe's Trio\"]", "Solo"],
            names["popularity"]: [3, 50],
            "release_date": ["1984", "03-11-1999"],
            **VALUES,
        }
    )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("form", ["csv", "bom", "gzip", "parquet", "pandas", "polars", "arrow"])
def test_every_family_reads_equal_in_every_form(tmp_path, family, form):
    source = table(family)
    path = tmp_path / "tracks.csv"
    if form == "csv":
        source.to_csv(path, index=False)
    elif form == "bom":
        source.to_csv(path, index=False, encoding="utf-8-sig")
    elif form == "gzip":
        path.write_bytes(gzip.compress(source.to_csv(index=False).encode()))
    elif form == "parquet":
        source.to_parquet(path)
    if form in ("pandas", "polars", "arrow"):
        given = {
            "pandas": lambda: source,
            "polars": lambda: pl.from_pandas(source),
            "arrow": lambda: pa.Table.from_pandas(source),
        }
        read = canonical_table(given[form]())
    else:
        read = read_tracks(path)
    for name, values in VALUES.items():
        assert read[name].tolist() == values
    assert read["track_id"].tolist() == ["abc", "def"]
    assert read["track_name"].tolist() == ["Łódź, 2 AM", 'The "Quoted" One']
    assert read["artist_name"].tolist() == ["Ana Uno; Joe's Trio", "Solo"]
    assert read["year"].tolist() == [1984, 1999]
    assert read["decade"].tolist() == [1980, 1990]
    assert read["popularity"].tolist() == [3, 50]


def test_a_source_column_with_other_values_is_kept_beside_the_canonical_one(tmp_path):
    path = tmp_path / "t.csv"
    table("brief").to_csv(path, index=False)
    read = read_tracks(path)
    assert read["source_track_id"].tolist() == ["spotify:track:abc", "def"]
    assert "source_track_name" not in read
    assert read.attrs["songatlas"]["source_columns"][0] == "source_track_id"


def test_codes_with_leading_zeros_stay_text_and_numbers_become_numbers(tmp_path):
    path = tmp_path / "t.csv"
    table("brief").assign(code=["007", "010"], plays=[7, 12], rate=["0.5", ""]).to_csv(path, index=False)
    read = read_tracks(path)
    assert read["code"].tolist() == ["007", "010"]
    assert read["plays"].dtype == np.int64
    assert read["rate"].iloc[0] == 0.5 and np.isnan(read["rate"].iloc[1])


def test_unreadable_cells_become_missing_and_are_counted(tmp_path):
    path = tmp_path / "t.csv"
    source = table("brief").astype({"energy": object})
    source.loc[0, "energy"] = "loud"
    source.to_csv(path, index=False)
    with pytest.warns(DataWarning, match="'energy': 1 cell cannot be read and counts as missing, such as 'loud'"):
        read = read_tracks(path)
    assert np.isnan(read["energy"].iloc[0]) and read["energy"].iloc[1] == 0.125
    assert read.attrs["songatlas"]["unreadable"] == {"energy": [1, ["loud"]]}
    assert read["source_energy"].tolist() == ["loud", "0.125"]


def test_missing_words_are_missing_and_not_unreadable(tmp_path):
    path = tmp_path / "t.csv"
    table("brief").assign(energy=["undefined", "nan"]).to_csv(path, index=False)
    read = read_tracks(path)
    assert read["energy"].isna().all()
    assert read.attrs["songatlas"]["unreadable"] == {}


def test_several_files_are_one_table_with_the_file_of_each_row(tmp_path):
    for name in ("a.csv", "b.csv"):
        table("decades").to_csv(tmp_path / name, index=False)
    table("decades").to_parquet(tmp_path / "c.parquet")
    read = read_tracks([tmp_path / n for n in ("a.csv", "b.csv", "c.parquet")])
    assert read["source_file"].tolist() == ["a.csv"] * 2 + ["b.csv"] * 2 + ["c.parquet"] * 2
    assert [(f["name"], f["read"], f["rows"], f["rejected"]) for f in read.attrs["songatlas"]["files"]] == [
        ("a.csv", 2, 2, 0),
        ("b.csv", 2, 2, 0),
        ("c.parquet", 2, 2, 0),
    ]
    assert read["energy"].tolist() == VALUES["energy"] * 3


def test_repeated_column_names_are_told_apart(tmp_path):
    path = tmp_path / "t.csv"
    text = table("brief").to_csv(index=False).splitlines()
    path.write_text("\n".join([text[0] + ",Explicit,Explicit", *(line + ",1,0" for line in text[1:])]))
    read = read_tracks(path)
    assert read["explicit"].tolist() == [1, 1]
    assert read["Explicit.1"].tolist() == [0, 0]


def test_reading_a_table_twice_changes_nothing():
    once = canonical_table(table("mission"))
    assert canonical_table(once) is not None
    pd.testing.assert_frame_equal(canonical_table(once), once)


def test_lists_of_objects_in_parquet_are_read_as_names(tmp_path):
    source = table("spotify")
    source["artists"] = [[{"name": "Ana", "id": "1"}, {"name": "Bo", "id": "2"}], [{"name": "Cy", "id": "3"}]]
    pq.write_table(pa.Table.from_pandas(source), tmp_path / "t.parquet")
    assert read_tracks(tmp_path / "t.parquet")["artist_name"].tolist() == ["Ana; Bo", "Cy"]


def write(path, data):
    path.write_bytes(data) if isinstance(data, bytes) else path.write_text(data, encoding="utf-8")
    return path


HEADER = ",".join(["track_id", *FEATURE_NAMES])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (HEADER + "\n", "there are no rows, only a header: track_id"),
        (b"\x00\x01\x02\xff" * 100, "this is binary data, not text"),
        (bytes(range(256)) * 50, "this is binary data, not text"),
        (b"PAR1 this is no parquet", "starts like a Parquet file but cannot be read"),
        (b"\x1f\x8b\x08\x00 broken", "starts like a gzip file but is damaged|cannot be read as CSV"),
        ("a,b\n1,2\n", r"no audio features\. Columns found: a, b\. Looked for: danceability"),
        ("id,dancability,x\n1,2,3\n", "Near misses: 'dancability' resembles 'danceability'"),
        (
            "energy,tempo\nx,.5,120\ny,.5,120\n",
            "the header has 2 names, but 2 of 2 rows have 3 fields. The header seems to lack a name",
        ),
        ("x" * 5000 + ",energy\n1,2\n", "a column name of 5,000 characters"),
    ],
)
def test_what_is_no_table_of_tracks_is_refused_with_the_reason(tmp_path, data, message):
    path = write(tmp_path / "tracks.csv", data)
    with pytest.raises(DataError, match=message) as caught:
        read_tracks(path)
    assert str(path) in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_tracks(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="this is a folder"):
        read_tracks(tmp_path)
    with pytest.raises(DataError, match="no file was given"):
        read_tracks([])


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match="expected a pandas, polars or Arrow table, got list"):
        canonical_table([1, 2])
    with pytest.raises(DataError, match="two columns named 'energy'"):
        canonical_table(pd.DataFrame([[1.0, 2.0]], columns=["energy", "energy"]))
    with pytest.raises(DataError, match="there are no rows"):
        canonical_table(pd.DataFrame({"energy": []}))


# --- files and tables that are odd ----------------------------------------------------------------------------


def features(n):
    scales = {"loudness": (-20.0, -5.0), "tempo": (80.0, 160.0), "duration_ms": (100_000.0, 300_000.0)}
    return {name: np.linspace(*scales.get(name, (0.1, 0.9)), n) for name in FEATURE_NAMES}


CELLS = ",".join(str(values[0]) for values in VALUES.values())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(tmp_path, newline):
    text = newline.join([HEADER, f"a,{CELLS}", f"b,{CELLS}", ""])
    assert read_tracks(write(tmp_path / "t.csv", text.encode()))["track_id"].tolist() == ["a", "b"]


def test_lines_of_blanks_are_no_rows(tmp_path):
    path = write(tmp_path / "t.csv", f"  \n\n{HEADER}\na,{CELLS}\n   \n\nb,{CELLS}\n \n")
    assert read_tracks(path)["track_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("\ufeff\n", "the file is empty"),
        (HEADER, "there are no rows, only a header: track_id"),
        (HEADER.encode("utf-16"), "there are no rows, only a header: track_id"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"%PDF-1.7", "this is a PDF"),
        ('[{"energy": ', "JSON"),
        ("<!doctype html>", "this is HTML"),
        ('"', r"the header line cannot be read \(no column names\)"),
        ("a energy tempo\n1 2 3\n", "Columns are told apart by commas, semicolons, tabs or bars"),
        (",".join(f"c{i}" for i in range(300_000)) + "\n", "300,000 columns, at most 20,000 can be read"),
        ("," * 1_000_000 + "\n", "1,000,001 columns, at most 20,000"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, data, message):
    data = data.encode("latin-1") if isinstance(data, str) and "\xe9" in data else data
    with pytest.raises(DataError, match=message):
        read_tracks(write(tmp_path / "tracks.csv", data))


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path):
    rows = "".join(f"t{i},{CELLS},Song {i}\n" for i in range(4))
    path = write(tmp_path / "t.csv", f"{HEADER},title\n" + rows.replace("Song 1", '"Song 1'))
    with pytest.warns(DataWarning, match="1 row was rejected .line 3: a quote is opened and never closed"):
        read = read_tracks(path)
    assert read["title"].tolist() == ["Song 0", "Song 2", "Song 3"]
    assert read.attrs["songatlas"]["rejects"] == (
        ("t.csv", 3, "a quote is opened and never closed", f't1,{CELLS},"Song 1'),
    )


def test_rows_with_another_number_of_fields_are_rejected_with_their_lines(tmp_path):
    rows = [f't{i},{CELLS},"Song, {i}\nand more"' for i in range(6)]
    rows[1] += ",x"
    rows[4] = "t4,0.5"
    path = write(tmp_path / "t.csv", "\n".join([f"{HEADER},title", *rows]))
    with pytest.warns(DataWarning, match="2 rows were rejected"):
        read = read_tracks(path)
    assert read["track_id"].tolist() == ["t0", "t2", "t3", "t5"]
    assert [(line, reason) for _, line, reason, _ in read.attrs["songatlas"]["rejects"]] == [
        (4, "13 fields, the header has 12"),
        (10, "2 fields, the header has 12"),
    ]
    assert read.attrs["songatlas"]["files"][0]["read"] == 6


def test_a_title_of_several_lines_is_kept(tmp_path):
    path = write(tmp_path / "t.csv", f'{HEADER},title\na,{CELLS},"One, two\nthree, four\nfive"\nb,{CELLS},x\n')
    assert read_tracks(path)["title"].tolist() == ["One, two\nthree, four\nfive", "x"]


@pytest.mark.parametrize("special", ["/dev/null", "/dev/zero"])
def test_devices_are_refused_at_once(special):
    with pytest.raises(DataError, match=f"^{special}: this is not a regular file"):
        read_tracks(special)


def test_whole_numbers_keep_every_digit(tmp_path):
    wide, wider = "9007199254740993", "99999999999999999999991"
    path = write(tmp_path / "t.csv", f"{HEADER},wide,wider\na,{CELLS},{wide},{wider}\nb,{CELLS},,5\n")
    read = read_tracks(path)
    assert read["wide"].iloc[0] == int(wide) and read["wide"].isna().tolist() == [False, True]
    assert read["wider"].tolist() == [wider, "5"]


def test_a_file_with_a_column_named_as_a_kept_source_loses_none(tmp_path):
    path = write(tmp_path / "t.csv", "source_energy,energy,tempo\n7,.5x,100\n8,.6,101\n")
    with pytest.warns(DataWarning, match="'energy': 1 cell cannot be read"):
        read = read_tracks(path)
    assert read["source_energy"].tolist() == [7, 8]
    assert read["source_energy_2"].tolist() == [".5x", ".6"]
    assert read.attrs["songatlas"]["source_columns"] == ["source_energy", "source_energy_2", "tempo"]


@pytest.mark.parametrize(
    "column",
    [
        [1, "1", None, 2.0],
        [{"a": 1}, [1], None, "x"],
        [object()] * 4,
        [10**30] * 4,
        np.arange(4) * 1j,
        pd.cut([0.1, 0.2, 0.3, 0.4], 2),
        pd.Categorical(["a", "b", "a", None]),
        pd.array([1.5, None, 2, 3], dtype="Float64"),
        pd.Series(pa.array(["a", "b", "a", "b"]).dictionary_encode(), dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        pd.period_range("2000-01", periods=4, freq="M"),
        np.arange(4, dtype="longdouble"),
        pd.Series(["half \ud83d", "b", "c", "d"], dtype=object),
    ],
    ids=lambda column: type(column).__name__,
)  # fmt: skip
def test_any_column_can_be_written_and_read_back(tmp_path, column):
    read = canonical_table(pd.DataFrame({**features(4), "extra": column}))
    table = pa.Table.from_pandas(read)
    pq.write_table(table, tmp_path / "t.parquet")
    assert len(read_tracks(tmp_path / "t.parquet")) == 4


@pytest.mark.parametrize(
    "column", [pd.date_range("2000", periods=4), np.arange(4) * 1j, pd.to_timedelta(range(4), "s")]
)
def test_dates_and_complex_numbers_are_no_features(column):
    with pytest.warns(DataWarning, match="'energy': 4 cells cannot be read and count as missing"):
        read = canonical_table(pd.DataFrame({**features(4), "energy": column}))
    assert read["energy"].isna().all()


def test_infinite_years_are_missing_and_infinite_features_stay():
    with pytest.warns(DataWarning, match="'year': 1 cell cannot be read"):
        read = canonical_table(pd.DataFrame({**features(2), "year": [np.inf, 1999], "tempo": [np.inf, 100.0]}))
    assert read["year"].isna().tolist() == [True, False]
    assert read["tempo"].iloc[0] == np.inf


def test_lists_from_polars_are_artists():
    read = canonical_table(pl.DataFrame({**features(2), "artists": [["Ana", "Bo"], ["Cy"]]}))
    assert read["artist_name"].tolist() == ["Ana; Bo", "Cy"]


def test_bytes_are_read_as_text():
    assert canonical_table(pd.DataFrame({**features(1), "name": ["Łódź".encode()]}))["track_name"].tolist() == ["Łódź"]


def test_what_cannot_be_a_table_is_refused_with_the_next_step():
    with pytest.raises(DataError, match=r"got LazyFrame. Call its collect\(\) first"):
        canonical_table(pl.DataFrame(features(2)).lazy())
    with pytest.raises(DataError, match="cannot be used as a table"):
        canonical_table(pa.table([[1.0], [2.0]], names=["energy", "energy"]))
    with pytest.raises(DataError, match="no rows, and no columns"):
        canonical_table(pd.DataFrame())


@pytest.mark.parametrize("attrs", [5, {}, {"source_columns": ["energy"]}])
def test_attributes_of_others_are_no_account(attrs):
    source = pd.DataFrame(features(3))
    source.attrs["songatlas"] = attrs
    assert canonical_table(source).attrs["songatlas"]["columns"]


def test_a_table_edited_after_reading_is_read_anew():
    read = canonical_table(pd.DataFrame(features(3)))
    with pytest.warns(DataWarning, match="'energy': 3 cells"):
        assert canonical_table(read.assign(energy="x"))["energy"].isna().all()


def test_a_second_column_that_could_be_meant_is_said_unless_it_is_the_same_in_another_unit():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({**features(50), "Energy": rng.random(50)})
    with pytest.warns(DataWarning, match="energy is read from 'energy'; 'Energy' could be meant too"):
        read = canonical_table(table)
    assert read["energy"].tolist() == table["energy"].tolist()
    canonical_table(pd.DataFrame({**features(50), "duration_s": np.round(features(50)["duration_ms"] / 1000)}))


def test_rejected_entries_and_lines_are_called_what_they_are(tmp_path):
    tracks = [{"name": "x", "energy": 0.5, "tempo": 100}, None, {"name": "y", "energy": 0.25, "tempo": 90}]
    whole, lines = tmp_path / "t.json", tmp_path / "t.jsonl"
    whole.write_text(json.dumps(tracks))
    lines.write_text("\n".join(map(json.dumps, tracks)))
    with pytest.warns(DataWarning, match=r"t\.json: 1 row was rejected \(entry 2: null entry\)"):
        read_tracks(whole)
    with pytest.warns(DataWarning, match=r"t\.jsonl: 1 row was rejected \(line 2: null entry\)"):
        read_tracks(lines)

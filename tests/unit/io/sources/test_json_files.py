"""JSON: the list of tracks wherever it stands, every shape of a table, rejects with lines, and clear refusals."""

import json

import pandas as pd
import pytest

from songatlas.errors import DataError
from songatlas.io.sources import json_text
from songatlas.io.sources.archives import file_source
from songatlas.io.sources.json_files import read_json
from songatlas.results import reject_unit

FEATURES = {"energy": 0.5, "danceability": 0.25, "tempo": 100.0}
TRACK = {"name": "Zorblax Waltz", "id": "t1", "artists": [{"name": "The Pebbles", "id": "a1"}], "duration_ms": 200000}
MPD_TRACK = {"pos": 0, "artist_name": "The Pebbles", "track_uri": "u", "track_name": "Zorblax Waltz", "duration_ms": 1}
ID = "7ouMYWpwJ422jRcDASZB7P"


@pytest.fixture
def read(tmp_path):
    def reader(content, name="a.json"):
        path = tmp_path / name
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_json(file_source(path))

    return reader


def test_a_list_of_objects_keeps_types_and_rejects_what_is_no_object(read):
    entries = [
        {"id": "a", "energy": 0.5, "key": 1, "explicit": True},
        None,
        3,
        {},
        {"id": None, "energy": 1, "key": 2, "explicit": False},
    ]
    table = read(entries)
    assert {name: str(kind) for name, kind in table.frame.dtypes.items()} == {
        "id": "str",
        "energy": "float64",
        "key": "int64",
        "explicit": "bool",
    }
    assert table.frame.to_dict("list") == {
        "id": ["a", ""],
        "energy": [0.5, 1.0],
        "key": [1, 2],
        "explicit": [True, False],
    }
    assert [(r.line, r.reason) for r in table.rejects] == [
        (2, "null entry"),
        (3, "a number, not an object"),
        (4, "empty object"),
    ]
    assert dict(table.facts) == {"format": "JSON", "encoding": "UTF-8"}


@pytest.mark.parametrize(
    ("value", "label", "columns"),
    [
        ({"audio_features": [FEATURES]}, "audio_features[]", list(FEATURES)),
        ({"content": [FEATURES], "total": 1}, "content[]", list(FEATURES)),
        ({"tracks": {"items": [FEATURES], "next": None}}, "tracks.items[]", list(FEATURES)),
        ([{"audio_features": [FEATURES]}, {"audio_features": [FEATURES]}], "[].audio_features[]", list(FEATURES)),
        ({"items": [{"song": {"uuid": "u", "audio": FEATURES}}]}, "items[]", ["song.uuid", *(f"song.audio.{n}" for n in FEATURES)]),
        ({"items": [{"added_at": "d", "track": TRACK}]}, "items[]", ["added_at", "track.name", "track.id", "track.artists", "track.duration_ms"]),
        ({"tracks": [TRACK], "audio_features": [FEATURES]}, "audio_features[]", list(FEATURES)),
        ({"artists": {"items": [{"name": "x", "id": "y", "popularity": 3}] * 3}, "tracks": {"items": [TRACK]}}, "tracks.items[]", list(TRACK)),
        ({"object": {"name": "Zorblax Waltz", "audio": FEATURES}}, "one object", ["object.name", *(f"object.audio.{n}" for n in FEATURES)]),
        ([{"endTime": "2020-01-01", "artistName": "x", "trackName": "y", "msPlayed": 5}], None, ["endTime", "artistName", "trackName", "msPlayed"]),
        ({"a": [{"x": 1}], "b": [{"y": 1}, {"y": 2}]}, "b[]", ["y"]),
    ],
)  # fmt: skip
def test_the_list_of_tracks_is_found_by_what_its_keys_name(read, value, label, columns):
    table = read(value)
    assert table.facts.get("list") == label
    assert list(table.frame.columns) == columns


def named(prefix, n, **more):
    return [{"name": f"{prefix} {i}", "id": f"{prefix}{i}", **FEATURES, **more} for i in range(n)]


@pytest.mark.parametrize(
    ("value", "label", "playlists"),
    [
        ({"liked": named("l", 4), "disliked": named("d", 3)}, "liked[], disliked[]", {"liked": 4, "disliked": 3}),
        ({"a": {"items": named("a", 2)}, "b": {"items": named("b", 3)}}, "a.items[], b.items[]", {"a.items": 2, "b.items": 3}),
        ([{"tracks": named("a", 2)}, {"tracks": {"items": named("b", 3)}}], "[].tracks[], [].tracks.items[]", {"[].tracks": 2, "[].tracks.items": 3}),
        ({"liked": named("l", 1, playlist_name="rain"), "more": named("m", 2, genre="x")}, "liked[], more[]", {"rain": 1, "more": 2}),
        ({"train": {"energy": [1, 2], "tempo": [3, 4]}, "test": {"energy": [1], "tempo": [3]}}, "train, test", {"train": 2, "test": 1}),
    ],
)  # fmt: skip
def test_equal_lists_of_tracks_are_all_read_under_their_places(read, value, label, playlists):
    table = read(value)
    assert table.facts["list"] == label
    assert table.frame["playlist_name"].value_counts().to_dict() == playlists
    assert table.notes == ()


def test_a_list_of_tracks_that_is_left_out_is_told(read):
    table = read({"tracks": [TRACK] * 3, "audio_features": [FEATURES], "artists": [{"name": "x", "id": "y"}]})
    assert [note.split(",")[0] for note in table.notes] == ["left out: 3 entries under tracks[]"]


def test_lists_inside_the_entries_are_not_told_as_left_out(read):
    table = read({"playlists": [{"name": "rain", "id": "p", "tracks": [{**TRACK, "versions": [TRACK]}] * 2}]})
    assert (len(table.frame), table.notes) == (2, ())


def test_artists_are_not_read_as_tracks_beside_them(read):
    two = [{"name": "x", "id": "y"}]
    assert read({"artists": two * 5, "tracks": two}).facts["list"] == "tracks[]"


SPLIT = {"columns": ["energy", "tempo"], "data": [[0.5, 100], [0.25, 90]]}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (SPLIT, None, "null entry"),
        (SPLIT, {"x": 1}, "no table of the same shape (split) as the first"),
        ({"energy": [1, 2], "tempo": [3, 4]}, {"energy": 1}, "no table of the same shape (columns) as the first"),
        ({"energy": [1, 2], "tempo": [3, 4]}, 3, "no table of the same shape (columns) as the first"),
        ({ID: FEATURES, ID[:-1] + "Q": FEATURES}, None, "null entry"),
        ({ID: FEATURES, ID[:-1] + "Q": FEATURES}, [], "no table of the same shape (rows by key) as the first"),
    ],
)
@pytest.mark.parametrize("lines", [False, True])
def test_what_has_another_shape_than_the_table_is_rejected(read, first, second, reason, lines):
    value = [{"table": first}, {"table": second}]
    table = read("\n".join(map(json.dumps, value)), "a.jsonl") if lines else read(value)
    assert len(table.frame) == 2
    assert [(r.line, r.reason) for r in table.rejects] == [(2 if lines else 3, reason)]
    assert reject_unit(table.facts["format"]) == ("line" if lines else "entry")


def test_playlists_are_opened_and_their_names_kept(read):
    playlists = [
        {"name": n, "pid": i, "duration_ms": 5, "tracks": [MPD_TRACK] * 2} for i, n in enumerate(["rain", "sun"])
    ]
    table = read({"info": {"slice": "0-1"}, "playlists": playlists})
    assert table.facts["list"] == "playlists[].tracks[]"
    assert list(table.frame["playlist_name"]) == ["rain", "rain", "sun", "sun"]
    assert "pid" not in table.frame


def test_an_account_export_of_playlists_keeps_their_names(read):
    items = [{"track": {"trackName": "Zorblax Waltz", "artistName": "x", "trackUri": "u"}, "addedDate": "2020-01-01"}]
    table = read({"playlists": [{"name": "rain", "lastModifiedDate": "2020-01-01", "items": items}]})
    assert table.frame[["playlist_name", "track.trackName"]].values.tolist() == [["rain", "Zorblax Waltz"]]


def test_places_of_withdrawn_tracks_are_rejected_by_their_number(read):
    table = read({"items": [None, {"added_at": "d", "track": None}, {"added_at": "d", "track": TRACK}]})
    assert [(r.line, r.reason) for r in table.rejects] == [(1, "null entry"), (2, "null track")]
    assert len(table.frame) == 1


def test_lists_stay_lists(read):
    table = read(
        [{"name": "x", "artists": [{"name": "a"}], "genres": ["b", "c"]}, {"name": "y", "artists": None, "genres": []}]
    )
    assert list(table.frame["artists"]) == [[{"name": "a"}], None]
    assert list(table.frame["genres"]) == [["b", "c"], []]


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table"])
def test_everything_that_pandas_writes_is_read(read, orient):
    source = pd.DataFrame({"name": ["Zorblax Waltz", "Quiet Pebble"], "energy": [0.5, 0.25], "tempo": [100, 120]})
    table = read(source.to_json(orient=orient))
    pd.testing.assert_frame_equal(table.frame[list(source)], source, check_dtype=False)


def test_an_object_of_lists_is_read_as_columns(read):
    assert read({"energy": [1, 2], "tempo": [3.5, None]}).frame.to_dict("list")["energy"] == [1, 2]


def test_columns_of_different_lengths_are_refused(read):
    with pytest.raises(DataError, match="different lengths \\('energy' 2, 'tempo' 1\\)"):
        read({"energy": [1, 2], "tempo": [3]})


def test_objects_keyed_by_track_id_keep_the_id(read):
    table = read({ID: FEATURES, ID[:-1] + "Q": FEATURES})
    assert list(table.frame["track_id"]) == [ID, ID[:-1] + "Q"]


def test_rows_of_another_length_than_the_column_names_are_rejected(read):
    table = read({"columns": ["energy", "tempo"], "data": [[0.5, 100], [0.5], [0.25, 90]]})
    assert [r.line for r in table.rejects] == [2]
    assert list(table.frame["tempo"]) == [100, 90]


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt"])
def test_json_lines_pass_over_blank_lines_and_reject_bad_ones(read, name):
    table = read('{"energy": 0.5}\n\n{"energy": 1,\nnull\n{"energy": NaN}\n{"energy": -Infinity}\n', name)
    assert table.facts["format"] == "JSON Lines"
    assert [(r.line, r.reason.split(":")[0]) for r in table.rejects] == [(3, "not JSON"), (4, "null entry")]
    assert table.rejects[0].text == '{"energy": 1,'
    assert table.frame["energy"].tolist()[0] == 0.5 and table.frame["energy"].tolist()[2] == float("-inf")


def test_a_single_line_is_a_table_of_one_row(read):
    assert read(json.dumps(FEATURES), "a.jsonl").facts["format"] == "JSON Lines"


def test_json_lines_survive_a_bad_first_line_and_a_cut_last_one(read):
    table = read('{"energy": oops}\n{"energy": 1}\n{"energy": 2}\n{"energy": 3}\n{"ener')
    assert list(table.frame["energy"]) == [1, 2, 3]
    assert [r.line for r in table.rejects] == [1, 5]


def test_objects_over_several_lines_one_after_the_other_are_read(read):
    table = read('{\n"energy": 1,\n"tempo": 2\n}\nnull\n{\n"energy": 3,\n"tempo": 4\n}')
    assert list(table.frame["energy"]) == [1, 3]
    assert [(reject_unit(table.facts["format"]), r.line) for r in table.rejects] == [("entry", 2)]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"\xef\xbb\xbf" + json.dumps([FEATURES]).encode(), "UTF-8 with BOM"),
        (b"\xff\xfe" + json.dumps([FEATURES]).encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + json.dumps([FEATURES]).encode("utf-16-be"), "UTF-16"),
    ],
)
def test_byte_order_marks_say_the_encoding(read, raw, encoding):
    table = read(raw)
    assert (table.facts["encoding"], list(table.frame["energy"])) == (encoding, [0.5])


def test_a_repeated_key_is_told(read):
    table = read('[{"energy": 1, "energy": 2}]')
    assert table.notes == ("1 object has a key twice; its last value counts.",)
    assert list(table.frame["energy"]) == [2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2.5], "a list of numbers, not of objects"),
        (["a"], "a list of texts, not of objects"),
        ([[1, 2]], "a list of lists, not of objects"),
        ([None], "a list of null entries, not of objects"),
        ([], "an empty list"),
        ({}, "an empty object"),
        ({"error": {"status": 401}}, "one object without a list of objects in it"),
        ({"audio_features": []}, "one object without a list of objects in it"),
        ("3", "a number, not a list"),
        ("null", "null, not a list"),
        ("  \n", "the file is empty"),
        ('[{"energy": 0.5}, {"ener', "the JSON is cut off (Unterminated string starting at: line 1, column 20)"),
        ('[{"energy": 0.5},\n', "the JSON is cut off"),
        ('{"a": [\n{"energy": 0.5,}]}', "not valid JSON (Expecting property name enclosed in double quotes: line 2, column 16"),
        ("[" * 100_000, "JSON nested too deeply"),
        ('[{"id":\n ' + "9" * 5_000 + "}]", "a number of 5,000 digits (line 2, column 2) is too long"),
        (b'[{"name": "caf\xe9"}]', "not UTF-8 text (byte 0xe9 at position 14)"),
        ("not json", "not valid JSON (Expecting value: line 1, column 1"),
        ("1 2 3", "not JSON (line 1 begins like it"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_its_reason(read, content, message):
    with pytest.raises(DataError) as caught:
        read(content)
    assert str(caught.value).split(": ", 1)[1].startswith(message)


def test_the_analysis_of_one_track_is_not_taken_for_a_table_of_tracks(read):
    sections = [{"start": i, "loudness": -5.0, "tempo": 100.0, "key": 1, "mode": 1} for i in range(5)]
    table = read({"track": {"tempo": 100.0, "loudness": -5.0}, "sections": sections, "beats": [{"start": 0}]})
    assert (len(table.frame), table.facts["list"]) == (1, "one object")


@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_deep_but_parsable_nesting_is_refused(read, value):
    with pytest.raises(DataError):
        read(value)


def test_a_file_too_large_for_the_memory_is_refused_before_reading(read, monkeypatch):
    def refuse(where, n_bytes, *, factor, available=None):
        raise DataError(f"{where}: {n_bytes} bytes, {factor} times")

    monkeypatch.setattr(json_text, "refuse_too_large", refuse)
    with pytest.raises(DataError, match="a.json: 2 bytes, 8 times"):
        read("[]")

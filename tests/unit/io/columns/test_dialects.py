"""Recognizing columns: the traps, and what holds for every alias."""

from collections import defaultdict

import pytest

from songatlas.errors import DataError, ParameterError
from songatlas.io.columns.dialects import (
    aliases,
    dialect_of,
    feature_count,
    field_count,
    is_ignored,
    missing_words,
    near_misses,
    normalize_name,
    recognize,
)
from songatlas.io.columns.names import alias_table, words_of_dialects
from songatlas.schema import CANONICAL_COLUMNS, FEATURE_NAMES


def sources(*names, **column):
    return {canonical: found.source for canonical, found in recognize(names, column).items()}


def hints(*names):
    return {canonical: found.hint for canonical, found in recognize(names).items()}


# --- normalizing


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Track Name", "track_name"), ("\ufeffEnergy", "energy"), ("trackName", "track_name"), ("trackID", "track_id"),
        ("Artist Name(s)", "artist_name_s"), ("artist(s)_name", "artist_s_name"),
        ("Duration (s)", "duration"), ("Duration(ms)", "duration"), ("Track Duration (ms)", "track_duration"),
        ("Duration [min]", "duration"), ("length (in minutes)", "length"), ("Loudness..dB..", "loudness"),
        ("Loudness (dB)", "loudness"), ("Loud (Db)", "loud"), ("dB", "db"), ("loudnessDb", "loudness_db"),
        ("loudness_dB", "loudness_db"), ("danceability_%", "danceability"), ("Energy (%)", "energy"),
        ("Beats Per Minute (BPM)", "beats_per_minute"), ("Length (Duration)", "length_duration"), ("Valence.", "valence"),
        ("Artist.Name.s.", "artist_name_s"), ("\uff25nergy", "energy"), ("'key'", "key"), ("DANCEABILITY", "danceability"),
        ("トラックの長さ（ミリ秒）", "トラックの長さ"), ("مدة الأغنية (بالمللي ثانية)", "مدة_الأغنية"), ("İçerik", "içerik"),
        ("Track #", "track_number"), ("#track_id", "track_id"), ("(ms)", "ms"), ("#", ""), ("", ""), ("%", ""),
    ],
)  # fmt: skip
def test_names_are_normalized(written, normal):
    assert normalize_name(written) == normal


def test_a_name_is_cut_before_anything_is_done_with_it():
    assert len(normalize_name("a" * 100_000)) == 1000
    assert sources("energy" + " " * 2000 + "of the sun") == {}
    assert sources(" " * 2000 + "energy") == {"energy": " " * 2000 + "energy"}


# --- the words


def test_no_word_has_two_meanings():
    meanings = defaultdict(set)
    words = words_of_dialects()
    for listed in [aliases(), *words["translations"].values(), {"ignored": words["ignored"]["words"]}]:
        for canonical, spellings in listed.items():
            for spelling in spellings:
                meanings[normalize_name(spelling)].add(canonical)
    assert {spelling: found for spelling, found in meanings.items() if len(found) > 1} == {}


def test_every_canonical_column_is_known_and_every_alias_is_normalized_and_listed_once():
    assert set(aliases()) == set(CANONICAL_COLUMNS)
    listed = [words for names in aliases().values() for words in names]
    assert [words for words in listed if normalize_name(words) != words] == []
    assert len(listed) == len(set(listed))


def test_normalizing_twice_changes_nothing():
    assert [words for words in alias_table() if normalize_name(words) != words] == []


def test_what_the_words_refer_to_exists():
    words = words_of_dialects()
    assert [w for w in words["weak"]["words"] if w not in alias_table()] == []
    assert [w for w in words["hints"] if w not in alias_table()] == []
    assert {c for unit in words["units"].values() for c in unit["of"]} <= set(FEATURE_NAMES)
    assert set(words["hints"].values()) <= set(words["units"])
    spelled = [
        w for d in words["dialects"] for w in [*d["columns"], *d.get("without", []), *d.get("reads", {}).values()]
    ]
    assert [w for w in spelled if normalize_name(w) != w] == []
    assert {c for d in words["dialects"] for c in d.get("reads", {})} <= set(CANONICAL_COLUMNS)


def test_every_alias_is_recognized_alone_or_in_company():
    for words, alias in alias_table().items():
        company = [name for name in ("energy", "valence", "tempo") if name != alias.canonical]
        found = recognize([words, *company])[alias.canonical]
        assert (found.source, found.hint) == (words, alias.hint)
        assert (alias.canonical in recognize([words])) is not alias.is_weak


@pytest.mark.parametrize("dialect", words_of_dialects()["dialects"], ids=lambda dialect: dialect["name"][:40])
def test_every_dialect_can_be_met(dialect):
    assert dialect_of(dialect["columns"]) == dialect["name"]


def test_missing_words_are_casefolded_and_keep_numbers():
    assert {"", "nan", "n/a", "undefined", "#ref!", "–"} <= missing_words()
    assert [word for word in missing_words() if word != word.strip().casefold()] == []
    assert not {"inf", "0", "-1"} & missing_words()


# --- preference


def test_the_canonical_name_wins_over_an_alias_wherever_it_stands():
    assert sources("name_song", "track_name", "Energy") == {"track_name": "track_name", "energy": "Energy"}
    assert sources("Energy", "energy") == {"energy": "energy"}
    assert sources("Energie", "nrgy") == {"energy": "nrgy"}


def test_the_earlier_of_two_equal_columns_wins():
    assert sources("Energy", "ENERGY") == {"energy": "Energy"}


def test_one_column_has_one_meaning():
    found = sources("id", "uri", "track", "name", "energy")
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("names", "canonical", "source"),
    [
        (["Album Artist Name(s)", "Artist Name(s)"], "artist_name", "Artist Name(s)"),
        (["Album Artist", "Artist"], "artist_name", "Artist"),
        (["Album Artist"], "artist_name", "Album Artist"),
        (["Title", "Track"], "track_name", "Track"),
        (["title", "song_name"], "track_name", "song_name"),
        (["Title"], "track_name", "Title"),
        (["Track #", "Title"], "track_name", "Title"),
        (["track", "title", "artist", "album", "disc"], "track_name", "title"),
        (["id", "spotify_id"], "track_id", "spotify_id"),
        (["camelot", "key"], "key", "key"),
        (["Camelot"], "key", "Camelot"),
        (["href", "id"], "track_id", "id"),
        (["duration", "duration_s"], "duration_ms", "duration_s"),
    ],
)  # fmt: skip
def test_the_better_of_several_columns_is_read(names, canonical, source):
    assert sources(*names)[canonical] == source


@pytest.mark.parametrize(
    "name",
    ["msPlayed", "ms_played", "Play Duration Milliseconds", "valence_tags", "Added By", "Unnamed: 0", "#", "Index", "label",
     "energy_x", "tempo_ms", "energy_db", "Loudness (%)", "Energy (normalized)", "energy_std", "key_confidence", "track_key",
     "average_loudness", "album.id", "album_id", "playlist_id", "owner.display_name", "Track Number", "TIDAL Popularity"],
)  # fmt: skip
def test_a_name_that_means_something_else_is_not_read(name):
    assert sources(name, "liveness", "speechiness") == {"liveness": "liveness", "speechiness": "speechiness"}


# --- units


@pytest.mark.parametrize(
    ("name", "canonical", "hint"),
    [
        ("duration_ms", "duration_ms", "ms"), ("Duration (ms)", "duration_ms", "ms"), ("durationMs", "duration_ms", "ms"),
        ("song_duration_ms", "duration_ms", "ms"), ("Duration..ms.", "duration_ms", "ms"), ("duration_s", "duration_ms", "s"),
        ("duration_sec", "duration_ms", "s"), ("Duration (s)", "duration_ms", "s"), ("Duration in seconds", "duration_ms", "s"),
        ("duration_min", "duration_ms", "min"), ("Duration (mm:ss)", "duration_ms", "clock"), ("duration", "duration_ms", ""),
        ("Duration (Minuten)", "duration_ms", "min"), ("Track-Dauer", "duration_ms", ""), ("Track-Dauer (s)", "duration_ms", "s"),
        ("energy_%", "energy", "percent"), ("Energy (%)", "energy", "percent"), ("% energy", "energy", "percent"),
        ("energy_pct", "energy", "percent"), ("energyPercent", "energy", "percent"), ("Energy (0-100)", "energy", "percent"),
        ("energy", "energy", ""), ("Loudness (dB)", "loudness", "dB"), ("loudness_db", "loudness", "dB"),
        ("Loudness..dB..", "loudness", "dB"), ("loudness_dB", "loudness", "dB"), ("integrated_loudness", "loudness", "LUFS"),
        ("Loudness (LUFS)", "loudness", "LUFS"), ("lufs", "loudness", "LUFS"), ("loudness", "loudness", ""),
        ("bpm", "tempo", "bpm"), ("Tempo (BPM)", "tempo", "bpm"), ("tempo", "tempo", ""), ("nrgy %", "energy", "percent"),
    ],
)  # fmt: skip
def test_the_name_hints_at_the_unit(name, canonical, hint):
    assert hints(name) == {canonical: hint}


# --- weak words


def test_weak_words_count_only_in_company():
    assert sources("live", "val", "title") == {"track_name": "title"}
    assert sources("live", "val", "dur") == {"liveness": "live", "valence": "val", "duration_ms": "dur"}
    assert sources("live", "energy", "tempo")["liveness"] == "live"
    assert "liveness" not in sources("live", "energy", "popularity", "key")
    assert "duration_ms" not in sources("time", "length", "energy")


def test_a_weak_word_does_not_hide_a_better_column():
    assert sources("dur", "Duration", "energy")["duration_ms"] == "Duration"
    assert sources("dur", "Durée", "energy")["duration_ms"] == "Durée"


def test_columns_chosen_by_hand_are_company():
    assert sources("live", "energy", "mood", valence="mood")["liveness"] == "live"
    assert "liveness" not in sources("live", "energy", "tempo", tempo="none")


# --- dotted names


def test_neutral_words_before_a_name_are_left_out():
    assert sources(
        "track.name", "track.album.name", "track.album.id", "album.id", "artists.id", "playlist.name", "song.tempo",
        "audio_features.energy", "object.audio.timeSignature", "track.external_ids.isrc", "echonest.audio_features.valence",
        "features__liveness", "track_danceability", "audio_features_speechiness", "items.track.popularity",
    ) == {
        "track_name": "track.name", "artist_id": "artists.id", "album_name": "track.album.name", "playlist_name": "playlist.name",
        "isrc": "track.external_ids.isrc", "danceability": "track_danceability", "energy": "audio_features.energy",
        "speechiness": "audio_features_speechiness", "liveness": "features__liveness", "popularity": "items.track.popularity",
        "valence": "echonest.audio_features.valence", "tempo": "song.tempo", "time_signature": "object.audio.timeSignature",
    }  # fmt: skip


def test_what_belongs_to_an_album_artist_or_playlist_is_not_the_tracks():
    found = sources("album.id", "album.name", "artists.id", "artists.name", "playlist.name", "playlist.id", "user.name")
    assert not {"track_id", "track_name"} & set(found)
    assert sources("album.popularity", "playlist.energy", "playlist.title.length") == {}


def test_fewer_words_left_out_win():
    assert sources("track.features.energy", "features.energy")["energy"] == "features.energy"
    assert sources("features.energy", "energy")["energy"] == "energy"


# --- by hand


def test_a_column_chosen_by_hand_wins_over_everything():
    found = recognize(["energy", "Mood %", "valence"], {"valence": "Mood %", "energy": "none"})
    assert {c: (r.source, r.hint, r.by) for c, r in found.items()} == {"valence": ("Mood %", "percent", "hand")}


def test_a_column_chosen_by_hand_is_read_as_nothing_else_unless_chosen_again():
    assert sources("energy", "valence", valence="energy") == {"valence": "energy"}
    assert sources("energy", valence="energy", energy="energy") == {"valence": "energy", "energy": "energy"}
    assert sources("id", "uri", track_name="id") == {"track_name": "id", "track_id": "uri"}


def test_an_ignored_column_and_a_dialects_column_can_be_chosen_by_hand():
    assert sources("msPlayed", duration_ms="msPlayed") == {"duration_ms": "msPlayed"}
    names = ["dzr_sng_id", "MSD_track_id", "valence", "arousal"]
    assert sources(*names) == {}
    assert sources(*names, valence="valence") == {"valence": "valence"}
    assert (
        sources("id", "href", "isrc", "energy", "acousticness", "danceability", "valence", track_id="id")["track_id"]
        == "id"
    )


@pytest.mark.parametrize("word", ["none", "None", " none "])
def test_nothing_can_be_chosen_by_hand(word):
    assert sources("energy", "tempo", "bpm", tempo=word) == {"energy": "energy"}


def test_an_unknown_canonical_name_is_an_error_that_names_the_nearest():
    with pytest.raises(ParameterError, match=r"'mood' cannot be read as 'valance'.* 'valence'"):
        recognize(["mood"], {"valance": "mood"})


def test_an_unknown_source_is_an_error_that_names_the_nearest_columns_of_the_table():
    with pytest.raises(DataError, match=r"valence in 'Moood'.*: 'mood';"):
        recognize(["mood", "shoe size"], {"valence": "Moood"})
    with pytest.raises(DataError, match=r"Choose one of: 'mood', 'shoe size';"):
        recognize(["mood", "shoe size"], {"valence": "xyzzy"})


def test_how_a_column_was_recognized_is_said():
    found = recognize(["Energy", "bpm", "Tanzbarkeit", "mood"], {"valence": "mood"})
    assert {c: r.by for c, r in found.items()} == {
        "danceability": "translation", "energy": "name", "valence": "hand", "tempo": "alias",
    }  # fmt: skip


# --- counting and near misses


def test_features_and_fields_are_counted():
    names = ["title", "artist", "energy", "bpm", "live", "shoe size"]
    assert (feature_count(names), field_count(names)) == (3, 5)
    assert (feature_count([]), field_count([]), dialect_of([])) == (0, 0, "")


def test_near_misses_are_found_among_all_names_of_features():
    assert near_misses(["Dancability", "nothing_like_it"]) == [("Dancability", "danceability")]
    assert near_misses(["beats per minut", "Tanzbarkeitt", "live"]) == [
        ("beats per minut", "tempo"), ("Tanzbarkeitt", "danceability"), ("live", "liveness"),
    ]  # fmt: skip


def test_what_is_read_or_ignored_is_no_near_miss():
    assert near_misses(["energy", "Valence", "title", "Play Duration Milliseconds", "valence_tags", "genre"]) == []
    assert near_misses(["Play Duration in Milliseconds"]) != []


def test_ignored_columns_are_read_as_nothing():
    words = words_of_dialects()
    ignored = [*words["ignored"]["words"], *(name for t in words["translations"].values() for name in t["ignored"])]
    company = ["energy", "valence", "tempo"]
    assert [name for name in ignored if set(recognize([name, *company])) != set(company) or not is_ignored(name)] == []


def test_near_misses_are_sought_among_the_first_columns_only():
    assert near_misses([*(f"c{i}" for i in range(2000)), "Dancability"]) == []


def test_a_name_is_near_only_where_most_of_its_words_are():
    playlist = ["track.type", "track.episode", "added_by.type", "track.album.type", "song_type", "Song Name"]
    assert near_misses(playlist) == []
    assert near_misses(["track_tiime", "dance_ability"]) == [
        ("track_tiime", "duration_ms"),
        ("dance_ability", "danceability"),
    ]

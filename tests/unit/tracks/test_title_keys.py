import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from songatlas.tracks.title_keys import artist_keys, artist_names, folded_key, loose_key, name_keys, title_key

SAME = [
    ("The Glass Harbor", "glass harbor"),
    ("Don't Wake the Moon", "Don’t wake the moon"),
    ("Salt &amp; Ember", "Salt & Ember"),
    ("Salt &amp;amp; Ember", "Salt and Ember"),
    ("Salt + Ember", "Salt And Ember"),
    ("It&#39;s Tuesday", "Its Tuesday"),
    ("T.I.N. Moon", "TIN MOON"),
    ("Tin  Moon (Live)", "Tin Moon - Live"),
    ("Ｔｉｎ　Ｍｏｏｎ", "Tin Moon"),
    ("Straße nach Nord", "STRASSE NACH NORD"),
    ("Mo\u0308wenlied", "M\u00f6wenlied"),
    ("P!xel Queen", "Pixel Queen"),
    ("Ca$hmere", "Cashmere"),
    ("“Tin” Moon…", "Tin Moon"),
    ("Tin\u200bMoon", "TinMoon"),
]
SAME_WHEN_FOLDED = [
    ("Café Zürich", "Cafe Zurich"),
    ("Łódka Øst", "Lodka Ost"),
    ("Tin-Moon", "Tinmoon"),
    ("Rock 'n' Rain", "Rock & Rain"),
    ("Ёлка зимой", "Елка зимой"),
    ("שָׁלוֹם רחוק", "שלום רחוק"),
    ("قَمَر بعيد", "قمر بعيد"),
]
OTHER = [
    ("Tin Moon", "Tin Moon 2"),
    ("Tin Moon, Pt. 1", "Tin Moon, Pt. 2"),
    ("ガス", "カス"),
    ("夜の港", "朝の港"),
    ("कल", "कली"),
    ("???", "!!!"),
    ("♡", "♥♥"),
    ("Tin Moon", "Tin Moon - Live"),
]
SAME_RECORDING = [
    "Tin Moon - Remastered 2011",
    "Tin Moon - 2011 Remaster",
    "Tin Moon - 2011 - Remaster",
    "Tin Moon (2011 Remastered Version)",
    "Tin Moon [Remastered]",
    "Tin Moon - Digitally Remastered",
    "Tin Moon - Remasterizado",
    "Tin Moon (feat. Ana Quill)",
    "Tin Moon ft. Ana Quill",
    "Tin Moon Featuring Ana Quill",
    "Tin Moon (with Ana Quill)",
    "Tin Moon feat. Live Wires & Bo",
    "Tin Moon feat. Partridge Vale",
    "Tin Moon ft. Ana Quill Album Version",
    "Tin Moon (feat. Ana Quill) - 2011 Remaster",
    "Tin Moon (Official Video)",
    "Tin Moon [Official Music Video]",
    "Tin Moon - Album Version",
    "Tin Moon (Deluxe Edition)",
    "Tin Moon - 25th Anniversary Edition",
    'Tin Moon - From "The Far Shore"',
    "Tin Moon - From The Motion Picture The Far Shore",
    "Tin Moon - Bonus Track",
]
OTHER_RECORDING = [
    "Tin Moon - Live",
    "Tin Moon (Live at Far Shore Hall) - Remastered",
    "Tin Moon - Live / Remastered 2011",
    "Tin Moon feat. Ana Quill - Live",
    "Tin Moon (feat. Ana Quill) [Dusk Remix]",
    "Tin Moon (feat. Ana Quill Remix)",
    "Tin Moon - Radio Edit",
    "Tin Moon - Acoustic",
    "Tin Moon (Instrumental)",
    "Tin Moon (Karaoke Version)",
    "Tin Moon - Demo",
    "Tin Moon - Mono / 2009 Remaster",
    "Tin Moon (with Orchestra)",
    'Tin Moon (From "Far Shore Unplugged")',
    "Tin Moon (Part 2 Remastered)",
    "Tin Moon (2)",
    "Tin Moon - 2011",
    "Tin Moon (Master of Nothing)",
    "Tin Moon - Ao Vivo",
    "Tin Moon (feat. Ana Quill Pt. 2)",
    "Tin Moon - feat. Ana Quill, Part II",
    "Tin Moon (feat. Ana Quill Piano Version)",
    "Tin Moon (with Ana Quill Pt. 2)",
]
FEATURED_TAILS = [
    ("feat. Ana Live at Far Shore Hall", "Tin Moon (Live at Far Shore Hall)"),
    ("ft. Ana Quill & Bo - Live", "Tin Moon - Live"),
    ("featuring Ana Quill Ao Vivo", "Tin Moon - Ao Vivo"),
    ("feat. Ana Acoustic", "Tin Moon (Acoustic)"),
    ("feat. Ana Instrumental", "Tin Moon - Instrumental"),
    ("feat. Ana Karaoke Version", "Tin Moon (Karaoke Version)"),
    ("feat. Ana Demo [2011 Remaster]", "Tin Moon - Demo"),
    ("feat. Ana Radio Edit", "Tin Moon - Radio Edit"),
    ("feat. Ana Extended Mix", "Tin Moon (Extended Mix)"),
    ("feat. Ana Pt. 2", "Tin Moon, Pt. 2"),
    ("ft. Ana Quill, Part II", "Tin Moon, Part II"),
    ("feat. Ana pt2", "Tin Moon Pt2"),
    ("feat. Ana Vol. 3 (Bonus Track)", "Tin Moon Vol. 3"),
]
NAMED_TAILS = [
    "feat. Ana Remix",
    "ft. Ana Quill Dusk Remix",
    "feat. Ana Dusk Remix Instrumental",
    "feat. Ana Dub Mix",
    "feat. Ana Edit",
    "feat. Ana Piano Version",
    "feat. Ana Harbor Ver.",
    "featuring Ana Cover",
    "feat. Ana Harbor Session",
    "feat. Ana Bootleg",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_titles_that_differ_in_setting_only_have_one_key(one, other):
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), SAME_WHEN_FOLDED)
def test_titles_that_differ_in_accents_or_blanks_have_one_folded_key(one, other):
    assert title_key(one) != title_key(other)
    assert folded_key(one) == folded_key(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_titles_keep_different_keys(one, other):
    assert folded_key(one) != folded_key(other)
    assert loose_key(one) != loose_key(other)


@pytest.mark.parametrize("title", SAME_RECORDING)
def test_notes_on_the_same_recording_go_from_the_loose_key(title):
    assert folded_key(title) != "tinmoon"
    assert loose_key(title) == "tinmoon"


@pytest.mark.parametrize("title", OTHER_RECORDING)
def test_notes_on_another_recording_stay_in_the_loose_key(title):
    assert loose_key(title) != "tinmoon"


@pytest.mark.parametrize(("tail", "title"), FEATURED_TAILS)
def test_another_recording_or_part_after_a_featured_name_stays_without_the_name(tail, title):
    assert loose_key(f"Tin Moon {tail}") == loose_key(title) != "tinmoon"


@pytest.mark.parametrize("tail", NAMED_TAILS)
def test_a_version_that_may_be_named_after_the_featured_one_stays_as_a_whole(tail):
    assert loose_key(f"Tin Moon {tail}") == folded_key(f"Tin Moon {tail}")


@pytest.mark.parametrize("title", ["(Remastered)", "1969 - Remastered 2011", "Official Video", "feat. Nobody"])
def test_a_title_of_nothing_but_notes_keeps_them(title):
    assert loose_key(title) not in ("", "remastered2011")


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(str.strip))
@example("夜空")
@example("قمر")
@example("❤️")
@example("ー")
@example("The")
@example("\u0301")
@example("&amp;")
@example(": -")
def test_no_text_loses_everything_and_a_key_is_its_own_key(text):
    for key in (title_key, folded_key, loose_key):
        assert key(text) != ""
        assert key(text) == key(f"  {text} ")


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("Ana Quill; The Kites", {"anaquill", "kites"}),
        ("Ana Quill &amp; The Kites", {"anaquillandthekites", "anaquill", "kites"}),
        ("Ana Quill, Bo Tern", {"anaquillbotern", "anaquill", "botern"}),
        ("Ana Quill Featuring Bo Tern", {"anaquillfeaturingbotern", "anaquill", "botern"}),
        ("Kites - Topic", {"kitestopic", "kites"}),
        ("AnaQuillVEVO", {"anaquillvevo", "anaquill"}),
        ("Añá/Bo", {"anabo"}),
        ("!!!", {"!!!"}),
        ("Various Artists", set()),
        ("", set()),
    ],
)
def test_artist_keys_hold_whole_names_and_parts(cell, keys):
    assert artist_keys(cell) == keys


def test_parts_of_a_name_are_told_from_the_whole():
    assert name_keys("Salt & Ember") == (("saltandember",), ("salt", "ember"))


def test_an_entity_does_not_cut_a_cell_of_artists():
    assert artist_names("Salt &amp; Ember; Ana") == ["Salt & Ember", "Ana"]

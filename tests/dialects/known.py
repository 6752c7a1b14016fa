"""Forty invented tracks, with values at the precision that the Spotify Web API gives."""

import random
import string
from dataclasses import dataclass

BASE62 = string.digits + string.ascii_letters
UNITS = ("danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence")
FEATURES = (*UNITS, "loudness", "tempo", "duration_ms")

TITLES = (
    "Paper Lanterns", 'The "Quiet" Hour', "Salt, Smoke, and Sugar", "Ночной трамвай", "雨の地下鉄", "موج بلا شاطئ",
    "밤의 우체국", "Łąka pod śniegiem", "Ça ira demain", "Größer als Regen", "Mañana, quizás", "Smörgås på taket",
    "Δρόμος του αλατιού", "İnce Yağmur", "It's Only Thunder", "[Interlude] Static", "(Don't) Wake the Harbor",
    "#1 in a Small Town", "=SUM of Us", "+1 Guest", "-40 Outside", "@ the Pier", "21", "1999; or so", "50% Moonlight",
    "Back\\slash", "Pipe | Dream", "Café del Fin", "O", "Two  Spaces", "Ghost 🦊 Notes", "A/B Side",
    "Signal & Noise", "Rust - Remastered 2011", "Rust - Live", "Half Past Nowhere (feat. Ines Quill)", "True",
    "Twelve Rooms: I. Adagio", "¿Dónde está la nieve?", "Last Light on Kestrel Road",
)  # fmt: skip
ARTISTS = (
    "Ines Quill", "Moss, Fern & Daughters", "Kestrel & Rowe", 'Vee "Slim" O\'Tarrow', "Joan O'Vail", "Ночная Ладья",
    "雨傘楽団", "فرقة السراب", "Ångström Trio", "The Low Tide Choir", "Bram Okonjo", "Zuzanna Żółw", "DJ Pebble",
)  # fmt: skip
GENRES = (
    "harbor folk", "night jazz", "glass pop", "children's choir", "r&b", "slow techno", "post-polka", "k-drift",
    "spoken word", "drum & fog",
)  # fmt: skip


@dataclass(frozen=True)
class Track:
    """One invented track; ``features`` maps the ten canonical features to numbers."""

    number: int
    id: str
    name: str
    artists: tuple[str, ...]
    artist_ids: tuple[str, ...]
    album: str
    album_id: str
    release_date: str
    genres: tuple[str, ...]
    popularity: int
    artist_popularity: int
    followers: int
    explicit: bool
    key: int
    mode: int
    time_signature: int
    isrc: str
    features: dict[str, float]

    @property
    def artist(self) -> str:
        return self.artists[0]

    @property
    def year(self) -> int:
        return int(self.release_date[:4])


def _spotify_id(rng: random.Random) -> str:
    return rng.choice(string.digits[:8]) + "".join(rng.choices(BASE62, k=21))


def _features(rng: random.Random, number: int) -> dict[str, float]:
    unit = {
        "danceability": rng.uniform(0.08, 0.96),
        "energy": rng.uniform(0.02, 0.99),
        "speechiness": rng.choice([rng.uniform(0.025, 0.06), rng.uniform(0.06, 0.45)]),
        "acousticness": rng.choice([10 ** rng.uniform(-5, -1), rng.uniform(0.1, 0.995)]),
        "instrumentalness": rng.choice([0.0, 10 ** rng.uniform(-6, -2), rng.uniform(0.1, 0.95)]),
        "liveness": rng.uniform(0.03, 0.6),
        "valence": rng.uniform(0.03, 0.97),
    }
    features = {name: float(f"{value:.3g}") for name, value in unit.items()}
    features["loudness"] = 0.321 if number == 11 else round(rng.uniform(-31, -1.5), 3)
    features["tempo"] = round(rng.uniform(62, 205), 3)
    features["duration_ms"] = 1_412_345 if number == 7 else rng.randint(95_000, 420_000)
    return features


def _track(number: int, artist_ids: dict[str, str]) -> Track:
    rng = random.Random(f"track {number}")
    artists = tuple(rng.sample(ARTISTS, rng.choice([1, 1, 1, 2, 3])))
    year, month, day = rng.randint(1921, 2023), rng.randint(1, 12), rng.randint(1, 28)
    return Track(
        number=number,
        id=_spotify_id(rng),
        name=TITLES[number],
        artists=artists,
        artist_ids=tuple(artist_ids[name] for name in artists),
        album=f"{rng.choice(TITLES[:20])} (Album)",
        album_id=_spotify_id(rng),
        release_date=str(year) if number % 9 == 4 else f"{year}-{month:02d}-{day:02d}",
        genres=tuple(rng.sample(GENRES, rng.choice([0, 1, 1, 2, 3]))),
        popularity=rng.randint(0, 98),
        artist_popularity=rng.randint(0, 98),
        followers=rng.randint(10, 4_000_000),
        explicit=rng.random() < 0.3,
        key=number % 12,
        mode=int(rng.random() < 0.6),
        time_signature=rng.choice([4, 4, 4, 4, 3, 5, 1]),
        isrc=f"QZ{''.join(rng.choices(string.ascii_uppercase, k=3))}{year % 100:02d}{rng.randint(0, 99_999):05d}",
        features=_features(rng, number),
    )


def _known_tracks() -> tuple[Track, ...]:
    rng = random.Random("artists")
    artist_ids = {name: _spotify_id(rng) for name in ARTISTS}
    return tuple(_track(number, artist_ids) for number in range(len(TITLES)))


KNOWN_TRACKS: tuple[Track, ...] = _known_tracks()

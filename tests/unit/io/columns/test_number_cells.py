"""Units and decimal marks in the cells of number columns."""

import numpy as np
import pandas as pd
import pytest

from songatlas.errors import DataError, DataWarning
from songatlas.io.columns.canonical import canonical_table

N = 20
BASE = {
    "danceability": np.linspace(0.3, 0.8, N).round(3),
    "energy": np.linspace(0.2, 0.9, N).round(3),
    "valence": np.linspace(0.15, 0.85, N).round(3),
    "loudness": np.linspace(-14.2, -4.1, N).round(3),
    "tempo": np.linspace(81.3, 158.7, N).round(3),
    "duration_ms": np.linspace(150_000, 280_000, N).round(),
}


def read(**columns):
    return canonical_table(pd.DataFrame({**BASE, **columns}))


def texts(name, form):
    return [form(value) for value in BASE[name]]


def test_a_unit_in_one_cell_is_its_own():
    cells = texts("duration_ms", lambda v: f"{v:.0f}")
    cells[3] = "200 s"
    assert read(duration_ms=cells)["duration_ms"].iloc[3] == 200_000
    cells = [f"{v / 1000:.1f} s" for v in BASE["duration_ms"]]
    cells[3] = "4 min"
    found = read(duration_ms=cells)["duration_ms"]
    assert found.iloc[3] == 240_000 and found.iloc[0] == 150_000


def test_a_percent_sign_in_some_cells_concerns_these():
    cells = texts("energy", str)
    cells[5] = "90%"
    with pytest.warns(DataWarning, match="energy: 1 cells have a percent sign"):
        assert read(energy=cells)["energy"].iloc[5] == 0.9


def test_percents_with_decimal_commas_are_read():
    columns = {
        n: [f"{100 * v:.1f} %".replace(".", ",") for v in BASE[n]] for n in ("danceability", "energy", "valence")
    }
    np.testing.assert_allclose(read(**columns)["energy"], BASE["energy"], atol=0.0006)


def test_a_column_of_three_decimals_is_not_thousands():
    cells = texts("loudness", lambda v: f"{v:.3f}".replace(".", ","))
    np.testing.assert_allclose(read(loudness=cells)["loudness"], BASE["loudness"], atol=1e-9)


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_mixed_marks_never_give_a_value_a_thousandfold(share):
    columns = {
        name: [(f"{v:.3f}".replace(".", ",") if i < share * N else f"{v:.3f}") for i, v in enumerate(BASE[name])]
        for name in ("danceability", "energy", "valence", "loudness", "tempo")
    }
    with pytest.warns(DataWarning):
        found = read(**columns)
    for name in columns:
        known = found[name].notna().to_numpy()
        np.testing.assert_allclose(found[name].to_numpy()[known], BASE[name][known], atol=1e-9)
        assert known.sum() >= N / 5


def test_rows_of_two_dialects_in_one_file_are_refused():
    half = pd.DataFrame({**BASE}).rename(columns={"energy": "Energy"})
    with pytest.raises(
        DataError, match="some rows have their values in 'energy', others .the first is row 21. in 'Energy'"
    ):
        canonical_table(pd.concat([pd.DataFrame(BASE), half], ignore_index=True))


def test_links_to_anything_but_tracks_are_no_bare_ids():
    urls = [f"https://video.example/watch?v={i}" for i in range(N)]
    assert read(url=urls)["track_id"].nunique() == N


def test_the_id_of_an_artist_is_no_id_of_tracks():
    found = read(id=[f"artist{i % 3}" for i in range(N)], name=[f"Song {i}" for i in range(N)])
    assert "track_id" not in found and found.attrs["songatlas"]["vetoed"] == {"id": "repeats under different titles"}


def test_keys_modes_and_meters_beyond_their_range_are_missing_and_said():
    with pytest.warns(DataWarning, match="key: 1 values beyond 0 to 11.*every key is one too high"):
        assert read(key=[1, 12, *[5] * 18])["key"].isna().tolist() == [False, True, *[False] * 18]
    with pytest.warns(DataWarning, match="'time_signature': 1 cell cannot be read"):
        assert read(time_signature=["06-Aug", "0", *["4/4"] * 18])["time_signature"].isna().sum() == 2


def test_dates_without_a_year_are_said():
    with pytest.warns(DataWarning, match="release_date: no year with four digits in 1 dates, such as '25/06/81'"):
        assert read(release_date=["25/06/81", "0000", "", *["1999-01-01"] * 17])["year"].isna().sum() == 3


def test_the_columns_of_a_last_row_of_totals(tmp_path):
    from songatlas.io.read import read_tracks

    table = pd.DataFrame({"title": [f"Song {i}" for i in range(N)], "artist": "Ana", **BASE})
    totals = {"title": "Total", "artist": "", **{name: values.mean() for name, values in BASE.items()}}
    pd.concat([table, pd.DataFrame([totals])]).to_csv(tmp_path / "t.csv", index=False)
    with pytest.warns(DataWarning, match="a row of totals .'Total'."):
        read_table = read_tracks(tmp_path / "t.csv")
    assert len(read_table) == N and read_table.attrs["songatlas"]["files"][0]["read"] == N + 1

"""The playlist of a cluster: its most typical tracks, few per artist."""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def typical_playlist(tracks: pd.DataFrame, label: int, *, length: int, max_per_artist: int) -> NDArray[np.int64]:
    """Return positions of a cluster's most typical tracks, nearest its centre first.

    Parameters
    ----------
    tracks : DataFrame
        With ``state``, ``cluster`` and ``center_distance``, and ``artist_name`` where it is known. Only kept
        rows are taken, so no recording comes twice.
    label : int
    length : int
        Most tracks in the list.
    max_per_artist : int
        Most tracks of one artist; tracks without a named artist are not limited.
    """
    rows = np.flatnonzero((tracks["state"] == "kept") & (tracks["cluster"] == label).fillna(False))
    rows = rows[np.argsort(tracks["center_distance"].to_numpy()[rows], kind="stable")]
    if "artist_name" not in tracks:
        return rows[:length]
    artists = tracks["artist_name"].to_numpy()
    chosen: list[int] = []
    seen: Counter[str] = Counter()
    for row in rows:
        artist = str(artists[row] or "").casefold()
        if artist and seen[artist] >= max_per_artist:
            continue
        seen[artist] += 1
        chosen.append(int(row))
        if len(chosen) == length:
            break
    return np.array(chosen, dtype=np.int64)

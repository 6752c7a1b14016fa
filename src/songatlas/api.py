"""The face for Python: `cluster_tracks` returns a `Run` with tables, figures and `save`; `load_run` gives it back."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from songatlas import workflow
from songatlas.io.folders import whole_folder
from songatlas.io.playlist_files import PlaylistTrack, safe_file_name, write_xspf
from songatlas.io.runs import read_run, write_manifest, write_run
from songatlas.options import Options
from songatlas.playlists.typical import typical_playlist
from songatlas.progress import SILENT, Progress
from songatlas.results import Profile, RunData

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURE_DPI = 150


class Run:
    """A finished run: what was found, as tables, figures, a report and a folder.

    Attributes
    ----------
    data : RunData
        Everything, as frozen values; rows are counted from 0 in the order given.
    """

    def __init__(self, data: RunData, index: pd.Index | None = None) -> None:
        self.data = data
        self._index = index

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """Every input row, in the order given, with its state, cluster, name, margin and map coordinates.

        The index is that of the pandas table that was clustered, so that its columns align; a run that was loaded
        from its folder counts from 0.
        """
        if self._index is None:
            return self.data.tracks
        tracks = self.data.tracks.copy(deep=False)
        tracks.index = self._index
        return tracks

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profile of each cluster, by label."""
        return self.data.profiles

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """One row per cluster: name, sizes, share, tagline, mean of every feature."""
        rows = [
            {
                "cluster": p.label,
                "name": p.name,
                "n_tracks": p.n_tracks,
                "n_rows": p.n_rows,
                "share": p.share,
                "silhouette": p.silhouette,
                "tagline": p.tagline,
                **p.mean,
            }
            for p in self.profiles
        ]
        return pd.DataFrame(rows).set_index("cluster") if rows else pd.DataFrame()

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per candidate of every method, all scored in the same space on the same tracks."""
        return pd.DataFrame(
            [
                {
                    "method": c.method,
                    **{k: c.params.get(k) for k in ("n_clusters", "eps", "min_samples")},
                    "found_clusters": c.n_clusters,
                    "noise_share": c.noise_share,
                    "effective_n_clusters": c.effective_n_clusters,
                    "silhouette": c.silhouette,
                    "davies_bouldin": c.davies_bouldin,
                    "calinski_harabasz": c.calinski_harabasz,
                    "inertia": c.inertia,
                    "barred": c.barred or "",
                    "chosen": c.chosen,
                    "winner": c.winner,
                    "note": c.note,
                }
                for c in self.data.candidates
            ]
        )

    @property
    def map(self) -> pd.DataFrame:
        """The clustered tracks' coordinates: x, y (where a map was drawn), pca_x, pca_y, cluster_name."""
        names = [n for n in ("track_name", "artist_name", "x", "y", "pca_x", "pca_y") if n in self.tracks]
        return self.tracks.iloc[self.data.kept][[*names, "cluster", "cluster_name"]]

    def figures(self) -> "dict[str, Callable[[], Figure]]":
        """Return, by name, functions that draw each figure of this run."""
        from songatlas.plot import all_figures

        return all_figures(self.data)

    def report_html(self, progress: Progress = SILENT) -> str:
        """Return the report as one offline HTML page."""
        return self._report(self._draw(progress))

    def summary_markdown(self) -> str:
        """Return the findings in plain words, as Markdown."""
        from songatlas.report import render_summary, summarize

        return render_summary(summarize(self.data))

    def save(self, folder: str | Path, *, overwrite: bool = False, progress: Progress = SILENT) -> Path:
        """Write the run into a folder, whole or not at all, and return the folder.

        Raises
        ------
        OutputError
            When the folder exists already (``overwrite`` replaces one that songatlas wrote), or cannot be written.
        """
        folder = Path(folder)
        with whole_folder(folder, overwrite=overwrite) as partial:
            with progress.step("writing the tables", 1.0) as step:
                write_run(self.data, partial, step.advance)
                self._write_playlists(partial / "playlists")
            pictures = self._draw(progress)
            (partial / "figures").mkdir()
            for name, png in pictures.items():
                (partial / "figures" / f"{name}.png").write_bytes(png)
            (partial / "summary.md").write_text(self.summary_markdown(), encoding="utf-8")
            (partial / "report.html").write_text(self._report(pictures), encoding="utf-8")
            (partial / "user").mkdir()
            write_manifest(self.data, partial)
        return folder

    def _draw(self, progress: Progress) -> dict[str, bytes]:
        from songatlas.plot import figure_png

        drawers = self.figures()
        pictures = {}
        with progress.step("drawing the figures", len(drawers)) as step:
            for name, draw in drawers.items():
                pictures[name] = figure_png(draw(), FIGURE_DPI)
                step.advance()
        return pictures

    def _report(self, pictures: dict[str, bytes]) -> str:
        from songatlas.plot import captions
        from songatlas.report import render_report, summarize

        return render_report(summarize(self.data), pictures, captions(self.data))

    def _write_playlists(self, folder: Path) -> None:
        folder.mkdir()
        output = self.data.options.output
        taken: set[str] = set()
        for profile in self.profiles:
            rows = typical_playlist(
                self.data.tracks,
                profile.label,
                length=output.playlist_length,
                max_per_artist=output.max_per_artist,
            )
            note = (
                f"The {len(rows):,} most typical of {profile.n_tracks:,} tracks, at most {output.max_per_artist} "
                f"per artist. {profile.tagline}"
            )
            file_name = safe_file_name(profile.name, taken)
            taken.add(file_name)
            path = folder / f"{file_name}.xspf"
            write_xspf(path, profile.name, [_playlist_track(self.data.tracks, row) for row in rows], annotation=note)

    def __repr__(self) -> str:
        names = ", ".join(f"{p.name} ({p.share:.0%})" for p in self.profiles)
        counts = self.data.manifest["counts"]
        found = f"{counts['rows']:,} rows, {counts['kept']:,} clustered; {len(self.profiles)} clusters"
        return f"<songatlas.Run: {found}: {names}>"

    def _repr_html_(self) -> str:
        if not len(self.clusters):
            return pd.DataFrame({"songatlas.Run": [repr(self)]}).to_html(index=False)
        shown = self.clusters[["name", "n_tracks", "share", "tagline"]]
        with pd.option_context("display.max_colwidth", None):
            return shown.to_html(formatters={"share": "{:.1%}".format, "n_tracks": "{:,}".format})


def cluster_tracks(table: Any, options: Options | None = None, *, progress: Progress = SILENT, **values: Any) -> Run:
    """Group the tracks of a table by how they sound.

    Parameters
    ----------
    table : pandas, polars or Arrow table
        One row per track, as `read_tracks` returns it or as you have it.
    options : Options, optional
    progress : Progress, optional
    **values
        Single options by name, such as ``n_clusters=5`` or ``scaler="robust"``; they win over ``options``.

    Returns
    -------
    Run
        Its ``tracks`` have a row per row given, in the same order and, of a pandas table, under the same index.

    Examples
    --------
    >>> import songatlas
    >>> run = songatlas.cluster_tracks(songatlas.make_catalogue(300, seed=1), map="none", n_clusters=3)
    >>> len(run.clusters), len(run.tracks)
    (3, 300)
    """
    chosen = (options or Options()).with_values(**values)
    index = table.index if isinstance(table, pd.DataFrame) else None
    return Run(workflow.cluster_tracks(table, chosen, progress=progress), index)


read_tracks = workflow.read_tracks


def load_run(folder: str | Path) -> Run:
    """Return the run that `Run.save` or ``songatlas run`` wrote into a folder.

    Raises
    ------
    DataError
        When the folder is not a run, or is damaged.
    """
    return Run(read_run(folder))


def _playlist_track(tracks: pd.DataFrame, row: int) -> PlaylistTrack:
    def cell(name: str) -> str | None:
        value = tracks[name].iat[row] if name in tracks else None
        return str(value) if isinstance(value, str) and value else None

    duration = (
        float(tracks["duration_ms"].to_numpy("float64", na_value=np.nan)[row]) if "duration_ms" in tracks else 0.0
    )
    return PlaylistTrack(
        title=cell("track_name") or "",
        artist=cell("artist_name") or "",
        album=cell("album_name") or "",
        duration_ms=round(duration) if 0 < duration < float("inf") else None,
        track_id=cell("track_id"),
        isrc=cell("isrc"),
        location=None,
    )

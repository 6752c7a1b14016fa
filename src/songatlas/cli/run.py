"""``songatlas run``: the main job on files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._flags import given_values, option_flags
from ._show import notes_on_stderr, prepare_loops, print_account, print_clusters, shown_progress

if TYPE_CHECKING:
    from songatlas.options import Options


@click.command()
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write the run into.")
@click.option(
    "--options",
    "options_file",
    type=click.Path(path_type=Path),
    help="Options from a TOML file, such as RUN/options.toml, which names its files too; what is given here wins.",
)
@click.option("--overwrite", is_flag=True, help="Replace the folder, if songatlas wrote it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@option_flags
def run(
    files: tuple[str, ...],
    output: Path,
    options_file: Path | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Group the tracks of a table, and write a folder with everything found.

    FILE is a table of any kind (CSV, JSON, Parquet, Feather, Excel, SQLite, DuckDB, zipped or not) or a database's
    URL. Several files are read as one table.
    """
    from songatlas.io.folders import check_target
    from songatlas.options import Options, read_options

    options = (read_options(options_file) if options_file else Options()).with_values(**given_values(values))
    tracks = files or options.read.tracks
    if not tracks:
        raise click.UsageError(_no_file(options_file))
    check_target(output, overwrite=overwrite)
    with notes_on_stderr(quiet=quiet), shown_progress(quiet=quiet) as progress:
        with progress.step("reading", None):
            from songatlas.api import cluster_tracks, read_tracks
            from songatlas.schema import FEATURE_NAMES

            table = read_tracks(
                tracks,
                require_features=options.features.features == FEATURE_NAMES,
                column=options.read.column,
                table=options.read.table,
                query=options.read.query,
                encoding=options.read.encoding,
                features_from=options.read.features_from,
                features_table=options.read.features_table,
            )
        options = _naming(tracks, options, quiet=quiet)
        if not quiet:
            click.echo(f"Grouping {len(table):,} tracks by how they sound …", err=True)
        prepare_loops(progress, quiet=quiet)
        found = cluster_tracks(table, options, progress=progress)
        found.save(output, overwrite=overwrite, progress=progress)
    if as_json:
        from .clusters import clusters_as_json

        click.echo(clusters_as_json(found, folder=output))
    elif not quiet:
        print_findings(found, output)


def _no_file(options_file: Path | None) -> str:
    if options_file:
        return f"{options_file} names no tracks. Name the table of tracks: FILE."
    return "Missing argument 'FILE...': the table of tracks, or --options of a run whose files are to be read again."


def _naming(tracks: tuple[str, ...], options: "Options", *, quiet: bool) -> "Options":
    """Return the options with the files and databases that were read, so that they repeat the run."""
    from songatlas.workflow.reading import storable

    features_from = options.read.features_from
    kept = {"tracks": [storable(one) for one in tracks], "features_from": [storable(one) for one in features_from]}
    if not quiet and [*kept["tracks"], *kept["features_from"]] != [*tracks, *features_from]:
        click.echo(
            "note: options.toml keeps URLs without user, password and settings, and names that are no text with "
            "question marks: to repeat the run, name these again.",
            err=True,
        )
    return options.with_values(**kept)


def print_findings(found: Any, output: Path) -> None:
    """Print the account of rows, the choice, the clusters, and where to look next."""
    from ._show import console

    out = console()
    print_account(found)
    out.print(found.data.choice.explanation)
    out.print()
    print_clusters(found)
    out.print()
    out.print(f"Report: {output / 'report.html'}", soft_wrap=True)
    out.print(f"Tracks with labels: {output / 'tracks.csv'}; playlists: {output / 'playlists'}", soft_wrap=True)

"""``songatlas demo``: the main job on the built-in catalogue."""

from pathlib import Path

import click

from ._show import notes_on_stderr, prepare_loops, shown_progress


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("demo-run"),
    help="Folder to write.  [default: demo-run]",
)
@click.option("--n-tracks", type=click.IntRange(min=50), default=20_000, help="Tracks to invent.  [default: 20000]")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="Seed of the catalogue and of the run.  [default: 0]",
)
@click.option("--overwrite", is_flag=True, help="Replace the folder, if songatlas wrote it.")
def demo(output: Path, n_tracks: int, seed: int, overwrite: bool) -> None:
    """Run the main job on a built-in catalogue of invented tracks."""
    from songatlas.io.folders import check_target

    from .run import print_findings

    check_target(output, overwrite=overwrite)
    click.echo(f"Inventing {n_tracks:,} tracks and grouping them by how they sound …", err=True)
    with notes_on_stderr(), shown_progress() as progress:
        with progress.step("inventing tracks", None):
            from songatlas.api import cluster_tracks
            from songatlas.catalogue import make_catalogue

            catalogue = make_catalogue(n_tracks, seed)
        prepare_loops(progress)
        found = cluster_tracks(catalogue, seed=seed, progress=progress)
        found.save(output, overwrite=overwrite, progress=progress)
    print_findings(found, output)

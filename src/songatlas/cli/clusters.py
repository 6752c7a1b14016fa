"""``songatlas clusters``: the clusters of a finished run, in the terminal."""

import json
from pathlib import Path
from typing import Any

import click

from ._show import console, grades_of, print_account, print_clusters


@click.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--tracks",
    "n_tracks",
    type=click.IntRange(min=0),
    default=5,
    help="Typical tracks per cluster.  [default: 5]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the clusters as JSON.")
def clusters(run_folder: Path, n_tracks: int, as_json: bool) -> None:
    """Show the clusters of a finished run: sizes, what sets them apart, typical tracks."""
    from songatlas.api import load_run
    from songatlas.profiles import format_value

    found = load_run(run_folder)
    if as_json:
        click.echo(clusters_as_json(found, folder=run_folder))
        return
    print_account(found)
    print_clusters(found)
    out = console()
    for profile in found.profiles:
        out.print()
        out.print(f"[bold]{profile.label}  {_plain(profile.name)}[/]  {profile.n_tracks:,} tracks, {profile.share:.1%}")
        traits = [
            f"{t.words} ({format_value(t.feature, t.mean)}, catalogue {format_value(t.feature, t.catalogue_mean)})"
            for t in profile.traits[:4]
        ]
        out.print("  " + _plain("; ".join(traits)))
        for ref in profile.typical[:n_tracks]:
            detail = f" · {ref.detail}" if ref.detail else ""
            out.print(
                _plain(f"    {ref.artist_name or 'unknown artist'} – {ref.track_name or 'untitled'}{detail}"),
                soft_wrap=True,
            )


def clusters_as_json(found: Any, *, folder: Path) -> str:
    """Return the clusters with their grades, the choice, the judgement and the account of rows as JSON text."""
    from songatlas.io.judgement import judgement_as_plain
    from songatlas.io.plain import to_plain

    data = found.data
    grades = grades_of(data.judgement)
    return json.dumps(
        to_plain(
            {
                "folder": str(folder).encode("utf-8", "replace").decode("utf-8"),
                "counts": data.manifest["counts"],
                "method": data.method,
                "choice": data.choice,
                "judgement": judgement_as_plain(data.judgement),
                "clusters": [{**to_plain(p), "grade": grades.get(p.label)} for p in data.profiles],
                "warnings": data.manifest["warnings"],
            }
        ),
        ensure_ascii=False,
        indent=1,
    )


def _plain(text: str) -> str:
    """Return text in which the console sees no markup."""
    from rich.markup import escape

    return escape(text)

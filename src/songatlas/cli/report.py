"""``songatlas report``: the report of a finished run, rendered again from its data."""

from pathlib import Path

import click

from ._show import shown_progress


@click.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: RUN/report.html]")
@click.option("--markdown", is_flag=True, help="Print the summary as Markdown instead.")
def report(run_folder: Path, output: Path | None, markdown: bool) -> None:
    """Write the report of a finished run again, from its saved data."""
    from songatlas.api import load_run
    from songatlas.io.folders import write_file

    found = load_run(run_folder)
    if markdown:
        click.echo(found.summary_markdown())
        return
    with shown_progress() as progress:
        text = found.report_html(progress=progress)
    target = output or run_folder / "report.html"
    write_file(target, text)
    click.echo(str(target))

"""``songatlas doctor``: what is installed, what is missing, and the compiled loops made ready."""

import platform
import time
from importlib.metadata import PackageNotFoundError, version

import click

from ._show import cannot_be_kept, prepare_loops, shown_progress

_PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "numba",
    "matplotlib",
    "jinja2",
    "click",
    "rich",
)
_SCRIPTS = {
    "CJK": "\u6f22\u5b57\u304b\u306a\ud55c",
    "Arabic": "\u0639\u0631\u0628",
    "Hebrew": "\u05e2\u05d1\u05e8",
    "Thai": "\u0e44\u0e17\u0e22",
}


@click.command()
@click.option(
    "--prepare", is_flag=True, help="Only compile the loops that a run needs, so that the first one need not."
)
def doctor(prepare: bool) -> None:
    """Check this installation, and prepare it for the first run."""
    if prepare:
        _prepare()
        return
    import os

    from songatlas import __version__

    click.echo(f"songatlas {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
    absent = []
    for name in _PACKAGES:
        try:
            click.echo(f"  {name} {version(name)}")
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        from songatlas.errors import MissingDependencyError

        raise MissingDependencyError(f"not installed: {', '.join(absent)}. Install again: pip install songatlas")
    click.echo(f"  loops: {_loops()}")
    _fonts()
    start = time.perf_counter()
    from songatlas.api import cluster_tracks
    from songatlas.catalogue import make_catalogue

    with shown_progress() as progress:
        prepare_loops(progress)
        found = cluster_tracks(make_catalogue(4_000, 0), progress=progress)
    seconds = time.perf_counter() - start
    click.echo(f"A run on 4,000 invented tracks found {len(found.profiles)} clusters in {seconds:.1f} s: all is well.")


def _prepare() -> None:
    """Compile the loops ahead of time; an error where they cannot be kept."""
    from songatlas.errors import OutputError
    from songatlas.kernels.loop_cache import loops_folder
    from songatlas.kernels.prepare import is_prepared

    if is_prepared():
        click.echo(f"The loops are compiled already: {loops_folder()}")
        return
    start = time.perf_counter()
    with shown_progress() as progress:
        prepare_loops(progress, quiet=loops_folder() is None)
    if not is_prepared():
        raise OutputError(cannot_be_kept())
    click.echo(f"The loops are compiled: {loops_folder()} ({time.perf_counter() - start:.1f} s)")


def _loops() -> str:
    """Return whether the loops are compiled, and where they lie."""
    from songatlas.kernels.loop_cache import loops_folder
    from songatlas.kernels.prepare import is_prepared

    folder = loops_folder()
    if folder is None:
        return cannot_be_kept()
    if is_prepared():
        return f"compiled, in {folder}"
    return f"not compiled yet; the first run does it, or songatlas doctor --prepare (into {folder})"


def _fonts() -> None:
    from songatlas.plot import missing_scripts

    missing = missing_scripts(_SCRIPTS)
    if missing:
        click.echo(
            f"  fonts: none for {', '.join(missing)}; such titles are drawn as boxes in figures (not in the report's "
            "text). Installing the Noto fonts mends this."
        )
    else:
        click.echo("  fonts: all scripts can be drawn in figures")

"""The command group: commands are imported when they are called, so that ``--help`` loads nothing heavy."""

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from songatlas import __version__
from songatlas.errors import SongAtlasError

COMMANDS = {
    "run": "Group the tracks of CSV or Parquet files, and write a folder with everything found.",
    "inspect": "Show what is in a table of tracks, and what is wrong with it.",
    "clusters": "Show the clusters of a finished run.",
    "report": "Write the report of a finished run again.",
    "demo": "Run the main job on a built-in catalogue of invented tracks.",
    "doctor": "Check this installation, and prepare it for the first run.",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"songatlas.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="songatlas")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Group the tracks of a music catalogue by how they sound.

    Start with: songatlas demo, or: songatlas run TRACKS.csv -o RUN
    """
    ctx.obj = {"debug": debug}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code: Any = cli.main(args=given, prog_name="songatlas", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _interrupted()
    except KeyboardInterrupt:
        _interrupted()
    except click.ClickException as err:
        err.show()
        sys.exit(err.exit_code)
    except SongAtlasError as err:
        if "--debug" in given:
            traceback.print_exc()
        click.echo(f"songatlas: {err}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output closed it, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _interrupted() -> None:
    click.echo("songatlas: interrupted; nothing was written.", err=True)
    sys.exit(130)

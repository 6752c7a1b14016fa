"""The command group: commands are imported when they are called, so that ``--help`` loads nothing heavy."""

import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from songatlas import __version__
from songatlas.errors import SongAtlasError

_REPEAT_SECONDS = 1.0

COMMANDS = {
    "run": "Group the tracks of a table, and write a folder with everything found.",
    "inspect": "Show what is in a table of tracks, and what is wrong with it.",
    "clusters": "Show the clusters of a finished run.",
    "report": "Write the report of a finished run again.",
    "demo": "Run the main job on a built-in catalogue of invented tracks.",
    "doctor": "Check this installation, and prepare it for the first run.",
}


class _EndedBySignalError(SystemExit):
    """Raised where SIGTERM or SIGHUP is heard, so that everything is unwound; ``code`` is the exit code."""

    code: int


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
    for name in ("stdout", "stderr"):  # closed by the caller, as with >&-
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (open until the process ends)
    _hear_signals()
    try:
        code: Any = cli.main(args=given, prog_name="songatlas", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _leave(130, "\nsongatlas: interrupted; nothing was written.")
    except _EndedBySignalError as err:
        _leave(err.code)
    except click.ClickException as err:
        err.show()
        sys.exit(err.exit_code)
    except BrokenPipeError:  # the reader of our output closed it, as head does
        _drop_stdout()
        sys.exit(0)
    except Exception as err:
        if "--debug" in given:
            traceback.print_exc()
        _fail(_told(err), 1)


def _told(err: Exception) -> str:
    """Return an error in words for the person at the terminal."""
    if isinstance(err, SongAtlasError):
        return str(err)
    if isinstance(err, OSError):
        return f"{err.filename or 'the output'}: {err.strerror or err}."
    if isinstance(err, MemoryError):
        return f"out of memory ({err}). Free some, or take fewer tracks or columns."
    return (
        f"a fault in songatlas itself ({type(err).__name__}: {str(err)[:200]}). Please report it, with what "
        "'songatlas --debug' in front of the same command prints."
    )


def _leave(code: int, message: str = "") -> None:
    """End at once: everything is unwound, and threads that still compute are not waited for."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    with suppress(OSError):
        if message:
            click.echo(message, err=True)
    with suppress(OSError, AttributeError, ValueError):
        sys.stdout.flush()
    os._exit(code)


def _fail(message: str, code: int) -> None:
    with suppress(OSError):  # where stderr is closed too, only the exit code is left to tell
        click.echo(f"songatlas: {message}", err=True)
    _drop_stdout()
    sys.exit(code)


def _drop_stdout() -> None:
    """Let what is still waiting for stdout go nowhere, so that the interpreter's own flush at exit cannot fail."""
    try:
        sys.stdout.flush()
    except (AttributeError, ValueError):
        pass
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _hear_signals() -> None:
    """Let Ctrl-C be heard even where it is swallowed, and SIGTERM and SIGHUP end a run without leaving anything.

    A library may swallow a KeyboardInterrupt, in a callback or while it is imported; so it is raised again each
    second until it arrives here.
    """

    def end(number: int, frame: object) -> None:
        raise _EndedBySignalError(128 + number)

    def interrupt(number: int, frame: object) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, _REPEAT_SECONDS, _REPEAT_SECONDS)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        return
    for name, default, hear in (
        ("SIGINT", signal.default_int_handler, interrupt),
        ("SIGALRM", signal.SIG_DFL, interrupt),
        ("SIGTERM", signal.SIG_DFL, end),
        ("SIGHUP", signal.SIG_DFL, end),
    ):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is default:
            signal.signal(number, hear)

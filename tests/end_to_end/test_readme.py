"""What README promises runs: its Python session, and every command and flag that it names."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import songatlas
from songatlas.cli._main import cli

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [
    re.split(r"\s{2,}#", line)[0].removeprefix("$ ").strip()
    for _, block in BLOCKS
    for line in block.splitlines()
    if re.match(r"(\$ )?songatlas ", line)
]


def test_the_python_session_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    songatlas.make_catalogue(400, seed=1).to_csv("TRACKS.csv", index=False)
    code = "\n".join(block for kind, block in BLOCKS if kind == "python")
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "RUN" / "report.html").exists() and (tmp_path / "map.png").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_flag_exists(command):
    _, name, *rest = shlex.split(command)
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    flags = {option for parameter in found.params for option in parameter.opts} | {"--help"}
    assert {word for word in rest if word.startswith("-")} <= flags
    assert CliRunner().invoke(found, ["--help"]).exit_code == 0


def test_linked_pages_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).resolve().parents[2] / target).exists(), target

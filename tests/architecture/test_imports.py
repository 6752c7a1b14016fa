"""The direction of imports: which room may use which, and where heavy libraries live (see docs/architecture.md)."""

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "songatlas"

GROUND = ("errors", "optional", "progress", "seeds", "schema", "options", "provenance", "evidence", "results")
CORE = ("tracks", "cluster", "metrics", "profiles", "maps", "playlists", "catalogue")
ALLOWED: dict[str, tuple[str, ...]] = {
    **{name: GROUND[:i] for i, name in enumerate(GROUND)},
    "kernels": (),
    **dict.fromkeys(CORE, (*GROUND, "kernels")),
    "io": (*GROUND, "kernels"),
    "workflow": (*GROUND, *CORE, "kernels", "io"),
    "plot": GROUND,
    "report": (*GROUND, "plot"),
    "api": (*GROUND, *CORE, "io", "workflow", "plot", "report"),
    "cli": (*GROUND, *CORE, "kernels", "io", "workflow", "plot", "report", "api", "facade"),
    "facade": ("api", "catalogue", "errors", "io", "options"),
    "__main__": ("cli",),
}
HOMES = {
    "matplotlib": ("plot",),
    "jinja2": ("report",),
    "numba": ("kernels",),
    "click": ("cli",),
    "rich": ("cli",),
    "openTSNE": (),
    "pickle": (),
    "joblib": (),
    "fastcluster": (),
}


def room_of(module: str) -> str:
    parts = module.split(".")
    return "facade" if len(parts) == 1 else parts[1]


def imports_of(path: Path, source: Path = SOURCE) -> set[str]:
    """Return the absolute names of all modules a file imports, inside functions as well."""
    package = ["songatlas", *path.relative_to(source).parts[:-1]]
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(n) for branch in ast.walk(tree) if _only_for_types(branch) for s in branch.body for n in ast.walk(s)
    }
    for node in (n for n in ast.walk(tree) if id(n) not in for_types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            rooms = {a.name for a in node.names if (source / a.name).is_dir() or (source / f"{a.name}.py").exists()}
            if module == "songatlas":
                found |= {f"songatlas.{name}" for name in rooms}
            if module != "songatlas" or rooms != {a.name for a in node.names}:
                found.add(module)
    return found


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def violations(source: Path = SOURCE) -> list[str]:
    """Return every import that the rules forbid."""
    found = []
    for path in sorted(source.rglob("*.py")):
        relative = path.relative_to(source)
        room = "facade" if str(relative) == "__init__.py" else relative.parts[0].removesuffix(".py")
        if room not in ALLOWED:
            found.append(f"{relative}: the room {room!r} is not in the table of rooms")
            continue
        for module in imports_of(path, source):
            top = module.split(".")[0]
            if top == "songatlas":
                target = room_of(module)
                if target != room and target not in ALLOWED[room]:
                    found.append(f"{relative}: {room} may not import {module}")
                if (
                    any(part.startswith("_") and part != "__main__" for part in module.split(".")[2:])
                    and target != room
                ):
                    found.append(f"{relative}: {module} is private to {target}")
            elif top in HOMES and room not in HOMES[top]:
                found.append(f"{relative}: {top} may be imported only in {HOMES[top] or 'tests'}")
    return found


def test_every_import_keeps_the_direction():
    assert violations() == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("cluster/planted.py", "from songatlas.io import read"),
        ("cluster/planted.py", "def f():\n    from songatlas.plot import all_figures"),
        ("plot/planted.py", "import songatlas.workflow.run"),
        ("kernels/planted.py", "from songatlas.results import Scaling"),
        ("tracks/planted.py", "from ..cluster import labels"),
        ("report/planted.py", "import matplotlib.figure"),
        ("io/planted.py", "import pickle"),
        ("io/planted.py", "from songatlas import tracks"),
        ("newroom/planted.py", "import os"),
    ],
)
def test_a_planted_violation_is_seen(tmp_path, path, line):
    for room in ("tracks", "cluster"):
        (tmp_path / room).mkdir()
    target = tmp_path / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(line + "\n", encoding="utf-8")
    assert len(violations(tmp_path)) == 1


def test_rooms_import_each_other_without_a_circle():
    graph = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        name = ".".join(["songatlas", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")
        graph[room_of(name)] |= {room_of(m) for m in imports_of(path) if m.split(".")[0] == "songatlas"} - {
            room_of(name)
        }
    graph.pop("facade")
    done: set[str] = set()

    def visit(room: str, path: tuple[str, ...]) -> None:
        assert room not in path, f"circle: {' → '.join((*path, room))}"
        if room not in done:
            for other in sorted(graph.get(room, set()) - {"facade"}):
                visit(other, (*path, room))
            done.add(room)

    for room in sorted(graph):
        visit(room, ())


@pytest.mark.parametrize(
    "statement",
    [
        "import songatlas",
        "from songatlas.cli import main; main(['--help'])",
        "from songatlas.cli import main; main(['run', '--help'])",
        "from songatlas.cli import main; main(['doctor', '--help'])",
    ],
)
def test_the_package_and_its_help_load_nothing_heavy(statement):
    heavy = ("pandas", "numpy", "matplotlib", "numba", "sklearn", "scipy", "jinja2", "pyarrow")
    code = (
        f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("LOADED []")

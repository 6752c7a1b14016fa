"""The report as a browser shows it: opened in headless Chromium, its page read back after the scripts ran."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import songatlas
from songatlas.plot import captions, figure_png
from songatlas.report import render_report, summarize

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=3000",
)  # fmt: skip
LIMIT_SECONDS = 60
PHONE = 390

# Runs in a copy of the page, after its own script: writes what was measured where --dump-dom shows it.
PROBE = """<script>
addEventListener("load", () => {
  const images = [...document.images];
  const measured = {
    images: images.length,
    broken: images.filter((image) => !(image.complete && image.naturalWidth > 0)).length,
    unnamed: images.filter((image) => !image.alt).length,
    requests: performance.getEntriesByType("resource").filter((entry) => !entry.name.startsWith("data:")).length,
    width: document.documentElement.clientWidth,
    content: document.documentElement.scrollWidth,
    tables: document.querySelectorAll("table[data-sortable]").length,
    sortable: document.querySelectorAll("table[data-sortable] thead .sort").length,
    zoomable: document.querySelectorAll('.frame[role="button"]').length,
  };
  const [button] = document.querySelectorAll("#methods table[data-sortable] .sort");
  button.click();
  measured.sorted = document.querySelectorAll('#methods [aria-sort="ascending"]').length;
  for (const [name, value] of Object.entries(measured)) document.body.setAttribute("data-probe-" + name, value);
});
</script></body>"""

# Shows the report in a frame, and takes over what its probe wrote.
FRAME = """<!doctype html><body><iframe src="report.html" style="width:WIDTHpx;height:800px;border:0"></iframe><script>
addEventListener("load", () => setTimeout(() => {
  for (const { name, value } of frames[0].document.body.attributes) document.body.setAttribute(name, value);
}, 300));
</script></body>"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def report() -> str:
    """Return the report of a small run as HTML; its figures are drawn coarsely, to save time."""
    features = ("danceability", "energy", "speechiness", "acousticness")  # few panels draw sooner
    run = songatlas.cluster_tracks(songatlas.make_catalogue(400, seed=1), features=features)
    pictures = {name: figure_png(draw(), dpi=50) for name, draw in run.figures().items()}
    return render_report(summarize(run.data), pictures, captions(run.data))


@pytest.fixture(scope="module")
def opened(report, tmp_path_factory) -> tuple[dict[str, int], str]:
    """Return what was measured in the report on a desk, and what the browser logged."""
    return open_in_browser(probed(report), tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def on_a_phone(report, tmp_path_factory) -> dict[str, int]:
    """Return what was measured in a frame as wide as a phone; a headless window is never narrower than 500."""
    folder = tmp_path_factory.mktemp("phone")
    (folder / "report.html").write_text(probed(report), encoding="utf-8")
    frame = FRAME.replace("WIDTH", str(PHONE))
    return open_in_browser(frame, folder, "--allow-file-access-from-files")[0]


def probed(report: str) -> str:
    """Return the report with the probe behind its own script."""
    start, end = report.rsplit("</body>", 1)
    return start + PROBE + end


def open_in_browser(page: str, folder: Path, *flags: str) -> tuple[dict[str, int], str]:
    """Return the probe's numbers and the browser's log, for a page opened from a file with a fresh profile."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True)
    found = re.findall(r'data-probe-(\w+)="(\d+)"', done.stdout[done.stdout.rindex("<body") :])
    assert found, "the probe did not run"
    return {name: int(value) for name, value in found}, done.stderr


def test_every_figure_loads_and_has_a_text_in_its_place(opened, report):
    measured, _ = opened
    assert measured["images"] == report.count("<img ") > 15
    assert measured["broken"] == measured["unnamed"] == 0


def test_the_script_makes_tables_sortable_and_figures_zoomable(opened):
    measured, _ = opened
    assert measured["sortable"] > measured["tables"] > 2
    assert measured["zoomable"] == measured["images"]
    assert measured["sorted"] == 1


def test_nothing_is_said_on_the_console(opened):
    _, log = opened
    said = [line for line in log.splitlines() if "CONSOLE" in line or "Content Security Policy" in line]
    assert said == []


def test_no_request_leaves_the_page(opened, report):
    measured, _ = opened
    assert measured["requests"] == 0
    assert re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', report) == []


def test_nothing_reaches_over_the_edge_of_a_phone(on_a_phone):
    assert on_a_phone["width"] == PHONE
    assert on_a_phone["content"] <= PHONE


def test_a_blocked_script_would_be_seen(report, tmp_path):
    page = probed(report).replace("<main>", '<main><img src="http://127.0.0.1:9/x.png"><p onclick="x(">', 1)
    measured, log = open_in_browser(page, tmp_path)
    assert measured["broken"] == 1
    assert "Content Security Policy" in log

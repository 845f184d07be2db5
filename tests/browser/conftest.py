"""End-to-end tests in the real JupyterLab, with Debian's chromium.

    from tests.browser.notebook import run_all

    def test_the_slider_moves_the_picture(open_notebook):
        page = open_notebook("02_single_neuron.ipynb")
        run_all(page)
        assert page.locator("svg").first.text_content()

Every test in this folder is marked `browser`. After each test the page's console must
be without errors; a test that failed leaves a screenshot in `test-results/`.
"""

import itertools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal, Protocol

import nbformat
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import programs
from tests.browser.notebook import collect_errors, shut_down_kernels, wait_until_ready
from tests.browser.server import Server, Settings, running_server

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "test-results"
FAILED = pytest.StashKey[bool]()

App = Literal["lab", "notebook"]

_COUNT = itertools.count(1)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # The module is told as well, because its tests may share a page.
    for node in (item, item.getparent(pytest.Module)):
        if node is not None:
            node.stash[FAILED] = node.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server for JupyterLab and Notebook 7."""
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


# Not for the whole session: while Playwright runs, so does an event loop, and tests
# outside this package that start one of their own would fail.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a running chromium."""
    with sync_playwright() as playwright:
        program = programs.find("browser")
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


class OpenNotebook(Protocol):
    """How `open_notebook` is called."""

    def __call__(
        self,
        notebook: str | Path | nbformat.NotebookNode,
        *,
        app: App = "lab",
        settings: Settings | None = None,
    ) -> Page: ...


@pytest.fixture
def open_notebook(
    lab_server: Server, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """Return a function that opens a copy of a notebook and waits until it is ready.

    Its arguments:
        notebook: A path, relative to `notebooks/`, or a notebook made by the test.
        app: "lab" for JupyterLab, "notebook" for Notebook 7.
        settings: JupyterLab settings by plugin, such as `{"@jupyterlab/
            notebook-extension:tracker": {"windowingMode": "full"}}`.
    """
    yield from _opener(lab_server, browser, request.node)


@pytest.fixture(scope="module")
def open_shared(
    lab_server: Server, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """Return the same for a page that the tests of one file share."""
    yield from _opener(lab_server, browser, request.node)


def _opener(
    lab_server: Server, browser: Browser, node: pytest.Item | pytest.Collector
) -> Iterator[OpenNotebook]:
    name = Path(node.name).stem
    opened: list[tuple[Page, list[str]]] = []

    def open_copy(
        notebook: str | Path | nbformat.NotebookNode,
        *,
        app: App = "lab",
        settings: Settings | None = None,
    ) -> Page:
        lab_server.configure(settings or {})
        # A new name for each page: a kernel belongs to a path and outlives its page.
        copy = lab_server.root / f"{_file_name(name)}_{next(_COUNT)}.ipynb"
        if not isinstance(notebook, nbformat.NotebookNode):
            notebook = nbformat.read(REPOSITORY / "notebooks" / notebook, as_version=4)
        nbformat.write(notebook, copy)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.append((page, collect_errors(page)))
        place = "lab/tree" if app == "lab" else "notebooks"
        # Without `reset` JupyterLab opens the notebooks of earlier tests as well.
        page.goto(
            f"{lab_server.url}/{place}/{copy.name}?token={lab_server.token}&reset"
        )
        wait_until_ready(page)
        return page

    yield open_copy
    reported = [error for _, errors in opened for error in errors]
    for number, (page, _) in enumerate(opened, start=1):
        if node.stash.get(FAILED, False) or reported:
            page.screenshot(path=RESULTS / f"{_file_name(name)}_{number}.png")
        shut_down_kernels(page)
        page.close()
    assert not reported, "the console reports:\n" + "\n".join(reported)


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)

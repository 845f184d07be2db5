"""What a test does in an open notebook: wait until it is ready, run it, read it.

The application itself is asked, through `window.jupyterapp`. What the page shows is no
guide: its badge says idle before there is a kernel at all.
"""

from typing import Any

from playwright.sync_api import ConsoleMessage, Page

# Errors that a notebook without any widget reports too: what they say, where they come
# from, and why they are none of this package's doing.
KNOWN_NOISE = {
    ("Could not send widget sync message", "/jupyterlab-manager/"): (
        "a test has shut the kernel down, and ipywidgets notes that it is gone"
    ),
    ("widget model not found", "/jupyterlab-manager/"): (
        "a test has opened a saved notebook again, whose widgets went with their kernel"
    ),
    ("(reading 'schema')", "/static/notebook/notebook_core"): (
        "Notebook 7.6 announces a setting before it has loaded the setting's schema"
    ),
    ("'filebrowser:open-path' not registered", "/static/notebook/notebook_core"): (
        "a server that has shown a page of JupyterLab hands its path to Notebook 7 too"
    ),
    ("status of 403 (Forbidden)", ".woff"): (
        "a server that has found a font for JupyterLab remembers that place by the "
        "font's name, and refuses it to Notebook 7, whose copy is elsewhere"
    ),
}

_READY = """() => {
  const notebook = window.jupyterapp?.shell.currentWidget;
  const session = notebook?.sessionContext;
  const kernel = session?.session?.kernel;
  return Boolean(notebook?.context?.isReady && session?.isReady
    && kernel?.status === "idle" && kernel.connectionStatus === "connected");
}"""

_RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"

_CELLS = """() => {
  const notebook = window.jupyterapp.shell.currentWidget;
  return notebook.context.model.toJSON().cells;
}"""

_THEME = """async (theme) => {
  await window.jupyterapp.commands.execute("apputils:change-theme", { theme });
}"""

_SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"

_SHUT_DOWN = "() => window.jupyterapp?.serviceManager.sessions.shutdownAll()"


def use_theme(page: Page, theme: str) -> None:
    """Show the whole page in a theme, such as "JupyterLab Dark"."""
    page.evaluate(_THEME, theme)


def wait_until_ready(page: Page) -> None:
    """Wait until the notebook is loaded and its kernel is idle and connected."""
    page.wait_for_function(_READY)


def run_all(page: Page) -> None:
    """Run every cell and wait for the last; an exception in a cell fails the test."""
    page.evaluate(_RUN_ALL)
    code = [cell for cell in cells(page) if cell["cell_type"] == "code"]
    raised = [
        f"{output['ename']}: {output['evalue']}\n{''.join(cell['source'])}"
        for cell in code
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
    assert not raised, "\n\n".join(raised)
    silent = [cell["source"] for cell in code if cell["execution_count"] is None]
    assert not silent, f"these cells did not run: {silent}"


def reopen(page: Page) -> None:
    """Save the notebook, end its kernel, and open the notebook again."""
    page.evaluate(_SAVE)
    page.evaluate(_SHUT_DOWN)
    page.reload()
    wait_until_ready(page)


def cells(page: Page) -> list[dict[str, Any]]:
    """Return the notebook's cells with their outputs, as they would be saved."""
    found: list[dict[str, Any]] = page.evaluate(_CELLS)
    return found


def shut_down_kernels(page: Page) -> None:
    """Stop the kernels; they would outlive the page."""
    page.evaluate(_SHUT_DOWN)


def collect_errors(page: Page) -> list[str]:
    """Return a list that fills with every error the page's console reports."""
    errors: list[str] = []

    def add(text: str, origin: str) -> None:
        known = any(said in text and at in origin for said, at in KNOWN_NOISE)
        if not known:
            errors.append(f"{text} ({origin})")

    def on_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            add(message.text, message.location["url"])

    page.on("console", on_message)
    page.on("pageerror", lambda error: add(error.message, error.stack or ""))
    return errors

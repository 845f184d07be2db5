"""A Jupyter server of its own: nothing of the user's settings, nothing left behind."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import backprop_lab

Settings = Mapping[str, Mapping[str, Any]]

# Without these a news pop-up covers the page, and cells out of view are not in it.
SETTINGS: Settings = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True)
class Server:
    """A running server for JupyterLab and Notebook 7.

    Attributes:
        url: Where it listens, without a closing slash.
        token: What it asks of those who connect.
        folder: Where it keeps everything.
    """

    url: str
    token: str
    folder: Path

    @property
    def root(self) -> Path:
        """The folder whose notebooks it serves."""
        return self.folder / "root"

    def configure(self, changes: Settings) -> None:
        """Write JupyterLab's settings: the quiet ones, and these changes."""
        for plugin in SETTINGS | changes:
            package, name = plugin.split(":")
            path = self.folder / "settings" / package / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            wanted = {**SETTINGS.get(plugin, {}), **changes.get(plugin, {})}
            path.write_text(json.dumps(wanted))


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Start a server that keeps everything in `folder`, and stop it at the end."""
    port, token = free_port(), secrets.token_hex(16)
    server = Server(f"http://127.0.0.1:{port}", token, folder)
    server.root.mkdir()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(server, port),
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(server, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _command(server: Server, port: int) -> list[str]:
    return [
        sys.executable,
        *("-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
        f"--ServerApp.root_dir={server.root}",
        # Tests ask the application itself when it is ready: window.jupyterapp.
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _environment(folder: Path) -> dict[str, str]:
    package = Path(backprop_lab.__file__).parent
    return os.environ | {
        # Kernels import the package under test, from whatever folder they start in.
        "PYTHONPATH": str(package.parent),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_it_answers(
    server: Server, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 90
) -> None:
    request = urllib.request.Request(
        f"{server.url}/api/status", headers={"Authorization": f"token {server.token}"}
    )
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")

"""The runner's last line of defence, where bubblewrap is installed and may work."""

import shutil
import socket
import subprocess
from pathlib import Path
from threading import Event

import pytest

from backprop_lab.coursework import bank
from backprop_lab.coursework.runner import Limits, run
from backprop_lab.desk import cli
from tests.coursework.class_under_test import DIE_LATE, END_LOOP

pytestmark = pytest.mark.kernel

BWRAP = shutil.which("bwrap")
WORKS = (
    BWRAP
    and not subprocess.run(
        [BWRAP, "--ro-bind", "/", "/", "--unshare-net", "true"],
        capture_output=True,
        check=False,
    ).returncode
)


def said(source: str, limits: Limits) -> str:
    _, outputs = run([source], [], {}, limits, Event()).cells[0]
    return "".join(output.get("text", output.get("evalue", "")) for output in outputs)


@pytest.mark.skipif(not WORKS, reason="needs bubblewrap: apt-get install bubblewrap")
def test_a_sandboxed_kernel_sees_no_network_no_solution_and_a_read_only_disk(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "submissions"
    secret.mkdir()
    (secret / "other.ipynb").write_text("{}")
    (bank_folder,) = bank.__path__
    # As it were the zip file of all submissions; the package itself is to be seen.
    archive = Path(str(cli.__file__))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    tries = f"""
import os, socket
def attempt(act):
    try:
        return act()
    except OSError as error:
        return type(error).__name__
print(attempt(lambda: os.listdir({str(secret)!r})))
print(attempt(lambda: os.listdir({bank_folder!r})))
print(attempt(lambda: open("/etc/mine", "w")))
print(attempt(lambda: socket.create_connection(("127.0.0.1", {port}))))
print(attempt(lambda: open("own.txt", "w").write("mine")))
print(attempt(lambda: len(open({str(archive)!r}).read())))
"""
    with listener:
        free = said(tries, Limits()).splitlines()
        caged = said(
            tries, Limits(sandbox="bwrap", hidden=(secret, archive))
        ).splitlines()
    assert "other.ipynb" in free[0]
    assert "a1.py" in free[1]
    assert free[3].startswith("<socket")
    assert caged[0] in ("[]", "FileNotFoundError")
    assert caged[1] == "[]"
    assert caged[2] == "OSError"
    assert caged[3] in ("OSError", "ConnectionRefusedError")
    assert caged[4] == free[4] == "4"
    assert int(free[5]) > 0
    assert caged[5] in ("0", "PermissionError")


@pytest.mark.skipif(not WORKS, reason="needs bubblewrap: apt-get install bubblewrap")
@pytest.mark.parametrize("own", [END_LOOP, DIE_LATE, "import os\nos._exit(0)"])
def test_in_a_sandbox_too_who_ends_the_kernel_is_blamed(own: str) -> None:
    cells = ["x = 1", own, "print(x)"]
    ran = run(cells, [], {}, Limits(sandbox="bwrap"), Event())
    assert [end for end, _ in ran.cells] == ["ok", "died", "ok"]
    assert ran.cells[2][1][0]["text"] == "1\n"


def test_a_missing_sandbox_is_explained(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    assert cli.main(["course", "grade", "a1", str(tmp_path), "--sandbox", "bwrap"]) == 2
    assert "apt install bubblewrap" in capsys.readouterr().err

"""The scripts of .ci, run on a machine that has only what each test gives it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # They build and start programs.

SCRIPTS = Path(__file__).parents[1] / ".ci"


@pytest.fixture
def machine(tmp_path):
    """An empty machine: a folder of programs, and a way to run a script on it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    for name in ("bash", "env", "dirname"):
        (programs / name).symlink_to(shutil.which(name))

    class Machine:
        def add(self, name, body="true"):
            """Install a program that notes how it was called."""
            script = programs / name
            script.write_text(f'#!/bin/bash\necho "{name} $*" >>{log}\n{body}\n')
            script.chmod(0o755)

        def run(self, script, **environment):
            return subprocess.run(
                [shutil.which("bash"), SCRIPTS / script],
                env={"PATH": str(programs), **environment},
                capture_output=True,
                text=True,
                timeout=30,
            )

        @property
        def calls(self):
            return log.read_text().splitlines() if log.exists() else []

    machine = Machine()
    machine.add("id", "echo 0")
    return machine


def test_a_missing_chromium_is_installed_by_root(machine):
    machine.add("apt-get")
    assert machine.run("install-tools").returncode == 0
    *_, update, install = machine.calls
    assert update.endswith(" update")
    assert install.startswith("apt-get --quiet --yes ")
    assert " install --no-install-recommends chromium" in install
    assert "nodejs" not in install


def test_under_ci_node_tsc_and_dot_are_installed_as_well(machine):
    machine.add("apt-get")
    machine.run("install-tools", CI="true")
    wanted = {"chromium", "nodejs", "node-typescript", "graphviz"}
    assert wanted <= set(machine.calls[-1].split())


def test_where_sudo_would_ask_for_a_password_nothing_is_installed(machine):
    machine.add("apt-get")
    machine.add("id", "echo 1000")
    machine.add("sudo", "exit 1")
    answer = machine.run("install-tools")
    assert answer.returncode == 0
    assert "To install: sudo apt-get install chromium" in answer.stdout
    assert "sudo -n true" in machine.calls
    assert not any(call.startswith("apt-get") for call in machine.calls)


def test_where_sudo_asks_nothing_it_is_used(machine):
    machine.add("apt-get")
    machine.add("id", "echo 1000")
    machine.add("sudo", '[ "$2" = true ] || exec "${@:2}"')
    assert machine.run("install-tools").returncode == 0
    assert any(call.startswith("sudo -n env ") for call in machine.calls)
    assert machine.calls[-1].startswith("apt-get ")


def test_a_machine_without_apt_is_told_what_is_missing(machine):
    answer = machine.run("install-tools")
    assert answer.returncode == 0
    assert answer.stdout.startswith("Not installed: chromium")


def test_a_failing_apt_is_reported_and_left_to_the_tests(machine):
    machine.add("apt-get", "exit 100")
    answer = machine.run("install-tools")
    assert answer.returncode == 0
    assert "apt-get could not install: chromium" in answer.stdout


def test_a_complete_machine_is_left_alone(machine):
    for name in ("chromium", "node", "tsc", "dot", "apt-get"):
        machine.add(name)
    fonts = Path("/usr/share/fonts/truetype")
    if not list(fonts.glob("*/*.ttf")):
        pytest.skip("this machine has no fonts, so it is not complete")
    answer = machine.run("install-tools", CI="true")
    assert (answer.returncode, answer.stdout, machine.calls) == (0, "", [])


@pytest.mark.parametrize("missing", ["node", "tsc"])
@pytest.mark.parametrize(("ci", "status"), [({}, 0), ({"CI": "true"}, 1)])
def test_what_javascript_needs_may_be_missing_but_fails_ci(
    machine, missing, ci, status
):
    [there] = {"node", "tsc"} - {missing}
    machine.add(there)
    answer = machine.run("test-javascript", **ci)
    assert answer.returncode == status
    assert f"need {missing}, which is not installed" in answer.stdout
    assert ("Skipped" in answer.stdout) == (status == 0)
    # Without the one, the other is still done.
    assert status or [call.split()[0] for call in machine.calls] == [there]


@pytest.mark.parametrize("failing", ["node", "tsc"])
def test_a_mistake_in_the_javascript_fails_the_script(machine, failing):
    for name in ("node", "tsc"):
        machine.add(name, "exit 2" if name == failing else "true")
    assert machine.run("test-javascript").returncode == 2


def test_the_types_of_every_file_are_checked_strictly(machine):
    for name in ("node", "tsc"):
        machine.add(name)
    assert machine.run("test-javascript").returncode == 0
    [checked, tested] = machine.calls
    static = SCRIPTS.parent / "backprop_lab" / "widgets" / "static"
    files = {path.name for path in static.iterdir() if path.suffix in (".js", ".ts")}
    assert {"--strict", "--checkJs"} <= set(checked.split())
    assert {Path(word).name for word in checked.split()} >= files
    assert tested.startswith("node --test tests/js/")


@pytest.mark.parametrize("status", [0, 3])
def test_the_run_is_make_test_under_ci_and_has_its_status(machine, status):
    machine.add("make", f'echo "CI=$CI"; exit {status}')
    answer = machine.run("run")
    assert answer.returncode == status
    assert answer.stdout == "CI=true\n"
    assert machine.calls == ["make test"]


def test_the_scripts_can_be_run():
    assert all(os.access(script, os.X_OK) for script in SCRIPTS.iterdir())

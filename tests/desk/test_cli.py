import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_lab.desk import cli
from backprop_lab.notebooks import Delivery, first_notebook, installed_notebooks


@pytest.fixture
def started(monkeypatch):
    """The options with which JupyterLab would have been started, one list each."""
    calls = []
    monkeypatch.setattr("jupyterlab.labapp.main", calls.append)
    return calls


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["lab"]])
def test_the_bare_command_opens_the_first_notebook_at_home(started, home, arguments):
    assert cli.main(arguments) == 0
    folder = home / "backprop-lab"
    first = first_notebook(installed_notebooks())
    assert (folder / first).is_file()
    assert started[0][:2] == [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{first}",
    ]


def test_a_folder_of_ones_own_can_be_named(started, tmp_path):
    assert cli.main(["lab", str(tmp_path / "course")]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'course'}" in started[0]


def test_a_relative_folder_is_made_where_the_learner_is(started, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", "course"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'course'}" in started[0]


@pytest.mark.parametrize("arguments", [["--no-browser"], ["lab", "--no-browser"]])
def test_no_browser_is_handed_on(started, home, arguments):
    cli.main(arguments)
    assert "--no-browser" in started[0]


def test_with_a_browser_jupyterlab_is_told_nothing_about_it(started, home):
    cli.main([])
    assert "--no-browser" not in started[0]


@pytest.mark.parametrize("ours", [[], ["lab"], ["--no-browser"]])
def test_what_stands_behind_two_dashes_goes_to_jupyterlab(started, home, ours):
    cli.main([*ours, "--", "--port=9999", "--", "x"])
    assert started[0][-3:] == ["--port=9999", "--", "x"]


def test_root_is_allowed_only_where_the_user_is_root(tmp_path):
    assert "--allow-root" in cli.jupyter_options(tmp_path, browser=True, root=True)
    assert "--allow-root" not in cli.jupyter_options(tmp_path, browser=True, root=False)


def test_a_folder_without_notebooks_still_opens(tmp_path):
    assert "--LabApp.default_url=/lab" in cli.jupyter_options(tmp_path, True, False)


def test_the_learner_is_told_what_was_done():
    delivery = Delivery(("03.ipynb", "04.ipynb"), ("01.ipynb",), ("02.new.ipynb",))
    assert cli.account(Path("mine"), delivery) == (
        "Your notebooks: mine\n"
        "  new: 03.ipynb, 04.ipynb\n"
        "  updated (you had not changed them): 01.ipynb\n"
        "  newer versions, beside the files that you have changed: 02.new.ipynb"
    )


def test_nothing_done_is_nothing_told():
    assert cli.account(Path("mine"), Delivery((), (), ())) == "Your notebooks: mine"


def test_a_mistake_ends_in_a_sentence_and_not_in_a_traceback(tmp_path, capsys, started):
    (tmp_path / "file").write_text("")
    assert cli.main(["lab", str(tmp_path / "file")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("backprop-lab: The notebooks cannot be put into ")
    assert said.count("\n") == 1
    assert not started


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["docter"], "invalid choice: 'docter'"),
        (["lab", "one", "two"], "unrecognized arguments: two"),
        (["doctor", "--", "--port=1"], "nothing is expected behind -- after doctor"),
    ],
)
def test_a_wrong_command_line_is_explained(capsys, started, arguments, said):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert said in capsys.readouterr().err
    assert not started


def test_coursework_has_commands_of_its_own(capsys, started):
    assert cli.main(["course", "release", "a9"]) == 2
    assert "there is no assignment a9" in capsys.readouterr().err
    assert not started


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_a_question_about_the_command_opens_nothing(capsys, started, option):
    with pytest.raises(SystemExit) as left:
        cli.main([option])
    assert left.value.code == 0
    assert re.search(r"\{lab,doctor|^\d+\.\d+", capsys.readouterr().out)
    assert not started


def test_who_stops_reading_what_the_doctor_says_gets_no_traceback():
    command = [sys.executable, "-m", "backprop_lab", "doctor"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) as doctor:
        doctor.stdout.close()
        assert doctor.stderr.read() == b""
    assert doctor.returncode == 1


@pytest.mark.slow
def test_python_m_starts_a_real_jupyterlab_on_the_first_notebook(tmp_path):
    folder = tmp_path / "mine"
    process = subprocess.Popen(
        [sys.executable, "-m", "backprop_lab", "lab", folder, "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"/lab/tree/{first_notebook(installed_notebooks())}?token="
    try:
        # The log ends when the process does; the test's time limit is the last resort.
        assert any(address in line for line in process.stdout)
    finally:
        process.terminate()
        process.communicate()
    assert json.loads((folder / ".backprop-lab.json").read_text())

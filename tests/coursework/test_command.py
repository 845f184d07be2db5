"""`backprop-lab course …`: what cannot work is said in a sentence, with exit code 2."""

import pytest

from backprop_lab.coursework import command
from backprop_lab.desk import cli


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "a1", "{folder}/nowhere"], "there is no folder and no zip file"),
        (["grade", "a9", "{folder}"], "there is no assignment a9"),
        (["grade", "a1", "{folder}", "--roster", "{folder}/no.csv"], "no file"),
        (["grade", "a1", "{folder}", "--manual", "{folder}/no.csv"], "no file"),
        (["grade", "a1", "{folder}", "--salt-file", "{folder}/empty"], "is empty"),
        (["release", "a1", "--registry", "{folder}/none.py"], "none.py"),
        (["check", "{folder}/nowhere.ipynb"], "No such file"),
        (["check", "{folder}/empty"], "unreadable:empty"),
    ],
)
def test_what_cannot_work_is_said_and_leaves_nothing(tmp_path, capsys, arguments, said):
    (tmp_path / "empty").write_text("")
    given = [part.format(folder=tmp_path) for part in arguments]
    out = ["--out", str(tmp_path / "out")] if given[0] != "check" else []
    assert cli.main(["course", *given, *out]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_a_sandbox_that_is_not_installed_is_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command.shutil, "which", lambda program: None)
    given = ["grade", "a1", str(tmp_path), "--sandbox", "bwrap"]
    assert cli.main(["course", *given, "--out", str(tmp_path / "out")]) == 2
    assert "apt install bubblewrap" in capsys.readouterr().err

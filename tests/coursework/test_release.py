"""What learners get: no solution in it, and nothing in it fails."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_lab.coursework.assignments import load, stub
from backprop_lab.coursework.release import write, write_nbgrader
from backprop_lab.coursework.runner import Limits
from backprop_lab.desk import cli
from backprop_lab.errors import ExerciseError
from tests import programs

pytestmark = pytest.mark.kernel

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks" / "coursework").glob("*.ipynb"))
NAMES = [path.stem for path in SOURCES]
DOCSTRING = r"\"\"\"Return dz/dx, dz/dy and dz/dw of z = (x + y) * w.\"\"\""


def course(*arguments: object) -> int:
    return cli.main(["course", *map(str, arguments)])


def sources(path: Path) -> dict[str, str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def test_there_are_four_assignments() -> None:
    assert NAMES == ["a1", "a2", "a3", "a4"]


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_has_code_numbers_of_ones_own_and_a_written_answer(
    name: str,
) -> None:
    assignment = load(name)
    kinds = {entry.answer for entry in assignment.exercises.values()}
    assert kinds == {"function", "number"}
    assert [q.by_hand for q in assignment.questions].count(True) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_release_is_proved_before_it_is_written(name: str, tmp_path: Path) -> None:
    assert course("release", name, "--out", tmp_path / "one") == 0
    assert course("release", name, "--out", tmp_path / "two") == 0
    text = (tmp_path / "one" / f"{name}.ipynb").read_bytes()
    assert text == (tmp_path / "two" / f"{name}.ipynb").read_bytes()
    assert b"SOLUTION" not in text
    solved = sources(ROOT / "notebooks" / "coursework" / f"{name}.ipynb")
    released = sources(tmp_path / "one" / f"{name}.ipynb")
    assert list(released) == list(solved)
    for question in load(name).questions:
        assert released[question.id] != solved[question.id]
        assert "YOUR" in released[question.id]


def test_a_stub_is_the_solution_without_its_answer() -> None:
    cell = {
        "source": "def f(x):\n    '''Say.'''\n    ### BEGIN SOLUTION\n    a = 1\n\n"
        "    return a\n    ### END SOLUTION\nf(1)\n### BEGIN SOLUTION\nb\n"
        "### END SOLUTION",
        "metadata": {"nbgrader": {"solution": True}},
    }
    wanted = "def f(x):\n    '''Say.'''\n    # YOUR CODE HERE\nf(1)\n# YOUR CODE HERE"
    assert stub(cell) == wanted


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("return dz_dq * 1, dz_dq * 1, q", "return 1, 2, 3"), "q1 is not right"),
        ((DOCSTRING, "# a function needs a body"), "must run without an error"),
        (('"points": 3', '"points": 5'), "its points must be the cell's 5"),
        (('student=\\"\\"', 'student=\\"me\\"'), "no cell has lab = start"),
    ],
)
def test_an_assignment_that_does_not_work_is_not_released(
    change: tuple[str, str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = SOURCES[0].read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "broken.ipynb"
    broken.write_text(text.replace(*change), encoding="utf-8")
    assert course("release", broken, "--out", tmp_path / "out") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_notebook_whose_solution_ends_its_own_kernel_is_not_released(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = json.loads(SOURCES[0].read_text(encoding="utf-8"))
    marks = {"solution": True, "grade": False, "locked": False, "grade_id": "own"}
    notebook["cells"].append(
        {
            "cell_type": "code",
            "id": "own",
            "metadata": {"nbgrader": marks | {"schema_version": 3, "task": False}},
            "source": "### BEGIN SOLUTION\nimport os\nos._exit(0)\n### END SOLUTION",
            "outputs": [],
            "execution_count": None,
        }
    )
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(notebook), encoding="utf-8")
    assert course("release", broken, "--out", tmp_path / "out") == 2
    assert "must run from start to end, but: kernel_died:own" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_roster_gives_each_student_a_notebook_with_the_id_filled_in(
    tmp_path: Path,
) -> None:
    roster, salt = tmp_path / "roster.csv", tmp_path / "salt.txt"
    roster.write_text("student\nada\nbob\n")
    salt.write_text("between us")
    out = tmp_path / "out"
    given = ("release", "a1", "--out", out, "--roster", roster, "--salt-file", salt)
    assert course(*given) == 0
    for student in ("ada", "bob"):
        text = (out / student / "a1.ipynb").read_text(encoding="utf-8")
        assert f'student=\\"{student}\\", edition=\\"' in text
        assert "between us" not in text


def filled_in(release: Path, student: str, **changes: str) -> str:
    """Return a notebook that nbgrader released, with the solutions filled in."""
    notebook = json.loads(release.read_text(encoding="utf-8"))
    answers = sources(SOURCES[0]) | changes
    for cell in notebook["cells"]:
        data = cell["metadata"].get("nbgrader", {})
        if data.get("solution"):
            cell["source"] = answers[data["grade_id"]]
        text = "".join(cell["source"])
        cell["source"] = text.replace('student=""', f'student="{student}"')
    return json.dumps(notebook)


def test_what_somebody_changed_in_a_release_is_kept_beside_it(tmp_path: Path) -> None:
    a1 = load("a1")
    (file,) = write(a1, tmp_path)
    fresh = file.read_bytes()
    write(a1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a1.ipynb"]
    file.write_text("mine")
    write(a1, tmp_path)
    assert file.read_bytes() == fresh
    (kept,) = set(tmp_path.iterdir()) - {file}
    assert kept.read_text() == "mine"


def test_a_release_never_takes_the_place_of_its_source(tmp_path: Path) -> None:
    source = tmp_path / "a1.ipynb"
    source.write_text(json.dumps(load("a1").solved))
    before = source.read_bytes()
    with pytest.raises(ExerciseError, match=r"a1.ipynb may be .* Give another folder"):
        write(load(str(source)), tmp_path)
    assert source.read_bytes() == before


def test_the_source_of_a_school_is_kept_where_nobody_hands_it_out(
    tmp_path: Path,
) -> None:
    source = write_nbgrader(load("a1"), tmp_path, "", Limits())
    source.write_text("mine")
    write_nbgrader(load("a1"), tmp_path, "", Limits())
    assert [path.name for path in source.parent.iterdir()] == ["a1.ipynb"]
    (kept,) = tmp_path.glob("a1.2*.ipynb")
    assert kept.read_text() == "mine"


def test_a_picture_in_a_question_is_released(tmp_path: Path) -> None:
    solved = json.loads(json.dumps(load("a1").solved))
    picture = {"p.png": {"image/png": "AAAA"}}
    solved["cells"][2]["attachments"] = picture
    source = tmp_path / "own" / "a1.ipynb"
    source.parent.mkdir()
    source.write_text(json.dumps(solved))
    (file,) = write(load(str(source)), tmp_path)
    released = json.loads(file.read_text())
    assert released["cells"][2]["attachments"] == picture


@pytest.mark.nbgrader
def test_nbgrader_gives_the_same_scores(tmp_path: Path) -> None:
    school = tmp_path / "school"
    course("release", "a1", "--out", tmp_path / "out", "--nbgrader", school)

    def nbgrader(*arguments: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
        done = subprocess.run(
            [str(programs.find("nbgrader")), *arguments],
            cwd=school,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    nbgrader("generate_assignment", "a1")
    released = school / "release" / "a1" / "a1.ipynb"
    ours = sources(tmp_path / "out" / "a1.ipynb")
    theirs = sources(released)
    for name, source in ours.items():
        assert theirs[name] == source.replace("lab.check(", "lab.score("), name
    wrong = "def gradients_of_product(x, y, w):\n    return w, w, 1"
    handed_in = {
        "ada": filled_in(released, "ada"),
        "bob": filled_in(released, "bob", q1=wrong, q4="my_gradients = (0, 0)"),
        "eve": released.read_text("utf-8").replace('student=\\"', 'student=\\"eve'),
    }
    for student, text in handed_in.items():
        file = school / "submitted" / student / "a1" / "a1.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    nbgrader("autograde", "a1")
    nbgrader("export", "--to", "grades.csv")
    course("grade", "a1", school / "submitted", "--out", tmp_path / "graded")

    def scores(path: Path, key: str) -> dict[str, float]:
        with path.open(encoding="utf-8") as file:
            return {row[key]: float(row["score"]) for row in csv.DictReader(file)}

    got = scores(school / "grades.csv", "student_id")
    assert got == {"ada": 11, "bob": 8, "eve": 0}
    assert got == scores(tmp_path / "graded" / "grades.csv", "student")


def test_the_settings_of_a_course_that_is_there_already_stay(tmp_path: Path) -> None:
    settings = tmp_path / "nbgrader_config.py"
    settings.write_text("# ours, with care\n")
    write_nbgrader(load("a1"), tmp_path, "", Limits(20.0, "none"))
    assert settings.read_text() == "# ours, with care\n"
    assert "CourseDirectory" in (tmp_path / "nbgrader_config.new.py").read_text()

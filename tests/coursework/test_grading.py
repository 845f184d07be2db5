"""Every row of the table of failures, through the real command."""

import csv
import hashlib
import io
import json
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from backprop_lab.coursework import command
from backprop_lab.coursework.assignments import load
from backprop_lab.coursework.flags import Kind, Status
from backprop_lab.coursework.records import Record
from backprop_lab.coursework.students import filename
from backprop_lab.desk import cli
from tests import programs
from tests.coursework.class_under_test import (
    CASES,
    WRITES_INTO_INPUTS,
    Case,
    answer,
    both,
    correct,
    extra,
    write_class,
)

GRADED = ("ok", "timeout")
ROOT = Path(__file__).parents[2]

# The whole class is graded in the set-up of the first test that looks at it.
pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]


def course(*arguments: object) -> int:
    return cli.main(["course", *map(str, arguments)])


def hand_in(folder: Path, **students: dict) -> Path:
    for student, notebook in students.items():
        file = folder / student / "a1.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def rows(out: Path) -> dict[str, dict[str, str]]:
    text = (out / "grades.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


class Tags(HTMLParser):
    """The tags of a page, and the attributes that act or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.dangers: list[tuple[str, str | None]] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name == "content" and "default-src" in text:
                self.policy = text
            fetches = name in ("src", "srcset", "background", "data", "poster")
            if (
                name.startswith("on")
                or text.startswith("javascript:")
                or (fetches and not text.startswith("data:image/"))
                or (name == "style" and "url(" in text)
            ):
                self.dangers.append((name, value))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    write_class(folder / "submissions")
    status = course(
        *("grade", "a1", folder / "submissions", "--out", folder / "graded"),
        *("--jobs", 2, "--timeout", 3),
    )
    assert status == 3  # some need a look
    return folder


def expected_row(case: Case, submissions: Path) -> list[str]:
    scores = case.scores.split(",")
    is_graded = case.status in GRADED
    name, content = "", b""
    if case.is_chosen:
        place = unicodedata.normalize("NFD", case.folder or case.name)
        name, content = case.file, (submissions / place / case.file).read_bytes()
        if case.file.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                name, content = "a1.ipynb", file.read("my work/a1.ipynb")
    return [
        case.name,
        case.status,
        f"{sum(map(float, filter(None, scores))):g}" if is_graded else "",
        "14",
        *scores,
        str(scores.count("")) if is_graded else "",
        case.flags,
        name,
        hashlib.sha256(content).hexdigest() if name else "",
    ]


def test_the_table_of_grades_says_exactly_what_it_should(graded: Path) -> None:
    head = ["student", "status", "score", "max", "q1", "q2", "q3", "q4", "q5"]
    wanted = io.StringIO()
    csv.writer(wanted, lineterminator="\n").writerows(
        [
            [*head, "manual_pending", "flags", "file", "file_sha256"],
            *(
                expected_row(case, graded / "submissions")
                for case in sorted(CASES, key=lambda case: case.name)
            ),
        ]
    )
    got = (graded / "graded" / "grades.csv").read_text(encoding="utf-8")
    assert got.splitlines() == wanted.getvalue().splitlines()


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.reason], ids=lambda case: case.name
)
def test_feedback_says_what_is_wrong(graded: Path, case: Case) -> None:
    page = graded / "graded" / "feedback" / f"{filename(case.name)}.html"
    assert case.reason in page.read_text(encoding="utf-8")


def test_feedback_holds_nothing_that_runs_or_asks_the_network(graded: Path) -> None:
    for page in (graded / "graded" / "feedback").glob("*.html"):
        tags = Tags()
        tags.feed(page.read_text(encoding="utf-8"))
        assert "default-src 'none'" in tags.policy
        assert not {"script", "iframe", "object", "embed", "link"} & tags.names
        assert not tags.dangers, page.name


@pytest.mark.browser
def test_a_browser_opens_feedback_without_a_request_a_dialog_or_a_script(
    graded: Path,
) -> None:
    page_file = graded / "graded" / "feedback" / "markup.html"
    with sync_playwright() as playwright:
        program = programs.find("browser")
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.goto(page_file.as_uri())
        assert page.title() == "a1: markup"
        assert page.get_by_role("table").count() == 1
        picture = page.locator("img[src^='data:image/svg']")
        assert picture.evaluate("image => image.naturalWidth") == 9
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_feedback_shows_the_still_picture_of_a_widget(graded: Path) -> None:
    page = (graded / "graded" / "feedback" / "markup.html").read_text("utf-8")
    assert page.count('src="data:image/svg+xml') == 1


def test_feedback_keeps_the_names_of_classmates_from_each_other(graded: Path) -> None:
    page = (graded / "graded" / "feedback" / "twin_a.html").read_text("utf-8")
    assert "twin_b" not in page


def test_a_flood_of_output_is_cut_short(graded: Path) -> None:
    page = graded / "graded" / "feedback" / "floods.html"
    assert page.stat().st_size < 300_000
    assert "more output was left out" in page.read_text(encoding="utf-8")


def test_the_same_submissions_give_the_same_bytes(graded: Path, tmp_path: Path) -> None:
    names = ["correct", "known_mistake", "syntax_error", "markup", "dies", "old"]
    names += ["exit_first", "dies_late_first", "dies_late_in_answer"]
    for name in names:
        shutil.copytree(graded / "submissions" / name, tmp_path / "in" / name)
    contents = []
    for out in ("first", "second"):
        course("grade", "a1", tmp_path / "in", "--out", tmp_path / out, "--timeout", 2)
        files = sorted(file for file in (tmp_path / out).rglob("*") if file.is_file())
        contents.append(
            {f.name: f.read_bytes() for f in files if f.name != "log.jsonl"}
        )
    assert len(contents[0]) == len(names) + 2
    assert contents[0] == contents[1]


def test_a_second_run_starts_no_kernel_and_keeps_the_marks_given_by_hand(
    graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path / "in", ada=correct("ada"), bob=correct("bob"))
    out = tmp_path / "out"
    course("grade", "a1", tmp_path / "in", "--out", out)
    assert rows(out)["ada"]["manual_pending"] == "1"
    table = (out / "manual.csv").read_text(encoding="utf-8")
    filled = table.replace("ada,q5,3,,,", "ada,q5,3,2.5,'-½: well said,")
    (out / "manual.csv").write_text(filled, encoding="utf-8")
    capsys.readouterr()
    assert course("grade", "a1", tmp_path / "in", "--out", out) == 0
    assert "1/2" not in capsys.readouterr().err
    ada = rows(out)["ada"]
    assert (ada["score"], ada["q5"], ada["manual_pending"]) == ("13.5", "2.5", "0")
    assert (out / "manual.csv").read_text(encoding="utf-8") == filled
    assert ">-½: well said<" in (out / "feedback" / "ada.html").read_text(
        encoding="utf-8"
    )


def test_a_mark_above_the_maximum_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path / "in", ada=correct("ada"))
    marks = tmp_path / "marks.csv"
    marks.write_text("student,question,max,score,comment\nada,q5,3,7,\n")
    out = tmp_path / "out"
    given = ("grade", "a1", tmp_path / "in", "--out", out, "--manual", marks)
    assert course(*given) == 2
    assert "'7' is no number between 0 and 3" in capsys.readouterr().err


def test_marks_that_a_spreadsheet_has_saved_in_its_own_way_count(
    tmp_path: Path,
) -> None:
    hand_in(tmp_path / "in", **{"0042": correct("0042"), "bob": correct("bob")})
    out = tmp_path / "out"
    given = ("grade", "a1", tmp_path / "in", "--out", out)
    assert course(*given) == 0
    table = (out / "manual.csv").read_text(encoding="utf-8")
    saved = table.replace("0042,q5,3,,", "42,q5,3,2.5,gut")
    saved = saved.replace(",", ";").replace("2.5", "2,5").replace("\n", "\r\n")
    (out / "manual.csv").write_bytes(saved.encode("utf-16"))
    for _ in range(2):
        assert course(*given) == 0
        assert rows(out)["0042"]["q5"] == "2.5"
    assert "gut" in (out / "manual.csv").read_text(encoding="utf-16")


def test_marks_that_cannot_be_understood_stop_the_command_and_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path / "in", ada=correct("ada"))
    out = tmp_path / "out"
    given = ("grade", "a1", tmp_path / "in", "--out", out)
    assert course(*given) == 0
    mistyped = tmp_path / "mraks.csv"
    assert course(*given, "--manual", mistyped) == 2
    assert "there is no file" in capsys.readouterr().err
    broken = "student,question,score\nada,q5,02. Mai\n"
    (out / "manual.csv").write_text(broken)
    assert course(*given) == 2
    assert "row 2, column score: '02. Mai'" in capsys.readouterr().err
    assert (out / "manual.csv").read_text() == broken


def test_a_salt_is_the_same_in_every_encoding(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", ada=correct("ada", "between us"))
    salt = tmp_path / "salt.txt"
    for encoding in ("utf-8-sig", "utf-16"):
        salt.write_text("between us\r\n", encoding=encoding)
        given = ("grade", "a1", tmp_path / "in", "--out", tmp_path / encoding)
        assert course(*given, "--salt-file", salt) == 0


def test_an_interrupted_run_continues_where_it_stopped(tmp_path: Path) -> None:
    students = {f"s{i}": correct(f"s{i}") for i in range(6)}
    students["s5"] = correct("s5")
    extra("import time\ntime.sleep(3)")(students["s5"])
    hand_in(tmp_path / "in", **students)
    command_line = [sys.executable, "-m", "backprop_lab", "course", "grade", "a1"]
    command_line += [tmp_path / "in", "--out", tmp_path / "out", "--jobs", "2"]
    process = subprocess.Popen(
        command_line,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        # Tests that run in the background of a shell ignore this signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    log = tmp_path / "out" / "log.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (log.is_file() and log.read_bytes()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert b"run the same command again" in said
    finished = rows(tmp_path / "out")
    assert 0 < len(finished) < 6
    with log.open("a") as file:
        file.write('{"student": "s4", "sta')  # as if the power had gone
    again = subprocess.run(command_line, cwd=ROOT, stderr=subprocess.PIPE, check=False)
    assert again.returncode == 0
    assert again.stderr.count(b"ok") == 6 - len(finished)
    assert [row["score"] for row in rows(tmp_path / "out").values()] == ["11"] * 6


def test_a_salt_gives_other_numbers_and_is_needed_to_grade(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    salt = tmp_path / "salt.txt"
    salt.write_text("between us\n")
    hand_in(tmp_path / "in", ada=correct("ada", "between us"))
    assert course("check", tmp_path / "in" / "ada" / "a1.ipynb") == 0
    given = ("grade", "a1", tmp_path / "in", "--out", tmp_path / "out")
    assert course(*given) == 2
    assert "--salt-file" in capsys.readouterr().err
    assert course(*given, "--salt-file", salt) == 0
    salt.write_text("another")
    assert course(*given, "--salt-file", salt) == 2
    assert "not released with this salt" in capsys.readouterr().err


def test_one_notebook_of_another_edition_is_flagged_and_stops_nobody(
    tmp_path: Path,
) -> None:
    hand_in(
        tmp_path / "in", ada=correct("ada"), bob=correct("bob"), eve=correct("eve", "x")
    )
    assert course("grade", "a1", tmp_path / "in", "--out", tmp_path / "out") == 3
    flags = {student: row["flags"] for student, row in rows(tmp_path / "out").items()}
    assert flags == {"ada": "", "bob": "", "eve": "other_edition"}


def test_several_notebooks_and_a_name_of_the_assignment(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", one=correct("one"), two=correct("two"))
    notes = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "in" / "one" / "notes.ipynb").write_text(json.dumps(notes))
    again = json.dumps(correct("somebody else"))
    (tmp_path / "in" / "two" / "copy.ipynb").write_text(again)
    assert course("grade", "a1", tmp_path / "in", "--out", tmp_path / "out") == 3
    got = rows(tmp_path / "out")
    assert (got["one"]["status"], got["one"]["file"]) == ("ok", "a1.ipynb")
    assert got["two"]["status"] == "ambiguous_files:a1.ipynb,copy.ipynb"
    assert got["two"]["score"] == ""


def test_a_zip_of_a_learning_platform_and_a_roster(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        moodle = "Ada Lovelace_1815_assignsubmission_file\\a1.ipynb"  # From Windows.
        file.writestr(moodle, json.dumps(correct("al1815")))
        file.writestr("Ada Lovelace_1815_assignsubmission_file/" + 300 * "x", "")
        file.writestr("../../outside.ipynb", json.dumps(correct("eve")))
    roster = tmp_path / "roster.csv"
    roster.write_text("student,folder\nal1815,Ada Lovelace\ngone,\n")
    given = ("grade", "a1", archive, "--out", tmp_path / "out", "--roster", roster)
    assert course(*given) == 3
    got = {student: row["status"] for student, row in rows(tmp_path / "out").items()}
    (outside,) = got.keys() - {"al1815", "gone"}
    assert got == {"al1815": "ok", "gone": "no_notebook", outside: "ok"}
    assert not (tmp_path.parent / "outside.ipynb").exists()


def test_an_id_that_is_a_path_leads_nowhere_else(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", ada=correct("../../evil"), bob=correct("a/b"))
    roster = tmp_path / "roster.csv"
    roster.write_text("student,folder\n../../evil,ada\na/b,bob\n")
    out = tmp_path / "deep" / "er" / "out"
    given = ("a1", tmp_path / "in", "--out", out, "--roster", roster)
    assert course("grade", *given) == 0
    assert {(name, row["score"]) for name, row in rows(out).items()} == {
        ("../../evil", "11"),
        ("a/b", "11"),
    }
    pages = sorted(path.name for path in (out / "feedback").iterdir())
    assert pages == [f"{filename('../../evil')}.html", f"{filename('a/b')}.html"]
    released = tmp_path / "deep" / "er" / "release"
    assert course("release", "a1", "--out", released, "--roster", roster) == 0
    for folder in (tmp_path / "deep", tmp_path / "deep" / "er", tmp_path):
        assert not {"evil", "evil.html", "b"} & {path.name for path in folder.iterdir()}
    assert len(list(released.glob("*/a1.ipynb"))) == 2


def test_the_command_says_what_became_of_each_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "in"
    hand_in(place, ada=correct("ada"))
    (place / "bob_a1.ipynb.txt").write_text(json.dumps(correct("bob")))
    (place / "eve_a1.html").write_text("<html>")
    (place / ".DS_Store").write_text("")
    assert course("grade", "a1", place, "--out", tmp_path / "out") == 3
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[:6] == [
        "entries: 3, students: 3",
        "entry student what it holds",
        said[2],
        "ada ada a1.ipynb",
        "bob_a1.ipynb.txt bob bob_a1.ipynb.txt",
        "eve_a1.html eve eve_a1.html (a web page)",
    ]
    assert said[6] == "left out, as systems make them: .DS_Store"
    got = {
        name: (r["status"], r["flags"]) for name, r in rows(tmp_path / "out").items()
    }
    assert got == {
        "ada": ("ok", ""),
        "bob": ("ok", ""),
        "eve": ("no_notebook:eve_a1.html (a web page)", ""),
    }


def test_a_function_that_writes_into_its_inputs_is_flagged(tmp_path: Path) -> None:
    case = WRITES_INTO_INPUTS
    notebook = correct(case.name, assignment=load("a3"))
    case.change(notebook)
    file = tmp_path / "in" / case.name / case.file
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(notebook))
    course("grade", "a3", tmp_path / "in", "--out", tmp_path / "out")
    row = rows(tmp_path / "out")[case.name]
    assert row["flags"] == case.flags
    assert [row[f"q{number}"] for number in range(1, 6)] == case.scores.split(",")


def test_check_tells_the_learner_what_the_grader_would_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = correct("ada")
    both(answer("q2", "def gradient_of_chain(x, u):\n    return u"))(notebook)
    file = tmp_path / "my a1.ipynb"
    file.write_text(json.dumps(notebook))
    assert course("check", file) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "q1 3 of 3 right" in said
    assert "q2 0 of 2 wrong" in said
    assert "the grader will notice: renamed:my a1.ipynb" in said


def test_a_private_exercise_grades_a_notebook_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from backprop_lab.coursework import Exercise\n"
        "EXERCISES = (Exercise('b1-q1', 'Double.', lambda r: (float(r.rand()),),\n"
        "    lambda x: 2 * x, {'half': ('no', lambda x: x / 2)}, name='double'),)\n"
    )
    notebook = correct("")
    notebook["metadata"]["backprop_lab"]["assignment"] = "b1"
    start, check = notebook["cells"][1], notebook["cells"][4]
    solution = notebook["cells"][3]
    start["source"] = start["source"].replace('"a1"', '"b1"')
    check["metadata"]["nbgrader"]["points"] = 1
    solution["source"] = (
        'def double(x):\n    """Return 2 x."""\n    ### BEGIN SOLUTION\n'
        "    return 2 * x\n    ### END SOLUTION"
    )
    notebook["cells"] = [start, solution, check]
    source = tmp_path / "b1.ipynb"
    source.write_text(json.dumps(notebook))
    out = tmp_path / "out"
    options = ("--registry", mine, "--out", out)
    assert course("release", source, *options) == 0
    text = (out / "b1.ipynb").read_text(encoding="utf-8")
    assert "2 * x" not in text
    assert "YOUR CODE HERE" in text
    hand_in(tmp_path / "in", ada=notebook)
    course("grade", source, tmp_path / "in", *options)
    assert rows(out)["ada"]["q1"] == "1"


def test_a_mistake_of_the_grader_stops_nobody_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("ours")

    hand_in(tmp_path / "in", ada=correct("ada"))
    given = ("grade", "a1", tmp_path / "in", "--out", tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("backprop_lab.coursework.preflight.put_in_order", fail)
        assert course(*given) == 3
    ada = rows(tmp_path / "out")["ada"]
    assert (ada["status"], ada["score"]) == ("grader_error", "")
    assert ada["flags"] == "grader_raised:KeyError('ours')"
    assert course(*given) == 0
    assert rows(tmp_path / "out")["ada"]["score"] == "11"


def test_a_page_that_cannot_be_written_costs_no_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError("the page is open elsewhere")

    hand_in(tmp_path / "in", ada=correct("ada"))
    out = tmp_path / "out"
    given = ("grade", "a1", tmp_path / "in", "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr("backprop_lab.coursework.report.write_feedback", fail)
        assert course(*given) == 3
    ada = rows(out)["ada"]
    assert (ada["status"], ada["score"]) == ("ok", "11")
    problem = "PermissionError('the page is open elsewhere')"
    assert ada["flags"] == f"no_feedback:{problem}"
    assert course(*given) == 0
    assert (rows(out)["ada"]["score"], rows(out)["ada"]["flags"]) == ("11", "")
    page = out / "feedback" / "ada.html"
    assert "gradients_of_product" in page.read_text(encoding="utf-8")
    page.unlink()
    assert course(*given) == 0
    assert "gradients_of_product" in page.read_text(encoding="utf-8")


def test_check_goes_the_whole_way_of_grading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = correct("ada")
    answer("q5", "![p](attachment:p.png)")(notebook)
    file = tmp_path / "a1.ipynb"
    file.write_text(json.dumps(notebook))
    assert course("check", file) == 3
    assert "the grader will notice: no_picture:p.png" in capsys.readouterr().out


def test_the_class_has_a_student_for_every_flag_and_status() -> None:
    seen = set().union(*(case.words for case in (*CASES, WRITES_INTO_INPUTS)))
    # These no submission brings about, only what goes wrong with us: see the tests.
    ours = {Status.GRADER_ERROR, Kind.GRADER_RAISED, Kind.NO_FEEDBACK}
    assert seen == {word.value for word in (*Status, *Kind)} - ours
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("is_terminal", "shown"),
    [
        (True, "\r{:<78}\r{:<78}\n"),  # One line, written over.
        (False, "{}\n{}\n"),
    ],
)
def test_a_bar_shows_how_far_the_class_is(
    is_terminal: bool,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    for done in (1, 2):
        command._progress(Record("ada", "ok", seconds=1.5), done, 2)
    first = "[##########..........] 1/2 ada: ok 1.5 s"
    second = "[####################] 2/2 ada: ok 1.5 s"
    assert capsys.readouterr().err == shown.format(first, second)

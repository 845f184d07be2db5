"""Grading: a folder of submissions becomes grades, feedback and a list to mark by hand.

Each submission is put in order (`preflight`), run and asked in a kernel of its own
(`runner`), judged here, and written down (`report`). A line of `log.jsonl` per finished
submission makes an interrupted run continue where it stopped; nothing in the other
files depends on time or order, so the same input gives the same bytes.
"""

import hashlib
import inspect
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TypeAlias

from backprop_lab.coursework import preflight, report
from backprop_lab.coursework.answers import Reply, missing, to_json
from backprop_lab.coursework.assignments import (
    Assignment,
    Cell,
    Notebook,
    edition_of,
    is_test,
    label,
)
from backprop_lab.coursework.checks import Verdict
from backprop_lab.coursework.exercises import Case, Exercise
from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.coursework.learner import NUMBERS
from backprop_lab.coursework.pages import notebook_page
from backprop_lab.coursework.preflight import RejectedError
from backprop_lab.coursework.records import Mark, Record, append_to_log, read_log
from backprop_lab.coursework.runner import (
    Limits,
    Probe,
    Run,
    StoppedError,
    run,
)
from backprop_lab.coursework.sources import typed_student
from backprop_lab.coursework.students import filename, identity, name
from backprop_lab.coursework.submissions import HandedIn, listed
from backprop_lab.errors import EditionError

Cases: TypeAlias = Mapping[str, Sequence[Case]]

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_FOLDER = re.compile(r"/\S*?/lab-\w+/home")


@dataclass(frozen=True)
class Grader:
    """What is the same for all submissions of one run.

    Attributes:
        assignment: What they are compared with.
        limits: What each may use.
        salt: The teacher's secret; it decides the cases functions are tried on.
        edition: The public word made of the salt; it decides the own numbers.
        students: The ids of the whole class.
        stop: Set to end all runs early.
    """

    assignment: Assignment
    limits: Limits
    salt: str = ""
    edition: str = ""
    students: tuple[str, ...] = ()
    stop: Event = field(default_factory=Event)

    @cached_property
    def fingerprint(self) -> str:
        """A word that changes with everything that may change a grade."""
        entries = self.assignment.exercises.values()
        code = sorted({inspect.getfile(entry.cases) for entry in entries})
        code += sorted(map(str, Path(__file__).parent.glob("*.py")))
        parts = [self.salt, self.edition, self.limits.sandbox]
        parts += [str(self.limits.seconds), json.dumps(self.assignment.released)]
        parts += [_digest(Path(file).read_bytes()) for file in code]
        return _digest(json.dumps(parts).encode())

    def grade(self, record: Record, notebook: Notebook, student: str) -> Record:
        """Return the record of a submission, completed; the notebook gets its outputs.

        Args:
            record: What is known of it so far.
            notebook: What was handed in.
            student: The id that gives the numbers.

        Raises:
            RejectedError: The notebook is of another assignment.
            KernelError: No kernel started.
        """
        began = time.monotonic()
        found = preflight.put_in_order(notebook, self.assignment, student)
        flags = [*record.flags, *found.flags]
        code = [
            cell
            for cell in notebook["cells"]
            if cell["cell_type"] == "code" and not is_test(cell)
        ]
        cases = self._cases(student)
        ran = self._run(code, cases)
        flags += _outputs(code, ran)
        cells = {label(cell): cell for cell in notebook["cells"]}
        marks, noticed = self._marks(student, cells, found.written, cases, ran)
        flags += noticed
        if edition_of(notebook) != self.edition:
            flags.append(Flag(Kind.OTHER_EDITION))
        late = any(flag.kind is Kind.TIMEOUT for flag in flags)
        return replace(
            record,
            status=Status.TIMEOUT if late else Status.OK,
            flags=tuple(dict.fromkeys(Flag(f.kind, name(f.about)) for f in flags)),
            marks=marks,
            seconds=round(time.monotonic() - began, 2),
        )

    def _cases(self, student: str) -> Cases:
        """Return what each question is asked with.

        Functions are tried on other cases than the learner's own check tries.
        """
        words = {"number": self.edition, "function": f"grading {self.salt}"}
        return {
            question: entry.draw(student, words[entry.answer])
            for question, entry in self.assignment.exercises.items()
        }

    def _run(self, code: Sequence[Cell], cases: Cases) -> Run:
        numbers, probes = {}, []
        for question, entry in self.assignment.exercises.items():
            asked = cases[question]
            if entry.answer == "number":
                numbers[question] = asked[0]
            parts = len(entry.parts)
            probes.append(Probe(question, entry.name, entry.inputs(asked), parts))
        environment = {NUMBERS: to_json(numbers)}
        sources = [cell["source"] for cell in code]
        return run(sources, probes, environment, self.limits, self.stop)

    def _marks(
        self,
        student: str,
        cells: Mapping[str | None, Cell],
        written: Mapping[str, str],
        cases: Cases,
        ran: Run,
    ) -> tuple[dict[str, Mark], list[Flag]]:
        """Return the marks of all questions, and what a teacher should know."""
        marks, flags = {}, []
        for question in self.assignment.questions:
            id, entry, text = question.id, question.exercise, written[question.id]
            if entry is None:
                marks[id] = _to_be_marked(text)
                continue
            end, replies = ran.answers[id]
            if end != "ok":
                kind, reason = _ENDS[end]
                marks[id] = Mark(0.0, reason)
                flags.append(Flag(kind, id))
                continue
            verdict = entry.judge(cases[id], replies)
            reason = _reason(verdict, _error(cells.get(id, {})))
            marks[id] = Mark(verdict.score, reason)
            if text and _is_nothing(verdict, entry, replies):
                unclear = f"to be marked: written, but not as {entry.name}"
                marks[id] = Mark(None, unclear, text)
                flags.append(Flag(Kind.UNCLEAR, id))
            if any(reply.changed_inputs for reply in replies):
                flags.append(Flag(Kind.CHANGES_INPUTS, id))
            if entry.answer == "number" and verdict.outcome == "wrong":
                flags += self._copied(entry, student, replies)
        return marks, flags

    def _copied(
        self, entry: Exercise, student: str, replies: Sequence[Reply]
    ) -> Iterator[Flag]:
        """Yield a flag for each classmate whose numbers this answer would fit."""
        for other in self.students:
            cases = entry.draw(other, self.edition)
            is_other = identity(other) != identity(student)
            if is_other and entry.judge(cases, replies).outcome == "right":
                yield Flag(Kind.NUMBERS_OF, other)


# How a question may end without an answer: the flag, and the reason.
_ENDS = {
    "timeout": (
        Kind.TIMEOUT,
        "it did not end in time; is there a loop that never ends?",
    ),
    "died": (
        Kind.KERNEL_DIED,
        "it ended the Python process; a function must return",
    ),
    "error": (
        Kind.NO_ANSWER,
        "no answer came back; was something of Python itself replaced?",
    ),
}


def edition(salt: str) -> str:
    """Return the word that stands for a salt in released notebooks, "" for none.

    Example:
        >>> edition("")
        ''
    """
    return hashlib.sha256(f"edition {salt}".encode()).hexdigest()[:12] if salt else ""


def look_through(
    grader: Grader, handed_in: Sequence[HandedIn], out: Path
) -> tuple[list[Record], dict[str, HandedIn]]:
    """Return the records that the log has already, and by key what is to be graded.

    A key changes with all that may change a grade.

    Raises:
        EditionError: The class was given another edition than the salt's.
    """
    _same_edition(grader, handed_in)
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    logged = {record.key: record for record in read_log(out / "log.jsonl")}
    keyed = {}
    for entry in handed_in:
        files = [[file.name, _digest_of(file)] for file in entry.files]
        what = [entry.student, entry.is_known, files, entry.others]
        same = json.dumps([grader.fingerprint, what])
        keyed[_digest(same.encode())] = entry
    known = {
        key: record
        for key, record in logged.items()
        if key in keyed and _is_shown(record, out)
    }
    return list(known.values()), {k: e for k, e in keyed.items() if k not in known}


def grade_all(
    grader: Grader, left: Mapping[str, HandedIn], out: Path, jobs: int
) -> Iterator[Record]:
    """Yield a record as soon as a submission is graded and in the log."""
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = [
            pool.submit(_grade_one, grader, key, entry, out)
            for key, entry in left.items()
        ]
        try:
            for future in as_completed(futures):
                record = future.result()
                append_to_log(out / "log.jsonl", record)
                yield record
        except BaseException:
            grader.stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def grade_and_show(
    grader: Grader, record: Record, notebook: Notebook, student: str
) -> tuple[Record, str]:
    """Return the record of a submission, completed, and its notebook as HTML.

    Raises:
        RejectedError: The notebook is of another assignment.
        KernelError: No kernel started.
    """
    done = grader.grade(record, notebook, student)
    page = notebook_page(notebook)
    return replace(done, flags=done.flags + page.flags), page.body


def page_of(record: Record, out: Path) -> Path:
    """Return where the feedback to a submission lies."""
    return out / "feedback" / f"{filename(record.student)}.html"


def _is_shown(record: Record, out: Path) -> bool:
    kinds = {flag.kind for flag in record.flags}
    return Kind.NO_FEEDBACK not in kinds and page_of(record, out).is_file()


def with_feedback(
    page: Path, record: Record, assignment: Assignment, body: str | None = None
) -> Record:
    """Write a feedback page; return the record, with a flag if there is none.

    Whatever may go wrong with a page, the grade stands.
    """
    try:
        report.write_feedback(page, record, assignment, body)
    except Exception as error:
        problem = Flag(Kind.NO_FEEDBACK, ascii(error)[:200])
        return replace(record, flags=tuple(dict.fromkeys((*record.flags, problem))))
    return record


def _same_edition(grader: Grader, handed_in: Sequence[HandedIn]) -> None:
    """Refuse to grade a class with numbers that it never had.

    One notebook of another edition is that learner's affair; most of them are ours.
    """
    editions: Counter[str] = Counter()
    for entry in handed_in:
        for file in entry.files:
            with suppress(RejectedError):
                editions[edition_of(preflight.read(file))] += 1
    if not editions or editions.most_common(1)[0][0] == grader.edition:
        return
    said = "not released with this salt" if grader.salt else "released with a salt"
    raise EditionError(
        f"these notebooks were {said}, so their numbers are not known. Give the file "
        "that the release was made with, or none if it was made without: --salt-file "
        "salt.txt."
    )


def _grade_one(grader: Grader, key: str, entry: HandedIn, out: Path) -> Record:
    """Grade one submission and write its feedback; never fail because of it."""
    record = Record(entry.student, key=key)
    page = page_of(record, out)
    try:
        others = listed(entry.others) if entry.others else ""
        file = preflight.choose(entry.files, others, grader.assignment.id)
        record = replace(record, file=file.name, file_sha256=_digest_of(file))
        notebook = preflight.read(file)
        flags = () if entry.flat else preflight.renamed(file, grader.assignment)
        student = entry.student
        if not entry.is_known:
            student = typed_student(notebook["cells"]) or student
            flags += (Flag(Kind.ID_AS_TYPED),)
        given = replace(record, flags=flags)
        done, body = grade_and_show(grader, given, notebook, student)
        return with_feedback(page, done, grader.assignment, body)
    except StoppedError:
        raise
    except RejectedError as rejection:
        done = replace(record, status=str(rejection))
    except Exception as error:
        # Whatever is in this file, the next student must be graded.
        raised = (Flag(Kind.GRADER_RAISED, ascii(error)[:200]),)
        done = replace(record, status=Status.GRADER_ERROR, flags=raised)
    return with_feedback(page, done, grader.assignment, "")


def _outputs(code: Sequence[Cell], ran: Run) -> Iterator[Flag]:
    """Give the cells their outputs; yield a flag for each that did not end well."""
    ran_cells = zip(code, ran.cells, strict=True)
    for number, (cell, (end, outputs)) in enumerate(ran_cells, start=1):
        cell["outputs"] = json.loads(_steady(json.dumps(outputs)))
        where = label(cell) or f"code_cell_{number}"
        if end == "error":
            error = _error(cell).partition(":")[0]
            yield Flag(Kind.CELL_ERROR, f"{where}:{error}")
        elif end != "ok":
            yield Flag(_ENDS[end][0], where)


def _error(cell: Cell) -> str:
    """Return the last error of a cell in a line, "" for none."""
    for output in reversed(cell.get("outputs", ())):
        if output["output_type"] == "error":
            text = re.sub(r"\(\d+\.py, ", "(", str(output["evalue"]))
            return f"{output['ename']}: {text}"[:300]
    return ""


def _reason(verdict: Verdict, error: str) -> str:
    reason = verdict.summary
    if verdict.outcome == "not attempted":
        reason += ": it is None; is a `return` missing?"
    sentences = (reason, verdict.note, error and f"Its cell raised {error}")
    return ". ".join(text.rstrip(".") for text in sentences if text)


def _is_nothing(verdict: Verdict, entry: Exercise, replies: Sequence[Reply]) -> bool:
    """Return whether no answer was found, which does not mean that there is none."""
    parts = {part for reply in replies for part in reply.parts if isinstance(part, str)}
    return verdict.outcome == "not attempted" or parts == {missing(entry.name)}


def _to_be_marked(text: str) -> Mark:
    """Return the mark of a written answer; what nobody wrote needs no teacher."""
    return Mark(None, "to be marked", text) if text else Mark(0.0, "no answer")


def _steady(text: str) -> str:
    """Return output without addresses and folders that differ from run to run."""
    return _FOLDER.sub(".", _ADDRESS.sub("0x…", text))


def _digest_of(file: Path) -> str:
    """Return the digest of a file, "" if it may not be read."""
    try:
        return _digest(file.read_bytes())
    except OSError:
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

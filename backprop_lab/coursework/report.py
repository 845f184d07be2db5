"""What teacher and learner get to read: a table of grades, a page of feedback each.

In come the records of graded submissions; out come the rows of `grades.csv` and one
self-contained HTML page per learner. What a learner wrote is only ever shown as text or
as a picture: markup is sanitised, and the page's own policy forbids scripts and any
request, so opening it is safe.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from backprop_lab.coursework.assignments import Assignment
from backprop_lab.coursework.checks import html_table
from backprop_lab.coursework.records import Record, points

_BODY = "<!-- the notebook -->"
_END = "</body></html>\n"
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { border: 1px solid #767676; padding: .25rem .6rem; vertical-align: top }
caption { font-weight: bold }
pre { overflow-x: auto; background: #f6f6f6; padding: .5rem; white-space: pre-wrap }
img { max-width: 100%; height: auto }
"""


def grade_rows(records: Iterable[Record], assignment: Assignment) -> list[list[str]]:
    """Return the table of grades; a score is empty where there was nothing to grade."""
    ids = [question.id for question in assignment.questions]
    head = ["student", "status", "score", "max", *ids]
    rows = [[*head, "manual_pending", "flags", "file", "file_sha256"]]
    for record in records:
        scores = {id: mark.score for id, mark in record.marks.items()}
        pending = str(list(scores.values()).count(None)) if record.is_graded else ""
        rows.append(
            [
                *(record.student, record.status),
                *(points(record.score), points(assignment.maximum)),
                *(points(scores.get(id)) for id in ids),
                *(
                    pending,
                    ";".join(str(flag).replace(";", ",") for flag in record.flags),
                    record.file,
                    record.file_sha256,
                ),
            ]
        )
    return rows


def mark_rows(record: Record, assignment: Assignment) -> list[tuple[str, str, str]]:
    """Return a row for each question that has a mark: its points, and why."""
    rows = [("question", "points", "why")]
    for question in assignment.questions:
        if mark := record.marks.get(question.id):
            reached = points(mark.score) or "?"
            most = points(question.points)
            rows.append((question.id, f"{reached} of {most}", mark.reason))
    return rows


def summary_html(record: Record, assignment: Assignment) -> str:
    """Return the top of a feedback page: what was earned, and why."""
    title = f"{assignment.id}: {record.student}"
    caption = f"{points(record.score)} of {points(assignment.maximum)} points"
    if not record.is_graded:
        caption = f"Could not be graded: {record.status}"
    flags = "".join(
        f"<li>{escape(str(flag))}</li>"
        for flag in record.flags
        if not flag.kind.names_classmates
    )
    noticed = f"<p>Noticed:</p><ul>{flags}</ul>" if flags else ""
    head, *rows = mark_rows(record, assignment)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>"
        + html_table(caption, head, rows)
        + noticed
        + "<h2>What was handed in, run again from the start</h2>" * record.is_graded
    )


def write_feedback(
    path: Path, record: Record, assignment: Assignment, body: str | None = None
) -> None:
    """Write a feedback page; without a body, renew the top of the page there is."""
    if body is None:
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        body = old.partition(_BODY)[2].removesuffix(_END)
    page = summary_html(record, assignment) + _BODY + body + _END
    path.write_bytes(page.encode(errors="backslashreplace"))

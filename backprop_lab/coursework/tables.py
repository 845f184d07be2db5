r"""What a person has saved: texts and tables, read without doubt, whatever wrote them.

A spreadsheet saves what it was given in its own way: with semicolons or tabs, in UTF-16
or in the code page of Windows, with a mark of byte order in front, with capitals in the
head. What it means is the same, and is read the same. What can be read in two ways is
refused, with row and column, so that nobody's marks depend on a guess.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "marks.csv"
    ...     _ = path.write_bytes("sep=;\nStudent;Score\n0042;2,5\n".encode("utf-16"))
    ...     table = read_table(path, ["student", "score"])
    >>> table.rows[0].cells, table.rows[0].number
    ({'student': '0042', 'score': '2,5'}, 3)
"""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from backprop_lab.errors import TableError

_DELIMITERS = ",;\t|"
# The marks of byte order, longest first: that of UTF-16 begins that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMULA = tuple("=+-@\t\r")
# A learner's answer may be longer than the library expects of a cell.
csv.field_size_limit(2**30)


@dataclass(frozen=True)
class Row:
    """A row of a table, as it was typed.

    Attributes:
        number: Its place in the file, the head being row 1 where nothing is above it.
        cells: The text under each head.
    """

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Dialect:
    """How a table is written: so that it can be given back as it came."""

    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True)
class Table:
    """A table that a person has saved.

    Attributes:
        path: The file, named in errors.
        heads: The heads, in small letters.
        rows: The rows that hold anything.
        dialect: How it is written.
    """

    path: Path
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    dialect: Dialect

    def refuse(self, row: Row, column: str, problem: str) -> NoReturn:
        """Refuse a cell.

        Raises:
            TableError: Always; it names file, row and column.
        """
        raise TableError(f"{self.path}, row {row.number}, column {column}: {problem}")


def read_text(path: Path) -> str:
    """Return the text of a file, in whichever encoding an editor has saved it.

    Raises:
        TableError: There is no such file, or it is no text.
    """
    return _decoded(path)[0]


def read_table(path: Path, columns: Sequence[str]) -> Table:
    """Return a table with a head.

    Args:
        path: A file of comma-separated values, or of values that are separated as a
            spreadsheet does it.
        columns: The heads that there must be, in small letters.

    Raises:
        TableError: There is no such file, a head is missing or there twice, or a row
            has more cells than the head.
    """
    text, encoding = _decoded(path)
    first = text.lstrip().partition("\n")[0].strip()
    # Excel's own line that names the delimiter.
    told = first[4:5] if first.lower().startswith("sep=") else ""
    for delimiter in told or _DELIMITERS:
        found = list(_parsed(path, text, delimiter))
        if told:
            del found[:1]
        if not found:
            break
        (_, head), *others = found
        heads = tuple(cell.strip().casefold() for cell in head)
        if set(columns) <= set(heads):
            rows = tuple(_rows(path, heads, others))
            # The code page of Windows has not all the letters that names need.
            written = "utf-8-sig" if encoding == "cp1252" else encoding
            return Table(path, heads, rows, Dialect(written, delimiter))
    raise TableError(
        f"{path} needs a head with the columns {', '.join(columns)}; it begins with "
        f"{first[:60]!r}."
    )


def write_table(
    path: Path, rows: Iterable[Sequence[str]], dialect: Dialect = Dialect()
) -> None:
    """Write a table that a spreadsheet shows as it is, all at once."""
    part = path.with_name(f"{path.name}.part")
    # A learner may have written half a letter, such as "\ud83d", or one that the
    # teacher's code page has not.
    with part.open(
        "w", encoding=dialect.encoding, errors="backslashreplace", newline=""
    ) as file:
        writer = csv.writer(file, delimiter=dialect.delimiter, lineterminator="\n")
        writer.writerows([no_formula(cell) for cell in row] for row in rows)
    part.replace(path)


def set_aside(path: Path, folder: Path) -> Path:
    """Keep a file that somebody may have edited, under a dated name in a folder."""
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
    return path.rename(folder / f"{path.stem}.{now}{path.suffix}")


def no_formula(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in _FORMULA and cell.strip() else cell


def _decoded(path: Path) -> tuple[str, str]:
    """Return a file's text and its encoding."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise TableError(f"there is no file {path}.") from None
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    # Without a mark: every other byte of plain words in UTF-16 is 0.
    if encoding is None and b"\0" in raw:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    for each in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            return raw.decode(each), each
        except UnicodeDecodeError:
            continue
    raise TableError(
        f"{path} is no text that can be read. Save it as CSV in UTF-8 from your "
        "spreadsheet, or as plain text."
    )


def _parsed(path: Path, text: str, delimiter: str) -> Iterable[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with its number in a spreadsheet."""
    # Only \r and \n end a row; a learner's answer may hold other ends of lines.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as problem:
        raise TableError(f"{path}, line {reader.line_num}: {problem}.") from None


def _rows(
    path: Path, heads: Sequence[str], found: Iterable[tuple[int, list[str]]]
) -> Iterable[Row]:
    if twice := {head for head in heads if head and heads.count(head) > 1}:
        raise TableError(f"{path} has two columns {min(twice)!r}. Leave one of them.")
    rows = list(found)
    # Some programs end every row with a delimiter; a single longer row was cut wrongly.
    spare = min((len(cells) for _, cells in rows), default=0)
    for number, cells in rows:
        room = max(len(heads), spare)
        if len(cells) > room or any(cell.strip() for cell in cells[len(heads) :]):
            raise TableError(
                f"{path}, row {number} has more cells than the head has columns. Is "
                'there a comma in it, as in 2,5, that should stand in quotes: "2,5"?'
            )
        texts = [_as_typed(cell) for cell in cells[: len(heads)]]
        texts += [""] * (len(heads) - len(texts))
        yield Row(number, {h: t for h, t in zip(heads, texts, strict=True) if h})


def _as_typed(cell: str) -> str:
    """Return a cell without what keeps a spreadsheet from calculating it."""
    text = cell.strip()
    return text[1:].strip() if text[:1] == "'" and text[1:2] in _FORMULA else text

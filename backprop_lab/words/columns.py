"""Tables in text: rows of cells become lines with aligned columns.

Whatever prints a table goes through here: a tape, a check, a lesson, the grader.

    >>> print(in_columns([("node", "value"), ("w", "0.5"), ("z", "−1.25")], rules=[1]))
    node  value
    ────  ─────
    w     0.5
    z     −1.25
"""

from collections.abc import Collection, Sequence


def in_columns(rows: Sequence[Sequence[str]], rules: Collection[int] = ()) -> str:
    """Return rows of the same length as lines, each column as wide as it needs.

    Args:
        rows: The cells of each row, a head being a row like the others.
        rules: Indices of rows before which a line is ruled.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "  ".join("─" * width for width in widths)
    lines: list[str] = []
    for index, row in enumerate(rows):
        lines += [rule] if index in rules else []
        lines.append("  ".join(map(str.ljust, row, widths)).rstrip())
    return "\n".join(lines)

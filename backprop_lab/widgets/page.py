"""The browser's half as anywidget wants it: one style sheet and one module.

In come the files of `static/`, each of one idea. A page loads the module from memory,
where a file cannot import its neighbour, so Python joins them: those that a file
imports stand before it, and the words `import` and `export` are not needed any more.
Comments stay in the files, for every widget sends the module. All files share one
space of names, so a name at the top of one may not be that of another.

    >>> module().splitlines()[-1]
    'export default { initialize, render };'
"""

import re
from pathlib import Path

from backprop_lab.picture.svg import picture_css

_STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)


def style() -> str:
    """Return the style sheet of the picture and of what stands around it."""
    return picture_css() + (_STATIC / "stepper.css").read_text(encoding="utf-8")


def module() -> str:
    """Return the browser's half as one module."""
    return joined(_STATIC / "stepper.js")


def joined(entry: Path) -> str:
    """Return a JavaScript file and all that it imports as one module.

    Args:
        entry: A file whose imports, and theirs, are written as
            `import { name } from "./neighbour.js";`.
    """
    parts: dict[Path, str] = {}

    def add(path: Path) -> None:
        if path in parts:
            return
        source = path.read_text(encoding="utf-8")
        for neighbour in _IMPORT.findall(source):
            add(path.with_name(neighbour))
        own = _EXPORT.sub("", _IMPORT.sub("", source))
        parts[path] = _COMMENT.sub("", own).strip("\n")

    add(entry)
    return "\n".join(parts.values()) + "\n"

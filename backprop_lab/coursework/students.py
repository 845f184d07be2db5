"""Who is who: what tells two students apart, and the name of a file for each.

One person's name reaches the grader in many spellings: typed into a notebook, from a
roster, as a folder of another system. Three questions have three answers:

    name      what is shown to people
    identity  what is compared, and gives the student's own numbers
    filename  where a file about the student may lie

    >>> identity("Jose\u0301 ") == identity("JOS\u00c9")
    True
    >>> filename("Ada Lovelace"), filename("../../evil")
    ('ada lovelace', '_._.._evil~0fbfd372')
"""

import hashlib
import re
import unicodedata

# Windows keeps these for devices, whatever the ending.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
# What some system forbids in a name, or takes for something else; and our own mark.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^[. ~-]|[. ]$|~(?=[0-9a-f]{8}$)')


def name(text: object) -> str:
    r"""Return a name as it is shown: one spelling of each letter, spaces tidied.

    Halves of letters, which no file can hold, are spelled out.

    Example:
        >>> name("  Ada\u00a0 Lovelace "), name("\ud83d")
        ('Ada Lovelace', '\\ud83d')
    """
    whole = str(text).encode(errors="backslashreplace").decode()
    return " ".join(unicodedata.normalize("NFC", whole).split())


def identity(text: object) -> str:
    """Return what all spellings of one student's name have in common."""
    apart = unicodedata.normalize("NFD", name(text))
    return unicodedata.normalize("NFC", apart.casefold())


def filename(student: object) -> str:
    """Return the name, without an ending, of a file or folder for a student.

    It is a name on every system, different for different students, even where capital
    letters make no difference.
    """
    return safe(identity(student))


def safe(text: str, room: int = 100) -> str:
    """Return a text as a name without an ending; the same text, if it is one already.

    Args:
        text: Any text.
        room: How many bytes the name may take; some disks allow 143, endings included.

    Example:
        >>> safe("a1"), safe("nul")
        ('a1', '_nul~99e62427')
    """
    clean = _DEVICES.sub(r"_\1\2", _UNSAFE.sub("_", text)) or "_"
    short = clean.encode()[:room].decode(errors="ignore")
    if short == text:
        return text
    # What was lost goes into the digits, so that no two texts have the same name.
    return f"{short}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"

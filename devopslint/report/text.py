"""Text of unknown origin made fit for a terminal: harmless, and of known width.

Files, names and messages may hold anything: escape sequences that recolour or retitle a terminal, characters that turn
the direction of writing, tabs, wide characters. Every code point becomes a cell: what is shown for it, and how many
columns that takes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Cell = tuple[str, int]
    """What is shown for a code point, and its width in columns."""

TAB = 4
_IN_ASCII = {
    "…": "...",
    "–": "-",
    "—": "-",
    "→": "->",
    "×": "x",
    "·": "-",
    "≥": ">=",
    "≤": "<=",
    "’": "'",
    "“": '"',
    "”": '"',
}


def in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Return, as a handler of errors of codecs, what stands for characters that an encoding lacks: a likeness, or escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    likeness = (_IN_ASCII.get(char) or char.encode("ascii", "backslashreplace").decode() for char in lacking)
    return "".join(likeness), error.end


def plain(text: str) -> str:
    """Return a text on one line with nothing in it that a terminal would obey.

    Line ends and tabs become blanks, other control characters their pictures (`␛`), other invisible ones `<U+202E>`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if char in "\t\r\n" else _shown(char)[0] for char in text.replace("\r\n", "\n"))


def sound(text: str) -> str:
    """Return a text that every decoder takes: a surrogate without its other half becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cells(text: str) -> list[Cell]:
    """Return a cell for each code point of a line; a tab reaches to the next multiple of four columns."""
    if text.isascii() and text.isprintable():
        return [(char, 1) for char in text]
    found: list[Cell] = []
    column = 0
    for char in text:
        cell = (" " * (size := TAB - column % TAB), size) if char == "\t" else _shown(char)
        found.append(cell)
        column += cell[1]
    return found


def width(text: str) -> int:
    """Return how many columns a text takes that `plain` has been over."""
    return len(text) if text.isascii() else sum(cell[1] for cell in cells(text))


def clip(text: str, limit: int, more: str = "…") -> str:
    """Return a text cut to at most `limit` columns, with `more` at the end where something was cut."""
    if width(text) <= limit:
        return text
    room = limit - len(more)
    kept = []
    for shown, size in cells(text):
        if size > room:
            break
        room -= size
        kept.append(shown)
    return "".join(kept).rstrip() + more


def _shown(char: str) -> Cell:
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char, 1
    if code < 0x20:
        return chr(0x2400 + code), 1
    if code == 0x7F:
        return "␡", 1
    from unicodedata import category, east_asian_width

    kind = category(char)
    if kind in {"Mn", "Me"} or code in {0x200C, 0x200D}:  # joiners are part of words and of emoji
        return char, 0
    if kind in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        name = f"<U+{code:04X}>"
        return name, len(name)
    return char, 2 if east_asian_width(char) in {"W", "F"} else 1

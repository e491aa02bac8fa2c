"""XML written by hand: a few elements don't pay for importing a library."""

from __future__ import annotations

import re

from devopslint.report.commands import neutral_xml

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say at all: most control characters, surrogates, U+FFFE and U+FFFF."""
_ESCAPES = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\t"): "&#9;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    # What a terminal obeys or shows elsewhere is legal in XML, but somebody may look at the file in one.
    **{
        code: f"&#{code};"
        for code in (
            *range(0x7F, 0xA0),
            0xAD,
            0x61C,
            *range(0x200B, 0x2010),
            *range(0x2028, 0x202F),
            *range(0x2060, 0x2070),
            0xFEFF,
        )
    },
}


def escaped(text: str) -> str:
    """Return a text fit for content and for attributes in double quotes; what XML 1.0 can't hold is left out."""
    return neutral_xml(_FORBIDDEN.sub("", text).translate(_ESCAPES))


def tag(name: str, attributes: dict[str, str | int], *, close: bool = False) -> str:
    """Return a start tag, or with `close` an empty element."""
    written = "".join(f' {key}="{escaped(str(value))}"' for key, value in attributes.items())
    return f"<{name}{written}{'/' if close else ''}>"

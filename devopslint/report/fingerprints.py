"""What a finding is known by from one run to the next."""

from __future__ import annotations

from operator import mul
from sys import byteorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devopslint.policy.finding import Report

_WINDOW = 100
_MASK = (1 << 64) - 1
_POWERS = [pow(37, _WINDOW - 1 - at, 1 << 64) for at in range(_WINDOW)]


def fingerprints(report: Report) -> list[str]:
    """Return our own fingerprint of each of `report.findings`, in order: 64 hexadecimal digits, all different.

    It is made of rule, path, address, the line's text with its blanks evened out, and which of several such findings
    it is; never of line numbers, so that it outlives edits elsewhere. Suppressed findings count among the several,
    so that suppressing one does not rename the rest.
    """
    from hashlib import sha256

    seen: dict[str, int] = {}
    evened: dict[str, str] = {}
    found = []
    for finding in report.findings:
        line = finding.line_text or report.line(finding.location.path, finding.location.span.line)
        even = evened.get(line)
        if even is None:
            even = evened[line] = " ".join(line.split())
        identity = f"{finding.rule}\0{finding.location.path}\0{finding.address}\0{even}\0"
        ordinal = seen[identity] = seen.get(identity, 0) + 1
        found.append(sha256(f"{identity}{ordinal}".encode("utf-8", "surrogatepass")).hexdigest())
    return found


def line_hashes(lines: Sequence[str], wanted: Iterable[int]) -> dict[int, str]:
    """Return `primaryLocationLineHash` of the wanted 1-based lines of a file, as GitHub's upload action computes it.

    `lines` have no line ends. Blanks and tabs are dropped, lines end with LF, the file with the unit 65535; each line's
    hash covers the 100 UTF-16 units from its start on, short ones padded with 0; then `:` and which occurrence of that
    hash within the file this is. Lines that the file does not have are left out.
    Source: github/codeql-action, `src/fingerprints.ts`.
    """
    wanted = set(wanted)
    last = min(max(wanted, default=0), len(lines) or 1)
    kept = [line.replace(" ", "").replace("\t", "") for line in lines or ("",)]
    text = "\n".join(kept) + "\uffff" + "\0" * _WINDOW
    units = text.encode(f"utf-16-{byteorder[0]}e", "surrogatepass")
    count: dict[bytes, int] = {}
    found = {}
    start = 0
    for number, line in enumerate(kept[:last], 1):
        # Hashing is what costs: equal hashes are counted by what they would be made of.
        window = units[start : start + _WINDOW * 2]
        count[window] = count.get(window, 0) + 1
        if number in wanted:
            value = sum(map(mul, memoryview(window).cast("H"), _POWERS)) & _MASK
            found[number] = f"{value:x}:{count[window]}"
        start += 2 * (utf16_length(line) + 1)
    return found


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units a text has."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)

"""What a finding is known by from one run to the next."""

from __future__ import annotations

from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devopslint.policy.finding import Report

_WINDOW = 100
_MASK = (1 << 64) - 1
_SHIFT = pow(37, _WINDOW, 1 << 64)
_PADDING = [0] * _WINDOW


def fingerprints(report: Report) -> list[str]:
    """Return our own fingerprint of each of `report.findings`, in order: 64 hexadecimal digits, all different.

    It is made of rule, path, address, the line's text with its blanks evened out, and which of several such findings
    it is; never of line numbers, so that it outlives edits elsewhere. Suppressed findings count among the several,
    so that suppressing one does not rename the rest.
    """
    from hashlib import sha256

    seen: dict[tuple[str, ...], int] = {}
    found = []
    for finding in report.findings:
        line = finding.line_text or report.line(finding.path, finding.span.line)
        identity = (finding.rule, finding.path, finding.address, " ".join(line.split()))
        ordinal = seen[identity] = seen.get(identity, 0) + 1
        text = "\0".join((*identity, str(ordinal)))
        found.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    return found


def line_hashes(lines: Sequence[str], wanted: Iterable[int]) -> dict[int, str]:
    """Return `primaryLocationLineHash` of the wanted 1-based lines of a file, as GitHub's upload action computes it.

    `lines` have no line ends. Blanks and tabs are dropped, lines end with LF, the file with the unit 65535; each line's
    hash covers the 100 UTF-16 units from its start on, short ones padded with 0; then `:` and which occurrence of that
    hash within the file this is. Lines that the file does not have are left out.
    Source: github/codeql-action, `src/fingerprints.ts`.
    """
    wanted = set(wanted)
    kept = [line.replace(" ", "").replace("\t", "") for line in lines or ("",)]
    starts = list(accumulate((utf16_length(line) + 1 for line in kept), initial=0))
    last = min(max(wanted, default=0), len(kept))
    units = [*_units("\n".join(kept)), 65535, *_PADDING][: starts[last] + _WINDOW]
    prefix = list(accumulate(units, _roll, initial=0))
    count: dict[int, int] = {}
    found = {}
    for number, start in enumerate(starts[:last], 1):
        value = (prefix[start + _WINDOW] - prefix[start] * _SHIFT) & _MASK
        count[value] = count.get(value, 0) + 1
        if number in wanted:
            found[number] = f"{value:x}:{count[value]}"
    return found


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units a text has."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def _roll(value: int, unit: int) -> int:
    return (value * 37 + unit) & _MASK


def _units(text: str) -> list[int]:
    if text.isascii():
        return list(text.encode("ascii"))
    from sys import byteorder

    encoding = "utf-16-le" if byteorder == "little" else "utf-16-be"
    return list(memoryview(text.encode(encoding, "surrogatepass")).cast("H"))

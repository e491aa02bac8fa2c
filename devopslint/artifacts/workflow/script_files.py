"""What a script writes into the files of the runner: `GITHUB_ENV`, `GITHUB_OUTPUT`."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.stretches import Stretch

_MOST_KEPT = 256
"""Scripts of which is kept what they write: many checks ask for it, one after the other."""
_MOST_NESTED = 20
"""Groups of commands in one another of which what is in them is told: each tells it again."""
_FILE = r"[\"']?(?:\$\{?(?:env:)?|%)(?:NAME)\b\}?[\"'%]?"
_INTO = (
    r"(?:>>?\s*|\btee\s+(?:-a|--append)\s+|-FilePath\s+|\b(?:Add-Content|Set-Content|Out-File|Tee-Object)\b[^\n|;]{0,200}?\s"
    r"|\bAppendAll(?:Text|Lines)\(\s*|\bappendFile(?:Sync)?\(\s*)(?:"
    + _FILE
    + r"|process\.env(?:\.|\[[\"'])(?:NAME)\b)"
)
_OPENED = (
    r"(?:\b(\w+)\s{0,9}=\s{0,9})?\bopen\((?:[^()\n]{0,60}(?:environ|getenv|ENV|env)[^\n]{0,20}?[\"'](?:NAME)[\"']|(?:ALIAS)\b)"
    r"[^\n:]{0,60}?(?:\bas\s+(\w+)|$|;|\.write)"
)
"""How Python opens one of the files: what it is called then is in one of the groups."""
_ALIAS = r"(?:^|[\s;])(\w+)\s{0,9}=\s{0,9}[^\n=]{0,60}(?:environ|getenv|process\.env)[^\n]{0,20}?\b(?:NAME)\b"
_HEREDOC = lazily(r"<<-?\s*[\"']?(\w+)[\"']?")
_NAMED = lazily(r"(?:^|[\"'\s])([A-Za-z_][\w-]*)(=|<<)")
_COMMAND_NAMED = lazily(r"::set-output name=([\w-]+)::")


def written(script: str, *files: str) -> list[Stretch]:
    """Return start and end of the lines whose output goes into one of the runner's files (`GITHUB_ENV`)."""
    return [line for _, lines in _written(script, files) for line in lines]


def writes(script: str, *files: str) -> list[tuple[Stretch, Stretch]]:
    """Return each line that writes into one of the runner's files, and the stretch of all that it writes there."""
    return [(line, (lines[0][0], lines[-1][1]) if lines else line) for line, lines in _written(script, files)]


@lru_cache(maxsize=_MOST_KEPT)
def _written(script: str, files: tuple[str, ...]) -> tuple[tuple[Stretch, list[Stretch]], ...]:
    """Return each line that writes into one of the files, and the lines that what it writes comes from."""
    loud = script.upper()
    if not any(name in loud for name in files):
        return ()
    names = "|".join(files)
    by_program = _by_program(script, names) if "open(" in script or "appendFile" in script else ()
    return (*_redirections(script, names), *((line, [line]) for line in by_program))


def _by_program(script: str, names: str) -> Iterator[Stretch]:
    """Yield the lines of Python and JavaScript that write into one of the files, by a name that they have given it."""
    alias = "|".join(found.group(1) for found in re.finditer(_ALIAS.replace("NAME", names), script)) or r"(?!)"
    handles = {"(?!)"}
    opened = re.compile(_OPENED.replace("NAME", names).replace("ALIAS", alias), re.MULTILINE)
    for found in opened.finditer(script):
        handles.update(name for name in found.groups() if name)
    handle = "|".join(sorted(handles))
    writes = re.compile(
        rf"\b(?:{handle})\.write(?:lines)?\(|\bfile\s*=\s*(?:{handle})\b|\bappendFile(?:Sync)?\(\s*(?:{alias})\b"
    )
    at = 0
    for line in script.split("\n"):
        direct = opened.search(line) if ".write" in line else None
        if writes.search(line) or direct is not None:
            yield at, at + len(line)
        at += len(line) + 1


def _redirections(script: str, names: str) -> Iterator[tuple[Stretch, list[Stretch]]]:
    """Yield each line that sends output of a shell into one of the files, and the lines that this output comes from."""
    into = re.compile(_INTO.replace("NAME", names), re.IGNORECASE)
    lines: list[tuple[int, str]] = []
    at = 0
    for line in script.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    index = 0
    opened: dict[int, int] = {}
    while index < len(lines):
        at, line = lines[index]
        index += 1
        if line.lstrip().startswith("#") or not into.search(line):
            continue
        found: list[Stretch] = []
        if re.match(r"\s*[})]", line):
            opened = opened or {**_openings(lines, "{", "}"), **_openings(lines, "(", ")")}
            first = opened.get(index - 1, index - 1)
            found.extend((start, start + len(text)) for start, text in lines[first : index - 1])
        else:
            found.append((at, at + len(line)))
        heredoc = _HEREDOC.search(line) if re.search(r"\b(?:cat|tee)\b", line) else None
        if heredoc is not None:
            while index < len(lines) and lines[index][1].strip() != heredoc.group(1):
                found.append((lines[index][0], lines[index][0] + len(lines[index][1])))
                index += 1
        yield (at, at + len(line)), found


def _openings(lines: list[tuple[int, str]], begins: str, ends: str) -> dict[int, int]:
    """Return, by the index of each line that ends a group of commands, that of the line which begins it."""
    found: dict[int, int] = {}
    open_ones: list[int] = []
    for index, (_, line) in enumerate(lines):
        text = line.strip()
        if text.startswith(ends):
            first = open_ones.pop() if open_ones else index
            if len(open_ones) < _MOST_NESTED:
                found[index] = first
        elif text.startswith(begins) and not text.rstrip(";").endswith(ends):
            open_ones.append(index)
    return found


def lines_of_output(script: str, name: str) -> list[Stretch]:
    """Return the lines in which an output gets its value."""
    found: list[Stretch] = []
    current = ""
    for start, end in written(script, "GITHUB_OUTPUT"):
        named = _NAMED.search(script, start, end)
        if named is not None:
            current = named.group(1).lower()
            if named.group(2) == "=" and current == name:
                found.append((start, end))
            if named.group(2) == "=":
                current = ""
        elif current == name:
            found.append((start, end))
    at = 0
    for line in script.split("\n"):
        command = _COMMAND_NAMED.search(line)
        if command is not None and command.group(1).lower() == name:
            found.append((at, at + len(line)))
        at += len(line) + 1
    return found


def names_of_outputs(script: str) -> set[str] | None:
    """Return the outputs that the lines of a script set by name; `None` when a name is not written out."""
    found = set(_COMMAND_NAMED.findall(script))
    stretches = written(script, "GITHUB_OUTPUT")
    if sum("GITHUB_OUTPUT" in script[start:end] for start, end in stretches) < script.count("GITHUB_OUTPUT"):
        return None
    for start, end in stretches:
        line = script[start:end]
        named = _NAMED.search(line)
        if named is None or "\n" in line[named.end() :] or "\\n" in line:
            return None
        found.add(named.group(1))
    return {name.lower() for name in found}

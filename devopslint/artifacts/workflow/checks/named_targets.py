"""Targets of make and scripts of package.json that a command names, and the file does not have."""

from __future__ import annotations

import json
import posixpath
import re

from devopslint.artifacts.workflow.words import nearest, one_slip_away, words
from devopslint.knowledge.make import targets_asked_for
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.artifacts.workflow.ground import Ground
    from devopslint.syntax.shell import Command, Word

    Found = tuple[str, Problem, tuple[str, ...]]

_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_OPEN = lazily(r"^[ \t]*(?:-?s?include|define)\b|\$\((?:eval|call)\b", re.MULTILINE)
"""What in a Makefile may give it more targets than those that are written out."""
_COLON = "\0"
"""Stands for a colon that is part of a name."""
_HEAD = lazily(rf"[\w./@+ \t{_COLON}-]+&?")
_NAMES_PATH = lazily(r"(--directory|--file|--makefile)(?:=(.*))?\Z|-[bBdeikLnpqrRsStw]*([Cf])(.*)", re.DOTALL)
"""Options of make whose value is the folder to work in, or the file to read; short ones may stand in a group."""
_RUN_VALUED = frozenset({"--loglevel", "--prefix", "--cwd", "-C", "--dir"})
_NAME = lazily(r"[A-Za-z][\w:.-]*")
_CHANGES_SCRIPTS = lazily(r"package\.json|\bpkg set\b|set-script")
_ALONE = frozenset({"test", "stop", "restart", "t", "tst"})
_THEIR_OWN = words("""install i add remove rm up update upgrade run test exec dlx create init publish pack link why list ls
    audit outdated config cache store import rebuild patch version info set plugin workspaces workspace node dedupe fetch prune
    setup env licenses root bin deploy approve-builds self-update stage npm""")
"""Commands of yarn and pnpm themselves."""
_ELSEWHERE = words("""-w --workspace -ws --workspaces --filter -F -r --recursive --if-present
    --include-workspace-root --parallel --stream -W --workspace-root --top-level -T --script-shell -g --global --inspect
    --bun""")


def fault_of_target(command: Command, ground: Ground, folder: str) -> Found | None:
    """Return the fault of a call of make, npm, yarn, pnpm or bun that names what is not there."""
    if command.name == "make":
        return _of_make(command, ground, folder)
    if command.name in {"npm", "yarn", "pnpm", "bun"}:
        return _of_package(command, ground, folder)
    return None


def _read(ground: Ground, path: str) -> str | None:
    where = ground.path_of(path)
    source = ground.workspace.source(where) if where is not None and ground.workspace.exists(where) else None
    return source.text if source is not None else None


def _of_make(command: Command, ground: Ground, folder: str) -> Found | None:
    if command.has_flag("--version", "-v", "--help", "-h", "-I", "--include-dir", "--eval", "-E"):
        return None
    given = list(_given(command))
    if any(value is None for _, value in given):
        return None
    folder = posixpath.join(folder, *(value for name, value in given if value and name in {"-C", "--directory"}))
    files = [value for name, value in given if name not in {"-C", "--directory"}]
    if files:
        texts = [_read(ground, f"{folder}/{name}") for name in files]
    else:
        texts = [next((text for name in _MAKEFILES if (text := _read(ground, f"{folder}/{name}")) is not None), None)]
    found = [text for text in texts if text is not None]
    if len(found) < len(files):
        return None
    if not found:
        if command.name_word is None or not all(ground.lacks(f"{folder}/{name}", implied=True) for name in _MAKEFILES):
            return None
        place = place_of(command.name_word)
        path = posixpath.normpath(f"{folder}/Makefile")
        return "file", Problem(place, path=path, hint=ground.hint(path)), (path,)
    targets = _targets("\n".join(found))
    if targets is None or "Makefile" in ground.text:
        return None
    words = command.words
    asked_for = targets_asked_for([word.text for word in words]) if targets else ()
    for word in (words[index] for index in asked_for):
        if word.expands:
            return None
        if _NAME.fullmatch(word.text) and word.text not in targets and not _is_file(ground, folder, word.text):
            return _fault(word, "the Makefile has no target", targets)
    return None


def _given(command: Command) -> Iterator[tuple[str, str | None]]:
    """Yield the options of make that name a folder or a file, each with its value; `None` for one that is not known."""
    for index, word in enumerate(command.words):
        found = _NAMES_PATH.match(word.text)
        if found is None:
            continue
        attached = index + 1 == len(command.words) or found[2] is not None or bool(found[4])
        value = word if attached else command.words[index + 1]
        name = found[1] or "-" + found[3]
        yield name, None if value.expands else (found[2] or found[4]) if attached else value.text


def _targets(makefile: str) -> set[str] | None:
    """Return the targets of a Makefile, `None` when it may have more than are written out."""
    if _OPEN.search(makefile):
        return None
    found: set[str] = set()
    for line in makefile.replace("\\\n", " ").split("\n"):
        head, colon, rest = line.replace(r"\:", _COLON).partition(":")
        if not colon or line.startswith(("\t", "#")) or rest.startswith(("=", ":=")) or "=" in head:
            continue
        if "%" in head or "$" in head or head.strip() == ".DEFAULT":
            return None
        if head.strip() == ".PHONY":
            found.update(rest.replace(_COLON, ":").split())
        elif _HEAD.fullmatch(head):
            found.update(head.rstrip("&").replace(_COLON, ":").split())
    return found


def _is_file(ground: Ground, folder: str, name: str) -> bool:
    """Say whether make may know a target without a rule: it is there, or one of its own rules makes it."""
    where = ground.path_of(folder)
    names = ground.workspace.names((where or "").rstrip("/"))
    stem = name.partition(".")[0]
    return any(one == name or one.startswith(stem + ".") for one in names)


def _of_package(command: Command, ground: Ground, folder: str) -> Found | None:
    if command.has_flag(*_ELSEWHERE) or command.expands:
        return None
    given = command.value_of("--prefix", "--cwd", "-C", "--dir")
    if given:
        folder = posixpath.join(folder, str(given))
    operands = command.operands(_RUN_VALUED)
    first = operands[0].text if operands else ""
    name: Word | None = None
    if first in {"run", "run-script"} and len(operands) > 1:
        name = operands[1]
    elif (
        (first in _ALONE and command.name in {"npm", "pnpm"})
        or (first == "start" and command.name == "npm" and ground.has(f"{folder}/server.js") is False)
        or (command.name in {"yarn", "pnpm"} and first and first not in _THEIR_OWN)
    ):
        name = operands[0]
    if name is None or not _NAME.fullmatch(name.text):
        return None
    text = _read(ground, f"{folder}/package.json")
    manifest = _json(text) if text is not None else None
    scripts = manifest.get("scripts", {}) if isinstance(manifest, dict) else None
    if not isinstance(scripts, dict) or not scripts or _CHANGES_SCRIPTS.search(ground.text):
        return None
    wanted = "test" if name.text in {"t", "tst"} else name.text
    if (
        wanted in scripts
        or (command.name == "npm" and wanted == "env")
        or (wanted == "restart" and {"stop", "start"} & set(scripts))
    ):
        return None
    runs_programs = command.name in {"yarn", "bun"} or (command.name == "pnpm" and name is operands[0])
    if runs_programs and (not one_slip_away(wanted, scripts) or _is_program(manifest, wanted)):
        return None  # they run programs of packages as well
    return _fault(name, "package.json has no script", scripts)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_program(manifest: Any, name: str) -> bool:
    groups = (manifest.get(key) for key in ("dependencies", "devDependencies"))
    return any(name in one for group in groups if isinstance(group, dict) for one in group)


def _fault(word: Word, what: str, known: Any) -> Found:
    place = place_of(word)
    return "target", Problem(place, name=word.text, what=what, hint=nearest(word.text, known)), ()

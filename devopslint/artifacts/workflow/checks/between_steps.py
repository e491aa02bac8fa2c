"""Checks on what ends with a step, or begins after it: variables, the working folder, tools that are set up too late."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.operating_systems import may_be_self_hosted
from devopslint.artifacts.workflow.script_files import written
from devopslint.artifacts.workflow.side_effects import TOOLS, VARIABLES, may_leave
from devopslint.artifacts.workflow.words import words
from devopslint.knowledge.scripts.trees import tree_of
from devopslint.knowledge.scripts.variables import names_set
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_SETS = lazily(r"(?:^|[\s\"'])([A-Za-z_]\w*)=")
_GIVEN = lazily(
    r"(?:CI|HOME|PATH|PWD|USER|SHELL|TMPDIR|LANG|JAVA_HOME|GO\w+|PYTHON\w*|NODE_\w+|LD_LIBRARY_PATH)$"
    r"|(?:GITHUB|RUNNER|ACTIONS|AWS|GOOGLE|GCLOUD|CLOUDSDK|ARM|AZURE|DOCKER|ANDROID|CARGO|RUST|JAVA|LC|npm)_"
)
"""Variables that the runner or an action may have set."""


def lost_between_steps(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find variables that are read where they are not set, and a `cd` that nothing follows."""
    job: Job = subject.context
    exported: dict[str, Place] = {}
    written_before: set[str] = set()
    for step in job.steps:
        if step.run is None or not step.is_shell or step.fragment is None:
            if step.uses is not None and may_leave(step, VARIABLES):
                exported = {}  # it may set any
            continue
        if "GITHUB_ENV" in step.run:
            yield from _set_for_later(step, written_before)
            written_before.update(_SETS.findall(step.run))
        if exported and step.run.find("$") >= 0:
            yield from _exported_before(step, exported, written_before)
        yield from _moved_for_nothing(step)
        if "export" in step.run and "container" not in job.value and not may_be_self_hosted(job):
            exported.update(_exports(step))


def _set_for_later(step: Step, before: set[str]) -> Iterator[Problem]:
    """Find variables that a script puts into `GITHUB_ENV` and reads itself."""
    assert step.run is not None
    assert step.fragment is not None
    for start, end in written(step.run, "GITHUB_ENV"):
        found = _SETS.search(step.run, start, end)
        name = found.group(1) if found is not None else ""
        if not name or name in before or _is_set(step, name) or _GIVEN.match(name):
            continue
        use = _first_use(step, name, end)
        if use is not None and found is not None:
            mark = step.fragment.mark(*found.span(1))
            related = [Related(Place(step.fragment.source, *mark), "it is set for later steps here")]
            place = place_in(step.fragment, *use)
            yield Problem(
                place, fault=f"`{name}` is set for the steps that follow, and is empty in this one", related=related
            )


def _exported_before(step: Step, exported: dict[str, Place], written_before: set[str]) -> Iterator[Problem]:
    """Find variables that an earlier step has exported, which ended with it."""
    assert step.run is not None
    assert step.fragment is not None
    for name, where in list(exported.items()):
        if name in written_before or _is_set(step, name):
            continue
        use = _first_use(step, name, 0)
        if use is not None:
            del exported[name]
            place = place_in(step.fragment, *use)
            related = [Related(where, "it is exported here")]
            yield Problem(
                place, fault=f"`{name}` was exported by another step, and is empty in this one", related=related
            )


def _exports(step: Step) -> Iterator[tuple[str, Place]]:
    assert step.fragment is not None
    for command in step.script():
        if command.name != "export" or command.fragment is not step.fragment:
            continue
        for name, start, end in _assigned(command):
            if not _GIVEN.match(name):
                yield name, place_in(step.fragment, start, end)


def _assigned(command: Command) -> Iterator[tuple[str, int, int]]:
    """Yield the names that `export NAME=value` gives a value, with their offsets."""
    for one in command.assignments:
        yield one.name, one.start, one.start + len(one.name)
    for word in command.words:
        name, equals, _ = word.text.partition("=")
        if equals and name.isidentifier():
            yield name, word.start, word.start + len(name)


def _is_set(step: Step, name: str) -> bool:
    """Say whether a script, or an `env` around it, gives a variable a value."""
    if step.may_have_in_env(name):
        return True
    if "container" in step.job.value and name in map_at(map_at(step.job.value, "container"), "env"):
        return True
    known = names_set(step.script())
    return known is None or name in known


def _first_use(step: Step, name: str, at: int) -> tuple[int, int] | None:
    """Return where a script reads a variable, without a default, from an offset on."""
    script = step.run or ""
    for found in re.compile(
        rf"\$(?:{name}\b(?!=)|\{{{name}(?=[}}%#/^,@\[]|:\d))|\$\{{\{{\s*env\.{name}\s*\}}\}}"
    ).finditer(script, at):
        if not found.group().startswith("${{") and not _is_expanded(step, found.start(), found.end()):
            continue
        end = found.end()
        if found.group().startswith("${") and not found.group().startswith("${{"):
            end = script.find("}", end) + 1
        return found.start(), end
    return None


def _is_expanded(step: Step, start: int, end: int) -> bool:
    """Say whether the shell takes a stretch of a script for a variable, not for a text in quotes or a document."""
    tree = tree_of(step.script(), step.fragment)
    node = tree.root.descendant_for_byte_range(start, end) if tree is not None else None
    return node is not None and node.type in {"simple_expansion", "expansion"}


def _moved_for_nothing(step: Step) -> Iterator[Problem]:
    """Find scripts that end with going to another folder, or with the activation of an environment."""
    assert step.fragment is not None
    last_line = (step.run or "").strip().rpartition("\n")[2]
    if not re.search(
        r"\b(?:cd|pushd)\s|(?:source|\.)\s\S+activate\b|\bexport\s+PATH=", last_line
    ) or not step.is_followed_by(_runs):
        return
    commands = [command for command in step.script() if command.fragment is step.fragment]
    last = commands[-1] if commands else None
    if last is not None and last.name == "export" and "GITHUB_" not in (step.run or ""):
        for one in last.assignments:
            if one.name == "PATH":
                place = place_in(step.fragment, one.start, one.start + len(one.name))
                yield Problem(place, fault="`PATH` is set until the step ends, and nothing follows in it")
    if (
        last is None
        or last.name_word is None
        or len(last.words) != 1
        or last.subshell
        or last.function
        or last.condition
    ):
        return
    target = last.words[0].text
    moves = last.name in {"cd", "pushd"} and not target.startswith(("..", "-", "$", "/", "~"))
    back = any(one.name in {"cd", "pushd"} for one in commands[:-1])
    if (moves and not back) or (last.name in {"source", "."} and target.endswith("activate")):
        place = place_in(step.fragment, last.name_word.start, last.words[-1].end)
        yield Problem(place, fault=f"`{last.name} {target}` holds until the step ends, and nothing follows in it")


def _runs(step: Step) -> bool:
    return step.run is not None


_SET_UP: dict[str, dict[str, frozenset[str]]] = {
    "actions/setup-node": {
        "npm": words("ci install i test run"), "yarn": words("install build test run lint"),
        "pnpm": words("install i test run build"),
    },
    "actions/setup-python": {
        "pip": words("install"), "pytest": words(""), "tox": words(""), "poetry": words("install run"),
    },
    "actions/setup-go": {"go": words("build test vet generate mod")},
    "actions/setup-java": {
        "mvn": words("package verify test install deploy compile"), "mvnw": words("package verify test install deploy"),
        "gradle": words("build test check assemble"), "gradlew": words("build test check assemble"),
    },
    "actions/setup-dotnet": {"dotnet": words("build test restore publish")},
    "ruby/setup-ruby": {"bundle": words("install exec")},
    "hashicorp/setup-terraform": {"terraform": words("init plan apply validate fmt")},
}  # fmt: skip
"""Action that sets a tool up → the commands and their first words that are to use what it sets up (none: any)."""


_MANAGERS = words("pnpm yarn npm corepack bun poetry pipenv uv pdm hatch pipx pip setuptools wheel virtualenv bundler")
"""Tools that must be there before a set-up action may look for their cache."""


def set_up_after_use(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find set-up actions that come after the commands which they are for."""
    job: Job = subject.context
    done: set[str] = set()
    for place, step in enumerate(job.steps):
        if step.action not in _SET_UP or step.action in done:
            continue
        done.add(step.action)
        if "if" in step.value:
            continue
        used = _first_use_of(job.steps[:place], step.action)
        if used is None:
            continue
        assert used.name_word is not None
        end = used.words[0].end if used.words else used.name_word.end
        where = place_in(used.fragment, used.name_word.start, end)
        shown = f"{used.name} {used.words[0].text}" if used.words else used.name
        related = [Related(where, "it runs here")]
        yield Problem((*step.below, "uses"), action=step.action, command=shown, related=related)


def _first_use_of(steps: list[Step], action: str) -> Command | None:
    """Return the first command that is to use what an action sets up, unless another may have set that up before."""
    for step in steps:
        if step.uses is not None and step.uses.name not in _SET_UP and may_leave(step, TOOLS, VARIABLES):
            return None
        found = _use_of(step, action)
        if found is not None:
            return found
    return None


def _use_of(step: Step, action: str) -> Command | None:
    """Return the first command of a step that is to use what an action sets up."""
    tools = _SET_UP[action]
    if step.run is None or not step.is_shell or "if" in step.value or not any(tool in step.run for tool in tools):
        return None
    for command in step.script():
        if command.name not in tools or command.name_word is None:
            continue
        firsts, first = tools[command.name], command.words[0].text if command.words else ""
        if (not firsts or first in firsts) and not _installs_managers(command):
            return command
    return None


def _installs_managers(command: Command) -> bool:
    """Say whether a command installs nothing but package managers, which the cache of a set-up asks for."""
    operands = command.operands()
    given = {re.split(r"[@=<>~\[]", word.text)[0] for word in operands[1:]}
    return operands[:1] != [] and operands[0].text in {"install", "i"} and bool(given) and given <= _MANAGERS

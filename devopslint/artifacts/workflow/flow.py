"""From an expression to the texts that it can have, and from these back to where they come from.

A variable of `env`, an output of a step or a job, an input of a local action or reusable workflow stands for what was put
into it: what is asked for is the reference at the beginning (`github.event.issue.title`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque

from devopslint.artifacts.workflow.flowing import flowing
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.script_files import lines_of_output
from devopslint.artifacts.workflow.stretches import within
from devopslint.artifacts.workflow.usage import usages, usages_at
from devopslint.policy.subject import Place, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.tree import Path

    Calls = tuple[Step | Job, ...]

_DEEPEST = 12
_SET_BY_SCRIPT = lazily(r"setOutput\(\s*['\"`]([\w-]+)['\"`]\s*,\s*([^\n;]*)|\b(return)\b([^\n;]*)")

_ASSIGNMENT = lazily(
    r"^\s*(?:export\s+|local\s+|declare\s+|readonly\s+|const\s+|let\s+|var\s+)?\$?([A-Za-z_]\w*)\s*=(?!=)(.*)$",
    re.DOTALL,
)
_LINE = lazily(r"(?:[^\\\n|]+|\\[\s\S]|\|(?:[ \t]*\n)?)+")
"""A line with those that continue it."""
_CHECKED = lazily(
    r"\[\[\s+(?:!\s+)?\"?\$\{?([A-Za-z_]\w*)\}?\"?\s+=~\s+(?:[\"']?\^|\$)"
    r"|\bcase\s+\"?\$\{?([A-Za-z_]\w*)\}?\"?\s+in\s[^;]{0,80}?\[[!^]"
    r"|\b(?:echo|printf)\b[^|\n;]{0,40}?\$\{?([A-Za-z_]\w*)\}?\"?\s*\|\s*grep\s+(?:-\S+\s+){0,4}[\"']?\^"
    r"|\bgrep\s+(?:-\S+\s+){0,4}[\"']?\^[^\n<]{0,100}<<<\s*\"?\$\{?([A-Za-z_]\w*)"
)
"""A variable that is compared with a pattern which holds from its beginning: what is wrong in it is seen."""
_STRIPPED = lazily(r"\$\{\w+(?://?|%%|##)\*?\[[!^]|@Q\}$")
"""A variable of which only some letters are taken, or that is put between quotes."""
_VARIABLE = lazily(
    r"\$\{(?!process\.)(?:env:)?([A-Za-z_]\w*)\b[^}]{0,500}\}|\$(?:env:)?([A-Za-z_]\w*)\b|%([A-Za-z_]\w*)%"
    r"|\bos\.(?:environ(?:\.get\(|\[)|getenv\()\s*[\"'](\w+)[\"'][\])]?|\bprocess\.env(?:\.(\w+)|\[[\"'](\w+)[\"']\])"
)
_NAME = lazily(r"(?:(?<!\$)\{|[(+,%=])\s*([A-Za-z_]\w*)\b(?!\s*[(=])")
"""Where Python and JavaScript read a variable of their own."""
_PAYLOAD = lazily(r"\bcontext\.payload((?:\??\.\w+|\[\d+\])+)")
CLEANS = lazily(
    r"\b(?:sed|grep|jq|awk|base64|sha\d*sum|shasum|md5sum|wc|iconv|slugify|cut)\b|\btr\s+-\w*[cC]|\$\(\(|\bprintf\s+['\"]?%q"
)
_GETS_HEAD = lazily(
    r"\bgh\s+(?:api\b(?>[^\n]{0,300}?/pulls/)[^\n]{0,300}?\bhead\.(?:sha|ref)\b|pr\s+view\b[^\n]{0,300}?\bheadRef(?:Oid|Name)\b)"
)
_WITHOUT_SIGNS = frozenset({"python", "python3", "node"})
_SPECIAL = {"GITHUB_HEAD_REF": ("github", "head_ref")}


class Origin:
    """A reference at the beginning of a flow: its lower-case path, its text, its place, the workflow that it stands in.

    `as_json` says that it is turned into a text by `toJSON`, `calls` that the flow came through these calls.
    """

    __slots__ = ("as_json", "job", "name", "path", "place", "workflow")

    def __init__(
        self,
        path: tuple[str, ...],
        name: str,
        place: Place,
        workflow: Workflow,
        job: Job | None = None,
        *,
        as_json: bool = False,
    ) -> None:
        self.path = path
        self.name = name
        self.place = place
        self.workflow = workflow
        self.job = job
        self.as_json = as_json


class Flow:
    """A place of a script (offsets) where a text from elsewhere stands; `variable` is that of the shell, if it is one."""

    __slots__ = ("end", "origin", "start", "variable")

    def __init__(self, start: int, end: int, origin: Origin, variable: str = "") -> None:
        self.start = start
        self.end = end
        self.origin = origin
        self.variable = variable


def origins_of_usage(usage: Usage, calls: Calls = (), depth: int = 0) -> Iterator[tuple[Node, Origin]]:
    """Yield the references that flow into an expression, each with what it comes from."""
    if usage.tree is None or depth > _DEEPEST:
        return
    in_json: set[int] | None = None
    for node in flowing(usage.tree):
        if in_json is None:
            in_json = {
                id(item)
                for call in usage.nodes
                if call.kind == "call" and call.value.lower() == "tojson"
                for item in call.items
            }
        for origin in origins(node, usage, calls, depth, as_json=id(node) in in_json):
            yield node, origin


def origins(node: Node, usage: Usage, calls: Calls = (), depth: int = 0, *, as_json: bool = False) -> Iterator[Origin]:
    """Yield what a reference comes from: itself, where nothing more is known."""
    path = node.path()
    if path is None:
        return
    found: Iterator[Origin] | None = None
    if depth <= _DEEPEST:
        if path[0] == "env" and len(path) == 2:
            found = variable_origins(
                path[1], usage.step, usage.job, usage.workflow, calls, depth + 1, below=usage.site.path
            )
        elif path[0] == "steps" and len(path) == 4 and path[2] == "outputs":
            job = usage.job or usage.workflow.action_job
            step = job.step(path[1]) if job is not None else None
            found = _output_origins(step, path[3], calls, depth + 1) if step is not None else None
        elif path[0] == "needs" and len(path) == 4 and path[2] == "outputs" and usage.job is not None:
            found = _need_origins(usage, path[1], path[3], calls, depth + 1)
        elif path[0] == "matrix" and len(path) > 1 and usage.job is not None:
            found = _matrix_origins(usage.job, path[1], calls, depth + 1)
        elif path[0] == "inputs" and len(path) == 2 and calls:
            found = _input_origins(calls, path[1], depth + 1)
    if found is not None:
        yield from found
    else:
        name = usage.site.value[node.start : node.end]
        place = usage.place(node.start, node.end)
        yield Origin(path, name, place, usage.workflow, usage.job, as_json=as_json)


def variable_origins(
    name: str,
    step: Step | None,
    job: Job | None,
    workflow: Workflow,
    calls: Calls = (),
    depth: int = 0,
    *,
    below: Path = (),
) -> Iterator[Origin] | None:
    """Return what the innermost `env` with a variable sets it to; `None` when there is none.

    What stands itself in an `env`, at the path `below`, sees only the outer ones.
    """
    inner = step or job
    owners = inner.env_owners() if inner is not None else [(map_at(workflow.root, "env"), ("env",))]
    while below[-2:-1] == ("env",) and owners:
        _, path = owners.pop(0)
        if path == below[:-1]:
            break
    for env, path in owners:
        key = _keys_of(workflow, env, path).get(name.lower())
        if key is not None:
            return _at(workflow, (*path, key), calls, depth)
    return None


def _keys_of(workflow: Workflow, node: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Return the keys of a mapping at a path by what they are in lower case; the first of several counts."""
    known: dict[Path, dict[str, str]] = workflow.cache.setdefault("keys", {})
    if path not in known:
        keys = known[path] = {}
        for key in node:
            keys.setdefault(key.lower(), key)
    return known[path]


def _at(workflow: Workflow, path: Path, calls: Calls, depth: int) -> Iterator[Origin]:
    """Yield what the string at a path comes from, worked out once; a string that comes from itself has no beginning."""
    known: dict[tuple[Path, Calls], list[Origin]] = workflow.cache.setdefault("origins", {})
    if (path, calls) not in known:
        known[path, calls] = []
        known[path, calls] = [
            origin for usage in usages_at(workflow, path) for _, origin in origins_of_usage(usage, calls, depth)
        ]
    return iter(known[path, calls])


def _matrix_origins(job: Job, name: str, calls: Calls, depth: int) -> Iterator[Origin] | None:
    """Return what the values of a key of the matrix come from; `None` when all of them stand there in clear."""
    known: dict[tuple[Job, str, Calls], list[Origin]] = job.workflow.cache.setdefault("matrix origins", {})
    key = job, name, calls
    if key not in known:
        known[key] = []
        known[key] = [
            origin
            for part in ("", name)
            for usage in _of_matrix(job).get(part, ())
            for _, origin in origins_of_usage(usage, calls, depth)
        ]
    return iter(known[key]) if known[key] else None


def _of_matrix(job: Job) -> dict[str, list[Usage]]:
    """Return the expressions in the matrix of a job, by the keys that they belong to, `""` for all of it."""
    index: dict[Path, dict[str, list[Usage]]] | None = job.workflow.cache.get("usages of matrices")
    if index is None:
        index = job.workflow.cache["usages of matrices"] = {}
        for usage in usages(job.workflow):
            path = usage.site.path
            at = len(job.path)
            if path[at : at + 2] != ("strategy", "matrix"):
                continue
            by_key = index.setdefault(path[:at], {})
            below = path[at + 2 :]
            for name in {one.lower() for one in below if isinstance(one, str)} if below else ("",):
                by_key.setdefault(name, []).append(usage)
    return index.get(job.path, {})


def _output_origins(step: Step, name: str, calls: Calls, depth: int) -> Iterator[Origin] | None:
    """Return what an output of a step comes from; `None` when its action keeps that for itself."""
    if step.run is not None:
        return _script_output_origins(step, name, calls, depth)
    if step.uses is None:
        return None
    if step.uses.name == "actions/github-script":
        return _set_by_script(step, name)
    if step.uses.kind == "local":
        from devopslint.artifacts.workflow.called import called_action

        action = called_action(step.workflow, step.uses)
        if action is None or action.path in {step.workflow.path, *(one.workflow.path for one in calls)}:
            return None
        outputs = map_at(action.root, "outputs")
        key = next((key for key in outputs if key.lower() == name), None)
        if key is not None:
            return _at(action, ("outputs", key, "value"), (*calls, step), depth)
    return None


def _set_by_script(step: Step, name: str) -> Iterator[Origin] | None:
    """Return what `setOutput` of a JavaScript gives: the head of a pull request, or what flows in; `None` without either."""
    script = step.inputs.get("script")
    found: list[Origin] = []
    for one in _SET_BY_SCRIPT.finditer(script) if isinstance(script, str) else ():
        group = 2 if one.group(1) else 4
        if (one.group(1).lower() if one.group(1) else "result") != name:
            continue
        head = re.search(r"\bhead\.(?:sha|ref)\b", one.group(group))
        fragment = step.workflow.fragment((*step.path, "with", "script")) if head is not None else None
        if head is not None and fragment is not None:
            start = one.start(group) + head.start()
            place = place_in(fragment, start, start + len(head.group()))
            return iter((Origin(("pull", "head"), head.group(), place, step.workflow, step.job),))
        start, end = one.span(group)
        asked = one.group(group).find("=>")  # `list.filter(one => one.name === title)` gives what is in the list
        end = end if asked < 0 else start + asked
        found.extend(flow.origin for flow in flows(step) if start <= flow.start < end)
    return iter(found) if found else None


def _need_origins(usage: Usage, key: str, name: str, calls: Calls, depth: int) -> Iterator[Origin] | None:
    workflow = usage.workflow
    job = workflow.jobs.get(_keys_of(workflow, workflow.jobs, ("jobs",)).get(key, ""))
    if job is None:
        return None
    output = _keys_of(workflow, map_at(job.value, "outputs"), (*job.path, "outputs")).get(name)
    if output is None:
        return None
    return _at(usage.workflow, (*job.path, "outputs", output), calls, depth)


def _input_origins(calls: Calls, name: str, depth: int) -> Iterator[Origin]:
    """Yield what the innermost call gives for an input: the outer calls are those of the caller."""
    caller = calls[-1]
    key = next((key for key in map_at(caller.value, "with") if key.lower() == name), None)
    if key is not None:
        yield from _at(caller.workflow, (*caller.path, "with", key), calls[:-1], depth)


def flows(step: Step, calls: Calls = (), depth: int = 0) -> list[Flow]:
    """Return every text that comes into a script from outside of it, in order."""
    known: dict[tuple[Step, Calls], list[Flow]] = step.workflow.cache.setdefault("flows", {})
    if (step, calls) not in known:
        known[step, calls] = []
        known[step, calls] = _flows(step, calls, depth)
    return known[step, calls]


def code_of(step: Step) -> tuple[str, Fragment | None, Path]:
    """Return the code that a step runs, that of github-script too, with the places of its letters, and its path."""
    if step.action == "actions/github-script":
        script, path = step.inputs.get("script"), (*step.path, "with", "script")
        return (script, step.workflow.fragment(path), path) if isinstance(script, str) else ("", None, path)
    return step.run or "", step.fragment, (*step.path, "run")


def _flows(step: Step, calls: Calls, depth: int) -> list[Flow]:
    script, fragment, path = code_of(step)
    if fragment is None:
        return []
    expressions = [
        Flow(node.start, node.end, origin)
        for usage in usages_at(step.workflow, path)
        for node, origin in origins_of_usage(usage, calls, depth)
    ]
    by_name = step.uses is not None or step.shell in _WITHOUT_SIGNS
    local: dict[str, list[Origin]] = {}
    found: list[Flow] = []
    lines = list(_LINE.finditer(script))
    starts = [line.start() for line in lines]
    by_line: dict[int, list[Flow]] = {}
    checks = deque(checked_in(script))
    for flow in expressions:
        by_line.setdefault(bisect_right(starts, flow.start) - 1, []).append(flow)
    for index, logical in enumerate(lines):
        line, at = logical.group(), logical.start()
        here = by_line.get(index, [])
        checked: dict[str, int] = {}
        while checks and checks[0][0] < logical.end():
            start, name = checks.popleft()
            checked.setdefault(name, start)
        for use in _VARIABLE.finditer(line):
            name = next(filter(None, use.groups()))
            if _STRIPPED.search(use.group()) or at + use.start() >= checked.get(name, len(script)):
                continue
            if name not in local:
                local[name] = _outer(step, name, at + use.start(), at + use.end(), calls, depth)
            here.extend(Flow(at + use.start(), at + use.end(), origin, name) for origin in local[name])
        for use in _NAME.finditer(line) if by_name and local else ():
            origins_known = local.get(use.group(1), ())
            here.extend(Flow(at + use.start(1), at + use.end(1), one, use.group(1)) for one in origins_known)
        for use in _PAYLOAD.finditer(line) if step.uses is not None else ():
            below = re.findall(r"\w+", use.group(1).lower())
            place = place_in(fragment, at + use.start(), at + use.end())
            origin = Origin(
                ("github", "event", *("?" if one.isdigit() else one for one in below)),
                use.group(),
                place,
                step.workflow,
            )
            here.append(Flow(at + use.start(), at + use.end(), origin, use.group()))
        for use in _GETS_HEAD.finditer(line):
            place = place_in(fragment, at + use.start(), at + use.end())
            here.append(Flow(at + use.start(), at + use.end(), Origin(("pull", "head"), "", place, step.workflow)))
        here = [flow for flow in here if not _is_cleaned(line, flow, at)]
        assigned = _ASSIGNMENT.match(line)
        if assigned is not None:
            local[assigned.group(1)] = [flow.origin for flow in here if flow.start >= at + assigned.start(2)]
        found.extend(here)
        local.update((name, []) for name in checked)
    return found


def checked_in(script: str) -> list[tuple[int, str]]:
    """Return the variables that a script compares with a pattern, and where."""
    return [(one.start(), next(filter(None, one.groups()))) for one in _CHECKED.finditer(script)]


def _outer(step: Step, name: str, start: int, end: int, calls: Calls, depth: int) -> list[Origin]:
    """Return what a variable that the script has not set comes from."""
    is_in_env = not step.is_shell or any(name in env for env, _ in step.env_owners())  # elsewhere case does not count
    given = variable_origins(name, step, step.job, step.workflow, calls, depth + 1) if is_in_env else None
    if given is not None:
        return list(given)
    path = _SPECIAL.get(name)
    if path is None or step.fragment is None:
        return []
    place = place_in(step.fragment, start, end)
    return [Origin(path, ".".join(path), place, step.workflow, step.job)]


def _is_cleaned(line: str, flow: Flow, at: int) -> bool:
    """Say whether a text goes through a command of a substitution that takes out of it what it does not know."""
    opened = line.rfind("$(", 0, flow.start - at)
    return opened >= 0 and flow.origin.path[0] != "pull" and CLEANS.search(line, opened) is not None


def _script_output_origins(step: Step, name: str, calls: Calls = (), depth: int = 0) -> Iterator[Origin]:
    """Yield what an output that a script sets comes from."""
    script = step.run or ""
    spans = lines_of_output(script, name)
    lies_in_one = within(spans)
    for flow in flows(step, calls, depth) if spans else ():
        if lies_in_one(flow.start):
            yield flow.origin

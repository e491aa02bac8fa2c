"""From the file of a workflow or an action to its subjects and facts."""

from __future__ import annotations

from devopslint.artifacts.workflow.bounds import containers, place_of_circle
from devopslint.artifacts.workflow.model import Workflow
from devopslint.artifacts.workflow.operating_systems import reads_as_bash
from devopslint.artifacts.workflow.resolve import resolve
from devopslint.artifacts.workflow.signs import signs_of
from devopslint.knowledge.commands import command_subjects, is_plain, script_subject, tell_if_unread, wanted_commands
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import Map, Seq, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from devopslint.artifacts.workflow.model import Job
    from devopslint.policy.artifact import Unit
    from devopslint.syntax.tree import Document, Mark

_ACTION_KEYS = frozenset({"runs", "inputs", "outputs", "branding"})


def read_unit(unit: Unit) -> Iterator[Subject]:
    """Yield the subjects of every document of a unit, and put its facts into it."""
    for path in unit.files:
        is_action = path.rpartition("/")[2] in {"action.yml", "action.yaml"}
        documents = unit.documents(path)
        if not any(isinstance(document.root, Map) for document in documents):
            _tell_of_none(unit, path, documents, is_action=is_action)
            continue
        for document in documents:
            if not isinstance(document.root, Map):
                continue
            found = containers(document.root)
            if found is None:
                problem = SyntaxProblem("aliases make this document endless", *place_of_circle(document.root))
                unit.syntax_problem(document.source, problem)
                continue
            workflow = Workflow(document, path, unit.workspace, is_action=is_action)
            several = len(set(map(id, found))) < len(found)
            workflow.containers = list({id(one): one for one in found}.values()) if several else found
            workflow.mappings = [one for one in workflow.containers if isinstance(one, Map)]
            if is_action and _ACTION_KEYS.isdisjoint(document.root):
                continue
            document.resolve = resolve
            unit.at_end.append(workflow.let_go)
            yield from _read_workflow(unit, workflow)
            if not workflow.is_action:
                from devopslint.artifacts.workflow.facts import facts_of

                unit.facts.append(facts_of(workflow))


def _tell_of_none(unit: Unit, path: str, documents: Sequence[Document], *, is_action: bool) -> None:
    """Tell of a file without a workflow, which GitHub runs and fails on every push, or without the action that it must be."""
    source = unit.workspace.source(path)
    if source is None or (is_action and "/" in path and ".github/" not in path):
        return  # others have files of this name, too
    from devopslint.syntax.yaml_empty import first_words, says_nothing

    needed = "`name` and `runs`" if is_action else "`on` and `jobs`"
    what = "an action" if is_action else "a workflow"
    root = documents[0].root if documents else None
    if isinstance(root, Seq):
        mark = root.at[0][:2] if root.at else (0, 1)
        problem = SyntaxProblem(f"{what} is a mapping with {needed}, no list", *mark)
    elif isinstance(root, (str, bool, int, float)) and "{{" not in source.text and "{%" not in source.text:
        problem = SyntaxProblem(f"{what} is a mapping with {needed}, no single value", *first_words(source.text))
    elif root is None and says_nothing(source.text):
        fault = "GitHub can't use it without" if is_action else "GitHub fails it for want of"
        problem = SyntaxProblem(f"the {what.split()[1]} is empty: {fault} {needed}", *first_words(source.text))
    else:
        return
    unit.syntax_problem(source, problem)


def _read_workflow(unit: Unit, workflow: Workflow) -> Iterator[Subject]:
    document = workflow.document
    root = workflow.root
    if workflow.is_action:
        action = Subject("workflow.action", root, document, "", "action", _header(root), context=workflow)
        yield action
        assert workflow.action_job is not None
        yield from _read_steps(unit, workflow.action_job, document, {"action": action}, "runs")
        return
    file = Subject("workflow.file", root, document, header=_header(root), context=workflow)
    yield file
    for key, job in workflow.jobs.items():
        kind = "uses" if job.uses is not None else ""
        address, header = f"jobs.{key}", root["jobs"].at[key][:2]
        subject = Subject("workflow.job", job.value, document, kind, address, header, {"workflow": file}, job)
        yield subject
        yield from _read_steps(unit, job, document, {"job": subject, "workflow": file}, address)


def _read_steps(
    unit: Unit, job: Job, document: Document, parents: Mapping[str, Subject], address: str
) -> list[Subject]:
    """Return the steps of a job with their scripts and commands."""
    found: list[Subject] = []
    wants_scripts = unit.wants("shell.script")
    wants_commands = unit.wants("shell.command")
    for step in job.steps:
        run = step.run
        kind = "uses" if step.uses is not None else "run" if run is not None else ""
        here = f"{address}.steps[{step.index}]"
        if len(step.below) > 2:
            here += f".parallel[{step.below[3]}]"
        subject = Subject("workflow.step", step.value, document, kind, here, _first_pair(step.value), parents, step)
        subject.signs = signs_of(step)
        found.append(subject)
        if run is None:
            continue
        fragment, owners = step.fragment, {"step": subject, **parents}
        assert fragment is not None
        if wants_scripts and step.is_shell and not is_plain(run):
            from devopslint.artifacts.workflow.scripts import script_context

            tell_if_unread(unit, fragment, step.script)
            found.append(script_subject(fragment, document, owners, here, script_context(step)))
        if wants_commands and reads_as_bash(step):
            names = wanted_commands(unit.wanted)
            found += command_subjects(fragment, document, owners, here, step, names=names, read=step.script)
    return found


def _header(root: Map) -> Mark:
    """Return the place of the key `name`, else of `on`, else of the first key."""
    for key in ("name", "on"):
        if key in root.at:
            return root.at[key][:2]
    first = next(iter(root.at.values()), None)
    return first[:2] if first else (root.start, root.end)


def _first_pair(step: Map) -> Mark:
    """Return the first key of a step with its value, if that stands on the same line, else the key alone."""
    first = next(iter(step.at.items()), None)
    if first is None:
        return step.start, step.end
    key, (start, key_end, value_start, end) = first
    value = step[key]
    if value_start < end and ("\n" not in value if isinstance(value, str) else isinstance(value, (int, float))):
        return start, end
    return start, key_end

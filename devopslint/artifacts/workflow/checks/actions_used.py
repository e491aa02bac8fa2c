"""Checks on which actions are used, and in which version."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.workflow import known_actions as known
from devopslint.artifacts.workflow.actions import OFFICIAL, comment_behind, hides_path, is_short_sha
from devopslint.artifacts.workflow.model import is_step, map_at
from devopslint.artifacts.workflow.published import (
    FULL_VERSION,
    REF_SAYS_WHAT,
    entry_of,
    is_beyond,
    major_of,
    meant_by,
    move_of,
    newest_entry,
    version_of_commit,
)
from devopslint.artifacts.workflow.words import nearest
from devopslint.knowledge.images import image_tag, is_image_reference
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_NOT_NEEDED = frozenset({("peter-evans/slash-command-dispatch", "commands"), ("mikefarah/yq", "cmd")})
"""Inputs that an action calls required and does without: another input, or nothing, serves as well."""
_NOT_NEEDED_TO = {("azure/static-web-apps-deploy", "app_location"): ("action", "close")}
"""Such inputs, and the other input with the value for which they are not asked for."""
_WORKFLOW_PATH = lazily(r"\.github/workflows/[^/]+\.ya?ml\Z")
_MOVING = lazily(r"(?:refs/tags/)?v?\d+(?:\.\d+)*(?:[-+].*)?\Z")


def _uses(subject: Subject) -> ActionRef | None:
    """Return what a step, or a job that calls a workflow, uses."""
    uses: ActionRef | None = subject.context.uses
    return uses if uses is not None and uses.kind == "repository" else None


def _ref_place(subject: Subject, uses: ActionRef) -> Place:
    """Return the place of the ref behind the `@`."""
    mark: Mark = subject.value.at["uses"][2:]
    source = subject.document.source
    if source.text[mark[0] : mark[1]] == uses.text:
        return Place(source, mark[1] - len(uses.ref), mark[1])
    fragment = _workflow(subject).fragment_at(mark, uses.text)
    start = len(uses.text) - len(uses.ref)
    return Place(source, *fragment.mark(start, len(uses.text)))


def _workflow(subject: Subject) -> Any:
    return subject.context.workflow


def _is_trusted(uses: ActionRef, options: Options) -> bool:
    return any(
        uses.slug == one.lower() or uses.owner == one.lower().removesuffix("/*") for one in options.get("trusted", ())
    )


def unpinned_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions of third parties whose ref is a tag."""
    uses = _uses(subject)
    if uses is None or uses.is_sha or uses.owner in OFFICIAL or _is_trusted(uses, options):
        return
    if uses.is_branch and uses.slug not in REF_SAYS_WHAT:
        return
    if _MOVING.match(uses.ref) or len(uses.ref) < 40:
        yield Problem(_ref_place(subject, uses), action=uses.slug, ref=uses.ref)


def unpinned_official_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions of GitHub's own whose ref is a tag."""
    uses = _uses(subject)
    if uses is not None and not uses.is_sha and not uses.is_branch and uses.owner in OFFICIAL:
        yield Problem(_ref_place(subject, uses), action=uses.slug, ref=uses.ref)


def action_from_branch(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions that are taken from a branch."""
    uses = _uses(subject)
    if uses is not None and uses.slug in REF_SAYS_WHAT:
        return
    if uses is not None and uses.is_branch and not _is_trusted(uses, options):
        yield Problem(_ref_place(subject, uses), action=uses.slug, ref=uses.ref)


def invalid_reference(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `uses` that have none of the forms that GitHub reads."""
    uses = subject.context.uses
    if uses is None or not uses.text or "${{" in uses.text:
        return
    is_job = subject.kind == "workflow.job"
    if uses.kind != "invalid":
        fault = _kind_fault(uses, is_job=is_job)
        if fault:
            yield Problem("uses", uses=uses.text, kind="workflow" if is_job else "action", fault=fault)
        return
    if "@" not in uses.text and uses.text.count("/"):
        fault = "it has no `@` with a version"
    elif uses.text.startswith(".github/"):
        fault = "a path in this repository starts with `./`"
    elif "/" not in uses.text.split("@")[0]:
        fault = "it names no owner"
    else:
        fault = "it is not `owner/repository@ref`"
    yield Problem("uses", uses=uses.text, kind="workflow" if is_job else "action", fault=fault)


def _kind_fault(uses: ActionRef, *, is_job: bool) -> str:
    """Say why what is used can't be used there; empty when it can."""
    if uses.kind == "docker":
        if is_job:
            return "a job calls a workflow, an image is used by a step"
        image = uses.text[len("docker://") :].strip()
        return "it names no image" if not image else "" if is_image_reference(image) else "this is no name of an image"
    if uses.kind != "repository":
        return ""
    if not is_job:
        return "a workflow is called by a job, not by a step" if _WORKFLOW_PATH.match(uses.path) else ""
    if uses.path.startswith(".github/workflows/"):
        return "" if _WORKFLOW_PATH.match(uses.path) else "a workflow is a `.yml` file directly in `.github/workflows`"
    return "a job calls `owner/repository/.github/workflows/file.yml@ref`, an action is used by a step"


def local_with_ref(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find local paths with a ref, which GitHub reads as part of the path."""
    uses = subject.context.uses
    if uses is not None and uses.kind == "local" and uses.has_ref:
        yield Problem("uses", uses=uses.text)


def short_sha(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find refs that look like a shortened commit sha, which GitHub no longer resolves."""
    uses = _uses(subject)
    if uses is not None and is_short_sha(uses.ref):
        yield Problem(_ref_place(subject, uses), ref=uses.ref)


def _major(subject: Subject, uses: ActionRef) -> int | None:
    return major_of(subject.document.source, subject.value, uses)


def refused_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find versions of official actions with which every job fails."""
    uses = _uses(subject)
    if uses is None or uses.name not in known.REFUSED:
        return
    version, first = _refused(subject, uses)
    if version:
        since = known.REFUSED[uses.name][1]
        yield Problem(_ref_place(subject, uses), action=uses.name, version=version, since=since, first=first)


def _refused(subject: Subject, uses: ActionRef) -> tuple[str, str]:
    """Return the version in use and the one to move to when the first no longer works, else two empty texts."""
    firsts = known.REFUSED.get(uses.name, ((), ""))[0]
    major = _major(subject, uses) if firsts else None
    if major is None:
        return "", ""
    if major < firsts[0][0]:
        return f"v{major}", f"v{firsts[0][0]}"
    version = _version(subject, uses)
    first = next((one for one in firsts if version[:1] == one[:1]), ())
    return (f"v{_dotted(version)}", f"v{_dotted(first)}") if len(version) == 3 and version < first else ("", "")


def _version(subject: Subject, uses: ActionRef) -> tuple[int, ...]:
    """Return as much of the version in use as the ref, the table of commits or the comment behind a commit tells."""
    text = uses.ref
    if uses.is_sha:
        text = version_of_commit(uses) or comment_behind(subject.document.source, subject.value.at["uses"][3])
    found = FULL_VERSION.match(text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _node_of(subject: Subject) -> tuple[ActionRef, int, int, int] | None:
    """Return what is used, its major, the Node that it was made for, and the major to move to; else `None`."""
    uses = _uses(subject)
    major = _major(subject, uses) if uses is not None else None
    if uses is None or major is None:
        return None
    found = move_of(uses.name, major)
    if found is None or (uses.name in known.REFUSED and _refused(subject, uses)[0]):
        return None
    return uses, major, *found


def outdated_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find majors that were made for a Node that the runners lost long ago."""
    found = _node_of(subject)
    if found is not None and found[2] < 20:
        uses, major, node, first = found
        base = f"Node {node}" if node else "the first runners"
        yield Problem(_ref_place(subject, uses), action=uses.name, major=major, base=base, first=first)


def node20_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find majors that were made for Node 20."""
    found = _node_of(subject)
    if found is not None and found[2] == 20:
        uses, major, _, first = found
        yield Problem(_ref_place(subject, uses), action=uses.name, major=major, first=first)


def unknown_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs that no version of the major in use ever had."""
    step: Step = subject.context
    if not step.inputs:
        return
    known_entry = entry_of(step)
    entry = known_entry or newest_entry(step)
    if entry is None:
        return
    for name in step.inputs:
        free = entry["node"] is None and name.lower() in {"args", "entrypoint"}
        if name.lower() not in entry["inputs"] and not free and "${{" not in name:
            hint = nearest(name, entry["inputs"])
            if not hint and (known_entry is None or is_beyond(step, entry)):
                continue
            yield Problem(("with", name), part="key", action=step.action, name=name, hint=hint)


def missing_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find required inputs that are not given."""
    step: Step = subject.context
    entry = entry_of(step)
    if entry is None or not isinstance(step.value.get("with", step.inputs), Map):
        return
    needed = [
        name
        for name, other in known.NEEDED_WITHOUT.get(step.action, ())
        if name in entry["inputs"] and other not in step.inputs
    ]
    required = [*entry["required"], *(name for name in needed if name not in entry["required"])]
    if not required:
        return
    given = {name.lower() for name in step.inputs}
    meant = "".join(nearest(name, entry["inputs"]) for name in given if name not in entry["inputs"])
    uses_name = step.action
    for name in required:
        other, value = _NOT_NEEDED_TO.get((uses_name, name), ("", ""))
        if (uses_name, name) in _NOT_NEEDED or (other and step.inputs.get(other) == value):
            continue
        if name.lower() not in given and f"`{name.lower()}`?" not in meant:
            yield Problem("uses", action=uses_name, name=name)


def deprecated_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs that the action calls deprecated."""
    step: Step = subject.context
    if not step.inputs:
        return
    if step.uses is not None and step.uses.kind == "local":
        from devopslint.artifacts.workflow.called import called_action

        action = called_action(step.workflow, step.uses)
        declared = map_at(action.root, "inputs") if action is not None else Map()
        deprecated = {name.lower() for name in declared if "deprecationMessage" in map_at(declared, name)}
        for name in step.inputs:
            if name.lower() in deprecated:
                yield Problem(("with", name), part="key", action=step.uses.text, name=name)
    entry = entry_of(step)
    deprecated = {name.lower() for name in entry["deprecated"]} if entry is not None else set()
    for name in step.inputs if deprecated else ():
        if name.lower() in deprecated:
            yield Problem(("with", name), part="key", action=step.action, name=name)


def archived_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions whose repository is archived or was given up."""
    uses = _uses(subject)
    if uses is None:
        return
    instead = known.ARCHIVED.get(uses.name) or known.ARCHIVED.get(uses.slug)
    if instead:
        yield Problem("uses", action=uses.slug, instead=instead)


def vulnerable_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find versions of actions with a published advisory."""
    uses = _uses(subject)
    if uses is None or uses.slug not in known.VULNERABLE:
        return
    version = _version(subject, uses)
    for fixed, advisory, flaw in known.VULNERABLE[uses.slug]:
        if _is_hit(uses, version, fixed, advisory):
            yield Problem(
                _ref_place(subject, uses), action=uses.slug, advisory=advisory, flaw=flaw, fixed=_dotted(fixed)
            )
            return


def _is_hit(uses: ActionRef, version: tuple[int, ...], fixed: tuple[int, ...], advisory: str) -> bool:
    """Say whether an advisory speaks of what is used: by its version, or, after an attack on its tags, by the commit."""
    if uses.is_sha and advisory in known.ATTACKS:
        return uses.ref in known.ATTACKS[advisory]
    first = known.FIRST_WITH.get(advisory, ())
    return bool(version) and first[: len(version)] <= version < fixed[: len(version)]


def misspelled_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names that are one slip away from those of well known actions."""
    uses = _uses(subject)
    meant = meant_by(uses.slug) if uses is not None else ""
    if uses is not None and meant:
        yield Problem("uses", action=uses.slug, meant=meant)


def obfuscated_path(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find paths of actions with empty, `.` or `..` parts, which hide what is used from reviewers and checkers."""
    uses = subject.context.uses
    if uses is not None and hides_path(uses):
        yield Problem("uses", uses=uses.text)


def unpinned_docker_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `docker://` images without a version."""
    if subject.kind == "workflow.action":
        from devopslint.artifacts.workflow.checks.metadata import floating_image

        yield from floating_image(subject)
        return
    step: Step = subject.context
    if step.uses is not None and step.uses.kind == "docker":
        name = step.uses.text[len("docker://") :]
        if name and image_tag(name) in ("", "latest"):
            yield Problem("uses", image=name)


def workspace_relative(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps and jobs with `./` where `$/` says the same of this repository, whatever the working folder holds."""
    owner: Step | Job = subject.context
    uses = owner.uses
    if uses is None or uses.kind != "local" or not uses.text.startswith("./"):
        return
    if not is_step(owner):
        yield Problem("uses", uses=uses.text, fault="is the older way to call a workflow of this repository")
    elif uses.text.startswith("./.github/") or _stands_here(owner, uses):
        yield Problem("uses", uses=uses.text, fault="depends on what stands in the working folder")


def _stands_here(step: Step, uses: ActionRef) -> bool:
    """Say whether the path of a local action leads to an action of this repository, and not of another checkout."""
    workspace, folder = step.workflow.workspace, posixpath.normpath(uses.text)
    if workspace is None:
        return False
    return any(
        workspace.exists(posixpath.join(folder, name).removeprefix("./")) for name in ("action.yml", "action.yaml")
    )

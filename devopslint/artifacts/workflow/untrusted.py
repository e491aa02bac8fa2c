"""What outsiders can write into a workflow's contexts, and where it flows.

Source: GitHub Docs, "Script injections" and "Secure use reference"; GitHub Security Lab, "Keeping your GitHub Actions and
workflows secure", parts 1-4.
"""

from __future__ import annotations

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.usage import usages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage

_PULL = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")
_EVENTS: dict[str, tuple[str, ...]] = {
    "pull_request": _PULL,
    "issue": ("issues", "issue_comment"),
    "comment": ("issue_comment", "commit_comment", "discussion_comment", "pull_request_review_comment"),
    "review": ("pull_request_review",),
    "review_comment": ("pull_request_review_comment",),
    "discussion": ("discussion", "discussion_comment"),
    "pages": ("gollum",),
    "commits": ("push",),
    "head_commit": ("push", "workflow_run"),
    "workflow_run": ("workflow_run",),
    "release": (),
}
"""Part of the payload → the events that carry it."""
_PATHS = tuple(
    tuple(path.split("."))
    for path in [
        "issue.title",
        "issue.body",
        "discussion.title",
        "discussion.body",
        "comment.body",
        "review.body",
        "review_comment.body",
        "pull_request.title",
        "pull_request.body",
        "pull_request.head.ref",
        "pull_request.head.label",
        "pull_request.head.repo.default_branch",
        "pull_request.head.repo.description",
        "pull_request.head.repo.homepage",
        "pages.*.page_name",
        "commits.*.message",
        "commits.*.author.email",
        "commits.*.author.name",
        "commits.*.committer.email",
        "commits.*.committer.name",
        "head_commit.message",
        "head_commit.author.email",
        "head_commit.author.name",
        "head_commit.committer.email",
        "head_commit.committer.name",
        "workflow_run.head_branch",
        "workflow_run.display_title",
        "workflow_run.head_commit.message",
        "workflow_run.head_commit.author.email",
        "workflow_run.head_commit.author.name",
        "workflow_run.head_repository.description",
        "workflow_run.pull_requests.*.head.ref",
    ]
)
"""Below `github.event`."""
_ACTION_OUTPUTS: dict[str, tuple[str, ...]] = {
    "tj-actions/changed-files": ("all_changed_files", "all_modified_files", "added_files", "modified_files", "deleted_files",
                                 "renamed_files", "copied_files", "other_changed_files", "changed_keys"),
    "tj-actions/branch-names": ("current_branch", "head_ref_branch", "ref_branch"),
    "xt0rted/pull-request-comment-branch": ("head_ref", "head_label"),
    "jitterbit/get-changed-files": ("all", "added", "modified", "removed", "renamed", "added_modified"),
    "peter-evans/find-comment": ("comment-body",),
    "gotson/pull-request-comment-branch": ("head_ref",),
    "trilom/file-changes-action": ("files", "files_added", "files_modified"),
    "alessbell/pull-request-comment-branch": ("head_ref",),
    "potiuk/get-workflow-origin": ("sourceHeadBranch", "pullRequestLabels"),
}  # fmt: skip
"""Action → outputs that hold names of branches and files of a pull request, or texts of comments."""
_BY_STRANGERS = frozenset(event for events in _EVENTS.values() for event in events) - {"push"}
_YIELDS_TRUTH = frozenset(
    {"contains", "startswith", "endswith", "always", "success", "failure", "cancelled", "hashfiles"}
)


def untrusted(path: tuple[str, ...], workflow: Workflow) -> bool:
    """Say whether a reference (lower-case names) can be written by people outside of the repository in this workflow."""
    if path[:2] == ("github", "head_ref") and len(path) == 2:
        return workflow.has_trigger(*_PULL, "workflow_call") or workflow.is_action
    if path[:2] != ("github", "event"):
        return False
    below = path[2:]
    if not below or below[0] in {"*", "?"}:
        return False
    events = _EVENTS.get(below[0], ())
    if events and not (workflow.is_action or workflow.has_trigger(*events, "workflow_call")):
        return False
    return any(_fits(below, known) for known in _PATHS)


def _fits(path: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Say whether a path is a known one, or an object that holds it."""
    if len(path) > len(known):
        return False
    return all(
        step == wanted or "*" in (step, wanted) or step == "?" for step, wanted in zip(path, known, strict=False)
    )


def flowing(node: Node) -> Iterator[Node]:
    """Yield the references whose text can become part of an expression's text."""
    if node.kind in {"property", "index", "star", "name"} and node.path() is not None:
        yield node
    elif node.kind == "call":
        if node.value.lower() not in _YIELDS_TRUTH:
            for item in node.items:
                yield from flowing(item)
    elif node.kind == "or":
        for item in node.items:
            yield from flowing(item)
    elif node.kind == "and":
        yield from flowing(node.items[-1])
    elif node.kind in {"property", "index", "star"}:
        yield from flowing(node.items[0])


def untrusted_references(usage: Usage) -> Iterator[tuple[Node, str]]:
    """Yield the references of an expression that outsiders can write, each with the words to name it by.

    Variables of `env` and outputs of earlier steps that are known to hold such a text count as well.
    """
    if usage.tree is None:
        return
    for node in flowing(usage.tree):
        path = node.path()
        if path is None:
            continue
        name = usage.site.value[node.start : node.end]
        if path in {("github",), ("github", "event")} and _is_spelled_out(usage.tree, node):
            if usage.workflow.is_action or usage.workflow.has_trigger(*_BY_STRANGERS):
                yield node, f"{name} (texts of strangers are in it)"
        elif untrusted(path, usage.workflow) and not (len(path) < 4 and usage.tree is node and path[-1] in _EVENTS):
            yield node, name
        elif path[0] == "env" and len(path) == 2:
            source = _variable_source(path[1], usage)
            if source:
                yield node, f"{name} (that is, {source})"
        elif path[0] == "steps" and len(path) == 4 and path[2] == "outputs" and usage.job is not None:
            step = usage.job.step(path[1])
            outputs = _ACTION_OUTPUTS.get(step.uses.slug, ()) if step is not None and step.uses is not None else ()
            if path[3] in {output.lower() for output in outputs}:
                yield node, name


def _is_spelled_out(tree: Node, node: Node) -> bool:
    """Say whether a reference is the argument of `toJSON`."""
    return any(one.kind == "call" and one.value.lower() == "tojson" and node in one.items for one in tree.walk())


def _variable_source(name: str, usage: Usage) -> str:
    """Return the untrusted reference that a variable of `env` is set to, or the empty string."""
    step: Step | None = usage.step
    job: Job | None = usage.job
    owners = [*([step.value] if step else []), *([job.value] if job else []), usage.workflow.root]
    for owner in owners:
        env = map_at(owner, "env")
        key = next((key for key in env if key.lower() == name), None)
        if key is None:
            continue
        for other in usages(usage.workflow):
            if other.site.path[-2:] == ("env", key) and other.site.value == env[key] and other.tree is not None:
                for node in flowing(other.tree):
                    path = node.path()
                    if path is not None and untrusted(path, usage.workflow):
                        return other.site.value[node.start : node.end]
        return ""
    return ""

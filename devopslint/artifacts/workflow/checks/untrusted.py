"""What outsiders can write into a workflow's contexts, and where it flows.

Source: GitHub Docs, "Script injections" and "Secure use reference"; GitHub Security Lab, "Keeping your GitHub Actions and
workflows secure", parts 1-4.
"""

from __future__ import annotations

from devopslint.artifacts.workflow.flow import origins_of_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.flow import Calls, Origin
    from devopslint.artifacts.workflow.model import Workflow
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
    "ana06/get-changed-files": ("all", "added", "modified", "removed", "renamed", "added_modified"),
    "lots0logs/gh-action-get-changed-files": ("all", "added", "modified", "deleted", "renamed"),
    "technote-space/get-diff-action": ("diff", "matched_files"),
    "khan/pull-request-comment-trigger": ("comment_body",),
    "stefanbuck/github-issue-parser": ("jsonstring",),
    "zentered/issue-forms-body-parser": ("data",),
    "8bitjonny/gh-get-current-pr": ("pr", "pr_title", "pr_body", "pr_head_ref", "pr_labels"),
    "jwalton/gh-find-current-pr": ("title", "body"),
    "actions-ecosystem/action-get-merged-pull-request": ("title", "body", "labels"),
    "amannn/action-semantic-pull-request": ("error_message",),
    "potiuk/get-workflow-origin": ("sourceHeadBranch", "pullRequestLabels"),
}  # fmt: skip
"""Action → outputs that hold names of branches and files of a pull request, or texts of comments."""
_BY_STRANGERS = frozenset(event for events in _EVENTS.values() for event in events) - {"push"}


def untrusted(path: tuple[str, ...], workflow: Workflow) -> bool:
    """Say whether a reference (lower-case names) can be written by people outside of the repository in this workflow."""
    if path[:2] == ("github", "head_ref") and len(path) == 2:
        return workflow.has_trigger(*_PULL, "workflow_call") or workflow.is_action
    if path[:2] != ("github", "event"):
        return False
    below = path[2:]
    if len(below) < 2 or (below[0] in {"*", "?"} and below[-1] in {"*", "?"}):
        return bool(below) and below[0] not in {"*", "?"} and _is_carried(below, workflow)
    if below[0] in {"*", "?"}:  # every part of the payload, of which one of these events has a text of a stranger
        return any(_is_carried((known[0], *below[1:]), workflow) for known in _PATHS if known[0] in _EVENTS)
    return _is_carried(below, workflow)


def _is_carried(below: tuple[str, ...], workflow: Workflow) -> bool:
    """Say whether a path below `github.event` is written by strangers, and carried by an event of this workflow."""
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


def is_untrusted(origin: Origin) -> bool:
    """Say whether outsiders can write the text at the beginning of a flow."""
    path, workflow = origin.path, origin.workflow
    if path in {("github",), ("github", "event")}:
        return origin.as_json and (workflow.is_action or workflow.has_trigger(*_BY_STRANGERS))
    if path[0] == "steps":
        return path[3:] != () and path[3] in _texts_of_action(origin)
    is_object = len(path) < 4 and path[-1] in _EVENTS
    return untrusted(path, workflow) and (origin.as_json or not is_object)


def _texts_of_action(origin: Origin) -> frozenset[str]:
    """Return the outputs of the action of a step that hold what outsiders write."""
    job = origin.job or origin.workflow.action_job
    step = job.step(origin.path[1]) if job is not None else None
    outputs = _ACTION_OUTPUTS.get(step.uses.slug, ()) if step is not None and step.uses is not None else ()
    filters = step is not None and step.uses is not None and step.uses.slug == "dorny/paths-filter"
    if step is not None and filters and step.inputs.get("list-files") in ("csv", "json"):
        return frozenset({origin.path[3]} if origin.path[3].endswith("_files") else ())
    return frozenset(output.lower() for output in outputs)


def untrusted_references(usage: Usage, calls: Calls = ()) -> Iterator[tuple[Node, Origin]]:
    """Yield the references of an expression that outsiders can write, each with what it comes from; each but once."""
    told: set[int] = set()
    for node, origin in origins_of_usage(usage, calls):
        if id(node) not in told and is_untrusted(origin):
            told.add(id(node))
            yield node, origin

"""What each event that starts a workflow brings: which refs `github.ref` can be, and what its payload holds.

Source: GitHub Docs, "Events that trigger workflows" and "Webhook events and payloads".
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.model import names_of
from devopslint.artifacts.workflow.words import words
from devopslint.policy.globs import Glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.syntax.tree import Map

PULLS = words("pull_request pull_request_target")
OF_PULLS = words("pull_request pull_request_target pull_request_review pull_request_review_comment")
PAYLOAD: dict[str, frozenset[str]] = {
    "pull_request": OF_PULLS, "review": words("pull_request_review"), "issue": words("issues issue_comment"),
    "comment": words("issue_comment pull_request_review_comment commit_comment discussion_comment"),
    "release": words("release"), "workflow_run": words("workflow_run"), "head_commit": words("push"), "commits": words("push"),
    "pusher": words("push"), "compare": words("push"), "client_payload": words("repository_dispatch"),
    "deployment": words("deployment deployment_status"), "deployment_status": words("deployment_status"),
    "discussion": words("discussion discussion_comment"), "merge_group": words("merge_group"), "check_run": words("check_run"),
    "inputs": words("workflow_dispatch"),
    "check_suite": words("check_suite check_run"),
}  # fmt: skip
"""What stands at the top of `github.event` → the events that have it."""
_ON_DEFAULT_BRANCH = words(
    """schedule workflow_run issues issue_comment label discussion discussion_comment milestone repository_dispatch
    watch fork gollum pull_request_target merge_group branch_protection_rule delete"""
)
_KNOWN = _ON_DEFAULT_BRANCH | OF_PULLS | words("push release workflow_dispatch create")
_TYPESOF_PULLS = ("opened", "synchronize", "reopened")
_NO_ACTION = words("push schedule workflow_dispatch create delete")


class Event:
    """An event that starts the workflow, with its filters."""

    __slots__ = ("branches", "config", "kinds", "name", "not_branches", "tags")

    def __init__(self, name: str, config: Map) -> None:
        self.name = name
        self.config = config
        of_branch = name == "push" or _may_be_merged(name, config)
        self.branches = _patterns(config, "branches") if of_branch else None
        self.not_branches = names_of(config.get("branches-ignore")) if of_branch else []
        self.tags = _patterns(config, "tags") if name == "push" else None
        self.kinds = _kinds(name, config)
        """What `github.ref` can be: `branch`, `tag`, `pull`."""

    @property
    def is_known(self) -> bool:
        """Whether its refs and payload are known here."""
        return self.name in _KNOWN

    def may_be(self, ref: str) -> bool:
        """Say whether `github.ref` may be a ref that is written out."""
        kind, _, name = ref.removeprefix("refs/").partition("/")
        if kind == "heads":
            return "branch" in self.kinds and self._takes(name, self.branches, self.not_branches)
        if kind == "tags":
            return "tag" in self.kinds and self._takes(name, self.tags, [])
        return kind not in {"pull"} or "pull" in self.kinds

    def may_start(self, start: str) -> bool:
        """Say whether `github.ref` may begin with a text."""
        for kind, prefix, patterns in (
            ("branch", "refs/heads/", self.branches), ("tag", "refs/tags/", self.tags), ("pull", "refs/pull/", None),
        ):  # fmt: skip
            if kind not in self.kinds:
                continue
            if prefix.startswith(start) or (start.startswith(prefix) and _some_begins(start[len(prefix) :], patterns)):
                return True
        return not start.startswith(("refs/heads/", "refs/tags", "refs/pull")) and not "refs/".startswith(start)

    def may_be_named(self, name: str) -> bool:
        """Say whether `github.ref_name` may be a name that is written out."""
        if name.endswith("/merge"):
            return True
        return any(self.may_be(f"refs/{kind}/{name}") for kind in ("heads", "tags"))

    def has(self, name: str) -> bool:
        """Say whether its payload may have something at the top; true of what is not known."""
        known = PAYLOAD.get(name)
        return known is None or not self.is_known or self.name in known

    def may_have_action(self, action: str) -> bool:
        """Say whether `github.event.action` may be this one."""
        if self.name in _NO_ACTION:
            return False
        types = names_of(self.config.get("types"))
        if not types and self.name in PULLS:
            types = list(_TYPESOF_PULLS)
        return not types or action in types or any("${{" in one for one in types)

    def _takes(self, name: str, patterns: list[str] | None, refused: list[str]) -> bool:
        if patterns is None:
            return not any(fits(one, name, unread=False) for one in refused if "${{" not in one)
        taken = False
        for one in patterns:
            if one.startswith("!") and fits(one[1:], name, unread=False):
                taken = False
            elif not one.startswith("!") and fits(one, name, unread=True):
                taken = True
        return taken

    def __str__(self) -> str:
        where = [f"{word} {', '.join(f'`{one}`' for one in patterns)}"
                 for word, patterns in (("to", self.branches), ("of the tags", self.tags)) if patterns]  # fmt: skip
        return f"`{self.name}`" + (f" {' or '.join(where)}" if where else "")


def events_of(workflow: Workflow) -> list[Event] | None:
    """Return the events that start a workflow; `None` when it may be started by those of others."""
    if workflow.is_action or not workflow.triggers or workflow.has_trigger("workflow_call"):
        return None
    known: list[Event] | None = workflow.cache.get("events")
    if known is None:
        known = workflow.cache["events"] = [Event(name, config) for name, config in workflow.triggers.items()]
    return known


def _patterns(config: Map, key: str) -> list[str] | None:
    """Return the patterns of a filter, `None` when there is none, or not all of it is known."""
    found = names_of(config.get(key))
    return found if found and not any("${{" in one for one in found) else None


def _may_be_merged(name: str, config: Map) -> bool:
    """Say whether an event may be the merge of a pull request, in which `github.ref` is the branch that took it."""
    types = names_of(config.get("types"))
    return name == "pull_request" and any(one == "closed" or "${{" in one for one in types)


def _kinds(name: str, config: Map) -> frozenset[str]:
    if name == "push":
        given = {kind for kind, keys in (("branch", ("branches", "branches-ignore")), ("tag", ("tags", "tags-ignore")))
                 if any(key in config for key in keys)}  # fmt: skip
        return frozenset(given or {"branch", "tag"})
    if name in OF_PULLS - {"pull_request_target"}:
        return frozenset({"pull", "branch"} if _may_be_merged(name, config) else {"pull"})
    if name == "release":
        return frozenset({"tag"})
    if name in _ON_DEFAULT_BRANCH:
        return frozenset({"branch"})
    return frozenset({"branch", "tag"} if name in _KNOWN else {"branch", "tag", "pull"})


def _some_begins(start: str, patterns: list[str] | None) -> bool:
    """Say whether a name that one of the patterns takes may begin with a text."""
    if patterns is None or not start:
        return True
    for one in patterns:
        plain = re.split(r"[*?+\[\\]", one, maxsplit=1)[0]
        if not one.startswith("!") and (plain.startswith(start) or (plain != one and start.startswith(plain[:-1]))):
            return True
    return False


@lru_cache(maxsize=256)
def _glob(pattern: str) -> Glob | None:
    """Return a filter pattern, `None` when it has more than stars, or two of them within a name."""
    if any(char in pattern for char in "?+[]\\") or any("**" in name and name != "**" for name in pattern.split("/")):
        return None
    return Glob("/" + pattern)


def fits(pattern: str, name: str, *, unread: bool) -> bool:
    """Say whether a branch or tag fits a filter pattern (`unread`: what to say of one that is not read here)."""
    found = _glob(pattern)
    return unread if found is None else found.fits(name.split("/"))

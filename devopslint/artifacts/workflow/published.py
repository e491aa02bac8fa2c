"""What is known of published actions, by the tables in `data/`: what each major takes and gives, which version a commit is."""

from __future__ import annotations

from functools import cache, lru_cache

from devopslint.artifacts.workflow import known_actions
from devopslint.artifacts.workflow.actions import comment_behind, version_in_comment
from devopslint.artifacts.workflow.known_actions import ARCHIVED
from devopslint.artifacts.workflow.words import one_slip_away
from devopslint.knowledge.tables import read_table
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Step
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Map

REF_SAYS_WHAT = frozenset({"dtolnay/rust-toolchain", "taiki-e/install-action"})
"""Actions whose ref is no version of theirs: it says what they install (`@stable`), as their README asks for."""
FULL_VERSION = lazily(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_slugs: dict[str, frozenset[str]] = {}


@cache
def load_actions() -> dict[str, Any]:
    """Return the table of well known actions: name → major → inputs, required, deprecated, node; read once."""
    return _table("actions")


def known_slugs() -> frozenset[str]:
    """Return the `owner/repository` of every action in the tables; made once."""
    if "slugs" not in _slugs:
        names = {*load_actions(), *_table("commits"), *known_actions.SUPERFLUOUS, *known_actions.ARCHIVED}
        _slugs["slugs"] = frozenset("/".join(name.split("/")[:2]) for name in names)
    return _slugs["slugs"]


def version_of_commit(uses: ActionRef) -> str:
    """Return the version that a pinned commit of a well known action is; empty when that is not known."""
    found: str = _table("commits").get(uses.slug, {}).get(uses.ref[:12], "") if uses.is_sha else ""
    return found


def major_of(source: Source, owner: Map, uses: ActionRef) -> int | None:
    """Return the major version of what a step or job uses, `None` when it is not known.

    It is told by the ref, by the table of commits, or by the comment behind a commit.
    """
    if not uses.is_sha:
        return uses.major
    known = version_of_commit(uses)
    return int(known.split(".")[0]) if known else version_in_comment(source, owner.at["uses"][2:])


def major_of_step(step: Step) -> int | None:
    """Return the major version of the action of a step, `None` when it is not known or there is none."""
    return None if step.uses is None else major_of(step.workflow.document.source, step.value, step.uses)


def entry_of(step: Step) -> Mapping[str, Any] | None:
    """Return what the major in use of a well known action takes and gives, `None` when it is not known."""
    uses = step.uses
    if uses is None or uses.kind != "repository" or uses.slug in REF_SAYS_WHAT:
        return None
    majors = load_actions().get(uses.name)
    if majors is None:
        return None
    entry: Mapping[str, Any] | None = majors.get(str(major_of(step.workflow.document.source, step.value, uses)))
    return entry


def newest_entry(step: Step) -> Mapping[str, Any] | None:
    """Return what the newest major of a well known action takes and gives, when a branch of it is used; else `None`."""
    uses = step.uses
    if uses is None or uses.kind != "repository" or not (uses.is_branch or uses.slug in REF_SAYS_WHAT):
        return None
    return _newest(load_actions().get(uses.name, {}))


def _newest(majors: Mapping[str, Any]) -> Mapping[str, Any] | None:
    entry: Mapping[str, Any] | None = majors[max(majors, key=int)] if majors else None
    return entry


def is_beyond(step: Step, entry: Mapping[str, Any]) -> bool:
    """Say whether the version in use may be newer than what the table knows of its major."""
    text = step.uses.ref if step.uses is not None else ""
    if step.uses is not None and step.uses.is_sha:
        text = version_of_commit(step.uses) or comment_behind(step.workflow.document.source, step.value.at["uses"][3])
    used, known = _numbers(text), _numbers(entry.get("newest", ""))
    if len(used) > 1 and known:
        return used > known
    name = step.action
    return "stale" in entry and name not in ARCHIVED and entry is _newest(load_actions().get(name, {}))


def _numbers(text: str) -> tuple[int, ...]:
    found = FULL_VERSION.search(text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


@cache
def _table(name: str) -> dict[str, Any]:
    """Return a table by action."""
    actions: dict[str, Any] = read_table("artifacts/workflow", name)["actions"]
    return actions


def newest_version(uses: ActionRef) -> tuple[int, ...]:
    """Return the newest version of a well known action of which the table has the commit; empty when it has none."""
    versions = _table("commits").get(uses.slug, {}).values()
    return max((_numbers(version) for version in versions), default=())


@lru_cache(maxsize=256)
def move_of(action: str, major: int) -> tuple[int, int] | None:
    """Return the Node that a major was made for and the major to move to, `None` when there is no need to."""
    majors = load_actions().get(action, {})
    node = majors.get(str(major), {}).get("node")
    if node is None or node >= 24:
        return None
    first = _first_to_use(majors)
    return (node, first) if first is not None and major < first else None


def _first_to_use(majors: Mapping[str, Any]) -> int | None:
    """Return the first major on Node 24, else the newest when it needs no Node that is gone; else `None`."""
    found = [int(major) for major, entry in majors.items() if (entry["node"] or 0) >= 24]
    newest = max(map(int, majors), default=0)
    return min(found) if found else newest if newest and majors[str(newest)]["node"] is None else None


@lru_cache(maxsize=1024)
def meant_by(slug: str) -> str:
    """Return the well known action that one slip of the pen makes `slug` of; empty when it is one itself, or far from all."""
    typed_wrong = known_actions.TYPED_WRONG.get(slug)
    if typed_wrong:
        return typed_wrong
    slugs = known_slugs()
    if slug in slugs or slug in known_actions.VULNERABLE:
        return ""
    longer = f"{slug}-action"
    return longer if longer in slugs else one_slip_away(slug, sorted(slugs))

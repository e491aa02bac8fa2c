"""Checks of who is given which role at Google: by what is known of a member, even where a part of its name is not."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.policy.subject import Problem
from devopslint.syntax.hcl_nodes import Expression, plain
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_DEFAULT = lazily(
    r"(?:-compute@developer|@appspot)[.]gserviceaccount[.]com$"
    r"|^(?:serviceAccount:\$\{)?data[.]google_(?:compute|app_engine)_default_service_account[.][\w.\[\]-]+\}?$"
)
_ADMIN = lazily(r"^roles/.*[aA]dmin(?:[.]v\d+)?$")
_BASIC = frozenset({"roles/owner", "roles/editor"})
_SERVICE = lazily(r"^serviceAccount:|^google_service_account[.][\w.\[\]-]+[.]member$")


def default_account(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each member that is a default service account, of whatever project."""
    for at, text in _members(subject, ()):
        if _DEFAULT.search(text) is not None:
            yield Problem(at, value=text)


def admin_account(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each role of an administrator that a service account is given."""
    is_policy = subject.kind == "terraform.data"
    for base in nested(subject, "binding") if is_policy else [()]:
        role = subject.get((*base, "role"))
        if not isinstance(role, str) or not (_ADMIN.search(role) or (is_policy and role in _BASIC)):
            continue
        if subject.get((*base, "condition")) is not MISSING:
            continue  # which may leave of the role what is needed
        if any(_SERVICE.search(text) for _, text in _members(subject, base)):
            yield Problem((*base, "role"), value=role)


def _members(subject: Subject, base: Path) -> Iterator[tuple[Path, str]]:
    """Yield where each member stands, and its name: as it is written where it can't be known."""
    members = subject.get((*base, "members"))
    places: list[Path] = (
        [(*base, "members", index) for index in range(len(members))] if isinstance(members, Seq) else []
    )
    for at in [(*base, "member"), *places]:
        value, written = subject.get(at), subject.raw(at)
        if isinstance(value, str):
            yield at, value
        elif isinstance(written, Expression):
            yield at, _text(written)


def _text(expression: Expression) -> str:
    """Return a template without its quotes, a reference as it is, and nothing of what is more than these."""
    text = expression.text
    if expression.is_plain:
        return text.strip('"')
    return text.strip('"') if plain(expression.node).type == "quoted_template" else ""

"""Rules whose findings have ids of their own: a family such as `shell/shellcheck`, and its members, as `shell/SC2086`.

The rule file of a family has `members`: the `pattern` of their names, the `peer` that they come from, the `reference`
where each is explained, and those that run only when they are `named`. A member is a rule like any other: it is
selected, ignored, levelled, shown and reported by its own id, and by that of its family.
"""

from __future__ import annotations

import re

from devopslint.policy.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


def is_family(rule: Rule) -> bool:
    """Say whether a rule stands for many."""
    return "members" in rule.raw


def name_of_member(rule: Rule, word: str) -> str | None:
    """Return the name (`SC2086`) of the member that `SC2086`, `shell/SC2086` or `shellcheck:SC2086` means, or `None`."""
    members = rule.raw.get("members")
    if members is None:
        return None
    name = word
    if ":" in word:
        peer, _, name = word.partition(":")
        if peer.lower() != members.get("peer"):
            return None
    elif "/" in word:
        folder, _, name = word.rpartition("/")
        if folder != rule.id.rpartition("/")[0]:
            return None
    return next((one for one in (name, name.upper()) if re.fullmatch(members["pattern"], one)), None)


def is_of(identifier: str, rule: Rule) -> bool:
    """Say whether an id is that of a rule, or of a member of its family."""
    return identifier == rule.id or ("/" in identifier and name_of_member(rule, identifier) is not None)


def reaches(word: str, rule: Rule) -> bool:
    """Say whether a word of a selection means a member of a family, or may do so: a glob over its ids."""
    members = rule.raw.get("members")
    if members is None:
        return False
    if name_of_member(rule, word) is not None:
        return True
    literal = word.partition("*")[0]
    letters = re.match(r"\w*", members["pattern"])
    first = rule.id.rpartition("/")[0] + "/" + (letters.group() if letters else "")
    return "*" in word and (first.startswith(literal) or literal.startswith(first))


def member_of(rule: Rule, name: str, level: str = "") -> Rule:
    """Return the member of a family with a name."""
    members: dict[str, Any] = rule.raw["members"]
    raw = {key: value for key, value in rule.raw.items() if key not in {"members", "options"}}
    raw["title"] = members["title"].replace("{name}", name)
    raw["family"] = rule.id
    raw["equivalents"] = [f"{members['peer']}:{name}"] if "peer" in members else []
    if "reference" in members:
        raw["references"] = [members["reference"].replace("{name}", name)]
    raw["named"] = name in members.get("named", ())
    folder = rule.id.rpartition("/")[0]
    member = Rule(f"{folder}/{name}" if folder else name, raw, from_user=rule.from_user)
    member.level = level or rule.level
    return member


def members_named(word: str, rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield the members that a word names, of whatever family."""
    for rule in rules:
        name = name_of_member(rule, word)
        if name is not None:
            yield member_of(rule, name)

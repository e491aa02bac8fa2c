"""The ids of peers' rules: which of ours they mean, also under the names that peers have for the same id.

Ids are told apart without regard to capitals: `dl3008` is `DL3008`.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALIAS_FORM = re.compile(
    r"(?:trivy:|tfsec:|kics:)?(?:AVD-|[A-Z]{2,6}\d{3,4}$|[0-9a-f]{8}-[0-9a-f]{4}-"
    r"|(?:aws|azure|cloudstack|digitalocean|docker|general|github|google|kubernetes|nifcloud|openstack|oracle)-)",
    re.IGNORECASE,
)
_CODES = re.compile(r"SC(\d+)-(?:SC)?(\d+)$", re.IGNORECASE)
_HEIRS = {"tfsec": "trivy", "bridgecrew": "checkov", "cortex": "checkov"}
"""Peers whose checks another one took over."""
_aliases: dict[str, str] = {}


def names_for_peer(word: str, equivalents: Iterable[str]) -> bool:
    """Say whether `peer:id` is among the equivalents of a rule.

    `peer:*` is all that the peer knows, `peer:!a,b` all but these; an id may hold `*`, as trivy's do, and shellcheck's
    may be a range (`SC1000-SC1999`).
    """
    peer, _, identifier = word.partition(":")
    peer = _heir(peer)
    span = _CODES.match(identifier) if peer == "shellcheck" else None
    if span is not None:
        first, last = map(int, span.groups())
        codes = [one[len("shellcheck:sc") :] for one in map(str.lower, equivalents) if one.startswith("shellcheck:sc")]
        return any(first <= int(code) <= last for code in codes)
    if "*" not in identifier and not identifier.startswith("!"):
        return any(one in equals(word) for one in map(str.lower, equivalents))
    own = [one.lower() for one in equivalents if one.startswith(peer + ":")]
    if identifier == "*" or not own:
        return bool(own)
    if identifier.startswith("!"):
        return not any(one in equals(f"{peer}:{other}") for other in identifier[1:].split(",") for one in own)
    from fnmatch import fnmatchcase

    pattern = identifier.lower().removeprefix("avd-")
    meant = {f"{peer}:{known.lower()}" for name, known in _known().items() if fnmatchcase(name, pattern)}
    return any(one in meant or fnmatchcase(one.partition(":")[2], pattern) for one in own)


def equals(word: str) -> tuple[str, str]:
    """Return `peer:id` as it is written and under the name that equivalents use, both in small letters."""
    return word.lower(), canonical(word).lower()


def canonical(word: str) -> str:
    """Return the id that equivalents use for a name of it (`AVD-DS-0002`, `DS002`, a UUID); the word itself otherwise.

    A word with its peer in front keeps it; `tfsec:` becomes `trivy:`, which took over its checks.
    """
    peer, _, identifier = word.rpartition(":")
    peer = _heir(peer)
    if ALIAS_FORM.match(identifier):
        identifier = _known().get(identifier.lower(), identifier)
        if identifier[:4].upper() == "AVD-":
            identifier = identifier[4:]
    return f"{peer}:{identifier}" if peer else identifier


def _heir(peer: str) -> str:
    peer = peer.lower()
    return _HEIRS.get(peer, peer)


def _known() -> Mapping[str, str]:
    if not _aliases:
        import json
        import os

        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer_aliases.json")
        with open(path, encoding="utf-8") as file:
            _aliases.update(json.load(file))
    return _aliases

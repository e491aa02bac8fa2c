"""The ids of peers' rules: which of ours they mean, also under the names that peers have for the same id."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALIAS_FORM = re.compile(
    r"(?:trivy:|tfsec:|kics:)?(?:AVD-|[A-Z]{2,6}\d{3,4}$|[0-9a-f]{8}-[0-9a-f]{4}-"
    r"|(?:aws|azure|cloudstack|digitalocean|docker|general|github|google|kubernetes|nifcloud|openstack|oracle)-)"
)
_aliases: dict[str, str] = {}


def names_for_peer(word: str, equivalents: Iterable[str]) -> bool:
    """Say whether `peer:id`, or `peer:*` for all that the peer knows, is among the equivalents of a rule."""
    peer, _, identifier = word.partition(":")
    if identifier == "*":
        return any(one.startswith(peer + ":") for one in equivalents)
    wanted = canonical(word)
    return any(one in (wanted, word) for one in equivalents)


def canonical(word: str) -> str:
    """Return the id that equivalents use for a name of it (`AVD-DS-0002`, `DS002`, a UUID); the word itself otherwise.

    A word with its peer in front keeps it; `tfsec:` becomes `trivy:`, which took over its checks.
    """
    peer, _, identifier = word.rpartition(":")
    peer = "trivy" if peer == "tfsec" else peer
    if ALIAS_FORM.match(identifier):
        identifier = _known().get(identifier.lower(), identifier)
        if identifier.startswith("AVD-"):
            identifier = identifier[4:]
    return f"{peer}:{identifier}" if peer else identifier


def _known() -> Mapping[str, str]:
    if not _aliases:
        import json
        import os

        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer_aliases.json")
        with open(path, encoding="utf-8") as file:
            _aliases.update(json.load(file))
    return _aliases

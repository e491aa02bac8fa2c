"""Checks of what lets traffic in."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_ANYWHERE = ("0.0.0.0/0", "::/0")


def nginx_snippet(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each annotation through which configuration of the author's own gets into ingress-nginx."""
    annotations = subject.raw("metadata.annotations")
    for key in annotations if isinstance(annotations, Map) else ():
        if key.endswith("-snippet") and "nginx" in key:
            yield Problem(("metadata", "annotations", key), part="key", value=key)


def policy_allows_all(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each ingress rule of a NetworkPolicy that names no ports, and no peers or the whole world."""
    for index, rule in enumerate(items_of(subject.raw("spec.ingress"))):
        if not isinstance(rule, Map) or rule.open or rule.get("ports") not in (None, []):
            continue
        peers = rule.get("from")
        for number, peer in enumerate(items_of(peers)):
            block = peer.get("ipBlock") if isinstance(peer, Map) else None
            if isinstance(block, Map) and not block.open and not block.get("except") and block.get("cidr") in _ANYWHERE:
                yield Problem(("spec", "ingress", index, "from", number, "ipBlock", "cidr"))
        if peers is None or (isinstance(peers, Seq) and not peers and not peers.open):
            path = ("spec", "ingress", index)
            yield Problem((*path, "from") if peers is not None else path)

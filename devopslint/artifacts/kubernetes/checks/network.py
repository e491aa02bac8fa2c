"""Checks of what lets traffic in."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_TYPE = lazily(r'"type"\s*:\s*"([\w-]+)"')
_WITHOUT_POLICIES = frozenset({"flannel"})
_HELPERS = frozenset({"portmap", "bandwidth", "tuning", "host-local", "loopback", "static", "bridge"})
_ANYWHERE = ("0.0.0.0/0", "::/0")


def nginx_snippet(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each annotation through which configuration of the author's own gets into ingress-nginx."""
    annotations = subject.raw("metadata.annotations")
    for key in annotations if isinstance(annotations, Map) else ():
        if key.endswith("-snippet") and "nginx" in key:
            yield Problem(("metadata", "annotations", key), part="key", value=key)


def cni_without_policies(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each configuration of a network whose only plugins know no NetworkPolicy."""
    data = subject.raw("data")
    for key, text in data.items() if isinstance(data, Map) else ():
        if not isinstance(text, str) or ("cniVersion" not in text and "cbr0" not in text):
            continue
        types = set(_TYPE.findall(text))
        if types & _WITHOUT_POLICIES and types <= _WITHOUT_POLICIES | _HELPERS:
            yield Problem(("data", key), part="key", plugin=sorted(types & _WITHOUT_POLICIES)[0])


def loopback_endpoint(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each address of an endpoint that is the node itself, or its link."""
    for index, endpoint in enumerate(items_of(subject.raw("endpoints"))):
        addresses = endpoint.get("addresses") if isinstance(endpoint, Map) else None
        for number, address in enumerate(items_of(addresses)):
            if _is_local(address):
                yield Problem(("endpoints", index, "addresses", number), address=address)
    for index, subset in enumerate(items_of(subject.raw("subsets"))):
        addresses = subset.get("addresses") if isinstance(subset, Map) else None
        for number, address in enumerate(items_of(addresses)):
            if isinstance(address, Map) and _is_local(address.get("ip")):
                yield Problem(("subsets", index, "addresses", number, "ip"), address=address["ip"])


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


def _is_local(address: object) -> bool:
    return isinstance(address, str) and (
        address.startswith(("127.", "169.254.")) or address in {"::1", "0:0:0:0:0:0:0:1"}
    )

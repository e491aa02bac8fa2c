"""Checks of what lets traffic in."""

from __future__ import annotations

import re

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.knowledge.ports import is_everyone
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_TYPE = lazily(r'"type"\s*:\s*"([\w-]+)"')
_WITHOUT_POLICIES = frozenset({"flannel"})
_HELPERS = frozenset({"portmap", "bandwidth", "tuning", "host-local", "loopback", "static", "bridge"})
_INSIDE = frozenset({"internal", "intranet", "private"})
_NARROWED = ("-security-groups", "-allowed-service-tags")
"""Ends of annotations that let in what other settings say."""
_RANGES = ("load-balancer-source-ranges", "-allowed-ip-ranges")
_ANYWHERE = ("0.0.0.0/0", "::/0")
_OF_TLS = lazily(r"cert|ssl|tls|frontend-?config|cloudflare-proxied", re.IGNORECASE)
"""What the names of annotations have that say how TLS ends in front of an Ingress: a certificate, a way through."""
_OF_NO_FRONT = lazily(
    r"proxy-ssl|server-(?:ssl|ca|crt)|backend|upstream|ssl-services|serverstransport|auth-tls-error-page"
    r"|cert-?manager\.(?:k8s\.)?io/|/tls-acme$"
)
"""The same words where the way to the pods is meant, or a certificate for the hosts under `tls`."""
_NAMES_PROTOCOL = lazily(r"entry-?points|listen-ports|/protocols?$", re.IGNORECASE)
_HTTPS = lazily(r"https|secure|tls|ssl|443", re.IGNORECASE)
_OFF = frozenset({"", "0", "disabled", "false", "no", "none", "off"})


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
    yield from _open_rules(subject, "ingress", "from")


def _open_rules(subject: Subject, way: str, side: str) -> Iterator[Problem]:
    for index, rule in enumerate(items_of(subject.raw(("spec", way)))):
        if not isinstance(rule, Map) or rule.open or rule.get("ports") not in (None, []):
            continue
        peers = rule.get(side)
        for number, peer in enumerate(items_of(peers)):
            block = peer.get("ipBlock") if isinstance(peer, Map) else None
            if isinstance(block, Map) and not block.open and not block.get("except") and block.get("cidr") in _ANYWHERE:
                yield Problem(("spec", way, index, side, number, "ipBlock", "cidr"))
        if peers is None or (isinstance(peers, Seq) and not peers and not peers.open):
            path = ("spec", way, index)
            yield Problem((*path, side) if peers is not None else path)


def policy_lets_out(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each egress rule of a NetworkPolicy that names no ports, and no peers or the whole world."""
    yield from _open_rules(subject, "egress", "to")


def ingress_without_tls(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an Ingress without `tls`, of which no annotation says that TLS ends in another way."""
    tls = subject.get("spec.tls")
    if tls is not MISSING and (tls != [] or getattr(tls, "open", False)):
        return
    annotations = subject.get("metadata.annotations", {})
    if not isinstance(annotations, dict) or getattr(annotations, "open", False):
        return
    for key in annotations:
        value = subject.get(("metadata", "annotations", key), "")
        if _speaks_of_tls(str(key), None if value is UNKNOWN else str(value).strip().lower()):
            return
    yield Problem("spec.tls")


def _speaks_of_tls(key: str, value: str | None) -> bool:
    """Say whether an annotation tells, or may tell when its value is not known, that TLS ends in front of the pods."""
    if key.endswith("/ingress.allow-http"):
        return value in {None, "false"}
    if _NAMES_PROTOCOL.search(key):
        return value is None or _HTTPS.search(value) is not None
    return value not in _OFF and _OF_TLS.search(key) is not None and _OF_NO_FRONT.search(key) is None


def open_load_balancer(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Service of type LoadBalancer, or its ranges, when it gets a public address and takes traffic from everywhere."""
    annotations = subject.get("metadata.annotations", {})
    if not isinstance(annotations, dict) or getattr(annotations, "open", False):
        return
    given = {str(key): subject.get(("metadata", "annotations", key), "") for key in annotations}
    if UNKNOWN in given.values() or _is_internal(subject, {key: str(text).lower() for key, text in given.items()}):
        return
    path = ("spec", "loadBalancerSourceRanges")
    ranges = subject.get(path)
    if isinstance(ranges, list) and (ranges or getattr(ranges, "open", False)):
        for index in range(len(ranges)):
            if _is_open(subject.get((*path, index))):
                yield Problem((*path, index))
    elif ranges is MISSING or ranges == []:
        narrowed = [key for key, text in given.items() if key.endswith(_RANGES) and text]
        for key in narrowed:
            if any(map(_is_open, str(given[key]).split(","))):
                yield Problem(("metadata", "annotations", key))
        if not narrowed and not any(key.endswith(_NARROWED) and text for key, text in given.items()):
            yield Problem("spec.type")


def _is_internal(subject: Subject, annotations: dict[str, str]) -> bool:
    """Say whether a load balancer has no public address, or is made by what gives none unless it is told to."""
    inside_unless_told = subject.get("spec.loadBalancerClass") is not MISSING
    for key, text in annotations.items():
        if text in _INSIDE or ("internal" in key and "hostname" not in key and text not in {"false", ""}):
            return True
        if key.endswith("aws-load-balancer-type") and text in {"external", "nlb-ip"}:
            inside_unless_told = True
    return inside_unless_told and "internet-facing" not in annotations.values()


def _is_open(block: object) -> bool:
    return isinstance(block, str) and is_everyone(block)


def _is_local(address: object) -> bool:
    return isinstance(address, str) and (
        address.startswith(("127.", "169.254.")) or address in {"::1", "0:0:0:0:0:0:0:1"}
    )

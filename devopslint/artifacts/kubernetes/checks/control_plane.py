"""Checks of a cluster's own programs: flags in static pods, in files of kubeadm, and the configuration of a kubelet."""

from __future__ import annotations

import re

from devopslint.artifacts.kubernetes.checks.flags import INSTEAD, NEEDS, ROWS
from devopslint.artifacts.kubernetes.checks.programs import programs_beside, programs_of
from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.checks.flags import Row
    from devopslint.artifacts.kubernetes.checks.programs import Program
    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

# Source: CIS Kubernetes Benchmark 1.8, 3.2.2.
_RECORDED = (
    ("", "secrets"),
    ("", "configmaps"),
    ("authentication.k8s.io", "tokenreviews"),
    ("", "pods"),
    ("apps", "deployments"),
    ("", "pods/exec"),
    ("", "pods/portforward"),
    ("", "pods/proxy"),
    ("", "services/proxy"),
)
_DURATION = lazily(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)?")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
# Source: Go, `tls.InsecureCipherSuites`; the two of RSA with GCM are still in the benchmark's list for kubelets.
_WEAK_CIPHER = lazily(r"RC4|3DES|DES_CBC|NULL|EXPORT|MD5|CBC_SHA256$|^TLS_RSA_WITH_AES_\d+_CBC")


def anonymous_access(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that answer requests without credentials."""
    yield from _judge(subject, "anonymous")


def authorization(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that ask too little before they do what is asked."""
    yield from _judge(subject, "authorization")


def static_credentials(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield API servers that take passwords or tokens of a file."""
    yield from _judge(subject, "credentials")


def service_accounts(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that handle service accounts badly."""
    yield from _judge(subject, "accounts")


def insecure_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs with a port without TLS or login."""
    yield from _judge(subject, "port")


def bind_address(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield controllers and schedulers that listen to the whole network."""
    yield from _judge(subject, "bind")


def admission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield API servers whose admission is open."""
    yield from _judge(subject, "admission")


def admission_plugins(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield API servers without the admission plugins that a benchmark asks for."""
    yield from _judge(subject, "plugins")
    release = _release(subject.get("image")) if subject.kind == "kubernetes.container" else ()
    # The two plugins are gone with 1.25 and 1.30; the one that follows them is on by default since 1.23.
    if (0,) < release < (1, 23):
        for program in programs_of(subject):
            given = program.flags.get("enable-admission-plugins")
            if program.name != "kube-apiserver" or (given is None and program.home is None):
                continue
            if given is None or (
                isinstance(given.value, str)
                and not {"PodSecurityPolicy", "SecurityContextDeny"} & set(given.value.split(","))
            ):
                fault = "with neither `PodSecurityPolicy` nor `SecurityContextDeny`"
                at = given.at if given is not None else program.home
                part = "value" if given is not None else "key"
                effect = "pods may take over the node"
                yield Problem(at or (), part=part, program=program.name, fault=fault, effect=effect)


def audit(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield API servers that keep no proper audit log."""
    yield from _judge(subject, "audit")


def unrecorded(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an audit policy that leaves out what an intruder would do."""
    if not str(subject.value.get("apiVersion")).startswith("audit.k8s.io/"):
        return
    rules = subject.raw("rules")
    if not isinstance(rules, Seq) or rules.open or any(not isinstance(rule, Map) or rule.open for rule in rules):
        return
    missed = [name for group, name in _RECORDED if _level(rules, group, name) in (None, "None")]
    if missed:
        more = f" and {len(missed) - 2} more" if len(missed) > 2 else ""
        yield Problem("rules", part="key", missed=", ".join(f"`{name}`" for name in missed[:2]) + more)


def certificates(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that speak to others without certificates, or do not verify theirs."""
    yield from _judge(subject, "certificates")


def etcd(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield stores of a cluster that others can read or join, or that trust the same authority as the API server."""
    yield from _judge(subject, "etcd")
    if subject.kind != "kubernetes.container":
        return
    for program in programs_of(subject):
        trusted = program.flags.get("trusted-ca-file")
        if program.name == "etcd" and trusted is not None and isinstance(trusted.value, str):
            for other in programs_beside(subject):
                client = other.flags.get("client-ca-file")
                if other.name == "kube-apiserver" and client is not None and client.value == trusted.value:
                    fault = f"with `{trusted.shown}`, the authority of the API server"
                    effect = "every client of the one is a client of the other"
                    yield Problem(trusted.at, program="etcd", fault=fault, effect=effect)
                    break


def profiling(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that show their state."""
    yield from _judge(subject, "profiling")


def encryption_at_rest(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield API servers that store Secrets in clear, and encryption configurations that encrypt nothing."""
    if subject.type not in {"EncryptionConfiguration", "EncryptionConfig"}:
        yield from _judge(subject, "encryption")
        return
    for index, group in enumerate(items_of(subject.raw("resources"))):
        providers = group.get("providers") if isinstance(group, Map) else None
        first = items_of(providers)[:1]
        if first and isinstance(first[0], Map) and "identity" in first[0]:
            path = ("resources", index, "providers", 0, "identity")
            effect = "what is written lies in etcd in clear"
            fault = "with `identity` as its first provider"
            yield Problem(path, part="key", program="the API server", fault=fault, effect=effect)


def weak_ciphers(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs that accept ciphers or versions of TLS that are broken."""
    yield from _judge(subject, "ciphers")


def limits(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield programs with thresholds that a benchmark does not accept."""
    yield from _judge(subject, "limits")


def kubelet_setting(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield kubelets that are less careful than they are by default, or than they should be."""
    yield from _judge(subject, "kubelet")


def _level(rules: Seq, group: str, name: str) -> object:
    """Return at which level requests for a resource are recorded for whoever makes them: the first rule decides."""
    for rule in rules:
        if any(rule.get(field) for field in ("users", "userGroups", "verbs", "namespaces")):
            continue
        resources = rule.get("resources")
        if resources is None:
            if rule.get("nonResourceURLs") is None:
                return rule.get("level")
            continue
        for one in items_of(resources):
            names = one.get("resources") if isinstance(one, Map) else None
            if isinstance(one, Map) and (one.get("group") or "") == group and not one.get("resourceNames"):
                known = items_of(names)
                if not known or {name, "*", name.partition("/")[0] + "/*"} & set(map(str, known)):
                    return rule.get("level")
    return None


def _judge(subject: Subject, group: str) -> Iterator[Problem]:
    for program in programs_of(subject):
        absent: dict[str, list[str]] = {}
        open_lists: set[str] = set()
        for row in ROWS:
            if row.group != group or program.name not in row.programs:
                continue
            given = program.flags.get(row.flag)
            if given is not None:
                value = given.value
                if row.operator == "has" and row.flag in open_lists:
                    continue
                if row.operator == "strong" and isinstance(value, Seq) and not isinstance(given.at, Place):
                    for index, suite in enumerate(value):
                        if _WEAK_CIPHER.search(str(suite).strip()):
                            at = (*given.at, index)
                            yield Problem(at, program=program.name, fault=f"with `{suite}`", effect=row.effect)
                elif row.operator == "never" or (value is not UNKNOWN and not _holds(row, value)):
                    fault = f"with `{_weak(value) if row.operator == 'strong' else given.shown}`"
                    if row.operator == "lacks":
                        open_lists.add(row.flag)
                    elif row.operator == "has":
                        fault += f", without `{row.operand[0]}`"
                    yield Problem(given.at, program=program.name, fault=fault, effect=row.effect)
            elif row.absent and program.home is not None and not _excused(program, row):
                absent.setdefault(row.effect, []).append(f"`{row.wanted}`")
        for effect, wanted in absent.items():
            fault = f"without {' and '.join(wanted)}"
            yield Problem(program.home or (), part="key", program=program.name, fault=fault, effect=effect)


def _excused(program: Program, row: Row) -> bool:
    """Say whether a flag may be absent since another one is given, or since it depends on another that is absent."""
    if any(flag in program.flags for flag in INSTEAD.get((program.name, row.flag), ())):
        return True
    return row.flag in NEEDS and NEEDS[row.flag] not in program.flags


def _weak(suites: Any) -> str:
    """Return the first broken cipher of a list."""
    items = suites if isinstance(suites, Seq) else str(suites).split(",")
    return next((str(item).strip() for item in items if _WEAK_CIPHER.search(str(item).strip())), "")


def _holds(row: Row, value: Any) -> bool:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    items = [str(one) for one in value] if isinstance(value, Seq) else [one.strip() for one in text.split(",")]
    if row.operator == "is":
        return text.lower() in row.operand
    if row.operator == "not":
        return text not in row.operand and not (row.operand == ["0"] and _seconds(text) == 0)
    if row.operator == "has":
        return row.operand[0] in items
    if row.operator == "lacks":
        return row.operand[0] not in items
    if row.operator == "given":
        return text != ""
    if row.operator == "strong":
        return not _weak(value)
    seconds = _seconds(text)
    bound = float(row.operand[0])
    return seconds is None or (seconds >= bound if row.operator == "min" else 0 < seconds <= bound)


def _seconds(text: str) -> float | None:
    """Return a number, or a duration of Go (`5m0s`) in seconds."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit or None] for number, unit in parts)


def _release(image: Any) -> tuple[int, ...]:
    """Return the release that the tag of an image names, `(1, 18)`; nothing when it names none."""
    found = re.search(r":v?(\d+)\.(\d+)", image) if isinstance(image, str) and plain(image) else None
    return (int(found[1]), int(found[2])) if found else ()

"""Checks of the policies that admit pods: PodSecurityPolicy, and SecurityContextConstraints of OpenShift.

Source: Pod Security Standards, which name the field of a PodSecurityPolicy for each control.
"""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

_SWITCHES = {
    "PodSecurityPolicy": (
        "privileged",
        "hostPID",
        "hostIPC",
        "hostNetwork",
        "allowPrivilegeEscalation",
        "defaultAllowPrivilegeEscalation",
    ),
    "SecurityContextConstraints": (
        "allowPrivilegedContainer",
        "allowHostPID",
        "allowHostIPC",
        "allowHostNetwork",
        "allowHostPorts",
        "allowHostDirVolumePlugin",
        "allowPrivilegeEscalation",
    ),
}
_LISTS = {
    "allowedCapabilities": ("*", "ALL"),
    "volumes": ("*", "hostPath"),
    "allowedProcMountTypes": ("Unmasked",),
    "seccompProfiles": ("*", "unconfined"),
}
_DEFAULT_SECCOMP = "seccomp.security.alpha.kubernetes.io/defaultProfileName"
_ALLOWED_SECCOMP = "seccomp.security.alpha.kubernetes.io/allowedProfileNames"
_ALLOWED_APPARMOR = "apparmor.security.beta.kubernetes.io/allowedProfileNames"


def permissive_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each permission through which a process leaves its container."""
    prefix: Path = ("spec",) if subject.type == "PodSecurityPolicy" else ()
    for field in _SWITCHES[subject.type]:
        value = subject.get((*prefix, field))
        # A PodSecurityPolicy that says nothing allows escalation.
        if value is True or (value is MISSING and prefix and field == "allowPrivilegeEscalation"):
            yield Problem((*prefix, field), field=field)
    paths = items_of(subject.raw((*prefix, "allowedHostPaths")))
    for field, wrong in _LISTS.items():
        for index, item in enumerate(items_of(subject.raw((*prefix, field)))):
            if item in wrong and not (item == "hostPath" and paths):
                yield Problem((*prefix, field, index), field=field)
    for index, item in enumerate(items_of(subject.raw((*prefix, "allowedUnsafeSysctls")))):
        if item is not UNKNOWN and plain(item):
            yield Problem((*prefix, "allowedUnsafeSysctls", index), field="allowedUnsafeSysctls")
    for index, item in enumerate(paths):
        if isinstance(item, Map) and item.get("readOnly") is not True and plain(item.get("readOnly")) and not item.open:
            yield Problem((*prefix, "allowedHostPaths", index, "pathPrefix"), field="allowedHostPaths")
    annotations = subject.raw("metadata.annotations")
    for key in (_DEFAULT_SECCOMP, _ALLOWED_SECCOMP, _ALLOWED_APPARMOR):
        value = annotations.get(key) if isinstance(annotations, Map) else None
        if isinstance(value, str) and {"*", "unconfined"} & set(value.split(",")):
            yield Problem(("metadata", "annotations", key), field=key.partition("/")[2])


def admits_root(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a policy under which a container may run as root, or in its group."""
    path: Path = ("spec", "runAsUser", "rule") if subject.type == "PodSecurityPolicy" else ("runAsUser", "type")
    rule = subject.get(path)
    if rule == "RunAsAny":
        yield Problem(path, what="as root")
        return
    for field in ("runAsGroup", "supplementalGroups", "fsGroup"):
        at = (*path[:-2], field, path[-1])
        if subject.get(at) == "RunAsAny":
            yield Problem(at, what="in the group of root")
            break
    for index, item in enumerate(items_of(subject.raw((*path[:-1], "ranges")))):
        if isinstance(item, Map) and item.get("min") == 0 and item.get("min") is not False and rule == "MustRunAs":
            yield Problem((*path[:-1], "ranges", index, "min"), what="as root")


def admits_capabilities(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a policy under which a container keeps capabilities that it starts with, or may add more."""
    prefix: Path = ("spec",) if subject.type == "PodSecurityPolicy" else ()
    if _lacks(subject, prefix, {"ALL"}):
        yield Problem((*prefix, "requiredDropCapabilities"), fault="does not drop `ALL` capabilities")
    for field in ("allowedCapabilities", "defaultAddCapabilities"):
        for index, item in enumerate(items_of(subject.raw((*prefix, field)))):
            if item is not UNKNOWN and plain(item) and item not in {"*", "ALL", "NET_BIND_SERVICE"}:
                yield Problem((*prefix, field, index), fault=f"admits the capability `{item}`")


def keeps_net_raw(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a policy under which a container may forge packets."""
    prefix: Path = ("spec",) if subject.type == "PodSecurityPolicy" else ()
    if _lacks(subject, prefix, {"ALL", "NET_RAW"}):
        yield Problem((*prefix, "requiredDropCapabilities"))


def _lacks(subject: Subject, prefix: Path, wanted: set[str]) -> bool:
    """Say whether a policy certainly makes containers drop none of some capabilities."""
    dropped = subject.raw((*prefix, "requiredDropCapabilities"), None)
    owner = subject.raw(prefix)
    if dropped is None:
        return isinstance(owner, Map) and not owner.open
    return (
        isinstance(dropped, Seq)
        and not dropped.open
        and all(map(plain, dropped))
        and not any(str(one).upper() in wanted for one in dropped)
    )

"""Checks of what keeps a process in its container: profiles, groups, tokens."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_SECCOMP = ("seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/")
_APPARMOR = ("container.apparmor.security.beta.kubernetes.io/",)
_OF_ACCOUNTS = "\nautomountServiceAccountToken:"
"""What stands in the file of an account that says whether its token is mounted; that of a pod stands deeper."""
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_GROUPS = ("runAsGroup", "fsGroup")
# Source: Pod Security Standards, "Volume Types" of the restricted profile, without `hostPath`.
_RESTRICTED_VOLUMES = frozenset(
    {"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker",
     "gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte",
     "rbd", "scaleIO", "storageos", "vsphereVolume"}
)  # fmt: skip


def seccomp_unconfined(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each place where seccomp is switched off: a field, or an annotation of the time before the fields."""
    yield from _unconfined(subject, "seccompProfile", _SECCOMP)


def apparmor_unconfined(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each place where AppArmor is switched off: a field, or an annotation of the time before the fields."""
    yield from _unconfined(subject, "appArmorProfile", _APPARMOR)


def runs_as_root(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the uid 0 of a container, and that of a pod when some container of it has no other."""
    yield from _identity(subject, "runAsUser", 0, 0)


def low_uid(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each uid that a user of the node may have, once where containers take it from their pod."""
    yield from _identity(subject, "runAsUser", 1, 9999)


def low_gid(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each gid that a group of the node may have, once where containers take it from their pod."""
    yield from _identity(subject, "runAsGroup", 1, 9999)


def root_group(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each group of a pod or container that is the group of root."""
    for field in _GROUPS:
        if _is_zero(subject.get(("securityContext", field))):
            yield Problem(("securityContext", field), field=field)
    for index, group in enumerate(items_of(subject.raw("securityContext.supplementalGroups"))):
        if _is_zero(group):
            yield Problem(("securityContext", "supplementalGroups", index), field="supplementalGroups")


def token_mounted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a pod that gets the token of its account: by its own word, or because nothing says otherwise.

    The account may say otherwise, be it in this file or in one beside it. That the account is the default one is told
    by another rule.
    """
    told = subject.get("automountServiceAccountToken")
    if told is True:
        yield Problem("automountServiceAccountToken")
        return
    name = subject.get("serviceAccountName")
    if name in (MISSING, ""):
        name = subject.get("serviceAccount")
    if told is not MISSING or not isinstance(name, str) or name in ("", "default"):
        return
    account = subject.context.find("ServiceAccount", name, subject.parents["object"].get("metadata.namespace"))
    if account is None:
        if subject.context.mentions(name, _OF_ACCOUNTS):
            return
    elif account.subject.get("automountServiceAccountToken") is not MISSING:
        return
    yield Problem("automountServiceAccountToken")


def volume_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each volume of a type that the restricted standard leaves out; a folder of the node is another matter."""
    for index, volume in enumerate(items_of(subject.raw("volumes"))):
        for name in volume if isinstance(volume, Map) else ():
            if name in _RESTRICTED_VOLUMES:
                yield Problem(("volumes", index, name), part="key", name=name)


def _unconfined(subject: Subject, field: str, prefixes: tuple[str, ...]) -> Iterator[Problem]:
    path = ("securityContext", field, "type")
    if subject.get(path) == "Unconfined":
        yield Problem(path)
    if subject.kind != "kubernetes.pod":
        return
    template = subject.parents["template"]
    annotations = template.raw("metadata.annotations")
    for key in annotations if isinstance(annotations, Map) else ():
        if key.startswith(prefixes) and annotations[key] == "unconfined":
            yield Problem(template.place(("metadata", "annotations", key)))


def _identity(subject: Subject, field: str, low: int, high: int) -> Iterator[Problem]:
    path = ("securityContext", field)
    value = subject.get(path)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        return
    if subject.kind == "kubernetes.pod":
        containers = [one for key in _CONTAINERS for one in items_of(subject.raw(key)) if isinstance(one, Map)]
        if not any(_inherits(one, field) for one in containers):
            return
    yield Problem(path, value=value)


def _inherits(container: Map, field: str) -> bool:
    context = container.get("securityContext")
    if context is None:
        return not container.open
    return isinstance(context, Map) and context.get(field) is None and not context.open


def _is_zero(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value == 0

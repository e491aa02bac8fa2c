"""APIs of Kubernetes that have been removed or are on their way out.

Source: Kubernetes, "Deprecated API Migration Guide" and the changelogs up to 1.34, as of 2026-11-23.
"""

from __future__ import annotations

import re

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

# What is deprecated, the release that deprecates it, the one without it ("" while none is), and what takes its place.
_ROWS = """
extensions/v1beta1 Deployment DaemonSet ReplicaSet | 1.9 | 1.16 | apps/v1
apps/v1beta1 Deployment StatefulSet ControllerRevision | 1.9 | 1.16 | apps/v1
apps/v1beta2 Deployment DaemonSet ReplicaSet StatefulSet ControllerRevision | 1.9 | 1.16 | apps/v1
extensions/v1beta1 NetworkPolicy | 1.9 | 1.16 | networking.k8s.io/v1
extensions/v1beta1 PodSecurityPolicy | 1.10 | 1.16 |
extensions/v1beta1 Ingress | 1.14 | 1.22 | networking.k8s.io/v1
networking.k8s.io/v1beta1 Ingress IngressClass | 1.19 | 1.22 | networking.k8s.io/v1
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration | 1.16 | 1.22 | admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration | 1.16 | 1.22 | admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy | 1.31 | 1.34 | admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding | 1.31 | 1.34 | admissionregistration.k8s.io/v1
apiextensions.k8s.io/v1beta1 CustomResourceDefinition | 1.16 | 1.22 | apiextensions.k8s.io/v1
apiregistration.k8s.io/v1beta1 APIService | 1.19 | 1.22 | apiregistration.k8s.io/v1
certificates.k8s.io/v1beta1 CertificateSigningRequest | 1.19 | 1.22 | certificates.k8s.io/v1
coordination.k8s.io/v1beta1 Lease | 1.19 | 1.22 | coordination.k8s.io/v1
rbac.authorization.k8s.io/v1alpha1 Role ClusterRole RoleBinding ClusterRoleBinding | 1.17 | 1.22 | rbac.authorization.k8s.io/v1
rbac.authorization.k8s.io/v1beta1 Role ClusterRole RoleBinding ClusterRoleBinding | 1.17 | 1.22 | rbac.authorization.k8s.io/v1
scheduling.k8s.io/v1beta1 PriorityClass | 1.14 | 1.22 | scheduling.k8s.io/v1
storage.k8s.io/v1beta1 CSIDriver CSINode StorageClass VolumeAttachment | 1.19 | 1.22 | storage.k8s.io/v1
storage.k8s.io/v1beta1 CSIStorageCapacity | 1.24 | 1.27 | storage.k8s.io/v1
batch/v2alpha1 CronJob | 1.8 | 1.21 | batch/v1
batch/v1beta1 CronJob | 1.21 | 1.25 | batch/v1
discovery.k8s.io/v1beta1 EndpointSlice | 1.21 | 1.25 | discovery.k8s.io/v1
events.k8s.io/v1beta1 Event | 1.19 | 1.25 | events.k8s.io/v1
policy/v1beta1 PodDisruptionBudget | 1.21 | 1.25 | policy/v1
policy/v1beta1 PodSecurityPolicy | 1.21 | 1.25 |
node.k8s.io/v1beta1 RuntimeClass | 1.20 | 1.25 | node.k8s.io/v1
autoscaling/v2beta1 HorizontalPodAutoscaler | 1.22 | 1.25 | autoscaling/v2
autoscaling/v2beta2 HorizontalPodAutoscaler | 1.23 | 1.26 | autoscaling/v2
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema PriorityLevelConfiguration | 1.23 | 1.26 | flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema PriorityLevelConfiguration | 1.26 | 1.29 | flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema PriorityLevelConfiguration | 1.29 | 1.32 | flowcontrol.apiserver.k8s.io/v1
settings.k8s.io/v1alpha1 PodPreset | 1.19 | 1.20 |
v1 ComponentStatus | 1.19 | |
v1 Endpoints | 1.33 | | discovery.k8s.io/v1 EndpointSlice
"""


def _rows() -> dict[tuple[str, str], tuple[str, str, str]]:
    table = {}
    for line in _ROWS.strip().splitlines():
        names, deprecated, removed, instead = (cell.strip() for cell in line.split("|"))
        version, *kinds = names.split()
        for kind in kinds:
            table[version, kind] = (deprecated, removed, instead)
    return table


RETIRED = _rows()
"""(apiVersion, kind) → (deprecated in, removed in, what takes its place). `needs` of the rules have words of each."""

_DEPRECATED_ANNOTATIONS = {
    "kubernetes.io/ingress.class": "`spec.ingressClassName`",
    "volume.beta.kubernetes.io/storage-class": "`spec.storageClassName`",
    "volume.beta.kubernetes.io/mount-options": "`spec.mountOptions`",
    "seccomp.security.alpha.kubernetes.io/pod": "`securityContext.seccompProfile`",
    "scheduler.alpha.kubernetes.io/critical-pod": "`priorityClassName`",
    "service.alpha.kubernetes.io/tolerate-unready-endpoints": "`spec.publishNotReadyAddresses`",
}
_DEPRECATED_LABELS = {
    "beta.kubernetes.io/os": "`kubernetes.io/os`",
    "beta.kubernetes.io/arch": "`kubernetes.io/arch`",
    "beta.kubernetes.io/instance-type": "`node.kubernetes.io/instance-type`",
    "failure-domain.beta.kubernetes.io/zone": "`topology.kubernetes.io/zone`",
    "failure-domain.beta.kubernetes.io/region": "`topology.kubernetes.io/region`",
}
_SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"


def removed_api(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an apiVersion that the release of Kubernetes in the options no longer serves."""
    yield from _retired(subject, options, removed=True)


def deprecated_api(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an apiVersion that the release of Kubernetes in the options still serves, but warns of."""
    yield from _retired(subject, options, removed=False)


def deprecated_field(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield what a pod or an object says in a field, annotation or label that has a successor."""
    if subject.kind == "kubernetes.pod":
        account = subject.raw("serviceAccount")
        if isinstance(account, str) and account and "serviceAccountName" not in subject.value:
            yield Problem("serviceAccount", part="key", field="serviceAccount", instead="`serviceAccountName`")
        yield from _named(subject, ("nodeSelector",), _DEPRECATED_LABELS)
        for index, volume in enumerate(items_of(subject.raw("volumes"))):
            if isinstance(volume, Map) and "gitRepo" in volume:
                instead = "an init container that clones into an `emptyDir`"
                yield Problem(("volumes", index, "gitRepo"), part="key", field="gitRepo", instead=instead)
        template = subject.parents["template"]
        if template is not subject.parents["object"]:
            for one in _named(template, ("metadata", "annotations"), _DEPRECATED_ANNOTATIONS):
                yield Problem(template.place(("metadata", "annotations", one.values["field"]), "key"), **one.values)
        return
    yield from _named(subject, ("metadata", "annotations"), _DEPRECATED_ANNOTATIONS)


def _named(subject: Subject, path: tuple[str, ...], table: dict[str, str]) -> Iterator[Problem]:
    node = subject.raw(path)
    if isinstance(node, Map):
        for key in node:
            instead = table.get(key)
            if key.startswith(_SECCOMP_OF_CONTAINER):
                instead = "`securityContext.seccompProfile`"
            if instead:
                yield Problem((*path, key), part="key", field=key, instead=instead)


def _retired(subject: Subject, options: Options, *, removed: bool) -> Iterator[Problem]:
    version, kind = subject.value.get("apiVersion"), subject.value.get("kind")
    row = RETIRED.get((version, kind)) if isinstance(version, str) else None
    if row is None:
        return
    deprecated_in, removed_in, instead = row
    release = _release(options["kubernetes"])
    gone = bool(removed_in) and release >= _release(removed_in)
    if gone is not removed or release < _release(deprecated_in):
        return
    hint = f", use `{instead}`" if instead else ""
    yield Problem("apiVersion", version=version, kind=kind, since=removed_in if gone else deprecated_in, hint=hint)


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", str(text))[:2])

"""Checks of fields that take one of a few words, or a number within bounds.

Source: the reference of the Kubernetes API, v1.34.
"""

from __future__ import annotations

from devopslint.artifacts.kubernetes.values import known
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Branch = dict[str | int, Any]

# What the field is of (kinds, `pod` or `container`), its path (`[]`: each item), and the words or the bounds.
_ROWS = """
container | imagePullPolicy | Always IfNotPresent Never
container | terminationMessagePolicy | File FallbackToLogsOnError
container | ports[].protocol | TCP UDP SCTP
container | ports[].containerPort | 1..65535
container | ports[].hostPort | 0..65535
container | livenessProbe.httpGet.scheme | HTTP HTTPS
container | readinessProbe.httpGet.scheme | HTTP HTTPS
container | startupProbe.httpGet.scheme | HTTP HTTPS
container | livenessProbe.httpGet.port | 1..65535
container | readinessProbe.httpGet.port | 1..65535
container | startupProbe.httpGet.port | 1..65535
container | livenessProbe.tcpSocket.port | 1..65535
container | readinessProbe.tcpSocket.port | 1..65535
container | startupProbe.tcpSocket.port | 1..65535
container | livenessProbe.periodSeconds | 1..
container | readinessProbe.periodSeconds | 1..
container | startupProbe.periodSeconds | 1..
container | livenessProbe.timeoutSeconds | 1..
container | readinessProbe.timeoutSeconds | 1..
container | startupProbe.timeoutSeconds | 1..
container | livenessProbe.failureThreshold | 1..
container | readinessProbe.failureThreshold | 1..
container | startupProbe.failureThreshold | 1..
container | livenessProbe.initialDelaySeconds | 0..
container | readinessProbe.initialDelaySeconds | 0..
container | startupProbe.initialDelaySeconds | 0..
container | securityContext.procMount | Default Unmasked
container | securityContext.seccompProfile.type | RuntimeDefault Unconfined Localhost
container | securityContext.appArmorProfile.type | RuntimeDefault Unconfined Localhost
container | volumeMounts[].mountPropagation | None HostToContainer Bidirectional
pod | restartPolicy | Always OnFailure Never
pod | dnsPolicy | ClusterFirst ClusterFirstWithHostNet Default None
pod | preemptionPolicy | PreemptLowerPriority Never
pod | securityContext.seccompProfile.type | RuntimeDefault Unconfined Localhost
pod | securityContext.appArmorProfile.type | RuntimeDefault Unconfined Localhost
pod | securityContext.fsGroupChangePolicy | Always OnRootMismatch
pod | terminationGracePeriodSeconds | 0..
pod | tolerations[].effect | NoSchedule PreferNoSchedule NoExecute ''
pod | tolerations[].operator | Exists Equal Lt Gt ''
pod | topologySpreadConstraints[].whenUnsatisfiable | DoNotSchedule ScheduleAnyway
pod | topologySpreadConstraints[].maxSkew | 1..
pod | volumes[].hostPath.type | '' DirectoryOrCreate Directory FileOrCreate File Socket CharDevice BlockDevice
Service | spec.type | ClusterIP NodePort LoadBalancer ExternalName
Service | spec.ports[].protocol | TCP UDP SCTP
Service | spec.ports[].port | 1..65535
Service | spec.ports[].targetPort | 1..65535
Service | spec.ports[].nodePort | 0..65535
Service | spec.sessionAffinity | None ClientIP
Service | spec.externalTrafficPolicy | Cluster Local
Service | spec.internalTrafficPolicy | Cluster Local
Service | spec.ipFamilyPolicy | SingleStack PreferDualStack RequireDualStack
Service | spec.ipFamilies[] | IPv4 IPv6
Ingress | spec.rules[].http.paths[].pathType | Exact Prefix ImplementationSpecific
Ingress | spec.rules[].http.paths[].backend.service.port.number | 1..65535
Deployment ReplicaSet StatefulSet ReplicationController | spec.replicas | 0..
Deployment | spec.strategy.type | Recreate RollingUpdate
StatefulSet DaemonSet | spec.updateStrategy.type | RollingUpdate OnDelete
StatefulSet | spec.podManagementPolicy | OrderedReady Parallel
StatefulSet | spec.volumeClaimTemplates[].spec.accessModes[] | ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod
CronJob | spec.concurrencyPolicy | Allow Forbid Replace
CronJob | spec.startingDeadlineSeconds | 0..
Job | spec.completionMode | NonIndexed Indexed
Job | spec.backoffLimit | 0..
Job | spec.parallelism | 0..
Job | spec.ttlSecondsAfterFinished | 0..
PersistentVolumeClaim PersistentVolume | spec.accessModes[] | ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod
PersistentVolumeClaim PersistentVolume | spec.volumeMode | Filesystem Block
PersistentVolume | spec.persistentVolumeReclaimPolicy | Retain Recycle Delete
StorageClass | reclaimPolicy | Retain Delete
StorageClass | volumeBindingMode | Immediate WaitForFirstConsumer
NetworkPolicy | spec.policyTypes[] | Ingress Egress
NetworkPolicy | spec.ingress[].ports[].protocol | TCP UDP SCTP
NetworkPolicy | spec.egress[].ports[].protocol | TCP UDP SCTP
HorizontalPodAutoscaler | spec.minReplicas | 0..
HorizontalPodAutoscaler | spec.maxReplicas | 1..
HorizontalPodAutoscaler | spec.metrics[].type | Resource ContainerResource Pods Object External
HorizontalPodAutoscaler | spec.metrics[].resource.target.type | Utilization Value AverageValue
PodDisruptionBudget | spec.unhealthyPodEvictionPolicy | IfHealthyBudget AlwaysAllow
RoleBinding | roleRef.kind | Role ClusterRole
ClusterRoleBinding | roleRef.kind | ClusterRole
RoleBinding ClusterRoleBinding | subjects[].kind | User Group ServiceAccount
PriorityClass | preemptionPolicy | PreemptLowerPriority Never
Deployment ReplicaSet StatefulSet DaemonSet | spec.selector.matchExpressions[].operator | In NotIn Exists DoesNotExist
"""

Row = tuple[tuple[str, ...], list[str] | None, float, float]
_ITEM, _HERE = 0, 1
"""What stands in a `Branch` for each item of a list, and for the value itself; no field is a number."""


def _rows() -> dict[str, Branch]:
    """Return the rows by what they are of, as trees: of the fields that an object has only those are looked for."""
    table: dict[str, Branch] = {}
    for line in _ROWS.strip().splitlines():
        scopes, path, allowed = (cell.strip() for cell in line.split("|"))
        steps = tuple(
            step for part in path.split(".") for step in ([part[:-2], "[]"] if part.endswith("[]") else [part])
        )
        low, dots, high = allowed.partition("..")
        row: Row = (steps, None, float(low), float(high or "inf")) if dots else (
            steps, ["" if word == "''" else word for word in allowed.split()], 0.0, 0.0)  # fmt: skip
        for scope in scopes.split():
            branch = table.setdefault(scope, {})
            for step in steps:
                branch = branch.setdefault(_ITEM if step == "[]" else step, {})
            branch.setdefault(_HERE, []).append(row)
    return table


ROWS = _rows()


def wrong_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each value that is none of those which its field takes."""
    scope = subject.type if subject.kind == "kubernetes.object" else subject.kind.partition(".")[2]
    found: list[tuple[Row, Path, Any]] = []
    if scope in ROWS:
        _collect(subject.value, ROWS[scope], (), found)
    for (steps, words, low, high), path, value in found:
        if words is not None:
            same = [word for word in words if word and word.lower() == value.lower()]
            shown = [word for word in words if word]
            allowed = f"write `{same[0]}`" if same else f"it is {', '.join(shown[:-1])} or {shown[-1]}"
        else:
            allowed = f"it is {low:g} to {high:g}" if high != float("inf") else f"it is at least {low:g}"
        yield Problem(path, value=value, field=[step for step in steps if step != "[]"][-1], allowed=allowed)


def _collect(node: Any, branch: Branch, path: Path, found: list[tuple[Row, Path, Any]]) -> None:
    """Add each row that a value below a node does not fit, with the path of the value."""
    if isinstance(node, Map):
        keys = node.keys()
        if not branch.keys().isdisjoint(keys):
            for step, below in branch.items():
                if step in keys:
                    _collect(node.get(step), below, (*path, step), found)
    elif isinstance(node, Seq):
        if _ITEM in branch:
            for index, item in enumerate(node):
                _collect(item, branch[_ITEM], (*path, index), found)
    elif _HERE in branch:
        found += [(row, path, node) for row in branch[_HERE] if not _fits(row, node) and known(node)]


def _fits(row: Row, value: Any) -> bool:
    """Say whether a row has nothing against a value: what is of another type is another check's."""
    _, words, low, high = row
    if words is not None:
        return not isinstance(value, str) or value in words
    return not isinstance(value, (int, float)) or isinstance(value, bool) or low <= value <= high

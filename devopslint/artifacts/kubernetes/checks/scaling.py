"""Checks of how many pods a workload may have: its own number, its autoscaler, its disruption budget."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.checks.references import defined, object_of
from devopslint.artifacts.kubernetes.indexes import Firsts
from devopslint.artifacts.kubernetes.model import KEDA, same_namespace, selects
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject, Manifests
    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_AUTOSCALERS = ("HorizontalPodAutoscaler", KEDA)
_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


def autoscaler_target_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an autoscaler whose target is not among the workloads of that kind that stand beside it."""
    kind, name = subject.get("spec.scaleTargetRef.kind"), subject.get("spec.scaleTargetRef.name")
    one = object_of(subject)
    if not isinstance(kind, str) or not isinstance(name, str):
        return
    context = subject.context
    same_kind = context.of_kind_in(kind, one.namespace)
    key = "names of", kind, one.namespace if isinstance(one.namespace, str) else None
    names = context.once(key, lambda: {other.name if isinstance(other.name, str) else None for other in same_kind})
    if name in names or None in names or context.elsewhere(name):
        return
    stranger = context.stranger(kind, name, one.namespace)
    if stranger is not None:
        where = f"in its namespace, but in `{stranger.namespace}`"
        yield Problem("spec.scaleTargetRef.name", kind=kind, name=name, where=where, related=defined(stranger))
    elif len(same_kind) == 1 or (same_kind and one.name in names):
        where, related = "beside this autoscaler", defined(same_kind[0])
        yield Problem("spec.scaleTargetRef.name", kind=kind, name=name, where=where, related=related)


def replicas_beside_autoscaler(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the fixed number of replicas of a workload that an autoscaler of this file scales."""
    target = scaled_by(subject, subject.context)
    if (
        target is not None
        and target.subject is not None
        and target.subject.raw("spec.replicas", None) not in (None, UNKNOWN)
    ):
        yield Problem(
            target.subject.place("spec.replicas", "pair"), related=defined(object_of(subject)), name=target.name
        )


def blocked_eviction(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a PodDisruptionBudget that lets no pod be evicted."""
    most = subject.get("spec.maxUnavailable")
    least = subject.get("spec.minAvailable")
    if not isinstance(most, bool) and most in (0, "0", "0%"):
        yield Problem("spec.maxUnavailable", value=most, reason="no pod may be missing")
        return
    if least == "100%":
        yield Problem("spec.minAvailable", value=least, reason="all pods must be there")
        return
    selector = subject.raw("spec.selector")
    if not isinstance(least, int) or isinstance(least, bool) or not isinstance(selector, Map) or not selector:
        return
    context = subject.context
    chosen = []
    for workload in context.workloads(object_of(subject).namespace, selector):
        selected = selects(selector, workload.labels())
        if selected is None:
            return
        if selected:
            chosen.append(workload)
        if len(chosen) > 1:
            return
    if len(chosen) != 1 or chosen[0].kind not in _SCALED:
        return
    replicas = fewest_replicas(chosen[0], context)
    if replicas is not None and least >= replicas:
        reason = f"`{chosen[0].address}` may have no more than {replicas}"
        yield Problem("spec.minAvailable", value=least, reason=reason, related=defined(chosen[0]))


def fewest_replicas(workload: KubernetesObject, context: Manifests) -> int | None:
    """Return how few replicas a workload may have: what its autoscaler or itself says; `None` when that is not known."""
    scaler = context.once("scalers", lambda: _scalers(context)).get(id(workload))
    if scaler is not None:
        least = scaler.get("spec.minReplicas", 1)
        return least if isinstance(least, int) else None
    if workload.subject is None or is_scaled(workload, context):
        return None
    replicas = workload.subject.get("spec.replicas", 1)
    if workload.subject.raw("spec.replicas", None) is None and may_be_scaled(workload, context):
        return None
    return replicas if isinstance(replicas, int) else None


def _scalers(context: Manifests) -> dict[int, Subject]:
    """Return the first autoscaler of each workload, by its identity."""
    found: dict[int, Subject] = {}
    for one in context.of_kind("HorizontalPodAutoscaler"):
        if one.subject is not None:
            found.setdefault(id(scaled_by(one.subject, context)), one.subject)
    return found


def is_scaled(workload: KubernetesObject, context: Manifests) -> bool:
    """Say whether an autoscaler of this file that may be in its namespace names a workload, whatever its kind."""
    if isinstance(workload.name, str):
        firsts = context.once("scaled names", lambda: Firsts(_scaled_names(context)))
        return firsts.first((workload.name,), workload.namespace) is not None
    return any(name is workload.name for name, _ in _scaled_names(context))


def may_be_scaled(workload: KubernetesObject, context: Manifests) -> bool:
    """Say whether an autoscaler of another file, or one whose target is not known, may scale a workload."""
    if not context.autoscalers():
        return any(context.mentions(kind) for kind in _AUTOSCALERS)
    if any(context.elsewhere(kind) for kind in _AUTOSCALERS):
        return True
    strangers = context.once(
        "strange scalers", lambda: [one for name, one in _scaled_names(context) if not isinstance(name, str)]
    )
    return any(same_namespace(one.namespace, workload.namespace) for one in strangers)


def _scaled_names(context: Manifests) -> Iterator[tuple[Any, KubernetesObject]]:
    for one in context.autoscalers():
        if one.subject is not None:
            yield one.subject.get("spec.scaleTargetRef.name"), one


def scaled_by(autoscaler: Subject, context: Manifests) -> KubernetesObject | None:
    """Return the object of this file that an autoscaler scales."""
    kind, name = autoscaler.get("spec.scaleTargetRef.kind"), autoscaler.get("spec.scaleTargetRef.name")
    if not isinstance(kind, str) or not isinstance(name, str):
        return None
    return context.find(kind, name, object_of(autoscaler).namespace)

"""Checks of how many pods there are, and how they come and go."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.checks.references import is_chosen, object_of
from devopslint.artifacts.kubernetes.checks.scaling import fewest_replicas, is_scaled
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject


def single_replica(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Deployment that has one pod, unless an autoscaler sees to more."""
    if subject.get("spec.replicas", 1) != 1:
        return
    one = object_of(subject)
    if not is_scaled(one, subject.context) and fewest_replicas(one, subject.context) == 1:
        yield Problem("spec.replicas")


def no_disruption_budget(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a workload with several pods for which no PodDisruptionBudget is in sight."""
    replicas = subject.get("spec.replicas", 1)
    if isinstance(replicas, int) and replicas > 1 and not is_chosen(subject, "PodDisruptionBudget", "spec.selector"):
        yield Problem()


def no_room_to_scale(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an autoscaler whose upper bound is not above its lower one."""
    least, most = subject.get("spec.minReplicas", 1), subject.get("spec.maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most <= least:
        yield Problem("spec.maxReplicas", least=least, most=most)


def wrong_restart_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a restart policy that the API server refuses for the kind that makes the pods."""
    policy = subject.get("restartPolicy")
    if subject.type in {"Job", "CronJob"}:
        if policy is MISSING or policy == "Always":
            shown = "`Always`" if policy is not MISSING else "`Always`, the default"
            yield Problem("restartPolicy", policy=shown)
    elif isinstance(policy, str) and policy != "Always":
        yield Problem("restartPolicy", policy=f"`{policy}`")

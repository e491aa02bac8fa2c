"""Checks of containers and pods that are more than a condition: probes, quantities, ports, shutdown."""

from __future__ import annotations

import re

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import QUANTITY, plain
from devopslint.policy.functions import bytes_of
from devopslint.policy.subject import Problem, Related
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")
_GIT_SYNC_COMMANDS = frozenset(
    {"GITSYNC_GIT", "GIT_SYNC_GIT", "GITSYNC_EXECHOOK_COMMAND", "GIT_SYNC_EXECHOOK_COMMAND", "GIT_SYNC_HOOK_COMMAND"}
)
_SOCKETS = frozenset({"/dev/log", "/run/systemd/journal", "/dev/kmsg"})
_LEAST_MEMORY = 64 * 1024
_MOST_CORES = 256
_DEFAULT_GRACE = 30
_SLEEP = lazily(r"(?:^|[\s/;&])sleep\s+(\d+)(?:s\b|\b)")


def identical_probes(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a liveness probe that asks the same as the readiness probe and is no more patient."""
    liveness, readiness = subject.raw("livenessProbe"), subject.raw("readinessProbe")
    if not isinstance(liveness, Map) or not isinstance(readiness, Map) or liveness.open or readiness.open:
        return
    handlers = [{key: probe[key] for key in _HANDLERS if key in probe} for probe in (liveness, readiness)]
    if not handlers[0] or handlers[0] != handlers[1] or not _all_known(handlers[0]):
        return
    patience = [_patience(probe) for probe in (liveness, readiness)]
    if patience[0] is not None and patience[1] is not None and patience[0] <= patience[1]:
        related = (Related(subject.place("readinessProbe", "key"), "the readiness probe"),)
        yield Problem("livenessProbe", part="key", related=related)


def unknown_probe_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each probe that names a port which the container does not have."""
    ports = subject.raw("ports", None)
    if subject.value.open or (ports is not None and (not isinstance(ports, Seq) or ports.open)):
        return
    names = [port.get("name") for port in items_of(ports) if isinstance(port, Map)]
    if not all(map(plain, names)):
        return
    for probe in _PROBES:
        for handler in ("httpGet", "tcpSocket"):
            path = (probe, handler, "port")
            port = subject.raw(path, None)
            if isinstance(port, str) and plain(port) and not port.isdigit() and port not in names:
                yield Problem(path, port=port, probe=probe)


def undeclared_probe_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each probe of a number that is not among the ports that the container lists, where it lists some."""
    ports = subject.raw("ports", None)
    if not isinstance(ports, Seq) or not ports or ports.open:
        return
    numbers = [port.get("containerPort") if isinstance(port, Map) else None for port in ports]
    if not all(isinstance(number, int) for number in numbers):
        return
    for probe in _PROBES:
        for handler in ("httpGet", "tcpSocket", "grpc"):
            port = subject.get((probe, handler, "port"))
            if isinstance(port, int) and port not in numbers:
                yield Problem((probe, handler, "port"), port=port, probe=probe)


def unlisted_probe_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each probe of a number when the container lists no ports at all."""
    ports = subject.raw("ports", None)
    if subject.value.open or (ports is not None and (not isinstance(ports, Seq) or ports or ports.open)):
        return
    for probe in _PROBES:
        for handler in ("httpGet", "tcpSocket", "grpc"):
            port = subject.get((probe, handler, "port"))
            if isinstance(port, int):
                yield Problem((probe, handler, "port"), port=port, probe=probe)


def invalid_probe(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each probe that the cluster refuses: without one handler, or with a success threshold that can't be."""
    for name in _PROBES:
        probe = subject.raw(name, None)
        if not isinstance(probe, Map):
            continue
        handlers = [key for key in _HANDLERS if key in probe]
        if len(handlers) != 1 and not probe.open and all(probe[key] is not UNKNOWN for key in handlers):
            reason = "several handlers" if handlers else "no handler"
            yield Problem(name, part="key", probe=name, reason=f"has {reason}, one of {', '.join(_HANDLERS)} is needed")
        threshold = probe.get("successThreshold")
        if name != "readinessProbe" and isinstance(threshold, int) and threshold != 1:
            path = (name, "successThreshold")
            yield Problem(path, probe=name, reason="must have a successThreshold of 1")


def probe_timings(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each probe whose answer may take longer than the time until the next one."""
    for name in _PROBES:
        timeout, period = subject.get((name, "timeoutSeconds"), 1), subject.get((name, "periodSeconds"), 10)
        if isinstance(timeout, int) and isinstance(period, int) and timeout > period:
            yield Problem((name, "timeoutSeconds"), probe=name, timeout=timeout, period=period)


def requests_above_limits(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each request that is higher than its limit."""
    requests = subject.raw("resources.requests")
    for name in requests if isinstance(requests, Map) else ():
        request = subject.get(("resources", "requests", name))
        limit = subject.get(("resources", "limits", name))
        try:
            above = _known(request) and _known(limit) and bytes_of(request) > bytes_of(limit)
        except ValueError:
            continue
        if above:
            related = (Related(subject.place(("resources", "limits", name)), "the limit"),)
            path = ("resources", "requests", name)
            yield Problem(path, resource=name, request=request, limit=limit, related=related)


def requests_below_limits(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each request below its limit, so that the pod is not of the class `Guaranteed`."""
    for name in ("cpu", "memory", "ephemeral-storage"):
        path = ("resources", "requests", name)
        request, limit = subject.get(path), subject.get(("resources", "limits", name))
        try:
            below = _known(request) and _known(limit) and bytes_of(request) < bytes_of(limit)
        except ValueError:
            continue
        if below:
            yield Problem(path, resource=name, request=request, limit=limit)


def writable_host_path(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each mount of a folder of the node that is not read-only."""
    folders: dict[str, Any] = {}
    for volume in items_of(subject.parents["pod"].raw("volumes")):
        source = volume.get("hostPath") if isinstance(volume, Map) else None
        path = source.get("path") if isinstance(source, Map) and source.get("type") != "Socket" else None
        if isinstance(path, str) and path not in _SOCKETS and isinstance(volume.get("name"), str):
            folders[volume["name"]] = path
    for index, mount in enumerate(items_of(subject.raw("volumeMounts"))):
        name = mount.get("name") if isinstance(mount, Map) and not mount.open else None
        if not isinstance(name, str) or name not in folders:
            continue
        if mount.get("readOnly") in (None, False) and not folders[name].endswith(".sock"):
            yield Problem(("volumeMounts", index, "readOnly"), path=folders[name])


def git_sync(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each setting through which git-sync runs a command of the author's own."""
    for index, item in enumerate(items_of(subject.raw("env"))):
        name = item.get("name") if isinstance(item, Map) else None
        if isinstance(name, str) and name in _GIT_SYNC_COMMANDS:
            yield Problem(("env", index, "name"), setting=name)
    image = subject.get("image")
    if not isinstance(image, str) or "git-sync" not in image:
        return
    for field in ("command", "args"):
        for index, word in enumerate(items_of(subject.raw(field))):
            if isinstance(word, str) and re.match(r"--?(git|exechook-command|sync-hook-command)(=|$)", word):
                yield Problem((field, index), setting=word.partition("=")[0])


def odd_quantity(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each quantity of cpu or memory that is none, or that can't be meant."""
    resources = subject.raw("resources")
    for part in ("requests", "limits"):
        if isinstance(resources, Map) and part not in resources:
            continue
        amounts = resources[part] if isinstance(resources, Map) else None
        for name in ("cpu", "memory", "ephemeral-storage"):
            if isinstance(amounts, Map) and name not in amounts:
                continue
            path = ("resources", part, name)
            value = subject.get(path)
            if not _known(value) or isinstance(value, (bool, Map, Seq)):
                continue
            reason = _oddity(name, str(value))
            if reason:
                yield Problem(path, value=value, resource=name, reason=reason)


def duplicate_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each environment variable that stands twice in a list."""
    yield from _duplicates(subject, "env", ("name",))


def duplicate_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each container and volume of a pod, and each mount of a container, that is called as another one."""
    lists: tuple[tuple[tuple[str, ...], str, str], ...] = ((("volumeMounts",), "mountPath", "mount"),)
    if subject.kind == "kubernetes.pod":
        lists = (
            (("initContainers", "containers", "ephemeralContainers"), "name", "container"),
            (("volumes",), "name", "volume"),
        )
    for keys, field, what in lists:
        seen: dict[str, Path] = {}
        found = [(key, items) for key in keys if isinstance(items := subject.raw(key), Seq)]
        if sum(len(items) for _, items in found) < 2:
            continue
        for key, items in found:
            # Of a template, only one branch may be there in the end.
            for index, item in enumerate(items if not items.open else ()):
                name = item.get(field) if isinstance(item, Map) else None
                if not isinstance(name, str) or not plain(name):
                    continue
                path = (key, index, field)
                first = seen.setdefault(name, path)
                if first is not path:
                    yield Problem(path, name=name, what=what, related=(Related(subject.place(first), "the first one"),))


def duplicate_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each port that stands twice in a list: of a container by number and protocol, of a Service by name too."""
    if subject.kind == "kubernetes.container":
        yield from _duplicates(subject, "ports", ("containerPort", "protocol", "hostIP", "hostPort"))
        return
    yield from _duplicates(subject, "spec.ports", ("port", "protocol"))


def outlived_grace(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a preStop hook that sleeps at least as long as the pod is given to end."""
    grace = subject.get("pod.terminationGracePeriodSeconds", _DEFAULT_GRACE)
    if not isinstance(grace, int):
        return
    seconds = subject.get("lifecycle.preStop.sleep.seconds")
    path: Path = ("lifecycle", "preStop", "sleep", "seconds")
    if not isinstance(seconds, int):
        command = subject.raw("lifecycle.preStop.exec.command", ())
        words = [word for word in command if isinstance(word, str)] if isinstance(command, Seq) else []
        found = _SLEEP.search(" ".join(words))
        seconds = int(found[1]) if found else None
        path = ("lifecycle", "preStop", "exec", "command")
    if isinstance(seconds, int) and seconds >= grace:
        yield Problem(path, part="key" if path[2] == "exec" else "value", seconds=seconds, grace=grace)


def _duplicates(subject: Subject, path: str, fields: tuple[str, ...]) -> Iterator[Problem]:
    items = subject.raw(path, ())
    if not isinstance(items, Seq) or items.open or len(items) < 2:
        return
    seen: dict[tuple[Any, ...], Path] = {}
    names: dict[str, Path] = {}
    steps = _steps(path)
    for index, item in enumerate(items):
        if (
            not isinstance(item, Map)
            or not all(plain(item.get(field)) for field in fields)
            or item.get(fields[0]) is None
        ):
            continue
        at = (*steps, index, fields[0])
        key = tuple(item.get(field) or ("TCP" if field == "protocol" else None) for field in fields)
        name = item.get("name") if fields[0] != "name" else None
        if key in seen:
            yield Problem(at, value=item[fields[0]], related=(Related(subject.place(seen[key]), "the first one"),))
        elif isinstance(name, str) and name in names:
            related = (Related(subject.place(names[name]), "the first one"),)
            yield Problem((*steps, index, "name"), value=name, related=related)
        seen.setdefault(key, at)
        if isinstance(name, str):
            names.setdefault(name, (*steps, index, "name"))


def _steps(path: str) -> Path:
    return tuple(path.split("."))


def _patience(probe: Map) -> int | None:
    """Return after how many seconds of failure a probe acts."""
    failures, period = probe.get("failureThreshold", 3), probe.get("periodSeconds", 10)
    return failures * period if isinstance(failures, int) and isinstance(period, int) else None


def _all_known(node: Any) -> bool:
    if isinstance(node, dict):
        return all(map(_all_known, node.values()))
    if isinstance(node, list):
        return all(map(_all_known, node))
    return plain(node)


def _known(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and plain(value)


def _oddity(name: str, value: str) -> str | None:
    if not QUANTITY.fullmatch(value):
        return "is no quantity: write `500m`, `512Mi` or `1Gi`"
    amount = bytes_of(value) if value[-1] not in "nu" else 0.0
    if name == "cpu":
        return f"asks for {amount:g} cores: `{value}m` would be thousandths" if amount >= _MOST_CORES else None
    if value.endswith("m"):
        return "is in thousandths of a byte: write `Mi`"
    if 0 < amount < _LEAST_MEMORY:
        return f"is {amount:g} bytes: write `Mi` or `Gi`"
    return None

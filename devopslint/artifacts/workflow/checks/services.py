"""Checks on how a job reaches its service containers.

Source: GitHub Docs, "Communicating with Docker service containers": by the name of the service from a job in a container, by
`localhost` and a mapped port from a job on the runner itself.
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import map_at
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map, Path

    Options = Mapping[str, Any]

_ADDRESSED = (
    r"(?:(?<=@)|(?<=://)|(?<=-h )|(?<=--host )|(?<=--host=)|(?<=wait-for-it\.sh )|(?<=wait-for-it )|(?<=HOST=))NAME"
    r"(?=[:/\s\"']|$)(?![^/\s@\"']*@)"
)


def service_by_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names of services as hosts in a job that runs on the runner itself."""
    job: Job = subject.context
    services = map_at(job.value, "services")
    if not services or "container" in job.value:
        return
    names = "|".join(re.escape(name) for name in services if name not in {"localhost"} and "${{" not in name)
    if not names:
        return
    pattern = re.compile(_ADDRESSED.replace("NAME", f"(?P<name>{names})"))
    if any("/etc/hosts" in (step.run or "") for step in job.steps):
        return  # where the name may be given
    owners: list[tuple[Map, Path]] = [] if any(_is_in_container(step) for step in job.steps) else [(job.value, ())]
    owners.extend((step.value, step.below) for step in job.steps if not _is_in_container(step))
    for owner, path in owners:
        for key, value in map_at(owner, "env").items():
            if not isinstance(value, str):
                continue
            found = pattern.search(value)
            is_host = value in services and re.search(r"HOST(?:NAME)?$", key, re.IGNORECASE)
            if found or is_host:
                yield Problem((*path, "env", key), name=found["name"] if found else value)
    for step in job.steps:
        if step.run is None or step.fragment is None or _is_in_container(step):
            continue
        for found in pattern.finditer(step.run):
            yield Problem(place_in(step.fragment, *found.span("name")), name=found["name"])


_KINDS = {
    "postgres": ("postgres", "postgis", "timescaledb", "pgvector"), "pg": ("postgres", "postgis", "timescaledb", "pgvector"),
    "mysql": ("mysql", "mariadb", "percona"), "mariadb": ("mariadb",), "redis": ("redis", "valkey"),
    "mongo": ("mongo",), "amqp": ("rabbitmq",), "rabbitmq": ("rabbitmq",), "elasticsearch": ("elasticsearch",),
    "memcached": ("memcached",),
}  # fmt: skip
"""How a variable's name or an address begins → what stands in the names of the images that it speaks of."""
_AT_HOME = lazily(
    rf"(?P<kind>{'|'.join(_KINDS)})(?:ql|db)?(?:\+\w+)?://(?:[^/\s@\"']*@)?(?P<host>localhost|127\.0\.0\.1)(?![\w.-])"
)
_HOST_OF = lazily(rf"(?:^|_)(?P<kind>{'|'.join(_KINDS)})(?:ql|db|sql)?_?HOST(?:NAME)?$", re.IGNORECASE)
_STARTS_ONE = lazily(
    r"\b(?:pg_ctl|pg_ctlcluster|initdb|postgres -D|mysqld\w*|redis-server|valkey-server|mongod|rabbitmq-server|socat|haproxy"
    r"|sql[-_]proxy|port-forward|supervisord|ssh\b[^\n]* -\w*L)\b|service \S+ start|systemctl [^\n]*start|/etc/init\.d/"
)
"""What makes something listen in the container itself."""


def service_by_localhost(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `localhost` as the host of a service in a job that runs in a container."""
    job: Job = subject.context
    container, services = job.value.get("container"), map_at(job.value, "services")
    image = container.get("image") if isinstance(container, dict) else container
    if not services or not isinstance(image, str) or not image or image.startswith("${{"):
        return  # with an expression there may be no container in some rows of a matrix
    if "host" in str(map_at(job.value, "container").get("options", "")):
        return
    if any(_STARTS_ONE.search(step.run or "") for step in job.steps):
        return
    owners: list[tuple[Map, Path]] = [(job.value, ()), *((step.value, step.below) for step in job.steps)]
    names = {kind: _service_for(kind, services) for kind in _KINDS if not job.has_step(_may_start, kind)}
    set_by_steps = {key for step in job.steps for key in step.env}
    for owner, path in owners:
        for key, value in map_at(owner, "env").items():
            if not isinstance(value, str) or (not path and key in set_by_steps):
                continue
            is_local = value in {"localhost", "127.0.0.1"}
            found = _HOST_OF.search(key) if is_local else _AT_HOME.search(value)
            name = names.get(found["kind"].lower()) if found is not None else ""
            if name:
                yield Problem((*path, "env", key), host=value if is_local else found["host"], name=name)  # type: ignore[index]


def _service_for(kind: str, services: Map) -> str:
    """Return the name of the service of a kind; an empty text where there is none."""
    for name, service in services.items():
        image = service.get("image") if isinstance(service, dict) else service
        if isinstance(image, str) and _speaks_of(image.lower(), kind):
            return name
    return ""


def _may_start(step: Step, kind: str) -> bool:
    """Say whether a step uses an action that may start in the container what a kind stands for."""
    return _speaks_of(step.action, kind)


def _speaks_of(name: str, kind: str) -> bool:
    """Say whether the name of an image or an action says that it is of a kind."""
    return any(word in name for word in _KINDS[kind])


def _is_in_container(step: Step) -> bool:
    """Say whether something of a step runs in a container, which may be in the network of the services."""
    if step.uses is not None:
        return step.uses.kind == "docker"
    return re.search(r"\b(?:docker|podman|nerdctl|compose)\b", step.run or "") is not None


_UNSUPPORTED = {
    "container": lazily(r"(?:^|\s)(--(?:network|net|entrypoint)(?:[= ][^\s-]\S*)?)(?=\s|$)"),
    "services": lazily(r"(?:^|\s)(--(?:network|net)(?:[= ][^\s-]\S*)?)(?=\s|$)"),
}
"""Options that the container of a job, and those of services, do not take."""
_PORTS = lazily(r"(?:\d+\.[\d.]+:)?(?:(\d+)(?:-(\d+))?:)?(\d+)(?:-(\d+))?(?:/(?:tcp|udp|sctp))?", re.IGNORECASE)
_LAST_PORT = 65535


def containers_of(job: Job) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the container of a job and its services, each with its path in the job."""
    yield ("container",), job.value.get("container")
    for name, service in map_at(job.value, "services").items():
        yield ("services", name), service


def unsupported_option(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find options of containers that GitHub sets itself."""
    job: Job = subject.context
    for path, container in containers_of(job):
        written = container.get("options") if isinstance(container, dict) else None
        if not isinstance(written, str) or "--" not in written:
            continue
        fragment = job.workflow.fragment((*job.path, *path, "options"))
        if fragment is None:
            continue
        for found in _UNSUPPORTED[path[0]].finditer(written):
            yield Problem(place_in(fragment, *found.span(1)), option=re.split(r"[= ]", found[1])[0])


def invalid_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find ports of containers that are none."""
    job: Job = subject.context
    for path, container in containers_of(job):
        ports = container.get("ports") if isinstance(container, dict) else None
        for index, port in enumerate(ports if isinstance(ports, list) else ()):
            if not isinstance(port, (str, int)) or isinstance(port, bool) or "${{" in str(port) or "[" in str(port):
                continue
            found = _PORTS.fullmatch(str(port).strip())
            numbers = [int(one) for one in found.groups() if one] if found is not None else []
            if not numbers or max(numbers) > _LAST_PORT or (found is not None and int(found[3]) == 0):
                yield Problem((*path, "ports", index), port=port)

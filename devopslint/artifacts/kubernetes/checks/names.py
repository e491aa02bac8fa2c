"""Checks of names, labels and other words that a cluster refuses by their form.

Source: Kubernetes, "Object Names and IDs", "Labels and Selectors", and the validation of ports and schedules.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from functools import lru_cache

from devopslint.artifacts.kubernetes.checks.references import backends_of
from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

_LABEL = lazily(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = lazily(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_HOST = lazily(r"(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_ADDRESS = lazily(r"\d+(?:\.\d+){3}")
_LABEL_VALUE = lazily(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_LABEL_KEY = lazily(r"(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
# What has surely no fault, and what is absent.
_SOUND_IMAGE = lazily(r"(?:[a-z0-9._-]+(?::\d+(?=/))?(?:/[a-z0-9._-]+)*+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?)?")
# What stands for something that is to be put in: `gcr.io/PROJECT_ID/shop`, `__IMAGE__`, `<image>`.
_PLACEHOLDER = lazily(r"(?:^|[/:._-])[A-Z][A-Z0-9_]{2,}|[<>{}%$#!*]|^ko://|^@")
_PUT_IN = lazily(r"ENC\[|\w+://|vault:|ref\+|secretref:|<|[A-Z][A-Z0-9_]*$")
_SECRET_ENTRIES = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_LETTERS = "lower-case letters, digits and `-`"
_FREE = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_CRON_MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6))


def invalid_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a name that the cluster does not take: of an object, a container, a port."""
    if subject.kind == "kubernetes.container":
        yield from _checked(subject, "name", _LABEL, 63, _LETTERS)
        for index, port in enumerate(items_of(subject.raw("ports"))):
            name = port.get("name") if isinstance(port, Map) else None
            if isinstance(name, str) and plain(name):
                yield from _port_name(name, ("ports", index, "name"))
        probes = [probe for probe in _PROBES if probe in subject.value]
        for probe, way in itertools.product(probes, ("httpGet", "tcpSocket")):
            # Any other name must be that of a port, and is told where it is not.
            port = subject.get((probe, way, "port"))
            if isinstance(port, str) and port.isdigit():
                yield from _port_name(port, (probe, way, "port"))
        return
    for path in _references(subject):
        name = subject.get(path)
        if isinstance(name, str):
            yield from _port_name(name, path)
    if subject.type == "Service":
        for index, port in enumerate(items_of(subject.raw("spec.ports"))):
            yield from _checked(subject, ("spec", "ports", index, "name"), _LABEL, 63, _LETTERS)
            target = port.get("targetPort") if isinstance(port, Map) else None
            if isinstance(target, str) and plain(target):
                yield from _port_name(target, ("spec", "ports", index, "targetPort"))
    if subject.type == "Ingress":
        yield from _hosts(subject)
    if subject.type in _FREE:
        return
    if subject.type in {"Service", "Namespace"}:
        yield from _checked(subject, "metadata.name", _LABEL, 63, _LETTERS)
    else:
        yield from _checked(subject, "metadata.name", _SUBDOMAIN, 253, "lower-case letters, digits, `-` and `.`")


def _hosts(subject: Subject) -> Iterator[Problem]:
    """Yield each host of an Ingress that is no name of DNS; under `tls` an address is taken, too."""
    paths: list[Path] = [
        ("spec", "rules", index, "host") for index, _ in enumerate(items_of(subject.raw("spec.rules")))
    ]
    for index, one in enumerate(items_of(subject.raw("spec.tls"))):
        hosts = items_of(one.get("hosts")) if isinstance(one, Map) else []
        paths.extend(("spec", "tls", index, "hosts", number) for number, _ in enumerate(hosts))
    for path in paths:
        host = subject.get(path)
        if not isinstance(host, str) or not host or _PLACEHOLDER.search(host.replace("*", "")):
            continue
        if not _HOST.fullmatch(host) or (path[1] == "rules" and _ADDRESS.fullmatch(host)):
            yield Problem(path, name=host, allowed="a name of DNS, with `*.` before it or not")


def _references(subject: Subject) -> Iterator[Path]:
    """Yield where an Ingress or a NetworkPolicy names a port, if it is by name."""
    if subject.type == "Ingress":
        yield from ((*path, "service", "port", "name") for path, _ in backends_of(subject))
    elif subject.type == "NetworkPolicy":
        for way in ("ingress", "egress"):
            for index, rule in enumerate(items_of(subject.raw(("spec", way)))):
                for number, _ in enumerate(items_of(rule.get("ports")) if isinstance(rule, Map) else ()):
                    yield "spec", way, index, "ports", number, "port"


def invalid_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an image whose reference no runtime can read; what looks like a placeholder is left alone."""
    image = subject.get("image")
    if not isinstance(image, str) or _SOUND_IMAGE.fullmatch(image) or not plain(image) or _PLACEHOLDER.search(image):
        return
    name, _, _ = image.partition("@")
    path = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    first, slash, rest = path.partition("/")
    repository = rest if slash and ("." in first or ":" in first or first == "localhost") else path
    if re.search(r"\s", image):
        reason = "it has a blank"
    elif "://" in image:
        reason = "leave the protocol out"
    elif image.endswith((":", "/", "@")) or "//" in image or "::" in image:
        reason = "a part is missing"
    elif repository != repository.lower():
        reason = "a repository is in lower case"
    else:
        return
    yield Problem("image", image=image, reason=reason)


def invalid_secret(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Secret that the API server refuses: data that is no base64, or a type whose entries are missing."""
    data = subject.raw("data", None)
    for key, value in data.items() if isinstance(data, Map) else ():
        if isinstance(value, str) and plain(value) and not _is_base64(value) and not _PUT_IN.match(value):
            yield Problem(("data", key), fault=f"`{key}` is no base64: write it under `stringData`")
    texts = subject.raw("stringData", None)
    nodes = [node for node in (data, texts) if node is not None]
    if subject.value.open or any(not isinstance(node, Map) or node.open for node in nodes):
        return
    kind = subject.get("type")
    wanted = _SECRET_ENTRIES.get(kind, ()) if isinstance(kind, str) else ()
    missing = [f"`{entry}`" for entry in wanted if not any(entry in node for node in nodes)]
    if missing and nodes:
        yield Problem("type", fault=f"its type needs {' and '.join(missing)}")


def invalid_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each label whose key or value the cluster does not take."""
    for path in (
        ("metadata", "labels"),
        ("spec", "template", "metadata", "labels"),
        ("spec", "selector", "matchLabels"),
    ):
        labels = subject.raw(path)
        for key, value in labels.items() if isinstance(labels, Map) else ():
            if _is_label(key, value if isinstance(value, str) else "") or not plain(key) or not plain(value):
                continue
            if not _is_label(key, ""):
                yield Problem((*path, key), part="key", text=key)
            elif isinstance(value, str):
                yield Problem((*path, key), text=value)


@lru_cache(maxsize=1024)
def _is_label(key: str, value: str) -> bool:
    return bool(
        _LABEL_KEY.fullmatch(key)
        and len(key.rpartition("/")[2]) <= 63
        and len(value) <= 63
        and _LABEL_VALUE.fullmatch(value)
    )


def invalid_schedule(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the schedule of a CronJob that is no cron expression."""
    schedule = subject.get("spec.schedule")
    if not isinstance(schedule, str):
        return
    text = schedule.strip()
    if text.startswith(("TZ=", "CRON_TZ=")):
        yield Problem("spec.schedule", reason="a time zone stands in `spec.timeZone`")
        return
    if text in _CRON_MACROS or text.startswith("@every "):
        return
    parts = text.split()
    if len(parts) != 5:
        yield Problem("spec.schedule", reason=f"five fields are needed, not {len(parts)}")
        return
    for part, (title, low, high) in zip(parts, _CRON_FIELDS, strict=True):
        names = _MONTHS if title == "month" else _DAYS if title == "day of week" else []
        if not all(_cron_item(item.lower(), low, high, names) for item in part.split(",")):
            yield Problem("spec.schedule", reason=f"`{part}` is no {title}")
            return


def _cron_item(item: str, low: int, high: int, names: list[str]) -> bool:
    span, slash, step = item.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return False
    if span in {"*", "?"}:
        return True
    bounds = [_cron_number(bound, names, low) for bound in span.split("-")]
    if len(bounds) > 2 or any(bound is None or not low <= bound <= high for bound in bounds):
        return False
    return len(bounds) == 1 or bounds[0] <= bounds[1]  # type: ignore[operator]  # None is out by now


def _cron_number(text: str, names: list[str], low: int) -> int | None:
    if text in names:
        return names.index(text) + low
    return int(text) if text.isdigit() else None


def _port_name(name: str, path: Path) -> Iterator[Problem]:
    if len(name) > 15:
        yield Problem(path, name=name, allowed="at most 15 characters")
    elif not _LABEL.fullmatch(name) or "--" in name:
        yield Problem(path, name=name, allowed="lower-case letters, digits and single `-`")
    elif not any("a" <= letter <= "z" for letter in name):
        allowed = "a number stands without quotes" if name.isdigit() else "one letter at least"
        yield Problem(path, name=name, allowed=allowed)


def _checked(subject: Subject, path: Path | str, form: Any, longest: int, allowed: str) -> Iterator[Problem]:
    name = subject.raw(path)
    if not isinstance(name, str) or not plain(name):
        return
    if len(name) > longest:
        yield Problem(path, name=name, allowed=f"at most {longest} characters")
    elif not form.fullmatch(name):
        yield Problem(path, name=name, allowed=allowed)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return False
    return True

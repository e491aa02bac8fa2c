"""The programs of a cluster and their flags, as they stand in static pods, in files of kubeadm and of kubelets."""

from __future__ import annotations

import re

from devopslint.artifacts.kubernetes.checks.flags import ALIASES, BOOLEANS, CONFIG_FLAGS, PROGRAMS, ROWS
from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Place
from devopslint.policy.subject import Subject as Made
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq
from devopslint.syntax.yaml_scalar import scalar_fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

_NAMES = frozenset(PROGRAMS.values())
_HYPERKUBE = {"apiserver": "kube-apiserver", "controller-manager": "kube-controller-manager",
              "scheduler": "kube-scheduler"}  # fmt: skip
_WORD = lazily(r"[^\s'\"\\;&|]+")
_KUBEADM = {
    ("apiServer",): "kube-apiserver",
    ("controllerManager",): "kube-controller-manager",
    ("scheduler",): "kube-scheduler",
    ("etcd", "local"): "etcd",
    ("nodeRegistration",): "kubelet",
}


class Given:
    """A flag that is given: its value (UNKNOWN when it can't be known), how it is shown, and where it stands."""

    __slots__ = ("at", "shown", "value")

    def __init__(self, value: Any, shown: str, at: Path | Place) -> None:
        self.value = value
        self.shown = shown
        self.at = at


class Program:
    """A program with its flags; `home` is where a flag that is absent would be added, `None` when it may be elsewhere."""

    __slots__ = ("flags", "home", "name")

    def __init__(self, name: str, home: Path | None) -> None:
        self.name = name
        self.home = home
        self.flags: dict[str, Given] = {}


def programs_of(subject: Subject) -> list[Program]:
    """Return the programs that a container, a KubeletConfiguration or an object of kubeadm starts or configures."""
    found: list[Program] = subject.context.once(("programs", id(subject.value)), lambda: list(_programs_of(subject)))
    return found


def _programs_of(subject: Subject) -> Iterator[Program]:
    if subject.kind == "kubernetes.container":
        program = _of_container(subject)
        if program is not None:
            yield program
    elif subject.type == "KubeletConfiguration":
        yield _of_configuration(subject)
    else:
        yield from _of_kubeadm(subject)


def programs_beside(subject: Subject) -> Iterator[Program]:
    """Return the programs of the other containers of the file."""
    all_of_them = subject.context.once("all programs", lambda: list(_programs_in(subject.context.objects)))
    return (program for container, program in all_of_them if container is not subject.value)


def _programs_in(objects: Iterable[KubernetesObject]) -> Iterator[tuple[Map, Program]]:
    for one in objects:
        spec = one.template.get("spec") if one.template is not None else None
        for container in items_of(spec.get("containers")) if isinstance(spec, Map) else ():
            if isinstance(container, Map):
                program = _of_container(Made("kubernetes.container", container, document=one.document))
                if program is not None:
                    yield container, program


def _of_container(subject: Subject) -> Program | None:
    words: list[tuple[Any, Path | Place]] = []
    complete = not subject.value.open
    for field in ("command", "args"):
        node = subject.raw(field, None)
        complete = complete and (node is None or (isinstance(node, Seq) and not node.open))
        for index, word in enumerate(items_of(node)):
            words.extend(_split(subject, (field, index), word))
    name = _name(subject, words)
    if name is None:
        return None
    home = next((at[:1] for word, at in reversed(words) if isinstance(at, tuple) and _is_flag(word)), None)
    if home is None:
        home = ("command",) if "command" in subject.value else ("args",) if "args" in subject.value else ()
    program = Program(name, home)
    _read_words(program, words)
    if name == "etcd":
        complete = _read_environment(program, subject) and complete
    unknown = any(not plain(word) and not _is_flag(word) for word, _ in words)
    if not complete or unknown or any(flag in program.flags for flag in CONFIG_FLAGS):
        program.home = None
    return program


def _split(subject: Subject, path: Path, word: Any) -> Iterator[tuple[Any, Path | Place]]:
    """Yield a word, or the words of a script (`sh -c "exec kube-apiserver --profiling"`)."""
    if not isinstance(word, str) or not re.search(r"\s--?\w", word) or word.startswith("-"):
        yield word, path
        return
    place = subject.place(path)
    fragment = scalar_fragment(place.source, (place.start, place.end), word)
    for found in _WORD.finditer(word):
        yield found.group(), Place(place.source, *fragment.mark(*found.span()))


def _name(subject: Subject, words: list[tuple[Any, Path | Place]]) -> str | None:
    for word, _ in words:
        if not isinstance(word, str) or word.startswith("-"):
            continue
        last = word.rpartition("/")[2]
        if last in _NAMES:
            return last
        if last in _HYPERKUBE and any(isinstance(one, str) and one.endswith("hyperkube") for one, _ in words):
            return _HYPERKUBE[last]
    if "command" in subject.value:
        return None
    image = subject.get("image")
    last = image.partition("@")[0].rpartition("/")[2].partition(":")[0] if isinstance(image, str) else ""
    last = re.sub(r"-(amd64|arm64|arm)$", "", last)
    return last if last in _NAMES and "args" in subject.value else None


def _read_words(program: Program, words: list[tuple[Any, Path | Place]]) -> None:
    for number, (word, place) in enumerate(words):
        if not _is_flag(word):
            continue
        name, equals, value = word.lstrip("-").partition("=")
        name = ALIASES.get(name, name)
        shown, at = word, place
        given: Any = value
        if not equals:
            following = words[number + 1][0] if number + 1 < len(words) else None
            if name in BOOLEANS:
                given = "true"
            elif following is not None and not _is_flag(following):
                given, shown, at = following, f"{word} {following}", words[number + 1][1]
        if not plain(given):
            given = UNKNOWN
        elif isinstance(given, str):
            given = given.strip("'\"")
        program.flags[name] = Given(given, shown, at)


def _read_environment(program: Program, subject: Subject) -> bool:
    """Take flags of etcd from its environment; say whether all of that can be seen."""
    environment = subject.raw("env", None)
    for index, item in enumerate(items_of(environment)):
        name = item.get("name") if isinstance(item, Map) else None
        if isinstance(name, str) and name.startswith("ETCD_"):
            flag = name.removeprefix("ETCD_").lower().replace("_", "-")
            value = item.get("value")
            given = value if plain(value) and value is not None else UNKNOWN
            program.flags.setdefault(flag, Given(given, f"{name}={value}", ("env", index, "value")))
    return "envFrom" not in subject.value and not (isinstance(environment, Seq) and environment.open)


def _of_configuration(subject: Subject) -> Program:
    """Return the flags that stand for the fields of a KubeletConfiguration."""
    alone = not any(one.group.startswith("kubeadm.") for one in subject.context.objects)
    program = Program("kubelet", () if alone and not subject.value.open else None)
    for row in ROWS:
        if not row.field or "kubelet" not in row.programs:
            continue
        value = subject.get(row.field)
        if value is not MISSING:
            shown = f"{'.'.join(row.field)}: {_shown(value)}"
            program.flags[row.flag] = Given(
                value if plain(value) or isinstance(value, Seq) else UNKNOWN, shown, row.field
            )
    rotation = subject.get("featureGates.RotateKubeletServerCertificate")
    if isinstance(rotation, bool):
        text = f"RotateKubeletServerCertificate={str(rotation).lower()}"
        program.flags["feature-gates"] = Given(text, text, ("featureGates", "RotateKubeletServerCertificate"))
    # What the file leaves out is safe by default, save these.
    for flag in ("anonymous-auth", "authorization-mode", "read-only-port"):
        program.flags.setdefault(flag, Given(UNKNOWN, "", ()))
    return program


def _of_kubeadm(subject: Subject) -> Iterator[Program]:
    """Yield the programs for which a file of kubeadm has arguments; kubeadm itself adds what is absent."""
    for path, name in _KUBEADM.items():
        field = "kubeletExtraArgs" if name == "kubelet" else "extraArgs"
        arguments = subject.raw((*path, field))
        program = Program(name, None)
        pairs: list[tuple[Any, Any, Path]] = []
        if isinstance(arguments, Map):
            pairs.extend((key, value, (*path, field, key)) for key, value in arguments.items())
        for index, item in enumerate(items_of(arguments)):
            if isinstance(item, Map):
                pairs.append((item.get("name"), item.get("value"), (*path, field, index, "value")))
        for key, value, at in pairs:
            if isinstance(key, str):
                given = value if plain(value) and value is not None else UNKNOWN
                program.flags[ALIASES.get(key, key)] = Given(given, f"{key}: {_shown(value)}", at)
        if program.flags:
            yield program


def _shown(value: Any) -> str:
    if isinstance(value, Seq):
        return ",".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_flag(word: Any) -> bool:
    return isinstance(word, str) and re.match(r"--?[a-zA-Z]", word) is not None

"""Checks of an object against the fields that Kubernetes knows for its kind."""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.kubernetes.checks.versions import RETIRED
from devopslint.artifacts.kubernetes.model import BUILT_IN_GROUPS, CORE_KINDS, items_of
from devopslint.artifacts.kubernetes.values import QUANTITY, known, plain
from devopslint.knowledge.tables import read_table
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Fault = tuple[str, Path, dict[str, Any]]
    Owners = tuple[tuple[Path, dict[str, Any]], ...]
    """The types above a node, each with its path."""

_NAMES = {"s": "a string", "i": "an integer", "n": "a number", "b": "true or false", "q": "a quantity",
          "x": "an integer or a string"}  # fmt: skip
_HOLDERS: dict[str, Any] = {"[": Seq, "{": Map}
_FITTING = {str: frozenset("sxo"), int: frozenset("inxqo"), bool: frozenset("bo")}
"""The types of fields that take any scalar of a class, but for the words of YAML 1.1."""
_YAML_1_1 = frozenset(word for one in ("yes", "no", "on", "off") for word in (one, one.capitalize(), one.upper()))
"""What kubectl, which reads YAML 1.1, takes for truth values besides `true` and `false`."""
_NOT_IN_TABLE = ("List", "Options", "Status")
_DIRECTIVES = ("$patch", "$setElementOrder", "$retainKeys", "$deleteFromPrimitiveList", "//")
"""Keys of patches, and `"//"`, which holds a comment in JSON."""
_WAYS = (
    ("template", "spec"),
    ("template", "spec", "containers"),
    ("jobTemplate", "spec"),
    ("spec", "template", "spec"),
)
_SECTIONS = frozenset({"metadata", "spec", "template", "jobTemplate", "containers", "securityContext", "resources"})
_OPENSHIFT = frozenset(
    {"DeploymentConfig", "BuildConfig", "Build", "ImageStream", "ImageStreamTag", "Route", "Template", "Project",
     "ProjectRequest", "User", "Group", "Identity", "OAuthClient", "SecurityContextConstraints", "NetNamespace"}
)  # fmt: skip
"""Kinds that OpenShift served in `v1` before they had groups."""
_INJECTED = ("istio-proxy", "istio-init", "istio-validation", "linkerd-proxy", "linkerd-init")
"""Containers whose image a mesh puts in."""
_NAMELESS = ("Review", "Binding", "Eviction", "Scale", *_NOT_IN_TABLE)
_MAX_STEPS = 100_000


def unknown_field(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each field that the kind does not have."""
    for fault, path, values in _faults(subject):
        if fault == "unknown":
            yield Problem(path, part="key", **values)


def missing_field(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each field without which the kind is not accepted."""
    root, kind = subject.value, subject.value["kind"]
    if root.get("apiVersion") is None and kind in CORE_KINDS and not root.open:
        yield Problem("apiVersion", field="apiVersion", owner=kind)
    for fault, path, values in _faults(subject):
        if fault == "missing":
            yield Problem(path, **values)
    if f"{root.get('apiVersion')} {kind}" in _load()["kinds"] and not root.open and not kind.endswith(_NAMELESS):
        metadata = root.get("metadata")
        if kind == "Service":
            ports = items_of(subject.raw("spec.ports"))
            unnamed = [index for index, port in enumerate(ports) if isinstance(port, Map) and _lacks_name(port)]
            for index in unnamed if len(ports) > 1 else ():
                yield Problem(("spec", "ports", index, "name"), field="name", owner=f"spec.ports[{index}]")
        # The pod of a runner (Jenkins, GitLab, Spark) gets its name from it.
        if kind != "Pod" and (
            metadata is None or (isinstance(metadata, Map) and not metadata.open and not _is_named(metadata))
        ):
            yield Problem("metadata.name", field="name", owner="metadata")


def wrong_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each value that is of another type than its field."""
    for fault, path, values in _faults(subject):
        if fault == "type":
            yield Problem(path, **values)


def no_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a container without an image, which the schema does not ask for but the API server does."""
    if subject.raw("name") in _INJECTED:
        return
    if subject.raw("image", None) is None and not subject.value.open and not subject.parents["object"].value.open:
        yield Problem("image")


def unknown_api(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an apiVersion that never had the object's kind, and a kind that no apiVersion has."""
    version, kind = subject.value.get("apiVersion"), subject.value.get("kind")
    if (
        not isinstance(version, str)
        or not plain(version)
        or "alpha" in version
        or "beta" in version
        or kind.endswith(_NOT_IN_TABLE)
        or "metadata" not in subject.value
    ):
        return
    group = version.rpartition("/")[0]
    kinds = _load()["kinds"]
    if f"{version} {kind}" in kinds or (version, kind) in RETIRED:
        return
    served = sorted((name.split()[0] for name in kinds if name.endswith(" " + kind)), key=_stability)
    if served or any(one == kind for _, one in RETIRED):
        # The group of a resource that somebody adds has a dot.
        if group in BUILT_IN_GROUPS or "." not in group:
            hint = f", use `{served[0]}`" if served else ""
            yield Problem("apiVersion", version=version, kind=kind, hint=hint)
    elif group in BUILT_IN_GROUPS and kind not in _OPENSHIFT and any(name.startswith(version + " ") for name in kinds):
        from difflib import get_close_matches

        names = {name.split()[1].lower(): name.split()[1] for name in kinds}
        close = get_close_matches(kind.lower(), names, 1, 0.75)
        hint = f", did you mean `{names[close[0]]}`?" if close else ""
        # Others say `apiVersion: v1` of what no cluster reads.
        if close or group:
            yield Problem("kind", version=version, kind=kind, hint=hint)


def _lacks_name(port: Map) -> bool:
    """Say whether a port has no name, which the API server asks for when there are several."""
    return port.get("name") in (None, "") and not port.open


def _is_named(metadata: Map) -> bool:
    return any(metadata.get(field) not in (None, "") for field in ("name", "generateName"))


def _stability(version: str) -> tuple[bool, bool, str]:
    return "alpha" in version, "beta" in version, version


def _load() -> dict[str, Any]:
    return read_table("artifacts/kubernetes", "fields")


def _faults(subject: Subject) -> list[Fault]:
    """Return (fault, path, values for the message) of everything below an object that its kind does not allow."""
    known: dict[int, list[Fault]] = subject.context.faults
    if id(subject.value) not in known:
        known[id(subject.value)] = list(_find_faults(subject))
    return known[id(subject.value)]


def _find_faults(subject: Subject) -> Iterator[Fault]:
    table = _load()
    number = table["kinds"].get(f"{subject.value.get('apiVersion')} {subject.value.get('kind')}")
    if number is None:
        return
    if _is_sound(subject.value, str(number)):
        return
    todo: list[tuple[Any, str, Path, Owners]] = [(subject.value, str(number), (), ())]
    steps = 0
    while todo and steps < _MAX_STEPS:
        node, code, path, owners = todo.pop()
        steps += 1
        if node is None or node is UNKNOWN or code == "o" or (isinstance(node, str) and not known(node)):
            continue
        if not _fits(node, code, subject, path):
            values = {"field": _shown(path), "expected": _expected(code), "value": _value(node)}
            yield "type", path, values
        elif code[0] == "[":
            todo += [(item, code[1:], (*path, index), owners) for index, item in reversed(list(enumerate(node)))]
        elif code[0] == "{":
            inner = code[1:]
            todo += [
                (item, inner, (*path, key), owners)
                for key, item in reversed(node.items())
                if not _fits_at_a_glance(item, inner)
            ]
        elif code.isdigit():
            fields = table["types"][int(code)]
            yield from _own_faults(node, fields, path, owners)
            owners = (*owners, (path, fields))
            todo += [
                (item, fields[key], (*path, key), owners)
                for key, item in reversed(node.items())
                if key and key in fields and not _fits_at_a_glance(item, fields[key])
            ]


def _is_sound(root: Map, code: str) -> bool:
    """Say whether an object surely has no fault, as nearly all have none; where it may have one, nobody knows yet."""
    types = _types()
    todo: list[tuple[Any, str]] = [(root, code)]
    fitting = _FITTING.get
    steps = 0
    while todo:
        node, code = todo.pop()
        steps += 1
        if steps > _MAX_STEPS:
            return False
        if isinstance(node, Map) and code in types:
            fields, required = types[code]
            for key in required:
                if node.get(key) is None and not node.open:
                    return False
            for key, item in node.items():
                code = fields.get(key, "")
                if not code:
                    return False
                if code not in fitting(item.__class__, ()) or item in _YAML_1_1:
                    todo.append((item, code))
        elif node is None or node is UNKNOWN or code == "o":
            continue
        elif isinstance(node, _HOLDERS.get(code[0], ())):
            code = code[1:]
            for item in node.values() if isinstance(node, Map) else node:
                if code not in fitting(item.__class__, ()) or item in _YAML_1_1:
                    todo.append((item, code))
        elif node.__class__ is not str or code != "q" or not _is_amount(node):
            return False
    return True


@lru_cache(maxsize=1)
def _types() -> dict[str, tuple[dict[str, str], Sequence[str]]]:
    """Return the fields of each type, and those that it needs."""
    return {
        str(number): ({key: code for key, code in fields.items() if key}, fields.get("", ()))
        for number, fields in enumerate(_load()["types"])
    }


@lru_cache(maxsize=1024)
def _is_amount(text: str) -> bool:
    return QUANTITY.fullmatch(text) is not None


def _own_faults(
    node: Map, fields: dict[str, Any], path: Path, owners: Owners
) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    for key in node:
        if key in node.merged and node[key] is UNKNOWN:
            continue  # a patch puts it in
        if key and key not in fields and plain(key) and not key.startswith(_DIRECTIVES):
            hint = _hint(key, fields, owners)
            yield "unknown", (*path, key), {"field": key, "owner": _shown(path) or node.get("kind"), "hint": hint}
    if not node.open:
        for key in fields.get("", ()):
            if node.get(key) is None:
                yield "missing", (*path, key), {"field": key, "owner": _shown(path) or node.get("kind")}


def _hint(key: str, fields: dict[str, Any], owners: Owners) -> str:
    """Say what a field that is not there may have been meant for: another spelling, or another level."""
    same = [field for field in fields if field.lower() == key.lower()]
    if same:
        return f", did you mean `{same[0]}`?"
    from difflib import get_close_matches

    names = [field for field in fields if field]
    close = get_close_matches(key, names, 1, 0.85)
    if close:
        return f", did you mean `{close[0]}`?"
    below = _below(key, fields)
    if below:
        return f", it belongs into `{below}`"
    for path, above in reversed(owners):
        if key in above:
            return f", it belongs into `{_shown(path)}`" if path else ", it belongs to the top level"
    close = get_close_matches(key, names, 1, 0.75)
    if close:
        return f", did you mean `{close[0]}`?"
    for path, above in reversed(owners):
        if _reach(above, ("containers", "securityContext", key)):
            return f", it belongs into `{_shown((*path, 'containers[].securityContext'))}`"
        below = _below(key, above)
        if below in _SECTIONS:
            return f", it belongs into `{_shown((*path, below))}`"
    for way in _WAYS:
        if _reach(fields, (*way, key)):
            return f", it belongs into `{'.'.join(way)}`"
    return ""


def _reach(fields: dict[str, Any], way: tuple[str, ...]) -> bool:
    """Say whether a way down from a type leads to a field."""
    inner: dict[str, Any] | None = fields
    for step in way[:-1]:
        inner = _type(inner.get(step, "")) if inner is not None else None
    return inner is not None and way[-1] in inner


def _below(key: str, fields: dict[str, Any]) -> str | None:
    """Return the one field of a type, or the likely one, whose own type has a key."""
    found = [name for name, code in fields.items() if name and key in (_type(code) or ())]
    return next((name for name in ("spec", "containers") if name in found), found[0] if len(found) == 1 else None)


def _type(code: str) -> dict[str, Any] | None:
    """Return the fields of the type that a code ends with."""
    number = code.lstrip("[{")
    fields: dict[str, Any] | None = _load()["types"][int(number)] if number.isdigit() else None
    return fields


def _fits_at_a_glance(node: Any, code: str) -> bool:
    """Say whether a node is what most are, a scalar in its place: nothing is to be told of it."""
    return code in _FITTING.get(node.__class__, ()) and node not in _YAML_1_1


def _fits(node: Any, code: str, subject: Subject, path: Path) -> bool:
    first = code[0]
    if first == "[":
        return isinstance(node, Seq)
    if first == "{" or first.isdigit():
        return isinstance(node, Map)
    if isinstance(node, (Map, Seq)):
        return False
    if first == "s":
        return isinstance(node, str) and not (node in _YAML_1_1 and _is_bare(node, subject, path))
    if first == "b":
        return isinstance(node, bool) or (node in _YAML_1_1 and _is_bare(node, subject, path))
    if isinstance(node, bool):
        return False
    if first == "i":
        return isinstance(node, int) or (isinstance(node, float) and node.is_integer())
    if first == "n":
        return isinstance(node, (int, float))
    if first == "q" and isinstance(node, str):
        # Those of a container are another rule's, which says more of them.
        return QUANTITY.fullmatch(node) is not None or "containers" in path or "initContainers" in path
    return True


def _is_bare(word: str, subject: Subject, path: Path) -> bool:
    """Say whether a scalar stands without quotes."""
    place = subject.place(path)
    return place.source.text[place.start : place.end] == word


def _expected(code: str) -> str:
    if code[0] == "[":
        return "a list"
    return _NAMES.get(code[0], "a mapping")


def _value(node: Any) -> str:
    if node is UNKNOWN or isinstance(node, (Map, Seq)):
        return "a mapping" if isinstance(node, Map) else "a list"
    if isinstance(node, bool):
        return "`true`" if node else "`false`"
    return f"the string `{node}`" if isinstance(node, str) and node not in _YAML_1_1 else f"`{node}`"


def _shown(path: Path) -> str:
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        else:
            shown += step if not shown else f".{step}"
    return shown

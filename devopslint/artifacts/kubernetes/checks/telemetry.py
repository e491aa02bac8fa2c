"""Checks of OpenTelemetry collectors, as an object of the operator or as a file in a ConfigMap.

Source: OpenTelemetry, "Collector configuration": `service.pipelines` names what is declared above; a connector is an
exporter to one pipeline and a receiver to another.
"""

from __future__ import annotations

from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.source import Source
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml import read_yaml
from devopslint.syntax.yaml_scalar import scalar_fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Mark, Path

    Locate = Callable[[Mark], Place]

_PARTS = ("receivers", "processors", "exporters")


def undefined_component(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each receiver, processor or exporter of a pipeline that the collector does not declare."""
    for root, locate in _collectors(subject):
        for part, name, mark in _used(root):
            declared = _names(root, part) | (_names(root, "connectors") if part != "processors" else set())
            if name not in declared:
                yield Problem(locate(mark), name=name, part_name=part.removesuffix("s"))


def unused_component(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each receiver, processor or exporter that no pipeline of the collector uses."""
    for root, locate in _collectors(subject):
        used = {(part, name) for part, name, _ in _used(root)}
        if not used:
            continue
        for part in _PARTS:
            declared = root.get(part)
            if not isinstance(declared, Map):
                continue
            for name in declared:
                if plain(name) and (part, name) not in used:
                    at = declared.at[name]
                    yield Problem(locate((at[0], at[1])), name=name, part_name=part.removesuffix("s"))


def _collectors(subject: Subject) -> Iterator[tuple[Map, Locate]]:
    if subject.type == "ConfigMap":
        data = subject.raw("data")
        for key in data if isinstance(data, Map) else ():
            yield from _embedded(subject, ("data", key))
        return
    config = subject.raw("spec.config")
    if isinstance(config, Map):
        source = subject.document.source
        yield config, lambda mark: Place(source, *mark)
    else:
        yield from _embedded(subject, ("spec", "config"))


def _embedded(subject: Subject, path: Path) -> Iterator[tuple[Map, Locate]]:
    """Yield the collector that a string holds, and the way from its offsets to the file."""
    text = subject.raw(path)
    if not isinstance(text, str) or "pipelines:" not in text or "receivers:" not in text:
        return
    place = subject.place(path)
    fragment = scalar_fragment(place.source, (place.start, place.end), text)
    documents, problems = read_yaml(Source(place.source.path, text))
    if not problems and len(documents) == 1 and isinstance(documents[0].root, Map):
        yield documents[0].root, lambda mark: Place(place.source, *fragment.mark(*mark))


def _used(root: Map) -> Iterator[tuple[str, str, Mark]]:
    service = root.get("service")
    pipelines = service.get("pipelines") if isinstance(service, Map) else None
    for pipeline in pipelines.values() if isinstance(pipelines, Map) else ():
        for part in _PARTS:
            names: Any = pipeline.get(part) if isinstance(pipeline, Map) else None
            if isinstance(names, Seq):
                for index, name in enumerate(names):
                    if isinstance(name, str) and plain(name):
                        yield part, name, names.at[index]


def _names(root: Map, part: str) -> set[str]:
    declared = root.get(part)
    return set(declared) if isinstance(declared, Map) else set()

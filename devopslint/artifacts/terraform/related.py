"""Which resources belong to which: the versioning of a bucket, the flow log of a network."""

from __future__ import annotations

from devopslint.artifacts.terraform.dynamic import asks
from devopslint.artifacts.terraform.indexes import calls_with, given, outputs_of, resources
from devopslint.policy.subject import Subject
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, UNKNOWN, Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module

    Index = tuple[dict[str, list[Declared]], "Loose"]

_LINKS = {"aws_s3_bucket": "bucket", "aws_s3_bucket_": "bucket", "aws_lb_listener": "load_balancer_arn"}
"""Start of a type → the one attribute by which it says what it belongs to; its other references do not count."""


def related_of(module: Module, declared: Declared) -> Callable[[str], Iterator[Subject]]:
    """Return the function from a type to the resources of that type that belong to `declared`."""
    return lambda type_name: related_to(module, declared, type_name)


def related_to(module: Module, declared: Declared, type_name: str) -> Iterator[Subject]:
    """Yield the resources of a type that belong to `declared`.

    One belongs when it refers to it, or names the same bucket by the same literal or the same expression. The first whose
    link can't be known, a module that is given the resource, and what a caller makes of an output that is the
    resource, is yielded as a subject whose value is UNKNOWN.
    """
    if resources(module, type_name):
        yield from _in_module(module, declared, type_name)
    for call in calls_with(module, declared.address):
        yield _unknown(call)
    outputs = outputs_of(module, declared.address)
    if outputs:
        for other in _made_by_callers(module, declared, type_name, outputs):
            yield _unknown(other)


def _in_module(module: Module, declared: Declared, type_name: str) -> Iterator[Subject]:
    referring, loose = _index(module, type_name, declared.label(0))
    for other in referring.get(declared.address, ()):
        subject = module.subjects.get(other.address)
        if subject is not None:
            yield subject
        elif not module.is_root and any(asks(other.block.get(word)) for word in ("count", "for_each")):
            # Switched off by a default that the caller of the module may change.
            yield _unknown(other)
    for other in loose.called_as(declared):
        subject = module.subjects.get(other.address)
        if subject is not None:
            yield subject
    for other in loose.not_known(declared):
        yield _unknown(other)


def _made_by_callers(module: Module, declared: Declared, type_name: str, outputs: Sequence[str]) -> Iterator[Declared]:
    """Yield the resources of a type, and the calls of modules, that a caller gives an output made of `declared`."""
    for caller, call in module.callers:
        for other in dict.fromkeys(one for output in outputs for one in given(caller, call.label(0), output)):
            if other is not call and (other.block.type != "resource" or other.label(0) == type_name):
                yield other


def _index(module: Module, type_name: str, own_type: str) -> Index:
    """Return the resources of a type by the addresses that they refer to, and those that refer to none of `own_type`."""
    found = module.indexes.get((type_name, own_type))
    if found is None:
        link = _link_of(type_name)
        referring: dict[str, list[Declared]] = {}
        loose: list[Declared] = []
        for other in resources(module, type_name):
            referred = module.links_of(other, link)
            for address in referred:
                if address != other.address:
                    referring.setdefault(address, []).append(other)
            if not any(address.partition(".")[0] == own_type for address in referred):
                loose.append(other)
        found = module.indexes[type_name, own_type] = referring, Loose(module, loose if link else (), link or "")
    return found


def _link_of(type_name: str) -> str | None:
    for start, link in _LINKS.items():
        if start.endswith("_") and type_name.startswith(start):
            return link
    return _LINKS.get(type_name)


class Loose:
    """Resources that refer to none of a type, by how they name what they belong to: each of many may ask for its own."""

    __slots__ = ("_by_name", "_link", "_module", "_unknown")

    def __init__(self, module: Module, others: Iterable[Declared], link: str) -> None:
        self._module = module
        self._link = link
        self._by_name: dict[tuple[str, Any], dict[str, Declared]] = {}
        self._unknown: dict[str, Declared] = {}
        """The first two whose name is not known and written differently, by how it is written."""
        for other in others:
            written = other.block.get(link, MISSING)
            value = module.value(written)
            for name in _names(written, value):
                self._by_name.setdefault(name, {}).setdefault(other.address, other)
            if value is UNKNOWN and len(self._unknown) < 2:
                self._unknown.setdefault(_text(written), other)

    def called_as(self, declared: Declared) -> Iterable[Declared]:
        """Return those that give the same name as another resource, by the same literal or the same expression."""
        if not self._by_name:
            return ()
        written = declared.block.get(self._link, MISSING)
        found: dict[str, Declared] = {}
        for name in _names(written, self._module.value(written)):
            found |= self._by_name.get(name, {})
        return found.values()

    def not_known(self, declared: Declared) -> Iterable[Declared]:
        """Return the first whose name may be that of another resource."""
        written = _text(declared.block.get(self._link, MISSING))
        return [other for text, other in self._unknown.items() if text != written or not text][:1]


def _names(written: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield by what a name is the same as another: its text when it is an expression, and its value when it is known."""
    if isinstance(written, Expression):
        yield "text", written.text
    if isinstance(value, (str, int, float, bool)):
        yield "value", value


def _text(written: Any) -> str:
    return written.text if isinstance(written, Expression) else ""


def _unknown(declared: Declared) -> Subject:
    return Subject(
        "terraform.resource", UNKNOWN, document=Document(declared.document.source, UNKNOWN), address=declared.address
    )

"""Checks of the containers of ECS tasks and Batch jobs, whose definitions are JSON inside of Terraform."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_off, nested
from devopslint.artifacts.terraform.indexes import resources
from devopslint.artifacts.terraform.policies import file_of, read_embedded, related_in
from devopslint.artifacts.terraform.uses import scope_of
from devopslint.knowledge.aws_policy import HOLE
from devopslint.knowledge.images import parse_image
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ATTRIBUTES = ("container_definitions", "container_properties")


class _Container:
    """One container definition, and the source that its marks count in (`None`: they mean nothing), or the `file` read."""

    __slots__ = ("attribute", "file", "source", "subject", "value")

    def __init__(
        self, subject: Subject, attribute: str, value: Map, source: Source | None, file: Source | None
    ) -> None:
        self.subject = subject
        self.attribute = attribute
        self.value = value
        self.source = source
        self.file = file

    def get(self, key: str) -> Any:
        """Return a value, UNKNOWN when it may be there unseen, `None` when it is absent."""
        found = self.value.get(key, UNKNOWN if self.value.open else None)
        found = scope_of(self.subject).value(found)
        return UNKNOWN if isinstance(found, str) and found == HOLE * len(found) and found else found

    def written(self, key: str) -> str:
        """Return a value as it is written, or an empty text when its place is not known."""
        return self.source.text[slice(*self.value.at[key][2:])] if self.source and key in self.value else ""

    @property
    def name(self) -> str:
        """The container's name, or an empty text."""
        name = self.get("name")
        return name if isinstance(name, str) and HOLE not in name else ""

    def problem(self, key: str, **values: Any) -> Problem:
        """Return the problem that points at a value, or, where it is absent, at the container's name or definition."""
        name = self.name or self.subject.address
        for one in (key, "name"):
            _, _, start, end = self.value.at[one] if one in self.value else (0, 0, 0, 0)
            if end > start and self.source is not None:
                return Problem(Place(self.source, start, end), name=name, **values)
            if end > start and self.file is not None:
                return Problem(self.attribute, name=name, related=related_in(self.file, (start, end)), **values)
        return Problem(self.attribute, name=name, **values)


def privileged_container(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each container that runs with all rights of its host."""
    for container in _containers(subject):
        if container.get("privileged") in (True, "true"):
            yield container.problem("privileged")


def writable_root(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each container of a task that may write to its root file system."""
    for container in _containers(subject):
        value = container.get("readonlyRootFilesystem")
        if value is not UNKNOWN and value not in (True, "true"):
            yield container.problem("readonlyRootFilesystem")


def root_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each container that is told to run as root."""
    for container in _containers(subject):
        user = container.get("user")
        if user is not UNKNOWN and user is not None and str(user).split(":")[0] in {"0", "root"}:
            yield container.problem("user")


def without_logs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each container of a task whose output goes nowhere."""
    for container in _containers(subject):
        if container.get("logConfiguration") is None:
            yield container.problem("logConfiguration")


def floating_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each container whose image has no tag, or `latest`."""
    for container in _containers(subject):
        image = _floating(container.get("image"), container.written("image"))
        if image:
            yield container.problem("image", image=image)


def floating_service_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each image of a function or service that has no tag, or `latest`."""
    for container in nested(subject, "container"):
        yield from _floating_at(subject, (*container, "image"))
    for path in (("image_uri",), ("source_configuration", 0, "image_repository", 0, "image_identifier")):
        yield from _floating_at(subject, path)


def _floating_at(subject: Subject, path: Path) -> Iterator[Problem]:
    raw = subject.raw(path)
    image = _floating(subject.get(path), raw.text if isinstance(raw, Expression) else "")
    if image:
        yield Problem(path, image=image)


def _floating(text: Any, written: str) -> str:
    """Return an image that has no version, as far as it is known; an empty text for one that has, or may have."""
    if text is UNKNOWN:
        return written.strip('"') if written.endswith(':latest"') else ""
    if not isinstance(text, str) or not text.strip(HOLE):
        return ""
    image = parse_image(text)
    if image.digest is UNKNOWN or image.tag is UNKNOWN or image.digest or image.tag not in {"", "latest"}:
        return ""
    return "" if not image.tag and HOLE in text.rpartition("/")[2] else text.replace(HOLE, "")


def images_not_scanned(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a repository that does not scan on push, unless the folder says it for the whole registry."""
    path = ("image_scanning_configuration", "scan_on_push")
    module: Module = subject.context
    if is_off(subject, path) and not resources(module, "aws_ecr_registry_scanning_configuration"):
        yield Problem(path)


def same_role(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a task whose program has the role that starts it."""
    execution, task = subject.raw("execution_role_arn"), subject.raw("task_role_arn")
    texts = [one.text if isinstance(one, Expression) else one for one in (execution, task)]
    if all(isinstance(one, str) and one for one in texts) and texts[0] == texts[1]:
        yield Problem("task_role_arn")


def _containers(subject: Subject) -> Iterator[_Container]:
    for attribute in _ATTRIBUTES:
        if attribute not in subject.value:
            continue
        mark = subject.value.at[attribute][2:]
        scope = scope_of(subject)
        root, source = read_embedded(subject.value[attribute], mark, scope, subject.document.source)
        file = file_of(subject.value[attribute], scope) if source is None else None
        for one in root if isinstance(root, Seq) else [root]:
            value = scope.value(one)
            if isinstance(value, Map):
                yield _Container(subject, attribute, value, source, file)

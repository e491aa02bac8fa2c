"""Every expression of a workflow, parsed once: where it stands, and what may be used there."""

from __future__ import annotations

from devopslint.artifacts.workflow.expressions import ExpressionError, find_expressions, parse_expression
from devopslint.policy.subject import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.schema import Site
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.tree import Path

_STEPS = frozenset({"property", "index", "star"})
"""Kinds of what goes one step further down from a context."""


def usages(workflow: Workflow) -> list[Usage]:
    """Return the expressions of a workflow in the order in which they stand."""
    cached: list[Usage] | None = workflow.cache.get("usages")
    if cached is not None:
        return cached
    found: list[Usage] = []
    for site in workflow.walk.sites:
        if site.condition:
            found.append(Usage(workflow, site, 0, len(site.value), site.value))
            continue
        for expression in find_expressions(site.value):
            if expression.closed:
                usage = Usage(workflow, site, expression.inner_start, expression.inner_end, site.value)
                usage.whole = (expression.start, expression.end)
            else:
                usage = Usage(workflow, site, expression.start, expression.start + 3, None)
                usage.error = ExpressionError("`${{` is never closed", expression.start, expression.start + 3)
            found.append(usage)
    workflow.cache["usages"] = found
    return found


def usages_at(workflow: Workflow, path: Path) -> list[Usage]:
    """Return the expressions of the string at a path."""
    index: dict[Path, list[Usage]] | None = workflow.cache.get("usages by path")
    if index is None:
        index = workflow.cache["usages by path"] = {}
        for usage in usages(workflow):
            index.setdefault(usage.site.path, []).append(usage)
    return index.get(path, [])


def nodes_of(workflow: Workflow, *kinds: str) -> Iterator[tuple[Usage, Node]]:
    """Yield the parts of some kinds of every expression, each with its expression, kind by kind."""
    index: dict[str, list[tuple[Usage, Node]]] | None = workflow.cache.get("nodes by kind")
    if index is None:
        index = workflow.cache["nodes by kind"] = {}
        for usage in usages(workflow):
            for node in usage.nodes:
                index.setdefault(node.kind, []).append((usage, node))
    for kind in kinds:
        yield from index.get(kind, ())


def references(workflow: Workflow, context: str) -> Sequence[tuple[Usage, Node, tuple[str, ...]]]:
    """Return the longest references that begin with a context, as lower-case names."""
    index: dict[str, list[tuple[Usage, Node, tuple[str, ...]]]] | None = workflow.cache.get("references by context")
    if index is None:
        index = workflow.cache["references by context"] = {}
        inner: set[int] = set()
        for usage in usages(workflow):
            for node in usage.nodes:
                if node.kind not in _STEPS or id(node) in inner:
                    continue
                below = node.items[0]
                while below.kind in _STEPS:
                    inner.add(id(below))
                    below = below.items[0]
                path = node.path()
                if path is not None:
                    index.setdefault(path[0], []).append((usage, node, path))
    return index.get(context, ())


def texts_given(tree: Node | None) -> list[str]:
    """Return the texts in an expression that may be what it comes to: `secrets.X || 'text'`, `format('{0}', 'text')`."""
    found: list[str] = []
    stack = [tree] if tree is not None else []
    while stack:
        node = stack.pop()
        if node.kind == "literal" and isinstance(node.value, str) and node.value:
            found.append(node.value)
        elif node.kind == "or":
            stack.extend(node.items)
        elif node.kind == "and":
            stack.append(node.items[-1])
        elif node.kind == "call" and node.value.lower() == "case":
            stack.extend([*node.items[1::2], node.items[-1]])
        elif node.kind == "call" and node.value.lower() == "format":
            values = [item.value for item in node.items if item.kind == "literal"]
            if len(values) == len(node.items):
                found.append("".join(map(str, values[1:])) or str(values[0]))
    return found


class Usage:
    """One expression: its tree, or the error that kept it from being read. Offsets are those in `site.value`."""

    __slots__ = ("_fragment", "_nodes", "error", "job", "site", "step", "tree", "whole", "workflow")

    def __init__(self, workflow: Workflow, site: Site, start: int, end: int, text: str | None) -> None:
        self.workflow = workflow
        self.site = site
        self.whole = (start, end)
        self.tree: Node | None = None
        self.error: ExpressionError | None = None
        self._fragment: Fragment | None = None
        self._nodes: tuple[Node, ...] | None = None
        self.job, self.step = _owner(workflow, site)
        if text is not None:
            try:
                self.tree = parse_expression(text, start, end)
            except ExpressionError as error:
                self.error = error
                if not text[start:end].strip() and start >= len("${{"):
                    self.error = ExpressionError(error.message, start - len("${{"), end + len("}}"))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every part of it, what holds others before these; none where it can't be read."""
        if self._nodes is None:
            self._nodes = tuple(self.tree.walk()) if self.tree is not None else ()
        return self._nodes

    def place(self, start: int, end: int) -> Place:
        """Return the place in the file of a stretch of the string."""
        if self._fragment is None:
            self._fragment = self.workflow.fragment(self.site.path)
        source = self.workflow.document.source
        if self._fragment is None:
            return Place(source, 0, 0)
        return Place(source, *self._fragment.mark(start, max(end, start + 1)))


def _owner(workflow: Workflow, site: Site) -> tuple[Job | None, Step | None]:
    path = site.path
    if workflow.is_action:
        job = workflow.action_job if path[:1] == ("runs",) else None
        at = 1
    else:
        job = workflow.jobs.get(path[1]) if path[0] == "jobs" and len(path) > 1 else None  # type: ignore[arg-type]
        at = 2
    if job is None or len(path) < at + 2 or path[at] != "steps":
        return job, None
    return job, job.step_at(path[at:])

"""From a string with expressions to the values that it can have."""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.workflow.expressions import ExpressionError, as_text, find_expressions, parse_expression
from devopslint.syntax.tree import UNKNOWN, Candidate, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.policy.subject import Subject

_UNKNOWN = (Candidate(UNKNOWN),)
_MOST = 64


def resolve(value: Any, subject: Subject) -> Sequence[Candidate] | None:
    """Return the candidates of a value in the scope of a subject; `None` when it is plain (see `Document.resolve`)."""
    if not isinstance(value, str) or "${{" not in value:
        return None
    return resolve_in(value, subject.context)


def resolve_in(value: str, scope: Any) -> Sequence[Candidate] | None:
    """Return the candidates of a string in the scope of a Workflow, Job or Step; `None` when it holds no expression."""
    if "${{" not in value:
        return None
    combined: list[Candidate] = [Candidate("")]
    at = 0
    alone = True
    for expression in find_expressions(value):
        if not expression.closed:
            return _UNKNOWN
        found = _evaluate(value, expression.inner_start, expression.inner_end, scope)
        if found is None:
            return _UNKNOWN
        if expression.start == 0 and expression.end == len(value):
            return found
        alone = False
        combined = _joined(combined, value[at : expression.start], found)
        if len(combined) > _MOST:
            return _UNKNOWN
        at = expression.end
    if alone:
        return _UNKNOWN
    return [Candidate(one.value + value[at:], one.origins) for one in combined]


def _joined(before: list[Candidate], text: str, found: Sequence[Candidate]) -> list[Candidate]:
    return [
        Candidate(one.value + text + as_text(other.value), (*one.origins, *other.origins))
        for one in before
        for other in found
        if other.value is not UNKNOWN and not isinstance(other.value, (dict, list))
    ]


def _evaluate(text: str, start: int, end: int, scope: Any) -> Sequence[Candidate] | None:
    tree = expression_tree(text[start:end])
    return value_of(tree, scope) if tree is not None else None


@lru_cache(maxsize=256)
def expression_tree(text: str) -> Node | None:
    """Return the tree of an expression, `None` when it can't be read; the same ones stand at many places."""
    try:
        return parse_expression(text)
    except ExpressionError:
        return None


def value_of(node: Node, scope: Any, depth: int = 0) -> Sequence[Candidate] | None:
    """Return the candidates of an expression's tree, `None` when one of them can't be known."""
    if node.kind == "literal":
        return [Candidate(node.value)]
    if node.kind == "or":
        return _choice(node)
    path = node.path()
    if path is None or len(path) < 2 or depth > 4:
        return None
    if path[0] == "matrix":
        job = getattr(scope, "job", scope)
        matrix = getattr(job, "matrix", None)
        return matrix.candidates(path[1:]) if matrix is not None else None
    if path[0] == "env" and len(path) == 2:
        return _variable(path[1], scope, depth)
    return None


def _choice(node: Node) -> Sequence[Candidate] | None:
    """Return the values of `a && 'x' || 'y'`, where they are written out."""
    found = [item.items[-1] if item.kind == "and" else item for item in node.items]
    if any(item.kind != "and" for item in node.items[:-1]):
        return None
    if not all(item.kind == "literal" and isinstance(item.value, str) and item.value for item in found):
        return None
    return [Candidate(item.value) for item in found]


def _variable(name: str, scope: Any, depth: int) -> Sequence[Candidate] | None:
    """Return the value of a variable from the innermost `env` that has it."""
    owners = _owners(scope)
    for owner in owners:
        env = owner.value.get("env") if hasattr(owner, "value") else owner.root.get("env")
        if env is None:
            continue
        if not isinstance(env, Map) or env.open:
            return None
        key = next((key for key in env if key.lower() == name), None)
        if key is None:
            continue
        if _may_be_set_by_a_step(name, scope):
            return None
        value = env[key]
        where = (*env.at[key][2:],)
        source = _workflow(scope).document.source
        origin = (source, where[0], where[1], f"`env.{key}` is set here")
        if isinstance(value, str) and "${{" in value:
            if depth > 2:
                return None
            outer = owners[owners.index(owner) :]
            inner = resolve_in(value, outer[0])
            if inner is None or any(one.value is UNKNOWN for one in inner):
                return None
            return [Candidate(one.value, (origin, *one.origins)) for one in inner]
        if isinstance(value, (dict, list)) or value is UNKNOWN:
            return None
        return [Candidate(as_text(value), (origin,))]
    return None


def _workflow(scope: Any) -> Any:
    return getattr(scope, "workflow", scope)


def _owners(scope: Any) -> list[Any]:
    job = getattr(scope, "job", None)
    if job is not None:
        return [scope, job, scope.workflow]
    if hasattr(scope, "workflow"):
        return [scope, scope.workflow]
    return [scope]


def _may_be_set_by_a_step(name: str, scope: Any) -> bool:
    """Say whether an earlier step of the job may have put the variable into `GITHUB_ENV`."""
    return any(
        step.run is not None and "GITHUB_ENV" in step.run and name in step.run.lower()
        for step in getattr(scope, "before", ())
    )

"""Checks on `run` steps whose shell is Python: what does not parse, names that nothing binds, imports that nothing uses."""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

from devopslint.artifacts.workflow.expressions import mask_expressions
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_KNOWN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__builtins__", "__annotations__"}
_FREE = lazily(r"\b__future__\b|\b(?:exec|eval|globals|locals|vars)\s*\(|import\s+\*")
_LONGEST = 200_000


def broken_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find scripts that Python can't read."""
    step: Step = subject.context
    text = _script(step)
    if text is None:
        return
    error = _read(text)
    # Newer Pythons read more of what stands in an f-string than the one that runs here.
    if isinstance(error, SyntaxError) and error.lineno is not None and "f-string" not in (error.msg or ""):
        start = _offset(text, error.lineno, max((error.offset or 1) - 1, 0))
        yield _problem(step, start, start + 1, fault=error.msg)


def unsound_names(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names that nothing binds, and imports that nothing uses."""
    step: Step = subject.context
    text = _script(step)
    if text is None or _FREE.search(text):
        return
    tree = _read(text)
    if not isinstance(tree, ast.AST):
        return
    bound, used, imports = _names(tree)
    for node in used:
        if node.id not in bound and node.id not in _KNOWN and set(node.id) != {"_"}:
            yield _at(step, text, node, len(node.id), f"`{node.id}` is defined nowhere")
    names = {node.id for node in used}
    for alias, name in imports:
        if name not in names and "__all__" not in bound:
            yield _at(step, text, alias, len(alias.name), f"`{name}` is imported and not used")


def _script(step: Step) -> str | None:
    """Return a Python script with its expressions masked at equal length, `None` when the step has none."""
    if step.run is None or len(step.run) > _LONGEST or step.shell not in {"python", "python3"}:
        return None
    return mask_expressions(step.run, "_")


@lru_cache(maxsize=4)
def _read(text: str) -> ast.AST | SyntaxError | None:
    """Return the tree of a script, or why Python can't read it; `None` where it is only too much for it."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        return error.with_traceback(None)
    except (ValueError, RecursionError, MemoryError):
        return None


def _names(tree: ast.AST) -> tuple[set[str], list[ast.Name], list[tuple[ast.alias, str]]]:
    bound: set[str] = set()
    used: list[ast.Name] = []
    imports: list[tuple[ast.alias, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                used.append(node)
            else:
                bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            name = node.asname or node.name.split(".")[0]
            bound.add(name)
            imports.append((node, name))
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound, sorted(used, key=lambda one: (one.lineno, one.col_offset)), imports


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column


def _at(step: Step, text: str, node: ast.Name | ast.alias, length: int, fault: str) -> Problem:
    line = text.split("\n")[node.lineno - 1]
    column = len(line.encode()[: node.col_offset].decode(errors="ignore"))
    start = _offset(text, node.lineno, column)
    return _problem(step, start, start + length, fault=fault)


def _problem(step: Step, start: int, end: int, fault: str) -> Problem:
    assert step.fragment is not None
    assert step.run is not None
    last = max(len(step.run) - 1, 0)
    mark = step.fragment.mark(min(start, last), max(min(end, len(step.run)), min(start, last) + 1))
    return Problem(Place(step.fragment.source, *mark), fault=fault)

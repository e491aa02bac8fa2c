"""A check told step by step: what it read of its subject, and which of its own questions held. Only `explain` comes here.

A check is a Python function, so Python is asked: while it runs once more, every `if` of it and of the functions beside it
is noted with the names in it, and every value that it takes from a subject with its place.
"""

from __future__ import annotations

import ast
import inspect
import sys
from contextlib import contextmanager

from devopslint.policy import subject as subjects
from devopslint.policy.trace import Step, Value, shown, value_at
from devopslint.syntax.tree import MISSING, UNKNOWN, Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType
    from typing import Any

    from devopslint.policy.rule import Check
    from devopslint.policy.subject import Subject

    Tracer = Callable[[FrameType, str, Any], Any]

MOST = 60
"""Questions, and values, that are told of one subject; of more only the number."""
_OFFSETS = frozenset({"start", "end"})
"""Fields whose numbers say nothing to people."""
_CANDIDATES = subjects.candidates.__code__
_LONE = subjects.lone.__code__
_RAW = subjects.Subject.raw.__code__


def trace_check(check: Check, subject: Subject, options: Mapping[str, Any]) -> tuple[list[Value], list[Step]]:
    """Run a check on a subject; return the values that it read, and its questions in the order of their answers."""
    watched = _Watched(check, subject)
    before = sys.gettrace()
    with _asked_for_the_first_time(subject.context):
        sys.settrace(watched.enter)
        try:
            for _ in check(subject, options):
                pass
        finally:
            sys.settrace(before)
    if watched.untold:
        watched.steps[-1].text += f" (and {watched.untold} more that are not told)"
    return list(watched.reads.values()), watched.steps


@contextmanager
def _asked_for_the_first_time(context: Any) -> Iterator[None]:
    """Let a check find nothing that it, or one before it, has kept with what a subject belongs to: it would ask nothing."""
    fields = [*getattr(context, "__dict__", ()), *(name for of in type(context).__mro__ for name in _slots(of))]
    owners = [context, *(getattr(context, name, None) for name in fields)]
    kept = {id(one.cache): one.cache for one in owners if isinstance(getattr(one, "cache", None), dict)}
    copies = [(cache, dict(cache)) for cache in kept.values()]
    try:
        for cache, _ in copies:
            cache.clear()
        yield
    finally:
        for cache, copy in copies:
            cache.clear()
            cache.update(copy)


def _slots(of: type) -> Sequence[str]:
    names = of.__dict__.get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


class _Question:
    """An `if` that is being answered: its node, and what the names in it stand for."""

    __slots__ = ("node", "values")

    def __init__(self, node: ast.If, values: list[Value]) -> None:
        self.node = node
        self.values = values


class _Watched:
    """What Python tells of a check while it runs."""

    def __init__(self, check: Check, subject: Subject) -> None:
        self.reads: dict[str, Value] = {}
        self.steps: list[Step] = []
        self.untold = 0
        self._subject = subject
        self._code = getattr(check, "__code__", None)
        self._file = self._code.co_filename if self._code is not None else ""
        self._questions = _questions_of(check)
        self._open: dict[FrameType, _Question] = {}

    def enter(self, frame: FrameType, event: str, arg: Any) -> Tracer | None:
        """Follow the functions of the check's module, and what is read of subjects."""
        code = frame.f_code
        if code is _CANDIDATES or code is _LONE or code is _RAW:
            return self._read
        return self._line if code.co_filename == self._file and not code.co_name.startswith("<") else None

    def _read(self, frame: FrameType, event: str, arg: Any) -> Tracer:
        if event == "return" and arg is not subjects.SEVERAL and len(self.reads) < MOST:
            names = frame.f_locals
            asked = names["self"] if frame.f_code is _RAW else names["subject"]
            path = names["path"]
            steps = subjects.parse_path(path) if isinstance(path, str) else path
            found = arg if frame.f_code is _CANDIDATES else [Candidate(arg)]
            if found and steps:
                name = ".".join(map(str, steps))
                owner = "" if asked is self._subject or not asked.address else f"{asked.address}: "
                values = [value_at(asked, steps, one) for one in found]
                value = values[0]
                value.text = f"{owner}{name}: {' or '.join(one.text for one in values)}"
                self.reads.setdefault(value.text, value)
        return self._read

    def _line(self, frame: FrameType, event: str, arg: Any) -> Tracer:
        question = self._open.get(frame)
        if event == "line":
            if question is not None and not _spans(question.node.test, frame.f_lineno):
                self._answer(frame, question, holds=_within(question.node.body, frame.f_lineno))
            node = self._questions.get(frame.f_lineno)
            if node is not None and frame not in self._open:
                self._open[frame] = _Question(node, _names_in(node.test, frame))
        elif event == "return":
            if question is not None and arg is None:
                self._answer(frame, question, holds=False)
            if isinstance(arg, bool) and frame.f_code is not self._code:
                self._tell(Step(f"{frame.f_code.co_name}()", arg))
        return self._line

    def _answer(self, frame: FrameType, question: _Question, *, holds: bool) -> None:
        del self._open[frame]
        where = "" if frame.f_code is self._code else f"{frame.f_code.co_name}(): "
        step = Step(f"{where}{shown_code(question.node.test)}", holds)
        step.values = question.values
        self._tell(step)

    def _tell(self, step: Step) -> None:
        if len(self.steps) < MOST:
            self.steps.append(step)
        else:
            self.untold += 1


def shown_code(node: ast.expr) -> str:
    """Return an expression on one line, cut when it is long."""
    text = ast.unparse(node)
    return text if len(text) <= 120 else text[:119] + "…"


def _questions_of(check: Check) -> dict[int, ast.If]:
    """Return every `if` of a check's module by its lines."""
    module = inspect.getmodule(check)
    try:
        tree = ast.parse(inspect.getsource(module)) if module is not None else None
    except (OSError, TypeError, SyntaxError):
        return {}
    if tree is None:
        return {}
    found: dict[int, ast.If] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and node.body[0].lineno > (node.test.end_lineno or node.lineno):
            for line in range(node.lineno, (node.test.end_lineno or node.lineno) + 1):
                found.setdefault(line, node)
    return found


def _spans(node: ast.expr, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _within(body: list[ast.stmt], line: int) -> bool:
    return body[0].lineno <= line <= (body[-1].end_lineno or body[-1].lineno)


def _names_in(test: ast.expr, frame: FrameType) -> list[Value]:
    """Return what the names and fields in a question stand for, where that can be written down in a few words."""
    values: dict[str, Value] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and node.attr not in _OFFSETS):
            name = ast.unparse(node)
            found = _looked_up(node, frame)
            if found is not None and _is_plain(found[0]):
                values.setdefault(name, Value(f"{name} = {shown(found[0])}"))
    return list(values.values())


def _looked_up(node: ast.expr, frame: FrameType) -> tuple[Any] | None:
    if isinstance(node, ast.Name):
        return (frame.f_locals[node.id],) if node.id in frame.f_locals else None
    if isinstance(node, ast.Attribute):
        owner = _looked_up(node.value, frame)
        try:
            return None if owner is None else (getattr(owner[0], node.attr),)
        except Exception:  # a field that can't be had says nothing
            return None
    return None


def _is_plain(value: Any) -> bool:
    if value is MISSING or value is UNKNOWN or value is None or isinstance(value, (bool, int, float, str)):
        return True
    return isinstance(value, (list, tuple)) and len(value) <= 8 and all(map(_is_plain, value))

"""The grammar of `${{ }}` expressions, with the place of every part in the string that holds it.

Source: GitHub Docs, "Evaluate expressions in workflows and actions", and the published grammar of `@actions/expressions`.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DEEPEST = 50
_MOST_STEPS = 100
_TOKEN = lazily(
    r"""\s*(?:
        (?P<number>[+-]?(?:0x[0-9A-Fa-f]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity\b)|NaN\b)
      | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<string>'(?:[^']|'')*')
      | (?P<operator>==|!=|<=|>=|&&|\|\||[<>!.,*()\[\]])
    )""",
    re.VERBOSE,
)
_REFERENCE = lazily(r"\s*([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)\s*")
EXPRESSION = r"\$\{\{(?:(?!\$\{\{)[\s\S])*?\}\}"
"""A pattern of an expression where none has a `}}` in a string literal; `find_expressions` heeds these too.

It begins with the last `${{` before its end, so that each letter is looked at but once however many never end.
"""
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


class ExpressionError(ValueError):
    """An expression that can't be read: a message (lower case, no final stop) and offsets in the string."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class Expression:
    """A `${{ … }}` in a string: offsets of the whole, offsets of what is inside, and whether it was closed."""

    __slots__ = ("closed", "end", "inner_end", "inner_start", "start")

    def __init__(self, start: int, end: int, closed: bool = True) -> None:
        self.start = start
        self.end = end
        self.inner_start = start + 3
        self.inner_end = end - 2 if closed else end
        self.closed = closed


class Node:
    """A part of an expression and its offsets in the string.

    | kind | value | items |
    |---|---|---|
    | `literal` | the string, number, boolean or `None` | |
    | `name` | a context (`github`) | |
    | `property` | the property's name | the object |
    | `index` | | the object and the index |
    | `star` | | the object |
    | `call` | the function's name as written | the arguments |
    | `not` | | the operand |
    | `compare` | the operator | both operands |
    | `and`, `or` | | two or more operands |
    """

    __slots__ = ("_path", "end", "items", "kind", "start", "value")

    def __init__(self, kind: str, start: int, end: int, value: Any = None, items: tuple[Node, ...] = ()) -> None:
        self._path: tuple[str, ...] | None = ()
        self.kind = kind
        self.start = start
        self.end = end
        self.value = value
        self.items = items

    def walk(self) -> Iterator[Node]:
        """Yield this node and every one below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.items))

    def path(self) -> tuple[str, ...] | None:
        """Return a reference as lower-case names, `*` for any and `?` for an index that is no string; else `None`."""
        if self._path == ():
            self._path = self._its_path()
        return self._path

    def _its_path(self) -> tuple[str, ...] | None:
        steps: list[str] = []
        node = self
        while node.kind != "name":
            if node.kind == "property":
                steps.append(node.value.lower())
            elif node.kind == "star":
                steps.append("*")
            elif node.kind == "index":
                index = node.items[1]
                is_name = index.kind == "literal" and isinstance(index.value, str)
                steps.append(index.value.lower() if is_name else "*" if index.kind == "literal" else "?")
            else:
                return None
            node = node.items[0]
        steps.append(node.value.lower())
        return tuple(reversed(steps))

    def __repr__(self) -> str:
        inside = ", ".join(repr(item) for item in self.items)
        return f"{self.kind}({self.value!r}{', ' if inside else ''}{inside})"


def find_expressions(text: str) -> Iterator[Expression]:
    """Yield every `${{ … }}` of a string; one that is never closed reaches to the end of the string."""
    at = text.find("${{")
    while at >= 0:
        end = _closing(text, at + 3)
        if end < 0:
            yield Expression(at, len(text), closed=False)
            return
        yield Expression(at, end + 2)
        at = text.find("${{", end + 2)


def mask_expressions(text: str, letter: str) -> str:
    """Return a text with a letter in place of each of an expression, so that all else stays where it is."""
    parts: list[str] = []
    at = 0
    for found in find_expressions(text):
        parts += text[at : found.start], letter * (found.end - found.start)
        at = found.end
    return "".join([*parts, text[at:]]) if parts else text


def _closing(text: str, at: int) -> int:
    """Return where the `}}` is that no string literal hides, or -1."""
    end = text.find("}}", at)
    while end >= 0:
        quote = text.find("'", at, end)
        if quote < 0:
            return end
        at = text.find("'", quote + 1) + 1
        if at == 0:
            return -1
        if at > end:
            end = text.find("}}", at)
    return -1


def parse_expression(text: str, start: int = 0, end: int | None = None) -> Node:
    """Return the tree of the expression in `text[start:end]`, offsets counted in `text`.

    Raises ExpressionError with the offsets of the first fault.
    """
    last = len(text) if end is None else end
    return _plain_reference(text, start, last) or _Parser(text, start, last).parse()


def _plain_reference(text: str, start: int, end: int) -> Node | None:
    """Return the tree of an expression that is but names with dots between them, as most are; `None` for any other."""
    found = _REFERENCE.fullmatch(text, start, end)
    if found is None:
        return None
    first, *properties = found[1].split(".")
    if first in _CONSTANTS or len(properties) >= _MOST_STEPS or "Infinity" in found[1] or "NaN" in found[1]:
        return None
    at = found.start(1)
    node = Node("name", at, at + len(first), first)
    for name in properties:
        node = Node("property", at, node.end + 1 + len(name), name, (node,))
    return node


class _Parser:
    __slots__ = ("depth", "index", "last", "text", "tokens")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.last = end
        self.tokens: list[tuple[str, str, int, int]] = []
        self.index = 0
        self.depth = 0
        self._read_tokens(start, end)

    def _read_tokens(self, at: int, end: int) -> None:
        text, match = self.text, _TOKEN.match
        while at < end:
            found = match(text, at, end)
            if found is None or found.lastgroup is None:
                left = text[at:end].lstrip()
                if not left:
                    break
                raise ExpressionError(*self._strange(end - len(left), end))
            kind = found.lastgroup
            self.tokens.append((kind, found[kind], *found.span(kind)))
            at = found.end()

    def _strange(self, at: int, end: int) -> tuple[str, int, int]:
        char = self.text[at]
        if char == '"':
            close = self.text.find('"', at + 1, end)
            return "strings in expressions take single quotes", at, close + 1 if close > 0 else at + 1
        if char == "'":
            return "string is not closed", at, end
        if char in "&|=":
            return f"`{char}` is no operator: write `{char * 2}`", at, at + 1
        return f"unexpected `{char}`", at, at + 1

    def parse(self) -> Node:
        if not self.tokens:
            raise ExpressionError("expression is empty", max(self.last - 1, 0), self.last)
        node = self._or()
        if self.index < len(self.tokens):
            _, token, start, end = self.tokens[self.index]
            raise ExpressionError(f"unexpected `{token}`", start, end)
        return node

    def _peek(self) -> str:
        """Return the operator that comes next, or the empty string."""
        if self.index < len(self.tokens):
            kind, token, _, _ = self.tokens[self.index]
            if kind == "operator":
                return token
        return ""

    def _expect(self, wanted: str) -> int:
        """Take an operator and return where it ends."""
        if self._peek() != wanted:
            raise self._unexpected(f"`{wanted}` expected")
        self.index += 1
        return self.tokens[self.index - 1][3]

    def _unexpected(self, wanted: str) -> ExpressionError:
        if self.index < len(self.tokens):
            _, token, start, end = self.tokens[self.index]
            return ExpressionError(f"{wanted}, found `{token}`", start, end)
        _, _, start, end = self.tokens[-1]
        return ExpressionError(f"{wanted} at the end of the expression", start, end)

    def _or(self) -> Node:
        return self._chain("or", "||", self._and)

    def _and(self) -> Node:
        return self._chain("and", "&&", self._comparison)

    def _chain(self, kind: str, operator: str, below: Any) -> Node:
        items = [below()]
        while self._peek() == operator:
            self.index += 1
            items.append(below())
        return items[0] if len(items) == 1 else Node(kind, items[0].start, items[-1].end, None, tuple(items))

    def _comparison(self) -> Node:
        left = self._unary()
        while self._peek() in _COMPARISONS:
            operator = self._peek()
            self.index += 1
            right = self._unary()
            left = Node("compare", left.start, right.end, operator, (left, right))
        return left

    def _unary(self) -> Node:
        negations: list[int] = []
        while self._peek() == "!":
            negations.append(self.tokens[self.index][2])
            self.index += 1
        node = self._postfix()
        for start in reversed(negations):
            node = Node("not", start, node.end, None, (node,))
        return node

    def _postfix(self) -> Node:
        node = self._primary()
        steps = 0
        while True:
            operator = self._peek()
            steps += 1
            if steps > _MOST_STEPS and operator in {".", "["}:
                _, _, start, end = self.tokens[self.index]
                raise ExpressionError(f"reference has more than {_MOST_STEPS} steps", start, end)
            if operator == ".":
                self.index += 1
                node = self._property(node)
            elif operator == "[":
                self.index += 1
                if self._peek() == "*":
                    self.index += 1
                    node = Node("star", node.start, self._expect("]"), None, (node,))
                else:
                    index = self._nested()
                    node = Node("index", node.start, self._expect("]"), None, (node, index))
            else:
                return node

    def _property(self, owner: Node) -> Node:
        if self._peek() == "*":
            self.index += 1
            return Node("star", owner.start, self.tokens[self.index - 1][3], None, (owner,))
        if self.index < len(self.tokens) and self.tokens[self.index][0] == "name":
            _, name, _, end = self.tokens[self.index]
            self.index += 1
            return Node("property", owner.start, end, name, (owner,))
        raise self._unexpected("a property's name expected")

    def _nested(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            _, _, start, end = self.tokens[min(self.index, len(self.tokens) - 1)]
            raise ExpressionError("expression is nested too deeply", start, end)
        node = self._or()
        self.depth -= 1
        return node

    def _primary(self) -> Node:
        if self.index >= len(self.tokens):
            raise self._unexpected("a value expected")
        kind, token, start, end = self.tokens[self.index]
        if kind == "operator":
            if self._peek() != "(":
                raise self._unexpected("a value expected")
            self.index += 1
            node = self._nested()
            close = self._expect(")")
            return Node(node.kind, start, close, node.value, node.items)
        self.index += 1
        if kind == "string":
            return Node("literal", start, end, token[1:-1].replace("''", "'"))
        if kind == "number":
            return Node("literal", start, end, _number(token))
        if self._peek() == "(":
            self.index += 1
            return self._call(token, start)
        if token in _CONSTANTS:
            return Node("literal", start, end, _CONSTANTS[token])
        return Node("name", start, end, token)

    def _call(self, name: str, start: int) -> Node:
        arguments: list[Node] = []
        if self._peek() != ")":
            arguments.append(self._nested())
            while self._peek() == ",":
                self.index += 1
                arguments.append(self._nested())
        return Node("call", start, self._expect(")"), name, tuple(arguments))


def _number(token: str) -> float | int:
    sign = -1 if token.startswith("-") else 1
    bare = token.lstrip("+-")
    if bare[:2] in {"0x", "0o"}:
        return sign * int(bare, 0)
    if bare.isdigit():
        return sign * int(bare)
    return sign * float(bare)


def as_text(value: Any) -> str:
    """Return a value as an expression turns it into a string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

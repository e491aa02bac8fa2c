"""From an expression to its value, as far as the files of the folder say."""

from __future__ import annotations

from devopslint.artifacts.terraform.functions import call
from devopslint.artifacts.terraform.operators import OPERATORS, member
from devopslint.artifacts.terraform.plain_values import plain_value
from devopslint.artifacts.terraform.templates import render
from devopslint.artifacts.terraform.values import MOST_ITEMS, EvaluationError, sequence, text_of
from devopslint.syntax.hcl_nodes import Expression, called, is_spread, parse_expression, plain
from devopslint.syntax.hcl_text import unescape
from devopslint.syntax.tree import UNKNOWN, Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from tree_sitter import Node

    from devopslint.artifacts.terraform.values import Origin, Resolve, Scope

MOST_DEPTH = 60
_UNKNOWN: Sequence[Candidate] = (Candidate(UNKNOWN),)


def evaluate(
    expression: Expression, scope: Scope, bound: Mapping[str, Any] | None = None
) -> tuple[Any, tuple[Origin, ...]]:
    """Return the value of an expression, UNKNOWN when it can't be known, and where it comes from. Never raises.

    `bound` holds what names are worth besides those of the scope: `each`, `count`, the iterator of a `dynamic` block.
    """
    known = {**(bound or {}), **(expression.bound or {})}
    try:
        if expression.is_plain:
            origins: list[Origin] = []
            found = plain_value(expression.text, scope, known, origins)
            if found is not None:
                return found[0], tuple(dict.fromkeys(origins))
        evaluator = _Evaluator(expression, scope)
        value = evaluator.value(expression.node, known)
    except (EvaluationError, RecursionError):
        return UNKNOWN, ()
    return value, tuple(dict.fromkeys(evaluator.origins))


def resolver(scope: Scope, bound: Mapping[str, Any]) -> Resolve:
    """Return what resolves the expressions of a scope, where `bound` says what `each` or `count` is worth besides.

    It returns the value as one candidate, `None` when it is no expression, and keeps what it has worked out.
    """
    memo: dict[int, tuple[Expression, Sequence[Candidate]]] = {}  # with the expression, so that none takes its id

    def resolve(value: Any, subject: Any = None) -> Sequence[Candidate] | None:
        if not isinstance(value, Expression):
            return None
        found = memo.get(id(value))
        if found is None:
            memo[id(value)] = value, _UNKNOWN  # what a value that is made of itself comes to
            result, origins = evaluate(value, scope, bound)
            found = memo[id(value)] = value, (Candidate(result, origins),)
        return found[1]

    return resolve


class _Evaluator:
    def __init__(self, expression: Expression, scope: Scope) -> None:
        self.text = expression.text_of
        self.shift = expression.shift
        self.scope = scope
        self.origins: list[Origin] = []
        self.depth = 0
        self.steps = 0

    def value(self, node: Node, bound: Mapping[str, Any]) -> Any:
        """Return the value of a node. Raises EvaluationError for what Terraform would refuse."""
        self.steps += 1
        if self.depth >= MOST_DEPTH or self.steps > MOST_ITEMS * 10:
            return UNKNOWN
        self.depth += 1
        try:
            node = plain(node)
            handler = _HANDLERS.get(node.type)
            return UNKNOWN if handler is None else handler(self, node, bound)
        finally:
            self.depth -= 1

    def settle(self, value: Any) -> Any:
        """Return what an expression inside a known value comes to."""
        found = self.scope.resolve(value)
        if found is None:
            return value
        self.origins.extend(found[0].origins)
        return found[0].value

    def scalar(self, node: Node, bound: Mapping[str, Any]) -> Any:
        text = self.text(node)
        if text in _WORDS:
            return _WORDS[text]
        try:
            return int(text)
        except ValueError:
            try:
                return float(text)
            except ValueError:
                return UNKNOWN

    def string(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return unescape(self.text(node)[1:-1])

    def template(self, node: Node, bound: Mapping[str, Any]) -> Any:
        """Return a template's value: UNKNOWN when a part of it can't be known."""
        return render(self, node, bound)

    def items(self, node: Node, bound: Mapping[str, Any]) -> Any:
        result = Seq(node.start_byte + self.shift, node.end_byte + self.shift)
        for child in node.children:
            if child.type == "expression":
                result.add(self.value(child, bound), (child.start_byte + self.shift, child.end_byte + self.shift))
        return result

    def pairs(self, node: Node, bound: Mapping[str, Any]) -> Any:
        result = Map(node.start_byte + self.shift, node.end_byte + self.shift)
        for child in node.children:
            if child.type != "object_elem" or child.child_count < 3:
                continue
            key_node, value_node = child.children[0], child.children[-1]
            if key_node.child_count == 1 and key_node.children[0].type == "variable_expr":
                key: Any = self.text(key_node)
            else:
                key = self.value(key_node, bound)
            if key is UNKNOWN or key is None:
                result.open = True
                key = self.text(key_node)
            marks = (key_node.start_byte, key_node.end_byte, value_node.start_byte, value_node.end_byte)
            shifted = tuple(mark + self.shift for mark in marks)
            result.put(text_of(key), self.value(value_node, bound), shifted)  # type: ignore[arg-type]
        return result

    def traversal(self, node: Node, bound: Mapping[str, Any]) -> Any:
        """Return the value of a term with what follows it: `var.x.y[0]`, `f(x).y`, `(x)[*].id`."""
        children = node.children
        first = 0
        if children[0].type == "variable_expr":
            value, first = self._head(children, bound)
        elif children[0].type == "(":
            value = self.value(children[1], bound)
            first = 3
        else:
            value = self.value(children[0], bound)
            first = 1
        tails = [part for tail in children[first:] for part in _flat(tail)]
        return self._follow(value, tails, bound)

    def _head(self, children: list[Node], bound: Mapping[str, Any]) -> tuple[Any, int]:
        name = self.text(children[0])
        if name in bound:
            return bound[name], 1
        if name in {"var", "local"} and len(children) > 1 and children[1].type == "get_attr":
            value, origins = self.scope.lookup(name, self.text(children[1].children[-1]))
            self.origins.extend(origins)
            return value, 2
        if name == "module" and len(children) > 2 and children[1].type == children[2].type == "get_attr":
            address = ".".join(self.text(child.children[-1]) for child in children[1:3])
            return self.scope.lookup(name, address)[0], 3
        if name == "path" and len(children) > 1 and self.text(children[1]) == ".module":
            return ".", 2
        return UNKNOWN, len(children)

    def _follow(self, value: Any, tails: list[Node], bound: Mapping[str, Any]) -> Any:
        for index, tail in enumerate(tails):
            value = self.settle(value)
            if value is UNKNOWN:
                return UNKNOWN
            kind = tail.type
            if kind in {".*", "[*]"}:
                if value is None:
                    return sequence([])
                items = value if isinstance(value, list) else [value]
                rest = tails[index + 1 :]
                return sequence(
                    (self._follow(item, rest, bound) for item in items), bool(getattr(value, "open", False))
                )
            if kind == "get_attr":
                value = member(value, self.text(tail.children[-1]))
            elif kind == "legacy_index":
                value = member(value, self.scalar_index(tail))
            else:
                inner = [part for part in tail.children if part.type == "expression"]
                value = member(value, self.value(inner[0], bound) if inner else UNKNOWN)
        return self.settle(value)

    def scalar_index(self, tail: Node) -> Any:
        digits = self.text(tail).strip(".")
        return int(digits) if digits.isdigit() else UNKNOWN

    def function(self, node: Node, bound: Mapping[str, Any]) -> Any:
        name, arguments = called(node, self.text)
        if name in {"try", "can"}:
            return self._try(arguments, bound, name == "can")
        values = [self.value(argument, bound) for argument in arguments]
        if is_spread(node):
            last = values.pop()
            if not isinstance(last, list) or getattr(last, "open", False):
                return UNKNOWN
            values.extend(last)
        values = [self._settled_items(value) for value in values]
        if name in {"file", "templatefile"} and values:
            return self._file(name, values)
        return call(name, values)

    def _file(self, name: str, values: list[Any]) -> Any:
        source = self.scope.read_file(values[0]) if isinstance(values[0], str) else None
        if source is None or name == "file":
            return UNKNOWN if source is None else source.text
        if len(values) != 2 or not isinstance(values[1], dict):
            return UNKNOWN
        marker = "END_OF_TEMPLATE"
        if marker in source.text:
            return UNKNOWN
        text = type(source)(f"{source.path}#{len(source.text)}", f"<<{marker}\n{source.text}\n{marker}\n")
        template = parse_expression(text, 0, len(text.text))
        if template is None:
            return UNKNOWN
        inner = _Evaluator(template, self.scope)
        inner.depth = self.depth
        result = inner.value(template.node, values[1])
        return result[:-1] if isinstance(result, str) else UNKNOWN

    def _settled_items(self, value: Any) -> Any:
        """Return a list or map with its own expressions evaluated, one level down."""
        value = self.settle(value)
        if isinstance(value, Seq) and any(isinstance(item, Expression) for item in value):
            return sequence((self.settle(item) for item in value), value.open)
        return value

    def _try(self, arguments: list[Node], bound: Mapping[str, Any], only_whether: bool) -> Any:
        for argument in arguments:
            depth = self.depth
            try:
                value = self.settle(self.value(argument, bound))
            except EvaluationError:
                self.depth = depth
                continue
            if only_whether:
                return UNKNOWN if value is UNKNOWN else True
            return value
        if only_whether:
            return False
        raise EvaluationError("try")

    def conditional(self, node: Node, bound: Mapping[str, Any]) -> Any:
        parts = [child for child in node.children if child.is_named and child.type != "comment"]
        if len(parts) != 3:
            return UNKNOWN
        condition = self.value(parts[0], bound)
        if isinstance(condition, str) and condition in {"true", "false"}:
            condition = condition == "true"
        if isinstance(condition, bool):
            return self.value(parts[1] if condition else parts[2], bound)
        try:
            yes, no = self.value(parts[1], bound), self.value(parts[2], bound)
        except EvaluationError:
            return UNKNOWN
        plain_both = isinstance(yes, (str, int, float, bool)) and yes.__class__ is no.__class__
        return yes if plain_both and yes == no else UNKNOWN

    def unary(self, node: Node, bound: Mapping[str, Any]) -> Any:
        operator = self.text(node.children[0])
        value = self._operand(node.children[1:], bound)
        if value is UNKNOWN:
            return UNKNOWN
        if operator == "!":
            value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
            return not value if isinstance(value, bool) else UNKNOWN
        return -value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNKNOWN

    def binary(self, node: Node, bound: Mapping[str, Any]) -> Any:
        children = node.children
        at = next(
            (i for i, child in enumerate(children) if self.text(child) in OPERATORS and i and not child.is_named), 0
        )
        if not at:
            return UNKNOWN
        operator = self.text(children[at])
        left = self._operand(children[:at], bound)
        if operator in {"&&", "||"}:
            decisive = operator == "||"
            if left is decisive:
                return decisive
            right = self._operand(children[at + 1 :], bound)
            if right is decisive:
                return decisive
            return UNKNOWN if left is UNKNOWN or right is UNKNOWN else not decisive
        right = self._operand(children[at + 1 :], bound)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        return OPERATORS[operator](left, right)

    def _operand(self, nodes: list[Node], bound: Mapping[str, Any]) -> Any:
        """Return the value of an operand, whose parentheses and traversal are not wrapped in a node of their own."""
        nodes = [node for node in nodes if node.type != "comment"]
        if nodes and nodes[0].type == "(":
            value = self.value(nodes[1], bound)
            nodes = nodes[3:]
        elif nodes and nodes[0].type == "variable_expr":
            value, used = self._head(nodes, bound)
            nodes = nodes[used:]
        elif nodes:
            value = self.value(nodes[0], bound)
            nodes = nodes[1:]
        else:
            return UNKNOWN
        return self._follow(value, [part for tail in nodes for part in _flat(tail)], bound)

    def variable(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return self.settle(bound.get(self.text(node), UNKNOWN))

    def loop(self, node: Node, bound: Mapping[str, Any]) -> Any:
        inner = node.children[0]
        intro = next((child for child in inner.children if child.type == "for_intro"), None)
        if intro is None:
            return UNKNOWN
        names = [self.text(child) for child in intro.children if child.type == "identifier"]
        source = [child for child in intro.children if child.type == "expression"]
        collection = self.value(source[0], bound) if source else UNKNOWN
        if not isinstance(collection, (dict, list)) or getattr(collection, "open", False):
            return UNKNOWN
        pairs = list(collection.items() if isinstance(collection, dict) else enumerate(collection))
        bodies = [child for child in inner.children if child.type == "expression"]
        condition = next((child for child in inner.children if child.type == "for_cond"), None)
        grouped = any(child.type == "ellipsis" for child in inner.children)
        if len(pairs) > MOST_ITEMS or not bodies:
            return UNKNOWN
        found: list[list[Any]] = []
        for key, value in pairs:
            names_now = {**bound, **dict(zip(names, (key, value) if len(names) == 2 else (value,), strict=False))}
            if condition is not None:
                kept = self.value(next(part for part in condition.children if part.type == "expression"), names_now)
                if kept is UNKNOWN:
                    return UNKNOWN
                if not kept:
                    continue
            found.append([self.value(body, names_now) for body in bodies])
        if inner.type == "for_tuple_expr":
            return sequence(one[0] for one in found)
        result = Map()
        for one in found:
            if len(one) != 2 or one[0] is UNKNOWN or one[0] is None:
                return UNKNOWN
            key = text_of(one[0])
            if grouped:
                result.setdefault(key, sequence(())).add(one[1], (0, 0))
            else:
                result.put(key, one[1], (0, 0, 0, 0))
        return result


def _flat(tail: Node) -> list[Node]:
    """Return the steps of a tail in a row: attribute names, indexes, and `.*` or `[*]` for a splat."""
    found: list[Node] = []
    stack = [tail]
    while stack:
        node = stack.pop()
        if node.type in {"index", "splat", "attr_splat", "full_splat"}:
            stack.extend(reversed(node.children))
        elif node.type in {"get_attr", "new_index", "legacy_index", ".*", "[*]"}:
            found.append(node)
    return found


_WORDS = {"true": True, "false": False, "null": None}
_HANDLERS: dict[str, Callable[[_Evaluator, Node, Mapping[str, Any]], Any]] = {
    "bool_lit": _Evaluator.scalar,
    "null_lit": _Evaluator.scalar,
    "numeric_lit": _Evaluator.scalar,
    "string_lit": _Evaluator.string,
    "quoted_template": _Evaluator.template,
    "heredoc_template": _Evaluator.template,
    "tuple": _Evaluator.items,
    "object": _Evaluator.pairs,
    "expression": _Evaluator.traversal,
    "function_call": _Evaluator.function,
    "conditional": _Evaluator.conditional,
    "unary_operation": _Evaluator.unary,
    "binary_operation": _Evaluator.binary,
    "variable_expr": _Evaluator.variable,
    "for_expr": _Evaluator.loop,
}

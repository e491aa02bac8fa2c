"""AWS policies as Terraform writes them: JSON in strings and heredocs, `jsonencode`, and `aws_iam_policy_document`."""

from __future__ import annotations

from devopslint.artifacts.terraform.uses import Instance, scope_of
from devopslint.artifacts.terraform.values import rebuilt, standing_at
from devopslint.artifacts.terraform.variables import settled
from devopslint.knowledge.aws_policy import HOLE, Entry, Statement, Test, read_policy
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.hcl_layout import layout_of
from devopslint.syntax.hcl_nodes import Block, Expression, called, plain, walk
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tree_sitter import Node

    from devopslint.artifacts.terraform.values import Scope
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

TRUST = "assume_role_policy"
"""Where a role says who may take it on."""


class Where:
    """Turns marks of a policy into places: in the configuration, or beside it in the `file` that it reads."""

    __slots__ = ("fallback", "file", "source")

    def __init__(self, source: Source | None, fallback: Place, file: Source | None = None) -> None:
        self.source = source
        self.fallback = fallback
        self.file = file

    def text_of(self, entry: Entry) -> str:
        """Return an entry as it is written, or an empty text when its place is not known."""
        return self.source.text[slice(*entry.mark)] if self.source is not None and entry.mark is not None else ""

    def problem(self, entry: Entry, statement: Statement, **values: Any) -> Problem:
        """Return the problem that points at an entry of a statement."""
        return self.problem_at(entry.mark, **values)

    def problem_at(self, mark: Mark | None, **values: Any) -> Problem:
        """Return the problem that points at a mark."""
        if mark is None or mark[1] <= mark[0]:
            return Problem(self.fallback, **values)
        if self.source is None:
            return Problem(self.fallback, related=related_in(self.file, mark), **values)
        return Problem(Place(self.source, *mark), **values)


def related_in(file: Source | None, mark: Mark) -> list[Related]:
    """Return the second place of a finding that stands in a file which an expression reads."""
    return [Related(Place(file, *mark), "written here")] if file is not None else []


def statements_of(subject: Subject, path: str = "policy") -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of the policy at a path of a resource, or of a policy document, each with its places.

    A data source is judged as trust when it has principals and assumes roles, as a policy when it has none.
    """
    if subject.kind == "terraform.data":
        found = list(_data_statements(subject))
        trust = any(
            str(entry.value).startswith("sts:AssumeRole") for _, one in found if one.principals for entry in one.actions
        )
        if trust == (path == TRUST):
            yield from found
        return
    if path in subject.value:
        yield from _value_statements(subject, (path,), subject.value[path], subject.value.at[path][2:])
    inline = subject.value.get("inline_policy")
    if path == "policy" and inline is not None and not isinstance(inline, Seq):
        yield from _value_statements(subject, ("inline_policy",), inline, subject.value.at["inline_policy"][2:])
    elif path == "policy" and isinstance(inline, Seq):
        for index, block in enumerate(inline):
            if isinstance(block, Map) and "policy" in block:
                place = ("inline_policy", index, "policy")
                yield from _value_statements(subject, place, block["policy"], block.at["policy"][2:])


def _value_statements(
    subject: Subject, path: tuple[str | int, ...], raw: Any, mark: Mark
) -> Iterator[tuple[Where, Statement]]:
    source = subject.document.source
    fallback = subject.place(path)
    scope = scope_of(subject)
    root, where = read_embedded(raw, mark, scope, source)
    places = Where(where, fallback, file_of(raw, scope) if where is None else None)
    for statement in read_policy(root):
        yield places, statement


def document_of(subject: Subject, attribute: str) -> tuple[Any, Where] | None:
    """Return the tree of the JSON that an attribute holds, however it is written, and its places; `None`: no attribute."""
    if attribute not in subject.value:
        return None
    mark = subject.value.at[attribute][2:]
    source = subject.document.source
    scope = scope_of(subject)
    root, where = read_embedded(subject.value[attribute], mark, scope, source)
    file = file_of(subject.value[attribute], scope) if where is None else None
    return root, Where(where, subject.place((attribute,)), file)


def read_embedded(raw: Any, mark: Mark, scope: Scope, source: Source) -> tuple[Any, Source | None]:
    """Return the tree of a JSON document, and the source that its marks count in (`None`: its marks mean nothing)."""
    if isinstance(raw, str):
        if source.text.startswith("<<", mark[0]):
            return _json(_blank(source, mark, ()), source.path), source
        return _json(raw, source.path), None
    if isinstance(raw, Expression):
        if not raw.is_plain:
            node = plain(raw.node)
            if node.type == "heredoc_template":
                return _json(_blank(source, mark, _holes(raw)), source.path), source
            name, arguments = called(node, raw.text_of) if node.type == "function_call" else ("", [])
            if name == "jsonencode" and arguments:
                return _encoded(raw, arguments[0], scope), source
        found = _worth(scope.value(raw), scope)
        return (_json(found, source.path) if isinstance(found, str) else found), None
    return raw, None


def _encoded(raw: Expression, argument: Node, scope: Scope) -> Any:
    """Return what an expression gives to `jsonencode`, each part where it stands in the file of the expression."""
    resolved = scope.resolve(raw)
    if resolved is None:
        return UNKNOWN
    value, start, end = _worth(resolved[0].value, scope), argument.start_byte + raw.shift, argument.end_byte + raw.shift
    # What an instance is given stands wherever the loop has it from.
    if not isinstance(scope, Instance) and all(source is raw.source for source, *_ in resolved[0].origins):
        return value
    return standing_at(
        value, (start, end), layout_of(Expression(raw.source, argument, start, end, raw.shift, raw.bound))
    )


def _worth(value: Any, scope: Scope) -> Any:
    """Return a value with the expressions in it worked out: what they come to stands where they do."""
    if isinstance(value, Expression):
        return standing_at(settled(scope, value), (value.start, value.end))
    return rebuilt(value, lambda item: _worth(item, scope)) if isinstance(value, (Map, Seq)) else value


def file_of(raw: Any, scope: Scope) -> Source | None:
    """Return the file that an expression is nothing but the text of: `file("policy.json")`, a template without holes."""
    if not isinstance(raw, Expression) or raw.is_plain:
        return None
    node = plain(raw.node)
    name, arguments = called(node, raw.text_of) if node.type == "function_call" else ("", [])
    if name not in {"file", "templatefile"} or not arguments:
        return None
    start, end = arguments[0].start_byte + raw.shift, arguments[0].end_byte + raw.shift
    path = scope.value(Expression(raw.source, arguments[0], start, end, raw.shift, raw.bound))
    found = scope.read_file(path) if isinstance(path, str) else None
    return found if found is not None and found.text == scope.value(raw) else None


def _holes(expression: Expression) -> list[Mark]:
    return [
        (node.start_byte + expression.shift, node.end_byte + expression.shift)
        for node in walk(expression.node, lambda node: not node.type.startswith("template_interpolation"))
        if node.type in {"template_interpolation", "template_directive"}
    ]


def _blank(source: Source, mark: Mark, holes: Any) -> str:
    """Return the JSON of a heredoc at its own offsets, with what is not known replaced at equal length."""
    text = source.text
    start = text.find("\n", mark[0], mark[1]) + 1
    end = text.rfind("\n", mark[0], mark[1])
    pieces = [" " * start]
    at = start
    for first, last in holes:
        pieces += [text[at:first], HOLE * (last - first)]
        at = last
    pieces.append(text[at:end])
    return "".join(pieces)


def _json(text: str, path: str) -> Any:
    from devopslint.syntax.json import read_json
    from devopslint.syntax.source import Source

    documents, problems = read_json(Source(path, text))
    return documents[0].root if documents and not problems else UNKNOWN


def _data_statements(subject: Subject) -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of an `aws_iam_policy_document`."""
    blocks = subject.value.get("statement")
    source = subject.document.source
    scope = scope_of(subject)
    for block in blocks if isinstance(blocks, Seq) else [blocks]:
        if not isinstance(block, Map):
            continue
        header = (block.header if isinstance(block, Block) else None) or (block.start, block.start + 1)
        statement = Statement(header)
        statement.effect = scope.value(block.get("effect", "Allow"))
        statement.actions = _listed(scope, block, "actions")
        statement.not_actions = _listed(scope, block, "not_actions")
        statement.resources = _listed(scope, block, "resources")
        statement.not_resources = _listed(scope, block, "not_resources")
        conditions, principals = block.get("condition"), block.get("principals")
        excluded = block.get("not_principals")
        statement.open = any(
            one is UNKNOWN or getattr(one, "open", False) for one in (conditions, principals, excluded)
        )
        for condition in conditions if isinstance(conditions, Seq) else ():
            if not isinstance(condition, Map):
                continue
            variable = scope.value(condition.get("variable", UNKNOWN))
            if isinstance(variable, str):
                operator = scope.value(condition.get("test", ""))
                values = _listed(scope, condition, "values")
                statement.add_test(Test(operator if isinstance(operator, str) else "", variable, values))
            else:
                statement.open = True
        statement.principals = list(_identifiers(scope, principals))
        statement.not_principals = [entry for _, entry in _identifiers(scope, excluded)]
        yield Where(source, Place(source, *header)), statement


def _identifiers(scope: Scope, blocks: Any) -> Iterator[tuple[str, Entry]]:
    for principal in blocks if isinstance(blocks, Seq) else ():
        if isinstance(principal, Map):
            kind = scope.value(principal.get("type", UNKNOWN))
            for entry in _listed(scope, principal, "identifiers"):
                yield (kind if isinstance(kind, str) else ""), entry


def _listed(scope: Scope, block: Map, key: str) -> list[Entry]:
    if key not in block:
        return []
    mark = block.at[key][2:]
    raw = block[key]
    value = scope.value(raw)
    if not isinstance(value, Seq):
        return [Entry(UNKNOWN, mark)]
    own = raw is value
    return [Entry(scope.value(item), value.at[index] if own else mark) for index, item in enumerate(value)]

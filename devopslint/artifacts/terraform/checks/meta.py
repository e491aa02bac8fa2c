"""Checks of what the language itself gives a meaning: `count`, `for_each`, `depends_on`, `lifecycle`, `each`, `self`."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.language import LIST_FUNCTIONS
from devopslint.artifacts.terraform.overrides import where_set
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expanded, Expression, blocks_of, expressions, plain
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import Reference

    Options = Mapping[str, Any]

_LOOPING = ("resource", "data", "ephemeral", "module")
_META = frozenset({"count", "for_each", "depends_on", "lifecycle", "provisioner"})
_OF_NO_CIRCLE = frozenset({"var", "module", "output"})
_NO_DEPENDENCY = frozenset({"each", "count", "path", "terraform", "self"})
_WORDS = {"when": ("create", "destroy"), "on_failure": ("continue", "fail")}
_PROVISIONERS = ("file", "local-exec", "remote-exec")


def invalid_meta_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each `count`, `for_each`, `depends_on` or `lifecycle` argument that Terraform would not take."""
    module: Module = subject.context
    for type_name in _LOOPING:
        for declared in module.all(type_name):
            if _META.isdisjoint(declared.block):
                continue
            for name, value, problem in _meta_problems(module, declared):
                place = where_set(declared.block, name, declared.document.source)
                if value is not None:
                    place = (value.source, value.start, value.end)
                yield Problem(Place(*place), name=name, problem=problem)
            yield from _lifecycle(declared)
            yield from _provisioners(declared)


def _meta_problems(module: Module, declared: Declared) -> Iterator[tuple[str, Expression | None, str]]:
    block = declared.block
    if "count" in block and "for_each" in block:
        yield "for_each", None, "can't stand beside `count`"
    if "count" in block:
        count = module.value(block["count"])
        number = count
        if isinstance(count, str):
            number = int(count) if count.lstrip("-").isdigit() else None
        if count is not UNKNOWN and (isinstance(number, bool) or not isinstance(number, (int, float))):
            yield "count", None, "must be a number"
        elif isinstance(number, (int, float)) and (number < 0 or number != int(number)):
            yield "count", None, "must be a whole number from 0"
    if "for_each" in block and _is_list(module, block["for_each"]):
        yield "for_each", None, "takes a map or a set, and this is a list: wrap it in `toset()`"
    elif "for_each" in block and isinstance(module.value(block["for_each"]), (str, int, float)):
        yield "for_each", None, "takes a map or a set"
    depends = block.get("depends_on", MISSING)
    # In JSON every reference is a text.
    if depends is not MISSING and not declared.document.source.path.endswith(".json"):
        yield from _depends(depends)


def _depends(depends: Any) -> Iterator[tuple[str, Expression | None, str]]:
    if not isinstance(depends, Seq):
        if depends is not UNKNOWN:
            yield "depends_on", None, "must be a list of references"
        return
    for item in depends:
        if not isinstance(item, Expression):
            yield "depends_on", None, "must hold references without quotes"
            return
        references = item.references()
        if (
            not references
            or references[0].steps[0] in _NO_DEPENDENCY
            or references[0].text != item.text.partition("[")[0].removeprefix("resource.")
        ):
            yield "depends_on", item, "must hold references to resources, data sources or modules"
        elif len(references[0].steps) > (
            3 if references[0].steps[0] in {"data", "module"} else 2
        ) and not item.text.endswith("]"):
            yield "depends_on", item, "takes whole resources and modules, not their attributes"


def _is_list(module: Module, value: Any, depth: int = 0) -> bool:
    """Say whether an expression gives a list for certain; a set looks the same once it is worked out."""
    if isinstance(value, Seq):
        return not (value and isinstance(value[0], Block))
    if not isinstance(value, Expression) or depth > 5:
        return False
    if not value.is_plain:
        node = plain(value.node)
        if node.type == "for_expr":
            return node.children[0].type == "for_tuple_expr"
        if node.type == "function_call":
            return value.text_of(node.children[0]) in LIST_FUNCTIONS
    references = value.references()
    if len(references) != 1 or references[0].text != value.text or len(references[0].steps) != 2:
        return False
    head, name = references[0].steps
    if head == "local" and name in module.locals:
        return _is_list(module, module.locals[str(name)].value, depth + 1)
    declared = module.declared.get(f"var.{name}") if head == "var" else None
    if declared is None:
        return False
    kind = declared.block.get("type")
    return isinstance(kind, Expression) and kind.text.startswith(("list(", "tuple("))


def _lifecycle(declared: Declared) -> Iterator[Problem]:
    source = declared.document.source
    for block in blocks_of(declared.block, "lifecycle"):
        if not isinstance(block, Block):
            continue
        for name in ("create_before_destroy", "prevent_destroy"):
            value = block.get(name, MISSING)
            place = Place(source, *block.at[name][2:]) if name in block else None
            if place is None:
                continue
            if isinstance(value, Expression) and value.references():
                yield Problem(place, name=name, problem="must be `true` or `false` itself: no reference may stand here")
            elif (
                not isinstance(value, (bool, Expression))
                and value is not UNKNOWN
                and str(value) not in {"true", "false"}
            ):
                yield Problem(place, name=name, problem="must be `true` or `false`")
        ignored = block.get("ignore_changes", MISSING) if not source.path.endswith(".json") else MISSING
        if isinstance(ignored, Seq) and any(isinstance(item, str) for item in ignored):
            index = next(index for index, item in enumerate(ignored) if isinstance(item, str))
            word = "write `all` without brackets" if ignored[index] in {"all", "*"} else "write names without quotes"
            yield Problem(Place(source, *ignored.at[index]), name="ignore_changes", problem=f"takes no texts: {word}")


def _provisioners(declared: Declared) -> Iterator[Problem]:
    source = declared.document.source
    for block in blocks_of(declared.block, "provisioner"):
        if not isinstance(block, Block) or block.header is None or len(block.labels) != 1:
            continue
        if block.labels[0] not in _PROVISIONERS:
            problem = f"`{block.labels[0]}` was removed from Terraform: there are {', '.join(_PROVISIONERS)}"
            yield Problem(Place(source, *block.header), name="provisioner", problem=problem)
        for name, words in _WORDS.items():
            value = block.get(name)
            if value is not None and str(getattr(value, "text", value)) not in words:
                problem = f"is `{words[0]}` or `{words[1]}`"
                yield Problem(Place(source, *block.at[name][2:]), name=name, problem=problem)


def misplaced_word(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each `each` outside of `for_each`, `count.index` outside of `count`, and `self` outside of what has one."""
    module: Module = subject.context
    if module.is_partial:
        return
    for type_name, all_declared in module.of_type.items():
        if type_name in {"removed", "import", "moved", "check", "action"}:
            continue
        for declared in all_declared:
            block = declared.block
            iterators = {str(one.labels[0]) for one in _dynamics(block)}
            iterators |= {getattr(one.get("iterator"), "text", "") for one in _dynamics(block)}
            for expression, has_self in _with_self(block):
                for reference in expression.references():
                    problem = _misplaced(reference, block, has_self)
                    if problem and reference.steps[0] not in iterators:
                        place = Place(expression.source, reference.start, reference.end)
                        yield Problem(place, name=reference.text or str(reference.steps[0]), problem=problem)


def _misplaced(reference: Reference, block: Block, has_self: bool) -> str:
    head = reference.steps[0]
    second = reference.steps[1] if len(reference.steps) > 1 else None
    if head == "each":
        if "for_each" not in block:
            return "stands in a block without `for_each`"
        return "" if second in {"key", "value"} else "is neither `each.key` nor `each.value`"
    if head == "count" and second == "index":
        return "" if "count" in block else "stands in a block without `count`"
    if head == "self" and not has_self:
        return "stands outside of a provisioner, a connection or a postcondition"
    return ""


def _dynamics(block: Block) -> Iterator[Block]:
    stack: list[Any] = [block]
    while stack:
        node = stack.pop()
        if isinstance(node, Block):
            if node.type == "dynamic" and node.labels:
                yield node
            stack.extend(node.values())
        elif isinstance(node, Seq):
            stack.extend(node)


def _with_self(block: Block) -> Iterator[tuple[Expression, bool]]:
    """Yield the expressions of a block, and whether `self` means something where they stand."""
    stack: list[tuple[Any, bool]] = [(block, False)]
    while stack:
        node, has_self = stack.pop()
        if isinstance(node, Expression):
            yield node, has_self
        elif isinstance(node, Block):
            if not isinstance(node, Expanded):
                has_self = has_self or node.type in {"provisioner", "connection", "postcondition"}
                stack.extend((value, has_self) for value in node.values())
        elif isinstance(node, Map):
            stack.extend((value, has_self) for value in node.values())
        elif isinstance(node, Seq):
            stack.extend((value, has_self) for value in node)


def cycles(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each local value, resource or data source whose value needs itself, once a circle."""
    module: Module = subject.context
    edges: dict[str, dict[str, tuple[Any, Reference]]] = {}
    for local in module.locals.values():
        edges[f"local.{local.name}"] = _edges(module, local.value)
    for type_name in ("resource", "data"):
        for declared in module.all(type_name):
            parts = [value for key, value in declared.block.items() if key not in {"lifecycle", "provider"}]
            edges.setdefault(declared.address, _edges(module, parts))
    # What needs nothing is on no circle.
    edges = {address: needed for address, needed in edges.items() if needed}
    for component in _circles(edges):
        first = next(address for address in edges if address in component)
        after = next((address for address in edges[first] if address in component), None)
        if after is None:
            continue
        source, reference = edges[first][after]
        trail = f"`{first}` needs itself" if len(component) == 1 else f"`{first}` and `{after}` need each other"
        yield Problem(Place(source, reference.start, reference.end), trail=trail)


def _edges(module: Module, value: Any) -> dict[str, tuple[Any, Reference]]:
    found: dict[str, tuple[Any, Reference]] = {}
    for expression in expressions(value):
        for reference in expression.references():
            if reference.steps[0] in _OF_NO_CIRCLE:
                continue
            steps = [str(step) for step in reference.steps]
            if steps[0] == "local":
                address = ".".join(steps[:2])
                known = len(steps) > 1 and steps[1] in module.locals
            else:
                address = ".".join(steps[: 3 if steps[0] == "data" else 2])
                known = address in module.declared
            if known and (address not in found or reference.start < found[address][1].start):
                found[address] = expression.source, reference
    return found


def _circles(edges: Mapping[str, Mapping[str, Any]]) -> Iterator[set[str]]:
    """Yield the sets of nodes that reach each other, and single nodes that reach themselves (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in edges:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        work.append(_enter(root, edges, index, low, path, on_path))
        while work:
            node, below = work[-1]
            for other in below:
                if other not in index:
                    work.append(_enter(other, edges, index, low, path, on_path))
                    break
                if other in on_path:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = path.index(node)
                    component = set(path[at:])
                    del path[at:]
                    on_path -= component
                    if len(component) > 1 or node in edges.get(node, ()):
                        yield component


def _enter(
    node: str,
    edges: Mapping[str, Mapping[str, Any]],
    index: dict[str, int],
    low: dict[str, int],
    path: list[str],
    on_path: set[str],
) -> tuple[str, Iterator[str]]:
    index[node] = low[node] = len(index)
    path.append(node)
    on_path.add(node)
    return node, iter(edges.get(node, ()))

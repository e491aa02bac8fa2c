"""What may stand in Dependabot's configuration: a walk along a table of keys, types and values.

The table `data/schema.json` is made by `scripts/dependabot_schema.py`. It has the words of JSON Schema that the walk knows:
`type`, `enum`, `pattern`, bounds, `properties`, `values` (of a mapping whose keys are free), `required`, `some_of`, `items`,
`either`.
"""

from __future__ import annotations

import re

from devopslint.knowledge.tables import read_table
from devopslint.syntax.tree import Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.syntax.tree import Mark

    Fault = tuple[Mark, str]

_ARTICLES = {"array": "a list", "object": "a mapping", "string": "a text", "integer": "a whole number",
             "boolean": "true or false"}  # fmt: skip
_OF_YAML_1_1 = frozenset({"yes", "no", "on", "off", "y", "n"})
"""Words that Dependabot's reader takes for true and false."""
_MEANT = {
    "yarn": "npm", "pnpm": "npm", "node": "npm", "javascript": "npm", "go": "gomod", "golang": "gomod", "go-modules": "gomod",
    "go_modules": "gomod", "poetry": "pip", "pipenv": "pip", "python": "pip", "pip-compile": "pip", "hex": "mix",
    "elixir": "mix", "submodules": "gitsubmodule", "gitsubmodules": "gitsubmodule", "git-submodule": "gitsubmodule",
    "actions": "github-actions", "ruby": "bundler", "gem": "bundler", "rust": "cargo", "php": "composer", "dotnet": "nuget",
    "dart": "pub", "tofu": "opentofu", "compose": "docker-compose", "chart": "helm",
}  # fmt: skip


def load_schema() -> Mapping[str, Any]:
    """Return the table."""
    schema: Mapping[str, Any] = read_table("artifacts/dependabot", "schema")["schema"]
    return schema


def faults(root: Any, mark: Mark) -> Iterator[Fault]:
    """Yield the place and the text of everything that the table does not allow."""
    return _walk(root, mark, load_schema(), "the file")


def _walk(value: Any, mark: Mark, schema: Mapping[str, Any], where: str) -> Iterator[Fault]:
    if "either" in schema:
        fitting = [one for one in schema["either"] if _is_of(value, one.get("type"))]
        yield from _walk(value, mark, fitting[0] if fitting else schema["either"][0], where)
        return
    kind = schema.get("type")
    if not _is_of(value, kind):
        shown = f"`{value}`" if isinstance(value, (str, int, float, bool)) else "what stands here"
        yield mark, f"{shown} is not {_ARTICLES.get(str(kind), kind)}, as {where} must be"
    elif isinstance(value, Map):
        yield from _walk_map(value, mark, schema, where)
    elif isinstance(value, Seq):
        yield from _walk_seq(value, mark, schema, where)
    else:
        fault = _scalar_fault(value, schema)
        if fault:
            yield mark, fault


def _is_of(value: Any, kind: str | None) -> bool:
    if kind == "object":
        return isinstance(value, Map)
    if kind == "array":
        return isinstance(value, Seq)
    if kind == "boolean":
        return isinstance(value, bool) or (isinstance(value, str) and value.lower() in _OF_YAML_1_1)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) or (kind is None and value is not None)


def _walk_map(node: Map, mark: Mark, schema: Mapping[str, Any], where: str) -> Iterator[Fault]:
    known: Mapping[str, Any] = schema.get("properties", {})
    values = schema.get("values")
    for key in node:
        if key not in node.at:
            continue
        at = node.at[key]
        below = known.get(key, values)
        if below is None:
            yield at[:2], f"`{key}` is no key of {where}{_hint(key, known)}"
        elif node[key] is None:
            yield at[:2], f"`{key}` is empty"
        else:
            named = f"`{key}`" if key in known else f"`{key}` of {where}"
            whole = isinstance(node[key], (Map, Seq))
            yield from _walk(node[key], at[:2] if whole else at[2:], below, named)
    for key in schema.get("required", ()):
        if key not in node:
            yield _header(node, mark), f"`{key}` is missing from {where}"
    if "some_of" in schema and not any(key in node for key in schema["some_of"]):
        yield _header(node, mark), f"{where} needs {' or '.join(f'`{key}`' for key in schema['some_of'])}"


def _header(node: Map, mark: Mark) -> Mark:
    return header_of(node) or mark


def _walk_seq(node: Seq, mark: Mark, schema: Mapping[str, Any], where: str) -> Iterator[Fault]:
    if len(node) < schema.get("minItems", 0):
        yield mark, f"{where} is an empty list"
    if len(node) > schema.get("maxItems", len(node)):
        yield mark, f"{where} has more than {schema['maxItems']} items"
    seen: list[Any] = []
    for item, at in zip(node, node.at, strict=False):
        yield from _walk(item, at, schema.get("items", {}), schema.get("each", f"an item of {where}"))
        if schema.get("uniqueItems") and isinstance(item, (str, int)):
            if item in seen:
                yield at, f"`{item}` stands in {where} twice"
            seen.append(item)


def _scalar_fault(value: Any, schema: Mapping[str, Any]) -> str:
    if "enum" in schema and value not in schema["enum"]:
        allowed = schema["enum"]
        if len(allowed) == 1:
            return f"`{value}` stands where only `{allowed[0]}` may"
        if len(allowed) > 8:
            return f"`{value}` is none of the values that Dependabot knows here{_hint(str(value), allowed)}"
        return f"`{value}` is none of {', '.join(f'`{one}`' for one in allowed)}"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"`{value}` is not of the form {schema['form']}"
        if len(value) < schema.get("minLength", 0):
            return "the text is empty" if not value else f"`{value}` is too short"
        if len(value) > schema.get("maxLength", len(value)):
            return f"`{value}` has more than {schema['maxLength']} letters"
    elif isinstance(value, int) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high:
            return f"{value} is less than {low}" if value < low else f"{value} is more than {high}"
    return ""


def _hint(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    choices = list(known)
    plain = word.lower().replace("_", "-")
    meant = [_MEANT[plain]] if _MEANT.get(plain) in choices else get_close_matches(plain, choices, 1)
    return f", did you mean `{meant[0]}`?" if meant else ""

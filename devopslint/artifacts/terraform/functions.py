"""Terraform's pure functions, over values that may be UNKNOWN in whole or in part.

Source: the Terraform language documentation, "Built-in Functions". A function that is not here is unknown.
"""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.functions_on_texts import MORE
from devopslint.artifacts.terraform.values import MOST_ITEMS, MOST_TEXT, EvaluationError, mapping, sequence, text_of
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def call(name: str, args: Sequence[Any]) -> Any:
    """Return the value of a function; UNKNOWN when it is not known or its arguments are not. Raises EvaluationError."""
    name = name.removeprefix("core::")
    partial = _PARTIAL.get(name)
    if partial is not None:
        try:
            return partial(*args)
        except TypeError:  # too few arguments, or too many
            raise EvaluationError(name) from None
    strict = _STRICT.get(name)
    if strict is None or any(argument is UNKNOWN or _has_unknown(argument) for argument in args):
        return UNKNOWN
    try:
        return strict(*args)
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError, re.error):
        raise EvaluationError(name) from None


def _has_unknown(value: Any) -> bool:
    if isinstance(value, (Map, Seq)):
        if value.open:
            return True
        items = value.values() if isinstance(value, dict) else value
        return any(item is UNKNOWN for item in items)
    return False


def _is_open(value: Any) -> bool:
    return bool(getattr(value, "open", False))


def _merge(*maps: Any) -> Any:
    result = Map()
    for one in maps:
        if one is None:
            continue
        if one is UNKNOWN:
            # Whatever came before may be overwritten.
            for key in result:
                result[key] = UNKNOWN
            result.open = True
        elif isinstance(one, dict):
            for key, value in one.items():
                result.put(key, value, (0, 0, 0, 0))
            result.open = result.open or _is_open(one)
        else:
            raise EvaluationError("merge")
    return result


def _concat(*lists: Any) -> Any:
    items: list[Any] = []
    open_ended = False
    for one in lists:
        if one is UNKNOWN:
            open_ended = True
        elif isinstance(one, list):
            items.extend(one)
            open_ended = open_ended or _is_open(one)
        else:
            raise EvaluationError("concat")
    return sequence(items, open_ended) if items or not open_ended else UNKNOWN


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value is UNKNOWN:
            return UNKNOWN
        if value is not None and value != "":
            return value
    raise EvaluationError("coalesce")


def _coalescelist(*values: Any) -> Any:
    for value in values:
        if value is UNKNOWN or _is_open(value):
            return UNKNOWN
        if value:
            return value
    raise EvaluationError("coalescelist")


def _lookup(where: Any, key: Any, *default: Any) -> Any:
    if where is UNKNOWN or key is UNKNOWN or not isinstance(where, dict):
        return UNKNOWN
    if key in where:
        return where[key]
    if _is_open(where):
        return UNKNOWN
    if default:
        return default[0]
    raise EvaluationError("lookup")


def _element(items: Any, index: Any) -> Any:
    if items is UNKNOWN or index is UNKNOWN or _is_open(items):
        return UNKNOWN
    if not isinstance(items, list) or not items or not isinstance(index, int):
        raise EvaluationError("element")
    return items[index % len(items)]


def _to_list(items: Any) -> Any:
    if items is UNKNOWN or items is None:
        return items
    if not isinstance(items, list):
        raise EvaluationError("tolist")
    return items


def _to_set(items: Any) -> Any:
    if items is UNKNOWN or items is None:
        return items
    if not isinstance(items, list):
        raise EvaluationError("toset")
    kept: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        if isinstance(item, (str, int, float, bool)):
            if item in seen:
                continue
            seen.add(item)
        kept.append(item)
    return sequence(kept, _is_open(items))


def _compact(items: Any) -> Any:
    if items is UNKNOWN or not isinstance(items, list):
        return UNKNOWN
    known = [item for item in items if item is not UNKNOWN and item is not None and item != ""]
    return sequence(known, _is_open(items) or any(item is UNKNOWN for item in items))


def _flatten(items: Any) -> Any:
    if items is UNKNOWN or not isinstance(items, list):
        return UNKNOWN
    flat: list[Any] = []
    open_ended = _is_open(items)
    stack = list(reversed(items))
    while stack and len(flat) <= MOST_ITEMS and len(stack) <= MOST_ITEMS:
        item = stack.pop()
        if isinstance(item, list):
            open_ended = open_ended or _is_open(item)
            stack.extend(reversed(item))
        elif item is UNKNOWN:
            open_ended = True
        else:
            flat.append(item)
    return UNKNOWN if stack else sequence(flat, open_ended)


def _length(value: Any) -> Any:
    if value is UNKNOWN or _is_open(value):
        return UNKNOWN
    if not isinstance(value, (str, list, dict)):
        raise EvaluationError("length")
    return len(value)


def _contains(items: Any, wanted: Any) -> Any:
    if items is UNKNOWN or wanted is UNKNOWN or not isinstance(items, list):
        return UNKNOWN
    if any(item is not UNKNOWN and item == wanted for item in items):
        return True
    return UNKNOWN if _is_open(items) or any(item is UNKNOWN for item in items) else False


def _keys(value: Any) -> Any:
    if value is UNKNOWN or not isinstance(value, dict):
        return UNKNOWN
    return sequence(sorted(value), _is_open(value))


def _values(value: Any) -> Any:
    if value is UNKNOWN or not isinstance(value, dict):
        return UNKNOWN
    return sequence((value[key] for key in sorted(value)), _is_open(value))


def _same(value: Any, *_: Any) -> Any:
    return value


def _zipmap(keys: Any, values: Any) -> Any:
    if keys is UNKNOWN or not isinstance(keys, list) or _has_unknown(keys):
        return UNKNOWN
    known = values if isinstance(values, list) and len(values) == len(keys) else [UNKNOWN] * len(keys)
    return mapping(zip(keys, known, strict=True))


def _one(items: Any) -> Any:
    if items is UNKNOWN or _is_open(items) or not isinstance(items, list):
        return UNKNOWN
    if len(items) > 1:
        raise EvaluationError("one")
    return items[0] if items else None


def _tobool(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return value == "true"
    raise EvaluationError("tobool")


def _tonumber(value: Any) -> Any:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    return float(value) if "." in str(value) else int(value)


def _jsondecode(value: str) -> Any:
    from devopslint.syntax.json import read_json
    from devopslint.syntax.source import Source

    documents, problems = read_json(Source("", value))
    if problems or not documents:
        raise EvaluationError("jsondecode")
    return documents[0].root


def _text(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value, *rest: function(text_of(value), *rest)


def _join(separator: str, *lists: list[Any]) -> Any:
    joined = separator.join(text_of(item) for items in lists for item in items)
    return joined if len(joined) <= MOST_TEXT else UNKNOWN


def _substr(text: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else len(text) + offset
    return text[start:] if length < 0 else text[start : start + length]


_PARTIAL: dict[str, Callable[..., Any]] = {
    "merge": _merge,
    "concat": _concat,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "lookup": _lookup,
    "element": _element,
    "tolist": _to_list,
    "toset": _to_set,
    "tomap": _same,
    "list": lambda *items: sequence(items),
    "compact": _compact,
    "flatten": _flatten,
    "distinct": _to_set,
    "length": _length,
    "contains": _contains,
    "keys": _keys,
    "values": _values,
    "zipmap": _zipmap,
    "one": _one,
    "jsonencode": _same,
    "sensitive": _same,
    "nonsensitive": _same,
    "ephemeralasnull": lambda *_: UNKNOWN,
}
"""Functions that can say something of arguments known in part."""

_STRICT: dict[str, Callable[..., Any]] = {
    **MORE,
    "tostring": lambda value: None if value is None else text_of(value),
    "tobool": _tobool,
    "tonumber": _tonumber,
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "title": _text(str.title),
    "trimspace": _text(str.strip),
    "trimprefix": _text(str.removeprefix),
    "trimsuffix": _text(str.removesuffix),
    "chomp": _text(lambda text: text.rstrip("\r\n")),
    "startswith": _text(str.startswith),
    "endswith": _text(str.endswith),
    "strcontains": _text(lambda text, part: part in text),
    "substr": _substr,
    "split": lambda separator, text: sequence(text.split(separator)) if text else sequence([]),
    "join": _join,
    "reverse": lambda items: sequence(reversed(items)),
    "sort": lambda items: sequence(sorted(items)),
    "slice": lambda items, start, end: sequence(items[start:end]),
    "range": lambda *bounds: sequence(range(*bounds)) if len(range(*bounds)) <= MOST_ITEMS else UNKNOWN,
    "max": max,
    "min": min,
    "abs": abs,
    "signum": lambda number: (number > 0) - (number < 0),
    "jsondecode": _jsondecode,
    "index": lambda items, value: items.index(value),
    "setunion": lambda *sets: _to_set(_concat(*sets)),
    "alltrue": lambda items: all(_tobool(item) for item in items),
    "anytrue": lambda items: any(_tobool(item) for item in items),
}
"""Functions that need all of their arguments."""

"""What is wrong with a rule or a configuration against its JSON Schema, in words and with its place.

Imported only when such a file is new: `jsonschema` costs more than a whole run.
"""

from __future__ import annotations

from devopslint.policy.suggestion import suggestion
from devopslint.syntax.tree import Map, Seq, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.syntax.tree import Path

    Fault = tuple[Path, str, str]
    """The path of what is at fault, the part of it that is meant (`key` or `value`), and a message."""

_TYPES = {
    "array": "a list", "object": "a mapping", "string": "a text", "boolean": "true or false", "number": "a number",
    "null": "nothing",
}  # fmt: skip
_WORDS = {None: "null", True: "true", False: "false"}
_UNKNOWN = ", did you mean "
_FEW = 16
"""So many names are listed when none of them is near to the one that was written."""


_BOUNDS = {
    "minLength": "is too short: at least {} characters", "maxLength": "is too long: at most {} characters",
    "minimum": "is too small: at least {}", "maximum": "is too large: at most {}",
}  # fmt: skip


def schema_faults(root: Any, schema: Mapping[str, Any], noun: str) -> list[tuple[int, str]]:
    """Return what is wrong, as offsets and messages in the order of the text; `noun` is what its keys are called."""
    import jsonschema

    found = list(_twice(root))
    validator = jsonschema.Draft202012Validator(schema)
    try:
        faults = [one for error in validator.iter_errors(root) for one in _in_words(error, noun)]
    except RecursionError:
        faults = [((), "value", "something here holds itself")]
    found += [((locate(root, path, part) or (0, 0))[0], message) for path, part, message in faults]
    # Who wrote `path` for `paths` is told so once, not that `paths` is missing as well.
    meant = {
        f"missing {message.rsplit(', did you mean ', 1)[1].rstrip('?')}" for _, message in found if _UNKNOWN in message
    }
    return sorted(one for one in dict.fromkeys(found) if one[1] not in meant)


def _twice(root: Any) -> Iterator[tuple[int, str]]:
    """Yield every key that is given twice."""
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if isinstance(node, (Map, Seq)) and id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.values() if isinstance(node, Map) else node)
            if isinstance(node, Map):
                yield from ((mark[0], f"`{key}` is given twice") for key, mark in node.duplicates)


def _in_words(error: Any, noun: str) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)
    kind, schema, value = error.validator, error.schema, error.instance
    wanted = error.validator_value
    if "$comment" in schema:
        yield path, "key", schema["$comment"]
    elif kind == "additionalProperties":
        known = list(schema["properties"])
        for key in value:
            if key not in known:
                yield (*path, key), "key", f"unknown {noun} `{key}`{_meant(str(key), known)}"
    elif kind == "required":
        yield path, "key", "missing " + ", ".join(f"`{key}`" for key in wanted if key not in value)
    elif "propertyNames" in error.absolute_schema_path:
        yield (*path, value), "key", _of_text(kind, value, wanted, schema)
    elif kind in {"oneOf", "anyOf"}:
        yield from _of_forms(error, noun)
    elif kind == "type":
        types = [wanted] if isinstance(wanted, str) else wanted
        as_list = f", as in `[{value}]`" if wanted == "array" and isinstance(value, str) and value.isprintable() else ""
        words = " or ".join(_TYPES.get(name, name) for name in types if name != "null")
        yield path, "value", f"this should be {words}{as_list}"
    elif kind in {"minItems", "minProperties"}:
        yield path, "value", "this should not be empty"
    else:
        yield path, "value", _of_text(kind, value, wanted, schema)


def _meant(word: str, known: list[str]) -> str:
    """Return the name that is near to a word, else all of them where they are few."""
    return suggestion(word, known) or (f": choose from {', '.join(known)}" if len(known) <= _FEW else "")


def _of_text(kind: str, value: Any, wanted: Any, schema: Mapping[str, Any]) -> str:
    """Return what is wrong with a single value."""
    text = _WORDS[value] if value is None or isinstance(value, bool) else str(value)
    if kind == "minLength" and not text:
        return "this should not be empty"
    text = " ".join(text.split())
    shown = f"`{text if len(text) <= 60 else text[:59] + '…'}`"
    if kind == "enum":
        allowed = [str(one) for one in wanted]
        return f"{shown} is none of {', '.join(allowed)}{suggestion(text, allowed)}"
    if kind in _BOUNDS:
        return f"{shown} {_BOUNDS[kind].format(wanted)}"
    if kind == "uniqueItems":
        return "an item stands here twice"
    return f"{shown} does not have the right form" + (f": {schema['description']}" if "description" in schema else "")


def _of_forms(error: Any, noun: str) -> Iterator[Fault]:
    """Tell of a value that has none of several forms, or too many: what is wrong with the form that it comes nearest to."""
    path: Path = tuple(error.absolute_path)
    branches = list(error.context)
    deepest = max((len(one.absolute_path) for one in branches), default=0)
    if not branches:
        names = [f"`{name}`" for form in error.validator_value for name in form.get("required", ())]
        yield path, "value", f"only one of {', '.join(names)} may stand here" if names else "this has two forms at once"
    elif deepest > len(path):
        for one in branches:
            if len(one.absolute_path) == deepest:
                yield from _in_words(one, noun)
    elif all(one.validator == "type" for one in branches):
        types = " or ".join(_TYPES.get(one.validator_value, one.validator_value) for one in branches)
        yield path, "value", f"this should be {types}"
    elif all(one.validator == "required" for one in branches):
        missing = " or ".join(f"`{name}`" for one in branches for name in one.validator_value)
        yield path, "key", f"missing {missing}"
    else:
        yield from _in_words(next(one for one in branches if one.validator != "type"), noun)

"""What is wrong with a configuration against its schema, and where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.tree import Path


def schema_fault(root: Any) -> tuple[int, str] | None:
    """Return the first fault of a configuration against its schema, as offset and message; `None` for a good one."""
    import json
    from importlib import resources

    import jsonschema

    from devopslint.engine.artifacts import artifacts
    from devopslint.syntax.tree import locate

    for key, mark in getattr(root, "duplicates", ()):
        return mark[0], f"`{key}` is given twice"
    schema = json.loads(resources.files("devopslint.config").joinpath("config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    found = [_in_words(error) for error in jsonschema.Draft202012Validator(schema).iter_errors(root)]
    marks = [((locate(root, path, part) or (0, 0))[0], message) for path, part, message in found]
    return min(marks, default=None)


def _in_words(error: Any) -> tuple[Path, str, str]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        return (*path, unknown), "key", f"unknown setting `{unknown}`{suggestion(str(unknown), known)}"
    if "propertyNames" in error.absolute_schema_path:
        known = [str(value) for value in error.schema["enum"]]
        message = f"`{error.instance}` is none of {', '.join(known)}{suggestion(error.instance, known)}"
        return (*path, error.instance), "key", message
    if error.validator in {"enum", "anyOf"} and "enum" in error.schema:
        allowed = [str(value) for value in error.schema["enum"]]
        message = f"`{error.instance}` is none of {', '.join(allowed)}{suggestion(str(error.instance), allowed)}"
        return path, "value", message
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, str) else error.validator_value[0]
        return path, "value", f"this should be {_TYPES.get(wanted, wanted)}"
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return path, "key", f"`{missing}` is missing here"
    message = error.message if len(error.message) < 160 else error.message[:159] + "…"
    return path, "value", message


_TYPES = {"array": "a list", "object": "a mapping", "string": "a text", "boolean": "true or false"}


def suggestion(word: str, known: list[str]) -> str:
    """Return `, did you mean …?` for a word that is nearly one of those known; else an empty string."""
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f", did you mean `{close[0]}`?" if close else ""

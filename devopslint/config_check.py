"""What is wrong with a configuration, and where: against its schema, and against the rules that there are."""

from __future__ import annotations

from devopslint.config import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.config import Config
    from devopslint.policy.rule import Rule
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
    schema = json.loads(resources.files("devopslint").joinpath("config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    found = [_in_words(error) for error in jsonschema.Draft202012Validator(schema).iter_errors(root)]
    marks = [((locate(root, path, part) or (0, 0))[0], message) for path, part, message in found]
    return min(marks, default=None)


def _in_words(error: Any) -> tuple[Path, str, str]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        unknown = next(key for key in error.instance if key not in known)
        return (*path, unknown), "key", f"unknown setting `{unknown}`{_suggestion(str(unknown), known)}"
    if "propertyNames" in error.absolute_schema_path:
        known = [str(value) for value in error.schema["enum"]]
        message = f"`{error.instance}` is none of {', '.join(known)}{_suggestion(error.instance, known)}"
        return (*path, error.instance), "key", message
    if error.validator in {"enum", "anyOf"} and "enum" in error.schema:
        allowed = [str(value) for value in error.schema["enum"]]
        message = f"`{error.instance}` is none of {', '.join(allowed)}{_suggestion(str(error.instance), allowed)}"
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


def check_against_rules(config: Config, rules: Iterable[Rule]) -> None:
    """Raise ConfigError for a word that selects no rule, and for options that a rule does not take."""
    from devopslint.policy.selection import SelectionError, checked_option, selects, suggestion

    known = list(rules)
    by_id = {rule.id: rule for rule in known}
    for layer in config.layers:
        for path, word, part in _rule_words(layer.values):
            is_id = part == "key"
            if word in by_id if is_id else any(selects(word, rule) for rule in known):
                continue
            at = layer.at(path, part)
            said = "there is no rule" if is_id else "no rule is selected by"
            raise ConfigError(f"{at}: {said} `{word}`{suggestion(word, known)}")
        for path, settings in _rule_settings(layer.values):
            rule = by_id[str(path[-1])]
            for name, value in (settings.get("options") or {}).items():
                try:
                    checked_option(rule, name, value)
                except SelectionError as error:
                    declared = list(rule.raw.get("options", ()))
                    hint = "" if name in declared else _suggestion(name, declared)
                    raise ConfigError(f"{layer.at((*path, 'options', name))}: {error}{hint}") from None


def _rule_words(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, str, str]]:
    for name in ("select", "ignore"):
        for index, word in enumerate(values.get(name) or ()):
            yield (*above, name, index), word, "value"
    for identifier in values.get("rules") or ():
        yield (*above, "rules", identifier), identifier, "key"
    for index, override in enumerate(values.get("overrides") or ()):
        yield from _rule_words(override, ("overrides", index))


def _rule_settings(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for identifier, settings in (values.get("rules") or {}).items():
        yield (*above, "rules", identifier), settings
    for index, override in enumerate(values.get("overrides") or ()):
        yield from _rule_settings(override, ("overrides", index))


def _suggestion(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f", did you mean `{close[0]}`?" if close else ""

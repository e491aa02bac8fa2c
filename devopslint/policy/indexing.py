"""From a folder of rule files to an index: read, checked, and split by group and by what a run needs.

Runs at build time, and by itself when a rule file in a checkout or a user's folder has changed. An ordinary run reads
the finished index and never comes here.
"""

from __future__ import annotations

import json
import os
from importlib import resources

from devopslint.policy.conditions import ConditionError, compile_condition
from devopslint.policy.rule_files import RuleFileError, group_of, rule_files
from devopslint.syntax.source import Source
from devopslint.syntax.tree import Map, locate
from devopslint.syntax.yaml import read_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.rule_files import Index
    from devopslint.syntax.tree import Document, Path


def read_practices(folder: str) -> dict[str, dict[str, str]]:
    """Return the vocabulary of practices (key → title and text) of a folder; empty when it has none of its own."""
    path = os.path.join(folder, "practices.yaml")
    if not os.path.isfile(path):
        return {}
    with open(path, encoding="utf-8") as file:
        documents, _ = read_yaml(Source(path, file.read()))
    return dict(documents[0].root)


def build_index(
    folder: str, subjects: Mapping[str, tuple[str, ...]], practices: Mapping[str, Any], shown_as: str | None = None
) -> Index:
    """Read and check every rule file below `folder`. Raises RuleFileError with all that is wrong.

    `subjects` are the known subject kinds, `practices` the known practices; `shown_as` replaces the folder in messages.
    """
    validate = _validator()
    faults: list[tuple[str, int, int, str]] = []
    index: Index = {}
    for identifier, path in rule_files(folder):
        shown = path if shown_as is None else os.path.join(shown_as, os.path.relpath(path, folder))
        raw = _read_rule(path, shown, subjects, practices, validate, faults)
        if raw is not None:
            index.setdefault(group_of(identifier), {})[identifier] = raw
    if faults:
        raise RuleFileError(faults)
    return index


def _read_rule(
    path: str,
    shown: str,
    subjects: Mapping[str, tuple[str, ...]],
    practices: Mapping[str, Any],
    validate: Any,
    faults: list[tuple[str, int, int, str]],
) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8-sig") as file:
            source = Source(shown, file.read())
    except (OSError, UnicodeDecodeError) as error:
        faults.append((shown, 1, 1, f"can't be read: {error}"))
        return None
    documents, problems = read_yaml(source)
    found = [(problem.start, problem.message) for problem in problems]
    if not found and (len(documents) != 1 or not isinstance(documents[0].root, Map)):
        found.append((0, "a rule file holds one mapping"))
    if not found:
        document = documents[0]
        found.extend(_schema_faults(document, validate))
        if not found:
            found.extend(_meaning_faults(document, subjects, practices))
    for offset, message in found:
        faults.append((shown, *source.position(offset), message))
    if found:
        return None
    raw = dict(documents[0].root)
    if isinstance(raw["on"], str):
        raw["on"] = [raw["on"]]
    return raw


def _validator() -> Any:
    import jsonschema

    schema = json.loads(resources.files("devopslint.policy").joinpath("rule.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _schema_faults(document: Document, validate: Any) -> Iterator[tuple[int, str]]:
    for key, mark in document.root.duplicates:
        yield mark[0], f"`{key}` is given twice"
    for error in sorted(validate.iter_errors(document.root), key=lambda error: list(map(str, error.absolute_path))):
        yield _offset(document, tuple(error.absolute_path)), _schema_message(error)


def _schema_message(error: Any) -> str:
    if error.validator == "additionalProperties":
        unknown = [key for key in error.instance if key not in error.schema.get("properties", {})]
        return f"unknown field{'s' if len(unknown) > 1 else ''} " + ", ".join(f"`{key}`" for key in unknown)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return "missing " + ", ".join(f"`{key}`" for key in missing)
    if error.validator in {"anyOf", "not"} and not error.absolute_path:
        return "a rule has either `check`, or `require` or `forbid`"
    message: str = error.message
    return message if len(message) < 200 else message[:199] + "…"


def _meaning_faults(
    document: Document, subjects: Mapping[str, tuple[str, ...]], practices: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    root = document.root
    for kind in [root["on"]] if isinstance(root["on"], str) else root["on"]:
        if not known_kind(kind, subjects):
            yield _offset(document, ("on",)), f"unknown subject kind `{kind}`{_suggestion(kind, subjects)}"
    if practices and root["practice"] not in practices:
        practice = root["practice"]
        yield _offset(document, ("practice",)), f"unknown practice `{practice}`{_suggestion(practice, practices)}"
    options = {name: option["default"] for name, option in root.get("options", {}).items()}
    for part, blame in (("when", False), ("require", False), ("forbid", True)):
        if part in root:
            try:
                compile_condition(root[part], blame, options, (part,))
            except ConditionError as error:
                yield _offset(document, error.path), error.message


def known_kind(kind: str, subjects: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether `kind` or `kind.type` names a subject kind that some artifact yields."""
    return kind in subjects or any(kind.startswith(name + ".") for name in subjects)


def _offset(document: Document, path: Path) -> int:
    mark = locate(document.root, path, "key")
    return mark[0] if mark else 0


def _suggestion(word: str, known: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), 1)
    return f", did you mean `{close[0]}`?" if close else ""

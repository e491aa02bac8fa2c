"""From a folder of rule files to an index: read, checked, and split by group and by what a run needs.

Runs at build time, and by itself when a rule file in a checkout or a user's folder has changed. An ordinary run reads
the finished index and never comes here.
"""

from __future__ import annotations

import json
import os
import re
from importlib import resources

from devopslint.policy.conditions import ConditionError, compile_condition
from devopslint.policy.rule import PLACEHOLDER, import_check
from devopslint.policy.rule_files import RuleFileError, group_of, rule_files
from devopslint.policy.schema_faults import schema_faults
from devopslint.policy.small_files import UnreadableError, read_small
from devopslint.policy.subject import path_in_rule
from devopslint.policy.suggestion import suggestion
from devopslint.syntax.tree import Map, locate
from devopslint.syntax.yaml import read_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.rule_files import Index
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Path


def read_practices(folder: str) -> dict[str, dict[str, str]]:
    """Return the vocabulary of practices (key → title and text) of a folder; empty when it has none of its own."""
    path = os.path.join(folder, "practices.yaml")
    if not os.path.isfile(path):
        return {}
    documents, _ = read_yaml(read_small(path, path))
    return dict(documents[0].root)


def build_index(
    folder: str,
    subjects: Mapping[str, tuple[str, ...]],
    practices: Mapping[str, Any],
    shown_as: str | None = None,
    *,
    import_checks: bool = False,
) -> Index:
    """Read and check every rule file below `folder`. Raises RuleFileError with all that is wrong.

    `subjects` are the known subject kinds, `practices` the known practices; `shown_as` replaces the folder in messages.
    With `import_checks` the functions that rules name are imported, so that one that can't be is found now.
    """
    schema = json.loads(resources.files("devopslint.policy").joinpath("rule.schema.json").read_text("utf-8"))
    faults: list[tuple[str, int, int, str]] = []
    index: Index = {}
    for identifier, path in rule_files(folder):
        shown = path if shown_as is None else os.path.join(shown_as, os.path.relpath(path, folder))
        try:
            source = read_small(path, shown)
        except UnreadableError as error:
            faults.append((shown, error.line or 1, error.column or 1, error.message))
            continue
        raw, found = _checked(source, schema, subjects, practices, import_checks)
        if not _ID.fullmatch(identifier):
            found.append((0, f"`{identifier}` is no id: letters, digits, `-`, `_` and `.`, parted by `/`"))
        elif identifier in index.get(group_of(identifier), {}):
            found.append((0, f"there is already a rule `{identifier}`"))
        faults.extend((shown, *source.position(offset), message) for offset, message in found)
        index.setdefault(group_of(identifier), {})[identifier] = raw
    if faults:
        raise RuleFileError(faults)
    return index


_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*", re.ASCII)


def _checked(
    source: Source,
    schema: Mapping[str, Any],
    subjects: Mapping[str, tuple[str, ...]],
    practices: Mapping[str, Any],
    import_checks: bool,
) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """Return the fields of a rule, and what is wrong with them (offsets and messages)."""
    documents, problems = read_yaml(source, templated=False)
    if problems:
        return {}, [(problem.start, problem.message) for problem in problems]
    if len(documents) != 1 or not isinstance(documents[0].root, Map):
        return {}, [(0, "a rule file holds one mapping")]
    root = documents[0].root
    faults = schema_faults(root, schema, "field") or list(_meaning_faults(root, subjects, practices))
    if not faults and import_checks and "check" in root:
        faults.extend((_offset(root, ("check",), "value"), message) for message in _import_faults(root["check"]))
    raw = dict(root)
    for field in ("on", "needs", "signs"):
        if isinstance(raw.get(field), str):
            raw[field] = [raw[field]]
    return raw, faults


def _meaning_faults(
    root: Map, subjects: Mapping[str, tuple[str, ...]], practices: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    """Yield what no schema can say."""
    on = root["on"]
    for path, kind in [(("on",), on)] if isinstance(on, str) else [(("on", at), one) for at, one in enumerate(on)]:
        if not known_kind(kind, subjects):
            yield _offset(root, path, "value"), f"unknown subject kind `{kind}`{suggestion(kind, subjects)}"
    if practices and root["practice"] not in practices:
        practice = root["practice"]
        message = f"unknown practice `{practice}`{suggestion(practice, practices)}"
        yield _offset(root, ("practice",), "value"), message
    for field, paths in (("at", [root.get("at", "")]), ("message", PLACEHOLDER.findall(root["message"]))):
        for path in paths:
            try:
                path_in_rule(path)
            except ValueError as error:
                yield _offset(root, (field,), "value"), str(error)
    if "members" in root:
        try:
            re.compile(root["members"]["pattern"])
        except re.error as error:
            yield _offset(root, ("members", "pattern"), "value"), f"no regular expression: {error}"
    options = {name: option["default"] for name, option in root.get("options", {}).items()}
    for part, blame in (("when", False), ("require", False), ("forbid", True)):
        if part in root:
            try:
                compile_condition(root[part], blame, options, (part,))
            except ConditionError as error:
                yield _offset(root, error.path), error.message
            except RecursionError:
                yield _offset(root, (part,)), "conditions are nested too deep"
    try:
        json.dumps(root)
    except (ValueError, RecursionError):
        yield 0, "something in this file holds itself"


def _import_faults(check: str) -> Iterator[str]:
    """Say why the function that a rule names is none; what its module does when it is imported can be anything."""
    try:
        if not callable(import_check(check)):
            yield f"`{check}` is no function"
    except (Exception, SystemExit) as error:
        yield f"`{check}` can't be imported: {type(error).__name__}: {error}"


def known_kind(kind: str, subjects: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether `kind` or `kind.type` names a subject kind that some artifact yields."""
    return kind in subjects or any(kind.startswith(name + ".") for name in subjects)


def position_of(path: str, field: str) -> tuple[int, int]:
    """Return line and column of a field of a sound rule file."""
    source = read_small(path, path)
    documents, _ = read_yaml(source, templated=False)
    return source.position(_offset(documents[0].root, (field,)))


def _offset(root: Map, path: Path, part: str = "key") -> int:
    mark = locate(root, path, part)
    return mark[0] if mark else 0

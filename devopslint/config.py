"""The configuration: the nearest `.devopslint.yaml`, read and checked."""

from __future__ import annotations

import os

from devopslint.engine.discover import CONFIG_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class ConfigError(Exception):
    """A configuration that can't be used; the text has path, line and column."""


class Config:
    """What a configuration file says; empty where there is none. `folder` is what its paths are relative to."""

    __slots__ = ("folder", "path", "values")

    def __init__(self, path: str = "", values: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.folder = os.path.dirname(os.path.abspath(path)) if path else ""
        self.values: Mapping[str, Any] = values or {}

    def words(self, name: str) -> list[str]:
        """Return a list of strings; empty when it is not given."""
        return list(self.values.get(name) or ())

    def text(self, name: str, default: str) -> str:
        """Return a string, or `default`."""
        return str(self.values.get(name) or default)

    def rules_dirs(self) -> list[str]:
        """Return the user's folders of rules, as absolute paths."""
        return [os.path.normpath(os.path.join(self.folder, folder)) for folder in self.words("rules-dirs")]

    def levels(self) -> dict[str, str]:
        """Return rule id → level."""
        rules = self.values.get("rules") or {}
        return {identifier: rule["level"] for identifier, rule in rules.items() if "level" in rule}

    def options(self) -> dict[str, dict[str, Any]]:
        """Return rule id → option → value."""
        rules = self.values.get("rules") or {}
        return {identifier: rule["options"] for identifier, rule in rules.items() if "options" in rule}


def find_config(start: str, root: str) -> str | None:
    """Return the path of the nearest configuration from `start` up to `root`, both folders."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, CONFIG_NAME)
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(folder)
        if folder in {root, parent}:
            return None
        folder = parent


def read_config(path: str) -> Config:
    """Return the configuration in a file. Raises ConfigError when it is no valid one."""
    from devopslint.syntax.source import Source
    from devopslint.syntax.yaml import read_yaml

    try:
        with open(path, encoding="utf-8-sig") as file:
            source = Source(os.path.relpath(path), file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read: {error}") from None
    documents, problems = read_yaml(source)
    if problems:
        raise ConfigError(_at(source, problems[0].start, problems[0].message))
    if not documents or documents[0].root is None:
        return Config(path)
    if len(documents) > 1:
        raise ConfigError(_at(source, 0, "a configuration is one document"))
    _validate(source, documents[0].root)
    return Config(path, documents[0].root)


def _validate(source: Any, root: Any) -> None:
    """Check against the schema, once for each text: `jsonschema` costs more than a whole run."""
    import hashlib

    from devopslint import __version__

    stamp = hashlib.sha256(f"{__version__}\n{source.text}".encode()).hexdigest()[:32]
    marker = os.path.join(cache_folder(), "config", stamp)
    if os.path.exists(marker):
        return
    import json
    from importlib import resources

    import jsonschema

    from devopslint.syntax.tree import locate

    schema = json.loads(resources.files("devopslint").joinpath("config.schema.json").read_text("utf-8"))
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(root), key=lambda error: len(error.path))
    if errors:
        error = errors[0]
        path = tuple(error.absolute_path)
        message = error.message
        if error.validator == "additionalProperties":
            known = list(error.schema["properties"])
            unknown = next(key for key in error.instance if key not in known)
            path = (*path, unknown)
            message = f"unknown setting `{unknown}`{_suggestion(unknown, known)}"
        mark = locate(root, path, "key") or (0, 0)
        raise ConfigError(_at(source, mark[0], message))
    try:
        os.makedirs(os.path.dirname(marker), exist_ok=True)
        with open(marker, "w", encoding="utf-8"):
            pass
    except OSError:
        return


def cache_folder() -> str:
    """Return the folder of what devopslint keeps between runs for this user."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "devopslint")


def _at(source: Any, offset: int, message: str) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}: {message}"


def _suggestion(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f", did you mean `{close[0]}`?" if close else ""

"""`devopslint config PATH`: what holds for a file or a folder, and which line of which file says so."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.config.settings import Config, Override
    from devopslint.engine.workspace import Workspace

    Row = tuple[str, Any, str]
    """The name of a setting, its value, and where it comes from."""

_DEFAULTS = {
    "select": ["default"], "profile": "default", "fail-on": "warning", "min-level": "note", "peer-ignores": True,
    "shellcheck": "auto",
}  # fmt: skip


def show_config(path: str, config_path: str | None, as_json: bool) -> int:
    """Print the settings of a path."""
    from devopslint.commands.catalog import ids_named, open_catalog
    from devopslint.commands.check import asked_of
    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.commands.telling import say, say_json, tell
    from devopslint.config.scopes import ConfigScopes

    request = Request([path])
    request.config = config_path
    session = Session(request)
    session.check_selection()
    for note in session.notes:
        tell(note)
    workspace, asked = asked_of(request, session)
    config, overrides = session.config, []
    if isinstance(session.scopes, ConfigScopes) and asked.given:
        config, overrides = session.scopes.config(asked.given[0]), session.scopes.overrides(asked.given[0])
    catalog = session.catalog if config is session.config else open_catalog(config, root=session.root)
    rows = list(_file_rows(asked.given[0], workspace, config, session.config) if asked.given else _folder_rows(config))
    rows += settings(config, overrides, lambda word: ids_named(word, catalog) or [word])
    if as_json:
        say_json([{"setting": name, "value": value, "from": where} for name, value, where in rows])
        return 0
    say(f"# {os.path.relpath(config.path)}" if config.path else "# no configuration: these are the defaults")
    for name, value, where in rows:
        say(f"{name}: {_written(value)}  # {where}")
    return 0


def _file_rows(path: str, workspace: Workspace, *configs: Config) -> Iterator[Row]:
    """Yield what a file is, and whether it is left out."""
    from devopslint.engine.recognise import recognise

    forced = workspace.forced_kind(path)
    found = recognise(path, workspace)
    for one in found:
        yield "kind", one.artifact.NAME, one.why
    if not found:
        why = "by the configuration" if forced else "nothing in its name or its text tells what it is"
        yield "kind", "none", why
    absolute = os.path.join(workspace.root, *path.split("/"))
    places = dict.fromkeys(config.excluded_at(absolute) for config in configs)
    for place in places:
        if place is not None:
            yield "excluded", True, f"{place}; a file given by name is checked all the same, but under --force-exclude"


def _folder_rows(config: Config) -> Iterator[Row]:
    """Yield for what paths there are overrides: what they say is shown for a file."""
    for override in config.overrides():
        yield "overrides", list(override.values["paths"]), _override_at(override, "paths")


def settings(config: Config, overrides: list[Override], ids_of: Callable[[str], Iterable[str]]) -> Iterator[Row]:
    """Yield every setting that holds; lists that grow from layer to layer have a row for each source."""
    for name in ("select", "profile", "fail-on", "min-level", "peer-ignores", "shellcheck", "baseline"):
        value, layer = config.single(name)
        where = "default" if layer is None else _at(layer, (name,))
        for override in overrides:
            if name in override.values:
                value, where = override.values[name], _override_at(override, name)
        if value is not None or name in _DEFAULTS:
            yield name, _DEFAULTS[name] if value is None else value, where
    for name in ("ignore", "exclude", "rules-dirs"):
        for layer in config.layers:
            if layer.values.get(name):
                yield name, list(layer.values[name]), _at(layer, (name,))
        for override in overrides:
            if override.values.get(name):
                yield name, list(override.values[name]), _override_at(override, name)
    for layer in config.layers:
        for kind, globs in (layer.values.get("kinds") or {}).items():
            yield f"kinds.{kind}", list(globs), _at(layer, ("kinds", kind))
    yield from _rules(config, overrides, ids_of)


def _rules(config: Config, overrides: list[Override], ids_of: Callable[[str], Iterable[str]]) -> Iterator[Row]:
    found: dict[str, tuple[Any, str]] = {}

    def take(said: Mapping[str, Any], at: Callable[..., str]) -> None:
        for word, about in (said.get("rules") or {}).items():
            for identifier in ids_of(word):
                for steps, value in _flat(about):
                    found[f"rules.{identifier}.{'.'.join(steps)}"] = value, at("rules", word, *steps)

    for layer in config.layers:
        take(layer.values, lambda *path, layer=layer: _at(layer, path))
    for override in overrides:
        take(override.values, lambda *path, override=override: _override_at(override, *path))
    for name, (value, where) in sorted(found.items()):
        yield name, value, where


def _flat(said: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in said.items():
        if name == "options":
            yield from (((name, option), one) for option, one in value.items())
        else:
            yield (name,), value


def _at(layer: Any, path: tuple[str | int, ...]) -> str:
    return str(layer.at(path))


def _override_at(override: Override, *path: str) -> str:
    reason = override.values.get("reason")
    where = _at(override.layer, ("overrides", override.index, *path))
    paths = "" if path == ("paths",) else f", for {', '.join(override.values['paths'])}"
    return f"{where}{paths}" + (f": {reason}" if reason else "")


def _written(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value

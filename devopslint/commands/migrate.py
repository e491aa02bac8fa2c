"""`devopslint migrate`: the configuration files of peers, turned into one of ours, with a list of what has no equal.

Sources of the forms: the documentation of each peer of its configuration file.
"""

from __future__ import annotations

import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from devopslint.policy.rule import Rule

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "style": "note"}


class Migration:
    """What the files of peers come to: rules left out (everywhere, or for some globs), levels, options, and the rest."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = list(rules)
        self.sources: list[str] = []
        self.ignore: dict[str, str] = {}
        self.for_paths: dict[str, dict[str, str]] = {}
        self.levels: dict[str, tuple[str, str]] = {}
        self.options: dict[str, dict[str, tuple[Any, str]]] = {}
        self.settings: dict[str, tuple[Any, str]] = {}
        self.exclude: dict[str, str] = {}
        self.without: list[str] = []

    def ids(self, peer: str, identifier: str, where: str) -> list[str]:
        """Return our rules that a peer's rule means; what has no equal is put on the list."""
        from devopslint.policy.peers import names_for_peer

        word = f"{peer}:{identifier}"
        found = [rule.id for rule in self._rules if names_for_peer(word, rule.raw.get("equivalents", ()))]
        if not found:
            self.without.append(f"{where}: {identifier}: no rule here is its equal")
        return found

    def leave_out(self, peer: str, identifiers: Any, where: str, paths: Iterable[str] = (), why: str = "") -> None:
        """Leave out what is the equal of a peer's rules, everywhere or for some paths."""
        for identifier in _list(identifiers):
            for ours in self.ids(peer, str(identifier), where):
                said = f"{peer} {identifier}" + (f": {why}" if why else "")
                if not paths:
                    self.ignore.setdefault(ours, said)
                for path in paths:
                    self.for_paths.setdefault(path, {}).setdefault(ours, said)

    def switch_on(self, ours: str, why: str) -> None:
        """Let a rule run in every profile: one that the configuration gives a level does."""
        rule = next(rule for rule in self._rules if rule.id == ours)
        if rule.raw.get("profile", "default") != "default" or rule.raw.get("preview"):
            self.levels[ours] = rule.level, why

    def option(self, peer: str, identifier: str, names: tuple[str, ...], value: Any, where: str) -> None:
        """Set an option of the rule that is the equal of a peer's, whichever of the names it has."""
        for ours in self.ids(peer, identifier, where):
            declared = next(rule for rule in self._rules if rule.id == ours).raw.get("options", {})
            name = next((name for name in names if name in declared), None)
            if name is not None:
                self.options.setdefault(ours, {})[name] = value, where
                return
        self.without.append(f"{where}: there is no option for it here")

    def to_yaml(self) -> str:
        """Return our configuration."""
        lines = [f"# From {', '.join(self.sources)}, by `devopslint migrate`."]
        lines += [f"{name}: {value}  # {where}" for name, (value, where) in self.settings.items()]
        if self.ignore:
            lines += ["ignore:", *(f"  - {ours}  # {why}" for ours, why in sorted(self.ignore.items()))]
        if self.exclude:
            lines += ["exclude:", *(f"  - {_quoted(glob)}  # {why}" for glob, why in self.exclude.items())]
        rules = sorted({*self.levels, *self.options})
        if rules:
            lines.append("rules:")
        for ours in rules:
            lines.append(f"  {ours}:")
            if ours in self.levels:
                level, why = self.levels[ours]
                lines.append(f"    level: {level}  # {why}")
            if ours in self.options:
                lines.append("    options:")
                for name, (value, why) in self.options[ours].items():
                    lines.append(f"      {name}: [{', '.join(_quoted(str(one)) for one in value)}]  # {why}")
        if self.for_paths:
            lines.append("overrides:")
        for path, ignored in self.for_paths.items():
            lines += [f"  - paths: [{_quoted(path)}]", "    ignore:"]
            lines += [f"      - {ours}  # {why}" for ours, why in sorted(ignored.items())]
        return "\n".join(lines) + "\n"


def migrate(folder: str, *, write: bool) -> int:
    """Read what peers' files there are in a folder; print or write our configuration; 2 when there is nothing to read."""
    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config
    from devopslint.engine.discover import CONFIG_NAME

    migration = Migration(open_catalog(Config()).rules())
    for names, read in _READERS:
        for name in names:
            path = os.path.join(folder, *name.split("/"))
            if os.path.isfile(path):
                with open(path, encoding="utf-8-sig", errors="replace") as file:
                    text = file.read()
                migration.sources.append(name)
                read(migration, name, text)
                break
    if not migration.sources:
        print(f"devopslint: {folder}: no configuration of a peer that devopslint can read", file=sys.stderr)
        return 2
    for line in migration.without:
        print(f"no equal: {line}", file=sys.stderr)
    target = os.path.join(folder, CONFIG_NAME)
    if not write:
        print(migration.to_yaml(), end="")
        return 0
    if os.path.exists(target):
        print(f"devopslint: {target} is there already; without --write the new one is printed", file=sys.stderr)
        return 2
    with open(target, "w", encoding="utf-8") as out:
        out.write(migration.to_yaml())
    print(f"{target} is written")
    return 0


def _yaml(migration: Migration, name: str, text: str) -> Mapping[str, Any]:
    from devopslint.syntax.source import Source
    from devopslint.syntax.yaml import read_yaml

    documents, problems = read_yaml(Source(name, text))
    if problems:
        migration.without.append(f"{name}: can't be read: {problems[0].message}")
        return {}
    root = documents[0].root if documents else None
    return root if isinstance(root, dict) else {}


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list) else []


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text) else "'" + text.replace("'", "''") + "'"


def _rest(migration: Migration, name: str, values: Mapping[str, Any], known: set[str], above: str = "") -> None:
    migration.without += [f"{name}: {above}{key}" for key in values if key not in known]


def _hadolint(migration: Migration, name: str, text: str) -> None:
    values = _yaml(migration, name, text)
    migration.leave_out("hadolint", values.get("ignored"), name)
    overrides = values.get("override")
    for level, identifiers in overrides.items() if isinstance(overrides, dict) else ():
        for identifier in _list(identifiers):
            for ours in migration.ids("hadolint", str(identifier), name):
                migration.levels[ours] = _LEVELS.get(level, "warning"), f"hadolint {identifier}"
    if values.get("trustedRegistries"):
        registries = _list(values["trustedRegistries"])
        migration.option("hadolint", "DL3026", ("registries", "allow"), registries, f"{name}: trustedRegistries")
    threshold = values.get("failure-threshold")
    if threshold in _LEVELS:
        migration.settings["fail-on"] = _LEVELS[str(threshold)], name
    elif threshold in {"ignore", "none"} or values.get("no-fail") is True:
        migration.settings["fail-on"] = "never", name
    _rest(
        migration, name, values, {"ignored", "override", "trustedRegistries", "failure-threshold", "no-fail", "format"}
    )


def _checkov(migration: Migration, name: str, text: str) -> None:
    values = _yaml(migration, name, text)
    migration.leave_out("checkov", values.get("skip-check"), name)
    for path in _list(values.get("skip-path")):
        migration.exclude[str(path).strip("^$") or "."] = f"{name}: skip-path, a pattern there and a glob here"
    if values.get("soft-fail") is True:
        migration.settings["fail-on"] = "never", name
    _rest(migration, name, values, {"skip-check", "skip-path", "soft-fail", "quiet", "compact", "output", "directory"})


def _zizmor(migration: Migration, name: str, text: str) -> None:
    rules = _yaml(migration, name, text).get("rules")
    for identifier, said in rules.items() if isinstance(rules, dict) else ():
        if not isinstance(said, dict):
            continue
        if said.get("disable") is True:
            migration.leave_out("zizmor", [identifier], name)
        for entry in _list(said.get("ignore")):
            path, _, line = str(entry).partition(":")
            if line:
                migration.without.append(
                    f"{name}: rules.{identifier}.ignore: line {line} of {path}: the whole file is left out"
                )
            migration.leave_out("zizmor", [identifier], name, [f"**/{path}"])
        _rest(migration, name, said, {"disable", "ignore"}, f"rules.{identifier}.")


def _kube_linter(migration: Migration, name: str, text: str) -> None:
    values = _yaml(migration, name, text)
    checks = values.get("checks")
    checks = checks if isinstance(checks, dict) else {}
    migration.leave_out("kube-linter", checks.get("exclude"), name)
    for identifier in _list(checks.get("include")):
        for ours in migration.ids("kube-linter", str(identifier), name):
            migration.switch_on(ours, f"kube-linter {identifier}: included")
    for path in _list(checks.get("ignorePaths")):
        migration.exclude[str(path)] = f"{name}: ignorePaths"
    if checks.get("addAllBuiltIn") is True:
        migration.settings["profile"] = "strict", f"{name}: addAllBuiltIn"
    _rest(migration, name, values, {"checks"})
    _rest(migration, name, checks, {"exclude", "include", "ignorePaths", "addAllBuiltIn"}, "checks.")


def _trivyignore(migration: Migration, name: str, text: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        where = f"{name}:{number}"
        if re.match(r"CVE-|GHSA-|DLA-", words[0]):
            migration.without.append(f"{where}: {words[0]}: devopslint looks for no vulnerabilities of packages")
            continue
        if len(words) > 1:
            migration.without.append(f"{where}: {words[1]}: only comments have a last day (`until=`)")
        migration.leave_out("trivy", [words[0]], where)


def _trivyignore_yaml(migration: Migration, name: str, text: str) -> None:
    values = _yaml(migration, name, text)
    for entry in _list(values.get("misconfigurations")):
        if isinstance(entry, dict) and "id" in entry:
            if "expired_at" in entry:
                migration.without.append(f"{name}: {entry['id']}: expired_at: only comments have a last day (`until=`)")
            paths = [str(path) for path in _list(entry.get("paths"))]
            migration.leave_out("trivy", [entry["id"]], name, paths, str(entry.get("statement") or ""))
    _rest(migration, name, values, {"misconfigurations"})


def _tflint(migration: Migration, name: str, text: str) -> None:
    for found in re.finditer(r'^\s*rule\s+"([\w-]+)"\s*\{([^}]*)\}', text, re.MULTILINE):
        identifier, body = found.groups()
        enabled = re.search(r"\benabled\s*=\s*(true|false)", body)
        if enabled and enabled.group(1) == "false":
            migration.leave_out("tflint", [identifier], name)
        elif enabled:
            for ours in migration.ids("tflint", identifier, name):
                migration.switch_on(ours, f"tflint {identifier}: enabled")
        for option in re.findall(r"^\s*(\w+)\s*=", body, re.MULTILINE):
            if option != "enabled":
                migration.without.append(f"{name}: rule {identifier}: {option}")
    for plugin in re.findall(r'^\s*plugin\s+"([\w-]+)"', text, re.MULTILINE):
        if plugin != "terraform":
            migration.without.append(f"{name}: plugin {plugin}: what it checks by asking the cloud is not checked here")


def _actionlint(migration: Migration, name: str, text: str) -> None:
    values = _yaml(migration, name, text)
    runner = values.get("self-hosted-runner")
    if isinstance(runner, dict) and _list(runner.get("labels")):
        labels = _list(runner["labels"])
        migration.option("actionlint", "check-runner-labels", ("labels",), labels, f"{name}: self-hosted-runner.labels")
    paths = values.get("paths")
    for glob, said in paths.items() if isinstance(paths, dict) else ():
        for pattern in _list(said.get("ignore")) if isinstance(said, dict) else ():
            migration.without.append(
                f"{name}: paths.{glob}.ignore: {pattern!r} is about messages; ignore rules by id here"
            )
    _rest(migration, name, values, {"self-hosted-runner", "paths"})


_READERS: tuple[tuple[tuple[str, ...], Callable[[Migration, str, str], None]], ...] = (
    ((".hadolint.yaml", ".hadolint.yml"), _hadolint),
    ((".checkov.yaml", ".checkov.yml"), _checkov),
    ((".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml"), _zizmor),
    ((".kube-linter.yaml", ".kube-linter.yml"), _kube_linter),
    ((".trivyignore",), _trivyignore),
    ((".trivyignore.yaml", ".trivyignore.yml"), _trivyignore_yaml),
    ((".tflint.hcl",), _tflint),
    ((".github/actionlint.yaml", ".github/actionlint.yml", "actionlint.yaml"), _actionlint),
)
"""The names under which each peer looks for its file, and what reads it."""

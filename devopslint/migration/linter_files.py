"""The configuration files of peers, read into a migration. Sources: each peer's documentation of its file."""

from __future__ import annotations

import re

from devopslint.migration.plan import from_root
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.migration.plan import Migration

    Reader = Callable[[Migration, str, str], None]

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_ARTIFACTS = {
    "terraform": "terraform", "kubernetes": "kubernetes", "helm": "kubernetes", "kustomize": "kubernetes",
    "dockerfile": "dockerfile", "github_actions": "workflow",
}  # fmt: skip
_LOOKS = frozenset(
    (
        "branch", "compact", "directory", "download-external-modules", "evaluate-variables", "file", "no-fail-on-crash",
        "no-guide", "output", "output-bc-ids", "output-file-path", "quiet", "repo-id", "skip-download",
        "summary-position", "skip-results-upload", "no-cert-verify", "support",
    )
)  # fmt: skip
"""Options of checkov about how it looks, talks and sends, which say nothing of what is to be found."""


def read_tree(
    migration: Migration, name: str, text: str, lists: Sequence[str] = (), maps: Sequence[str] = ()
) -> Mapping[str, Any]:
    """Return a YAML or JSON file as a mapping. What can't be read is told, and so is what is no list or no mapping.

    `lists` and `maps` are the paths of what must be one; `*` stands for each key or item.
    """
    from devopslint.syntax.source import Source
    from devopslint.syntax.yaml import read_yaml

    source = Source(name, text)
    documents, problems = read_yaml(source, templated=False)
    if problems:
        migration.not_read(source, problems[0].start, problems[0].message)
        return {}
    root = documents[0].root if documents else None
    if not isinstance(root, Map):
        if root is not None:
            migration.not_read(source, 0, "it is no mapping of settings")
        return {}
    for paths, kinds, what in ((maps, Map, "a mapping"), (lists, (Seq, str), "a list")):
        for path in paths:
            for at, value in _at_path(root, path.split(".")):
                if value is not None and not isinstance(value, kinds):
                    migration.not_read(source, at, f"`{path.replace('.*', '')}` is not {what}")
    return root


def _at_path(node: Any, names: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """Yield what stands at a path, with its offset."""
    inner: Iterable[Any] = ()
    if isinstance(node, Map):
        inner = node if names[0] == "*" else [names[0]] if names[0] in node else []
    elif isinstance(node, Seq) and names[0] == "*":
        inner = range(len(node))
    for key in inner:
        mark: Sequence[int] = node.at[key]
        if len(names) == 1:
            yield mark[-2], node[key]
        else:
            yield from _at_path(node[key], names[1:])


def as_list(value: Any) -> list[Any]:
    """Return a list, of a text its parts between commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list) else []


def as_map(value: Any) -> Mapping[str, Any]:
    """Return a mapping; an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def rest(migration: Migration, name: str, values: Mapping[str, Any], known: Iterable[str], above: str = "") -> None:
    """Put on the list what a reader has not looked at."""
    done = frozenset(known)
    for key in values:
        if key not in done:
            migration.none_for(name, f"{above}{key}")


def hadolint(migration: Migration, name: str, text: str) -> None:
    """Read `.hadolint.yaml`."""
    values = read_tree(
        migration, name, text, lists=("ignored", "trustedRegistries", "override.*"), maps=("override", "label-schema")
    )
    migration.leave_out("hadolint", as_list(values.get("ignored")), name)
    for level, identifiers in as_map(values.get("override")).items():
        if level in _LEVELS:
            migration.level("hadolint", as_list(identifiers), _LEVELS[level], name)
        else:
            migration.none_for(name, f"override.{level}")
    if values.get("trustedRegistries"):
        registries = as_list(values["trustedRegistries"])
        migration.option("hadolint", "DL3026", ("registries", "allow"), registries, f"{name}: trustedRegistries")
    schema = as_map(values.get("label-schema"))
    if schema:
        migration.option("hadolint", "DL3049", ("labels",), list(schema), f"{name}: label-schema")
        migration.switch_on("hadolint", ["DL3049"], name, "label-schema")
        if values.get("strict-labels") is True:
            migration.option("hadolint", "DL3050", ("labels",), list(schema), f"{name}: strict-labels")
            migration.switch_on("hadolint", ["DL3050"], name, "strict-labels")
    threshold = str(values.get("failure-threshold"))
    if threshold in {"ignore", "none"} or values.get("no-fail") is True:
        migration.set_one(
            "fail-on", "never", f"{name}: {'no-fail' if values.get('no-fail') is True else 'failure-threshold'}"
        )
    elif threshold in _LEVELS:
        migration.set_one("fail-on", _LEVELS[threshold], f"{name}: failure-threshold")
    elif values.get("failure-threshold") is not None:
        migration.none_for(name, f"failure-threshold: {threshold}")
    if values.get("disable-ignore-pragma") is True:
        migration.set_one("peer-ignores", False, f"{name}: disable-ignore-pragma")
    known = ("ignored", "override", "trustedRegistries", "failure-threshold", "no-fail", "format", "no-color")
    rest(migration, name, values, (*known, "label-schema", "strict-labels", "disable-ignore-pragma"))


def checkov(migration: Migration, name: str, text: str) -> None:
    """Read `.checkov.yaml`: the long options of the command line."""
    values = read_tree(
        migration,
        name,
        text,
        lists=("skip-check", "check", "framework", "skip-framework", "skip-path", "soft-fail-on", "hard-fail-on"),
    )
    migration.leave_out("checkov", _checks(migration, name, values, "skip-check"), name)
    chosen = _checks(migration, name, values, "check")
    if chosen:
        migration.only("checkov", chosen, name)
    frameworks = [str(one) for one in as_list(values.get("framework")) if one != "all"]
    for framework in frameworks if not chosen else ():
        if framework in _ARTIFACTS:
            migration.choose(_ARTIFACTS[framework], name, f"{name}: framework {framework}")
        else:
            migration.none_for(name, f"framework {framework}")
    for framework in map(str, as_list(values.get("skip-framework"))):
        if framework in {"terraform", "kubernetes", "dockerfile", "github_actions"}:
            migration.skip(_ARTIFACTS[framework], name, f"{name}: skip-framework")
        else:
            migration.none_for(name, f"skip-framework {framework}")
    for pattern in map(str, as_list(values.get("skip-path"))):
        glob = glob_of(pattern)
        if glob is None:
            migration.none_for(name, f"skip-path {pattern}", "a pattern there, and globs here")
        else:
            migration.leave_unread(glob, f"{name}: skip-path {pattern}")
    hard = _checks(migration, name, values, "hard-fail-on")
    if values.get("soft-fail") is True and hard:
        migration.set_one("fail-on", "error", f"{name}: soft-fail beside hard-fail-on")
        migration.none_for(name, "soft-fail", "what `hard-fail-on` names fails, but so does whatever is an error here")
    elif values.get("soft-fail") is True:
        migration.set_one("fail-on", "never", f"{name}: soft-fail")
    migration.level("checkov", _checks(migration, name, values, "soft-fail-on"), "note", name)
    migration.level("checkov", hard, "error", name)
    for key in ("directory", "file"):
        paths = [str(path) for path in as_list(values.get(key)) if str(path).strip("./")]
        if paths:
            migration.none_for(name, f"{key}: {', '.join(paths)}", "what is checked is said on the command line here")
    known = {
        "skip-check",
        "check",
        "framework",
        "skip-framework",
        "skip-path",
        "soft-fail",
        "soft-fail-on",
        "hard-fail-on",
    }
    rest(migration, name, values, known | _LOOKS)


def _checks(migration: Migration, name: str, values: Mapping[str, Any], key: str) -> list[str]:
    """Return the ids of a list; the severities in it, which checkov must ask its platform for, are put on the list."""
    ids = []
    for word in map(str, as_list(values.get(key))):
        if re.match(r"(?:CKV\d*|BC|CKV_\w+)_", word) or "*" in word:
            ids.append(word)
        else:
            migration.none_for(name, f"{key} {word}", "only ids can be told here")
    return ids


def glob_of(pattern: str) -> str | None:
    """Return the glob for a regular expression that is sought in a path; `None` for one that no glob can say."""
    anchored, ends = pattern.startswith(("^", "/")), pattern.endswith(("$", "/"))
    text = pattern.removeprefix("^").removesuffix("$").removesuffix(".*").removeprefix(".*").strip("/")
    text = re.sub(r"/\.\*/", "/**/", text)
    text = text.replace(r"\.", ".").replace(r"\/", "/").replace(r"\-", "-").replace("[^/]*", "*").replace("[^/]+", "*")
    text = re.sub(r"\.[*+]", "*", text)
    if not text or re.search(r"[\\^$+?|(){}\[\]]", text):
        return None
    if pattern.startswith("^"):
        return from_root(text)
    return f"**/{text}" if "/" in text or anchored or ends else text


def zizmor(migration: Migration, name: str, text: str) -> None:
    """Read `zizmor.yml`."""
    values = read_tree(migration, name, text, lists=("rules.*.ignore",), maps=("rules", "rules.*", "rules.*.config"))
    for identifier, said in as_map(values.get("rules")).items():
        said = as_map(said)  # noqa: PLW2901 (what is said, or nothing)
        if said.get("disable") is True:
            migration.leave_out("zizmor", [identifier], name)
        for entry in as_list(said.get("ignore")):
            path, _, line = str(entry).partition(":")
            if line:
                what = f"rules.{identifier}.ignore: line {line} of {path}"
                migration.none_for(
                    name, what, "it is left out in the whole file; a comment there can say it of the line"
                )
            migration.leave_out("zizmor", [identifier], name, [f"**/{path}"])
        _zizmor_config(migration, identifier, as_map(said.get("config")), f"{name}: rules.{identifier}.config")
        rest(migration, name, said, ("disable", "ignore", "config"), f"rules.{identifier}.")
    rest(migration, name, values, ("rules",))


def _zizmor_config(migration: Migration, identifier: str, config: Mapping[str, Any], where: str) -> None:
    known: set[str] = set()
    if identifier == "unpinned-uses" and "policies" in config:
        known.add("policies")
        trusted = []
        for pattern, policy in as_map(config["policies"]).items():
            if str(policy) in {"any", "ref-pin"} and pattern != "*":
                trusted.append(pattern)
            elif policy != "hash-pin":
                migration.none_for(f"{where}.policies", f"{pattern}: {policy}")
        if trusted:
            migration.option("zizmor", identifier, ("trusted",), trusted, f"{where}.policies")
    elif identifier == "forbidden-uses":
        for key, option in (("allow", "allowed"), ("deny", "denied")):
            if key in config:
                known.add(key)
                migration.option("zizmor", identifier, (option,), as_list(config[key]), f"{where}.{key}")
                migration.switch_on("zizmor", [identifier], where, key)
    elif identifier == "dependabot-cooldown" and isinstance(config.get("days"), int):
        known.add("days")
        migration.option("zizmor", identifier, ("days",), config["days"], f"{where}.days")
    rest(migration, where, config, known)


def actionlint(migration: Migration, name: str, text: str) -> None:
    """Read `actionlint.yaml`."""
    values = read_tree(
        migration,
        name,
        text,
        lists=("self-hosted-runner.labels", "paths.*.ignore"),
        maps=("self-hosted-runner", "paths", "paths.*"),
    )
    where = f"{name}: self-hosted-runner.labels"
    if "self-hosted-runner" in values:
        labels = as_list(as_map(values["self-hosted-runner"]).get("labels"))
        if labels:
            migration.option("actionlint", "check-runner-labels", ("labels",), labels, where)
        migration.switch_on("actionlint", ["check-runner-labels"], where, "other labels are told of")
    for glob, said in as_map(values.get("paths")).items():
        for pattern in as_list(as_map(said).get("ignore")):
            where = f"{name}: paths.{glob}.ignore"
            codes = re.findall(r"SC\d{4}", str(pattern))
            if codes:
                migration.leave_out("shellcheck", codes, where, [glob])
            elif re.match(r"\W*(?:\.\*)?shellcheck reported issue", str(pattern)):
                for one in migration.globs_of(glob, where):
                    migration.for_paths.setdefault((one,), {})["shell/shellcheck"] = (
                        "actionlint: shellcheck reported issue"
                    )
            else:
                migration.none_for(where, repr(str(pattern)), "it is about messages; rules are left out by id here")
    rest(migration, name, values, ("self-hosted-runner", "paths"))


def shellcheckrc(migration: Migration, name: str, text: str) -> None:
    """Read `.shellcheckrc`."""
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].strip().partition("=")
        if key == "disable":
            words = as_list(value.strip("\"'"))
            if "all" in words:
                migration.ignore.setdefault("shell/shellcheck", f"{name}: disable=all")
            codes = [f"SC{one}" if one[0].isdigit() else one for one in words if one != "all"]
            migration.leave_out("shellcheck", codes, name)
        elif key:
            migration.none_for(name, f"{key}={value}")

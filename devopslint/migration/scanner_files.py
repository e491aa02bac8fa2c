"""The configuration files of the scanners among the peers, read into a migration: clusters, clouds, modules."""

from __future__ import annotations

import re

from devopslint.migration.linter_files import as_list, as_map, read_tree, rest
from devopslint.migration.plan import from_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from devopslint.migration.plan import Migration

_NEITHER = ("dependabot", "dockerfile", "dockerignore", "repository", "shell", "workflow")
"""What is checked besides, when only some checks of manifests or of modules are chosen."""
_GRAVITY = {"CRITICAL": "error", "HIGH": "error", "ERROR": "error", "MEDIUM": "warning", "WARNING": "warning",
            "LOW": "note", "INFO": "note", "TRACE": "note", "UNKNOWN": "note"}  # fmt: skip
_POLARIS = {"danger": "error", "warning": "warning"}


def kube_linter(migration: Migration, name: str, text: str) -> None:
    """Read `.kube-linter.yaml`."""
    values = read_tree(
        migration,
        name,
        text,
        lists=("checks.exclude", "checks.include", "checks.ignorePaths", "customChecks"),
        maps=("checks", "customChecks.*"),
    )
    checks = as_map(values.get("checks"))
    migration.leave_out("kube-linter", as_list(checks.get("exclude")), name)
    included = as_list(checks.get("include"))
    if checks.get("doNotAutoAddDefaults") is True and checks.get("addAllBuiltIn") is not True:
        migration.only("kube-linter", included, name)
        for artifact in ("terraform", *_NEITHER):
            migration.choose(artifact, name, "kube-linter knows manifests only")
    else:
        migration.switch_on("kube-linter", included, name, "included")
    for path in map(str, as_list(checks.get("ignorePaths"))):
        if path.startswith("/**/"):
            migration.leave_unread(path[1:], f"{name}: ignorePaths")
        elif path.startswith(("~", "/", "../")):
            migration.none_for(name, f"checks.ignorePaths: {path}", "it is outside of the repository")
        else:
            migration.leave_unread(from_root(path), f"{name}: ignorePaths")
    if checks.get("addAllBuiltIn") is True:
        migration.switch_on("kube-linter", sorted(migration.ids_of("kube-linter")), name, "addAllBuiltIn")
    for check in as_list(values.get("customChecks")):
        check = as_map(check)  # noqa: PLW2901 (what is said, or nothing)
        migration.none_for(name, f"customChecks: {check.get('name')}", "write it as a rule: `devopslint rule new`")
    rest(migration, name, values, ("checks", "customChecks"))
    known = ("exclude", "include", "ignorePaths", "addAllBuiltIn", "doNotAutoAddDefaults")
    rest(migration, name, checks, known, "checks.")


def trivyignore(migration: Migration, name: str, text: str) -> None:
    """Read `.trivyignore`: ids, each with the day until which it holds, if any."""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        where = f"{name}:{number}"
        expiry = next((word[4:] for word in words[1:] if word.startswith("exp:")), "")
        _trivy_id(migration, words[0], where, expiry, [], line.partition("#")[2].strip())


def trivyignore_yaml(migration: Migration, name: str, text: str) -> None:
    """Read `.trivyignore.yaml`."""
    values = read_tree(
        migration, name, text, lists=("misconfigurations", "misconfigurations.*.paths"), maps=("misconfigurations.*",)
    )
    for entry in map(as_map, as_list(values.get("misconfigurations"))):
        if "id" in entry:
            paths = [from_root(str(path)) for path in as_list(entry.get("paths"))]
            why = str(entry.get("statement") or "")
            _trivy_id(migration, str(entry["id"]), name, str(entry.get("expired_at") or ""), paths, why)
    for key in ("vulnerabilities", "secrets", "licenses"):
        if as_list(values.get(key)):
            migration.none_for(name, key, "devopslint looks for none")
    rest(migration, name, values, ("misconfigurations", "vulnerabilities", "secrets", "licenses"))


def _trivy_id(migration: Migration, word: str, where: str, expiry: str, paths: list[str], why: str) -> None:
    if re.match(r"CVE-|GHSA-|DLA-|GO-|RUSTSEC-", word):
        migration.none_for(where, word, "devopslint looks for no vulnerabilities of packages")
        return
    if expiry and expiry[:10] < migration.today:
        migration.none_for(where, word, f"its time ended with {expiry[:10]}, so that it is not left out")
        return
    if expiry:
        migration.none_for(
            where, f"{word} until {expiry[:10]}", "it is left out for ever; only comments have a last day"
        )
    migration.leave_out("trivy", [word], where, paths, why)


def trivy(migration: Migration, name: str, text: str) -> None:
    """Read `trivy.yaml`."""
    values = read_tree(
        migration,
        name,
        text,
        lists=("scan.skip-dirs", "scan.skip-files", "skip-dirs", "skip-files", "severity"),
        maps=("scan",),
    )
    scan = as_map(values.get("scan"))
    for key in ("skip-dirs", "skip-files"):
        for path in [*as_list(scan.get(key)), *as_list(values.get(key))]:
            glob = str(path).rstrip("/") + ("/" if key == "skip-dirs" else "")
            migration.leave_unread(from_root(glob), f"{name}: {key}")
    severities = [str(one).upper() for one in as_list(values.get("severity"))]
    levels = {_GRAVITY[one] for one in severities if one in _GRAVITY}
    if levels and "note" not in levels:
        migration.set_one("min-level", "warning" if "warning" in levels else "error", f"{name}: severity")
    if values.get("exit-code") == 0:
        migration.set_one("fail-on", "never", f"{name}: exit-code")
    rest(migration, name, scan, ("skip-dirs", "skip-files", "scanners"), "scan.")
    known = (
        "scan",
        "skip-dirs",
        "skip-files",
        "severity",
        "exit-code",
        "ignorefile",
        "format",
        "output",
        "quiet",
        "debug",
    )
    rest(migration, name, values, (*known, "cache", "timeout", "template", "report"))


def tfsec(migration: Migration, name: str, text: str) -> None:
    """Read `.tfsec/config.yml` or `.json`."""
    values = read_tree(
        migration, name, text, lists=("exclude", "include", "exclude_paths"), maps=("severity_overrides",)
    )
    migration.leave_out("tfsec", as_list(values.get("exclude")), name)
    migration.only("tfsec", as_list(values.get("include")), name)
    for identifier, severity in as_map(values.get("severity_overrides")).items():
        level = _GRAVITY.get(str(severity).upper())
        if level:
            migration.level("tfsec", [identifier], level, name)
    lowest = _GRAVITY.get(str(values.get("minimum_severity")).upper())
    if lowest and lowest != "note":
        migration.set_one("min-level", lowest, f"{name}: minimum_severity")
    for path in as_list(values.get("exclude_paths")):
        migration.leave_unread(str(path), f"{name}: exclude_paths")
    known = ("exclude", "include", "severity_overrides", "minimum_severity", "exclude_paths")
    rest(migration, name, values, known)


def kics(migration: Migration, name: str, text: str) -> None:
    """Read `kics.config` in YAML or JSON."""
    values = read_tree(migration, name, text, lists=("exclude-queries", "include-queries", "exclude-paths", "fail-on"))
    migration.leave_out("kics", as_list(values.get("exclude-queries")), name)
    migration.only("kics", as_list(values.get("include-queries")), name)
    for path in as_list(values.get("exclude-paths")):
        migration.leave_unread(from_root(str(path)), f"{name}: exclude-paths")
    fail_on = {_GRAVITY.get(str(one).upper(), "") for one in as_list(values.get("fail-on"))} - {""}
    if str(values.get("ignore-on-exit")) in {"all", "results"}:
        migration.set_one("fail-on", "never", f"{name}: ignore-on-exit")
    elif fail_on:
        lowest = min(fail_on, key=("note", "warning", "error").index)
        migration.set_one("fail-on", lowest, f"{name}: fail-on")
    known = (
        "exclude-queries",
        "include-queries",
        "exclude-paths",
        "fail-on",
        "ignore-on-exit",
        "path",
        "verbose",
        "silent",
    )
    looks = ("log-file", "log-path", "log-level", "log-format", "no-color", "no-progress", "output-path", "output-name")
    rest(migration, name, values, (*known, *looks, "report-formats", "preview-lines", "ci", "minimal-ui"))


def polaris(migration: Migration, name: str, text: str) -> None:
    """Read `polaris.yaml`: each check is `danger`, `warning` or `ignore`."""
    values = read_tree(migration, name, text, lists=("exemptions",), maps=("checks", "exemptions.*"))
    for identifier, said in as_map(values.get("checks")).items():
        if said == "ignore":
            migration.leave_out("polaris", [identifier], name)
        elif str(said) in _POLARIS:
            migration.level("polaris", [identifier], _POLARIS[str(said)], name)
        else:
            migration.none_for(name, f"checks.{identifier}", "it is `ignore`, `warning` or `danger`")
    for number, exemption in enumerate(map(as_map, as_list(values.get("exemptions")))):
        rules = ", ".join(map(str, as_list(exemption.get("rules")))) or "all rules"
        where = ", ".join(
            map(str, [*as_list(exemption.get("controllerNames")), *as_list(exemption.get("containerNames"))])
        )
        migration.none_for(
            name, f"exemptions[{number}]: {rules} for {where or exemption.get('namespace')}",
            "say it at the object: `devopslint.io/ignore: rule`",
        )  # fmt: skip
    for check in as_map(values.get("customChecks")):
        migration.none_for(name, f"customChecks.{check}", "write it as a rule: `devopslint rule new`")
    rest(migration, name, values, ("checks", "exemptions", "customChecks"))


_TFLINT_UNSAID = (("format", "snake_case"), ("style", "flexible"))
"""Options of rules of tflint that say what holds here."""


def tflint(migration: Migration, name: str, text: str) -> None:
    """Read `.tflint.hcl`."""
    from devopslint.syntax.hcl import read_hcl
    from devopslint.syntax.hcl_nodes import blocks_of
    from devopslint.syntax.source import Source

    source = Source(name, text)
    document, problems = read_hcl(source)
    if problems:
        migration.not_read(source, problems[0].start, problems[0].message)
        return
    only = False
    for block in blocks_of(document.root, "config"):
        only = only or block.get("disabled_by_default") is True
        _tflint_config(migration, name, block)
    for artifact in ("kubernetes", *_NEITHER) if only else ():
        migration.choose(artifact, name, "tflint knows modules only")
    for block in blocks_of(document.root, "plugin"):
        label = str(block.labels[0]) if block.labels else ""
        if label != "terraform":
            migration.none_for(name, f"plugin {label}", "what it checks by asking the cloud is not checked here")
        elif block.get("preset") == "all":
            identifiers = sorted(migration.ids_of("tflint"))
            migration.switch_on("tflint", identifiers, name, 'preset "all"')
    for block in blocks_of(document.root, "rule"):
        identifier = str(block.labels[0]) if block.labels else ""
        if block.get("enabled") is False:
            migration.leave_out("tflint", [identifier], name)
        elif block.get("enabled") is True and only:
            migration.only("tflint", [identifier], name)
        elif block.get("enabled") is True:
            migration.switch_on("tflint", [identifier], name, "enabled")
        for option in block:
            if option != "enabled" and (option, block.get(option)) not in _TFLINT_UNSAID:
                migration.none_for(name, f"rule {identifier}: {option}")


def _tflint_config(migration: Migration, name: str, block: Mapping[str, Any]) -> None:
    if block.get("force") is True:
        migration.set_one("fail-on", "never", f"{name}: force")
    for option in block:
        if option not in {"force", "disabled_by_default", "format", "module", "call_module_type", "plugin_dir"}:
            migration.none_for(name, f"config: {option}")

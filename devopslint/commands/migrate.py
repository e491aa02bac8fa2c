"""`devopslint migrate`: the configuration files of peers, turned into one of ours, with a list of what has no equal."""

from __future__ import annotations

import os
import sys

from devopslint.migration import linter_files, scanner_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.migration.linter_files import Reader

_READERS: Sequence[tuple[Sequence[str], Sequence[str], Reader]] = (
    ((".hadolint.yaml", ".hadolint.yml"), ("dockerfile",), linter_files.hadolint),
    ((".checkov.yaml", ".checkov.yml"), ("dockerfile", "kubernetes", "terraform", "workflow"), linter_files.checkov),
    (
        (".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml"),
        ("dependabot", "workflow"),
        linter_files.zizmor,
    ),
    ((".kube-linter.yaml", ".kube-linter.yml"), ("kubernetes",), scanner_files.kube_linter),
    (("trivy.yaml", "trivy.yml"), ("dockerfile", "kubernetes", "terraform"), scanner_files.trivy),
    ((".trivyignore",), ("dockerfile", "kubernetes", "terraform"), scanner_files.trivyignore),
    (
        (".trivyignore.yaml", ".trivyignore.yml"),
        ("dockerfile", "kubernetes", "terraform"),
        scanner_files.trivyignore_yaml,
    ),
    (
        (".tfsec/config.yml", ".tfsec/config.yaml", ".tfsec/config.json", "tfsec.yml", "tfsec.yaml"),
        ("terraform",),
        scanner_files.tfsec,
    ),
    ((".tflint.hcl",), ("terraform",), scanner_files.tflint),
    (
        (".github/actionlint.yaml", ".github/actionlint.yml", "actionlint.yaml", "actionlint.yml"),
        ("workflow",),
        linter_files.actionlint,
    ),
    ((".shellcheckrc", "shellcheckrc"), ("shell",), linter_files.shellcheckrc),
    (
        ("kics.config", "kics.yaml", "kics.yml", "kics.json"),
        ("dockerfile", "kubernetes", "terraform"),
        scanner_files.kics,
    ),
    (("polaris.yaml", "polaris.yml", ".polaris.yaml", ".polaris.yml"), ("kubernetes",), scanner_files.polaris),
)
"""The names under which each peer looks for its file, what that peer is about, and what reads it."""


def migrate(folder: str, *, write: bool) -> int:
    """Read what peers' files there are in a folder; print or write our configuration; 2 when there is nothing to read."""
    import time

    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config
    from devopslint.engine.discover import CONFIG_NAME
    from devopslint.migration.plan import Migration
    from devopslint.policy.whole_files import write_whole

    today = os.environ.get("DEVOPSLINT_TODAY") or time.strftime("%Y-%m-%d")
    migration = Migration(open_catalog(Config()).rules(), today)
    found: list[tuple[str, Reader]] = []
    for names, artifacts, read in _READERS:
        name = next((name for name in names if os.path.isfile(os.path.join(folder, *name.split("/")))), None)
        if name is not None:
            migration.sources[name] = artifacts
            found.append((name, read))
    for name, read in found:
        with open(os.path.join(folder, *name.split("/")), encoding="utf-8-sig", errors="replace") as file:
            read(migration, name, file.read())
    if not migration.sources:
        print(f"devopslint: {folder}: no configuration of a peer that devopslint can read", file=sys.stderr)
        return 2
    for line in migration.without:
        print(f"no equal: {line}", file=sys.stderr)
    target = os.path.join(folder, CONFIG_NAME)
    if not write:
        print(migration.to_yaml(), end="")
        return 0
    if os.path.lexists(target):
        print(f"devopslint: {target} is there already; without --write the new one is printed", file=sys.stderr)
        return 2
    write_whole(target, migration.to_yaml())
    print(f"{target} is written")
    return 0

"""`devopslint migrate`: the configuration files of peers, turned into one of ours, with a list of what has no equal."""

from __future__ import annotations

import os

from devopslint.commands.telling import say, stay_inside, tell
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
        ("dockerfile", "kubernetes", "terraform", "workflow"),
        scanner_files.kics,
    ),
    (("polaris.yaml", "polaris.yml", ".polaris.yaml", ".polaris.yml"), ("kubernetes",), scanner_files.polaris),
)
"""The names under which each peer looks for its file, what that peer is about, and what reads it."""


def migrate(folder: str, *, write: bool) -> int:
    """Read what peers' files there are in a folder; print or write our configuration.

    Returns 2 when there is nothing to read, or something that can't be read: nothing is made of half of what was meant.
    """
    import time

    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config
    from devopslint.engine.discover import CONFIG_NAME, bounds_of
    from devopslint.migration.plan import Migration
    from devopslint.policy.whole_files import write_whole

    if not os.path.isdir(folder):
        tell(f"{folder}: {'is no folder' if os.path.lexists(folder) else 'no such folder'}")
        return 2
    today = os.environ.get("DEVOPSLINT_TODAY") or time.strftime("%Y-%m-%d")
    migration = Migration(open_catalog(Config()).rules(), today)
    found: list[tuple[str, str, Reader]] = []
    for names, artifacts, read in _READERS:
        for name in names:
            path = os.path.join(folder, *name.split("/"))
            if os.path.isfile(path):
                stay_inside(path, bounds_of(os.path.abspath(folder)))
                migration.sources[name] = artifacts
                found.append((name, path, read))
                break
    for name, path, read in found:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            migration.artifacts = migration.sources[name]
            read(migration, name, file.read())
    if not found:
        known = ", ".join(names[0] for names, _, _ in _READERS)
        tell(f"{folder}: no configuration of another tool that devopslint can read: it looks for {known}")
        return 2
    if migration.unread:
        for line in migration.unread:
            tell(line)
        tell("no configuration is made: mend what can't be read, or take that file away, and run it again")
        return 2
    target = os.path.normpath(os.path.join(folder, CONFIG_NAME))
    if write and os.path.lexists(target):
        tell(f"{target} is there already; without --write the new one is printed")
        return 2
    for line in migration.without:
        tell(f"no equal: {line}")
    if not write:
        say(migration.to_yaml().removesuffix("\n"))
        return 0
    write_whole(target, migration.to_yaml())
    say(f"{target} is written")
    return 0

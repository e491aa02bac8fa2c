"""Checks of what makes a plan reproducible, and of where its state is kept."""

from __future__ import annotations

import re

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_REGISTRY = lazily(r"(?:[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?")
_VCS = lazily(r"(?:git::|hg::|git@)|^(?:github\.com|bitbucket\.org)/|\.git(?:$|[?/])", re.IGNORECASE)
_COMMIT = lazily(r"[0-9a-f]{40}")
_SHORT_COMMIT = lazily(r"(?=[0-9a-f]*\d)[0-9a-f]{7,39}")
_VERSION_TAG = lazily(r"(?=.{1,250}\Z)(?:v?\d+(?:\.\d+)*(?:[-+.][\w.]+)?|.*[/-]v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.]+)?)")
_OLD = lazily(r"(?<![\d.])(?:0\.\d+|1\.0)\.\d+")
_BEFORE_1_1 = ("0.12.31", "0.13.7", "0.14.11", "0.15.5", "1.0.0", "1.0.11")
"""The last versions in which a remote run always has the workspace `default`."""


def is_registry(source: str) -> bool:
    """Say whether a module's source is the address of a registry."""
    return not source.startswith((".", "/")) and _VCS.search(source) is None and _REGISTRY.fullmatch(source) is not None


def module_without_version(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a module of a registry has no version."""
    source = call.get("source")
    if isinstance(source, str) and is_registry(source) and call.get("version") is MISSING:
        yield Problem("source", source=source)


def module_without_ref(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a module of a repository names no commit, or a branch."""
    source = call.get("source")
    if not isinstance(source, str) or not _VCS.search(source) or source.startswith((".", "/")):
        return
    ref = re.search(r"[?&](?:ref|rev)=([^&]*)", source)
    if ref is None:
        yield Problem("source", problem="names no version")
    elif not any(form.fullmatch(ref[1]) for form in (_COMMIT, _SHORT_COMMIT, _VERSION_TAG)):
        yield Problem("source", problem=f"follows the branch `{ref[1]}`" if ref[1] else "names no version")


def module_without_commit(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a module of a repository is named by a tag, which can be moved."""
    source = call.get("source")
    if isinstance(source, str) and _VCS.search(source):
        ref = re.search(r"[?&](?:ref|rev)=([^&]*)", source)
        if ref is not None and not _COMMIT.fullmatch(ref[1]) and _VERSION_TAG.fullmatch(ref[1]):
            yield Problem("source", ref=ref[1])


def module_over_http(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a module is fetched without encryption."""
    source = call.get("source")
    if isinstance(source, str) and re.search(r"(?:^|::)(?:http|git)://", source):
        yield Problem("source")


def missing_required_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a folder says nothing of the version of Terraform."""
    module: Module = subject.context
    if not module.has_code or module.broken:
        return
    if not any("required_version" in settings.block for settings in module.settings):
        settings = next(iter(module.settings), None)
        if settings is None or settings.block.header is None:
            yield Problem()
        else:
            yield Problem(Place(settings.document.source, *settings.block.header))


def missing_lock_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a folder that is applied has no lock file of its providers."""
    module: Module = subject.context
    if not module.is_applied or not module.has_code:
        return
    if ".terraform.lock.hcl" not in module.workspace.names(module.folder):
        yield Problem()


def missing_backend(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a folder that is applied keeps its state on the disk of whoever applies it."""
    module: Module = subject.context
    if not module.is_applied or not module.has_code or module.broken:
        return
    if not module.nested_settings("backend") and not module.nested_settings("cloud"):
        provider = next((one for one in module.all("provider") if one.block.header is not None), None)
        settings = next((one for one in module.settings if one.block.header is not None), None)
        owner = settings or provider
        if owner is None or owner.block.header is None:
            yield Problem()
        else:
            yield Problem(Place(owner.document.source, *owner.block.header))


def unlocked_backend(backend: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when an S3 backend has neither kind of lock. What `-backend-config` gives can't be seen."""
    value = backend.value
    if not isinstance(value, Map) or not value:
        return
    if "bucket" not in value or "key" not in value:
        return
    table, lock_file = backend.get("dynamodb_table"), backend.get("use_lockfile")
    if table is UNKNOWN or lock_file is UNKNOWN or (isinstance(table, str) and table) or lock_file in {True, "true"}:
        return
    yield Problem("use_lockfile" if lock_file in {False, "false"} else ())


def unlocked_http_backend(backend: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a backend of HTTP or Consul has no lock."""
    value = backend.value
    if not isinstance(value, Map) or not value:
        return
    if backend.type == "consul":
        if backend.get("lock") in {False, "false"}:
            yield Problem("lock", name=backend.type)
    elif "address" in value and "lock_address" not in value:
        yield Problem(name=backend.type)


def shallow_clone(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a pinned module of a Git repository is cloned with its whole history."""
    source = call.get("source")
    if not isinstance(source, str) or not _VCS.search(source) or "hg::" in source or source.startswith((".", "/")):
        return
    ref = re.search(r"[?&]ref=([^&]*)", source)
    # Git can't make a shallow clone of a commit by its name.
    is_tag = ref is not None and _VERSION_TAG.fullmatch(ref[1]) and not _SHORT_COMMIT.fullmatch(ref[1])
    if is_tag and not re.search(r"[?&]depth=1(?!\d)", source):
        yield Problem("source")


def workspace_of_remote(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each `terraform.workspace` in a folder of the `remote` backend that may run in Terraform 1.0 or before."""
    from devopslint.artifacts.terraform.checks.lock import fits

    module: Module = subject.context
    if not any(backend.label(0) == "remote" for backend in module.nested_settings("backend")):
        return
    wanted = [module.value(settings.block.get("required_version")) for settings in module.settings]
    constraints = [one for one in wanted if isinstance(one, str)]
    # Who says nothing runs what is current.
    old = [*_BEFORE_1_1, *(found for one in constraints for found in _OLD.findall(one))]
    if not constraints or not any(all(fits(version, one) for one in constraints) for version in old):
        return
    for reference, document in module.references():
        if reference.steps[:2] == ("terraform", "workspace"):
            yield Problem(Place(document.source, reference.start, reference.end))


def loose_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each required provider whose version has no upper bound."""
    module: Module = subject.context
    if not module.is_applied:
        return
    for block in module.nested_settings("required_providers"):
        for name, value in block.block.items():
            version = value.get("version") if isinstance(value, Map) else value
            if not isinstance(version, str) or not isinstance(name, str):
                continue
            bounds = [part.strip() for part in version.split(",")]
            if all(part.startswith((">=", ">")) for part in bounds):
                mark = value.at["version"][2:] if isinstance(value, Map) else block.block.at[name][2:]
                yield Problem(Place(block.document.source, *mark), version=version, name=name)


def local_backend(backend: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for the `local` backend of a folder that is no example or test."""
    module: Module = backend.context
    if not module.is_trial:
        yield Problem()

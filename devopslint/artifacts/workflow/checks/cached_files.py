"""Caches that go by files which the repository does not have: lock files of set-up actions, patterns of `hashFiles`.

Source: the code of actions/setup-node (lock files at the root of the workspace), setup-python, setup-java and setup-dotnet
(patterns anywhere in it), each of which ends with an error when it finds none.
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.ground import files_below, seen_whole
from devopslint.artifacts.workflow.named_files import lines_of
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.knowledge.submodules import may_reach
from devopslint.policy.globs import Glob
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.ground import Ground
    from devopslint.artifacts.workflow.model import Step

    Fault = tuple[str, Problem, tuple[str, ...]]

_AT_ROOT: dict[str, tuple[str, ...]] = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock"), "yarn": ("yarn.lock",), "pnpm": ("pnpm-lock.yaml",),
}  # fmt: skip
_ANYWHERE: dict[tuple[str, str], tuple[str, ...]] = {
    ("actions/setup-python", "pip"): ("requirements.txt", "pyproject.toml"),
    ("actions/setup-python", "pipenv"): ("Pipfile.lock",), ("actions/setup-python", "poetry"): ("poetry.lock",),
    ("actions/setup-java", "maven"): ("pom.xml",),
    ("actions/setup-java", "gradle"): (
        "*.gradle", "*.gradle.kts", "gradle-wrapper.properties", "Versions.kt", "libs.versions.toml", "gradle.properties",
    ),
    ("actions/setup-java", "sbt"): ("*.sbt", "build.properties", "*.scala"),
    ("actions/setup-dotnet", "true"): ("packages.lock.json",),
}  # fmt: skip
"""Action and the value of its `cache` → names, one of which must be somewhere in the repository."""
_TAKES_PATHS = frozenset({"actions/setup-node", "actions/setup-python", "actions/setup-java", "actions/setup-dotnet"})


def faults_of_cache(step: Step, ground: Ground) -> Iterator[Fault]:
    """Yield the faults of a step's cache."""
    assert step.uses is not None
    name = step.uses.name
    cache, given = str(step.inputs.get("cache", "")).lower(), step.inputs.get("cache-dependency-path")
    at = (*step.below, "with")
    if name in _TAKES_PATHS and given is not None and cache:
        patterns = lines_of(given)
        if patterns and _nothing_fits(patterns, ground):
            shown = " ".join(patterns)
            yield "cache", Problem((*at, "cache-dependency-path"), fault=f"no file fits `{shown}`"), tuple(patterns)
    elif name == "actions/setup-node" and cache in _AT_ROOT:
        locks = _AT_ROOT[cache]
        is_seen = ground.pristine and (ground.has("package.json") is True or _works_beside(step, locks, ground))
        if all(ground.lacks(lock, implied=True) or (is_seen and ground.has(lock) is False) for lock in locks):
            yield (
                "cache",
                Problem((*at, "cache"), fault=f"there is no `{locks[0]}` at the root of the repository"),
                locks,
            )
    elif (name, cache) in _ANYWHERE:
        names = _ANYWHERE[name, cache]
        if _nothing_fits([f"**/{one}" for one in names], ground):
            yield "cache", Problem((*at, "cache"), fault=f"there is no `{names[0]}` in the repository"), names
    if name in {"actions/cache", "actions/cache/restore", "actions/cache/save"}:
        yield from _of_keys(step, ground)


def _works_beside(step: Step, locks: tuple[str, ...], ground: Ground) -> bool:
    """Say whether a step of the same job works in a folder below the root that has the lock file.

    That alone, as a manifest at the root, shows that the repository is there to see.
    """
    folders = [other.run_setting("working-directory")[0] for other in step.job.steps if other.run is not None]
    known = [folder for folder in folders if isinstance(folder, str) and "${{" not in folder]
    return any(ground.has(f"{folder}/{lock}") is True for folder in known for lock in locks)


def _of_keys(step: Step, ground: Ground) -> Iterator[Fault]:
    at = (*step.below, "with", "key")
    for usage in usages_at(step.workflow, (*step.job.path, *at)):
        for node in usage.nodes:
            if node.kind != "call" or node.value.lower() != "hashfiles" or not node.items:
                continue
            patterns = [item.value for item in node.items if item.kind == "literal" and isinstance(item.value, str)]
            if len(patterns) == len(node.items) and _nothing_fits(patterns, ground):
                shown = ", ".join(f"`{one}`" for one in patterns)
                yield "hash", Problem(usage.place(node.start, node.end), patterns=shown), tuple(patterns)


def _nothing_fits(patterns: list[str], ground: Ground) -> bool:
    """Say whether surely no file of the working folder fits one of the patterns of `@actions/glob`."""
    implied = any("**" in one for one in patterns)
    all_plain = not any({"*", "?", "["}.intersection(one) for one in patterns)  # of these `lacks` tells
    if (
        not ground.pristine
        or ground.trees != {"": True}
        or not (all_plain or seen_whole(ground.workflow, ground.root, with_code=implied))
    ):
        return False
    globs: list[Glob] = []
    for pattern in patterns:
        plain = re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/", "", pattern).removeprefix("./")
        if plain.startswith("!"):
            continue
        last = plain.rstrip("/").rpartition("/")[2]
        if (
            plain.startswith(("/", "~", "..", "$"))
            or "${{" in plain
            or may_reach(plain, ground.submodules())
            or (last.strip("*") and last.strip("*") in ground.text)
        ):
            return False
        if "*" not in plain and not ground.lacks(plain):
            return False
        globs.append(Glob("/" + plain.rstrip("/")))
    files = _files(ground) if globs else None
    return files is not None and not any(glob.fits(names, below=True) for names in files for glob in globs)


def _files(ground: Ground) -> list[list[str]] | None:
    known: dict[str, list[list[str]] | None] = ground.workflow.cache.setdefault("files below", {})
    if ground.root not in known:
        found = files_below(ground.workspace, ground.root)
        known[ground.root] = None if found is None else [path.split("/") for path in found]
    return known[ground.root]

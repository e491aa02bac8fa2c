"""What COPY, ADD and installs want of the build context, and the repository does not have.

Which folder is the context stands in no Dockerfile: a file counts as missing only when it is below none of the folders that
may be it, and other sources of the same Dockerfile show that the repository is what is built from.
"""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import bound_sources, command_of, docker_place
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.lookback import first_before
from devopslint.knowledge.project_files import PROJECTS
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Step
    from devopslint.policy.subject import Place, Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_SOURCE_FILE = lazily(
    r"(?:^|/)(?:[\w.-]+\.(?:py|js|mjs|cjs|ts|tsx|rb|php|go|rs|java|kt|c|h|cpp|sh|bash|pl|conf|cfg|cnf|ini|toml|ya?ml|xml|csproj|sln"
    r"|gradle|kts|sql|html|css|template|tmpl|j2|service)|requirements[\w.-]*\.txt|package\.json|composer\.json|go\.mod|go\.sum|Gemfile"
    r"|Pipfile|Makefile|Cargo\.toml|pom\.xml|mix\.exs|gradlew|mvnw|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|bun\.lockb?"
    r"|(?:composer|poetry|uv|Pipfile|Gemfile|Cargo)\.lock|src/?|sources?/?|scripts/?|migrations/?|templates/?|tests?/?)$"
)
"""Names of files and folders that people write, and builds do not."""
_VALUED = frozenset({"--prefix", "--cwd", "-C", "--dir", "--filter", "--registry", "--loglevel", "--cache"})
_BUILT = lazily(
    r"(?:^|/)(?:\.?(?:build|out|dist|target|bin|obj|release|publish|node_modules|vendor|artifacts?|tmp|cache|_build|public|generated"
    r"|deps|static|staging|coverage|_output))(?:/|$)|(?:^|[._-])(?:version|build|generated|env|config\.local|secrets?)",
    re.IGNORECASE,
)
_LONG_NAME = 6
"""Characters of a name of which one that is all but the same is meant for it."""
_GENERATED = lazily(r"(?:^|/)(?:version|build-?info|config)\.\w+$", re.IGNORECASE)


def source_missing(subject: Subject, options: Options) -> Iterable[Problem]:
    """A source file that no folder has which may be the build context."""
    step: Step = subject.context
    sources = named_sources(step)
    if not sources or step.model.workspace is None or step.instruction.onbuild:
        return ()
    return _missing(step.model, sources)


def _missing(model: Model, sources: Sequence[tuple[str, Place]]) -> Iterator[Problem]:
    for text, place in sources:
        if re.search(r"[*?\[$]|://|^~", text) or ".." in text:
            continue
        path = posixpath.normpath(text.lstrip("/"))
        if not _SOURCE_FILE.search(path) or _BUILT.search(path) or _GENERATED.search(path):
            continue
        folders = list(context_folders(model))
        if any(_has(model, folder, path) for folder in folders):
            continue
        if not any(_is_misspelt(model, folder, path) for folder in folders):
            parent = path.rpartition("/")[0]
            if not _is_built_here(model, folders, text):
                continue
            if parent and not any(_is_filled(model, folder, parent) for folder in folders):
                continue  # a submodule, or a folder that is made for the build
        yield Problem(place, path=text)


def outside_context(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY ../shared …`: nothing above the context can be had."""
    step: Step = subject.context
    for text, place in named_sources(step):
        if "://" not in text and posixpath.normpath(text.replace("\\", "/").lstrip("/")).startswith("../"):
            yield Problem(place, path=text)


def lock_file_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """`npm ci` and the like where the manifest is copied and the repository has no lock file beside it."""
    command, step = command_of(subject)
    project = PROJECTS[command.name]
    locks, manifest = project.locks, project.manifest
    operands = command.operands(_VALUED)
    verb = operands[0].text if operands else ""
    if (
        verb not in project.locked
        or (project.asks and not command.has_flag(*project.asks))
        or command.has_flag("--prefix", "--cwd", "-C", "--dir")
    ):
        return
    model = step.model
    folder = model.source.path.rpartition("/")[0]
    if model.workspace is None or not _has(model, folder, manifest) or not _copies(step, manifest):
        return
    if any(_has(model, above, lock) for above in context_folders(model) for lock in locks) or _writes_lock(
        step, command, locks
    ):
        return
    place = operands[0] if operands else command.name_word
    assert place is not None
    yield Problem(place_of(place), command=f"{command.name} {verb}".strip(), lock=locks[0], manifest=manifest)


def named_sources(step: Step) -> Sequence[tuple[str, Place]]:
    """Return the files of the context that a COPY, ADD or mount of RUN names, and where they are named."""
    if step.name == "RUN":
        return list(bound_sources(step)) if step.instruction.flags else ()
    if step.name not in {"COPY", "ADD"} or step.instruction.flag("from") is not None:
        return ()
    return step.once(_copied_sources)


def _copied_sources(step: Step) -> Sequence[tuple[str, Place]]:
    texts = [(step.text_of(word), word) for word in sources_and_destination(step)[0]]
    return [(text, docker_place(step, word)) for text, word in texts if isinstance(text, str)]


def context_folders(model: Model) -> Iterator[str]:
    """Yield the folder of a Dockerfile and those above it: each may be the context."""
    folder = model.source.path.rpartition("/")[0]
    while True:
        yield folder
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def _has(model: Model, folder: str, path: str) -> bool:
    """Say whether a file or folder is there."""
    workspace = model.workspace
    assert workspace is not None
    whole = f"{folder}/{path}" if folder else path
    above, _, name = whole.rpartition("/")
    return workspace.exists(whole) or name in workspace.names(above)


def _is_misspelt(model: Model, folder: str, path: str) -> bool:
    """Say whether a file is there whose path has other capitals, or whose name is all but the same.

    Of the first one machine builds it, and the runner does not.
    """
    assert model.workspace is not None
    at = folder
    for part in path.split("/"):
        names = model.workspace.names(at)
        lower = part.lower()
        match = next((name for name in names if name.lower() == lower), None)
        if match is None and len(part) >= _LONG_NAME and at == _above(folder, path):
            match = next((name for name in names if _are_alike(name, part)), None)
        if match is None:
            return False
        at = f"{at}/{match}" if at else match
    return True


def _above(folder: str, path: str) -> str:
    return posixpath.join(folder, posixpath.dirname(path)).rstrip("/")


def _are_alike(one: str, other: str) -> bool:
    """Say whether two letters have changed places, or one is missing, in a name of some length with the same ending."""
    if abs(len(one) - len(other)) > 1 or len(one) < _LONG_NAME or len(other) < _LONG_NAME:
        return False
    if one.rpartition(".")[2] != other.rpartition(".")[2]:
        return False
    if sorted(one) == sorted(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 2
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _is_filled(model: Model, folder: str, path: str) -> bool:
    """Say whether a folder is there, and something in it."""
    assert model.workspace is not None
    return bool(model.workspace.names(f"{folder}/{path}" if folder else path))


def _is_built_here(model: Model, folders: list[str], named: str) -> bool:
    """Say whether another source of the Dockerfile, one with a name of its own, is below a folder that may be the context."""
    for step in model.steps:
        for text, _ in named_sources(step):
            if text == named or re.search(r"[*?\[$]|://|\.\.", text):
                continue
            path = posixpath.normpath(text.lstrip("/"))
            if path not in {".", ""} and any(_has(model, folder, path) for folder in folders):
                return True
    return False


def _copies(step: Step, manifest: str) -> bool:
    """Say whether a step in front of one has copied the manifest from the context, by its name or with all the rest."""
    if step.stage is None:
        return False
    stem, _, ending = manifest.rpartition(".")
    wanted = {manifest, f"./{manifest}", f"{stem}*.{ending}", f"./{stem}*.{ending}", ".", "./"}

    def copies(earlier: Step) -> bool:
        return any(text in wanted for text, _ in named_sources(earlier))

    if step.name == "RUN" and copies(step):
        return True
    return first_before(step, ("copies", manifest), copies) is not None


def _writes_lock(step: Step, command: Command, locks: tuple[str, ...]) -> bool:
    """Say whether something in front of an install may have made the lock file."""
    assert step.stage is not None

    def may_write(earlier: Step) -> bool:
        text = earlier.instruction.text
        if earlier.name == "RUN":
            return re.search(rf"\b{command.name}\b", text) is not None
        return earlier.name in {"COPY", "ADD"} and any(lock in text for lock in locks)

    if first_before(step, ("writes lock", command.name, locks), may_write) is not None:
        return True
    return any(other.name == command.name and other.index < command.index for other in command.script)

"""COPY and ADD: what is copied, from where, to where, and in which order."""

from __future__ import annotations

import re
from bisect import bisect_right

from devopslint.artifacts.dockerfile.checks.common import docker_place, mounts, name_place, related_step, ships
from devopslint.artifacts.dockerfile.ignore import is_named_context, read_ignore
from devopslint.knowledge.image_contents import contents
from devopslint.knowledge.images import image_tag, parse_image
from devopslint.knowledge.official_images import RUNS_AS_ROOT, is_official
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command
    from devopslint.syntax.shell import Word as ShellWord

    Options = Mapping[str, Any]

_ARCHIVE = lazily(r"\.(?:tar(?:\.\w+)?|t[bgx]z2?|tzst|txz)$", re.IGNORECASE)
_REMOTE = lazily(r"^(?:https?://|git://|git@|ssh://|ftp://)")
_SMALL = lazily(r"\.(?:bash|cfg|conf|env|gpg|ini|js|json|key|list|lock|md|pem|pl|py|rb|sh|toml|txt|xml|ya?ml)$")
_CHECKSUM = lazily(r"[?&]checksum=")
"""How the URL of a git repository names its commit; see Docker's reference, "ADD", git repositories."""
_GIT = lazily(r"^(?:git://|git@|ssh://)|\.git(?:#.*)?$")


def sources_and_destination(step: Step) -> tuple[list[Word], Word | None]:
    """Return the words that COPY or ADD takes files from, heredocs left out, and the one it puts them at."""
    words = list(step.instruction.words)
    if len(words) < 2:
        return [], None
    heredocs = {heredoc.word.start for heredoc in step.instruction.heredocs}
    return [word for word in words[:-1] if word.start not in heredocs], words[-1]


def add_of_plain_files(subject: Subject, options: Options) -> Iterator[Problem]:
    """ADD where COPY does."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if destination is None or not sources:
        return
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or _REMOTE.match(text) or _ARCHIVE.search(text) or _may_match_archive(text):
            return
    yield Problem(name_place(step), source=sources[0].value)


def _may_match_archive(text: str) -> bool:
    last = text.rsplit("/", 1)[-1]
    return "*" in last and (not re.search(r"\.\w+$", last) or last.endswith((".*", ".gz", ".xz", ".bz2")))


def add_remote_without_checksum(subject: Subject, options: Options) -> Iterator[Problem]:
    """ADD of a URL without --checksum."""
    step: Step = subject.context
    if step.instruction.flag("checksum") is not None:
        return
    for word in sources_and_destination(step)[0]:
        text = step.text_of(word)
        if text is UNKNOWN:
            text = word.value
        if _REMOTE.match(text) and not _GIT.search(text) and not _CHECKSUM.search(text):
            yield Problem(docker_place(step, word), url=text)


def archive_copied_then_unpacked(subject: Subject, options: Options) -> Iterator[Problem]:
    """COPY of a local archive that a later RUN unpacks."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if step.stage is None or destination is None or step.instruction.flag("from") is not None:
        return
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or not _ARCHIVE.search(text) or "*" in text:
            continue
        names = {text.rsplit("/", 1)[-1]}
        if len(sources) == 1 and _ARCHIVE.search(destination.value):
            names = {destination.value.rsplit("/", 1)[-1]}
        for later in step.stage.steps:
            if later.index > step.index and later.name == "RUN":
                for command in later.read_script().named("tar", "bsdtar"):
                    if _unpacks(command) and any(name in w.text for w in command.words for name in names):
                        related = [related_step(later, "unpacked here")]
                        yield Problem(docker_place(step, word), related=related, archive=text.rsplit("/", 1)[-1])
                        return


def _unpacks(command: Command) -> bool:
    """Say whether `tar` is called with `x`, in whichever of its forms."""
    first = command.args[0] if command.args else ""
    return command.has_flag("-x", "--extract", "--get") or re.match(r"[a-zA-Z]*x", first) is not None


def destination_is_no_folder(subject: Subject, options: Options) -> Iterator[Problem]:
    """Several sources and a destination that does not end with a slash."""
    step: Step = subject.context
    words = step.instruction.words
    if len(words) < 3:
        return
    text = step.text_of(words[-1])
    if text is UNKNOWN or text.endswith(("/", "\\", "/.", "/..")) or text in {".", ".."}:
        return
    yield Problem(docker_place(step, words[-1]), destination=text)


def unknown_stage(subject: Subject, options: Options) -> Iterator[Problem]:
    """`--from` or `--mount=from=` that names a later stage, a number that no stage has, or nothing that is known."""
    step: Step = subject.context
    if step.stage is None:
        return
    model = step.model
    for name, place in _from_places(step):
        if model.stage_named(name, step.stage.index) is not None or _is_own(step, name):
            continue
        later = model.stage_named(name)
        if later is not None and not name.isdigit():
            yield Problem(place, name=name, related=[related_step(later.start, "this stage comes later")])
        elif name.isdigit() or not (
            re.search(r"[/:.@]", name) or is_official(name) or name == "scratch" or is_named_context(model, name)
        ):
            yield Problem(place, name=name)


def _from_places(step: Step) -> Iterator[tuple[str, Place]]:
    """Yield the names that `--from` and `--mount=from=` give, and where they stand."""
    found = _from(step)
    if found is not None:
        yield found[1], docker_place(step, found[0])
    for flag in step.instruction.flags:
        match = re.search(r"(?:^|,)from=([^,]+)", flag.value.raw) if flag.name == "mount" and flag.value else None
        if match and flag.value is not None and not re.search(r"[$\"'\\]", flag.value.raw):
            start = flag.value.start
            mark = step.instruction.fragment.mark(start + match.start(1), start + match.end(1))
            yield match[1], Place(step.instruction.source, *mark)


def own_stage(subject: Subject, options: Options) -> Iterator[Problem]:
    """`--from` that names the stage it stands in."""
    step: Step = subject.context
    found = _from(step)
    if found is not None and _is_own(step, found[1]):
        yield Problem(docker_place(step, found[0]), name=found[1])


def floating_source_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """`--from=image` and `--mount=from=image` without a fixed version."""
    step: Step = subject.context
    if step.stage is None:
        return
    for name, place in _from_places(step):
        if step.model.stage_named(name) is not None or name.isdigit() or name == "scratch":
            continue
        if (re.search(r"[/:.]", name) or is_official(name)) and image_tag(name) in ("", "latest"):
            yield Problem(place, image=name)


def _from(step: Step) -> tuple[Word, str] | None:
    flag = step.instruction.flag("from")
    if flag is None or flag.value is None:
        return None
    name = step.text_of(flag.value)
    return None if name is UNKNOWN else (flag.value, name)


def _is_own(step: Step, name: str) -> bool:
    stage = step.stage
    return stage is not None and (
        (bool(stage.name) and name.lower() == stage.name.lower()) or (name.isdigit() and int(name) == stage.index)
    )


def whole_file_system(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY --from=stage / …` into something that is not empty."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if step.instruction.flag("from") is None or destination is None or step.stage is None:
        return
    found = _from(step)
    source = step.model.stage_named(found[1]) if found is not None else None
    if step.stage.root_stage.image_text == "scratch" or found is None:
        return
    if parse_image(source.root_stage.image_text if source else found[1]).name not in RUNS_AS_ROOT - {"scratch"}:
        return
    if len(sources) == 1 and sources[0].value in {"/", "/*", "/."}:
        yield Problem(docker_place(step, sources[0]))


def _context_words(step: Step) -> list[Word]:
    """Return the sources of a COPY or ADD that are the whole build context."""
    if step.instruction.flag("from") is not None:
        return []
    return [word for word in sources_and_destination(step)[0] if word.value in {".", "./", "/", "*", "./*"}]


def context_without_ignore(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` without a `.dockerignore`."""
    step: Step = subject.context
    words = _context_words(step)
    if words and read_ignore(step.model) is None and not step.instruction.flag("exclude"):
        first = next(s for s in step.model.steps if _context_words(s))
        if first is step:
            yield Problem(docker_place(step, words[0]))


def ignore_lets_through(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` into the final image with a `.dockerignore` that lets `.git` or `.env` through."""
    step: Step = subject.context
    words = _context_words(step)
    if not words or not ships(step) or step.instruction.flag("exclude"):
        return
    ignore = read_ignore(step.model)
    if ignore is None:
        return
    missed = [name for name in options["paths"] if not ignore.covers(name)]
    if missed:
        yield Problem(docker_place(step, words[0]), paths=", ".join(f"`{name}`" for name in missed))


def ignored_source(subject: Subject, options: Options) -> Iterator[Problem]:
    """A source that the `.dockerignore` keeps out of the context."""
    step: Step = subject.context
    if step.instruction.flag("from") is not None:
        return
    ignore = read_ignore(step.model)
    if ignore is None:
        return
    for word in sources_and_destination(step)[0]:
        text = step.text_of(word)
        if text is UNKNOWN or _REMOTE.match(text) or re.search(r"[*?\[]", text):
            continue
        path = text.lstrip("./") if text.startswith("./") else text.strip("/")
        if path in {"", "."} or ".." in path or not ignore.excludes(path):
            continue
        if ignore.is_certain or _is_only_there(step, ignore.folder, path):
            yield Problem(docker_place(step, word), source=text)


def _is_only_there(step: Step, folder: str, path: str) -> bool:
    """Say whether a source is a file below a folder above the Dockerfile, and not below its own: that one is the context."""
    workspace = step.model.workspace
    own = step.model.source.path.rpartition("/")[0]
    return (
        workspace is not None
        and workspace.exists(f"{folder}/{path}" if folder else path)
        and not workspace.exists(f"{own}/{path}" if own else path)
    )


def relative_destination(subject: Subject, options: Options) -> Iterator[Problem]:
    """A relative destination in a stage that has set no WORKDIR, on an image whose own is `/`."""
    step: Step = subject.context
    stage = step.stage
    _, destination = sources_and_destination(step)
    if stage is None or destination is None or step.settings.get("WORKDIR") is not None or step.instruction.onbuild:
        return
    text = step.text_of(destination)
    if text is UNKNOWN or text.startswith(("/", "$", "\\")) or re.match(r"[A-Za-z]:", text):
        return
    found = contents(parse_image(stage.root_stage.image_text))
    folder = (found.get("workdir") or "/") if found is not None and found.get("workdir", "") is not None else None
    # Modules of Go can't lie in `/go`, which is GOPATH; elsewhere the folder of the image is there to be used.
    if folder in {"/", "/go"}:
        yield Problem(docker_place(step, destination), destination=text, folder=folder)


_MAVEN = {"dependency:go-offline", "dependency:resolve", "clean", "compile", "install", "package", "verify"}
_GRADLE = {"assemble", "bootJar", "build", "clean", "dependencies", "installDist", "jar", "shadowJar"}
_DEPENDENCY_INSTALLS = {
    "npm": ({"ci", "install", "i"}, "package.json and the lock file"),
    "yarn": ({"install", ""}, "package.json and yarn.lock"),
    "pnpm": ({"install", "i"}, "package.json and pnpm-lock.yaml"),
    "pip": ({"install"}, "the requirements file"),
    "pip3": ({"install"}, "the requirements file"),
    "poetry": ({"install"}, "pyproject.toml and poetry.lock"),
    "bundle": ({"install"}, "Gemfile and Gemfile.lock"),
    "composer": ({"install"}, "composer.json and composer.lock"),
    "go": ({"build", "install", "mod"}, "go.mod and go.sum"),
    "uv": ({"sync"}, "pyproject.toml and uv.lock"),
    "pipenv": ({"install", "sync"}, "Pipfile and Pipfile.lock"),
    "bun": ({"install"}, "package.json and bun.lock"),
    "cargo": ({"fetch"}, "Cargo.toml and Cargo.lock"),
    "dotnet": ({"build", "publish", "restore"}, "the project files"),
    "mix": ({"deps.get"}, "mix.exs and mix.lock"),
    **dict.fromkeys(("mvn", "mvnw"), (_MAVEN, "pom.xml")),
    **dict.fromkeys(("gradle", "gradlew"), (_GRADLE, "the build files")),
}


def context_before_dependencies(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` in front of the install of dependencies: every change of a source installs them anew."""
    step: Step = subject.context
    words = _context_words(step)
    if not words or step.stage is None or step.instruction.onbuild:
        return
    called: set[str] = set()
    for other in step.stage.steps:
        if other.name != "RUN":
            continue
        if other.index <= step.index:
            if _dependency_install(other)[1]:
                return
            called.update(command.name for command in other.read_script())
            continue
        name, manifest = _dependency_install(other)
        if name in called:
            return  # the tool has been at work on what was copied before
        if manifest and not any(mount.get("type") == "cache" for mount in mounts(other)):
            related = [related_step(other, "installed here")]
            yield Problem(docker_place(step, words[0]), related=related, manifest=manifest)
            return


def _dependency_install(step: Step) -> tuple[str, str]:
    """Return the tool that installs dependencies in a RUN, and what it goes by; two empty texts for none."""
    for command in step.read_script():
        known = _DEPENDENCY_INSTALLS.get(command.name)
        if known is None or (command.name == "npm" and command.has_flag("-g", "--global")):
            continue
        operands = command.operands()
        verb = operands[0].text if operands else ""
        if verb not in known[0]:
            continue
        if command.name in {"pip", "pip2", "pip3"} and not command.has_flag("-r", "--requirement"):
            continue
        if command.name == "go" and not _fetches_modules(step, command, verb, operands):
            continue
        if command.name == "dotnet" and command.has_flag("--no-restore"):
            continue
        if command.name in {"npm", "pnpm"} and verb in {"install", "i"} and len(operands) > 1:
            continue
        return command.name, known[1]
    return "", ""


def _fetches_modules(step: Step, command: Command, verb: str, operands: list[ShellWord]) -> bool:
    """Say whether a call of `go` downloads the modules of what was copied: not when they are in `vendor`, or there are none."""
    if verb == "mod":
        return len(operands) > 1 and operands[1].text == "download"
    if command.has_flag("-mod") or any("@" in word.text for word in operands):
        return False
    workspace = step.model.workspace
    folder = own = step.model.source.path.rpartition("/")[0]
    while workspace is not None:
        names = workspace.names(folder)
        if "go.mod" in names:
            return "go.sum" in names and "vendor" not in names
        if not folder or (folder == own and "vendor" in names):
            return "vendor" not in names
        folder = folder.rpartition("/")[0]
    return True


def removed_later(subject: Subject, options: Options) -> Iterator[Problem]:
    """A file that COPY or ADD put into a layer and a later RUN of the same stage removes."""
    step: Step = subject.context
    stage = step.stage
    sources, destination = sources_and_destination(step)
    if stage is None or destination is None or not ships(step) or not sources:
        return
    target = step.text_of(destination)
    if target is UNKNOWN or not target.startswith("/"):
        return
    name = step.text_of(sources[0]) if len(sources) == 1 else UNKNOWN
    if isinstance(name, str) and _SMALL.search(name):
        return  # a script or a list weighs nothing
    path = target.rstrip("/")
    if isinstance(name, str) and target.endswith("/"):
        path = target + name.rstrip("/").rsplit("/", 1)[-1]
    removing = _removing(stage).get(path, [])
    following = bisect_right(removing, step.index, key=lambda one: one.index)
    for later in removing[following : following + 1]:
        related = [related_step(later, "removed here, in another layer")]
        yield Problem(docker_place(step, destination), related=related, path=path)


def _removing(stage: Stage) -> dict[str, list[Step]]:
    """Return the paths that a stage removes, each with the RUNs that do, in their order."""
    key = "removing", stage.index
    found: dict[str, list[Step]] | None = stage.model.cache.get(key)
    if found is None:
        found = stage.model.cache[key] = {}
        for step in stage.steps:
            for command in step.read_script().named("rm") if step.name == "RUN" else ():
                for word in command.words:
                    if not word.expands:
                        found.setdefault(word.text.rstrip("/"), []).append(step)
    return found

"""Checks on what a job has at hand: the files of the repository, and the images that it pushes."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.called import repository_root
from devopslint.artifacts.workflow.expressions import mask_expressions
from devopslint.artifacts.workflow.side_effects import FILES, IMAGES, may_leave
from devopslint.knowledge.images import image_tag
from devopslint.knowledge.official_images import is_official
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_MAY_BRING_FILES = lazily(
    r"\b(?:git|gh|curl|wget|tar|unzip|scp|rsync|aws s3|gsutil|hub|svn|hg|tee|touch|cp|mv|mktemp|create|init|new|import|gist)\b"
    r"|>|<<"
)
"""What a script may get or make files with; a script that holds one of these is no longer judged."""
_NEEDS_FILES = lazily(
    r"\b(?:tar|aws s3|twine|kubectl apply|docker|npm|yarn|pnpm|make|mvn|gradle|gradlew|mvnw|pip|pip3|pytest"
    r"|tox|go|cargo|terraform|tofu|bundle|composer|dotnet)\b"
)
_WORKS_ON_FILES: dict[str, frozenset[str]] = {
    "npm": frozenset({"ci", "test", "t", "run", "run-script"}),
    "yarn": frozenset({"test", "build", "lint", "run", "workspaces"}),
    "pnpm": frozenset({"test", "build", "lint", "run"}),
    "go": frozenset({"test", "build", "vet", "generate"}),
    "cargo": frozenset({"test", "build", "clippy", "fmt", "check"}),
    "terraform": frozenset({"plan", "apply", "validate"}),
    "tofu": frozenset({"plan", "apply", "validate"}),
    "composer": frozenset({"install", "validate"}),
    "dotnet": frozenset({"build", "test", "restore", "publish"}),
    "bundle": frozenset({"install", "exec"}),
    "mvn": frozenset({"test", "verify", "package", "install", "compile", "deploy"}),
    "gradle": frozenset({"test", "build", "check", "assemble"}),
}
"""Command → first words by which it works on the files of the folder that it runs in."""
_MANIFESTS = {
    "npm": "package.json", "yarn": "package.json", "pnpm": "package.json", "go": "go.mod", "cargo": "Cargo.toml",
    "make": "Makefile", "composer": "composer.json", "bundle": "Gemfile", "mvn": "pom.xml", "docker": "Dockerfile",
    "pip": "requirements.txt", "pip3": "requirements.txt",
}  # fmt: skip
"""Command → the file at the root of the repository that it works on."""
GIVE_FILES = frozenset({"tar", "aws", "twine", "kubectl"})
"""Commands that hand over files: see `files_taken`."""
_CREATES = lazily(r"-?c[a-zA-Z]*f$|-?[a-zA-Z]*cf$|-?cz[a-z]*f$")
_RELATIVE = lazily(r"(?:\./)?[A-Za-z][\w.-]*(?:/[\w.*-]*)*")
_ALWAYS_ON_FILES = frozenset({"mvnw", "gradlew", "pytest", "tox", "make"})
_BUILD_VALUED = frozenset({"-t", "--tag", "-f", "--file", "--build-arg", "--target", "--platform", "--label", "--secret",
                           "--cache-from", "--cache-to", "--output", "-o", "--network", "--progress", "--ssh",
                           "--build-context", "--builder", "--iidfile", "--metadata-file", "--shm-size", "-m",
                           "--memory", "--ulimit", "--add-host", "--provenance", "--sbom", "--annotation"})  # fmt: skip
_RUN_VALUED = frozenset({"-v", "--volume", "-e", "--env", "--env-file", "-p", "--publish", "--name", "-w", "--workdir",
                         "-u", "--user", "--network", "--net", "--entrypoint", "--platform", "-l", "--label", "--mount",
                         "--add-host", "-h", "--hostname", "-m", "--memory", "--cpus", "--restart", "--device",
                         "--cap-add", "--cap-drop", "--security-opt", "--tmpfs", "--ulimit", "--shm-size", "--link",
                         "--pull", "--volumes-from", "--log-driver", "--log-opt", "--dns", "--ip", "--gpus", "--pid",
                         "--ipc", "--network-alias", "--health-cmd", "--health-interval", "--health-retries",
                         "--health-timeout", "--stop-timeout", "--cidfile", "-a", "--attach", "--expose", "--init-path",
                         "--userns", "--sysctl", "--group-add", "--cgroupns", "--cpuset-cpus", "--runtime", "--arch",
                         "--os", "--secret"})  # fmt: skip
_OTHER_BUILDERS = lazily(
    r"\b(?:compose|bake|buildx|load|import|commit|make|pack|jib|ko|s2i|buildah|kaniko|earthly|nix|bazel|dagger|skaffold|sh|bash|just|task|npm|yarn|pnpm|mvnw?|gradlew?)\b|\./"
)
"""What may put an image beside those that `docker build`, `tag` and `pull` name."""
_MAKE_NO_IMAGE = frozenset({"push", "login", "logout", "info", "version", "run", "rmi", "images", "inspect"})
_DOCKER = lazily(r"\bdocker\b")
_MAY_BUILD = lazily(r"\b(?:build|tag|load|import|commit|bake|compose)")


def _is_checked_out(workflow: Workflow) -> bool:
    """Say whether a job checks out the repository, which is looked for once."""
    if "checked out" not in workflow.cache:
        actions = (step.uses.name for step in workflow.steps if step.uses is not None)
        workflow.cache["checked out"] = "actions/checkout" in actions
    return workflow.cache["checked out"] is True


def no_checkout(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find the first command of a job that needs the files of the repository, when nothing has brought any.

    Another job must check them out: that this one does not is then no matter of an abridged example. (An action of the
    repository itself never runs without.)
    """
    job: Job = subject.context
    labels = job.runs_on
    checks_out = _is_checked_out(job.workflow)
    if (
        "container" in job.value
        or labels is None
        or "self-hosted" in labels
        or not all(label.startswith(("ubuntu-", "macos-", "windows-")) for label in labels)
    ):
        return
    for step in job.steps:
        if step.uses is not None:
            if step.uses.text.startswith("./"):
                yield Problem((*step.below, "uses"), command=step.uses.text)
                return
            if may_leave(step, FILES):
                return
            name = _input_with_file(step) if checks_out else None
            if name is not None:
                yield Problem((*step.below, "with", name), command=name)
                return
        elif step.run is None:
            return
        elif step.is_shell and _NEEDS_FILES.search(step.run):
            script = list(step.script())
            if checks_out and script and files_taken(script[0]):
                yield Problem(_place(script[0]), command=_named(script[0]))
                return
            if _MAY_BRING_FILES.search(step.run):
                return
            for command in script:
                if _needs_files(command) and (
                    checks_out or _is_at_root(_MANIFESTS.get(command.name, ""), job.workflow)
                ):
                    yield Problem(_place(command), command=_named(command))
                    return
        elif _MAY_BRING_FILES.search(step.run):
            return


def _is_at_root(name: str, workflow: Workflow) -> bool:
    """Say whether a file stands at the root of the repository, so that it is more than an abridged example."""
    root, workspace = repository_root(workflow), workflow.workspace
    return bool(name) and root is not None and workspace is not None and workspace.exists(root + name)


def _input_with_file(step: Step) -> str | None:
    """Return the input of a set-up action that names a file of the repository, or its cache, which goes by a lock file."""
    assert step.uses is not None
    for name in (
        "node-version-file",
        "go-version-file",
        "python-version-file",
        "java-version-file",
        "global-json-file",
    ):
        value = step.inputs.get(name)
        if isinstance(value, str) and value and "${{" not in value:
            return name
    cache = step.inputs.get("cache")
    takes_lock = step.uses.name in {"actions/setup-node", "actions/setup-python", "actions/setup-java"}
    return "cache" if takes_lock and isinstance(cache, str) and cache and "${{" not in cache else None


def files_taken(command: Command) -> list[str]:
    """Return the files of the working folder that a command hands over: to an archive, a host or a bucket."""
    if command.name not in GIVE_FILES or command.failure_ignored or command.wrapper is not None:
        return []
    words = command.args
    if command.name == "tar" and words and _CREATES.match(words[0]) and not command.has_flag("-C", "--directory", "-T"):
        sources = [word for word in words[1:] if not word.startswith("-")][1:]
    elif command.name == "aws" and words[:2] in (["s3", "sync"], ["s3", "cp"]):
        sources = words[2:3]
    elif command.name == "twine" and words[:1] == ["upload"]:
        sources = [word for word in words[1:] if not word.startswith("-")][-1:]
    elif command.name == "kubectl" and words[:1] == ["apply"]:
        given = command.value_of("-f", "--filename", "-k")
        sources = [given] if isinstance(given, str) else []
    else:
        return []
    return sources if all(_RELATIVE.fullmatch(one) for one in sources) else []


def _needs_files(command: Command) -> bool:
    if command.name in _ALWAYS_ON_FILES:
        return not command.has_flag("--version", "-v", "--help", "-C", "-f", "-h")
    operands = command.operands(_BUILD_VALUED)
    first = operands[0].text if operands else ""
    if command.has_flag("--version", "--help", "-C", "--prefix", "--cwd", "--dir", "-chdir"):
        return False
    if command.name == "docker":
        words = [word.text for word in operands]
        return words in (["build", "."], ["buildx", "build", "."], ["image", "build", "."])
    if command.name in {"pip", "pip3"}:
        given = command.value_of("-r", "--requirement")
        return first == "install" and isinstance(given, str) and given != "" and "://" not in given
    return first in _WORKS_ON_FILES.get(command.name, ())


def pushed_image_not_built(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `docker push` of a name under which no command of the job builds, tags or pulls an image."""
    pushed: list[Word] = []
    names: set[str] = set()
    builds = False
    for command in _docker_commands(subject.context):
        words = command.operands(_BUILD_VALUED)
        if words[:1] and words[0].text == "image":
            words = words[1:]
        verb = words[0].text if words else ""
        if verb == "build":
            builds = True
            names.update(_tags(command))
        elif verb in {"tag", "pull"} and len(words) > 1:
            names.add(words[-1].text)
        elif verb == "push" and len(words) == 2 and not command.has_flag("-a", "--all-tags"):
            pushed.append(words[1])
        elif verb not in _MAKE_NO_IMAGE:
            return
    known: dict[str, set[str]] = {}
    for name in names:
        known.setdefault(_repository(name), set()).add(name)
    if not builds or not known or any("$" in name for name in known):
        return
    first = min(names)
    for word in pushed:
        name = _repository(word.text)
        alike = known.get(name)
        if "$" not in name and (alike is None or _is_another_version(word.text, alike)):
            yield Problem(place_of(word), image=word.text, built=first if alike is None else min(alike))


def _is_another_version(pushed: str, names: set[str]) -> bool:
    """Say whether an image is pushed with a tag that none of its names has; all tags must be plain."""
    if any("$" in name or "@" in name for name in (pushed, *names)):
        return False
    return (image_tag(pushed) or "latest") not in {image_tag(name) or "latest" for name in names}


def _docker_commands(job: Job) -> list[Command]:
    """Return the calls of `docker` in a job; none when something else in it may put an image beside them."""
    found: list[Command] = []
    for step in job.steps:
        if step.uses is not None:
            if may_leave(step, IMAGES):
                return []
        elif step.run is not None and not step.is_shell:
            return []
        elif step.run is not None:
            if not _DOCKER.search(step.run):
                if _OTHER_BUILDERS.search(step.run):
                    return []
                continue
            for command in step.script():
                if command.name == "docker":
                    found.append(command)
                elif _OTHER_BUILDERS.search(command.fragment.text[command.start : command.end]):
                    return []
    return found


def floating_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `docker run` and `docker pull` of an image without a version, unless the same scripts may have built it."""
    command: Command = subject.context.command
    operands = command.operands(_RUN_VALUED)
    if operands[:1] and operands[0].text in {"container", "image"}:
        operands = operands[1:]
    if len(operands) < 2 or operands[0].text not in {"run", "pull", "create"} or operands[1].expands:
        return
    image = operands[1].text
    if image_tag(image) not in ("", "latest") or not re.fullmatch(r"[a-z0-9][\w./:-]*", image):
        return
    if operands[0].text == "pull" and command.has_flag("-a", "--all-tags"):
        return
    if not _may_be_own(image, subject.context.owner):
        yield Problem(Place(command.fragment.source, *operands[1].mark), image=image)


def _may_be_own(image: str, step: Step) -> bool:
    """Say whether an image may be one that the workflow builds: it builds some, and names this one elsewhere too."""
    cache = step.workflow.cache
    if "texts of what may build" not in cache:
        texts = [f"{one.run or ''} {one.uses.name if one.uses else ''} {one.inputs}" for one in step.workflow.steps]
        cache["texts of what may build"] = texts if any(_MAY_BUILD.search(text) for text in texts) else []
    texts = cache["texts of what may build"]
    if not texts:
        return False
    name = _repository(image)
    if "/" not in image and is_official(name):
        tagged = re.compile(
            rf"(?:\s-t|--tag|tags|image|\b(?:tag|commit)\s+\S+)['\"=:\s]{{1,9}}{re.escape(name)}(?![\w./-])"
            rf"|/{re.escape(name)}/Dockerfile"
        )
        return any(tagged.search(text) for text in texts)
    return "/" not in image or sum(text.count(name) for text in texts) > 1


def _tags(command: Command) -> Iterator[str]:
    words = iter(command.words)
    for word in words:
        if word.text in {"-t", "--tag"}:
            following = next(words, None)
            if following is not None:
                yield following.text
        elif word.text.startswith(("--tag=", "-t=")):
            yield word.text.partition("=")[2]
        elif word.text.startswith("-t") and len(word.text) > 2:
            yield word.text[2:]


def _repository(image: str) -> str:
    """Return the name of an image without its tag and digest, an expression in the tag left out too."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/") if "${{" not in name else _split_expression(name)
    return f"{folder}{slash}{last.partition(':')[0]}"


def _split_expression(name: str) -> tuple[str, str, str]:
    """Split at the last `/` that stands outside of expressions."""
    masked = mask_expressions(name, "x")
    at = masked.rfind("/")
    return (name[:at], "/", name[at + 1 :]) if at >= 0 else ("", "", name)


def _named(command: Command) -> str:
    first = next((word.text for word in command.words if not word.text.startswith("-")), "")
    return f"{command.name} {first}".strip()


def _place(command: Command) -> Place:
    assert command.name_word is not None
    start = command.name_word.start
    end = next((word.end for word in command.words if not word.text.startswith("-")), command.name_word.end)
    return place_in(command.fragment, start, end)

"""Variables that nothing declares, or that nothing uses."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import expansions, ships, words_of
from devopslint.artifacts.dockerfile.lookback import next_behind, steps_by
from devopslint.artifacts.dockerfile.resolve import PLATFORM_ARGS, PREDEFINED_ARGS
from devopslint.knowledge.image_contents import contents
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.knowledge.images import Image
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EXPANDED = frozenset(("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
_OF_OLDER = {
    "golang": "GOROOT GOROOT_BOOTSTRAP",
    "httpd": "HTTPD_PREFIX NGHTTP2_VERSION OPENSSL_VERSION",
    "mysql": "MYSQL_UNIX_ADDR",
    "nginx": "NGINX_GPGKEY",
    "node": "NPM_CONFIG_LOGLEVEL",
    "python": "PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256 LC_ALL",
    "ruby": "GEM_HOME BUNDLE_PATH BUNDLE_BIN BUNDLER_VERSION RUBYGEMS_VERSION",
}
"""Variables that images had which the table does not know any more."""


_OF_TOOLS = lazily(r"DEBIAN_FRONTEND|CACHE|BUST|REFRESH|(?:PIP|NPM|UV|POETRY|C?GO|CARGO|YARN|PNPM|MAVEN|GRADLE)")
"""Names that tools read themselves, and those that are there to part with the cache."""
_READS_NO_VARIABLES = frozenset(
    {"[", "addgroup", "adduser", "apk", "apt", "apt-get", "cat", "cd", "chmod", "chown", "cp", "curl", "dnf", "echo", "export",
     "fetch", "find", "gpg", "grep", "groupadd", "install", "ln", "ls", "microdnf", "mkdir", "mv", "printf", "rm", "sed", "set",
     "sha256sum", "sort", "tar", "tee", "test", "touch", "true", "unzip", "useradd", "wget", "yum"}
)  # fmt: skip


def undeclared(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable that neither the file nor the base image sets, outside of RUN, where a shell may set it."""
    stage: Stage = subject.context
    own = _variables_of(stage.root_image)
    if own is None:
        return
    declared = _declared(stage)
    told: set[str] = set()
    for step in stage.steps[1:]:
        if step.name not in _EXPANDED or step.instruction.onbuild:
            continue
        for word, value in expansions(step):
            for use in value.used:
                name = use.name
                if use.known or use.defaulted or name in declared or name in told or name in own:
                    continue
                told.add(name)
                mark = step.instruction.fragment.mark(word.start + use.at, word.start + use.end)
                yield Problem(Place(step.instruction.source, *mark), name=name)


def path_overwritten(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ENV PATH=/app/bin`: nothing of the system is found any more, where it is known to lie in `/bin` and `/usr/bin`."""
    step: Step = subject.context
    value = subject.get(("pairs", "PATH"))
    written = str(subject.raw(("pairs", "PATH")))
    if not isinstance(value, str) or step.stage is None or "$" in written or "%" in written:
        return
    if re.search(r"(?:^|:)/(?:usr/)?bin/?(?::|$)", value):
        return
    image = contents(step.stage.root_image)
    if image is None or image.get("system") == "scratch":
        return
    if step.has_posix_shell() and not re.match(r"[A-Za-z]:", value):
        yield Problem(("pairs", "PATH"), path=value)


def repeated_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable or label that one ENV or LABEL sets twice."""
    source = subject.document.source
    pairs = subject.raw("pairs")
    for name, mark in pairs.duplicates:
        related = [Related(Place(source, *pairs.at[name][:2]), "first set here")]
        yield Problem(Place(source, mark[0], mark[1]), related=related, name=name)


def unused_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """An ARG whose name stands nowhere behind it, where no script and no program may read it from its environment."""
    model: Model = subject.context
    if not any(step.name == "ARG" for step in model.steps):
        return
    runs = (step.index for step in reversed(model.steps) if step.name == "RUN" and _reads_environment(step))
    last_reader = next(runs, -1)
    mentions = steps_by(model, "mentions", model.steps, _mentioned)
    for step in model.steps:
        if step.name != "ARG" or step.instruction.onbuild or (step.stage is not None and last_reader > step.index):
            continue
        for word in step.instruction.words:
            name = word.raw.partition("=")[0]
            if name in PREDEFINED_ARGS or name in PLATFORM_ARGS or _OF_TOOLS.match(name) or not name.isidentifier():
                continue
            if next_behind(step, mentions.get(name, ())) is not None:
                continue
            mark = step.instruction.fragment.mark(word.start, word.start + len(name))
            yield Problem(Place(step.instruction.source, *mark), name=name)


def _reads_environment(step: Step) -> bool:
    """Say whether a RUN may use a variable without naming it: it has all of ARG in its environment."""
    return (
        any(command.name not in _READS_NO_VARIABLES for command in step.read_script()) or step.shell_fragment() is None
    )


def _mentioned(step: Step) -> list[str]:
    """Return the words of an instruction, its flags and heredocs among it."""
    texts = (
        step.instruction.whole_text,
        *(flag.value.raw for flag in step.instruction.flags if flag.value is not None),
    )
    return [word for text in texts for word in words_of(text)]


def frontend_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ENV DEBIAN_FRONTEND=noninteractive` that no later ENV of the stage takes back."""
    step: Step = subject.context
    if subject.get(("pairs", "DEBIAN_FRONTEND")) != "noninteractive" or step.stage is None or not ships(step):
        return
    held = step.stage.scope.get("DEBIAN_FRONTEND")
    if held is None or held.value == "noninteractive":
        yield Problem(("pairs", "DEBIAN_FRONTEND"), part="key")


def _variables_of(image: Image) -> frozenset[str] | None:
    """Return the variables that an image sets; `None` when they are not known."""
    found = contents(image)
    if found is None or (
        found["system"] not in {"alpine", "busybox", "debian", "scratch", "ubuntu"} and "env" not in found
    ):
        return None
    # `PYTHON_PIP_VERSION` and the like have come and gone with the versions of the image.
    old = _OF_OLDER.get(str(image.name), "").split()
    return frozenset(("PATH", "HOME", *found.get("env", ()), *old))


def _declared(stage: Stage) -> set[str]:
    """Return every name that an ARG or ENV of a stage or in front of all stages declares; other rules judge where."""
    found = set(PREDEFINED_ARGS)
    for step in (*stage.model.globals, *stage.lineage()):
        if step.name == "ARG":
            found.update(word.raw.partition("=")[0] for word in step.instruction.words)
        elif step.name == "ENV":
            pairs, _ = step.instruction.pairs
            found.update(pair.name.value for pair in pairs)
    return found

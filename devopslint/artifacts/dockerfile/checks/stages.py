"""Stages: their images, their names, who they run as, and what of them reaches the final image."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, mentions_any, name_place, related_step
from devopslint.artifacts.dockerfile.ignore import is_target
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.artifacts.dockerfile.use import is_action, is_dev_container
from devopslint.knowledge.end_of_life import end_of_life, line_title
from devopslint.knowledge.official_images import (
    BUILD_IMAGES,
    FULL_VARIANTS,
    LARGE_SYSTEMS,
    deprecation,
    is_small,
    runs_as_root,
)
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import at_word, lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.knowledge.images import Image
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_DROPS_ROOT = lazily(at_word("gosu", "su-exec", "setpriv", "setuidgid", "chroot", "runuser", "s6-", "supervisor"))
_SWITCHES = lazily(r"su(?<!\Ssu)\s+-|/init\b")
_DROP_ROOT = frozenset({"su", "setpriv", "setuidgid", "chroot", "runuser", "s6-", "/init"})
"""One of these stands where something does."""
_MAKE_USERS = frozenset({"useradd", "adduser", "usermod"})
_ROOT_NAMES = frozenset(("root", "0", "Administrator", "ContainerAdministrator"))
_COMPILES = lazily(
    r"\bgo\s+(?:build|install\s+(?!\S*@))|\bcargo\s+(?:b|build|install)\b|\b(?:mvnw?|gradlew?|make|cmake|gcc|g\+\+|cc|ghc|stack|cabal|javac|rustc)\s"
    r"|\bdotnet\s+(?:build|publish|restore)\b|\bswift\s+build\b"
)
"""Calls that make a program of sources; `go install …@v1` fetches one of others."""


def image_of(stage: Stage) -> Image | None:
    """Return the image that a stage starts from; `None` when it builds on another stage."""
    return stage.root_image if stage.base is None else None


def _origins(stage: Stage) -> list[Related]:
    word = stage.image_word
    value = stage.start.expand(word) if word is not None else None
    if not isinstance(value, Expanded):
        return []
    return [Related(Place(source, start, end), text) for source, start, end, text in value.origins]


def _image_problem(stage: Stage, **values: Any) -> Problem:
    word = stage.image_word
    assert word is not None
    return Problem(docker_place(stage.start, word), related=_origins(stage), image=stage.image_text, **values)


def past_end_of_life(subject: Subject, options: Options) -> Iterator[Problem]:
    """A base image whose release line gets no more fixes."""
    stage: Stage = subject.context
    image = image_of(stage)
    found = end_of_life(image) if image is not None else None
    if found is not None and image is not None and not deprecation(image):
        yield _image_problem(stage, line=line_title(image, found[0]), day=found[1])


def deprecated_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """A base image that its makers have given up."""
    stage: Stage = subject.context
    image = image_of(stage)
    reason = deprecation(image) if image is not None else ""
    if reason:
        yield _image_problem(stage, reason=reason)


def full_variant(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage on the full variant of an image that has a small one."""
    stage: Stage = subject.context
    root = stage.root_stage
    image = image_of(root)
    if (
        image is None
        or not isinstance(image.name, str)
        or image.name not in FULL_VARIANTS
        or is_small(image) is not False
    ):
        return
    if re.search(r"windows|nanoserver|onbuild|fpm", image.tag):
        return
    yield _image_problem(root, alternative=FULL_VARIANTS[image.name])


def large_distribution(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage with a program on the image of a whole distribution."""
    stage: Stage = subject.context
    root = stage.root_stage
    image = image_of(root)
    smaller = LARGE_SYSTEMS.get(str(image.name)) if image is not None else None
    if smaller is None or image is None or is_small(image) is not False or is_dev_container(stage.model):
        return
    if stage.setting("CMD") or stage.setting("ENTRYPOINT"):
        yield _image_problem(root, alternative=smaller)


def build_image_shipped(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage on an image that is there to build with, in which the program was built."""
    stage: Stage = subject.context
    root = stage.root_stage
    image = image_of(root)
    if image is None or not isinstance(image.name, str) or image.name not in BUILD_IMAGES:
        return
    if not (stage.setting("CMD") or stage.setting("ENTRYPOINT")):
        return
    runs = "\n".join(held.value for name in ("CMD", "ENTRYPOINT") if (held := stage.setting(name)) is not None)
    if re.search(r"\b(?:go|cargo|mvn|gradle|dotnet watch|rustc|gcc|air|bash|sh -c \"?go|test|make|dlv)\b", runs):
        return
    if not any(_COMPILES.search(step.instruction.whole_text) for step in stage.lineage() if step.name == "RUN"):
        return  # an image with tools, or one to build in
    yield _image_problem(root, alternative=BUILD_IMAGES[image.name])


def runs_as_root_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage whose last USER is root."""
    stage: Stage = subject.context
    held = stage.setting("USER")
    if held is None or held.value is UNKNOWN:
        return
    user = str(held.value).partition(":")[0].strip().strip("\"'")
    is_root = user in _ROOT_NAMES or (user.isdigit() and int(user) == 0) or _has_number_of_root(stage, user)
    if is_root and not _drops_root(stage) and not _is_run_by_others(stage.model):
        step = held.step
        words = step.instruction.words
        yield Problem(docker_place(step, words[0]) if words else name_place(step), user=user)


def _has_number_of_root(stage: Stage, user: str) -> bool:
    """Say whether an account was made with the number 0 (`useradd -o -u 0 admin`)."""
    if not mentions_any(stage.model, _MAKE_USERS):
        return False
    return any(
        user in command.args and command.value_of("-u", "--uid") == "0"
        for step in stage.lineage()
        if step.name == "RUN" and user and user in step.instruction.text
        for command in step.read_script().named(*_MAKE_USERS)
    )


def unstated_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage without USER on an image of which is not known whom it runs as."""
    stage: Stage = subject.context
    if stage.setting("USER") is not None or stage.root_stage.image is UNKNOWN:
        return
    if runs_as_root(stage.root_image) is None and not _drops_root(stage) and not _is_run_by_others(stage.model):
        yield Problem((), image=stage.root_stage.image_text)


def no_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage without USER on an image that runs as root."""
    stage: Stage = subject.context
    if stage.setting("USER") is not None:
        return
    image = stage.root_image
    if not runs_as_root(image) or not _runs_something(stage, image):
        return
    if not _drops_root(stage) and not _is_run_by_others(stage.model):
        yield Problem((), image=stage.root_stage.image_text)


def _runs_something(stage: Stage, image: Image) -> bool:
    """An image without a program of its own, from `scratch`, only carries files."""
    return image.name != "scratch" or any(stage.setting(name) for name in ("CMD", "ENTRYPOINT"))


def _is_run_by_others(model: Model) -> bool:
    """Say whether what starts the container chooses the user: GitHub for its actions, an editor for a development container."""
    return is_action(model) or is_dev_container(model)


def _drops_root(stage: Stage) -> bool:
    """Say whether something in the stage switches the user itself."""
    if not mentions_any(stage.model, _DROP_ROOT):
        return False
    texts = [held.value for name in ("CMD", "ENTRYPOINT") if (held := stage.setting(name)) is not None]
    texts.extend(step.instruction.text for step in stage.lineage() if step.name in {"RUN", "COPY", "ADD"})
    return any(_DROPS_ROOT.search(text) or _SWITCHES.search(text) for text in texts)


def repeated(subject: Subject, options: Options) -> Iterator[Problem]:
    """An instruction of which only the last in a stage counts: every earlier one is a problem."""
    stage: Stage = subject.context
    name = str(options["instruction"])
    steps = [step for step in stage.steps if step.name == name and not step.instruction.onbuild]
    for step in steps[:-1]:
        yield Problem(name_place(step), related=[related_step(steps[-1], "only this one counts")])


def repeated_cmd(subject: Subject, options: Options) -> Iterator[Problem]:
    """Several CMDs in a stage."""
    return repeated(subject, {"instruction": "CMD"})


def repeated_entrypoint(subject: Subject, options: Options) -> Iterator[Problem]:
    """Several ENTRYPOINTs in a stage."""
    return repeated(subject, {"instruction": "ENTRYPOINT"})


def repeated_healthcheck(subject: Subject, options: Options) -> Iterator[Problem]:
    """Several HEALTHCHECKs in a stage."""
    return repeated(subject, {"instruction": "HEALTHCHECK"})


def duplicate_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """A stage name that an earlier stage has."""
    stage: Stage = subject.context
    others = stage.model.stages_named(stage.name)
    if others and others[0].index < stage.index:
        assert stage.name_word is not None
        first = [related_step(others[0].start, "the first stage of this name")]
        yield Problem(docker_place(stage.start, stage.name_word), related=first, name=stage.name)


def name_casing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A stage name with capitals."""
    stage: Stage = subject.context
    if stage.name_word is not None and stage.name != stage.name.lower():
        yield Problem(docker_place(stage.start, stage.name_word), name=stage.name)


def keyword_casing(subject: Subject, options: Options) -> Iterator[Problem]:
    """`FROM image as name`: two keywords in two cases."""
    stage: Stage = subject.context
    instruction = stage.start.instruction
    words = instruction.words
    if len(words) == 3 and words[1].raw.isupper() != instruction.written.isupper():
        yield Problem(docker_place(stage.start, words[1]), keyword=words[1].raw, written=instruction.written)


def unused_stage(subject: Subject, options: Options) -> Iterator[Problem]:
    """A stage that nothing in the final image comes from."""
    model: Model = subject.context
    targets = [stage for stage in model.stages[:-1] if is_target(model, stage.name)] if len(model.stages) > 1 else []
    reached = reachable(model, targets)
    if any(UNKNOWN is stage.image for stage in model.stages) or _copies_unknown(model):
        return
    for stage in model.stages:
        if stage.index not in reached:
            mark = Place(model.source, *stage.start.instruction.mark)
            yield Problem(mark, stage=stage.label)


def reachable(model: Model, targets: Sequence[Stage] = ()) -> set[int]:
    """Return the numbers of the stages that the final one (and each of some targets) is built from, itself among them."""
    found: set[int] = set()
    waiting = [*model.stages[-1:], *targets]
    while waiting:
        stage = waiting.pop()
        if stage.index not in found:
            found.add(stage.index)
            waiting.extend(stage.copied)
            if stage.base is not None:
                waiting.append(stage.base)
    return found


def _copies_unknown(model: Model) -> bool:
    return any(
        step.text_of(flag.value) is UNKNOWN
        for step in model.steps
        for flag in step.instruction.flags
        if flag.name == "from" and flag.value is not None
    )


def numbered_stage(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY --from=0`: breaks when a stage is put in front."""
    step: Step = subject.context
    flag = step.instruction.flag("from")
    if flag is not None and flag.value is not None and flag.value.value.isdigit() and step.stage is not None:
        number = int(flag.value.value)
        if number < step.stage.index:
            yield Problem(docker_place(step, flag.value), number=number)


def platform_constant(subject: Subject, options: Options) -> Iterator[Problem]:
    """`FROM --platform=linux/amd64`, unless the stage's name says so."""
    stage: Stage = subject.context
    flag = stage.start.instruction.flag("platform")
    if flag is None or flag.value is None or "$" in flag.value.raw:
        return
    parts = flag.value.value.lower().split("/")
    if stage.name and any(part and part in stage.name.lower() for part in parts):
        return
    if len({_platform(other) for other in stage.model.stages}) > 2:
        return
    yield Problem(docker_place(stage.start, flag.value), platform=flag.value.value)


def _platform(stage: Stage) -> str:
    flag = stage.start.instruction.flag("platform")
    return flag.value.raw if flag is not None and flag.value is not None else ""


def platform_redundant(subject: Subject, options: Options) -> Iterator[Problem]:
    """`FROM --platform=$TARGETPLATFORM` is what happens anyway."""
    stage: Stage = subject.context
    flag = stage.start.instruction.flag("platform")
    if flag is None or flag.value is None or flag.value.value not in {"$TARGETPLATFORM", "${TARGETPLATFORM}"}:
        return
    if not any(
        word.raw.startswith("TARGETPLATFORM") for step in stage.model.globals for word in step.instruction.words
    ):
        yield Problem(docker_place(stage.start, flag.value))


def undeclared_in_from(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable in FROM that no ARG in front of the first FROM declares."""
    stage: Stage = subject.context
    step = stage.start
    words = [*step.instruction.words[:1], *(flag.value for flag in step.instruction.flags if flag.value is not None)]
    for word in words:
        value = step.expand(word)
        for use in value.used if isinstance(value, Expanded) else ():
            if not use.known and not use.defaulted:
                mark = step.instruction.fragment.mark(word.start + use.at, word.start + use.end)
                yield Problem(Place(step.instruction.source, *mark), name=use.name)


def no_default_in_from(subject: Subject, options: Options) -> Iterator[Problem]:
    """A FROM that names no image unless the build gives an argument."""
    stage: Stage = subject.context
    step = stage.start
    word = stage.image_word
    value = step.expand(word) if word is not None else None
    if word is None or not isinstance(value, Expanded):
        return
    if value.value is not UNKNOWN:
        if re.search(r"^$|[:/@]$|^[:/@]|//|:[-.]", value.value):
            empty = next(
                (use for use in value.used if (held := step.scope.get(use.name)) is None or not held.value), None
            )
            if empty is not None and empty.known:
                mark = step.instruction.fragment.mark(word.start + empty.at, word.start + empty.end)
                yield Problem(Place(step.instruction.source, *mark), name=empty.name)
        return
    for use in value.used:
        held = step.scope.get(use.name)
        if held is None or not held.optional or use.defaulted:
            continue
        left, right = word.raw[: use.at], word.raw[use.end :]
        if (not left and (not right or right[0] in ":/@")) or (
            left[-1:] in {":", "@", "/"} and (not right or (left[-1:] == ":" and right[0] in "-."))
        ):
            mark = step.instruction.fragment.mark(word.start + use.at, word.start + use.end)
            yield Problem(Place(step.instruction.source, *mark), name=use.name)


def foreign_registry(subject: Subject, options: Options) -> Iterator[Problem]:
    """An image from a registry that is not in the option `registries`."""
    stage: Stage = subject.context
    allowed: Sequence[str] = options["registries"]
    image = image_of(stage)
    if not allowed or image is None or stage.image_text == "scratch" or not isinstance(image.registry, str):
        return
    if not any(_allows(pattern, image.registry) for pattern in allowed):
        yield _image_problem(stage, registry=image.registry)


def _allows(pattern: str, registry: str) -> bool:
    return pattern in {"*", registry} or (pattern.startswith("*.") and registry.endswith(pattern[1:]))

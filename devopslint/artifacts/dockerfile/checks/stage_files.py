"""COPY --from and RUN --mount=from: the stages and images that files come from."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, related_step
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.ignore import is_named_context
from devopslint.knowledge.images import image_tag, parse_image
from devopslint.knowledge.official_images import RUNS_AS_ROOT, is_official
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]


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
    """`COPY --from=stage / /` into something that is not empty."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if step.instruction.flag("from") is None or destination is None or step.stage is None:
        return
    if step.text_of(destination) not in {"/", "//", "/.", "/./"}:
        return  # below a folder it lies over nothing
    found = _from(step)
    source = step.model.stage_named(found[1]) if found is not None else None
    if step.stage.root_stage.image_text == "scratch" or found is None:
        return
    if parse_image(source.root_stage.image_text if source else found[1]).name not in RUNS_AS_ROOT - {"scratch"}:
        return
    if len(sources) == 1 and sources[0].value in {"/", "/*", "/."}:
        yield Problem(docker_place(step, sources[0]))

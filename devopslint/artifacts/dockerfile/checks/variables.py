"""Variables that nothing declares."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.resolve import PLATFORM_ARGS, PREDEFINED_ARGS, Expanded
from devopslint.artifacts.dockerfile.words import read_pairs
from devopslint.knowledge.images import parse_image
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EXPANDED = frozenset(("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
_OF_IMAGES = {
    **dict.fromkeys(
        ("alpine", "almalinux", "amazonlinux", "busybox", "debian", "rockylinux", "scratch", "ubuntu"), r"PATH$"
    ),
    "fedora": r"PATH$|DISTTAG$|FGC$|FBR$|container$",
    "golang": r"PATH$|GO",
    "node": r"PATH$|NODE_|YARN_",
    "python": r"PATH$|LANG$|GPG_KEY$|PYTHON",
    "ruby": r"PATH$|LANG$|RUBY|GEM_|BUNDLE_",
}
"""The variables that images set, by their Dockerfiles in the Docker Official Images library, at the end of 2025."""


def undeclared(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable that neither the file nor the base image sets, outside of RUN, where a shell may set it."""
    stage: Stage = subject.context
    own = _OF_IMAGES.get(str(parse_image(stage.root_stage.image_text).name)) if stage.root_stage.base is None else None
    if own is None:
        return
    declared = _declared(stage.model)
    told: set[str] = set()
    for step in stage.steps[1:]:
        if step.name not in _EXPANDED or step.instruction.onbuild:
            continue
        for word in step.instruction.words:
            value = step.expand(word)
            for use in value.used if isinstance(value, Expanded) else ():
                name = use.name
                if (
                    use.known
                    or use.defaulted
                    or name in declared
                    or name in told
                    or re.match(own, name)
                    or name == "HOME"
                ):
                    continue
                told.add(name)
                mark = step.instruction.fragment.mark(word.start + use.at, word.start + use.end)
                yield Problem(Place(step.instruction.source, *mark), name=name)


def frontend_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ENV DEBIAN_FRONTEND=noninteractive` that no later ENV of the stage takes back."""
    step: Step = subject.context
    if subject.get(("pairs", "DEBIAN_FRONTEND")) != "noninteractive" or step.stage is None:
        return
    held = step.stage.scope.get("DEBIAN_FRONTEND")
    if held is None or held.value == "noninteractive":
        yield Problem(("pairs", "DEBIAN_FRONTEND"), part="key")


def _declared(model: Model) -> set[str]:
    """Return every name that an ARG or ENV of the file gives a value, wherever it stands; other rules judge where."""
    found = {*PREDEFINED_ARGS, *PLATFORM_ARGS}
    for step in model.steps:
        if step.name == "ARG":
            found.update(word.raw.partition("=")[0] for word in step.instruction.words)
        elif step.name == "ENV":
            pairs, _ = read_pairs(step.instruction.fragment.text, step.instruction.rest, step.instruction.words)
            found.update(pair.name.value for pair in pairs)
    return found

"""Credentials in ARG, ENV, LABEL and RUN."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, place_of
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.knowledge.credentials import find_credential, is_plausible_secret, looks_like_secret_name
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SWITCH = re.compile(r"^(?:true|false|yes|no|on|off|0|1|none|null)$", re.IGNORECASE)


def secret_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """ENV that gives a value to a name under which secrets stand, or takes it from a build argument."""
    step: Step = subject.context
    for name, mark in subject.raw("pairs").at.items():
        if not looks_like_secret_name(name):
            continue
        raw = subject.raw(("pairs", name))
        value = subject.get(("pairs", name))
        if value is UNKNOWN:
            from_arg = isinstance(raw, Expanded) and any(
                use.name in step.scope and looks_like_secret_name(use.name) for use in raw.used
            )
            if not from_arg:
                continue
        elif not isinstance(value, str) or _SWITCH.match(value) or not is_plausible_secret(value):
            continue
        yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)


def secret_arg(subject: Subject, options: Options) -> Iterator[Problem]:
    """ARG whose name is that of a secret: build arguments stand in the history of the image."""
    for name, mark in subject.raw("pairs").at.items():
        if not looks_like_secret_name(name):
            continue
        value = subject.get(("pairs", name))
        if isinstance(value, str) and value and (_SWITCH.match(value) or not is_plausible_secret(value)):
            continue
        yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)


def credential(subject: Subject, options: Options) -> Iterator[Problem]:
    """A value with the form of a credential, anywhere in an instruction."""
    step: Step = subject.context
    if step.name == "ONBUILD":
        return
    fragments = [step.instruction.fragment, *(heredoc.body for heredoc in step.instruction.heredocs)]
    for fragment in fragments:
        found = find_credential(fragment.text)
        if found is not None:
            title, start, end = found
            yield Problem(Place(fragment.source, *fragment.mark(start, end)), credential=title)
            return


def password_set(subject: Subject, options: Options) -> Iterator[Problem]:
    """`echo user:password | chpasswd`: the password of an account stands in the layer's history."""
    command, _ = command_of(subject)
    left = command.piped_from
    if left is None or left.name not in {"echo", "printf"}:
        return
    for word in left.words:
        if re.match(r"[\w.-]+:\S+", word.text) and not re.search(r":\$", word.text):
            yield Problem(place_of(word))
            return

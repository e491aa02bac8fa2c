"""LABEL: keys, values, and which labels there are."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place
from devopslint.artifacts.dockerfile.licenses import is_license
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_LABEL_KEY = lazily(r"[a-z0-9](?:[a-z0-9]|[.-](?=[a-z0-9]))*$|[a-z0-9][a-z0-9._-]*/[\w.-]+$")
_WRONG_START = lazily(r"[^a-z0-9\\]|[a-z0-9._-]+[^a-z0-9._/\\-]")
"""How no key begins, whatever a variable behind it holds."""
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")
_TIME = lazily(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d:[0-6]\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$"
)
_URL = lazily(r"[a-z][a-z0-9+.-]*://\S+$|git@\S+$", re.IGNORECASE)
_OCI = "org.opencontainers.image."
_LABEL_FORMS = {
    _OCI + "created": (_TIME, "a time as RFC 3339 writes it"),
    _OCI + "url": (_URL, "a URL"),
    _OCI + "documentation": (_URL, "a URL"),
    _OCI + "source": (_URL, "a URL"),
    _OCI + "revision": (re.compile(r"[0-9a-f]{7,64}$"), "the hash of a commit"),
    "org.label-schema.build-date": (_TIME, "a time as RFC 3339 writes it"),
}
_SEMANTIC = lazily(r"^v?\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$")
_REACHABLE = lazily(r"(?<![^\s@<>])[^\s@<>]++@[\w-]+(?:\.[\w-]+)+|https?://\S+")
_LOOSE = {
    _OCI + "version": (_SEMANTIC, "a semantic version"),
    "org.label-schema.version": (_SEMANTIC, "a semantic version"),
    "maintainer": (_REACHABLE, "an address, such as `Ann <ann@example.com>`"),
    _OCI + "authors": (_REACHABLE, "an address, such as `Ann <ann@example.com>`"),
}


def label_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """A label whose key breaks Docker's rules for keys."""
    pairs = subject.raw("pairs")
    for key, mark in pairs.at.items():
        if "$" not in key and (not _LABEL_KEY.match(key) or key.startswith(_RESERVED)):
            yield Problem(Place(subject.document.source, mark[0], mark[1]), key=key)
    step: Step = subject.context
    for pair in step.instruction.pairs[0] if pairs.open else ():
        key = pair.name.value
        known = key.partition("$")[0]
        if step.text_of(pair.name) is UNKNOWN and (_WRONG_START.match(known) or known.startswith(_RESERVED)):
            yield Problem(docker_place(step, pair.name), key=key)


def label_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """A label of the OCI annotations whose value has another form; what a build argument says is the build's business."""
    for key, mark in subject.raw("pairs").at.items():
        if isinstance(subject.raw(("pairs", key)), Expanded):
            continue
        form = _LABEL_FORMS.get(key)
        value = subject.get(("pairs", key)) if form else UNKNOWN
        if form is None and key.startswith(_OCI) and subject.get(("pairs", key)) == "":
            yield Problem(Place(subject.document.source, mark[0], mark[1]), key=key, content="", form="something")
        if form and isinstance(value, str) and not form[0].match(value):
            yield Problem(Place(subject.document.source, mark[2], mark[3]), key=key, content=value, form=form[1])
        if key == _OCI + "licenses":
            value = subject.get(("pairs", key))
            if isinstance(value, str) and value and not is_license(value):
                place = Place(subject.document.source, mark[2], mark[3])
                yield Problem(place, key=key, content=value, form="an SPDX license expression")


def loose_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """A version that is no semantic one, and a maintainer that nobody can write to; builds may set what an ARG says."""
    for key, mark in subject.raw("pairs").at.items():
        if isinstance(subject.raw(("pairs", key)), Expanded):
            continue
        value = subject.get(("pairs", key))
        if not isinstance(value, str) or key not in _LOOSE or _LOOSE[key][0].search(value):
            continue
        yield Problem(Place(subject.document.source, mark[2], mark[3]), key=key, content=value, form=_LOOSE[key][1])


def label_unexpected(subject: Subject, options: Options) -> Iterator[Problem]:
    """Labels that are not in the option `labels`."""
    allowed: Sequence[str] = options["labels"]
    for key, mark in subject.raw("pairs").at.items():
        if allowed and "$" not in key and key not in allowed:
            yield Problem(Place(subject.document.source, mark[0], mark[1]), key=key)


def label_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Labels of the option `labels` that the final stage does not set."""
    stage: Stage = subject.context
    keys: set[str] = set()
    for step in stage.lineage():
        if step.name == "LABEL":
            pairs, _ = step.instruction.pairs
            keys.update(pair.name.value for pair in pairs)
    for label in options["labels"]:
        if label not in keys:
            yield Problem((), label=label)

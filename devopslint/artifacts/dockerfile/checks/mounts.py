"""`RUN --mount`: kinds and options that BuildKit refuses.

Sources: Docker's reference of Dockerfiles, "RUN --mount", `instructions/commands_runmount.go` of BuildKit, and the manual
page podman-build(1).
"""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import is_containerfile
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_TARGET = frozenset({"type", "target", "dst", "destination", "required"})
_WRITING = frozenset({"rw", "readwrite", "ro", "readonly"})
_OPTIONS = {
    "bind": _TARGET | _WRITING | {"source", "src", "from"},
    "cache": _TARGET | _WRITING | {"source", "src", "from", "id", "sharing", "mode", "uid", "gid"},
    "tmpfs": _TARGET | _WRITING | {"size"},
    "secret": _TARGET | {"id", "source", "src", "mode", "uid", "gid", "env"},
    "ssh": _TARGET | {"id", "mode", "uid", "gid"},
}
_PODMAN = {
    "bind": {"bind-nonrecursive", "chown", "idmap", "no-dereference", "relabel"},
    "tmpfs": {"chown", "mode", "notmpcopyup", "tmpcopyup", "tmpfs-mode", "tmpfs-size"},
    "cache": {"relabel"},
}
_PODMAN_ALL = frozenset(
    {"U", "Z", "z", "bind-propagation", "dev", "exec", "nodev", "noexec", "nosuid", "private", "rprivate", "rshared", "rslave",
     "shared", "slave", "suid"}
)  # fmt: skip
"""What Podman and Buildah take besides: labels of SELinux, owners, how mounts spread."""


def _known_options(kind: str, step: Step) -> frozenset[str]:
    known = _OPTIONS[kind]
    if kind in _PODMAN and is_containerfile(step.model):
        known |= _PODMAN_ALL | _PODMAN[kind]
    return known


def unknown_mount(subject: Subject, options: Options) -> Iterator[Problem]:
    """The first kind or option of each mount that there is not."""
    step: Step = subject.context
    for flag in step.instruction.flags:
        if flag.name != "mount" or flag.value is None or re.search(r"[\"'\\]", flag.value.raw):
            continue
        parts = [(part, match.start()) for match in re.finditer(r"[^,]+", flag.value.raw) for part in [match[0]]]
        pairs = [(*part.partition("="), at) for part, at in parts]
        kind = next((value for name, _, value, _ in pairs if name == "type"), "bind")
        if "$" in kind:
            continue
        for name, _, value, at in pairs:
            wrong, offset, fault = name, at, f"a `{kind}` mount has no option"
            if name == "type" and value not in _OPTIONS:
                wrong, offset, fault = value, at + len("type="), "no mount is of the type"
            elif kind not in _OPTIONS or name in _known_options(kind, step) or "$" in name:
                continue
            start = flag.value.start + offset
            mark = step.instruction.fragment.mark(start, start + len(wrong))
            yield Problem(Place(step.instruction.source, *mark), word=wrong, fault=fault)
            break

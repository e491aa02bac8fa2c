"""What a build trusts: certificates and signatures whose check is switched off."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, mentions_any
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Script

    Options = Mapping[str, Any]

_UNCHECKED: dict[str, tuple[str, ...] | None] = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "GIT_SSL_NO_VERIFY": None,
    "PYTHONHTTPSVERIFY": ("0",),
    "NPM_CONFIG_STRICT_SSL": ("false",),
    "npm_config_strict_ssl": ("false",),
    "YARN_STRICT_SSL": ("false",),
    "PIP_TRUSTED_HOST": None,
    "CURL_INSECURE": ("1", "true"),
    "GOINSECURE": None,
    "GONOSUMCHECK": ("1", "true"),
    "GOFLAGS": ("-insecure",),
}
"""Variables that switch the check of certificates off, and the values that do so; `None`: any."""
_SETTINGS = frozenset(_UNCHECKED)
_NO_SIGNATURE = lazily(
    r"AllowInsecureRepositories\W+(?:1|true|yes)|AllowUnauthenticated\W+(?:1|true|yes)|(?:^|=)(?:repo_|pkg_|local)?gpgcheck=(?:0|false|no)\b"
    r"|\[[^\]]{0,300}trusted=yes",
    re.IGNORECASE,
)
_UNSIGNED = {
    "apt-get": (
        "--allow-unauthenticated",
        "--force-yes",
        "--allow-insecure-repositories",
        "--allow-downgrades-to-insecure-repositories",
    ),
    "apt": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apk": ("--allow-untrusted",),
    "yum": ("--nogpgcheck", "--nogpg"),
    "dnf": ("--nogpgcheck", "--no-gpgchecks"),
    "microdnf": ("--nogpgcheck",),
    "tdnf": ("--nogpgcheck",),
    "zypper": ("--no-gpg-checks", "--allow-unsigned-rpm"),
    "rpm": ("--nosignature", "--nodigest", "--noverify", "--nofiledigest", "--nofiledigests"),
}


def signatures_not_checked(subject: Subject, options: Options) -> Iterator[Problem]:
    """An option that switches the check of package signatures off."""
    command, step = command_of(subject)
    if command.name == "apk" and command.operands()[:1] and command.operands()[0].text not in {"add", "fix", "upgrade"}:
        return
    for flag in _UNSIGNED.get(command.name, ()):
        word = command.flags.get(flag)
        if word is not None:
            if not step.read_script().once("builds packages", _builds_packages):
                yield Problem(place_of(word), option=flag, command=command.name)
            return
    for word in command.words:
        if word.expands or (command.name in {"echo", "printf"} and not command.redirects and command.piped_to is None):
            continue
        found = _NO_SIGNATURE.search(word.text)
        if found:
            reader = {"echo": "the package manager", "printf": "the package manager"}.get(command.name, command.name)
            yield Problem(place_of(word), option=found.group().strip("=["), command=reader)
            return


def _builds_packages(script: Script) -> bool:
    """Say whether a script builds the packages of Alpine that it then installs."""
    return any("abuild" in (one.name, *one.args) for one in script)


def tls_disabled(subject: Subject, options: Options) -> Iterable[Problem]:
    """ENV or ARG that switches the check of certificates off for all that comes after, or a RUN that does so for itself."""
    if subject.type == "RUN":
        step: Step = subject.context
        return _in_script(step) if mentions_any(step.model, _SETTINGS) else ()
    return _in_pairs(subject)


def _in_pairs(subject: Subject) -> Iterator[Problem]:
    for name, mark in subject.raw("pairs").at.items():
        if name in _UNCHECKED and _switches_off(name, subject.get(("pairs", name))):
            yield Problem(Place(subject.document.source, mark[0], mark[3]), name=name)


def _in_script(step: Step) -> Iterator[Problem]:
    if not any(name in step.instruction.whole_text for name in _SETTINGS):
        return
    for command in step.read_script():
        for assignment in command.assignments:
            value = assignment.value.value if assignment.value is not None else ""
            if _switches_off(assignment.name, value):
                yield Problem(place_of(assignment), name=assignment.name)


def _switches_off(name: str, value: Any) -> bool:
    if name not in _UNCHECKED or value is UNKNOWN or not isinstance(value, str) or not value:
        return False
    values = _UNCHECKED[name]
    return values is None or value.lower() in values

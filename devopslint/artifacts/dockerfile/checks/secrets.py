"""Credentials in ARG, ENV, LABEL and RUN."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, mounts, place_of, ships
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.knowledge.credentials import (
    find_assignments,
    find_credential,
    is_plausible_secret,
    looks_like_secret_name,
)
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.fragment import Fragment

    Options = Mapping[str, Any]

_SWITCH = lazily(r"^(?:true|false|yes|no|on|off|0|1|none|null|enabled?|disabled?|optional|required)$", re.IGNORECASE)
_WEAK = lazily(r"^(?:secret|token|foo|bar|baz|foobar|dummy|default|test|sample|mock|fake|value|string)$", re.IGNORECASE)
"""What stands in for a secret elsewhere, but is the value itself in an image: nobody fills in what ENV has set."""
_STAND_IN = lazily(r"dummy|fake|placeholder|example|build|test|temp|not.?used|unused|default", re.IGNORECASE)
"""What a tool gets that asks for a secret while assets are built."""
_SECRET_TAIL = lazily(
    r"(?:^|_)(?:auth|pword|access_?key_?id|(?<!public_)(?:ssh|deploy|signing|encryption|app|session|stripe|client)_?key|creds)$",
    re.IGNORECASE,
)
_LOGIN = lazily(r"(?:machine\s+\S+\s+login\s+\S+\s+|:_)(password|authToken|auth)(?:\s+|=)([^\s'\"]+)")
"""What `.netrc` and `.npmrc` hold."""
_OPTION = lazily(
    r"""(?:^|[\s"'])--(?P<name>[a-z][a-z0-9_-]*)(?:=|["']?\s*,\s*["']|\s+)(?P<value>(?!-)[^\s"',\]]+)""", re.IGNORECASE
)
"""An option and its value, in a word or in two, in shell or in JSON form."""
_SED = lazily(r"\S*s(.)(?:(?!\1).)*\1((?:(?!\1).)*)\1")
_PUBLIC = lazily(r"public|gpg|pgp|host", re.IGNORECASE)


def secret_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """ENV that gives a value to a name under which secrets stand, or takes it from a build argument."""
    step: Step = subject.context
    for name, mark in subject.raw("pairs").at.items():
        if not _names_secret(name):
            continue
        raw = subject.raw(("pairs", name))
        value = subject.get(("pairs", name))
        if value is UNKNOWN:
            if not isinstance(raw, Expanded) or not any(use.name in step.scope for use in raw.used):
                continue
        elif not isinstance(value, str) or not _is_value(value):
            continue
        readers = "can pull the image" if ships(step) else "gets at the cache of the build"
        yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name, readers=readers)


def secret_arg(subject: Subject, options: Options) -> Iterator[Problem]:
    """ARG whose name is that of a secret, whatever its default: build arguments stand in the history of the image."""
    for name, mark in subject.raw("pairs").at.items():
        value = subject.get(("pairs", name))
        if not _names_secret(name) or (isinstance(value, str) and (_SWITCH.match(value) or _is_address(value))):
            continue
        yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)


def _names_secret(name: str) -> bool:
    return looks_like_secret_name(name) or (_SECRET_TAIL.search(name) is not None and not _PUBLIC.search(name))


def _is_value(text: str) -> bool:
    """Say whether a text is a secret itself, be it a weak one."""
    return not _SWITCH.match(text) and (_WEAK.match(text) is not None or is_plausible_secret(text))


def _is_address(text: str) -> bool:
    """Say whether a text is the path of a file or an address."""
    return bool(re.match(r"(?:\.{0,2}/|https?://)\S", text))


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
    """`echo user:password | chpasswd`, `useradd -p`: the password of an account stands in the layer's history."""
    command, step = command_of(subject)
    if any(mount.get("type") == "secret" for mount in mounts(step)):
        return
    if command.name in {"useradd", "usermod", "adduser"}:
        value = command.value_of("-p", "--password")
        word = command.flags.get("-p") or command.flags.get("--password")
        if word is not None and isinstance(value, str) and value.strip("!*x") and command.name != "adduser":
            yield Problem(place_of(word))
        return
    if command.name == "passwd" and not command.has_flag("--stdin"):
        return
    left = command.piped_from
    for word in left.words if left is not None and left.name in {"echo", "printf"} else ():
        if re.match(r"[\w.-]+:\S+", word.text) or (command.name == "passwd" and not word.text.startswith("-")):
            yield Problem(place_of(word))
            return
    if command.name == "chpasswd" and not (left is not None and left.name == "cat") and not command.has_flag("--help"):
        assert command.name_word is not None
        yield Problem(place_of(command.name_word))


def secret_in_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """`PGPASSWORD=… psql`, `export TOKEN=…`, `echo "password=…" > /etc/app.conf`: the value stands in the history."""
    if subject.kind == "dockerfile.instruction":
        step: Step = subject.context
        for heredoc in step.instruction.heredocs:
            yield from _in_text(heredoc.body, 0, heredoc.body.text)
        return
    context: ScriptContext = subject.context
    for command in context.script:
        for assignment in command.assignments:
            value = assignment.value
            if value is None or value.expands or not looks_like_secret_name(assignment.name):
                continue
            if _is_written_out(value.text):
                yield Problem(place_of(value), name=assignment.name)
        if command.name in {"echo", "printf"} and not command.redirects and command.piped_to is None:
            continue
        for word in command.words:
            if not word.expands and word.text in word.fragment.text[word.start : word.end]:
                offset = word.start + word.fragment.text[word.start : word.end].index(word.text)
                put_in = _SED.match(word.text) if command.name == "sed" else None
                start = put_in.start(2) if put_in else 0
                yield from _in_text(word.fragment, offset + start, put_in[2] if put_in else word.text)
    for tree in context.script.trees:
        for node in tree.nodes("heredoc_body"):
            yield from _in_text(tree.fragment, node.start_byte, tree.text(node))


def _in_text(fragment: Fragment, offset: int, text: str) -> Iterator[Problem]:
    """Yield a problem for each secret that a text gives a name."""
    found = list(find_assignments(text))
    found.extend((match[1], *match.span(2)) for match in _LOGIN.finditer(text))
    for name, start, end in found:
        if "$" not in text[start:end] and name.upper() != "NOPASSWD" and _is_written_out(text[start:end]):
            yield Problem(Place(fragment.source, *fragment.mark(offset + start, offset + end)), name=name)


def _is_written_out(value: str) -> bool:
    return (
        not _SWITCH.match(value)
        and not _STAND_IN.search(value)
        and is_plausible_secret(value)
        and find_credential(value) is None
    )


def secret_in_command(subject: Subject, options: Options) -> Iterator[Problem]:
    """`CMD ["app", "--password=…"]`: the configuration of the image shows it, and so does every list of processes."""
    step: Step = subject.context
    if step.instruction.onbuild:
        return
    fragment, start = step.instruction.fragment, step.instruction.rest
    for found in _OPTION.finditer(fragment.text, start):
        value = found["value"]
        if "$" in value or not (looks_like_secret_name(found["name"]) or found["name"].endswith("pass")):
            continue
        if _is_written_out(value) and not _is_address(value):
            place = Place(fragment.source, *fragment.mark(found.start("value"), found.end("value")))
            yield Problem(place, name=f"--{found['name']}")


def secret_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """A label whose name is that of a secret, with a value that is one."""
    for name, mark in subject.raw("pairs").at.items():
        value = subject.get(("pairs", name))
        if isinstance(value, str) and _names_secret(name.rpartition(".")[2]) and _is_value(value):
            yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)

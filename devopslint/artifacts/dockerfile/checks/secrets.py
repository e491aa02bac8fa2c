"""Credentials in ARG, ENV, LABEL, CMD and ENTRYPOINT, those of a known form anywhere, and passwords of accounts."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.dockerfile.checks.common import command_of, has_mount, readers, ships
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.knowledge.credentials import (
    find_assignments,
    find_credential,
    is_plausible_secret,
    looks_like_secret_name,
)
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
    from devopslint.syntax.tree import PairMark

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
_OPTION = lazily(
    r"""(?<![^\s"'])--(?P<name>[a-z][a-z0-9_-]*)(?:=|["']?\s*,\s*["']|\s+)(?P<value>(?!-)[^\s"',\]]+)""", re.IGNORECASE
)
"""An option and its value, in a word or in two, in shell or in JSON form."""
_BETWEEN = r"""[\s"',\[]"""
_PASSWORD_OPTION = {
    program: lazily(
        rf"""(?<![\w.-]){program}\b(?:(?!(?<![\w.-]){program}\b)[^;&|])*?{_BETWEEN}(?P<option>{option}){gap}(?P<value>[^\s"',\]\-][^\s"',\]]*)"""
    )
    for program, option, gap in (
        ("redis-cli", "-a", rf"{_BETWEEN}+"),
        ("mysqladmin", "-p", ""),
        ("mysql", "-p", ""),
        ("mongosh", "-p", rf"{_BETWEEN}+"),
        ("sqlcmd", "-P", rf"{_BETWEEN}*"),
    )
}
"""Program → its option for a password, and the value: in the next word of a shell or a list, or behind it."""
_SIGNS = lazily(r"(?:sign|gpg|pgp|release|repo|apt|build)\w*?_?key", re.IGNORECASE)
_FINGERPRINTS = lazily(r"(?:\s*+(?:0x)?[0-9A-Fa-f]{8}(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32})?(?![0-9A-Fa-f]))++\s*")
_MIXED = lazily(r"(?=[^a-z]*[a-z])(?=\D*\d)[^\s/:.=_-][^\s/:=]{6,}[^\s/:.=_-]", re.IGNORECASE)
"""Letters and figures, and no part of an address or of a name that goes on with the variable."""
_PUBLIC = lazily(r"public|gpg|pgp|host", re.IGNORECASE)


def secret_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """ENV that gives a value to a name under which secrets stand, or takes it from a build argument."""
    step: Step = subject.context
    for name, mark in subject.raw("pairs").at.items():
        if not names_secret(name):
            yield from _within(subject, name, mark)
            continue
        raw = subject.raw(("pairs", name))
        value = subject.get(("pairs", name))
        if isinstance(value, str) and _is_fingerprint(name, value):
            continue
        if value is UNKNOWN:
            if not isinstance(raw, Expanded) or not (
                any(use.name in step.scope for use in raw.used) or _is_around_dollar(raw)
            ):
                continue
        elif not isinstance(value, str) or not (_is_value(value) or _is_short(value)):
            continue
        yield Problem(
            Place(subject.document.source, mark[0], mark[1]), name=name, readers=readers(of_image=ships(step))
        )


def _within(subject: Subject, name: str, mark: PairMark) -> Iterator[Problem]:
    """Yield the secret in a value of another name: `Server=db;Password=…` in a connection string."""
    value = subject.get(("pairs", name))
    if not isinstance(value, str) or ";" not in value:
        return
    for inner, start, end in find_assignments(value):
        if is_written_out(value[start:end]):
            place = Place(subject.document.source, mark[2], mark[3])
            yield Problem(place, name=inner, readers=readers(of_image=ships(subject.context)))
            return


def _is_around_dollar(raw: Expanded) -> bool:
    """Say whether what stands beside `$`, which nobody meant for a variable, is a secret by itself: `9x!e5vqqk$0`."""
    if any(raw.text[use.at + 1] == "{" for use in raw.used):
        return False
    pieces, start = [], 0
    for use in raw.used:
        pieces.append(raw.text[start : use.at])
        start = use.end
    rest = max([*pieces, raw.text[start:]], key=len).strip("\"'")
    return _MIXED.fullmatch(rest) is not None and is_plausible_secret(rest) and not is_address(rest)


def secret_arg(subject: Subject, options: Options) -> Iterator[Problem]:
    """ARG whose name is that of a secret, whatever its default: build arguments stand in the history of the image."""
    for name, mark in subject.raw("pairs").at.items():
        value = subject.get(("pairs", name))
        if not names_secret(name):
            continue
        if isinstance(value, str) and (_SWITCH.match(value) or is_address(value) or _is_fingerprint(name, value)):
            continue
        yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Say whether a name of a variable is one under which a secret stands."""
    return looks_like_secret_name(name) or (_SECRET_TAIL.search(name) is not None and not _PUBLIC.search(name))


def _is_fingerprint(name: str, value: str) -> bool:
    """Say whether a value is the number of a public key, by which packages and downloads are verified."""
    return _SIGNS.search(name) is not None and _FINGERPRINTS.fullmatch(value) is not None


def _is_value(text: str) -> bool:
    """Say whether a text is a secret itself, be it a weak one."""
    return not _SWITCH.match(text) and (_WEAK.match(text) is not None or is_plausible_secret(text))


def _is_short(text: str) -> bool:
    return len(text) < 3 and text.isalpha() and not _SWITCH.match(text) and text.lower() not in {"y", "n"}


def is_address(text: str) -> bool:
    """Say whether a text is the path of a file or an address."""
    return bool(re.match(r"(?:\.{0,2}/|https?://)\S", text))


def credential(subject: Subject, options: Options) -> Iterable[Problem]:
    """A value with the form of a credential, anywhere in an instruction."""
    step: Step = subject.context
    cache = step.model.cache
    stands_somewhere = cache.get("credential")
    if stands_somewhere is None:
        # No form of a credential hangs on what stands in the lines around it, so that all are looked through at once.
        stands_somewhere = cache["credential"] = find_credential(step.model.text) is not None
    return _credential(step) if stands_somewhere and step.name != "ONBUILD" else ()


def _credential(step: Step) -> Iterator[Problem]:
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
    if has_mount(step, "secret"):
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


def is_written_out(value: str) -> bool:
    """Say whether a text is a secret itself, and not what a build gets instead, or of a form that another rule knows."""
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
        if is_written_out(value) and not is_address(value):
            place = Place(fragment.source, *fragment.mark(found.start("value"), found.end("value")))
            yield Problem(place, name=f"--{found['name']}")
            return
    for program, option in _PASSWORD_OPTION.items():
        match = option.search(fragment.text, start) if program in fragment.text else None
        if match and "$" not in match["value"] and is_written_out(match["value"]):
            place = Place(fragment.source, *fragment.mark(match.start("value"), match.end("value")))
            yield Problem(place, name=match["option"])
            return


def secret_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """A label whose name is that of a secret, with a value that is one."""
    for name, mark in subject.raw("pairs").at.items():
        value = subject.get(("pairs", name))
        if isinstance(value, str) and names_secret(name.rpartition(".")[2]) and _is_value(value):
            yield Problem(Place(subject.document.source, mark[0], mark[1]), name=name)
